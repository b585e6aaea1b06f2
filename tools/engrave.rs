//! Sheet music of MIDI files: `cargo run --example engrave -- FOLDER FILE.mid...` writes a
//! `.musicxml` for each into the folder, and what stands on it as a `.mid`; tests/music/notation
//! compares the two. It prints what of each file is not on its page.

use deep_jammer::atomic_file::{self, Existing};
use deep_jammer::midi;
use deep_jammer::notation::{Heading, Page};
use deep_jammer::roll::Roll;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().ok_or("a folder to write into, then MIDI files")?;
    std::fs::create_dir_all(&folder)?;
    for file in arguments {
        let score = midi::read_file(&file)?.score;
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let title = score.title.as_deref().unwrap_or(&name);
        let tempos = Roll::from_score(&score)?.roll.marked_tempos();
        let page = Page::of_score(&score, &tempos)?;
        println!("{name}: {} notes, {:?}", score.notes.len(), page.losses());
        let document = page.to_musicxml(&Heading { title: Some(title), ..Heading::default() });
        let path = |extension| folder.join(format!("{name}.{extension}"));
        atomic_file::write(&path("musicxml"), document.as_bytes(), Existing::Replace)?;
        let played = midi::write(&page.to_score(Some(title)));
        atomic_file::write(&path("mid"), &played, Existing::Replace)?;
    }
    Ok(())
}
