//! The tenant and the network in between, with all faults. A request that was sent arrives even if its sender is gone.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::rc::Rc;

use futures::future::{FutureExt, LocalBoxFuture, pending};
use pingone::clock::Clock;
use pingone::request::{Method, Request};
use pingone::time::{Instant, Millis, Timestamp};
use pingone::transport::{Head, Response, Transport, TransportError};
use pingone_mfa_testkit::clock::VirtualClock;
use pingone_mfa_testkit::random::Dice;
use pingone_mfa_testkit::tenant;
use pingone_mfa_testkit::transport::{authorized, readable};
use pingone_sandbox::{BackgroundChange, Behavior, Fault, On, Rule, Sandbox, TokenSpec};
use uuid::Uuid;

use crate::scenario::{Scenario, Trouble};

/// Maximum time in ms until a PUT arrives or is processed. It is shorter than the settle window: no client could
/// detect a change that comes later.
const MAX_DELAY: u64 = 28_000;

/// Time after which the sender of a request times out.
const TIMEOUT: Millis = Millis::seconds(15);

/// A request that was sent and not yet answered.
struct Flight {
    request: http::Request<Vec<u8>>,
    fault: Option<Fault>,
    /// A response that replaces the sandbox's.
    replacement: Option<(u16, Vec<u8>)>,
    /// Whether the request reaches the sandbox.
    is_processed: bool,
    number: u64,
}

/// How the response of a request arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Delivery {
    Whole,
    Cut,
    TransportError,
    Never,
}

/// What the current page may do, and what it did.
#[derive(Default)]
pub struct Life {
    /// Users who must be read before any user is written.
    must_read: HashSet<Uuid>,
    /// When each user was first read, and whether that request has finished.
    reads: HashMap<Uuid, (Instant, bool)>,
    /// Whether nothing may be sent any more.
    pub is_stopped: bool,
    /// Number of 401s per token, by the token's index.
    refused: HashMap<usize, u32>,
    /// Maximum number of requests in flight.
    pub max_in_flight: u32,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Number of PUTs that were sent.
    pub puts: u64,
    /// Number of GETs that were sent.
    pub gets: u64,
    /// Number of responses with status 401.
    pub unauthorized: u64,
}

/// Everything outside the page.
pub struct World {
    /// The virtual clock of the run.
    pub clock: Rc<VirtualClock>,
    pub sandbox: RefCell<Sandbox>,
    /// The source of random numbers.
    pub dice: RefCell<Dice>,
    /// What happens during the run.
    pub scenario: RefCell<Scenario>,
    /// Descriptions of the violations that were found.
    pub violations: RefCell<Vec<String>>,
    /// State of the current page.
    pub life: RefCell<Life>,
    /// Row index by user ID, and the value that the plan sets.
    pub planned: RefCell<(HashMap<Uuid, u32>, bool)>,
    /// Rows between a stored intent and a stored outcome.
    pub open: RefCell<HashSet<u32>>,
    pub traffic: Cell<Traffic>,
    /// The user whose requests all fail, if any.
    pub poisoned: Cell<Option<Uuid>>,
    tokens: RefCell<Vec<String>>,
    /// Index of the page's token.
    token: Cell<usize>,
    /// Tokens with a smaller index have expired.
    expired: Cell<usize>,
    flights: RefCell<BTreeMap<(Instant, u64), Flight>>,
    replies: RefCell<HashMap<u64, Response>>,
    background_changes: RefCell<VecDeque<(Instant, BackgroundChange)>>,
    sent: Cell<u64>,
}

