//! Diagnoses a problem by sending reads, one at a time, through the connection's pacer.
//!
//! [`Evidence::next_question`] chooses each read, until no further read would tell one cause from
//! another. Nothing is ever written.

use std::cell::RefCell;

use futures::channel::mpsc;
use futures::future::{FutureExt, LocalBoxFuture};
use pingone::connection::Connection;
use pingone::driver::{Event, Step, Work, drive};
use pingone::endpoint::Endpoint;
use pingone::fault::Fault;
use pingone::pacer::Priority;
use pingone::request::{
    Call, CountUsers, Kind, ReadBypass, ReadDevices, ReadEnvironment, ReadFirstUser, ReadMfa, ReadMfaDefault,
    ReadPopulations, ReadProducts, ReadReport, ReadUser,
};
use pingone::time::{Instant, Timestamp};

use super::evidence::{Answer, Evidence, Operation, Question, Reach};

/// Tests whether the browser can reach an address at all: without a token and without a preflight.
pub trait NetworkProbe {
    /// Requests the page's own server and this address, and returns what could be reached.
    fn reach(&self, endpoint: &Endpoint) -> LocalBoxFuture<'static, Reach>;
}

/// The diagnosis as a state machine.
struct Search {
    evidence: Evidence,
    /// When the last answer arrived (monotonic clock).
    answered_at: Instant,
    is_waiting: bool,
}

impl Work for Search {
    type Job = Question;
    type Answer = (Timestamp, Result<Answer, Fault>);
    const PRIORITY: Priority = Priority::Single;

    fn kind(_: &Question) -> Option<Kind> {
        Some(Kind::Read)
    }

    fn next(&self, now: Instant) -> Step<Question> {
        if self.is_waiting {
            return Step::Idle;
        }
        match self.evidence.next_question() {
            None => Step::Done,
            Some((_, pause)) if now < self.answered_at + pause => Step::WaitUntil(self.answered_at + pause),
            Some((ask, _)) => Step::Start(ask),
        }
    }

    fn apply(&mut self, event: Event<Question, Self::Answer>, now: Instant) {
        match event {
            Event::Started(_) => self.is_waiting = true,
            Event::Answered(ask, answer) => {
                self.is_waiting = false;
                self.answered_at = now;
                // `perform` always returns `Ok` with the result inside, so a fault reaches the evidence too.
                if let Ok((at, reply)) = answer {
                    self.evidence.learn(ask, reply, at);
                }
            }
            // This work's inbox has no sender.
            Event::Command(_) => {}
        }
    }
}

/// Sends reads until nothing more would tell one cause from another. `observe` is called
/// with the evidence whenever it grows.
pub async fn search(
    evidence: Evidence,
    connection: &Connection,
    reaching: &dyn NetworkProbe,
    observe: impl Fn(&Evidence),
) -> Evidence {
    let mut search = Search { evidence, answered_at: connection.clock().now(), is_waiting: false };
    let (_, mut inbox) = mpsc::unbounded();
    let seen = RefCell::new(None);
    let perform = |ask| {
        let pending_reply = ask_for(ask, connection, reaching);
        async move {
            let reply = pending_reply.await;
            Ok((connection.clock().wall(), reply))
        }
    };
    let show = |search: &mut Search| {
        if seen.borrow().as_ref() != Some(&search.evidence) {
            seen.replace(Some(search.evidence.clone()));
            observe(&search.evidence);
        }
    };
    drive(&mut search, connection, &mut inbox, perform, show).await;
    search.evidence
}

fn ask_for<'a>(
    ask: Question,
    connection: &'a Connection,
    reaching: &'a dyn NetworkProbe,
) -> LocalBoxFuture<'a, Result<Answer, Fault>> {
    async move {
        Ok(match ask {
            Question::Reach(operation) => {
                Answer::Reach(reaching.reach(&address_of(operation, connection)).await)
            }
            Question::Environment => Answer::Environment(connection.send(ReadEnvironment).await?),
            Question::Users => Answer::Users(connection.send(ReadFirstUser).await?),
            Question::User(user) => Answer::User(Box::new(connection.send(ReadUser(user)).await?)),
            Question::Flag(user) => Answer::Flag(connection.send(ReadMfa(user)).await?.enabled),
            Question::Populations => {
                connection.send(ReadPopulations { cursor: None }).await?;
                Answer::Populations
            }
            Question::Settings => {
                connection.send(ReadMfaDefault).await?;
                Answer::Settings
            }
            Question::Products => Answer::Products(connection.send(ReadProducts).await?),
            Question::Devices(user) => Answer::Devices(connection.send(ReadDevices(user)).await?),
            Question::Bypass(user) => Answer::Bypass(connection.send(ReadBypass(user)).await?),
        })
    }
    .boxed_local()
}

/// The address of the failed operation. A write isn't repeated: its address is requested with a plain GET.
fn address_of(operation: Operation, connection: &Connection) -> Endpoint {
    let tenant = connection.tenant();
    let request = match operation {
        Operation::Connect | Operation::ChangeFlag(None) => ReadEnvironment.request(tenant),
        Operation::ReadUsers | Operation::FilterUsers => CountUsers.request(tenant),
        Operation::ReadUser(user) => ReadUser(user).request(tenant),
        Operation::ReadFlag(user) | Operation::ChangeFlag(Some(user)) => ReadMfa(user).request(tenant),
        Operation::ReadDevices(user) => ReadDevices(user).request(tenant),
        Operation::ReadReport => ReadReport::New.request(tenant),
        Operation::AllowBypass(user) => ReadBypass(user).request(tenant),
    };
    request.endpoint
}
