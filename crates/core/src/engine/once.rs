//! One call that a person waits for, retried where that may help.

use std::rc::Rc;

use crate::api::request::Kind;
use crate::domain::fault::Fault;
use crate::domain::time::Millis;

use super::driver::{Event, Step, Work};
use super::pacer::Priority;
use super::policy::Policy;
use super::retry::{Jitter, pause};

/// An idempotent call with retries, as a state machine.
///
/// The answer isn't kept here but by the `perform` function given to [`drive`](super::driver::drive), so that one
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
    Waiting { until: Millis },
    Sent,
    Done(Result<(), Fault>),
}

impl Once {
    /// Creates a call that hasn't been sent.
    #[must_use]
    pub fn new(kind: Kind, policy: Rc<Policy>, jitter: Jitter) -> Self {
        Self { kind, policy, jitter, attempts: 0, state: State::Waiting { until: Millis(0) } }
    }

    /// The result; `None` until the call is done.
    #[must_use]
    pub fn result(&self) -> Option<&Result<(), Fault>> {
        match &self.state {
            State::Done(result) => Some(result),
            State::Waiting { .. } | State::Sent => None,
        }
    }
}

impl Work for Once {
    type Job = Kind;
    type Answer = ();
    const PRIORITY: Priority = Priority::Single;

    fn kind(kind: &Kind) -> Option<Kind> {
        Some(*kind)
    }

    fn next(&self, now: Millis) -> Step<Kind> {
        match self.state {
            State::Waiting { until } if now < until => Step::WaitUntil(until),
            State::Waiting { .. } => Step::Start(self.kind),
            State::Sent => Step::Idle,
            State::Done(_) => Step::Done,
        }
    }

    fn apply(&mut self, event: Event<Kind, ()>, now: Millis) {
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
