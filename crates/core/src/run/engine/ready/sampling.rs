//! Chooses rows for spot checks at random. Each page has its own seed, because two pages that choose the same rows
//! don't notice each other.

use std::collections::VecDeque;

use pingone::retry::Jitter;

/// After a wait: the number of rows, and how many of them are chosen. Another page that starts at the same time is
/// noticed within few rows; the probability that both choose the same ones is 1 in 38,760.
const AFTER_WAIT: (u32, u32) = (20, 6);

/// Later one of this many rows is chosen.
const ONE_OF: u32 = 25;

#[derive(Debug)]
pub(super) struct Sampling {
    dice: Jitter,
    /// The position of the next row.
    next: u32,
    /// Positions of future rows that are chosen, in order.
    chosen: VecDeque<u32>,
    /// Rows before this position were considered for the choice.
    until: u32,
}

impl Sampling {
    pub(super) fn new(dice: Jitter) -> Self {
        let mut sampling = Self { dice, next: 0, chosen: VecDeque::new(), until: 0 };
        sampling.begin();
        sampling
    }

    /// Restarts the positions, after a wait. The first row is read anyway.
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

    /// The position of the next row, and whether it is chosen.
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
