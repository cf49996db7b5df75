//! The only loop: asks work for its next step, sends what the pacer permits, and hands every answer back.

use std::cell::RefCell;
use std::future::Future;

use futures::channel::mpsc::UnboundedReceiver;
use futures::future::{Fuse, FutureExt, LocalBoxFuture};
use futures::stream::{FuturesUnordered, StreamExt};
use futures::{pin_mut, select_biased};

use crate::api::request::Kind;
use crate::domain::fault::Fault;
use crate::domain::time::Millis;

use super::connection::Connection;
use super::pacer::{Grant, Priority};

/// What is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step<J> {
    /// Start this job, once the pacer permits it. Until [`Event::Started`] says so, it has not begun.
    Start(J),
    /// Nothing before then, unless an event comes.
    WaitUntil(Millis),
    /// Nothing, until an event comes.
    Idle,
    /// Nothing ever again.
    Done,
}

/// What has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<J, A> {
    /// The job has left.
    Started(J),
    /// The job has been answered, or is lost.
    Answered(J, Result<A, Fault>),
    /// A person decided.
    Command(Command),
}

/// What a person may decide about work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Go on after a fault.
    Resume,
    /// Start nothing more.
    Stop,
    /// Start nothing until [`Command::Resume`].
    Pause,
    /// Start nothing until [`Command::Resume`], also with another token: the run was saved for another computer.
    HandOver,
    /// Nobody's decision: this computer slept, and only the wall clock went on.
    Woke,
    /// There is another token, and this is when it ends, if it says so.
    Token {
        /// By the clock that [`Clock::now`](super::Clock::now) tells.
        until: Option<Millis>,
        /// Whose token it is: a place among those who acted in this work.
        actor: u8,
    },
}

/// The way in for commands while work is driven.
pub type Inbox = UnboundedReceiver<Command>;

/// A pure state machine: it decides and remembers, and touches nothing.
pub trait Work {
    /// What can be started.
    type Job: Clone;

    /// What a job answers.
    type Answer;

    /// Whether a person waits for it.
    const PRIORITY: Priority;

    /// Which ceiling a job counts against; `None` for one that sends nothing, which no pacer delays.
    fn kind(job: &Self::Job) -> Option<Kind>;

    /// How many jobs are in flight at most.
    fn width(&self) -> u32 {
        1
    }

    /// The next step. Asked as often as the driver likes: asking changes nothing.
    fn next(&self, now: Millis) -> Step<Self::Job>;

    /// Takes note of an event.
    fn apply(&mut self, event: Event<Self::Job, Self::Answer>, now: Millis);
}

/// Drives `work` until it is done and nothing is in flight. `observe` is called with the work at most every
/// [`super::policy::Policy::publish_every`], and once at the end. Dropping the future aborts what is in flight.
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
    // What comes back goes another way than the flights themselves, so that one set of flights in the program
    // serves every kind of work.
    let answers = RefCell::new(Vec::new());
    let mut flights: FuturesUnordered<LocalBoxFuture<'_, ()>> = FuturesUnordered::new();
    let mut publish_at = clock.now();
    let mut unpublished = false;
    loop {
        let now = clock.now();
        let wake = match work.next(now) {
            Step::Done if flights.is_empty() => break,
            Step::Start(job) if flights.len() < work.width() as usize => {
                let grant = W::kind(&job).map_or(Grant::Now, |kind| connection.ask(W::PRIORITY, kind));
                match grant {
                    Grant::Now => {
                        work.apply(Event::Started(job.clone()), now);
                        let flight = perform(job.clone());
                        let flight = flight.map(|answer| answers.borrow_mut().push((job, answer)));
                        flights.push(Box::pin(flight));
                        continue;
                    }
                    Grant::At(at) => Some(at),
                }
            }
            Step::WaitUntil(at) => Some(at),
            Step::Start(_) | Step::Idle | Step::Done => None,
        };
        if unpublished && now >= publish_at {
            observe(work);
            publish_at = now + connection.policy().publish_every;
            unpublished = false;
        }
        let wake = wake.into_iter().chain(unpublished.then_some(publish_at)).min();
        let sleep = sleep_until(connection, wake);
        pin_mut!(sleep);
        select_biased! {
            // What a person decided goes before an answer that came at the same time: after a stop nothing is started.
            command = inbox.select_next_some() => {
                work.apply(Event::Command(command), clock.now());
                unpublished = true;
            }
            () = flights.select_next_some() => {
                for (job, answer) in answers.take() {
                    work.apply(Event::Answered(job, answer), clock.now());
                }
                unpublished = true;
            }
            () = sleep => {}
            // Nothing is in flight, nobody can command and no time is awaited: nothing will ever happen.
            complete => break,
        }
    }
    observe(work);
}

fn sleep_until(connection: &Connection, wake: Option<Millis>) -> Fuse<LocalBoxFuture<'static, ()>> {
    wake.map_or_else(Fuse::terminated, |at| connection.clock().sleep_until(at).fuse())
}
