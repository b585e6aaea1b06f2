//! `compose --recipe`: a piece of the studio, again.

use super::{Compose, existing, tell};
use crate::cli::output_args::{outputs, unless_interrupted};
use crate::cli::progress::Progress;
use crate::cli::{self, Outcome, interruption, quoted};
use anyhow::{Context, bail};
use deep_jammer::composing::{Composer, LivePiece, Recipe, Script};
use deep_jammer::midi;
use std::path::{Path, PathBuf};

/// How a recipe begins in a MIDI file.
const OURS: &str = "deep-jammer ";

/// The longest file that may be a recipe, in bytes.
const LONGEST: u64 = 1 << 24;

/// Composes what a recipe says, and writes it.
pub fn run(command: &Compose, recipe: &str) -> anyhow::Result<Outcome> {
    let script = script(recipe)?;
    if script.steps == 0 {
        bail!("this recipe says nothing of how long the piece is; copy it while the piece plays");
    }
    let paths = match &command.output[..] {
        [] => vec![PathBuf::from(format!("deep-jammer-{}.mid", script.seed))],
        paths => paths.to_vec(),
    };
    let outputs = outputs(paths, existing(command))?;
    let voice = command.voice.voice(&outputs)?;
    let model = cli::model(&command.model)?;
    if model.fingerprint() != script.model {
        bail!(
            "this recipe is for the model {}, and {} is {}; give the one it is for with --model",
            script.model,
            command.model.display(),
            model.fingerprint()
        );
    }
    interruption::handle_ctrl_c("Stopping. Unfinished files are discarded.")?;
    let composer = Composer::new(&model);
    let (seed, steps) = (script.seed, script.steps);
    let mut live_piece = LivePiece::begin(&composer, &model.primers, script)?;
    let mut progress = Progress::new(steps as u64, "steps");
    let whole = live_piece.perform(&composer, |done| {
        progress.show(done.min(steps) as u64, "");
        !interruption::requested()
    });
    progress.finish();
    if !whole {
        return Ok(Outcome::Interrupted);
    }
    let title = format!("Deep Jammer, seed {seed}");
    let score = live_piece.score(0, steps, &title);
    let written = outputs.iter().try_for_each(|output| {
        let go_on = &mut |_| !interruption::requested();
        output.write(&score, &title, voice.as_ref(), existing(command), go_on)?;
        tell(output.path())
    });
    unless_interrupted(written)
}

/// The recipe itself, or that in the file of that name: a text, or a MIDI file that the studio wrote.
fn script(recipe: &str) -> anyhow::Result<Script> {
    if recipe.trim_start().starts_with('{') {
        return Ok(Script::from_text(recipe)?);
    }
    if recipe.contains(" {") {
        return of_a_line(recipe);
    }
    let path = Path::new(recipe);
    let named = || path.display().to_string();
    let length = path.metadata().with_context(named)?.len();
    if length > LONGEST {
        bail!("{}: {length} bytes are no recipe", path.display());
    }
    let bytes = std::fs::read(path).with_context(named)?;
    if bytes.starts_with(b"MThd") {
        let texts = midi::read(&bytes).with_context(named)?.score.texts;
        let line = texts.iter().find(|text| text.starts_with(OURS));
        let line = line.with_context(|| format!("{} holds no recipe of ours", path.display()))?;
        return of_a_line(line).with_context(named);
    }
    let text = String::from_utf8(bytes).ok().with_context(|| {
        format!("{} is neither a text nor a MIDI file with a recipe in it", path.display())
    })?;
    match text.trim_start().starts_with('{') {
        true => Ok(Script::from_text(&text)?),
        false => of_a_line(&text),
    }
}

/// A recipe as it stands in a MIDI file. One of `compose` is not played here, as that takes options,
/// which are said.
fn of_a_line(line: &str) -> anyhow::Result<Script> {
    let line = line.trim();
    if let Some(script) = line.strip_prefix("deep-jammer studio ") {
        return Ok(Script::from_text(script)?);
    }
    if let Some(recipe) = Recipe::from_text(line) {
        bail!(
            "this is no recipe of the studio but one of compose; so {} is composed again:\n  \
             deep-jammer compose {}",
            recipe
                .part
                .map_or("the piece".to_owned(), |part| format!("the piece, as part {part},")),
            options(&recipe)
        );
    }
    Ok(Script::from_text(line)?)
}

/// The options by which a piece is composed again: the one that was chosen, by itself.
fn options(recipe: &Recipe) -> String {
    // The fingerprint behind the name is no part of it.
    let name = |of: &str| of.rsplit_once(" (").map_or(of, |(name, _)| name).to_owned();
    let seed = recipe.best_of.as_ref().map_or(recipe.seed, |best| best.seed);
    let mut options = vec![format!("--model {}", quoted(&name(&recipe.model)))];
    if !recipe.learn.is_empty() {
        let paths: Vec<_> = recipe.learn.iter().map(|path| quoted(path)).collect();
        options.push(format!("--learn {}", paths.join(" ")));
    }
    options.push(format!("--seed {seed} --bars {}", recipe.bars));
    options.push(format!("--temperature {} --repeats {}", recipe.temperature, recipe.repeats));
    for (option, value) in [("metre", &recipe.metre_asked), ("key", &recipe.key)] {
        options.extend(value.as_ref().map(|value| format!("--{option} {}", quoted(value))));
    }
    options.extend(recipe.tempo.map(|tempo| format!("--tempo {tempo}")));
    if recipe.own_primer {
        options.push(format!("--primer {}", quoted(&format!("{}.mid", name(&recipe.primer)))));
    }
    options.extend(recipe.with_primer.then(|| "--with-primer".to_owned()));
    options.push(if recipe.part.is_some() { "--endless" } else { "--best-of 1" }.to_owned());
    options.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use deep_jammer::composing::Choosing;

    #[test]
    fn a_recipe_becomes_the_options_that_it_was_made_with() {
        let mut recipe = Recipe {
            version: "0.1.0".into(),
            model: "run (1a2b3c4d5e6f)".into(),
            learn: Vec::new(),
            seed: 7,
            temperature: 0.95,
            bars: 16,
            repeats: 0.32,
            metre: "6/8".parse().unwrap(),
            metre_asked: Some("6/8".into()),
            key: Some("F minor".into()),
            tempo: Some(92.5),
            part: None,
            best_of: Some(Choosing { of: 8, seed: 5, verdict: "no faults".into() }),
            primer: "Bach's \"fugue\" (0123456789ab)".into(),
            own_primer: true,
            moved: -5,
            with_primer: true,
        };
        assert_eq!(
            options(&recipe),
            "--model run --seed 5 --bars 16 --temperature 0.95 --repeats 0.32 --metre 6/8 --key \
             'F minor' --tempo 92.5 --primer 'Bach'\\''s \"fugue\".mid' --with-primer --best-of 1"
        );
        (recipe.part, recipe.best_of, recipe.own_primer) = (Some(3), None, false);
        assert!(options(&recipe).ends_with(
            "--seed 7 --bars 16 --temperature 0.95 --repeats 0.32 \
            --metre 6/8 --key 'F minor' --tempo 92.5 --with-primer --endless"
        ));
    }
}
