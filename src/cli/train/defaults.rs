//! The defaults of the options of `train`, as their help shows them.

use clap::Arg;
use deep_jammer::attribute::Layout;
use deep_jammer::network::{Architecture, Preset};
use deep_jammer::run::{Config, DEFAULT_EPOCHS};
use deep_jammer::training::OptimiserSettings;

fn standard() -> Config {
    Config::standard(shape(Preset::Large, false))
}

/// The network of a preset, with the article's attributes if training is to follow the article.
pub fn shape(preset: Preset, article: bool) -> Architecture {
    let layout = if article { Layout::ARTICLE } else { Layout::WIDE };
    Architecture { layout: layout.name.to_owned(), ..preset.architecture() }
}

fn recipe() -> deep_jammer::training::TrainingSettings {
    standard().training
}

fn name_of(optimiser: OptimiserSettings) -> &'static str {
    match optimiser {
        OptimiserSettings::Adadelta { .. } => "adadelta",
        OptimiserSettings::Adam { .. } => "adam",
    }
}

/// Adds its default to the help of an option. The defaults are those of the standard recipe, which
/// only the program knows.
pub fn with_default(option: Arg) -> Arg {
    let Some(default) = default_of(option.get_id().as_str()) else { return option };
    let short = option.get_help().map(ToString::to_string).unwrap_or_default();
    let long = option.get_long_help().map_or_else(|| short.clone(), ToString::to_string);
    option
        .help(format!("{short} [default: {default}]"))
        .long_help(format!("{long}\n\n[default: {default}]"))
}

fn default_of(option: &str) -> Option<String> {
    let default = match option {
        "preset" => "large".to_owned(),
        "time" | "note" | "dropout" => "that of the preset".to_owned(),
        "dense" => "none".to_owned(),
        "layout" => standard().architecture.layout,
        "epochs" => format!("{DEFAULT_EPOCHS}, unless --hours is given"),
        "seed" => recipe().seed.to_string(),
        "segment" => recipe().segment.to_string(),
        "batch" => recipe().batch.to_string(),
        "transpose" => recipe().transpose.to_string(),
        "hide" => recipe().hide_matches.to_string(),
        "carry" => recipe().consecutive_segments.to_string(),
        "optimiser" => name_of(recipe().optimiser).to_owned(),
        "rate" => {
            "for adam, 0.6 divided by the units of the widest layer, or 0.001 with --article; \
                   for adadelta, 1"
                .to_owned()
        }
        "warmup" => recipe().warmup.to_string(),
        "decay_after" => recipe().decay_after.to_string(),
        "clip" => recipe().clip.to_string(),
        "average" => recipe().ema_decay.to_string(),
        "validation" => standard().corpus.validation.to_string(),
        "validate_every" => "0".to_owned(),
        "sample_every" => standard().retention.sample_every.to_string(),
        "checkpoint_every" => standard().retention.checkpoint_every.to_string(),
        "threads" => "all processors".to_owned(),
        "memory" => "what is free".to_owned(),
        _ => return None,
    };
    Some(default)
}
