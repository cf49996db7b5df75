//! The users: a page of the list, or a single user.
//!
//! Source: a recorded list of api.pingone.eu (order of fields, links, empty lists); paging as documented. Assumed: the
//! cursor's contents, and the links of a user's population and state.

use http::{Request, Response, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Reach;
use crate::answer::Answer;
use crate::directory::{Account, Person};
use crate::environment::{self, Reference};
use crate::filter::{Filter, Ids};
use crate::hal::{Link, json};
use crate::paging::{self, Links, Page};
use crate::refusal::Refusal;
use crate::{Sandbox, Seed, Timestamp, groups, populations, query};

#[derive(Serialize)]
struct Embedded<'a> {
    users: Vec<User<'a>>,
}

#[derive(Serialize)]
struct UserLinks {
    #[serde(rename = "self")]
    this: Link,
    password: Link,
    #[serde(rename = "password.set")]
    password_set: Link,
    #[serde(rename = "password.reset")]
    password_reset: Link,
    #[serde(rename = "password.check")]
    password_check: Link,
    #[serde(rename = "password.recover")]
    password_recover: Link,
    #[serde(rename = "account.sendVerificationCode")]
    send_verification_code: Link,
    #[serde(rename = "linkedAccounts")]
    linked_accounts: Link,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User<'a> {
    #[serde(rename = "_links")]
    links: UserLinks,
    #[serde(rename = "_embedded", skip_serializing_if = "Option::is_none")]
    expanded: Option<Expanded>,
    id: Uuid,
    environment: Reference,
    account: AccountBody,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    identity_provider: IdentityProvider,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_sign_on: Option<LastSignOn>,
    lifecycle: Status,
    #[serde(rename = "memberOfGroupIDs", skip_serializing_if = "Option::is_none")]
    group_ids: Option<Vec<Uuid>>,
    #[serde(rename = "memberOfGroupNames", skip_serializing_if = "Option::is_none")]
    group_names: Option<Vec<&'a str>>,
    mfa_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Name>,
    population: Reference,
    updated_at: String,
    username: String,
    verify_status: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountBody {
    can_authenticate: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    locked_at: Option<String>,
    status: &'static str,
}

#[derive(Serialize)]
struct IdentityProvider {
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LastSignOn {
    at: String,
    remote_ip: &'static str,
}

#[derive(Serialize)]
struct Status {
    status: &'static str,
}

/// The resources that `expand` requests.
#[derive(Serialize)]
struct Expanded {
    population: populations::Body,
}

#[derive(Serialize)]
struct Name {
    #[serde(skip_serializing_if = "String::is_empty")]
    given: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    family: String,
}

impl UserLinks {
    fn of(this: &str) -> Self {
        let password = || Link::to(format!("{this}/password"));
        Self {
            this: Link::to(this),
            password: password(),
            password_set: password(),
            password_reset: password(),
            password_check: password(),
            password_recover: password(),
            send_verification_code: Link::to(this),
            linked_accounts: Link::to(format!("{this}/linkedAccounts")),
        }
    }
}

impl AccountBody {
    fn of(account: Account) -> Self {
        let can_authenticate = account == Account::Enabled;
        match account {
            Account::Locked(since) => {
                Self { can_authenticate, locked_at: Some(since.to_string()), status: "LOCKED" }
            }
            Account::Enabled | Account::Disabled => Self { can_authenticate, locked_at: None, status: "OK" },
        }
    }
}

pub(crate) fn body<'a>(seed: &Seed, person: &Person) -> User<'a> {
    let name = Name { given: person.given.clone(), family: person.family.clone() };
    User {
        links: UserLinks::of(&environment::user_href(seed, person.id)),
        expanded: None,
        id: person.id,
        environment: Reference { id: environment::ID },
        account: AccountBody::of(person.account),
        created_at: person.created.to_string(),
        email: person.email.clone(),
        enabled: person.account != Account::Disabled,
        external_id: person.external_id.clone(),
        identity_provider: IdentityProvider { kind: "PING_ONE" },
        last_sign_on: person
            .last_sign_on
            .map(|at| LastSignOn { at: at.to_string(), remote_ip: "198.51.100.7" }),
        lifecycle: Status { status: "ACCOUNT_OK" },
        group_ids: None,
        group_names: None,
        mfa_enabled: person.mfa_enabled,
        name: (!name.given.is_empty() || !name.family.is_empty()).then_some(name),
        population: Reference { id: person.population },
        updated_at: person.updated.to_string(),
        username: person.username.clone(),
        verify_status: "NOT_INITIATED",
    }
}

pub(crate) fn one(sandbox: &Sandbox, request: &Request<Vec<u8>>, id: Uuid, reach: &Reach) -> Answer {
    let person = reach.person(&sandbox.directory, id)?;
    let expanded = populations(sandbox, request).and_then(|all| expanded(&all, person));
    let user = User {
        expanded,
        group_ids: query::names(request, "include", "memberOfGroupIDs").then(|| groups::ids_of(person)),
        group_names: query::names(request, "include", "memberOfGroupNames")
            .then(|| groups::names_of(&sandbox.group_names, person)),
        ..body(&sandbox.seed, person)
    };
    Ok((json(StatusCode::OK, &user), 1))
}

#[derive(Serialize)]
struct OfUser<T> {
    #[serde(rename = "_links")]
    links: OfUserLinks,
    #[serde(flatten)]
    value: T,
}

#[derive(Serialize)]
struct OfUserLinks {
    #[serde(rename = "self")]
    this: Link,
    user: Link,
}

#[derive(Serialize)]
struct Enabled {
    enabled: bool,
}

/// Answers a request for a user's population.
pub(crate) fn population(sandbox: &Sandbox, id: Uuid, reach: &Reach) -> Answer {
    let person = reach.person(&sandbox.directory, id)?;
    Ok((of_user(sandbox, person, "population", Reference { id: person.population }), 1))
}

/// Answers a request for whether a user's account is enabled.
pub(crate) fn enabled(sandbox: &Sandbox, id: Uuid, reach: &Reach) -> Answer {
    let person = reach.person(&sandbox.directory, id)?;
    let enabled = Enabled { enabled: person.account != Account::Disabled };
    Ok((of_user(sandbox, person, "enabled", enabled), 1))
}

fn of_user(sandbox: &Sandbox, person: &Person, name: &str, value: impl Serialize) -> Response<Vec<u8>> {
    let user = environment::user_href(&sandbox.seed, person.id);
    let links = OfUserLinks { this: Link::to(format!("{user}/{name}")), user: Link::to(user) };
    json(StatusCode::OK, &OfUser { links, value })
}

/// The populations, if the query requests them with the users.
fn populations(sandbox: &Sandbox, request: &Request<Vec<u8>>) -> Option<Vec<populations::Body>> {
    query::names(request, "expand", "population").then(|| populations::bodies(sandbox).collect())
}

fn expanded(populations: &[populations::Body], person: &Person) -> Option<Expanded> {
    let population = populations.iter().find(|population| population.id() == person.population)?;
    Some(Expanded { population: population.clone() })
}

/// The query of the user list.
#[derive(Default)]
struct Query {
    limit: Option<usize>,
    from: usize,
    filter: Option<(String, Filter)>,
    is_expanded: bool,
}

impl Query {
    fn read(sandbox: &Sandbox, request: &Request<Vec<u8>>) -> Result<Self, Refusal> {
        let mut query = Self::default();
        for (name, value) in query::parameters(request) {
            match name.as_ref() {
                "limit" => query.limit = Some(paging::limit(&value)?),
                "cursor" => query.from = paging::place(&value)?,
                "filter" => {
                    let ids = if sandbox.behavior.filter_by_id { Ids::Accepted } else { Ids::Refused };
                    let filter = Filter::read_with(&value, ids).map_err(Refusal::Filter)?;
                    query.filter = Some((value.into_owned(), filter));
                }
                "expand" => query.is_expanded |= query::names(request, "expand", "population"),
                // PingOne ignores unknown parameters.
                _ => {}
            }
        }
        Ok(query)
    }

