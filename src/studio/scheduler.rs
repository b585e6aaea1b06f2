//! Shares the workers that compose among the listeners, by deadline.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tokio::sync::oneshot;

/// A fixed number of permits, handed out by earliest deadline. A listener whose music is about
/// to end does not wait for those who are only building a lead; and since every request's
/// deadline comes near at some time, none waits for ever.
#[derive(Debug)]
pub struct DeadlineScheduler {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    free: usize,
    /// Those who wait, by deadline, then by order of arrival.
    waiting: BTreeMap<(Instant, u64), oneshot::Sender<Permit>>,
    asked: u64,
}

/// The right to compose, until it is dropped.
#[derive(Debug)]
pub struct Permit {
    /// `None` once the permit has been passed on.
    state: Option<Arc<Mutex<State>>>,
}

impl DeadlineScheduler {
    /// A scheduler of `at_once` permits.
    pub fn new(at_once: usize) -> DeadlineScheduler {
        let state = State { free: at_once, waiting: BTreeMap::new(), asked: 0 };
        DeadlineScheduler { state: Arc::new(Mutex::new(state)) }
    }

    /// Waits for a permit for work that is due at a time.
    pub async fn acquire(&self, due: Instant) -> Permit {
        let permit = {
            let mut state = self.state.lock().expect(LOCK);
            if state.free > 0 {
                state.free -= 1;
                return Permit { state: Some(self.state.clone()) };
            }
            let (sender, permit) = oneshot::channel();
            state.asked += 1;
            let asked = state.asked;
            state.waiting.insert((due, asked), sender);
            permit
        };
        permit.await.expect("whoever has a turn gives it on")
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let Some(state) = self.state.take() else { return };
        let mut here = state.lock().expect(LOCK);
        while let Some((_, next)) = here.waiting.pop_first() {
            match next.send(Permit { state: Some(state.clone()) }) {
                Ok(()) => return,
                // The waiting request has been dropped: the permit goes to the
                // next one.
                Err(mut permit) => permit.state = None,
            }
        }
        here.free += 1;
    }
}

const LOCK: &str = "no thread panics while it holds the lock";

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::sync::mpsc;

    #[tokio::test]
    async fn what_is_due_first_comes_first_and_of_equals_what_was_asked_first() {
        let scheduler = Arc::new(DeadlineScheduler::new(1));
        let now = Instant::now();
        let first = scheduler.acquire(now).await;
        let (tell, mut told) = mpsc::unbounded_channel();
        for (name, seconds) in [("late", 9), ("soon", 1), ("later", 20), ("soon, too", 1)] {
            let (scheduler, tell) = (scheduler.clone(), tell.clone());
            let wait = async move {
                let _turn = scheduler.acquire(now + Duration::from_secs(seconds)).await;
                tell.send(name).unwrap();
            };
            tokio::spawn(wait);
            tokio::task::yield_now().await;
        }
        drop((first, tell));
        let mut order = Vec::new();
        while let Some(name) = told.recv().await {
            order.push(name);
        }
        assert_eq!(order, ["soon", "soon, too", "late", "later"]);
    }

    #[tokio::test]
    async fn there_are_never_more_turns_at_once_and_those_of_who_has_left_are_given_on() {
        let scheduler = Arc::new(DeadlineScheduler::new(2));
        let now = Instant::now();
        let (one, two) = (scheduler.acquire(now).await, scheduler.acquire(now).await);
        let impatient = scheduler.acquire(now);
        assert!(tokio::time::timeout(Duration::from_millis(5), impatient).await.is_err());
        drop(one);
        let three = scheduler.acquire(now).await;
        let four = scheduler.acquire(now);
        assert!(tokio::time::timeout(Duration::from_millis(5), four).await.is_err());
        drop((two, three));
        let _both = (scheduler.acquire(now).await, scheduler.acquire(now).await);
    }
}
