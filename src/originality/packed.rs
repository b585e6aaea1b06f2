//! A repertoire in few bytes.

mod number;

use super::{TrainingMusic, TrainingPiece};
use crate::roll::{KEYS, Keys, Roll, Step};
use crate::score::{KeySignature, Metre};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use number::{length, number, signed, unsigned, write_number};
use std::io::{self, Read, Write};
use std::sync::Arc;

/// The version of the format.
const VERSION: u64 = 1;

/// The most bytes that a repertoire may have before it is compressed: some hundred times those of
/// 302 pieces. No more is packed, so what asks for more is damaged, and must not fill the memory.
const LARGEST: usize = 1 << 28;

/// A repertoire in about a byte a step, as model files hold it.
///
/// It is one zlib stream. Numbers are written seven bits a byte, the lowest first, the eighth bit set
/// where more follow; signed ones with their sign in the lowest bit. First the version, 1, and how
/// many pieces there are; for each piece the length of its name and the name (UTF-8), its tempo, its
/// key (0 for none, else 1 + 2 × sharps, signed, + 1 if it is minor), how many changes of metre and
/// for each its step, numerator and power of the denominator, and how many steps. Then, for all
/// pieces in turn, three columns: the strokes of each step; the keys that are struck, from low to
/// high, each by how far it is from the one below, the lowest (signed) from the lowest struck before;
/// how many steps each of these notes lasts.
#[derive(Clone, PartialEq, Eq)]
pub struct Packed(Arc<[u8]>);

/// More music than a model can carry.
#[derive(Debug, thiserror::Error)]
#[error(
    "the music that is learned from has {pieces} pieces of {steps} steps, which is more than a model \
     can carry; take less of it, or leave it out of the model"
)]
pub struct TooMuchMusic {
    /// How many pieces there are.
    pub pieces: usize,
    /// How long they are together.
    pub steps: usize,
}

/// Bytes that are no repertoire.
#[derive(Debug, thiserror::Error)]
pub enum PackedError {
    /// Cut off, or not compressed as it should be.
    #[error("the music that it has learned from is damaged ({0}); copy the model again")]
    Compression(io::Error),
    /// From another version of the format.
    #[error(
        "the music that it has learned from is of format {0}, and this program reads format \
         {VERSION}; use the deep-jammer that wrote it"
    )]
    Version(u64),
    /// Something that no roll can be.
    #[error("the music that it has learned from is damaged ({0}); copy the model again")]
    Music(&'static str),
}

impl std::fmt::Debug for Packed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Packed({} bytes)", self.0.len())
    }
}

impl Packed {
    /// Packs a repertoire, if it is of a size that [`unpack`](Self::unpack) takes: some 30 000 pieces.
    pub fn of(training_music: &TrainingMusic) -> Result<Packed, TooMuchMusic> {
        Packed::within(LARGEST, training_music)
    }

