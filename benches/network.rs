//! How long the network takes: one training step, and one composed step.
//!
//! `cargo bench` runs both with the large preset on all threads; `RAYON_NUM_THREADS` sets another
//! number. Beside the times, the training bench prints the most memory that the process has held.

use criterion::{Criterion, criterion_group, criterion_main};
use deep_jammer::attribute::{Layout, StepAttributes};
use deep_jammer::network::{
    Batch, Cpu, Engine, KeyAction, Layers, LstmState, Parameters, Preset, StepEngine,
    TrainingEngine,
};
use deep_jammer::roll::{Keys, Place, Roll, Step};
use deep_jammer::score::Metre;
use deep_jammer::segment::{SEGMENT_STEPS, Segment};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// A piece as busy as the corpus: three keys sound, 1.35 are struck a step.
fn busy_piece(random: &mut ChaCha8Rng) -> Roll {
    let mut roll = Roll::new(Metre::COMMON);
    let mut sounding = Keys::NONE;
    for _ in 0..SEGMENT_STEPS {
        let mut struck = Keys::NONE;
        for key in sounding.iter() {
            if random.next_u32().is_multiple_of(2) {
                sounding.remove(key);
            }
        }
        while sounding.count() < 3 {
            let key = 20 + random.next_u32() as usize % 48;
            sounding.insert(key);
            struck.insert(key);
        }
        roll.push(Step { play: sounding, articulate: struck });
    }
    roll
}

fn large() -> (Layers, Parameters, ChaCha8Rng) {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let layers = Layers::new(&Preset::Large.architecture(), &Layout::ARTICLE);
    let parameters = Parameters::init(&layers, &mut random);
    (layers, parameters, random)
}

fn training_step(criterion: &mut Criterion) {
    let (layers, parameters, mut random) = large();
    let segments: Vec<_> =
        (0..5).map(|_| Segment::new(&busy_piece(&mut random), 0, SEGMENT_STEPS)).collect();
    let batch = Batch::new(&segments, &Layout::ARTICLE);
    let mut engine = Cpu::for_training(&parameters);
    let mut gradient = Parameters::zeros(&layers);
    let mut group = criterion.benchmark_group("training step");
    group.sample_size(10).measurement_time(Duration::from_secs(30));
    group.bench_function("large, 5 segments", |bencher| {
        bencher.iter(|| {
            engine.load(&parameters);
            black_box(engine.loss_and_gradient(&batch, &mut [], &mut gradient))
        })
    });
    group.finish();
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find(|line| line.starts_with("VmHWM:"));
        println!("peak memory {}", peak.unwrap_or("unknown"));
    }
}

fn composed_step(criterion: &mut Criterion) {
    let (layers, parameters, _) = large();
    let engine = Cpu::for_inference(&parameters);
    let mut state = LstmState::zeros(&layers);
    let mut workspace = engine.workspace();
    let mut attributes = StepAttributes::default();
    let chord = Keys::from_iter([27, 39, 43, 46]);
    let place = Place { in_measure: 4, in_part: 4, measure: 16 };
    let past = [Step { play: chord, articulate: chord }];
    let mut step = || {
        Layout::ARTICLE.describe(&past, None, place, &mut attributes);
        let mut choose = |key: usize, _| {
            let play = chord.contains(key);
            KeyAction { play, articulate: play }
        };
        engine.predict(&mut state, &attributes, &mut choose, &mut workspace);
    };
    criterion.bench_function("composed step, large", |bencher| bencher.iter(&mut step));
    // On a machine that is shared, the fastest of many steps tells more than any mean.
    let mut times: Vec<_> = (0..1000)
        .map(|_| {
            let start = Instant::now();
            step();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("single steps: fastest {:.2?}, median {:.2?}", times[0], times[times.len() / 2]);
}

criterion_group!(benches, composed_step, training_step);
criterion_main!(benches);
