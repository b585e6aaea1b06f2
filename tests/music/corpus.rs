//! The 302 pieces of piano-midi.de are read, and agree with what is known about them.

use std::collections::BTreeMap;

use crate::real_pieces::corpus;
use deep_jammer::corpus::{self, Corpus, Inspection, Verdict};
use deep_jammer::dataset::{Dataset, Split};
use deep_jammer::midi;
use deep_jammer::roll::Roll;

fn assert_near(what: &str, found: f64, expected: f64, tolerance: f64) {
    eprintln!("{what}: {found:.4}, expected {expected} ± {tolerance}");
    assert!((found - expected).abs() <= tolerance, "{what}: {found}, expected {expected}");
}

#[test]
fn all_pieces_are_read_without_a_warning() {
    let Some(corpus) = corpus() else { return };
    assert_eq!((corpus.pieces.len(), corpus.failures.len()), (302, 0));
    for piece in &corpus.pieces {
        assert_eq!(piece.warnings, [], "{}", piece.path.display());
        assert_eq!(piece.transcription.losses.percussion, 0, "{}", piece.path.display());
    }
}

/// The figures were measured by twenty lines of Python on the events that mido 1.3 reads, each
/// onset put on its nearest 16th from the start of the file, whatever the time signatures. They
/// agree with those published for excerpts of 128 steps (3.02 notes sounding, 1.35 onsets a step,
/// 2.3 steps a note), but for steps with an onset (.69) and P(articulate | play) (.518), which in
/// whole pieces are lower.
#[test]
fn its_music_has_the_known_proportions() {
    let Some(corpus) = corpus() else { return };
    let (mut steps, mut played, mut struck, mut with_onset, mut silent) = (0, 0, 0, 0, 0);
    let (mut notes, mut note_steps) = (0, 0);
    for roll in corpus.pieces.iter().map(|piece| piece.roll()) {
        for step in roll.steps() {
            steps += 1;
            played += step.play.count();
            struck += step.articulate.count();
            with_onset += usize::from(!step.articulate.is_empty());
            silent += usize::from(step.play.is_empty());
        }
        notes += roll.notes().len();
        note_steps += roll.notes().iter().map(|note| note.end - note.start).sum::<usize>();
    }
    let of_steps = |count: usize| count as f64 / steps as f64;
    assert_near("P(play)", of_steps(played) / 88.0, 0.0336, 0.0005);
    assert_near("P(articulate | play)", struck as f64 / played as f64, 0.4616, 0.005);
    assert_near("notes sounding a step", of_steps(played), 2.954, 0.02);
    assert_near("onsets a step", of_steps(struck), 1.364, 0.01);
    assert_near("steps with an onset", of_steps(with_onset), 0.634, 0.005);
    assert_near("silent steps", of_steps(silent), 0.0687, 0.005);
    assert_near("note length in steps", note_steps as f64 / notes as f64, 2.3, 0.2);
}

#[test]
fn half_of_its_pieces_have_nineteen_of_twenty_onsets_near_the_grid() {
    let Some(corpus) = corpus() else { return };
    let near = |piece: &corpus::Piece| {
        let found = &piece.transcription;
        1.0 - found.off_grid as f64 / found.notes as f64
    };
    let mut shares: Vec<_> = corpus.pieces.iter().map(near).collect();
    shares.sort_by(f64::total_cmp);
    assert_near("median share of onsets near the grid", shares[151], 0.95, 0.02);
}

#[test]
fn a_third_of_its_pieces_are_in_common_time_and_none_repeats_another() {
    let Some(corpus) = corpus() else { return };
    let inspection = Inspection::of(corpus);
    let share = |metres: &[&str]| {
        let count = |metre: &&str| inspection.summary.metres.get(*metre).copied().unwrap_or(0);
        metres.iter().map(count).sum::<usize>() as f64 / 302.0
    };
    assert_near("share of 4/4", share(&["4/4"]), 1.0 / 3.0, 0.03);
    assert_near("share of 3/4 and 2/4", share(&["3/4", "2/4"]), 0.36, 0.05);
    let mut verdicts = BTreeMap::new();
    for file in &inspection.files {
        *verdicts.entry(file.verdict.in_words()).or_insert(0) += 1;
        // Movements of one work quote each other, and are pieces of their own.
        assert_ne!(file.verdict, Verdict::Repeats, "{} {:?}", file.path, file.repeats);
    }
    eprintln!("{verdicts:?}");
}

#[test]
fn every_roll_survives_being_written_as_midi() {
    let Some(corpus) = corpus() else { return };
    for piece in &corpus.pieces {
        let bytes = midi::write(&piece.roll().to_score(None, &[]));
        let again = Roll::from_score(&midi::read(&bytes).unwrap().score).unwrap().roll;
        assert_eq!(&again, piece.roll(), "{}", piece.path.display());
    }
}

