//! Browser implementations of the ports of the client and the core. They contain no application logic.

pub(crate) mod clock;
pub(crate) mod collation;
pub(crate) mod embedder;
#[cfg_attr(feature = "demo", allow(dead_code, reason = "nothing is sent"))]
pub(crate) mod fetch;
pub(crate) mod files;
pub(crate) mod focus;
pub(crate) mod frame;
mod guarded_fetch;
pub(crate) mod host;
pub(crate) mod journal;
pub(crate) mod lease;
pub(crate) mod locale;
pub(crate) mod panic;
pub(crate) mod preferences;
pub(crate) mod reach;
#[cfg(feature = "demo")]
pub(crate) mod sandbox;
pub(crate) mod sign_in;

/// Sends requests and holds the token. The demo replaces it with a transport that sends nothing.
#[cfg(not(feature = "demo"))]
pub(crate) use fetch::FetchTransport as Carrier;
#[cfg(feature = "demo")]
pub(crate) use sandbox::SandboxTransport as Carrier;
