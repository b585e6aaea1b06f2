//! Decides which hand plays each note. The right hand is written on the upper staff, and the left
//! hand on the lower.
//!
//! At each onset, the keyboard is split between the hands. Dynamic programming finds the cheapest
//! path of the split through the piece. By its costs, a hand should span no more than it can reach,
//! and stay near its staff and near its last position. The split should not move without need,
//! least of all across a note that is held.

use super::time::SIXTEENTH;
use super::voices::Span;
use crate::roll::{KEYS, Keys, LOWEST_PITCH};

/// The range of the split (the lowest key of the right hand), E2 to F6. No music needs a split
/// beyond.
const LOWEST_SPLIT: usize = 19;
const SPLITS: usize = 50;

/// Costs per semitone: of each hand's span, of the part of it beyond an octave, of the movement of
/// a hand, and of notes beyond the reach of their staff. These and the following costs were fitted
/// to 250 pieces of piano-midi.de whose files have a track for each hand.
const SPAN: u32 = 4;
const BEYOND_OCTAVE: u32 = 30;
const HAND_MOVES: u32 = 4;
const OFF_STAFF: u32 = 2;

/// How many semitones a hand covers without moving, and for how long its position counts.
const HAND_COVERS: u32 = 8;
const RECENT: usize = 8 * SIXTEENTH;

/// The cost of each note for which the hand has no finger left.
const SIXTH_FINGER: u32 = 120;

/// The cost of moving the split across a key, and across a key that is held.
const MOVE: u32 = 15;
const MOVE_OVER_HELD: u32 = 240;

/// The keys that are struck at a time.
struct Stroke {
    time: usize,
    keys: Keys,
    /// All keys that sound then, these among them.
    sounding: Keys,
}

/// Tells for each note whether the right hand plays it. Notes must be sorted by start.
pub(super) fn right_hand(notes: &[Span]) -> Vec<bool> {
    let mut sounds_until = [0; KEYS];
    let together = notes.chunk_by(|a, b| a.start == b.start);
    let strokes: Vec<Stroke> = together
        .map(|notes| {
            let time = notes[0].start;
            for note in notes {
                sounds_until[note.key] = note.end.max(sounds_until[note.key]);
            }
            Stroke {
                time,
                keys: notes.iter().map(|note| note.key).collect(),
                sounding: (0..KEYS).filter(|&key| sounds_until[key] > time).collect(),
            }
        })
        .collect();
    let splits = cheapest(&strokes);
    let mut right = Vec::with_capacity(notes.len());
    let mut stroke = 0;
    for note in notes {
        stroke += usize::from(strokes[stroke].time != note.start);
        right.push(note.key >= splits[stroke]);
    }
    right
}

/// The best split at each onset.
fn cheapest(strokes: &[Stroke]) -> Vec<usize> {
    let mut costs = [0u32; SPLITS];
    let mut came_from: Vec<[u8; SPLITS]> = Vec::with_capacity(strokes.len());
    for (index, &Stroke { time, keys: struck, sounding }) in strokes.iter().enumerate() {
        let held = sounding.without(struck);
        let before = strokes[..index].iter().rev();
        let recent = before
            .take_while(|before| before.time + RECENT >= time)
            .fold(sounding, |recent, before| recent.or(before.keys));
        let mut from: [u8; SPLITS] = std::array::from_fn(|split| split as u8);
        // A move from one split to another crosses every key in between.
        let over = |below: usize| match held.contains(LOWEST_SPLIT + below) {
            true => MOVE_OVER_HELD,
            false => MOVE,
        };
        for split in 1..SPLITS {
            let cost = costs[split - 1] + over(split - 1);
            if cost < costs[split] {
                (costs[split], from[split]) = (cost, from[split - 1]);
            }
        }
        for split in (0..SPLITS - 1).rev() {
            let cost = costs[split + 1] + over(split);
            if cost < costs[split] {
                (costs[split], from[split]) = (cost, from[split + 1]);
            }
        }
        for (split, cost) in costs.iter_mut().enumerate() {
            *cost += cost_of(sounding, struck, recent, LOWEST_SPLIT + split);
        }
        // Only differences matter, and sums over a long piece would overflow.
        let least = costs.iter().copied().min().unwrap_or(0);
        costs.iter_mut().for_each(|cost| *cost -= least);
        came_from.push(from);
    }
    let middle = usize::from(60 - LOWEST_PITCH) - LOWEST_SPLIT;
    let best = (0..SPLITS).min_by_key(|&split| (costs[split], split.abs_diff(middle)));
    let mut split = best.unwrap_or(middle);
    let mut splits = vec![0; strokes.len()];
    for (stroke, from) in came_from.iter().enumerate().rev() {
        splits[stroke] = LOWEST_SPLIT + split;
        split = usize::from(from[split]);
    }
    splits
}

