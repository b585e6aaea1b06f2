//! The baselines agree with counts by hand, sum to one over everything that could be played, and compose.

use crate::real_music;
use deep_jammer::baseline::{Baseline, Counts, Kind};
use deep_jammer::composing::{Composer, Recipe};
use deep_jammer::corpus::{Piece, PublishedSplit, read_set};
use deep_jammer::evaluation::{Evaluator, PieceScore};
use deep_jammer::network::{KeyAction, KeyLogits};
use deep_jammer::primer::Primer;
use deep_jammer::roll::{KEYS, Keys, Roll, Step};
use deep_jammer::score::Metre;

fn step(play: &[usize], articulate: &[usize]) -> Step {
    Step {
        play: Keys::from_iter(play.iter().copied()),
        articulate: Keys::from_iter(articulate.iter().copied()),
    }
}

fn roll(steps: &[Step]) -> Roll {
    let mut roll = Roll::new(Metre::COMMON);
    steps.iter().for_each(|&step| roll.push(step));
    roll
}

/// Four steps of two keys: both struck; the lower held; struck again; silence.
fn tiny() -> Roll {
    roll(&[step(&[10, 20], &[10, 20]), step(&[10], &[]), step(&[10], &[10]), step(&[], &[])])
}

fn learned(kind: Kind, rolls: &[Roll]) -> Baseline {
    Baseline::new(kind, &Counts::of(rolls))
}

fn measure(baseline: &Baseline, roll: &Roll) -> PieceScore {
    baseline.evaluate(&[roll], &|_| true).unwrap()[0]
}

fn probabilities(logits: KeyLogits) -> (f64, f64) {
    (logits.play_probability(1.0), logits.articulate_probability(1.0))
}

fn assert_near(found: f64, expected: f64) {
    // Predictions are 32-bit logits.
    assert!((found - expected).abs() < 1e-6 * expected.abs().max(1.0), "{found}, not {expected}");
}

fn assert_expects(logits: KeyLogits, expected: (f64, f64)) {
    let (play, articulate) = probabilities(logits);
    assert_near(play, expected.0);
    assert_near(articulate, expected.1);
}

#[test]
fn each_note_by_itself_comes_as_often_as_it_was_counted_by_hand() {
    let expected = learned(Kind::ByItself, &[tiny()]).predict(step(&[50], &[50]));
    // 88 keys had four chances each; four were taken, three of these by striking.
    let (play, articulate) = (4.5 / 353.0, 3.5 / 5.0);
    assert_expects(expected[10], ((3.0 + play) / 5.0, (2.0 + articulate) / 4.0));
    assert_expects(expected[20], ((1.0 + play) / 5.0, (1.0 + articulate) / 2.0));
    assert_expects(expected[30], (play / 5.0, articulate));
}

#[test]
fn a_note_as_the_last_step_comes_as_counted_by_hand() {
    let baseline = learned(Kind::LastStep, &[tiny()]);
    // Key 10 was struck before two steps, and held in one of them. Of all keys that were struck,
    // one of three sounded on, and none of one was struck again.
    let after_stroke = baseline.predict(step(&[10, 20], &[10, 20]));
    assert_expects(after_stroke[10], ((1.0 + 1.5 / 4.0) / 3.0, (0.5 / 2.0) / 2.0));
    assert_expects(after_stroke[20], ((1.5 / 4.0) / 2.0, 0.5 / 2.0));
    // It was held before one step, in which it was struck; no other key was ever held.
    let after_hold = baseline.predict(step(&[10, 20], &[]));
    assert_expects(after_hold[10], ((1.0 + 1.5 / 2.0) / 2.0, (1.0 + 1.5 / 2.0) / 2.0));
    assert_expects(after_hold[20], (1.5 / 2.0, 1.5 / 2.0));
    // Key 20 was silent before three steps (before the first of the piece, too), and was struck in
    // one; all keys together before 1 + 3 + 4 · 86. What was silent has to be struck.
    assert_expects(baseline.predict(Step::SILENCE)[20], ((1.0 + 2.5 / 349.0) / 4.0, 1.0));
}

#[test]
fn the_chain_follows_the_notes_of_the_last_step_as_counted_by_hand() {
    let baseline = learned(Kind::Markov, &[tiny()]);
    let by_itself = learned(Kind::ByItself, &[tiny()]).predict(Step::SILENCE);
    let [of_10, of_20] = [10, 20].map(|key| probabilities(by_itself[key]).0);
    // Key 10 sounded before three steps, and in two of these again; key 20 before one, in which
    // key 10 sounded; silence was before the first, in which both did.
    let after_10 = baseline.predict(step(&[10], &[10]));
    assert_near(probabilities(after_10[10]).0, (2.0 + of_10) / 4.0);
    assert_near(probabilities(after_10[20]).0, of_20 / 4.0);
    let after_20 = baseline.predict(step(&[20], &[20]));
    assert_near(probabilities(after_20[10]).0, (1.0 + of_10) / 2.0);
    let after_both = baseline.predict(step(&[10, 20], &[10, 20]));
    let mean = ((2.0 + of_10) / 4.0 + (1.0 + of_10) / 2.0) / 2.0;
    assert_near(probabilities(after_both[10]).0, mean);
    assert_near(probabilities(baseline.predict(Step::SILENCE)[20]).0, (1.0 + of_20) / 2.0);
    // A note that was never heard is followed by what is frequent.
    assert_near(probabilities(baseline.predict(step(&[60], &[]))[10]).0, of_10);
    // How a key is articulated depends on itself.
    let last_step = learned(Kind::LastStep, &[tiny()]);
    for previous in [Step::SILENCE, step(&[10, 20], &[20])] {
        let articulate =
            |baseline: &Baseline| baseline.predict(previous).map(|logits| logits.articulate);
        assert_eq!(articulate(&baseline), articulate(&last_step));
    }
}

