//! The network of the article: time layers shared by all keys, a transpose, note layers along the
//! keyboard, dense layers, two probabilities a key.

mod architecture;
mod batch;
mod cpu;
mod dense;
mod engine;
mod kernel;
mod key_logits;
mod layers;
mod lstm;
mod lstm_state;
mod parameters;
mod stripes;

pub use architecture::{Architecture, ArchitectureError, Preset};
pub use batch::{Batch, Dropout};
pub use cpu::{Cpu, PassageScratch, Workspace};
pub use engine::{Engine, PassageEngine, StepEngine, TrainingEngine, TrainingWork};
pub use key_logits::{KeyAction, KeyLogits, Nats};
pub use layers::{DenseTensors, Layers, LstmTensors, Tensor};
pub use lstm_state::LstmState;
pub use parameters::Parameters;
