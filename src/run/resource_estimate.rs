//! Whether there is enough memory and disk space for a run.

use super::Config;
use crate::network::{Architecture, Layers, TrainingEngine};
use crate::roll::KEYS;
use crate::segment::SEGMENT_STEPS;
use crate::training::{TrainingSettings, memory_needed};
use std::path::{Path, PathBuf};

/// What a run needs, and what is available.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceEstimate {
    /// How many segments of a batch are processed at once.
    pub slice: usize,
    /// Memory that the run needs, in bytes.
    pub memory: u64,
    /// The memory that is free, or that the run may use.
    pub memory_free: u64,
    /// How much the run writes to the disk, in bytes.
    pub disk: u64,
    /// The free space on that disk, in bytes.
    pub disk_free: u64,
}

/// There is too little memory or disk space for a run.
#[derive(Debug, thiserror::Error)]
pub enum ResourceError {
    /// There is too little memory even for one segment at a time.
    #[error(
        "this training needs {} of memory, even with one segment at a time, but only {} are free; end \
         other programs, or choose a smaller network or shorter segments",
        in_bytes(*needed),
        in_bytes(*free)
    )]
    Memory {
        /// How many bytes one segment at a time needs.
        needed: u64,
        /// How many bytes are free.
        free: u64,
    },
    /// There is too little disk space.
    #[error(
        "this training writes up to {} to {}, but only {} are free there; free some space, or choose another \
         folder",
        in_bytes(*needed),
        path.display(),
        in_bytes(*free)
    )]
    Disk {
        /// The run's folder.
        path: PathBuf,
        /// How many bytes the run writes.
        needed: u64,
        /// How many bytes are free.
        free: u64,
    },
}

/// The memory of the program itself: its code, and tables of constant size.
const PROGRAM: u64 = 16 << 20;

/// Roughly how many bytes of memory a step of music takes, as a roll and as the notes of its
/// file.
const STEP: u64 = 64;

impl ResourceEstimate {
    /// Estimates what a run on an engine of type `E` needs, from an epoch on, with `steps`
    /// steps of music and `threads` threads. `memory` is the most memory that it may use,
    /// if the user has set a limit.
    pub fn find<E: TrainingEngine>(
        config: &Config,
        folder: &Path,
        from_epoch: u64,
        steps: usize,
        threads: usize,
        memory: Option<u64>,
    ) -> Result<ResourceEstimate, ResourceError> {
        let memory_free = memory.unwrap_or_else(free_memory);
        let music = PROGRAM + STEP * steps as u64;
        let (slice, memory) =
            slice::<E>(&config.architecture, &config.training, threads, music, memory_free)?;
        let disk = disk_needed(config, from_epoch, steps);
        let disk_free = free_disk(folder).unwrap_or(u64::MAX);
        if disk_free < disk {
            let path = folder.to_owned();
            return Err(ResourceError::Disk { path, needed: disk, free: disk_free });
        }
        Ok(ResourceEstimate { slice, memory, memory_free, disk, disk_free })
    }
}

impl std::fmt::Display for ResourceEstimate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ResourceEstimate { memory, memory_free, disk, disk_free, .. } = *self;
        let [memory, memory_free, disk, disk_free] =
            [memory, memory_free, disk, disk_free].map(in_bytes);
        write!(f, "needs about {memory} of memory ({memory_free} free) and ")?;
        write!(f, "{disk} of disk ({disk_free} free)")
    }
}

/// The most segments at once that fit into the free memory, and how much memory they need.
fn slice<E: TrainingEngine>(
    architecture: &Architecture,
    training: &TrainingSettings,
    threads: usize,
    besides: u64,
    free: u64,
) -> Result<(usize, u64), ResourceError> {
    let needed = |slice| besides + memory_needed::<E>(architecture, training, slice, threads);
    let fitting = (1..=training.batch).rev().find(|&slice| needed(slice) <= free);
    match fitting {
        Some(slice) => Ok((slice, needed(slice))),
        None => Err(ResourceError::Memory { needed: needed(1), free }),
    }
}

/// The memory that is free for this process, in bytes.
fn free_memory() -> u64 {
    let mut system = sysinfo::System::new();
    system.refresh_memory();
    // The limit of a container is often lower than the machine's memory.
    let limit = system.cgroup_limits().map_or(u64::MAX, |limits| limits.free_memory);
    system.available_memory().min(limit)
}

/// The free space on the disk of a folder, which need not exist yet.
fn free_disk(folder: &Path) -> Option<u64> {
    let folder = std::path::absolute(folder).ok()?;
    let exists = folder.ancestors().find(|path| path.exists())?;
    fs4::available_space(exists).ok()
}

