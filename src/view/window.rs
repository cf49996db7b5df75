//! Which rows of a long table are visible. Pure: pixels in, places out.

/// A row's height in pixels. The style sheet's `--row` says the same.
pub(super) const ROW: u32 = 32;

/// Rows kept ready above and below, so that scrolling never shows a gap.
const MARGIN: usize = 4;

/// However high the view is, no more rows than this are rendered.
const MOST: usize = 78;

/// The stretch of rows that is rendered: from `from` up to, but without, `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// The place of the first rendered row.
    pub(super) from: usize,
    /// The place behind the last rendered row.
    pub(super) to: usize,
}

impl Window {
    /// The stretch for a table of `rows` under a head as high as a row, scrolled down by `top` in a view of `height`,
    /// both in pixels.
    pub(super) fn at(rows: usize, top: i32, height: i32) -> Self {
        // A table that has become shorter is scrolled less far, as the browser will say once it has laid it out.
        let lowest = pixels(rows.saturating_add(1)).saturating_sub(u64::try_from(height).unwrap_or(0));
        let top = top.min(i32::try_from(lowest).unwrap_or(i32::MAX));
        let first = places(top).min(rows);
        let from = first.saturating_sub(MARGIN);
        let to = first.saturating_add(places(height)).saturating_add(1 + MARGIN).min(rows);
        Self { from, to: to.min(from + MOST) }
    }

    /// The stretch without what is more than so many rows.
    pub(super) fn at_most(self, rows: usize) -> Self {
        Self { to: self.to.min(self.from.saturating_add(rows)), ..self }
    }

    /// What stands in the table, from the top to the bottom of its `rows`. The row that has the focus is rendered
    /// wherever it is: without it the focus would be lost.
    pub(super) fn items(self, rows: usize, focused: Option<usize>) -> Vec<Item> {
        let outside = focused.filter(|place| *place < rows && !(self.from..self.to).contains(place));
        let mut items = Vec::new();
        let above = outside.filter(|place| *place < self.from);
        stretch(&mut items, 0, self.from, above);
        items.extend((self.from..self.to).map(Item::Row));
        stretch(&mut items, self.to, rows, outside.filter(|place| *place >= self.to));
        items
    }
}

/// Which seat each rendered place has. A place keeps its seat as long as it is rendered; a seat that is left is taken
/// by another place, because elements that are there already are shown sooner than new ones.
#[derive(Debug, Default)]
pub(super) struct Seats {
    places: Vec<Option<usize>>,
}

impl Seats {
    /// Seats these places and nobody else; the seats are in the order of the places.
    pub(super) fn seat(&mut self, places: &[usize]) -> Vec<usize> {
        for seat in &mut self.places {
            *seat = seat.filter(|place| places.contains(place));
        }
        places.iter().map(|place| self.seat_of(*place)).collect()
    }

    fn seat_of(&mut self, place: usize) -> usize {
        let its = self.places.iter().position(|seat| *seat == Some(place));
        let seat = its.or_else(|| self.places.iter().position(Option::is_none)).unwrap_or(self.places.len());
        match self.places.get_mut(seat) {
            Some(taken) => *taken = Some(place),
            None => self.places.push(Some(place)),
        }
        seat
    }
}

/// Something in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Item {
    /// The row at this place.
    Row(usize),
    /// Rows that aren't rendered.
    Gap {
        /// Their height in pixels.
        height: u64,
    },
}

/// The rows from `from` up to `to` as gaps, and the one among them that is rendered.
fn stretch(items: &mut Vec<Item>, from: usize, to: usize, rendered: Option<usize>) {
    let Some(place) = rendered else { return gap(items, from, to) };
    gap(items, from, place);
    items.push(Item::Row(place));
    gap(items, place + 1, to);
}

fn gap(items: &mut Vec<Item>, from: usize, to: usize) {
    if to > from {
        items.push(Item::Gap { height: pixels(to - from) });
    }
}

/// How far a view of `height` is to be scrolled so that the row at a place is whole in it, under a head as high as a
/// row; `top` is how far it is scrolled now.
pub(super) fn top_for(place: usize, top: i32, height: i32) -> i32 {
    let row = i32::try_from(pixels(place)).unwrap_or(i32::MAX);
    let line = i32::try_from(ROW).unwrap_or(0);
    let last = row.saturating_add(2 * line).saturating_sub(height);
    if row < top { row } else { top.max(last) }
}

/// How many rows a view of `height` shows under its head.
pub(super) fn page(height: i32) -> usize {
    places(height).saturating_sub(1).max(1)
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
            let is_rendered = focused.is_none_or(|place| place > 999 || items.contains(&Item::Row(place)));
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
    fn a_place_keeps_its_seat_and_a_seat_that_is_left_is_taken_again() {
        let mut seats = Seats::default();
        assert_eq!(seats.seat(&[0, 1, 2]), [0, 1, 2]);
        assert_eq!(seats.seat(&[1, 2, 3]), [1, 2, 0]);
        assert_eq!(seats.seat(&[2]), [2]);
        assert_eq!(seats.seat(&[0, 2, 70, 71]), [0, 2, 1, 3]);
        assert_eq!(seats.seat(&[]), Vec::<usize>::new());
    }
}
