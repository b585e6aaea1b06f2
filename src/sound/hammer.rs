//! The hammer: how long it touches the string, and how strongly it excites each partial.

use libm::{exp, log, pow, sqrt};

/// The hammer of one key.
///
/// The faster felt is compressed, the harder it is. So the contact of a loud stroke is shorter, and
/// a short contact gives more treble. Askenfelt and Jansson (1985 to 1993) measured the contact
/// time: some 4 ms in the bass, 2 ms in the middle, and less than 1 ms at the top. At forte it is
/// 20 % less than at mezzo-forte, and at piano 20 % more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hammer {
    /// The contact time at [`MEZZO_FORTE`], in seconds.
    contact: f64,
}

/// The MIDI velocity of mezzo-forte.
pub(super) const MEZZO_FORTE: f64 = 64.0;

/// Contact times in milliseconds by pitch. In between, their logarithm is interpolated.
const CONTACTS: [(f64, f64); 4] = [(21.0, 3.8), (48.0, 2.3), (72.0, 1.5), (108.0, 0.65)];

impl Hammer {
    pub fn of(pitch: u8) -> Hammer {
        Hammer { contact: between(&CONTACTS, f64::from(pitch)) / 1000.0 }
    }

    /// The contact time in seconds.
    pub fn contact(self, velocity: f64) -> f64 {
        // From p (40) to f (96), 1.2 to 0.8 times the contact time at mezzo-forte.
        self.contact * pow(velocity / MEZZO_FORTE, -0.42)
    }

    /// How strongly a frequency in Hz is excited.
    ///
    /// The force on the string resembles a half-sine pulse. Its spectrum has lost 3 dB at 0.59 /
    /// contact, and falls by 12 dB per octave above. Real pulses rise faster than they fall, so
    /// they have more treble, and the louder the stroke, the more.
    pub fn excitation(self, frequency: f64, velocity: f64) -> f64 {
        let loudness = velocity / MEZZO_FORTE;
        let relative = frequency * self.contact(velocity) / 0.8;
        let steepness = 1.4 - 0.35 * sqrt(loudness);
        pow(loudness, 1.1) * pow(1.0 + relative * relative, -steepness)
    }
}

/// Interpolates the logarithm of a curve through some points linearly, and extrapolates it beyond
/// the first and the last point. Returns the value at `x`.
pub(super) fn between(points: &[(f64, f64)], x: f64) -> f64 {
    let next = points.iter().position(|point| x < point.0).unwrap_or(points.len());
    let next = next.clamp(1, points.len() - 1);
    let ((left, low), (right, high)) = (points[next - 1], points[next]);
    low * exp(log(high / low) * (x - left) / (right - left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_go_through_their_points_and_on() {
        let points = [(0.0, 1.0), (1.0, 2.0), (3.0, 32.0)];
        for (x, y) in [(0.0, 1.0), (0.5, 2f64.sqrt()), (2.0, 8.0), (4.0, 128.0), (-1.0, 0.5)] {
            assert!((between(&points, x) - y).abs() < 1e-12 * y, "{x}");
        }
    }

    #[test]
    fn a_loud_stroke_is_shorter_by_a_fifth_and_a_soft_one_longer() {
        let hammer = Hammer::of(60);
        let relative = |velocity| hammer.contact(velocity) / hammer.contact(MEZZO_FORTE);
        assert!((relative(40.0) - 1.2).abs() < 0.05 && (relative(104.0) - 0.8).abs() < 0.05);
    }
}
