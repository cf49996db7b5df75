//! The last exchanges, so many and so much of them as memory is given to.

use std::collections::VecDeque;

use super::Exchange;

/// How many are kept at most.
pub const MOST: usize = 200;

/// How much memory they take at most, in bytes and about.
pub const MOST_BYTES: usize = 2 * 1024 * 1024;

/// An exchange and its number, which never repeats.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbered {
    /// The number.
    pub number: u64,
    /// The exchange.
    pub exchange: Exchange,
    /// Whether it was made to find a cause, and not because somebody wanted what it says.
    pub is_probe: bool,
}

/// The last exchanges, the newest first.
#[derive(Debug, Default)]
pub struct Log {
    kept: VecDeque<Numbered>,
    weight: usize,
    last: u64,
}

impl Log {
    /// Keeps one more. What is oldest goes; `held` is being looked at, and stays while it is.
    pub fn push(&mut self, exchange: Exchange, is_probe: bool, held: Option<u64>) {
        self.last += 1;
        self.weight += exchange.weight();
        self.kept.push_front(Numbered { number: self.last, exchange, is_probe });
        while self.kept.len() > MOST || self.weight > MOST_BYTES {
            let is_free = |numbered: &Numbered| Some(numbered.number) != held && numbered.number != self.last;
            let Some(oldest) = self.kept.iter().rposition(is_free) else { return };
            if let Some(gone) = self.kept.remove(oldest) {
                self.weight -= gone.exchange.weight();
            }
        }
    }

    /// All of them, the newest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Numbered> {
        self.kept.iter()
    }

    /// The newest that somebody wanted: what failed stays in sight while its cause is looked for.
    #[must_use]
    pub fn newest(&self) -> Option<&Numbered> {
        self.kept.iter().find(|numbered| !numbered.is_probe)
    }

    /// The one with this number, while it is kept.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<&Numbered> {
        self.kept.iter().find(|numbered| numbered.number == number)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::exchange::filter::tests::{answer, exchange};
    use crate::api::exchange::{Answer, BodyKind, KEPT};

    fn numbers(log: &Log) -> Vec<u64> {
        log.iter().map(|numbered| numbered.number).collect()
    }

    #[test]
    fn the_last_two_hundred_are_kept_the_newest_first() {
        let mut log = Log::default();
        for _ in 0..250 {
            log.push(exchange(1, Some(answer(200))), false, None);
        }
        assert_eq!(numbers(&log), (51..=250).rev().collect::<Vec<_>>());
        assert_eq!(log.newest().unwrap().number, 250);
    }

    #[test]
    fn what_is_asked_to_find_a_cause_is_kept_and_is_not_the_newest() {
        let mut log = Log::default();
        log.push(exchange(1, Some(answer(403))), false, None);
        log.push(exchange(1, Some(answer(200))), true, None);
        assert_eq!(numbers(&log), [2, 1]);
        assert_eq!(log.newest().unwrap().number, 1);
    }

    #[test]
    fn the_one_that_is_looked_at_stays() {
        let mut log = Log::default();
        for _ in 0..1000 {
            log.push(exchange(1, Some(answer(200))), false, Some(3));
        }
        assert_eq!(log.len(), MOST);
        assert!(log.get(3).is_some());
        for _ in 0..MOST {
            log.push(exchange(1, Some(answer(200))), false, None);
        }
        assert!(log.get(3).is_none());
    }

    #[test]
    fn all_together_take_no_more_than_the_memory_that_is_given_to_them() {
        let mut log = Log::default();
        let body = "x".repeat(KEPT);
        for round in 0..2000_u64 {
            let whole = Answer { body: body.clone(), kind: BodyKind::Text, ..answer(500) };
            // Small ones among them: what went is given back.
            let given = if round % 3 == 0 { answer(200) } else { whole };
            log.push(exchange(1, Some(given)), false, Some(1));
            let weight: usize = log.iter().map(|numbered| numbered.exchange.weight()).sum();
            assert_eq!(weight, log.weight);
            assert!(weight <= MOST_BYTES);
        }
        assert!(log.len() > 100 && log.len() < MOST, "{}", log.len());
    }
}
