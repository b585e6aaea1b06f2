//! Which of several primers a piece continues from, and how it is adapted to what was asked for.

use super::Primer;
use crate::score::{KeySignature, Metre};
use std::collections::BTreeSet;

/// What a musician asks of a primer; whatever is `None` is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Request {
    /// The key: only primers of its mode will do, and they are transposed to it.
    pub key: Option<KeySignature>,
    /// The metre: primers that end in it are preferred. After any other, the music continues in this
    /// metre from a downbeat.
    pub metre: Option<Metre>,
    /// The tempo in quarter notes per minute.
    pub tempo: Option<f64>,
}

/// A primer in the key, the metre and the tempo that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Adapted {
    /// Which of the primers it is, from 0.
    pub number: usize,
    /// The primer, adapted.
    pub primer: Primer,
    /// The metre in which it ended before.
    pub original_metre: Metre,
    /// By how many semitones it was transposed.
    pub semitones: i32,
}

/// Why no primer will do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// There is none.
    #[error("there is no primer to continue from")]
    NoPrimer,
    /// All of them are in the other mode, or in no key.
    #[error(
        "{}; a primer can be transposed to {key} but not made {}",
        found(.keys),
        mode(.key)
    )]
    OtherMode {
        /// The key that was asked for.
        key: KeySignature,
        /// The keys of the primers.
        keys: BTreeSet<String>,
    },
    /// No primer of that mode fits on the piano in that key.
    #[error("transposed to {0}, every primer of that mode would leave the piano's 88 keys")]
    OffTheKeyboard(KeySignature),
}

fn found(keys: &BTreeSet<String>) -> String {
    let names: Vec<&str> = keys.iter().map(String::as_str).collect();
    match names[..] {
        [] => "the music is in no key at all".to_owned(),
        _ => format!("the music is in {}", names.join(", ")),
    }
}

fn mode(key: &KeySignature) -> &'static str {
    if key.minor { "minor" } else { "major" }
}

/// The item that a seed stands for; `None` if there are no items.
pub fn chosen<T>(items: &[T], seed: u64) -> Option<&T> {
    let number = seed.checked_rem(items.len() as u64)?;
    Some(&items[number as usize])
}

/// All primers that will do, adapted to a request. A seed [chooses](chosen) one of them.
///
/// The mode comes before the metre: the music can change to another metre after a primer, but not
/// to another mode.
pub fn select(primers: &[Primer], request: &Request) -> Result<Vec<Adapted>, SelectionError> {
    let mut numbers: Vec<usize> = (0..primers.len()).collect();
    if numbers.is_empty() {
        return Err(SelectionError::NoPrimer);
    }
    if let Some(key) = request.key {
        let keys: Vec<_> = primers.iter().map(Primer::key).collect();
        numbers.retain(|&number| keys[number].is_some_and(|found| found.minor == key.minor));
        if numbers.is_empty() {
            let keys = keys.into_iter().flatten().map(|key| key.to_string()).collect();
            return Err(SelectionError::OtherMode { key, keys });
        }
    }
    let of_metre = |number: &usize| Some(primers[*number].metre()) == request.metre;
    if numbers.iter().any(of_metre) {
        numbers.retain(of_metre);
    }
    let adapted = |number: usize| primers[number].adapted(number, request);
    let adapted: Vec<Adapted> = numbers.into_iter().filter_map(adapted).collect();
    match request.key {
        Some(key) if adapted.is_empty() => Err(SelectionError::OffTheKeyboard(key)),
        _ => Ok(adapted),
    }
}

impl Primer {
    /// The primer adapted to a request, whatever its metre; `None` if it cannot be
    /// [transposed](Primer::transposed_to) to the key.
    fn adapted(&self, number: usize, request: &Request) -> Option<Adapted> {
        let (mut primer, semitones) = match request.key {
            Some(key) => self.transposed_to(key)?,
            None => (self.clone(), 0),
        };
        if let Some(tempo) = request.tempo {
            primer.roll.set_tempo((60e6 / tempo).round() as u32);
        }
        let original_metre = self.metre();
        if let Some(metre) = request.metre.filter(|&metre| metre != original_metre) {
            primer.roll.change_metre(metre);
        }
        Some(Adapted { number, primer, original_metre, semitones })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll::{Keys, Roll, Step};

    /// A chord on a key of the piano, a measure long.
    fn chord(metre: &str, keys: [usize; 3]) -> Primer {
        let mut roll = Roll::new(metre.parse().unwrap());
        let keys = Keys::from_iter(keys);
        let steps = roll.place(0).measure;
        (0..steps).for_each(|_| roll.push(Step { play: keys, articulate: keys }));
        Primer { source: metre.to_owned(), roll }
    }

    const C_MAJOR: [usize; 3] = [39, 43, 46];
    const C_MINOR: [usize; 3] = [39, 42, 46];

    fn numbers(primers: &[Primer], request: Request) -> Vec<usize> {
        select(primers, &request).unwrap().iter().map(|adapted| adapted.number).collect()
    }

    #[test]
    fn primers_of_the_mode_and_of_the_metre_are_chosen_from() {
        let primers = [
            chord("3/4", C_MAJOR),
            chord("4/4", C_MINOR),
            chord("3/4", C_MINOR),
            chord("3/4", C_MINOR),
        ];
        let none = Request::default();
        let metre = |metre: &str| Some(metre.parse().unwrap());
        let key = Some("D minor".parse().unwrap());
        assert_eq!(numbers(&primers, none), [0, 1, 2, 3]);
        assert_eq!(numbers(&primers, Request { metre: metre("3/4"), ..none }), [0, 2, 3]);
        assert_eq!(numbers(&primers, Request { key, ..none }), [1, 2, 3]);
        assert_eq!(numbers(&primers, Request { key, metre: metre("3/4"), ..none }), [2, 3]);
        // A metre that no primer has is taken up after any of them.
        let other = Request { metre: metre("5/4"), tempo: Some(90.0), ..none };
        let adapted = select(&primers, &other).unwrap();
        assert_eq!(adapted.len(), 4);
        assert_eq!(adapted[1].primer.metre().to_string(), "5/4");
        assert_eq!(adapted[1].original_metre.to_string(), "4/4");
        assert_eq!(adapted[1].primer.roll.mean_tempo(), 666_667);
        assert_eq!((chosen(&adapted, 6), chosen::<u8>(&[], 6)), (Some(&adapted[2]), None));
    }

    #[test]
    fn a_request_that_no_primer_meets_is_refused_with_the_reason() {
        let request = Request { key: Some("D minor".parse().unwrap()), ..Request::default() };
        assert_eq!(select(&[], &request), Err(SelectionError::NoPrimer));
        let error = select(&[chord("3/4", C_MAJOR)], &request).unwrap_err().to_string();
        assert!(error.contains("in C major") && error.contains("not made minor"), "{error}");
        let wide = chord("3/4", [0, 3, 87]);
        let error = select(&[wide], &request).unwrap_err();
        assert!(matches!(error, SelectionError::OffTheKeyboard(_)), "{error}");
    }
}
