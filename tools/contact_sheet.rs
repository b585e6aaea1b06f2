//! Many pictures on one sheet, each made smaller:
//! `cargo run --release --example contact_sheet -- SHEET.png COLUMNS WIDTH PICTURE.png...`, where WIDTH
//! is that of a column in pixels.

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, BufWriter};

/// A picture of bytes red, green and blue, row by row.
struct Picture {
    width: usize,
    height: usize,
    bytes: Vec<u8>,
}

impl Picture {
    fn read(path: &str) -> Result<Picture, Box<dyn Error>> {
        let mut decoder = png::Decoder::new(BufReader::new(File::open(path)?));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
        let mut reader = decoder.read_info()?;
        let mut raw = vec![0; reader.output_buffer_size().ok_or("a picture too large")?];
        let info = reader.next_frame(&mut raw)?;
        let samples = info.color_type.samples();
        // Of grey ones the one sample counts three times; what is transparent is not looked at.
        let colour = |pixel: &[u8]| [0, 1, 2].map(|nth| pixel[if samples < 3 { 0 } else { nth }]);
        let bytes = raw[..info.buffer_size()].chunks_exact(samples).flat_map(colour).collect();
        Ok(Picture { width: info.width as usize, height: info.height as usize, bytes })
    }

    /// Made so wide, or left as it is where it is narrower: each pixel is the mean of those it covers.
    fn narrowed(&self, width: usize) -> Picture {
        let width = width.min(self.width);
        let height = (self.height * width / self.width).max(1);
        let mut bytes = Vec::with_capacity(3 * width * height);
        for y in 0..height {
            let rows = y * self.height / height..((y + 1) * self.height).div_ceil(height);
            for x in 0..width {
                let columns = x * self.width / width..((x + 1) * self.width).div_ceil(width);
                for colour in 0..3 {
                    let of_row = |row: usize| {
                        let at = move |column: usize| 3 * (row * self.width + column) + colour;
                        columns.clone().map(move |column| usize::from(self.bytes[at(column)]))
                    };
                    let sum: usize = rows.clone().flat_map(of_row).sum();
                    bytes.push((sum / (rows.len() * columns.len())) as u8);
                }
            }
        }
        Picture { width, height, bytes }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [sheet, columns, width, pictures @ ..] = &arguments[..] else {
        return Err("a file to write, how many columns, how wide each is, then PNG files".into());
    };
    let (columns, width): (usize, usize) = (columns.parse()?, width.parse()?);
    let pictures = pictures.iter().map(|path| Ok(Picture::read(path)?.narrowed(width)));
    let pictures = pictures.collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    let rows: Vec<&[Picture]> = pictures.chunks(columns.max(1)).collect();
    let highest = |row: &&[Picture]| row.iter().map(|picture| picture.height).max().unwrap_or(0);
    let height: usize = rows.iter().map(highest).sum();
    let full = columns * width;
    let mut bytes = vec![255; 3 * full * height];
    let mut top = 0;
    for row in rows {
        for (column, picture) in row.iter().enumerate() {
            for (y, line) in picture.bytes.chunks_exact(3 * picture.width).enumerate() {
                let at = 3 * ((top + y) * full + column * width);
                bytes[at..at + line.len()].copy_from_slice(line);
            }
        }
        top += highest(&row);
    }
    let mut encoder =
        png::Encoder::new(BufWriter::new(File::create(sheet)?), full as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::High);
    encoder.write_header()?.write_image_data(&bytes)?;
    Ok(())
}
