//! Text in DejaVu Sans. The font comes with the program, so pictures do not depend on installed
//! fonts.
//!
//! plotters can draw text itself, but it keeps its fonts in a global table, and puts every letter
//! on a whole pixel without its left side bearing.

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
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

/// Lays out a text with kerning. Calls `letter` for each character with its start and its end.
fn lay_out(font: &FontRef<'_>, text: &str, em: f64, mut letter: impl FnMut(char, f32, f32)) {
    let font = font.as_scaled(scale(font, em));
    let (mut at, mut before) = (0.0, None);
    for c in text.chars() {
        let glyph = font.glyph_id(c);
        if let Some(before) = before {
            at += font.kern(before, glyph);
        }
        let end = at + font.h_advance(glyph);
        letter(c, at, end);
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
        lay_out(self.font, text, self.em, |c, at, _| {
            let glyph = self.font.glyph_id(c);
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
    fn a_text_is_as_wide_as_the_fonts_own_table_says() {
        // In DejaVu Sans, a digit is 1303 of 2048 units wide, and a space 651.
        let measured = width(&font(), "1 1", 20.48);
        assert!((measured - (13.03 + 6.51 + 13.03)).abs() < 0.01, "{measured}");
        assert!((X_HEIGHT - 1120.0 / 2048.0).abs() < 1e-3);
    }
}
