//! A user's MFA flag, `mfaEnabled`.
//!
//! Source: Ping's Postman collection ("Update User MFA Enabled"): the same body for GET and PUT.

use http::{Request, Response, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Reach;
use crate::answer::Answer;
use crate::corrupt::WriteTiming;
use crate::fields::Fields;
use crate::hal::{Link, json};
use crate::oracle::{Applied, Write};
use crate::refusal::Refusal;
use crate::{Sandbox, Timestamp, environment, token};

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

pub(crate) fn read(sandbox: &Sandbox, id: Uuid, reach: &Reach) -> Answer {
    let person = reach.person(&sandbox.directory, id)?;
    Ok((body(sandbox, id, person.mfa_enabled), 1))
}

fn body(sandbox: &Sandbox, id: Uuid, mfa_enabled: bool) -> Response<Vec<u8>> {
    let user = environment::user_href(&sandbox.seed, id);
    let links = Links { this: Link::to(format!("{user}/mfaEnabled")), user: Link::to(user) };
    json(StatusCode::OK, &Body { links, mfa_enabled })
}

pub(crate) fn write(
    sandbox: &mut Sandbox,
    request: &Request<Vec<u8>>,
    id: Uuid,
    reach: &Reach,
    now: Timestamp,
) -> Answer {
    let enabled = Fields::read(request, "mfaEnabled")?.flag("mfaEnabled")?;
    let enabled = enabled.ok_or(Refusal::Required("mfaEnabled"))?;
    let person = reach.person(&sandbox.directory, id)?;
    let applied = match sandbox.write_timing {
        WriteTiming::Now => Applied::At(now),
        WriteTiming::Later(millis) => Applied::Due(now.after_millis(millis.max(1))),
        WriteTiming::Never => Applied::Never,
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
