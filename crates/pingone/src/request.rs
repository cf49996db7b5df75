//! All requests of this product as values: what they request, how they are sent, and how their answers are parsed.

use std::fmt;

use serde_json::Value;

use crate::endpoint::{Cursor, Endpoint};
use crate::environment::Environment;
use crate::fault::Paging;
use crate::filter::Filter;
use crate::redaction::secrets::brief;
use crate::tenant::Tenant;
use crate::user::{Mfa, Population, UnreadableUser, User, UserId};
use crate::wire::{self, MfaAnswer, Misread, Users};

mod device_report;
mod groups;
mod user_parts;

pub use device_report::{ReadReport, ReportPage};
pub use groups::{Groups, ReadGroups};
pub use user_parts::{ReadBypass, ReadDevices, ReadMemberships, ReadMfaDefault};

/// HTTP method of a request to PingOne.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `GET`: reads without changing anything.
    Get,
    /// `POST`: creates a device report.
    Post,
    /// `PUT`: changes the state of a user.
    Put,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
        })
    }
}

/// A request without its token. All requests have the same headers (`Accept`, and `Content-Type` if there is a body):
/// PingOne's CORS preflight refuses most others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The HTTP method of the request.
    pub method: Method,
    /// The URL that the request is sent to.
    pub endpoint: Endpoint,
    /// The JSON body of the request; `None` for a GET.
    pub body: Option<Vec<u8>>,
}

impl Request {
    fn get(endpoint: Endpoint) -> Self {
        Self { method: Method::Get, endpoint, body: None }
    }
}

/// The rate limit that a request counts against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The limit for requests that change nothing.
    Read,
    /// The limit for requests that may change a user.
    Write,
}

/// Subject of a request. The meaning of a 403 or 404 depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The environment itself or its products.
    Environment,
    /// A list in the environment, or its settings.
    List,
    /// A single user or a part of one.
    User,
}

/// Reason why the body of a 2xx answer can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnreadableBody {
    /// The body isn't JSON or has another shape.
    Misread(Misread),
    /// The link to the next page can't be followed.
    Paging(Paging),
}

impl From<Misread> for UnreadableBody {
    fn from(misread: Misread) -> Self {
        Self::Misread(misread)
    }
}

/// One of PingOne's API operations.
pub trait Call {
    /// The parsed content of a 2xx answer.
    type Answer;

    /// The rate limit that the operation counts against.
    const KIND: Kind = Kind::Read;

    /// What the operation is about, for the interpretation of errors.
    const SUBJECT: Subject;

    /// Builds the request for this operation.
    fn request(&self, tenant: &Tenant) -> Request;

    /// Parses the JSON body of a 2xx answer.
    fn read(&self, tenant: &Tenant, body: &Value) -> Result<Self::Answer, UnreadableBody>;

    /// Parses the raw body of a 2xx answer.
    fn read_body(&self, tenant: &Tenant, body: &[u8]) -> Result<Self::Answer, UnreadableBody> {
        self.read(tenant, &wire::parse(body)?)
    }

    /// The lines of the typed view for an answer, under PingOne's own field names.
    fn facts(answer: &Self::Answer) -> Vec<Fact>;
}

/// A line of the typed view: a field of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The field's name in PingOne's JSON.
    pub field: &'static str,
    /// The field's value as text, redacted and shortened.
    pub value: String,
}

/// Maximum length of a fact's value in characters.
const VALUE: usize = 1000;

fn fact(field: &'static str, value: &(impl ToString + ?Sized)) -> Fact {
    Fact { field, value: brief(&value.to_string(), VALUE) }
}

/// Reads the environment: its name, and whether it exists.
#[derive(Debug, Clone, Copy)]
pub struct ReadEnvironment;

impl Call for ReadEnvironment {
    type Answer = Environment;
    const SUBJECT: Subject = Subject::Environment;

    fn request(&self, tenant: &Tenant) -> Request {
        Request::get(Endpoint::environment(tenant))
    }

    fn read(&self, _: &Tenant, body: &Value) -> Result<Environment, UnreadableBody> {
        Ok(wire::environment(body)?)
    }

    fn facts(environment: &Environment) -> Vec<Fact> {
        vec![fact("id", &environment.id), fact("name", &environment.name)]
    }
}

/// Reads the PingOne products of the environment. `None` if PingOne doesn't return them for this token.
#[derive(Debug, Clone, Copy)]
pub struct ReadProducts;

impl Call for ReadProducts {
    type Answer = Option<Vec<String>>;
    const SUBJECT: Subject = Subject::Environment;

    fn request(&self, tenant: &Tenant) -> Request {
        Request::get(Endpoint::environment_with_products(tenant))
    }

