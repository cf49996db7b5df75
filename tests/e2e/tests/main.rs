//! The end-to-end tests, built as one program so that tests of different files run in parallel.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of this is test"
)]

mod another_computer;
mod code;
mod compat;
mod demo;
mod directory;
mod element;
mod engines;
mod exchanges;
mod exfiltration;
mod frame;
mod guards;
mod hang;
mod hosting;
mod journey;
mod keyboard;
mod layout;
mod panel;
mod review;
mod run;
mod screens;
mod secret;
mod sheet;
mod sign_in;
mod start;
mod steps;
mod texts;
mod token;
mod troubleshooting;
