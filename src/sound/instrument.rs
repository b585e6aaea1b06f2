//! What a player does, and what answers.

/// What a player does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A key is struck.
    Strike {
        /// MIDI pitch, 0 to 127; one that the instrument lacks is silent.
        pitch: u8,
        /// How hard, 1 to 127.
        velocity: u8,
    },
    /// A key is released, once for each time it was struck: where two voices share a key, it stays
    /// down until both have left it.
    Release {
        /// MIDI pitch.
        pitch: u8,
    },
    /// The sustain pedal goes down or up.
    Pedal {
        /// Whether it is down now.
        down: bool,
    },
}

/// Something that can be played.
pub trait Instrument {
    /// Takes in what the player does, now: between what has been rendered and what comes next.
    fn play(&mut self, event: Event);

    /// Fills two buffers of one length with the next frames, for the left and the right ear. How
    /// the frames are cut into buffers changes nothing.
    fn render(&mut self, left: &mut [f32], right: &mut [f32]);

    /// Whether nothing sounds any more, and nothing will until a key is struck.
    fn is_silent(&self) -> bool;

    /// What has broken while it was played, if anything has; from then on it is silent.
    fn fault(&self) -> Option<String> {
        None
    }
}
