//! What has to be stored before and after a row is written. One batch is on its way at a time; whatever waits goes
//! into the next.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::domain::row::{Failure, Row};
use crate::engine::policy::Policy;

use super::Place;

/// What is stored of a run besides its plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// These rows are about to be written.
    Intent(Vec<Place>),
    /// A row is settled.
    Settled {
        /// Which.
        place: Place,
        /// How.
        row: Row,
        /// What went wrong.
        failure: Option<Failure>,
    },
}

#[derive(Debug)]
pub(super) struct Ledger {
    waiting: Vec<Record>,
    is_storing: bool,
    /// The intents of the batch that is on its way.
    storing: Vec<Place>,
    /// The outcomes of that batch.
    settling: u32,
    /// Rows between intent and stored outcome.
    open: u32,
    /// Rows that can be intended next.
    next: VecDeque<Place>,
}

impl Ledger {
    pub(super) fn new(rows: u32) -> Self {
        Self {
            waiting: Vec::new(),
            is_storing: false,
            storing: Vec::new(),
            settling: 0,
            open: 0,
            next: (0..rows).collect(),
        }
    }

    /// A ledger of what is left after a crash: rows that wait, and rows between intent and outcome.
    pub(super) fn resumed(waiting: VecDeque<Place>, open: &[Place]) -> Self {
        Self { open: u32::try_from(open.len()).unwrap_or(u32::MAX), next: waiting, ..Self::new(0) }
    }

    /// Declares the next rows, in batches, while there is room for them.
    pub(super) fn intend(&mut self, policy: &Policy) {
        let room = policy.intents.saturating_sub(self.open) as usize;
        // Many small batches would be stored more slowly than few larger ones.
        if room < policy.intents as usize / 4 {
            return;
        }
        let rows: Vec<Place> = self.next.drain(..room.min(self.next.len())).collect();
        if rows.is_empty() {
            return;
        }
        self.open += u32::try_from(rows.len()).unwrap_or(u32::MAX);
        self.waiting.push(Record::Intent(rows));
    }

    pub(super) fn settled(&mut self, place: Place, row: Row, failure: Option<Failure>) {
        self.waiting.push(Record::Settled { place, row, failure });
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
            }
        }
    }

    /// It is stored. The rows that may be written now.
    pub(super) fn stored(&mut self) -> Vec<Place> {
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
