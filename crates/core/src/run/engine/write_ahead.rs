//! Write-ahead intents and outcomes: what must be stored before and after a row is written.
//!
//! A row may be written only after its intent is stored, so that after a crash the page knows which rows to read
//! first. One batch is stored at a time; whatever accumulates meanwhile goes into the next one. A batch that can't be
//! stored is put back before everything newer, so the order never changes.

use std::collections::VecDeque;
use std::rc::Rc;

use pingone::policy::Policy;
use pingone::time::Timestamp;

use crate::run::record::{Record, RowIndex};
use crate::run::row::{Failure, Row};

/// Records to store, and the rows that get an intent next.
#[derive(Debug)]
pub(super) struct WriteAhead {
    waiting: Vec<Record>,
    is_storing: bool,
    /// The intents in the batch that is being stored.
    storing: Vec<RowIndex>,
    /// The number of outcomes in that batch.
    settling: u32,
    /// The number of rows between intent and stored outcome.
    open: u32,
    /// The number of rows that ever had an intent.
    intended: u32,
    /// The rows that get an intent next, in order.
    next: VecDeque<RowIndex>,
}

impl WriteAhead {
    pub(super) fn new(rows: u32) -> Self {
        Self {
            waiting: Vec::new(),
            is_storing: false,
            storing: Vec::new(),
            settling: 0,
            open: 0,
            intended: 0,
            next: (0..rows).collect(),
        }
    }

    /// After a crash: the rows that still wait, the number of settled rows, and the rows with an intent and no outcome.
    pub(super) fn resumed(waiting: VecDeque<RowIndex>, settled: u32, open: &[RowIndex]) -> Self {
        let open = u32::try_from(open.len()).unwrap_or(u32::MAX);
        Self { open, intended: settled.saturating_add(open), next: waiting, ..Self::new(0) }
    }

    /// Adds intents for the next rows, in batches, while there is room, and for at most `until` rows in
    /// total. A row that must not be written before a person decides gets no intent: after a crash it
    /// would count as possibly written.
    pub(super) fn intend(&mut self, policy: &Policy, until: Option<u32>) {
        let room = policy.intents.saturating_sub(self.open);
        // Many small batches take longer to store than few larger ones.
        if room < policy.intents / 4 {
            return;
        }
        let left = until.map_or(u32::MAX, |until| until.saturating_sub(self.intended));
        let rows: Vec<RowIndex> = self.next.drain(..self.next.len().min(room.min(left) as usize)).collect();
        if rows.is_empty() {
            return;
        }
        let intended = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        self.open += intended;
        self.intended += intended;
        self.waiting.push(Record::Intent(rows));
    }

    /// Removes the intents that aren't being stored and returns their rows. They may be stored all the same, if
    /// storing seemed to fail.
    pub(super) fn forget_intents(&mut self) -> Vec<RowIndex> {
        let mut forgotten = Vec::new();
        self.waiting.retain_mut(|record| match record {
            Record::Intent(rows) => {
                forgotten.append(rows);
                false
            }
            Record::Settled { .. } | Record::Seen { .. } | Record::AnotherWriter { .. } => true,
        });
        forgotten
    }

    pub(super) fn settled(&mut self, index: RowIndex, row: Row, failure: Option<Failure>) {
        self.waiting.push(Record::Settled { index, row, failure });
    }

    /// Counts a row that is settled without an intent, as if it had one.
    pub(super) fn count_unintended(&mut self) {
        self.open += 1;
        self.intended += 1;
    }

    /// Records that a row was refreshed. Rows refreshed at the same time, as by one page, share a record.
    pub(super) fn seen(&mut self, index: RowIndex, at: Timestamp) {
        match self.waiting.last_mut() {
            Some(Record::Seen { at: other, indexes }) if *other == at => indexes.push(index),
            _ => self.waiting.push(Record::Seen { at, indexes: vec![index] }),
        }
    }

    /// Records that someone else is changing the same users.
    pub(super) fn another_writer(&mut self, at: Timestamp) {
        self.waiting.push(Record::AnotherWriter { at });
    }

    /// Puts these rows back, to get an intent before all others.
    pub(super) fn intend_later(&mut self, mut indexes: Vec<RowIndex>) {
        self.intended = self.intended.saturating_sub(u32::try_from(indexes.len()).unwrap_or(u32::MAX));
        indexes.sort_unstable();
        indexes.into_iter().rev().for_each(|index| self.next.push_front(index));
    }

    /// The rows that get an intent next.
    pub(super) fn next_rows(&mut self) -> &mut VecDeque<RowIndex> {
        &mut self.next
    }

    /// Removes the rows from those that get an intent next for which `is_kept` returns false.
    pub(super) fn keep_next(&mut self, is_kept: impl Fn(RowIndex) -> bool) {
        self.next.retain(|index| is_kept(*index));
    }

    /// The records to store now, if no batch is being stored.
    pub(super) fn due(&self) -> Option<Rc<Vec<Record>>> {
        (!self.is_storing && !self.waiting.is_empty()).then(|| Rc::new(self.waiting.clone()))
    }

    /// The due records are being stored.
    pub(super) fn storing_started(&mut self) {
        self.is_storing = true;
        for record in self.waiting.drain(..) {
            match record {
                Record::Intent(rows) => self.storing.extend(rows),
                Record::Settled { .. } => self.settling += 1,
                Record::Seen { .. } | Record::AnotherWriter { .. } => {}
            }
        }
    }

    /// The batch is stored. Returns the rows that may be written now.
    pub(super) fn stored(&mut self) -> Vec<RowIndex> {
        self.is_storing = false;
        self.open = self.open.saturating_sub(std::mem::take(&mut self.settling));
        std::mem::take(&mut self.storing)
    }

    /// The batch wasn't stored: its records are put back before all newer ones.
    pub(super) fn failed(&mut self, records: &[Record]) {
        self.is_storing = false;
        self.storing.clear();
        self.settling = 0;
        let later = std::mem::take(&mut self.waiting);
        self.waiting = records.iter().cloned().chain(later).collect();
    }

    /// Whether nothing waits to be stored and nothing is being stored.
    pub(super) fn is_stored(&self) -> bool {
        !self.is_storing && self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsent_intents_are_taken_back_and_outcomes_are_kept() {
        let mut write_ahead = WriteAhead::new(8);
        write_ahead.intend(&Policy::default(), Some(3));
        write_ahead.settled(7, Row::default(), None);
        assert_eq!(write_ahead.forget_intents(), [0, 1, 2]);
        let left = write_ahead.due().unwrap();
        assert!(matches!(left.as_slice(), [Record::Settled { index: 7, .. }]), "{left:?}");
        write_ahead.storing_started();
        assert_eq!(write_ahead.forget_intents(), Vec::<RowIndex>::new());
    }
}
