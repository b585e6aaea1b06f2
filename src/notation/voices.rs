//! Divides the notes of a staff between its two voices.
//!
//! All notes of a voice form chords: where a note begins or ends while others of its voice sound
//! on, those are split into tied notes. So two voices are always enough, and the question is which
//! division is easiest to read. The Viterbi algorithm answers it: at each onset, it keeps the
//! cheapest path to each assignment of the sounding notes to voices. If there are very many
//! assignments, only the best are kept (a beam search).

/// The cost of each note that has to be split by a tie.
const TIE: u32 = 8;

/// The cost of the beginning of a second voice, and the cost of using it in a measure, which is
/// less if the measure before used it, too.
const SECOND_BEGINS: u32 = 3;
const SECOND_IN_MEASURE: u32 = 6;
const SECOND_AGAIN: u32 = 4;

/// The cost of each beginning or end of the second voice that is not on a bar line and so needs a
/// rest.
const LOOSE_END: u32 = 1;

/// The cost of a voice crossing: the first voice lies below the second.
const CROSSING: u32 = 10;

/// The cost of the second voice sounding alone.
const ALONE: u32 = 6;

/// The number of paths that are kept.
const MAX_PATHS: usize = 128;

/// A note: its key, and the times at which it begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub key: usize,
    pub start: usize,
    pub end: usize,
}

/// An assignment of the sounding notes to voices, and the cheapest path to it.
#[derive(Clone, Copy)]
struct Path {
    /// A bit for each sounding note: whether it is in the second voice.
    second: u128,
    /// Whether the second voice is used in this measure and in the one before.
    used: [bool; 2],
    cost: u32,
    /// The index of the last choice on this path.
    last: usize,
}

/// A choice: which of the notes from `first` on are in the second voice.
struct Choice {
    before: usize,
    first: usize,
    second: u128,
}

/// Tells for each note of a staff whether it is in the second voice, whose stems point down. Notes
/// must be sorted by start. `bars` are the times at which measures begin.
pub(super) fn in_second_voice(notes: &[Span], bars: &[usize]) -> Vec<bool> {
    let mut events: Vec<usize> = notes.iter().flat_map(|note| [note.start, note.end]).collect();
    events.extend(bars);
    events.sort_unstable();
    events.dedup();

    let mut choices = vec![Choice { before: 0, first: 0, second: 0 }];
    let mut paths = vec![Path { second: 0, used: [false; 2], cost: 0, last: 0 }];
    let mut sounding: Vec<usize> = Vec::new();
    let mut next = 0;
    for now in events {
        let first = next;
        while notes.get(next).is_some_and(|note| note.start == now) {
            next += 1;
        }
        let event = Event {
            bar: bars.binary_search(&now).is_ok(),
            ended: bits(sounding.iter().map(|&note| notes[note].end == now)),
        };
        let held: Vec<usize> = sounding.iter().copied().filter(|&n| notes[n].end > now).collect();
        let started = &notes[first..next];
        let options = options(started);
        let mut after: Vec<Path> = Vec::with_capacity(paths.len() * options.len());
        let keys: Vec<usize> = held.iter().map(|&note| notes[note].key).collect();
        for path in &paths {
            let kept = squeezed(path.second, event.ended, sounding.len());
            for &option in &options {
                after.push(event.extend(path, kept, &keys, started, option));
            }
        }
        // Of the paths to the same assignment, only the cheapest can be a part of the best.
        after.sort_unstable_by_key(|path| (path.second, path.used, path.cost, path.last));
        after.dedup_by_key(|path| (path.second, path.used));
        if after.len() > MAX_PATHS {
            after.sort_by_key(|path| path.cost);
            after.truncate(MAX_PATHS);
        }
        let least = after.iter().map(|path| path.cost).min().unwrap_or(0);
        after.iter_mut().for_each(|path| path.cost -= least);
        if next > first {
            for path in &mut after {
                let second = path.second >> held.len();
                choices.push(Choice { before: path.last, first, second });
                path.last = choices.len() - 1;
            }
        }
        sounding = held;
        sounding.extend(first..next);
        paths = after;
    }

    let mut second = vec![false; notes.len()];
    let best = paths.iter().min_by_key(|path| (path.cost, path.second.count_ones()));
    let (mut choice, mut until) = (best.map_or(0, |path| path.last), notes.len());
    while choice != 0 {
        let Choice { before, first, second: chosen } = choices[choice];
        for (index, note) in second[first..until].iter_mut().enumerate() {
            *note = chosen >> index & 1 == 1;
        }
        (choice, until) = (before, first);
    }
    second
}

/// A time at which notes begin or end, or a measure begins.
struct Event {
    bar: bool,
    /// A bit for each note that sounded before: whether it ends here.
    ended: u128,
}

