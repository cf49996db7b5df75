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

mod authorization;
mod cors;
mod directory;
mod environment;
mod filter;
mod hal;
mod keys;
mod mfa;
mod populations;
mod refusal;
mod route;
mod seed;
mod token;
mod users;
mod wall;

#[cfg(feature = "server")]
pub mod page;
#[cfg(feature = "server")]
mod rsa_keys;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "server")]
mod verified;

pub use authorization::PUBLIC_CLIENT_ID;
pub use keys::Keys;
#[cfg(feature = "server")]
pub use rsa_keys::RsaKeys;
pub use token::{Actor, CLIENT_SECRET, Role, TokenSpec};
pub use wall::Wall;

use authorization::{Grants, Redirects};
use directory::Directory;
use keys::DigestKeys;

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
    keys: Box<dyn Keys + Send>,
    grants: Grants,
    redirects: Redirects,
    clock_offset_millis: i64,
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
        let directory = seed::grow(seed.users, seed.seed);
        let grants = Grants::new(seed.seed);
        Self {
            seed,
            directory,
            keys,
            grants,
            redirects: Redirects::default(),
            clock_offset_millis: 0,
            answered: 0,
            minted: 0,
            seen: Vec::new(),
        }
    }

    /// Answers a request.
    pub fn handle(&mut self, request: &Request<Vec<u8>>, now: Wall) -> Reply {
        self.answered += 1;
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
        let number = self.next_token();
        let claims = token::Claims::of(&self.seed, spec, number, self.clock(now));
        token::sign(&*self.keys, &claims)
    }

    /// Takes another key, so that no token holds that was issued before.
    pub fn rotate_keys(&mut self) {
        self.keys.rotate();
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

    /// Now, as the authorization server and the check of tokens take it.
    fn clock(&self, now: Wall) -> Wall {
        Wall(now.0.saturating_add(self.clock_offset_millis))
    }

    fn next_token(&mut self) -> u64 {
        self.minted += 1;
        self.minted
    }

    fn correlation_id(&self) -> Uuid {
        seed::uuid(self.seed.seed ^ 0xc0, self.answered)
    }
}
