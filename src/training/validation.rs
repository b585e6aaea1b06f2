//! How well a network knows music that it has not learned from.

use crate::attribute::Layout;
use crate::network::{Batch, Engine, Layers, LstmState, Nats};
use crate::roll::Roll;
use crate::segment::Segment;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// How many steps are gone through at once. It has no influence on the result but for rounding.
pub const PASSAGE_STEPS: usize = 64;

/// The exact negative log-likelihood of whole pieces, each from its first step to its last with the
/// memory carried through: for each piece the sum over its steps.
///
/// The number of threads changes nothing in the result. There is none as soon as `stop`, which is asked
/// again and again, says so.
pub fn nll<E: Engine + Sync>(
    engine: &E,
    layers: &Layers,
    layout: &Layout,
    pieces: &[&Roll],
    stop: impl Fn() -> bool + Sync,
) -> Option<Vec<Nats>> {
    let begin = || (LstmState::empty(layers), Nats::default());
    let hear =
        |(state, nats): &mut (LstmState, Nats), segment: &Segment, scratch: &mut E::Scratch| {
            let passage = Batch::passage(segment, layout);
            *nats += engine.nll(state, &passage, scratch);
        };
    let found = in_passages(pieces, begin, hear, |_| !stop())?;
    Some(found.into_iter().map(|(_, nats)| nats).collect())
}

/// Goes through whole pieces in passages of [`PASSAGE_STEPS`], each piece on one of the threads: what
/// `begin` makes for a piece is moved on by `hear` from passage to passage, and given back for each.
/// Each thread has an `R` of its own. `go_on` is asked before every passage, and told how many steps it
/// has; as soon as it says no, there is no result.
pub fn in_passages<T: Send, R: Default>(
    pieces: &[&Roll],
    begin: impl Fn() -> T + Sync,
    hear: impl Fn(&mut T, &Segment, &mut R) + Sync,
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
            for start in (0..roll.len()).step_by(PASSAGE_STEPS) {
                let count = PASSAGE_STEPS.min(roll.len() - start);
                if !go_on(count) {
                    break;
                }
                hear(&mut state, &Segment::new(roll, start, count), &mut scratch);
            }
            found.lock().expect(lock)[piece] = Some(state);
        }
    });
    let found = found.into_inner().expect(lock);
    (!stopped.into_inner()).then(|| found.into_iter().flatten().collect())
}

/// The mean over all steps of all pieces, in nats a step, from the sums of each.
pub fn per_step(sums: &[Nats], pieces: &[&Roll]) -> Nats {
    let steps = pieces.iter().map(|piece| piece.len()).sum::<usize>().max(1) as f64;
    let mut sum = Nats::default();
    sums.iter().for_each(|&nats| sum += nats);
    Nats { play: sum.play / steps, articulate: sum.articulate / steps }
}
