//! Harness for the end-to-end tests: the page in a real browser, against the sandbox on another
//! origin, under the production headers.
//!
//! A [`World`] owns a browser without stored data, a sandbox and a page server. The sandbox runs in this process, so
//! a test can query its true state.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "all of this crate is test"
)]

mod browser;
mod display;
mod driver;
mod engine;
mod fault_proxy;
mod gallery;
mod host;
mod measures;
mod nginx;
mod package;
mod page;
mod pool;
mod portal;
mod release;
mod spelling;
mod traffic;
mod traffic_log;
mod world;

pub use engine::Engine;
pub use fault_proxy::{FaultProxy, ProxyFault};
pub use gallery::{Display, Gallery};
pub use host::Host;
pub use nginx::{Answer, Nginx};
pub use package::Installed;
pub use page::Page;
pub use portal::Portal;
pub use release::Release;
pub use traffic::Load;
pub use traffic_log::TrafficLog;
pub use world::World;
