//! The listeners' sessions: one for each listener, up to a fixed number.

use crate::composing::LivePiece;
use crate::http::unguessable_name;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A session without a request for this long is over.
pub const SESSION_TIMEOUT: Duration = Duration::from_secs(90);

/// How many seconds of music may be composed for one listener ahead of the clock. Music that was
/// composed again after a change counts, too.
const MAX_LEAD_SECONDS: f64 = 90.0;

/// The open sessions, by names that nobody can guess.
#[derive(Debug)]
pub struct Sessions {
    sessions: Mutex<HashMap<String, Arc<ListenerSession>>>,
    capacity: usize,
}

/// One listener's piece.
#[derive(Debug)]
pub struct ListenerSession {
    /// The piece. A request locks it while it composes or reads.
    pub live_piece: Arc<tokio::sync::Mutex<LivePiece>>,
    started: Instant,
    last_request: Mutex<Instant>,
    /// How many seconds of music have been composed.
    composed: Mutex<f64>,
}

impl Sessions {
    /// No sessions, of at most `capacity`.
    pub fn new(capacity: usize) -> Sessions {
        Sessions { sessions: Mutex::default(), capacity }
    }

    /// How many sessions there can be at once.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// How many listeners there are.
    pub fn listeners(&self) -> usize {
        self.remove_expired();
        self.sessions.lock().expect(LOCK).len()
    }

    /// Whether a new session cannot be opened, even if the session `instead` is closed for it.
    pub fn is_full(&self, instead: Option<&str>) -> bool {
        self.remove_expired();
        let sessions = self.sessions.lock().expect(LOCK);
        let replaces = instead.is_some_and(|name| sessions.contains_key(name));
        sessions.len() >= self.capacity && !replaces
    }

    /// Opens a session for a piece and returns its name. The session `instead`, if it exists, is
    /// closed for it. `None` if there are too many sessions.
    pub fn open(&self, live_piece: LivePiece, instead: Option<&str>) -> Option<String> {
        if self.is_full(instead) {
            return None;
        }
        let mut sessions = self.sessions.lock().expect(LOCK);
        instead.and_then(|name| sessions.remove(name));
        if sessions.len() >= self.capacity {
            return None;
        }
        let name = unguessable_name(16);
        let now = Instant::now();
        let session = ListenerSession {
            live_piece: Arc::new(tokio::sync::Mutex::new(live_piece)),
            started: now,
            last_request: Mutex::new(now),
            composed: Mutex::new(0.0),
        };
        sessions.insert(name.clone(), Arc::new(session));
        Some(name)
    }

    /// The session of that name. Looking it up counts as a request: it restarts the timeout.
    pub fn find(&self, name: &str) -> Option<Arc<ListenerSession>> {
        let session = self.sessions.lock().expect(LOCK).get(name).cloned()?;
        *session.last_request.lock().expect(LOCK) = Instant::now();
        Some(session)
    }

    /// Closes a session.
    pub fn close(&self, name: &str) {
        self.sessions.lock().expect(LOCK).remove(name);
    }

    /// Closes the sessions that have had no request for 90 seconds.
    pub fn remove_expired(&self) {
        let expired = |session: &ListenerSession| {
            session.last_request.lock().expect(LOCK).elapsed() > SESSION_TIMEOUT
        };
        self.sessions.lock().expect(LOCK).retain(|_, session| !expired(session));
    }
}

impl ListenerSession {
    /// Whether more may be composed for this listener now. If not, how long until then.
    pub fn may_compose(&self) -> Result<(), Duration> {
        let lead = *self.composed.lock().expect(LOCK) - self.started.elapsed().as_secs_f64();
        match lead > MAX_LEAD_SECONDS {
            true => Err(Duration::from_secs_f64((lead - MAX_LEAD_SECONDS).clamp(0.1, 60.0))),
            false => Ok(()),
        }
    }

    /// Adds to the seconds of music that have been composed.
    pub fn add_composed(&self, seconds: f64) {
        *self.composed.lock().expect(LOCK) += seconds;
    }
}

const LOCK: &str = "no thread panics while it holds the lock";
