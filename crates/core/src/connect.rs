//! What a person enters before the page connects ([`fields`]), and when the next token is asked for
//! ([`token_schedule`]).

pub mod fields;
pub mod token_schedule;
