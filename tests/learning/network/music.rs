//! Random pieces, segments and weights for the tests of the network.

use deep_jammer::attribute::Layout;
use deep_jammer::network::{Architecture, KeyAction, Layers, Parameters};
use deep_jammer::roll::{KEYS, Keys, Roll, Step};
use deep_jammer::segment::Segment;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

pub fn seeded(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// An architecture on the attributes of the article.
pub fn architecture(time: &[usize], note: &[usize], dense: &[usize], dropout: f32) -> Architecture {
    let layout = Layout::ARTICLE.name.to_owned();
    let (time, note, dense) = (time.to_vec(), note.to_vec(), dense.to_vec());
    Architecture { layout, time, note, dense, dropout, articulation: true }
}

/// The initial parameters of a training, but with different biases, so that a bias from the wrong
/// place would show.
pub fn parameters(architecture: &Architecture, random: &mut ChaCha8Rng) -> Parameters {
    let layout = architecture.check().unwrap();
    let mut parameters = Parameters::init(&Layers::new(architecture, &layout), random);
    for tensor in parameters.layers.tensors.clone() {
        if tensor.name.ends_with("bias") {
            for value in &mut parameters.values[tensor.range()] {
                *value += random.next_u32() as f32 / u32::MAX as f32 - 0.5;
            }
        }
    }
    parameters
}

/// Chords that are held and struck again over the whole keyboard, in changing metres.
pub fn piece(steps: usize, random: &mut ChaCha8Rng) -> Roll {
    let metres = ["4/4", "3/4", "12/8", "5/4", "6/8", "7/16"];
    let mut metre = || metres[random.next_u32() as usize % metres.len()].parse().unwrap();
    let mut roll = Roll::new(metre());
    let (second, change) = (metre(), random.next_u32() as usize % steps);
    let mut play = Keys::NONE;
    for step in 0..steps {
        if step == change {
            roll.change_metre(second);
        }
        let mut articulate = Keys::NONE;
        for key in play.iter() {
            match random.next_u32() % 4 {
                0 => play.remove(key),
                1 => articulate.insert(key),
                _ => {}
            }
        }
        while play.count() < 4 {
            play.insert(random.next_u32() as usize % KEYS);
        }
        roll.push(Step { play, articulate });
    }
    roll
}

/// Segments of one piece each, from anywhere in it; the first from the very beginning.
pub fn segments(count: usize, steps: usize, random: &mut ChaCha8Rng) -> Vec<Segment> {
    let mut segment = |number: usize| {
        let start = if number == 0 { 0 } else { random.next_u32() as usize % 40 };
        Segment::new(&piece(start + steps, random), start, steps)
    };
    (0..count).map(&mut segment).collect()
}

/// What a key does at a step of a segment.
pub fn truth(segment: &Segment, step: usize, key: usize) -> KeyAction {
    let step = segment.step(step);
    KeyAction { play: step.play.contains(key), articulate: step.articulate.contains(key) }
}

/// ‖a − b‖ / ‖b‖.
pub fn relative_error(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let norm = |terms: &mut dyn Iterator<Item = f64>| terms.map(|x| x * x).sum::<f64>().sqrt();
    norm(&mut a.iter().zip(b).map(|(a, b)| a - b)) / norm(&mut b.iter().copied())
}

/// The same numbers in double precision.
pub fn double(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}