#[test]
fn every_score_survives_being_written_but_for_notes_struck_twice() {
    let Some(corpus) = corpus() else { return };
    for piece in &corpus.pieces {
        let score = midi::read_file(&piece.path).unwrap().score;
        let mut again = midi::read(&midi::write(&score)).unwrap();
        assert_eq!(again.warnings, [], "{}", piece.path.display());
        // A key that is struck while it is down cannot be written as two notes that overlap, yet
        // sounds as long; so the rolls are compared.
        let rolls = [&score, &again.score].map(|score| Roll::from_score(score).unwrap().roll);
        assert_eq!(rolls[0], rolls[1], "{}", piece.path.display());
        again.score.notes = score.notes.clone();
        assert_eq!(again.score, score, "{}", piece.path.display());
    }
}

#[test]
fn copies_of_its_pieces_in_other_keys_trimmed_or_delayed_are_found() {
    let Some(corpus) = corpus() else { return };
    let pieces: Vec<_> = corpus.pieces.iter().map(|piece| piece.roll()).collect();
    let copies: Vec<_> = pieces.iter().enumerate().map(|(n, roll)| copy(roll, n)).collect();
    let all: Vec<_> = pieces.iter().copied().chain(&copies).collect();
    let repeats = corpus::duplicate_of(&all);
    for (n, original) in repeats[302..].iter().enumerate() {
        assert_eq!(*original, Some(n), "{}", corpus.pieces[n].path.display());
    }
}

/// The middle half of a roll, after some rests, some semitones higher or lower.
fn copy(roll: &Roll, n: usize) -> Roll {
    let mut copy = Roll::new("4/4".parse().unwrap());
    (0..n % 13).for_each(|_| copy.push(Default::default()));
    let middle = roll.len() / 4..roll.len() * 3 / 4;
    roll.steps()[middle].iter().for_each(|step| copy.push(step.transposed(n as i32 % 9 - 4)));
    copy
}

#[test]
fn a_tenth_of_its_pieces_is_held_out_from_all_composers_and_no_copy_straddles() {
    let Some(corpus) = corpus() else { return };
    let copy_of = |corpus: &Corpus| Corpus { pieces: corpus.pieces.clone(), failures: Vec::new() };
    let mut splits = std::collections::BTreeSet::new();
    for seed in 0..5 {
        let (dataset, pieces) = Dataset::new(copy_of(corpus), 128, 0.1, seed).unwrap();
        assert_eq!(dataset.files.len(), 302);
        let usable = dataset.count(Split::Training) + dataset.count(Split::Validation);
        let held_out = dataset.count(Split::Validation);
        assert_eq!(held_out, (usable as f64 / 10.0).round() as usize);
        assert_eq!(pieces.validation.len(), held_out);
        let mut composers: BTreeMap<_, [usize; 2]> = BTreeMap::new();
        for (side, files) in [Split::Training, Split::Validation]
            .map(|side| dataset.of(side))
            .into_iter()
            .enumerate()
        {
            files.for_each(|file| composers.entry(file.folder.clone()).or_default()[side] += 1);
        }
        for (composer, [training, validation]) in &composers {
            let exact = (training + validation) as f64 / 10.0;
            assert!(
                (*validation as f64 - exact).abs() < 1.0,
                "{composer}: {validation} of {exact}"
            );
        }
        splits.insert(
            dataset.of(Split::Validation).map(|file| file.path.clone()).collect::<Vec<_>>(),
        );
    }
    assert_eq!(splits.len(), 5, "the seed chooses");
}

#[test]
fn transposed_copies_of_its_pieces_are_held_out_with_their_originals() {
    let Some(corpus) = corpus() else { return };
    let folder = tempfile::tempdir().unwrap();
    let few: Vec<_> = corpus.pieces.iter().step_by(6).collect();
    for (n, piece) in few.iter().enumerate() {
        std::fs::create_dir_all(folder.path().join("copies")).unwrap();
        let bytes = midi::write(&copy(piece.roll(), n).to_score(None, &[]));
        std::fs::write(folder.path().join(format!("copies/{n}.mid")), bytes).unwrap();
        let bytes = midi::write(&piece.roll().to_score(None, &[]));
        std::fs::write(folder.path().join(format!("{n}.mid")), bytes).unwrap();
    }
    for seed in 0..5 {
        let corpus = corpus::read(&[folder.path()]).unwrap();
        let (dataset, _) = Dataset::new(corpus, 16, 0.2, seed).unwrap();
        let mut sides: BTreeMap<_, Vec<Split>> = BTreeMap::new();
        for file in &dataset.files {
            sides.entry(file.name.clone()).or_default().push(file.split);
        }
        for (name, sides) in sides {
            assert!(sides.len() == 2 && sides[0] == sides[1], "{name}: {sides:?}");
        }
        assert!((15..=25).contains(&dataset.count(Split::Validation)));
    }
}
