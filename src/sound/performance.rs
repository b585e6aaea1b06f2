//! A score as events at frames.

use super::SAMPLE_RATE;
use super::instrument::Event;
use crate::score::Score;

/// The longest performance in seconds: six hours, about as much as fits into a WAV file.
pub const LONGEST: u64 = 6 * 3600;

/// How long a pedal stays down after the last key has been released, in seconds.
const LAST_PEDAL: u64 = 4;

/// A score is too long to be played.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the piece lasts {} hours, and a sound file can hold only {}; its times or tempos may be damaged: \
     repair or cut it",
    .seconds / 3600, LONGEST / 3600
)]
pub struct TooLong {
    /// The length of the score in seconds.
    pub seconds: u64,
}

/// The events of a piece and their times, in frames at [`SAMPLE_RATE`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Performance {
    events: Vec<(u64, Event)>,
}

impl Performance {
    /// The performance of a score: all its notes and changes of the pedals, at its tempos and with
    /// its velocities. Rests at the start are kept.
    ///
    /// At one frame, keys are released first, then the pedals move, then keys are struck, and last
    /// the sostenuto pedal goes down. A pedal that is still down at the end goes up four seconds
    /// after the last release.
    pub fn of(score: &Score) -> Result<Performance, TooLong> {
        let tempos = Tempos::of(score);
        let end = tempos.frame(score.end());
        let seconds = end / u64::from(SAMPLE_RATE);
        if seconds > LONGEST - LAST_PEDAL {
            return Err(TooLong { seconds });
        }
        let mut events = Vec::with_capacity(2 * score.notes.len() + score.pedal.len() + 1);
        for note in score.notes.iter().filter(|note| note.pitch < 128) {
            let velocity = note.velocity.clamp(1, 127);
            let (start, end) = (tempos.frame(note.start), tempos.frame(note.end()));
            events.push((start, Event::Strike { pitch: note.pitch, velocity }));
            // A note of no length is released one frame after its onset.
            events.push((end.max(start + 1), Event::Release { pitch: note.pitch }));
        }
        let last = end + LAST_PEDAL * u64::from(SAMPLE_RATE);
        let pedals = [
            (&score.soft, (|down| Event::Soft { down }) as fn(bool) -> Event),
            (&score.pedal, |down| Event::Pedal { down }),
            (&score.sostenuto, |down| Event::Sostenuto { down }),
        ];
        for (changes, event) in pedals {
            let changes = changes.iter().map(|change| (tempos.frame(change.tick), change.value));
            let before_end = events.len();
            events.extend(
                changes.take_while(|(frame, _)| *frame < last).map(|(at, down)| (at, event(down))),
            );
            if events[before_end..].last().is_some_and(|(_, last)| *last == event(true)) {
                events.push((last, event(false)));
            }
        }
        let rank = |event: &Event| match event {
            Event::Release { .. } => 0,
            Event::Sostenuto { down: true } => 3,
            Event::Pedal { .. } | Event::Sostenuto { .. } | Event::Soft { .. } => 1,
            Event::Strike { .. } => 2,
        };
        events.sort_by_key(|(frame, event)| (*frame, rank(event)));
        Ok(Performance { events })
    }

    /// The events with their frames, in order.
    pub fn events(&self) -> &[(u64, Event)] {
        &self.events
    }

    /// The frame of the last event. The sound goes on until it has died away.
    pub fn frames(&self) -> u64 {
        self.events.last().map_or(0, |event| event.0)
    }
}

/// The tempo map.
struct Tempos {
    ticks_per_quarter: u128,
    /// For each change: its tick; the time up to it, in microseconds times ticks per quarter; and
    /// microseconds per quarter from there on. The first is at tick 0.
    changes: Vec<(u64, u128, u32)>,
}

impl Tempos {
    fn of(score: &Score) -> Tempos {
        let mut changes = vec![(0, 0, Score::DEFAULT_TEMPO)];
        for change in &score.tempos {
            let (tick, time, tempo) = changes[changes.len() - 1];
            let since = u128::from(change.tick.saturating_sub(tick));
            changes.push((change.tick, time + since * u128::from(tempo), change.value));
        }
        Tempos { ticks_per_quarter: u128::from(score.ticks_per_quarter.max(1)), changes }
    }

