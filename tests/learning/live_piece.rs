//! A piece that is shaped while it is composed: what can be changed and taken back, and that its recipe
//! gives it again.

use crate::untrained;
use deep_jammer::attribute::Layout;
use deep_jammer::composing::{Change, Composer, LivePiece, Opening, Script};
use deep_jammer::network::{Architecture, Preset};
use deep_jammer::primer::{Primer, Record};
use deep_jammer::roll::{Keys, Roll, Step};

/// A network whose weights are drawn: it plays something, and that is all that is asked of it here.
fn composer() -> Composer {
    let architecture = Architecture {
        layout: Layout::WIDE.name.to_owned(),
        time: vec![6, 5],
        note: vec![5, 4],
        ..Preset::Small.architecture()
    };
    // One key in thirty sounds.
    Composer::new(&untrained::drawn(architecture, 5, [-3.4, 0.0]))
}

/// Music in a metre that ends after some steps.
fn primer(metre: &str, steps: usize) -> Primer {
    let mut roll = Roll::new(metre.parse().unwrap());
    for step in 0..steps {
        let keys = Keys::from_iter([30 + step % 12, 50]);
        roll.push(Step { play: keys, articulate: Keys::NONE });
    }
    roll.tempo = 400_000;
    Primer { source: format!("{steps} steps in {metre}"), roll }
}

fn script(opening: Opening, changes: Vec<Change>) -> Script {
    let (version, model) = ("test".to_owned(), "none".to_owned());
    Script { version, model, seed: 11, opening, repeats: 0.32, changes, steps: 0 }
}

fn kept() -> Vec<Primer> {
    vec![primer("3/4", 24), primer("4/4", 21)]
}

fn go_on(live_piece: &mut LivePiece, composer: &Composer, measures: usize) {
    let mut scratch = composer.workspace();
    (0..measures).for_each(|_| live_piece.compose_measure(composer, &mut scratch));
}

fn change(step: usize) -> Change {
    Change { step, ..Change::default() }
}

#[test]
fn the_recipe_of_a_piece_that_was_shaped_gives_it_again_note_by_note() {
    let composer = composer();
    let own = Opening::Own(Box::new(Record::of(&primer("3/4", 70))));
    for opening in [Opening::Kept(0), Opening::Kept(1), own] {
        let begin = |script| LivePiece::begin(&composer, &kept(), script).unwrap();
        let first = vec![Change { temperature: Some(0.8), tempo: Some(90), ..change(0) }];
        let mut live_piece = begin(script(opening, first));
        go_on(&mut live_piece, &composer, 3);
        let metre = Some("6/8".parse().unwrap());
        let step = live_piece.len();
        live_piece.change(Change { density: Some(2.0), metre, ..change(step) }).unwrap();
        go_on(&mut live_piece, &composer, 4);
        // Back into what is composed already, and on differently.
        let step = *live_piece.roll().measures().iter().rev().nth(2).unwrap();
        live_piece.change(Change { seed: Some(99), tempo: Some(140), ..change(step) }).unwrap();
        live_piece.change(Change { temperature: Some(1.3), ..change(step) }).unwrap();
        go_on(&mut live_piece, &composer, 5);

        let text = live_piece.script().to_text();
        let mut again = begin(Script::from_text(&text).unwrap());
        assert!(again.perform(&composer, |_| true));
        assert_eq!(again.roll(), live_piece.roll());
        assert_eq!(again.script(), live_piece.script());
        let score = |live_piece: &LivePiece| live_piece.score(0, usize::MAX, "title");
        assert_eq!(score(&again), score(&live_piece));
        assert_eq!(score(&live_piece).tempos.len(), 2, "{:?}", score(&live_piece).tempos);
    }
}

#[test]
fn a_change_leaves_what_was_before_and_alters_what_comes_after() {
    let composer = composer();
    let mut live_piece =
        LivePiece::begin(&composer, &kept(), script(Opening::Kept(0), vec![])).unwrap();
    go_on(&mut live_piece, &composer, 10);
    let before = live_piece.roll().clone();
    live_piece.change(Change { seed: Some(3), ..change(60) }).unwrap();
    assert_eq!(live_piece.len(), 60);
    go_on(&mut live_piece, &composer, 5);
    assert_eq!(live_piece.roll().steps()[..60], before.steps()[..60]);
    assert_ne!(live_piece.roll().steps()[60..], before.steps()[60..]);
}

