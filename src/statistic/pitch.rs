//! Statistics of pitch classes.

use crate::roll::{LOWEST_PITCH, Step};

/// The seven pitch classes of the C major scale. A natural minor scale has the same pitch classes
/// as the major scale a minor third above it, so the 24 scales are twelve sets.
const MAJOR: [usize; 7] = [0, 2, 4, 5, 7, 9, 11];

/// The number of onsets in each pitch class, C first.
fn pitch_classes(steps: &[Step]) -> [usize; 12] {
    let mut classes = [0; 12];
    for key in steps.iter().flat_map(|step| step.articulate.iter()) {
        classes[(key + usize::from(LOWEST_PITCH)) % 12] += 1;
    }
    classes
}

/// The entropy of the pitch classes of all onsets, in bits. It is 0 if there is only one, and
/// log₂ 12 = 3.58 if all are equally frequent.
pub(super) fn entropy(steps: &[Step]) -> Option<f64> {
    let classes = pitch_classes(steps);
    let notes: usize = classes.iter().sum();
    let bits = |&count: &usize| {
        let share = count as f64 / notes as f64;
        -share * libm::log2(share)
    };
    (notes > 0).then(|| classes.iter().filter(|&&count| count > 0).map(bits).sum())
}

/// The share of onsets that belong to the best-fitting major or natural minor scale.
pub(super) fn scale_consistency(steps: &[Step]) -> Option<f64> {
    let classes = pitch_classes(steps);
    let notes: usize = classes.iter().sum();
    let within = |root| MAJOR.iter().map(|class| classes[(root + class) % 12]).sum::<usize>();
    let most = (0..12).map(within).max()?;
    (notes > 0).then(|| most as f64 / notes as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll::Keys;

    /// One note after another, each two steps long.
    fn melody(pitches: &[u8]) -> Vec<Step> {
        let of = |&pitch: &u8| {
            let keys = Keys::from_iter([usize::from(pitch - LOWEST_PITCH)]);
            [Step { play: keys, articulate: keys }, Step { play: keys, articulate: Keys::NONE }]
        };
        pitches.iter().flat_map(of).collect()
    }

    // muspy 0.5, with time and duration in steps:
    //   import muspy
    //   def music(pitches):
    //       notes = [muspy.Note(2 * i, p, 2) for i, p in enumerate(pitches)]
    //       return muspy.Music(resolution=4, tracks=[muspy.Track(notes=notes)])
    //   muspy.pitch_class_entropy(m), muspy.scale_consistency(m)
    #[test]
    fn entropy_and_scale_consistency_are_those_of_muspy() {
        let cases: [(&[u8], f64, f64); 4] = [
            (&[60, 62, 64, 65, 67, 69, 71, 72], 2.75, 1.0),
            (&[60, 60, 60, 61, 66, 72], 1.2516291673878228, 1.0),
            (&[57, 59, 60, 62, 64, 65, 68, 69, 56], 2.725480556997868, 0.7777777777777778),
            (&[40], 0.0, 1.0),
        ];
        for (pitches, bits, share) in cases {
            let steps = melody(pitches);
            assert!((entropy(&steps).unwrap() - bits).abs() < 1e-12, "{pitches:?}");
            assert!((scale_consistency(&steps).unwrap() - share).abs() < 1e-12, "{pitches:?}");
        }
    }

    #[test]
    fn notes_that_are_only_held_have_no_pitch_class() {
        let held = [melody(&[60])[1]];
        assert_eq!((entropy(&held), scale_consistency(&held)), (None, None));
    }
}
