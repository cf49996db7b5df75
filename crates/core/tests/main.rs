//! The core's tests with the sandbox: one program, because one is linked in less time than nine.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of this is test"
)]

mod code;
mod contract;
mod diagnosis;
mod engine;
mod import;
mod memory_journal;
mod normalize;
mod pace;
mod run;
mod spot_checks;
mod support;
mod two_pages;
