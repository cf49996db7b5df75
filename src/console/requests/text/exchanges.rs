//! Texts of the list of exchanges, and of copies of them.

use pingone::request::Method;
use pingone_mfa_core::exchanges::filter::Class;
use pingone_mfa_core::ports::Locale;

pub const NAME: &str = "Requests";
pub const DETAIL: &str = "Request";
/// Button that returns to the latest exchange.
pub const FOLLOW: &str = "Follow the newest";
pub const FILTERS: &str = "Filter requests";
pub const SEARCH: &str = "Filter by path or Correlation-Id";
pub const METHOD: &str = "Method";
pub const STATUS: &str = "Status";
pub const ANY_METHOD: &str = "Any method";
pub const ANY_STATUS: &str = "Any status";

/// The column heads, each with its CSS class.
pub const HEADS: [(&str, &str); 7] = [
    ("time", "Time"),
    ("method", "Method"),
    ("path", "Path"),
    ("status", "Status"),
    ("number", "Duration"),
    ("number", "Attempt"),
    ("correlation", "Correlation-Id"),
];

/// A filter that is set, on its button.
pub fn active_filter(name: &str, word: &str) -> String {
    format!("{name}: {word}")
}

pub const METHODS: [Method; 3] = [Method::Get, Method::Put, Method::Post];
pub const CLASSES: [Class; 5] = [Class::Good, Class::Refused, Class::Failed, Class::Odd, Class::NoAnswer];

pub const fn class(class: Class) -> &'static str {
    match class {
        Class::Good => "2xx",
        Class::Refused => "4xx",
        Class::Failed => "5xx",
        Class::Odd => "other",
        Class::NoAnswer => "no response",
    }
}

pub fn matching(locale: &dyn Locale, matching: usize, all: usize) -> String {
    match (matching, all) {
        (_, 0) => super::response::NONE.to_owned(),
        (0, _) => format!("None of {} requests.", locale.number(all as u64)),
        _ => format!("{} of {} requests.", locale.number(matching as u64), locale.number(all as u64)),
    }
}
/// Used as target if the request is for the environment itself.
pub const ENVIRONMENT: &str = "environment";

pub fn took(locale: &dyn Locale, millis: u64) -> String {
    format!("{} ms", locale.number(millis))
}
pub const COPY: &str = "Copy";
pub const COPY_ALL: &str = "Copy all";
pub const SAVE_HAR: &str = "Save all as HAR";
pub const ABOUT_HAR: &str =
    "The requests in this table, without names, addresses, numbers and IDs: the file can be sent to others.";
pub const WITH_PEOPLE: &str = "Include personal data (this copy only)";
/// Which requests the table can have.
pub const KEPT: &str = "The last 200 are kept, in this page's memory and without the token.";

/// Shown under a body that is cut.
pub fn cut(size: &str) -> String {
    format!("The beginning of {size} bytes. The rest was not kept.")
}
