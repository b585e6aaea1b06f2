//! A track cut into its events.

/// What happens in a track. Events that are no part of a score are not mentioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event<'a> {
    /// A message on a channel: its status without the channel (0x80 to 0xE0), and its data bytes.
    Message { kind: u8, channel: u8, data: [u8; 2] },
    /// A meta event.
    Meta { kind: u8, data: &'a [u8] },
}

/// The kinds of meta events that are read.
pub(super) mod meta {
    pub const TEXT: u8 = 0x01;
    pub const TRACK_NAME: u8 = 0x03;
    pub const END_OF_TRACK: u8 = 0x2F;
    pub const TEMPO: u8 = 0x51;
    pub const TIME_SIGNATURE: u8 = 0x58;
    pub const KEY_SIGNATURE: u8 = 0x59;
}

/// How the reading of a track ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TrackEnd {
    /// With its End of Track event. So many bytes follow it.
    Marked { after: usize },
    /// Without an End of Track event.
    Unmarked,
    /// At a byte that cannot be read. So many bytes are lost from there on.
    Damaged { byte: usize, lost: usize },
}

/// Reads the events of a track one after another, as an iterator over ticks and events.
///
/// It does not give up a track for a bad byte. A data byte above 127 is clipped, unless it is a byte of
/// the system clock and what follows makes sense without it. After bytes that are no event, the next
/// place is sought from which events can be read.
pub(super) struct EventReader<'a> {
    data: &'a [u8],
    at: usize,
    running: Option<u8>,
    /// How often the reader may still search for the next event. Hostile files ask for it at every
    /// byte.
    searches: usize,
    /// The tick of the last event, counted from the start of the track.
    pub tick: u64,
    /// How many messages had a data byte above 127.
    pub clipped: usize,
    /// How many malformed events were skipped.
    pub malformed: usize,
    /// How many bytes were skipped because no event could be read from them.
    pub skipped: usize,
    /// How the track ended; known after the last event.
    pub end: TrackEnd,
}

/// The number of events after a doubtful one that are looked at.
const LOOK_AHEAD: usize = 8;

/// The number of bytes that are searched for the next event.
const SEARCHED: usize = 256;

/// One event as it was cut out.
struct Cut<'a> {
    delta: u64,
    event: Option<Event<'a>>,
    /// The status of a message on a channel, which may be left out from the next one.
    status: Option<u8>,
    /// The offset after it.
    next: usize,
    /// The offset of a data byte above 127.
    over: Option<usize>,
    /// Whether no file should contain it.
    malformed: bool,
}

