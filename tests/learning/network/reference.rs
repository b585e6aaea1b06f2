//! The network once more, straight from the equations: double precision, plain loops, one
//! sequence after the other. Slow, and short enough to be read against the article.
//!
//! It shares with the fast engine only the place of each tensor among the values and the
//! attributes (which [`golden`](super::golden) holds against other code).

// Indices as the equations have them.
#![allow(clippy::needless_range_loop)]

use deep_jammer::attribute::{Layout, StepAttributes};
use deep_jammer::network::{DenseTensors, Dropout, Layers, LstmTensors};
use deep_jammer::roll::KEYS;
use deep_jammer::segment::Segment;

/// What the reference says of some segments: the loss, summed, and its gradient.
pub struct Outcome {
    pub play: f64,
    pub articulate: f64,
    /// As the values of the parameters lie.
    pub gradient: Vec<f64>,
}

impl Outcome {
    pub fn total(&self) -> f64 {
        self.play + self.articulate
    }
}

/// Vectors, one for each step of time or each key of the keyboard.
type Sequence = Vec<Vec<f64>>;

/// Loss and gradient of segments, learned together.
pub fn learn(
    layers: &Layers,
    values: &[f64],
    segments: &[Segment],
    dropout: Option<&Dropout>,
) -> Outcome {
    let net = Net { layers, values };
    let mut outcome = Outcome { play: 0.0, articulate: 0.0, gradient: vec![0.0; layers.size()] };
    for (number, segment) in segments.iter().enumerate() {
        net.learn_segment(number, segment, dropout, &mut outcome);
    }
    outcome
}

struct Net<'a> {
    layers: &'a Layers,
    values: &'a [f64],
}

impl Net<'_> {
    fn learn_segment(
        &self,
        number: usize,
        segment: &Segment,
        dropout: Option<&Dropout>,
        outcome: &mut Outcome,
    ) {
        let Net { layers, .. } = *self;
        let steps = segment.len() - 1;
        // Along time: every key by itself, with the same weights.
        let attributes = attributes(segment);
        let along_time: Vec<StackTrace> = (0..KEYS)
            .map(|key| {
                let masks = masks(dropout.map(|d| &d.time), &layers.time, number * KEYS + key);
                self.stack_forward(&layers.time, attributes[key].clone(), masks)
            })
            .collect();
        // Along the keyboard: every step by itself. A key hears its features, and what the key
        // below really did.
        let mut feature_gradients = vec![vec![Vec::new(); steps]; KEYS];
        for step in 0..steps {
            let truth = segment.step(step + 1);
            let bit = |yes: bool| f64::from(u8::from(yes));
            let inputs = (0..KEYS).map(|key| {
                let mut input = along_time[key].output()[step].clone();
                let below = key.checked_sub(1);
                input.push(bit(below.is_some_and(|key| truth.play.contains(key))));
                input.push(bit(below.is_some_and(|key| truth.articulate.contains(key))));
                input
            });
            let masks = masks(dropout.map(|d| &d.note), &layers.note, number * steps + step);
            let along_keys = self.stack_forward(&layers.note, inputs.collect(), masks);

            let mut output_gradient = Vec::new();
            for key in 0..KEYS {
                let happened = [truth.play.contains(key), truth.articulate.contains(key)];
                let top = &along_keys.output()[key];
                output_gradient.push(self.learn_key(top, happened.map(bit), outcome));
            }
            let to = &mut outcome.gradient;
            let told = self.stack_backward(&layers.note, &along_keys, output_gradient, to);
            for (key, mut input_gradient) in told.into_iter().enumerate() {
                input_gradient.truncate(input_gradient.len() - 2); // less the two bits
                feature_gradients[key][step] = input_gradient;
            }
        }
        for (trace, gradient) in along_time.iter().zip(feature_gradients) {
            self.stack_backward(&layers.time, trace, gradient, &mut outcome.gradient);
        }
    }

    /// The dense layers of one key at one step, and the loss. `y` is what happened: played,
    /// articulated. Returns the gradient of the input.
    fn learn_key(&self, input: &[f64], y: [f64; 2], outcome: &mut Outcome) -> Vec<f64> {
        let dense = &self.layers.dense;
        let mut vectors = vec![input.to_vec()];
        for (index, layer) in dense.iter().enumerate() {
            let sums = self.sums(layer.bias, &[(layer.weight, &vectors[index])]);
            let last = index + 1 == dense.len();
            vectors.push(if last { sums } else { sums.into_iter().map(f64::tanh).collect() });
        }
        let p = [sigmoid(vectors[dense.len()][0]), sigmoid(vectors[dense.len()][1])];
        // The article's formula.
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

    /// LSTM layers, one upon the other, over one sequence. `masks` multiply what goes up.
    fn stack_forward(
        &self,
        layers: &[LstmTensors],
        inputs: Sequence,
        masks: Vec<Vec<f64>>,
    ) -> StackTrace {
        let mut trace = StackTrace { vectors: vec![inputs], moments: Vec::new(), masks };
        for (index, layer) in layers.iter().enumerate() {
            let moments = self.lstm_forward(layer, &trace.vectors[index]);
            let mask = &trace.masks[index];
            trace.vectors.push(moments.iter().map(|m| product(&m.output, mask)).collect());
            trace.moments.push(moments);
        }
        trace
    }

    /// From the gradient of the top's output to that of the lowest inputs.
    fn stack_backward(
        &self,
        layers: &[LstmTensors],
        trace: &StackTrace,
        mut gradient: Sequence,
        to: &mut [f64],
    ) -> Sequence {
        for (index, layer) in layers.iter().enumerate().rev() {
            let masked = gradient.iter().map(|d| product(d, &trace.masks[index])).collect();
            gradient =
                self.lstm_backward(layer, &trace.vectors[index], &trace.moments[index], masked, to);
        }
        gradient
    }

    fn lstm_forward(&self, layer: &LstmTensors, inputs: &[Vec<f64>]) -> Vec<Moment> {
        let units = layer.units;
        let mut moments: Vec<Moment> = Vec::new();
        let (mut h, mut c) = (vec![0.0; units], vec![0.0; units]);
        for x in inputs {
            let mut gates = self.sums(layer.bias, &[(layer.input, x), (layer.recurrent, &h)]);
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
        moments: &[Moment],
        output_gradient: Sequence,
        to: &mut [f64],
    ) -> Sequence {
        let units = layer.units;
        let zeros = vec![0.0; units];
        let mut input_gradient = vec![Vec::new(); inputs.len()];
        // What the step after tells this one of its output and of its cell.
        let (mut dh_after, mut dc_after) = (zeros.clone(), zeros.clone());
        for step in (0..inputs.len()).rev() {
            let Moment { gates, cell, .. } = &moments[step];
            let before = step.checked_sub(1).map(|before| &moments[before]);
            let (h_before, c_before) = before.map_or((&zeros, &zeros), |m| (&m.output, &m.cell));
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

/// What a stack of layers leaves of one sequence.
struct StackTrace {
    /// What goes into each layer, and at last what comes out of the top.
    vectors: Vec<Sequence>,
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
        Layout::ARTICLE.describe(segment.past(step), segment.place(step), &mut described);
        for (key, rows) in by_key.iter_mut().enumerate() {
            let row = described.dense_of_key(key, Layout::ARTICLE.width());
            rows.push(row.into_iter().map(f64::from).collect());
        }
    }
    by_key
}

/// By layer, the factors of one sequence: ones where nothing is dropped.
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

fn product(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
