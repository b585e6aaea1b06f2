//! Gathers the events of all tracks into a score.

use super::events::{Event, EventReader, TrackEnd, meta};
use super::far::{self, FarAway};
use super::header::{Clock, Header};
use super::note_pairing::NotePairing;
use super::pedals::PedalEvents;
use super::{MidiError, PERCUSSION_CHANNEL, ParsedMidi, Warning, text};
use crate::score::{At, KeySignature, Metre, Note, Score};

/// The number of texts that are kept. Songs with a text for every syllable have a few thousand.
const MOST_TEXTS: usize = 10_000;

/// The content of the tracks so far.
pub(super) struct ScoreBuilder<'a> {
    clock: Clock,
    /// Whether the tracks follow each other, and the tick at which the last one ends.
    patterns: Option<u64>,
    warnings: Vec<Warning>,
    tracks: usize,
    title: Option<&'a [u8]>,
    notes: Vec<Note>,
    /// The indices of notes that end only with their track.
    hung: Vec<usize>,
    /// The channels that have notes, a bit for each.
    channels: u16,
    tempos: Vec<At<u32>>,
    metres: Vec<At<Metre>>,
    keys: Vec<At<KeySignature>>,
    pedal: PedalEvents,
    sostenuto: PedalEvents,
    soft: PedalEvents,
    texts: Vec<&'a [u8]>,
    percussion: usize,
    unreleased: usize,
    clipped: usize,
    malformed: usize,
    odd_metres: usize,
    odd_tempos: usize,
    odd_keys: usize,
    more_texts: usize,
}

