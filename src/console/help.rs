//! The help dialog.

pub(crate) mod dialog;
pub mod state;
pub mod text;
