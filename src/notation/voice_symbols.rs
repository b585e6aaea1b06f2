//! Turns one voice of a measure into chords and rests.

use super::measure::Measure;
use super::pulse::Pulse;
use super::staff_note::{Grace, StaffNote};
use super::symbol::{Head, Symbol, SymbolKind};
use super::tuplets::{Tuplet, tuplets};
use std::ops::Range;

/// The chords and rests of a voice in a measure, which fill it without a gap. `sounding` are the
/// indices in `notes` of its notes there, and `graces` the grace notes of the piece.
pub(super) fn voice_symbols(
    measure: &Measure,
    pulse: &Pulse,
    notes: &[StaffNote],
    graces: &[Grace],
    sounding: &[usize],
) -> Vec<Symbol> {
    let within = |time: usize| time.clamp(measure.start, measure.end());
    let edges = sounding.iter().flat_map(|&n| [within(notes[n].start), within(notes[n].end)]);
    let mut edges: Vec<usize> = edges.chain([measure.start, measure.end()]).collect();
    edges.sort_unstable();
    edges.dedup();
    let sounds = |time| sounding.iter().any(|&n| notes[n].start < time && notes[n].end > time);
    let tuplets = tuplets(measure, pulse, &edges, sounds);
    edges.extend(tuplets.iter().flat_map(|tuplet| [tuplet.start, tuplet.end()]));
    edges.sort_unstable();
    edges.dedup();
    let mut symbols = Vec::new();
    for edge in edges.windows(2) {
        let (start, end) = (edge[0], edge[1]);
        let mut heads: Vec<usize> = sounding.to_vec();
        heads.retain(|&n| notes[n].start < end && notes[n].end > start);
        heads.sort_unstable_by_key(|&n| notes[n].pitch);
        let tuplet = tuplets.iter().copied().find(|t| t.start <= start && end <= t.end());
        let values = values(measure, pulse, tuplet, start..end, heads.is_empty());
        let mut at = start;
        for value in values {
            let length = tuplet.map_or(value, |_| Tuplet::lasting(value));
            let head = |&note: &usize| Head {
                note,
                tied_from: notes[note].start < at,
                tied_on: notes[note].end > at + length,
                accidental: None,
            };
            let kind = match heads.is_empty() {
                true => SymbolKind::Rest,
                false => SymbolKind::Chord(heads.iter().map(head).collect()),
            };
            let struck = heads.iter().copied().filter(|&note| notes[note].start == at);
            let graces = grace_chords(notes, graces, struck);
            symbols.push(Symbol { value, tuplet, graces, ..Symbol::new(at, length, kind) });
            at += length;
        }
    }
    symbols
}

/// The note values of a chord or a rest, which may be in a tuplet.
fn values(
    measure: &Measure,
    pulse: &Pulse,
    tuplet: Option<Tuplet>,
    Range { start, end }: Range<usize>,
    is_rest: bool,
) -> Vec<usize> {
    let fill = |pulse: &Pulse, places| match is_rest {
        true => pulse.rest(places),
        false => pulse.note(places),
    };
    match tuplet {
        None => fill(pulse, measure.place(start)..measure.place(end)),
        Some(tuplet) => fill(&tuplet.pulse(), tuplet.written(start)..tuplet.written(end)),
    }
}

/// The grace notes before some notes that are struck together.
fn grace_chords(
    notes: &[StaffNote],
    graces: &[Grace],
    struck: impl Iterator<Item = usize>,
) -> Vec<Vec<Head>> {
    let mut found: Vec<&Grace> = Vec::new();
    for note in struck {
        let first = graces.partition_point(|grace| grace.main < note);
        found.extend(graces[first..].iter().take_while(|grace| grace.main == note));
    }
    found.sort_by_key(|grace| (std::cmp::Reverse(grace.order), notes[grace.note].pitch));
    let head = |grace: &&Grace| Head {
        note: grace.note,
        tied_from: false,
        tied_on: false,
        accidental: None,
    };
    let chords = found.chunk_by(|a, b| a.order == b.order);
    chords.map(|chord| chord.iter().map(head).collect()).collect()
}

/// Hides the rests of the second voice, except those that fill up a beat or a tuplet in which it
/// sounds.
pub(super) fn hide_idle_rests(symbols: &mut [Symbol], measure: &Measure, pulse: &Pulse) {
    let beats = pulse.beamed(|_| false);
    let beat_of = |time: usize| {
        let place = measure.place(time);
        beats.iter().position(|beat| beat.contains(&place))
    };
    let mut heard = vec![false; beats.len()];
    for symbol in symbols.iter().filter(|symbol| symbol.is_chord()) {
        let touched = [symbol.start, symbol.end() - 1].map(beat_of);
        touched.into_iter().flatten().for_each(|beat| heard[beat] = true);
    }
    let rests = symbols.iter_mut().filter(|symbol| symbol.kind == SymbolKind::Rest);
    for symbol in rests.filter(|symbol| symbol.tuplet.is_none()) {
        let idle = beat_of(symbol.start).is_none_or(|beat| !heard[beat]);
        if idle || beat_of(symbol.start) != beat_of(symbol.end() - 1) {
            symbol.kind = SymbolKind::Gap;
        }
    }
}
