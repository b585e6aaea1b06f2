//! The longest match of each key's neighbourhood.

use super::alignments::mix;
use super::piece_steps::{BLOCK, PieceSteps};
use crate::roll::{KEYS, Keys, Step};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

/// How many keys to either side belong to a key's neighbourhood: about those of a line, of a chord and
/// of a hand. Each is matched by itself.
pub const LOCAL_REACHES: [usize; 3] = [2, 6, 14];

/// The shortest local match that counts, in steps.
pub const SHORTEST_LOCAL: usize = 4;

/// The longest local match that is told apart, in steps.
pub const LONGEST_LOCAL: usize = 48;

/// How many earlier places of a key are compared: the latest.
const CANDIDATES: usize = 6;

/// The longest match of each length class but the last, in steps.
const CLASSES: [usize; 6] = [5, 8, 12, 16, 24, LONGEST_LOCAL - 1];

/// For each key the length class of the longest match of its neighbourhood, and what the key did after
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LocalMatches {
    /// The bits of the class of each key, the lowest first; 0 if nothing was found.
    class: [Keys; 3],
    /// What the keys did.
    pub followed: Step,
    /// The keys of which several matches were found.
    pub several: Keys,
    /// The keys that did something else after another match.
    pub disputed: Keys,
}

impl LocalMatches {
    /// The number of length classes.
    pub const CLASSES: usize = CLASSES.len() + 1;

    /// The length class of the match of a key, from 0; `None` if nothing was found.
    pub fn class(&self, key: usize) -> Option<usize> {
        let bits = self.class.iter().enumerate();
        let class: usize = bits.map(|(bit, keys)| usize::from(keys.contains(key)) << bit).sum();
        class.checked_sub(1)
    }

    fn set(&mut self, key: usize, length: usize, step: Step) {
        let class = 1 + CLASSES.partition_point(|&longest| longest < length);
        for (bit, keys) in self.class.iter_mut().enumerate() {
            if class >> bit & 1 == 1 {
                keys.insert(key);
            }
        }
        if step.play.contains(key) {
            self.followed.play.insert(key);
        }
        if step.articulate.contains(key) {
            self.followed.articulate.insert(key);
        }
    }

    /// The same in a piece that is transposed by some semitones.
    pub fn transposed(&self, semitones: i32) -> LocalMatches {
        LocalMatches {
            class: self.class.map(|keys| keys.transposed(semitones)),
            followed: self.followed.transposed(semitones),
            several: self.several.transposed(semitones),
            disputed: self.disputed.transposed(semitones),
        }
    }
}

/// What the keys around each key did at a step: a bit for each that sounds, and above them a bit for
/// each that is struck.
type Windows = [u64; KEYS];

fn window(step: Step, key: usize, reach: usize) -> u64 {
    let width = 2 * reach + 1;
    let bits = |keys: Keys| ((keys.bits() << reach) >> key) as u64 & ((1 << width) - 1);
    bits(step.play) | bits(step.articulate) << width
}

/// The latest places in a block at which a context was met, as steps of the block, the latest first.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Places([u8; CANDIDATES]);

const NOWHERE: u8 = u8::MAX;
const _: () = assert!(BLOCK <= NOWHERE as usize);

/// A hasher for keys that are hashes already.
#[derive(Debug, Clone, Copy, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn write(&mut self, _: &[u8]) {
        unreachable!("only numbers are hashed");
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// By context (a key and the last [`SHORTEST_LOCAL`] windows around it), where it was met.
type Table = HashMap<u64, Places, BuildHasherDefault<Hashed>>;

/// An index of the contexts of all keys. Tables of full blocks are shared by all copies.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LocalIndex {
    reach: usize,
    blocks: Vec<Arc<Table>>,
    tail: Table,
    /// The windows of the last steps, the latest first.
    recent: [Windows; SHORTEST_LOCAL],
}

