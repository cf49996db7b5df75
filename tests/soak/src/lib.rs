//! Plays runs under all kinds of faults on a virtual clock; everything is drawn from a seed.
//!
//! [`play::play`] draws a [`scenario::Scenario`], plays it and checks the result. Requests pass through
//! [`world::World`], where each may meet a fault, and journal entries through [`faulty_journal::FaultyJournal`].
//! [`person`] plays the user and decides when the page crashes; [`life`] restarts it. Both check invariants all the
//! time; [`judge`] compares the final state with the sandbox's oracle.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "all of this is test"
)]

pub mod faulty_journal;
pub mod judge;
pub mod life;
pub mod person;
pub mod play;
pub mod scenario;
pub mod world;
