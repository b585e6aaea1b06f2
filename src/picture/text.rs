//! Text in DejaVu Sans. The font comes with the program, so pictures do not depend on installed
//! fonts.
//!
//! plotters can draw text itself, but it keeps its fonts in a global table, and puts every letter
//! on a whole pixel without its left side bearing.

use ab_glyph::{Font, FontRef, GlyphId, PxScale, ScaleFont, point};
use plotters_backend::text_anchor::{HPos, Pos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendTextStyle, FontFamily};
use std::convert::Infallible;

/// The CSS font family in SVG files.
const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

/// plotters divides font sizes by this factor before it writes them to an SVG.
const PLOTTERS_EM: f64 = 1.24;

/// The x-height in ems.
const X_HEIGHT: f64 = 0.547;

/// The font of all pictures.
pub(super) fn font() -> FontRef<'static> {
    FontRef::try_from_slice(dejavu::sans::regular()).expect("the font that comes with the program")
}

/// The width of a text whose em has the given size.
pub(super) fn width(font: &FontRef<'_>, text: &str, em: f64) -> f64 {
    let mut width = 0.0;
    lay_out(font, text, em, |_, _, end| width = end);
    f64::from(width)
}

/// A text that XML and every font can show: control characters, and the two characters that XML
/// does not know, become [`REPLACEMENT`].
pub(super) fn printable(text: &str) -> String {
    let odd = |c: char| c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}');
    text.chars().map(|c| if odd(c) { REPLACEMENT } else { c }).collect()
}

/// What is shown in the place of a character that cannot be shown: a question mark on a diamond.
const REPLACEMENT: char = '\u{FFFD}';

/// The glyph of a character. What the font lacks is visibly replaced, because its own box for that
/// looks like a sign of its own, and many of them like an ornament. Signs that are nothing to be
/// seen, such as a mark of the byte order, have no glyph.
///
/// An SVG keeps such characters as they are: whatever shows it has more fonts.
fn glyph(font: &FontRef<'_>, c: char) -> Option<GlyphId> {
    match font.glyph_id(c) {
        GlyphId(0) if is_invisible(c) => None,
        GlyphId(0) => Some(font.glyph_id(REPLACEMENT)),
        found => Some(found),
    }
}

/// Whether a character only says how others are joined, chosen or ordered (Unicode's property
/// `Default_Ignorable_Code_Point`, without the letters in it).
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Lays out a text with kerning. Calls `letter` for each glyph with its start and its end.
fn lay_out(font: &FontRef<'_>, text: &str, em: f64, mut letter: impl FnMut(GlyphId, f32, f32)) {
    let (scaled, mut at, mut before) = (font.as_scaled(scale(font, em)), 0.0, None);
    for glyph in text.chars().filter_map(|c| glyph(font, c)) {
        let font = &scaled;
        if let Some(before) = before {
            at += font.kern(before, glyph);
        }
        let end = at + font.h_advance(glyph);
        letter(glyph, at, end);
        (at, before) = (end, Some(glyph));
    }
}

/// Converts an em to the scale of ab_glyph, which measures fonts by their full height.
fn scale(font: &FontRef<'_>, em: f64) -> PxScale {
    let units = font.units_per_em().unwrap_or(2048.0);
    PxScale::from(em as f32 * font.height_unscaled() / units)
}

/// The size, colour and alignment of a text, in the form that plotters asks for.
pub(super) struct TextStyle<'a> {
    pub font: &'a FontRef<'static>,
    /// In pixels.
    pub em: f64,
    pub colour: BackendColor,
    /// The horizontal alignment.
    pub alignment: HPos,
}

impl TextStyle<'_> {
    /// How far below the baseline plotters has to be told to put the bottom of a text.
    pub fn below_baseline(&self) -> f64 {
        // plotters writes dy = -0.5ex to an SVG.
        self.em * X_HEIGHT / 2.0
    }

    /// The baseline, from the top of the box that plotters uses for a text, in whole pixels.
    fn baseline(&self) -> f32 {
        (self.em.round() - self.below_baseline().round()) as f32
    }
}

impl BackendTextStyle for TextStyle<'_> {
    type FontError = Infallible;

    fn color(&self) -> BackendColor {
        self.colour
    }

    fn size(&self) -> f64 {
        self.em * PLOTTERS_EM
    }

    fn anchor(&self) -> Pos {
        Pos::new(self.alignment, VPos::Bottom)
    }

    fn family(&self) -> FontFamily<'_> {
        FontFamily::Name(FAMILY)
    }

    fn layout_box(&self, text: &str) -> Result<((i32, i32), (i32, i32)), Infallible> {
        let width = width(self.font, text, self.em).round() as i32;
        Ok(((0, 0), (width, self.em.round() as i32)))
    }

    fn draw<E, DrawFunc: FnMut(i32, i32, BackendColor) -> Result<(), E>>(
        &self,
        text: &str,
        pos: BackendCoord,
        mut draw: DrawFunc,
    ) -> Result<Result<(), E>, Infallible> {
        let mut result = Ok(());
        lay_out(self.font, text, self.em, |glyph, at, _| {
            let place = point(at, self.baseline());
            let glyph = glyph.with_scale_and_position(scale(self.font, self.em), place);
            let Some(outline) = self.font.outline_glyph(glyph) else { return };
            let corner = outline.px_bounds().min;
            let (left, top) = (pos.0 + corner.x as i32, pos.1 + corner.y as i32);
            outline.draw(|x, y, coverage| {
                if result.is_ok() && coverage > 0.0 {
                    let colour = self.colour.mix(f64::from(coverage.min(1.0)));
                    result = draw(left + x as i32, top + y as i32, colour);
                }
            });
        });
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_font_lacks_is_a_question_mark_and_what_is_invisible_is_nothing() {
        let font = font();
        let mark = glyph(&font, REPLACEMENT).unwrap();
        assert_ne!(mark, GlyphId(0), "the font has it");
        for c in ['音', '한', '\u{1F3B9}', '\u{E000}', '\u{10FFFF}'] {
            assert_eq!(glyph(&font, c), Some(mark), "{c:?}");
        }
        for c in ['a', 'é', 'Ж', 'ω', '♯', '“', '–', ' '] {
            assert!(glyph(&font, c).is_some_and(|found| found != mark), "{c:?}");
        }
        for c in ['\u{FEFF}', '\u{E0100}'] {
            assert!(glyph(&font, c).is_none_or(|found| found != mark), "{c:?}");
        }
        assert_eq!(width(&font, "音楽", 10.0), width(&font, "\u{FFFD}\u{FFFD}", 10.0));
        assert_eq!(
            printable("a\u{0}\n\u{9B}\u{7F}\u{FFFF}音"),
            "a\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}音"
        );
    }

    #[test]
    fn a_text_is_as_wide_as_the_fonts_own_table_says() {
        // In DejaVu Sans, a digit is 1303 of 2048 units wide, and a space 651.
        let measured = width(&font(), "1 1", 20.48);
        assert!((measured - (13.03 + 6.51 + 13.03)).abs() < 0.01, "{measured}");
        assert!((X_HEIGHT - 1120.0 / 2048.0).abs() < 1e-3);
    }
}
