//! Quantises a score for the page.

use super::beat_grid::{Beat, Grid, Stroke, beat_at, grids, share};
use super::draft::{Draft, DraftNote, GraceNote, KeyChange, TempoMark};
use super::grace_notes::{Found, grace_notes, on_the_beat};
use super::hands::right_hand;
use super::layout::Layout;
use super::page_losses::PageLosses;
use super::time::SIXTEENTH;
use super::voices::Span;
use crate::roll::{KEYS, LONGEST_ROLL, LOWEST_PITCH, RollError, TempoChange};
use crate::score::{Note, Score};
use std::collections::BTreeMap;

/// A release this close to a stroke of the same hand leads to it.
const LEADS: f64 = 2.5;

/// A note of at most this length ends on the grid of its beat, however fine that is.
const SHORT: f64 = 1.5 * SIXTEENTH as f64;

/// The last release may be this late; it then makes no new 16th, and perhaps no new measure.
const LATE: f64 = 5.0;

/// An onset that is moved by more than this is counted: a tenth of a 16th.
const MOVED: f64 = SIXTEENTH as f64 / 10.0;

/// How many strokes around a release are searched for one that it leads to.
const NEIGHBOURS: usize = 64;

/// What a hand plays, sorted by start.
struct Hand {
    /// The index of each stroke among those of both hands.
    indices: Vec<usize>,
    strokes: Vec<Stroke>,
    /// Where each stroke begins on the page.
    starts: Vec<usize>,
    /// The grid of each beat.
    grids: Vec<Grid>,
}

/// The draft of a score, and what it lacks. `marks` are the tempos that are printed, by 16th. If
/// there are none, it is the mean tempo.
pub(super) fn draft(
    score: &Score,
    marks: &[TempoChange],
) -> Result<(Draft, PageLosses), RollError> {
    let on_keys: Vec<&Note> = score.notes.iter().filter(|note| key(note).is_some()).collect();
    let last = on_keys.iter().map(|note| note.end()).max();
    // A composed piece may be silent from beginning to end.
    let last = last.or((score.length > 0).then_some(0));
    let last = last.ok_or(RollError::NoKeys(score.notes.len()))?.max(score.length);
    let sixteenths = u128::from(last) * 4 / u128::from(score.ticks_per_quarter.max(1));
    if sixteenths > u128::from(LONGEST_ROLL) {
        return Err(RollError::TooLong(sixteenths));
    }

    let mut onsets: Vec<u64> = on_keys.iter().map(|note| note.start).collect();
    onsets.sort_unstable();
    let layout = Layout::of(score, &onsets);
    let stroke = |note: &&Note| {
        let (start, end) = (layout.time(note.start), layout.time(note.end()));
        Some(Stroke { key: key(note)?, start, end: end.max(start) })
    };
    let mut strokes: Vec<Stroke> = on_keys.iter().filter_map(stroke).collect();
    strokes.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.key.cmp(&b.key)));

    let mut losses =
        PageLosses { out_of_range: score.notes.len() - on_keys.len(), ..PageLosses::default() };
    let (mains, graces) = without_graces(&strokes);
    let length = length(&mains, layout.time(score.length));
    let beats = layout.beats(length);
    let hands = hands(&mains, &beats, &mut losses);
    let (notes, places) = notes(&hands, mains.len(), &beats, length, &mut losses);
    let graces = graces_of(&graces, &notes, &places, &mut losses);

    let mut keys: Vec<KeyChange> = Vec::new();
    for change in &score.keys {
        let start = layout.time(change.tick).round() as usize;
        keys.pop_if(|last| last.start == start);
        let sharps = change.value.sharps;
        if start < length.max(1) && keys.last().is_none_or(|last| last.sharps != sharps) {
            keys.push(KeyChange { start, sharps });
        }
    }
    let mut tempos: Vec<TempoMark> = marks
        .iter()
        .map(|mark| TempoMark { start: mark.step * SIXTEENTH, tempo: mark.tempo })
        .filter(|mark| mark.start < length.max(1))
        .collect();
    if tempos.is_empty() {
        tempos.push(TempoMark { start: 0, tempo: score.mean_tempo() });
    }
    let end = notes.iter().map(|note| note.end).max().unwrap_or(0);
    let length = length.max(end.next_multiple_of(SIXTEENTH));
    let draft = Draft { notes, graces, metres: layout.metres(), keys, tempos, length };
    Ok((draft, losses))
}

/// The key of a note, if a piano has it.
fn key(note: &Note) -> Option<usize> {
    note.pitch.checked_sub(LOWEST_PITCH).map(usize::from).filter(|&key| key < KEYS)
}

/// A grace note, and the index of its main note among those that are none.
struct Grace {
    key: usize,
    main: usize,
    order: usize,
}

