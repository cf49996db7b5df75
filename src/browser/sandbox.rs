//! The demo's transport: a sandbox that imitates PingOne in the page's memory. It sends nothing.

use std::cell::RefCell;
use std::rc::Rc;

use futures::future::{FutureExt, LocalBoxFuture};
use gloo_timers::future::TimeoutFuture;
use js_sys::Date;
use pingone::request::{Method, Request};
use pingone::token::Secret;
use pingone::transport::{Head, Response, Transport, TransportError};
use pingone_mfa_core::ports::TokenHolder;
use pingone_sandbox::{
    EnvironmentKind, Populations, Sandbox, Seed, Timestamp, TokenSpec, readable_correlation_id,
};
use zeroize::Zeroizing;

use super::panic;

/// API address of the sandbox. No name under `.invalid` resolves (RFC 2606).
pub(crate) const API_BASE: &str = "https://api.demo.invalid/v1";
/// Address of its authorization server.
pub(crate) const AUTH_BASE: &str = "https://auth.demo.invalid";

/// Enough users for meaningful filters, counts and runs.
const USERS: u32 = 250;

/// Latency of a request and of a response, each about as long as PingOne's.
const WAY_MILLIS: u32 = 40;

/// The sandbox with its access token. Reloading the page resets it.
#[derive(Clone)]
pub(crate) struct SandboxTransport {
    token: Rc<RefCell<Option<Secret>>>,
    sandbox: Rc<RefCell<Sandbox>>,
}

impl Default for SandboxTransport {
    fn default() -> Self {
        let sandbox = Sandbox::new(Seed {
            users: USERS,
            seed: 1,
            api_base: API_BASE.to_owned(),
            auth_base: AUTH_BASE.to_owned(),
            kind: EnvironmentKind::Sandbox,
            populations: Populations::Usual,
        });
        Self { token: Rc::default(), sandbox: Rc::new(RefCell::new(sandbox)) }
    }
}

impl SandboxTransport {
    /// A token that only the sandbox accepts.
    pub(crate) fn issue_token(&self) -> Zeroizing<String> {
        Zeroizing::new(self.sandbox.borrow_mut().issue_token(&TokenSpec::default(), now()))
    }

    fn answer(&self, request: &Request) -> Result<Response, TransportError> {
        if panic::has_happened() {
            return Err(TransportError::NoToken);
        }
        let asked = self.outgoing(request)?;
        let answer = self.sandbox.borrow_mut().handle(&asked, now()).response;
        let correlation_id = readable_correlation_id(&answer).map(str::to_owned);
        let head = Head { status: answer.status().as_u16(), correlation_id };
        Ok(Response { head, body: answer.into_body() })
    }

    fn outgoing(&self, request: &Request) -> Result<http::Request<Vec<u8>>, TransportError> {
        let token = self.token.borrow();
        let token = token.as_ref().ok_or(TransportError::NoToken)?;
        let authorization = Zeroizing::new(format!("Bearer {}", token.expose()));
        let method = match request.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
        };
        http::Request::builder()
            .method(method)
            .uri(request.endpoint.as_str())
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .header("authorization", authorization.as_str())
            .body(request.body.clone().unwrap_or_default())
            .map_err(|_| TransportError::Unreachable)
    }
}

impl TokenHolder for SandboxTransport {
    fn hold(&self, token: Secret) {
        self.token.replace(Some(token));
    }

    fn forget(&self) {
        self.token.replace(None);
    }
}

impl Transport for SandboxTransport {
    fn send(&self, request: Request) -> LocalBoxFuture<'static, Result<Response, TransportError>> {
        let this = self.clone();
        async move {
            TimeoutFuture::new(WAY_MILLIS).await;
            let answer = this.answer(&request);
            TimeoutFuture::new(WAY_MILLIS).await;
            answer
        }
        .boxed_local()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "browser times are below 2^53 ms")]
fn now() -> Timestamp {
    Timestamp(Date::now() as i64)
}
