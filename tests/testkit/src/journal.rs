//! A journal in memory, for tests without a browser.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::future::FutureExt;
use pingone::clock::Clock;
use pingone::fault::JournalFault;
use pingone::time::Millis;
use pingone_mfa_core::run::ports::{Journal, JournalAnswer};

use crate::clock::VirtualClock;

/// A journal in memory that takes 2 ms per entry.
pub struct MemoryJournal {
    /// The stored entries, encoded.
    pub entries: Rc<RefCell<Vec<Vec<u8>>>>,
    /// The number of entries after which the journal is full.
    pub room: Cell<usize>,
    clock: Rc<VirtualClock>,
}

impl MemoryJournal {
    /// An empty journal with unlimited room.
    pub fn new(clock: &Rc<VirtualClock>) -> Self {
        Self { entries: Rc::default(), room: Cell::new(usize::MAX), clock: Rc::clone(clock) }
    }
}

impl Journal for MemoryJournal {
    fn append(&self, _: &str, records: Vec<Vec<u8>>) -> JournalAnswer<()> {
        let is_full = self.entries.borrow().len() >= self.room.get();
        let (entries, clock) = (Rc::clone(&self.entries), Rc::clone(&self.clock));
        async move {
            clock.sleep_until(clock.now() + Millis(2)).await;
            if is_full {
                return Err(JournalFault::Full);
            }
            entries.borrow_mut().extend(records);
            Ok(())
        }
        .boxed_local()
    }

    fn read(&self, _: &str) -> JournalAnswer<Vec<Vec<u8>>> {
        let entries = self.entries.borrow().clone();
        async move { Ok(entries) }.boxed_local()
    }

    fn list(&self) -> JournalAnswer<Vec<(String, Vec<u8>)>> {
        let first = self.entries.borrow().first().cloned();
        async move { Ok(first.into_iter().map(|entry| ("run".to_owned(), entry)).collect()) }.boxed_local()
    }

    fn delete(&self, _: &str) -> JournalAnswer<()> {
        self.entries.borrow_mut().clear();
        async { Ok(()) }.boxed_local()
    }
}
