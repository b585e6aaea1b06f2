//! The options of `compose`.

use crate::cli::output_args::VoiceArgs;
use deep_jammer::composing::USUAL_REPEATS;
use deep_jammer::score::{KeySignature, Metre, MetreError};
use std::path::PathBuf;

/// Compose new piano music.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The composer listens to a primer, and continues in its metre, key and tempo. The primer is your
own file, or one of the short excerpts that come with the model. Only the new music is written,
unless you ask for --with-primer.

A network that draws note after note hardly ever plays a bar twice, but real pieces repeat one
bar in three. So the composer brings back phrases of four bars. --repeats says how much comes
back; 0 turns this off.

--best-of N composes N pieces and keeps the best one. The judge is the music that the model was
trained on. The best piece has the fewest grave faults: 32 sixteenths or more copied from that
music, in any key, or more than two measures of silence, of the same two keys, of eleven keys at
once, or of going in circles. Among equals, it is the one most like real music in twelve
statistics (docs/composer.md).

The seed is printed. The MIDI file holds it with all other settings, as the recipe of the piece:
  deep-jammer compose -o new.mid
  deep-jammer compose --recipe new.mid -o again.mid     the same piece again, note for note")]
pub struct Compose {
    /// The model that composes: a model file, the folder of a training run, or "built-in" for the
    /// model that comes with the program. "markov" is a simple Markov chain, which learns in a moment
    /// from the music that you give it with --learn; compare it by ear. [default: built-in]
    #[arg(long, value_name = "FILE-OR-RUN")]
    pub model: Option<PathBuf>,
    /// Compose a piece again, note for note: a MIDI file that this program or its studio wrote, a text
    /// file with a recipe, or the recipe itself in quotes. It needs the same model. If the piece
    /// continues from a long file of yours, give that file, too, with --primer.
    #[arg(long, value_name = "RECIPE", conflicts_with_all = ["with_primer", "bars", "minutes",
          "endless", "metre", "key", "tempo", "temperature", "repeats", "seed", "count", "best_of"])]
    pub recipe: Option<String>,
    /// MIDI files and folders that the Markov chain learns from.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub learn: Vec<PathBuf>,
    /// Your own music to continue from: a MIDI file of any length and metre.
    #[arg(long, value_name = "FILE.mid")]
    pub primer: Option<PathBuf>,
    /// Begin the piece with the primer, as the composer hears it: in 16ths, evenly loud, in its own
    /// tempos and in its last key signature.
    #[arg(long)]
    pub with_primer: bool,
    /// How many measures to compose.
    #[arg(long, allow_negative_numbers = true, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub bars: u32,
    /// How many minutes to compose instead, in the tempo of the piece, rounded to whole measures.
    #[arg(long, allow_negative_numbers = true, conflicts_with = "bars", value_parser = minutes)]
    pub minutes: Option<f64>,
    /// Compose without end, until you press Ctrl-C: one stream of music, in numbered files of --bars or
    /// --minutes.
    #[arg(long, conflicts_with_all = ["count", "best_of"])]
    pub endless: bool,
    /// The metre, like 3/4. Chooses a primer in that metre. After a primer in any other metre, the
    /// music changes to this one with a downbeat.
    #[arg(long, value_parser = metre)]
    pub metre: Option<Metre>,
    /// The key, like D, "Bb major", "F# minor" or Em. Chooses a primer in that mode, major or minor,
    /// and transposes it to the key. Your own primer must be in that mode.
    #[arg(long)]
    pub key: Option<KeySignature>,
    /// The tempo in quarter notes per minute, 20 to 300. [default: the primer's]
    #[arg(long, allow_negative_numbers = true, value_name = "BPM", value_parser = tempo)]
    pub tempo: Option<f64>,
    /// How daring the composer is, 0.01 to 10. 1 is as it has learned, 0.8 is safer, 1.2 is wilder.
    #[arg(long, allow_negative_numbers = true, default_value_t = 1.0, value_parser = temperature)]
    pub temperature: f64,
    /// The share of bars that repeat an earlier one, 0 to 0.9. Real pieces have about 0.32.
    #[arg(long, allow_negative_numbers = true, value_name = "SHARE", default_value_t = USUAL_REPEATS, value_parser = repeats)]
    pub repeats: f64,
    /// The seed of all random numbers: the same seed and settings give the same piece. [default: random]
    #[arg(long, allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// How many pieces to compose. Their seeds count up from the first.
    #[arg(short = 'n', long = "count", default_value_t = 1, value_name = "COUNT",
          value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub count: u32,
    /// Compose N pieces for each one, and keep the best (see below). This takes N times the work,
    /// shared by all cores. 1 keeps the first. [default: 2 if the model carries its training music]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub best_of: Option<u32>,
    /// The file to write. Its extension says what it is: .mid (music), .wav (sound), .png or .svg (a
    /// piano roll), .musicxml (sheet music). Give the option several times for several files. With
    /// several pieces, the names are numbered. [default: a MIDI file named after the seed]
    #[arg(short, long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    #[command(flatten)]
    pub voice: VoiceArgs,
    /// Overwrite files that exist.
    #[arg(long)]
    pub force: bool,
}

fn within(text: &str, least: f64, most: f64) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("it must be a number from {least} to {most}"))
}

fn minutes(text: &str) -> Result<f64, String> {
    within(text, 0.01, 1000.0)
}

fn tempo(text: &str) -> Result<f64, String> {
    within(text, 20.0, 300.0)
}

fn temperature(text: &str) -> Result<f64, String> {
    within(text, 0.01, 10.0)
}

fn metre(text: &str) -> Result<Metre, String> {
    let metre: Metre = text.parse().map_err(|error: MetreError| error.to_string())?;
    match metre.is_of_sixteenths() {
        true => Ok(metre),
        false => Err(format!(
            "a measure of {metre} is no whole number of 16ths, of which the music is made"
        )),
    }
}

fn repeats(text: &str) -> Result<f64, String> {
    within(text, 0.0, 0.9)
}
