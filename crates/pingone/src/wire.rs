//! Parsing and building of PingOne's JSON, without interpreting what it means.
//!
//! Sources: recorded answers of api.pingone.eu (users, environments), Ping's Postman collection (mfaEnabled,
//! populations), Ping's `OpenAPI` files (errors). PingOne omits missing values; unknown fields are ignored.

use serde_json::Value;

use crate::environment::{Environment, EnvironmentId, EnvironmentKind};
use crate::fault::{Detail, Refusal};
use crate::group::Group;
use crate::json;
use crate::json::{FieldError, at, boolean, id, list, need, number, text};
use crate::redaction::secrets::{brief, excerpt};
use crate::time::{Millis, Timestamp};
use crate::user::{Account, GroupId, Mfa, Name, Population, PopulationId, UnreadableUser, User, UserId};

pub mod page;

pub mod user_parts;

pub mod device_report;

/// Reason why a body can't be parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misread {
    /// The body isn't JSON. The text is its redacted beginning.
    NotJson(String),
    /// The body is JSON of another shape. The text begins with the path of the field.
    Shape(String),
}

impl From<FieldError> for Misread {
    fn from(wrong: FieldError) -> Self {
        Self::Shape(format!("{} {}", wrong.field, wrong.problem))
    }
}

/// Parses a body as JSON, with or without a byte order mark.
pub fn parse(body: &[u8]) -> Result<Value, Misread> {
    let body = without_mark(body);
    json::parse(body).map_err(|_| Misread::NotJson(excerpt(body)))
}

/// Removes a byte order mark: it isn't valid JSON, but some proxies add one.
fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// The answer to `GET /environments/{id}`.
pub fn environment(body: &Value) -> Result<Environment, Misread> {
    let kind = match need(text(body, "type")?, "type")? {
        "PRODUCTION" => EnvironmentKind::Production,
        "SANDBOX" => EnvironmentKind::Sandbox,
        other => EnvironmentKind::Other(other.to_owned()),
    };
    let name = need(text(body, "name")?, "name")?.to_owned();
    Ok(Environment { id: EnvironmentId(need(id(body, "id")?, "id")?), name, kind })
}

/// The types of the products in an environment, from `GET /environments/{id}?expand=billOfMaterials`; `None` if PingOne
/// doesn't return them for this token.
pub fn products(body: &Value) -> Result<Option<Vec<String>>, Misread> {
    let path = "billOfMaterials.products";
    if at(body, path).is_none() {
        return Ok(None);
    }
    let product = |row: &Value| Ok::<_, FieldError>(text(row, "type")?.unwrap_or_default().to_owned());
    Ok(Some(list(body, path)?.iter().map(product).collect::<Result<_, _>>()?))
}

/// One page of `GET /environments/{id}/groups`, and its `_links.next.href` as received.
pub fn groups(body: &Value) -> Result<(Vec<Group>, Option<String>), Misread> {
    let group = |row: &Value| -> Result<Group, FieldError> {
        let name = need(text(row, "name")?, "name")?.to_owned();
        Ok(Group { id: GroupId(need(id(row, "id")?, "id")?), name })
    };
    let path = "_embedded.groups";
    let rows = list(body, path)?.iter().enumerate();
    let read = |(index, row)| group(row).map_err(|wrong| within(path, index, &wrong));
    let groups = rows.map(read).collect::<Result<_, _>>()?;
    Ok((groups, text(body, "_links.next.href")?.map(str::to_owned)))
}

/// One page of `GET /environments/{id}/populations`, and its `_links.next.href` as received.
pub fn populations(body: &Value) -> Result<(Vec<Population>, Option<String>), Misread> {
    let population = |row: &Value| -> Result<Population, FieldError> {
        let name = need(text(row, "name")?, "name")?.to_owned();
        let users = number(row, "userCount")?;
        Ok(Population { id: PopulationId(need(id(row, "id")?, "id")?), name, users })
    };
    let path = "_embedded.populations";
    let rows = list(body, path)?.iter().enumerate();
    let inside = |(index, row)| population(row).map_err(|wrong| within(path, index, &wrong));
    let populations = rows.map(inside).collect::<Result<_, _>>()?;
    Ok((populations, text(body, "_links.next.href")?.map(str::to_owned)))
}

fn within(path: &str, index: usize, wrong: &FieldError) -> FieldError {
    FieldError { field: format!("{path}[{index}].{}", wrong.field), problem: wrong.problem }
}

/// One page of `GET /environments/{id}/users`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Users {
    /// The rows, each parsed or with its problem: an unreadable row doesn't affect the others.
    pub rows: Vec<Result<User, UnreadableUser>>,
    /// `count`: the number of users in the whole list.
    pub count: Option<u64>,
    /// `_links.next.href` as received; `None` on the last page.
    pub next: Option<String>,
}

/// Parses a page of users row by row.
pub fn users(body: &Value) -> Result<Users, Misread> {
    let rows = list(body, "_embedded.users")?.iter().map(row).collect();
    let next = text(body, "_links.next.href")?.map(str::to_owned);
    Ok(Users { rows, count: number(body, "count")?, next })
}

fn row(row: &Value) -> Result<User, UnreadableUser> {
    read_user(row).map_err(|wrong| UnreadableUser {
        id: id(row, "id").ok().flatten().map(UserId),
        field: wrong.field,
        problem: wrong.problem.to_owned(),
    })
}

