//! The statistics, by name.

use super::{Passage, bars, pitch, texture};
use serde::Serialize;

/// A number that describes a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Statistic {
    /// The entropy of the pitch classes of the notes that begin in the passage, in bits.
    PitchClassEntropy,
    /// The share of these notes that belong to the best-fitting major or minor scale.
    ScaleConsistency,
    /// The mean number of keys that sound at a step (polyphony).
    NotesSounding,
    /// The share of steps at which nothing sounds.
    SilentSteps,
    /// The mean number of keys that are struck at a step.
    Onsets,
    /// The share of steps at which a key is struck.
    StepsWithOnset,
    /// How similar adjacent bars are in the places of their onsets, 0 to 1.
    GrooveConsistency,
    /// The mean length of the notes that begin in the passage, in steps.
    NoteLength,
    /// P(play): the share of keys that sound, over all keys and steps.
    Play,
    /// P(articulate | play): the share of sounding keys that are struck.
    Articulate,
    /// The longest run of silent steps.
    LongestSilence,
    /// The share of bars that are the same as an earlier one.
    RepeatedBars,
}

impl Statistic {
    /// All statistics.
    pub const ALL: [Statistic; 12] = [
        Statistic::PitchClassEntropy,
        Statistic::ScaleConsistency,
        Statistic::NotesSounding,
        Statistic::SilentSteps,
        Statistic::Onsets,
        Statistic::StepsWithOnset,
        Statistic::GrooveConsistency,
        Statistic::NoteLength,
        Statistic::Play,
        Statistic::Articulate,
        Statistic::LongestSilence,
        Statistic::RepeatedBars,
    ];

    /// Its name with its unit.
    pub fn in_words(self) -> &'static str {
        match self {
            Statistic::PitchClassEntropy => "pitch-class entropy, bits",
            Statistic::ScaleConsistency => "scale consistency",
            Statistic::NotesSounding => "notes sounding a step",
            Statistic::SilentSteps => "silent steps, share",
            Statistic::Onsets => "onsets a step",
            Statistic::StepsWithOnset => "steps with an onset, share",
            Statistic::GrooveConsistency => "groove consistency",
            Statistic::NoteLength => "note length, steps",
            Statistic::Play => "P(play)",
            Statistic::Articulate => "P(articulate | play)",
            Statistic::LongestSilence => "longest silence, steps",
            Statistic::RepeatedBars => "repeated bars, share",
        }
    }

    /// Its name without a unit.
    pub fn name(self) -> &'static str {
        let words = self.in_words();
        words.split_once(',').map_or(words, |(name, _)| name)
    }

    /// Its value for a passage; `None` if the passage has nothing to count: no note, no onset, or
    /// fewer than two bars.
    pub fn of(self, passage: &Passage<'_>) -> Option<f64> {
        let Passage { steps, bars } = passage;
        match self {
            Statistic::PitchClassEntropy => pitch::entropy(steps),
            Statistic::ScaleConsistency => pitch::scale_consistency(steps),
            Statistic::NotesSounding => texture::sounding(steps),
            Statistic::SilentSteps => texture::silent(steps),
            Statistic::Onsets => texture::onsets(steps),
            Statistic::StepsWithOnset => texture::onset_steps(steps),
            Statistic::GrooveConsistency => bars::groove_consistency(bars),
            Statistic::NoteLength => texture::note_length(steps),
            Statistic::Play => texture::play(steps),
            Statistic::Articulate => texture::articulate(steps),
            Statistic::LongestSilence => texture::longest_silence(steps),
            Statistic::RepeatedBars => bars::repeated(bars),
        }
    }
}