impl World {
    /// A tenant in which all users have the opposite of the value that the run sets.
    pub fn new(scenario: Scenario, seed: u64, mut dice: Dice) -> Self {
        let clock = Rc::new(VirtualClock::default());
        let mut sandbox = Sandbox::new(tenant::seed(scenario.users, seed));
        let behavior = Behavior {
            rate: scenario.limit.map(|limit| f64::from(u32::try_from(limit).unwrap())),
            address_share: 1.0,
            retry_hints: scenario.hints,
            preflights_count: false,
            ..Behavior::default()
        };
        sandbox.set_behavior(behavior).unwrap();
        let users: Vec<Uuid> = sandbox.user_ids().collect();
        let now = wall(clock.wall());
        for user in &users {
            sandbox.apply_background_change(BackgroundChange::Switched(*user, !scenario.to), now);
        }
        let mut background_changes: Vec<(Instant, BackgroundChange)> = (0..scenario.others)
            .map(|_| {
                let user = dice.of(&users);
                let what = match dice.between(0, 9) {
                    0..2 => BackgroundChange::Deleted(user),
                    2..6 => BackgroundChange::Switched(user, scenario.to),
                    6..9 => BackgroundChange::Switched(user, !scenario.to),
                    _ => BackgroundChange::Renamed(user),
                };
                (dice.instant(0, scenario.span() * 2), what)
            })
            .collect();
        if let Some((from, each)) = scenario.other_page {
            // In the order of the plan, like another page that continues the same run.
            let times = (0..).map(|number| from + Millis(number * each));
            let switched = users.iter().map(|user| BackgroundChange::Switched(*user, scenario.to));
            background_changes.extend(times.zip(switched));
        }
        background_changes.sort_by_key(|(at, _)| *at);
        let poisoned = scenario.is_one_poisoned.then(|| dice.of(&users));
        let world = Self {
            clock,
            sandbox: RefCell::new(sandbox),
            dice: RefCell::new(dice),
            scenario: RefCell::new(scenario),
            violations: RefCell::default(),
            life: RefCell::default(),
            planned: RefCell::default(),
            open: RefCell::default(),
            traffic: Cell::default(),
            poisoned: Cell::new(poisoned),
            tokens: RefCell::default(),
            token: Cell::new(0),
            expired: Cell::new(0),
            flights: RefCell::default(),
            replies: RefCell::default(),
            background_changes: RefCell::new(background_changes.into()),
            sent: Cell::new(0),
        };
        world.give_token();
        world
    }

    pub fn record_violation(&self, what: impl Into<String>) {
        let mut violations = self.violations.borrow_mut();
        // Limited, because one defect may affect every user.
        if violations.len() < 20 {
            violations.push(format!("at {} ms: {}", self.clock.now().0, what.into()));
        }
    }

    /// Mints another token for the page.
    pub fn give_token(&self) {
        let spec = TokenSpec { lifetime_seconds: 1_000_000_000, ..TokenSpec::default() };
        let token = self.sandbox.borrow_mut().issue_token(&spec, wall(self.clock.wall()));
        self.tokens.borrow_mut().push(token);
        self.token.set(self.tokens.borrow().len() - 1);
    }

    /// When the page's token expires, if the page knows.
    pub fn token_until(&self) -> Option<Instant> {
        let scenario = self.scenario.borrow();
        scenario.token_expiries.first().copied().filter(|_| scenario.knows_token_expiry)
    }

    /// Whether a stored text contains a token.
    pub fn contains_token(&self, kept: &[u8]) -> bool {
        self.tokens.borrow().iter().any(|token| {
            let token = token.as_bytes();
            kept.windows(token.len()).any(|window| window == token)
        })
    }

    /// Removes all faults from now on.
    pub fn clear_faults(&self) {
        let mut scenario = self.scenario.borrow_mut();
        *scenario = Scenario {
            trouble: 0,
            trouble_periods: Vec::new(),
            slow: 0,
            limit: None,
            crashes: 0,
            token_expiries: Vec::new(),
            pauses: 0,
            stop: 0,
            journal_outages: Vec::new(),
            journal_trouble: 0,
            ..scenario.clone()
        };
        self.poisoned.set(None);
        self.sandbox.borrow_mut().set_behavior(Behavior::default()).unwrap();
    }

    /// Starts a page that must read these users before it writes any user.
    pub fn begin_page(&self, must_read: HashSet<Uuid>, max_in_flight: u32) {
        self.life.replace(Life { must_read, max_in_flight, ..Life::default() });
    }

    /// Crashes the page. Requests that it sent may still arrive.
    pub fn crash(&self) {
        self.catch_up();
        self.flights.borrow_mut().retain(|_, _| self.dice.borrow_mut().happens(600));
    }

    /// Processes everything that is due.
    pub fn catch_up(&self) {
        let now = self.clock.now();
        self.expire_tokens(now);
        loop {
            let flight = self.flights.borrow().first_key_value().map(|(key, _)| *key);
            let flight = flight.filter(|(at, _)| *at <= now);
            let change = self.background_changes.borrow().front().map(|(at, _)| *at).filter(|at| *at <= now);
            match (flight, change) {
                (Some((at, _)), Some(other)) if other <= at => self.apply_background_change(),
                (None, Some(_)) => self.apply_background_change(),
                (Some(key), _) => self.process(key),
                (None, None) => break,
            }
        }
        self.sandbox.borrow_mut().settle(wall(self.clock.wall()));
    }

    fn expire_tokens(&self, now: Instant) {
        let ends = &mut self.scenario.borrow_mut().token_expiries;
        let before = ends.len();
        ends.retain(|end| *end > now);
        if ends.len() < before {
            self.expired.set(self.token.get() + 1);
        }
    }

