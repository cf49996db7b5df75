//! A user's MFA bypass: until when somebody may sign on without a second factor.
//!
//! Source: developer.pingidentity.com, PingOne API, "MFA Bypass for User" (body, date format, that both fields are
//! absent without a bypass). The Boolean's name, the links and the role are assumed to be as for `mfaEnabled`; so is
//! that an end in the past is taken, and that the user's `updatedAt` stays.

use std::collections::HashMap;

use http::{Request, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::fields::Fields;
use crate::hal::{Link, json};
use crate::refusal::Refusal;
use crate::route::Answer;
use crate::{Sandbox, Timestamp, seed, users};

const UNTIL: &str = "bypassMFAEnabledUntil";

const DAY_SECONDS: i64 = 24 * 3600;

/// The end of every bypass that was set.
pub(crate) struct Bypasses {
    ends: HashMap<Uuid, Timestamp>,
    /// Whose bypass runs when the sandbox begins, until it is set to another end.
    running: Uuid,
}

impl Bypasses {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self { ends: HashMap::new(), running: seed::uuid(seed, seed::BYPASS_RUNNING) }
    }

    /// The end of a bypass that still runs. The seeded one ends a day after the first point in time that the
    /// sandbox learns: an end on the calendar would be over whenever the sandbox starts later than that.
    fn end(&self, user: Uuid, began: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let seeded = (user == self.running).then(|| began.after_seconds(DAY_SECONDS));
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
    let user = users::href(&sandbox.seed, id);
    let links = Links { this: Link::to(format!("{user}/bypassMFA")), user: Link::to(user) };
    let end = sandbox.bypasses.end(id, sandbox.began(now), now);
    let body = Body { links, enabled: end.map(|_| true), until: end.map(|end| end.to_string()) };
    Ok((json(StatusCode::OK, &body), 1))
}

pub(crate) fn write(sandbox: &mut Sandbox, request: &Request<Vec<u8>>, id: Uuid, now: Timestamp) -> Answer {
    let end = asked(request)?;
    sandbox.directory.get(id).ok_or(Refusal::NotFound)?;
    sandbox.bypasses.ends.insert(id, end);
    read(sandbox, id, now)
}

fn asked(request: &Request<Vec<u8>>) -> Result<Timestamp, Refusal> {
    let fields = Fields::read(request, UNTIL)?;
    let text = fields.text(UNTIL)?.ok_or(Refusal::Required(UNTIL))?;
    written(text).ok_or(Refusal::Value(UNTIL))
}

/// The point in time that is written exactly like this.
fn written(text: &str) -> Option<Timestamp> {
    Timestamp::read(text).filter(|read| read.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_it_is_written() {
        for millis in [0, -1, 1_764_460_800_000, 1_709_251_199_999, 253_402_300_799_999] {
            assert_eq!(written(&Timestamp(millis).to_string()), Some(Timestamp(millis)));
        }
    }

    #[test]
    fn another_form_or_a_day_that_does_not_exist_is_none() {
        for text in ["", "2025-02-30T00:00:00.000Z", "2025-11-30T00:00:00Z", "2025-11-30T24:00:00.000Z", "Z"]
        {
            assert_eq!(written(text), None, "{text}");
        }
    }
}
