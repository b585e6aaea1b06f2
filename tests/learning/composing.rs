//! Composing keeps its promises whatever the network has learned.

use crate::untrained;
use deep_jammer::composing::{
    Composer, Criterion, Form, LONGEST_MEASURES, LeadIn, LivePiece, MOST_KEYS, PHRASE_BARS, Recipe,
    SILENT_STEPS,
};
use deep_jammer::corpus;
use deep_jammer::model::Model;
use deep_jammer::network::{Architecture, Preset};
use deep_jammer::originality::TrainingMusic;
use deep_jammer::primer::Primer;
use deep_jammer::roll::{Keys, Roll, Step};
use deep_jammer::statistic::{Breakdowns, Passage, Statistic};

/// A small network with drawn weights, whose last biases are as given.
fn model(biases: [f32; 2]) -> Model {
    let architecture =
        Architecture { time: vec![12, 9], note: vec![7, 5], ..Preset::Small.architecture() };
    untrained::drawn(architecture, 3, biases)
}

/// An upbeat of two 16ths and a measure of 6/8, a chord held through.
fn primer() -> Primer {
    let mut roll = Roll::new("1/8".parse().unwrap());
    let chord = Keys::from_iter([27, 39, 43]);
    (0..2).for_each(|_| roll.push(Step { play: chord, articulate: Keys::NONE }));
    roll.change_metre("6/8".parse().unwrap());
    (0..16).for_each(|_| roll.push(Step { play: chord, articulate: Keys::NONE }));
    roll.set_tempo(700_000);
    Primer { source: "a test".to_owned(), roll }
}

fn recipe(primer: &Primer, seed: u64) -> Recipe {
    Recipe::new(seed).after(primer).bars(8).repeats(0.0)
}

fn compose(composer: &Composer, recipe: &Recipe) -> Roll {
    composer.compose(recipe).unwrap().roll().clone()
}

#[test]
fn the_same_seed_gives_the_same_piece_and_another_seed_another() {
    let composer = Composer::new(&model([-2.0, 0.5]));
    let primer = primer();
    let piece = |seed| compose(&composer, &recipe(&primer, seed));
    assert_eq!(piece(1), piece(1));
    assert_ne!(piece(2), piece(1));
}

#[test]
fn a_piece_goes_on_in_the_metre_and_tempo_of_its_primer() {
    let composer = Composer::new(&model([-2.0, 0.5]));
    let primer = primer();
    let piece = compose(&composer, &recipe(&primer, 4));
    // The primer ends four 16ths into a measure of twelve: that one is filled, and eight follow.
    assert_eq!(piece.len(), 9 * 12);
    assert_eq!(piece.place(12).in_measure, 0);
    assert_eq!(piece.metre_at(0).metre.to_string(), "6/8");
    assert_eq!(piece.mean_tempo(), 700_000);
    assert!(piece.steps()[..4].iter().all(|step| *step == Step::SILENCE));

    let with = Recipe { lead_in: LeadIn::Whole, ..recipe(&primer, 4) };
    let with = composer.compose(&with).unwrap();
    let whole = with.roll();
    assert_eq!(whole.steps()[..18], *primer.roll.steps());
    assert_eq!(whole.len(), 18 + 8 + 8 * 12);
    assert_eq!(whole.steps()[19..], piece.steps()[5..], "what is new is the same either way");
    let (new, rests) = with.new_music();
    assert_eq!((&*new, rests), (&piece, 4));
}

#[test]
fn a_copy_of_a_stream_goes_on_as_the_stream_does() {
    let composer = Composer::new(&model([-2.0, 0.5]));
    let mut scratch = composer.workspace();
    let mut stream = composer.begin(&primer(), 9, 1.0);
    (0..20).for_each(|_| {
        stream.compose(&composer, &mut scratch);
    });
    let mut copy = stream.clone();
    let steps: Vec<_> = (0..40).map(|_| stream.compose(&composer, &mut scratch)).collect();
    // In a room of its own, where nothing is left over from the other.
    let mut scratch = composer.workspace();
    let again: Vec<_> = (0..40).map(|_| copy.compose(&composer, &mut scratch)).collect();
    assert_eq!(steps, again);
    assert_eq!(stream, copy);
}

