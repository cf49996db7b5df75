//! Every language that the page writes code in, run against the sandbox or read by a grammar.
//!
//! [`Proof::of`] does for one language what there is to do on this machine: `cargo test` for those that are there,
//! `cargo xtask snippets` after it has installed all that Debian has.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "all of this crate is test"
)]

mod echo;
mod grammar;
mod ground;
mod message;
mod page;
mod plan;
mod proof;
mod runtime;
mod workplace;

pub use ground::Ground;
pub use plan::{PlanRun, parsed, users_of};
pub use proof::{How, Proof};
pub use runtime::{Ended, Runtime};
pub use workplace::Workplace;
