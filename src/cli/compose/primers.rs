//! Primers as the musician wants them: which one, in which key, metre and tempo.

use super::{Compose, Source};
use anyhow::{bail, ensure};
use deep_jammer::corpus::Piece;
use deep_jammer::primer::{Primer, chosen};
use deep_jammer::score::{KeySignature, Metre};
use std::collections::BTreeSet;
use std::path::Path;

/// The primers that can be gone on from as it was asked, at least one.
pub struct Primers {
    ready: Vec<Ready>,
}

/// A primer in the key, the tempo and with the metre that was asked for.
pub struct Ready {
    pub primer: Primer,
    /// By how many semitones it was moved.
    pub moved: i32,
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
            bail!("{whose} has no primer with room on the piano for {key}");
        }
        Ok(Primers { ready })
    }

    /// The one that a seed stands for.
    pub fn of(&self, seed: u64) -> &Ready {
        chosen(&self.ready, seed).expect("there is at least one")
    }
}

fn own(path: &Path) -> anyhow::Result<Primer> {
    let piece = Piece::read(path)?;
    let lost = piece.transcription.out_of_range;
    if lost > 0 {
        eprintln!("{}: {lost} notes lie beyond the 88 keys and are not heard", path.display());
    }
    let mut primer = Primer { source: piece.name.clone(), roll: piece.transcription.roll };
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
    if let Some(metre) = command.metre.filter(|&metre| metre != primer.metre()) {
        primer.roll.change_metre(metre);
    }
    Some(Ready { primer, moved })
}
