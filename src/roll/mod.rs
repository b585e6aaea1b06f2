//! The piano roll that all parts of the program share: 88 keys by 16th-note steps.
//!
//! A [`Roll`] is a list of [`Step`]s, with changes of metre and tempo and a key signature. A step is
//! two sets of [`Keys`]: those that play (sound; "frame" in the literature) and those of them that
//! are articulated (struck; "onset"). [`Roll::from_score`] quantises a
//! [`Score`](crate::score::Score) and reports what was lost in a [`Transcription`];
//! [`Roll::to_score`] goes back. Start with [`Roll`] and [`Step`].

mod felt_tempo;
mod from_score;
mod grid;
mod keys;
mod losses;
#[allow(clippy::module_inception)]
mod roll;
mod step;
mod strokes;
mod tempo;
mod to_score;

pub use from_score::{KeyChange, LONGEST_ROLL, RollError, Transcription};
pub use keys::{KEYS, Keys, LOWEST_PITCH};
pub use losses::Losses;
pub(crate) use losses::sentences;
pub use roll::{MetreChange, Roll, RollNote};
pub use step::{Place, Step};
pub use tempo::TempoChange;
pub use to_score::{TICKS_PER_QUARTER, TICKS_PER_STEP, VELOCITY};
