//! `deep-jammer render`: a MIDI file as sound, as a piano roll, as sheet music or as a clean MIDI file.

mod cleaned;

use super::output_args::{VoiceArgs, extensions, outputs, unless_interrupted};
use super::progress::Progress;
use super::{Outcome, interruption};
use anyhow::Context;
use deep_jammer::atomic_file::Existing;
use deep_jammer::midi::{self, ParsedMidi};
use deep_jammer::notation::Page;
use deep_jammer::output::{Kind, Output};
use deep_jammer::roll::{Losses, Roll};
use std::io::Write;
use std::path::PathBuf;

/// Turn a MIDI file into sound, a piano roll, sheet music or a clean MIDI file.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The extension of each -o says what you get:
  .wav         sound: stereo, 16 bits, 44.1 kHz. Tempo, dynamics and pedal are those of the MIDI
               file. All files are about equally loud (-23 LUFS), and none is distorted
  .png, .svg   a piano roll: time runs to the right, high notes are above low ones
  .musicxml    sheet music on two staves, for MuseScore and other notation programs: in 16ths, and
               in 32nds, 64ths or triplets where the file has them. The program chooses hands, voices
               and spelling
  .mid         the same music as a clean MIDI file, for programs that refuse or misread the given
               one. It keeps notes, dynamics, pedals, tempos, metres, keys, title and texts. All
               notes are on one piano, and drums are left out

What is odd about the file, what was mended and what is left out is said in a line each.

You don't need to install anything: the program computes its own piano, string by string. The same
file gives the same sound, bit for bit. If you prefer the piano of a SoundFont, use --soundfont.
More: docs/sound.md, docs/notation.md

Examples:
  Write a piece as sound, piano roll and sheet music at once:
    deep-jammer render new.mid -o new.wav -o new.png -o new.musicxml
  Play it on a SoundFont that your system has:
    deep-jammer render new.mid -o new.wav --soundfont auto
  Mend a file that another program cannot read:
    deep-jammer render broken.mid -o mended.mid")]
pub struct Render {
    /// The MIDI file to render.
    #[arg(value_name = "FILE.mid")]
    input: PathBuf,
    #[arg(short, long, value_name = "FILE", required = true,
          help = format!("A file to write: {}. May be given several times", extensions(Kind::ALL)))]
    output: Vec<PathBuf>,
    #[command(flatten)]
    voice: VoiceArgs,
    /// Replace files that already exist.
    #[arg(long)]
    force: bool,
}

/// Renders the file, and prints the names of the files that it writes.
pub fn run(command: &Render) -> anyhow::Result<Outcome> {
    let existing = if command.force { Existing::Replace } else { Existing::Keep };
    let outputs = outputs(command.output.clone(), existing)?;
    let reading = midi::read_file(&command.input)?;
    let name = command.input.display();
    for warning in &reading.warnings {
        eprintln!("{name}: {warning}");
    }
    let (clean, others): (Vec<_>, Vec<_>) =
        outputs.iter().partition(|output| output.kind() == Kind::Midi);
    let mut beyond = Losses::beyond_the_piano(&reading);
    if others.is_empty() {
        // A clean MIDI file keeps notes that no piano has.
        beyond.out_of_range = 0;
    }
    for loss in beyond.left_out() {
        eprintln!("{name}: {loss}");
    }
    say_losses(&reading, &outputs);
    let score = reading.score;
    if !clean.is_empty() {
        cleaned::changes(&score).iter().for_each(|change| eprintln!("{name}: {change}"));
    }
    let voice = command.voice.voice(&outputs)?;
    let file = command.input.file_stem().unwrap_or_default().to_string_lossy();
    let title = score.title.as_deref().unwrap_or(&file);
    interruption::handle_ctrl_c("Stopping. Unfinished files are discarded.")?;
    let write = |output: &Output| {
        let mut progress = Progress::new(100, "%");
        let ended = output.write(&score, title, voice.as_ref(), existing, &mut |done| {
            progress.show((100.0 * done) as u64, "");
            !interruption::requested()
        });
        progress.finish();
        ended?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", output.path().display()).context("standard output")
    };
    unless_interrupted(outputs.iter().try_for_each(write))
}

/// Says what pictures lose, which have no more than 16ths, and what sheet music does. Why a file
/// cannot be written at all is said when it is to be written.
fn say_losses(file: &ParsedMidi, outputs: &[Output]) {
    let say = |is_of: fn(Kind) -> bool, losses: &dyn Fn() -> Option<Vec<String>>| {
        let names = outputs.iter().filter(|output| is_of(output.kind()));
        let names: Vec<_> = names.map(|output| output.path().display().to_string()).collect();
        if names.is_empty() {
            return;
        }
        for loss in losses().unwrap_or_default() {
            eprintln!("{}: {loss}", names.join(", "));
        }
    };
    say(|kind| matches!(kind, Kind::Picture(_)), &|| {
        Some(Roll::from_midi(file).ok()?.losses.on_the_grid())
    });
    say(|kind| kind == Kind::SheetMusic, &|| {
        Some(Page::of_score(&file.score, &[]).ok()?.losses().sentences())
    });
}
