//! What was unusual about a file that could be read.

/// Something unusual about a file that was read all the same.
///
/// Tracks are counted from 1, bytes from the start of the track's data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// An event could not be read; the rest of its track is lost.
    #[error("track {track}: damaged at byte {byte}, the last {lost} bytes of the track are lost")]
    TrackDamaged {
        /// The track.
        track: usize,
        /// The offset at which the event begins.
        byte: usize,
        /// How many bytes are lost, up to the end of the track.
        lost: usize,
    },
    /// A track ends without an End of Track event.
    #[error("track {track}: ends without an End of Track event")]
    NoEndOfTrack {
        /// The track.
        track: usize,
    },
    /// A track continues after its End of Track event, where every sequencer has stopped
    /// playing.
    #[error("track {track}: {bytes} bytes after its End of Track are ignored")]
    AfterEndOfTrack {
        /// The track.
        track: usize,
        /// How many bytes.
        bytes: usize,
    },
    /// There are more tracks than the header promises; all are read.
    #[error("the header promises {promised} tracks, {found} are there and were read")]
    MoreTracks {
        /// How many the header promises.
        promised: u16,
        /// How many tracks there are.
        found: usize,
    },
    /// Bytes between or after the tracks that are not a chunk.
    #[error("{bytes} bytes at byte {offset} of the file belong to no track and are ignored")]
    Junk {
        /// The offset at which they begin.
        offset: usize,
        /// How many.
        bytes: usize,
    },
    /// Events that are malformed, or have no place in a file; each is skipped.
    #[error("{0} malformed events are skipped")]
    OddEvents(usize),
    /// Time signatures that make no measure.
    #[error("{0} impossible time signatures are ignored")]
    OddMetres(usize),
    /// Tempos of zero.
    #[error("{0} tempos of zero are ignored")]
    OddTempos(usize),
    /// Key signatures of more than seven sharps or flats.
    #[error("{0} impossible key signatures are ignored")]
    OddKeys(usize),
    /// Notes that are never released.
    #[error("{0} notes are never released; each ends with the next stroke of its key or its track")]
    Unreleased(usize),
}
