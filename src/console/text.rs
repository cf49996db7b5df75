//! The sentences of the console that several of its capabilities show, and those of the top bar.

pub mod announce;
pub mod mfa_change;
pub mod saving;
pub mod tabs;
pub mod top_bar;

pub use crate::connect::text::{other_environment, sign_in};
pub use crate::text::{
    FILE_SILENT, HELP, MEANING, PRODUCT, actor_short, expires, fault, kind, mfa, moment, outcome, remaining,
};

pub const CLOSE: &str = "Close";
pub const CEILING: &str = "Requests a second, at most";
