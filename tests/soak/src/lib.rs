//! Runs under everything that goes wrong, on a virtual clock, drawn from seeds.
//!
//! [`campaign::play`] draws a [`scenario::Scenario`], lives through it and judges it. What is sent passes
//! [`world::World`], where every request may meet trouble, and what is stored passes [`shelf::Shelf`]. [`person`] decides
//! and lets the page die; [`life`] begins it again. Both look out for what must never happen, at any moment; [`judge`]
//! holds the end against what the sandbox's oracle knows.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "all of this is test"
)]

pub mod dice;
pub mod faulty_journal;
pub mod judge;
pub mod life;
pub mod person;
pub mod play;
pub mod scenario;
#[path = "../../../crates/core/tests/support/mod.rs"]
pub mod support;
pub mod world;
