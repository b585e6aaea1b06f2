//! Model files: safetensors, with the configuration in the metadata.
//!
//! The tensors are named as in [`Layers`]: `time.0.input`, `time.0.recurrent`, `time.0.bias`,
//! and so on for each time and note layer, then `dense.0.weight` and `dense.0.bias`. Their
//! values are 32-bit floats (F32), or 16-bit floats (F16) in models that were exported so. A
//! weight matrix has a row for each input, with the four gates i, f, g, o side by side:
//! PyTorch's `weight_ih_l0` and `weight_hh_l0` are the transposes of the first two,
//! `bias_ih_l0` is the third (its second bias is zero). One optional tensor of bytes,
//! `repertoire`, holds the training music ([`Packed`]). The metadata have one entry,
//! `deep-jammer`: a JSON object with `version`, `architecture`, `training` and `primers`.

use super::{Model, Training};
use crate::network::{Architecture, ArchitectureError, Layers, Parameters, Tensor};
use crate::originality::{Packed, PackedError};
use crate::primer::{self, PrimerError, Record};
use half::f16;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensorError, SafeTensors};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

/// The only entry of the metadata. With several, their order, and so the file, would differ
/// each time it is written.
const ENTRY: &str = "deep-jammer";

/// The version of the format.
const VERSION: u32 = 2;

/// The tensor that holds the training music.
const REPERTOIRE: &str = "repertoire";

/// The content of the metadata entry.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Metadata {
    version: u32,
    architecture: Architecture,
    training: Training,
    primers: Vec<Record>,
}

/// Why a model file cannot be used. The message names the file.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}", path.display())]
pub struct ModelError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: ModelFault,
}

