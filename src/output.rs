//! A piece as a file of whatever kind its name asks for: music, sound, a picture or sheet music.
//!
//! This is the one place that knows which extensions there are.

use crate::atomic_file::{self, AtomicFileError, Existing};
use crate::midi;
use crate::notation::{self, Heading};
use crate::picture;
use crate::roll::{Roll, RollError, Transcription};
use crate::score::Score;
use crate::sound::{
    Instrument, Performance, Piano, Rendering, SoundFont, SoundFontPiano, TooLong, WavError,
    write_wav,
};
use std::path::{Path, PathBuf};

/// What can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A Standard MIDI file.
    Midi,
    /// Sound: 16-bit stereo WAV.
    Wav,
    /// A piano roll.
    Picture(picture::Format),
    /// Sheet music: MusicXML.
    SheetMusic,
}

impl Kind {
    /// What an extension asks for.
    fn of(extension: &str) -> Option<Kind> {
        match extension {
            "mid" | "midi" => Some(Kind::Midi),
            "wav" => Some(Kind::Wav),
            "png" => Some(Kind::Picture(picture::Format::Png)),
            "svg" => Some(Kind::Picture(picture::Format::Svg)),
            "musicxml" => Some(Kind::SheetMusic),
            _ => None,
        }
    }
}

/// Why a piece was not written. What was there before is there still.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The name asks for nothing that can be written.
    #[error(
        "{}: the name must end in .mid (music), .wav (sound), .png or .svg (a piano roll), \
         or .musicxml (sheet music)",
        .0.display()
    )]
    Unknown(PathBuf),
    /// A file of that name is there, or cannot be.
    #[error(transparent)]
    Writing(#[from] AtomicFileError),
    /// The sound was not written.
    #[error(transparent)]
    Wav(#[from] WavError),
    /// There is too much of it to play.
    #[error("{}: {reason}", path.display())]
    TooLong {
        /// The file that was to be written.
        path: PathBuf,
        /// How long it is.
        reason: TooLong,
    },
    /// There is no roll of it to draw or to print.
    #[error("{}: {reason}", path.display())]
    Roll {
        /// The file that was to be written.
        path: PathBuf,
        /// What is wrong with its notes.
        reason: RollError,
    },
}

impl OutputError {
    /// Whether it is only that the caller did not want to go on.
    pub fn is_interruption(&self) -> bool {
        matches!(self, OutputError::Wav(WavError::Interrupted(_)))
    }
}

/// The piano on which sound is played.
#[derive(Debug, Clone)]
pub enum Voice {
    /// Our own.
    Own(Box<Piano>),
    /// A recorded one.
    SoundFont(SoundFont),
}

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    path: PathBuf,
    kind: Kind,
}

impl Output {
    /// A file of the kind that its extension says, in capitals or not.
    pub fn new(path: PathBuf) -> Result<Output, OutputError> {
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        match Kind::of(&extension) {
            Some(kind) => Ok(Output { path, kind }),
            None => Err(OutputError::Unknown(path)),
        }
    }

    /// Where it will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it will be.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Sees whether the file can be there, before all the work is done for nothing.
    pub fn check(&self, existing: Existing) -> Result<(), OutputError> {
        Ok(atomic_file::check(&self.path, existing)?)
    }

    /// Writes a piece. `title` stands above pictures; `voice` is what sound is played on, our own
    /// piano if there is none.
    ///
    /// `go_on` is told of work that takes long how much is done, from 0 to 1, and may break it off
    /// by `false`.
    pub fn write(
        &self,
        score: &Score,
        title: &str,
        voice: Option<&Voice>,
        existing: Existing,
        go_on: &mut dyn FnMut(f64) -> bool,
    ) -> Result<(), OutputError> {
        match self.kind {
            Kind::Midi => atomic_file::write(&self.path, &midi::write(score), existing)?,
            Kind::Wav => {
                let performance = Performance::of(score)
                    .map_err(|reason| OutputError::TooLong { path: self.path.clone(), reason })?;
                match voice {
                    Some(Voice::SoundFont(font)) => {
                        self.write_sound(performance, SoundFontPiano::new(font), existing, go_on)?;
                    }
                    Some(Voice::Own(piano)) => {
                        self.write_sound(performance, Piano::clone(piano), existing, go_on)?;
                    }
                    None => self.write_sound(performance, Piano::new(), existing, go_on)?,
                }
            }
            Kind::Picture(format) => {
                let roll = self.transcription(score)?.roll;
                atomic_file::write(&self.path, &picture::roll(&roll, title, format), existing)?;
            }
            Kind::SheetMusic => {
                let Transcription { roll, keys, .. } = self.transcription(score)?;
                let heading = Heading { title: Some(title), composer: None, keys: &keys };
                let page = notation::to_musicxml(&roll, &heading);
                atomic_file::write(&self.path, page.as_bytes(), existing)?;
            }
        }
        Ok(())
    }

    fn transcription(&self, score: &Score) -> Result<Transcription, OutputError> {
        let path = || self.path.clone();
        Roll::from_score(score).map_err(|reason| OutputError::Roll { path: path(), reason })
    }

    fn write_sound(
        &self,
        performance: Performance,
        instrument: impl Instrument,
        existing: Existing,
        go_on: &mut dyn FnMut(f64) -> bool,
    ) -> Result<(), WavError> {
        let mut rendering = Rendering::new(performance, instrument);
        write_wav(&self.path, &mut rendering, existing, go_on).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_decides_in_capitals_or_not() {
        let kind = |name: &str| Output::new(name.into()).map(|output| output.kind());
        assert_eq!(kind("a.b/c.MID").unwrap(), Kind::Midi);
        assert_eq!(kind("x.Wav").unwrap(), Kind::Wav);
        assert_eq!(kind("x.svg").unwrap(), Kind::Picture(picture::Format::Svg));
        for name in ["x", "wav", ".wav", "x.mp3", "-", "x.mid.gz"] {
            let error = kind(name).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(".wav (sound)"), "{error}");
        }
        assert_eq!(kind("x.MusicXML").unwrap(), Kind::SheetMusic);
    }
}
