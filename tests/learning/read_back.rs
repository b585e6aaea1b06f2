//! Whatever is written is read back: primers, recipes, lists, configurations, models and whole runs.

use crate::network::music::{parameters, seeded};
use deep_jammer::atomic_file::Existing;
use deep_jammer::attribute::Layout;
use deep_jammer::composing::{Change, Choice, LeadIn, ModelExcerpt, Opening, PrimerFile, Recipe};
use deep_jammer::corpus;
use deep_jammer::dataset::{Dataset, DatasetFile, Pieces, Split};
use deep_jammer::midi;
use deep_jammer::model::{self, Model, Training};
use deep_jammer::network::{Architecture, Cpu};
use deep_jammer::originality::{Packed, TrainingMusic, TrainingPiece};
use deep_jammer::primer::{self, Primer, Record};
use deep_jammer::roll::{Keys, Roll, Step};
use deep_jammer::run::{
    Config, Goal, Initialization, Retention, RunFolder, Session, music_to_carry, newest_checkpoint,
};
use deep_jammer::score::{At, KeySignature, Metre};
use deep_jammer::training::{OptimiserSettings, Start, TrainingSettings};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::path::{Path, PathBuf};

/// A metre that is accepted as text.
fn metre() -> impl Strategy<Value = Metre> {
    let usual = (1u8..13, 1u8..5);
    let any = (1u8..=255, 0u8..=10);
    prop_oneof![usual, any]
        .prop_map(|(numerator, denominator_power)| Metre { numerator, denominator_power })
        .prop_filter("not a metre", |metre| metre.to_string().parse::<Metre>().is_ok())
}

fn key() -> impl Strategy<Value = KeySignature> {
    (-7i8..=7, any::<bool>()).prop_map(|(sharps, minor)| KeySignature { sharps, minor })
}

/// A roll as a MIDI file gives it, with any metres, a tempo and a key.
fn roll() -> impl Strategy<Value = Roll> {
    let step = (prop_oneof![Just(0u128), any::<u128>(), 0u128..1 << 20], any::<u128>());
    let parts = vec((metre(), vec(step, 0..12)), 1..5);
    (parts, 60_000u32..6_000_000, option::of(key())).prop_map(|(parts, tempo, key)| {
        let mut roll = Roll::new(parts[0].0);
        for (metre, steps) in parts {
            roll.change_metre(metre);
            for (play, articulate) in steps {
                let (play, articulate) = (Keys::from_bits(play), Keys::from_bits(articulate));
                roll.push(Step { play, articulate });
            }
        }
        roll.push(Step { play: Keys::from_iter([39]), articulate: Keys::NONE });
        let mut score = roll.to_score(None, &[]);
        score.tempos = vec![At { tick: 0, value: tempo }];
        score.keys = key.map(|value| At { tick: 0, value }).into_iter().collect();
        Roll::from_score(&score).unwrap().roll
    })
}

/// Any Unicode text.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[\\x00-\\x20\"'\\\\\u{7F}-\u{A0}\u{2028}\u{FEFF}\u{FFFF}]{0,9}",
        "[éß音♭𝄞🎹a-c/ =#\n]{0,9}"
    ]
}

fn primer() -> impl Strategy<Value = Primer> {
    (text(), roll()).prop_map(|(source, roll)| Primer { source, roll })
}

/// A finite number.
fn float(range: std::ops::Range<f64>) -> impl Strategy<Value = f64> {
    prop_oneof![range.clone(), Just(range.start), Just((range.start + range.end) / 2.0)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_primer_comes_back_from_a_model_file(primers in vec(primer(), 0..3)) {
        let json = serde_json::to_string(&primer::to_records(&primers)).unwrap();
        let records: Vec<Record> = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&primer::from_records(records).unwrap(), &primers);
        let (readable, errors) = primer::readable(primers.clone());
        prop_assert_eq!((readable, errors.len()), (primers, 0));
    }

    #[test]
    fn any_training_music_comes_back_from_a_model_file(pieces in vec(primer(), 0..3)) {
        let piece = |Primer { source, roll }| TrainingPiece { source, roll };
        let music = TrainingMusic { pieces: pieces.into_iter().map(piece).collect() };
        prop_assert_eq!(Packed::of(&music).unwrap().unpack().unwrap(), music);
    }
}

