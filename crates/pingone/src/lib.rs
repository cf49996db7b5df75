//! A client for the PingOne API, for browsers and for tests.
//!
//! A request is a value that implements [`request::Call`]: it builds its URL and body, and parses the answer.
//! [`connection::Connection`] sends calls through a [`transport::Transport`]. It paces them with one [`pacer::Pacer`],
//! retries what may succeed later, records each [`exchange::Exchange`] and turns every failure into a [`fault::Fault`].
//! Work of many requests is a state machine, [`driver::Work`]; [`driver::drive`] is the only loop.
//!
//! No request holds a token: the transport adds it last. Time comes from the port [`clock::Clock`], so a test waits an
//! hour in a millisecond. The crate only reads; who uses it defines the calls that write, with the permits they need.

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
