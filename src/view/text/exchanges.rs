//! The list of exchanges, and copies of them.

use pingone::request::Method;
use pingone_mfa_core::exchanges::filter::Class;
use pingone_mfa_core::ports::Locale;

/// The list's name.
pub const NAME: &str = "Exchanges";
/// The button that shows the list.
pub fn list(count: &str) -> String {
    format!("{NAME} ({count})")
}
/// The newest one is shown.
pub fn newest(line: &str) -> String {
    format!("Newest: {line}")
}
/// One is shown that a person chose.
pub fn chosen(line: &str) -> String {
    format!("Chosen: {line}")
}
/// The button that goes back to the newest.
pub const FOLLOW: &str = "Follow the newest";
/// The search field.
pub const SEARCH: &str = "Path or Correlation-Id";
/// A filter.
pub const METHOD: &str = "Method";
/// A filter.
pub const STATUS: &str = "Status";
/// A filter's first choice.
pub const ANY_METHOD: &str = "Method: any";
/// A filter's first choice.
pub const ANY_STATUS: &str = "Status: any";
/// The methods that there are.
pub const METHODS: [Method; 3] = [Method::Get, Method::Put, Method::Post];
/// The classes that there are.
pub const CLASSES: [Class; 5] = [Class::Good, Class::Refused, Class::Failed, Class::Odd, Class::NoAnswer];
/// A class's word.
pub const fn class(class: Class) -> &'static str {
    match class {
        Class::Good => "2xx",
        Class::Refused => "4xx",
        Class::Failed => "5xx",
        Class::Odd => "other",
        Class::NoAnswer => "no answer",
    }
}
/// How many match.
pub fn matching(locale: &dyn Locale, matching: usize, all: usize) -> String {
    match (matching, all) {
        (_, 0) => super::response::NONE.to_owned(),
        (0, _) => format!("None of {} matches.", locale.number(all as u64)),
        (1, _) => format!("1 of {} matches.", locale.number(all as u64)),
        _ => format!("{} of {} match.", locale.number(matching as u64), locale.number(all as u64)),
    }
}
/// What is asked for where it is the environment itself.
pub const ENVIRONMENT: &str = "environment";
/// How long one took.
pub fn took(locale: &dyn Locale, millis: u64) -> String {
    format!("{} ms", locale.number(millis))
}
/// A request that was sent before.
pub fn again(attempt: u32) -> String {
    format!("attempt {attempt}")
}
/// The button.
pub const COPY: &str = "Copy exchange";
/// The button.
pub fn copy_all(matching: &str) -> String {
    format!("Copy all {matching} that match")
}
/// The button.
pub const SAVE_HAR: &str = "Save as HAR";
/// What that is for.
pub const ABOUT_HAR: &str = "The HAR file has the requests that the list shows, without names, addresses, numbers and IDs: it can be sent to others.";
/// The checkbox.
pub const WITH_PEOPLE: &str = "Include personal data";
/// Beside it.
pub const WITHOUT_PEOPLE: &str =
    "Copies have placeholders for names, addresses and phone numbers. Ticked, this one copy has them.";
/// Under a body that is longer.
pub fn cut(size: &str) -> String {
    format!("The beginning of {size} bytes. The rest was not kept.")
}
