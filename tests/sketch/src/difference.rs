//! What two sketches differ in, if a person would call it a difference.

use std::fmt;

use crate::grid::{Cluster, Grid};
use crate::{CELL, Color, Sketch, distance};

/// How far two grounds may be apart.
const SAME_GROUND: u8 = 6;

/// How far two ink colors may be apart after the stronger one is faded to the other's strength.
const SAME_INK: i32 = 30;

/// How much weaker one ink may be than the other, in percent.
const FADED: i32 = 55;

/// An area of fewer cells than this may change its ground: the end of a chip whose number became longer.
const GROUND_CELLS: u32 = 6;

/// Text of fewer cells than this may change its color.
const COLOR_CELLS: u32 = 16;

/// The largest word that may appear or disappear, in cells: about ten letters of the largest text.
const WORD: (u32, u32) = (24, 8);

/// Ink that is lower than a text and wider than two letters is a line, or a text that moved up or down.
const LINE: (u32, u32) = (8, 3);

/// The share of the ink, in percent, that may appear or disappear in words.
const WORDS_PERCENT: usize = 3;

/// A difference between a picture and its reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// Width and height of both.
    Size { reference: (u32, u32), actual: (u32, u32) },
    /// An area has another color, moved, appeared or disappeared.
    Area(Place),
    /// Text or lines have another color.
    Color(Place),
    /// Text or lines appeared, disappeared or moved.
    Content(Place),
    /// Many small changes of content, though none is large: their number of cells, how many may be, and where.
    Everywhere { cells: u32, allowed: u32, place: Place },
}

/// A box in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub left: u32,
    pub top: u32,
    pub width: u32,
    pub height: u32,
}

impl Difference {
    /// Where it is.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Size { .. } => None,
            Self::Area(place)
            | Self::Color(place)
            | Self::Content(place)
            | Self::Everywhere { place, .. } => Some(*place),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size { reference, actual } => write!(
                f,
                "the picture has {} x {} pixels, its reference {} x {}",
                actual.0, actual.1, reference.0, reference.1
            ),
            Self::Area(place) => write!(f, "an area has another color or place {place}"),
            Self::Color(place) => write!(f, "text or lines have another color {place}"),
            Self::Content(place) => write!(f, "text or lines appeared, disappeared or moved {place}"),
            Self::Everywhere { cells, allowed, place } => {
                write!(f, "small changes in {cells} places, of which {allowed} may be, {place}")
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {},{} ({} x {} px)", self.left, self.top, self.width, self.height)
    }
}

impl From<Cluster> for Place {
    fn from(cluster: Cluster) -> Self {
        Self {
            left: cluster.left * CELL,
            top: cluster.top * CELL,
            width: cluster.width() * CELL,
            height: cluster.height() * CELL,
        }
    }
}

/// What a person would call different. What is found again a few pixels away is not.
#[must_use]
pub fn differences(reference: &Sketch, actual: &Sketch) -> Vec<Difference> {
    if reference.size != actual.size {
        return vec![Difference::Size { reference: reference.size, actual: actual.size }];
    }
    let areas = ground_differs(reference, actual).clusters().into_iter();
    let areas = areas.filter(|area| area.cells >= GROUND_CELLS).map(|area| Difference::Area(area.into()));
    let colors = color_differs(reference, actual).clusters().into_iter();
    let colors = colors.filter(|color| color.cells >= COLOR_CELLS).map(|it| Difference::Color(it.into()));
    areas.chain(colors).chain(content(reference, actual)).collect()
}

fn ground_differs(reference: &Sketch, actual: &Sketch) -> Grid<bool> {
    let has = |sketch: &Sketch, column, row, ground| {
        sketch.ground.any_near(column, row, |near| distance(near, ground) <= SAME_GROUND)
    };
    reference.ground.map(|column, row| {
        let (before, after) = (reference.ground.at(column, row), actual.ground.at(column, row));
        before != after && !(has(actual, column, row, before) && has(reference, column, row, after))
    })
}

/// Where both have ink, but of another color. Where the ground differs as well, that is reported instead.
fn color_differs(reference: &Sketch, actual: &Sketch) -> Grid<bool> {
    let other_only = |from: &Sketch, to: &Sketch, column, row| {
        let Some(ink) = from.ink.at(column, row) else { return false };
        let ground = from.ground.at(column, row);
        let inked = to.ink.any_near(column, row, |near| near.is_some());
        inked && !to.ink.any_near(column, row, |near| near.is_some_and(|near| same_ink(ground, ink, near)))
    };
    reference.ink.map(|column, row| {
        let grounds = (reference.ground.at(column, row), actual.ground.at(column, row));
        reference.ink.at(column, row) != actual.ink.at(column, row)
            && distance(grounds.0, grounds.1) <= SAME_GROUND
            && (other_only(reference, actual, column, row) || other_only(actual, reference, column, row))
    })
}

/// Whether both have the same color in different strengths, as the same letter has in different fonts.
fn same_ink(ground: Color, one: Color, other: Color) -> bool {
    let from_ground = |color: Color| [0, 1, 2].map(|part| i32::from(color[part]) - i32::from(ground[part]));
    let (one, other) = (from_ground(one), from_ground(other));
    let strength = |ink: [i32; 3]| ink.map(i32::abs).into_iter().max().unwrap_or_default().max(1);
    let weaker = strength(one).min(strength(other));
    let stronger = strength(one).max(strength(other));
    let faded = |ink: [i32; 3]| ink.map(|part| part * weaker / strength(ink));
    let apart = faded(one).into_iter().zip(faded(other)).map(|(one, other)| (one - other).abs());
    100 * weaker >= FADED * stronger - 100 * SAME_INK && apart.max().unwrap_or_default() <= SAME_INK
}

/// Where one has ink and the other has none.
fn ink_differs(reference: &Sketch, actual: &Sketch) -> Grid<bool> {
    let only = |from: &Sketch, to: &Sketch, column, row| {
        from.ink.at(column, row).is_some() && !to.ink.any_near(column, row, |near| near.is_some())
    };
    reference
        .ink
        .map(|column, row| only(reference, actual, column, row) || only(actual, reference, column, row))
}

fn content(reference: &Sketch, actual: &Sketch) -> Vec<Difference> {
    let clusters = ink_differs(reference, actual).clusters();
    let is_more_than_a_word = |it: &&Cluster| {
        let (width, height) = (it.width(), it.height());
        width > WORD.0 || height > WORD.1 || (width >= LINE.0 && height <= LINE.1)
    };
    let large: Vec<_> = clusters.iter().filter(is_more_than_a_word).collect();
    if !large.is_empty() {
        return large.into_iter().map(|it| Difference::Content((*it).into())).collect();
    }
    let inked = reference.ink.cells.iter().filter(|ink| ink.is_some()).count();
    let share = u32::try_from(inked * WORDS_PERCENT / 100).unwrap_or(u32::MAX);
    let allowed = share.max(WORD.0 * WORD.1);
    let cells = clusters.iter().map(|it| it.cells).sum();
    let everywhere = clusters.into_iter().reduce(union).filter(|_| cells > allowed);
    let everywhere = everywhere.map(|all| Difference::Everywhere { cells, allowed, place: all.into() });
    everywhere.into_iter().collect()
}

fn union(one: Cluster, other: Cluster) -> Cluster {
    Cluster {
        left: one.left.min(other.left),
        top: one.top.min(other.top),
        right: one.right.max(other.right),
        bottom: one.bottom.max(other.bottom),
        cells: one.cells + other.cells,
    }
}
