//! Which rows of a long table are rendered, and by which row elements. Pure: pixels in, positions out.

/// A row's height in pixels. The style sheet's `--row` says the same.
pub(crate) const ROW: u32 = 32;

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
}

impl Window {
    /// The range for a table of `rows` under a head as high as a row, scrolled down by `top` in a view of `height`,
    /// both in pixels.
    pub(crate) fn at(rows: usize, top: i32, height: i32) -> Self {
        // A table that has become shorter is scrolled less far, as the browser will say once it has laid it out.
        let lowest = pixels(rows.saturating_add(1)).saturating_sub(u64::try_from(height).unwrap_or(0));
        let top = top.min(i32::try_from(lowest).unwrap_or(i32::MAX));
        let first = positions_in(top).min(rows);
        let from = first.saturating_sub(MARGIN);
        let to = first.saturating_add(positions_in(height)).saturating_add(1 + MARGIN).min(rows);
        Self { from, to: to.min(from + MOST) }
    }

    /// The first rows of the range, at most `rows` of them.
    pub(crate) fn at_most(self, rows: usize) -> Self {
        Self { to: self.to.min(self.from.saturating_add(rows)), ..self }
    }

    /// The table's content, from the top to the bottom of its `rows`. The focused row is always rendered: without its
    /// element the focus would be lost.
    pub(crate) fn items(self, rows: usize, focused: Option<usize>) -> Vec<Item> {
        let browser_ports =
            focused.filter(|position| *position < rows && !(self.from..self.to).contains(position));
        let mut items = Vec::new();
        let above = browser_ports.filter(|position| *position < self.from);
        stretch(&mut items, 0, self.from, above);
        items.extend((self.from..self.to).map(Item::Row));
        stretch(&mut items, self.to, rows, browser_ports.filter(|position| *position >= self.to));
        items
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

/// Adds the rows from `from` up to `to` as gaps, with the one among them that is rendered.
fn stretch(items: &mut Vec<Item>, from: usize, to: usize, rendered: Option<usize>) {
    let Some(position) = rendered else { return gap(items, from, to) };
    gap(items, from, position);
    items.push(Item::Row(position));
    gap(items, position + 1, to);
}

fn gap(items: &mut Vec<Item>, from: usize, to: usize) {
    if to > from {
        items.push(Item::Gap { height: pixels(to - from) });
    }
}

/// How far a view of `height` has to be scrolled to show the whole row at `position` under a head as high as a row;
/// `top` is how far it is scrolled now.
pub(crate) fn top_for(position: usize, top: i32, height: i32) -> i32 {
    let row = i32::try_from(pixels(position)).unwrap_or(i32::MAX);
    let line = i32::try_from(ROW).unwrap_or(0);
    let last = row.saturating_add(2 * line).saturating_sub(height);
    if row < top { row } else { top.max(last) }
}

/// How many rows a view of `height` shows under its head.
pub(crate) fn page(height: i32) -> usize {
    positions_in(height).saturating_sub(1).max(1)
}

fn positions_in(pixels: i32) -> usize {
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
        assert_eq!(Window::at(100_000, 0, 640), Window { from: 0, to: 25 });
    }

    fn heights(items: &[Item]) -> u64 {
        let height = |item: &Item| match item {
            Item::Row(_) => u64::from(ROW),
            Item::Gap { height } => *height,
        };
        items.iter().map(height).sum()
    }

    #[test]
    fn in_the_middle_both_margins_are_rendered_and_heights_add_up() {
        let window = Window::at(1000, 32 * 500, 320);
        assert_eq!(window, Window { from: 496, to: 515 });
        for focused in [None, Some(0), Some(3), Some(495), Some(500), Some(515), Some(999), Some(5000)] {
            let items = window.items(1000, focused);
            assert_eq!(heights(&items), 1000 * u64::from(ROW), "{focused:?}");
            let is_rendered =
                focused.is_none_or(|position| position > 999 || items.contains(&Item::Row(position)));
            assert!(is_rendered, "{focused:?}");
        }
    }

    #[test]
    fn however_high_the_view_is_few_rows_are_rendered() {
        let items = Window::at(100_000, 32 * 500, 20_000).items(100_000, Some(7));
        assert!(items.iter().filter(|item| matches!(item, Item::Row(_))).count() <= 80);
    }

    #[test]
    fn of_a_window_only_the_first_rows_may_be_rendered_and_heights_add_up() {
        let window = Window::at(1000, 32 * 500, 320);
        assert_eq!(window.at_most(5), Window { from: 496, to: 501 });
        assert_eq!(window.at_most(78), window);
        assert_eq!(heights(&window.at_most(0).items(1000, None)), 1000 * u64::from(ROW));
    }

    #[test]
    fn a_row_is_brought_into_sight_by_the_shortest_way() {
        let height = 320;
        assert_eq!(top_for(0, 100, height), 0);
        assert_eq!(top_for(5, 100, height), 100, "it is in sight already");
        assert_eq!(top_for(100, 0, height), 32 * 102 - height);
        assert_eq!(page(height), 9);
        assert_eq!(page(0), 1);
    }

    #[test]
    fn beyond_the_end_and_above_the_top_nothing_breaks() {
        assert_eq!(Window::at(10, 32 * 5000, 640), Window { from: 0, to: 10 });
        assert_eq!(
            Window::at(100, 32 * 5000, 640),
            Window { from: 77, to: 100 },
            "as far down as there are rows"
        );
        assert_eq!(Window::at(0, -50, -1), Window { from: 0, to: 0 });
        assert_eq!(Window::at(10, i32::MIN, i32::MAX), Window { from: 0, to: 10 });
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
