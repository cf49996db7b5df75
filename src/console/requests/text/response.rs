//! Texts of the response panel.

use pingone::request::Method;

pub const NAME: &str = "Response";
pub const TYPED: &str = "Typed";
pub const RAW: &str = "Raw";
pub const CODE: &str = "Code";
pub const NONE: &str = "No requests yet.";
pub const NO_ANSWER: &str = "no response";
pub const STATUS: &str = "Status";
pub const DURATION: &str = "Duration";
pub const ATTEMPT: &str = "Attempt";
pub const CORRELATION_ID: &str = "Correlation-Id";
pub const AT: &str = "Sent";
pub const PROBLEM: &str = "Problem";
pub const REQUEST: &str = "Request";
pub const ANSWER: &str = "Response";
pub const KEPT: &str = "The last 200, in this page's memory. The token is never among them.";

/// What was requested, of which part.
pub fn what(method: Method, part: &str) -> String {
    // An ID at the end is that of the user.
    let part = if part.len() == 36 { "user" } else { part };
    format!("{method} {part}")
}

pub fn when(took: &str, at: &str) -> String {
    format!("{took} · {at}")
}