#[test]
fn what_is_taken_back_goes_on_as_it_did_before() {
    let composer = composer();
    let mut live_piece =
        LivePiece::begin(&composer, &kept(), script(Opening::Kept(0), vec![])).unwrap();
    assert_eq!(live_piece.take_back(), None, "there is no change yet");
    go_on(&mut live_piece, &composer, 8);
    let plain = live_piece.roll().clone();
    live_piece.change(Change { temperature: Some(0.5), ..change(48) }).unwrap();
    live_piece.change(Change { seed: Some(4), tempo: Some(60), ..change(48) }).unwrap();
    go_on(&mut live_piece, &composer, 4);
    assert_eq!(live_piece.tempo_at(50), 1_000_000);
    // One after the other, the last first.
    assert_eq!(live_piece.take_back(), Some(48));
    assert_eq!((live_piece.tempo_at(50), live_piece.script().changes.len()), (400_000, 1));
    go_on(&mut live_piece, &composer, 4);
    assert_ne!(live_piece.roll(), &plain, "it is still cooler");
    assert_eq!(live_piece.take_back(), Some(48));
    go_on(&mut live_piece, &composer, 4);
    assert_eq!(live_piece.roll(), &plain);
    assert_eq!(live_piece.take_back(), None);
}

#[test]
fn music_can_be_changed_only_where_a_measure_begins_and_not_too_long_ago() {
    let composer = composer();
    let mut live_piece =
        LivePiece::begin(&composer, &kept(), script(Opening::Kept(0), vec![])).unwrap();
    go_on(&mut live_piece, &composer, 40);
    for step in [0, 12, 469, 479, 481, 492] {
        assert!(live_piece.change(change(step)).is_err(), "{step}");
    }
    assert_eq!(live_piece.len(), 480, "what is refused changes nothing");
    live_piece.change(change(480)).unwrap();
    live_piece.change(change(360)).unwrap();
}

#[test]
fn an_opening_of_ones_own_is_heard_wholly_and_its_end_is_played() {
    let composer = composer();
    let own = primer("3/4", 70);
    let opening = Opening::Own(Box::new(Record::of(&own)));
    let live_piece = LivePiece::begin(&composer, &kept(), script(opening, vec![])).unwrap();
    // Five measures and ten steps: of these the last three whole ones and the ten steps.
    assert_eq!((live_piece.len(), live_piece.lead_in()), (3 * 12 + 10, 3 * 12 + 10));
    assert_eq!(live_piece.roll().steps()[1..], own.roll.steps()[25..]);
    // An excerpt of the model is heard, and not played; it ends within a measure, of which the rest
    // follows.
    let live_piece =
        LivePiece::begin(&composer, &kept(), script(Opening::Kept(1), vec![])).unwrap();
    assert_eq!(live_piece.roll().steps(), [Step::SILENCE; 5]);
    // Another metre begins at once; the same one is none.
    for (metre, rests, measures) in [("3/4", 0, [0, 12]), ("4/4", 5, [0, 16])] {
        let metre = Some(metre.parse().unwrap());
        let with = script(Opening::Kept(1), vec![Change { metre, ..change(0) }]);
        let mut live_piece = LivePiece::begin(&composer, &kept(), with).unwrap();
        assert_eq!(live_piece.len(), rests);
        go_on(&mut live_piece, &composer, 2);
        assert_eq!(live_piece.roll().measures(), measures);
        assert!(live_piece.is_at_bar_line());
    }
}

#[test]
fn what_a_piece_began_with_cannot_be_taken_back() {
    let composer = composer();
    let cooler = Change { temperature: Some(0.9), ..change(0) };
    let begun = script(Opening::Kept(0), vec![cooler]);
    let mut live_piece = LivePiece::begin(&composer, &kept(), begun).unwrap();
    assert_eq!(live_piece.take_back(), None);
    go_on(&mut live_piece, &composer, 3);
    let plain = live_piece.roll().clone();
    assert_eq!(live_piece.take_back(), None);
    // What was changed there later can.
    live_piece.change(Change { seed: Some(7), ..change(0) }).unwrap();
    go_on(&mut live_piece, &composer, 3);
    assert_eq!(live_piece.take_back(), Some(0));
    assert_eq!((live_piece.take_back(), &live_piece.script().changes[..]), (None, &[cooler][..]));
    go_on(&mut live_piece, &composer, 3);
    assert_eq!(live_piece.roll(), &plain);
}

#[test]
fn more_density_is_more_notes() {
    let composer = composer();
    let notes = |density: f64| {
        let changes = vec![Change { density: Some(density), ..change(0) }];
        let mut live_piece =
            LivePiece::begin(&composer, &kept(), script(Opening::Kept(0), changes)).unwrap();
        go_on(&mut live_piece, &composer, 40);
        live_piece.roll().notes().len() as f64
    };
    let plain = notes(1.0);
    assert!(notes(0.4) < 0.7 * plain && notes(2.0) > 1.3 * plain);
}
