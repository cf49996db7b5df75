//! The browser, behind the ports of the core. Nothing here decides.

pub(crate) mod clock;
pub(crate) mod fetch;
pub(crate) mod files;
pub(crate) mod host;
#[expect(dead_code, reason = "no part of the page asks for it yet")]
pub(crate) mod journal;
#[allow(dead_code, reason = "no part of the page asks for it yet")]
pub(crate) mod lease;
pub(crate) mod locale;
pub(crate) mod panic;
pub(crate) mod preferences;
