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
    /// The sustain pedal goes down or up. If it goes up and down again at once, what it has held is
    /// damped all the same.
    Pedal {
        /// Whether it is down from now on.
        down: bool,
    },
    /// The sostenuto pedal goes down or up. It holds the keys that are down when it goes down, and no
    /// others.
    Sostenuto {
        /// Whether it is down from now on.
        down: bool,
    },
    /// The soft pedal goes down or up. What is struck while it is down is softer and darker.
    Soft {
        /// Whether it is down from now on.
        down: bool,
    },
}

/// The velocity of a stroke with the soft pedal down. A softer hammer is also a darker one, and the
/// pedal does both: some 2 to 3 dB at every velocity.
pub(super) fn softened(velocity: u8) -> u8 {
    let softer = u32::from(velocity) * 80 / 100;
    softer.max(1) as u8
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
