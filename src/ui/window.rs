//! Which rows of a long table are rendered, and by which row elements. Pure: pixels in, positions out.

/// The head's height in pixels. The style sheet's `--row` says the same.
const HEAD: u32 = 34;

/// A row's height in pixels. The style sheet says the same: `--row`, and `--two-lines`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowHeight {
    OneLine,
    TwoLines,
}

impl RowHeight {
    const fn pixels(self) -> u32 {
        match self {
            Self::OneLine => 34,
            Self::TwoLines => 58,
        }
    }

    /// How many whole rows are this high.
    fn rows_in(self, pixels: i32) -> usize {
        (u32::try_from(pixels).unwrap_or(0) / self.pixels()) as usize
    }

    /// How high this many rows are.
    fn of(self, rows: usize) -> u64 {
        rows as u64 * u64::from(self.pixels())
    }
}

/// Rows kept ready above and below, so that scrolling never shows a gap.
const MARGIN: usize = 4;

/// The most rows that are rendered, however high the view is. With the focused row there are at most 80 row elements.
const MOST: usize = 78;

/// The range of rendered rows: from `from` up to, but not including, `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    /// The position of the first rendered row.
    pub(crate) from: usize,
    /// The position after the last rendered row.
    pub(crate) to: usize,
    row: RowHeight,
}

impl Window {
    /// The range for a table of `rows` under a head, scrolled down by `top` in a view of `height`, both in pixels.
    pub(crate) fn at(rows: usize, top: i32, height: i32, row: RowHeight) -> Self {
        // A table that has become shorter is scrolled less far, as the browser will say once it has laid it out.
        let whole = row.of(rows).saturating_add(u64::from(HEAD));
        let lowest = whole.saturating_sub(u64::try_from(height).unwrap_or(0));
        let top = top.min(i32::try_from(lowest).unwrap_or(i32::MAX));
        let first = row.rows_in(top).min(rows);
        let from = first.saturating_sub(MARGIN);
        let to = first.saturating_add(row.rows_in(height)).saturating_add(1 + MARGIN).min(rows);
        Self { from, to: to.min(from + MOST), row }
    }

    /// The first rows of the range, at most `rows` of them.
    pub(crate) fn at_most(self, rows: usize) -> Self {
        Self { to: self.to.min(self.from.saturating_add(rows)), ..self }
    }

    /// The table's content, from the top to the bottom of its `rows`. The focused row is always rendered: without its
    /// element the focus would be lost.
    pub(crate) fn items(self, rows: usize, focused: Option<usize>) -> Vec<Item> {
        let outside = focused.filter(|position| *position < rows && !(self.from..self.to).contains(position));
        let mut items = Vec::new();
        let above = outside.filter(|position| *position < self.from);
        self.stretch(&mut items, 0, self.from, above);
        items.extend((self.from..self.to).map(Item::Row));
        self.stretch(&mut items, self.to, rows, outside.filter(|position| *position >= self.to));
        items
    }

    /// Adds the rows from `from` up to `to` as gaps, with the one among them that is rendered.
    fn stretch(self, items: &mut Vec<Item>, from: usize, to: usize, rendered: Option<usize>) {
        let Some(position) = rendered else { return self.gap(items, from, to) };
        self.gap(items, from, position);
        items.push(Item::Row(position));
        self.gap(items, position + 1, to);
    }

    fn gap(self, items: &mut Vec<Item>, from: usize, to: usize) {
        if to > from {
            items.push(Item::Gap { height: self.row.of(to - from) });
        }
    }
}

/// Which pooled row element shows which position. A position keeps its element as long as it is rendered; an element
/// that is free is given to another position, because changing an element is faster than making one.
#[derive(Debug, Default)]
pub(crate) struct Assignment {
    /// The position that each element shows.
    positions: Vec<Option<usize>>,
}

impl Assignment {
    /// Assigns an element to each of these positions, and none to any other. Returns the elements' numbers in the order
    /// of the positions.
    pub(crate) fn assign(&mut self, positions: &[usize]) -> Vec<usize> {
        for shown in &mut self.positions {
            *shown = shown.filter(|position| positions.contains(position));
        }
        positions.iter().map(|position| self.element_for(*position)).collect()
    }

    fn element_for(&mut self, position: usize) -> usize {
        let same = self.positions.iter().position(|shown| *shown == Some(position));
        let free = || self.positions.iter().position(Option::is_none);
        let element = same.or_else(free).unwrap_or(self.positions.len());
        match self.positions.get_mut(element) {
            Some(shown) => *shown = Some(position),
            None => self.positions.push(Some(position)),
        }
        element
    }
}

/// A rendered row, or a gap in place of rows that aren't rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Item {
    /// The row at this position.
    Row(usize),
    /// Rows that aren't rendered.
    Gap {
        /// Their height in pixels.
        height: u64,
    },
}

