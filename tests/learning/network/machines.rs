//! The same bits on every machine.
//!
//! The fingerprints below were computed with AVX2, and AVX-512 gives the same. Machines with other
//! vectors (NEON) must give the same too, and so must any change to the engine that is not meant to
//! change its arithmetic. If a change is meant to (another order of a sum, another tanh), and
//! everything else here passes, replace them by those that the failing test prints.

use super::music::{architecture, parameters, seeded, segments, truth};
use deep_jammer::attribute::{Layout, StepAttributes};
use deep_jammer::network::{
    Batch, Cpu, KeyLogits, LstmState, Parameters, StepEngine, TrainingEngine,
};

const PREDICTIONS: u64 = 0x1f3d_b032_fbbf_46d9;
const GRADIENT: u64 = 0x5621_917d_29a0_7f62;

/// Whether this machine has fused multiply-add. Only then are the bits guaranteed.
fn fuses() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    return cfg!(target_arch = "aarch64");
}

/// The FNV-1a hash of a sequence of bits.
fn fingerprint(words: impl IntoIterator<Item = u32>) -> u64 {
    let bytes = words.into_iter().flat_map(u32::to_le_bytes);
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[test]
fn every_machine_comes_to_the_same_bits() {
    if !fuses() {
        eprintln!("skipped: this machine has no fused multiply-add");
        return;
    }
    // Widths around those of registers and panels; sums long enough to be computed in parts.
    let architecture = architecture(&[203, 31], &[65, 13], &[17], 0.25);
    let mut random = seeded(141);
    let parameters = parameters(&architecture, &mut random);
    let segments = segments(3, 9, &mut random);
    let batch = Batch::new(&segments, &Layout::ARTICLE).with_dropout(&architecture, &mut random);
    let mut engine = Cpu::for_training(&parameters);
    let mut gradient = Parameters::zeros(&parameters.layers);
    engine.loss_and_gradient(&batch, &mut [], &mut gradient);
    let learned = fingerprint(gradient.values.iter().map(|value| value.to_bits()));

    let mut state = LstmState::zeros(&parameters.layers);
    let mut workspace = engine.workspace();
    let mut logits = Vec::new();
    for step in 1..9 {
        let mut attributes = StepAttributes::default();
        Layout::ARTICLE.describe(
            segments[1].past(step),
            None,
            segments[1].place(step),
            &mut attributes,
        );
        let mut choose = |key: usize, KeyLogits { play, articulate }: KeyLogits| {
            logits.extend([play.to_bits(), articulate.to_bits()]);
            truth(&segments[1], step, key)
        };
        engine.predict(&mut state, &attributes, &mut choose, &mut workspace);
    }
    let predicted = fingerprint(logits);
    assert_eq!(
        (predicted, learned),
        (PREDICTIONS, GRADIENT),
        "predictions {predicted:#018x}, gradient {learned:#018x}"
    );
}
