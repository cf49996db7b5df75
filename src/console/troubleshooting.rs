//! Failures: their causes, and what to do.

pub(crate) mod failure;
pub(crate) mod fault_card;
pub mod state;
pub mod text;