    fn apply_background_change(&self) {
        let Some((at, change)) = self.background_changes.borrow_mut().pop_front() else { return };
        let mut sandbox = self.sandbox.borrow_mut();
        // Changes that were due earlier are processed first.
        sandbox.settle(self.at(at));
        sandbox.apply_background_change(change, self.at(at));
    }

    /// The sandbox's time for a time on the monotonic clock.
    fn at(&self, at: Instant) -> pingone_sandbox::Timestamp {
        let ago = i64::try_from(at.until(self.clock.now()).0).unwrap();
        pingone_sandbox::Timestamp(self.clock.wall().0 - ago)
    }

    fn process(&self, key: (Instant, u64)) {
        let Some(flight) = self.flights.borrow_mut().remove(&key) else { return };
        let at = self.at(key.0);
        let mut response = Response { head: Head { status: 0, correlation_id: None }, body: Vec::new() };
        if flight.is_processed {
            let mut sandbox = self.sandbox.borrow_mut();
            sandbox.clear_faults();
            if let Some(fault) = flight.fault {
                let rule = Rule { on: On::default(), share: 1.0, skip: 0, times: None, fault };
                sandbox.add_fault(rule).unwrap();
            }
            response = readable(sandbox.handle(&flight.request, at).response);
        }
        if let Some((status, body)) = flight.replacement {
            response = Response { head: Head { status, correlation_id: None }, body };
        }
        self.replies.borrow_mut().insert(flight.number, response);
    }

    fn trouble(&self, now: Instant, user: Option<Uuid>) -> Option<Trouble> {
        if user.is_some() && user == self.poisoned.get() {
            return Some(Trouble::Failed);
        }
        let scenario = self.scenario.borrow();
        if let Some(trouble_period) =
            scenario.trouble_periods.iter().find(|trouble_period| trouble_period.when.contains(&now))
        {
            return Some(trouble_period.trouble);
        }
        let mut dice = self.dice.borrow_mut();
        dice.happens(scenario.trouble).then(|| dice.of(&scenario.troubles))
    }

    fn check_request(&self, request: &Request, user: Option<Uuid>, now: Instant) {
        let mut life = self.life.borrow_mut();
        if life.is_stopped {
            self.record_violation("a request left after the stop");
        }
        let mut traffic = self.traffic.get();
        if request.method == Method::Put {
            traffic.puts += 1;
            let (indexes, to) = &*self.planned.borrow();
            let index = user.and_then(|user| indexes.get(&user));
            if index.is_none()
                || request.body.as_deref() != Some(format!("{{\"mfaEnabled\":{to}}}").as_bytes())
            {
                self.record_violation("a PUT outside the plan");
            }
            if index.is_none_or(|index| !self.open.borrow().contains(index)) {
                self.record_violation("a PUT without a stored intent");
            }
            for unread in std::mem::take(&mut life.must_read) {
                let read = life.reads.get(&unread);
                if !read.is_some_and(|(at, is_over)| *is_over || *at + TIMEOUT <= now) {
                    self.record_violation("a PUT before everyone was read who may have been written");
                }
            }
        } else {
            traffic.gets += 1;
            if let Some(user) = user {
                life.reads.entry(user).or_insert((now, false));
            }
        }
        self.traffic.set(traffic);
    }

