//! The page in a real browser, against the sandbox on another origin, under the production headers.
//!
//! A [`World`] is one browser that remembers nothing, one sandbox and one page server. The sandbox lives in this
//! process, so a test asks it what really happened.

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
mod host;
mod nginx;
mod package;
mod page;
mod pool;
mod portal;
mod release;
mod road;
mod spelling;
mod traffic;
mod witness;
mod world;

pub use engine::Engine;
pub use host::Host;
pub use nginx::{Answer, Nginx};
pub use package::Installed;
pub use page::Page;
pub use portal::Portal;
pub use release::Release;
pub use road::{Mishap, Road};
pub use traffic::Load;
pub use witness::Witness;
pub use world::World;
