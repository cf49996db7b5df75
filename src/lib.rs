//! The page and the custom element `<pingone-mfa>`. The map of its modules:
//!
//! - [`connect`]: the first file. The session, the connect form, and the ways to get a token.
//! - [`console`]: the second file. What a connected person sees and does, a folder per capability.
//! - [`ui`]: what knows nothing of PingOne.
//! - `browser`: the ports of the client and the core, in the browser. It doesn't know the page, and only `element.rs`
//!   and `split.rs` know it.

#[cfg(target_arch = "wasm32")]
mod browser;

pub mod announcement;
pub mod connect;
pub mod console;
pub mod mount_options;
pub mod ports;
pub mod text;
pub mod ui;

#[cfg(target_arch = "wasm32")]
pub use element::{Widget, mount};

#[cfg(target_arch = "wasm32")]
mod element;

#[cfg(target_arch = "wasm32")]
mod split;

#[cfg(all(target_arch = "wasm32", feature = "demo"))]
mod demo;
