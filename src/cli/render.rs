//! `deep-jammer render`: a MIDI file as sound, as a piano roll or as sheet music.

use super::output_args::{VoiceArgs, extensions, outputs, unless_interrupted};
use super::progress::Progress;
use super::{Outcome, interruption};
use anyhow::{Context, bail};
use deep_jammer::atomic_file::Existing;
use deep_jammer::midi;
use deep_jammer::notation::Page;
use deep_jammer::output::{Kind, Output};
use deep_jammer::roll::{KEYS, LOWEST_PITCH};
use deep_jammer::score::Note;
use std::io::Write;
use std::path::PathBuf;

/// Turn a MIDI file into sound, a piano roll or sheet music.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The extension of each -o says what you get:
  .wav         sound: stereo, 16 bits, 44.1 kHz. Tempo, dynamics and pedal are those of the MIDI
               file. All files are about equally loud (-23 LUFS), and none is distorted
  .png, .svg   a piano roll: time runs to the right, high notes are above low ones
  .musicxml    sheet music on two staves, for MuseScore and other notation programs: in 16ths, and
               in 32nds, 64ths or triplets where the file has them. The program chooses hands, voices
               and spelling

You don't need to install anything: the program computes its own piano, string by string. The same
file gives the same sound, bit for bit. If you prefer the piano of a SoundFont, use --soundfont.
More: docs/sound.md, docs/notation.md

Examples:
  Write a piece as sound, piano roll and sheet music at once:
    deep-jammer render new.mid -o new.wav -o new.png -o new.musicxml
  Play it on a SoundFont that your system has:
    deep-jammer render new.mid -o new.wav --soundfont auto")]
pub struct Render {
    /// The MIDI file to render.
    #[arg(value_name = "FILE.mid")]
    input: PathBuf,
    #[arg(short, long, value_name = "FILE", required = true,
          help = format!("A file to write: {}. May be given several times", rendered()))]
    output: Vec<PathBuf>,
    #[command(flatten)]
    voice: VoiceArgs,
    /// Replace files that already exist.
    #[arg(long)]
    force: bool,
}

/// The extensions that a MIDI file can be rendered as.
fn rendered() -> String {
    extensions(Kind::ALL.into_iter().filter(|kind| *kind != Kind::Midi))
}

/// Renders the file, and prints the names of the files that it writes.
pub fn run(command: &Render) -> anyhow::Result<Outcome> {
    let existing = if command.force { Existing::Replace } else { Existing::Keep };
    let outputs = outputs(command.output.clone(), existing)?;
    if let Some(output) = outputs.iter().find(|output| output.kind() == Kind::Midi) {
        bail!(
            "{}: the music is a MIDI file already; render it as {}",
            output.path().display(),
            rendered()
        );
    }
    let reading = midi::read_file(&command.input)?;
    let name = command.input.display();
    for warning in &reading.warnings {
        eprintln!("{name}: {warning}");
    }
    let score = reading.score;
    let keys = LOWEST_PITCH..LOWEST_PITCH + KEYS as u8;
    let beyond = |note: &&Note| !keys.contains(&note.pitch);
    let beyond = score.notes.iter().filter(beyond).count();
    if beyond > 0 {
        eprintln!("{name}: {beyond} notes are outside the 88 keys and are left out");
    }
    for output in outputs.iter().filter(|output| output.kind() == Kind::SheetMusic) {
        // Why a page cannot be made is said when it is to be written.
        let losses = Page::of_score(&score, &[]).map(|page| page.losses().sentences());
        for loss in losses.unwrap_or_default() {
            eprintln!("{}: {loss}", output.path().display());
        }
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