impl<'a> ScoreBuilder<'a> {
    /// A builder that knows no track yet.
    pub(super) fn new(header: &Header, warnings: Vec<Warning>) -> ScoreBuilder<'a> {
        let clock = header.clock;
        ScoreBuilder {
            clock,
            patterns: header.patterns.then_some(0),
            warnings,
            tracks: 0,
            title: None,
            notes: Vec::new(),
            hung: Vec::new(),
            channels: 0,
            tempos: clock.frames.map(|value| At { tick: 0, value }).into_iter().collect(),
            metres: Vec::new(),
            keys: Vec::new(),
            pedal: PedalEvents::default(),
            sostenuto: PedalEvents::default(),
            soft: PedalEvents::default(),
            texts: Vec::new(),
            percussion: 0,
            unreleased: 0,
            clipped: 0,
            malformed: 0,
            odd_metres: 0,
            odd_tempos: 0,
            odd_keys: 0,
            more_texts: 0,
        }
    }

    /// Whether a note has been found.
    pub(super) fn has_notes(&self) -> bool {
        !self.notes.is_empty()
    }

    /// Says something about the file.
    pub(super) fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }

    /// Adds a track. Only the first track's name is the title: the others name instruments and
    /// hands.
    pub(super) fn add(&mut self, data: &'a [u8]) {
        match self.patterns {
            None => _ = self.add_from(0, data),
            Some(start) => self.patterns = Some(self.add_pattern(start, data)),
        }
    }

    /// Adds a track that begins at a tick of the score, and returns the tick at which it ends.
    fn add_from(&mut self, start: u64, data: &'a [u8]) -> u64 {
        self.tracks += 1;
        // A note-off ends only notes of its own track. Otherwise two hands on one channel would
        // release each other's keys.
        let mut pairing = NotePairing::default();
        let mut reader = EventReader::new(data);
        for (tick, event) in &mut reader {
            let tick = start + tick * self.clock.scale;
            match event {
                Event::Message { kind, channel, data } => {
                    self.add_message(&mut pairing, tick, kind, channel, data);
                }
                Event::Meta { kind, data } => self.add_meta(tick, kind, data),
            }
        }
        let end = start + reader.tick * self.clock.scale;
        self.unreleased += pairing.into_notes(end, &mut self.notes, &mut self.hung);
        self.clipped += reader.clipped;
        self.malformed += reader.malformed;
        let track = self.tracks;
        if reader.skipped > 0 {
            self.warnings.push(Warning::Unreadable { track, bytes: reader.skipped });
        }
        self.warnings.extend(match reader.end {
            TrackEnd::Marked { after: 0 } => None,
            TrackEnd::Marked { after: bytes } => Some(Warning::AfterEndOfTrack { track, bytes }),
            TrackEnd::Unmarked => Some(Warning::NoEndOfTrack { track }),
            TrackEnd::Damaged { byte, lost } => Some(Warning::TrackDamaged { track, byte, lost }),
        });
        end
    }

    /// Adds a pattern (a track of format 2) that begins at a tick, after another. Whatever held
    /// before it holds no longer. Returns the tick at which it ends.
    fn add_pattern(&mut self, start: u64, data: &'a [u8]) -> u64 {
        if start > 0 {
            self.tempos.push(At { tick: start, value: Score::DEFAULT_TEMPO });
            self.metres.push(At { tick: start, value: Metre::COMMON });
            for pedal in [&mut self.pedal, &mut self.sostenuto, &mut self.soft] {
                pedal.lift_all(start);
            }
        }
        let (notes, hung) = (self.notes.len(), self.hung.len());
        let end = self.add_from(start, data);
        let hung: Vec<_> = self.hung[hung..].iter().map(|hung| hung - notes).collect();
        let mut pattern = self.notes[notes..].to_vec();
        let (_, nothing_after) = far::bound(&mut pattern, &hung, self.clock.ticks_per_quarter);
        end.min(nothing_after).max(start)
    }

    fn add_message(
        &mut self,
        pairing: &mut NotePairing,
        tick: u64,
        kind: u8,
        channel: u8,
        [first, second]: [u8; 2],
    ) {
        if channel == PERCUSSION_CHANNEL {
            self.percussion += usize::from(kind == 0x90 && second > 0);
            return;
        }
        match (kind, first, second) {
            (0x90, key, velocity @ 1..) => {
                self.channels |= 1 << channel;
                pairing.note_on(tick, channel, key, velocity);
            }
            (0x80 | 0x90, key, _) => pairing.note_off(tick, channel, key),
            (0xB0, 64, value) => self.pedal.push(tick, channel, value >= 64),
            (0xB0, 66, value) => self.sostenuto.push(tick, channel, value >= 64),
            (0xB0, 67, value) => self.soft.push(tick, channel, value >= 64),
            // Reset All Controllers.
            (0xB0, 121, _) => {
                for pedal in [&mut self.pedal, &mut self.sostenuto, &mut self.soft] {
                    pedal.push(tick, channel, false);
                }
            }
            // All Sound Off, All Notes Off, and the mode messages, which imply All Notes Off.
            (0xB0, 120 | 123..=127, _) => pairing.all_notes_off(tick, channel),
            _ => {}
        }
    }

    fn add_meta(&mut self, tick: u64, kind: u8, data: &'a [u8]) {
        let first = self.tracks == 1;
        match (kind, data) {
            (meta::TRACK_NAME, name) if first && self.title.is_none() && !is_blank(name) => {
                self.title = Some(name);
            }
            (meta::TEXT, text) if is_blank(text) => {}
            (meta::TEXT, _) if self.texts.len() >= MOST_TEXTS => self.more_texts += 1,
            (meta::TEXT, text) => self.texts.push(text),
            // A file without beats has no tempo and no metre.
            (meta::TEMPO | meta::TIME_SIGNATURE, _) if self.clock.frames.is_some() => {}
            // By the specification, bytes after the known ones are to be ignored. But a tempo of four
            // bytes is in fact a number of 32 bits, and its first three bytes say something else.
            (meta::TEMPO, &[high, middle, low]) => {
                let value = u32::from_be_bytes([0, high, middle, low]);
                match Score::is_plausible_tempo(value) {
                    true => self.tempos.push(At { tick, value }),
                    false => self.odd_tempos += 1,
                }
            }
            (meta::TIME_SIGNATURE, &[numerator, denominator_power, _, _, ..]) => {
                let value = Metre { numerator, denominator_power };
                match value.is_plausible() {
                    true => self.metres.push(At { tick, value }),
                    false => self.odd_metres += 1,
                }
            }
            (meta::KEY_SIGNATURE, &[sharps, minor, ..]) => match sharps as i8 {
                sharps @ -7..=7 => {
                    self.keys.push(At { tick, value: KeySignature { sharps, minor: minor != 0 } });
                }
                _ => self.odd_keys += 1,
            },
            (meta::TEMPO | meta::TIME_SIGNATURE | meta::KEY_SIGNATURE, _) => self.malformed += 1,
            _ => {}
        }
    }

    /// The score of all tracks.
    pub(super) fn finish(mut self) -> Result<ParsedMidi, MidiError> {
        let ticks_per_quarter = self.clock.ticks_per_quarter;
        let (far, nothing_after) = far::bound(&mut self.notes, &self.hung, ticks_per_quarter);
        self.notes.sort_unstable();
        let mut texts = vec![self.title.unwrap_or_default()];
        texts.append(&mut self.texts);
        let mut texts = text::decode(&texts).into_iter();
        let mut score = Score {
            ticks_per_quarter,
            title: texts.next().flatten(),
            notes: std::mem::take(&mut self.notes),
            tempos: in_order(std::mem::take(&mut self.tempos)),
            metres: in_order(std::mem::take(&mut self.metres)),
            keys: in_order(std::mem::take(&mut self.keys)),
            pedal: std::mem::take(&mut self.pedal).merged(self.channels),
            sostenuto: std::mem::take(&mut self.sostenuto).merged(self.channels),
            soft: std::mem::take(&mut self.soft).merged(self.channels),
            texts: texts.flatten().collect(),
            length: 0,
        };
        far::leave_out_changes(&mut score, nothing_after);
        let percussion = self.percussion;
        let warnings = self.warnings(far);
        match score.notes.is_empty() {
            true => Err(MidiError::NoNotes { percussion, warnings }),
            false => Ok(ParsedMidi { score, percussion, warnings }),
        }
    }

    /// All that is to be said about the file.
    fn warnings(self, far: FarAway) -> Vec<Warning> {
        let counted = [
            (self.clipped, Warning::Clipped as fn(usize) -> Warning),
            (self.malformed, Warning::OddEvents),
            (self.odd_metres, Warning::OddMetres),
            (self.odd_tempos, Warning::OddTempos),
            (self.odd_keys, Warning::OddKeys),
            (self.more_texts, Warning::MoreTexts),
            (self.unreleased, Warning::Unreleased),
            (far.shortened, Warning::Shortened),
            (far.left_out, Warning::FarAway),
        ];
        let counted = counted.into_iter().filter(|(count, _)| *count > 0);
        let mut warnings = self.warnings;
        if self.patterns.is_some() && self.tracks > 1 {
            warnings.push(Warning::Patterns(self.tracks));
        }
        warnings.extend(counted.map(|(count, warning)| warning(count)));
        warnings
    }
}

fn is_blank(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0)
}

/// Sorts changes by time. Of several changes at one tick, the last one in the file counts.
fn in_order<T: Copy>(mut changes: Vec<At<T>>) -> Vec<At<T>> {
    changes.sort_by_key(|change| change.tick);
    let mut kept: Vec<At<T>> = Vec::with_capacity(changes.len());
    for change in changes {
        match kept.last_mut() {
            Some(last) if last.tick == change.tick => *last = change,
            _ => kept.push(change),
        }
    }
    kept
}