/// What can be wrong with a model file.
#[derive(Debug, thiserror::Error)]
pub enum ModelFault {
    /// The operating system could not read the file.
    #[error("cannot be read ({0}); check the path: give a model file, or the folder of a run")]
    System(#[from] io::Error),
    /// The file is not safetensors, or is cut off.
    #[error("is damaged, or not a model file ({0}); copy it again, or train a new model")]
    Damaged(#[from] SafeTensorError),
    /// The file is safetensors of another program.
    #[error("is not a model of deep-jammer, by its metadata; give the model.safetensors of a run")]
    Foreign,
    /// The file has another version of the format.
    #[error(
        "is of format {0}, and this program reads format {VERSION}; use the deep-jammer that wrote it"
    )]
    Version(u64),
    /// A part of the metadata is missing or invalid.
    #[error("its metadata cannot be read ({0}); copy it again, or train a new model")]
    Metadata(#[from] serde_json::Error),
    /// The architecture is invalid.
    #[error(transparent)]
    Architecture(#[from] ArchitectureError),
    /// The primers are invalid.
    #[error(transparent)]
    Primers(#[from] PrimerError),
    /// The training music is damaged.
    #[error("its training music cannot be read ({0}); leave that music out of the model")]
    TrainingMusic(#[from] PackedError),
    /// A tensor is missing or has the wrong shape.
    #[error(
        "its tensor {name} is {found}, and its architecture asks for {expected}; copy it again, or \
         train anew"
    )]
    Tensor {
        /// The tensor.
        name: String,
        /// The shape in the file.
        found: String,
        /// The shape that the architecture needs.
        expected: String,
    },
    /// A value is not a finite number.
    #[error("its tensor {0} contains values that are not finite; go back to an earlier model")]
    NotFinite(String),
}

/// Reads a model and validates all of it except the training music, which [`Packed::unpack`]
/// validates.
pub fn read(path: &Path) -> Result<Model, ModelError> {
    let bytes = std::fs::read(path).map_err(ModelFault::from);
    bytes
        .and_then(|bytes| from_bytes(&bytes))
        .map_err(|fault| ModelError { path: path.to_owned(), fault })
}

/// The content of a model file.
pub fn to_bytes(model: &Model) -> Vec<u8> {
    let values = model.parameters.values.iter();
    serialized(model, Dtype::F32, values.flat_map(|value| value.to_le_bytes()).collect())
}

/// The content of a model file with 16-bit floats, which is half as large. Each value is
/// rounded to the nearest such float; a value beyond their range (65504) is an error.
pub fn to_half_bytes(model: &Model) -> Result<Vec<u8>, ModelFault> {
    let Parameters { layers, values } = &model.parameters;
    let halves: Vec<f16> = values.iter().map(|&value| f16::from_f32(value)).collect();
    let whole = |tensor: &&Tensor| halves[tensor.range()].iter().all(|value| value.is_finite());
    match layers.tensors.iter().find(|tensor| !whole(tensor)) {
        Some(tensor) => Err(ModelFault::NotFinite(tensor.name.clone())),
        None => {
            let bytes = halves.iter().flat_map(|value| value.to_le_bytes()).collect();
            Ok(serialized(model, Dtype::F16, bytes))
        }
    }
}

/// The content of a model file, its values given as bytes of a type.
fn serialized(model: &Model, dtype: Dtype, values: Vec<u8>) -> Vec<u8> {
    let metadata = Metadata {
        version: VERSION,
        architecture: model.architecture.clone(),
        training: model.training.clone(),
        primers: primer::to_records(&model.primers),
    };
    let metadata = serde_json::to_string(&metadata).expect("metadata are always text");
    let metadata = HashMap::from([(ENTRY.to_owned(), metadata)]);
    let size = dtype.bitsize() / 8;
    let views = model.parameters.layers.tensors.iter().map(|tensor| {
        let range = tensor.range();
        let data = &values[size * range.start..size * range.end];
        let view = TensorView::new(dtype, vec![tensor.rows, tensor.columns], data);
        (tensor.name.as_str(), view.expect("a view as long as its tensor"))
    });
    let training_music = model.training_music.as_ref().map(|packed| {
        let bytes = packed.bytes();
        let view = TensorView::new(Dtype::U8, vec![bytes.len()], bytes);
        (REPERTOIRE, view.expect("a view as long as its tensor"))
    });
    safetensors::serialize(views.chain(training_music), Some(metadata))
        .expect("tensors without gaps")
}

/// Reads the content of a model file and validates it as [`read`] does.
pub fn from_bytes(bytes: &[u8]) -> Result<Model, ModelFault> {
    let file = SafeTensors::deserialize(bytes)?;
    let (_, header) = SafeTensors::read_metadata(bytes)?;
    let entry = header.metadata().as_ref().and_then(|metadata| metadata.get(ENTRY));
    let entry = entry.ok_or(ModelFault::Foreign)?;
    // The version first, because the rest depends on it.
    let value: serde_json::Value = serde_json::from_str(entry)?;
    let version = value.get("version").and_then(serde_json::Value::as_u64).unwrap_or(0);
    if version != u64::from(VERSION) {
        return Err(ModelFault::Version(version));
    }
    let Metadata { architecture, training, primers, .. } = serde_json::from_str(entry)?;
    let primers = primer::from_records(primers)?;
    let layout = architecture.check()?;
    let layers = Layers::new(&architecture, &layout);
    let view = |index: usize| {
        let tensor = &layers.tensors[index];
        let expected = [tensor.rows, tensor.columns];
        let wrong = |found: String| ModelFault::Tensor {
            name: tensor.name.clone(),
            found,
            expected: format!("F32 or F16 of {expected:?}"),
        };
        let view = file.tensor(&tensor.name).map_err(|_| wrong("missing".to_owned()))?;
        match view.shape() == expected && matches!(view.dtype(), Dtype::F32 | Dtype::F16) {
            true => Ok(view),
            false => Err(wrong(format!("{:?} of {:?}", view.dtype(), view.shape()))),
        }
    };
    // All tensors are checked before memory is allocated: a damaged file can claim any size.
    for index in 0..layers.tensors.len() {
        view(index)?;
    }
    let mut parameters = Parameters::zeros(&layers);
    for (index, tensor) in layers.tensors.iter().enumerate() {
        let view = view(index)?;
        let to = parameters.tensor_mut(index);
        match view.dtype() {
            Dtype::F32 => {
                let values = view.data().as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b));
                to.iter_mut().zip(values).for_each(|(to, value)| *to = value);
            }
            _ => {
                let values = view.data().as_chunks::<2>().0.iter().map(|b| f16::from_le_bytes(*b));
                to.iter_mut().zip(values).for_each(|(to, value)| *to = value.to_f32());
            }
        }
        if !parameters.tensor(index).iter().all(|value| value.is_finite()) {
            return Err(ModelFault::NotFinite(tensor.name.clone()));
        }
    }
    Ok(Model {
        architecture,
        layout,
        parameters,
        primers,
        training_music: training_music(&file)?,
        training,
    })
}

