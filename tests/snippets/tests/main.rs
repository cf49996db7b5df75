//! Runs the code that the page generates. All tests are in one program because they mostly wait for other programs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "all of this is test")]

mod languages;
mod plans;
