//! Who is listening: a seat for each, and no more than there is room for.

use crate::composing::LivePiece;
use crate::http::unguessable_name;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// After how long without a word a listener has left.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// How far the composer goes ahead of the clock for one listener, in seconds of music, all that was
/// changed and composed again included.
const AHEAD: f64 = 90.0;

/// The listeners, by names that nobody can guess.
#[derive(Debug)]
pub struct Sessions {
    sessions: Mutex<HashMap<String, Arc<ListenerSession>>>,
    room_for: usize,
}

/// One listener's piece.
#[derive(Debug)]
pub struct ListenerSession {
    /// Locked by whoever composes or reads.
    pub live_piece: Arc<tokio::sync::Mutex<LivePiece>>,
    since: Instant,
    heard_from: Mutex<Instant>,
    /// Seconds of music that have been composed.
    composed: Mutex<f64>,
}

impl Sessions {
    /// An empty hall.
    pub fn new(room_for: usize) -> Sessions {
        Sessions { sessions: Mutex::default(), room_for }
    }

    /// How many listeners there may be.
    pub fn room_for(&self) -> usize {
        self.room_for
    }

    /// How many there are.
    pub fn listeners(&self) -> usize {
        self.clear();
        self.sessions.lock().expect(LOCK).len()
    }

    /// Whether there is room for one more, who may leave another seat for it.
    pub fn has_room(&self, instead: Option<&str>) -> bool {
        self.clear();
        let sessions = self.sessions.lock().expect(LOCK);
        sessions.len() < self.room_for || instead.is_some_and(|name| sessions.contains_key(name))
    }

    /// Gives a piece a seat, which may be that of another piece, and tells its name; nothing if all are
    /// taken.
    pub fn session(&self, live_piece: LivePiece, instead: Option<&str>) -> Option<String> {
        if !self.has_room(instead) {
            return None;
        }
        let mut sessions = self.sessions.lock().expect(LOCK);
        instead.and_then(|name| sessions.remove(name));
        if sessions.len() >= self.room_for {
            return None;
        }
        let name = unguessable_name(16);
        let now = Instant::now();
        let session = ListenerSession {
            live_piece: Arc::new(tokio::sync::Mutex::new(live_piece)),
            since: now,
            heard_from: Mutex::new(now),
            composed: Mutex::new(0.0),
        };
        sessions.insert(name.clone(), Arc::new(session));
        Some(name)
    }

    /// The seat of that name; whoever asks is there.
    pub fn find(&self, name: &str) -> Option<Arc<ListenerSession>> {
        let session = self.sessions.lock().expect(LOCK).get(name).cloned()?;
        *session.heard_from.lock().expect(LOCK) = Instant::now();
        Some(session)
    }

    /// A listener leaves.
    pub fn leave(&self, name: &str) {
        self.sessions.lock().expect(LOCK).remove(name);
    }

    /// Clears the seats of those who have left without a word.
    pub fn clear(&self) {
        let gone =
            |session: &ListenerSession| session.heard_from.lock().expect(LOCK).elapsed() > PATIENCE;
        self.sessions.lock().expect(LOCK).retain(|_, session| !gone(session));
    }
}

impl ListenerSession {
    /// Whether this listener may be composed for now; otherwise how long it is until then.
    pub fn may_go_on(&self) -> Result<(), Duration> {
        let ahead = *self.composed.lock().expect(LOCK) - self.since.elapsed().as_secs_f64();
        match ahead > AHEAD {
            true => Err(Duration::from_secs_f64((ahead - AHEAD).clamp(0.1, 60.0))),
            false => Ok(()),
        }
    }

    /// Takes note of seconds of music that have been composed.
    pub fn has_composed(&self, seconds: f64) {
        *self.composed.lock().expect(LOCK) += seconds;
    }
}

const LOCK: &str = "nobody panics with the lock";
