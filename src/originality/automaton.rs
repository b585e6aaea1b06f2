//! All that can be read in a text, as an automaton.

use std::collections::BTreeMap;

/// The smallest automaton that reads every part of a text and nothing else (a suffix automaton,
/// after Blumer et al., 1985). Made in a time that grows with the text, times the logarithm of it;
/// then another text of any length is read once, and at each of its symbols the longest part that
/// ends there and stands in the first is known.
pub(super) struct Automaton {
    states: Vec<State>,
    /// Where the ways out of each state begin; one more than there are states.
    firsts: Vec<u32>,
    /// The ways out: symbol and state, by state, then by symbol.
    ways: Vec<(u32, u32)>,
    /// For each symbol the state of it alone, 0 where the text does not have it: most that is read
    /// is not in the text, and need not be looked for.
    singles: Vec<u32>,
}

#[derive(Clone, Copy)]
struct State {
    /// The length of the longest part that ends in this state.
    longest: u32,
    /// The state in which the longest shorter ends end; the first state has none and names itself.
    shorter: u32,
    /// The index of the symbol at which these parts end for the first time.
    end: u32,
}

/// What has been read: the longest end of it that stands in the text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reading {
    state: u32,
    /// How many symbols it has.
    pub length: u32,
}

impl Automaton {
    /// The automaton of a text of fewer than 2³¹ symbols; there is a table as long as the largest.
    pub fn of(text: &[u32]) -> Automaton {
        assert!(text.len() < 1 << 31, "states are counted by 32 bits");
        let mut states = Vec::with_capacity(2 * text.len() + 1);
        states.push(State { longest: 0, shorter: 0, end: 0 });
        let mut ways: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        let mut whole = 0;
        for (index, &symbol) in text.iter().enumerate() {
            let new = states.len() as u32;
            let longest = index as u32 + 1;
            states.push(State { longest, shorter: 0, end: index as u32 });
            let mut from = Some(whole);
            whole = new;
            // Every end of the text so far can be followed by the symbol.
            let met = loop {
                let Some(state) = from else { break None };
                if let Some(&to) = ways.get(&(state, symbol)) {
                    break Some((state, to));
                }
                ways.insert((state, symbol), new);
                from = (state != 0).then(|| states[state as usize].shorter);
            };
            let Some((state, to)) = met else { continue };
            let through = states[state as usize].longest + 1;
            if states[to as usize].longest == through {
                states[new as usize].shorter = to;
                continue;
            }
            // The state holds longer parts too, which do not end here: the shorter get their own.
            let own = states.len() as u32;
            states.push(State { longest: through, ..states[to as usize] });
            let copied: Vec<_> = ways
                .range((to, 0)..=(to, u32::MAX))
                .map(|(&(_, symbol), &next)| ((own, symbol), next))
                .collect();
            ways.extend(copied);
            let mut from = Some(state);
            while let Some(state) = from {
                match ways.get_mut(&(state, symbol)) {
                    Some(way) if *way == to => *way = own,
                    _ => break,
                }
                from = (state != 0).then(|| states[state as usize].shorter);
            }
            states[to as usize].shorter = own;
            states[new as usize].shorter = own;
        }
        let mut firsts = vec![0; states.len() + 1];
        ways.keys().for_each(|&(state, _)| firsts[state as usize + 1] += 1);
        for state in 0..states.len() {
            firsts[state + 1] += firsts[state];
        }
        let mut singles = vec![0; text.iter().max().map_or(0, |&largest| largest as usize + 1)];
        for (&(_, symbol), &to) in ways.range((0, 0)..=(0, u32::MAX)) {
            singles[symbol as usize] = to;
        }
        let ways = ways.into_iter().map(|((_, symbol), to)| (symbol, to)).collect();
        Automaton { states, firsts, ways, singles }
    }

    /// Reads a symbol more.
    pub fn read(&self, mut reading: Reading, symbol: u32) -> Reading {
        let single = self.singles.get(symbol as usize).copied().unwrap_or(0);
        if single == 0 {
            return Reading::default();
        }
        loop {
            if reading.state == 0 {
                return Reading { state: single, length: 1 };
            }
            if let Some(state) = self.way(reading.state, symbol) {
                return Reading { state, length: reading.length + 1 };
            }
            let state = self.states[reading.state as usize].shorter;
            reading = Reading { state, length: self.states[state as usize].longest };
        }
    }

    /// The index in the text at which what has been read ends for the first time.
    pub fn end(&self, reading: Reading) -> usize {
        self.states[reading.state as usize].end as usize
    }

    fn way(&self, state: u32, symbol: u32) -> Option<u32> {
        let state = state as usize;
        let ways = &self.ways[self.firsts[state] as usize..self.firsts[state + 1] as usize];
        let found = ways.binary_search_by_key(&symbol, |&(symbol, _)| symbol).ok()?;
        Some(ways[found].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The longest end of `read` that stands in the text, by trying all, and where it ends first.
    fn tried(text: &[u32], read: &[u32]) -> (usize, usize) {
        for length in (1..=read.len()).rev() {
            let end = &read[read.len() - length..];
            if let Some(at) = text.windows(length).position(|part| part == end) {
                return (length, at + length - 1);
            }
        }
        (0, 0)
    }

    proptest! {
        #[test]
        fn at_each_symbol_the_longest_part_in_common_is_known(
            text in prop::collection::vec(0u32..4, 0..40),
            other in prop::collection::vec(0u32..5, 0..40),
        ) {
            let automaton = Automaton::of(&text);
            let mut reading = Reading::default();
            for (index, &symbol) in other.iter().enumerate() {
                reading = automaton.read(reading, symbol);
                let found = (reading.length as usize, automaton.end(reading));
                prop_assert_eq!(found, tried(&text, &other[..=index]));
            }
        }
    }

    #[test]
    fn it_has_no_more_than_two_states_a_symbol_and_three_ways() {
        // The worst text for states is abbb…, for ways abb…bc.
        let text: Vec<u32> = (0..1000).map(|at| if at == 0 { 0 } else { 1 + at / 999 }).collect();
        let automaton = Automaton::of(&text);
        assert!(automaton.states.len() < 2 * text.len());
        assert!(automaton.ways.len() < 3 * text.len());
    }
}
