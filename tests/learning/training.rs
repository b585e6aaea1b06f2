//! A trainer goes from epoch to epoch, and can be stopped and restored.

use deep_jammer::corpus::{self, Piece};
use deep_jammer::network::{Architecture, Cpu, Preset};
use deep_jammer::training::{
    OptimiserSettings, SegmentSampler, Snapshot, SnapshotError, Start, Trainer, TrainingSettings,
};
use std::path::Path;

fn pieces() -> Vec<Piece> {
    let pieces = Path::new(env!("CARGO_MANIFEST_DIR")).join("pieces");
    corpus::read(&[pieces]).unwrap().pieces
}

fn architecture() -> Architecture {
    Architecture {
        layout: "wide".to_owned(),
        time: vec![6, 5],
        note: vec![4, 3],
        dense: vec![3],
        dropout: 0.2,
        articulation: true,
    }
}

/// Everything that a training can have at once.
fn settings() -> TrainingSettings {
    TrainingSettings {
        seed: 7,
        segment: 40,
        batch: 3,
        transpose: 5,
        consecutive_segments: 3,
        warmup: 3,
        decay_after: 5,
        ema_decay: 0.9,
        optimiser: OptimiserSettings::adam(0.01),
        ..TrainingSettings::article()
    }
}

fn begin(pieces: &[Piece], settings: TrainingSettings) -> Trainer<'_, Cpu> {
    let excerpts = SegmentSampler::new(pieces, settings.segment);
    Trainer::new(architecture(), settings, excerpts, Start::FromScratch, Cpu::for_training)
}

fn bits(snapshot: &Snapshot) -> (String, Vec<(String, Vec<u32>)>) {
    let tensors = snapshot.tensors.iter();
    let bits = tensors
        .map(|(name, values)| (name.clone(), values.iter().map(|v| v.to_bits()).collect()))
        .collect();
    (serde_json::to_string(&snapshot.state).unwrap(), bits)
}

#[test]
fn a_training_that_is_resumed_goes_on_as_if_it_had_never_stopped() {
    let pieces = pieces();
    let plain = TrainingSettings { seed: 3, segment: 40, batch: 2, ..TrainingSettings::article() };
    for settings in [settings(), plain] {
        let mut whole = begin(&pieces, settings);
        let mut broken = begin(&pieces, settings);
        for epoch in 1..=12 {
            let progress = whole.epoch();
            assert_eq!(progress, broken.epoch(), "epoch {epoch}");
            assert!(progress.is_finite());
            // By way of text and back, as a checkpoint does.
            let Snapshot { state, tensors } = broken.snapshot();
            let state = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
            let snapshot = Snapshot { state, tensors };
            let excerpts = SegmentSampler::new(&pieces, settings.segment);
            broken =
                Trainer::resume(architecture(), settings, excerpts, snapshot, Cpu::for_training)
                    .unwrap();
        }
        assert_eq!(bits(&whole.snapshot()), bits(&broken.snapshot()));
        assert_eq!(whole.model(), broken.model());
    }
}

#[test]
fn how_many_segments_are_worked_on_at_once_changes_nothing() {
    let pieces = pieces();
    let mut all = begin(&pieces, settings());
    let mut one = begin(&pieces, settings());
    one.set_slice(1);
    for _ in 0..4 {
        assert_eq!(all.epoch(), one.epoch());
    }
    assert_eq!(bits(&all.snapshot()), bits(&one.snapshot()));
}

#[test]
fn a_snapshot_of_another_network_is_refused() {
    let pieces = pieces();
    let snapshot = begin(&pieces, settings()).snapshot();
    let resume = |architecture: Architecture, snapshot: Snapshot| {
        let excerpts = SegmentSampler::new(&pieces, 40);
        Trainer::resume(architecture, settings(), excerpts, snapshot, Cpu::for_training)
            .err()
            .unwrap()
    };
    let error = resume(Preset::Small.architecture(), snapshot.clone());
    assert!(matches!(error, SnapshotError::Tensor { .. }), "{error}");
    let mut broken = snapshot.clone();
    broken.tensors.get_mut("average").unwrap()[3] = f32::NAN;
    let error = resume(architecture(), broken).to_string();
    assert!(error.contains("average") && error.contains("not finite"), "{error}");
    let mut poor = snapshot;
    poor.tensors.remove("lane.2.1");
    assert!(resume(architecture(), poor).to_string().contains("lane.2.1"));
}

#[test]
fn training_brings_the_surprise_of_its_own_pieces_down() {
    let pieces = pieces();
    let rolls: Vec<_> = pieces.iter().map(Piece::roll).collect();
    let mut trainer = begin(&pieces, TrainingSettings { ema_decay: 0.0, ..settings() });
    let before = trainer.validate(&rolls, || false).unwrap().total();
    (0..60).for_each(|_| assert!(trainer.epoch().is_finite()));
    let after = trainer.validate(&rolls, || false).unwrap().total();
    assert!(after < before - 1.0, "from {before} to {after} nats a step");
    assert_eq!(trainer.validate(&rolls, || true), None, "a validation can be broken off");
}

#[test]
fn extended_training_keeps_all_weights_and_fine_tuning_draws_the_dense_layers_anew() {
    let pieces = pieces();
    let mut trainer = begin(&pieces, settings());
    (0..3).for_each(|_| assert!(trainer.epoch().is_finite()));
    let learned = trainer.model().parameters;
    let start = |start| {
        let excerpts = SegmentSampler::new(&pieces, 40);
        let settings = TrainingSettings { seed: 99, ..settings() };
        Trainer::new(architecture(), settings, excerpts, start, Cpu::for_training)
            .model()
            .parameters
    };
    assert_eq!(start(Start::Extended(learned.clone())), learned);
    let tuned = start(Start::FineTuned(learned.clone()));
    let fresh = start(Start::FromScratch);
    for (index, tensor) in learned.layers.tensors.iter().enumerate() {
        let like = if tensor.name.starts_with("dense") { &fresh } else { &learned };
        assert_eq!(tuned.tensor(index), like.tensor(index), "{}", tensor.name);
    }
    assert_ne!(tuned.values, fresh.values);
}
