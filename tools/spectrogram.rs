//! Draws the spectrogram of a WAV file: time to the right, pitch upward, the brighter the louder.
//!
//! ```sh
//! cargo run --release --example spectrogram -- FILE.wav FILE.png [SECONDS]
//! ```

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use std::error::Error;
use std::f64::consts::TAU;
use std::fs::File;
use std::io::BufWriter;

/// Frames of a window: 93 ms at 44.1 kHz, which tells partials 22 Hz apart from each other.
const WINDOW: usize = 4096;

/// Width and height of the picture.
const SIZE: (usize, usize) = (1000, 460);

/// The spectrogram's place in it: left, top, right and bottom.
const FRAME: (usize, usize, usize, usize) = (64, 14, 986, 422);

/// The lowest and the highest frequency, in Hz.
const PITCHES: (f64, f64) = (50.0, 16_000.0);

/// How many decibels below the loudest place are still told from nothing.
const DEPTH: f64 = 90.0;

/// Shades of loudness; the last two colours of the palette are those of text and of paper.
const SHADES: usize = 62;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [wav, png, rest @ ..] = &arguments[..] else {
        return Err("give a WAV file and the PNG file to write".into());
    };
    let (sound, rate) = mono(wav)?;
    let whole = sound.len() as f64 / rate;
    let seconds = rest.first().map_or(Ok(whole), |text| text.parse::<f64>())?.min(whole);
    let mut picture = Picture { pixels: vec![SHADES as u8 + 1; SIZE.0 * SIZE.1] };
    picture.draw(&sound, rate, seconds);
    picture.label(seconds)?;
    let mut encoder =
        png::Encoder::new(BufWriter::new(File::create(png)?), SIZE.0 as u32, SIZE.1 as u32);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.set_palette(palette());
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&picture.pixels)?;
    Ok(writer.finish()?)
}

/// Both ears of a WAV file as one, and its frames in a second.
fn mono(path: &str) -> Result<(Vec<f64>, f64), Box<dyn Error>> {
    let mut reader = hound::WavReader::open(path)?;
    let channels = usize::from(reader.spec().channels);
    let rate = f64::from(reader.spec().sample_rate);
    let samples = reader.samples::<i16>().collect::<Result<Vec<_>, _>>()?;
    let frame = |frame: &[i16]| frame.iter().map(|&sample| f64::from(sample)).sum::<f64>();
    Ok((samples.chunks(channels).map(frame).collect(), rate))
}

/// A picture, a place in the palette for each pixel.
struct Picture {
    pixels: Vec<u8>,
}

impl Picture {
    fn draw(&mut self, sound: &[f64], rate: f64, seconds: f64) {
        let (left, top, right, bottom) = FRAME;
        let mut levels = Vec::new();
        for x in left..right {
            let middle = (x - left) as f64 / (right - left) as f64 * seconds * rate;
            let spectrum = spectrum(sound, middle as usize);
            for y in top..bottom {
                // Neighbouring lines go together where a pixel covers several; between lines, the
                // nearer one is taken.
                let line = |y: usize| (frequency(y as f64) / rate * WINDOW as f64).round() as usize;
                let (low, high) = (line(y + 1), line(y).min(WINDOW / 2 - 1));
                let loudest = spectrum[low.min(high)..=high].iter().fold(0.0f64, |a, &b| a.max(b));
                levels.push((x, y, 10.0 * (loudest + 1e-9).log10()));
            }
        }
        let loudest = levels.iter().fold(f64::MIN, |most, level| most.max(level.2));
        for (x, y, level) in levels {
            let share = (1.0 - (loudest - level) / DEPTH).clamp(0.0, 1.0);
            self.pixels[y * SIZE.0 + x] = (share * (SHADES - 1) as f64).round() as u8;
        }
    }

    /// Seconds below, frequencies at the left.
    fn label(&mut self, seconds: f64) -> Result<(), Box<dyn Error>> {
        let font = FontRef::try_from_slice(dejavu::sans::regular())?;
        let (left, _, right, bottom) = FRAME;
        for hertz in [50, 100, 200, 500, 1000, 2000, 5000, 10_000] {
            let y = place(f64::from(hertz));
            self.line((left - 5, y), (left, y));
            let text =
                if hertz < 1000 { format!("{hertz} Hz") } else { format!("{} kHz", hertz / 1000) };
            self.text(&font, &text, (left as f32 - 8.0, y as f32 + 4.0), 1.0);
        }
        for second in 0..=seconds as usize {
            let x = left + (second as f64 / seconds * (right - left) as f64) as usize;
            let x = x.min(right - 1);
            self.line((x, bottom), (x, bottom + 5));
            self.text(&font, &format!("{second} s"), (x as f32, bottom as f32 + 20.0), 0.5);
        }
        Ok(())
    }

