//! What a musician can ask for.

use crate::cli::output_args::VoiceArgs;
use deep_jammer::composing::USUAL_REPEATS;
use deep_jammer::score::{KeySignature, Metre, MetreError};
use std::path::PathBuf;

/// Compose new piano music.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The composer hears a primer and goes on in its metre, key and tempo. Without --primer that is one
of the excerpts that the model carries; only what is new is written.

A network that draws step after step hardly ever plays a bar twice; real pieces do so in one bar of
three. So phrases of four bars come back: --repeats says how many, 0 leaves the music as the network
draws it.

--best-of N composes N pieces and keeps the best, by the music that the model has learned from:
first comes the one with the fewest grave faults (32 steps or more copied at any transposition;
silent, stuck on two keys, crowded by eleven or in circles for over two measures), then the one with
the fewest statistics outside the range of nine in ten real passages, then the one whose statistics,
the share of bars that come back among them, are nearest to the middle of real music.
Docs: docs/composer.md

The seed is printed, and written into the file with the rest of the recipe: the same seed, model,
primer and settings give the same piece again.")]
pub struct Compose {
    /// The model: a file, or the folder of a training run; "built-in" for the one that is part of
    /// the program; or "markov" for a first-order Markov chain, which learns in a moment and is the
    /// baseline to listen to.
    #[arg(long, value_name = "FILE-OR-RUN")]
    pub model: Option<PathBuf>,
    /// Play a piece of the studio again: its MIDI file, a file with its recipe, or the recipe itself in
    /// quotes. It says all that there is to say of the music. (Of a piece of `compose` it is said with
    /// which options it is composed again.)
    #[arg(long, value_name = "RECIPE", conflicts_with_all = ["with_primer", "bars", "minutes",
          "endless", "metre", "key", "tempo", "temperature", "repeats", "seed", "count", "best_of"])]
    pub recipe: Option<String>,
    /// MIDI files and folders for the Markov chain to learn from.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub learn: Vec<PathBuf>,
    /// Your own music to go on from, a MIDI file of any length and metre.
    #[arg(long, value_name = "FILE.mid")]
    pub primer: Option<PathBuf>,
    /// Begin the new piece with the primer itself, as it is heard: in 16ths, evenly loud, in its mean
    /// tempo and with the key signature in which it ends.
    #[arg(long)]
    pub with_primer: bool,
    /// How many measures to compose.
    #[arg(long, allow_negative_numbers = true, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub bars: u32,
    /// For how many minutes to compose, by the tempo of the piece, to whole measures; instead of
    /// --bars.
    #[arg(long, allow_negative_numbers = true, conflicts_with = "bars", value_parser = minutes)]
    pub minutes: Option<f64>,
    /// Go on for ever, until Ctrl-C: one stream, cut into numbered files of --bars or --minutes.
    #[arg(long, conflicts_with_all = ["count", "best_of"])]
    pub endless: bool,
    /// The metre, like 3/4: a primer in it is chosen. If there is none, or with your own primer in
    /// another, the music goes on in this metre from a downbeat.
    #[arg(long, value_parser = metre)]
    pub metre: Option<Metre>,
    /// The key, like D, "Bb major", "F# minor" or Em: a primer of that mode is chosen and moved
    /// there, by the smallest interval; your own too, if its mode is that.
    #[arg(long)]
    pub key: Option<KeySignature>,
    /// The tempo in quarters a minute, 20 to 300; that of the primer if not given.
    #[arg(long, allow_negative_numbers = true, value_name = "BPM", value_parser = tempo)]
    pub tempo: Option<f64>,
    /// How daring the composer is, 0.01 to 10: 1 is as it has learned, 0.8 is safer, 1.2 is wilder.
    #[arg(long, allow_negative_numbers = true, default_value_t = 1.0, value_parser = temperature)]
    pub temperature: f64,
    /// The share of bars that repeat an earlier one, phrase by phrase, 0 to 0.9; real pieces have
    /// about 0.32.
    #[arg(long, allow_negative_numbers = true, value_name = "SHARE", default_value_t = USUAL_REPEATS, value_parser = repeats)]
    pub repeats: f64,
    /// The seed of all random numbers; drawn if not given.
    #[arg(long, allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// How many pieces; their seeds follow each other.
    #[arg(short = 'n', long = "count", default_value_t = 1, value_name = "COUNT",
          value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub count: u32,
    /// Compose so many for each piece, and keep the best (see below). Takes so many times as long,
    /// shared by all cores. 1 keeps what is drawn. [default: 2, where the model carries its music]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub best_of: Option<u32>,
    /// A file to write, by its extension: .mid (music), .wav (sound), .png or .svg (a piano roll),
    /// .musicxml (sheet music).
    /// May be given several times; with several pieces they are numbered. If not given, a MIDI file
    /// the name of which tells the seed.
    #[arg(short, long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    #[command(flatten)]
    pub voice: VoiceArgs,
    /// Replace files that are there already.
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
