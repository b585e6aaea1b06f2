//! The biaxial LSTM network of the article: time layers that run along time and are shared by all
//! keys, a transpose, note layers that run along the keyboard, dense layers, and for each key the
//! logits of its output heads.

mod architecture;
mod batch;
mod cpu;
mod dense;
mod engine;
mod head;
mod kernel;
mod key_logits;
mod layers;
mod lstm;
mod lstm_state;
mod parameters;
mod striped_weights;

pub use architecture::{Architecture, ArchitectureError, Preset};
pub use batch::{Batch, Dropout};
pub use cpu::{Cpu, PassageScratch, Workspace};
pub use engine::{Engine, PassageEngine, StepEngine, TrainingEngine, TrainingWork};
pub use head::{Frequencies, Head, Heads};
pub use key_logits::{KeyAction, KeyLogits, Nats};
pub use layers::{DenseTensors, Layers, LstmTensors, Tensor};
pub use lstm_state::LstmState;
pub use parameters::Parameters;
