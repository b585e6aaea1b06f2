//! `deep-jammer compose`: new music.

mod endless;
mod length;
mod options;
mod primers;
mod replay;
mod source;

pub use options::Compose;

use super::output_args::{outputs, unless_interrupted};
use super::progress::{Progress, in_words};
use super::{Outcome, interruption};
use anyhow::Context;
use deep_jammer::atomic_file::Existing;
use deep_jammer::composing::{
    Choosing, Composition, Criterion, Recipe, USUAL_CANDIDATES, Verdict, candidate_seed,
};
use deep_jammer::output::{Output, Voice};
use deep_jammer::roll::Roll;
use length::bars;
use primers::Primers;
use rayon::prelude::*;
use source::Source;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, RwLock};

/// One piece to compose.
struct Order {
    seed: u64,
    outputs: Vec<Output>,
}

/// All that pieces are composed with.
struct ComposeJob {
    source: Source,
    primers: Primers,
    /// By what the best of several is chosen, where there are several.
    criterion: Option<Criterion>,
}

/// Composes, and writes each piece as soon as it is ready.
pub fn run(command: &Compose) -> anyhow::Result<Outcome> {
    if let Some(recipe) = &command.recipe {
        return replay::run(command, recipe);
    }
    let seed = command.seed.unwrap_or_else(|| {
        // Small enough to be said aloud, large enough not to come twice.
        RandomState::new().build_hasher().finish() % 1_000_000_000
    });
    let orders = match command.endless {
        true => vec![Order {
            seed,
            outputs: outputs(endless::paths(command, seed, 1), existing(command))?,
        }],
        false => orders(command, seed)?,
    };
    let voice = command.voice.voice(orders.iter().flat_map(|order| &order.outputs))?;
    let workshop = ComposeJob::new(command)?;
    for order in &orders {
        for seed in workshop.candidates(command, order) {
            length::check(&workshop.composition(command, seed), &order.outputs)?;
        }
    }
    interruption::handle_ctrl_c("Stopping. Unfinished files are discarded.")?;
    let ended = match command.endless {
        true => endless::run(command, &workshop, seed, voice.as_ref()),
        false => compose_all(command, &workshop, &orders, voice.as_ref()),
    };
    unless_interrupted(ended)
}

fn compose_all(
    command: &Compose,
    workshop: &ComposeJob,
    orders: &[Order],
    voice: Option<&Voice>,
) -> anyhow::Result<()> {
    let candidates = |order| workshop.candidates(command, order);
    let seeds: Vec<u64> = orders.iter().flat_map(candidates).collect();
    let steps = |&seed: &u64| workshop.composition(command, seed).steps();
    let steps = seeds.iter().map(steps).sum::<usize>() + workshop.primers.steps_heard(&seeds);
    let (done, progress) = (AtomicU64::new(0), Mutex::new(Progress::new(steps as u64, "steps")));
    let start = std::time::Instant::now();
    // Held by each that writes, so that the end does not come between a file and its name.
    let atomic_file = RwLock::new(());
    let told = |_| {
        if interruption::requested() {
            let _nobody_writes = atomic_file.write();
            std::process::exit(i32::from(super::INTERRUPTED));
        }
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if let Ok(mut progress) = progress.try_lock() {
            progress.show(done, "");
        }
    };
    // Pieces are independent: each is composed by one thread, so that many threads change nothing.
    let ended = orders.par_iter().try_for_each(|order| {
        let (recipe, roll) = workshop.best(command, order.seed, &candidates(order), told);
        let _writes = atomic_file.read();
        write(command, &order.outputs, &roll, &recipe, voice)
    });
    if let Ok(progress) = progress.lock() {
        progress.finish();
    }
    ended?;
    eprintln!("composed in {}", in_words(start.elapsed().as_secs_f64()));
    Ok(())
}

impl ComposeJob {
    fn new(command: &Compose) -> anyhow::Result<ComposeJob> {
        let source = Source::new(command)?;
        let primers = Primers::new(command, &source)?;
        let criterion = match command.best_of {
            Some(1) => None,
            Some(_) => Some(source.criterion().context("--best-of needs real music to judge by")?),
            // By what the model carries, not by files that may be gone the next time.
            None if command.endless || !source.carries_its_music() => None,
            None => Some(source.criterion()?),
        };
        Ok(ComposeJob { source, primers, criterion })
    }

    /// The seeds of the pieces of which one is kept.
    fn candidates(&self, command: &Compose, order: &Order) -> Vec<u64> {
        let count =
            self.criterion.as_ref().map_or(1, |_| command.best_of.unwrap_or(USUAL_CANDIDATES));
        (0..count).map(|number| candidate_seed(order.seed, number)).collect()
    }

