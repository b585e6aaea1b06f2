//! The repository's pieces are as the example writes them, and can be trained on.

#[path = "../../tools/write_pieces.rs"]
#[allow(dead_code)]
mod write_pieces;

use deep_jammer::corpus;
use std::path::Path;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("pieces")
}

#[test]
fn the_pieces_are_those_that_the_example_writes() {
    for (file, bytes) in write_pieces::pieces() {
        assert_eq!(std::fs::read(folder().join(file)).unwrap(), bytes, "{file}");
    }
}

#[test]
fn each_piece_is_in_its_metre_and_long_enough_to_learn_from() {
    let corpus = corpus::read(&[folder()]).unwrap();
    assert!(corpus.failures.is_empty());
    let facts: Vec<_> = corpus
        .pieces
        .iter()
        .map(|piece| {
            let roll = piece.roll();
            (piece.name.as_str(), roll.metre_at(0).metre.to_string(), roll.measures().len())
        })
        .collect();
    // The prelude has 35 measures, the minuet twice sixteen.
    assert_eq!(
        facts,
        [
            ("minuet-in-g", "3/4".to_owned(), 32),
            ("prelude-in-c", "4/4".to_owned(), 35),
            ("study-in-d", "6/8".to_owned(), 32),
        ]
    );
}
