//! The network against PyTorch. `golden.py` computed the numbers from the music itself, without any
//! code of this program.

use super::music::{architecture, double, relative_error};
use super::reference;
use deep_jammer::attribute::Layout;
use deep_jammer::network::{Batch, Cpu, Engine, Layers, Parameters, TrainingEngine};
use deep_jammer::roll::{Keys, Roll, Step};
use deep_jammer::score::Metre;
use deep_jammer::segment::Segment;
use deep_jammer::training::{Optimiser, OptimiserSettings, clip};
use safetensors::{SafeTensors, tensor::TensorView};

static FILE: &[u8] = include_bytes!("golden.safetensors");

/// The tensors of one case.
struct Golden {
    case: &'static str,
    file: SafeTensors<'static>,
}

impl Golden {
    fn tensor(&self, name: &str) -> TensorView<'static> {
        self.file.tensor(&format!("{}.{name}", self.case)).unwrap()
    }

    fn integers(&self, name: &str) -> Vec<usize> {
        let chunks = self.tensor(name).data().as_chunks().0;
        chunks.iter().map(|&bytes| i64::from_le_bytes(bytes) as usize).collect()
    }

    fn doubles(&self, name: &str) -> Vec<f64> {
        let chunks = self.tensor(name).data().as_chunks().0;
        chunks.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect()
    }

    /// A piece, built in the same way as one that is read from a file.
    fn roll(&self, number: usize) -> Roll {
        let metres = self.integers(&format!("music.{number}.metres"));
        let metres: Vec<(usize, Metre)> = metres
            .chunks_exact(3)
            .map(|change| (change[0], format!("{}/{}", change[1], change[2]).parse().unwrap()))
            .collect();
        let keys = |name: &str| -> Vec<Keys> {
            let rows = self.tensor(&format!("music.{number}.{name}")).data().chunks_exact(88);
            rows.map(|row| (0..88).filter(|&key| row[key] == 1).collect()).collect()
        };
        let mut roll = Roll::new(metres[0].1);
        let steps = keys("play").into_iter().zip(keys("articulate"));
        for (number, (play, articulate)) in steps.enumerate() {
            if let Some((_, metre)) = metres.iter().find(|(step, _)| *step == number) {
                roll.change_metre(*metre);
            }
            roll.push(Step { play, articulate });
            assert_eq!(roll.steps()[number], Step { play, articulate }, "real music");
        }
        roll
    }
}

/// One case of the file, with its inputs in the types of the program.
struct Case {
    golden: Golden,
    segments: Vec<Segment>,
    parameters: Parameters,
}

