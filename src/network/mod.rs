//! The network of the article: time layers shared by all keys, a transpose, note layers along the
//! keyboard, dense layers, two probabilities a key.

mod architecture;
mod batch;
mod cpu;
mod dense;
mod engine;
mod kernel;
mod lstm;
mod memory;
mod parameters;
mod prediction;
mod stripes;

pub use architecture::{Architecture, ArchitectureError, Preset};
pub use batch::{Batch, Dropout};
pub use cpu::{BLOCK_ROWS, Cpu, Room, Workspace};
pub use engine::Engine;
pub use memory::Memory;
pub use parameters::{DenseTensors, Layers, LstmTensors, Parameters, Tensor};
pub use prediction::{Choice, Nats, Prediction};
