//! A sandbox that imitates PingOne's API for users and MFA.
//!
//! The core is pure: for a seed, a request and a point in time it computes an answer ([`Sandbox::handle`]). It has no
//! clock, no socket and no thread, so native tests can mount it on a virtual clock. The feature `server` puts it behind
//! real sockets, on a different origin than the page, so that CORS is real. The core implements CORS: it answers
//! preflights, refuses headers and omits what PingOne omits.
//!
//! The crate's README lists what is imitated and how well each part is known.

#![warn(missing_docs)]

use std::fmt;

use http::{Method, Request, Response};
use uuid::Uuid;

mod access;
mod answer;
mod authorization;
mod background;
mod behavior;
mod bypass;
mod capabilities;
mod comparison;
mod corrupt;
mod cors;
mod creation;
mod credentials;
mod devices;
mod dice;
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
mod resource;
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
pub use behavior::Behavior;
pub use cors::readable_correlation_id;
pub use devices::{DeviceSpec, DeviceState, DeviceType};
pub use fault::{Encoding, Fault, On, Rule};
pub use keys::Keys;
pub use limit::ClientAddress;
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
use corrupt::WriteTiming;
use devices::Devices;
use dice::Dice;
use directory::{Directory, Person};
use fault::Faults;
use keys::DigestKeys;
use limit::Limits;
use mfa_settings::MfaSettings;
use populations::Register;
use refusal::{Exceeded, Refusal};
use report::Report;
use resource::Resource;

/// The purpose of an environment, PingOne's environment `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvironmentKind {
    /// An environment in use, PingOne's `PRODUCTION`.
    Production,
    /// An environment for tests, PingOne's `SANDBOX`.
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

/// The parameters that a sandbox is generated from. The same seed gives the same users and the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed {
    /// The number of generated users.
    pub users: u32,
    /// Seed of the random generator; different values give different users.
    pub seed: u64,
    /// Base URL of the API, with `/v1`, for example `http://127.0.0.1:4001/v1`.
    pub api_base: String,
    /// Base URL of the authorization server, for example `http://127.0.0.1:4001`.
    pub auth_base: String,
    /// The `type` of the environment.
    pub kind: EnvironmentKind,
    /// The populations, and how users are distributed among them.
    pub populations: Populations,
}

/// An answer and how it is transmitted.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP answer. If `wire` sends nothing, it is the answer that was lost.
    pub response: Response<Vec<u8>>,
    /// How the answer is transmitted, including faults.
    pub wire: Wire,
}

/// An answered request, recorded for tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The time at which the request was answered.
    pub at: Timestamp,
    /// The HTTP method, for example `OPTIONS`.
    pub method: Method,
    /// The path of the request's URL.
    pub path: String,
    /// The query of the request's URL, without `?`.
    pub query: String,
    /// The HTTP status of the answer.
    pub status: u16,
    /// The number of users whose data the answer contained.
    pub people: u32,
}

/// The simulated PingOne environment with its API and authorization server.
pub struct Sandbox {
    seed: Seed,
    directory: Directory,
    populations: Register,
    group_names: groups::Names,
    mfa_settings: MfaSettings,
    access: Access,
    keys: Box<dyn Keys + Send>,
    behavior: Behavior,
    faults: Faults,
    limits: Limits,
    oracle: Oracle,
    background: Dice,
    write_timing: WriteTiming,
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
    /// Generates the users of `seed`. Tokens are signed with an HMAC key that is derived from the seed.
    #[must_use]
    pub fn new(seed: Seed) -> Self {
        let keys = Box::new(DigestKeys::new(seed.seed));
        Self::with_keys(seed, keys)
    }

    /// Generates the users of `seed`, and signs tokens with `keys`.
    #[must_use]
    pub fn with_keys(seed: Seed, keys: Box<dyn Keys + Send>) -> Self {
        let directory = seed::generate(&seed);
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
            behavior: Behavior::default(),
            faults: Faults::new(number),
            limits: Limits::default(),
            oracle: Oracle::default(),
            background: Dice::new(number ^ 0xba),
            write_timing: WriteTiming::default(),
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

    /// Answers a request. The address it came from is the [`ClientAddress`] among the
    /// request's extensions, if there is one.
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
        if let Some(fault) = self.next_fault(request, resource.as_ref()) {
            return self.handle_with_fault(request, &fault, now);
        }
        let (response, people) = route::answer(self, request, now);
        let response = self.complete(request, response, people, now);
        Reply { response, wire: Wire::default() }
    }

