//! What has to be stored before and after a row is written. One batch is on its way at a time; whatever waits goes
//! into the next.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::domain::row::{Failure, Row};
use crate::domain::time::Timestamp;
use crate::engine::policy::Policy;

use super::RowIndex;

/// What is stored of a run besides its plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// These rows are about to be written.
    Intent(Vec<RowIndex>),
    /// A row is settled.
    Settled {
        /// Which.
        index: RowIndex,
        /// How.
        row: Row,
        /// What went wrong.
        failure: Option<Failure>,
    },
    /// These rows were read again then, before anything was sent for them: they still have what the plan says.
    Seen {
        /// When.
        at: Timestamp,
        /// Which.
        indexes: Vec<RowIndex>,
    },
    /// A spot check showed that someone else is changing these users.
    AnotherWriter {
        /// When.
        at: Timestamp,
    },
}

#[derive(Debug)]
pub(super) struct WriteAhead {
    waiting: Vec<Record>,
    is_storing: bool,
    /// The intents of the batch that is on its way.
    storing: Vec<RowIndex>,
    /// The outcomes of that batch.
    settling: u32,
    /// Rows between intent and stored outcome.
    open: u32,
    /// Rows that were ever intended.
    intended: u32,
    /// Rows that can be intended next.
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

    /// A write-ahead intents of what is left after a crash: rows that wait, how many are settled, and rows between intent and
    /// outcome.
    pub(super) fn resumed(waiting: VecDeque<RowIndex>, settled: u32, open: &[RowIndex]) -> Self {
        let open = u32::try_from(open.len()).unwrap_or(u32::MAX);
        Self { open, intended: settled.saturating_add(open), next: waiting, ..Self::new(0) }
    }

    /// Declares the next rows, in batches, while there is room for them, and not more than `until` altogether: whoever
    /// is not to be written before a person has pilot_read_done must not seem to have been, should the page die.
    pub(super) fn intend(&mut self, policy: &Policy, until: Option<u32>) {
        let room = policy.intents.saturating_sub(self.open);
        // Many small batches would be stored more slowly than few larger ones.
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

    /// The rows whose intents are not on their way. Each may have been stored all the same, where storing seemed to fail.
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

    /// A row that is settled next was never intended. It counts as if it had been.
    pub(super) fn unintended(&mut self) {
        self.open += 1;
        self.intended += 1;
    }

    /// A row was read before anything was sent for it. Those of one page are one record.
    pub(super) fn seen(&mut self, index: RowIndex, at: Timestamp) {
        match self.waiting.last_mut() {
            Some(Record::Seen { at: other, indexes }) if *other == at => indexes.push(index),
            _ => self.waiting.push(Record::Seen { at, indexes: vec![index] }),
        }
    }

    /// Someone else is changing these users.
    pub(super) fn another_writer(&mut self, at: Timestamp) {
        self.waiting.push(Record::AnotherWriter { at });
    }

    /// These rows are intended later, before all others.
    pub(super) fn intend_later(&mut self, mut indexes: Vec<RowIndex>) {
        self.intended = self.intended.saturating_sub(u32::try_from(indexes.len()).unwrap_or(u32::MAX));
        indexes.sort_unstable();
        indexes.into_iter().rev().for_each(|index| self.next.push_front(index));
    }

    /// The rows that can be intended next.
    pub(super) fn next_rows(&mut self) -> &mut VecDeque<RowIndex> {
        &mut self.next
    }

    /// Of the rows that can be intended next, keeps these.
    pub(super) fn keep_next(&mut self, is_kept: impl Fn(RowIndex) -> bool) {
        self.next.retain(|index| is_kept(*index));
    }

    /// What is to be stored now.
    pub(super) fn due(&self) -> Option<Rc<Vec<Record>>> {
        (!self.is_storing && !self.waiting.is_empty()).then(|| Rc::new(self.waiting.clone()))
    }

    /// What was due is on its way.
    pub(super) fn leaves(&mut self) {
        self.is_storing = true;
        for record in self.waiting.drain(..) {
            match record {
                Record::Intent(rows) => self.storing.extend(rows),
                Record::Settled { .. } => self.settling += 1,
                Record::Seen { .. } | Record::AnotherWriter { .. } => {}
            }
        }
    }

    /// It is stored. The rows that may be written now.
    pub(super) fn stored(&mut self) -> Vec<RowIndex> {
        self.is_storing = false;
        self.open = self.open.saturating_sub(std::mem::take(&mut self.settling));
        std::mem::take(&mut self.storing)
    }

    /// It is not stored, and waits again, before everything that came later.
    pub(super) fn failed(&mut self, records: &[Record]) {
        self.is_storing = false;
        self.storing.clear();
        self.settling = 0;
        let later = std::mem::take(&mut self.waiting);
        self.waiting = records.iter().cloned().chain(later).collect();
    }

    /// Whether nothing waits and nothing is on its way.
    pub(super) fn is_stored(&self) -> bool {
        !self.is_storing && self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intents_that_are_not_on_their_way_are_taken_back_and_what_is_settled_stays() {
        let mut write_ahead = WriteAhead::new(8);
        write_ahead.intend(&Policy::default(), Some(3));
        write_ahead.settled(7, Row::default(), None);
        assert_eq!(write_ahead.forget_intents(), [0, 1, 2]);
        let left = write_ahead.due().unwrap();
        assert!(matches!(left.as_slice(), [Record::Settled { index: 7, .. }]), "{left:?}");
        write_ahead.leaves();
        assert_eq!(write_ahead.forget_intents(), Vec::<RowIndex>::new());
    }
}