    /// Sends a request. Returns its number, when its response arrives, and how.
    fn dispatch(&self, request: &Request) -> (u64, Instant, Delivery) {
        self.catch_up();
        let now = self.clock.now();
        let user = user_of(request.endpoint.as_str());
        self.check_request(request, user, now);
        let is_put = request.method == Method::Put;
        let number = self.sent.replace(self.sent.get() + 1);
        let trouble = self.trouble(now, user);
        let mut dice = self.dice.borrow_mut();
        let is_slow = dice.happens(self.scenario.borrow().slow);
        let latency = if is_slow { dice.millis(1000, 6000) } else { dice.millis(2, 60) };
        let mut arrival = now + latency;
        let mut answer = arrival + latency;
        let (mut fault, mut replacement, mut is_processed, mut back) = (None, None, true, Delivery::Whole);
        let failed = |dice: &mut Dice| Some((dice.of(&[500, 502, 503, 504]), Vec::new()));
        let status = |status| Some(Fault::Status { status, retry_after: None, without_cors: false });
        match trouble {
            Some(Trouble::NeverArrives) => (is_processed, back) = (false, Delivery::TransportError),
            Some(Trouble::Unconfirmed) => back = Delivery::TransportError,
            Some(Trouble::Silence) => back = Delivery::Never,
            Some(Trouble::ArrivesLate) => {
                arrival = now + dice.millis(100, MAX_DELAY);
                answer = arrival + latency;
            }
            Some(Trouble::AppliedLate) if is_put => {
                let millis = i64::try_from(dice.between(100, MAX_DELAY - 6000)).unwrap();
                fault = Some(Fault::AppliedLate { millis });
            }
            Some(Trouble::NeverApplied) if is_put => fault = Some(Fault::NeverApplied),
            Some(Trouble::Cut) => back = Delivery::Cut,
            Some(Trouble::Html) => fault = Some(Fault::Html),
            Some(Trouble::OtherValue) if is_put => fault = Some(Fault::OtherValue),
            Some(Trouble::Truncated) => fault = Some(Fault::Truncated { after: 9 }),
            Some(Trouble::AppliedThenFailed) => replacement = failed(&mut dice),
            Some(Trouble::Failed) => (is_processed, replacement) = (false, failed(&mut dice)),
            Some(Trouble::NotNow) => fault = status(dice.of(&[408, 429, 503])),
            Some(Trouble::Refused) => fault = status(dice.of(&[400, 403, 405, 409, 412, 415, 422])),
            Some(Trouble::EchoesToken) => {
                let token = &self.tokens.borrow()[self.token.get()];
                let body = format!(
                    "{{\"id\":\"1\",\"code\":\"ODD\",\"message\":\"{0} {1} Bearer {token} {0}\"}}",
                    "ä".repeat(99),
                    token,
                );
                (is_processed, replacement) = (false, Some((400, body.into_bytes())));
            }
            // These only affect PUTs: a wrong value in a read couldn't be detected by any client.
            Some(Trouble::AppliedLate | Trouble::NeverApplied | Trouble::OtherValue | Trouble::Twice)
            | None => {}
        }
        let flight = |request, number| Flight { request, fault, replacement, is_processed, number };
        let mut flights = self.flights.borrow_mut();
        if is_put && trouble == Some(Trouble::Twice) {
            let again = self.http_request(request);
            let flight = Flight {
                request: again,
                fault: None,
                replacement: None,
                is_processed: true,
                number: u64::MAX,
            };
            flights.insert((arrival, number * 2), flight);
        }
        flights.insert((arrival, number * 2 + 1), flight(self.http_request(request), number));
        (number, answer, back)
    }

    /// An expired token is replaced by one that the sandbox never issued.
    fn http_request(&self, request: &Request) -> http::Request<Vec<u8>> {
        let token = self.token.get();
        let token =
            if token < self.expired.get() { "ended".to_owned() } else { self.tokens.borrow()[token].clone() };
        authorized(request.clone(), &token)
    }

    fn receive(
        &self,
        number: u64,
        back: Delivery,
        token: usize,
        read: Option<Uuid>,
    ) -> Result<Response, TransportError> {
        self.catch_up();
        if let Some(read) = read
            && let Some(read) = self.life.borrow_mut().reads.get_mut(&read)
        {
            read.1 = true;
        }
        let response = self.replies.borrow_mut().remove(&number).ok_or(TransportError::Unreachable)?;
        // The status of a response that was cut off isn't known to the page.
        if response.head.status == 401 && back == Delivery::Whole {
            let mut traffic = self.traffic.get();
            traffic.unauthorized += 1;
            self.traffic.set(traffic);
            let mut life = self.life.borrow_mut();
            let max_in_flight = life.max_in_flight;
            let refused = life.refused.entry(token).or_default();
            *refused += 1;
            if *refused > max_in_flight {
                self.record_violation(format!("{refused} answers 401 for one token"));
            }
        }
        match back {
            Delivery::Whole => Ok(response),
            Delivery::Cut => Err(TransportError::BodyCut(response.head)),
            Delivery::TransportError | Delivery::Never => Err(TransportError::Unreachable),
        }
    }
}

/// Converts a time to the sandbox's type.
pub fn wall(wall: Timestamp) -> pingone_sandbox::Timestamp {
    pingone_sandbox::Timestamp(wall.0)
}

/// The user that a request is about.
fn user_of(endpoint: &str) -> Option<Uuid> {
    let (_, rest) = endpoint.split_once("/users/")?;
    Uuid::try_parse(rest.split('/').next()?).ok()
}

/// The page's access to a world.
#[derive(Clone)]
pub struct WorldTransport(pub Rc<World>);

impl Transport for WorldTransport {
    fn send(&self, request: Request) -> LocalBoxFuture<'static, Result<Response, TransportError>> {
        let world = Rc::clone(&self.0);
        let token = world.token.get();
        let read = (request.method == Method::Get).then(|| user_of(request.endpoint.as_str())).flatten();
        let (number, answer, back) = world.dispatch(&request);
        async move {
            if back == Delivery::Never {
                pending::<()>().await;
            }
            world.clock.sleep_until(answer).await;
            world.receive(number, back, token, read)
        }
        .boxed_local()
    }
}