fn opening() -> impl Strategy<Value = Opening> {
    let excerpt = (option::of(any::<u32>()), option::of(text()), option::of(text())).prop_map(
        |(number, source, fingerprint)| {
            let number = number.map(|number| number as usize);
            Opening::Excerpt(ModelExcerpt { number, source, fingerprint })
        },
    );
    let own = primer().prop_map(|primer| Opening::Own(Box::new(Record::of(&primer))));
    let file = (text(), text())
        .prop_map(|(name, fingerprint)| Opening::File(PrimerFile { name, fingerprint }));
    prop_oneof![excerpt, own, file]
}

fn change() -> impl Strategy<Value = Change> {
    let numbers = (option::of(float(0.3..3.0)), option::of(float(0.1..10.0)));
    (0usize..5000, option::of(any::<u64>()), numbers, option::of(20u32..=300), option::of(metre()))
        .prop_map(|(step, seed, (temperature, density), tempo, metre)| {
            let metre = metre
                .filter(|metre| metre.is_of_sixteenths() && (2..=48).contains(&metre.sixteenths()));
            Change { step, seed, temperature, density, tempo, metre }
        })
}

fn recipe() -> impl Strategy<Value = Recipe> {
    let names = (text(), option::of(text()), option::of(text()), vec(text(), 0..3), any::<u64>());
    let lead_in = prop::sample::select(vec![LeadIn::None, LeadIn::Whole, LeadIn::LastMeasures]);
    let music = (opening(), lead_in, option::of(key()), option::of(metre()));
    let numbers = (option::of(float(20.0..300.0)), float(0.01..10.0), float(0.0..0.9));
    let length = (any::<bool>(), option::of(1usize..=1_000_000), 1u64..=u64::MAX);
    let best_of = option::of((any::<u32>(), any::<u64>(), text()));
    (names, music, numbers, vec(change(), 0..6), length, best_of).prop_map(
        |(names, music, numbers, mut changes, (in_bars, length, part), best_of)| {
            changes.sort_by_key(|change| change.step);
            Recipe {
                version: names.0,
                model: names.1,
                model_name: names.2,
                learn: names.3,
                opening: music.0,
                lead_in: music.1,
                key: music.2,
                metre: music.3.filter(|metre| metre.is_of_sixteenths()),
                tempo: numbers.0,
                temperature: numbers.1,
                repeats: numbers.2,
                changes,
                bars: length.filter(|_| in_bars),
                steps: length.filter(|_| !in_bars),
                part: Some(part).filter(|_| in_bars && length.is_some()),
                best_of: best_of.map(|(of, seed, verdict)| Choice { of, seed, verdict }),
                ..Recipe::new(names.4)
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_recipe_comes_back_from_its_text_and_from_a_midi_file(recipe in recipe()) {
        prop_assert!(recipe.check().is_ok(), "{:?}", recipe.check());
        prop_assert_eq!(&Recipe::from_text(&recipe.to_text()).unwrap(), &recipe);
        prop_assert_eq!(&Recipe::from_text(&recipe.to_json()).unwrap(), &recipe);
        let mut roll = Roll::new(Metre::COMMON);
        roll.push(Step { play: Keys::from_iter([39]), articulate: Keys::NONE });
        let bytes = midi::write(&roll.to_score(Some(&recipe.title()), &[recipe.to_text()]));
        let texts = midi::read(&bytes).unwrap().score.texts;
        prop_assert_eq!(&Recipe::from_text(&texts[0]).unwrap(), &recipe);
        prop_assert_eq!(texts.len(), 1);
    }

    #[test]
    fn any_list_of_files_comes_back(
        files in vec((text(), text(), option::of(text()), any::<usize>(), 0usize..5), 0..5),
    ) {
        let splits =
            [Split::Training, Split::Validation, Split::Test, Split::TooShort, Split::Unreadable];
        let file = |(path, name, other, steps, split): (String, String, Option<String>, usize, usize)| {
            let repeats = other.clone().map(PathBuf::from);
            let (folder, path) = (name.clone(), path.into());
            DatasetFile { path, folder, name, sha256: other, steps, split: splits[split], repeats }
        };
        let dataset = Dataset { files: files.into_iter().map(file).collect() };
        prop_assert_eq!(Dataset::from_json(&dataset.to_json()).unwrap(), dataset);
    }
}

/// The longest recipe that may be: a MIDI file must not cut it.
#[test]
fn a_recipe_of_as_many_changes_as_there_may_be_comes_back_from_a_midi_file() {
    let change = |step| Change {
        step,
        seed: Some(u64::MAX - step as u64),
        temperature: Some(1.0 + 1.0 / (step as f64 + 3.0)),
        density: Some(1.0 + 1.0 / (step as f64 + 7.0)),
        tempo: Some(120),
        metre: Some("12/16".parse().unwrap()),
    };
    let changes = (0..Recipe::MOST_CHANGES).map(|nth| change(900_000 + nth)).collect();
    let recipe = Recipe { changes, ..Recipe::new(1).bars(1_000_000) };
    let mut roll = Roll::new(Metre::COMMON);
    roll.push(Step { play: Keys::from_iter([39]), articulate: Keys::NONE });
    let bytes = midi::write(&roll.to_score(None, &[recipe.to_text()]));
    let texts = midi::read(&bytes).unwrap().score.texts;
    assert_eq!(Recipe::from_text(&texts[0]).unwrap(), recipe);
}

fn architecture() -> impl Strategy<Value = Architecture> {
    let layout = prop::sample::select(Layout::ALL.iter().map(|it| it.name).collect::<Vec<_>>());
    let units = || vec(1usize..5, 1..3);
    let dropout = prop_oneof![Just(0.0f32), 0.0f32..1.0];
    (layout, units(), units(), vec(1usize..5, 0..3), dropout, any::<bool>()).prop_map(
        |(layout, time, note, dense, dropout, articulation)| Architecture {
            layout: layout.to_owned(),
            time,
            note,
            dense,
            dropout,
            articulation,
        },
    )
}

fn training() -> impl Strategy<Value = TrainingSettings> {
    let share = || prop_oneof![Just(0.0f32), 0.0f32..1.0, Just(f32::MIN_POSITIVE)];
    let more = || prop_oneof![f32::MIN_POSITIVE..1.0, 1.0f32..1e9, Just(f32::MAX)];
    let optimiser = prop_oneof![
        (share(), more(), more()).prop_map(|(rho, epsilon, rate)| {
            OptimiserSettings::Adadelta { rho, epsilon, rate }
        }),
        (more(), share(), share(), more()).prop_map(|(rate, beta1, beta2, epsilon)| {
            OptimiserSettings::Adam { rate, beta1, beta2, epsilon }
        }),
    ];
    let integers = (any::<u64>(), 2usize..=65_536, 1usize..=65_536, 0u8..=43, any::<u32>());
    (integers, (any::<u64>(), any::<u64>()), more(), (share(), share()), optimiser).prop_map(
        |(
            (seed, segment, batch, transpose, consecutive_segments),
            (warmup, decay_after),
            clip,
            (ema_decay, hide_matches),
            optimiser,
        )| {
            TrainingSettings {
                seed,
                segment,
                batch,
                transpose,
                consecutive_segments,
                warmup,
                decay_after,
                clip,
                ema_decay,
                hide_matches,
                optimiser,
            }
        },
    )
}

/// A configuration, most of whose numbers are odd. Some of it may be out of bounds.
fn config() -> impl Strategy<Value = Config> {
    let goal =
        (option::of(any::<u64>()), option::of(f64::MIN_POSITIVE..1e300), option::of(1u64..99));
    let kept = (any::<u64>(), any::<u64>(), 1u64..=u64::MAX, 1usize..=usize::MAX, any::<bool>());
    let start = (option::of(text()), option::of(text()), any::<bool>());
    let corpus = (vec(text(), 0..4), float(0.0..0.99));
    (architecture(), training(), goal, kept, start, corpus).prop_map(
        |(architecture, training, goal, kept, start, corpus)| {
            let mut config = Config::article(architecture);
            config.corpus.paths = corpus.0.into_iter().map(PathBuf::from).collect();
            config.corpus.validation = corpus.1;
            config.training = training;
            config.goal = Goal { epochs: goal.0, hours: goal.1, patience: goal.2 };
            config.retention = Retention {
                validate_every: kept.0,
                sample_every: kept.1,
                checkpoint_every: kept.2,
                checkpoints: kept.3,
                training_music: kept.4,
            };
            config.start = Initialization {
                from: start.0.map(PathBuf::from),
                from_fingerprint: start.1,
                reset_dense: start.2,
            };
            config
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_configuration_that_is_valid_comes_back(config in config(), halved in any::<bool>()) {
        let mut config = config;
        if halved {
            // TOML ends at 2⁶³.
            for number in [
                &mut config.training.seed,
                &mut config.training.warmup,
                &mut config.training.decay_after,
                &mut config.retention.validate_every,
                &mut config.retention.sample_every,
                &mut config.retention.checkpoint_every,
            ] {
                *number >>= 1;
                *number |= 1;
            }
            config.retention.checkpoints = (config.retention.checkpoints >> 1) | 1;
            config.goal.epochs = config.goal.epochs.map(|epochs| (epochs >> 1) | 1);
            prop_assert!(config.check().is_ok(), "{:?}", config.check());
        }
        if config.check().is_ok() {
            let path = Path::new("config.toml");
            let text = config.to_toml();
            prop_assert_eq!(Config::from_toml(path, &text).map_err(|it| it.to_string()), Ok(config));
        }
    }

    #[test]
    fn any_model_comes_back_at_both_sizes(
        architecture in architecture(),
        seed in any::<u64>(),
        primers in vec(primer(), 0..3),
        music in option::of(vec(primer(), 0..3)),
        (version, epochs, pieces) in (text(), any::<u64>(), any::<usize>()),
        (nats, held_out) in (0.0f64..1e6, option::of(0.0f64..1e6)),
        settings in training(),
    ) {
        let piece = |Primer { source, roll }| TrainingPiece { source, roll };
        let music = music.map(|pieces| TrainingMusic { pieces: pieces.into_iter().map(piece).collect() });
        let model = Model {
            layout: architecture.check().unwrap(),
            parameters: parameters(&architecture, &mut seeded(seed)),
            architecture,
            primers,
            training_music: music.as_ref().map(|music| Packed::of(music).unwrap()),
            training: Training {
                version,
                epochs,
                pieces,
                settings: serde_json::to_value(settings).unwrap(),
                nats,
                held_out,
            },
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        model::write(&path, &model, Existing::Keep).unwrap();
        let read = model::read(&path).unwrap();
        prop_assert_eq!(&read, &model);
        prop_assert_eq!(read.training_music.map(|packed| packed.unpack().unwrap()), music);
        // The half size rounds the weights, once.
        let half = model::to_half_bytes(&model).unwrap();
        let rounded = model::write_bytes(&path, &half, Existing::Replace).unwrap();
        prop_assert_eq!(&model::read(&path).unwrap(), &rounded);
        prop_assert_eq!(model::to_half_bytes(&rounded).unwrap(), half);
        let Model { architecture, primers, training, training_music, .. } = rounded;
        prop_assert_eq!(architecture, model.architecture);
        prop_assert_eq!(primers, model.primers);
        prop_assert_eq!(training, model.training);
        prop_assert_eq!(training_music, model.training_music);
    }
}

/// A metre that no text can say.
const NO_METRE: Metre = Metre { numerator: 0, denominator_power: 2 };

/// Two pieces to train on; that of the name `odd` is in no metre.
fn pieces(names: &[&str]) -> (Dataset, Pieces) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("pieces");
    let mut corpus = corpus::read(&[folder]).unwrap();
    corpus.pieces.truncate(names.len());
    for (piece, name) in corpus.pieces.iter_mut().zip(names) {
        piece.name = (*name).to_owned();
        if *name == "odd" {
            let mut roll = Roll::new(NO_METRE);
            piece.roll().steps().iter().for_each(|&step| roll.push(step));
            piece.transcription.roll = roll;
        }
    }
    Dataset::new(corpus, 16, 0.0, 1).unwrap()
}

/// The configuration of a run of two epochs of a tiny network.
fn tiny() -> Config {
    let mut config = Config::article(Architecture {
        layout: "article".to_owned(),
        time: vec![4],
        note: vec![3],
        dense: Vec::new(),
        dropout: 0.0,
        articulation: true,
    });
    (config.training.segment, config.training.batch) = (16, 2);
    config.goal.epochs = Some(2);
    config.retention.sample_every = 0;
    config
}

/// Begins a run, as `train` does.
fn begin<'a>(
    folder: &RunFolder,
    dataset: Dataset,
    pieces: &'a Pieces,
) -> Result<Session<'a, Cpu>, String> {
    let music = music_to_carry(&tiny(), pieces, TrainingMusic::default()).unwrap();
    let start = Start::FromScratch;
    Session::begin(folder, tiny(), dataset, pieces, start, music, Cpu::for_training)
        .map_err(|error| error.to_string())
}

#[test]
fn a_primer_that_could_not_be_read_back_is_left_out_when_a_run_begins() {
    let (dataset, pieces) = pieces(&["good", "odd", "better"]);
    let root = tempfile::tempdir().unwrap();
    let folder = RunFolder::new(root.path());
    let session = begin(&folder, dataset, &pieces).unwrap();
    let said: Vec<_> = session.unreadable_primers().iter().map(ToString::to_string).collect();
    assert!(!said.is_empty() && said.len() < 16, "{said:?}");
    assert!(
        said.iter().all(|line| line.contains("pieces/odd") && line.contains("0/4")),
        "{said:?}"
    );
    // The model is there from the beginning, and can be loaded.
    let model = model::read(&folder.model()).unwrap();
    assert_eq!(model.primers.len() + said.len(), 16);
    assert!(model.primers.iter().all(|primer| primer.source != "pieces/odd"));
    assert_eq!(model.training_music.unwrap().unpack().unwrap().pieces.len(), 3, "that is kept");
    let (checkpoint, damaged) = newest_checkpoint(&folder.checkpoints()).unwrap();
    assert!(damaged.is_empty());
    model::read(&checkpoint.model).unwrap();
    assert_eq!(Config::read(&folder.config()).unwrap(), tiny());
}

#[test]
fn a_run_whose_model_no_one_could_load_does_not_begin() {
    let (dataset, pieces) = pieces(&["odd"]);
    let root = tempfile::tempdir().unwrap();
    let folder = RunFolder::new(root.path());
    let error = begin(&folder, dataset, &pieces).err().unwrap();
    assert!(error.contains("model.safetensors: its primer from \"pieces/odd\""), "{error}");
    assert!(error.contains("leave that piece out"), "{error}");
    assert!(!folder.model().exists() && !folder.config().exists());
}
