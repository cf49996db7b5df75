//! The pace of runs on a virtual clock, against the sandbox's rate limits, as seen through a browser: every call has
//! a preflight, a host has at most six connections, and an answer without CORS headers can't be read.
#![allow(clippy::cast_precision_loss, reason = "a rate isn't an exact number")]

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use futures::channel::{mpsc, oneshot};
use futures::future::{FutureExt, LocalBoxFuture};
use http::Method;
use pingone::clock::Clock;
use pingone::connection::Connection;
use pingone::driver::{Command, drive};
use pingone::policy::Policy;
use pingone::policy::Rate;
use pingone::request::{Kind, Request};
use pingone::time::{Instant, Millis, PerSecond, Timestamp};
use pingone::transport::{Head, Response, Transport, TransportError};
use pingone_mfa_core::run::engine::{JobRunner, PauseReason, Run, RunStatus};
use pingone_mfa_core::run::plan::{Plan, PlannedPauses};
use pingone_mfa_core::run::ports::Journal;
use pingone_mfa_core::run::row::RowState;
use pingone_mfa_testkit::clock::VirtualClock;
use pingone_mfa_testkit::journal::MemoryJournal;
use pingone_mfa_testkit::plan::plan;
use pingone_mfa_testkit::stage::Stage;
use pingone_sandbox::{Behavior, ClientAddress, Fault, On, Rule, TokenSpec};

/// The number of connections to one host.
const CONNECTIONS: u32 = 6;

/// The ceilings of a deployment that permits much more than PingOne does.
const LIFTED: Rate = Rate { read: PerSecond(2000.0), write: PerSecond(2000.0), max: PerSecond(2000.0) };

/// A rate limit in requests per second that one address may use completely.
fn limit(rate: f64) -> Behavior {
    Behavior { rate: Some(rate), address_share: 1.0, preflights_count: false, ..Behavior::default() }
}

/// A simulated browser: preflights and a limited number of connections.
struct Browser {
    stage: Rc<Stage>,
    latency: Cell<Millis>,
    free: Cell<u32>,
    queue: RefCell<VecDeque<oneshot::Sender<()>>>,
}

impl Browser {
    fn in_front_of(stage: Rc<Stage>) -> Rc<Self> {
        let (latency, free) = (Cell::new(Millis(20)), Cell::new(CONNECTIONS));
        Rc::new(Self { stage, latency, free, queue: RefCell::default() })
    }

    /// Sends one request over one of the connections.
    async fn exchange(
        &self,
        method: Method,
        request: &Request,
        body: Vec<u8>,
    ) -> Option<http::Response<Vec<u8>>> {
        if self.free.get() == 0 {
            let (sender, receiver) = oneshot::channel();
            self.queue.borrow_mut().push_back(sender);
            receiver.await.unwrap();
        } else {
            self.free.set(self.free.get() - 1);
        }
        let stage = &self.stage;
        let sent = http::Request::builder()
            .method(method)
            .uri(request.endpoint.as_str())
            .header("origin", "https://page.example")
            .header("access-control-request-method", request.method.to_string())
            .header("authorization", format!("Bearer {}", stage.token))
            .header("content-type", "application/json")
            .extension(ClientAddress("the page's".to_owned()))
            .body(body)
            .unwrap();
        let now = stage.clock.sandbox_time();
        let answer = stage.mount.sandbox.borrow_mut().handle(&sent, now).response;
        stage.clock.sleep_until(stage.clock.now() + self.latency.get()).await;
        match self.queue.borrow_mut().pop_front() {
            Some(next) => next.send(()).unwrap(),
            None => self.free.set(self.free.get() + 1),
        }
        answer.headers().contains_key("access-control-allow-origin").then_some(answer)
    }
}

struct Tab(Rc<Browser>);

impl Transport for Tab {
    fn send(&self, request: Request) -> LocalBoxFuture<'static, Result<Response, TransportError>> {
        let browser = Rc::clone(&self.0);
        async move {
            let preflight = browser.exchange(Method::OPTIONS, &request, vec![]).await;
            if !preflight.is_some_and(|answer| answer.status().is_success()) {
                return Err(TransportError::Unreachable);
            }
            let method = Method::from_bytes(request.method.to_string().as_bytes()).unwrap();
            let body = request.body.clone().unwrap_or_default();
            let answer = browser.exchange(method, &request, body).await.ok_or(TransportError::Unreachable)?;
            let head = Head { status: answer.status().as_u16(), correlation_id: None };
            Ok(Response { head, body: answer.into_body() })
        }
        .boxed_local()
    }
}

