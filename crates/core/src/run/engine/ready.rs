//! The rows that can be written: their intents are stored.
//!
//! Some of them are read right before their PUT (a spot check). PingOne's answer to a PUT doesn't contain the earlier
//! value, so only a spot check can show that someone else is changing the same users.
//!
//! - After every wait one row is read before anything is written.
//! - A row that is chosen for a spot check is held back while [`HELD_FOR`] others are written. Two pages that work on
//!   the same rows in step read each row before either has written it, so neither would notice the other. But each
//!   page chooses its own rows, and by the time one is due, the other page has written it.
//! - While a spot check isn't answered, at most [`WRITES_PER_CHECK`] rows are written. Otherwise a slow answer would let
//!   the other page's rows be written again by the hundred.
//! - Some of the first rows are deferred until all others were written, and are then checked.
//! - Once another writer was seen, every row is read right before its PUT, in an order of this page's own.
//!
//! A row for which a PUT may have been sent isn't read: its value proves nothing.

use std::collections::{HashSet, VecDeque};

use pingone::retry::Jitter;
use pingone::time::Instant;
use sampling::Sampling;

use crate::run::record::RowIndex;

mod sampling;

/// How many other rows are written between the turn of a chosen row and its spot check.
const HELD_FOR: u32 = 16;

/// How many rows are written at most before a spot check that was sent is answered. At 10 requests a second an answer
/// within a second holds up nothing.
const WRITES_PER_CHECK: u32 = 10;

/// The number of first rows from which some are deferred.
const FIRST_ROWS: usize = 21;

/// How many of the first rows are deferred.
const DEFERRED: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    SpotCheck(RowIndex),
    Write(RowIndex),
    /// Nothing before this time (monotonic clock).
    At(Instant),
}

/// The spot check of the first row after a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FirstCheck {
    Due,
    /// Nothing is written until it is answered.
    Sent,
    Done,
}

#[derive(Debug, Clone, Copy)]
struct Queued {
    index: RowIndex,
    /// The position of the row since the last wait.
    number: u32,
    /// Whether finding the target value would prove another writer: plan and run leave no other explanation.
    is_evidence: bool,
}

/// A row that waits for its spot check.
#[derive(Debug, Clone, Copy)]
struct Held {
    index: RowIndex,
    /// The spot check is due once the queue has reached this position.
    number: u32,
    from: Instant,
    reads: u32,
    check: Check,
}

/// The request of a spot check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Check {
    Unsent,
    /// Waits for the answer; `writes` counts the rows that were written since.
    Sent {
        writes: u32,
    },
}

impl Held {
    fn is_sent(&self) -> bool {
        self.check != Check::Unsent
    }
}

/// The rows that can be written, by what they wait for.
#[derive(Debug)]
pub(super) struct Ready {
    sampling: Sampling,
    first: FirstCheck,
    queue: VecDeque<Queued>,
    held: Vec<Held>,
    /// Rows whose spot check is done, to be written next.
    checked: VecDeque<RowIndex>,
    /// Rows that are written without a spot check: their PUT was sent before and refused for
    /// the token, or they can't be read.
    unchecked: VecDeque<RowIndex>,
    /// Rows whose value proves nothing, whatever the plan says.
    no_evidence: HashSet<RowIndex>,
    /// Rows that were deferred and get a spot check.
    deferred: Vec<RowIndex>,
    /// Whether every row gets a spot check.
    checks_every_row: bool,
}

impl Ready {
    pub(super) fn new(dice: Jitter) -> Self {
        Self {
            sampling: Sampling::new(dice),
            first: FirstCheck::Due,
            queue: VecDeque::new(),
            held: Vec::new(),
            checked: VecDeque::new(),
            unchecked: VecDeque::new(),
            no_evidence: HashSet::new(),
            deferred: Vec::new(),
            checks_every_row: false,
        }
    }

    /// From now on every row gets a spot check.
    pub(super) fn check_all(&mut self) {
        self.checks_every_row = true;
    }

    /// Adds rows whose intents are stored. `is_evidence` returns whether finding the
    /// target value proves another writer.
    pub(super) fn add(&mut self, indexes: Vec<RowIndex>, is_evidence: impl Fn(RowIndex) -> bool) {
        let is_evidence = |index| is_evidence(index) && !self.no_evidence.contains(&index);
        let rows = indexes.into_iter().map(|index| (index, is_evidence(index))).collect();
        self.enqueue(rows);
    }

    fn enqueue(&mut self, mut rows: Vec<(RowIndex, bool)>) {
        if self.checks_every_row {
            self.sampling.shuffle(&mut rows);
        }
        for (index, is_evidence) in rows {
            let (number, is_chosen) = self.sampling.next();
            let is_due = self.checks_every_row || self.deferred.contains(&index);
            if is_evidence && (is_chosen || is_due) {
                let number = if is_due { 0 } else { number + HELD_FOR };
                self.held.push(Held { index, number, from: Instant(0), reads: 0, check: Check::Unsent });
            } else {
                self.queue.push_back(Queued { index, number, is_evidence });
            }
        }
    }

    /// Adds a row that is written without a spot check.
    pub(super) fn write_unchecked(&mut self, index: RowIndex) {
        self.no_evidence.insert(index);
        self.unchecked.push_back(index);
    }

    /// Whether a row still waits for its spot check, or couldn't be read.
    pub(super) fn is_unread(&self, index: RowIndex) -> bool {
        self.held.iter().any(|held| held.index == index) || self.unchecked.contains(&index)
    }

