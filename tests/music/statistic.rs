//! The statistics of the 302 pieces of piano-midi.de agree with the published ones.

use crate::real_pieces::corpus;
use deep_jammer::originality::{COPY_STEPS, Match, Originality, TrainingMusic};
use deep_jammer::roll::Roll;
use deep_jammer::statistic::{Distribution, Passage, SetFigure, Statistic, compare, passages};

/// The table in docs/statistics.md.
#[test]
fn the_statistics_of_the_corpus_are_those_that_are_published() {
    let Some(corpus) = corpus() else { return };
    // Published: mean of excerpts of 128 steps. With it the tolerance for the mean in which every
    // piece counts alike, however long it is.
    let published = [
        (Statistic::PitchClassEntropy, 2.96, 0.02),
        (Statistic::ScaleConsistency, 0.894, 0.005),
        (Statistic::NotesSounding, 3.02, 0.05),
        (Statistic::SilentSteps, 0.057, 0.002),
        (Statistic::Onsets, 1.35, 0.08),
        (Statistic::StepsWithOnset, 0.69, 0.04),
        (Statistic::GrooveConsistency, 0.881, 0.01),
        (Statistic::NoteLength, 2.3, 0.15),
        // .037 is published, but 3.02 of 88 keys are .0343.
        (Statistic::Play, 3.02 / 88.0, 0.001),
        (Statistic::Articulate, 0.518, 0.02),
        (Statistic::LongestSilence, 1.9, 0.15),
    ];
    let excerpts: Vec<Vec<_>> =
        corpus.pieces.iter().map(|piece| passages(piece.roll(), 128)).collect();
    eprintln!("{} excerpts", excerpts.iter().map(Vec::len).sum::<usize>());
    let print = |statistic: Statistic, by_piece: f64, all: &Distribution| {
        let (low, high) = all.range().unwrap();
        eprintln!(
            "| {} | {:.4} | {:.4} ({:.3}) | {low:.3} .. {high:.3} |",
            statistic.in_words(),
            by_piece,
            all.mean().unwrap(),
            all.sd().unwrap(),
        );
    };
    let means = |statistic: Statistic| {
        let of =
            |of: &Vec<Passage<'_>>| Distribution::new(of.iter().filter_map(|p| statistic.of(p)));
        let by_piece = Distribution::new(excerpts.iter().filter_map(|piece| of(piece).mean()));
        let all = Distribution::new(excerpts.iter().flatten().filter_map(|p| statistic.of(p)));
        (by_piece.mean().unwrap(), all)
    };
    for (statistic, expected, tolerance) in published {
        let (by_piece, all) = means(statistic);
        print(statistic, by_piece, &all);
        let name = statistic.in_words();
        assert!((by_piece - expected).abs() <= tolerance, "{name}: {by_piece}, not {expected}");
    }
    let (by_piece, all) = means(Statistic::RepeatedBars);
    print(Statistic::RepeatedBars, by_piece, &all);
    // Ranges that are published.
    let near = |found: f64, expected: f64| (found - expected).abs() <= 0.011;
    let (low, high) = means(Statistic::ScaleConsistency).1.range().unwrap();
    assert!(near(low, 0.743) && near(high, 0.994), "{low} .. {high}");
    assert!(means(Statistic::LongestSilence).1.quantile(0.95).unwrap() <= 8.0);
    // In whole pieces 32 % of the bars repeat an earlier one.
    let whole = corpus.pieces.iter().map(|piece| Passage::whole(piece.roll()));
    let repeated = Distribution::new(whole.filter_map(|p| Statistic::RepeatedBars.of(&p)));
    eprintln!("repeated bars in whole pieces: {:.4}", repeated.mean().unwrap());
    assert!((repeated.mean().unwrap() - 0.32).abs() < 0.02);
}