/// Divides strokes into those that take time and grace notes.
fn without_graces(strokes: &[Stroke]) -> (Vec<Stroke>, Vec<Grace>) {
    let found = grace_notes(strokes);
    let mut mains: Vec<(usize, Stroke)> = Vec::new();
    // Where the first grace note of each stroke begins.
    let mut first: BTreeMap<usize, f64> = BTreeMap::new();
    for (index, (&stroke, found)) in strokes.iter().zip(&found).enumerate() {
        match found {
            Some(Found { main, .. }) => {
                first.entry(*main).or_insert(stroke.start);
            }
            None => mains.push((index, stroke)),
        }
    }
    for (index, stroke) in &mut mains {
        if let Some(&first) = first.get(index) {
            stroke.start = on_the_beat(stroke.start, first);
        }
    }
    mains.sort_by(|(_, a), (_, b)| a.start.total_cmp(&b.start).then(a.key.cmp(&b.key)));
    let mut places = vec![0; strokes.len()];
    mains.iter().enumerate().for_each(|(place, (index, _))| places[*index] = place);
    let graces = strokes.iter().zip(&found).filter_map(|(stroke, found)| {
        let Found { main, order } = (*found)?;
        Some(Grace { key: stroke.key, main: places[main], order })
    });
    let graces = graces.collect();
    (mains.into_iter().map(|(_, stroke)| stroke).collect(), graces)
}

/// Where the piece ends: on a 16th, at the last release or where the score says.
fn length(strokes: &[Stroke], silence: f64) -> usize {
    let last = strokes.iter().map(|stroke| stroke.end).fold(silence, f64::max);
    let step = SIXTEENTH as f64;
    let is_late = last.rem_euclid(step) <= LATE;
    let end = if is_late { (last / step).floor() } else { (last / step).ceil() };
    let last_stroke = strokes.iter().map(|stroke| stroke.start).fold(0.0, f64::max);
    let least = if strokes.is_empty() { 0.0 } else { (last_stroke / step).round() + 1.0 };
    end.max(least) as usize * SIXTEENTH
}

/// Divides strokes between the right hand and the left, and chooses where they begin.
fn hands(strokes: &[Stroke], beats: &[Beat], losses: &mut PageLosses) -> [Hand; 2] {
    // Hands are chosen in 32nds, so that a chord that is not struck quite at once is one chord.
    let unit = SIXTEENTH / 2;
    let rounded = |time: f64| (time / unit as f64).round() as usize * unit;
    let mut spans: Vec<(Span, usize)> = strokes
        .iter()
        .map(|stroke| {
            let start = rounded(stroke.start);
            let end = rounded(stroke.end).max(start + unit);
            Span { key: stroke.key, start, end }
        })
        .zip(0..)
        .collect();
    spans.sort_by_key(|(span, _)| (span.start, span.key));
    let right = right_hand(&spans.iter().map(|(span, _)| *span).collect::<Vec<_>>());
    let mut of_right = vec![false; strokes.len()];
    for ((_, index), right) in spans.into_iter().zip(right) {
        of_right[index] = right;
    }
    let of_hands = [true, false].map(|right| {
        let of_hand = strokes.iter().enumerate().filter(|(index, _)| of_right[*index] == right);
        let of_hand: (Vec<usize>, Vec<Stroke>) = of_hand.unzip();
        of_hand
    });
    let mut both = [&of_hands[0].1, &of_hands[1].1].map(|strokes| grids(beats, strokes));
    share(beats, [&of_hands[0].1, &of_hands[1].1], &mut both);
    let mut both = both.into_iter();
    of_hands.map(|(indices, strokes)| {
        let grids = both.next().unwrap_or_default();
        let place = |stroke: &Stroke| {
            let beat = beat_at(beats, stroke.start);
            grids[beat].nearest(&beats[beat], stroke.start)
        };
        let starts: Vec<usize> = strokes.iter().map(place).collect();
        let hand = Hand { indices, strokes, starts, grids };
        losses.struck_together += hand.struck_together();
        losses.moved += hand.moved();
        hand
    })
}

impl Hand {
    /// How many strokes fall together with one before them.
    fn struck_together(&self) -> usize {
        let pairs = self.strokes.windows(2).zip(self.starts.windows(2));
        let together = pairs.filter(|(strokes, starts)| {
            starts[0] == starts[1]
                && strokes[0].key != strokes[1].key
                && strokes[0].is_before(&strokes[1])
        });
        together.count()
    }

    /// How many strokes are moved so far that it is told.
    fn moved(&self) -> usize {
        let moves = self.strokes.iter().zip(&self.starts);
        moves.filter(|(stroke, start)| (**start as f64 - stroke.start).abs() > MOVED).count()
    }

