//! Compares pictures of the page by what a person sees from some distance: areas, lines, and where text stands.
//!
//! A [`Sketch`] has one cell for 4 x 4 pixels. A cell knows its ground, which is the color of the area that it
//! belongs to, and its ink, which is the color of the text or line in or beside it. Neither says which letters a text
//! consists of, so another word or number of about the same length, and letters that another machine draws slightly
//! differently, make no difference. A sketch is stored as a small PNG file.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "only tests use this crate"
)]

mod difference;
mod grid;
mod pixels;

pub use difference::{Difference, differences};
pub use pixels::Pixels;

use grid::Grid;

/// A red, a green and a blue part.
pub type Color = [u8; 3];

/// Width and height of a cell in pixels.
const CELL: u32 = 4;

/// How far a pixel's color must be from the ground to be ink. The palest lines of the page are this far.
const INK: u8 = 16;

/// Ink colors are stored in steps of this size, which makes the files small.
const INK_STEP: u8 = 16;

/// The name of the PNG file's text that holds the picture's size.
const SIZE: &str = "size";

/// A picture reduced to areas and ink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    /// Width and height of the picture in pixels.
    size: (u32, u32),
    ground: Grid<Color>,
    /// `None` where nothing stands on the ground.
    ink: Grid<Option<Color>>,
}

impl Sketch {
    /// Reduces a picture.
    #[must_use]
    pub fn of(pixels: &Pixels) -> Self {
        let ground = ground(pixels);
        let ink = ink(pixels, &ground);
        Self { size: pixels.size(), ground, ink }
    }

    /// The PNG file: the ground, and below it the ground with the ink.
    #[must_use]
    pub fn to_png(&self) -> Vec<u8> {
        let inked = self.ground.cells.iter().zip(&self.ink.cells).map(|(ground, ink)| ink.unwrap_or(*ground));
        let colors = self.ground.cells.iter().copied().chain(inked).collect();
        let pixels = Pixels::new(self.ground.columns, 2 * self.ground.rows, colors);
        let (width, height) = self.size;
        pixels.to_png(Some((SIZE, &format!("{width}x{height}"))))
    }

    /// Reads a file that [`Sketch::to_png`] made.
    ///
    /// # Errors
    /// Says what is wrong with a file of another kind.
    pub fn from_png(file: &[u8]) -> Result<Self, String> {
        let (pixels, texts) = Pixels::with_texts(file)?;
        let stated =
            texts.into_iter().find(|(name, _)| name == SIZE).map(|(_, size)| size).unwrap_or_default();
        let size = stated.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
        let size: (u32, u32) = size.ok_or("the file doesn't state the picture's size")?;
        let (columns, rows) = (size.0.div_ceil(CELL), size.1.div_ceil(CELL));
        if pixels.size() != (columns, 2 * rows) {
            return Err(format!("the file isn't a sketch of {} x {} pixels", size.0, size.1));
        }
        let (ground, inked) = pixels.colors().split_at((columns * rows) as usize);
        let ink = ground.iter().zip(inked).map(|(ground, ink)| (ink != ground).then_some(*ink)).collect();
        Ok(Self {
            size,
            ground: Grid { columns, rows, cells: ground.to_vec() },
            ink: Grid { columns, rows, cells: ink },
        })
    }
}

/// The largest difference of a part of two colors.
fn distance(one: Color, other: Color) -> u8 {
    let parts = one.into_iter().zip(other).map(|(one, other)| one.abs_diff(other));
    parts.max().unwrap_or_default()
}

/// The color that most pixels of a cell and of the cells around it have. Text covers less than half of them.
fn ground(pixels: &Pixels) -> Grid<Color> {
    let commonest = Grid::of(pixels.size(), |column, row| {
        let mut counted: Vec<(Color, u32)> = Vec::with_capacity(16);
        pixels.each_of_cell(column, row, |color| count(&mut counted, color, 1));
        most(&counted)
    });
    commonest.map(|column, row| {
        let mut counted = Vec::with_capacity(9);
        commonest.around(column, row, 1, 1, |(color, times)| count(&mut counted, color, times));
        most(&counted).0
    })
}

fn count(counted: &mut Vec<(Color, u32)>, color: Color, times: u32) {
    match counted.iter_mut().find(|(seen, _)| *seen == color) {
        Some((_, seen)) => *seen += times,
        None => counted.push((color, times)),
    }
}

/// The first color of those that were counted most often.
fn most(counted: &[(Color, u32)]) -> (Color, u32) {
    let mut most = ([0; 3], 0);
    for &(color, times) in counted {
        if times > most.1 {
            most = (color, times);
        }
    }
    most
}

/// The ink of each cell. Ink reaches one cell up and down and two to the sides, so that a line of text is one bar
/// without gaps, and has the strongest color that is found a cell further, because letters fade at their edges.
fn ink(pixels: &Pixels, ground: &Grid<Color>) -> Grid<Option<Color>> {
    let own = ground.map(|column, row| {
        let ground = ground.at(column, row);
        let mut strongest = (0, ground);
        pixels.each_of_cell(column, row, |color| {
            let strength = distance(color, ground);
            if strength > strongest.0 {
                strongest = (strength, color);
            }
        });
        strongest
    });
    let present = widen(&widen(&own, 2, 0), 0, 1);
    let strongest = widen(&widen(&own, 3, 0), 0, 2);
    present.map(|column, row| {
        let is_ink = present.at(column, row).0 >= INK;
        let color = stepped(strongest.at(column, row).1);
        (is_ink && color != ground.at(column, row)).then_some(color)
    })
}

fn stepped(color: Color) -> Color {
    color.map(|part| (part / INK_STEP) * INK_STEP + INK_STEP / 2)
}

/// The strongest color within this many cells.
fn widen(grid: &Grid<(u8, Color)>, columns: u32, rows: u32) -> Grid<(u8, Color)> {
    grid.map(|column, row| {
        let mut strongest = grid.at(column, row);
        grid.around(column, row, columns, rows, |found| {
            if found.0 > strongest.0 {
                strongest = found;
            }
        });
        strongest
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests;
