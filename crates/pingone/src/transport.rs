//! PingOne's API as plain values: requests that can be inspected before they are sent, and parsed answers. This module
//! has no timers and no browser code; a [`Transport`] sends the requests.

use futures::future::LocalBoxFuture;
use thiserror::Error;

use crate::redaction::secrets;
use crate::request::Request;

/// Maximum size of an answer's body in bytes. A page of 200 users has about 300 kB.
pub const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// Reason why a request has no complete answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TransportError {
    /// The request wasn't sent, because the page has no token.
    #[error("no token")]
    NoToken,
    /// The browser got no readable answer. Its only message is "Failed to fetch".
    #[error("unreachable")]
    Unreachable,
    /// The headers arrived, but the body was truncated.
    #[error("body cut")]
    BodyCut(Head),
    /// The body is larger than [`BODY_LIMIT`].
    #[error("body too large")]
    BodyTooLarge(Head),
}

/// An answer whose body arrived completely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Status and readable headers.
    pub head: Head,
    /// The raw body, at most [`BODY_LIMIT`] bytes.
    pub body: Vec<u8>,
}

/// Status and headers of an answer. CORS lets a page read no other header of PingOne's answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The HTTP status code of the answer.
    pub status: u16,
    /// The `Correlation-Id` header, redacted and shortened.
    pub correlation_id: Option<String>,
}

impl Head {
    /// Takes status and correlation ID as received, and redacts a token that something between PingOne
    /// and the page may have put there.
    #[must_use]
    pub fn new(status: u16, correlation_id: Option<&str>) -> Self {
        // An ID has 36 characters.
        Self { status, correlation_id: correlation_id.map(|id| secrets::brief(id, 100)) }
    }
}

/// Sends requests to PingOne. A [`Request`] has no token: the implementation adds it last, so that nothing the core
/// keeps or displays contains it.
///
/// Dropping the future aborts the request if possible; a request that was already sent may still be applied.
pub trait Transport {
    /// Sends the request and reads the complete answer, at most [`BODY_LIMIT`] bytes of it.
    fn send(&self, request: Request) -> LocalBoxFuture<'static, Result<Response, TransportError>>;
}