/// How far a view of `height` has to be scrolled to show the whole row at `position` under the head; `top` is how far
/// it is scrolled now.
pub(crate) fn top_for(position: usize, top: i32, height: i32, row: RowHeight) -> i32 {
    let whole = |pixels: u64| i32::try_from(pixels).unwrap_or(i32::MAX);
    let above = whole(row.of(position));
    let last = whole(row.of(position.saturating_add(1)) + u64::from(HEAD)).saturating_sub(height);
    if above < top { above } else { top.max(last) }
}

/// How many rows a view of `height` shows under its head.
pub(crate) fn page(height: i32, row: RowHeight) -> usize {
    row.rows_in(height.saturating_sub(i32::try_from(HEAD).unwrap_or(0))).max(1)
}

#[cfg(test)]
mod tests {
    use super::RowHeight::{OneLine, TwoLines};
    use super::*;

    fn range(window: Window) -> std::ops::Range<usize> {
        window.from..window.to
    }

    #[test]
    fn at_the_top_the_first_rows_are_rendered() {
        assert_eq!(range(Window::at(100_000, 0, 640, OneLine)), 0..23);
        assert_eq!(range(Window::at(100_000, 0, 640, TwoLines)), 0..16);
    }

    fn heights(items: &[Item], row: RowHeight) -> u64 {
        let height = |item: &Item| match item {
            Item::Row(_) => u64::from(row.pixels()),
            Item::Gap { height } => *height,
        };
        items.iter().map(height).sum()
    }

    #[test]
    fn in_the_middle_both_margins_are_rendered_and_heights_add_up() {
        let [one, two] = [(34, OneLine), (58, TwoLines)]
            .map(|(height, row)| Window::at(1000, height * 500, 10 * height, row));
        assert_eq!((range(one), range(two)), (496..515, 496..515));
        for focused in [None, Some(0), Some(3), Some(495), Some(500), Some(515), Some(999), Some(5000)] {
            for window in [one, two] {
                let items = window.items(1000, focused);
                assert_eq!(heights(&items, window.row), window.row.of(1000), "{focused:?}");
                let is_rendered =
                    focused.is_none_or(|position| position > 999 || items.contains(&Item::Row(position)));
                assert!(is_rendered, "{focused:?}");
            }
        }
    }

    #[test]
    fn however_high_the_view_is_few_rows_are_rendered() {
        let items = Window::at(100_000, 34 * 500, 20_000, OneLine).items(100_000, Some(7));
        assert!(items.iter().filter(|item| matches!(item, Item::Row(_))).count() <= 80);
    }

    #[test]
    fn of_a_window_only_the_first_rows_may_be_rendered_and_heights_add_up() {
        let window = Window::at(1000, 34 * 500, 340, OneLine);
        assert_eq!(range(window.at_most(5)), 496..501);
        assert_eq!(window.at_most(78), window);
        assert_eq!(heights(&window.at_most(0).items(1000, None), OneLine), OneLine.of(1000));
    }

    #[test]
    fn a_row_is_brought_into_sight_by_the_shortest_way() {
        let height = 340;
        assert_eq!(top_for(0, 100, height, OneLine), 0);
        assert_eq!(top_for(5, 100, height, OneLine), 100, "it is in sight already");
        assert_eq!(top_for(100, 0, height, OneLine), 34 * 102 - height);
        assert_eq!(top_for(100, 0, height, TwoLines), 34 + 58 * 101 - height);
        assert_eq!((page(height, OneLine), page(height, TwoLines)), (9, 5));
        assert_eq!(page(0, OneLine), 1);
    }

    #[test]
    fn beyond_the_end_and_above_the_top_nothing_breaks() {
        let at = |rows, top, height| range(Window::at(rows, top, height, OneLine));
        assert_eq!(at(10, 34 * 5000, 680), 0..10);
        assert_eq!(at(100, 34 * 5000, 680), 77..100, "as far down as there are rows");
        assert_eq!(at(0, -50, -1), 0..0);
        assert_eq!(at(10, i32::MIN, i32::MAX), 0..10);
    }

    #[test]
    fn a_position_keeps_its_element_and_a_free_element_is_reused() {
        let mut elements = Assignment::default();
        assert_eq!(elements.assign(&[0, 1, 2]), [0, 1, 2]);
        assert_eq!(elements.assign(&[1, 2, 3]), [1, 2, 0]);
        assert_eq!(elements.assign(&[2]), [2]);
        assert_eq!(elements.assign(&[0, 2, 70, 71]), [0, 2, 1, 3]);
        assert_eq!(elements.assign(&[]), Vec::<usize>::new());
    }
}