    /// The frame of a tick, rounded. The error does not grow with the number of tempos.
    fn frame(&self, tick: u64) -> u64 {
        let next = self.changes.partition_point(|change| change.0 <= tick).max(1);
        let (since, time, tempo) = self.changes[next - 1];
        let time = time + u128::from(tick - since) * u128::from(tempo);
        let second = 1_000_000 * self.ticks_per_quarter;
        let frames = (time * u128::from(SAMPLE_RATE) + second / 2) / second;
        u64::try_from(frames).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::{At, Note};

    fn score(ticks_per_quarter: u32, notes: &[(u64, u64)]) -> Score {
        let note = |&(start, end)| Note { start, pitch: 60, length: end - start, velocity: 64 };
        Score {
            ticks_per_quarter,
            title: None,
            notes: notes.iter().map(note).collect(),
            tempos: Vec::new(),
            metres: Vec::new(),
            keys: Vec::new(),
            pedal: Vec::new(),
            sostenuto: Vec::new(),
            soft: Vec::new(),
            texts: Vec::new(),
            length: 0,
        }
    }

    #[test]
    fn a_quarter_lasts_as_long_as_the_tempo_of_its_ticks_says() {
        let mut score = score(100, &[(0, 100), (100, 200), (250, 300)]);
        // A quarter lasts 0.5 s; from the second on 0.25 s; from the middle of the third on 1 s.
        score.tempos = vec![At { tick: 100, value: 250_000 }, At { tick: 250, value: 1_000_000 }];
        let performance = Performance::of(&score).unwrap();
        let frames: Vec<_> = performance.events().iter().map(|event| event.0).collect();
        let seconds = [0.0, 0.5, 0.5, 0.75, 0.875, 1.375];
        let expected: Vec<_> = seconds.iter().map(|s| (s * 44_100f64).round() as u64).collect();
        assert_eq!(frames, expected);
    }

    #[test]
    fn at_one_moment_keys_go_up_then_the_pedal_moves_then_keys_go_down() {
        let mut score = score(1, &[(0, 1), (1, 2)]);
        score.pedal = vec![At { tick: 1, value: true }];
        let performance = Performance::of(&score).unwrap();
        let (strike, release) =
            (Event::Strike { pitch: 60, velocity: 64 }, Event::Release { pitch: 60 });
        let pedal = |down| Event::Pedal { down };
        let expected = [strike, release, pedal(true), strike, release, pedal(false)];
        assert!(performance.events().iter().map(|event| event.1).eq(expected));
        // Two quarters of half a second each, and the pedal goes up four seconds later.
        assert_eq!(performance.frames(), 5 * 44_100);
    }

    #[test]
    fn the_other_pedals_move_before_the_keys_but_sostenuto_goes_down_after_them() {
        let mut score = score(1, &[(0, 1), (1, 2)]);
        let at = |tick, value| At { tick, value };
        score.pedal = vec![at(0, true), at(1, false), at(1, true), at(2, false)];
        score.sostenuto = vec![at(0, true), at(1, false), at(1, true)];
        score.soft = vec![at(1, true), at(2, false)];
        let performance = Performance::of(&score).unwrap();
        let (strike, release) =
            (Event::Strike { pitch: 60, velocity: 64 }, Event::Release { pitch: 60 });
        let (pedal, soft) = (|down| Event::Pedal { down }, |down| Event::Soft { down });
        let sostenuto = |down| Event::Sostenuto { down };
        let expected = [
            vec![pedal(true), strike, sostenuto(true)],
            vec![release, soft(true), pedal(false), pedal(true), sostenuto(false), strike],
            vec![sostenuto(true), release, soft(false), pedal(false), sostenuto(false)],
        ];
        assert_eq!(
            performance.events().iter().map(|event| event.1).collect::<Vec<_>>(),
            expected.concat()
        );
    }

    #[test]
    fn what_would_last_for_days_is_refused_before_a_sound() {
        let error = Performance::of(&score(1, &[(0, 200_000)])).unwrap_err();
        assert_eq!(error, TooLong { seconds: 100_000 });
        assert!(error.to_string().contains("27 hours"), "{error}");
        assert!(Performance::of(&score(1, &[(0, u64::MAX)])).is_err());
    }
}
