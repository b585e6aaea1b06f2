//! Statistics of successive bars.

use crate::roll::Step;
use std::collections::HashSet;

/// One minus the mean distance of adjacent bars. The distance of two bars is the share of places at
/// which one of them has an onset and the other has none. Bars of different length are not
/// compared.
///
/// After Wu and Yang ("The Jazz Transformer on the front line", 2020). In music of a single metre
/// it is the same number as muspy's.
pub(super) fn groove_consistency(bars: &[&[Step]]) -> Option<f64> {
    let (mut sum, mut pairs) = (0.0, 0);
    for pair in bars.windows(2).filter(|pair| pair[0].len() == pair[1].len()) {
        let differ = |(a, b): &(&Step, &Step)| a.articulate.is_empty() != b.articulate.is_empty();
        let different = pair[0].iter().zip(pair[1]).filter(differ).count();
        sum += different as f64 / pair[0].len() as f64;
        pairs += 1;
    }
    (pairs > 0).then(|| 1.0 - sum / f64::from(pairs))
}

/// The share of bars that are exactly the same as an earlier bar, in both play and articulate.
pub(super) fn repeated(bars: &[&[Step]]) -> Option<f64> {
    let different = bars.iter().collect::<HashSet<_>>().len();
    (!bars.is_empty()).then(|| (bars.len() - different) as f64 / bars.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll::{Keys, Roll};
    use crate::statistic::Passage;

    /// A roll in which one key is struck at some steps.
    fn roll_with_onsets(metre: &str, steps: usize, onsets: &[usize]) -> Roll {
        let mut roll = Roll::new(metre.parse().unwrap());
        for step in 0..steps {
            let keys = Keys::from_iter([39]);
            let struck = onsets.contains(&step);
            let sounding = if struck { keys } else { Keys::NONE };
            roll.push(Step { play: sounding, articulate: sounding });
        }
        roll
    }

    // muspy 0.5:
    //   notes = [muspy.Note(time, 60, 1) for time in [0, 4, 12, 16, 19, 28, 32, 36, 44, 47]]
    //   m = muspy.Music(resolution=4, tracks=[muspy.Track(notes=notes)])
    //   muspy.groove_consistency(m, 16)
    // The last note ends with the third bar. After it muspy counts an empty fourth bar.
    #[test]
    fn groove_consistency_is_that_of_muspy() {
        let roll = roll_with_onsets("4/4", 64, &[0, 4, 12, 16, 19, 28, 32, 36, 44, 47]);
        let found = groove_consistency(&Passage::whole(&roll).bars).unwrap();
        assert!((found - 0.8125).abs() < 1e-12, "{found}");
    }

    #[test]
    fn bars_of_different_length_are_not_compared() {
        // Three bars of 3/4, of which the last two are alike; then two bars of 2/4 that differ at
        // one place of eight.
        let mut roll = roll_with_onsets("3/4", 36, &[0, 1, 2, 12, 24]);
        roll.change_metre("2/4".parse().unwrap());
        let keys = Keys::from_iter([5]);
        for step in 0..16 {
            let sounding = if step == 3 { keys } else { Keys::NONE };
            roll.push(Step { play: sounding, articulate: sounding });
        }
        let found = groove_consistency(&Passage::whole(&roll).bars).unwrap();
        assert!((found - (1.0 - (2.0 / 12.0 + 0.0 + 1.0 / 8.0) / 3.0)).abs() < 1e-12, "{found}");
        assert_eq!(groove_consistency(&Passage::new(&roll, 0, 12).bars), None);
    }

    #[test]
    fn a_bar_repeats_if_everything_in_it_was_there_before() {
        let roll = roll_with_onsets("2/4", 32, &[0, 9, 16, 25]);
        assert_eq!(repeated(&Passage::whole(&roll).bars), Some(0.5));
        let mut other = roll_with_onsets("2/4", 15, &[0, 8]);
        // The same onsets, but the last note is held longer.
        other.push(Step { play: Keys::from_iter([39]), articulate: Keys::NONE });
        assert_eq!(repeated(&Passage::whole(&other).bars), Some(0.0));
        assert_eq!(repeated(&[]), None);
    }
}