    /// Packs a repertoire that has no more bytes before it is compressed.
    fn within(largest: usize, training_music: &TrainingMusic) -> Result<Packed, TooMuchMusic> {
        let mut text = Vec::new();
        write_number(&mut text, VERSION);
        write_number(&mut text, training_music.pieces.len() as u64);
        training_music.pieces.iter().for_each(|piece| write_head(&mut text, piece));
        let (mut counts, mut keys, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
        for roll in training_music.pieces.iter().map(|piece| &piece.roll) {
            let steps = roll.steps().iter();
            counts.extend(steps.map(|step| step.articulate.count() as u8));
            let mut before = 0;
            for step in roll.steps() {
                let Some(lowest) = step.articulate.lowest() else { continue };
                write_number(&mut keys, signed(lowest as i64 - before));
                before = lowest as i64;
                let gaps = step.articulate.iter().zip(step.articulate.iter().skip(1));
                gaps.for_each(|(low, high)| write_number(&mut keys, (high - low) as u64));
            }
            for note in roll.notes() {
                write_number(&mut lengths, (note.end - note.start) as u64);
            }
        }
        let parts = [&text, &counts, &keys, &lengths];
        if parts.iter().map(|part| part.len()).sum::<usize>() > largest {
            let pieces = &training_music.pieces;
            let steps = pieces.iter().map(|piece| piece.roll.len()).sum();
            return Err(TooMuchMusic { pieces: pieces.len(), steps });
        }
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        for part in parts {
            encoder.write_all(part).expect("memory takes all");
        }
        Ok(Packed(encoder.finish().expect("memory takes all").into()))
    }

    /// Takes bytes for a repertoire; whether they are one, [`unpack`](Self::unpack) tells.
    pub fn from_bytes(bytes: &[u8]) -> Packed {
        Packed(bytes.into())
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The repertoire.
    pub fn unpack(&self) -> Result<TrainingMusic, PackedError> {
        let mut bytes = Vec::new();
        ZlibDecoder::new(&*self.0)
            .take(LARGEST as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(PackedError::Compression)?;
        if bytes.len() > LARGEST {
            return Err(PackedError::Music("it is too large"));
        }
        let mut rest = &bytes[..];
        let rest = &mut rest;
        let version = number(rest)?;
        if version != VERSION {
            return Err(PackedError::Version(version));
        }
        let count = number(rest)?;
        let mut heads = Vec::new();
        for _ in 0..count {
            heads.push(head(rest)?);
        }
        let steps = heads.iter().map(|head| head.steps).sum();
        let mut counts = rest.split_off(..steps).ok_or(CUT_OFF)?.iter();
        let chords = heads.iter().map(|head| chords(head.steps, &mut counts, rest));
        let chords = chords.collect::<Result<Vec<_>, _>>()?;
        let mut pieces = Vec::new();
        for (head, chords) in heads.into_iter().zip(chords) {
            let steps = steps_of(&chords, rest)?;
            pieces.push(TrainingPiece { roll: head.roll(steps), source: head.source });
        }
        match rest.is_empty() {
            true => Ok(TrainingMusic { pieces }),
            false => Err(PackedError::Music("there is more than music")),
        }
    }
}

const CUT_OFF: PackedError = PackedError::Music("it is cut off");

/// What is known of a piece before its notes.
struct Head {
    source: String,
    tempo: u32,
    key: Option<KeySignature>,
    metres: Vec<(usize, Metre)>,
    steps: usize,
}

fn write_head(text: &mut Vec<u8>, piece: &TrainingPiece) {
    let TrainingPiece { source, roll } = piece;
    write_number(text, source.len() as u64);
    text.extend(source.as_bytes());
    write_number(text, u64::from(roll.tempo));
    let key = |key: KeySignature| 1 + 2 * signed(i64::from(key.sharps)) + u64::from(key.minor);
    write_number(text, roll.key.map_or(0, key));
    write_number(text, roll.metres().len() as u64);
    for change in roll.metres() {
        write_number(text, change.step as u64);
        text.extend([change.metre.numerator, change.metre.denominator_power]);
    }
    write_number(text, roll.len() as u64);
}

fn head(rest: &mut &[u8]) -> Result<Head, PackedError> {
    let length = length(rest)?;
    let name = rest.split_off(..length).ok_or(CUT_OFF)?;
    let source =
        String::from_utf8(name.to_vec()).map_err(|_| PackedError::Music("a name is no text"))?;
    let tempo = u32::try_from(number(rest)?).map_err(|_| PackedError::Music("a tempo"))?;
    let key = match number(rest)?.checked_sub(1) {
        None => None,
        Some(key) => Some(KeySignature {
            sharps: unsigned(key / 2).try_into().map_err(|_| PackedError::Music("a key"))?,
            minor: key % 2 == 1,
        }),
    };
    let mut metres = Vec::new();
    for _ in 0..number(rest)? {
        let step = number::length(rest)?;
        let metre = rest.split_off(..2).ok_or(CUT_OFF)?;
        metres.push((step, Metre { numerator: metre[0], denominator_power: metre[1] }));
    }
    let steps = number::length(rest)?;
    let in_order = metres.windows(2).all(|pair| pair[0].0 < pair[1].0);
    if metres.first().is_none_or(|first| first.0 != 0) || !in_order {
        return Err(PackedError::Music("its metres are out of order"));
    }
    Ok(Head { source, tempo, key, metres, steps })
}

impl Head {
    fn roll(&self, steps: Vec<Step>) -> Roll {
        let mut roll = Roll::new(self.metres[0].1);
        (roll.tempo, roll.key) = (self.tempo, self.key);
        let mut metres = self.metres[1..].iter().peekable();
        for (index, step) in steps.into_iter().enumerate() {
            while let Some((_, metre)) = metres.next_if(|(at, _)| *at <= index) {
                roll.change_metre(*metre);
            }
            roll.push(step);
        }
        // A last one, for steps to come.
        metres.for_each(|(_, metre)| roll.change_metre(*metre));
        roll
    }
}

/// What is struck at each step of a piece.
fn chords<'a>(
    steps: usize,
    counts: &mut impl Iterator<Item = &'a u8>,
    rest: &mut &[u8],
) -> Result<Vec<Keys>, PackedError> {
    let key = |key: i64| {
        let key = usize::try_from(key).ok().filter(|&key| key < KEYS);
        key.ok_or(PackedError::Music("a key beyond the piano"))
    };
    let (mut chords, mut before) = (Vec::with_capacity(steps), 0);
    for &count in counts.take(steps) {
        let mut chord = Keys::NONE;
        let mut last = before;
        for nth in 0..count {
            let leap = number(rest)?;
            last += if nth == 0 { unsigned(leap) } else { leap.min(KEYS as u64) as i64 };
            let key = key(last)?;
            if chord.contains(key) {
                return Err(PackedError::Music("a key is struck twice at once"));
            }
            chord.insert(key);
            before = if nth == 0 { last } else { before };
        }
        chords.push(chord);
    }
    Ok(chords)
}

/// The steps of a piece of which it is known what is struck.
fn steps_of(chords: &[Keys], rest: &mut &[u8]) -> Result<Vec<Step>, PackedError> {
    let mut steps: Vec<Step> =
        chords.iter().map(|&keys| Step { play: Keys::NONE, articulate: keys }).collect();
    let mut until = [0; KEYS];
    for (start, chord) in chords.iter().enumerate() {
        for key in chord.iter() {
            let length = length(rest)?;
            // Notes of a key never overlap, so that no file can ask for more work than it has steps.
            if length == 0 || until[key] > start || steps.len() - start < length {
                return Err(PackedError::Music("a note lasts too long"));
            }
            until[key] = start + length;
            steps[start..until[key]].iter_mut().for_each(|step| step.play.insert(key));
        }
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn roll(steps: &[(u128, u128)], changes: &[(usize, &str)]) -> Roll {
        let mut roll = Roll::new("3/4".parse().unwrap());
        for (index, &(play, articulate)) in steps.iter().enumerate() {
            for (_, metre) in changes.iter().filter(|change| change.0 == index) {
                roll.change_metre(metre.parse().unwrap());
            }
            roll.push(Step {
                play: Keys::from_bits(play),
                articulate: Keys::from_bits(articulate),
            });
        }
        roll
    }

    fn training_music() -> TrainingMusic {
        let mut first = roll(&[(1 << 87 | 9, 0), (9, 8), (0, 0), (1 << 40, 0)], &[(2, "5/8")]);
        first.key = Some(KeySignature { sharps: -3, minor: true });
        first.tempo = 612_345;
        let mut second = Roll::new(Metre::COMMON);
        second.key = Some(KeySignature { sharps: 2, minor: false });
        let piece = |source: &str, roll: Roll| TrainingPiece { source: source.to_owned(), roll };
        TrainingMusic { pieces: vec![piece("Bach/1", first), piece("é", second)] }
    }

    #[test]
    fn a_repertoire_comes_back_as_it_was_packed() {
        let packed = Packed::of(&training_music()).unwrap();
        assert_eq!(packed.unpack().unwrap(), training_music());
        assert_eq!(Packed::of(&training_music()).unwrap(), packed, "and is always packed alike");
        let none = TrainingMusic::default();
        assert_eq!(Packed::of(&none).unwrap().unpack().unwrap(), none);
    }

    #[test]
    fn more_than_can_be_unpacked_is_not_packed() {
        let largest = {
            let mut bytes = Vec::new();
            let packed = Packed::of(&training_music()).unwrap();
            ZlibDecoder::new(packed.bytes()).read_to_end(&mut bytes).unwrap();
            bytes.len()
        };
        assert!(Packed::within(largest, &training_music()).is_ok());
        let error = Packed::within(largest - 1, &training_music()).unwrap_err();
        assert_eq!((error.pieces, error.steps), (2, 4));
        assert!(error.to_string().contains("leave it out"), "{error}");
    }

    proptest! {
        #[test]
        fn any_music_comes_back(
            steps in prop::collection::vec((any::<u128>(), any::<u128>()), 0..60),
            change in 0usize..60,
            sparse in any::<u128>(),
        ) {
            let sparse: Vec<_> = steps.iter().map(|&(p, a)| (p & sparse, a & sparse)).collect();
            for steps in [steps, sparse] {
                let piece = roll(&steps, &[(change, "7/8")]);
                let pieces = vec![TrainingPiece { source: "x".to_owned(), roll: piece }];
                let training_music = TrainingMusic { pieces };
                prop_assert_eq!(&Packed::of(&training_music).unwrap().unpack().unwrap(), &training_music);
            }
        }

        #[test]
        fn bytes_that_are_no_repertoire_are_refused(text in prop::collection::vec(0u8..9, 0..60)) {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&text).unwrap();
            let packed = Packed::from_bytes(&encoder.finish().unwrap());
            // Few are one by chance; none may panic, and what is read is packed as it was.
            if let Ok(found) = packed.unpack() {
                prop_assert_eq!(Packed::of(&found).unwrap().unpack().unwrap(), found);
            }
        }
    }

    #[test]
    fn bytes_that_are_cut_off_or_altered_are_refused() {
        let bytes = Packed::of(&training_music()).unwrap().bytes().to_vec();
        for length in 0..bytes.len() {
            let error = Packed::from_bytes(&bytes[..length]).unpack().unwrap_err().to_string();
            assert!(error.contains("damaged"), "{length}: {error}");
        }
        for place in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[place] ^= 0x10;
            // Some bits of a zlib stream mean nothing; what they say has a checksum.
            match Packed::from_bytes(&altered).unpack() {
                Ok(found) => assert_eq!(found, training_music(), "{place}"),
                Err(error) => assert!(error.to_string().contains("damaged"), "{place}: {error}"),
            }
        }
    }

    #[test]
    fn another_version_is_refused_by_its_number() {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&[7, 0]).unwrap();
        let error = Packed::from_bytes(&encoder.finish().unwrap()).unpack().unwrap_err();
        assert!(error.to_string().contains("format 7"), "{error}");
    }

    #[test]
    fn numbers_have_as_many_bytes_as_they_need() {
        for (number, bytes) in [(0, 1), (127, 1), (128, 2), (1 << 62, 9)] {
            let mut text = Vec::new();
            write_number(&mut text, number);
            assert_eq!((text.len(), self::number(&mut &text[..]).unwrap()), (bytes, number));
        }
        for number in [0, 1, -1, 64, -64, i64::from(i8::MIN)] {
            assert_eq!(unsigned(signed(number)), number);
        }
    }
}