#[test]
fn the_surprise_of_a_piece_is_that_of_its_keys_and_steps() {
    let heard = tiny();
    for kind in Kind::ALL {
        let baseline = learned(kind, std::slice::from_ref(&heard));
        let (mut play, mut articulate) = (0.0, 0.0);
        let before = [&[Step::SILENCE], heard.steps()].concat();
        for (previous, step) in before.into_iter().zip(heard.steps()) {
            for (key, logits) in baseline.predict(previous).into_iter().enumerate() {
                let (p, a) = probabilities(logits);
                if step.play.contains(key) {
                    play -= p.ln();
                    articulate -= if step.articulate.contains(key) { a } else { 1.0 - a }.ln();
                } else {
                    play -= (1.0 - p).ln();
                }
            }
        }
        let found = measure(&baseline, &heard);
        assert_eq!(found.steps, 4);
        assert_near(found.nats.play, play);
        assert_near(found.nats.articulate, articulate);
        assert!(found.nats.total().is_finite());
    }
}

/// The keys of a keyboard small enough to play everything that can be played.
const FEW: [usize; 3] = [10, 20, 30];

/// All steps that can follow a step on the [`FEW`] keys.
fn continuations(previous: Step) -> Vec<Step> {
    let mut steps = vec![Step::SILENCE];
    for key in FEW {
        let with = |articulate: &[usize]| {
            let add = |step: &Step| Step {
                play: step.play.or(Keys::from_iter([key])),
                articulate: step.articulate.or(Keys::from_iter(articulate.iter().copied())),
            };
            steps.iter().map(add).collect::<Vec<_>>()
        };
        let held = if previous.play.contains(key) { with(&[]) } else { Vec::new() };
        steps = [with(&[key]), held, steps].concat();
    }
    steps
}

/// The probability of everything that can follow a roll in so many steps on the [`FEW`] keys, given
/// that all others stay silent.
fn probability_of_all(baseline: &Baseline, begun: &Roll, steps: usize) -> f64 {
    if steps == 0 {
        return 1.0;
    }
    let previous = *begun.steps().last().unwrap();
    let expected = baseline.predict(previous);
    let others = (0..KEYS).filter(|key| !FEW.contains(key));
    let others: f64 = others.map(|key| expected[key].nats(KeyAction::default()).total()).sum();
    let before = measure(baseline, begun).nats.total();
    let mut sum = 0.0;
    for step in continuations(previous) {
        let mut longer = begun.clone();
        longer.push(step);
        let nats = measure(baseline, &longer).nats.total() - before - others;
        sum += (-nats).exp() * probability_of_all(baseline, &longer, steps - 1);
    }
    sum
}

#[test]
fn the_probabilities_of_all_continuations_add_up_to_one() {
    // One key struck, one held, one silent.
    let begun = roll(&[step(&[20], &[20]), step(&[10, 20], &[10])]);
    assert_eq!(continuations(begun.steps()[1]).len(), 3 * 3 * 2);
    for kind in [Kind::LastStep, Kind::Markov] {
        let baseline = learned(kind, &[tiny()]);
        for steps in 1..=2 {
            let sum = probability_of_all(&baseline, &begun, steps);
            assert!((sum - 1.0).abs() < 1e-9, "{kind:?}, {steps} steps: {sum}");
        }
    }
    // Who knows nothing of the step before would hold what did not sound.
    let baseline = learned(Kind::ByItself, &[tiny()]);
    let (play, articulate) = probabilities(baseline.predict(begun.steps()[1])[30]);
    let sum = probability_of_all(&baseline, &begun, 1);
    assert!((sum - (1.0 - play * (1.0 - articulate))).abs() < 1e-9, "{sum}");
}

#[test]
fn what_never_happened_is_not_impossible() {
    let everything = roll(&[step(&[0, 87], &[0, 87]), step(&[0, 87], &[0]), step(&[5], &[5])]);
    for kind in Kind::ALL {
        for heard in [vec![], vec![roll(&[Step::SILENCE; 5])], vec![everything.clone()]] {
            let nats = measure(&learned(kind, &heard), &everything).nats;
            assert!(nats.total().is_finite() && nats.total() > 0.0, "{kind:?} {nats:?}");
        }
    }
}