/// The answer to `GET /environments/{id}/users/{id}`.
pub fn user(body: &Value) -> Result<User, Misread> {
    Ok(read_user(body)?)
}

fn read_user(body: &Value) -> Result<User, FieldError> {
    Ok(User {
        id: UserId(need(id(body, "id")?, "id")?),
        username: need(text(body, "username")?, "username")?.to_owned(),
        name: name(body)?,
        email: text(body, "email")?.map(str::to_owned),
        external_id: text(body, "externalId")?.map(str::to_owned),
        population: id(body, "population.id")?.map(PopulationId),
        account: account(body)?,
        created_at: date_time(body, "createdAt")?,
        last_sign_on: date_time(body, "lastSignOn.at")?,
        // Only a Boolean is a known state; a text, a number or null is "unknown", and the row stays readable.
        mfa: at(body, "mfaEnabled").and_then(Value::as_bool).map_or(Mfa::Unknown, Mfa::from),
    })
}

fn name(body: &Value) -> Result<Name, FieldError> {
    let part = |path| -> Result<String, FieldError> {
        let part = text(body, path)?.filter(|part| !part.trim().is_empty());
        Ok(part.unwrap_or_default().to_owned())
    };
    let name = Name { given: part("name.given")?, family: part("name.family")? };
    if name.is_empty() { Ok(Name { family: part("name.formatted")?, ..name }) } else { Ok(name) }
}

fn account(body: &Value) -> Result<Account, FieldError> {
    Ok(account_of(boolean(body, "enabled")?, text(body, "account.status")?))
}

fn account_of(enabled: Option<bool>, status: Option<&str>) -> Account {
    match (enabled, status) {
        (Some(false), _) => Account::Disabled,
        (_, Some("LOCKED")) => Account::Locked,
        (Some(true), _) => Account::Enabled,
        (None, _) => Account::Unknown,
    }
}

fn date_time(body: &Value, path: &str) -> Result<Option<Timestamp>, FieldError> {
    let Some(written) = text(body, path)? else { return Ok(None) };
    Timestamp::from_rfc3339(written).map(Some).ok_or_else(|| FieldError::new(path, "isn't a date-time"))
}

/// The MFA flag in PingOne's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MfaAnswer {
    /// `mfaEnabled`: whether MFA is on for the user.
    pub enabled: bool,
    /// `_links.self.href`: the link to the flag itself.
    pub self_link: Option<String>,
    /// `_links.user.href`: the link to the user it belongs to.
    pub user_link: Option<String>,
}

/// The answer to `GET` and `PUT /environments/{id}/users/{id}/mfaEnabled`.
pub fn mfa(body: &Value) -> Result<MfaAnswer, Misread> {
    Ok(MfaAnswer {
        enabled: need(boolean(body, "mfaEnabled")?, "mfaEnabled")?,
        self_link: text(body, "_links.self.href")?.map(str::to_owned),
        user_link: text(body, "_links.user.href")?.map(str::to_owned),
    })
}

/// The body of the PUT: `{"mfaEnabled":true}`.
pub fn mfa_body(enabled: bool) -> Vec<u8> {
    format!("{{\"mfaEnabled\":{enabled}}}").into_bytes()
}

/// Whether an error must come from the gateway: it has a message, but not PingOne's ID and code.
pub fn is_from_gateway(body: &Value) -> bool {
    at(body, "id").is_none() && at(body, "code").is_none() && at(body, "message").is_some()
}

/// How long PingOne asks to wait: a date-time or a number of seconds, depending on the source. If it states only when a
/// quota is reset, the time until then.
pub fn retry_after(body: &Value, now: Timestamp) -> Option<Millis> {
    let details = at(body, "details")?.as_array()?;
    let hint = |path: &str| details.iter().find_map(|detail| wait(at(detail, path)?, now));
    hint("innerError.retryAfter").or_else(|| hint("innerError.quotaResetTime"))
}

fn wait(inner: &Value, now: Timestamp) -> Option<Millis> {
    let seconds = inner.as_u64().or_else(|| inner.as_str()?.parse().ok());
    let millis = match seconds {
        Some(seconds) => i64::try_from(seconds).ok()?.saturating_mul(1000),
        None => Timestamp::from_rfc3339(inner.as_str()?)?.since(now),
    };
    Some(Millis(u64::try_from(millis).unwrap_or(0)))
}

/// Maximum length of a kept message and of a code in characters, and maximum number of details. Anything
/// beyond was not written by PingOne.
const MAX_MESSAGE_LEN: usize = 600;
const MAX_CODE_LEN: usize = 100;
const MAX_DETAILS: usize = 20;

/// PingOne's error, redacted and shortened. Values that are missing or have a wrong type are left out.
pub fn refusal(body: &Value, status: u16, correlation_id: Option<String>) -> Refusal {
    let word = |value: &Value, path: &str| Some(brief(at(value, path)?.as_str()?, MAX_CODE_LEN));
    let message = |value: &Value| {
        let message = at(value, "message").and_then(Value::as_str);
        message.map(|message| brief(message, MAX_MESSAGE_LEN)).unwrap_or_default()
    };
    let detail = |value: &Value| Detail {
        code: word(value, "code"),
        target: word(value, "target"),
        message: message(value),
    };
    let details = at(body, "details").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    Refusal {
        status,
        code: word(body, "code"),
        message: message(body),
        details: details.iter().take(MAX_DETAILS).map(detail).collect(),
        correlation_id,
    }
}
