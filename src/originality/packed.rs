//! Compresses training music for model files.

mod varint;

use super::{TrainingMusic, TrainingPiece};
use crate::roll::{KEYS, Keys, Roll, Step};
use crate::score::{KeySignature, Metre};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use std::io::{self, Read, Write};
use std::sync::Arc;
use varint::{read_length, read_varint, unzigzag, write_varint, zigzag};

/// The version of the format.
const VERSION: u64 = 1;

/// The most bytes of training music before compression: some hundred times those of 302 pieces.
/// Nothing larger is packed, so data that asks for more is damaged, and must not fill the memory.
const LARGEST: usize = 1 << 28;

/// Training music in about a byte per step, as model files hold it.
///
/// It is one zlib stream. Numbers are varints: seven bits per byte, the lowest first, with the
/// eighth bit set if more bytes follow. Signed numbers are zigzag-encoded: the sign is the lowest
/// bit.
///
/// First come the version, 1, and the number of pieces. Then comes a header for each piece:
///
/// - the length of its name, and the name (UTF-8);
/// - its mean tempo;
/// - its key: 0 for none, otherwise 1 + 2 × sharps (zigzag) + 1 if it is minor;
/// - the number of changes of metre, and for each its step, numerator, and the power of its
///   denominator;
/// - the number of its steps.
///
/// Then come three columns, each for all pieces in turn:
///
/// - the number of onsets at each step;
/// - the keys that are struck, from low to high, each as the distance from the key below; the lowest
///   key as the distance (zigzag) from the lowest key of the chord before;
/// - the length of each of these notes in steps.
#[derive(Clone, PartialEq, Eq)]
pub struct Packed(Arc<[u8]>);

/// There is more training music than a model file can hold.
#[derive(Debug, thiserror::Error)]
#[error(
    "the training music ({pieces} pieces, {steps} steps) is more than a model file can hold; use less \
     of it, or leave it out of the model"
)]
pub struct TooMuchMusic {
    /// The number of pieces.
    pub pieces: usize,
    /// The number of their steps.
    pub steps: usize,
}

/// Why bytes cannot be unpacked as training music.
#[derive(Debug, thiserror::Error)]
pub enum PackedError {
    /// The compressed data is cut off or damaged.
    #[error("its training music is damaged ({0}); copy the model again")]
    Compression(io::Error),
    /// It has another version of the format.
    #[error(
        "its training music has format {0}, and this program reads format {VERSION}; use the \
         deep-jammer that wrote it"
    )]
    Version(u64),
    /// It contains something that cannot be in a roll.
    #[error("its training music is damaged ({0}); copy the model again")]
    Music(&'static str),
}

impl std::fmt::Debug for Packed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Packed({} bytes)", self.0.len())
    }
}

impl Packed {
    /// Packs training music of at most the size that [`unpack`](Self::unpack) accepts: some 30 000
    /// pieces.
    pub fn of(training_music: &TrainingMusic) -> Result<Packed, TooMuchMusic> {
        Packed::within(LARGEST, training_music)
    }

