//! The engine's only loop: asks a work for its next step, sends what the pacer permits, and hands every answer back.

use std::cell::RefCell;
use std::future::Future;

use futures::channel::mpsc::UnboundedReceiver;
use futures::future::{Fuse, FusedFuture, FutureExt, LocalBoxFuture};
use futures::select_biased;
use futures::stream::{FuturesUnordered, StreamExt};

use crate::connection::Connection;
use crate::fault::Fault;
use crate::pacer::{Grant, Priority};
use crate::request::Kind;
use crate::time::Instant;

/// What a work wants to do next; returned by [`Work::next`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step<J> {
    /// Start this job once the pacer permits it. The job hasn't begun until [`Event::Started`] is applied.
    Start(J),
    /// Nothing to start before this time (monotonic clock), unless an event arrives.
    WaitUntil(Instant),
    /// Nothing to start until an event arrives.
    Idle,
    /// The work is finished and starts nothing more.
    Done,
}

/// An event that a work reacts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<J, A> {
    /// The job was started; its request was sent.
    Started(J),
    /// The job was answered, or it failed with a fault.
    Answered(J, Result<A, Fault>),
    /// A person's command, or news from the environment.
    Command(Command),
}

/// A command for a work in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Continue after a pause or a fault.
    Resume,
    /// Continue after a planned pause, without the planned pauses that would follow.
    ResumeWithoutSteps,
    /// Start nothing more; wait only for what is in flight.
    Stop,
    /// Start nothing until [`Command::Resume`].
    Pause,
    /// Start nothing until [`Command::Resume`], not even with a new token: the run was saved for another computer.
    HandOver,
    /// The computer slept: only the wall clock advanced meanwhile. This isn't a person's decision.
    Woke,
    /// A new token is in use from now on.
    Token {
        /// When the token expires, by [`Clock::now`](crate::clock::Clock::now); `None` if it doesn't say.
        until: Option<Instant>,
        /// The index of the token's owner in the list of the work's actors.
        actor: u8,
    },
}

/// The channel that delivers commands while a work is driven.
pub type Inbox = UnboundedReceiver<Command>;

/// A pure state machine: it decides and remembers, and has no side effects.
///
/// [`drive`] calls [`Work::next`], performs the job and reports back with [`Work::apply`].
pub trait Work {
    /// A job that the work can start.
    type Job: Clone;

    /// What a job returns if it succeeds.
    type Answer;

    /// The priority of this work's requests at the pacer.
    const PRIORITY: Priority;

    /// The ceiling that a job counts against; `None` for a job that sends nothing and isn't paced.
    fn kind(job: &Self::Job) -> Option<Kind>;

    /// The maximum number of jobs in flight.
    fn width(&self) -> u32 {
        1
    }

    /// The next step. The driver may call it any number of times: it changes nothing.
    fn next(&self, now: Instant) -> Step<Self::Job>;

    /// Updates the state after an event.
    fn apply(&mut self, event: Event<Self::Job, Self::Answer>, now: Instant);
}

/// Drives `work` until it is done and nothing is in flight.
///
/// `observe` is called with the work at most every [`crate::policy::Policy::publish_every`], and once at the end.
/// Dropping the future aborts what is in flight.
pub async fn drive<W, F>(
    work: &mut W,
    connection: &Connection,
    inbox: &mut Inbox,
    perform: impl Fn(W::Job) -> F,
    mut observe: impl FnMut(&mut W),
) where
    W: Work,
    F: Future<Output = Result<W::Answer, Fault>>,
{
    let clock = connection.clock();
    // Answers are collected here and not returned by the futures, so that one `FuturesUnordered` type in the program
    // serves every kind of work.
    let answers = RefCell::new(Vec::new());
    let mut flights: FuturesUnordered<LocalBoxFuture<'_, ()>> = FuturesUnordered::new();
    let mut publish_at = clock.now();
    let mut unpublished = false;
    let (mut sleep, mut sleeps_until) = (Fuse::terminated(), None);
    loop {
        let now = clock.now();
        let wake = match work.next(now) {
            Step::Done if flights.is_empty() => break,
            Step::Start(job) if flights.len() < work.width() as usize => match grant::<W>(connection, &job) {
                Grant::Now => {
                    work.apply(Event::Started(job.clone()), now);
                    let flight = perform(job.clone()).map(|answer| answers.borrow_mut().push((job, answer)));
                    flights.push(Box::pin(flight));
                    continue;
                }
                Grant::At(at) => Some(at),
            },
            Step::WaitUntil(at) => Some(at),
            Step::Start(_) | Step::Idle | Step::Done => None,
        };
        if unpublished && now >= publish_at {
            observe(work);
            publish_at = now + connection.policy().publish_every;
            unpublished = false;
        }
        let wake = wake.into_iter().chain(unpublished.then_some(publish_at)).min();
        // A timer isn't started anew for each answer.
        if wake != sleeps_until || sleep.is_terminated() {
            (sleep, sleeps_until) = (sleep_until(connection, wake), wake);
        }
        select_biased! {
            // A command takes precedence over an answer that arrives at the same time: after a stop nothing is started.
            command = inbox.select_next_some() => {
                work.apply(Event::Command(command), clock.now());
                // A computer that slept may have stopped the timer.
                sleep = Fuse::terminated();
                unpublished = true;
            }
            () = flights.select_next_some() => {
                for (job, answer) in answers.take() {
                    work.apply(Event::Answered(job, answer), clock.now());
                }
                unpublished = true;
            }
            () = sleep => {}
            // Nothing is in flight, the inbox is closed and no time is awaited: no event can arrive.
            complete => break,
        }
    }
    observe(work);
}

/// Whether a job may start now, or when.
fn grant<W: Work>(connection: &Connection, job: &W::Job) -> Grant {
    W::kind(job).map_or(Grant::Now, |kind| connection.ask(W::PRIORITY, kind))
}

fn sleep_until(connection: &Connection, wake: Option<Instant>) -> Fuse<LocalBoxFuture<'static, ()>> {
    wake.map_or_else(Fuse::terminated, |at| connection.clock().sleep_until(at).fuse())
}