    fn read(&self, _: &Tenant, body: &Value) -> Result<Option<Vec<String>>, UnreadableBody> {
        Ok(wire::products(body)?)
    }

    fn facts(products: &Option<Vec<String>>) -> Vec<Fact> {
        products.iter().map(|products| fact("billOfMaterials.products", &products.join(", "))).collect()
    }
}

/// Reads one page of the populations. An environment may have ten thousand.
#[derive(Debug, Clone)]
pub struct ReadPopulations {
    /// Position at which the page begins; `None` for the first.
    pub cursor: Option<Cursor>,
}

/// The answer to [`ReadPopulations`]: one page of the populations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Populations {
    /// The populations in PingOne's order.
    pub populations: Vec<Population>,
    /// Position of the next page; `None` on the last.
    pub next: Option<Cursor>,
}

impl Call for ReadPopulations {
    type Answer = Populations;
    const SUBJECT: Subject = Subject::List;

    fn request(&self, tenant: &Tenant) -> Request {
        Request::get(Endpoint::populations(tenant, self.cursor.as_ref()))
    }

    fn read(&self, tenant: &Tenant, body: &Value) -> Result<Populations, UnreadableBody> {
        let (populations, next) = wire::populations(body)?;
        let next = next.map(|href| Cursor::from_link(tenant, "/populations", &href)).transpose();
        Ok(Populations { populations, next: next.map_err(UnreadableBody::Paging)? })
    }

    fn facts(page: &Populations) -> Vec<Fact> {
        vec![fact("populations", &page.populations.len())]
    }
}

/// Reads how many users the token can see, by requesting a page of one.
#[derive(Debug, Clone, Copy)]
pub struct CountUsers;

impl Call for CountUsers {
    type Answer = Option<u64>;
    const SUBJECT: Subject = Subject::List;

    fn request(&self, tenant: &Tenant) -> Request {
        Request::get(Endpoint::users(tenant, 1, None, None))
    }

    fn read(&self, _: &Tenant, body: &Value) -> Result<Option<u64>, UnreadableBody> {
        Ok(wire::users(body)?.count)
    }

    fn facts(count: &Option<u64>) -> Vec<Fact> {
        count.map(|count| fact("count", &count)).into_iter().collect()
    }
}

/// Reads any one user: shows whether users can be read at all, and yields a user whose flag could be read next.
#[derive(Debug, Clone, Copy)]
pub struct ReadFirstUser;

impl Call for ReadFirstUser {
    type Answer = VisibleUsers;
    const SUBJECT: Subject = Subject::List;

    fn request(&self, tenant: &Tenant) -> Request {
        CountUsers.request(tenant)
    }

    fn read(&self, _: &Tenant, body: &Value) -> Result<VisibleUsers, UnreadableBody> {
        let users = wire::users(body)?;
        let first = users.rows.first().and_then(|row| match row {
            Ok(user) => Some(user.id),
            Err(unreadable) => unreadable.id,
        });
        Ok(VisibleUsers { count: users.count, first })
    }

    fn facts(visible: &VisibleUsers) -> Vec<Fact> {
        CountUsers::facts(&visible.count)
    }
}

/// The largest page size that PingOne documents. Pages may still be smaller.
pub const PAGE_SIZE: u32 = 200;

/// Reads one page of the users in the environment.
#[derive(Debug, Clone)]
pub struct ReadPage {
    /// The filter that the users have to match; `None` for all users.
    pub filter: Option<Filter>,
    /// Position at which the page begins; `None` for the first.
    pub cursor: Option<Cursor>,
}

/// The answer to [`ReadPage`]: one page of the users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The rows in PingOne's order; a row that can't be read is an error of its own.
    pub rows: Vec<Result<User, UnreadableUser>>,
    /// Number of users in the whole list, as stated by this page.
    pub count: Option<u64>,
    /// Position of the next page; `None` on the last.
    pub next: Option<Cursor>,
}

impl Call for ReadPage {
    type Answer = Page;
    const SUBJECT: Subject = Subject::List;

    fn request(&self, tenant: &Tenant) -> Request {
        Request::get(Endpoint::users(tenant, PAGE_SIZE, self.filter.as_ref(), self.cursor.as_ref()))
    }

    fn read(&self, tenant: &Tenant, body: &Value) -> Result<Page, UnreadableBody> {
        page_of(tenant, wire::users(body)?)
    }

    /// Parsing takes most of the time when many users are listed, so a page with nothing
    /// unusual is parsed in the fast way.
    fn read_body(&self, tenant: &Tenant, body: &[u8]) -> Result<Page, UnreadableBody> {
        match wire::page::read(body) {
            Some(users) => page_of(tenant, users),
            None => self.read(tenant, &wire::parse(body)?),
        }
    }

