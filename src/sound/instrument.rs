//! Instruments, and the events that play them.

/// An action of the player.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A key is struck.
    Strike {
        /// MIDI pitch, 0 to 127. Pitches that the instrument lacks are silent.
        pitch: u8,
        /// How hard the key is struck, 1 to 127.
        velocity: u8,
    },
    /// A key is released once. A key that two voices have struck stays down until both release it.
    Release {
        /// MIDI pitch.
        pitch: u8,
    },
    /// The sustain pedal goes down or up.
    Pedal {
        /// Whether it is down from now on.
        down: bool,
    },
}

/// Something that can be played.
pub trait Instrument {
    /// Plays an event now: after the frames that have been rendered, and before the next ones.
    fn play(&mut self, event: Event);

    /// Fills two buffers of the same length with the next frames of the left and the right channel.
    /// The size of the buffers has no influence on the sound.
    fn render(&mut self, left: &mut [f32], right: &mut [f32]);

    /// Whether nothing sounds, and nothing will sound until a key is struck.
    fn is_silent(&self) -> bool;

    /// The reason why the instrument has failed while playing, if it has. From then on it is
    /// silent.
    fn fault(&self) -> Option<String> {
        None
    }
}
