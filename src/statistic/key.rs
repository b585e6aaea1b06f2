//! Estimates the key of music.

use crate::roll::{LOWEST_PITCH, Step};
use crate::score::KeySignature;

/// The Krumhansl-Kessler profile of a major key (1982): how well listeners found that each pitch
/// class fits, from the tonic on.
const MAJOR: [f64; 12] = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88];

/// The Krumhansl-Kessler profile of a minor key.
const MINOR: [f64; 12] = [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17];

/// Estimates the key of some steps (the Krumhansl-Schmuckler algorithm): of the 24 keys, the one
/// whose Krumhansl-Kessler profile correlates best with the durations of the pitch classes. `None`
/// if all pitch classes sound for the same time, as in silence.
///
/// The key signature of a file is not used, because many files call every key major. For a few
/// steps the result is a guess.
pub fn key_of(steps: &[Step]) -> Option<KeySignature> {
    let mut durations = [0.0; 12];
    for key in steps.iter().flat_map(|step| step.play.iter()) {
        durations[(key + usize::from(LOWEST_PITCH)) % 12] += 1.0;
    }
    let keys = (0..24).map(|index| (index % 12, index >= 12));
    let fits = keys.filter_map(|(tonic, minor)| {
        let profile = if minor { &MINOR } else { &MAJOR };
        let rotated = std::array::from_fn(|class| profile[(class + 12 - tonic) % 12]);
        Some((correlation(&durations, &rotated)?, tonic, minor))
    });
    // Of equal fits, the first counts.
    let best = fits.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map(|(_, tonic, minor)| KeySignature::on(tonic, minor))
}

fn correlation(a: &[f64; 12], b: &[f64; 12]) -> Option<f64> {
    let mean = |values: &[f64; 12]| values.iter().sum::<f64>() / 12.0;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let product = |f: fn(f64, f64) -> f64| -> f64 {
        a.iter().zip(b).map(|(a, b)| f(a - mean_a, b - mean_b)).sum()
    };
    let (a, b) = (product(|a, _| a * a), product(|_, b| b * b));
    (a > 0.0 && b > 0.0).then(|| product(|a, b| a * b) / (a * b).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll::Keys;

    /// The pitch classes one after the other, C first, each for the given number of steps.
    fn durations(counts: [usize; 12]) -> Vec<Step> {
        let step = |class: usize| {
            let keys = Keys::from_iter([39 + class]);
            Step { play: keys, articulate: keys }
        };
        (0..12).flat_map(|class| vec![step(class); counts[class]]).collect()
    }

    // numpy 2.4, with the profiles above as M and m:
    //   fits = lambda d: {(t, q): np.corrcoef(d, np.roll(p, t))[0, 1]
    //                     for q, p in (("major", M), ("minor", m)) for t in range(12)}
    //   max(fits(d).items(), key=lambda fit: fit[1])
    #[test]
    fn the_key_is_the_one_that_numpy_finds() {
        let found = |counts| key_of(&durations(counts)).unwrap().to_string();
        assert_eq!(found([4, 0, 2, 0, 3, 2, 0, 3, 0, 2, 0, 1]), "C major");
        assert_eq!(found([0, 2, 0, 3, 1, 0, 4, 0, 1, 3, 0, 2]), "F# minor");
        assert_eq!(found([1, 4, 0, 0, 2, 5, 1, 0, 6, 0, 3, 0]), "F minor");
        assert_eq!(found([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]), "F major");
        assert_eq!(found([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0]), "Bb major");
    }

    #[test]
    fn transposed_music_is_in_a_transposed_key() {
        let minor = durations([3, 0, 1, 0, 3, 1, 0, 0, 1, 5, 0, 1]);
        for semitones in -12..12 {
            let moved: Vec<_> = minor.iter().map(|step| step.transposed(semitones)).collect();
            let key = key_of(&moved).unwrap();
            assert_eq!((key.tonic() as i32 - 9 - semitones).rem_euclid(12), 0, "{key}");
            assert!(key.minor);
        }
    }

    #[test]
    fn silence_and_clusters_are_in_no_key() {
        assert_eq!(key_of(&[]), None);
        assert_eq!(key_of(&[Step::SILENCE; 4]), None);
        assert_eq!(key_of(&durations([2; 12])), None);
    }
}
