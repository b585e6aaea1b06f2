//! What one step of training works on.

use super::Architecture;
use super::key_logits::KeyAction;
use crate::attribute::{Layout, StepAttributes};
use crate::roll::{KEYS, Step};
use crate::segment::Segment;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use std::ops::Range;

/// Segments of equal length, described for the network. The first step of a segment is only told,
/// every later one is predicted: 127 of 128, as in the article.
#[derive(Debug, Clone)]
pub struct Batch {
    segments: usize,
    steps: usize,
    /// By segment, then by step.
    attributes: Vec<StepAttributes>,
    targets: Vec<Step>,
    dropout: Option<Dropout>,
}

impl Batch {
    /// Describes segments, which must be of one length, at least 2.
    pub fn new(segments: &[Segment], layout: &Layout) -> Batch {
        let steps = segments.first().map_or(0, Segment::len);
        assert!(steps > 1 && segments.iter().all(|segment| segment.len() == steps));
        Batch::described(segments, 1..steps, layout)
    }

    /// Describes a passage of a piece, at least one step long, of which every step is predicted.
    pub fn passage(passage: &Segment, layout: &Layout) -> Batch {
        Batch::described(std::slice::from_ref(passage), 0..passage.len(), layout)
    }

    fn described(segments: &[Segment], predicted: Range<usize>, layout: &Layout) -> Batch {
        let count = segments.len() * predicted.len();
        let (mut attributes, mut targets) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for segment in segments {
            for step in predicted.clone() {
                let mut described = StepAttributes::default();
                layout.describe(segment.past(step), segment.place(step), &mut described);
                attributes.push(described);
                targets.push(segment.step(step));
            }
        }
        let steps = predicted.len();
        Batch { segments: segments.len(), steps, attributes, targets, dropout: None }
    }

    /// Draws what is dropped in this batch, if the architecture drops anything.
    pub fn with_dropout(mut self, architecture: &Architecture, random: &mut ChaCha8Rng) -> Batch {
        self.dropout = (architecture.dropout > 0.0).then(|| {
            let rows = (self.segments * KEYS, self.segments * self.steps);
            Dropout::sample(architecture, rows, random)
        });
        self
    }

    /// Some of the segments as a batch of their own: the share of one of several engines.
    pub fn share(&self, segments: Range<usize>) -> Batch {
        let steps = segments.start * self.steps..segments.end * self.steps;
        let dropout = self.dropout.as_ref().map(|dropout| {
            let rows = |masks: &[Vec<f32>], rows: Range<usize>, of: usize| {
                let part = |mask: &Vec<f32>| {
                    let units = mask.len() / of;
                    mask[rows.start * units..rows.end * units].to_vec()
                };
                masks.iter().map(part).collect()
            };
            let keys = segments.start * KEYS..segments.end * KEYS;
            Dropout {
                time: rows(&dropout.time, keys, self.segments * KEYS),
                note: rows(&dropout.note, steps.clone(), self.predicted()),
            }
        });
        Batch {
            segments: segments.len(),
            steps: self.steps,
            attributes: self.attributes[steps.clone()].to_vec(),
            targets: self.targets[steps].to_vec(),
            dropout,
        }
    }

    /// How many segments there are.
    pub fn segments(&self) -> usize {
        self.segments
    }

    /// How many steps of each segment are predicted.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// How many steps are predicted in all.
    pub fn predicted(&self) -> usize {
        self.segments * self.steps
    }

    /// What is known of a key before a step.
    pub fn attributes(&self, segment: usize, step: usize, key: usize) -> &[(u32, f32)] {
        self.attributes[segment * self.steps + step].of_key(key)
    }

    /// What a key does at a step. `index` counts the predicted steps of all segments.
    pub fn target(&self, index: usize, key: usize) -> KeyAction {
        KeyAction::of(self.targets[index], key)
    }

    /// What is dropped.
    pub fn dropout(&self) -> Option<&Dropout> {
        self.dropout.as_ref()
    }
}

/// Factors by which the outputs of the LSTM layers are multiplied on their way up: 0 where dropped,
/// 1/(1 − dropout) elsewhere. They hold for a whole sequence, so a unit that is dropped is dropped
/// for the whole excerpt; the memory itself is not touched (Gal and Ghahramani 2016).
#[derive(Debug, Clone)]
pub struct Dropout {
    /// By time layer: `[segments · 88 × units]`.
    pub time: Vec<Vec<f32>>,
    /// By note layer: `[segments · steps × units]`.
    pub note: Vec<Vec<f32>>,
}

impl Dropout {
    fn sample(
        architecture: &Architecture,
        rows: (usize, usize),
        random: &mut ChaCha8Rng,
    ) -> Dropout {
        let keep = 1.0 - f64::from(architecture.dropout);
        let threshold = (keep * 4_294_967_296.0) as u64;
        let mut masks = |layers: &[usize], rows: usize| {
            let mut mask = |units: &usize| {
                let draw = |_| {
                    if u64::from(random.next_u32()) < threshold { 1.0 / keep as f32 } else { 0.0 }
                };
                (0..rows * units).map(draw).collect()
            };
            layers.iter().map(&mut mask).collect()
        };
        Dropout { time: masks(&architecture.time, rows.0), note: masks(&architecture.note, rows.1) }
    }
}
