//! Pictures in memory, and PNG files.

use crate::{CELL, Color};

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    width: u32,
    height: u32,
    /// Row by row.
    colors: Vec<Color>,
}

impl Pixels {
    /// A picture of this size.
    #[must_use]
    pub fn new(width: u32, height: u32, colors: Vec<Color>) -> Self {
        assert_eq!(colors.len(), (width * height) as usize, "a color for each pixel");
        Self { width, height, colors }
    }

    /// Width and height.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    pub(crate) fn colors(&self) -> &[Color] {
        &self.colors
    }

    /// Reads a PNG file.
    ///
    /// # Errors
    /// Says what is wrong with a file that can't be read.
    pub fn from_png(file: &[u8]) -> Result<Self, String> {
        Ok(Self::with_texts(file)?.0)
    }

    /// Reads a PNG file with its texts, by name.
    pub(crate) fn with_texts(file: &[u8]) -> Result<(Self, Vec<(String, String)>), String> {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
        let mut reader = decoder.read_info().map_err(|cause| cause.to_string())?;
        let mut bytes = vec![0; reader.output_buffer_size().ok_or("the picture is too large")?];
        let frame = reader.next_frame(&mut bytes).map_err(|cause| cause.to_string())?;
        bytes.truncate(frame.buffer_size());
        let colors = match frame.color_type {
            png::ColorType::Rgb => bytes.chunks_exact(3).map(|it| [it[0], it[1], it[2]]).collect(),
            png::ColorType::Rgba => bytes.chunks_exact(4).map(|it| [it[0], it[1], it[2]]).collect(),
            other => return Err(format!("a picture of the kind {other:?}")),
        };
        let texts = reader.info().uncompressed_latin1_text.iter();
        let texts = texts.map(|text| (text.keyword.clone(), text.text.clone())).collect();
        Ok((Self { width: frame.width, height: frame.height, colors }, texts))
    }

    /// The PNG file, which may hold a text with a name.
    #[must_use]
    pub fn to_png(&self, text: Option<(&str, &str)>) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        if let Some((name, text)) = text {
            encoder.add_text_chunk(name.to_owned(), text.to_owned()).expect("a text");
        }
        let mut writer = encoder.write_header().expect("memory takes it");
        writer.write_image_data(self.colors.as_flattened()).expect("memory takes it");
        writer.finish().expect("memory takes it");
        file
    }

    /// Calls `each` for the pixels of a cell. Cells at the edges may have fewer.
    pub(crate) fn each_of_cell(&self, column: u32, row: u32, mut each: impl FnMut(Color)) {
        let (left, right) = (column * CELL, ((column + 1) * CELL).min(self.width));
        for y in row * CELL..((row + 1) * CELL).min(self.height) {
            let start = y * self.width;
            for color in &self.colors[(start + left) as usize..(start + right) as usize] {
                each(*color);
            }
        }
    }

    /// Fills a box, as far as it is inside the picture.
    pub fn fill(&mut self, left: u32, top: u32, width: u32, height: u32, color: Color) {
        for y in top..(top + height).min(self.height) {
            for x in left..(left + width).min(self.width) {
                self.colors[(y * self.width + x) as usize] = color;
            }
        }
    }

    /// Draws a frame of some thickness inside a box.
    pub fn frame(&mut self, (left, top, width, height): (u32, u32, u32, u32), thickness: u32, color: Color) {
        let (right, bottom) = (left + width, top + height);
        self.fill(left, top, width, thickness, color);
        self.fill(left, bottom.saturating_sub(thickness), width, thickness, color);
        self.fill(left, top, thickness, height, color);
        self.fill(right.saturating_sub(thickness), top, thickness, height, color);
    }
}
