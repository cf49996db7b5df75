//! Which rows are chosen for a spot check. Each page chooses by dice of its own, because two pages that chose the same
//! rows would not notice each other.

use std::collections::VecDeque;

use crate::engine::retry::Jitter;

/// Of so many rows after a wait, so many are chosen: another page that begins at the same time is to be noticed within
/// few rows, and that both choose the same ones happens once in 38,760 times.
const AFTER_WAIT: (u32, u32) = (20, 6);

/// Later one row of so many is chosen.
const ONE_OF: u32 = 25;

#[derive(Debug)]
pub(super) struct Sampling {
    dice: Jitter,
    /// The number of the next row.
    next: u32,
    /// Numbers of rows to come that are chosen, in their order.
    chosen: VecDeque<u32>,
    /// Up to this number it was chosen.
    until: u32,
}

impl Sampling {
    pub(super) fn new(dice: Jitter) -> Self {
        let mut sampling = Self { dice, next: 0, chosen: VecDeque::new(), until: 0 };
        sampling.begin();
        sampling
    }

    /// Begins to count anew, after a wait. The first row is read anyway.
    pub(super) fn begin(&mut self) {
        (self.next, self.until) = (0, 1);
        self.chosen.clear();
        self.choose(AFTER_WAIT.0, AFTER_WAIT.1);
    }

    fn choose(&mut self, of: u32, count: u32) {
        let mut numbers: Vec<u32> = (self.until..self.until + of).collect();
        self.shuffle(&mut numbers);
        numbers.truncate(count as usize);
        numbers.sort_unstable();
        self.chosen.extend(numbers);
        self.until += of;
    }

    /// The number of the next row, and whether it is chosen.
    pub(super) fn next(&mut self) -> (u32, bool) {
        let number = self.next;
        self.next = number.saturating_add(1);
        if number >= self.until {
            self.choose(ONE_OF, 1);
        }
        (number, self.chosen.pop_front_if(|chosen| *chosen == number).is_some())
    }

    pub(super) fn shuffle<T>(&mut self, rows: &mut [T]) {
        for index in (1..rows.len()).rev() {
            let other = self.dice.up_to(index as u64);
            rows.swap(index, usize::try_from(other).unwrap_or_default());
        }
    }
}
