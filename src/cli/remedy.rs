//! What to do about an error, in the options of the command line, which the library does not know.

use deep_jammer::atomic_file::AtomicFileError;
use deep_jammer::dataset::DatasetError;
use deep_jammer::model::ModelWriteError;
use deep_jammer::originality::TooMuchMusic;
use deep_jammer::output::OutputError;
use deep_jammer::run::plots::PlotsError;
use deep_jammer::run::{MusicError, NoCheckpoint, ResourceError, SessionError};
use deep_jammer::sound::{SoundFontError, WavError};
#[cfg(feature = "survey")]
use deep_jammer::survey::StoreError;
use std::error::Error;

/// An error and its causes in words, and the options that help.
pub fn explained(error: &anyhow::Error) -> String {
    let remedy = error.chain().find_map(remedy).unwrap_or_default();
    format!("{error:#}{remedy}")
}

/// The options that help against an error of the library, to be put after its message.
pub fn remedy(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let remedies = [
        of(error, |error: &AtomicFileError| existing_file(error)),
        of(error, |error: &OutputError| match error {
            OutputError::Writing(error) | OutputError::Wav(WavError::Writing(error)) => {
                existing_file(error)
            }
            _ => None,
        }),
        of(error, |error: &ModelWriteError| match error {
            ModelWriteError::Writing(error) => existing_file(error),
            ModelWriteError::Unreadable { .. } => None,
        }),
        of(error, |error: &DatasetError| match error {
            DatasetError::TooShort { .. } => Some(" (--segment)"),
            _ => None,
        }),
        of(error, |error: &ResourceError| match error {
            ResourceError::Memory { .. } => {
                Some(" (--preset, --segment; --memory GB says how much the training may take)")
            }
            ResourceError::Disk { .. } => Some(" (--run)"),
        }),
        of(error, |error: &SessionError| match error {
            SessionError::Diverged(..) => Some(" (--rate, --clip)"),
            SessionError::Music(_) => Some(WITHOUT_MUSIC),
            _ => None,
        }),
        of(error, |_: &MusicError| Some(WITHOUT_MUSIC)),
        of(error, |_: &TooMuchMusic| Some(WITHOUT_MUSIC)),
        of(error, |_: &NoCheckpoint| Some(" with --force")),
        of(error, |error: &PlotsError| match error {
            PlotsError::NoMetrics(_) => Some(" Give what was given to train as --run."),
            _ => None,
        }),
        of(error, |error: &SoundFontError| match error {
            SoundFontError::NoneInstalled => Some("\nor give a file with --soundfont FILE.sf2"),
            _ => None,
        }),
        #[cfg(feature = "survey")]
        of(error, |error: &StoreError| match error {
            StoreError::Missing(_) => Some(" with deep-jammer survey new"),
            _ => None,
        }),
    ];
    remedies.into_iter().flatten().next()
}

const WITHOUT_MUSIC: &str = " (--without-music leaves it out)";

fn existing_file(error: &AtomicFileError) -> Option<&'static str> {
    matches!(error, AtomicFileError::Exists(_)).then_some(", or replace it with --force")
}

/// The remedy for an error, if it is one of type `E`.
fn of<E: Error + 'static>(
    error: &(dyn Error + 'static),
    remedy: impl Fn(&E) -> Option<&'static str>,
) -> Option<&'static str> {
    error.downcast_ref().and_then(remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn a_file_in_the_way_may_be_replaced_however_deep_the_error_lies() {
        let exists = || AtomicFileError::Exists("a.mid".into());
        let sound = OutputError::Wav(WavError::Writing(exists()));
        for error in
            [anyhow::Error::from(exists()), OutputError::from(exists()).into(), sound.into()]
        {
            let explained = explained(&Err::<(), _>(error).context("piece 3").unwrap_err());
            assert!(explained.starts_with("piece 3: a.mid already exists"), "{explained}");
            assert!(explained.ends_with("or replace it with --force"), "{explained}");
        }
    }

    #[test]
    fn what_the_library_advises_is_named_as_an_option() {
        let short = DatasetError::TooShort { pieces: 3, segment: 500 };
        let memory = ResourceError::Memory { needed: 2, free: 1 };
        let music = TooMuchMusic { pieces: 1, steps: 1 };
        for (error, options) in [
            (anyhow::Error::from(short), vec!["500 steps", "--segment"]),
            (memory.into(), vec!["--preset", "--memory"]),
            (music.into(), vec!["--without-music"]),
            (SoundFontError::NoneInstalled.into(), vec!["apt-get install", "--soundfont"]),
        ] {
            let explained = explained(&error);
            assert!(options.iter().all(|option| explained.contains(option)), "{explained}");
        }
    }

    #[test]
    fn an_error_without_a_remedy_is_said_as_it_is() {
        assert_eq!(
            explained(&anyhow::anyhow!("no such thing").context("here")),
            "here: no such thing"
        );
    }
}