/// Roughly the most bytes that a run writes from an epoch on, with `steps` steps of music.
fn disk_needed(config: &Config, from_epoch: u64, steps: usize) -> u64 {
    let Config { architecture, training, retention, .. } = config;
    let layout = architecture.check().expect("a sound architecture");
    let layers = Layers::new(architecture, &layout);
    let weights = 4 * layers.size() as u64;
    // A model contains its primers, with about 20 bytes per step, and its training music,
    // with 0.7 bytes per step for piano-midi.de and more for denser music.
    let music = if retention.training_music { 2 * steps as u64 } else { 0 };
    let model = weights + music + 16 * (20 * SEGMENT_STEPS as u64 + 200) + 4096;
    let units: usize = layers.time.iter().map(|layer| layer.units).sum();
    let carried =
        if training.is_stateful() { 4 * 2 * training.batch * KEYS * units } else { 0 } as u64;
    let tensors = if training.ema_decay > 0.0 { 4 } else { 3 };
    // The model, the best model, the snapshot and the state.
    let checkpoint = 2 * model + tensors * weights + carried + 8192;
    // One checkpoint more than are kept, and two models at once, since the new one is
    // written before the old one is removed.
    let saved = (retention.checkpoints as u64 + 1) * checkpoint + 2 * model;
    let epochs = match (config.goal.epochs, config.goal.hours) {
        (Some(epochs), _) => epochs.saturating_sub(from_epoch),
        // A small network trains about ten epochs per second.
        (None, hours) => (36_000.0 * hours.unwrap_or(1.0)) as u64,
    };
    // A row of metrics and one of times; a MIDI file and a picture; and the plots of them.
    let samples = epochs.checked_div(retention.sample_every).unwrap_or(0);
    saved + epochs.saturating_mul(160) + samples.saturating_mul(30_000) + (2 << 20)
}

/// A size in a readable unit.
fn in_bytes(bytes: u64) -> String {
    let megabytes = bytes as f64 / 1e6;
    match megabytes {
        ..1.0 => "1 MB".to_owned(),
        ..1000.0 => format!("{megabytes:.0} MB"),
        ..100_000.0 => format!("{:.1} GB", megabytes / 1000.0),
        _ => format!("{:.0} GB", megabytes / 1000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Cpu, Preset};

    fn config() -> Config {
        let mut config = Config::article(Preset::Large.architecture());
        config.goal.epochs = Some(5000);
        config
    }

    #[test]
    fn with_less_memory_fewer_segments_are_worked_on_at_once() {
        let find = |free| {
            let Config { architecture, training, .. } = config();
            slice::<Cpu>(&architecture, &training, 2, 0, free)
        };
        let (whole, needed) = find(u64::MAX).unwrap();
        assert_eq!(whole, 5);
        let mut slices = vec![whole];
        let mut free = needed;
        while let Ok((slice, needed)) = find(free - 1) {
            assert!(needed < free);
            slices.push(slice);
            free = needed;
        }
        assert_eq!(slices, [5, 4, 3, 2, 1]);
        let error = find(1000).unwrap_err().to_string();
        assert!(error.contains("a smaller network") && error.contains("of memory"), "{error}");
    }

    #[test]
    fn a_full_disk_is_noticed_before_the_start() {
        let mut config = config();
        config.goal.epochs = Some(u64::MAX / 1_000_000);
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("not/yet/there");
        let error = ResourceEstimate::find::<Cpu>(&config, &run, 0, 1000, 1, Some(u64::MAX))
            .unwrap_err()
            .to_string();
        assert!(error.contains("there") && error.contains("free some space"), "{error}");
    }

    #[test]
    fn a_checkpoint_takes_no_more_room_than_is_said() {
        let config = config();
        // Large: 1.5 million weights of 4 bytes; three checkpoints of five times that.
        let weights = 4.0 * 1_480_000.0;
        let needed = disk_needed(&config, 5000, 0) as f64;
        assert!((15.0 * weights..22.0 * weights).contains(&needed), "{needed}");
        assert!(disk_needed(&config, 0, 0) > disk_needed(&config, 5000, 0) + 1_000_000);
        assert!(disk_needed(&config, 0, 1_000_000) > disk_needed(&config, 0, 0) + 5_000_000);
    }

    #[test]
    fn sizes_are_said_as_people_say_them() {
        let sizes = [5, 999_000, 64_000_000, 1_130_000_000, 250_000_000_000].map(in_bytes);
        assert_eq!(sizes, ["1 MB", "1 MB", "64 MB", "1.1 GB", "250 GB"]);
    }
}
