//! The connection to one tenant: paces, times and records everything that is sent to it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::future::LocalBoxFuture;
use uuid::Uuid;

use crate::attempts::Attempts;
use crate::clock::Clock;
use crate::exchange::{self, Exchange};
use crate::fault::Fault;
use crate::pacer::{Grant, Pacer, Priority};
use crate::policy::Policy;
use crate::reader::{self, ReadContext, Reader};
use crate::request::{Call, Kind, Request, Subject};
use crate::retry::Jitter;
use crate::tenant::Tenant;
use crate::time::{PerSecond, Timestamp};
use crate::time_limit::within;
use crate::transport::{Response, Transport, TransportError};

/// A callback that records every exchange.
pub type Recorder = Rc<dyn Fn(Exchange)>;

/// An answer, with the facts that identify it in logs and reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered<T> {
    /// When the answer was complete, by the wall clock.
    pub at: Timestamp,
    /// Its Correlation-Id header, if it is a UUID.
    pub correlation_id: Option<Uuid>,
    /// The parsed answer, or the fault.
    pub result: Result<T, Fault>,
}

impl<T> Answered<T> {
    /// Converts the result with `say` and keeps the rest.
    #[must_use]
    pub fn map<S>(self, say: impl FnOnce(T) -> S) -> Answered<S> {
        Answered { at: self.at, correlation_id: self.correlation_id, result: self.result.map(say) }
    }
}

/// How often PingOne slowed a connection down, and when it last began to.
type Slowed = (u32, Option<Timestamp>);

/// A tenant, the ports to reach it, and the pace that was learned for it. Clones share the pace.
#[derive(Clone)]
pub struct Connection {
    tenant: Rc<Tenant>,
    transport: Rc<dyn Transport>,
    clock: Rc<dyn Clock>,
    policy: Rc<Policy>,
    pacer: Rc<RefCell<Pacer>>,
    attempts: Rc<RefCell<Attempts>>,
    slowed: Rc<Cell<Slowed>>,
    token_expires_at: Option<Timestamp>,
    recorder: Recorder,
    seed: u64,
}

impl Connection {
    /// Creates a connection that has sent nothing. `seed` seeds the jitter of retries. The token's expiry is set with
    /// [`Connection::with_token_expiry`].
    #[must_use]
    pub fn new(
        tenant: Tenant,
        transport: Rc<dyn Transport>,
        clock: Rc<dyn Clock>,
        policy: Policy,
        recorder: Recorder,
        seed: u64,
    ) -> Self {
        let pacer = Rc::new(RefCell::new(Pacer::new(&policy, clock.now())));
        let policy = Rc::new(policy);
        let slowed = Rc::default();
        Self {
            tenant: Rc::new(tenant),
            transport,
            clock,
            policy,
            pacer,
            attempts: Rc::default(),
            slowed,
            token_expires_at: None,
            recorder,
            seed,
        }
    }

    /// A copy that shares the pace, for a token with another expiry time.
    #[must_use]
    pub fn with_token_expiry(&self, token_expires_at: Option<Timestamp>) -> Self {
        Self { token_expires_at, ..self.clone() }
    }

    /// A copy that shares the pace and records its exchanges with `recorder`.
    #[must_use]
    pub fn recorded_by(&self, recorder: Recorder) -> Self {
        Self { recorder, ..self.clone() }
    }

