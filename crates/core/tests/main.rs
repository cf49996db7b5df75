//! The core's tests against the sandbox, in one program: linking one program is faster than linking nine.
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
mod normalize;
mod pace;
mod run;
mod spot_checks;
mod two_pages;
