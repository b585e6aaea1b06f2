//! The pedals of all channels as one.

use crate::score::At;

/// The events of one kind of pedal, on all channels.
#[derive(Default)]
pub(super) struct PedalEvents {
    /// Ticks, channels, and whether the pedal goes down.
    events: Vec<(u64, u8, bool)>,
    /// The channels that have any, a bit for each.
    channels: u16,
}

impl PedalEvents {
    /// The pedal of a channel goes down or up.
    pub(super) fn push(&mut self, tick: u64, channel: u8, down: bool) {
        self.events.push((tick, channel, down));
        self.channels |= 1 << channel;
    }

    /// The pedals of all channels go up.
    pub(super) fn lift_all(&mut self, tick: u64) {
        let channels = (0..16).filter(|channel| self.channels & 1 << channel != 0);
        self.events.extend(channels.map(|channel| (tick, channel, false)));
    }

    /// Merges the pedals of the channels in a set (a bit for each) into one, which is down while any
    /// of them is down.
    ///
    /// A pedal that goes up and down again at one tick does both, for that damps. Where two hands
    /// have the same pedal on two channels, both are up in between. Half-pedalling sends dozens of
    /// values; only those that change the state are kept.
    pub(super) fn merged(mut self, channels: u16) -> Vec<At<bool>> {
        self.events.retain(|event| channels & 1 << event.1 != 0);
        self.events.sort_by_key(|event| event.0);
        let mut merged = Vec::new();
        let mut down = 0u16;
        for events in self.events.chunk_by(|one, other| one.0 == other.0) {
            let tick = events[0].0;
            let before = down;
            let mut lifted = 0;
            for &(_, channel, pressed) in events {
                let channel = 1 << channel;
                down = if pressed { down | channel } else { down & !channel };
                lifted |= if pressed { 0 } else { channel };
            }
            let rested = before & !lifted == 0;
            if before != 0 && rested {
                merged.push(At { tick, value: false });
            }
            if down != 0 && rested {
                merged.push(At { tick, value: true });
            }
        }
        merged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(events: &[(u64, u8, bool)], channels: u16) -> Vec<(u64, bool)> {
        let mut pedals = PedalEvents::default();
        events.iter().for_each(|&(tick, channel, down)| pedals.push(tick, channel, down));
        let merged = pedals.merged(channels);
        merged.iter().map(|change| (change.tick, change.value)).collect()
    }

    #[test]
    fn up_and_down_at_one_tick_stays_up_and_down() {
        let events = [(0, 0, true), (9, 0, false), (9, 0, true), (20, 0, false)];
        let expected = [(0, true), (9, false), (9, true), (20, false)];
        assert_eq!(merged(&events, 1), expected);
        // Two hands, each with its own copy, one track after the other.
        let both: Vec<_> = [0, 1].into_iter().flat_map(|c| events.map(|e| (e.0, c, e.2))).collect();
        assert_eq!(merged(&both, 3), expected);
    }

    #[test]
    fn a_pedal_that_does_not_move_is_not_mentioned() {
        let events = [(0, 0, false), (1, 0, true), (2, 0, true), (3, 0, false), (3, 0, false)];
        assert_eq!(merged(&events, 1), [(1, true), (3, false)]);
        // Down and up at one tick holds nothing.
        assert_eq!(merged(&[(5, 0, true), (5, 0, false)], 1), []);
    }

    #[test]
    fn the_pedal_is_down_while_that_of_any_channel_is_down() {
        let events = [(0, 0, true), (5, 1, true), (9, 0, false), (9, 0, true), (12, 0, false)];
        assert_eq!(merged(&events, 3), [(0, true)]);
        assert_eq!(merged(&events, 1), [(0, true), (9, false), (9, true), (12, false)]);
        assert_eq!(merged(&events, 0), []);
    }
}
