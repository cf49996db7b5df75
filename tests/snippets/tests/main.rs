//! The code that the page writes, run: one program, because its tests wait for others.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "all of this is test")]

mod languages;
mod plans;
