//! `deep-jammer compose`: new music.

mod source;

use super::progress::{Progress, in_words};
use super::voice::{VoiceChoice, outputs, unless_interrupted};
use super::{Outcome, interruption};
use anyhow::{Context, bail};
use deep_jammer::composing::{Composition, Recipe, compose};
use deep_jammer::corpus::Piece;
use deep_jammer::output::{Output, Voice};
use deep_jammer::primer::Primer;
use deep_jammer::roll::Roll;
use deep_jammer::writing::Existing;
use rayon::prelude::*;
use source::Source;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, RwLock};

/// Compose new piano music with a network that has been trained, or with a Markov chain.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The composer hears a primer and goes on in its metre, key and tempo. Without --primer that is one
of the excerpts that the model has kept from its training; only what is new is written.

The seed is printed, and written into the file with the rest of the recipe: the same seed, model,
primer and settings give the same piece again.")]
pub struct Compose {
    /// The model: a file, or the folder of a training run; or the word "markov" for a first-order
    /// Markov chain, which learns in a moment and is the baseline to listen to.
    #[arg(long, value_name = "FILE-OR-RUN")]
    model: Option<PathBuf>,
    /// MIDI files and folders for the Markov chain to learn from.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    learn: Vec<PathBuf>,
    /// Your own music to go on from, a MIDI file of any length.
    #[arg(long, value_name = "FILE.mid")]
    primer: Option<PathBuf>,
    /// Begin the new piece with the primer itself.
    #[arg(long)]
    with_primer: bool,
    /// How many measures to compose.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    bars: u32,
    /// How daring the composer is: 1 is as it has learned, 0.8 is safer, 1.2 is wilder.
    #[arg(long, default_value_t = 1.0)]
    temperature: f64,
    /// The seed of all random numbers; drawn if not given.
    #[arg(long)]
    seed: Option<u64>,
    /// How many pieces; their seeds follow each other.
    #[arg(short = 'n', long = "count", default_value_t = 1, value_name = "COUNT",
          value_parser = clap::value_parser!(u32).range(1..=10_000))]
    count: u32,
    /// A file to write, by its extension: .mid (music), .wav (sound), .png or .svg (a piano roll),
    /// .musicxml (sheet music).
    /// May be given several times; with several pieces they are numbered. If not given, a MIDI file
    /// the name of which tells the seed.
    #[arg(short, long, value_name = "FILE")]
    output: Vec<PathBuf>,
    #[command(flatten)]
    voice: VoiceChoice,
    /// Replace files that are there already.
    #[arg(long)]
    force: bool,
}

/// One piece to compose.
struct Order {
    seed: u64,
    outputs: Vec<Output>,
}

/// Composes, and writes each piece as soon as it is ready.
pub fn run(command: &Compose) -> anyhow::Result<Outcome> {
    if !(command.temperature.is_finite() && command.temperature >= 0.01) {
        bail!("--temperature must be at least 0.01; 1 is as the network has learned");
    }
    let orders = orders(command)?;
    let voice = command.voice.voice(orders.iter().flat_map(|order| &order.outputs))?;
    let source = Source::new(command)?;
    let own = command.primer.as_deref().map(own_primer).transpose()?;
    if own.is_none() && source.primers.is_empty() {
        bail!("{} holds no primers; give one with --primer FILE.mid", source.model);
    }
    interruption::listen("Leaving what is not ready.")?;
    let primer = |seed: u64| match &own {
        Some(primer) => primer,
        None => &source.primers[(seed % source.primers.len() as u64) as usize],
    };
    let steps: usize = orders.iter().map(|order| steps_of(command, primer(order.seed))).sum();
    let (done, progress) = (AtomicU64::new(0), Mutex::new(Progress::new(steps as u64, "steps")));
    let start = std::time::Instant::now();
    // Held by each that writes, so that the end does not come between a file and its name.
    let writing = RwLock::new(());
    // Pieces are independent: each is composed by one thread, so that many threads change nothing.
    let ended = orders.par_iter().try_for_each(|order| {
        let primer = primer(order.seed);
        let composition = Composition {
            primer,
            with_primer: command.with_primer,
            bars: command.bars as usize,
            seed: order.seed,
            temperature: command.temperature,
        };
        let roll = compose(&source.composer, &composition, |_| {
            if interruption::asked() {
                let _nobody_writes = writing.write();
                std::process::exit(i32::from(super::INTERRUPTED));
            }
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if let Ok(mut progress) = progress.try_lock() {
                progress.show(done, "");
            }
        });
        let recipe = recipe(&source, &composition);
        let _writes = writing.read();
        write(command, order, &roll, &recipe, voice.as_ref())
    });
    if let Ok(progress) = progress.lock() {
        progress.finish();
    }
    if let Outcome::Interrupted = unless_interrupted(ended)? {
        return Ok(Outcome::Interrupted);
    }
    eprintln!("composed in {}", in_words(start.elapsed().as_secs_f64()));
    Ok(Outcome::Done)
}

