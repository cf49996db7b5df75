//! One call that a person waits for, and that may be made twice without harm.

use std::rc::Rc;

use crate::api::request::Kind;
use crate::domain::fault::Fault;
use crate::domain::time::Millis;

use super::driver::{Event, Step, Work};
use super::pacer::Priority;
use super::policy::Policy;
use super::retry::{Jitter, pause};

/// A call, repeated where that may help. What it answers stays with whoever performs it, so that one machine in
/// the program serves every kind of call. A write belongs here only if writing the same twice is as good as once.
pub struct Once {
    kind: Kind,
    policy: Rc<Policy>,
    jitter: Jitter,
    made: u32,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Waiting { until: Millis },
    Sent,
    Done(Result<(), Fault>),
}

impl Once {
    /// A call that was not made yet.
    #[must_use]
    pub fn new(kind: Kind, policy: Rc<Policy>, jitter: Jitter) -> Self {
        Self { kind, policy, jitter, made: 0, state: State::Waiting { until: Millis(0) } }
    }

    /// What came of it; `None` before it is done.
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
                self.made += 1;
                self.state = State::Sent;
            }
            Event::Answered(_, Err(fault)) => {
                self.state = match pause(&self.policy, self.made, &fault, &mut self.jitter) {
                    Some(pause) => State::Waiting { until: now + pause },
                    None => State::Done(Err(fault)),
                };
            }
            Event::Answered(_, Ok(())) => self.state = State::Done(Ok(())),
            // Nobody holds the other end of this work's inbox.
            Event::Command(_) => {}
        }
    }
}
