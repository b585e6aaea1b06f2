//! Chooses the clef of each measure of a staff, and the passages with an octave sign (8va, 8vb).
//!
//! The upper staff usually has the treble clef, and the lower staff the bass clef. Where the music
//! stays far from its staff, another clef or an octave sign saves ledger lines. An octave sign ends
//! where it would take notes beyond the other side of the staff. Dynamic programming finds the
//! cheapest choice for the whole piece.

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
const CHANGE_CLEF: u64 = 24 * SCALE;
const CHANGE_OCTAVE: u64 = 40 * SCALE;
const OTHER_CLEF: u64 = 2;
const OTHER_OCTAVE: u64 = 12;

/// The cost of each head that an octave sign takes beyond the other side of the staff. It is more
/// than anything that the sign could save.
const BEYOND: u64 = 1_000_000_000;

/// Costs are counted in parts of this, because a passage may be a small part of a measure.
const SCALE: u64 = 16;

/// A passage within a measure. An octave sign can begin and end with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Passage {
    pub length: usize,
    /// The staff positions of its heads, as letters counted up from C0.
    pub heads: Vec<i32>,
}

/// Chooses the readings of each measure of a staff, one for each of its passages. The clef is the
/// same in all of them.
///
/// An octave sign begins and ends on bar lines, unless the measure has notes both far outside the
/// staff and beyond its other side.
pub(super) fn readings(home: Clef, measures: &[Vec<Passage>]) -> Vec<Vec<Reading>> {
    let usual = Reading { clef: home, octaves: 0 };
    let mut costs = READINGS.map(|reading| change_cost(usual, reading));
    let mut came_from: Vec<[usize; 4]> = Vec::with_capacity(measures.len());
    // The number of passages in each measure that are read for themselves.
    let mut divided: Vec<usize> = Vec::with_capacity(measures.len());
    for passages in measures {
        let whole: usize = passages.iter().map(|passage| passage.length).sum();
        let all: Vec<i32> = passages.iter().flat_map(|passage| &passage.heads).copied().collect();
        let joined = [Passage { length: whole, heads: all }];
        let passages = if needs_division(&joined[0].heads) { passages } else { &joined[..] };
        divided.push(passages.len());
        for (index, passage) in passages.iter().enumerate() {
            let steps = READINGS.map(|to| {
                let steps = READINGS.iter().zip(costs).enumerate();
                let steps = steps.filter(|(_, (from, _))| index == 0 || from.clef == to.clef);
                let steps = steps.map(|(n, (from, cost))| (cost + change_cost(*from, to), n));
                steps.min().unwrap_or_default()
            });
            came_from.push(steps.map(|(_, from)| from));
            for (index, reading) in READINGS.into_iter().enumerate() {
                let heads = passage.heads.iter();
                let heads: u64 = heads.map(|&head| head_cost(reading, head)).sum();
                // Notes of a measure that only passes keep their share of its cost.
                let share = SCALE as usize * passage.length / whole.max(1);
                let staying = staying_cost(usual, reading) * share as u64;
                costs[index] = steps[index].0 + heads + staying;
            }
            let least = costs.iter().copied().min().unwrap_or(0);
            costs.iter_mut().for_each(|cost| *cost -= least);
        }
    }
    let mut best = (0..4).min_by_key(|&index| costs[index]).unwrap_or(1);
    let mut backwards = came_from.iter().rev();
    let mut found = vec![Vec::new(); measures.len()];
    for ((readings, &count), passages) in found.iter_mut().zip(&divided).zip(measures).rev() {
        for from in backwards.by_ref().take(count) {
            readings.push(READINGS[best]);
            best = from[best];
        }
        readings.reverse();
        if let [one] = readings[..] {
            readings.resize(passages.len(), one);
        }
    }
    found
}

/// Whether an octave sign would help some heads of a measure and spoil others.
fn needs_division(heads: &[i32]) -> bool {
    [(Clef::Treble, 1), (Clef::Bass, -1)].into_iter().any(|(clef, octaves)| {
        let (plain, moved) = (Reading { clef, octaves: 0 }, Reading { clef, octaves });
        let far = |&head: &i32| !is_beyond(moved, head) && ledger_lines(plain, head) > 0;
        heads.iter().any(far) && heads.iter().any(|&head| is_beyond(moved, head))
    })
}

