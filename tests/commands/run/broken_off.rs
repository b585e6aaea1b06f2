//! A run ends the same wherever it is interrupted, even in the middle of a validation.

use crate::sandbox::{PIECES, Sandbox};
use deep_jammer::corpus;
use deep_jammer::dataset::{Dataset, Pieces};
use deep_jammer::network::{Architecture, Cpu, Preset};
use deep_jammer::originality::TrainingMusic;
use deep_jammer::run::{
    Config, EpochReport, Observer, RunFolder, Session, StopReason, music_to_carry,
    newest_checkpoint,
};
use deep_jammer::training::Start;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Lets a run ask so often whether it is to stop; from then on it is.
struct Patience(AtomicUsize);

impl Observer for Patience {
    fn epoch_done(&mut self, _: &EpochReport) {}

    fn should_stop(&self) -> bool {
        let left = |left: usize| Some(left.saturating_sub(1));
        self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, left) == Ok(0)
    }
}

fn config() -> Config {
    let preset = Preset::Small.architecture();
    let architecture = Architecture { time: vec![6, 5], note: vec![4, 3], ..preset };
    let mut config = Config::standard(architecture);
    config.corpus.paths = vec![PIECES.into()];
    config.training.batch = 2;
    config.goal.epochs = Some(5);
    config.retention.validate_every = 2;
    config.retention.sample_every = 2;
    config.retention.checkpoint_every = 3;
    config
}

fn data() -> (Dataset, Pieces) {
    let corpus = corpus::read(&[PIECES]).unwrap();
    let config = config();
    Dataset::new(corpus, config.training.segment, config.corpus.validation, 1).unwrap()
}

/// Begins a run, or goes on with it, until it is done or has asked so often.
fn train(folder: &RunFolder, patience: usize) -> StopReason {
    let mut observer = Patience(AtomicUsize::new(patience));
    let (dataset, pieces) = data();
    let mut session = if folder.config().exists() {
        let (checkpoint, damaged) = newest_checkpoint(&folder.checkpoints()).unwrap();
        assert!(damaged.is_empty(), "{damaged:?}");
        Session::resume(folder, config(), dataset, &pieces, checkpoint, Cpu::for_training).unwrap()
    } else {
        let music = music_to_carry(&config(), &pieces, TrainingMusic::default()).unwrap();
        Session::begin(
            folder,
            config(),
            dataset,
            &pieces,
            Start::FromScratch,
            music,
            Cpu::for_training,
        )
        .unwrap()
    };
    session.train(&mut observer).unwrap().stop_reason
}

#[test]
fn wherever_a_run_is_broken_off_it_ends_the_same() {
    let sandbox = Sandbox::new();
    let folder = |name: &str| {
        std::fs::create_dir_all(sandbox.path(name)).unwrap();
        RunFolder::new(&sandbox.path(name))
    };
    assert_eq!(train(&folder("whole/run"), usize::MAX), StopReason::Epochs);
    let whole = sandbox.record("whole/run");
    // A validation asks after every passage: these fall between epochs and within validations, the
    // one at the goal included.
    let mut amid_validation = 0;
    for patience in [0, 1, 2, 3, 5, 7, 8, 11, 13, 16, 20, 24, 27, 29, 31] {
        let name = format!("broken-{patience}/run");
        let folder = folder(&name);
        if train(&folder, patience) == StopReason::Interrupted {
            let (checkpoint, _) = newest_checkpoint(&folder.checkpoints()).unwrap();
            amid_validation += usize::from(checkpoint.run_state.unfinished.is_some());
            // Once more at the same place, at once; then to the end.
            assert_eq!(train(&folder, 0), StopReason::Interrupted);
            assert_eq!(train(&folder, usize::MAX), StopReason::Epochs);
        }
        let broken = sandbox.record(&name);
        for (part, bytes) in &whole {
            assert!(broken[part] == *bytes, "{part} after {patience} questions");
        }
        assert_eq!(broken.len(), whole.len());
    }
    assert!(amid_validation >= 3, "only {amid_validation} were broken off amid a validation");
}
