//! Creation of a user.
//!
//! Sources: developer.pingidentity.com, PingOne API, its tutorial, step 5, and "Populations" (the default population
//! applies if none is given); Ping's OpenAPI description (lengths). Only the attributes that the sandbox's users have
//! are kept. That an email address needs an `@` is assumed.

use http::{Request, StatusCode};
use uuid::Uuid;

use crate::access::Reach;
use crate::answer::Answer;
use crate::directory::{Account, Person};
use crate::fields::Fields;
use crate::hal::json;
use crate::refusal::Refusal;
use crate::{Sandbox, Timestamp, dice, populations, users};

const MAX_USERNAME_LENGTH: usize = 128;

/// Media types of creation and import. Attributes of imports only, such as a password, are dropped.
const MEDIA_TYPES: [&str; 2] = ["application/json", "application/vnd.pingidentity.user.import+json"];

pub(crate) fn user(
    sandbox: &mut Sandbox,
    request: &Request<Vec<u8>>,
    reach: &Reach,
    now: Timestamp,
) -> Answer {
    let person = parse_person(sandbox, &Fields::read_of(request, &MEDIA_TYPES, "username")?, now)?;
    if !reach.covers(&person) {
        return Err(Refusal::Role);
    }
    if sandbox.user_by_username(&person.username).is_some() {
        return Err(Refusal::Taken("username"));
    }
    let response = json(StatusCode::CREATED, &users::body(&sandbox.seed, &person));
    sandbox.directory.add(person);
    Ok((response, 1))
}

fn parse_person(sandbox: &Sandbox, fields: &Fields, now: Timestamp) -> Result<Person, Refusal> {
    let text = |name| fields.text(name).map(|text| text.map(str::to_owned));
    let mfa_enabled = fields.flag("mfaEnabled")?.unwrap_or(sandbox.mfa_settings.users.mfa_enabled);
    Ok(Person {
        id: dice::uuid(sandbox.seed.seed ^ 0x0d, sandbox.answered),
        username: username(fields)?,
        email: Some(email(fields)?),
        given: text("name.given")?.unwrap_or_default(),
        family: text("name.family")?.unwrap_or_default(),
        external_id: text("externalId")?,
        population: population(sandbox, fields)?,
        account: Account::Enabled,
        mfa_enabled,
        mfa_at_first: mfa_enabled,
        last_sign_on: None,
        created: now,
        updated: now,
    })
}

fn username(fields: &Fields) -> Result<String, Refusal> {
    let username = fields.text("username")?.ok_or(Refusal::Required("username"))?;
    let length = username.chars().count();
    if !(1..=MAX_USERNAME_LENGTH).contains(&length) || username.chars().any(char::is_control) {
        return Err(Refusal::Value("username"));
    }
    Ok(username.to_owned())
}

fn email(fields: &Fields) -> Result<String, Refusal> {
    let email = fields.text("email")?.ok_or(Refusal::Required("email"))?;
    if email.contains('@') { Ok(email.to_owned()) } else { Err(Refusal::Value("email")) }
}

fn population(sandbox: &Sandbox, fields: &Fields) -> Result<Uuid, Refusal> {
    let Some(id) = fields.text("population.id")? else { return Ok(populations::DEFAULT) };
    let id = Uuid::try_parse(id).ok().filter(|id| sandbox.populations.has(*id));
    id.ok_or(Refusal::Value("population.id"))
}
