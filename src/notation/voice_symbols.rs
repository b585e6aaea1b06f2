//! Turns one voice of a measure into chords and rests.

use super::measure::Measure;
use super::pulse::Pulse;
use super::staff_note::StaffNote;
use super::symbol::{Head, Symbol, SymbolKind};

/// The chords and rests of a voice in a measure, which fill it without a gap. `sounding` are the
/// indices in `notes` of its notes there.
pub(super) fn voice_symbols(
    measure: &Measure,
    pulse: &Pulse,
    notes: &[StaffNote],
    sounding: &[usize],
) -> Vec<Symbol> {
    let within = |step: usize| step.clamp(measure.start, measure.end());
    let edges = sounding.iter().flat_map(|&n| [within(notes[n].start), within(notes[n].end)]);
    let mut edges: Vec<usize> = edges.chain([measure.start, measure.end()]).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut symbols = Vec::new();
    for edge in edges.windows(2) {
        let (start, end) = (edge[0], edge[1]);
        let places = measure.place(start)..measure.place(end);
        let mut heads: Vec<usize> = sounding.to_vec();
        heads.retain(|&n| notes[n].start < end && notes[n].end > start);
        heads.sort_unstable_by_key(|&n| notes[n].pitch);
        let lengths = if heads.is_empty() { pulse.rest(places) } else { pulse.note(places) };
        let mut at = start;
        for length in lengths {
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
            symbols.push(Symbol::new(at, length, kind));
            at += length;
        }
    }
    symbols
}

/// Hides the rests of the second voice, except those that fill up a beat in which it sounds.
pub(super) fn hide_idle_rests(symbols: &mut [Symbol], measure: &Measure, pulse: &Pulse) {
    let beats = pulse.beamed(|_| false);
    let beat_of = |step: usize| {
        let place = measure.place(step);
        beats.iter().position(|beat| beat.contains(&place))
    };
    let mut heard = vec![false; beats.len()];
    for symbol in symbols.iter().filter(|symbol| symbol.is_chord()) {
        let touched = [symbol.start, symbol.end() - 1].map(beat_of);
        touched.into_iter().flatten().for_each(|beat| heard[beat] = true);
    }
    for symbol in symbols.iter_mut().filter(|symbol| symbol.kind == SymbolKind::Rest) {
        let idle = beat_of(symbol.start).is_none_or(|beat| !heard[beat]);
        if idle || beat_of(symbol.start) != beat_of(symbol.end() - 1) {
            symbol.kind = SymbolKind::Gap;
        }
    }
}
