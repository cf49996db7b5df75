//! A PingOne look-alike for users and MFA.
//!
//! The core is pure: a seed in, and for every request and point in time an answer ([`Sandbox::handle`]). It has
//! no clock, no socket and no thread, so a native test mounts it on a virtual clock; the feature `server` puts
//! it behind real sockets, on another origin than the page, so that CORS is real. CORS belongs to the core: it
//! answers preflights, refuses headers and omits what PingOne omits.
//!
//! What it mirrors, and how well that is known, stands in this crate's README.

use std::fmt;

use http::{Method, Request, Response};
use uuid::Uuid;

mod access;
mod authorization;
mod background;
mod behaviour;
mod bypass;
mod capabilities;
mod comparison;
mod corrupt;
mod cors;
mod creation;
mod devices;
mod directory;
mod environment;
mod family;
mod fault;
mod fields;
pub mod filter;
mod groups;
mod hal;
mod keys;
mod limit;
mod mfa;
mod mfa_settings;
mod oracle;
mod paging;
mod populations;
mod query;
mod refusal;
mod report;
mod role;
mod role_assignments;
mod roles;
mod route;
mod seed;
mod timestamp;
mod token;
mod users;

pub mod wire;

#[cfg(feature = "server")]
pub mod control;
#[cfg(feature = "server")]
pub mod page;
#[cfg(feature = "server")]
mod rsa_keys;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "server")]
mod verified;

pub use access::Assignment;
pub use authorization::PUBLIC_CLIENT_ID;
pub use background::{BackgroundChange, Texts};
pub use behaviour::Behaviour;
pub use cors::readable_correlation_id;
pub use devices::{DeviceSpec, DeviceState, DeviceType};
pub use fault::{Encoding, Fault, On, Rule};
pub use keys::Keys;
pub use limit::NoisyNeighbor;
pub use oracle::{Applied, Counts, Oracle, Write};
pub use populations::Populations;
pub use role::{CustomRole, HeldRole, Permission, Role, Scope};
#[cfg(feature = "server")]
pub use rsa_keys::RsaKeys;
pub use timestamp::Timestamp;
pub use token::{Actor, CLIENT_SECRET, TokenSpec};
pub use wire::Wire;

use access::Access;
use authorization::{Grants, Redirects};
use bypass::Bypasses;
use corrupt::Carrying;
use devices::Devices;
use directory::{Directory, Person};
use fault::Faults;
use keys::DigestKeys;
use limit::Limits;
use mfa_settings::MfaSettings;
use populations::Register;
use refusal::{Exceeded, Refusal};
use report::Report;
use route::Resource;
use seed::Dice;

/// What an environment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvironmentKind {
    /// `PRODUCTION`.
    Production,
    /// `SANDBOX`.
    Sandbox,
}

impl fmt::Display for EnvironmentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Production => "PRODUCTION",
            Self::Sandbox => "SANDBOX",
        })
    }
}

/// What a sandbox grows from. The same seed gives the same people and the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed {
    /// How many users there are.
    pub users: u32,
    /// Varies the people.
    pub seed: u64,
    /// Where the API is, with `/v1`, for example `http://127.0.0.1:4001/v1`.
    pub api_base: String,
    /// Where the authorization server is, for example `http://127.0.0.1:4001`.
    pub auth_base: String,
    /// What the environment is for.
    pub kind: EnvironmentKind,
    /// Which populations the users are in.
    pub populations: Populations,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// What is sent back.
    pub response: Response<Vec<u8>>,
    /// How it travels. Where nothing is sent, `response` is what would have been.
    pub wire: Wire,
}

/// A request that was answered: what a test asks afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// When.
    pub at: Timestamp,
    /// The method, for example `OPTIONS`.
    pub method: Method,
    /// The path.
    pub path: String,
    /// The query, without `?`.
    pub query: String,
    /// The status of the answer.
    pub status: u16,
    /// How many users' data the answer carried.
    pub people: u32,
}

