//! Renders a drawing to the bytes of a file.

use super::canvas::Canvas;
use plotters_backend::DrawingBackend;
use plotters_bitmap::BitMapBackend;
use plotters_svg::SVGBackend;

/// The file format of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Scalable Vector Graphics: sharp at any size. Its text is shown in a font of the viewer's
    /// system.
    Svg,
    /// Portable Network Graphics, with one pixel per unit of the drawing.
    Png,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 2] = [Format::Svg, Format::Png];
}

/// A drawing that can be rendered in any format.
pub(super) trait Drawing {
    /// Width and height in units: CSS pixels of an SVG, pixels of a PNG.
    fn size(&self) -> (u32, u32);

    /// The resolution: how many subunits a unit has. It is 1 for drawings that consist of
    /// axis-aligned rectangles, and more for slanted lines, which a PNG then shows antialiased.
    fn subunits(&self) -> u32;

    /// Draws on a white canvas.
    fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<B>);
}

/// Renders a drawing.
pub(super) fn render(drawing: &impl Drawing, format: Format) -> Vec<u8> {
    let (width, height) = drawing.size();
    let subunits = drawing.subunits();
    let fine = (width * subunits, height * subunits);
    match format {
        Format::Svg => {
            let mut text = String::new();
            {
                let mut backend = SVGBackend::with_string(&mut text, fine);
                drawing.draw(&mut Canvas::new(&mut backend, subunits));
                backend.present().expect("drawing in memory cannot fail");
            }
            // The coordinates are in subunits, and the size on screen is in units.
            let head = format!("<svg width=\"{}\" height=\"{}\" ", fine.0, fine.1);
            let rest = text.strip_prefix(&head).expect("an svg element comes first");
            format!("<svg width=\"{width}\" height=\"{height}\" {rest}").into_bytes()
        }
        Format::Png => {
            let mut pixels = vec![0xff; 3 * fine.0 as usize * fine.1 as usize];
            {
                let mut backend = BitMapBackend::with_buffer(&mut pixels, fine);
                drawing.draw(&mut Canvas::new(&mut backend, subunits));
                backend.present().expect("drawing in memory cannot fail");
            }
            png(&shrunk(pixels, fine.0 as usize, subunits as usize), width, height)
        }
    }
}

/// Downsamples an image: each square of `subunits` by `subunits` pixels becomes one pixel, their mean.
/// Rows are `width` pixels wide.
fn shrunk(pixels: Vec<u8>, width: usize, subunits: usize) -> Vec<u8> {
    if subunits == 1 {
        return pixels;
    }
    let row = 3 * width;
    let mut sums = vec![0u32; row / subunits];
    let area = (subunits * subunits) as u32;
    let mut small = Vec::with_capacity(pixels.len() / (subunits * subunits));
    for rows in pixels.chunks_exact(row * subunits) {
        sums.fill(0);
        for row in rows.chunks_exact(row) {
            for (at, &value) in row.iter().enumerate() {
                sums[at / 3 / subunits * 3 + at % 3] += u32::from(value);
            }
        }
        small.extend(sums.iter().map(|sum| ((sum + area / 2) / area) as u8));
    }
    small
}

fn png(pixels: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("writing to memory cannot fail");
    writer.write_image_data(pixels).expect("there are as many pixels as the size says");
    writer.finish().expect("writing to memory cannot fail");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_of_pixels_becomes_their_mean() {
        let (black, white) = ([0, 0, 0], [255, 255, 255]);
        let pixels = [black, white, white, white, black, black, white, white].concat();
        assert_eq!(shrunk(pixels, 4, 2), [64, 64, 64, 255, 255, 255]);
    }
}
