//! A sound of fixed length in memory.

use super::SAMPLE_RATE;
use super::instrument::Instrument;
use super::loudness::Meter;
use super::rendering::Rendering;
use super::wav::{PEAK, SampleConverter};
use std::convert::Infallible;
use std::io::Cursor;

/// The beginning of a rendering, cut to an exact number of frames.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// Samples of the left and right channel in turn.
    samples: Vec<f32>,
    loudness: f64,
    peak: f64,
}

impl Clip {
    /// The first `frames` frames of a rendering, with a fade-out over the last `fade` of them. If
    /// the rendering is shorter, silence follows.
    pub fn of<I: Instrument>(rendering: &mut Rendering<I>, frames: usize, fade: usize) -> Clip {
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        rendering.render(&mut left, &mut right);
        let fade = fade.min(frames);
        for index in 0..fade {
            let factor = (fade - index - 1) as f32 / fade as f32;
            left[frames - fade + index] *= factor;
            right[frames - fade + index] *= factor;
        }
        let samples: Vec<f32> =
            left.into_iter().zip(right).flat_map(|(left, right)| [left, right]).collect();
        let mut meter = Meter::new();
        meter.add(&samples);
        let mut measured = meter.measured();
        if measured.is_soft() {
            let Ok(again) =
                measured.again(samples.iter().map(|&sample| Ok::<_, Infallible>(sample)));
            measured = again;
        }
        Clip { samples, loudness: measured.loudness, peak: measured.peak }
    }

    /// The greatest loudness in LUFS that does not exceed [`PEAK`]. It is not finite if the clip is
    /// silent.
    pub fn greatest_loudness(&self) -> f64 {
        self.loudness + PEAK - 20.0 * libm::log10(self.peak)
    }

    /// The clip as a WAV file (16 bits, stereo) with a loudness in LUFS. Clips of the same number
    /// of frames give files of the same size.
    pub fn wav(&self, loudness: f64) -> Vec<u8> {
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: SAMPLE_RATE,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let bytes: Vec<u8> = self.samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let gain = if self.loudness.is_finite() { loudness - self.loudness } else { 0.0 };
        // Rounded to hundredths, because the last bits of a logarithm differ between machines.
        let mut samples = SampleConverter::new(&bytes[..], (gain * 100.0).floor() / 100.0);
        let mut file = Cursor::new(Vec::new());
        let mut wav = hound::WavWriter::new(&mut file, spec).expect("a file in memory");
        for _ in 0..self.samples.len() {
            wav.write_sample(samples.next().expect("as many as there are")).expect("memory");
        }
        wav.finalize().expect("a file in memory");
        file.into_inner()
    }
}
