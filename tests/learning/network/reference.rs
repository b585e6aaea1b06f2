//! A reference implementation of the network, straight from the equations: double precision, plain
//! loops, one sequence at a time. It is slow, and short enough to be compared with the article.
//!
//! It shares only two things with the fast engine: where each tensor is among the values, and the
//! attributes. [`golden`](super::golden) tests both against other code.

// Indices as in the equations.
#![allow(clippy::needless_range_loop)]

use deep_jammer::attribute::{Layout, StepAttributes};
use deep_jammer::network::{
    Batch, DenseTensors, Dropout, KeyAction, KeyLogits, Layers, LstmTensors,
};
use deep_jammer::roll::KEYS;
use deep_jammer::segment::Segment;

/// The loss of some segments, summed, and its gradient.
pub struct Outcome {
    pub play: f64,
    pub articulate: f64,
    /// In the order of the parameters.
    pub gradient: Vec<f64>,
}

impl Outcome {
    fn zeros(layers: &Layers) -> Outcome {
        Outcome { play: 0.0, articulate: 0.0, gradient: vec![0.0; layers.size()] }
    }

    pub fn total(&self) -> f64 {
        self.play + self.articulate
    }
}

/// Vectors, one for each step of time or each key of the keyboard.
type Sequence = Vec<Vec<f64>>;

/// The state of an LSTM layer over one sequence.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerState {
    pub cell: Vec<f64>,
    pub output: Vec<f64>,
}

impl LayerState {
    fn zeros(layer: &LstmTensors) -> LayerState {
        LayerState { cell: vec![0.0; layer.units], output: vec![0.0; layer.units] }
    }
}

/// The state of the time layers: by key, then by layer.
pub type State = Vec<Vec<LayerState>>;

/// The state before the first step of a piece.
pub fn initial_state(layers: &Layers) -> State {
    vec![layers.time.iter().map(LayerState::zeros).collect(); KEYS]
}

/// Steps to predict: the attributes of each, and what the keys do.
struct Music {
    /// By key, then by step.
    attributes: Vec<Sequence>,
    /// By step, then by key.
    actions: Vec<Vec<KeyAction>>,
}

impl Music {
    /// All steps of a segment but the first.
    fn of_segment(segment: &Segment) -> Music {
        let actions = (1..segment.len())
            .map(|step| (0..KEYS).map(|key| KeyAction::of(segment.step(step), key)).collect());
        Music { attributes: attributes(segment), actions: actions.collect() }
    }

    /// A segment of a batch; `width` is the number of attributes.
    fn of_batch(batch: &Batch, segment: usize, width: usize) -> Music {
        let row = |step: usize, key: usize| {
            let mut row = vec![0.0; width];
            for &(column, value) in batch.attributes(segment, step, key) {
                row[column as usize] = f64::from(value);
            }
            row
        };
        let first = segment * batch.steps();
        let action = |step: usize, key: usize| batch.target(first + step, key);
        let steps = 0..batch.steps();
        Music {
            attributes: (0..KEYS)
                .map(|key| steps.clone().map(|step| row(step, key)).collect())
                .collect(),
            actions: steps.map(|step| (0..KEYS).map(|key| action(step, key)).collect()).collect(),
        }
    }
}

/// Loss and gradient of a batch. Segment i begins with `states[i]`, which advances by the segment,
/// or with the initial state if `states` is empty.
pub fn learn_batch(
    layers: &Layers,
    values: &[f64],
    batch: &Batch,
    states: &mut [State],
) -> Outcome {
    let net = Net { layers, values };
    let mut outcome = Outcome::zeros(layers);
    for segment in 0..batch.segments() {
        let music = Music::of_batch(batch, segment, layers.time[0].sparse_inputs);
        let mut fresh = initial_state(layers);
        let state = states.get_mut(segment).unwrap_or(&mut fresh);
        net.learn(segment, &music, batch.dropout(), state, &mut outcome);
    }
    outcome
}

/// Predicts a passage with teacher forcing, with a call of `receive(step, key, logits)` for each
/// key.
pub fn forward(
    layers: &Layers,
    values: &[f64],
    passage: &Batch,
    state: &mut State,
    mut receive: impl FnMut(usize, usize, KeyLogits),
) {
    let net = Net { layers, values };
    let music = Music::of_batch(passage, 0, layers.time[0].sparse_inputs);
    for (step, actions) in music.actions.iter().enumerate() {
        let rows = music.attributes.iter().map(|key| key[step].clone()).collect();
        net.predict(rows, state, |key, logits| {
            receive(step, key, logits);
            actions[key]
        });
    }
}

