//! A piece can be changed while it is composed, changes can be undone, and its recipe repeats it.

use crate::untrained;
use deep_jammer::attribute::Layout;
use deep_jammer::composing::{Change, Composer, LeadIn, LivePiece, Opening, Recipe, RecipeError};
use deep_jammer::network::{Architecture, Preset};
use deep_jammer::primer::Primer;
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
        .with_excerpts(vec![primer("3/4", 24), primer("4/4", 21)])
}

/// Music in a metre that ends after some steps.
fn primer(metre: &str, steps: usize) -> Primer {
    let mut roll = Roll::new(metre.parse().unwrap());
    for step in 0..steps {
        let keys = Keys::from_iter([30 + step % 12, 50]);
        roll.push(Step { play: keys, articulate: Keys::NONE });
    }
    roll.set_tempo(400_000);
    Primer { source: format!("{steps} steps in {metre}"), roll }
}

fn recipe(opening: Opening, changes: Vec<Change>) -> Recipe {
    Recipe { opening, changes, ..Recipe::new(11) }
}

/// A recipe that continues from music of one's own as the studio does.
fn own(primer: &Primer) -> Recipe {
    Recipe { lead_in: LeadIn::LastMeasures, ..Recipe::new(11).after(primer) }
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
    let excerpt = |number| recipe(Opening::excerpt(number), Vec::new());
    for recipe in [excerpt(0), excerpt(1), own(&primer("3/4", 70))] {
        let begin = |recipe| LivePiece::begin(&composer, recipe).unwrap();
        let first = vec![Change { temperature: Some(0.8), tempo: Some(90), ..change(0) }];
        let mut live_piece = begin(Recipe { changes: first, ..recipe });
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

        let text = live_piece.recipe().to_text();
        let read = Recipe::from_text(&text).unwrap();
        let mut again = begin(read.clone());
        again.finish(&composer, || true).unwrap();
        assert_eq!(again.roll(), live_piece.roll());
        assert_eq!(again.recipe(), live_piece.recipe());
        let score = live_piece.score();
        assert_eq!(again.score(), score);
        assert_eq!(score.tempos.len(), 2, "{:?}", score.tempos);
        // Whoever cannot change the piece gets it in one go.
        assert_eq!(composer.compose(&read).unwrap().score(), score);
    }
}

#[test]
fn a_change_leaves_what_was_before_and_alters_what_comes_after() {
    let composer = composer();
    let mut live_piece = LivePiece::begin(&composer, recipe(Opening::excerpt(0), vec![])).unwrap();
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
    let mut live_piece = LivePiece::begin(&composer, recipe(Opening::excerpt(0), vec![])).unwrap();
    assert_eq!(live_piece.undo(), None, "there is no change yet");
    go_on(&mut live_piece, &composer, 8);
    let plain = live_piece.roll().clone();
    live_piece.change(Change { temperature: Some(0.5), ..change(48) }).unwrap();
    live_piece.change(Change { seed: Some(4), tempo: Some(60), ..change(48) }).unwrap();
    go_on(&mut live_piece, &composer, 4);
    assert_eq!(live_piece.tempo_at(50), 1_000_000);
    // One after the other, the last first.
    assert_eq!(live_piece.undo(), Some(48));
    assert_eq!((live_piece.tempo_at(50), live_piece.recipe().changes.len()), (400_000, 1));
    go_on(&mut live_piece, &composer, 4);
    assert_ne!(live_piece.roll(), &plain, "it is still cooler");
    assert_eq!(live_piece.undo(), Some(48));
    go_on(&mut live_piece, &composer, 4);
    assert_eq!(live_piece.roll(), &plain);
    assert_eq!(live_piece.undo(), None);
}

