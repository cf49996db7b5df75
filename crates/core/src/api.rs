//! PingOne's API as values: requests that can be looked at before they are sent, and answers that have been
//! read. No timers, no browser: sending is the [`Transport`]'s.

use futures::future::LocalBoxFuture;
use thiserror::Error;

use self::request::Request;

pub mod endpoint;

pub mod request;

mod json;

pub mod wire;

pub mod client;

pub mod exchange;

pub mod redaction;

pub mod personal;

pub mod claims;

pub mod sign_in;

pub mod frame;

pub mod config;

pub mod export;

pub mod snapshot;

mod part;

pub mod plan;

pub mod report;

/// The largest body that is read, in bytes: a page of 200 users has about 300 kB.
pub const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// Why there is no complete answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TransportError {
    /// There is no token to send.
    #[error("no token")]
    NoToken,
    /// The browser reports no more than "Failed to fetch".
    #[error("unreachable")]
    Unreachable,
    /// The headers came, the body did not end.
    #[error("body cut")]
    BodyCut(Head),
    /// The body is over [`BODY_LIMIT`].
    #[error("body too large")]
    BodyTooLarge(Head),
}

/// An answer whose body arrived whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Status and headers.
    pub head: Head,
    /// The body.
    pub body: Vec<u8>,
}

/// What an answer says before its body. PingOne lets a page read no other header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The HTTP status.
    pub status: u16,
    /// The `Correlation-Id` header.
    pub correlation_id: Option<String>,
}

impl Head {
    /// What arrived, without a token that something on the way may have put there.
    #[must_use]
    pub fn new(status: u16, correlation_id: Option<&str>) -> Self {
        // An id has 36 letters.
        Self { status, correlation_id: correlation_id.map(|id| redaction::brief(id, 100)) }
    }
}

/// Sends one request. The request carries no token: whoever implements this adds it last, so that everything
/// the core keeps or shows is free of it.
///
/// Dropping the future aborts the request as far as that is possible; what was sent may still be applied.
pub trait Transport {
    /// Sends the request and reads the whole answer, at most [`BODY_LIMIT`] bytes of it.
    fn send(&self, request: Request) -> LocalBoxFuture<'static, Result<Response, TransportError>>;
}
