//! The native tests of the whole: one program, because linking one takes less time than linking thirteen.
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
mod element;
mod engine;
mod guards;
mod import;
mod layers;
#[path = "support/normalize.rs"]
mod normalize;
#[path = "support/notebook.rs"]
mod notebook;
mod pace;
mod run;
mod sign_in;
mod spot_checks;
mod support;
mod two_pages;
