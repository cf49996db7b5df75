//! The elements of the table's rows. Each shows one user after the other: to change what is in an element is several
//! times as quick as to make one, and a search changes every row at every key.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use pingone_mfa_core::directory::store::UserIndex;

use leptos::prelude::*;

use super::markup::{Event, stop};
use super::window::{Item, Seats};

/// A child of the table's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Element {
    /// The seat of this number.
    Seat(usize),
    /// The gap of this number, counted from the top.
    Gap(usize),
}

/// All seats.
#[derive(Default)]
pub(super) struct Seated {
    places: RefCell<Seats>,
    seats: RefCell<Vec<Rc<Seat>>>,
    gaps: RefCell<Vec<Rc<Gap>>>,
}

/// An element for a row, and who is in it.
pub(super) struct Seat {
    /// The place in the table, and the user.
    taken_by: RwSignal<(usize, UserIndex)>,
    /// Who was in it when a button or a key went down on it.
    pressed: Cell<Option<UserIndex>>,
}

/// The rows that aren't rendered, as in [`Item::Gap`].
pub(super) struct Gap {
    height: RwSignal<u64>,
}

impl Seated {
    /// Seats what stands in the table; `rows` are all of its rows.
    pub(super) fn seat(&self, items: &[Item], rows: &[UserIndex]) -> Vec<Element> {
        let row = |item: &Item| match item {
            Item::Row(place) => rows.get(*place).map(|row| (*place, *row)),
            Item::Gap { .. } => None,
        };
        let taken: Vec<(usize, UserIndex)> = items.iter().filter_map(row).collect();
        let places: Vec<usize> = taken.iter().map(|(place, _)| *place).collect();
        let numbers = self.places.borrow_mut().seat(&places);
        for (number, by) in numbers.iter().zip(&taken) {
            self.take(*number, *by);
        }
        let (mut numbers, mut gaps) = (numbers.into_iter(), 0..);
        let element = |item: &Item| match item {
            Item::Row(place) if *place >= rows.len() => None,
            Item::Row(_) => numbers.next().map(Element::Seat),
            Item::Gap { height } => gaps.next().map(|number| self.leave(number, *height)),
        };
        items.iter().filter_map(element).collect()
    }

    fn take(&self, number: usize, by: (usize, UserIndex)) {
        let mut seats = self.seats.borrow_mut();
        match seats.get(number) {
            Some(seat) => seat.take(by),
            // Numbers are given in their order, so that this is the next one.
            None => seats.push(Rc::new(Seat { taken_by: RwSignal::new(by), pressed: Cell::new(None) })),
        }
    }

    fn leave(&self, number: usize, height: u64) -> Element {
        let mut gaps = self.gaps.borrow_mut();
        match gaps.get(number) {
            Some(gap) => gap.leave(height),
            None => gaps.push(Rc::new(Gap { height: RwSignal::new(height) })),
        }
        Element::Gap(number)
    }

    /// A gap by its number.
    pub(super) fn gap(&self, number: usize) -> Option<Rc<Gap>> {
        self.gaps.borrow().get(number).cloned()
    }

    /// A seat by its number.
    pub(super) fn get(&self, number: usize) -> Option<Rc<Seat>> {
        self.seats.borrow().get(number).cloned()
    }
}

impl Gap {
    fn leave(&self, height: u64) {
        if self.height.get_untracked() != height {
            self.height.set(height);
        }
    }

    /// The height in pixels.
    pub(super) fn height(&self) -> u64 {
        self.height.get()
    }
}

impl Seat {
    fn take(&self, by: (usize, UserIndex)) {
        if self.taken_by.get_untracked() != by {
            self.taken_by.set(by);
        }
    }

    /// The place in the table.
    pub(super) fn place(&self) -> usize {
        self.taken_by.get().0
    }

    /// Who is in it.
    pub(super) fn row(&self) -> UserIndex {
        self.taken_by.get().1
    }

    /// A button or a key went down on it.
    pub(super) fn press(&self) {
        self.pressed.set(Some(self.taken_by.get_untracked().1));
    }

    /// Nobody is changed or opened by a press that was meant for the one who was in the seat when it began.
    pub(super) fn guard(&self, click: &Event) {
        let now = self.taken_by.get_untracked().1;
        if self.pressed.take().is_some_and(|meant| meant != now) {
            stop(click);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(numbers: &[u32]) -> Vec<UserIndex> {
        numbers.iter().copied().map(UserIndex).collect()
    }

    fn shown(seated: &Seated, elements: &[Element]) -> Vec<Option<(usize, UserIndex)>> {
        let of = |element: &Element| match element {
            Element::Seat(number) => Some(seated.get(*number).unwrap().taken_by.get_untracked()),
            Element::Gap(_) => None,
        };
        elements.iter().map(of).collect()
    }

    #[test]
    fn whatever_is_scrolled_or_found_each_place_shows_its_row() {
        let seated = Seated::default();
        let gap = Item::Gap { height: 64 };
        for (items, all) in [
            (vec![Item::Row(0), Item::Row(1), gap], vec![7, 8, 9, 10]),
            (vec![Item::Row(1), Item::Row(2)], vec![7, 8, 9, 10]),
            (vec![Item::Row(1), Item::Row(2)], vec![20, 21, 22]),
            (vec![Item::Row(0), gap, Item::Row(3)], vec![20, 21, 22, 23]),
            (vec![], vec![]),
            (vec![Item::Row(0)], vec![5]),
        ] {
            let all = rows(&all);
            let expected: Vec<_> = items
                .iter()
                .map(|item| match item {
                    Item::Row(place) => Some((*place, all[*place])),
                    Item::Gap { .. } => None,
                })
                .collect();
            assert_eq!(shown(&seated, &seated.seat(&items, &all)), expected);
        }
    }

    #[test]
    fn a_place_beyond_the_rows_is_not_shown() {
        let seated = Seated::default();
        assert_eq!(seated.seat(&[Item::Row(0), Item::Row(5)], &rows(&[1])), [Element::Seat(0)]);
    }

    #[test]
    fn gaps_are_as_high_as_what_is_left_out() {
        let seated = Seated::default();
        let [low, high] = [32, 6400].map(|height| Item::Gap { height });
        for items in [vec![low], vec![high, low], vec![low, Item::Row(0), high]] {
            let elements = seated.seat(&items, &rows(&[1]));
            let height = |element: &Element| match element {
                Element::Gap(number) => seated.gap(*number).map(|gap| gap.height.get_untracked()),
                Element::Seat(_) => None,
            };
            let left: Vec<u64> = items
                .iter()
                .filter_map(|item| match item {
                    Item::Gap { height } => Some(*height),
                    Item::Row(_) => None,
                })
                .collect();
            assert_eq!(elements.iter().filter_map(height).collect::<Vec<_>>(), left);
        }
    }
}
