//! The rows that can be written: their intents are stored. Some of them are read right before their PUT, because
//! PingOne's answer to a PUT doesn't tell the earlier value: only such a spot check can show that someone else is
//! changing the same users.
//!
//! - After every wait nothing is written until one row was read.
//! - A row that is chosen for a spot check is held back while [`HELD_FOR`] others are written. Two pages that work on the
//!   same rows at the same time read each of them before either has written it, and neither would notice; but each
//!   chooses its own rows, and by the time one is due the other page has written it.
//! - Some of the first rows are put off until everyone else was written, and checked then.
//! - Once another writer was seen, every row is read right before its PUT, and in an order of this page's own.
//!
//! A row for which a PUT may have been sent isn't read: it proves nothing.

use std::collections::{HashSet, VecDeque};

use crate::domain::time::Millis;
use crate::engine::retry::Jitter;

use super::RowIndex;
use sampling::Sampling;

mod sampling;

/// How many other rows are written between the time a chosen row would have been written and its spot check.
const HELD_FOR: u32 = 16;

/// Of so many rows at the beginning, some are put off.
const FIRST_ROWS: usize = 21;

/// How many of them.
const PUT_OFF: usize = 5;

/// What can be started for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// The row is read before its PUT.
    SpotCheck(RowIndex),
    /// Its PUT.
    Write(RowIndex),
    /// Nothing before then.
    At(Millis),
}

/// The check of the first row after a wait.
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
    /// The row's number since the last wait.
    number: u32,
    /// Whether the plan and this run leave no other explanation for a value that is there already.
    is_evidence: bool,
}

/// A row that is read before its PUT.
#[derive(Debug, Clone, Copy)]
struct Held {
    index: RowIndex,
    /// It is due once the queue has come to this number.
    number: u32,
    from: Millis,
    reads: u32,
    is_sent: bool,
}

