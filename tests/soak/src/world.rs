//! The tenant, the way there, and everything that goes wrong on it. What was sent arrives whether or not its sender is
//! still there.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::rc::Rc;

use futures::future::{FutureExt, LocalBoxFuture, pending};
use pingone_mfa_core::api::request::{Method, Request};
use pingone_mfa_core::api::{Head, Response, Transport, TransportError};
use pingone_mfa_core::domain::time::{Millis, Timestamp};
use pingone_mfa_core::engine::Clock;
use pingone_sandbox::{
    BackgroundChange, Behaviour, EnvironmentKind, Fault, On, Populations, Rule, Sandbox, Seed, TokenSpec,
    readable_correlation_id,
};
use uuid::Uuid;

use crate::dice::Dice;
use crate::scenario::{Scenario, Trouble};
use crate::support::VirtualClock;

/// The API's origin.
pub const API: &str = "https://api.sandbox.example";

/// The authorization server's origin.
pub const AUTH: &str = "https://auth.sandbox.example";

/// The longest time that a PUT is on its way or waits to be carried out. It is less than the settle window: whatever
/// comes later nobody could know of.
const LATEST: u64 = 28_000;

/// A request is given up by its sender after this long.
const TIMEOUT: Millis = Millis::seconds(15);

/// What is on its way.
struct Flight {
    request: http::Request<Vec<u8>>,
    fault: Option<Fault>,
    /// What is answered whatever the sandbox says.
    bare: Option<(u16, Vec<u8>)>,
    /// Whether the sandbox gets it.
    is_carried_out: bool,
    number: u64,
}

/// How an answer travels back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Return {
    Whole,
    Cut,
    TransportError,
    Never,
}

/// What the page that runs now may do, and what it did.
#[derive(Default)]
pub struct Life {
    /// Who must be read before anybody is written.
    must_read: HashSet<Uuid>,
    /// When each of those was read first, and whether that is over.
    reads: HashMap<Uuid, (Millis, bool)>,
    /// Whether nothing may be sent any more.
    pub is_stopped: bool,
    /// 401s, by the number of the token.
    refused: HashMap<usize, u32>,
    /// How many are in flight at most.
    pub width: u32,
}

/// What was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// PUTs that left.
    pub puts: u64,
    /// GETs that left.
    pub gets: u64,
    /// Answers 401.
    pub unauthorized: u64,
}

/// Everything around the page.
pub struct World {
    /// The time.
    pub clock: Rc<VirtualClock>,
    /// The tenant.
    pub sandbox: RefCell<Sandbox>,
    /// Chance.
    pub dice: RefCell<Dice>,
    /// What is going to happen.
    pub scenario: RefCell<Scenario>,
    /// What must never happen, and did.
    pub violations: RefCell<Vec<String>>,
    /// The page that runs now.
    pub life: RefCell<Life>,
    /// The plan: who, and what they get.
    pub planned: RefCell<(HashMap<Uuid, u32>, bool)>,
    /// Who is between a stored intent and a stored outcome.
    pub open: RefCell<HashSet<u32>>,
    /// What was counted.
    pub traffic: Cell<Traffic>,
    /// Whoever can neither be read nor written.
    pub poisoned: Cell<Option<Uuid>>,
    tokens: RefCell<Vec<String>>,
    /// The token that the page has.
    token: Cell<usize>,
    /// Tokens before this one have ended.
    ended: Cell<usize>,
    flights: RefCell<BTreeMap<(Millis, u64), Flight>>,
    replies: RefCell<HashMap<u64, Response>>,
    happenings: RefCell<VecDeque<(Millis, BackgroundChange)>>,
    sent: Cell<u64>,
}

