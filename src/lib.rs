//! The page and custom element `<pingone-mfa>`: the map of the crate, and the one place where its layers are
//! wired together.
//!
//! `platform` is the browser behind the core's ports, `state` what is so and the verbs that change it, `view`
//! what is shown. `state` and `platform` don't know each other; only this file knows all three.

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