/// A run of many users, and what the sandbox saw of it.
struct Race {
    stage: Rc<Stage>,
    connection: Connection,
    run: RefCell<Option<Run>>,
}

impl Race {
    /// Creates a run of this many users whose MFA is off, with this behavior of the sandbox and these ceilings.
    fn of(users: usize, behavior: Behavior, rate: Rate) -> Self {
        // About a third of the sandbox's users have MFA off.
        let stage = Rc::new(Stage::new(u32::try_from(users * 4 + 40).unwrap(), &TokenSpec::default()));
        stage.mount.sandbox.borrow_mut().set_behavior(behavior).unwrap();
        let browser = Browser::in_front_of(Rc::clone(&stage));
        let connection = Connection::new(
            stage.connection.tenant().clone(),
            Rc::new(Tab(browser)),
            stage.clock.clone(),
            Policy::with_rate(rate),
            Rc::new(|_| {}),
            7,
        );
        let run = RefCell::new(None);
        let made = Self { stage, connection, run };
        let policy = Rc::new(made.connection.policy().clone());
        let plan = Rc::new(made.plan(users));
        made.run.replace(Some(Run::new(plan, policy, made.connection.jitter(), None)));
        made
    }

    fn plan(&self, users: usize) -> Plan {
        let mut plan = plan(&self.stage, PlannedPauses::default());
        plan.rows.truncate(users);
        assert_eq!(plan.rows.len(), users);
        plan
    }

    /// Drives the run to its end, together with `beside`. Nothing may pause it for a person,
    /// because the test doesn't resume it.
    fn run(&self, beside: impl Future<Output = ()> + 'static) -> Run {
        let mut run = self.run.take().unwrap();
        let connection = self.connection.clone();
        let clock: Rc<VirtualClock> = Rc::clone(&self.stage.clock);
        let job_runner = JobRunner {
            connection: Rc::new({
                let connection = connection.clone();
                move || Some(connection.clone())
            }),
            journal: Rc::new(MemoryJournal::new(&clock)) as Rc<dyn Journal>,
            name: "run".into(),
            clock: Rc::clone(&clock) as Rc<dyn Clock>,
            guard: Rc::default(),
        };
        let run = clock.run(async move {
            let (_sender, mut inbox) = mpsc::unbounded::<Command>();
            let observe = |run: &mut Run| {
                let status = run.status();
                let is_waiting =
                    matches!(&status, RunStatus::Paused(reason) if !matches!(reason, PauseReason::Failing { .. }));
                assert!(!is_waiting, "the run waits for a person: {status:?}");
            };
            let driven = drive(&mut run, &connection, &mut inbox, |job| job_runner.clone().run(job), observe);
            futures::future::select(
                driven.boxed_local(),
                beside.then(|()| futures::future::pending::<()>()).boxed_local(),
            )
            .await;
            run
        });
        assert_eq!(run.counts().of(RowState::Changed), run.counts().all(), "{:?}", run.counts());
        run
    }

    fn run_without_others(&self) -> Run {
        self.run(futures::future::pending())
    }

    /// Users changed per second between two times, in seconds after the first PUT.
    fn goodput(&self, from: f64, until: f64) -> f64 {
        let first = self.first();
        let sandbox = self.stage.mount.sandbox.borrow();
        let is_within = |at: i64| {
            let second = (at - first) as f64 / 1000.0;
            (from..until).contains(&second)
        };
        let good = sandbox.seen().iter().filter(|seen| seen.method == Method::PUT && seen.status == 200);
        good.filter(|seen| is_within(seen.at.0)).count() as f64 / (until - from)
    }

    /// The time of the first PUT in milliseconds.
    fn first(&self) -> i64 {
        let sandbox = self.stage.mount.sandbox.borrow();
        sandbox.seen().iter().find(|seen| seen.method == Method::PUT).unwrap().at.0
    }