fn training_music(file: &SafeTensors<'_>) -> Result<Option<Packed>, ModelFault> {
    let Ok(view) = file.tensor(REPERTOIRE) else { return Ok(None) };
    if view.dtype() != Dtype::U8 || view.shape().len() != 1 {
        return Err(ModelFault::Tensor {
            name: REPERTOIRE.to_owned(),
            found: format!("{:?} of {:?}", view.dtype(), view.shape()),
            expected: "U8 of one dimension".to_owned(),
        });
    }
    Ok(Some(Packed::from_bytes(view.data())))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::network::Preset;
    use crate::originality::{TrainingMusic, TrainingPiece};
    use crate::roll::{Keys, Roll, Step};
    use crate::score::Metre;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    pub fn small() -> Model {
        let architecture =
            Architecture { time: vec![4], note: vec![3, 2], ..Preset::Small.architecture() };
        let layout = architecture.check().unwrap();
        let layers = Layers::new(&architecture, &layout);
        let parameters = Parameters::init(&layers, &mut ChaCha8Rng::seed_from_u64(7));
        let mut roll = Roll::new(Metre::COMMON);
        roll.push(Step { play: Keys::from_iter([3]), articulate: Keys::from_iter([3]) });
        let primers = vec![primer::Primer { source: "a \"quoted\" name".into(), roll }];
        let training = Training {
            version: "0.1.0".into(),
            epochs: 3,
            pieces: 2,
            settings: serde_json::json!({"seed": u64::MAX}),
            nats: 1.5,
            held_out: Some(2.5),
        };
        Model { architecture, layout, parameters, primers, training_music: None, training }
    }

    pub fn training_music() -> TrainingMusic {
        let roll = small().primers[0].roll.clone();
        TrainingMusic { pieces: vec![TrainingPiece { source: "Bach/1".to_owned(), roll }] }
    }

    #[test]
    fn a_model_comes_back_as_it_was_written() {
        let model = small();
        assert_eq!(from_bytes(&to_bytes(&model)).unwrap(), model);
        assert!(to_bytes(&model) == to_bytes(&model), "and always in the same bytes");
    }

    #[test]
    fn a_model_of_half_the_size_is_the_nearest_that_16_bits_can_say() {
        // The significand has eleven bits; below 2⁻¹⁴ the spacing is 2⁻²⁴.
        let near = |found: f32, value: f32| {
            (found - value).abs() <= (value.abs() / 2048.0).max(0.5f32.powi(25))
        };
        let model = small();
        let bytes = to_half_bytes(&model).unwrap();
        let read = from_bytes(&bytes).unwrap();
        assert_eq!((&read.primers, &read.training), (&model.primers, &model.training));
        let pairs = read.parameters.values.iter().zip(&model.parameters.values);
        assert!(pairs.clone().all(|(found, value)| near(*found, *value)));
        assert!(pairs.clone().any(|(found, value)| found != value));
        assert_eq!(to_half_bytes(&read).unwrap(), bytes, "and what is said stays so");
        assert_eq!(from_bytes(&to_bytes(&read)).unwrap(), read);
        let saved = to_bytes(&model).len() - bytes.len();
        assert_eq!(saved, 2 * model.parameters.values.len());
    }

    #[test]
    fn a_value_that_16_bits_cannot_say_is_named() {
        let mut model = small();
        *model.parameters.values.last_mut().unwrap() = 70_000.0;
        let error = to_half_bytes(&model).unwrap_err().to_string();
        assert!(error.contains("dense.0.bias"), "{error}");
    }

    #[test]
    fn a_model_carries_the_music_that_it_has_learned_from_if_it_is_given() {
        let model =
            Model { training_music: Some(Packed::of(&training_music()).unwrap()), ..small() };
        let read = from_bytes(&to_bytes(&model)).unwrap();
        assert_eq!(read, model);
        assert_eq!(read.training_music.unwrap().unpack().unwrap(), training_music());
        assert_eq!(read.parameters, small().parameters, "and is the same for whoever plays it");
        assert_eq!(model.fingerprint(), small().fingerprint());
    }

    #[test]
    fn a_repertoire_that_is_no_bytes_is_refused() {
        let model =
            Model { training_music: Some(Packed::of(&training_music()).unwrap()), ..small() };
        let bytes = to_bytes(&model);
        // Of the same size, so that the file is sound.
        let length = model.training_music.as_ref().unwrap().bytes().len();
        let (before, after) = (format!("\"U8\",\"shape\":[{length}]"), format!("[1,{length}]"));
        let found = bytes.windows(before.len()).position(|at| at == before.as_bytes()).unwrap();
        let mut header = bytes[8..].to_vec();
        let end = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        let shape = found - 8 + before.len() - format!("[{length}]").len();
        header.splice(shape..shape + format!("[{length}]").len(), after.bytes());
        let mut altered = (end as u64 + 2).to_le_bytes().to_vec();
        altered.extend(header);
        let error = from_bytes(&altered).unwrap_err().to_string();
        assert!(error.contains("repertoire") && error.contains("one dimension"), "{error}");
    }

    #[test]
    fn a_model_file_that_is_cut_off_anywhere_is_refused() {
        let bytes = to_bytes(&small());
        for length in (0..bytes.len()).step_by(97) {
            let error = from_bytes(&bytes[..length]).unwrap_err().to_string();
            assert!(error.contains("damaged"), "{length}: {error}");
        }
    }

    #[test]
    fn a_model_with_a_value_that_is_no_number_is_refused() {
        let mut model = small();
        *model.parameters.values.last_mut().unwrap() = f32::NAN;
        let error = from_bytes(&to_bytes(&model)).unwrap_err().to_string();
        assert!(error.contains("dense.0.bias"), "{error}");
    }

    #[test]
    fn a_model_with_wrong_shapes_is_refused() {
        let mut model = small();
        model.architecture.note = vec![3, 3];
        let error = from_bytes(&to_bytes(&model)).unwrap_err().to_string();
        assert!(error.contains("note.1.input") && error.contains("[3, 12]"), "{error}");
    }

    #[test]
    fn a_model_of_another_version_is_refused_by_its_number() {
        let bytes = to_bytes(&small());
        let before = br#"\"version\":"#;
        let found = bytes.windows(before.len()).position(|window| window == before);
        let place = found.unwrap() + before.len();
        let mut later = bytes.clone();
        later[place] = b'7';
        let error = from_bytes(&later).unwrap_err().to_string();
        assert!(error.contains("format 7"), "{error}");
    }

    #[test]
    fn a_file_that_does_not_exist_is_named() {
        let error = read(Path::new("/no/such/model.safetensors")).unwrap_err().to_string();
        assert!(error.starts_with("/no/such/model.safetensors: cannot be read"), "{error}");
    }
}
