//! Texts of a fault's card.

pub const WORDS: &str = "PingOne's words";
/// Used if the response may not be PingOne's.
pub const ANSWER: &str = "Response received";
