//! How well a network knows music that it has not learned from.

use crate::attribute::Layout;
use crate::network::{Batch, Engine, Layers, Memory, Nats};
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
pub fn surprise<E: Engine + Sync>(
    engine: &E,
    layers: &Layers,
    layout: &Layout,
    pieces: &[&Roll],
    stop: impl Fn() -> bool + Sync,
) -> Option<Vec<Nats>> {
    // The longest first, so that no thread is left alone with one at the end.
    let mut order: Vec<usize> = (0..pieces.len()).collect();
    order.sort_by_key(|&piece| std::cmp::Reverse(pieces[piece].len()));
    let queue = Mutex::new(order.into_iter());
    let sums = Mutex::new(vec![Nats::default(); pieces.len()]);
    let stopped = AtomicBool::new(false);
    let stop = || {
        let asked = stopped.load(Ordering::Relaxed) || stop();
        stopped.fetch_or(asked, Ordering::Relaxed);
        asked
    };
    let lock = "no task panics with the lock";
    rayon::broadcast(|_| {
        let mut room = E::Room::default();
        loop {
            let next = queue.lock().expect(lock).next();
            let Some(piece) = next else { break };
            let nats = surprise_of(engine, layers, layout, pieces[piece], &mut room, &stop);
            sums.lock().expect(lock)[piece] = nats;
        }
    });
    let sums = sums.into_inner().expect(lock);
    (!stopped.into_inner()).then_some(sums)
}

fn surprise_of<E: Engine>(
    engine: &E,
    layers: &Layers,
    layout: &Layout,
    piece: &Roll,
    room: &mut E::Room,
    stop: &impl Fn() -> bool,
) -> Nats {
    let mut memory = Memory::empty(layers);
    let mut sum = Nats::default();
    for start in (0..piece.len()).step_by(PASSAGE_STEPS) {
        if stop() {
            break;
        }
        let count = PASSAGE_STEPS.min(piece.len() - start);
        let passage = Batch::passage(&Segment::new(piece, start, count), layout);
        sum += engine.surprise(&mut memory, &passage, room);
    }
    sum
}

/// The mean over all steps of all pieces, in nats a step, from the sums of each.
pub fn per_step(sums: &[Nats], pieces: &[&Roll]) -> Nats {
    let steps = pieces.iter().map(|piece| piece.len()).sum::<usize>().max(1) as f64;
    let mut sum = Nats::default();
    sums.iter().for_each(|&nats| sum += nats);
    Nats { play: sum.play / steps, articulate: sum.articulate / steps }
}
