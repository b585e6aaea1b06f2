//! Statistics of texture: how many keys sound and are struck, and for how long.

use crate::roll::{KEYS, Keys, Step};

/// The mean number of keys that sound at a step.
pub(super) fn sounding(steps: &[Step]) -> Option<f64> {
    mean(steps, |step| step.play.count())
}

/// The share of steps at which nothing sounds.
pub(super) fn silent(steps: &[Step]) -> Option<f64> {
    mean(steps, |step| usize::from(step.play.is_empty()))
}

/// The mean number of keys that are struck at a step.
pub(super) fn onsets(steps: &[Step]) -> Option<f64> {
    mean(steps, |step| step.articulate.count())
}

/// The share of steps at which a key is struck.
pub(super) fn onset_steps(steps: &[Step]) -> Option<f64> {
    mean(steps, |step| usize::from(!step.articulate.is_empty()))
}

/// The share of keys that sound, over all keys and steps.
pub(super) fn play(steps: &[Step]) -> Option<f64> {
    Some(sounding(steps)? / KEYS as f64)
}

/// The share of sounding keys that are struck, over all steps.
pub(super) fn articulate(steps: &[Step]) -> Option<f64> {
    let count = |keys: fn(&Step) -> Keys| steps.iter().map(|step| keys(step).count()).sum();
    ratio(count(|step| step.articulate), count(|step| step.play))
}

/// The mean length of the notes that begin in the passage, in steps, cut at the end of the passage.
pub(super) fn note_length(steps: &[Step]) -> Option<f64> {
    let (mut notes, mut lengths) = (0, 0);
    // Keys that sound now and were struck in the passage.
    let mut open = Keys::NONE;
    for step in steps {
        open = step.articulate.or(open.and(step.held()));
        notes += step.articulate.count();
        lengths += open.count();
    }
    ratio(lengths, notes)
}

/// The length of the longest silence, in steps.
pub(super) fn longest_silence(steps: &[Step]) -> Option<f64> {
    let silences = steps.split(|step| !step.play.is_empty());
    silences.map(|silence| silence.len() as f64).reduce(f64::max).filter(|_| !steps.is_empty())
}

fn mean(steps: &[Step], count: impl Fn(&Step) -> usize) -> Option<f64> {
    ratio(steps.iter().map(count).sum(), steps.len())
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(play: &[usize], articulate: &[usize]) -> Step {
        Step {
            play: play.iter().copied().collect(),
            articulate: articulate.iter().copied().collect(),
        }
    }

    /// A passage to count by hand: a note held from before, a chord of two keys of which one is
    /// struck again, and rests.
    fn passage() -> [Step; 8] {
        [
            step(&[9], &[]),
            step(&[9, 40], &[40]),
            step(&[40, 44], &[40, 44]),
            step(&[40, 44], &[]),
            step(&[], &[]),
            step(&[], &[]),
            step(&[50], &[50]),
            step(&[], &[]),
        ]
    }

    #[test]
    fn what_sounds_and_what_is_struck_is_counted() {
        let steps = passage();
        assert_eq!(sounding(&steps), Some(1.0));
        assert_eq!(play(&steps), Some(1.0 / 88.0));
        assert_eq!(silent(&steps), Some(3.0 / 8.0));
        assert_eq!(onsets(&steps), Some(4.0 / 8.0));
        assert_eq!(onset_steps(&steps), Some(3.0 / 8.0));
        assert_eq!(articulate(&steps), Some(4.0 / 8.0));
        assert_eq!(longest_silence(&steps), Some(2.0));
    }

    #[test]
    fn notes_from_before_have_no_length_here_and_others_none_beyond_the_end() {
        // Key 40 for one step, 40 and 44 for two each, 50 for one.
        assert_eq!(note_length(&passage()), Some(6.0 / 4.0));
        assert_eq!(note_length(&passage()[..3]), Some(3.0 / 3.0));
        assert_eq!(note_length(&passage()[..1]), None);
    }

    #[test]
    fn silence_has_no_strokes_and_nothing_has_no_numbers() {
        let silence = [Step::SILENCE; 5];
        assert_eq!(longest_silence(&silence), Some(5.0));
        assert_eq!((silent(&silence), articulate(&silence)), (Some(1.0), None));
        assert_eq!((sounding(&[]), longest_silence(&[]), note_length(&[])), (None, None, None));
    }
}
