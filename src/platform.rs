//! The browser, behind the ports of the core. Nothing here decides.

pub(crate) mod clock;
pub(crate) mod collation;
pub(crate) mod embedder;
pub(crate) mod fetch;
pub(crate) mod files;
pub(crate) mod frame;
pub(crate) mod host;
pub(crate) mod journal;
pub(crate) mod lease;
pub(crate) mod locale;
pub(crate) mod panic;
pub(crate) mod preferences;
pub(crate) mod reach;
pub(crate) mod sign_in;