#[test]
fn a_network_that_would_fall_silent_is_coaxed() {
    // Each key with a probability of e⁻⁹ a step: left to itself, silence for 92 steps on average. After
    // two measures it would be forbidden; coaxed, it ends before.
    let composer = Composer::new(&model([-9.0, 0.5]));
    let mut scratch = composer.workspace();
    let mut stream = composer.begin_in_silence("4/4".parse().unwrap(), 5, 1.0);
    let (mut silent, mut longest) = (0, 0);
    for _ in 0..2000 {
        let step = stream.compose(&composer, &mut scratch);
        silent = if step.play.is_empty() { silent + 1 } else { 0 };
        longest = longest.max(silent);
    }
    assert!((SILENT_STEPS..LONGEST_MEASURES * 16).contains(&longest), "{longest} steps of silence");
}

#[test]
fn a_network_that_would_fill_every_key_is_held_back() {
    let composer = Composer::new(&model([4.0, 0.5]));
    let mut scratch = composer.workspace();
    let mut stream = composer.begin_in_silence("4/4".parse().unwrap(), 5, 1.0);
    let steps: Vec<_> = (0..500).map(|_| stream.compose(&composer, &mut scratch)).collect();
    assert!(steps.iter().all(|step| step.play.count() <= MOST_KEYS));
}

#[test]
fn what_is_composed_could_be_played() {
    let composer = Composer::new(&model([-1.5, -3.0]));
    let mut scratch = composer.workspace();
    let mut stream = composer.begin_in_silence("3/4".parse().unwrap(), 6, 1.3);
    let mut previous = Step::SILENCE;
    for _ in 0..500 {
        let step = stream.compose(&composer, &mut scratch);
        assert_eq!(step, step.after(previous), "struck sounds, and what is held sounded before");
        previous = step;
    }
}

#[test]
fn nothing_is_silent_stuck_crowded_or_in_circles_for_over_two_measures_whatever_the_network() {
    // Networks that would fall silent, play single notes, fill every key, or never let go.
    for biases in [[-12.0, 0.0], [-6.0, 3.0], [6.0, -9.0], [-4.5, -9.0]] {
        let composer = Composer::new(&model(biases));
        for (metre, repeats) in
            [("4/4", 0.0), ("3/8", 0.0), ("12/8", 0.6), ("2/4", 0.6), ("1/8", 0.6)]
        {
            let mut scratch = composer.workspace();
            let stream = composer.begin_in_silence(metre.parse().unwrap(), 8, 1.0);
            let mut form = Form::new(stream, repeats, 8);
            let mut roll = Roll::new(form.metre());
            (0..500).for_each(|_| roll.push(form.compose(&composer, &mut scratch)));
            let found = Breakdowns::of(&roll);
            assert!(found.longest() <= LONGEST_MEASURES as f64, "{biases:?} {metre}: {found:?}");
        }
    }
}

#[test]
fn the_rests_that_stand_for_the_primer_are_not_judged() {
    // It falls silent at once, after a primer that ends eleven steps into the measure.
    let composer = Composer::new(&model([-30.0, 0.0]));
    let mut primer = primer();
    let chord = primer.roll.steps()[17];
    (0..7).for_each(|_| primer.roll.push(chord));
    let composed = composer.compose(&recipe(&primer, 1)).unwrap();
    let (piece, rests) = composed.new_music();
    assert_eq!((rests, composed.len()), (11, 11 + 1 + 8 * 12));
    assert_eq!((piece.len(), &piece.steps()[..11]), (9 * 12, &[Step::SILENCE; 11][..]));
    let pieces = corpus::read(&[concat!(env!("CARGO_MANIFEST_DIR"), "/pieces")]).unwrap().pieces;
    let criterion = Criterion::new(TrainingMusic::of(&pieces)).unwrap();
    let measures = |rests| criterion.judge(&piece, rests).breakdowns.silent;
    assert_eq!(measures(11), LONGEST_MEASURES as f64);
    assert!(measures(0) > LONGEST_MEASURES as f64);
}

/// The share of bars of a piece that repeat an earlier one.
fn repeated(roll: &Roll) -> f64 {
    Statistic::RepeatedBars.of(&Passage::whole(roll)).unwrap()
}

