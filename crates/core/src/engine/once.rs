//! One read that a person waits for.

use std::rc::Rc;

use crate::api::request::Kind;
use crate::domain::fault::Fault;
use crate::domain::time::Millis;

use super::driver::{Event, Step, Work};
use super::pacer::Priority;
use super::policy::Policy;
use super::retry::{Jitter, pause};

/// A read, repeated where that may help. What it answers stays with whoever performs it, so that one machine in
/// the program serves every kind of read.
pub struct Once {
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
    /// A read that was not made yet.
    #[must_use]
    pub fn new(policy: Rc<Policy>, jitter: Jitter) -> Self {
        Self { policy, jitter, made: 0, state: State::Waiting { until: Millis(0) } }
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
    type Job = ();
    type Answer = ();
    const PRIORITY: Priority = Priority::Single;

    fn kind((): &()) -> Kind {
        Kind::Read
    }

    fn next(&self, now: Millis) -> Step<()> {
        match self.state {
            State::Waiting { until } if now < until => Step::WaitUntil(until),
            State::Waiting { .. } => Step::Start(()),
            State::Sent => Step::Idle,
            State::Done(_) => Step::Done,
        }
    }

    fn apply(&mut self, event: Event<(), ()>, now: Millis) {
        match event {
            Event::Started(()) => {
                self.made += 1;
                self.state = State::Sent;
            }
            Event::Answered((), Err(fault)) => {
                self.state = match pause(&self.policy, self.made, &fault, &mut self.jitter) {
                    Some(pause) => State::Waiting { until: now + pause },
                    None => State::Done(Err(fault)),
                };
            }
            Event::Answered((), Ok(())) => self.state = State::Done(Ok(())),
            // Nobody holds the other end of this work's inbox.
            Event::Command(_) => {}
        }
    }
}
