//! A recorded piano from a SoundFont.

use super::SAMPLE_RATE;
use super::instrument::{Event, Instrument, softened};
use rustysynth::{Synthesizer, SynthesizerSettings};
use std::fs::File;
use std::io::{self, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why a SoundFont cannot be used; messages name the file.
#[derive(Debug, thiserror::Error)]
pub enum SoundFontError {
    /// The system cannot read it.
    #[error("{}: cannot be read ({reason}); check the path and its permissions", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        reason: io::Error,
    },
    /// Its samples are compressed.
    #[error(
        "{}: SoundFonts with compressed samples (SF3) are not supported; \
         give an SF2 file, or make one with sf3convert",
        .0.display()
    )]
    Compressed(PathBuf),
    /// It is not a SoundFont, or it is damaged.
    #[error("{}: not a SoundFont that can be read ({reason}); give an SF2 file", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// No SoundFont is installed in the usual folders.
    #[error(
        "there is no SoundFont (*.sf2) in {}; install one, for example on Debian with\n  \
         apt-get install fluid-soundfont-gm",
        FOLDERS.join(", ")
    )]
    NoneInstalled,
}

/// The folders in which Debian and other systems install SoundFonts.
const FOLDERS: [&str; 4] = [
    "/usr/share/sounds/sf2",
    "/usr/share/soundfonts",
    "/usr/local/share/sounds/sf2",
    "/usr/local/share/soundfonts",
];

/// The names that are preferred, in order: first the default of the system, then good ones.
const PREFERRED: [&str; 4] =
    ["default.sf2", "default-GM.sf2", "MuseScore_General.sf2", "FluidR3_GM.sf2"];

/// A SoundFont. Its first instrument is taken to be a piano, as in General MIDI.
#[derive(Debug, Clone)]
pub struct SoundFont(Arc<rustysynth::SoundFont>);

impl SoundFont {
    /// Reads an SF2 file.
    pub fn read(path: &Path) -> Result<SoundFont, SoundFontError> {
        let unreadable =
            |reason: String| SoundFontError::Unreadable { path: path.to_owned(), reason };
        let failed = |reason| SoundFontError::Io { path: path.to_owned(), reason };
        let file = File::open(path).map_err(failed)?;
        if file.metadata().map_err(failed)?.is_dir() {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        let mut reader = BufReader::with_capacity(1 << 16, file);
        // The crate trusts some of the numbers in a file, and panics if they are wrong.
        let font = catch_unwind(AssertUnwindSafe(|| rustysynth::SoundFont::new(&mut reader)));
        match font {
            Ok(Ok(font)) if font.get_presets().is_empty() => {
                Err(unreadable("it holds no instrument".to_owned()))
            }
            Ok(Ok(font)) => Ok(SoundFont(Arc::new(font))),
            Ok(Err(rustysynth::SoundFontError::UnsupportedSampleFormat)) => {
                Err(SoundFontError::Compressed(path.to_owned()))
            }
            Ok(Err(error)) => Err(unreadable(error.to_string())),
            Err(_) => Err(unreadable("its numbers contradict each other".to_owned())),
        }
    }

    /// Chooses one of the SoundFonts that are installed, and returns its path.
    pub fn installed() -> Result<PathBuf, SoundFontError> {
        find(&FOLDERS.map(PathBuf::from)).ok_or(SoundFontError::NoneInstalled)
    }
}

/// Chooses a SoundFont from some folders. Links are resolved.
fn find(folders: &[PathBuf]) -> Option<PathBuf> {
    let files = |folder: &PathBuf| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
        files.sort();
        files
    };
    let is_sf2 = |path: &PathBuf| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| extension.eq_ignore_ascii_case("sf2")) && path.is_file()
    };
    let found: Vec<_> = folders.iter().flat_map(files).filter(is_sf2).collect();
    let named = |name: &str| found.iter().find(|path| path.file_name().is_some_and(|n| n == name));
    let chosen = PREFERRED.iter().find_map(|name| named(name)).or(found.first())?;
    Some(std::fs::canonicalize(chosen).unwrap_or_else(|_| chosen.clone()))
}

/// A piano from a SoundFont, with the reverberation of `rustysynth`.
pub struct SoundFontPiano {
    synthesizer: Synthesizer,
    /// For each key, how often it has been struck and not yet released.
    holds: [u16; 128],
    /// For each key, whether the sostenuto pedal holds it.
    caught: [bool; 128],
    soft: bool,
    /// Whether the pedal is down, and for how many frames its last lift must still go on until the
    /// synthesiser has seen it.
    pedal: bool,
    lift: usize,
    /// The number of inaudible frames in a row.
    quiet: u64,
    broken: bool,
}

/// The length of the shortest lift of the pedal in frames (3 ms). The synthesiser looks at the pedal
/// once in 64 frames. A lift that it has seen damps for good.
const SHORTEST_LIFT: usize = 128;

