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
    Choice, Criterion, LeadIn, LivePiece, Opening, PreparedPrimers, Recipe, RecipeError,
    USUAL_CANDIDATES, best_of, candidate_seed,
};
use deep_jammer::output::{Output, Voice};
use deep_jammer::primer::{Adapted, Record};
use length::bars;
use rayon::prelude::*;
use source::Source;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// One piece to compose.
struct Order {
    seed: u64,
    outputs: Vec<Output>,
}

/// All that pieces are composed with.
struct ComposeJob {
    source: Source,
    /// What all pieces have in common.
    recipe: Recipe,
    primers: PreparedPrimers,
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
    let job = ComposeJob::new(command)?;
    for order in &orders {
        for recipe in job.candidates(command, order.seed) {
            length::check(job.primers.of(recipe.seed), &recipe, &order.outputs)?;
        }
    }
    interruption::handle_ctrl_c("Stopping. Unfinished files are discarded.")?;
    let ended = match command.endless {
        true => endless::run(command, &job, seed, voice.as_ref()),
        false => compose_all(command, &job, &orders, voice.as_ref()),
    };
    unless_interrupted(ended)
}

fn compose_all(
    command: &Compose,
    job: &ComposeJob,
    orders: &[Order],
    voice: Option<&Voice>,
) -> anyhow::Result<()> {
    let candidates: Vec<Recipe> =
        orders.iter().flat_map(|order| job.candidates(command, order.seed)).collect();
    let seeds: Vec<u64> = candidates.iter().map(|recipe| recipe.seed).collect();
    let composed = |recipe: &Recipe| job.primers.of(recipe.seed).steps(recipe).1;
    let steps = candidates.iter().map(composed).sum::<usize>() + job.primers.steps_to_hear(&seeds);
    let steps = StepsDone::of(steps);
    let start = std::time::Instant::now();
    // Pieces are independent: each is composed by one thread, so that many threads change nothing.
    let ended = orders.par_iter().try_for_each(|order| {
        let piece = job.piece(command, order.seed, &|| steps.one_more())?;
        write(command, &order.outputs, &piece, &job.primers, None, voice)
    });
    steps.finish();
    ended?;
    eprintln!("composed in {}", in_words(start.elapsed().as_secs_f64()));
    Ok(())
}

/// Steps that are heard or composed on several threads, as progress.
struct StepsDone {
    done: AtomicU64,
    progress: Mutex<Progress>,
}

impl StepsDone {
    fn of(steps: usize) -> StepsDone {
        let progress = Mutex::new(Progress::new(steps as u64, "steps"));
        StepsDone { done: AtomicU64::new(0), progress }
    }

    /// Counts a step, and tells whether to go on.
    fn one_more(&self) -> bool {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if let Ok(mut progress) = self.progress.try_lock() {
            progress.show(done, "");
        }
        !interruption::requested()
    }

    fn finish(self) {
        self.progress.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()).finish();
    }
}

impl ComposeJob {
    fn new(command: &Compose) -> anyhow::Result<ComposeJob> {
        let source = Source::new(command)?;
        let recipe = Recipe {
            model_name: Some(source.name.clone()),
            learn: source.learn.clone(),
            opening: primers::opening(command)?,
            lead_in: if command.with_primer { LeadIn::Whole } else { LeadIn::None },
            key: command.key,
            metre: command.metre,
            tempo: command.tempo,
            // Of how many bars depends on the primer.
            ..Recipe::new(0).bars(1).temperature(command.temperature).repeats(command.repeats)
        };
        let primers = primers::prepare(command, &source, &recipe)?;
        let criterion = match command.best_of {
            Some(1) => None,
            Some(_) => Some(source.criterion().context("--best-of needs real music to judge by")?),
            // By what the model carries, not by files that may be gone the next time.
            None if command.endless || !source.carries_its_music() => None,
            None => Some(source.criterion()?),
        };
        Ok(ComposeJob { source, recipe, primers, criterion })
    }

    /// The recipe of a piece by a seed.
    fn recipe(&self, command: &Compose, seed: u64) -> Recipe {
        let bars = bars(command, self.primers.of(seed).primer());
        Recipe { seed, ..self.recipe.clone() }.bars(bars)
    }

    /// The recipes of the pieces of which one is kept.
    fn candidates(&self, command: &Compose, seed: u64) -> Vec<Recipe> {
        let count =
            self.criterion.as_ref().map_or(1, |_| command.best_of.unwrap_or(USUAL_CANDIDATES));
        (0..count).map(|number| self.recipe(command, candidate_seed(seed, number))).collect()
    }

    /// Composes the piece of a seed, or the best of its candidates.
    fn piece(
        &self,
        command: &Compose,
        seed: u64,
        go_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<LivePiece, RecipeError> {
        let composer = &self.source.composer;
        let Some(criterion) = &self.criterion else {
            let recipe = self.recipe(command, seed);
            let mut piece = self.primers.begin(composer, recipe, go_on)?;
            return piece.finish(composer, go_on).map(|()| piece);
        };
        let candidates = self.candidates(command, seed);
        best_of(composer, &self.primers, candidates, criterion, go_on)
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

/// Writes a piece in all kinds that were asked for, and says how it came about. `given` is its recipe
/// word for word, if it was composed by one.
fn write(
    command: &Compose,
    outputs: &[Output],
    piece: &LivePiece,
    primers: &PreparedPrimers,
    given: Option<&str>,
    voice: Option<&Voice>,
) -> anyhow::Result<()> {
    let recipe = piece.recipe();
    let (title, mut score) = (recipe.title(), piece.score());
    if let Some(line) = given {
        score.texts = vec![line.to_owned()];
    }
    for output in outputs {
        let go_on = &mut |_| !interruption::requested();
        output.write(&score, &title, voice, existing(command), go_on)?;
        tell(output.path())?;
    }
    eprintln!("{}", said(&recipe, primers.of(recipe.drawn_seed()).adapted()));
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
fn said(recipe: &Recipe, opening: &Adapted) -> String {
    let Recipe { seed, best_of, .. } = recipe;
    let Adapted { primer, semitones, .. } = opening;
    let source = match &recipe.opening {
        Opening::Own(own) => own_in_words(own),
        _ => primer.source.clone(),
    };
    let moved = match semitones {
        0 => String::new(),
        1.. => format!(", moved up by {semitones}"),
        _ => format!(", moved down by {}", -semitones),
    };
    let chosen = best_of.as_ref().map_or(String::new(), |best| {
        let Choice { of, seed, verdict } = best;
        format!("; best of {of}, by itself --best-of 1 --seed {seed}: {verdict}")
    });
    format!("seed {seed} after {source}{moved}, {}{chosen}", primer.metre())
}

/// Music of the musician's own, by its name and fingerprint.
fn own_in_words(own: &Record) -> String {
    match own.primer() {
        Ok(primer) => format!("{} ({})", own.source(), primer.fingerprint()),
        Err(_) => own.source().to_owned(),
    }
}