    fn facts(page: &Page) -> Vec<Fact> {
        let count = page.count.map(|count| fact("count", &count));
        std::iter::once(fact("users", &page.rows.len())).chain(count).collect()
    }
}

fn page_of(tenant: &Tenant, users: Users) -> Result<Page, UnreadableBody> {
    let next = users.next.map(|href| Cursor::from_link(tenant, "/users", &href)).transpose();
    Ok(Page { rows: users.rows, count: users.count, next: next.map_err(UnreadableBody::Paging)? })
}

/// Maximum number of users that a search by [`SearchUsers`] shows.
pub const MAX_HITS: u32 = 50;

/// Searches PingOne for the users that match a filter, for a search by name, username or email address.
#[derive(Debug, Clone)]
pub struct SearchUsers(pub Filter);

/// The users found by [`SearchUsers`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// At most [`MAX_HITS`] rows; a row that can't be read is an error of its own.
    pub rows: Vec<Result<User, UnreadableUser>>,
    /// Total number of users that match.
    pub count: Option<u64>,
}

impl Call for SearchUsers {
    type Answer = Found;
    const SUBJECT: Subject = Subject::List;

    fn request(&self, tenant: &Tenant) -> Request {
        Request::get(Endpoint::users(tenant, MAX_HITS, Some(&self.0), None))
    }

    fn read(&self, _: &Tenant, body: &Value) -> Result<Found, UnreadableBody> {
        let users = wire::users(body)?;
        Ok(Found { rows: users.rows, count: users.count })
    }

    fn facts(found: &Found) -> Vec<Fact> {
        let count = found.count.map(|count| fact("count", &count));
        std::iter::once(fact("users", &found.rows.len())).chain(count).collect()
    }
}

/// Reads one user by the user's ID.
#[derive(Debug, Clone, Copy)]
pub struct ReadUser(pub UserId);

impl Call for ReadUser {
    type Answer = User;
    const SUBJECT: Subject = Subject::User;

    fn request(&self, tenant: &Tenant) -> Request {
        Request::get(Endpoint::user(tenant, self.0))
    }

    fn read(&self, _: &Tenant, body: &Value) -> Result<User, UnreadableBody> {
        let user = wire::user(body)?;
        if user.id == self.0 {
            return Ok(user);
        }
        Err(Misread::Shape(format!("id: {} was asked for, {} answered", self.0, user.id)).into())
    }

    fn facts(user: &User) -> Vec<Fact> {
        let flag = match user.mfa {
            Mfa::On => Some(fact("mfaEnabled", &true)),
            Mfa::Off => Some(fact("mfaEnabled", &false)),
            Mfa::Unknown => None,
        };
        [fact("id", &user.id), fact("username", &user.username)].into_iter().chain(flag).collect()
    }
}

/// Reads the MFA flag of one user.
#[derive(Debug, Clone, Copy)]
pub struct ReadMfa(pub UserId);

impl Call for ReadMfa {
    type Answer = MfaAnswer;
    const SUBJECT: Subject = Subject::User;

    fn request(&self, tenant: &Tenant) -> Request {
        Request::get(Endpoint::mfa_enabled(tenant, self.0))
    }

    fn read(&self, _: &Tenant, body: &Value) -> Result<MfaAnswer, UnreadableBody> {
        read_mfa(self.0, body)
    }

    fn facts(answer: &MfaAnswer) -> Vec<Fact> {
        mfa_facts(answer)
    }
}

/// Parses the MFA flag. A flag that belongs to another user isn't accepted.
fn read_mfa(user: UserId, body: &Value) -> Result<MfaAnswer, UnreadableBody> {
    let answer = wire::mfa(body)?;
    let names_another = |link: &String| !link.ends_with(&format!("/users/{user}"));
    if answer.user_link.as_ref().is_some_and(names_another) {
        return Err(Misread::Shape("_links.user.href: names another user".to_owned()).into());
    }
    Ok(answer)
}

fn mfa_facts(answer: &MfaAnswer) -> Vec<Fact> {
    let link = |field, href: &Option<String>| href.as_ref().map(|href| fact(field, href));
    let links = [link("_links.self.href", &answer.self_link), link("_links.user.href", &answer.user_link)];
    std::iter::once(fact("mfaEnabled", &answer.enabled)).chain(links.into_iter().flatten()).collect()
}

/// The users that a token may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisibleUsers {
    /// The number of users, where PingOne says it.
    pub count: Option<u64>,
    /// The ID of the first user, if there is one.
    pub first: Option<UserId>,
}
