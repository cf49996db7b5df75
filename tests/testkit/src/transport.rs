//! The sandbox's pure core behind the client's transport port.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use futures::future::{FutureExt, LocalBoxFuture};
use pingone::clock::Clock;
use pingone::request::Request;
use pingone::time::Millis;
use pingone::transport::{Head, Response, Transport, TransportError};
use pingone_sandbox::{Sandbox, readable_correlation_id};
use uuid::Uuid;

use crate::clock::VirtualClock;

/// A request as it reaches PingOne, with this token.
pub fn authorized(request: Request, token: &str) -> http::Request<Vec<u8>> {
    http::Request::builder()
        .method(request.method.to_string().as_str())
        .uri(request.endpoint.as_str())
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(request.body.unwrap_or_default())
        .unwrap()
}

/// The part of an answer that a page may read.
pub fn readable(answer: http::Response<Vec<u8>>) -> Response {
    let head = Head::new(answer.status().as_u16(), readable_correlation_id(&answer));
    Response { head, body: answer.into_body() }
}

/// What happens to a request on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Answered,
    NeverArrives,
    /// The request arrives, and its answer is lost.
    Unconfirmed,
    /// The request arrives, and no answer ever comes.
    Silence,
    /// Something other than PingOne answers, with this status and without PingOne's body.
    Status(u16),
}

/// The sandbox behind the transport port, with a latency of 20 ms.
pub struct Mount {
    pub sandbox: Rc<RefCell<Sandbox>>,
    /// The fates of the next requests, in order; all later ones are answered.
    pub fates: RefCell<VecDeque<Fate>>,
    /// Every request for this user meets [`Mount::poison`].
    pub poisoned: Cell<Option<Uuid>>,
    /// The fate of requests for the poisoned user; a 500 by default.
    pub poison: Cell<Fate>,
    /// The token that is added to every request.
    pub held: RefCell<String>,
    clock: Rc<VirtualClock>,
}

impl Mount {
    /// Puts a sandbox behind the port; `token` is added to every request.
    pub fn new(sandbox: Sandbox, token: String, clock: &Rc<VirtualClock>) -> Self {
        Self {
            sandbox: Rc::new(RefCell::new(sandbox)),
            fates: RefCell::default(),
            poisoned: Cell::default(),
            poison: Cell::new(Fate::Status(500)),
            held: RefCell::new(token),
            clock: Rc::clone(clock),
        }
    }
}

impl Transport for Mount {
    fn send(&self, request: Request) -> LocalBoxFuture<'static, Result<Response, TransportError>> {
        let fate = self.fates.borrow_mut().pop_front().unwrap_or(Fate::Answered);
        let is_poisoned =
            self.poisoned.get().is_some_and(|user| request.endpoint.as_str().contains(&user.to_string()));
        let fate = if is_poisoned { self.poison.get() } else { fate };
        let (sandbox, clock) = (Rc::clone(&self.sandbox), Rc::clone(&self.clock));
        let sent = authorized(request, &self.held.borrow());
        async move {
            clock.sleep_until(clock.now() + Millis(20)).await;
            if fate == Fate::NeverArrives {
                return Err(TransportError::Unreachable);
            }
            if let Fate::Status(status) = fate {
                return Ok(Response { head: Head { status, correlation_id: None }, body: Vec::new() });
            }
            let answer = sandbox.borrow_mut().handle(&sent, clock.sandbox_time()).response;
            match fate {
                Fate::Unconfirmed => Err(TransportError::Unreachable),
                Fate::Silence => std::future::pending().await,
                Fate::Answered | Fate::NeverArrives | Fate::Status(_) => Ok(readable(answer)),
            }
        }
        .boxed_local()
    }
}