impl Case {
    fn read(name: &'static str) -> Case {
        let golden = Golden { case: name, file: SafeTensors::deserialize(FILE).unwrap() };
        let segments = golden.integers("segments");
        let segment = |s: &[usize]| Segment::new(&golden.roll(s[0]), s[1], s[2]);
        let segments = segments.chunks_exact(3).map(segment).collect();
        let [time, note, dense] =
            ["time", "note", "dense"].map(|axis| golden.integers(&format!("units.{axis}")));
        let layers = Layers::new(&architecture(&time, &note, &dense, 0.0), &Layout::ARTICLE);
        let mut parameters = Parameters::zeros(&layers);
        for tensor in &layers.tensors {
            let view = golden.tensor(&format!("initial.{}", tensor.name));
            assert_eq!(view.shape().iter().product::<usize>(), tensor.range().len());
            assert_eq!(view.shape().last(), Some(&tensor.columns));
            let values = view.data().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes));
            parameters.values.splice(tensor.range(), values);
        }
        Case { golden, segments, parameters }
    }

    /// The largest relative error among the tensors of a gradient.
    fn gradient_error(&self, gradient: &Parameters) -> f64 {
        let tensors = gradient.layers.tensors.iter().map(|tensor| {
            let exact = self.golden.doubles(&format!("gradient.{}", tensor.name));
            relative_error(&double(&gradient.values[tensor.range()]), &exact)
        });
        tensors.fold(0.0, f64::max)
    }

    /// The same for the change of the tensors in training.
    fn way_error(&self, rule: &str, parameters: &Parameters) -> f64 {
        let tensors = parameters.layers.tensors.iter().map(|tensor| {
            let initial = double(&self.parameters.values[tensor.range()]);
            let way = |values: Vec<f64>| -> Vec<f64> {
                values.iter().zip(&initial).map(|(value, initial)| value - initial).collect()
            };
            let exact = self.golden.doubles(&format!("{rule}.final.{}", tensor.name));
            relative_error(&way(double(&parameters.values[tensor.range()])), &way(exact))
        });
        tensors.fold(0.0, f64::max)
    }

    fn assert_trains(&self, rule: &str, settings: OptimiserSettings) {
        let mut optimiser = Optimiser::new(settings, self.parameters.values.len());
        let batch = Batch::new(&self.segments, &Layout::ARTICLE);
        let mut parameters = self.parameters.clone();
        let mut gradient = Parameters::zeros(&parameters.layers);
        let mut engine = Cpu::for_training(&parameters);
        let losses = self.golden.doubles(&format!("{rule}.losses"));
        assert_eq!(losses.len(), 11);
        let mut worst = 0.0f64;
        for (step, expected) in losses.iter().enumerate() {
            let loss = engine.loss_and_gradient(&batch, &mut [], &mut gradient).total();
            let error = (loss - expected).abs() / expected;
            worst = worst.max(error);
            assert!(error < 1e-7, "{} {rule} {step}: {loss} {expected}", self.golden.case);
            // The last loss is the one after ten steps.
            if step < 10 {
                clip(&mut gradient, 5.0);
                optimiser.step(&mut parameters, &gradient, 1.0);
                engine.load(&parameters);
            }
        }
        let way = self.way_error(rule, &parameters);
        println!("{} {rule}: losses {worst:.1e}, way {way:.1e}", self.golden.case);
        assert!(way < 1e-4, "{} {rule}: off by {way:e} of its way", self.golden.case);
    }
}

const CASES: [&str; 2] = ["article", "dense"];

#[test]
fn the_reference_computes_what_pytorch_computes() {
    for case in CASES.map(Case::read) {
        let Case { golden, segments, parameters } = &case;
        let outcome =
            reference::learn(&parameters.layers, &double(&parameters.values), segments, None);
        let loss = golden.doubles("loss");
        assert!((outcome.play - loss[0]).abs() / loss[0] < 1e-13, "{} {loss:?}", outcome.play);
        assert!((outcome.articulate - loss[1]).abs() / loss[1] < 1e-13);
        let mut worst = 0.0f64;
        for tensor in &parameters.layers.tensors {
            let exact = golden.doubles(&format!("gradient.{}", tensor.name));
            let largest = exact.iter().fold(0.0, |largest: f64, d| largest.max(d.abs()));
            for (ours, exact) in outcome.gradient[tensor.range()].iter().zip(exact) {
                worst = worst.max((ours - exact).abs() / largest);
            }
        }
        println!("{}: the reference's gradient is off by {worst:.1e}", golden.case);
        assert!(worst < 1e-12, "{}: off by {worst:e}", golden.case);
    }
}

#[test]
fn the_fast_engine_computes_what_pytorch_computes() {
    for case in CASES.map(Case::read) {
        let mut gradient = Parameters::zeros(&case.parameters.layers);
        let batch = Batch::new(&case.segments, &Layout::ARTICLE);
        let nats =
            Cpu::for_training(&case.parameters).loss_and_gradient(&batch, &mut [], &mut gradient);
        let loss = case.golden.doubles("loss");
        let errors = [(nats.play - loss[0]) / loss[0], (nats.articulate - loss[1]) / loss[1]];
        let worst = case.gradient_error(&gradient);
        let [play, articulate] = errors;
        println!("{}: {play:.1e} {articulate:.1e}, gradient {worst:.1e}", case.golden.case);
        assert!(errors.iter().all(|error| error.abs() < 1e-7), "{errors:?}");
        assert!(worst < 1e-5, "{}: a gradient is off by {worst:e}", case.golden.case);
    }
}

#[test]
fn training_with_adadelta_goes_where_pytorch_goes() {
    for case in CASES.map(Case::read) {
        case.assert_trains("adadelta", OptimiserSettings::ADADELTA);
    }
}

#[test]
fn training_with_adam_goes_where_pytorch_goes() {
    for case in CASES.map(Case::read) {
        case.assert_trains("adam", OptimiserSettings::adam(3e-3));
    }
}
