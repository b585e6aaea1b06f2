//! Writes sound to 16-bit WAV files with normalised loudness.

use super::SAMPLE_RATE;
use super::instrument::Instrument;
use super::loudness::{Measured, Meter};
use super::rendering::Rendering;
use crate::atomic_file::{self, AtomicFileError, Existing};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// The loudness of every file in LUFS: the integrated loudness of ITU-R BS.1770 at the level of EBU
/// R 128, which leaves headroom for the high peaks of pianos.
pub const LOUDNESS: f64 = -23.0;

/// The highest true peak of any file in dBTP (ITU-R BS.1770, so peaks between samples count), with
/// the headroom of EBU R 128. A piece with high peaks is made softer than [`LOUDNESS`] instead of
/// being clipped or compressed.
pub const PEAK: f64 = -1.0;

/// How many bytes of sound are kept in memory before they go to an unnamed temporary file: about
/// three minutes.
const IN_MEMORY: usize = 64 << 20;

/// The number of frames that are rendered at once.
const BLOCK: usize = 4096;

/// Why a WAV file was not written. An existing file is left unchanged.
#[derive(Debug, thiserror::Error)]
pub enum WavError {
    /// The file cannot be written.
    #[error(transparent)]
    Writing(#[from] AtomicFileError),
    /// The sound cannot be stored temporarily while its loudness is measured.
    #[error(
        "cannot store the sound of {} while its loudness is measured: {reason}; \
         check that its folder has free space for three times the file", path.display()
    )]
    Measuring {
        /// The file that was to be written.
        path: PathBuf,
        /// The system's error.
        reason: io::Error,
    },
    /// The instrument has failed.
    #[error("{} was not written: {fault}", path.display())]
    Instrument {
        /// The file.
        path: PathBuf,
        /// Why it has failed.
        fault: String,
    },
    /// The caller has cancelled the writing.
    #[error("{} was not finished", .0.display())]
    Interrupted(PathBuf),
}

/// The measurements of a file that was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoudnessReport {
    /// The length in frames.
    pub frames: u64,
    /// The loudness before normalisation in LUFS; not finite if everything is silent.
    pub loudness: f64,
    /// The highest true peak before normalisation, where 1 is full scale.
    pub peak: f64,
    /// The gain of the normalisation in decibels.
    pub gain: f64,
}

/// Writes the rest of a rendering to a WAV file: 16 bits, stereo, with a loudness of [`LOUDNESS`]
/// if [`PEAK`] allows. The file is written next to its final place and then moved there.
///
/// From time to time `go_on` is called with the progress, from 0 to 1. It cancels the writing by
/// returning `false`.
pub fn write_wav<I: Instrument>(
    path: &Path,
    rendering: &mut Rendering<I>,
    existing: Existing,
    go_on: &mut dyn FnMut(f64) -> bool,
) -> Result<LoudnessReport, WavError> {
    let folder = atomic_file::folder_of(path);
    if existing == Existing::Keep && path.symlink_metadata().is_ok() {
        return Err(AtomicFileError::Exists(path.to_owned()).into());
    }
    let kept = tempfile::spooled_tempfile_in(IN_MEMORY, folder);
    let failed = |reason| WavError::Measuring { path: path.to_owned(), reason };
    let interrupted = || WavError::Interrupted(path.to_owned());

    let mut kept = BufWriter::with_capacity(1 << 16, kept);
    let mut meter = Meter::new();
    let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
    let mut both = Vec::with_capacity(2 * BLOCK);
    let from = rendering.frame();
    let expected = rendering.performance().frames().max(from + 1) - from;
    let mut frames = 0u64;
    loop {
        let count = rendering.render(&mut left, &mut right);
        if count == 0 {
            break;
        }
        both.clear();
        both.extend(left[..count].iter().zip(&right[..count]).flat_map(|(&l, &r)| [l, r]));
        meter.add(&both);
        for sample in &both {
            kept.write_all(&sample.to_le_bytes()).map_err(failed)?;
        }
        frames += count as u64;
        if !go_on(0.9 * (frames as f64 / expected as f64).min(1.0)) {
            return Err(interrupted());
        }
    }
    if let Some(fault) = rendering.instrument().fault() {
        return Err(WavError::Instrument { path: path.to_owned(), fault });
    }
    let mut kept = kept.into_inner().map_err(|error| failed(error.into_error()))?;
    kept.rewind().map_err(failed)?;

    let mut measured = meter.measured();
    if measured.is_soft() {
        let mut from = BufReader::with_capacity(1 << 16, &mut kept);
        measured =
            measured.again((0..2 * frames).map(|_| read_sample(&mut from))).map_err(failed)?;
        kept.rewind().map_err(failed)?;
    }
    let Measured { loudness, peak } = measured;
    let gain = gain(loudness, peak);
    let mut going_on = true;
    let written = atomic_file::write_with(path, existing, |file| {
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: SAMPLE_RATE,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut wav = hound::WavWriter::new(BufWriter::new(file), spec).map_err(io)?;
        let mut samples = SampleConverter::new(&mut kept, gain);
        let mut done = 0;
        while done < frames && going_on {
            let count = (frames - done).min(BLOCK as u64);
            let mut block = wav.get_i16_writer(2 * count as u32);
            for _ in 0..2 * count {
                block.write_sample(samples.next()?);
            }
            block.flush().map_err(io)?;
            done += count;
            going_on = go_on(0.9 + 0.1 * done as f64 / frames as f64);
        }
        match going_on {
            true => wav.finalize().map_err(io),
            false => Err(io::ErrorKind::Interrupted.into()),
        }
    });
    match written {
        Err(_) if !going_on => Err(interrupted()),
        written => Ok(written.map(|()| LoudnessReport { frames, loudness, peak, gain })?),
    }
}

