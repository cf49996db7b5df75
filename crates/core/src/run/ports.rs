//! What a run needs of the browser besides transport and clock: a journal that survives a crash, and a lease that keeps
//! two pages from working on the same run.

use std::any::Any;

use futures::future::LocalBoxFuture;
use pingone::fault::JournalFault;

/// The future result of a journal operation.
pub type JournalAnswer<T> = LocalBoxFuture<'static, Result<T, JournalFault>>;

/// Stores what runs did, in this browser. Records are opaque bytes; the caller knows their format.
///
/// An operation starts at once and is completed even if its future isn't awaited.
pub trait Journal {
    /// Appends records to a run, all of them or none. Once it resolves with `Ok`, they are on the disk.
    fn append(&self, run: &str, records: Vec<Vec<u8>>) -> JournalAnswer<()>;

    /// All records of a run, in the order in which they were appended. Empty if the run isn't stored.
    fn read(&self, run: &str) -> JournalAnswer<Vec<Vec<u8>>>;

    /// The stored runs: the name and the first record of each, ordered by name.
    fn list(&self) -> JournalAnswer<Vec<(String, Vec<u8>)>>;

    /// Deletes all records of a run.
    fn delete(&self, run: &str) -> JournalAnswer<()>;
}

/// Ensures that only one page of this browser runs something under a given name.
pub trait Lease {
    /// Takes the lease, unless another page holds it. With `steal` it is taken from that page, which is told.
    fn take(&self, name: &str, steal: bool) -> LocalBoxFuture<'static, Taken>;
}

/// The result of asking for a lease.
pub enum Taken {
    /// This page now holds the lease, until the value is dropped.
    Held(Held),
    /// Another page holds the lease.
    Elsewhere,
    /// This browser has no leases, so nothing is known of other pages.
    Unavailable,
    /// The browser was asked and didn't answer in time.
    Silent,
}

/// A lease that is held until this is dropped.
pub struct Held {
    /// Resolves when another page has taken over the lease, and never otherwise.
    pub lost: LocalBoxFuture<'static, ()>,
    /// Gives the lease back when dropped.
    _release: Box<dyn Any>,
}

impl Held {
    /// A lease that ends when `release` is dropped, or when `lost` resolves.
    pub fn new(lost: LocalBoxFuture<'static, ()>, release: impl Any) -> Self {
        Self { lost, _release: Box::new(release) }
    }
}
