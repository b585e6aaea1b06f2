//! The statistics, by name.

use super::{Passage, bars, pitch, texture};
use serde::Serialize;

/// A number that says something of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Statistic {
    /// Entropy of the pitch classes of the notes that begin in it, in bits.
    PitchClassEntropy,
    /// The largest share of these notes that one major or minor scale has.
    ScaleConsistency,
    /// How many keys sound in a step.
    NotesSounding,
    /// The share of steps in which nothing sounds.
    SilentSteps,
    /// How many keys are struck in a step.
    Onsets,
    /// The share of steps in which a key is struck.
    StepsWithOnset,
    /// How alike adjacent bars are in where they have onsets, 0 to 1.
    GrooveConsistency,
    /// The mean length of the notes that begin in it, in steps.
    NoteLength,
    /// The share of all keys of all steps that sound.
    Play,
    /// The share of these that are struck.
    Articulate,
    /// The longest stretch in which nothing sounds, in steps.
    LongestSilence,
    /// The share of bars that are the same as one before.
    RepeatedBars,
}

impl Statistic {
    /// All of them.
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

    /// What it is called, its unit included.
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

    /// What it is called, without a unit.
    pub fn name(self) -> &'static str {
        let words = self.in_words();
        words.split_once(',').map_or(words, |(name, _)| name)
    }

    /// Its value; none where there is nothing to count: no note, no stroke, no two bars.
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
