//! Texts of the response panel.

pub const NAME: &str = "Response";
pub const TYPED: &str = "Typed";
pub const RAW: &str = "Raw";
pub const CODE: &str = "Code";
pub const NONE: &str = "Nothing was sent yet.";
pub const NO_ANSWER: &str = "no answer";
pub const STATUS: &str = "Status";
pub const DURATION: &str = "Duration";
pub const ATTEMPT: &str = "Attempt";
pub const CORRELATION_ID: &str = "Correlation-Id";
pub const AT: &str = "Sent";
pub const PROBLEM: &str = "Problem";
pub const REQUEST: &str = "Request";
pub const ANSWER: &str = "Answer";
pub const KEPT: &str = "The last 200, in this page's memory. The token is never among them.";