    fn line(&mut self, from: (usize, usize), to: (usize, usize)) {
        for y in from.1..=to.1 {
            for x in from.0..=to.0 {
                self.pixels[y * SIZE.0 + x] = SHADES as u8;
            }
        }
    }

    /// A text on a baseline; `side` of its width is left of the place.
    fn text(&mut self, font: &FontRef<'_>, text: &str, place: (f32, f32), side: f32) {
        let scaled = font.as_scaled(PxScale::from(14.0));
        let width: f32 = text.chars().map(|c| scaled.h_advance(scaled.glyph_id(c))).sum();
        let mut x = place.0 - side * width;
        for letter in text.chars() {
            let mut glyph = scaled.scaled_glyph(letter);
            glyph.position = point(x, place.1);
            x += scaled.h_advance(glyph.id);
            if let Some(outline) = font.outline_glyph(glyph) {
                let corner = outline.px_bounds().min;
                outline.draw(|dx, dy, ink| {
                    if ink > 0.45 {
                        let (x, y) =
                            (corner.x as usize + dx as usize, corner.y as usize + dy as usize);
                        self.pixels[y * SIZE.0 + x] = SHADES as u8;
                    }
                });
            }
        }
    }
}

/// The frequency at a height of the picture, in Hz.
fn frequency(y: f64) -> f64 {
    let share = (FRAME.3 as f64 - y) / (FRAME.3 - FRAME.1) as f64;
    PITCHES.0 * (PITCHES.1 / PITCHES.0).powf(share)
}

/// The height of a frequency.
fn place(frequency: f64) -> usize {
    let share = (frequency / PITCHES.0).ln() / (PITCHES.1 / PITCHES.0).ln();
    (FRAME.3 as f64 - share * (FRAME.3 - FRAME.1) as f64) as usize - 1
}

/// The power of each line of the spectrum around a frame, through a window of Hann.
fn spectrum(sound: &[f64], middle: usize) -> Vec<f64> {
    let mut values: Vec<(f64, f64)> = (0..WINDOW)
        .map(|at| {
            let frame = (middle + at).checked_sub(WINDOW / 2).and_then(|at| sound.get(at));
            let window = 0.5 - 0.5 * (TAU * at as f64 / WINDOW as f64).cos();
            (window * frame.copied().unwrap_or(0.0), 0.0)
        })
        .collect();
    fourier(&mut values);
    values[..WINDOW / 2].iter().map(|(re, im)| re * re + im * im).collect()
}

/// The fast Fourier transform of Cooley and Tukey, in place; the length is a power of two.
fn fourier(values: &mut [(f64, f64)]) {
    let bits = values.len().trailing_zeros();
    for at in 0..values.len() {
        let other = at.reverse_bits() >> (usize::BITS - bits);
        if at < other {
            values.swap(at, other);
        }
    }
    let mut half = 1;
    while half < values.len() {
        for start in (0..values.len()).step_by(2 * half) {
            for at in start..start + half {
                let (sin, cos) = (-TAU * (at - start) as f64 / (2 * half) as f64).sin_cos();
                let ((a, b), (c, d)) = (values[at], values[at + half]);
                let (c, d) = (c * cos - d * sin, c * sin + d * cos);
                (values[at], values[at + half]) = ((a + c, b + d), (a - c, b - d));
            }
        }
        half *= 2;
    }
}

/// From black through blue and vermilion to a light yellow, each brighter than the one before, so
/// that it can be read without colours as well; then text and paper.
fn palette() -> Vec<u8> {
    const STOPS: [[f64; 3]; 5] = [
        [8.0, 8.0, 20.0],
        [32.0, 40.0, 110.0],
        [150.0, 50.0, 110.0],
        [240.0, 120.0, 60.0],
        [255.0, 250.0, 200.0],
    ];
    let shade = |shade: usize| {
        let place = shade as f64 / (SHADES - 1) as f64 * (STOPS.len() - 1) as f64;
        let stop = (place as usize).min(STOPS.len() - 2);
        let share = place - stop as f64;
        [0, 1, 2].map(|c| (STOPS[stop][c] * (1.0 - share) + STOPS[stop + 1][c] * share) as u8)
    };
    (0..SHADES).map(shade).chain([[34, 40, 49], [255; 3]]).flatten().collect()
}
