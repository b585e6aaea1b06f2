//! Writing a piece to a file: MIDI, sound, a picture or sheet music, as the file name's extension says.
//!
//! This is the only place that knows the extensions and media types of the files that the program
//! writes.

use crate::atomic_file::{self, AtomicFileError, Existing};
use crate::composing::Recipe;
use crate::midi;
use crate::notation::{Heading, Page};
use crate::picture::{self, Format};
use crate::roll::{Roll, RollError, Transcription};
use crate::score::Score;
use crate::sound::{
    Instrument, Performance, Piano, Rendering, SoundFont, SoundFontPiano, TooLong, WavError,
    write_wav,
};
use std::path::{Path, PathBuf};

/// The kinds of file that a piece can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A Standard MIDI file.
    Midi,
    /// Sound: 16-bit stereo WAV.
    Wav,
    /// A picture of the piano roll.
    Picture(Format),
    /// Sheet music: MusicXML.
    SheetMusic,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 5] = [
        Kind::Midi,
        Kind::Wav,
        Kind::Picture(Format::Png),
        Kind::Picture(Format::Svg),
        Kind::SheetMusic,
    ];

    /// What the names of its files end in, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Kind::Midi => "mid",
            Kind::Wav => "wav",
            Kind::Picture(Format::Png) => "png",
            Kind::Picture(Format::Svg) => "svg",
            Kind::SheetMusic => "musicxml",
        }
    }

    /// The media type (MIME type) that HTTP names it by.
    pub fn media_type(self) -> &'static str {
        match self {
            Kind::Midi => "audio/midi",
            Kind::Wav => "audio/wav",
            Kind::Picture(Format::Png) => "image/png",
            Kind::Picture(Format::Svg) => "image/svg+xml",
            Kind::SheetMusic => "application/vnd.recordare.musicxml+xml",
        }
    }

    /// What the kind is to a musician.
    fn description(self) -> &'static str {
        match self {
            Kind::Midi => "music",
            Kind::Wav => "sound",
            Kind::Picture(_) => "a piano roll",
            Kind::SheetMusic => "sheet music",
        }
    }

    /// The kind that a file's extension asks for, in capitals or not. `.midi` stands for `.mid`.
    pub fn of(path: &Path) -> Option<Kind> {
        let extension = path.extension()?.to_str()?.to_lowercase();
        match extension.as_str() {
            "midi" => Some(Kind::Midi),
            extension => Kind::ALL.into_iter().find(|kind| kind.extension() == extension),
        }
    }
}

/// The extensions as an error names them: `.mid (music), .wav (sound), … or .musicxml (sheet music)`.
fn all_extensions() -> String {
    let named = Kind::ALL.map(|kind| format!(".{} ({})", kind.extension(), kind.description()));
    let [first @ .., last] = &named;
    format!("{} or {last}", first.join(", "))
}

/// Why a piece was not written. An existing file is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The extension is none of those in [`Kind::ALL`].
    #[error("{}: the name must end in {}", .0.display(), all_extensions())]
    Unknown(PathBuf),
    /// The file exists already, or cannot be written.
    #[error(transparent)]
    Writing(#[from] AtomicFileError),
    /// A MIDI file could not be read back.
    #[error("{}: not written, because it could not be read back: {what}", path.display())]
    Unreadable {
        /// The file that was to be written.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The sound was not written.
    #[error(transparent)]
    Wav(#[from] WavError),
    /// The piece is too long to be played.
    #[error("{}: {reason}", path.display())]
    TooLong {
        /// The file that was to be written.
        path: PathBuf,
        /// How long the piece is.
        reason: TooLong,
    },
    /// The notes cannot be transcribed for a picture or for sheet music.
    #[error("{}: {reason}", path.display())]
    Roll {
        /// The file that was to be written.
        path: PathBuf,
        /// What is wrong with its notes.
        reason: RollError,
    },
}

impl OutputError {
    /// Whether the caller has stopped the writing.
    pub fn is_interruption(&self) -> bool {
        matches!(self, OutputError::Wav(WavError::Interrupted(_)))
    }
}

/// The piano that plays a piece.
#[derive(Debug, Clone)]
pub enum Voice {
    /// The program's own piano.
    Own(Box<Piano>),
    /// A recorded piano.
    SoundFont(SoundFont),
}

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    path: PathBuf,
    kind: Kind,
}

impl Output {
    /// A file whose kind is given by its extension, in capitals or not.
    pub fn new(path: PathBuf) -> Result<Output, OutputError> {
        match Kind::of(&path) {
            Some(kind) => Ok(Output { path, kind }),
            None => Err(OutputError::Unknown(path)),
        }
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The kind of the file.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Checks that the file can be written, so that no long work is done in vain.
    pub fn check(&self, existing: Existing) -> Result<(), OutputError> {
        Ok(atomic_file::check(&self.path, existing)?)
    }

    /// Writes a piece. `title` is printed above pictures and sheet music; `voice` is the
    /// piano that plays sound, the program's own by default.
    ///
    /// During long work `go_on` is called with the fraction that is done, from 0 to 1; if
    /// it returns `false`, the writing stops.
    pub fn write(
        &self,
        score: &Score,
        title: &str,
        voice: Option<&Voice>,
        existing: Existing,
        go_on: &mut dyn FnMut(f64) -> bool,
    ) -> Result<(), OutputError> {
        match self.kind {
            Kind::Midi => atomic_file::write(&self.path, &self.midi(score)?, existing)?,
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
                let tempos = self.transcription(score)?.roll.marked_tempos();
                let page = Page::of_score(score, &tempos);
                let page = page.map_err(|reason| self.roll_error(reason))?;
                let heading = Heading { title: Some(title), ..Heading::default() };
                let document = page.to_musicxml(&heading);
                atomic_file::write(&self.path, document.as_bytes(), existing)?;
            }
        }
        Ok(())
    }

    /// A MIDI file, from which the piece and its recipe have been read back.
    fn midi(&self, score: &Score) -> Result<Vec<u8>, OutputError> {
        let bytes = midi::write(score);
        let unreadable = |what: String| OutputError::Unreadable { path: self.path.clone(), what };
        // A network may compose nothing but rests, and no file of those is read.
        if !score.notes.is_empty() {
            let read = midi::read(&bytes).map_err(|error| unreadable(error.to_string()))?.score;
            let is_lost = |text: &&String| {
                Recipe::is_in(text) && !read.texts.iter().any(|read| read == text.trim())
            };
            if let Some(recipe) = score.texts.iter().find(is_lost) {
                let bytes = recipe.len();
                return Err(unreadable(format!(
                    "its recipe has {bytes} bytes; make fewer changes"
                )));
            }
        }
        Ok(bytes)
    }

    fn transcription(&self, score: &Score) -> Result<Transcription, OutputError> {
        Roll::from_score(score).map_err(|reason| self.roll_error(reason))
    }

    fn roll_error(&self, reason: RollError) -> OutputError {
        OutputError::Roll { path: self.path.clone(), reason }
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
        assert_eq!(kind("x.svg").unwrap(), Kind::Picture(Format::Svg));
        for name in ["x", "wav", ".wav", "x.mp3", "-", "x.mid.gz"] {
            let error = kind(name).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(".wav (sound)"), "{error}");
        }
        assert_eq!(kind("x.MusicXML").unwrap(), Kind::SheetMusic);
    }
}
