//! A score to MIDI bytes.

use midly::num::{u4, u7, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, Timing, TrackEvent, TrackEventKind};

use crate::score::{Metre, Note, Score};

/// Writes a Standard MIDI file of format 1: a conductor track (title, texts, metres, keys, tempos),
/// then a track with the piano. The same score always gives the same bytes.
///
/// Where MIDI cannot hold the score exactly, it gets the nearest possible value. If notes of one
/// key overlap, the second onset ends the first note, and the second note ends when the later of
/// both would have ended. A note of no length lasts one tick. Tempos are clamped to 24 bits and to
/// [those that music has](Score::TEMPOS). Notes above pitch 127 and metres that are not
/// [plausible](Metre::is_plausible) are left out.
pub fn write(score: &Score) -> Vec<u8> {
    let clock = Clock::of(score);
    let title = score.title.as_deref().unwrap_or_default();
    let header = Header::new(Format::Parallel, Timing::Metrical(u15::new(clock.written)));
    let tracks = [conductor(score, &clock, title), piano(score, &clock)];
    let mut bytes = Vec::new();
    midly::write_std(&header, &tracks, &mut bytes).expect(
        "writing to memory cannot fail, and every event has been cut to the limits of the format",
    );
    bytes
}

/// The longest text of one event in bytes: that of the longest recipe. The format's own limit is
/// 2²⁸ − 1.
const LONGEST_TEXT: usize = 1 << 24;

/// The ticks per quarter note of the score, and those of the file.
struct Clock {
    score: u32,
    written: u16,
}

impl Clock {
    fn of(score: &Score) -> Clock {
        let score = score.ticks_per_quarter.max(1);
        Clock { score, written: score.min(0x7FFF) as u16 }
    }

    /// Converts a tick of the score to one of the file. They differ only if the score's clock is
    /// finer than MIDI allows.
    fn tick(&self, tick: u64) -> u64 {
        let scaled = u128::from(tick) * u128::from(self.written) / u128::from(self.score);
        u64::try_from(scaled).unwrap_or(u64::MAX)
    }
}

/// The order of events at one tick.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum EventOrder {
    Setting,
    Release,
    Pedal,
    Strike,
    Catch,
    End,
}

type Timed<'a> = (u64, EventOrder, TrackEventKind<'a>);

fn conductor<'a>(score: &'a Score, clock: &Clock, title: &'a str) -> Vec<TrackEvent<'a>> {
    let mut events: Vec<Timed> = Vec::new();
    let mut set = |tick, meta| {
        events.push((clock.tick(tick), EventOrder::Setting, TrackEventKind::Meta(meta)));
    };
    set(0, MetaMessage::TrackName(cut(title)));
    for text in &score.texts {
        set(0, MetaMessage::Text(cut(text)));
    }
    for change in score.metres.iter().filter(|change| change.value.is_plausible()) {
        let Metre { numerator, denominator_power } = change.value;
        let clocks = clocks_per_beat(change.value);
        set(change.tick, MetaMessage::TimeSignature(numerator, denominator_power, clocks, 8));
    }
    for change in &score.keys {
        let key = change.value;
        set(change.tick, MetaMessage::KeySignature(key.sharps.clamp(-7, 7), key.minor));
    }
    for change in &score.tempos {
        let tempo = change.value.clamp(*Score::TEMPOS.start(), 0xFF_FFFF);
        set(change.tick, MetaMessage::Tempo(u24::new(tempo)));
    }
    with_delta_times(events, 0)
}

fn piano(score: &Score, clock: &Clock) -> Vec<TrackEvent<'static>> {
    let on_channel = |message| TrackEventKind::Midi { channel: u4::new(0), message };
    let mut events: Vec<Timed> = vec![
        (0, EventOrder::Setting, TrackEventKind::Meta(MetaMessage::TrackName(b"Piano"))),
        // Acoustic Grand Piano.
        (0, EventOrder::Setting, on_channel(MidiMessage::ProgramChange { program: u7::new(0) })),
    ];
    for (controller, changes) in [(64, &score.pedal), (66, &score.sostenuto), (67, &score.soft)] {
        for change in changes {
            // The sostenuto pedal holds the keys that are struck at the moment when it goes down.
            let order = match controller == 66 && change.value {
                true => EventOrder::Catch,
                false => EventOrder::Pedal,
            };
            let value = u7::new(if change.value { 127 } else { 0 });
            let message = MidiMessage::Controller { controller: u7::new(controller), value };
            events.push((clock.tick(change.tick), order, on_channel(message)));
        }
    }
    for note in without_overlaps(score, clock) {
        let key = u7::new(note.pitch);
        let strike = MidiMessage::NoteOn { key, vel: u7::new(note.velocity) };
        let release = MidiMessage::NoteOff { key, vel: u7::new(64) };
        events.push((note.start, EventOrder::Strike, on_channel(strike)));
        events.push((note.end(), EventOrder::Release, on_channel(release)));
    }
    with_delta_times(events, clock.tick(score.length))
}

