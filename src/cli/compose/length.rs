//! How long pieces are.

use super::Compose;
use anyhow::ensure;
use deep_jammer::composing::Composition;
use deep_jammer::output::{Kind, Output};
use deep_jammer::primer::Primer;
use deep_jammer::roll::LONGEST_ROLL;
use deep_jammer::sound;

/// How many measures a piece after a primer has.
pub fn bars(command: &Compose, primer: &Primer) -> usize {
    let Some(minutes) = command.minutes else { return command.bars as usize };
    (minutes * 60.0 / primer.seconds_of_a_measure()).round().max(1.0) as usize
}

/// Sees whether a piece is not too long for its files, before all the work is done for nothing.
pub fn check(composition: &Composition<'_>, outputs: &[Output]) -> anyhow::Result<()> {
    const LESS: &str = "ask for fewer --bars or --minutes, or for files in turn with --endless";
    let primer = &composition.primer.roll;
    let before = if composition.with_primer { primer.len() } else { composition.rests() };
    let steps = before as u64 + composition.steps() as u64;
    ensure!(
        steps <= LONGEST_ROLL,
        "a piece of {steps} 16ths is too long for a file, which can have {LONGEST_ROLL}; {LESS}"
    );
    let seconds = steps as f64 * f64::from(primer.tempo) / 4e6;
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
