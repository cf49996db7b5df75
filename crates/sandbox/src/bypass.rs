//! A user's MFA bypass: the time until which the user can sign on without a second factor.
//!
//! Source: developer.pingidentity.com, PingOne API, "MFA Bypass for User" (body, date format, that both fields are
//! absent without a bypass). Assumed: the name of the Boolean, the links and the required role are as for `mfaEnabled`;
//! an end in the past is accepted; the user's `updatedAt` doesn't change.

use std::collections::HashMap;

use http::{Request, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::answer::Answer;
use crate::fields::Fields;
use crate::hal::{Link, json};
use crate::refusal::Refusal;
use crate::{Sandbox, Timestamp, dice, environment, seed};

const UNTIL: &str = "bypassMFAEnabledUntil";

const DAY_SECONDS: i64 = 24 * 3600;

/// The end of every user's MFA bypass.
pub(crate) struct Bypasses {
    ends: HashMap<Uuid, Timestamp>,
    /// The user whose bypass is active when the sandbox starts, until it is set to another end.
    active_user: Uuid,
}

impl Bypasses {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self { ends: HashMap::new(), active_user: dice::uuid(seed, seed::BYPASS_RUNNING) }
    }

    /// The end of an active bypass. The seeded bypass ends a day after the sandbox's first request: with a fixed date
    /// it would already have ended in a sandbox that starts later.
    fn end(&self, user: Uuid, began: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let seeded = (user == self.active_user).then(|| began.after_seconds(DAY_SECONDS));
        self.ends.get(&user).copied().or(seeded).filter(|end| *end > now)
    }
}

#[derive(Serialize)]
struct Body {
    #[serde(rename = "_links")]
    links: Links,
    #[serde(rename = "bypassMFAEnabled", skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
    #[serde(rename = "bypassMFAEnabledUntil", skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    this: Link,
    user: Link,
}

pub(crate) fn read(sandbox: &Sandbox, id: Uuid, now: Timestamp) -> Answer {
    sandbox.directory.get(id).ok_or(Refusal::NotFound)?;
    let user = environment::user_href(&sandbox.seed, id);
    let links = Links { this: Link::to(format!("{user}/bypassMFA")), user: Link::to(user) };
    let end = sandbox.bypasses.end(id, sandbox.began(now), now);
    let body = Body { links, enabled: end.map(|_| true), until: end.map(|end| end.to_string()) };
    Ok((json(StatusCode::OK, &body), 1))
}

pub(crate) fn write(sandbox: &mut Sandbox, request: &Request<Vec<u8>>, id: Uuid, now: Timestamp) -> Answer {
    let end = requested_end(request)?;
    sandbox.directory.get(id).ok_or(Refusal::NotFound)?;
    sandbox.bypasses.ends.insert(id, end);
    read(sandbox, id, now)
}

fn requested_end(request: &Request<Vec<u8>>) -> Result<Timestamp, Refusal> {
    let fields = Fields::read(request, UNTIL)?;
    let text = fields.text(UNTIL)?.ok_or(Refusal::Required(UNTIL))?;
    parse_exact(text).ok_or(Refusal::Value(UNTIL))
}

/// Parses a point in time; only the exact format that the sandbox writes is accepted.
fn parse_exact(text: &str) -> Option<Timestamp> {
    Timestamp::read(text).filter(|read| read.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_time_is_parsed_back() {
        for millis in [0, -1, 1_764_460_800_000, 1_709_251_199_999, 253_402_300_799_999] {
            assert_eq!(parse_exact(&Timestamp(millis).to_string()), Some(Timestamp(millis)));
        }
    }

    #[test]
    fn another_format_or_a_nonexistent_day_is_refused() {
        for text in ["", "2025-02-30T00:00:00.000Z", "2025-11-30T00:00:00Z", "2025-11-30T24:00:00.000Z", "Z"]
        {
            assert_eq!(parse_exact(text), None, "{text}");
        }
    }
}