    /// Packs training music of at most `largest` bytes before compression.
    fn within(largest: usize, training_music: &TrainingMusic) -> Result<Packed, TooMuchMusic> {
        let mut text = Vec::new();
        write_varint(&mut text, VERSION);
        write_varint(&mut text, training_music.pieces.len() as u64);
        training_music.pieces.iter().for_each(|piece| write_header(&mut text, piece));
        let (mut counts, mut keys, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
        for roll in training_music.pieces.iter().map(|piece| &piece.roll) {
            let steps = roll.steps().iter();
            counts.extend(steps.map(|step| step.articulate.count() as u8));
            let mut before = 0;
            for step in roll.steps() {
                let Some(lowest) = step.articulate.lowest() else { continue };
                write_varint(&mut keys, zigzag(lowest as i64 - before));
                before = lowest as i64;
                let gaps = step.articulate.iter().zip(step.articulate.iter().skip(1));
                gaps.for_each(|(low, high)| write_varint(&mut keys, (high - low) as u64));
            }
            for note in roll.notes() {
                write_varint(&mut lengths, (note.end - note.start) as u64);
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
            encoder.write_all(part).expect("writing to memory cannot fail");
        }
        Ok(Packed(encoder.finish().expect("writing to memory cannot fail").into()))
    }

    /// Wraps packed bytes without checking them; [`unpack`](Self::unpack) does that.
    pub fn from_bytes(bytes: &[u8]) -> Packed {
        Packed(bytes.into())
    }

    /// The packed bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Unpacks the training music, and checks all of it.
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
        let version = read_varint(rest)?;
        if version != VERSION {
            return Err(PackedError::Version(version));
        }
        let count = read_varint(rest)?;
        let mut headers = Vec::new();
        for _ in 0..count {
            headers.push(read_header(rest)?);
        }
        let steps = headers.iter().map(|header| header.steps).sum();
        let mut counts = rest.split_off(..steps).ok_or(CUT_OFF)?.iter();
        let chords = headers.iter().map(|header| chords(header.steps, &mut counts, rest));
        let chords = chords.collect::<Result<Vec<_>, _>>()?;
        let mut pieces = Vec::new();
        for (header, chords) in headers.into_iter().zip(chords) {
            let steps = steps_of(&chords, rest)?;
            pieces.push(TrainingPiece { roll: header.roll(steps), source: header.source });
        }
        match rest.is_empty() {
            true => Ok(TrainingMusic { pieces }),
            false => Err(PackedError::Music("there are bytes after the music")),
        }
    }
}

const CUT_OFF: PackedError = PackedError::Music("it is cut off");

/// The header of a piece, which comes before its notes.
struct PieceHeader {
    source: String,
    tempo: u32,
    key: Option<KeySignature>,
    metres: Vec<(usize, Metre)>,
    steps: usize,
}

fn write_header(text: &mut Vec<u8>, piece: &TrainingPiece) {
    let TrainingPiece { source, roll } = piece;
    write_varint(text, source.len() as u64);
    text.extend(source.as_bytes());
    write_varint(text, u64::from(roll.mean_tempo()));
    let key = |key: KeySignature| 1 + 2 * zigzag(i64::from(key.sharps)) + u64::from(key.minor);
    write_varint(text, roll.key.map_or(0, key));
    write_varint(text, roll.metres().len() as u64);
    for change in roll.metres() {
        write_varint(text, change.step as u64);
        text.extend([change.metre.numerator, change.metre.denominator_power]);
    }
    write_varint(text, roll.len() as u64);
}

fn read_header(rest: &mut &[u8]) -> Result<PieceHeader, PackedError> {
    let length = read_length(rest)?;
    let name = rest.split_off(..length).ok_or(CUT_OFF)?;
    let source =
        String::from_utf8(name.to_vec()).map_err(|_| PackedError::Music("a name is not text"))?;
    let tempo = u32::try_from(read_varint(rest)?).map_err(|_| PackedError::Music("a tempo"))?;
    let key = match read_varint(rest)?.checked_sub(1) {
        None => None,
        Some(key) => Some(KeySignature {
            sharps: unzigzag(key / 2).try_into().map_err(|_| PackedError::Music("a key"))?,
            minor: key % 2 == 1,
        }),
    };
    let mut metres = Vec::new();
    for _ in 0..read_varint(rest)? {
        let step = read_length(rest)?;
        let metre = rest.split_off(..2).ok_or(CUT_OFF)?;
        metres.push((step, Metre { numerator: metre[0], denominator_power: metre[1] }));
    }
    let steps = read_length(rest)?;
    let in_order = metres.windows(2).all(|pair| pair[0].0 < pair[1].0);
    if metres.first().is_none_or(|first| first.0 != 0) || !in_order {
        return Err(PackedError::Music("its metres are out of order"));
    }
    Ok(PieceHeader { source, tempo, key, metres, steps })
}

impl PieceHeader {
    fn roll(&self, steps: Vec<Step>) -> Roll {
        let mut roll = Roll::new(self.metres[0].1);
        roll.set_tempo(self.tempo);
        roll.key = self.key;
        let mut metres = self.metres[1..].iter().peekable();
        for (index, step) in steps.into_iter().enumerate() {
            while let Some((_, metre)) = metres.next_if(|(at, _)| *at <= index) {
                roll.change_metre(*metre);
            }
            roll.push(step);
        }
        // A change after the last step holds for steps that are added later.
        metres.for_each(|(_, metre)| roll.change_metre(*metre));
        roll
    }
}

/// The keys that are struck at each step of a piece.
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
            let leap = read_varint(rest)?;
            last += if nth == 0 { unzigzag(leap) } else { leap.min(KEYS as u64) as i64 };
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

/// The steps of a piece, made from the keys that are struck and the lengths of the notes.
fn steps_of(chords: &[Keys], rest: &mut &[u8]) -> Result<Vec<Step>, PackedError> {
    let mut steps: Vec<Step> =
        chords.iter().map(|&keys| Step { play: Keys::NONE, articulate: keys }).collect();
    let mut until = [0; KEYS];
    for (start, chord) in chords.iter().enumerate() {
        for key in chord.iter() {
            let length = read_length(rest)?;
            // Notes of one key never overlap. So no file can ask for more work than it has steps.
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
        first.set_tempo(612_345);
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
            // A few are valid by chance. None may panic, and what can be read comes back the same
            // when it is packed again.
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
            // Some bits of a zlib stream have no meaning. The content has a checksum.
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
}
