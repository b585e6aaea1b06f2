//! Which hand plays a note: the upper staff is the right one's, the lower the left one's.
//!
//! At each stroke the keyboard is split between the hands. Of all ways in which the split could
//! move through the piece the cheapest is taken (a shortest path, found by dynamic programming): a
//! hand should span no more than it can reach, should stay near its staff and where it has just
//! been, and the split should not move without need, least of all over a note that is held.

use crate::roll::{Keys, LOWEST_PITCH, Roll, RollNote};

/// The lowest key of the right hand, E2 to F6: no music needs the split beyond.
const LOWEST_SPLIT: usize = 19;
const SPLITS: usize = 50;

/// What a split costs by the semitone: each hand's span, what of it is beyond an octave, and how far
/// a hand must move for what it has to play; and how far a note lies where its staff does not reach.
/// These and the next were chosen by 250 pieces of piano-midi.de whose files have a track for each
/// hand.
const SPAN: u32 = 4;
const BEYOND_OCTAVE: u32 = 30;
const HAND_MOVES: u32 = 4;
const OFF_STAFF: u32 = 2;

/// How many semitones a hand covers where it lies, and for how many 16ths it lies there.
const HAND_COVERS: u32 = 8;
const RECENT_STEPS: usize = 8;

/// What each note costs that no finger is left for.
const SIXTH_FINGER: u32 = 120;

/// What it costs to move the split over a key, and over one that is held.
const MOVE: u32 = 15;
const MOVE_OVER_HELD: u32 = 240;

/// The keys that are struck at a step.
struct Stroke {
    step: usize,
    keys: Keys,
}

/// For each note whether the right hand plays it. `notes` are those of the roll.
pub(super) fn right_hand(roll: &Roll, notes: &[RollNote]) -> Vec<bool> {
    let together = notes.chunk_by(|a, b| a.start == b.start);
    let strokes: Vec<Stroke> = together
        .map(|notes| Stroke {
            step: notes[0].start,
            keys: notes.iter().map(|note| note.key).collect(),
        })
        .collect();
    let splits = cheapest(roll, &strokes);
    let mut right = Vec::with_capacity(notes.len());
    let mut stroke = 0;
    for note in notes {
        stroke += usize::from(strokes[stroke].step != note.start);
        right.push(note.key >= splits[stroke]);
    }
    right
}

/// The split at each stroke.
fn cheapest(roll: &Roll, strokes: &[Stroke]) -> Vec<usize> {
    let mut costs = [0u32; SPLITS];
    let mut came_from: Vec<[u8; SPLITS]> = Vec::with_capacity(strokes.len());
    for (index, &Stroke { step, keys: struck }) in strokes.iter().enumerate() {
        let sounding = roll.steps()[step].play;
        let held = sounding.without(struck);
        let before = strokes[..index].iter().rev();
        let recent = before
            .take_while(|before| before.step + RECENT_STEPS >= step)
            .fold(sounding, |recent, before| recent.or(before.keys));
        let mut from: [u8; SPLITS] = std::array::from_fn(|split| split as u8);
        // The way from one split to another leads over each key between.
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
        // Only differences count, and sums over a long piece would overflow.
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

/// What it costs to have the split below a key while some keys sound, of which some are struck;
/// `recent` are those that sound or were struck lately.
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
        // A3 has two ledger lines in the treble clef, G4 three in the bass clef.
        cost += OFF_STAFF
            * match key >= split {
                true => 57u32.saturating_sub(pitch),
                false => pitch.saturating_sub(67),
            };
    }
    cost
}

/// From the lowest to the highest, in semitones.
fn span(keys: Keys) -> u32 {
    keys.highest().zip(keys.lowest()).map_or(0, |(highest, lowest)| (highest - lowest) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll::Step;

    /// The right hand's keys at each step of a roll whose keys are all struck anew.
    fn split(steps: &[&[usize]]) -> Vec<Vec<usize>> {
        let mut roll = Roll::new("4/4".parse().unwrap());
        for pitches in steps {
            let keys = pitches.iter().map(|pitch| pitch - 21).collect::<Keys>();
            roll.push(Step { play: keys, articulate: keys });
        }
        let notes = roll.notes();
        let right = right_hand(&roll, &notes);
        let mut found = vec![Vec::new(); steps.len()];
        for (note, right) in notes.iter().zip(right) {
            if right {
                found[note.start].push(note.key + 21);
            }
        }
        found
    }

    #[test]
    fn each_hand_plays_what_it_can_reach() {
        assert_eq!(split(&[&[48, 55, 64, 72]]), [[64, 72]]);
        assert_eq!(split(&[&[36, 43, 48, 60, 64, 67]]), [[60, 64, 67]]);
        assert_eq!(split(&[&[55, 60, 64, 72, 76, 79]]), [[72, 76, 79]]);
        // A broken chord goes on where it began, though the other hand could reach.
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
