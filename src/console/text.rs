//! The sentences of the console that several of its capabilities show, and those of the top bar.

pub mod announce;
pub mod saving;
pub mod tabs;
pub mod top_bar;

pub use crate::connect::text::{other_environment, sign_in};
pub use crate::text::{FILE_SILENT, HELP, MEANING, PRODUCT, actor_short, fault, kind, mfa, moment, outcome};

use pingone::time::Timestamp;
use pingone_mfa_core::ports::Locale;

use crate::text::remaining;

pub const CEILING: &str = "Requests a second, at most";

/// When the token expires, for the top bar.
pub fn token_expiry(locale: &dyn Locale, end: Option<Timestamp>, now: Timestamp) -> String {
    match end {
        None => top_bar::END_UNKNOWN.into(),
        Some(end) if end <= now => top_bar::ENDED.into(),
        Some(end) => format!("token ends {} ({})", locale.time(end), remaining(end, now)),
    }
}