/// The gain of the normalisation in decibels. It is rounded to hundredths, because the last bits of
/// a logarithm differ between machines.
fn gain(loudness: f64, peak: f64) -> f64 {
    let for_loudness = if loudness.is_finite() { LOUDNESS - loudness } else { 0.0 };
    let for_peak = match peak > 0.0 {
        true => PEAK - 20.0 * libm::log10(peak),
        false => 0.0,
    };
    (for_loudness.min(for_peak) * 100.0).floor() / 100.0
}

/// Converts samples from 32-bit floats to 16-bit integers.
pub(super) struct SampleConverter<R> {
    from: BufReader<R>,
    factor: f32,
    chance: ChaCha8Rng,
}

impl<R: Read> SampleConverter<R> {
    pub fn new(from: R, gain: f64) -> SampleConverter<R> {
        let factor = (libm::exp10(gain / 20.0) * 32768.0) as f32;
        let chance = ChaCha8Rng::seed_from_u64(0);
        SampleConverter { from: BufReader::with_capacity(1 << 16, from), factor, chance }
    }

    /// The next sample, rounded up or down at random (triangular dither, two steps wide). So a
    /// sound that dies away becomes a soft hiss and is not distorted. Silence stays silent.
    pub fn next(&mut self) -> io::Result<i16> {
        let sample = read_sample(&mut self.from)?;
        if sample == 0.0 {
            return Ok(0);
        }
        let bits = self.chance.next_u32();
        let (one, other) = ((bits & 0xFFFF) as f32, (bits >> 16) as f32);
        let dither = (one - other) / 65536.0;
        let value = (sample * self.factor + dither + 0.5).floor();
        Ok(value.clamp(-32768.0, 32767.0) as i16)
    }
}

fn read_sample(from: &mut impl Read) -> io::Result<f32> {
    let mut bytes = [0; 4];
    from.read_exact(&mut bytes)?;
    Ok(f32::from_le_bytes(bytes))
}

fn io(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        error => io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_is_made_as_loud_as_it_should_be_unless_its_peaks_forbid_it() {
        assert_eq!(gain(-30.0, 0.1), 7.0);
        // 0.5 is −6.02 dB.
        assert_eq!(gain(-30.0, 0.5), 5.02);
        assert_eq!(gain(-10.0, 0.5), -13.0);
        assert_eq!(gain(f64::NEG_INFINITY, 0.0), 0.0);
    }
}
