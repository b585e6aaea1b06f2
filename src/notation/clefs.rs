//! Chooses the clef of each measure of a staff, and the passages with an octave sign (8va, 8vb).
//!
//! The upper staff usually has the treble clef, and the lower staff the bass clef. Where the music
//! stays far from its staff, another clef or an octave sign saves ledger lines. Dynamic programming
//! finds the cheapest choice for the whole piece.

/// A clef.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clef {
    Treble,
    Bass,
}

/// How a staff is read: its clef and its octave sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub clef: Clef,
    /// How many octaves higher than written the notes sound.
    pub octaves: i32,
}

const READINGS: [Reading; 4] = [
    Reading { clef: Clef::Bass, octaves: -1 },
    Reading { clef: Clef::Bass, octaves: 0 },
    Reading { clef: Clef::Treble, octaves: 0 },
    Reading { clef: Clef::Treble, octaves: 1 },
];

/// The costs of a change of clef and of the beginning or end of an octave sign, and the costs of
/// each measure in an unusual clef and with an octave sign.
const CHANGE_CLEF: u32 = 24;
const CHANGE_OCTAVE: u32 = 40;
const OTHER_CLEF: u32 = 2;
const OTHER_OCTAVE: u32 = 12;

/// Chooses the reading of each measure of a staff. `measures` holds the staff positions of its
/// heads, as letters counted up from C0.
pub(super) fn readings(home: Clef, measures: &[Vec<i32>]) -> Vec<Reading> {
    let usual = Reading { clef: home, octaves: 0 };
    let mut costs = READINGS.map(|reading| change_cost(usual, reading));
    let mut came_from: Vec<[usize; 4]> = Vec::with_capacity(measures.len());
    for heads in measures {
        let steps = READINGS.map(|to| {
            let steps = READINGS.iter().zip(costs).enumerate();
            let cheapest = steps.map(|(n, (from, cost))| (cost + change_cost(*from, to), n)).min();
            cheapest.unwrap_or_default()
        });
        came_from.push(steps.map(|(_, from)| from));
        for (index, reading) in READINGS.into_iter().enumerate() {
            let ledgers: u32 = heads.iter().map(|&head| ledger_lines(reading, head)).sum();
            costs[index] = steps[index].0 + ledgers + staying_cost(usual, reading);
        }
        let least = costs.iter().copied().min().unwrap_or(0);
        costs.iter_mut().for_each(|cost| *cost -= least);
    }
    let mut best = (0..4).min_by_key(|&index| costs[index]).unwrap_or(1);
    let mut readings = vec![usual; measures.len()];
    for (reading, from) in readings.iter_mut().zip(&came_from).rev() {
        *reading = READINGS[best];
        best = from[best];
    }
    readings
}

fn change_cost(from: Reading, to: Reading) -> u32 {
    let clef = u32::from(from.clef != to.clef);
    CHANGE_CLEF * clef + CHANGE_OCTAVE * from.octaves.abs_diff(to.octaves)
}

fn staying_cost(usual: Reading, reading: Reading) -> u32 {
    let clef = u32::from(usual.clef != reading.clef);
    OTHER_CLEF * clef + OTHER_OCTAVE * reading.octaves.unsigned_abs()
}

/// The cost of the ledger lines of a head. Each ledger line costs more than the one before.
fn ledger_lines(reading: Reading, head: i32) -> u32 {
    // The lines of the staff: G2 to A3 in the bass clef, E4 to F5 in the treble clef.
    let (lowest, highest) = match reading.clef {
        Clef::Bass => (18, 26),
        Clef::Treble => (30, 38),
    };
    let written = head - 7 * reading.octaves;
    let lines = ((lowest - written) / 2).max((written - highest) / 2).max(0) as u32;
    lines * lines.saturating_sub(1) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_staff_changes_its_clef_only_where_the_music_stays_away() {
        // A single leap up to G5; then E3 and below for two measures.
        let near = vec![30, 32, 34, 40];
        let leap = vec![30, 32, 26];
        let low = vec![18, 20, 22, 21, 20, 18];
        let measures = [near.clone(), leap, low.clone(), low, near.clone(), near];
        let clefs: Vec<_> = readings(Clef::Treble, &measures).iter().map(|r| r.clef).collect();
        use Clef::{Bass, Treble};
        assert_eq!(clefs, [Treble, Treble, Bass, Bass, Treble, Treble]);
    }

    #[test]
    fn the_highest_octave_is_written_an_octave_lower() {
        let high = vec![49, 50, 51, 52, 51, 50];
        let octaves: Vec<_> =
            readings(Clef::Treble, &[high.clone(), high]).iter().map(|r| r.octaves).collect();
        assert_eq!(octaves, [1, 1]);
    }
}
