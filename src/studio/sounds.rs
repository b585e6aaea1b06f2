//! The sounds of the page's piano: the program's own piano, every third key, as small WAV
//! files. The browser shifts them to the keys between and cuts them off.

use crate::roll::{KEYS, LOWEST_PITCH};
use crate::sound::{Event, Instrument, Piano, SAMPLE_RATE};
use std::io::Cursor;
use std::sync::OnceLock;

/// One key in this many has a sound of its own; the browser tunes it for the keys between.
pub const KEY_SPACING: usize = 3;

/// The velocity of the sounds.
const VELOCITY: u8 = 80;

/// How many frames are rendered at once.
const BLOCK: usize = 1024;

/// The gain. It leaves headroom for a chord of the loudest keys.
const GAIN: f32 = 2.0;

/// The sounds. Each is rendered when it is first asked for, or beforehand.
#[derive(Debug)]
pub struct Sounds {
    piano: Piano,
    files: Vec<OnceLock<Vec<u8>>>,
}

impl Sounds {
    /// No sound is rendered yet.
    pub fn new() -> Sounds {
        let files = (0..KEYS).step_by(KEY_SPACING).map(|_| OnceLock::new()).collect();
        Sounds { piano: Piano::new(), files }
    }

    /// The pitches that have a sound.
    pub fn pitches(&self) -> impl Iterator<Item = u8> {
        (0..self.files.len()).map(|file| LOWEST_PITCH + (file * KEY_SPACING) as u8)
    }

    /// The sound of a pitch as a WAV file (mono, 16 bits, 44.1 kHz), if the pitch has one.
    pub fn wav(&self, pitch: u8) -> Option<&[u8]> {
        let key = usize::from(pitch.checked_sub(LOWEST_PITCH)?);
        let file = self.files.get(key / KEY_SPACING).filter(|_| key.is_multiple_of(KEY_SPACING))?;
        Some(file.get_or_init(|| self.make(pitch)))
    }

    fn make(&self, pitch: u8) -> Vec<u8> {
        let mut piano = self.piano.clone();
        piano.play(Event::Strike { pitch, velocity: VELOCITY });
        // Low strings sound longer.
        let seconds = 7.0 - 5.0 * f64::from(pitch - LOWEST_PITCH) / KEYS as f64;
        let frames = (seconds * f64::from(SAMPLE_RATE)) as usize;
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: SAMPLE_RATE,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut bytes = Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut bytes, spec).expect(MEMORY);
        let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
        for frame in 0..frames {
            if frame % BLOCK == 0 {
                piano.render(&mut left, &mut right);
            }
            // The last half second fades out, so nothing is cut off.
            let fade = (2.0 * (frames - frame) as f32 / SAMPLE_RATE as f32).min(1.0);
            let sample = GAIN * fade * 0.5 * (left[frame % BLOCK] + right[frame % BLOCK]);
            writer.write_sample((sample.clamp(-1.0, 1.0) * 32767.0) as i16).expect(MEMORY);
        }
        writer.finalize().expect(MEMORY);
        bytes.into_inner()
    }
}

impl Default for Sounds {
    fn default() -> Self {
        Sounds::new()
    }
}

const MEMORY: &str = "memory can be written";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_third_key_sounds_and_none_is_bent() {
        let sounds = Sounds::new();
        let pitches: Vec<u8> = sounds.pitches().collect();
        assert_eq!((pitches[0], pitches[1], pitches.len()), (21, 24, 30));
        for pitch in [21, 60, 108] {
            let wav = hound::WavReader::new(Cursor::new(sounds.wav(pitch).unwrap())).unwrap();
            let samples: Vec<i16> = wav.into_samples().map(Result::unwrap).collect();
            let peak = samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap();
            assert!((600..30_000).contains(&peak), "{pitch}: {peak}");
            assert!(samples[samples.len() - 10..].iter().all(|sample| sample.abs() < 20));
        }
        assert!(sounds.wav(22).is_none() && sounds.wav(20).is_none() && sounds.wav(111).is_none());
    }
}
