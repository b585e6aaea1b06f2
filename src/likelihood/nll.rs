//! The negative log-likelihood of pieces that one network predicts.

use super::in_passages;
use crate::attribute::Layout;
use crate::network::{Batch, Nats, PassageEngine};
use crate::roll::Roll;
use crate::segment::Segment;

/// The exact negative log-likelihood of whole pieces, each from its first step to its last with the
/// LSTM state carried through: for each piece the sum over its steps.
///
/// The number of threads changes nothing in the result. `stop` is asked before every passage; once
/// it says yes, the result is `None`.
pub fn nll<E: PassageEngine>(
    engine: &E,
    layout: &Layout,
    pieces: &[&Roll],
    stop: impl Fn() -> bool + Sync,
) -> Option<Vec<Nats>> {
    let begin = || (engine.initial_state(), Nats::default());
    let advance =
        |(state, nats): &mut (E::State, Nats), segment: &Segment, scratch: &mut E::Scratch| {
            let passage = Batch::passage(segment, layout);
            *nats += engine.nll(state, &passage, scratch);
        };
    let found = in_passages(pieces, layout.needs_matches(), begin, advance, |_| !stop())?;
    Some(found.into_iter().map(|(_, nats)| nats).collect())
}

/// The mean over all steps of all pieces, in nats per step, from the sums of each.
pub fn per_step(sums: &[Nats], pieces: &[&Roll]) -> Nats {
    let steps = pieces.iter().map(|piece| piece.len()).sum::<usize>().max(1) as f64;
    let mut sum = Nats::default();
    sums.iter().for_each(|&nats| sum += nats);
    Nats { play: sum.play / steps, articulate: sum.articulate / steps }
}