impl LocalIndex {
    /// An index of nothing, for one of the [`LOCAL_REACHES`].
    pub(super) fn new(number: usize) -> LocalIndex {
        let (reach, recent) = (LOCAL_REACHES[number], [[0; KEYS]; SHORTEST_LOCAL]);
        LocalIndex { reach, blocks: Vec::new(), tail: Table::default(), recent }
    }
}

impl LocalIndex {
    /// Takes in the latest step, the last one of `steps`. `full` says that it has filled a block.
    pub(super) fn push(&mut self, steps: &PieceSteps, full: bool) {
        let next = steps.next();
        let step = steps.get(next - 1);
        self.recent.rotate_right(1);
        self.recent[0] = std::array::from_fn(|key| window(step, key, self.reach));
        if full {
            self.blocks.push(Arc::new(std::mem::take(&mut self.tail)));
        }
        // The place of the step that comes next: what follows the context. It belongs to the block of
        // that step.
        let place = (next % BLOCK) as u8;
        if next < SHORTEST_LOCAL {
            return;
        }
        for key in 0..KEYS {
            let Some(context) = self.context(key) else { continue };
            let places = self.tail.entry(context).or_insert(Places([NOWHERE; CANDIDATES]));
            places.0.rotate_right(1);
            places.0[0] = place;
        }
    }

    /// Forgets the first block.
    pub(super) fn drop_block(&mut self) {
        self.blocks.remove(0);
    }

    /// The hash of the context of a key; `None` if all is silent.
    fn context(&self, key: usize) -> Option<u64> {
        let windows = self.recent.iter().map(|windows| windows[key]);
        if windows.clone().all(|window| window == 0) {
            return None;
        }
        // The key is mixed first: it would only change a few bits of the first window.
        Some(windows.fold(mix(key as u64), |hash, window| mix(hash ^ window)))
    }

    /// The longest match of each key, of those at the latest places with the same context.
    pub(super) fn matches(&self, steps: &PieceSteps) -> LocalMatches {
        let mut matches = LocalMatches::default();
        let next = steps.next();
        if next < SHORTEST_LOCAL {
            return matches;
        }
        for key in 0..KEYS {
            let Some(context) = self.context(key) else { continue };
            let (mut longest, mut source, mut compared) = (0, 0, 0);
            let (mut played, mut silent, mut struck, mut held) = (false, false, false, false);
            let first = steps.first() + self.blocks.len() * BLOCK;
            let tables = self.blocks.iter().map(|table| &**table).chain([&self.tail]).rev();
            'places: for (before, table) in tables.enumerate() {
                let Some(places) = table.get(&context) else { continue };
                for &place in places.0.iter().take_while(|&&place| place != NOWHERE) {
                    let at = first - before * BLOCK + usize::from(place);
                    // The present context is in the table, too, once its step was taken in.
                    if at >= next {
                        continue;
                    }
                    let length = self.agreement(steps, key, at, next);
                    if length > longest {
                        (longest, source) = (length, at);
                    }
                    compared += 1;
                    let step = steps.get(at);
                    let (play, articulate) =
                        (step.play.contains(key), step.articulate.contains(key));
                    (played, silent) = (played | play, silent | !play);
                    (struck, held) = (struck | articulate, held | play & !articulate);
                    if compared == CANDIDATES || longest == LONGEST_LOCAL {
                        break 'places;
                    }
                }
            }
            if longest > 0 {
                matches.set(key, longest, steps.get(source));
                if compared > 1 {
                    matches.several.insert(key);
                }
                if played & silent | struck & held {
                    matches.disputed.insert(key);
                }
            }
        }
        matches
    }

    /// For how many steps the keys around a key did the same before two places, of which the context is
    /// known to be the same.
    fn agreement(&self, steps: &PieceSteps, key: usize, at: usize, next: usize) -> usize {
        let most = LONGEST_LOCAL.min(at - steps.first());
        let window = |step| window(steps.get(step), key, self.reach);
        let same = |&back: &usize| window(at - back) == window(next - back);
        SHORTEST_LOCAL + (SHORTEST_LOCAL + 1..=most).take_while(same).count()
    }
}