/// The softest velocity that is played. The synthesiser leaves out what is below −60 dB, so it would
/// cut softer strokes off, or leave them out.
const SOFTEST: u8 = 16;

/// The number of inaudible frames after which the piano counts as silent: a quarter of a second.
const PATIENCE: u64 = SAMPLE_RATE as u64 / 4;

impl SoundFontPiano {
    /// The piano of a SoundFont.
    pub fn new(font: &SoundFont) -> SoundFontPiano {
        let mut settings = SynthesizerSettings::new(SAMPLE_RATE as i32);
        // High, because the pedal can hold whole scales.
        settings.maximum_polyphony = 256;
        let synthesizer = Synthesizer::new(&font.0, &settings).expect("settings within bounds");
        SoundFontPiano {
            synthesizer,
            holds: [0; 128],
            caught: [false; 128],
            soft: false,
            pedal: false,
            lift: 0,
            quiet: PATIENCE,
            broken: false,
        }
    }

    /// Tells the synthesiser where the pedal is.
    fn move_pedal(&mut self, down: bool) {
        let value = if down { 127 } else { 0 };
        self.synthesizer.process_midi_message(CHANNEL, 0xB0, 64, value);
    }

    /// Renders frames in which the pedal does not move.
    fn render_on(&mut self, left: &mut [f32], right: &mut [f32]) {
        // Sample loops and tunings that are out of range make the crate panic only here.
        let render = AssertUnwindSafe(|| self.synthesizer.render(left, right));
        if self.broken || catch_unwind(render).is_err() {
            self.broken = true;
            left.fill(0.0);
            right.fill(0.0);
        }
    }
}

/// The channel of the synthesiser that is played.
const CHANNEL: i32 = 0;

impl Instrument for SoundFontPiano {
    fn play(&mut self, event: Event) {
        match event {
            _ if self.broken => {}
            Event::Strike { pitch, velocity } => {
                self.quiet = 0;
                let holds = &mut self.holds[usize::from(pitch & 127)];
                *holds = holds.saturating_add(1);
                let velocity = if self.soft { softened(velocity) } else { velocity };
                let velocity = i32::from(velocity.max(SOFTEST));
                self.synthesizer.note_on(CHANNEL, i32::from(pitch), velocity);
            }
            Event::Release { pitch } => {
                // The key stays down until every stroke has its release.
                let holds = &mut self.holds[usize::from(pitch & 127)];
                *holds = holds.saturating_sub(1);
                if *holds == 0 && !self.caught[usize::from(pitch & 127)] {
                    self.synthesizer.note_off(CHANNEL, i32::from(pitch));
                }
            }
            Event::Pedal { down } => {
                if self.pedal && !down {
                    self.move_pedal(false);
                    self.lift = SHORTEST_LIFT;
                }
                self.pedal = down;
                if down && self.lift == 0 {
                    self.move_pedal(true);
                }
            }
            // The crate has no sostenuto pedal. What it holds is released later.
            Event::Sostenuto { down: true } => {
                self.caught = self.holds.map(|holds| holds > 0);
            }
            Event::Sostenuto { down: false } => {
                for (pitch, caught) in self.caught.iter_mut().enumerate() {
                    if std::mem::take(caught) && self.holds[pitch] == 0 {
                        self.synthesizer.note_off(CHANNEL, pitch as i32);
                    }
                }
            }
            Event::Soft { down } => self.soft = down,
        }
    }

    fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        let lift = self.lift.min(left.len());
        if lift > 0 {
            self.render_on(&mut left[..lift], &mut right[..lift]);
            self.lift -= lift;
            if self.lift == 0 && self.pedal {
                self.move_pedal(true);
            }
        }
        self.render_on(&mut left[lift..], &mut right[lift..]);
        for (left, right) in left.iter().zip(right.iter()) {
            match left.abs().max(right.abs()) < 1e-5 {
                true => self.quiet += 1,
                false => self.quiet = 0,
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.broken || self.quiet >= PATIENCE
    }

    fn fault(&self) -> Option<String> {
        self.broken.then(|| "the SoundFont is damaged; give another one".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_owner_of_the_system_has_chosen_comes_first() {
        let desk = tempfile::tempdir().unwrap();
        let folders = ["none", "one", "two"].map(|name| desk.path().join(name));
        assert_eq!(find(&folders), None);
        let write = |name: &str| {
            let path = desk.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "").unwrap();
            std::fs::canonicalize(path).unwrap()
        };
        write("one/a.sf3");
        let any = write("two/Any.SF2");
        assert_eq!(find(&folders), Some(any));
        let fluid = write("two/FluidR3_GM.sf2");
        assert_eq!(find(&folders), Some(fluid));
        let chosen = write("one/default-GM.sf2");
        assert_eq!(find(&folders), Some(chosen));
    }
}
