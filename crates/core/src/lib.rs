//! What pingone-mfa decides, on top of the PingOne client in the crate `pingone`. Nothing here touches a browser.
//!
//! One capability is one module: [`directory`], [`import`], [`run`], [`diagnosis`], [`exchanges`], [`connect`],
//! [`sign_in`], [`embedding`], [`config`] and [`snippets`]. In this order a module may use those before it and none
//! after it; a test in `tests/imports.rs` checks that. [`slices`] and [`digits`] are used by several of them. Clocks,
//! network, storage and everything else of a browser are passed in through ports: [`ports`], [`run::ports`],
//! [`pingone::clock`] and [`pingone::transport`]. So every decision runs in a native test on a virtual clock.

#![warn(missing_docs)]

pub mod config;
pub mod connect;
pub mod diagnosis;
pub mod digits;
pub use pingone_mfa_directory as directory;
pub mod embedding;
pub mod exchanges;
pub mod import;
pub mod ports;
pub mod run;
pub mod sign_in;
pub mod slices;
pub mod snippets;