/// One half of the pieces is no farther from the other than the yardstick says, and music without
/// sense is.
#[test]
fn real_music_is_like_real_music_and_shuffled_steps_are_not() {
    let Some(corpus) = corpus() else { return };
    let (few, others): (Vec<_>, Vec<_>) =
        corpus.pieces.iter().enumerate().partition(|(index, _)| index % 10 == 0);
    let others: Vec<_> = others.into_iter().map(|(_, piece)| piece.roll()).collect();
    // Sixteen bars or so from the middle of each, or all of it.
    let middle = |roll: &Roll| {
        let fits = |bar: &usize| *bar <= roll.len() / 2 && bar + 256 <= roll.len();
        let start = roll.measures().into_iter().rfind(fits).unwrap_or(0);
        roll.excerpt(start, start + 256)
    };
    let real: Vec<_> =
        few.iter().map(|(_, piece)| (piece.name.clone(), middle(piece.roll()))).collect();
    let shuffled: Vec<_> = real
        .iter()
        .map(|(name, roll)| {
            let mut shuffled = Roll::new("4/4".parse().unwrap());
            // Every 89th step: neighbours are no neighbours any more.
            let count = roll.len();
            (0..count).for_each(|step| shuffled.push(roll.steps()[step * 89 % count]));
            (name.clone(), shuffled)
        })
        .collect();
    let unlike = |pieces: &[(String, Roll)]| {
        let pieces: Vec<_> = pieces.iter().map(|(name, roll)| (name.clone(), roll)).collect();
        let comparison = compare(&pieces, &others, 1);
        let farther = |figure: &&SetFigure| {
            figure.distance.unwrap() > figure.real_vs_real.unwrap().greatest_distance
        };
        let set = comparison.set;
        let inside: usize = set.statistics.iter().map(|figure| figure.inside).sum();
        let of: usize = set.statistics.iter().map(|figure| figure.of).sum();
        (set.statistics.iter().filter(farther).count(), inside as f64 / of as f64)
    };
    let (real, shuffled) = (unlike(&real), unlike(&shuffled));
    eprintln!("farther than real, share inside: real {real:?}, shuffled {shuffled:?}");
    assert!(real.0 <= 2 && real.1 > 0.8, "{real:?}");
    assert!(shuffled.0 >= 5 && shuffled.1 < real.1, "{shuffled:?}");
}

fn among_others(originality: &Originality, piece: usize) -> Option<Match> {
    let roll = &originality.training_music().pieces[piece].roll;
    originality.longest_match_among(roll, |other| other != piece)
}

#[test]
fn pieces_by_different_hands_have_little_in_common_and_two_promenades_a_theme() {
    let Some(corpus) = corpus() else { return };
    let originality = Originality::new(TrainingMusic::of(&corpus.pieces));
    let names: Vec<_> =
        originality.training_music().pieces.iter().map(|piece| piece.source.as_str()).collect();
    let place = |name: &str| names.iter().position(|source| *source == name).unwrap();
    // Pictures at an Exhibition begins with its Promenade, which comes back before the Old Castle.
    let run = among_others(&originality, place("Mussorgsky/muss_1")).unwrap();
    assert_eq!((run.steps, run.source.as_str()), (44, "Mussorgsky/muss_2"));
    assert!(run.is_copy());
    // Chromatic scales in octaves.
    let run = among_others(&originality, place("Beethoven/beethoven_hammerklavier_4")).unwrap();
    assert_eq!((run.steps, run.source.as_str()), (23, "Mussorgsky/muss_8"));
    for piece in (0..names.len()).step_by(30).filter(|&n| !names[n].contains("muss_")) {
        let run = among_others(&originality, piece);
        eprintln!("{}: {run:?}", names[piece]);
        assert!(run.is_none_or(|run| run.steps < COPY_STEPS));
    }
    // In itself, of course, every piece stands as a whole.
    let piece = &originality.training_music().pieces[7];
    let run = originality.longest_match(&piece.roll).unwrap();
    assert!(run.steps + 16 > piece.roll.len() && run.source == piece.source, "{run:?}");
}

/// The numbers in docs/statistics.md.
#[test]
#[ignore = "prints what all pieces have in common with all others; half a minute"]
fn what_all_pieces_have_in_common_with_all_others() {
    let Some(corpus) = corpus() else { return };
    let originality = Originality::new(TrainingMusic::of(&corpus.pieces));
    let pieces = &originality.training_music().pieces;
    let mut runs: Vec<_> = (0..pieces.len())
        .map(|piece| (pieces[piece].source.as_str(), among_others(&originality, piece)))
        .collect();
    runs.sort_by_key(|(_, run)| std::cmp::Reverse(run.as_ref().map_or(0, |run| run.steps)));
    for (source, run) in runs.iter().take(20) {
        eprintln!("{source}: {run:?}");
    }
    let lengths = runs.iter().map(|(_, run)| run.as_ref().map_or(0, |run| run.steps));
    let more = |than: usize| lengths.clone().filter(|&length| length > than).count();
    eprintln!("over 16 steps: {}, over 23: {}, over 31: {}", more(16), more(23), more(31));
    let all = Distribution::new(lengths.clone().map(|length| length as f64));
    let quantiles = [0.5, 0.9, 0.95, 1.0].map(|share| all.quantile(share).unwrap());
    eprintln!("median, 90 %, 95 %, most: {quantiles:?}; none: {}", 302 - more(0));
    assert_eq!(more(31), 2);
}