/// Predicts a step, key after key; `choose` returns what each key does.
pub fn predict(
    layers: &Layers,
    values: &[f64],
    attributes: &StepAttributes,
    state: &mut State,
    choose: impl FnMut(usize, KeyLogits) -> KeyAction,
) {
    let width = layers.time[0].sparse_inputs;
    let row = |key| attributes.dense_of_key(key, width).into_iter().map(f64::from).collect();
    Net { layers, values }.predict((0..KEYS).map(row).collect(), state, choose);
}

/// Loss and gradient of segments, summed.
pub fn learn(
    layers: &Layers,
    values: &[f64],
    segments: &[Segment],
    dropout: Option<&Dropout>,
) -> Outcome {
    let net = Net { layers, values };
    let mut outcome = Outcome::zeros(layers);
    for (number, segment) in segments.iter().enumerate() {
        let (music, mut state) = (Music::of_segment(segment), initial_state(layers));
        net.learn(number, &music, dropout, &mut state, &mut outcome);
    }
    outcome
}

struct Net<'a> {
    layers: &'a Layers,
    values: &'a [f64],
}

impl Net<'_> {
    fn learn(
        &self,
        number: usize,
        music: &Music,
        dropout: Option<&Dropout>,
        state: &mut State,
        outcome: &mut Outcome,
    ) {
        let Net { layers, .. } = *self;
        let steps = music.actions.len();
        // Along time: every key separately, with the same weights.
        let along_time: Vec<StackTrace> = (0..KEYS)
            .map(|key| {
                let masks = masks(dropout.map(|d| &d.time), &layers.time, number * KEYS + key);
                let inputs = music.attributes[key].clone();
                self.stack_forward(&layers.time, inputs, masks, &mut state[key])
            })
            .collect();
        // Along the keyboard: every step separately. The inputs of a key are its features, and what
        // the key below really does.
        let mut feature_gradients = vec![vec![Vec::new(); steps]; KEYS];
        for step in 0..steps {
            let actions = &music.actions[step];
            let inputs = (0..KEYS).map(|key| {
                let mut input = along_time[key].output()[step].clone();
                let below = key.checked_sub(1).map_or(KeyAction::default(), |key| actions[key]);
                input.extend(bits(below));
                input
            });
            let masks = masks(dropout.map(|d| &d.note), &layers.note, number * steps + step);
            let mut below_the_keyboard: Vec<_> =
                layers.note.iter().map(LayerState::zeros).collect();
            let along_keys =
                self.stack_forward(&layers.note, inputs.collect(), masks, &mut below_the_keyboard);

            let mut output_gradient = Vec::new();
            for key in 0..KEYS {
                let top = &along_keys.output()[key];
                output_gradient.push(self.learn_key(top, bits(actions[key]), outcome));
            }
            let to = &mut outcome.gradient;
            let told = self.stack_backward(&layers.note, &along_keys, output_gradient, to);
            for (key, mut input_gradient) in told.into_iter().enumerate() {
                input_gradient.truncate(input_gradient.len() - 2); // without the feedback
                feature_gradients[key][step] = input_gradient;
            }
        }
        for (trace, gradient) in along_time.iter().zip(feature_gradients) {
            self.stack_backward(&layers.time, trace, gradient, &mut outcome.gradient);
        }
    }

    /// The dense layers of one key at one step, and the loss. `y` is what the key does: played,
    /// articulated. Returns the gradient of the input.
    fn learn_key(&self, input: &[f64], y: [f64; 2], outcome: &mut Outcome) -> Vec<f64> {
        let dense = &self.layers.dense;
        let vectors = self.dense_forward(input);
        let p = [sigmoid(vectors[dense.len()][0]), sigmoid(vectors[dense.len()][1])];
        // The formula of the article.
        let loss = |p: f64, y: f64| -(2.0 * p * y - p - y + 1.0).ln();
        outcome.play += loss(p[0], y[0]);
        outcome.articulate += if y[0] == 1.0 { loss(p[1], y[1]) } else { 0.0 };

        let mut gradient = vec![p[0] - y[0], y[0] * (p[1] - y[1])];
        for (index, &DenseTensors { weight, bias, .. }) in dense.iter().enumerate().rev() {
            if index + 1 < dense.len() {
                for (d, y) in gradient.iter_mut().zip(&vectors[index + 1]) {
                    *d *= 1.0 - y * y;
                }
            }
            let to = &mut outcome.gradient;
            self.add_outer(bias, &[1.0], &gradient, to);
            gradient = self.through(weight, &vectors[index], &gradient, to);
        }
        gradient
    }

    /// The input of each dense layer, then the two logits.
    fn dense_forward(&self, input: &[f64]) -> Sequence {
        let dense = &self.layers.dense;
        let mut vectors = vec![input.to_vec()];
        for (index, layer) in dense.iter().enumerate() {
            let sums = self.sums(layer.bias, &[(layer.weight, &vectors[index])]);
            let last = index + 1 == dense.len();
            vectors.push(if last { sums } else { sums.into_iter().map(f64::tanh).collect() });
        }
        vectors
    }

    /// One step, key after key. `rows` are the attributes of the keys.
    fn predict(
        &self,
        rows: Sequence,
        state: &mut State,
        mut choose: impl FnMut(usize, KeyLogits) -> KeyAction,
    ) {
        let Net { layers, .. } = *self;
        let ones = |layers: &[LstmTensors]| masks(None, layers, 0);
        let mut below = KeyAction::default();
        let mut along_keys: Vec<_> = layers.note.iter().map(LayerState::zeros).collect();
        for (key, row) in rows.into_iter().enumerate() {
            let time =
                self.stack_forward(&layers.time, vec![row], ones(&layers.time), &mut state[key]);
            let mut input = time.output()[0].clone();
            input.extend(bits(below));
            let note =
                self.stack_forward(&layers.note, vec![input], ones(&layers.note), &mut along_keys);
            let vectors = self.dense_forward(&note.output()[0]);
            let logits = &vectors[layers.dense.len()];
            let logits = KeyLogits { play: logits[0] as f32, articulate: logits[1] as f32 };
            below = choose(key, logits);
        }
    }

    /// A stack of LSTM layers over one sequence. `masks` are the dropout masks of the outputs. The
    /// states advance by the sequence.
    fn stack_forward(
        &self,
        layers: &[LstmTensors],
        inputs: Sequence,
        masks: Vec<Vec<f64>>,
        states: &mut [LayerState],
    ) -> StackTrace {
        let (vectors, before) = (vec![inputs], states.to_vec());
        let mut trace = StackTrace { vectors, before, moments: Vec::new(), masks };
        for (index, layer) in layers.iter().enumerate() {
            let moments = self.lstm_forward(layer, &trace.vectors[index], &mut states[index]);
            let mask = &trace.masks[index];
            trace.vectors.push(moments.iter().map(|m| product(&m.output, mask)).collect());
            trace.moments.push(moments);
        }
        trace
    }

    /// From the gradient of the outputs of the top layer to that of the inputs of the lowest.
    fn stack_backward(
        &self,
        layers: &[LstmTensors],
        trace: &StackTrace,
        mut gradient: Sequence,
        to: &mut [f64],
    ) -> Sequence {
        for (index, layer) in layers.iter().enumerate().rev() {
            let masked = gradient.iter().map(|d| product(d, &trace.masks[index])).collect();
            let moments = (&trace.before[index], &trace.moments[index][..]);
            gradient = self.lstm_backward(layer, &trace.vectors[index], moments, masked, to);
        }
        gradient
    }

    fn lstm_forward(
        &self,
        layer: &LstmTensors,
        inputs: &[Vec<f64>],
        state: &mut LayerState,
    ) -> Vec<Moment> {
        let units = layer.units;
        let mut moments: Vec<Moment> = Vec::new();
        let LayerState { cell: c, output: h } = state;
        for x in inputs {
            let mut gates = self.sums(layer.bias, &[(layer.input, x), (layer.recurrent, h)]);
            for u in 0..units {
                let [i, f, g, o] = std::array::from_fn(|gate| gates[gate * units + u]);
                let [i, f, g, o] = [sigmoid(i), sigmoid(f), g.tanh(), sigmoid(o)];
                [i, f, g, o].into_iter().enumerate().for_each(|(n, v)| gates[n * units + u] = v);
                c[u] = f * c[u] + i * g;
                h[u] = o * c[u].tanh();
            }
            moments.push(Moment { gates, cell: c.clone(), output: h.clone() });
        }
        moments
    }

    fn lstm_backward(
        &self,
        layer: &LstmTensors,
        inputs: &[Vec<f64>],
        (start, moments): (&LayerState, &[Moment]),
        output_gradient: Sequence,
        to: &mut [f64],
    ) -> Sequence {
        let units = layer.units;
        let zeros = vec![0.0; units];
        let mut input_gradient = vec![Vec::new(); inputs.len()];
        // The gradients of output and cell that come from the step after.
        let (mut dh_after, mut dc_after) = (zeros.clone(), zeros.clone());
        for step in (0..inputs.len()).rev() {
            let Moment { gates, cell, .. } = &moments[step];
            let before = step.checked_sub(1).map(|before| &moments[before]);
            let (h_before, c_before) =
                before.map_or((&start.output, &start.cell), |m| (&m.output, &m.cell));
            let mut sums = vec![0.0; 4 * units];
            for u in 0..units {
                let [i, f, g, o] = std::array::from_fn(|gate| gates[gate * units + u]);
                let squashed = cell[u].tanh();
                let dh = output_gradient[step][u] + dh_after[u];
                let dc = dh * o * (1.0 - squashed * squashed) + dc_after[u];
                sums[u] = dc * g * i * (1.0 - i);
                sums[units + u] = dc * c_before[u] * f * (1.0 - f);
                sums[2 * units + u] = dc * i * (1.0 - g * g);
                sums[3 * units + u] = dh * squashed * o * (1.0 - o);
                dc_after[u] = dc * f;
            }
            self.add_outer(layer.bias, &[1.0], &sums, to);
            dh_after = self.through(layer.recurrent, h_before, &sums, to);
            input_gradient[step] = self.through(layer.input, &inputs[step], &sums, to);
        }
        input_gradient
    }

    /// bias + Σ x · W, over some x and W.
    fn sums(&self, bias: usize, terms: &[(usize, &Vec<f64>)]) -> Vec<f64> {
        let mut sums = self.values[self.layers.tensors[bias].range()].to_vec();
        for &(tensor, x) in terms {
            let columns = sums.len();
            let weight = &self.values[self.layers.tensors[tensor].range()];
            assert_eq!(weight.len(), x.len() * columns);
            for row in 0..x.len() {
                for column in 0..columns {
                    sums[column] += x[row] * weight[row * columns + column];
                }
            }
        }
        sums
    }

    /// Backward through x · W: adds xᵀ · d to the gradient of W and returns d · Wᵀ.
    fn through(&self, tensor: usize, x: &[f64], d: &[f64], to: &mut [f64]) -> Vec<f64> {
        self.add_outer(tensor, x, d, to);
        let weight = &self.values[self.layers.tensors[tensor].range()];
        let row = |row: usize| &weight[row * d.len()..][..d.len()];
        (0..x.len()).map(|r| row(r).iter().zip(d).map(|(w, d)| w * d).sum()).collect()
    }

    fn add_outer(&self, tensor: usize, x: &[f64], d: &[f64], to: &mut [f64]) {
        let gradient = &mut to[self.layers.tensors[tensor].range()];
        assert_eq!(gradient.len(), x.len() * d.len());
        for row in 0..x.len() {
            for column in 0..d.len() {
                gradient[row * d.len() + column] += x[row] * d[column];
            }
        }
    }
}

