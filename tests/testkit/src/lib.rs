//! What the tests of several packages need.
//!
//! - [`tenant`]: seeds of sandboxes, and the tenant that a connection is made for.
//! - [`client`]: a sandbox with a client that sends HTTP requests to it.
//! - [`clock`]: a virtual clock. [`transport`]: the sandbox behind the client's port, on that clock.
//! - [`stage`]: a tenant with a clock, a transport and a connection; [`plan`]: a plan for its users,
//!   [`change`]: the change of one.
//! - [`journal`]: a journal in memory. [`user`]: users as the page has loaded them.
//! - [`random`]: reproducible random numbers.
//!
//! Only integration tests and the packages in `tests` may use it: in a unit test of `pingone`, `pingone-mfa-core` or
//! `pingone-sandbox` its types would belong to a second copy of the crate under test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "all of this is test"
)]

pub mod change;
pub mod client;
pub mod clock;
pub mod journal;
pub mod plan;
pub mod random;
pub mod stage;
pub mod tenant;
pub mod transport;
pub mod user;
