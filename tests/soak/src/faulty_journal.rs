//! The journal: slow, full or failing for a while, and sometimes wrong about it.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use futures::future::FutureExt;
use pingone_mfa_core::domain::fault::JournalFault;
use pingone_mfa_core::domain::plan::Plan;
use pingone_mfa_core::domain::time::Millis;
use pingone_mfa_core::engine::Clock;
use pingone_mfa_core::engine::journal::Entry;
use pingone_mfa_core::engine::run::Record;
use pingone_mfa_core::port::{Journal, JournalAnswer};

use crate::world::World;

/// How many rows may be between intent and outcome.
const WINDOW: usize = 32;

/// The journal of one run.
pub struct FaultyJournal {
    world: Rc<World>,
    /// What is stored.
    pub entries: RefCell<Vec<Vec<u8>>>,
    /// What is on its way to the disk.
    pending: RefCell<Option<Vec<Vec<u8>>>>,
    /// The most rows that were ever between intent and outcome.
    pub widest: RefCell<usize>,
}

impl FaultyJournal {
    /// A journal with a plan.
    pub fn new(world: &Rc<World>, plan: &Plan) -> Self {
        world.open.replace(HashSet::new());
        let faulty_journal = Self {
            world: Rc::clone(world),
            entries: RefCell::default(),
            pending: RefCell::default(),
            widest: RefCell::default(),
        };
        faulty_journal.commit(vec![Entry::Plan(plan.clone()).encode()]);
        faulty_journal
    }

    /// The page dies: what was on its way to the disk is there or not.
    pub fn die(&self) {
        let pending = self.pending.take();
        if let Some(entries) = pending
            && self.world.dice.borrow_mut().happens(500)
        {
            self.commit(entries);
        }
    }

    /// Nothing more is going to be written.
    pub fn close(&self) {
        self.commit(vec![Entry::Closed(self.world.clock.wall()).encode()]);
    }

    fn commit(&self, entries: Vec<Vec<u8>>) {
        let mut open = self.world.open.borrow_mut();
        for entry in &entries {
            if self.world.tells_token(entry) {
                self.world.violated("the journal has a token in it");
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
            self.world.violated(format!("{} rows between intent and outcome", open.len()));
        }
        let mut widest = self.widest.borrow_mut();
        *widest = (*widest).max(open.len());
        drop(open);
        self.entries.borrow_mut().extend(entries);
    }

    /// How long it takes, and whether it says that it worked and it did.
    fn chance(&self) -> (Millis, bool, bool) {
        let now = self.world.clock.now();
        let scenario = self.world.scenario.borrow();
        let mut dice = self.world.dice.borrow_mut();
        if scenario.journal_spells.iter().any(|spell| spell.contains(&now)) {
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

/// The way to a journal.
pub struct Hand(pub Rc<FaultyJournal>);

impl Journal for Hand {
    fn append(&self, _: &str, records: Vec<Vec<u8>>) -> JournalAnswer<()> {
        let kept = Rc::clone(&self.0);
        let (takes, says_so, is_so) = kept.chance();
        if is_so {
            kept.pending.replace(Some(records));
        }
        let done = kept.world.clock.sleep_until(kept.world.clock.now() + takes);
        async move {
            done.await;
            if let Some(entries) = kept.pending.take() {
                kept.commit(entries);
            }
            if says_so { Ok(()) } else { Err(JournalFault::Full) }
        }
        .boxed_local()
    }

    fn read(&self, _: &str) -> JournalAnswer<Vec<Vec<u8>>> {
        let entries = self.0.entries.borrow().clone();
        async move { Ok(entries) }.boxed_local()
    }

    fn list(&self) -> JournalAnswer<Vec<(String, Vec<u8>)>> {
        let first = self.0.entries.borrow().first().cloned();
        async move { Ok(first.into_iter().map(|entry| ("run".to_owned(), entry)).collect()) }.boxed_local()
    }

    fn delete(&self, _: &str) -> JournalAnswer<()> {
        self.0.entries.borrow_mut().clear();
        async { Ok(()) }.boxed_local()
    }
}
