//! Requests and their answers, kept for display: a bounded [`log`], a [`filter`], and texts to copy ([`transcript`]) or
//! save ([`har`]) without personal data.

pub mod filter;
pub mod har;
pub mod log;
pub mod transcript;
