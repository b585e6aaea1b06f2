//! How well a network knows music that it has not learned from.

use crate::attribute::Layout;
use crate::network::{Batch, Choice, Engine, Layers, Memory, Nats, Prediction};
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
    let found = follow(engine, layers, layout, pieces, |_: &mut (), _, _| (), |_| !stop())?;
    Some(found.into_iter().map(|(nats, ())| nats).collect())
}

/// The same, with whatever else there is to be learned on the way: `see` is shown what was predicted
/// of each key at each step of a piece, and what the key did, and notes what it likes in the piece's
/// own `T`. `go_on` is asked before every passage, and told how many steps it has.
pub fn follow<E: Engine + Sync, T: Default + Send>(
    engine: &E,
    layers: &Layers,
    layout: &Layout,
    pieces: &[&Roll],
    see: impl Fn(&mut T, Prediction, Choice) + Sync,
    go_on: impl Fn(usize) -> bool + Sync,
) -> Option<Vec<(Nats, T)>> {
    // The longest first, so that no thread is left alone with one at the end.
    let mut order: Vec<usize> = (0..pieces.len()).collect();
    order.sort_by_key(|&piece| std::cmp::Reverse(pieces[piece].len()));
    let queue = Mutex::new(order.into_iter());
    let found: Vec<_> = pieces.iter().map(|_| (Nats::default(), T::default())).collect();
    let found = Mutex::new(found);
    let stopped = AtomicBool::new(false);
    let go_on = |steps| {
        let asked = stopped.load(Ordering::Relaxed) || !go_on(steps);
        stopped.fetch_or(asked, Ordering::Relaxed);
        !asked
    };
    let lock = "no task panics with the lock";
    rayon::broadcast(|_| {
        let mut room = E::Room::default();
        loop {
            let next = queue.lock().expect(lock).next();
            let Some(piece) = next else { break };
            let roll = pieces[piece];
            let (mut memory, mut nats) = (Memory::empty(layers), Nats::default());
            let mut notes = T::default();
            for start in (0..roll.len()).step_by(PASSAGE_STEPS) {
                let count = PASSAGE_STEPS.min(roll.len() - start);
                if !go_on(count) {
                    break;
                }
                let passage = Batch::passage(&Segment::new(roll, start, count), layout);
                let mut tell = |step: usize, key: usize, prediction: Prediction| {
                    see(&mut notes, prediction, passage.target(step, key));
                };
                nats += engine.follow(&mut memory, &passage, &mut room, &mut tell);
            }
            found.lock().expect(lock)[piece] = (nats, notes);
        }
    });
    let found = found.into_inner().expect(lock);
    (!stopped.into_inner()).then_some(found)
}

/// The mean over all steps of all pieces, in nats a step, from the sums of each.
pub fn per_step(sums: &[Nats], pieces: &[&Roll]) -> Nats {
    let steps = pieces.iter().map(|piece| piece.len()).sum::<usize>().max(1) as f64;
    let mut sum = Nats::default();
    sums.iter().for_each(|&nats| sum += nats);
    Nats { play: sum.play / steps, articulate: sum.articulate / steps }
}