    /// The piece that a seed stands for.
    fn composition(&self, command: &Compose, seed: u64) -> Composition<'_> {
        let primer = &self.primers.of(seed).primer;
        Composition {
            primer,
            with_primer: command.with_primer,
            bars: bars(command, primer),
            repeats: command.repeats,
            seed,
            temperature: command.temperature,
        }
    }

    /// Composes what some seeds stand for, and chooses the best.
    fn best(
        &self,
        command: &Compose,
        seed: u64,
        candidates: &[u64],
        told: impl Fn(usize) + Sync,
    ) -> (Recipe, Roll) {
        let composer = &self.source.composer;
        let piece = |seed: u64| {
            let composition = self.composition(command, seed);
            let heard = self.primers.of(seed).heard(composer, &told);
            composition.first(composer, &mut composition.begin_after(heard), &told)
        };
        let Some(criterion) = &self.criterion else {
            return (self.recipe(command, seed), piece(seed));
        };
        let judged = candidates.par_iter().map(|&seed| {
            let roll = piece(seed);
            let composition = self.composition(command, seed);
            let verdict = criterion.judge(&composition.new_music(&roll), composition.rests());
            (verdict, seed, roll)
        });
        let judged: Vec<(Verdict, u64, Roll)> = judged.collect();
        // Of equals the first.
        let best = judged.into_iter().min_by(|a, b| a.0.compare(&b.0));
        let (verdict, winner, roll) = best.expect("there is at least one candidate");
        let mut recipe = self.recipe(command, winner);
        recipe.seed = seed;
        let verdict = verdict.to_string();
        recipe.best_of = Some(Choosing { of: candidates.len() as u32, seed: winner, verdict });
        (recipe, roll)
    }

    fn recipe(&self, command: &Compose, seed: u64) -> Recipe {
        let composition = self.composition(command, seed);
        let Composition { primer, with_primer, bars, repeats, temperature, .. } = composition;
        Recipe {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            model: self.source.model.clone(),
            learn: self.source.learn.clone(),
            seed,
            temperature,
            bars,
            repeats,
            metre: primer.metre(),
            metre_asked: command.metre.map(|metre| metre.to_string()),
            key: command.key.map(|key| key.to_string()),
            tempo: command.tempo,
            part: None,
            best_of: None,
            primer: primer.source.clone(),
            own_primer: command.primer.is_some(),
            moved: self.primers.of(seed).moved,
            with_primer,
        }
    }
}

/// Which pieces go where; nothing that is there already is in the way.
fn orders(command: &Compose, seed: u64) -> anyhow::Result<Vec<Order>> {
    let order = |index: u32| {
        let seed = seed.wrapping_add(u64::from(index));
        let paths = match (&command.output[..], command.count) {
            ([], _) => vec![PathBuf::from(format!("deep-jammer-{seed}.mid"))],
            (paths, 1) => paths.to_vec(),
            (paths, _) => paths.iter().map(|path| numbered(path, u64::from(index) + 1)).collect(),
        };
        anyhow::Ok(Order { seed, outputs: outputs(paths, existing(command))? })
    };
    (0..command.count).map(order).collect()
}

fn existing(command: &Compose) -> Existing {
    if command.force { Existing::Replace } else { Existing::Keep }
}

/// `name.mid` as `name-3.mid`.
fn numbered(path: &Path, number: u64) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-{number}.{extension}"))
}

/// Writes a piece in all kinds that were asked for, and says how it came about.
fn write(
    command: &Compose,
    outputs: &[Output],
    roll: &Roll,
    recipe: &Recipe,
    voice: Option<&Voice>,
) -> anyhow::Result<()> {
    let title = match recipe.part {
        None => format!("Deep Jammer, seed {}", recipe.seed),
        Some(part) => format!("Deep Jammer, seed {}, part {part}", recipe.seed),
    };
    let score = roll.to_score(Some(&title), &[recipe.to_text()]);
    for output in outputs {
        let go_on = &mut |_| !interruption::requested();
        output.write(&score, &title, voice, existing(command), go_on)?;
        tell(output.path())?;
    }
    eprintln!("{}", said(recipe));
    Ok(())
}

/// Says on the standard output where a piece is. Whoever reads that may have seen enough; the pieces
/// are wanted all the same.
fn tell(path: &Path) -> anyhow::Result<()> {
    match writeln!(std::io::stdout().lock(), "{}", path.display()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        told => told.context("standard output"),
    }
}

/// How a piece came about, in a line.
fn said(recipe: &Recipe) -> String {
    let Recipe { seed, primer, metre, moved, best_of, .. } = recipe;
    let moved = match moved {
        0 => String::new(),
        1.. => format!(", moved up by {moved}"),
        _ => format!(", moved down by {}", -moved),
    };
    let chosen = best_of.as_ref().map_or(String::new(), |best| {
        let Choosing { of, seed, verdict } = best;
        format!("; best of {of}, by itself --best-of 1 --seed {seed}: {verdict}")
    });
    format!("seed {seed} after {primer}{moved}, {metre}{chosen}")
}
