//! Oddities of files that could be read.

/// Something odd about a file that could be read all the same.
///
/// Tracks are counted from 1, and bytes from the start of the track's data. Reports count warnings by
/// their names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Warning {
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
    /// The file has more tracks than its header promises; all are read.
    #[error("the header promises {promised} tracks, but there are {found}; all were read")]
    MoreTracks {
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
    /// Malformed events, or events that do not belong in a file; each is skipped.
    #[error("{0} malformed events are skipped")]
    OddEvents(usize),
    /// Time signatures that do not describe a measure.
    #[error("{0} impossible time signatures are ignored")]
    OddMetres(usize),
    /// Tempos of zero microseconds per quarter.
    #[error("{0} tempos of zero are ignored")]
    OddTempos(usize),
    /// Key signatures of more than seven sharps or flats.
    #[error("{0} impossible key signatures are ignored")]
    OddKeys(usize),
    /// Note-on events without a note-off.
    #[error(
        "{0} notes are never released; each ends when its key is struck again or its track ends"
    )]
    Unreleased(usize),
}
