//! The files that `-o` asks for, and the piano that they are played on.

use super::Outcome;
use anyhow::{Context, bail};
use deep_jammer::atomic_file::{self, Existing};
use deep_jammer::composing::RecipeError;
use deep_jammer::output::{Kind, Output, OutputError, Voice};
use deep_jammer::picture::Format;
use deep_jammer::sound::SoundFont;
use std::path::{Path, PathBuf};

/// The choice of a piano.
#[derive(Debug, clap::Args)]
pub struct VoiceArgs {
    /// Play .wav files on a recorded piano: a SoundFont (SF2), or `auto` for one that is installed.
    /// If not given, the program's own piano plays.
    #[arg(long, value_name = "FILE.sf2|auto")]
    soundfont: Option<PathBuf>,
}

impl VoiceArgs {
    /// The piano that was chosen, if any of the files needs one.
    pub fn voice<'a>(
        &self,
        outputs: impl IntoIterator<Item = &'a Output>,
    ) -> anyhow::Result<Option<Voice>> {
        let sounds = outputs.into_iter().any(|output| output.kind() == Kind::Wav);
        let voice = match (&self.soundfont, sounds) {
            (None, false) => return Ok(None),
            (Some(_), false) => bail!("--soundfont is for sound; let an -o end in .wav"),
            (None, true) => Voice::Own(Box::default()),
            (Some(name), true) if name.as_os_str() == "auto" => {
                let path = SoundFont::installed()?;
                eprintln!("playing on {}", path.display());
                Voice::SoundFont(SoundFont::read(&path)?)
            }
            (Some(path), true) => Voice::SoundFont(SoundFont::read(path)?),
        };
        Ok(Some(voice))
    }
}

/// The files of some names. None of them is in the way of another, or of a file that exists.
pub fn outputs(paths: Vec<PathBuf>, existing: Existing) -> anyhow::Result<Vec<Output>> {
    let outputs = paths.into_iter().map(Output::new).collect::<Result<Vec<_>, _>>()?;
    for (at, output) in outputs.iter().enumerate() {
        let place = place(output.path());
        if outputs[..at].iter().any(|other| self::place(other.path()) == place) {
            bail!("-o {} is given twice", output.path().display());
        }
        output.check(existing)?;
    }
    Ok(outputs)
}

/// The format of a picture that is not a piano roll, by its extension.
pub fn picture_format(path: &Path) -> anyhow::Result<Format> {
    match Kind::of(path) {
        Some(Kind::Picture(format)) => Some(format),
        _ => None,
    }
    .with_context(|| {
        let extensions = extensions(Format::ALL.map(Kind::Picture));
        format!("{}: a picture's name must end in {extensions}", path.display())
    })
}

/// The extensions of some kinds of file, as `.svg or .png`.
pub fn extensions(kinds: impl IntoIterator<Item = Kind>) -> String {
    let named: Vec<_> = kinds.into_iter().map(|kind| format!(".{}", kind.extension())).collect();
    match named.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => named.concat(),
    }
}

/// Where a file will be, however its folder is spelled.
fn place(path: &Path) -> PathBuf {
    let folder = atomic_file::folder_of(path);
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = path.file_name().unwrap_or_default();
    match cfg!(any(windows, target_os = "macos")) {
        // There "A.mid" and "a.mid" are one file.
        true => folder.join(name.to_string_lossy().to_lowercase()),
        false => folder.join(name),
    }
}

/// How work has ended that Ctrl-C may have interrupted.
pub fn unless_interrupted(ended: anyhow::Result<()>) -> anyhow::Result<Outcome> {
    match ended {
        Ok(()) => Ok(Outcome::Done),
        Err(error) => {
            let composing = matches!(error.downcast_ref(), Some(RecipeError::Interrupted));
            let writing = error.downcast_ref().is_some_and(OutputError::is_interruption);
            if composing || writing { Ok(Outcome::Interrupted) } else { Err(error) }
        }
    }
}
