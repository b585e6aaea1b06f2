//! Music to engrave: the repository's pieces, and random rolls.

use std::path::Path;

use crate::regions;
use deep_jammer::corpus::Piece;
use deep_jammer::midi;
use deep_jammer::roll::{Keys, Roll, Step};
use deep_jammer::score::{Metre, Note, Score};
use proptest::collection::vec;
use proptest::prelude::*;

pub fn pieces() -> Vec<Piece> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("pieces");
    let names = ["prelude-in-c.mid", "minuet-in-g.mid", "study-in-d.mid"];
    names.map(|name| Piece::read(&folder.join(name)).unwrap()).into()
}

/// A roll of notes: (MIDI pitch, first step, steps).
pub fn roll(metre: &str, notes: &[(usize, usize, usize)]) -> Roll {
    let mut roll = Roll::new(metre.parse().unwrap());
    let end = notes.iter().map(|(_, start, length)| start + length).max().unwrap_or(0);
    for now in 0..end {
        let sounding = notes.iter().filter(|(_, s, length)| (*s..s + length).contains(&now));
        let struck = notes.iter().filter(|(_, start, _)| *start == now);
        roll.push(Step {
            play: sounding.map(|(pitch, ..)| pitch - 21).collect(),
            articulate: struck.map(|(pitch, ..)| pitch - 21).collect(),
        });
    }
    roll
}

/// A score with 480 ticks to a quarter of notes: (MIDI pitch, first tick, ticks).
pub fn score(metre: &str, notes: &[(u8, u64, u64)]) -> Score {
    let note =
        |&(pitch, start, length): &(u8, u64, u64)| Note { start, pitch, length, velocity: 80 };
    let mut notes: Vec<Note> = notes.iter().map(note).collect();
    notes.sort_unstable();
    Score { notes, length: 0, ..Roll::new(metre.parse().unwrap()).to_score(None, &[]) }
}

/// A MIDI file of this folder, as a sequencer wrote it.
pub fn played(name: &str) -> Score {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/music/notation/played");
    midi::read_file(&folder.join(name)).unwrap().score
}

/// Mostly a few keys, sometimes half the keyboard.
fn step() -> impl Strategy<Value = Step> {
    let few = vec(0usize..88, 0..5).prop_map(|keys| Keys::from_iter(keys).bits());
    let keys = prop_oneof![4 => few, 1 => Just(0u128), 1 => any::<u128>()];
    (keys, any::<u128>()).prop_map(|(play, articulate)| Step {
        play: Keys::from_bits(play),
        articulate: Keys::from_bits(play & articulate),
    })
}

fn metre() -> impl Strategy<Value = Metre> {
    let usual = (1u8..17, 1u8..5);
    let any = (1u8..=255, 0u8..=31);
    prop_oneof![5 => usual, 1 => any]
        .prop_map(|(numerator, denominator_power)| Metre { numerator, denominator_power })
}

/// A roll of several metres, each of which may cut a measure short.
pub fn any_roll() -> impl Strategy<Value = Roll> {
    let regions = vec((metre(), vec((step(), 1usize..6), 0..12)), 1..6);
    let key = prop::option::of((-9i8..=9, any::<bool>()));
    (regions, any::<u32>(), key)
        .prop_map(|(regions, tempo, key)| regions::roll(regions, tempo, key))
}