    fn handle_with_fault(&mut self, request: &Request<Vec<u8>>, fault: &Fault, now: Timestamp) -> Reply {
        if let Some((refusal, wire)) = fault.refusal() {
            let mut reply = self.refuse(request, refusal, now);
            if fault.hides_cors() {
                cors::hide(&mut reply.response);
            }
            return Reply { wire, ..reply };
        }
        self.write_timing = fault.write_timing();
        let (response, people) = route::answer(self, request, now);
        self.write_timing = WriteTiming::Now;
        let mut response = self.complete(request, response, people, now);
        let wire = fault.corrupt(request, &mut response);
        Reply { response, wire }
    }

    fn refuse(&mut self, request: &Request<Vec<u8>>, refusal: Refusal, now: Timestamp) -> Reply {
        let response = refusal.answer(dice::uuid(self.seed.seed ^ 0xe0, self.answered));
        let response = self.complete(request, response, 0, now);
        Reply { response, wire: Wire::default() }
    }

    /// Refuses a request whose body is too large to be read; `request` has an empty body.
    #[cfg(feature = "server")]
    pub(crate) fn refuse_body(&mut self, request: &Request<Vec<u8>>, now: Timestamp) -> Reply {
        self.answered += 1;
        self.refuse(request, Refusal::TooLarge, now)
    }

    /// Applies the rate limit. Preflights count only if the behavior says so; the authorization server isn't limited.
    fn limit(&mut self, request: &Request<Vec<u8>>, now: Timestamp) -> Option<Refusal> {
        let is_free = *request.method() == Method::OPTIONS && !self.behavior.preflights_count;
        if is_free || !request.uri().path().starts_with("/v1/") {
            return None;
        }
        let no_address = ClientAddress::default();
        let peer = request.extensions().get::<ClientAddress>().unwrap_or(&no_address);
        let seconds = self.limits.pass(&self.behavior, peer, now).err()?;
        let hint = self.behavior.retry_hints.then(|| now.after_seconds(i64::from(seconds)));
        Some(Refusal::RateLimited { seconds, hint, exceeded: Exceeded::Rate })
    }

    fn next_fault(&mut self, request: &Request<Vec<u8>>, resource: Option<&Resource>) -> Option<Fault> {
        if self.faults.is_empty() {
            return None;
        }
        let endpoint = resource.map_or("", Resource::endpoint);
        let page = if endpoint == "users" { users::page_number(self, request) } else { 1 };
        let user = resource.and_then(Resource::user);
        self.faults.next_fault(request, fault::Subject { endpoint, user, page })
    }

    /// Applies the delayed writes that are due.
    pub fn settle(&mut self, now: Timestamp) {
        for (user, enabled, at) in self.oracle.settle(now) {
            self.set_flag(user, enabled, at);
        }
    }

    fn set_flag(&mut self, user: Uuid, enabled: bool, at: Timestamp) {
        if let Some(person) = self.directory.get_mut(user) {
            self.report.remember(user, person.mfa_enabled, at);
            person.mfa_enabled = enabled;
            person.updated = at;
        }
    }

    /// The number of users on a page of at most `most` users.
    fn page_size(&self, most: usize, from: usize) -> usize {
        if !self.behavior.smaller_pages {
            return most;
        }
        let less = Dice::new(self.seed.seed ^ from as u64).roll() % (most as u64 / 2 + 1);
        most - usize::try_from(less).unwrap_or(0)
    }

    /// The flag as the user list shows it, which may lag behind.
    fn listed_flag(&self, person: &Person, now: Timestamp) -> bool {
        if self.behavior.list_lag_millis == 0 {
            return person.mfa_enabled;
        }
        let then = now.after_millis(-self.behavior.list_lag_millis);
        self.oracle.flag_at(person.id, person.mfa_at_first, then)
    }

    /// The current configurable behavior.
    #[must_use]
    pub fn behavior(&self) -> &Behavior {
        &self.behavior
    }

    /// Replaces the configurable behavior.
    ///
    /// # Errors
    /// A sentence about the first invalid value, starting with the field's name.
    pub fn set_behavior(&mut self, behavior: Behavior) -> Result<(), String> {
        behavior.check()?;
        self.behavior = behavior;
        Ok(())
    }

    /// Adds a fault rule. The first rule that applies to a request determines its fault.
    ///
    /// # Errors
    /// A sentence about the first invalid value, starting with the field's name.
    pub fn add_fault(&mut self, rule: Rule) -> Result<(), String> {
        rule.check()?;
        self.faults.add(rule);
        Ok(())
    }

    /// The active fault rules, in the order in which they were added.
    pub fn faults(&self) -> impl Iterator<Item = &Rule> {
        self.faults.rules()
    }

    /// Removes all fault rules, so that requests succeed again.
    pub fn clear_faults(&mut self) {
        self.faults.clear();
    }

