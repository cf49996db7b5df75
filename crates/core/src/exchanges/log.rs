//! A log of the last exchanges, limited in number and memory.

use std::collections::VecDeque;

use pingone::exchange::Exchange;

/// Maximum number of exchanges that are kept.
pub const MOST: usize = 200;

/// Approximate maximum of their memory use in bytes.
pub const MOST_BYTES: usize = 2 * 1024 * 1024;

/// An exchange and its number, which is unique in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbered {
    /// Number in the order of logging, from 1.
    pub number: u64,
    /// The logged request and its outcome.
    pub exchange: Exchange,
    /// Whether the request was made by a diagnosis, and not because the user wanted its answer.
    pub is_probe: bool,
}

/// The log of the last exchanges, newest first.
#[derive(Debug, Default)]
pub struct Log {
    kept: VecDeque<Numbered>,
    weight: usize,
    last: u64,
}

impl Log {
    /// Adds an exchange, and drops the oldest ones over the limits. The exchange numbered `held` is
    /// being displayed and is never dropped.
    pub fn push(&mut self, exchange: Exchange, is_probe: bool, held: Option<u64>) {
        self.last += 1;
        self.weight += exchange.weight();
        self.kept.push_front(Numbered { number: self.last, exchange, is_probe });
        while self.kept.len() > MOST || self.weight > MOST_BYTES {
            let can_be_dropped =
                |numbered: &Numbered| Some(numbered.number) != held && numbered.number != self.last;
            let Some(oldest) = self.kept.iter().rposition(can_be_dropped) else { return };
            if let Some(dropped) = self.kept.remove(oldest) {
                self.weight -= dropped.exchange.weight();
            }
        }
    }

    /// All kept exchanges, newest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Numbered> {
        self.kept.iter()
    }

    /// The newest exchange that isn't a probe: a failed request stays displayed while its cause is diagnosed.
    #[must_use]
    pub fn newest(&self) -> Option<&Numbered> {
        self.kept.iter().find(|numbered| !numbered.is_probe)
    }

    /// The exchange with this number; `None` if it was dropped.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<&Numbered> {
        self.kept.iter().find(|numbered| numbered.number == number)
    }

    /// Number of exchanges that are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether no exchange has been logged.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::super::filter::tests::{answer, exchange};
    use super::*;
    use pingone::exchange::{Answer, BodyKind, KEPT};

    fn numbers(log: &Log) -> Vec<u64> {
        log.iter().map(|numbered| numbered.number).collect()
    }

    #[test]
    fn the_last_two_hundred_are_kept_newest_first() {
        let mut log = Log::default();
        for _ in 0..250 {
            log.push(exchange(1, Some(answer(200))), false, None);
        }
        assert_eq!(numbers(&log), (51..=250).rev().collect::<Vec<_>>());
        assert_eq!(log.newest().unwrap().number, 250);
    }

    #[test]
    fn a_probe_is_kept_but_does_not_count_as_the_newest() {
        let mut log = Log::default();
        log.push(exchange(1, Some(answer(403))), false, None);
        log.push(exchange(1, Some(answer(200))), true, None);
        assert_eq!(numbers(&log), [2, 1]);
        assert_eq!(log.newest().unwrap().number, 1);
    }

    #[test]
    fn the_displayed_exchange_is_not_dropped() {
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
    fn the_log_stays_within_its_memory_limit() {
        let mut log = Log::default();
        let body = "x".repeat(KEPT);
        for round in 0..2000_u64 {
            let whole = Answer { body: body.clone(), kind: BodyKind::Text, ..answer(500) };
            // With small ones among them, to check that dropped exchanges free their share.
            let logged = if round % 3 == 0 { answer(200) } else { whole };
            log.push(exchange(1, Some(logged)), false, Some(1));
            let weight: usize = log.iter().map(|numbered| numbered.exchange.weight()).sum();
            assert_eq!(weight, log.weight);
            assert!(weight <= MOST_BYTES);
        }
        assert!(log.len() > 100 && log.len() < MOST, "{}", log.len());
    }
}