/// The rows that can be written.
#[derive(Debug)]
pub(super) struct Ready {
    sampling: Sampling,
    first: FirstCheck,
    queue: VecDeque<Queued>,
    held: Vec<Held>,
    /// Rows that were read.
    checked: VecDeque<RowIndex>,
    /// Rows that are written without a check: sent before and refused for the token, or not to be read.
    unchecked: VecDeque<RowIndex>,
    /// Rows that prove nothing, whatever the plan says.
    no_evidence: HashSet<RowIndex>,
    /// Rows that were put off, and are checked.
    last: Vec<RowIndex>,
    /// Whether every row is checked.
    is_wary: bool,
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
            last: Vec::new(),
            is_wary: false,
        }
    }

    /// From now on every row is checked.
    pub(super) fn check_all(&mut self) {
        self.is_wary = true;
    }

    /// These rows' intents are stored. `is_evidence` says of which of them a value that is there already tells something.
    pub(super) fn add(&mut self, indexes: Vec<RowIndex>, is_evidence: impl Fn(RowIndex) -> bool) {
        let is_evidence = |index| is_evidence(index) && !self.no_evidence.contains(&index);
        let rows = indexes.into_iter().map(|index| (index, is_evidence(index))).collect();
        self.enqueue(rows);
    }

    fn enqueue(&mut self, mut rows: Vec<(RowIndex, bool)>) {
        if self.is_wary {
            self.sampling.shuffle(&mut rows);
        }
        for (index, is_evidence) in rows {
            let (number, is_chosen) = self.sampling.next();
            let is_due = self.is_wary || self.last.contains(&index);
            if is_evidence && (is_chosen || is_due) {
                let number = if is_due { 0 } else { number + HELD_FOR };
                self.held.push(Held { index, number, from: Millis(0), reads: 0, is_sent: false });
            } else {
                self.queue.push_back(Queued { index, number, is_evidence });
            }
        }
    }

    /// A row is written without a check.
    pub(super) fn write_unchecked(&mut self, index: RowIndex) {
        self.no_evidence.insert(index);
        self.unchecked.push_back(index);
    }

    /// Whether a row is to be read, or could not be.
    pub(super) fn is_unread(&self, index: RowIndex) -> bool {
        self.held.iter().any(|held| held.index == index) || self.unchecked.contains(&index)
    }

    /// Puts some of the first rows behind all others, where they are checked: a page that follows this one, and stops
    /// once it notices, has written them by then. Without them only the page that comes second would notice.
    pub(super) fn put_off(&mut self, next: &mut VecDeque<RowIndex>, is_evidence: impl Fn(RowIndex) -> bool) {
        self.last.clear();
        if self.is_wary || next.len() <= FIRST_ROWS {
            return;
        }
        let mut first: Vec<RowIndex> = next.iter().take(FIRST_ROWS).skip(1).copied().collect();
        first.retain(|index| is_evidence(*index));
        self.sampling.shuffle(&mut first);
        first.truncate(PUT_OFF);
        first.sort_unstable();
        next.retain(|index| !first.contains(index));
        next.extend(&first);
        self.last = first;
    }

    /// The run has waited: what was read before is old.
    pub(super) fn after_wait(&mut self) {
        self.first = FirstCheck::Due;
        for held in &mut self.held {
            held.number = 0;
        }
        let old = std::mem::take(&mut self.checked);
        let old =
            old.into_iter().map(|index| Held { index, number: 0, from: Millis(0), reads: 0, is_sent: false });
        self.held.extend(old);
        self.sampling.begin();
        let queued = std::mem::take(&mut self.queue);
        self.enqueue(queued.into_iter().map(|row| (row.index, row.is_evidence)).collect());
    }

    /// What can be started.
    pub(super) fn next(&self, now: Millis) -> Option<Due> {
        match self.first {
            FirstCheck::Due => {
                if let Some(index) = self.first_row() {
                    return Some(Due::SpotCheck(index));
                }
            }
            FirstCheck::Sent => return None,
            FirstCheck::Done => {}
        }
        if let Some(index) = self.checked.front() {
            return Some(Due::Write(*index));
        }
        let unsent = || self.held.iter().filter(|held| !held.is_sent);
        if let Some(held) = unsent().find(|held| held.from <= now && self.is_due(held)) {
            return Some(Due::SpotCheck(held.index));
        }
        let write = self.unchecked.front().copied().or_else(|| self.queue.front().map(|row| row.index));
        write.map(Due::Write).or_else(|| unsent().map(|held| held.from).min().map(Due::At))
    }

    /// The row that is read first after a wait.
    fn first_row(&self) -> Option<RowIndex> {
        let queued = self.queue.iter().find(|row| row.is_evidence).map(|row| row.index);
        queued.or_else(|| self.held.iter().find(|held| !held.is_sent).map(|held| held.index))
    }

    fn is_due(&self, held: &Held) -> bool {
        let rest = self.queue.front();
        rest.is_none_or(|row| row.number >= held.number) && (rest.is_some() || self.unchecked.is_empty())
    }

    /// A row's spot check was sent.
    pub(super) fn checking(&mut self, index: RowIndex) {
        if self.first == FirstCheck::Due {
            self.first = FirstCheck::Sent;
        }
        if let Some(held) = self.held.iter_mut().find(|held| held.index == index) {
            held.is_sent = true;
            return;
        }
        self.queue.retain(|row| row.index != index);
        self.held.push(Held { index, number: 0, from: Millis(0), reads: 0, is_sent: true });
    }

    /// A row's spot check was answered. How often it was read in vain before; `None` if nobody waits for it.
    pub(super) fn answered(&mut self, index: RowIndex) -> Option<u32> {
        if self.first == FirstCheck::Sent {
            self.first = FirstCheck::Done;
        }
        let index = self.held.iter().position(|held| held.index == index && held.is_sent)?;
        Some(self.held.swap_remove(index).reads)
    }

    /// A row that was read is written next.
    pub(super) fn write_next(&mut self, index: RowIndex) {
        self.checked.push_back(index);
    }

    /// A row is read once more, from then on.
    pub(super) fn check_again(&mut self, index: RowIndex, from: Millis, reads: u32) {
        self.held.push(Held { index, number: 0, from, reads, is_sent: false });
    }

    /// A row's PUT was sent, or it needs none. Whether it was among them.
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

    /// Takes out all rows but those whose spot check isn't answered.
    pub(super) fn drain(&mut self) -> Vec<RowIndex> {
        let held: Vec<Held> = std::mem::take(&mut self.held);
        let (sent, held): (Vec<Held>, Vec<Held>) = held.into_iter().partition(|held| held.is_sent);
        self.held = sent;
        let queue = self.queue.drain(..).map(|row| row.index);
        let held = held.into_iter().map(|held| held.index);
        queue.chain(held).chain(self.checked.drain(..)).chain(self.unchecked.drain(..)).collect()
    }
}

#[cfg(test)]
mod tests;