impl<'a> EventReader<'a> {
    pub(super) fn new(data: &'a [u8]) -> EventReader<'a> {
        EventReader {
            data,
            at: 0,
            running: None,
            searches: 4,
            tick: 0,
            clipped: 0,
            malformed: 0,
            skipped: 0,
            end: TrackEnd::Unmarked,
        }
    }

    /// Accepts an event, and returns what is to be said of it.
    fn take(&mut self, cut: Cut<'a>) -> Option<(u64, Event<'a>)> {
        self.tick += cut.delta;
        self.at = cut.next;
        // By the specification, meta and system exclusive events end running status. But files
        // exist that rely on it going on, and every sequencer accepts them.
        self.running = cut.status.or(self.running);
        self.malformed += usize::from(cut.malformed);
        cut.event.map(|event| (self.tick, event))
    }

    /// Accepts a message that has a data byte above 127, at the offset `over`.
    fn take_doubtful(&mut self, cut: Cut<'a>, over: usize) -> Option<(u64, Event<'a>)> {
        let (data, status) = (self.data, cut.status);
        let leads_on = |at| look_ahead(data, at, status) == Some(0);
        let count = data_bytes(status.unwrap_or(0));
        if let Some((bytes, next)) = without_clock(data, cut.next - count, count)
            && !leads_on(cut.next)
            && leads_on(next)
        {
            let event = cut.event.map(|event| with_data(event, bytes));
            return self.take(Cut { event, next, malformed: true, ..cut });
        }
        self.clipped += 1;
        // Nobody knows which controller a number above 127 stands for.
        let unknown =
            matches!(cut.event, Some(Event::Message { kind: 0xB0, .. })) && over + 2 == cut.next;
        let event = cut.event.filter(|_| !unknown);
        self.take(Cut { event, ..cut })
    }

    /// Goes on after bytes that are no event: with an event that is much longer than the track, or
    /// with the next place from which events can be read. Returns what is left of the event itself.
    fn recover(&mut self) -> Option<(u64, Event<'a>)> {
        let (data, start) = (self.data, self.at);
        let lost = data.len() - start;
        // The text of an event whose length is too large is kept, as far as it goes.
        let (delta, text) = match variable_length(data, start) {
            Some((delta, at)) => (delta, meta_at(data, at).map(|(kind, _, from)| (kind, from))),
            None => (0, None),
        };
        let from = text.map_or(start + 1, |(_, from)| from);
        let searched = from..data.len().min(from + SEARCHED);
        let next = match self.searches {
            0 => None,
            _ => searched.into_iter().find(|&at| look_ahead(data, at, None) == Some(0)),
        };
        self.searches = self.searches.saturating_sub(1);
        let until = next.unwrap_or(data.len());
        self.tick += delta;
        self.at = until;
        match next {
            Some(next) if text.is_none() => self.skipped += next - start,
            Some(_) => self.malformed += 1,
            None => self.end = TrackEnd::Damaged { byte: start, lost },
        }
        let (kind, from) = text?;
        Some((self.tick, Event::Meta { kind, data: &data[from..until] }))
    }
}

impl<'a> Iterator for EventReader<'a> {
    type Item = (u64, Event<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        while self.at < self.data.len() {
            let cut = variable_length(self.data, self.at)
                .and_then(|(delta, at)| cut(self.data, at, delta, self.running));
            let found = match cut {
                None => self.recover(),
                Some(Cut { event: Some(Event::Meta { kind: meta::END_OF_TRACK, .. }), .. }) => {
                    let cut = cut.expect("it was just matched");
                    self.end = TrackEnd::Marked { after: self.data.len() - cut.next };
                    self.take(cut);
                    self.at = self.data.len();
                    return None;
                }
                Some(cut) => match cut.over {
                    Some(over) => self.take_doubtful(cut, over),
                    None => self.take(cut),
                },
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

/// How many of the next events have a data byte above 127 or do not belong in a file; nothing if an
/// event cannot be read. Without a running status, the first event must have its own.
fn look_ahead(data: &[u8], mut at: usize, mut running: Option<u8>) -> Option<usize> {
    let mut problems = 0;
    for _ in 0..LOOK_AHEAD {
        if at == data.len() {
            break;
        }
        let (delta, event) = variable_length(data, at)?;
        let cut = cut(data, event, delta, running)?;
        problems += usize::from(cut.over.is_some()) + usize::from(cut.malformed);
        if matches!(cut.event, Some(Event::Meta { kind: meta::END_OF_TRACK, .. })) {
            break;
        }
        running = cut.status.or(running);
        at = cut.next;
    }
    Some(problems)
}

/// Cuts out the event whose status, or first data byte, is at an offset.
fn cut(data: &[u8], at: usize, delta: u64, running: Option<u8>) -> Option<Cut<'_>> {
    let first = *data.get(at)?;
    let plain = |next| Cut { delta, event: None, status: None, next, over: None, malformed: false };
    let cut = match first {
        0xFF => {
            let (kind, length, from) = meta_at(data, at)?;
            let next = end_of_meta(data, kind, from, length)?;
            let event = Some(Event::Meta { kind, data: &data[from..next] });
            let malformed = next - from != length;
            Cut { event, malformed, ..plain(next) }
        }
        0xF0 | 0xF7 => {
            let (length, from) = variable_length(data, at + 1)?;
            let next = from.checked_add(length as usize).filter(|&next| next <= data.len());
            let unmeasured = match first {
                0xF0 => end_of_unmeasured(data, at + 1, next),
                _ => None,
            };
            match unmeasured {
                Some(next) => Cut { malformed: true, ..plain(next) },
                None => plain(next?),
            }
        }
        0xF1..=0xFE => {
            let next = at
                + match first {
                    0xF1 | 0xF3 => 2,
                    0xF2 => 3,
                    _ => 1,
                };
            (next <= data.len()).then(|| Cut { malformed: true, ..plain(next) })?
        }
        _ => {
            let (status, from) = match first >= 0x80 {
                true => (first, at + 1),
                false => (running?, at),
            };
            let next = from + data_bytes(status);
            let bytes = data.get(from..next)?;
            let over = bytes.iter().position(|&byte| byte > 127).map(|over| from + over);
            let byte = |at: usize| bytes.get(at).map_or(0, |&byte| byte.min(127));
            let (kind, channel) = (status & 0xF0, status & 0x0F);
            let event = Event::Message { kind, channel, data: [byte(0), byte(1)] };
            Cut { event: Some(event), status: Some(status), over, ..plain(next) }
        }
    };
    Some(cut)
}

/// The offset after a system exclusive event that was written without its length, as it goes over a
/// cable: it ends before the offset that its first byte would give as a length, and an event with a
/// status follows.
fn end_of_unmeasured(data: &[u8], from: usize, measured: Option<usize>) -> Option<usize> {
    const LONGEST: usize = 4096;
    let end = from + data[from..].iter().take(LONGEST).position(|&byte| byte >= 0x80)?;
    let next = end + 1;
    let begins_event = || {
        let (_, status) = variable_length(data, next)?;
        data.get(status).filter(|&&status| status >= 0x80)
    };
    (data[end] == 0xF7 && measured.is_none_or(|measured| next < measured))
        .then_some(next)
        .filter(|_| begins_event().is_some())
}

/// The number of data bytes of a message on a channel.
fn data_bytes(status: u8) -> usize {
    if (0xC0..0xE0).contains(&status) { 1 } else { 2 }
}

/// The data bytes of a message, without bytes of the system clock (real-time messages) among them,
/// and the offset after it.
fn without_clock(data: &[u8], start: usize, count: usize) -> Option<([u8; 2], usize)> {
    let (mut found, mut bytes) = (0, [0; 2]);
    for (at, &byte) in data.iter().enumerate().skip(start).take(count + 4) {
        match byte {
            0xF8..=0xFE => continue,
            0x80.. => return None,
            _ => bytes[found] = byte,
        }
        found += 1;
        if found == count {
            return Some((bytes, at + 1));
        }
    }
    None
}

fn with_data(event: Event<'_>, data: [u8; 2]) -> Event<'_> {
    match event {
        Event::Message { kind, channel, .. } => Event::Message { kind, channel, data },
        meta => meta,
    }
}

/// The kind of the meta event at an offset, the length of its data, and where they begin.
fn meta_at(data: &[u8], at: usize) -> Option<(u8, usize, usize)> {
    let &[0xFF, kind] = data.get(at..at + 2)? else { return None };
    let (length, from) = variable_length(data, at + 2)?;
    Some((kind, length as usize, from))
}

/// The offset after a meta event. If its length leads beyond the track, an event of a kind that
/// always has the same length is taken to have that.
fn end_of_meta(data: &[u8], kind: u8, from: usize, length: usize) -> Option<usize> {
    let usual = match kind {
        meta::END_OF_TRACK => 0,
        0x20 | 0x21 => 1,
        meta::KEY_SIGNATURE | 0x00 => 2,
        meta::TEMPO => 3,
        meta::TIME_SIGNATURE => 4,
        0x54 => 5,
        _ => length,
    };
    [length, usual]
        .into_iter()
        .map(|length| from.saturating_add(length))
        .find(|&end| end <= data.len())
}

/// A variable-length quantity (one to four bytes of seven bits each), and the offset after it.
fn variable_length(bytes: &[u8], start: usize) -> Option<(u64, usize)> {
    let mut number = 0;
    for at in start..start + 4 {
        let byte = *bytes.get(at)?;
        number = number << 7 | u64::from(byte & 0x7F);
        if byte < 0x80 {
            return Some((number, at + 1));
        }
    }
    Some((number, start + 4))
}