impl World {
    /// A tenant in which everybody has the value that the run is not going to give.
    pub fn new(scenario: Scenario, seed: u64, mut dice: Dice) -> Self {
        let clock = Rc::new(VirtualClock::default());
        let mut sandbox = Sandbox::new(Seed {
            users: scenario.users,
            seed,
            api_base: format!("{API}/v1"),
            auth_base: AUTH.into(),
            kind: EnvironmentKind::Sandbox,
            populations: Populations::Usual,
        });
        let behaviour = Behaviour {
            rate: scenario.limit.map(|limit| f64::from(u32::try_from(limit).unwrap())),
            address_share: 1.0,
            retry_hints: scenario.hints,
            preflights_count: false,
            ..Behaviour::default()
        };
        sandbox.behave(behaviour).unwrap();
        let users: Vec<Uuid> = sandbox.user_ids().collect();
        let now = wall(clock.wall());
        for user in &users {
            sandbox.happen(BackgroundChange::Switched(*user, !scenario.to), now);
        }
        let mut happenings: Vec<(Millis, BackgroundChange)> = (0..scenario.others)
            .map(|_| {
                let user = dice.of(&users);
                let what = match dice.between(0, 9) {
                    0..2 => BackgroundChange::Deleted(user),
                    2..6 => BackgroundChange::Switched(user, scenario.to),
                    6..9 => BackgroundChange::Switched(user, !scenario.to),
                    _ => BackgroundChange::Renamed(user),
                };
                (dice.millis(0, scenario.span() * 2), what)
            })
            .collect();
        if let Some((from, each)) = scenario.other_page {
            // In the order of the plan, as a page does that carries on the same run.
            let times = (0..).map(|number| from + Millis(number * each));
            let switched = users.iter().map(|user| BackgroundChange::Switched(*user, scenario.to));
            happenings.extend(times.zip(switched));
        }
        happenings.sort_by_key(|(at, _)| *at);
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
            ended: Cell::new(0),
            flights: RefCell::default(),
            replies: RefCell::default(),
            happenings: RefCell::new(happenings.into()),
            sent: Cell::new(0),
        };
        world.give_token();
        world
    }

    /// Remembers something that must never happen.
    pub fn violated(&self, what: impl Into<String>) {
        let mut violations = self.violations.borrow_mut();
        // One thing that goes wrong may do so for everyone.
        if violations.len() < 20 {
            violations.push(format!("at {} ms: {}", self.clock.now().0, what.into()));
        }
    }

    /// Gives the page another token.
    pub fn give_token(&self) {
        let spec = TokenSpec { lifetime_seconds: 1_000_000_000, ..TokenSpec::default() };
        let token = self.sandbox.borrow_mut().mint(&spec, wall(self.clock.wall()));
        self.tokens.borrow_mut().push(token);
        self.token.set(self.tokens.borrow().len() - 1);
    }

    /// When the page's token will end, if it knows.
    pub fn token_until(&self) -> Option<Millis> {
        let scenario = self.scenario.borrow();
        scenario.token_ends.first().copied().filter(|_| scenario.knows_token_ends)
    }

    /// Whether a text that is kept has a token in it.
    pub fn tells_token(&self, kept: &[u8]) -> bool {
        self.tokens.borrow().iter().any(|token| {
            let token = token.as_bytes();
            kept.windows(token.len()).any(|window| window == token)
        })
    }

    /// From now on nothing goes wrong any more.
    pub fn heal(&self) {
        let mut scenario = self.scenario.borrow_mut();
        *scenario = Scenario {
            trouble: 0,
            spells: Vec::new(),
            slow: 0,
            limit: None,
            crashes: 0,
            token_ends: Vec::new(),
            pauses: 0,
            stop: 0,
            journal_spells: Vec::new(),
            journal_trouble: 0,
            ..scenario.clone()
        };
        self.poisoned.set(None);
        self.sandbox.borrow_mut().behave(Behaviour::default()).unwrap();
    }

    /// A page begins: whoever is named must be read before anybody is written.
    pub fn begin_life(&self, must_read: HashSet<Uuid>, width: u32) {
        self.life.replace(Life { must_read, width, ..Life::default() });
    }

    /// The page dies. What it sent may still arrive.
    pub fn die(&self) {
        self.catch_up();
        self.flights.borrow_mut().retain(|_, _| self.dice.borrow_mut().happens(600));
    }

    /// Lets everything happen whose time has come.
    pub fn catch_up(&self) {
        let now = self.clock.now();
        self.end_tokens(now);
        loop {
            let flight = self.flights.borrow().first_key_value().map(|(key, _)| *key);
            let flight = flight.filter(|(at, _)| *at <= now);
            let happening = self.happenings.borrow().front().map(|(at, _)| *at).filter(|at| *at <= now);
            match (flight, happening) {
                (Some((at, _)), Some(other)) if other <= at => self.happen(),
                (None, Some(_)) => self.happen(),
                (Some(key), _) => self.arrive(key),
                (None, None) => break,
            }
        }
        self.sandbox.borrow_mut().settle(wall(self.clock.wall()));
    }

    fn end_tokens(&self, now: Millis) {
        let ends = &mut self.scenario.borrow_mut().token_ends;
        let before = ends.len();
        ends.retain(|end| *end > now);
        if ends.len() < before {
            self.ended.set(self.token.get() + 1);
        }
    }

    fn happen(&self) {
        let Some((at, happening)) = self.happenings.borrow_mut().pop_front() else { return };
        let mut sandbox = self.sandbox.borrow_mut();
        // What was to be carried out before that is.
        sandbox.settle(self.at(at));
        sandbox.happen(happening, self.at(at));
    }

    /// The sandbox's time at a time of the monotonic clock.
    fn at(&self, at: Millis) -> pingone_sandbox::Timestamp {
        let ago = i64::try_from(at.until(self.clock.now()).0).unwrap();
        pingone_sandbox::Timestamp(self.clock.wall().0 - ago)
    }

    fn arrive(&self, key: (Millis, u64)) {
        let Some(flight) = self.flights.borrow_mut().remove(&key) else { return };
        let at = self.at(key.0);
        let mut response = Response { head: Head { status: 0, correlation_id: None }, body: Vec::new() };
        if flight.is_carried_out {
            let mut sandbox = self.sandbox.borrow_mut();
            sandbox.heal();
            if let Some(fault) = flight.fault {
                let rule = Rule { on: On::default(), share: 1.0, skip: 0, times: None, fault };
                sandbox.go_wrong(rule).unwrap();
            }
            let reply = sandbox.handle(&flight.request, at).response;
            let correlation_id = readable_correlation_id(&reply).map(str::to_owned);
            response.head = Head { status: reply.status().as_u16(), correlation_id };
            response.body = reply.into_body();
        }
        if let Some((status, body)) = flight.bare {
            response = Response { head: Head { status, correlation_id: None }, body };
        }
        self.replies.borrow_mut().insert(flight.number, response);
    }

    fn trouble(&self, now: Millis, user: Option<Uuid>) -> Option<Trouble> {
        if user.is_some() && user == self.poisoned.get() {
            return Some(Trouble::Failed);
        }
        let scenario = self.scenario.borrow();
        if let Some(spell) = scenario.spells.iter().find(|spell| spell.when.contains(&now)) {
            return Some(spell.trouble);
        }
        let mut dice = self.dice.borrow_mut();
        dice.happens(scenario.trouble).then(|| dice.of(&scenario.troubles))
    }

    fn inspect(&self, request: &Request, user: Option<Uuid>, now: Millis) {
        let mut life = self.life.borrow_mut();
        if life.is_stopped {
            self.violated("a request left after the stop");
        }
        let mut traffic = self.traffic.get();
        if request.method == Method::Put {
            traffic.puts += 1;
            let (indexes, to) = &*self.planned.borrow();
            let index = user.and_then(|user| indexes.get(&user));
            if index.is_none()
                || request.body.as_deref() != Some(format!("{{\"mfaEnabled\":{to}}}").as_bytes())
            {
                self.violated("a PUT outside the plan");
            }
            if index.is_none_or(|index| !self.open.borrow().contains(index)) {
                self.violated("a PUT without a stored intent");
            }
            for unread in std::mem::take(&mut life.must_read) {
                let read = life.reads.get(&unread);
                if !read.is_some_and(|(at, is_over)| *is_over || *at + TIMEOUT <= now) {
                    self.violated("a PUT before everyone was read who may have been written");
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

    /// Sends a request off, and says when what comes back, by the number of the request.
    fn depart(&self, request: &Request) -> (u64, Millis, Return) {
        self.catch_up();
        let now = self.clock.now();
        let user = user_of(request.endpoint.as_str());
        self.inspect(request, user, now);
        let is_put = request.method == Method::Put;
        let number = self.sent.replace(self.sent.get() + 1);
        let trouble = self.trouble(now, user);
        let mut dice = self.dice.borrow_mut();
        let is_slow = dice.happens(self.scenario.borrow().slow);
        let one_way = if is_slow { dice.millis(1000, 6000) } else { dice.millis(2, 60) };
        let mut arrival = now + one_way;
        let mut answer = arrival + one_way;
        let (mut fault, mut bare, mut is_carried_out, mut back) = (None, None, true, Return::Whole);
        let failed = |dice: &mut Dice| Some((dice.of(&[500, 502, 503, 504]), Vec::new()));
        let status = |status| Some(Fault::Status { status, retry_after: None, without_cors: false });
        match trouble {
            Some(Trouble::NeverArrives) => (is_carried_out, back) = (false, Return::TransportError),
            Some(Trouble::AnswerLost) => back = Return::TransportError,
            Some(Trouble::Silence) => back = Return::Never,
            Some(Trouble::ArrivesLate) => {
                arrival = now + dice.millis(100, LATEST);
                answer = arrival + one_way;
            }
            Some(Trouble::AppliedLate) if is_put => {
                let millis = i64::try_from(dice.between(100, LATEST - 6000)).unwrap();
                fault = Some(Fault::AppliedLate { millis });
            }
            Some(Trouble::NeverApplied) if is_put => fault = Some(Fault::NeverApplied),
            Some(Trouble::Cut) => back = Return::Cut,
            Some(Trouble::Html) => fault = Some(Fault::Html),
            Some(Trouble::OtherValue) if is_put => fault = Some(Fault::OtherValue),
            Some(Trouble::Truncated) => fault = Some(Fault::Truncated { after: 9 }),
            Some(Trouble::AppliedThenFailed) => bare = failed(&mut dice),
            Some(Trouble::Failed) => (is_carried_out, bare) = (false, failed(&mut dice)),
            Some(Trouble::NotNow) => fault = status(dice.of(&[408, 429, 503])),
            Some(Trouble::Refused) => fault = status(dice.of(&[400, 403, 405, 409, 412, 415, 422])),
            Some(Trouble::EchoesToken) => {
                let token = &self.tokens.borrow()[self.token.get()];
                let body = format!(
                    "{{\"id\":\"1\",\"code\":\"ODD\",\"message\":\"{0} {1} Bearer {token} {0}\"}}",
                    "ä".repeat(99),
                    token,
                );
                (is_carried_out, bare) = (false, Some((400, body.into_bytes())));
            }
            // These happen to PUTs alone: a read that says the other value is a lie that nobody can find out.
            Some(Trouble::AppliedLate | Trouble::NeverApplied | Trouble::OtherValue | Trouble::Twice)
            | None => {}
        }
        let flight = |request, number| Flight { request, fault, bare, is_carried_out, number };
        let mut flights = self.flights.borrow_mut();
        if is_put && trouble == Some(Trouble::Twice) {
            let again = self.as_sent(request);
            let flight =
                Flight { request: again, fault: None, bare: None, is_carried_out: true, number: u64::MAX };
            flights.insert((arrival, number * 2), flight);
        }
        flights.insert((arrival, number * 2 + 1), flight(self.as_sent(request), number));
        (number, answer, back)
    }

    /// A token that has ended by now is one that the sandbox never gave.
    fn as_sent(&self, request: &Request) -> http::Request<Vec<u8>> {
        let token = self.token.get();
        let token =
            if token < self.ended.get() { "ended".to_owned() } else { self.tokens.borrow()[token].clone() };
        http::Request::builder()
            .method(request.method.to_string().as_str())
            .uri(request.endpoint.as_str())
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(request.body.clone().unwrap_or_default())
            .unwrap()
    }

    fn come_back(
        &self,
        number: u64,
        back: Return,
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
        // Of one that is cut nobody knows what it said.
        if response.head.status == 401 && back == Return::Whole {
            let mut traffic = self.traffic.get();
            traffic.unauthorized += 1;
            self.traffic.set(traffic);
            let mut life = self.life.borrow_mut();
            let width = life.width;
            let refused = life.refused.entry(token).or_default();
            *refused += 1;
            if *refused > width {
                self.violated(format!("{refused} answers 401 for one token"));
            }
        }
        match back {
            Return::Whole => Ok(response),
            Return::Cut => Err(TransportError::BodyCut(response.head)),
            Return::TransportError | Return::Never => Err(TransportError::Unreachable),
        }
    }
}

/// The same time for the sandbox.
pub fn wall(wall: Timestamp) -> pingone_sandbox::Timestamp {
    pingone_sandbox::Timestamp(wall.0)
}

/// Whose flag a request is about.
fn user_of(endpoint: &str) -> Option<Uuid> {
    let (_, rest) = endpoint.split_once("/users/")?;
    Uuid::try_parse(rest.split('/').next()?).ok()
}

/// The way into a world.
#[derive(Clone)]
pub struct Gate(pub Rc<World>);

impl Transport for Gate {
    fn send(&self, request: Request) -> LocalBoxFuture<'static, Result<Response, TransportError>> {
        let world = Rc::clone(&self.0);
        let token = world.token.get();
        let read = (request.method == Method::Get).then(|| user_of(request.endpoint.as_str())).flatten();
        let (number, answer, back) = world.depart(&request);
        async move {
            if back == Return::Never {
                pending::<()>().await;
            }
            world.clock.sleep_until(answer).await;
            world.come_back(number, back, token, read)
        }
        .boxed_local()
    }
}
