//! What a reader should know about a file that could be read.

/// Something odd about a file that was read all the same.
///
/// Tracks are counted from 1, bytes from the start of the track's data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// An event could not be read; what follows in the track is lost.
    #[error("track {track}: damaged at byte {byte}, the last {lost} bytes of the track are lost")]
    TrackDamaged {
        /// Which track.
        track: usize,
        /// Where the event begins.
        byte: usize,
        /// How many bytes are lost, from there to the track's end.
        lost: usize,
    },
    /// A track that just stops.
    #[error("track {track}: ends without an End of Track event")]
    NoEndOfTrack {
        /// Which track.
        track: usize,
    },
    /// A track that goes on after its end, where no sequencer would go on playing.
    #[error("track {track}: {bytes} bytes after its End of Track are ignored")]
    AfterEndOfTrack {
        /// Which track.
        track: usize,
        /// How many bytes.
        bytes: usize,
    },
    /// More tracks than promised; all are read.
    #[error("the header promises {promised} tracks, {found} are there and were read")]
    MoreTracks {
        /// How many the header promises.
        promised: u16,
        /// How many there are.
        found: usize,
    },
    /// Bytes between or after the tracks that are no chunk.
    #[error("{bytes} bytes at byte {offset} of the file belong to no track and are ignored")]
    Junk {
        /// Where they begin.
        offset: usize,
        /// How many.
        bytes: usize,
    },
    /// Events that have no place in a file, or are malformed; each is skipped.
    #[error("{0} malformed events are skipped")]
    OddEvents(usize),
    /// Time signatures that make no measure.
    #[error("{0} impossible time signatures are ignored")]
    OddMetres(usize),
    /// Tempos of no time at all.
    #[error("{0} tempos of zero are ignored")]
    OddTempos(usize),
    /// Key signatures of more than seven sharps or flats.
    #[error("{0} impossible key signatures are ignored")]
    OddKeys(usize),
    /// Notes that nothing releases.
    #[error("{0} notes are never released; each ends with the next stroke of its key or its track")]
    Unreleased(usize),
}