/// The look-alike.
pub struct Sandbox {
    seed: Seed,
    directory: Directory,
    populations: Register,
    group_names: groups::Names,
    mfa_settings: MfaSettings,
    access: Access,
    keys: Box<dyn Keys + Send>,
    behaviour: Behaviour,
    faults: Faults,
    limits: Limits,
    oracle: Oracle,
    background: Dice,
    carrying: Carrying,
    grants: Grants,
    redirects: Redirects,
    clock_offset_millis: i64,
    devices: Devices,
    bypasses: Bypasses,
    report: Report,
    products: Vec<&'static str>,
    began: Option<Timestamp>,
    answered: u64,
    minted: u64,
    seen: Vec<Seen>,
}

impl Sandbox {
    /// Grows the people of `seed`. Tokens are signed with a digest that comes from the seed too.
    #[must_use]
    pub fn new(seed: Seed) -> Self {
        let keys = Box::new(DigestKeys::new(seed.seed));
        Self::with_keys(seed, keys)
    }

    /// Grows the people of `seed`, and signs tokens with `keys`.
    #[must_use]
    pub fn with_keys(seed: Seed, keys: Box<dyn Keys + Send>) -> Self {
        let directory = seed::grow(&seed);
        let number = seed.seed;
        let grants = Grants::new(number);
        Self {
            directory,
            populations: Register::from(seed.populations),
            group_names: groups::Names::default(),
            mfa_settings: MfaSettings::new(populations::CREATED),
            access: Access::new(&seed),
            keys,
            grants,
            redirects: Redirects::default(),
            clock_offset_millis: 0,
            behaviour: Behaviour::default(),
            faults: Faults::new(number),
            limits: Limits::default(),
            oracle: Oracle::default(),
            background: Dice::new(number ^ 0xba),
            carrying: Carrying::default(),
            devices: Devices::seeded(number),
            bypasses: Bypasses::seeded(number),
            report: Report::default(),
            products: environment::PRODUCTS.to_vec(),
            began: None,
            answered: 0,
            minted: 0,
            seen: Vec::new(),
            seed,
        }
    }

    /// Answers a request. Its [`Peer`], if it has one among its extensions, is the address it came from.
    pub fn handle(&mut self, request: &Request<Vec<u8>>, now: Timestamp) -> Reply {
        self.answered += 1;
        self.began.get_or_insert(now);
        self.settle(now);
        self.churn_if_due(now);
        self.oracle.count(request.method());
        if let Some(refusal) = self.limit(request, now) {
            return self.refuse(request, refusal, now);
        }
        let resource = Resource::of(request.uri().path());
        if let Some(fault) = self.strike(request, resource.as_ref()) {
            return self.handle_badly(request, &fault, now);
        }
        let (response, people) = route::answer(self, request, now);
        let response = self.complete(request, response, people, now);
        Reply { response, wire: Wire::default() }
    }

    fn handle_badly(&mut self, request: &Request<Vec<u8>>, fault: &Fault, now: Timestamp) -> Reply {
        if let Some((refusal, wire)) = fault.instead() {
            let mut reply = self.refuse(request, refusal, now);
            if fault.hides_cors() {
                cors::hide(&mut reply.response);
            }
            return Reply { wire, ..reply };
        }
        self.carrying = fault.carrying();
        let (response, people) = route::answer(self, request, now);
        self.carrying = Carrying::Now;
        let mut response = self.complete(request, response, people, now);
        let wire = fault.corrupt(request, &mut response);
        Reply { response, wire }
    }

    fn refuse(&mut self, request: &Request<Vec<u8>>, refusal: Refusal, now: Timestamp) -> Reply {
        let response = refusal.answer(seed::uuid(self.seed.seed ^ 0xe0, self.answered));
        let response = self.complete(request, response, 0, now);
        Reply { response, wire: Wire::default() }
    }

    /// Answers a request whose body is too large to be read; `request` has none.
    #[cfg(feature = "server")]
    pub(crate) fn refuse_body(&mut self, request: &Request<Vec<u8>>, now: Timestamp) -> Reply {
        self.answered += 1;
        self.refuse(request, Refusal::TooLarge, now)
    }

