//! One user's flag.
//!
//! Source: Ping's Postman collection ("Update User MFA Enabled"): the same body for GET and PUT.

use http::{Request, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::hal::{Link, json};
use crate::refusal::Refusal;
use crate::route::Answer;
use crate::users;
use crate::{Sandbox, Wall};

#[derive(Serialize)]
struct Body {
    #[serde(rename = "_links")]
    links: Links,
    #[serde(rename = "mfaEnabled")]
    mfa_enabled: bool,
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    this: Link,
    user: Link,
}

pub(crate) fn read(sandbox: &Sandbox, id: Uuid) -> Answer {
    let person = sandbox.directory.get(id).ok_or(Refusal::NotFound)?;
    let user = users::href(&sandbox.seed, id);
    let links = Links { this: Link::to(format!("{user}/mfaEnabled")), user: Link::to(user) };
    Ok((json(StatusCode::OK, &Body { links, mfa_enabled: person.mfa_enabled }), 1))
}

pub(crate) fn write(sandbox: &mut Sandbox, request: &Request<Vec<u8>>, id: Uuid, now: Wall) -> Answer {
    let enabled = asked(&fields(request, "mfaEnabled")?)?;
    let person = sandbox.directory.get_mut(id).ok_or(Refusal::NotFound)?;
    sandbox.report.keep(id, person.mfa_enabled, now);
    person.mfa_enabled = enabled;
    person.updated = now;
    read(sandbox, id)
}

/// `application/json`, with or without parameters.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// The fields of a JSON body. `target` is what a body that is none lacks.
pub(crate) fn fields(
    request: &Request<Vec<u8>>,
    target: &'static str,
) -> Result<Map<String, Value>, Refusal> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(is_json) {
        return Err(Refusal::MediaType);
    }
    match serde_json::from_slice(request.body()) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(Refusal::Value(target)),
    }
}

fn asked(fields: &Map<String, Value>) -> Result<bool, Refusal> {
    match fields.get("mfaEnabled") {
        Some(Value::Bool(enabled)) => Ok(*enabled),
        None | Some(Value::Null) => Err(Refusal::Required("mfaEnabled")),
        Some(_) => Err(Refusal::Value("mfaEnabled")),
    }
}
