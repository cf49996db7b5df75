//! The way to one tenant: everything that is sent to it is paced, timed and recorded here.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::channel::mpsc;
use futures::future::LocalBoxFuture;
use uuid::Uuid;

use crate::api::client::{self, ReadContext, Reader};
use crate::api::exchange::{self, Exchange};
use crate::api::request::{Call, Kind, Request, Subject};
use crate::api::{Response, Transport, TransportError};
use crate::domain::fault::Fault;
use crate::domain::tenant::Tenant;
use crate::domain::time::{PerSecond, Timestamp};

use super::Clock;
use super::attempts::Attempts;
use super::driver::drive;
use super::limit::within;
use super::once::Once;
use super::pacer::{Grant, Pacer, Priority};
use super::policy::Policy;
use super::retry::Jitter;

/// Takes note of every exchange.
pub type Recorder = Rc<dyn Fn(Exchange)>;

/// An answer, with what tells it from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered<T> {
    /// When it was complete, by the computer's clock.
    pub at: Timestamp,
    /// Its Correlation-Id, if it has one of the usual form.
    pub correlation_id: Option<Uuid>,
    /// What it says, or why it says nothing.
    pub result: Result<T, Fault>,
}

impl<T> Answered<T> {
    /// The same answer, understood in another way.
    #[must_use]
    pub fn map<S>(self, say: impl FnOnce(T) -> S) -> Answered<S> {
        Answered { at: self.at, correlation_id: self.correlation_id, result: self.result.map(say) }
    }
}

/// How often PingOne slowed a connection down, and when last.
type Slowed = (u32, Option<Timestamp>);

/// A tenant, the ports to reach it, and the pace that has been learned with it. Clones share the pace.
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
    /// A connection that has sent nothing. `token_end` is the token's own claim; `seed` makes the jitter of
    /// retries.
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

    /// The same connection, and its pace, with another token.
    #[must_use]
    pub fn with_token_expiry(&self, token_expires_at: Option<Timestamp>) -> Self {
        Self { token_expires_at, ..self.clone() }
    }

    /// The same connection, and its pace, whose exchanges are noted by another recorder.
    #[must_use]
    pub fn recorded_by(&self, recorder: Recorder) -> Self {
        Self { recorder, ..self.clone() }
    }

    /// Whom it leads to.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Its constants.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Its clock.
    #[must_use]
    pub fn clock(&self) -> &Rc<dyn Clock> {
        &self.clock
    }

    /// Where the jitter of its retries starts.
    #[must_use]
    pub fn jitter(&self) -> Jitter {
        Jitter::new(self.seed)
    }

    /// Whether a call may leave now.
    pub fn ask(&self, priority: Priority, kind: Kind) -> Grant {
        self.pacer.borrow_mut().ask(self.clock.now(), priority, kind)
    }

    /// Reads a second that may leave now, preflights counted.
    #[must_use]
    pub fn pace(&self) -> PerSecond {
        self.pacer.borrow().pace(Kind::Read)
    }

    /// What counts against this ceiling never leaves faster from now on, in work under way too.
    pub fn limit(&self, kind: Kind, ceiling: PerSecond) {
        self.pacer.borrow_mut().limit(kind, ceiling);
    }

    /// How often PingOne slowed everything down by saying 429, and when it last began to, by the computer's clock. Refusals
    /// in a storm, and those that follow before the pace rises again, are one slow-down. It counts from the connection's
    /// beginning and for all its clones: who asks for one run takes the difference. A 429 that the browser hides is
    /// slowed down for, but not counted, because nobody can tell it from a network that fails.
    #[must_use]
    pub fn slowed(&self) -> (u32, Option<Timestamp>) {
        self.slowed.get()
    }

    /// Makes a call for a person who waits: paced, sent, and repeated where that may help. A write only if writing the
    /// same twice is as good as once.
    pub async fn call<C: Call + Clone + 'static>(&self, call: C) -> Result<C::Answer, Fault>
    where
        C::Answer: 'static,
    {
        let answer = Rc::new(RefCell::new(None));
        let perform = |_| -> LocalBoxFuture<'static, Result<(), Fault>> {
            let (connection, call, answer) = (self.clone(), call.clone(), Rc::clone(&answer));
            Box::pin(async move {
                let read = connection.send(call).await?;
                answer.replace(Some(read));
                Ok(())
            })
        };
        let result = self.make_once(C::KIND, &perform).await;
        // A read that went well has left its answer.
        result.and_then(|()| answer.take().ok_or(Fault::TokenForgotten))
    }

    async fn make_once(
        &self,
        kind: Kind,
        perform: &dyn Fn(Kind) -> LocalBoxFuture<'static, Result<(), Fault>>,
    ) -> Result<(), Fault> {
        let mut once = Once::new(kind, Rc::clone(&self.policy), self.jitter());
        let (_, mut inbox) = mpsc::unbounded();
        drive(&mut once, self, &mut inbox, perform, |_| {}).await;
        // The driver ends only when the work is done.
        once.result().cloned().unwrap_or(Err(Fault::TokenForgotten))
    }

    /// Sends one call, once. The pacer has been asked before.
    pub async fn send<C: Call>(&self, call: C) -> Result<C::Answer, Fault> {
        self.note(call).await.result
    }

    /// Sends one call, once, and keeps what its answer is known by.
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
        // What was read without a fault is there.
        let result = result.and_then(|()| answer.ok_or(Fault::TokenForgotten));
        Answered { at, correlation_id, result }
    }

    /// What every call has in common. Not generic, so that the program has it once.
    async fn exchange(&self, request: Request, subject: Subject, read: &mut Reader<'_>) -> Answered<()> {
        let (began, at) = (self.clock.now(), self.clock.wall());
        let sent = self.transport.send(request.clone());
        let answer = within(&*self.clock, self.policy.timeout, sent).await.ok();
        let read = match &answer {
            Some(answer) => client::read(subject, answer, self.moment(), read),
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