    /// Seconds from the first PUT to the last answer.
    fn took(&self) -> f64 {
        let sandbox = self.stage.mount.sandbox.borrow();
        (sandbox.seen().last().unwrap().at.0 - self.first()) as f64 / 1000.0
    }

    /// The share of refused requests in those that count against the limit.
    fn refused(&self) -> f64 {
        let sandbox = self.stage.mount.sandbox.borrow();
        let preflights_count = sandbox.behavior().preflights_count;
        let counted = sandbox.seen().iter().filter(|seen| preflights_count || seen.method != Method::OPTIONS);
        let (refused, passed): (Vec<_>, Vec<_>) = counted.partition(|seen| seen.status == 429);
        refused.len() as f64 / (refused.len() + passed.len()) as f64
    }
}

/// Another client that sends evenly, this many requests per second, until `end`, and counts its refusals.
async fn other_client(stage: Rc<Stage>, per_second: u64, end: Instant, refused: Rc<Cell<u32>>) {
    let mut at = stage.clock.now();
    while stage.clock.now() < end {
        let environment = stage.mount.sandbox.borrow().environment_id();
        let sent = http::Request::get(format!("/v1/environments/{environment}"))
            .header("authorization", format!("Bearer {}", stage.token))
            .extension(ClientAddress("another's".to_owned()))
            .body(vec![])
            .unwrap();
        let now = stage.clock.sandbox_time();
        let status = stage.mount.sandbox.borrow_mut().handle(&sent, now).response.status();
        refused.set(refused.get() + u32::from(status.as_u16() == 429));
        at = at + Millis(1000 / per_second);
        stage.clock.sleep_until(at).await;
    }
}

/// Changes the rate limit at this time.
async fn change_limit(stage: &Stage, at: Instant, behavior: Behavior) {
    stage.clock.sleep_until(at).await;
    stage.mount.sandbox.borrow_mut().set_behavior(behavior).unwrap();
}

#[test]
fn a_limit_that_is_unknown_is_found_and_nearly_used_up() {
    for (behavior, possible, least, most) in [
        (limit(50.0), 50.0, 0.90, 0.02),
        (Behavior { retry_hints: true, ..limit(50.0) }, 50.0, 0.90, 0.02),
        (Behavior { cors_on_refusals: false, ..limit(50.0) }, 50.0, 0.75, 0.05),
        (Behavior { preflights_count: true, ..limit(50.0) }, 25.0, 0.90, 0.02),
        (Behavior { preflights_count: true, cors_on_refusals: false, ..limit(50.0) }, 25.0, 0.75, 0.05),
        (limit(17.5), 17.5, 0.90, 0.02),
    ] {
        let race = Race::of(3000, behavior.clone(), LIFTED);
        race.run_without_others();
        // The initial content of the bucket doesn't count for the pace.
        let part = (3000.0 - possible) / race.took() / possible;
        assert!(part >= least, "{part} of what is possible under {behavior:?}");
        assert!(race.refused() <= most, "{} refused under {behavior:?}", race.refused());
    }
}

#[test]
fn a_limit_that_falls_and_rises_is_followed_within_half_a_minute() {
    for (preflights_count, cors_on_refusals, users) in
        [(false, true, 50.0), (true, true, 25.0), (false, false, 50.0), (true, false, 25.0)]
    {
        let with = move |rate| Behavior { preflights_count, cors_on_refusals, ..limit(rate) };
        let race = Race::of(if preflights_count { 3200 } else { 6000 }, with(50.0), LIFTED);
        let stage = Rc::clone(&race.stage);
        race.run(async move {
            change_limit(&stage, Instant::seconds(30), with(5.0)).await;
            change_limit(&stage, Instant::seconds(90), with(50.0)).await;
        });
        let slow = users / 10.0;
        let (fallen, back) = (race.goodput(60.0, 90.0), race.goodput(115.0, 130.0));
        // If a refusal can't be read, the affected users are read to find the outcome.
        assert!((slow * 0.65..=slow * 1.05).contains(&fallen), "{fallen} users a second under the low limit");
        assert!(back >= users * 0.90, "{back} users a second when it has come back");
    }
}