    /// A preflight counts only where the behaviour says so; the authorization server is not limited here.
    fn limit(&mut self, request: &Request<Vec<u8>>, now: Timestamp) -> Option<Refusal> {
        let is_free = *request.method() == Method::OPTIONS && !self.behaviour.preflights_count;
        if is_free || !request.uri().path().starts_with("/v1/") {
            return None;
        }
        let nobody = NoisyNeighbor::default();
        let peer = request.extensions().get::<NoisyNeighbor>().unwrap_or(&nobody);
        let seconds = self.limits.pass(&self.behaviour, peer, now).err()?;
        let hint = self.behaviour.retry_hints.then(|| now.after_seconds(i64::from(seconds)));
        Some(Refusal::RateLimited { seconds, hint, exceeded: Exceeded::Rate })
    }

    fn strike(&mut self, request: &Request<Vec<u8>>, resource: Option<&Resource>) -> Option<Fault> {
        if self.faults.is_empty() {
            return None;
        }
        let endpoint = resource.map_or("", Resource::endpoint);
        let page = if endpoint == "users" { users::page_number(self, request) } else { 1 };
        let user = resource.and_then(Resource::user);
        self.faults.strike(request, fault::Subject { endpoint, user, page })
    }

    /// Carries out what has become due.
    pub fn settle(&mut self, now: Timestamp) {
        for (user, enabled, at) in self.oracle.settle(now) {
            self.set_flag(user, enabled, at);
        }
    }

    fn set_flag(&mut self, user: Uuid, enabled: bool, at: Timestamp) {
        if let Some(person) = self.directory.get_mut(user) {
            self.report.keep(user, person.mfa_enabled, at);
            person.mfa_enabled = enabled;
            person.updated = at;
        }
    }

    /// How many users are put on a page of `most`.
    fn page_size(&self, most: usize, from: usize) -> usize {
        if !self.behaviour.smaller_pages {
            return most;
        }
        let less = Dice::new(self.seed.seed ^ from as u64).roll() % (most as u64 / 2 + 1);
        most - usize::try_from(less).unwrap_or(0)
    }

    /// The flag as the list has it, which may lag behind.
    fn listed_flag(&self, person: &Person, now: Timestamp) -> bool {
        if self.behaviour.list_lag_millis == 0 {
            return person.mfa_enabled;
        }
        let then = now.after_millis(-self.behaviour.list_lag_millis);
        self.oracle.flag_at(person.id, person.mfa_at_first, then)
    }

    /// How it behaves.
    #[must_use]
    pub fn behaviour(&self) -> &Behaviour {
        &self.behaviour
    }

    /// Changes how it behaves.
    ///
    /// # Errors
    /// The value that can't be meant, by its field.
    pub fn behave(&mut self, behaviour: Behaviour) -> Result<(), String> {
        behaviour.check()?;
        self.behaviour = behaviour;
        Ok(())
    }

    /// Adds a rule of what goes wrong. The first rule that strikes counts.
    ///
    /// # Errors
    /// The value that can't be meant, by its field.
    pub fn go_wrong(&mut self, rule: Rule) -> Result<(), String> {
        rule.check()?;
        self.faults.add(rule);
        Ok(())
    }

    /// The rules of what goes wrong.
    pub fn faults(&self) -> impl Iterator<Item = &Rule> {
        self.faults.rules()
    }

    /// Nothing goes wrong any more.
    pub fn heal(&mut self) {
        self.faults.clear();
    }

    /// What really happened.
    #[must_use]
    pub fn oracle(&self) -> &Oracle {
        &self.oracle
    }

    /// What really happened, to announce a plan or to count what is in flight.
    pub fn oracle_mut(&mut self) -> &mut Oracle {
        &mut self.oracle
    }

    /// Whether the state is what the record of writes says it must be, user by user. The first who differs, if not.
    ///
    /// # Errors
    /// The user whose flag is another than the record says.
    pub fn agrees(&self, now: Timestamp) -> Result<(), Uuid> {
        let differs =
            |person: &&Person| person.mfa_enabled != self.oracle.flag_at(person.id, person.mfa_at_first, now);
        self.directory.iter().find(differs).map_or(Ok(()), |person| Err(person.id))
    }

