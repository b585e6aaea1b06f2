//! The sheet music has exactly the notes of the roll.

use crate::real_pieces::corpus;
use deep_jammer::corpus::Piece;
use deep_jammer::notation::{Heading, to_musicxml};
use deep_jammer::roll::Roll;
use proptest::prelude::*;
use rayon::prelude::*;

use super::form::is_well_written;
use super::music;
use super::reader::{Element, measures, notes};

/// Reads the page of a roll back, and compares all notes and all bar lines.
fn same_again(roll: &Roll, heading: &Heading<'_>) {
    let page = Element::read(&to_musicxml(roll, heading));
    let measures = measures(&page);
    let expected = roll.notes();
    let expected: Vec<_> =
        expected.iter().map(|note| (note.start, note.key as i64 + 21, note.end)).collect();
    let mut sorted = expected.clone();
    sorted.sort_unstable();
    assert_eq!(notes(&measures), sorted);
    let starts: Vec<_> = measures.iter().map(|measure| measure.start).collect();
    let expected = if roll.is_empty() { vec![0] } else { roll.measures() };
    assert_eq!(starts, expected);
    is_well_written(&measures);
}

fn same_piece(piece: &Piece) {
    let (title, keys) = (piece.title.as_deref(), &piece.transcription.keys[..]);
    same_again(piece.roll(), &Heading { title, composer: None, keys });
}

#[test]
fn the_pieces_come_back_note_by_note() {
    music::pieces().iter().for_each(same_piece);
}

#[test]
fn an_empty_roll_is_a_page_with_an_empty_measure() {
    same_again(&Roll::new("3/4".parse().unwrap()), &Heading::default());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_roll_comes_back_note_by_note(roll in music::any_roll()) {
        same_again(&roll, &Heading::default());
    }
}

#[test]
fn the_real_pieces_come_back_note_by_note() {
    let Some(corpus) = corpus() else { return };
    let pieces = &corpus.pieces;
    assert_eq!(pieces.len(), 302);
    pieces.par_iter().for_each(same_piece);
}