#[test]
fn no_new_request_is_sent_within_the_retry_after_time() {
    let race = Race::of(600, Behavior { retry_hints: true, ..limit(20.0) }, LIFTED);
    race.run_without_others();
    let sandbox = race.stage.mount.sandbox.borrow();
    // The sandbox asks for a second. Requests sent before its refusal arrived are still on their way.
    let windows = sandbox.seen().iter().filter(|seen| seen.status == 429).map(|seen| seen.at.0);
    let windows: Vec<_> = windows.map(|at| at + 100..at + 1000).collect();
    assert!(!windows.is_empty(), "the limit was met");
    for seen in sandbox.seen() {
        assert!(!windows.iter().any(|window| window.contains(&seen.at.0)), "at {}", seen.at.0);
    }
}

#[test]
fn slow_downs_by_pingone_are_counted_with_the_time_of_the_last() {
    let race = Race::of(600, limit(50.0), LIFTED);
    assert_eq!(race.connection.slowed(), (0, None));
    race.run_without_others();
    let (times, last) = race.connection.slowed();
    let refusals = race.stage.mount.sandbox.borrow().seen().iter().filter(|seen| seen.status == 429).count();
    assert!((1..10).contains(&times) && (times as usize) < refusals, "{times} times by {refusals} refusals");
    assert!(last.is_some_and(|last| last > Timestamp(race.first()) && last <= race.stage.clock.wall()));

    let race = Race::of(600, Behavior { cors_on_refusals: false, ..limit(50.0) }, LIFTED);
    race.run_without_others();
    assert_eq!(race.connection.slowed(), (0, None), "the refusals couldn't be read");
}

/// The maximum number of requests in any second, preflights included, between two times of a race, in seconds.
fn most_a_second(race: &Race, from: i64, until: i64) -> usize {
    let began = race.first();
    let sandbox = race.stage.mount.sandbox.borrow();
    let times = sandbox.seen().iter().map(|seen| seen.at.0 - began);
    let times: Vec<i64> = times.filter(|at| (from * 1000..until * 1000).contains(at)).collect();
    let in_second = |from: &i64| times.iter().filter(|at| (*from..from + 1000).contains(*at)).count();
    times.iter().map(in_second).max().unwrap_or_default()
}

/// Covers the cases R10 and R11 of the faults.
#[test]
fn a_new_ceiling_applies_within_a_second_to_all_requests_of_a_run() {
    let most = PerSecond(200.0);
    let race = Race::of(900, Behavior::default(), Rate { read: most, write: most, max: most });
    // Some answers contradict the request, so that rows are read in between.
    let on = On { method: Some("PUT".into()), ..On::default() };
    let rule = Rule { on, share: 0.3, skip: 0, times: None, fault: Fault::OtherValue };
    race.stage.mount.sandbox.borrow_mut().add_fault(rule).unwrap();
    let connection = race.connection.clone();
    let stage = Rc::clone(&race.stage);
    let change = async move |second, ceiling| {
        stage.clock.sleep_until(Instant::seconds(second)).await;
        connection.limit(Kind::Write, PerSecond(ceiling));
    };
    race.run(async move {
        change(5, 10.0).await;
        change(25, 4.0).await;
        change(45, 100.0).await;
    });
    let most = |from, until| most_a_second(&race, from, until);
    assert!(most(1, 5) > 150, "{} before", most(1, 5));
    // A call that is sent some milliseconds late is made up for by the next one. Seconds are counted from the first
    // request, which arrives some milliseconds after the clock that schedules the changes of the ceiling began.
    assert!(most(6, 24) <= 11 && most(26, 44) <= 5, "{} and {}", most(6, 24), most(26, 44));
    assert!((80..=102).contains(&most(46, 60)), "{} after", most(46, 60));
}

#[test]
fn another_client_that_uses_most_of_the_license_is_not_disturbed() {
    let behavior = Behavior { preflights_count: true, ..limit(50.0) };
    let race = Race::of(600, behavior, Rate::default());
    let refused = Rc::new(Cell::new(0));
    let beside = other_client(Rc::clone(&race.stage), 35, Instant::seconds(110), Rc::clone(&refused));
    race.run(beside);
    assert_eq!((refused.get(), race.refused()), (0, 0.0));
    assert!(race.took() >= 110.0, "at 5 users a second the other was there to the end");
}
