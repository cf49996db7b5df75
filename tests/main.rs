//! Tests of the whole project: agreements between its sources, its element and its documents.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of this is test"
)]

mod documents;
mod element;
mod guards;
mod imports;
mod layers;
mod sign_in;
