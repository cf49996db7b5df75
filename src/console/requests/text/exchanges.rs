//! Texts of the list of exchanges, and of copies of them.

use pingone::request::Method;
use pingone_mfa_core::exchanges::filter::Class;
use pingone_mfa_core::ports::Locale;

pub const NAME: &str = "Exchanges";
/// Button that shows the list.
pub fn list(count: &str) -> String {
    format!("{NAME} ({count})")
}
/// Shown for the latest exchange.
pub fn newest(line: &str) -> String {
    format!("Newest: {line}")
}
/// Shown for a selected exchange.
pub fn chosen(line: &str) -> String {
    format!("Chosen: {line}")
}
/// Button that returns to the latest exchange.
pub const FOLLOW: &str = "Follow the newest";
pub const SEARCH: &str = "Path or Correlation-Id";
pub const METHOD: &str = "Method";
pub const STATUS: &str = "Status";
pub const ANY_METHOD: &str = "Method: any";
pub const ANY_STATUS: &str = "Status: any";
pub const METHODS: [Method; 3] = [Method::Get, Method::Put, Method::Post];
pub const CLASSES: [Class; 5] = [Class::Good, Class::Refused, Class::Failed, Class::Odd, Class::NoAnswer];

pub const fn class(class: Class) -> &'static str {
    match class {
        Class::Good => "2xx",
        Class::Refused => "4xx",
        Class::Failed => "5xx",
        Class::Odd => "other",
        Class::NoAnswer => "no answer",
    }
}

pub fn matching(locale: &dyn Locale, matching: usize, all: usize) -> String {
    match (matching, all) {
        (_, 0) => super::response::NONE.to_owned(),
        (0, _) => format!("None of {} matches.", locale.number(all as u64)),
        (1, _) => format!("1 of {} matches.", locale.number(all as u64)),
        _ => format!("{} of {} match.", locale.number(matching as u64), locale.number(all as u64)),
    }
}
/// Used as target if the request is for the environment itself.
pub const ENVIRONMENT: &str = "environment";

pub fn took(locale: &dyn Locale, millis: u64) -> String {
    format!("{} ms", locale.number(millis))
}
/// A request that was retried.
pub fn again(attempt: u32) -> String {
    format!("attempt {attempt}")
}

pub const COPY: &str = "Copy exchange";

pub fn copy_all(matching: &str) -> String {
    format!("Copy all {matching} that match")
}

pub const SAVE_HAR: &str = "Save as HAR";
pub const ABOUT_HAR: &str = "The HAR file has the requests that the list shows, without names, addresses, numbers and IDs: it can be sent to others.";
pub const WITH_PEOPLE: &str = "Include personal data";
pub const WITHOUT_PEOPLE: &str =
    "Copies have placeholders for names, addresses and phone numbers. Ticked, this one copy has them.";
/// Shown under a body that is cut.
pub fn cut(size: &str) -> String {
    format!("The beginning of {size} bytes. The rest was not kept.")
}