/// What the forward pass of a stack leaves for the backward pass.
struct StackTrace {
    /// The inputs of each layer, then the outputs of the top layer.
    vectors: Vec<Sequence>,
    /// By layer, the state before the first step.
    before: Vec<LayerState>,
    /// By layer.
    moments: Vec<Vec<Moment>>,
    masks: Vec<Vec<f64>>,
}

impl StackTrace {
    fn output(&self) -> &Sequence {
        &self.vectors[self.moments.len()]
    }
}

/// An LSTM layer at one step.
struct Moment {
    /// Activations i, f, g, o.
    gates: Vec<f64>,
    cell: Vec<f64>,
    output: Vec<f64>,
}

/// By key, then by step: the attributes of every step but the first.
fn attributes(segment: &Segment) -> Vec<Sequence> {
    let mut by_key = vec![Vec::new(); KEYS];
    for step in 1..segment.len() {
        let mut described = StepAttributes::default();
        Layout::ARTICLE.describe(segment.past(step), None, segment.place(step), &mut described);
        for (key, rows) in by_key.iter_mut().enumerate() {
            let row = described.dense_of_key(key, Layout::ARTICLE.width());
            rows.push(row.into_iter().map(f64::from).collect());
        }
    }
    by_key
}

/// By layer, the dropout mask of one sequence: ones without dropout.
fn masks(factors: Option<&Vec<Vec<f32>>>, layers: &[LstmTensors], row: usize) -> Vec<Vec<f64>> {
    let of = |(index, layer): (usize, &LstmTensors)| match factors {
        None => vec![1.0; layer.units],
        Some(factors) => {
            let row = &factors[index][row * layer.units..][..layer.units];
            row.iter().map(|&factor| f64::from(factor)).collect()
        }
    };
    layers.iter().enumerate().map(of).collect()
}

/// Whether a key is played and whether it is articulated, as numbers.
fn bits(action: KeyAction) -> [f64; 2] {
    [action.play, action.articulate].map(|yes| f64::from(u8::from(yes)))
}

fn product(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
