//! One call that a person waits for, retried where that may help.

use std::cell::RefCell;
use std::rc::Rc;

use futures::channel::mpsc;
use futures::future::LocalBoxFuture;

use crate::connection::Connection;
use crate::driver::{Event, Step, Work, drive};
use crate::fault::Fault;
use crate::pacer::Priority;
use crate::policy::Policy;
use crate::request::{Call, Kind};
use crate::retry::{Jitter, pause};
use crate::time::Instant;

/// An idempotent call with retries, as a state machine.
///
/// The answer isn't kept here but by the `perform` function given to [`drive`], so that one
/// type in the program serves every kind of call. Use it for a write only if the write is idempotent.
pub struct Once {
    kind: Kind,
    policy: Rc<Policy>,
    jitter: Jitter,
    attempts: u32,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Waiting { until: Instant },
    Sent,
    Done(Result<(), Fault>),
}

impl Once {
    /// Creates a call that hasn't been sent.
    #[must_use]
    pub fn new(kind: Kind, policy: Rc<Policy>, jitter: Jitter) -> Self {
        Self { kind, policy, jitter, attempts: 0, state: State::Waiting { until: Instant(0) } }
    }

    /// The result, after [`drive`] has returned, which it does only once the call is done.
    ///
    /// # Errors
    /// The fault that the call failed with, or [`Fault::Internal`] if the call isn't done.
    pub fn into_result(self) -> Result<(), Fault> {
        match self.state {
            State::Done(result) => result,
            State::Waiting { .. } | State::Sent => {
                Err(Fault::Internal("the driver returned before the call was done"))
            }
        }
    }
}

impl Connection {
    /// Makes a call that a person waits for: paced, sent, and retried where that may help. Use it for a write only if
    /// the write is idempotent.
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
        result.and_then(|()| answer.take().ok_or(Fault::Internal("a successful call stored no answer")))
    }

    async fn make_once(
        &self,
        kind: Kind,
        perform: &dyn Fn(Kind) -> LocalBoxFuture<'static, Result<(), Fault>>,
    ) -> Result<(), Fault> {
        let mut once = Once::new(kind, self.shared_policy(), self.jitter());
        let (_, mut inbox) = mpsc::unbounded();
        drive(&mut once, self, &mut inbox, perform, |_| {}).await;
        once.into_result()
    }
}

impl Work for Once {
    type Job = Kind;
    type Answer = ();
    const PRIORITY: Priority = Priority::Single;

    fn kind(kind: &Kind) -> Option<Kind> {
        Some(*kind)
    }

    fn next(&self, now: Instant) -> Step<Kind> {
        match self.state {
            State::Waiting { until } if now < until => Step::WaitUntil(until),
            State::Waiting { .. } => Step::Start(self.kind),
            State::Sent => Step::Idle,
            State::Done(_) => Step::Done,
        }
    }

    fn apply(&mut self, event: Event<Kind, ()>, now: Instant) {
        match event {
            Event::Started(_) => {
                self.attempts += 1;
                self.state = State::Sent;
            }
            Event::Answered(_, Err(fault)) => {
                self.state = match pause(&self.policy, self.attempts, &fault, &mut self.jitter) {
                    Some(pause) => State::Waiting { until: now + pause },
                    None => State::Done(Err(fault)),
                };
            }
            Event::Answered(_, Ok(())) => self.state = State::Done(Ok(())),
            // This work's inbox has no sender.
            Event::Command(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_is_left_unfinished_is_a_defect_and_not_a_forgotten_token() {
        let once = || Once::new(Kind::Read, Rc::new(Policy::default()), Jitter::new(1));
        assert!(matches!(once().into_result(), Err(Fault::Internal(_))));
        let mut done = once();
        done.apply(Event::Answered(Kind::Read, Ok(())), Instant(0));
        assert_eq!(done.into_result(), Ok(()));
    }
}
