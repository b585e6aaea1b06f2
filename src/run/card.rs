//! The model card: a README that describes the model to those who find it.

use super::Config;
use super::kept_model::KeptModel;
use crate::corpus::is_set;
use crate::dataset::{Dataset, Split};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// The text of a run's model card, in Markdown.
pub(super) fn write(
    run: &Path,
    config: &Config,
    dataset: &Dataset,
    values: usize,
    kept: KeptModel,
) -> String {
    let name = std::path::absolute(run).ok();
    let name = name.as_deref().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    let mut card = format!("# {name}\n\n");
    let text = &mut card;
    // Writing to a string cannot fail.
    let _ = network(text, config, values);
    let _ = music(text, config, dataset);
    let _ = training(text, config, kept);
    let _ = use_of_it(text, config, kept);
    card
}

fn network(text: &mut String, config: &Config, values: usize) -> std::fmt::Result {
    let architecture = &config.architecture;
    writeln!(
        text,
        "A network that composes piano music, trained with Deep Jammer {}.\n",
        env!("CARGO_PKG_VERSION")
    )?;
    writeln!(text, "## Network\n")?;
    writeln!(
        text,
        "A biaxial LSTM of {values} values: {architecture} units (time layers / note layers), \
         attribute layout `{}`.",
        architecture.layout
    )?;
    if architecture.dropout > 0.0 {
        writeln!(text, "Dropout in training: {}.", architecture.dropout)?;
    }
    if let Some(from) = &config.start.from {
        let dense = if config.start.reset_dense {
            ", with new random weights in its dense layers"
        } else {
            ""
        };
        let fingerprint = config.start.from_fingerprint.as_deref().unwrap_or("unknown");
        let name = from.file_name().unwrap_or_default().to_string_lossy();
        writeln!(
            text,
            "Training began with the weights of another model ({name}, {fingerprint}{dense})."
        )?;
    }
    writeln!(text)
}

fn music(text: &mut String, config: &Config, dataset: &Dataset) -> std::fmt::Result {
    writeln!(text, "## Music\n")?;
    writeln!(text, "| folder | training | held out |\n|---|---|---|")?;
    let mut folders: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for (column, side) in [Split::Training, Split::Validation].into_iter().enumerate() {
        for file in dataset.of(side) {
            folders.entry(&file.folder).or_default()[column] += 1;
        }
    }
    for (folder, [training, validation]) in &folders {
        writeln!(text, "| {} | {training} | {validation} |", folder.replace('|', "\\|"))?;
    }
    let [training, validation] = [Split::Training, Split::Validation]
        .map(|side| format!("{} ({} steps)", dataset.count(side), dataset.steps(side)));
    writeln!(text, "| **pieces** | {training} | {validation} |\n")?;
    if dataset.count(Split::Test) > 0 {
        writeln!(
            text,
            "The split is the one published with the set. Training did not use its {} test pieces ({} \
             steps).\n",
            dataset.count(Split::Test),
            dataset.steps(Split::Test)
        )?;
    }
    let sets = dataset.files.iter().any(|file| is_set(&file.path));
    let repeats = dataset.files.iter().filter(|file| file.repeats.is_some()).count();
    writeln!(
        text,
        "{}Pieces are held out whole, and copies of a piece ({repeats} found) are always in the same \
         split{}. Left out: {} shorter than a segment, {} unreadable. `dataset.json` lists every file with its \
         SHA-256.\n",
        if sets { "" } else { "A step is a 16th. " },
        if sets { ", except where the published split of a set separates them" } else { "" },
        dataset.count(Split::TooShort),
        dataset.count(Split::Unreadable)
    )?;
    if config.retention.training_music {
        let before = match config.start.from {
            Some(_) => " (and of the training music that its initial model carried)",
            None => "",
        };
        writeln!(
            text,
            "`model.safetensors` carries the notes of its training music{before}, so that `deep-jammer \
             compare` can find copies. Passing on the model passes on that music; `train \
             --without-music` leaves it out.\n"
        )?;
    }
    Ok(())
}

fn training(text: &mut String, config: &Config, kept: KeptModel) -> std::fmt::Result {
    let settings = &config.training;
    writeln!(text, "## Training\n")?;
    write!(
        text,
        "{} epochs of {} segments of {} steps; {}; gradients clipped to {}; seed {}",
        kept.epochs,
        settings.batch,
        settings.segment,
        settings.optimiser,
        settings.clip,
        settings.seed
    )?;
    if settings.transpose > 0 {
        write!(text, "; transposed by up to {} semitones", settings.transpose)?;
    }
    if settings.is_stateful() {
        let segments = match settings.consecutive_segments {
            0 => "all segments of a piece".to_owned(),
            carry => format!("up to {carry} segments of a piece"),
        };
        write!(
            text,
            "; LSTM state carried through {segments} (truncated backpropagation through time)"
        )?;
    }
    if settings.warmup > 0 {
        write!(text, "; learning rate rising for {} epochs", settings.warmup)?;
    }
    if settings.decay_after > 0 {
        write!(text, "; learning rate falling after epoch {}", settings.decay_after)?;
    }
    if settings.ema_decay > 0.0 {
        write!(
            text,
            "; exponential moving average of the weights with a decay of {}",
            settings.ema_decay
        )?;
    }
    writeln!(text, ". `config.toml` spells out every setting.\n\n## Result\n")?;
    match kept.best {
        Some(best) => writeln!(
            text,
            "The model of epoch {} is kept: {:.4} nats per step on the held-out pieces (the exact \
             negative log-likelihood of all 88 keys, play and articulate, over whole pieces). \
             `metrics.csv` has the loss of every epoch, `plots/` shows it.\n",
            best.epoch, best.nats
        ),
        None => writeln!(
            text,
            "No pieces were held out, so the loss on other music is unknown. The model is that of epoch \
             {}; `metrics.csv` has the loss of every epoch.\n",
            kept.epochs
        ),
    }
}

fn use_of_it(text: &mut String, config: &Config, kept: KeptModel) -> std::fmt::Result {
    writeln!(
        text,
        "## Compose with it\n\n```sh\ndeep-jammer compose --model model.safetensors -o new.mid\n\
         ```\n\n## Repeat it\n"
    )?;
    writeln!(
        text,
        "The same files and the same program give the same weights, bit for bit:\n\n```sh\n\
         deep-jammer train --config config.toml --epochs {} --run again\n```\n",
        kept.epochs
    )?;
    if config.goal.hours.is_some() {
        writeln!(
            text,
            "Remove `hours` from that file first: what they achieve depends on the machine.\n"
        )?;
    }
    let folders: BTreeSet<String> = config
        .corpus
        .paths
        .iter()
        .map(|path| format!("`{}`", path.file_name().unwrap_or_default().to_string_lossy()))
        .collect();
    let folders = folders.into_iter().collect::<Vec<_>>().join(", ");
    writeln!(
        text,
        "## Use and limits\n\n\
         The model is meant for composing piano music in the style of its training music, and for \
         studying such networks. It knows 88 keys in 16ths: no loudness, no pedal, no finer rhythm. \
         It has no sense of form beyond a few measures. It may reproduce passages of its training \
         music, so compare a piece before you call it new.\n\n\
         ## Licence of the music\n\n\
         The music came from {folders}. Its licence is that of its sources. What the licence asks for \
         (naming the author, for instance) may hold for this model and its pieces, too: check before \
         you pass them on."
    )
}
