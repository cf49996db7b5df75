//! A PingOne look-alike for users and MFA.
//!
//! The core is pure: a seed in, and for every request and point in time an answer ([`Sandbox::handle`]). It has
//! no clock, no socket and no thread, so a native test mounts it on a virtual clock; the feature `server` puts
//! it behind real sockets, on another origin than the page, so that CORS is real. CORS belongs to the core: it
//! answers preflights, refuses headers and omits what PingOne omits.
//!
//! What it mirrors, and how well that is known, stands in this crate's README.

use std::fmt;

use http::{Request, Response};
use uuid::Uuid;

mod bypass;
mod comparison;
mod cors;
mod detail;
mod devices;
mod directory;
mod environment;
mod filter;
mod groups;
mod hal;
mod keys;
mod mfa;
mod paging;
mod populations;
mod refusal;
mod report;
mod route;
mod seed;
mod token;
mod users;
mod wall;

#[cfg(feature = "server")]
pub mod page;
#[cfg(feature = "server")]
pub mod server;

pub use devices::{DeviceSpec, DeviceState, DeviceType};
pub use token::{Actor, CLIENT_SECRET, Role, TokenSpec};
pub use wall::Wall;

use bypass::Bypasses;
use devices::Devices;
use directory::Directory;
use keys::DigestKeys;
use report::Report;

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
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// What is sent back.
    pub response: Response<Vec<u8>>,
}

/// A request that was answered: what a test asks afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// When.
    pub at: Wall,
    /// The method, for example `OPTIONS`.
    pub method: http::Method,
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
    keys: DigestKeys,
    devices: Devices,
    bypasses: Bypasses,
    report: Report,
    began: Option<Wall>,
    answered: u64,
    minted: u64,
    seen: Vec<Seen>,
}

impl Sandbox {
    /// Grows the people of `seed`.
    #[must_use]
    pub fn new(seed: Seed) -> Self {
        let directory = seed::grow(seed.users, seed.seed);
        let keys = DigestKeys::new(seed.seed);
        let (devices, bypasses) = (Devices::seeded(seed.seed), Bypasses::seeded(seed.seed));
        Self {
            seed,
            directory,
            keys,
            devices,
            bypasses,
            report: Report::default(),
            began: None,
            answered: 0,
            minted: 0,
            seen: Vec::new(),
        }
    }

    /// Answers a request.
    pub fn handle(&mut self, request: &Request<Vec<u8>>, now: Wall) -> Reply {
        self.answered += 1;
        self.began.get_or_insert(now);
        let (response, people) = route::answer(self, request, now);
        self.complete(request, response, people, now)
    }

    /// Answers a request whose body is too large to be read; `request` has none.
    #[cfg(feature = "server")]
    pub(crate) fn refuse_body(&mut self, request: &Request<Vec<u8>>, now: Wall) -> Reply {
        self.answered += 1;
        let response = refusal::Refusal::TooLarge.answer(seed::uuid(self.seed.seed ^ 0xe0, self.answered));
        self.complete(request, response, 0, now)
    }

    /// Adds what every answer has, and remembers it.
    fn complete(
        &mut self,
        request: &Request<Vec<u8>>,
        mut response: Response<Vec<u8>>,
        people: u32,
        now: Wall,
    ) -> Reply {
        cors::complete(request, &mut response);
        hal::complete(&mut response, self.correlation_id());
        self.seen.push(Seen {
            at: now,
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            status: response.status().as_u16(),
            people,
        });
        Reply { response }
    }

    /// Makes a token, as the authorization server would.
    pub fn mint(&mut self, spec: &TokenSpec, now: Wall) -> String {
        self.minted += 1;
        token::mint(&self.seed, &self.keys, spec, self.minted, now)
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

    /// The user with this username.
    #[must_use]
    pub fn user_named(&self, username: &str) -> Option<Uuid> {
        self.directory.iter().find(|person| person.username == username).map(|person| person.id)
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

    /// The first point in time at which something was asked. What is seeded to be going on counts from there.
    fn began(&self, now: Wall) -> Wall {
        self.began.unwrap_or(now)
    }

    fn correlation_id(&self) -> Uuid {
        seed::uuid(self.seed.seed ^ 0xc0, self.answered)
    }
}