/// About how many steps a piece will have.
fn steps_of(command: &Compose, primer: &Primer) -> usize {
    let metre = primer.roll.metre_at(primer.roll.len()).metre;
    command.bars as usize * metre.sixteenths() as usize
}

/// Which pieces go where; nothing that is there already is in the way.
fn orders(command: &Compose) -> anyhow::Result<Vec<Order>> {
    let seed = command.seed.unwrap_or_else(|| {
        // Small enough to be said aloud, large enough not to come twice.
        RandomState::new().build_hasher().finish() % 1_000_000_000
    });
    let existing = existing(command);
    let order = |index: u32| {
        let seed = seed.wrapping_add(u64::from(index));
        let paths = match (&command.output[..], command.count) {
            ([], _) => vec![PathBuf::from(format!("deep-jammer-{seed}.mid"))],
            (paths, 1) => paths.to_vec(),
            (paths, _) => paths.iter().map(|path| numbered(path, index + 1)).collect(),
        };
        anyhow::Ok(Order { seed, outputs: outputs(paths, existing)? })
    };
    (0..command.count).map(order).collect()
}

fn existing(command: &Compose) -> Existing {
    if command.force { Existing::Replace } else { Existing::Keep }
}

/// `name.mid` as `name-3.mid`.
fn numbered(path: &Path, number: u32) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-{number}.{extension}"))
}

fn own_primer(path: &Path) -> anyhow::Result<Primer> {
    let piece = Piece::read(path)?;
    let lost = piece.transcription.out_of_range;
    if lost > 0 {
        eprintln!("{}: {lost} notes lie beyond the 88 keys and are not heard", path.display());
    }
    Ok(Primer { source: piece.name.clone(), roll: piece.transcription.roll })
}

fn recipe(source: &Source, piece: &Composition<'_>) -> Recipe {
    let Composition { primer, with_primer, bars, seed, temperature } = *piece;
    Recipe {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        model: source.model.clone(),
        learn: source.learn.clone(),
        seed,
        temperature,
        bars,
        metre: primer.roll.metre_at(primer.roll.len()).metre,
        primer: primer.source.clone(),
        with_primer,
    }
}

fn write(
    command: &Compose,
    order: &Order,
    roll: &Roll,
    recipe: &Recipe,
    voice: Option<&Voice>,
) -> anyhow::Result<()> {
    let title = format!("Deep Jammer, seed {}", order.seed);
    let score = roll.to_score(Some(&title), &[recipe.to_text()]);
    for output in &order.outputs {
        let go_on = &mut |_| !interruption::asked();
        output.write(&score, &title, voice, existing(command), go_on)?;
        use std::io::Write;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", output.path().display()).context("standard output")?;
    }
    eprintln!("seed {} after {}, {}", order.seed, recipe.primer, recipe.metre);
    Ok(())
}
