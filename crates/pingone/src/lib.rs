//! A client for the PingOne API, for browsers and for tests.
//!
//! A request is a value that implements [`request::Call`]: it builds its URL and body, and parses the answer.
//! [`connection::Connection`] sends calls through a [`transport::Transport`]. It paces them with one [`pacer::Pacer`],
//! retries what may succeed later, records each [`exchange::Exchange`] and turns every failure into a [`fault::Fault`].
//! Work of many requests is a state machine, [`driver::Work`]; [`driver::drive`] is the only loop.
//!
//! No request holds a token: the transport adds it last. Time comes from the port [`clock::Clock`], so a test waits an
//! hour in a millisecond. The crate only reads; its user defines the calls that write, with the permits they need.
//!
//! # Example
//!
//! ```
//! use std::rc::Rc;
//!
//! use futures::FutureExt;
//! use futures::future::{self, LocalBoxFuture};
//! use pingone::clock::Clock;
//! use pingone::connection::Connection;
//! use pingone::environment::EnvironmentId;
//! use pingone::policy::Policy;
//! use pingone::region::{RegionCode, Regions};
//! use pingone::request::{CountUsers, Request};
//! use pingone::tenant::Tenant;
//! use pingone::time::{Instant, Timestamp};
//! use pingone::transport::{Head, Response, Transport, TransportError};
//!
//! /// Answers each request with a page of a list. A real one sends it, with the token.
//! struct Canned;
//!
//! impl Transport for Canned {
//!     fn send(&self, request: Request) -> LocalBoxFuture<'static, Result<Response, TransportError>> {
//!         assert!(request.endpoint.as_str().starts_with("https://api.pingone.eu/v1/environments/"));
//!         let body = br#"{"_embedded":{"users":[]},"count":2}"#.to_vec();
//!         future::ready(Ok(Response { head: Head::new(200, None), body })).boxed_local()
//!     }
//! }
//!
//! /// A clock that stands still.
//! struct Noon;
//!
//! impl Clock for Noon {
//!     fn now(&self) -> Instant {
//!         Instant(0)
//!     }
//!
//!     fn wall(&self) -> Timestamp {
//!         Timestamp(1_793_491_200_000)
//!     }
//!
//!     fn sleep_until(&self, _: Instant) -> LocalBoxFuture<'static, ()> {
//!         future::ready(()).boxed_local()
//!     }
//! }
//!
//! let region = Regions::default().get(&RegionCode("EU".into())).cloned().ok_or("no region")?;
//! let tenant = Tenant { region, environment: EnvironmentId("0b410000-0000-4000-8000-000000000001".parse()?) };
//! let connection =
//!     Connection::new(tenant, Rc::new(Canned), Rc::new(Noon), Policy::default(), Rc::new(|_| {}), 1);
//! let users = futures::executor::block_on(connection.call(CountUsers))?;
//! assert_eq!(users, Some(2));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_docs)]

pub mod attempts;
pub mod bypass;
pub mod clock;
pub mod connection;
pub mod device;
pub mod driver;
pub mod endpoint;
pub mod environment;
pub mod exchange;
pub mod fault;
pub mod filter;
pub mod group;
pub mod json;
pub mod once;
pub mod pacer;
pub mod policy;
pub mod reader;
pub mod redaction;
pub mod region;
pub mod request;
pub mod retry;
pub mod role;
pub mod tenant;
pub mod time;
pub mod time_limit;
pub mod token;
pub mod transport;
pub mod user;
pub mod wire;