/// The notes in ticks of the file. Each is at least one tick long, and notes of one pitch do not
/// overlap: a single keyboard could play them.
fn without_overlaps(score: &Score, clock: &Clock) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::with_capacity(score.notes.len());
    let mut last_of_pitch = [None; 128];
    let mut sorted = score.notes.clone();
    sorted.sort_unstable();
    for note in sorted.into_iter().filter(|note| note.pitch < 128) {
        let start = clock.tick(note.start);
        let mut end =
            clock.tick(note.start.saturating_add(note.length)).max(start.saturating_add(1));
        let mut velocity = note.velocity.clamp(1, 127);
        let last = &mut last_of_pitch[usize::from(note.pitch)];
        if let Some(before) = last.map(|index: usize| &mut notes[index])
            && before.end() > start
        {
            end = end.max(before.end());
            if before.start == start {
                velocity = velocity.max(before.velocity);
                (before.length, before.velocity) = (end - start, velocity);
                continue;
            }
            before.length = start - before.start;
        }
        *last = Some(notes.len());
        notes.push(Note { start, pitch: note.pitch, length: end - start, velocity });
    }
    notes
}

/// Sorts events and gives each the delta time from the one before. The track ends at `end`, or with
/// the last event if that is later. A gap longer than the largest delta time is bridged by empty
/// text events.
fn with_delta_times(mut events: Vec<Timed<'_>>, end: u64) -> Vec<TrackEvent<'_>> {
    /// No piece that we read or write needs more. Without a limit, one wrong tick would fill
    /// memory.
    const MOST_BREAKS: u64 = 64;
    let longest = u64::from(u28::max_value().as_int());
    let last = events.iter().map(|event| event.0).max().unwrap_or(0);
    events.push((end.max(last), EventOrder::End, TrackEventKind::Meta(MetaMessage::EndOfTrack)));
    events.sort_by_key(|&(tick, order, _)| (tick, order));
    let mut track = Vec::with_capacity(events.len());
    let mut now = 0;
    for (tick, _, kind) in events {
        let gap = tick - now;
        for _ in 0..(gap.saturating_sub(1) / longest).min(MOST_BREAKS) {
            let kind = TrackEventKind::Meta(MetaMessage::Text(b""));
            track.push(TrackEvent { delta: u28::max_value(), kind });
            now += longest;
        }
        let delta = u28::new((tick - now).min(longest) as u32);
        track.push(TrackEvent { delta, kind });
        now = tick;
    }
    track
}

/// How many MIDI clocks (24 per quarter) lie between the clicks of the metronome: one beat. In
/// compound metres (6/8, 9/8, 12/8) the beat is dotted.
fn clocks_per_beat(metre: Metre) -> u8 {
    let unit = (96u8 >> metre.denominator_power.min(7)).max(1);
    let compound =
        metre.denominator_power >= 3 && metre.numerator > 3 && metre.numerator.is_multiple_of(3);
    if compound { 3 * unit } else { unit }
}

fn cut(text: &str) -> &[u8] {
    let mut end = text.len().min(LONGEST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text.as_bytes()[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metronome_clicks_once_a_beat() {
        let clocks = [
            ("4/4", 24),
            ("3/4", 24),
            ("2/2", 48),
            ("3/8", 12),
            ("6/8", 36),
            ("9/8", 36),
            ("12/8", 36),
            ("6/16", 18),
            ("1/1", 96),
        ];
        for (metre, expected) in clocks {
            assert_eq!(clocks_per_beat(metre.parse().unwrap()), expected, "{metre}");
        }
    }

    #[test]
    fn a_key_is_released_before_it_is_struck_again_and_sounds_as_long_as_before() {
        let note = |start, length| Note { start, pitch: 60, length, velocity: 80 };
        let mut score = crate::roll::Roll::new(Metre::COMMON).to_score(None, &[]);
        score.notes = vec![note(0, 1000), note(240, 240), note(2000, 0), note(2000, 5)];
        let clock = Clock::of(&score);
        assert_eq!(without_overlaps(&score, &clock), [note(0, 240), note(240, 760), note(2000, 5)]);
    }
}