#[test]
fn music_can_be_changed_only_where_a_measure_begins_and_not_too_long_ago() {
    let composer = composer();
    let mut live_piece = LivePiece::begin(&composer, recipe(Opening::excerpt(0), vec![])).unwrap();
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
    let music = primer("3/4", 70);
    let live_piece = LivePiece::begin(&composer, own(&music)).unwrap();
    // Five measures and ten steps: of these the last three whole ones and the ten steps.
    assert_eq!((live_piece.len(), live_piece.lead_in()), (3 * 12 + 10, 3 * 12 + 10));
    assert_eq!(live_piece.roll().steps()[1..], music.roll.steps()[25..]);
    // An excerpt of the model is heard, and not played; it ends within a measure, of which the rest
    // follows.
    let live_piece = LivePiece::begin(&composer, recipe(Opening::excerpt(1), vec![])).unwrap();
    assert_eq!(live_piece.roll().steps(), [Step::SILENCE; 5]);
    // Another metre begins at once; the same one is none.
    for (metre, rests, measures) in [("3/4", 0, [0, 12]), ("4/4", 5, [0, 16])] {
        let metre = Some(metre.parse().unwrap());
        let with = recipe(Opening::excerpt(1), vec![Change { metre, ..change(0) }]);
        let mut live_piece = LivePiece::begin(&composer, with).unwrap();
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
    let begun = recipe(Opening::excerpt(0), vec![cooler]);
    let mut live_piece = LivePiece::begin(&composer, begun).unwrap();
    assert_eq!(live_piece.undo(), None);
    go_on(&mut live_piece, &composer, 3);
    let plain = live_piece.roll().clone();
    assert_eq!(live_piece.undo(), None);
    // What was changed there later can.
    live_piece.change(Change { seed: Some(7), ..change(0) }).unwrap();
    go_on(&mut live_piece, &composer, 3);
    assert_eq!(live_piece.undo(), Some(0));
    assert_eq!((live_piece.undo(), &live_piece.recipe().changes[..]), (None, &[cooler][..]));
    go_on(&mut live_piece, &composer, 3);
    assert_eq!(live_piece.roll(), &plain);
}

#[test]
fn more_density_is_more_notes() {
    let composer = composer();
    let notes = |density: f64| {
        let changes = vec![Change { density: Some(density), ..change(0) }];
        let mut live_piece =
            LivePiece::begin(&composer, recipe(Opening::excerpt(0), changes)).unwrap();
        go_on(&mut live_piece, &composer, 40);
        live_piece.roll().notes().len() as f64
    };
    let plain = notes(1.0);
    assert!(notes(0.4) < 0.7 * plain && notes(2.0) > 1.3 * plain);
}

#[test]
fn a_recipe_plays_with_its_own_model_and_its_own_excerpt_only() {
    let composer = composer();
    let piece = composer.compose(&Recipe::new(5).bars(2)).unwrap();
    let played = piece.recipe();
    assert_eq!(played.model.as_deref(), Some(composer.fingerprint()));
    // The fifth seed chooses the second of two excerpts.
    let Opening::Excerpt(excerpt) = &played.opening else { panic!("{played:?}") };
    assert_eq!((excerpt.number, excerpt.source.as_deref()), (Some(1), Some("21 steps in 4/4")));
    assert_eq!(composer.compose(&played).unwrap().roll(), piece.roll());

    let other = Recipe { model: Some("another".to_owned()), ..played.clone() };
    let error = composer.compose(&other).unwrap_err();
    assert!(matches!(&error, RecipeError::OtherModel { wanted, .. } if wanted == "another"));
    // A model with the same weights may carry other excerpts.
    let composer = composer.with_excerpts(vec![primer("3/4", 24), primer("4/4", 22)]);
    let error = composer.compose(&played).unwrap_err().to_string();
    assert!(error.contains("21 steps in 4/4") && error.contains("22 steps in 4/4"), "{error}");
    let composer = composer.with_excerpts(vec![primer("3/4", 24)]);
    let error = composer.compose(&played).unwrap_err().to_string();
    assert!(error.contains("the model has only 1"), "{error}");
}

#[test]
fn a_piece_in_bars_can_be_begun_live_and_gone_on_with() {
    let composer = composer();
    let whole = Recipe::new(5).bars(4);
    let piece = composer.compose(&whole).unwrap();
    let mut live_piece = LivePiece::begin(&composer, whole).unwrap();
    assert_eq!(live_piece.steps_asked_for(), Some(piece.len()));
    live_piece.finish(&composer, || true).unwrap();
    assert_eq!(live_piece.roll(), piece.roll());
    let steps = live_piece.len();
    live_piece.change(Change { seed: Some(8), ..change(steps) }).unwrap();
    go_on(&mut live_piece, &composer, 3);
    let again = composer.compose(&live_piece.recipe()).unwrap();
    assert_eq!(again.roll(), live_piece.roll());
    assert_eq!(again.roll().steps()[..steps], *piece.roll().steps());
}

#[test]
fn a_part_of_an_endless_stream_can_be_composed_by_itself() {
    let composer = composer();
    let stream = |part| Recipe { part: Some(part), ..Recipe::new(5).bars(3) };
    let mut piece = composer.compose(&Recipe { lead_in: LeadIn::Whole, ..stream(1) }).unwrap();
    for part in 2..5 {
        piece.next_part(&composer, || true).unwrap();
        assert_eq!(piece.recipe().part, Some(part));
        assert_eq!(composer.compose(&piece.recipe()).unwrap().score(), piece.score());
        assert_eq!(piece.roll().len(), 3 * 16, "the parts before it are forgotten");
    }
}

#[test]
fn work_can_be_broken_off_while_an_opening_is_heard_and_while_a_piece_is_composed() {
    use deep_jammer::composing::PreparedPrimers;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let composer = composer();
    let recipe = Recipe::new(5).bars(3);
    let primers = PreparedPrimers::new(&composer, &recipe).unwrap();
    let done = AtomicUsize::new(0);
    let go_on = || done.fetch_add(1, Ordering::Relaxed) < 5;
    let broken = primers.begin(&composer, recipe.clone(), &go_on);
    assert!(matches!(broken, Err(RecipeError::Interrupted)));
    assert_eq!(done.load(Ordering::Relaxed), 6);
    let mut piece = primers.begin(&composer, recipe.clone(), &|| true).unwrap();
    done.store(0, Ordering::Relaxed);
    assert!(matches!(piece.finish(&composer, go_on), Err(RecipeError::Interrupted)));
    // Nothing is left of it: the next one is whole.
    let mut piece = primers.begin(&composer, recipe.clone(), &|| true).unwrap();
    piece.finish(&composer, || true).unwrap();
    assert_eq!(piece.roll(), composer.compose(&recipe).unwrap().roll());
}
