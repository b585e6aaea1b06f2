//! Going through whole pieces in passages, on all threads.

use crate::match_model::MatchModel;
use crate::roll::Roll;
use crate::segment::Segment;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Steps of a passage. Their number changes the result by rounding at most.
pub const PASSAGE_STEPS: usize = 64;

/// Goes through whole pieces in passages of [`PASSAGE_STEPS`], each piece on one of the threads.
///
/// Segments come with what followed at matches if any network `needs_matches`. `begin` makes the value that goes with a piece; `advance` moves it on by a passage; the values
/// at the pieces' ends are the result. Each thread has a scratch `R` of its own. `go_on` is asked
/// before every passage, with the number of its steps; once it says no, the result is `None`.
pub fn in_passages<T: Send, R: Default>(
    pieces: &[&Roll],
    needs_matches: bool,
    begin: impl Fn() -> T + Sync,
    advance: impl Fn(&mut T, &Segment, &mut R) + Sync,
    go_on: impl Fn(usize) -> bool + Sync,
) -> Option<Vec<T>> {
    // The longest first, so that no thread is left alone with one at the end.
    let mut order: Vec<usize> = (0..pieces.len()).collect();
    order.sort_by_key(|&piece| std::cmp::Reverse(pieces[piece].len()));
    let queue = Mutex::new(order.into_iter());
    let found: Vec<Option<T>> = pieces.iter().map(|_| None).collect();
    let found = Mutex::new(found);
    let stopped = AtomicBool::new(false);
    let go_on = |steps| {
        let asked = stopped.load(Ordering::Relaxed) || !go_on(steps);
        stopped.fetch_or(asked, Ordering::Relaxed);
        !asked
    };
    let lock = "no task panics with the lock";
    rayon::broadcast(|_| {
        let mut scratch = R::default();
        loop {
            let next = queue.lock().expect(lock).next();
            let Some(piece) = next else { break };
            let roll = pieces[piece];
            let mut state = begin();
            let mut match_model = needs_matches.then(MatchModel::new);
            for start in (0..roll.len()).step_by(PASSAGE_STEPS) {
                let count = PASSAGE_STEPS.min(roll.len() - start);
                if !go_on(count) {
                    break;
                }
                let mut segment = Segment::new(roll, start, count);
                if let Some(model) = &mut match_model {
                    segment.find_matches(roll, start, model);
                }
                advance(&mut state, &segment, &mut scratch);
            }
            found.lock().expect(lock)[piece] = Some(state);
        }
    });
    let found = found.into_inner().expect(lock);
    (!stopped.into_inner()).then(|| found.into_iter().flatten().collect())
}