    /// The record of what really happened.
    #[must_use]
    pub fn oracle(&self) -> &Oracle {
        &self.oracle
    }

    /// The record of what really happened, for announcing a plan or counting requests in flight.
    pub fn oracle_mut(&mut self) -> &mut Oracle {
        &mut self.oracle
    }

    /// Checks that every user's flag is the one that the recorded writes imply.
    ///
    /// # Errors
    /// The first user whose flag differs from the record.
    pub fn check_consistency(&self, now: Timestamp) -> Result<(), Uuid> {
        let differs =
            |person: &&Person| person.mfa_enabled != self.oracle.flag_at(person.id, person.mfa_at_first, now);
        self.directory.iter().find(differs).map_or(Ok(()), |person| Err(person.id))
    }

    /// Adds the headers that every answer has, and records the request.
    fn complete(
        &mut self,
        request: &Request<Vec<u8>>,
        mut response: Response<Vec<u8>>,
        people: u32,
        now: Timestamp,
    ) -> Response<Vec<u8>> {
        if self.behavior.cors_on_refusals || response.status().is_success() {
            cors::complete(request, &mut response, self.behavior.expose_correlation_id);
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

    /// Creates an access token, as the authorization server would.
    pub fn issue_token(&mut self, spec: &TokenSpec, now: Timestamp) -> String {
        let number = self.next_token();
        let claims = token::Claims::of(&self.seed, spec, number, self.clock(now));
        token::sign(&*self.keys, &claims)
    }

    /// Replaces the signing key, so that no earlier token is valid.
    pub fn rotate_keys(&mut self) {
        self.keys.rotate();
    }

    /// Ends the sessions of all signed-on users, so that no refresh token is valid.
    pub fn end_sessions(&mut self) {
        self.grants.end_all();
    }

    /// Sets by how many milliseconds the clock that tokens are issued and checked with is
    /// ahead; negative if it is behind.
    pub fn set_clock_offset_millis(&mut self, millis: i64) {
        self.clock_offset_millis = millis;
    }

    /// Registers a redirect URI, which then matches with any port. Only `http` URIs on `127.0.0.1` or `localhost` are
    /// accepted; returns whether this one was.
    pub fn register_redirect_uri(&mut self, uri: &str) -> bool {
        self.redirects.register(uri)
    }

    /// Sets the environment's products by PingOne's names, for example `PING_ONE_MFA`. Only the bill of materials
    /// changes: what PingOne does without a product isn't documented.
    pub fn set_products(&mut self, products: &[&'static str]) {
        self.products = products.to_vec();
    }

    /// The ID of the environment, the same for every seed.
    #[must_use]
    pub fn environment_id(&self) -> Uuid {
        environment::ID
    }

    /// The actual flag of a user; `None` for an unknown user.
    #[must_use]
    pub fn mfa_enabled(&self, user: Uuid) -> Option<bool> {
        self.directory.get(user).map(|person| person.mfa_enabled)
    }

    /// The username of a user; `None` for an unknown user.
    #[must_use]
    pub fn username(&self, user: Uuid) -> Option<&str> {
        self.directory.get(user).map(|person| person.username.as_str())
    }

    /// Whether a user is a member of a group, directly or through a nested group.
    #[must_use]
    pub fn is_in_group(&self, user: Uuid, group: Uuid) -> bool {
        self.directory.get(user).is_some_and(|person| groups::is_member(group, person, false))
    }

    /// The ID of the user with this username.
    #[must_use]
    pub fn user_by_username(&self, username: &str) -> Option<Uuid> {
        self.directory.iter().find(|person| person.username == username).map(|person| person.id)
    }

    /// The IDs of all users, in the order of creation.
    pub fn user_ids(&self) -> impl Iterator<Item = Uuid> {
        self.directory.iter().map(|person| person.id)
    }

    /// All answered requests, oldest first.
    #[must_use]
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// Clears the record of answered requests.
    pub fn clear_requests(&mut self) {
        self.seen.clear();
    }

    /// The current time of the server's clock, which issues and checks tokens.
    fn clock(&self, now: Timestamp) -> Timestamp {
        Timestamp(now.0.saturating_add(self.clock_offset_millis))
    }

    fn next_token(&mut self) -> u64 {
        self.minted += 1;
        self.minted
    }

    /// The time of the first request. Seeded states that are in progress are relative to it.
    fn began(&self, now: Timestamp) -> Timestamp {
        self.began.unwrap_or(now)
    }

    fn correlation_id(&self) -> Uuid {
        dice::uuid(self.seed.seed ^ 0xc0, self.answered)
    }
}
