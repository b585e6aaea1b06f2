//! The length of pieces.

use super::Compose;
use anyhow::ensure;
use deep_jammer::composing::{PreparedPrimer, Recipe};
use deep_jammer::output::{Kind, Output};
use deep_jammer::primer::Primer;
use deep_jammer::roll::LONGEST_ROLL;
use deep_jammer::sound;

/// How many measures a piece has that continues from a primer.
pub fn bars(command: &Compose, primer: &Primer) -> usize {
    let Some(minutes) = command.minutes else { return command.bars as usize };
    (minutes * 60.0 / primer.seconds_of_a_measure()).round().max(1.0) as usize
}

/// Checks that a piece is not too long for its files, before all the work is done for nothing.
pub fn check(primer: &PreparedPrimer, recipe: &Recipe, outputs: &[Output]) -> anyhow::Result<()> {
    const LESS: &str = "ask for fewer --bars or --minutes, or for files in turn with --endless";
    let (before, composed) = primer.steps(recipe);
    let steps = before.saturating_add(composed) as u64;
    ensure!(
        steps <= LONGEST_ROLL,
        "a piece of {steps} 16ths is too long for a file, which can have {LONGEST_ROLL}; {LESS}"
    );
    let seconds = steps as f64 * f64::from(primer.primer().roll.settled_tempo()) / 4e6;
    if outputs.iter().any(|output| output.kind() == Kind::Wav) {
        ensure!(
            // The last sound dies away within a minute.
            seconds + 60.0 <= sound::LONGEST as f64,
            "{:.1} hours are too long for a sound file, which can have {}; {LESS}",
            seconds / 3600.0,
            sound::LONGEST / 3600
        );
    }
    Ok(())
}