impl Event {
    /// The way on, where of the notes that start those in `option` are in the second voice. `kept`
    /// says it of the notes that are held, whose keys are `keys`.
    fn extend(
        &self,
        path: &Path,
        kept: u128,
        keys: &[usize],
        started: &[Span],
        option: u128,
    ) -> Path {
        let held = keys.len();
        let second = kept | option << held;
        let mut cost = path.cost;
        let all = |count: usize| (1u128 << count) - 1;
        for (ended, held, started) in [
            (self.ended & !path.second, !kept & all(held), !option & all(started.len())),
            (self.ended & path.second, kept, option),
        ] {
            // A bar line splits notes anyway.
            if (ended != 0 || started != 0) && !self.bar {
                cost += TIE * held.count_ones();
            }
        }
        let all_keys = || keys.iter().copied().chain(started.iter().map(|note| note.key));
        let of = |voice: bool| {
            all_keys().enumerate().filter(move |(n, _)| (second >> n & 1 == 1) == voice)
        };
        let lowest = of(false).map(|(_, key)| key).min();
        let highest = of(true).map(|(_, key)| key).max();
        if !started.is_empty()
            && let (Some(lowest), Some(highest)) = (lowest, highest)
            && lowest < highest
        {
            cost += CROSSING;
        }
        if second != 0 && path.second == 0 {
            cost += SECOND_BEGINS;
        }
        if (second != 0) != (path.second != 0) && !self.bar {
            cost += LOOSE_END;
        }
        if second != 0 && lowest.is_none() {
            cost += ALONE;
        }
        let mut used = if self.bar { [false, path.used[0]] } else { path.used };
        if second != 0 && !used[0] {
            cost += if used[1] { SECOND_AGAIN } else { SECOND_IN_MEASURE };
            used[0] = true;
        }
        Path { second, used, cost, last: path.last }
    }
}

/// The possible assignments of notes that start together. Notes that also end together stay in one
/// chord. If there are more than four chords, only divisions at a key or by length are tried.
fn options(started: &[Span]) -> Vec<u128> {
    let mut chords: Vec<(usize, u128)> = Vec::new();
    for (index, note) in started.iter().enumerate() {
        match chords.iter_mut().find(|(end, _)| *end == note.end) {
            Some((_, chord)) => *chord |= 1 << index,
            None => chords.push((note.end, 1 << index)),
        }
    }
    let mut options: Vec<u128> = Vec::new();
    if chords.len() <= 4 {
        for subset in 0..1u32 << chords.len() {
            let chosen = chords.iter().enumerate().filter(|(n, _)| subset >> n & 1 == 1);
            options.push(chosen.fold(0, |all, (_, (_, chord))| all | chord));
        }
    } else {
        options.extend((0..=started.len()).map(|below| (1u128 << below) - 1));
        chords.sort_unstable();
        for divide in 1..chords.len() {
            let shorter = chords[..divide].iter().fold(0, |all, (_, chord)| all | chord);
            let longer = chords[divide..].iter().fold(0, |all, (_, chord)| all | chord);
            options.extend([shorter, longer]);
        }
    }
    options
}

fn bits(flags: impl Iterator<Item = bool>) -> u128 {
    flags.enumerate().fold(0, |bits, (index, flag)| bits | u128::from(flag) << index)
}

/// The first `count` bits, without those that are set in `gone`.
fn squeezed(bits: u128, gone: u128, count: usize) -> u128 {
    let kept = (0..count).filter(|index| gone >> index & 1 == 0);
    kept.enumerate().fold(0, |squeezed, (to, from)| squeezed | (bits >> from & 1) << to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voices(notes: &[(usize, usize, usize)]) -> Vec<bool> {
        let span = |&(key, start, end): &(usize, usize, usize)| Span { key, start, end };
        let notes: Vec<_> = notes.iter().map(span).collect();
        in_second_voice(&notes, &[0, 16, 32])
    }

    #[test]
    fn chords_and_lines_are_one_voice() {
        let notes = [(40, 0, 4), (44, 0, 4), (47, 0, 4), (41, 4, 8), (45, 4, 6), (43, 8, 32)];
        assert_eq!(voices(&notes[..3]), [false; 3]);
        assert_eq!(voices(&[notes[0], notes[3], notes[5]]), [false; 3]);
    }

    #[test]
    fn a_line_above_a_held_note_is_another_voice() {
        let notes = [(40, 0, 16), (52, 0, 4), (54, 4, 8), (56, 8, 12), (57, 12, 16)];
        assert_eq!(voices(&notes), [true, false, false, false, false]);
        let notes = [(40, 0, 4), (52, 0, 16), (41, 4, 8), (43, 8, 12), (41, 12, 16)];
        assert_eq!(voices(&notes), [true, false, true, true, true]);
    }

    #[test]
    fn a_hundred_lengths_at_once_are_two_voices_all_the_same() {
        let notes: Vec<_> = (0..88).map(|key| (key, key / 40, 5 + key * 7 % 60)).collect();
        assert_eq!(voices(&notes).len(), 88);
        assert_eq!(voices(&[]).len(), 0);
    }
}
