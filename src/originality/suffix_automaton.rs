//! A suffix automaton.

use std::collections::BTreeMap;

/// The suffix automaton of a text: the smallest automaton that accepts every substring of the text
/// and nothing else (Blumer et al., 1985).
///
/// It is built in O(n log n). Then another text of any length is read once. After each symbol, the
/// automaton gives the longest suffix of what has been read that is a substring of the first text.
pub(super) struct SuffixAutomaton {
    states: Vec<State>,
    /// For each state, the index of its first transition; one entry more than there are states.
    first_transitions: Vec<u32>,
    /// The transitions as symbol and target, sorted by source, then by symbol.
    transitions: Vec<(u32, u32)>,
    /// For each symbol, the state after that symbol alone, or 0 if the text does not contain it.
    /// Most symbols that are read are not in the text, and this saves the search for them.
    after_symbol: Vec<u32>,
}

#[derive(Clone, Copy)]
struct State {
    /// The length of the longest substring that ends in this state.
    max_length: u32,
    /// The suffix link: the state of the longest suffix that belongs to another state. The first
    /// state links to itself.
    suffix_link: u32,
    /// The index of the symbol at which the first occurrence of these substrings ends.
    first_end: u32,
}

/// The longest suffix of what has been read that is a substring of the text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct MatchState {
    state: u32,
    /// The number of its symbols.
    pub length: u32,
}

impl SuffixAutomaton {
    /// The automaton of a text of fewer than 2³¹ symbols. One of its tables is as long as the
    /// largest symbol.
    pub fn of(text: &[u32]) -> SuffixAutomaton {
        assert!(text.len() < 1 << 31, "states are counted with 32 bits");
        let mut states = Vec::with_capacity(2 * text.len() + 1);
        states.push(State { max_length: 0, suffix_link: 0, first_end: 0 });
        let mut transitions: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        let mut whole = 0;
        for (index, &symbol) in text.iter().enumerate() {
            let new = states.len() as u32;
            let max_length = index as u32 + 1;
            states.push(State { max_length, suffix_link: 0, first_end: index as u32 });
            let mut from = Some(whole);
            whole = new;
            // The symbol can follow every suffix of the text so far.
            let met = loop {
                let Some(state) = from else { break None };
                if let Some(&to) = transitions.get(&(state, symbol)) {
                    break Some((state, to));
                }
                transitions.insert((state, symbol), new);
                from = (state != 0).then(|| states[state as usize].suffix_link);
            };
            let Some((state, to)) = met else { continue };
            let through = states[state as usize].max_length + 1;
            if states[to as usize].max_length == through {
                states[new as usize].suffix_link = to;
                continue;
            }
            // The state also has longer substrings, which do not end here. So it is split: the
            // shorter ones get a clone of their own.
            let clone = states.len() as u32;
            states.push(State { max_length: through, ..states[to as usize] });
            let copied: Vec<_> = transitions
                .range((to, 0)..=(to, u32::MAX))
                .map(|(&(_, symbol), &next)| ((clone, symbol), next))
                .collect();
            transitions.extend(copied);
            let mut from = Some(state);
            while let Some(state) = from {
                match transitions.get_mut(&(state, symbol)) {
                    Some(transition) if *transition == to => *transition = clone,
                    _ => break,
                }
                from = (state != 0).then(|| states[state as usize].suffix_link);
            }
            states[to as usize].suffix_link = clone;
            states[new as usize].suffix_link = clone;
        }
        let mut first_transitions = vec![0; states.len() + 1];
        transitions.keys().for_each(|&(state, _)| first_transitions[state as usize + 1] += 1);
        for state in 0..states.len() {
            first_transitions[state + 1] += first_transitions[state];
        }
        let mut after_symbol =
            vec![0; text.iter().max().map_or(0, |&largest| largest as usize + 1)];
        for (&(_, symbol), &to) in transitions.range((0, 0)..=(0, u32::MAX)) {
            after_symbol[symbol as usize] = to;
        }
        let transitions = transitions.into_iter().map(|((_, symbol), to)| (symbol, to)).collect();
        SuffixAutomaton { states, first_transitions, transitions, after_symbol }
    }

    /// Reads the next symbol.
    pub fn advance(&self, mut matched: MatchState, symbol: u32) -> MatchState {
        let alone = self.after_symbol.get(symbol as usize).copied().unwrap_or(0);
        if alone == 0 {
            return MatchState::default();
        }
        loop {
            if matched.state == 0 {
                return MatchState { state: alone, length: 1 };
            }
            if let Some(state) = self.transition(matched.state, symbol) {
                return MatchState { state, length: matched.length + 1 };
            }
            let state = self.states[matched.state as usize].suffix_link;
            matched = MatchState { state, length: self.states[state as usize].max_length };
        }
    }

    /// The index in the text of the last symbol of the first occurrence.
    pub fn first_end(&self, matched: MatchState) -> usize {
        self.states[matched.state as usize].first_end as usize
    }

    fn transition(&self, state: u32, symbol: u32) -> Option<u32> {
        let state = state as usize;
        let transitions = &self.transitions
            [self.first_transitions[state] as usize..self.first_transitions[state + 1] as usize];
        let found = transitions.binary_search_by_key(&symbol, |&(symbol, _)| symbol).ok()?;
        Some(transitions[found].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The length of the longest suffix of `read` that is a substring of the text, and where its
    /// first occurrence ends, found by brute force.
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
            let automaton = SuffixAutomaton::of(&text);
            let mut matched = MatchState::default();
            for (index, &symbol) in other.iter().enumerate() {
                matched = automaton.advance(matched, symbol);
                let found = (matched.length as usize, automaton.first_end(matched));
                prop_assert_eq!(found, tried(&text, &other[..=index]));
            }
        }
    }

    #[test]
    fn it_has_no_more_than_two_states_a_symbol_and_three_ways() {
        // The text abbb… has the most states, and abb…bc the most transitions.
        let text: Vec<u32> = (0..1000).map(|at| if at == 0 { 0 } else { 1 + at / 999 }).collect();
        let automaton = SuffixAutomaton::of(&text);
        assert!(automaton.states.len() < 2 * text.len());
        assert!(automaton.transitions.len() < 3 * text.len());
    }
}
