//! Runs the code that the page generates, in every language, against the sandbox, or parses it with a grammar.
//!
//! [`LanguageCheck::of`] does what is possible on this machine. `cargo test` uses the languages that are installed;
//! `cargo xtask snippets` first installs all that Debian has.

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

pub use ground::Fixture;
pub use plan::{PlanRun, parse_script, users_of};
pub use proof::{CheckKind, LanguageCheck};
pub use runtime::{ProgramOutput, Runtime};
pub use workplace::TempFolder;