    /// Where a note ends that is released at a time.
    fn end(
        &self,
        beats: &[Beat],
        start: usize,
        Stroke { start: struck, end, .. }: Stroke,
    ) -> usize {
        let next = self.strokes.partition_point(|stroke| stroke.start < end - LEADS);
        let near = self.strokes[next..].iter().zip(&self.starts[next..]).take(NEIGHBOURS);
        let near = near.take_while(|(stroke, _)| stroke.start <= end + LEADS);
        let near = near.filter(|(_, place)| **place > start);
        let distance = |stroke: &Stroke| (stroke.start - end).abs();
        let next = near.min_by(|(a, _), (b, _)| distance(a).total_cmp(&distance(b)));
        if let Some((_, &next)) = next {
            return next;
        }
        let beat = beat_at(beats, end);
        let end = match end - struck <= SHORT {
            true => self.grids[beat].nearest(&beats[beat], end),
            false => self.grids[beat].nearest_release(&beats[beat], end),
        };
        if end > start {
            return end;
        }
        let beat = beat_at(beats, start as f64);
        self.grids[beat].after(&beats[beat], start)
    }

    /// The last place of its grid at or before a time.
    fn at_or_before(&self, beats: &[Beat], time: usize) -> usize {
        let beat = beat_at(beats, time as f64);
        self.grids[beat].at_or_before(&beats[beat], time)
    }
}

/// The notes of both hands, and for each stroke the index of its note, if it has one. A key sounds
/// once at a time: where its notes overlap, it sounds from the first stroke to the last release.
fn notes(
    hands: &[Hand; 2],
    strokes: usize,
    beats: &[Beat],
    length: usize,
    losses: &mut PageLosses,
) -> (Vec<DraftNote>, Vec<Option<usize>>) {
    let all = hands.iter().enumerate().flat_map(|(number, hand)| {
        let places = hand.indices.iter().zip(&hand.strokes).zip(&hand.starts);
        places.map(move |((&index, &stroke), &start)| (index, number, stroke, start))
    });
    let mut all: Vec<(usize, usize, Stroke, usize)> = all.collect();
    all.sort_by(|a, b| (a.3, a.2.key).cmp(&(b.3, b.2.key)).then(a.2.start.total_cmp(&b.2.start)));
    // What becomes a note: a stroke, its hand, its start, and the indices of the strokes in it.
    struct Struck {
        stroke: Stroke,
        hand: usize,
        start: usize,
    }
    let mut struck: Vec<Struck> = Vec::with_capacity(all.len());
    let mut places = vec![None; strokes];
    let mut last: [Option<usize>; KEYS] = [None; KEYS];
    for (index, hand, mut stroke, start) in all {
        if let Some(before) = last[stroke.key] {
            let before_stroke = &struck[before].stroke;
            stroke.end = stroke.end.max(before_stroke.end);
            if struck[before].start == start {
                // Two voices may strike a key at once: that is one stroke.
                losses.repeated += usize::from(struck[before].stroke.is_before(&stroke));
                struck[before].stroke.end = stroke.end;
                places[index] = Some(before);
                continue;
            }
        }
        last[stroke.key] = Some(struck.len());
        places[index] = Some(struck.len());
        struck.push(Struck { stroke, hand, start });
    }
    let mut ends: Vec<usize> = struck
        .iter()
        .map(|note| {
            hands[note.hand].end(beats, note.start, note.stroke).min(length.max(note.start + 1))
        })
        .collect();
    let mut next: [Option<usize>; KEYS] = [None; KEYS];
    for index in (0..struck.len()).rev() {
        let note = &struck[index];
        if let Some(after) =
            next[note.stroke.key].filter(|&after| ends[index] > struck[after].start)
        {
            let after = &struck[after];
            // The other hand may have a grid on which this note cannot end.
            ends[index] = match after.hand == note.hand {
                true => after.start,
                false => hands[note.hand].at_or_before(beats, after.start),
            };
        }
        next[note.stroke.key] = Some(index);
    }
    let mut notes: Vec<DraftNote> = Vec::with_capacity(struck.len());
    let mut kept = vec![None; struck.len()];
    for (index, (note, &end)) in struck.iter().zip(&ends).enumerate() {
        if end > note.start {
            kept[index] = Some(notes.len());
            let Struck { stroke, hand, start } = *note;
            notes.push(DraftNote { key: stroke.key, start, end, hand });
        } else {
            losses.repeated += 1;
        }
    }
    (notes, places.into_iter().map(|place| place.and_then(|place| kept[place])).collect())
}

/// The grace notes of some notes.
fn graces_of(
    graces: &[Grace],
    notes: &[DraftNote],
    places: &[Option<usize>],
    losses: &mut PageLosses,
) -> Vec<GraceNote> {
    let found = graces.iter().filter_map(|grace| {
        let main = places[grace.main]?;
        // As it is read, a grace note of the same key would be tied or struck again.
        (notes[main].key != grace.key).then_some(GraceNote {
            main,
            order: grace.order,
            key: grace.key,
        })
    });
    let mut found: Vec<GraceNote> = found.collect();
    found.sort_by_key(|grace| (grace.main, grace.order, grace.key));
    found.dedup();
    losses.repeated += graces.len() - found.len();
    losses.graces = found.len();
    found
}