#[test]
fn as_many_bars_come_back_as_were_asked_for() {
    let composer = Composer::new(&model([-2.0, 0.5]));
    let primer = primer();
    let mut shares = Vec::new();
    for repeats in [0.0, 0.32, 0.6] {
        let piece = |seed| {
            let recipe = recipe(&primer, seed).bars(64).repeats(repeats);
            repeated(&compose(&composer, &recipe))
        };
        let mean = (1..=10).map(piece).sum::<f64>() / 10.0;
        assert!((mean - repeats).abs() < 0.05, "{mean} instead of {repeats}");
        shares.push(mean);
    }
    assert_eq!(shares[0], 0.0, "by itself this network never repeats a bar");
}

#[test]
fn what_comes_back_is_a_phrase_from_its_first_bar_to_its_last() {
    let composer = Composer::new(&model([-2.0, 0.5]));
    let primer = primer();
    let recipe = recipe(&primer, 2).bars(64).repeats(0.32);
    let piece = compose(&composer, &recipe);
    // After the measure in which the primer ends.
    let whole = Passage::whole(&piece);
    let phrases: Vec<_> = whole.bars[1..].chunks(PHRASE_BARS).collect();
    let mut came_back = 0;
    for (at, phrase) in phrases.iter().enumerate() {
        // All but the first step, at which a key may have to be struck that was held.
        let same =
            |other: &&[&[Step]]| other[0][1..] == phrase[0][1..] && other[1..] == phrase[1..];
        let earlier = phrases[..at].iter().any(same);
        let bar = |bar: &&[Step]| phrases[..at].iter().any(|other| other.contains(bar));
        assert_eq!(earlier, phrase[1..].iter().any(bar), "phrase {at} comes back in part");
        came_back += usize::from(earlier);
    }
    assert!((4..=7).contains(&came_back), "{came_back} of 16 phrases");
}

#[test]
fn music_without_end_is_one_piece_in_parts_and_takes_no_more_memory_the_longer_it_lasts() {
    let composer = Composer::new(&model([-2.0, 0.5]));
    let primer = primer();
    let part = recipe(&primer, 5).bars(3).repeats(0.4);
    let mut piece = composer.compose(&part).unwrap();
    let mut parts = vec![piece.roll().clone()];
    let next = |piece: &mut LivePiece| {
        piece.next_part(&composer, || true).unwrap();
        piece.roll().clone()
    };
    parts.extend((1..20).map(|_| next(&mut piece)));
    let whole = compose(&composer, &part.clone().bars(60));
    let joined: Vec<_> = parts.iter().flat_map(|part| part.steps()).collect();
    assert_eq!(joined.len(), whole.len());
    assert!(joined.iter().zip(whole.steps()).all(|(a, b)| a.play == b.play));
    assert!(parts[1..].iter().all(|part| part.len() == 3 * 12 && part.mean_tempo() == 700_000));
    // What is held from the part before is struck anew.
    assert!(parts.iter().all(|part| part.steps()[0].held().is_empty()));

    let size = |piece: &LivePiece| format!("{piece:?}").len();
    let mut sizes = Vec::new();
    for _ in 0..4 {
        (0..41).for_each(|_| drop(next(&mut piece)));
        sizes.push(size(&piece) as f64);
    }
    assert!(sizes[3] < 1.1 * sizes[1], "{sizes:?}");
}

#[test]
fn a_copy_is_judged_worse_than_music_of_its_own() {
    let pieces = corpus::read(&[concat!(env!("CARGO_MANIFEST_DIR"), "/pieces")]).unwrap().pieces;
    let criterion = Criterion::new(TrainingMusic::of(&pieces)).unwrap();
    let copy = criterion.judge(pieces[0].roll(), 0);
    assert!(copy.copied.as_ref().is_some_and(|run| run.is_copy()), "{copy}");
    let composer = Composer::new(&model([-3.0, 0.5]));
    let primer = primer();
    let own = compose(&composer, &recipe(&primer, 1));
    let own = criterion.judge(&own, 4);
    assert_eq!(own.grave_faults(), 0, "{own}");
    assert!(own.compare(&copy).is_lt());
    let mut silent = Roll::new("2/4".parse().unwrap());
    (0..64).for_each(|_| silent.push(Step::SILENCE));
    let silent = criterion.judge(&silent, 0);
    assert_eq!(silent.grave_faults(), 1);
    assert!(silent.to_string().starts_with("silent for 8.0 measures"), "{silent}");
}
