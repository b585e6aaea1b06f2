//! How fast copies are found: 1400 steps, three minutes of music, in the 302 pieces of
//! piano-midi.de. They lie beside the package or where DEEP_JAMMER_CORPUS says.

use criterion::{Criterion, criterion_group, criterion_main};
use deep_jammer::corpus;
use deep_jammer::originality::{Originality, Packed, TrainingMusic};
use std::hint::black_box;

fn originality(criterion: &mut Criterion) {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/piano-midi.de");
    let folder = std::env::var_os("DEEP_JAMMER_CORPUS").unwrap_or_else(|| beside.into());
    let Ok(music) = corpus::read(&[&folder]) else {
        eprintln!("SKIPPED: no corpus here; set DEEP_JAMMER_CORPUS to the folder piano-midi.de");
        return;
    };
    let mut group = criterion.benchmark_group("originality");
    group.sample_size(20);
    group.bench_function("files read", |b| b.iter(|| corpus::read(&[&folder]).unwrap()));
    let training_music = TrainingMusic::of(&music.pieces);
    let packed = Packed::of(&training_music).expect("not too much");
    eprintln!("{} steps in {} bytes", training_music.steps(), packed.bytes().len());
    group.bench_function("packed", |b| b.iter(|| Packed::of(black_box(&training_music))));
    group.bench_function("unpacked", |b| b.iter(|| black_box(&packed).unpack().unwrap()));
    group.bench_function("prepared", |b| {
        b.iter_with_setup(|| training_music.clone(), Originality::new)
    });
    let originality = Originality::new(training_music);
    let pieces = &originality.training_music().pieces;
    let piece = pieces.iter().position(|piece| piece.roll.len() >= 1400).expect("a long piece");
    let roll = pieces[piece].roll.excerpt(0, 1400);
    group.bench_function("longest run of 1400 steps", |b| {
        b.iter(|| originality.longest_match_among(black_box(&roll), |other| other != piece))
    });
    group.finish();
}

criterion_group!(benches, originality);
criterion_main!(benches);
