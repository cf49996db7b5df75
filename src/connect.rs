//! The first file: the session, the connect form, and the ways to get a token.

pub mod console_views;
pub(crate) mod form;
pub(crate) mod live_regions;
pub mod page;
pub mod paste;
pub mod session;
#[cfg(not(feature = "demo"))]
pub(crate) mod sign_in;
// In the demo its own token stands in the place of signing in.
#[cfg(feature = "demo")]
#[path = "connect/demo_sign_in.rs"]
pub(crate) mod sign_in;
pub mod text;
pub mod title;
pub(crate) mod token_field;