#[test]
fn the_order_of_the_pieces_changes_nothing() {
    let other = roll(&[step(&[40], &[40]), step(&[41], &[41]), step(&[40, 41], &[40])]);
    let [forth, back] = [[tiny(), other.clone()], [other, tiny()]];
    assert_eq!(Counts::of(&forth), Counts::of(&back));
    let fingerprints = |rolls: &[Roll]| Kind::ALL.map(|kind| learned(kind, rolls).fingerprint());
    assert_eq!(fingerprints(&forth), fingerprints(&back));
    let [one, two, three] = fingerprints(&forth);
    assert!(one != two && two != three && fingerprints(&forth[..1])[2] != three);
}

/// The four sets of Boulanger-Lewandowski, Bengio and Vincent (2012), in files as `corpus::read_set`
/// knows them, which lie beside the package or where DEEP_JAMMER_SETS says. The numbers are those
/// that are published for a Bernoulli variable a note, in nats a step of the test parts.
#[test]
fn each_note_by_itself_is_as_surprised_as_published() {
    let missing = "no sets here; set DEEP_JAMMER_SETS to the folder with them";
    let Some(folder) = real_music::folder("bl2012", "DEEP_JAMMER_SETS", missing) else { return };
    let published = [
        ("jsb-chorales", 11.06),
        ("musedata", 11.51),
        ("nottingham", 10.25),
        ("piano-midi-de", 11.05),
    ];
    for (name, published) in published {
        let pieces = read_set(&folder.join(format!("{name}.json.gz"))).unwrap();
        let part = |part| pieces.iter().filter(move |piece| piece.published_split == Some(part));
        let counts = Counts::of(part(PublishedSplit::Training).map(Piece::roll));
        let baseline = Baseline::new(Kind::ByItself, &counts);
        let test: Vec<_> = part(PublishedSplit::Test).map(Piece::roll).collect();
        let measures = baseline.evaluate(&test, &|_| true).unwrap();
        let nats: f64 = measures.iter().map(|measure| measure.nats.play).sum();
        let steps: usize = measures.iter().map(|measure| measure.steps).sum();
        let found = nats / steps as f64;
        assert!((found - published).abs() < 0.005, "{name}: {found}, published {published}");
    }
}

/// C, E, G, and again.
fn arpeggio(steps: usize) -> Roll {
    let steps: Vec<_> = (0..steps).map(|n| [39, 43, 46][n % 3]).collect();
    roll(&steps.iter().map(|&key| step(&[key], &[key])).collect::<Vec<_>>())
}

#[test]
fn the_chain_learns_a_pattern_that_each_note_by_itself_does_not() {
    let heard = [arpeggio(300)];
    let [by_itself, last_step, chain] =
        Kind::ALL.map(|kind| measure(&learned(kind, &heard), &arpeggio(90)));
    let per_step = |measure: &PieceScore| measure.nats.total() / measure.steps as f64;
    // Three keys of one third each are 3 · H(1/3) = 1.9 nats, the step before leaves one in two.
    assert!(per_step(&chain) < 0.2, "{}", per_step(&chain));
    assert!((1.3..1.5).contains(&per_step(&last_step)), "{}", per_step(&last_step));
    assert!((1.9..2.0).contains(&per_step(&by_itself)), "{}", per_step(&by_itself));
    // Every note is expected, and no other.
    assert_eq!((chain.notes.true_positives, chain.notes.false_positives), (90, 0));
    assert_eq!(by_itself.notes.true_positives, 0);
}

/// Twenty keys one after another, again and again: more than fit into a measure of 3/4, so that it
/// does not go in circles.
fn scale(steps: usize) -> Roll {
    let mut roll = Roll::new(Metre::COMMON);
    for step in 0..steps {
        let key = Keys::from_iter([40 + step % 20]);
        roll.push(Step { play: key, articulate: key });
    }
    roll
}

#[test]
fn a_chain_composes_what_it_has_learned_in_the_metre_of_its_primer() {
    let chain = || Composer::of_baseline(learned(Kind::Markov, &[scale(300)]));
    let mut primer = Roll::new("3/4".parse().unwrap());
    scale(60).steps().iter().for_each(|&step| primer.push(step));
    let primer = Primer { source: "a scale".to_owned(), roll: primer };
    // Nearly no chance.
    let recipe = Recipe::new(3).after(&primer).bars(5).repeats(0.0).temperature(0.3);
    let compose = |recipe: &Recipe| chain().compose(recipe).unwrap().roll().clone();
    let piece = compose(&recipe);
    assert_eq!(piece.metre_at(0).metre.to_string(), "3/4");
    assert_eq!(piece.steps(), scale(60).steps());
    let wild = recipe.temperature(2.0);
    assert_eq!(compose(&wild), compose(&wild));
    let other = Recipe { seed: 4, ..wild.clone() };
    assert_ne!(compose(&wild), compose(&other));
}