    fn page(&self, sandbox: &Sandbox) -> usize {
        let largest = sandbox.behavior.largest_page;
        self.limit.unwrap_or(largest).min(largest)
    }

    fn link(&self, sandbox: &Sandbox, from: usize) -> Link {
        let filter = self.filter.as_ref().map(|(filter, _)| ("filter", filter.as_str()));
        let expand = self.is_expanded.then_some(("expand", "population"));
        let more: Vec<_> = filter.into_iter().chain(expand).collect();
        let href = format!("{}/users", environment::href(&sandbox.seed));
        paging::link(&href, from, self.page(sandbox), &more)
    }
}

/// The page number that a list's query requests, starting at 1. An invalid query counts as the first page.
pub(crate) fn page_number(sandbox: &Sandbox, request: &Request<Vec<u8>>) -> u64 {
    let Ok(query) = Query::read(sandbox, request) else { return 1 };
    (query.from / query.page(sandbox).max(1)) as u64 + 1
}

pub(crate) fn list(sandbox: &Sandbox, request: &Request<Vec<u8>>, reach: &Reach, now: Timestamp) -> Answer {
    reach.refuse_self_service()?;
    let query = Query::read(sandbox, request)?;
    let populations = populations(sandbox, request);
    let matches = |person: &Person| {
        let filter = query.filter.as_ref().map(|(_, filter)| filter);
        filter.is_none_or(|filter| filter.matches(person, &groups::is_member)) && reach.covers(person)
    };
    let count = match (&query.filter, reach) {
        (None, Reach::Environment) => sandbox.directory.len(),
        (Some((text, _)), Reach::Environment) => sandbox.directory.count(text, matches),
        _ => sandbox.directory.iter().filter(|person| matches(person)).count(),
    };
    let size = sandbox.page_size(query.page(sandbox), query.from);
    let mut people = sandbox.directory.from(query.from).filter(|(_, person)| matches(person)).peekable();
    let mut users = Vec::new();
    while users.len() < size
        && let Some((_, person)) = people.next()
    {
        let mfa_enabled = sandbox.listed_flag(person, now);
        let expanded = populations.as_ref().and_then(|all| expanded(all, person));
        users.push(User { expanded, mfa_enabled, ..body(&sandbox.seed, person) });
    }
    let size = users.len();
    let links = Links {
        this: paging::this(&sandbox.seed, request),
        next: people.peek().map(|(index, _)| query.link(sandbox, *index)),
        prev: (query.from > 0).then(|| query.link(sandbox, query.from.saturating_sub(query.page(sandbox)))),
    };
    let page = Page { links, embedded: Embedded { users }, count, size };
    Ok((json(StatusCode::OK, &page), u32::try_from(size).unwrap_or(u32::MAX)))
}
