//! Writes what stands above and below the staves: tempo marks and octave signs.

use super::musicxml::STAVES;
use super::xml::Xml;
use crate::score::Metre;

/// Writes a tempo as beats of the metre per minute, some divisions after the bar line.
pub(super) fn tempo(xml: &mut Xml, tempo: u32, metre: Metre, divisions: usize) {
    let quarters = 60e6 / f64::from(tempo.max(1));
    let dotted =
        metre.denominator_power >= 3 && metre.numerator > 3 && metre.numerator.is_multiple_of(3);
    xml.open("direction", &[("placement", "above")]);
    xml.open("direction-type", &[]);
    xml.open("metronome", &[]);
    xml.leaf("beat-unit", &[], "quarter");
    if dotted {
        xml.empty("beat-unit-dot", &[]);
    }
    let beats = if dotted { quarters / 1.5 } else { quarters };
    xml.number("per-minute", beats.round());
    xml.close();
    xml.close();
    if divisions > 0 {
        xml.leaf("offset", &[("sound", "yes")], &divisions.to_string());
    }
    xml.leaf("staff", &[], STAVES[0]);
    // Rounded to thousandths, a difference that nobody hears.
    xml.empty("sound", &[("tempo", &((quarters * 1e3).round() / 1e3).to_string())]);
    xml.close();
}

/// Writes where an octave sign begins or stops on a staff.
pub(super) fn octave_shift(xml: &mut Xml, kind: &str, staff: usize) {
    let placement = if staff == 0 { "above" } else { "below" };
    xml.open("direction", &[("placement", placement)]);
    xml.open("direction-type", &[]);
    xml.empty("octave-shift", &[("type", kind), ("size", "8"), ("number", STAVES[staff])]);
    xml.close();
    xml.leaf("staff", &[], STAVES[staff]);
    xml.close();
}
