//! The sandbox's tests. They form one program, because linking one takes less time than linking seventeen.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod access;
mod agreement;
mod authorization;
mod bypass;
mod contract;
#[cfg(feature = "server")]
mod control;
mod devices;
mod environment;
#[cfg(feature = "server")]
mod faults;
mod filter;
mod fuzz;
mod groups;
mod keys;
mod observed;
mod recorded;
mod report;
#[cfg(feature = "server")]
mod server;
mod writes;
