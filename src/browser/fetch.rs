//! Sends requests with the browser's `fetch`, and holds the access token. No other part of the program has it.

use std::cell::RefCell;
use std::rc::Rc;

use futures::future::{FutureExt, LocalBoxFuture};
use http::Method as HttpMethod;
use js_sys::Uint8Array;
use pingone::request::{Method, Request};
use pingone::token::Secret;
use pingone::transport::{BODY_LIMIT, Head, Response, Transport, TransportError};
use pingone_mfa_core::ports::TokenHolder;
use wasm_bindgen::JsCast;
use web_sys::{AbortController, AbortSignal, RequestMode, RequestRedirect};
use zeroize::Zeroizing;

use super::guarded_fetch::{self, Answer, send};
use super::panic;

/// The browser's `fetch`, with the access token.
#[derive(Default)]
pub(crate) struct FetchTransport {
    token: Rc<RefCell<Option<Secret>>>,
}

impl TokenHolder for FetchTransport {
    fn hold(&self, token: Secret) {
        self.token.replace(Some(token));
    }

    fn forget(&self) {
        self.token.replace(None);
    }
}

impl Transport for FetchTransport {
    fn send(&self, request: Request) -> LocalBoxFuture<'static, Result<Response, TransportError>> {
        let token = Rc::clone(&self.token);
        async move {
            // Dropped together with this future, and the drop aborts the request.
            let mut flight = Flight::new()?;
            let request = outgoing(&request, &token, &flight.controller.signal())?;
            let answer = send(request).await.ok_or(TransportError::Unreachable)?;
            let received = received(&answer).await;
            flight.has_landed = received.is_ok();
            received
        }
        .boxed_local()
    }
}

/// The fetch profile of every API request. Other headers are not allowed, because PingOne's preflight would refuse
/// them.
fn outgoing(
    request: &Request,
    token: &RefCell<Option<Secret>>,
    signal: &AbortSignal,
) -> Result<gloo_net::http::Request, TransportError> {
    if panic::has_happened() {
        return Err(TransportError::NoToken);
    }
    let token = token.borrow();
    let authorization =
        Zeroizing::new(format!("Bearer {}", token.as_ref().ok_or(TransportError::NoToken)?.expose()));
    let method = match request.method {
        Method::Get => HttpMethod::GET,
        Method::Post => HttpMethod::POST,
        Method::Put => HttpMethod::PUT,
    };
    let builder = guarded_fetch::request(request.endpoint.as_str(), RequestMode::Cors)
        .method(method)
        .redirect(RequestRedirect::Error)
        .abort_signal(Some(signal))
        .header("Accept", "application/json")
        .header("Authorization", &authorization);
    let built = match &request.body {
        Some(body) => {
            builder.header("Content-Type", "application/json").body(Uint8Array::from(body.as_slice()))
        }
        None => builder.build(),
    };
    built.map_err(|_| TransportError::Unreachable)
}

pub(super) async fn received(answer: &Answer) -> Result<Response, TransportError> {
    let correlation_id = answer.header("correlation-id");
    let head = Head::new(answer.status, correlation_id.as_deref());
    match body(answer).await {
        Ok(body) => Ok(Response { head, body }),
        Err(BodyEnd::Cut) => Err(TransportError::BodyCut(head)),
        Err(BodyEnd::TooLarge) => Err(TransportError::BodyTooLarge(head)),
    }
}

enum BodyEnd {
    Cut,
    TooLarge,
}

/// Reads the body as it arrives, up to the limit.
async fn body(answer: &Answer) -> Result<Vec<u8>, BodyEnd> {
    let mut body = Vec::new();
    let Some(reader) = answer.reader().map_err(|_| BodyEnd::Cut)? else { return Ok(body) };
    loop {
        let piece = reader.piece().await.ok_or(BodyEnd::Cut)?;
        if piece.done().is_ok_and(|done| done.is_truthy()) {
            return Ok(body);
        }
        let bytes: Uint8Array = piece.value().and_then(JsCast::dyn_into).map_err(|_| BodyEnd::Cut)?;
        let so_far = body.len();
        if so_far + bytes.length() as usize > BODY_LIMIT {
            return Err(BodyEnd::TooLarge);
        }
        body.resize(so_far + bytes.length() as usize, 0);
        bytes.copy_to(body.get_mut(so_far..).unwrap_or_default());
    }
}

/// A request in progress. `fetch` doesn't abort a request whose future is dropped.
struct Flight {
    controller: AbortController,
    has_landed: bool,
}

impl Flight {
    fn new() -> Result<Self, TransportError> {
        let controller = AbortController::new().map_err(|_| TransportError::Unreachable)?;
        Ok(Self { controller, has_landed: false })
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if !self.has_landed {
            self.controller.abort();
        }
    }
}
