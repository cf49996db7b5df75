//! The sentences about requests.

pub mod code;
pub mod exchanges;
pub mod response;

pub use crate::console::text::CLOSE;
pub use crate::text::fault;
