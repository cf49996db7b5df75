//! Which rows of a long table are visible. Pure: pixels in, places out.

/// A row's height in pixels. The style sheet's `--row` says the same.
pub(super) const ROW: u32 = 32;

/// Rows kept ready above and below, so that scrolling never shows a gap.
const MARGIN: usize = 12;

/// The stretch of rows that is rendered: from `from` up to, but without, `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// The place of the first rendered row.
    pub(super) from: usize,
    /// The place behind the last rendered row.
    pub(super) to: usize,
}

impl Window {
    /// The stretch for a table of `rows`, scrolled down by `top` in a view of `height`, both in pixels.
    pub(super) fn at(rows: usize, top: i32, height: i32) -> Self {
        let first = places(top).min(rows);
        let from = first.saturating_sub(MARGIN);
        let to = first.saturating_add(places(height)).saturating_add(1 + MARGIN).min(rows);
        Self { from, to }
    }

    /// The height of the rows above, in pixels.
    pub(super) fn above(self) -> u64 {
        pixels(self.from)
    }

    /// The height of the rows below, in pixels.
    pub(super) fn below(self, rows: usize) -> u64 {
        pixels(rows.saturating_sub(self.to))
    }
}

fn places(pixels: i32) -> usize {
    (u32::try_from(pixels).unwrap_or(0) / ROW) as usize
}

fn pixels(rows: usize) -> u64 {
    rows as u64 * u64::from(ROW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_the_top_the_first_rows_are_rendered() {
        assert_eq!(Window::at(100_000, 0, 640), Window { from: 0, to: 33 });
    }

    #[test]
    fn in_the_middle_both_margins_are_rendered_and_heights_add_up() {
        let window = Window::at(1000, 32 * 500, 320);
        assert_eq!(window, Window { from: 488, to: 523 });
        let rendered = (window.to - window.from) as u64 * u64::from(ROW);
        assert_eq!(window.above() + rendered + window.below(1000), 1000 * u64::from(ROW));
    }

    #[test]
    fn beyond_the_end_and_above_the_top_nothing_breaks() {
        assert_eq!(Window::at(10, 32 * 5000, 640), Window { from: 0, to: 10 });
        assert_eq!(Window::at(0, -50, -1), Window { from: 0, to: 0 });
        assert_eq!(Window::at(10, i32::MIN, i32::MAX), Window { from: 0, to: 10 });
    }
}
