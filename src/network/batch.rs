//! Batches: segments with their attributes and targets.

use super::Architecture;
use super::key_logits::KeyAction;
use crate::attribute::{Layout, StepAttributes};
use crate::roll::{KEYS, Step};
use crate::segment::Segment;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use std::ops::Range;

/// Segments of equal length as input and targets of the network. The first step of a segment is
/// input only, every later one is predicted: 127 of 128, as in the article.
#[derive(Debug, Clone)]
pub struct Batch {
    segments: usize,
    steps: usize,
    /// By segment, then by predicted step.
    attributes: Vec<StepAttributes>,
    targets: Vec<Step>,
    dropout: Option<Dropout>,
}

impl Batch {
    /// A batch of segments, which must have the same length, at least 2.
    pub fn new(segments: &[Segment], layout: &Layout) -> Batch {
        let steps = segments.first().map_or(0, Segment::len);
        assert!(steps > 1 && segments.iter().all(|segment| segment.len() == steps));
        Batch::with_targets(segments, 1..steps, layout)
    }

    /// A passage of a piece, at least one step long, in which every step is predicted.
    pub fn passage(passage: &Segment, layout: &Layout) -> Batch {
        Batch::with_targets(std::slice::from_ref(passage), 0..passage.len(), layout)
    }

    fn with_targets(segments: &[Segment], predicted: Range<usize>, layout: &Layout) -> Batch {
        let count = segments.len() * predicted.len();
        let (mut attributes, mut targets) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for segment in segments {
            for step in predicted.clone() {
                let mut of_step = StepAttributes::default();
                let matches = segment.continuations(step);
                layout.describe(segment.past(step), matches, segment.place(step), &mut of_step);
                attributes.push(of_step);
                targets.push(segment.step(step));
            }
        }
        let steps = predicted.len();
        Batch { segments: segments.len(), steps, attributes, targets, dropout: None }
    }

    /// Samples the dropout masks of this batch, if the architecture has dropout.
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

    /// The number of segments.
    pub fn segments(&self) -> usize {
        self.segments
    }

    /// The number of predicted steps of each segment.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// The number of predicted steps of all segments.
    pub fn predicted(&self) -> usize {
        self.segments * self.steps
    }

    /// The attributes of a key at a predicted step.
    pub fn attributes(&self, segment: usize, step: usize, key: usize) -> &[(u32, f32)] {
        self.attributes[segment * self.steps + step].of_key(key)
    }

    /// What a key does at a predicted step; `index` counts the steps of all segments.
    pub fn target(&self, index: usize, key: usize) -> KeyAction {
        KeyAction::of(self.targets[index], key)
    }

    /// The dropout masks.
    pub fn dropout(&self) -> Option<&Dropout> {
        self.dropout.as_ref()
    }
}

/// Dropout masks: factors by which the outputs of the LSTM layers are multiplied on their way to
/// the next layer, 0 where dropped and 1/(1 − rate) elsewhere. A mask holds for a whole sequence,
/// so a unit is dropped for the whole segment; the LSTM state itself is not dropped (Gal and
/// Ghahramani 2016).
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
                let sample = |_| {
                    if u64::from(random.next_u32()) < threshold { 1.0 / keep as f32 } else { 0.0 }
                };
                (0..rows * units).map(sample).collect()
            };
            layers.iter().map(&mut mask).collect()
        };
        Dropout { time: masks(&architecture.time, rows.0), note: masks(&architecture.note, rows.1) }
    }
}
