//! Oddities of files that could be read.

/// What is said of notes that are never released: of one, and of several.
const UNRELEASED: (&str, &str) = (
    "note is never released; it ends when its key is struck again or its track ends",
    "notes are never released; each ends when its key is struck again or its track ends",
);

/// A number of things, and what is said of one or of several.
fn said(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// Something odd about a file that could be read all the same.
///
/// Tracks are counted from 1, and bytes from the start of the track's data. Reports count warnings by
/// their names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Warning {
    /// The file does not begin with its header; a wrapper (as that of MacBinary) or other bytes stand
    /// before it.
    #[error("{}", said(*.0, "byte before the MIDI header is ignored", "bytes before the MIDI header are ignored"))]
    Prefix(usize),
    /// The header names a format that does not exist. The file is read as format 1.
    #[error("unknown MIDI format {0}; its tracks are read as parts that sound together")]
    UnknownFormat(u16),
    /// Time is counted in film frames. The notes have their times, but there are no beats.
    #[error(
        "time is counted in film frames ({0} per second, SMPTE), so the file has no beats; \
         it is read by the clock, as 120 quarters a minute"
    )]
    Smpte(u8),
    /// The file is of format 2 and has several patterns.
    #[error("the {0} patterns of the file (format 2) are read one after another")]
    Patterns(usize),
    /// A track does not have as many bytes as its length says, and is read as far as it goes.
    #[error("track {track}: its length is given as {given} bytes, but {found} belong to it")]
    Length {
        /// The number of the track.
        track: usize,
        /// The length as given.
        given: usize,
        /// The number of bytes up to the next track or the end of the file.
        found: usize,
    },
    /// Bytes within a track are no events; the reading goes on after them.
    #[error("track {track}: {bytes} bytes cannot be read and are skipped")]
    Unreadable {
        /// The number of the track.
        track: usize,
        /// How many bytes.
        bytes: usize,
    },
    /// An event cannot be read, and the rest of the track is lost.
    #[error("track {track}: damaged at byte {byte}, the last {lost} bytes of the track are lost")]
    TrackDamaged {
        /// The number of the track.
        track: usize,
        /// Where the event begins.
        byte: usize,
        /// How many bytes are lost, from there to the end of the track.
        lost: usize,
    },
    /// A track has no End of Track event.
    #[error("track {track}: ends without an End of Track event")]
    NoEndOfTrack {
        /// The number of the track.
        track: usize,
    },
    /// A track has bytes after its end. No sequencer would play them.
    #[error("track {track}: {bytes} bytes after its End of Track are ignored")]
    AfterEndOfTrack {
        /// The number of the track.
        track: usize,
        /// How many bytes.
        bytes: usize,
    },
    /// The file has more tracks than its header promises. They are left out, as by other programs,
    /// unless the promised ones have no notes.
    #[error(
        "{} beyond the {promised} that the header promises {}",
        said(*beyond, "track", "tracks"),
        match (*read, *beyond) {
            (true, _) => "had to be read, because the others have no notes",
            (false, 1) => "is left out",
            (false, _) => "are left out",
        }
    )]
    MoreTracks {
        /// How many the header promises.
        promised: usize,
        /// How many there are after those.
        beyond: usize,
        /// Whether they were read.
        read: bool,
    },
    /// The file has fewer tracks than its header promises; those that are there are read.
    #[error(
        "the header promises {promised} tracks, but there are {found}; the file may be cut short"
    )]
    TracksMissing {
        /// How many the header promises.
        promised: u16,
        /// How many there are.
        found: usize,
    },
    /// Bytes between or after the tracks do not form a chunk.
    #[error("{bytes} bytes at byte {offset} of the file belong to no track and are ignored")]
    Junk {
        /// Where they begin.
        offset: usize,
        /// How many.
        bytes: usize,
    },
    /// Messages with a data byte above 127.
    #[error("{}", said(*.0, "message has a value above 127, which is clipped to 127", "messages have a value above 127, which is clipped to 127"))]
    Clipped(usize),
    /// Malformed events, or events that do not belong in a file; each is skipped.
    #[error("{}", said(*.0, "malformed event is skipped", "malformed events are skipped"))]
    OddEvents(usize),
    /// Time signatures that are not [plausible](crate::score::Metre::is_plausible).
    #[error("{}", said(*.0, "impossible time signature is ignored", "impossible time signatures are ignored"))]
    OddMetres(usize),
    /// Tempos that are not [plausible](crate::score::Score::is_plausible_tempo).
    #[error("{}", said(*.0, "impossible tempo is ignored", "impossible tempos are ignored"))]
    OddTempos(usize),
    /// Key signatures of more than seven sharps or flats.
    #[error("{}", said(*.0, "impossible key signature is ignored", "impossible key signatures are ignored"))]
    OddKeys(usize),
    /// Note-on events without a note-off.
    #[error("{}", said(*.0, UNRELEASED.0, UNRELEASED.1))]
    Unreleased(usize),
    /// Notes that go on long after everything else.
    #[error("{}", said(*.0, "note that goes on long after the music is made shorter", "notes that go on long after the music are made shorter"))]
    Shortened(usize),
    /// A few notes after a silence that no music has.
    #[error("{}", said(*.0, "note long after the music is left out", "notes long after the music are left out"))]
    FarAway(usize),
    /// More texts than are kept.
    #[error("{}", said(*.0, "more text is left out", "more texts are left out"))]
    MoreTexts(usize),
}
