//! The page and the custom element `<pingone-mfa>`. This file declares the layers; `element.rs` and `rest.rs` connect
//! them.
//!
//! `platform` implements the ports of the client and the core in the browser, `state` has the application state and
//! the actions that change it, and `view` renders it. `state` and `platform` don't depend on each other.

#[cfg(target_arch = "wasm32")]
mod platform;

pub mod state;
pub mod view;

#[cfg(target_arch = "wasm32")]
pub use element::{Widget, mount};

#[cfg(target_arch = "wasm32")]
mod element;

#[cfg(target_arch = "wasm32")]
mod rest;

#[cfg(all(target_arch = "wasm32", feature = "demo"))]
mod demo;
