//! An in-memory journal that can be slow, full or failing, and may report a failure although it stored the entry.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use futures::future::FutureExt;
use pingone::clock::Clock;
use pingone::fault::JournalFault;
use pingone::time::Millis;
use pingone_mfa_core::run::journal::Entry;
use pingone_mfa_core::run::plan::Plan;
use pingone_mfa_core::run::ports::{Journal, JournalAnswer};
use pingone_mfa_core::run::record::Record;
use pingone_mfa_testkit::journal::MemoryJournal;

use crate::world::World;

/// How many rows may be between intent and outcome.
const WINDOW: usize = 32;

/// The journal of a single run.
pub struct FaultyJournal {
    world: Rc<World>,
    /// What is stored.
    pub stored: MemoryJournal,
    /// Entries that are being written.
    pending: RefCell<Option<Vec<Vec<u8>>>>,
    /// Maximum number of rows that were between intent and outcome.
    pub max_open: RefCell<usize>,
}

impl FaultyJournal {
    /// A journal that contains the plan.
    pub fn new(world: &Rc<World>, plan: &Plan) -> Self {
        world.open.replace(HashSet::new());
        let faulty_journal = Self {
            world: Rc::clone(world),
            stored: MemoryJournal::new(&world.clock),
            pending: RefCell::default(),
            max_open: RefCell::default(),
        };
        faulty_journal.commit(vec![Entry::Plan(plan.clone()).encode()]);
        faulty_journal
    }

    /// The page crashes: entries that were being written are stored or lost at random.
    pub fn crash(&self) {
        let pending = self.pending.take();
        if let Some(entries) = pending
            && self.world.dice.borrow_mut().happens(500)
        {
            self.commit(entries);
        }
    }

    /// Stores that the run was closed.
    pub fn close(&self) {
        self.commit(vec![Entry::Closed(self.world.clock.wall()).encode()]);
    }

    fn commit(&self, entries: Vec<Vec<u8>>) {
        let mut open = self.world.open.borrow_mut();
        for entry in &entries {
            if self.world.contains_token(entry) {
                self.world.record_violation("the journal has a token in it");
            }
            let Ok(Entry::Batch(records)) = Entry::decode(entry) else { continue };
            for record in records {
                match record {
                    Record::Intent(indexes) => open.extend(indexes),
                    Record::Settled { index, .. } => {
                        open.remove(&index);
                    }
                    Record::Seen { .. } | Record::AnotherWriter { .. } => {}
                }
            }
        }
        if open.len() > WINDOW {
            self.world.record_violation(format!("{} rows between intent and outcome", open.len()));
        }
        let mut max_open = self.max_open.borrow_mut();
        *max_open = (*max_open).max(open.len());
        drop(open);
        self.stored.entries.borrow_mut().extend(entries);
    }

    /// Draws the duration of an append, whether it reports success, and whether it stores the entry.
    fn draw_result(&self) -> (Millis, bool, bool) {
        let now = self.world.clock.now();
        let scenario = self.world.scenario.borrow();
        let mut dice = self.world.dice.borrow_mut();
        if scenario.journal_outages.iter().any(|outage| outage.contains(&now)) {
            return (Millis(2), false, false);
        }
        if !dice.happens(scenario.journal_trouble) {
            return (Millis(2), true, true);
        }
        match dice.between(0, 2) {
            0 => (dice.millis(100, 5000), true, true),
            1 => (Millis(2), false, false),
            _ => (Millis(2), false, true),
        }
    }
}

/// The page's access to a journal.
pub struct JournalHandle(pub Rc<FaultyJournal>);

impl Journal for JournalHandle {
    fn append(&self, _: &str, records: Vec<Vec<u8>>) -> JournalAnswer<()> {
        let journal = Rc::clone(&self.0);
        let (duration, reports_success, is_stored) = journal.draw_result();
        if is_stored {
            journal.pending.replace(Some(records));
        }
        let done = journal.world.clock.sleep_until(journal.world.clock.now() + duration);
        async move {
            done.await;
            if let Some(entries) = journal.pending.take() {
                journal.commit(entries);
            }
            if reports_success { Ok(()) } else { Err(JournalFault::Full) }
        }
        .boxed_local()
    }

    fn read(&self, name: &str) -> JournalAnswer<Vec<Vec<u8>>> {
        self.0.stored.read(name)
    }

    fn list(&self) -> JournalAnswer<Vec<(String, Vec<u8>)>> {
        self.0.stored.list()
    }

    fn delete(&self, name: &str) -> JournalAnswer<()> {
        self.0.stored.delete(name)
    }
}
