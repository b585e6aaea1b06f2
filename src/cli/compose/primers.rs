//! Primers as the musician wants them: which one, in which key, metre and tempo.

use super::{Compose, Source};
use anyhow::{bail, ensure};
use deep_jammer::composing::{Composer, Stream};
use deep_jammer::corpus::Piece;
use deep_jammer::primer::{Primer, chosen};
use deep_jammer::score::{KeySignature, Metre};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

/// How many warnings of a damaged file are printed: one of a thousand tracks has thousands.
const MOST_WARNINGS: usize = 8;

/// The primers that can be gone on from as it was asked, at least one.
pub struct Primers {
    ready: Vec<Ready>,
}

/// A primer in the key, the tempo and with the metre that was asked for.
pub struct Ready {
    pub primer: Primer,
    /// By how many semitones it was moved.
    pub moved: i32,
    /// The stream that has heard it, once it has been heard.
    heard: OnceLock<Stream>,
}

impl Ready {
    /// A stream that has heard it; `told` is told of each step, if it has to be heard first.
    pub fn heard(&self, composer: &Composer, told: impl Fn(usize)) -> Stream {
        self.heard.get_or_init(|| composer.hear(&self.primer, told)).clone()
    }
}

impl Primers {
    /// Makes ready the musician's own primer, or those of the source; says what cannot be had as it
    /// was asked, and how it is done instead.
    pub fn new(command: &Compose, source: &Source) -> anyhow::Result<Primers> {
        let own = command.primer.as_deref().map(own).transpose()?;
        let whose = match &command.primer {
            Some(path) => path.display().to_string(),
            None => source.model.clone(),
        };
        if own.is_some() && command.with_primer {
            eprintln!(
                "{whose} is written as it is heard: in 16ths, evenly loud, in its mean tempo"
            );
        }
        let mut primers = own.map_or_else(|| source.primers.clone(), |own| vec![own]);
        ensure!(!primers.is_empty(), "{whose} holds no primers; give one with --primer FILE.mid");
        // The mode first: a metre can be taken up where the primer ends, a mode cannot.
        if let Some(key) = command.key {
            keep_mode(&mut primers, key, &whose)?;
        }
        if let Some(metre) = command.metre {
            keep_metre(&mut primers, metre, &whose);
        }
        let mut ready = Vec::new();
        for primer in primers {
            ready.extend(make_ready(command, primer));
        }
        if let (Some(key), true) = (command.key, ready.is_empty()) {
            bail!(
                "--key {key}: moved there, {whose} would leave the piano's 88 keys; ask for another \
                 key, or give a primer with a smaller range"
            );
        }
        Ok(Primers { ready })
    }

    /// How many steps are heard of all those that some seeds stand for.
    pub fn steps_heard(&self, seeds: &[u64]) -> usize {
        let is_heard =
            |ready: &&Ready| seeds.iter().any(|&seed| std::ptr::eq(self.of(seed), *ready));
        self.ready.iter().filter(is_heard).map(|ready| ready.primer.roll.len()).sum()
    }

    /// The one that a seed stands for.
    pub fn of(&self, seed: u64) -> &Ready {
        chosen(&self.ready, seed).expect("there is at least one")
    }
}

/// The musician's own music; what of it is not heard is said.
fn own(path: &Path) -> anyhow::Result<Primer> {
    let Piece { name, transcription, percussion, warnings, .. } = Piece::read(path)?;
    for warning in warnings.iter().take(MOST_WARNINGS) {
        eprintln!("{}: {warning}", path.display());
    }
    let lost =
        [(transcription.out_of_range, "notes beyond the 88 keys"), (percussion, "drum strokes")];
    for (count, what) in lost.into_iter().filter(|(count, _)| *count > 0) {
        eprintln!("{}: {count} {what} are not heard", path.display());
    }
    let mut primer = Primer { source: name, roll: transcription.roll };
    // It goes on as it ends.
    primer.roll.key = transcription.keys.last().map(|change| change.key);
    primer.source = format!("{} ({})", primer.source, primer.fingerprint());
    Ok(primer)
}

/// Leaves out the primers of the other mode.
fn keep_mode(primers: &mut Vec<Primer>, key: KeySignature, whose: &str) -> anyhow::Result<()> {
    let keys: BTreeSet<String> =
        primers.iter().filter_map(|primer| primer.key().map(|key| key.to_string())).collect();
    primers.retain(|primer| primer.key().is_some_and(|found| found.minor == key.minor));
    if primers.is_empty() {
        let mode = if key.minor { "minor" } else { "major" };
        let keys = match keys.len() {
            0 => "in no key at all".to_owned(),
            _ => format!("in {}", keys.into_iter().collect::<Vec<_>>().join(", ")),
        };
        bail!(
            "--key {key}: {whose} is {keys}; a primer can be moved to another key but not made \
             {mode}: give one in {mode} with --primer FILE.mid"
        );
    }
    Ok(())
}

/// Leaves out the primers of other metres, if there is one of this; says so if there is none.
fn keep_metre(primers: &mut Vec<Primer>, metre: Metre, whose: &str) {
    if primers.iter().any(|primer| primer.metre() == metre) {
        primers.retain(|primer| primer.metre() == metre);
        return;
    }
    let metres: BTreeSet<String> =
        primers.iter().map(|primer| primer.metre().to_string()).collect();
    let metres = metres.into_iter().collect::<Vec<_>>().join(", ");
    eprintln!("{whose} is in {metres}: after it the music goes on in {metre}, from a downbeat");
}

fn make_ready(command: &Compose, primer: Primer) -> Option<Ready> {
    let (mut primer, moved) = match command.key {
        Some(key) => primer.moved_to(key)?,
        None => (primer, 0),
    };
    if let Some(tempo) = command.tempo {
        primer.roll.tempo = (60e6 / tempo).round() as u32;
    }
    let metre = command.metre.unwrap_or(primer.metre());
    if !metre.is_of_sixteenths() {
        let other = metre.in_sixteenths();
        eprintln!("a measure of {metre} is no whole number of 16ths: the music goes on in {other}");
        primer.roll.change_metre(other);
    } else if metre != primer.metre() {
        primer.roll.change_metre(metre);
    }
    Some(Ready { primer, moved, heard: OnceLock::new() })
}