/// The cost of a split at a key while some keys sound and some of these are struck. `recent` are
/// the keys that sound or were struck recently.
fn cost_of(sounding: Keys, struck: Keys, recent: Keys, split: usize) -> u32 {
    let above = u128::MAX << split;
    let mut cost = 0;
    for hand in [above, !above] {
        let keys = Keys::from_bits(sounding.bits() & hand);
        let recent = Keys::from_bits(recent.bits() & hand);
        cost += SPAN * span(keys)
            + BEYOND_OCTAVE * span(keys).saturating_sub(12)
            + HAND_MOVES * span(recent).saturating_sub(HAND_COVERS)
            + SIXTH_FINGER * (keys.count() as u32).saturating_sub(5);
    }
    for key in struck.iter() {
        let pitch = key as u32 + u32::from(LOWEST_PITCH);
        // A3 needs two ledger lines in the treble clef, and G4 three in the bass clef.
        cost += OFF_STAFF
            * match key >= split {
                true => 57u32.saturating_sub(pitch),
                false => pitch.saturating_sub(67),
            };
    }
    cost
}

/// The distance from the lowest to the highest key in semitones.
fn span(keys: Keys) -> u32 {
    keys.highest().zip(keys.lowest()).map_or(0, |(highest, lowest)| (highest - lowest) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation::draft::Draft;
    use crate::roll::{Roll, Step};

    /// The pitches of the right hand at each step of a roll in which all pitches are struck.
    fn split(steps: &[&[usize]]) -> Vec<Vec<usize>> {
        let mut roll = Roll::new("4/4".parse().unwrap());
        for pitches in steps {
            let keys = pitches.iter().map(|pitch| pitch - 21).collect::<Keys>();
            roll.push(Step { play: keys, articulate: keys });
        }
        let mut found = vec![Vec::new(); steps.len()];
        for note in Draft::of_roll(&roll, &[]).notes {
            if note.hand == 0 {
                found[note.start / SIXTEENTH].push(note.key + 21);
            }
        }
        found
    }

    #[test]
    fn each_hand_plays_what_it_can_reach() {
        assert_eq!(split(&[&[48, 55, 64, 72]]), [[64, 72]]);
        assert_eq!(split(&[&[36, 43, 48, 60, 64, 67]]), [[60, 64, 67]]);
        assert_eq!(split(&[&[55, 60, 64, 72, 76, 79]]), [[72, 76, 79]]);
        // A broken chord stays in the hand that began it, though the other hand could reach it.
        assert_eq!(split(&[&[50, 79], &[50, 57, 76], &[50, 62, 74]]), [[79], [76], [74]]);
    }

    #[test]
    fn a_hand_that_wanders_over_the_middle_c_stays_one_hand() {
        let tune: Vec<_> = [[48, 64], [48, 62], [48, 60], [48, 59], [48, 57], [48, 60]].to_vec();
        let tune: Vec<&[usize]> = tune.iter().map(|keys| &keys[..]).collect();
        assert_eq!(split(&tune), [[64], [62], [60], [59], [57], [60]]);
    }

    #[test]
    fn a_note_is_played_by_one_hand_however_long_it_is() {
        let notes = split(&[&[55], &[55, 72], &[79]]);
        assert_eq!(notes, [vec![], vec![72], vec![79]]);
    }
}
