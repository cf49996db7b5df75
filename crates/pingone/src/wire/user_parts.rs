//! Parsing of a user's devices, bypass and group memberships.
//!
//! Sources: Ping's Postman collection (the list of devices), developer.pingidentity.com ("MFA bypass for user",
//! `include`), a third party's description of a device's fields.

use serde_json::Value;

use crate::device::{Device, DeviceState};
use crate::json::{FieldError, at, list, need, text};
use crate::time::Timestamp;

use super::{Misread, date_time};

/// The answer to `GET /environments/{id}/users/{id}/devices`.
pub fn devices(body: &Value) -> Result<Vec<Device>, Misread> {
    let path = "_embedded.devices";
    Ok(list(body, path)?.iter().map(|row| device(row).unwrap_or_else(|_| unreadable(row))).collect())
}

/// A placeholder for a device that can't be read, so that the others stay readable. It is listed with an unknown state,
/// and doesn't count as usable.
fn unreadable(row: &Value) -> Device {
    let kind = text(row, "type").ok().flatten().unwrap_or("unreadable").to_owned();
    Device { kind, nickname: None, address: None, state: DeviceState::Unknown, created_at: None }
}

fn device(row: &Value) -> Result<Device, FieldError> {
    let email = text(row, "email")?;
    Ok(Device {
        kind: need(text(row, "type")?, "type")?.to_owned(),
        nickname: text(row, "nickname")?.map(str::to_owned),
        address: email.or(text(row, "phone")?).map(str::to_owned),
        state: state(row)?,
        created_at: date_time(row, "createdAt")?,
    })
}

/// A block or lock takes precedence over the status, which stays `ACTIVE` meanwhile.
fn state(row: &Value) -> Result<DeviceState, FieldError> {
    let is = |path, word| Ok::<_, FieldError>(text(row, path)? == Some(word));
    Ok(match need(text(row, "status")?, "status")? {
        _ if is("block.status", "BLOCKED")? => DeviceState::Blocked,
        _ if is("lock.status", "LOCKED")? => DeviceState::Locked,
        "ACTIVE" => DeviceState::Active,
        "ACTIVATION_REQUIRED" => DeviceState::ActivationRequired,
        _ => DeviceState::Unknown,
    })
}

/// The answer to `GET` and `PUT /environments/{id}/users/{id}/bypassMFA`: the end of the bypass; `None` without one.
pub fn bypass(body: &Value) -> Result<Option<Timestamp>, Misread> {
    Ok(date_time(body, "bypassMFAEnabledUntil")?)
}

/// The body of the PUT. PingOne accepts only this date format.
pub fn bypass_body(until: Timestamp) -> Vec<u8> {
    format!("{{\"bypassMFAEnabledUntil\":\"{}\"}}", until.to_rfc3339()).into_bytes()
}

/// The names of the groups that a user is in, from `GET /environments/{id}/users/{id}?include=memberOfGroupNames`.
/// `None` if PingOne doesn't return them.
pub fn memberships(body: &Value) -> Result<Option<Vec<String>>, Misread> {
    if at(body, "memberOfGroupNames").is_none() {
        return Ok(None);
    }
    let name = |row: &Value| {
        row.as_str().map(str::to_owned).ok_or_else(|| FieldError::new("memberOfGroupNames", "isn't a text"))
    };
    Ok(Some(list(body, "memberOfGroupNames")?.iter().map(name).collect::<Result<_, _>>()?))
}

/// Whether MFA is initially on for new users, from `GET /environments/{id}/mfaSettings`.
/// `None` if PingOne doesn't state it.
#[must_use]
pub fn mfa_default(body: &Value) -> Option<bool> {
    at(body, "users.mfaEnabled").and_then(Value::as_bool)
}