fn change_cost(from: Reading, to: Reading) -> u64 {
    let clef = u64::from(from.clef != to.clef);
    CHANGE_CLEF * clef + CHANGE_OCTAVE * u64::from(from.octaves.abs_diff(to.octaves))
}

fn staying_cost(usual: Reading, reading: Reading) -> u64 {
    let clef = u64::from(usual.clef != reading.clef);
    OTHER_CLEF * clef + OTHER_OCTAVE * u64::from(reading.octaves.unsigned_abs())
}

/// The cost of a head.
fn head_cost(reading: Reading, head: i32) -> u64 {
    match is_beyond(reading, head) {
        true => BEYOND,
        false => SCALE * ledger_lines(reading, head),
    }
}

/// The lowest and the highest line of a staff: G2 to A3 in the bass clef, E4 to F5 in the treble
/// clef.
fn lines(clef: Clef) -> (i32, i32) {
    match clef {
        Clef::Bass => (18, 26),
        Clef::Treble => (30, 38),
    }
}

/// Whether an octave sign takes a head beyond the other side of the staff: below its lowest line
/// with 8va, or above its highest with 8vb.
fn is_beyond(reading: Reading, head: i32) -> bool {
    let (lowest, highest) = lines(reading.clef);
    let written = head - 7 * reading.octaves;
    reading.octaves > 0 && written < lowest || reading.octaves < 0 && written > highest
}

/// The cost of the ledger lines of a head. Each ledger line costs more than the one before.
fn ledger_lines(reading: Reading, head: i32) -> u64 {
    let (lowest, highest) = lines(reading.clef);
    let written = head - 7 * reading.octaves;
    let lines = ((lowest - written) / 2).max((written - highest) / 2).max(0) as u64;
    lines * lines.saturating_sub(1) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The readings of measures, each of which is one passage.
    fn of_measures(measures: &[Vec<i32>]) -> Vec<Reading> {
        let measures: Vec<_> = measures.iter().map(|heads| vec![passage(heads)]).collect();
        readings(Clef::Treble, &measures).into_iter().map(|readings| readings[0]).collect()
    }

    fn passage(heads: &[i32]) -> Passage {
        Passage { length: 48, heads: heads.to_vec() }
    }

    #[test]
    fn a_staff_changes_its_clef_only_where_the_music_stays_away() {
        // A single leap up to G5; then E3 and below for two measures.
        let near = vec![30, 32, 34, 40];
        let leap = vec![30, 32, 26];
        let low = vec![18, 20, 22, 21, 20, 18];
        let measures = [near.clone(), leap, low.clone(), low, near.clone(), near];
        let clefs: Vec<_> = of_measures(&measures).iter().map(|r| r.clef).collect();
        use Clef::{Bass, Treble};
        assert_eq!(clefs, [Treble, Treble, Bass, Bass, Treble, Treble]);
    }

    #[test]
    fn the_highest_octave_is_written_an_octave_lower() {
        let high = vec![49, 50, 51, 52, 51, 50];
        let octaves: Vec<_> =
            of_measures(&[high.clone(), high]).iter().map(|r| r.octaves).collect();
        assert_eq!(octaves, [1, 1]);
    }

    #[test]
    fn an_octave_sign_ends_where_the_line_sinks_below_the_staff() {
        let (high, low) = (vec![49, 50, 51, 52, 51, 50], vec![36, 35, 34, 33]);
        let octaves: Vec<_> = of_measures(&[high.clone(), high.clone(), low.clone(), high.clone()])
            .iter()
            .map(|r| r.octaves)
            .collect();
        assert_eq!(octaves, [1, 1, 0, 1], "E4 to B4 would be below the staff");
        // Within a measure, too.
        let sinking = vec![passage(&high), passage(&high), passage(&low), passage(&low)];
        let octaves: Vec<Vec<i32>> = readings(Clef::Treble, &[vec![passage(&high)], sinking])
            .iter()
            .map(|readings| readings.iter().map(|reading| reading.octaves).collect())
            .collect();
        assert_eq!(octaves, [vec![1], vec![1, 1, 0, 0]]);
        // High and low at once are written as they sound.
        let both: Vec<i32> = high.iter().chain(&low).copied().collect();
        assert_eq!(of_measures(&[both.clone(), both])[0].octaves, 0);
    }
}