    /// Adds what every answer has, and remembers it.
    fn complete(
        &mut self,
        request: &Request<Vec<u8>>,
        mut response: Response<Vec<u8>>,
        people: u32,
        now: Timestamp,
    ) -> Response<Vec<u8>> {
        if self.behaviour.cors_on_refusals || response.status().is_success() {
            cors::complete(request, &mut response, self.behaviour.expose_correlation_id);
        }
        hal::complete(&mut response, self.correlation_id());
        self.seen.push(Seen {
            at: now,
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            status: response.status().as_u16(),
            people,
        });
        response
    }

    /// Makes a token, as the authorization server would.
    pub fn mint(&mut self, spec: &TokenSpec, now: Timestamp) -> String {
        let number = self.next_token();
        let claims = token::Claims::of(&self.seed, spec, number, self.clock(now));
        token::sign(&*self.keys, &claims)
    }

    /// Takes another key, so that no token holds that was issued before.
    pub fn rotate_keys(&mut self) {
        self.keys.rotate();
    }

    /// Ends the sessions of all who signed on, so that no refresh token is good any more.
    pub fn end_sessions(&mut self) {
        self.grants.end_all();
    }

    /// Lets tokens begin and end by a clock that is so much ahead, or behind for a negative number.
    pub fn set_clock_offset_millis(&mut self, millis: i64) {
        self.clock_offset_millis = millis;
    }

    /// Lets people who signed on return to `uri`, with any port. Only a path on `127.0.0.1` or `localhost`, by
    /// `http`, is taken; whether it was is told.
    pub fn register_redirect_uri(&mut self, uri: &str) -> bool {
        self.redirects.register(uri)
    }

    /// Has the environment these products and no others, by PingOne's names, for example `PING_ONE_MFA`. Only its bill of
    /// materials changes: what PingOne does without a product isn't documented.
    pub fn set_products(&mut self, products: &[&'static str]) {
        self.products = products.to_vec();
    }

    /// The environment.
    #[must_use]
    pub fn environment_id(&self) -> Uuid {
        environment::ID
    }

    /// What the flag of a user really is.
    #[must_use]
    pub fn mfa_enabled(&self, user: Uuid) -> Option<bool> {
        self.directory.get(user).map(|person| person.mfa_enabled)
    }

    /// What a user is called.
    #[must_use]
    pub fn username(&self, user: Uuid) -> Option<&str> {
        self.directory.get(user).map(|person| person.username.as_str())
    }

    /// Whether a user is in a group, directly or by way of another.
    #[must_use]
    pub fn is_in_group(&self, user: Uuid, group: Uuid) -> bool {
        self.directory.get(user).is_some_and(|person| groups::holds(group, person, false))
    }

    /// The user with this username.
    #[must_use]
    pub fn user_named(&self, username: &str) -> Option<Uuid> {
        self.directory.iter().find(|person| person.username == username).map(|person| person.id)
    }

    /// The users' ids, in the order of their creation.
    pub fn user_ids(&self) -> impl Iterator<Item = Uuid> {
        self.directory.iter().map(|person| person.id)
    }

    /// Every request that was answered, the oldest first.
    #[must_use]
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// Forgets what was seen so far.
    pub fn clear_seen(&mut self) {
        self.seen.clear();
    }

    /// Now, as the authorization server and the check of tokens take it.
    fn clock(&self, now: Timestamp) -> Timestamp {
        Timestamp(now.0.saturating_add(self.clock_offset_millis))
    }

    fn next_token(&mut self) -> u64 {
        self.minted += 1;
        self.minted
    }

    /// The first point in time at which something was asked. What is seeded to be going on counts from there.
    fn began(&self, now: Timestamp) -> Timestamp {
        self.began.unwrap_or(now)
    }

    fn correlation_id(&self) -> Uuid {
        seed::uuid(self.seed.seed ^ 0xc0, self.answered)
    }
}