    /// Moves some of the first rows behind all others, where they get a spot check. A page that runs behind this one,
    /// and stops once it notices, has written them by then. Without this only the page that comes second would notice.
    pub(super) fn defer(&mut self, next: &mut VecDeque<RowIndex>, is_evidence: impl Fn(RowIndex) -> bool) {
        self.deferred.clear();
        if self.checks_every_row || next.len() <= FIRST_ROWS {
            return;
        }
        let mut first: Vec<RowIndex> = next.iter().take(FIRST_ROWS).skip(1).copied().collect();
        first.retain(|index| is_evidence(*index));
        self.sampling.shuffle(&mut first);
        first.truncate(DEFERRED);
        first.sort_unstable();
        next.retain(|index| !first.contains(index));
        next.extend(&first);
        self.deferred = first;
    }

    /// After a wait: values that were read before it are outdated.
    pub(super) fn after_wait(&mut self) {
        self.first = FirstCheck::Due;
        for held in &mut self.held {
            held.number = 0;
        }
        let old = std::mem::take(&mut self.checked);
        let old = old.into_iter().map(|index| Held {
            index,
            number: 0,
            from: Instant(0),
            reads: 0,
            check: Check::Unsent,
        });
        self.held.extend(old);
        self.sampling.begin();
        let queued = std::mem::take(&mut self.queue);
        self.enqueue(queued.into_iter().map(|row| (row.index, row.is_evidence)).collect());
    }

    pub(super) fn next(&self, now: Instant) -> Option<Due> {
        match self.first {
            FirstCheck::Due => {
                if let Some(index) = self.first_row() {
                    return Some(Due::SpotCheck(index));
                }
            }
            FirstCheck::Sent => return None,
            FirstCheck::Done => {}
        }
        if self.waits_for_check() {
            return None;
        }
        if let Some(index) = self.checked.front() {
            return Some(Due::Write(*index));
        }
        let unsent = || self.held.iter().filter(|held| !held.is_sent());
        if let Some(held) = unsent().find(|held| held.from <= now && self.is_due(held)) {
            return Some(Due::SpotCheck(held.index));
        }
        let write = self.unchecked.front().copied().or_else(|| self.queue.front().map(|row| row.index));
        write.map(Due::Write).or_else(|| unsent().map(|held| held.from).min().map(Due::At))
    }

    fn waits_for_check(&self) -> bool {
        let is_late =
            |held: &Held| matches!(held.check, Check::Sent { writes } if writes >= WRITES_PER_CHECK);
        self.held.iter().any(is_late)
    }

    /// The row that is read first after a wait.
    fn first_row(&self) -> Option<RowIndex> {
        let queued = self.queue.iter().find(|row| row.is_evidence).map(|row| row.index);
        queued.or_else(|| self.held.iter().find(|held| !held.is_sent()).map(|held| held.index))
    }

    fn is_due(&self, held: &Held) -> bool {
        let front = self.queue.front();
        front.is_none_or(|row| row.number >= held.number) && (front.is_some() || self.unchecked.is_empty())
    }

    /// Records that a row's spot check was sent.
    pub(super) fn check_sent(&mut self, index: RowIndex) {
        if self.first == FirstCheck::Due {
            self.first = FirstCheck::Sent;
        }
        if let Some(held) = self.held.iter_mut().find(|held| held.index == index) {
            held.check = Check::Sent { writes: 0 };
            return;
        }
        self.queue.retain(|row| row.index != index);
        self.held.push(Held {
            index,
            number: 0,
            from: Instant(0),
            reads: 0,
            check: Check::Sent { writes: 0 },
        });
    }

    /// Records that a row's spot check was answered. Returns how often it failed before; `None`
    /// if the row isn't waiting for one.
    pub(super) fn answered(&mut self, index: RowIndex) -> Option<u32> {
        if self.first == FirstCheck::Sent {
            self.first = FirstCheck::Done;
        }
        let index = self.held.iter().position(|held| held.index == index && held.is_sent())?;
        Some(self.held.swap_remove(index).reads)
    }

    /// Queues a row that was read, to be written next.
    pub(super) fn write_next(&mut self, index: RowIndex) {
        self.checked.push_back(index);
    }

    /// Retries a row's spot check from this time on.
    pub(super) fn check_again(&mut self, index: RowIndex, from: Instant, reads: u32) {
        self.held.push(Held { index, number: 0, from, reads, check: Check::Unsent });
    }

    /// Records that a row's PUT was sent.
    pub(super) fn written(&mut self, index: RowIndex) {
        self.remove(index);
        for held in &mut self.held {
            if let Check::Sent { writes } = &mut held.check {
                *writes += 1;
            }
        }
    }

    /// Removes a row. Returns whether it was queued.
    pub(super) fn remove(&mut self, index: RowIndex) -> bool {
        let before = self.len();
        self.queue.retain(|row| row.index != index);
        self.held.retain(|held| held.index != index);
        self.checked.retain(|other| *other != index);
        self.unchecked.retain(|other| *other != index);
        self.len() < before
    }

    fn len(&self) -> usize {
        self.queue.len() + self.held.len() + self.checked.len() + self.unchecked.len()
    }

    /// Removes and returns all rows except those whose spot check isn't answered.
    pub(super) fn drain(&mut self) -> Vec<RowIndex> {
        let held: Vec<Held> = std::mem::take(&mut self.held);
        let (sent, held): (Vec<Held>, Vec<Held>) = held.into_iter().partition(Held::is_sent);
        self.held = sent;
        let queue = self.queue.drain(..).map(|row| row.index);
        let held = held.into_iter().map(|held| held.index);
        queue.chain(held).chain(self.checked.drain(..)).chain(self.unchecked.drain(..)).collect()
    }
}

#[cfg(test)]
mod tests;
