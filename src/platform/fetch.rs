//! Sends requests by the browser's `fetch`, and holds the token: nothing else in the program has it.

use std::cell::RefCell;
use std::rc::Rc;

use futures::future::{FutureExt, LocalBoxFuture};
use gloo_net::http::RequestBuilder;
use http::Method as HttpMethod;
use js_sys::{Reflect, Uint8Array};
use pingone_mfa_core::api::request::{Method, Request};
use pingone_mfa_core::api::{BODY_LIMIT, Head, Lost, Response, Transport};
use pingone_mfa_core::domain::token::Secret;
use pingone_mfa_core::port::TokenHolder;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, AbortSignal, ReadableStreamDefaultReader, ReferrerPolicy, RequestCache,
    RequestCredentials, RequestMode, RequestRedirect,
};
use zeroize::Zeroizing;

use super::panic;

/// The browser's `fetch`, with the one token.
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
    fn send(&self, request: Request) -> LocalBoxFuture<'static, Result<Response, Lost>> {
        let token = Rc::clone(&self.token);
        async move {
            // Dropped with this future, and then it aborts the request.
            let mut flight = Flight::new()?;
            let request = outgoing(&request, &token, &flight.controller.signal())?;
            let response = request.send().await.map_err(|_| Lost::Unreachable)?;
            let received = received(&response).await;
            flight.has_landed = received.is_ok();
            received
        }
        .boxed_local()
    }
}

/// The fetch profile of every API call. No other header: PingOne's preflight would refuse it.
fn outgoing(
    request: &Request,
    token: &RefCell<Option<Secret>>,
    signal: &AbortSignal,
) -> Result<gloo_net::http::Request, Lost> {
    if panic::has_happened() {
        return Err(Lost::NoToken);
    }
    let token = token.borrow();
    let authorization = Zeroizing::new(format!("Bearer {}", token.as_ref().ok_or(Lost::NoToken)?.expose()));
    let method = match request.method {
        Method::Get => HttpMethod::GET,
        Method::Post => HttpMethod::POST,
        Method::Put => HttpMethod::PUT,
    };
    let builder = RequestBuilder::new(request.endpoint.as_str())
        .method(method)
        .mode(RequestMode::Cors)
        .credentials(RequestCredentials::Omit)
        .cache(RequestCache::NoStore)
        .redirect(RequestRedirect::Error)
        .referrer_policy(ReferrerPolicy::NoReferrer)
        .abort_signal(Some(signal))
        .header("Accept", "application/json")
        .header("Authorization", &authorization);
    let built = match &request.body {
        Some(body) => {
            builder.header("Content-Type", "application/json").body(Uint8Array::from(body.as_slice()))
        }
        None => builder.build(),
    };
    built.map_err(|_| Lost::Unreachable)
}

pub(super) async fn received(response: &gloo_net::http::Response) -> Result<Response, Lost> {
    let correlation_id = response.headers().get("correlation-id");
    let head = Head::new(response.status(), correlation_id.as_deref());
    match body(response).await {
        Ok(body) => Ok(Response { head, body }),
        Err(BodyEnd::Cut) => Err(Lost::BodyCut(head)),
        Err(BodyEnd::TooLarge) => Err(Lost::BodyTooLarge(head)),
    }
}

enum BodyEnd {
    Cut,
    TooLarge,
}

/// Reads the body as it arrives, and no further than the limit.
async fn body(response: &gloo_net::http::Response) -> Result<Vec<u8>, BodyEnd> {
    let Some(stream) = response.body() else { return Ok(Vec::new()) };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut body = Vec::new();
    loop {
        let chunk = JsFuture::from(reader.read()).await.map_err(|_| BodyEnd::Cut)?;
        if Reflect::get(&chunk, &"done".into()).is_ok_and(|done| done.is_truthy()) {
            return Ok(body);
        }
        let bytes = Reflect::get(&chunk, &"value".into()).map_err(|_| BodyEnd::Cut)?;
        let bytes: Uint8Array = bytes.dyn_into().map_err(|_| BodyEnd::Cut)?;
        if body.len() + bytes.length() as usize > BODY_LIMIT {
            return Err(BodyEnd::TooLarge);
        }
        body.extend_from_slice(&bytes.to_vec());
    }
}

/// A request on its way. gloo-net doesn't abort one whose future is dropped.
struct Flight {
    controller: AbortController,
    has_landed: bool,
}

impl Flight {
    fn new() -> Result<Self, Lost> {
        let controller = AbortController::new().map_err(|_| Lost::Unreachable)?;
        Ok(Self { controller, has_landed: false })
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if !self.has_landed {
            // Without a reason: gloo-net panics on a rejection that is no Error.
            self.controller.abort();
        }
    }
}
