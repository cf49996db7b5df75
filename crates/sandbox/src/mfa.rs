//! One user's flag.
//!
//! Source: Ping's Postman collection ("Update User MFA Enabled"): the same body for GET and PUT.

use http::{Request, Response, StatusCode, header};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::hal::{Link, json};
use crate::oracle::{Applied, Write};
use crate::refusal::Refusal;
use crate::route::Answer;
use crate::spoil::Carrying;
use crate::{Sandbox, Wall, token, users};

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
    Ok((body(sandbox, id, person.mfa_enabled), 1))
}

fn body(sandbox: &Sandbox, id: Uuid, mfa_enabled: bool) -> Response<Vec<u8>> {
    let user = users::href(&sandbox.seed, id);
    let links = Links { this: Link::to(format!("{user}/mfaEnabled")), user: Link::to(user) };
    json(StatusCode::OK, &Body { links, mfa_enabled })
}

pub(crate) fn write(sandbox: &mut Sandbox, request: &Request<Vec<u8>>, id: Uuid, now: Wall) -> Answer {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(is_json) {
        return Err(Refusal::MediaType);
    }
    let enabled = asked(request.body())?;
    let person = sandbox.directory.get(id).ok_or(Refusal::NotFound)?;
    let applied = match sandbox.carrying {
        Carrying::Now => Applied::At(now),
        Carrying::Later(millis) => Applied::Due(now.after_millis(millis.max(1))),
        Carrying::Never => Applied::Never,
    };
    let client = token::client_id(request.headers());
    let (from, request) = (person.mfa_enabled, sandbox.correlation_id());
    sandbox.oracle.record(Write {
        at: now,
        user: id,
        from,
        to: enabled,
        applied,
        client,
        request,
        planned: None,
    });
    if matches!(applied, Applied::At(_)) {
        sandbox.set_flag(id, enabled, now);
    }
    Ok((body(sandbox, id, enabled), 1))
}

/// `application/json`, with or without parameters.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn asked(body: &[u8]) -> Result<bool, Refusal> {
    let Ok(Value::Object(fields)) = serde_json::from_slice(body) else {
        return Err(Refusal::Value("mfaEnabled"));
    };
    match fields.get("mfaEnabled") {
        Some(Value::Bool(enabled)) => Ok(*enabled),
        None | Some(Value::Null) => Err(Refusal::Required("mfaEnabled")),
        Some(_) => Err(Refusal::Value("mfaEnabled")),
    }
}
