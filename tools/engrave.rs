//! Sheet music of MIDI files: `cargo run --example engrave -- FOLDER FILE.mid...` writes a
//! `.musicxml` for each into the folder, and what stands on it as a `.mid` in 16ths; tests/music/notation
//! compares the two.

use deep_jammer::atomic_file::{self, Existing};
use deep_jammer::corpus::Piece;
use deep_jammer::midi;
use deep_jammer::notation::{Heading, to_musicxml};
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().ok_or("a folder to write into, then MIDI files")?;
    for file in arguments {
        let piece = Piece::read(&file)?;
        let title = piece.title.as_deref().unwrap_or(&piece.name);
        let keys = &piece.transcription.keys;
        let heading = Heading { title: Some(title), composer: None, keys };
        let page = to_musicxml(piece.roll(), &heading);
        let path = |extension| folder.join(format!("{}.{extension}", piece.name));
        atomic_file::write(&path("musicxml"), page.as_bytes(), Existing::Replace)?;
        let roll = midi::write(&piece.roll().to_score(Some(title), &[]));
        atomic_file::write(&path("mid"), &roll, Existing::Replace)?;
    }
    Ok(())
}
