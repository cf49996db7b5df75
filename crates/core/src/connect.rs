//! What a person enters before the page connects.

pub mod fields;