    /// The tenant that requests are sent to.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// The constants of this connection.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) fn shared_policy(&self) -> Rc<Policy> {
        Rc::clone(&self.policy)
    }

    /// The clock that times and dates requests.
    #[must_use]
    pub fn clock(&self) -> &Rc<dyn Clock> {
        &self.clock
    }

    /// A new source of retry jitter, from the connection's seed.
    #[must_use]
    pub fn jitter(&self) -> Jitter {
        Jitter::new(self.seed)
    }

    /// Asks the pacer whether a call may be sent now.
    pub fn ask(&self, priority: Priority, kind: Kind) -> Grant {
        self.pacer.borrow_mut().ask(self.clock.now(), priority, kind)
    }

    /// The current pace for reads in requests per second, preflights included.
    #[must_use]
    pub fn pace(&self) -> PerSecond {
        self.pacer.borrow().pace(Kind::Read)
    }

    /// Sets the ceiling for this kind of call. It applies at once, also to work in progress.
    pub fn limit(&self, kind: Kind, ceiling: PerSecond) {
        self.pacer.borrow_mut().limit(kind, ceiling);
    }

    /// How often PingOne slowed this connection down with a 429, and when it last began to (wall clock).
    ///
    /// Several refusals at once, and those that follow before the pace rises again, count as one slow-down. The count
    /// covers the whole life of the connection and all its clones: for one run take the difference. A 429 that the
    /// browser hides slows the pace down but isn't counted, because it looks like a network failure.
    #[must_use]
    pub fn slowed(&self) -> (u32, Option<Timestamp>) {
        self.slowed.get()
    }

    /// Sends a call once, without a retry. The caller must have asked the pacer.
    pub async fn send<C: Call>(&self, call: C) -> Result<C::Answer, Fault> {
        self.note(call).await.result
    }

    /// Like [`Connection::send`], and also returns the time and the Correlation-Id of the answer.
    pub async fn note<C: Call>(&self, call: C) -> Answered<C::Answer> {
        let mut answer = None;
        let mut read = |body: &[u8]| {
            let read = call.read_body(&self.tenant, body)?;
            let facts = C::facts(&read);
            answer = Some(read);
            Ok(facts)
        };
        let exchange: LocalBoxFuture<'_, _> =
            Box::pin(self.exchange(call.request(&self.tenant), C::SUBJECT, &mut read));
        let Answered { at, correlation_id, result } = exchange.await;
        let result =
            result.and_then(|()| answer.ok_or(Fault::Internal("a body that was read left no answer")));
        Answered { at, correlation_id, result }
    }

    /// The part that all calls share. It isn't generic, so that the program contains it once.
    async fn exchange(&self, request: Request, subject: Subject, read: &mut Reader<'_>) -> Answered<()> {
        let (began, at) = (self.clock.now(), self.clock.wall());
        let sent = self.transport.send(request.clone());
        let answer = within(&*self.clock, self.policy.timeout, sent).await.ok();
        let read = match &answer {
            Some(answer) => reader::read(subject, answer, self.moment(), read),
            None => Err(Fault::Timeout { after: self.policy.timeout }),
        };
        if !matches!(answer, Some(Err(TransportError::NoToken))) {
            let fault = read.as_ref().err();
            if self.pacer.borrow_mut().answered(began, self.clock.now(), fault) {
                self.slowed.set((self.slowed.get().0.saturating_add(1), Some(self.clock.wall())));
            }
        }
        let attempt = self.attempts.borrow_mut().note(&request, read.as_ref().err());
        (self.recorder)(Exchange {
            at,
            took: began.until(self.clock.now()),
            request,
            attempt,
            answer: answer.as_ref().and_then(|answer| exchange::shown(subject, answer)),
            fault: read.as_ref().err().cloned(),
            facts: read.clone().unwrap_or_default(),
        });
        Answered {
            at: self.clock.wall(),
            correlation_id: correlation_id(answer.as_ref()),
            result: read.map(|_| ()),
        }
    }

    fn moment(&self) -> ReadContext {
        let now = self.clock.wall();
        ReadContext { now, token_expired: self.token_expires_at.is_some_and(|end| end <= now) }
    }
}

fn correlation_id(answer: Option<&Result<Response, TransportError>>) -> Option<Uuid> {
    let head = match answer? {
        Ok(response) => &response.head,
        Err(TransportError::BodyCut(head) | TransportError::BodyTooLarge(head)) => head,
        Err(TransportError::NoToken | TransportError::Unreachable) => return None,
    };
    Uuid::try_parse(head.correlation_id.as_deref()?).ok()
}
