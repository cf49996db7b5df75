//! What PingOne says about one person beyond the user: devices, bypass, memberships.
//!
//! Sources: Ping's Postman collection (the list of devices), developer.pingidentity.com ("MFA bypass for user",
//! `include`), a third party's account of a device's fields.

use serde_json::Value;

use super::{Misread, date_time, within};
use crate::api::json::{Wrong, at, boolean, list, need, text};
use crate::domain::device::{Device, DeviceState};
use crate::domain::time::Wall;

/// `GET /environments/{id}/users/{id}/devices`.
pub fn devices(body: &Value) -> Result<Vec<Device>, Misread> {
    let path = "_embedded.devices";
    let rows = list(body, path)?.iter().enumerate();
    let read = |(index, row)| device(row).map_err(|wrong| within(path, index, &wrong));
    Ok(rows.map(read).collect::<Result<_, _>>()?)
}

fn device(row: &Value) -> Result<Device, Wrong> {
    let email = text(row, "email")?;
    Ok(Device {
        kind: need(text(row, "type")?, "type")?.to_owned(),
        nickname: text(row, "nickname")?.map(str::to_owned),
        address: email.or(text(row, "phone")?).map(str::to_owned),
        state: state(row)?,
        created_at: date_time(row, "createdAt")?,
    })
}

/// A block or lock counts before the status, which stays `ACTIVE` under it.
fn state(row: &Value) -> Result<DeviceState, Wrong> {
    let is = |path, word| Ok::<_, Wrong>(text(row, path)? == Some(word));
    Ok(match need(text(row, "status")?, "status")? {
        _ if is("block.status", "BLOCKED")? => DeviceState::Blocked,
        _ if is("lock.status", "LOCKED")? => DeviceState::Locked,
        "ACTIVE" => DeviceState::Active,
        "ACTIVATION_REQUIRED" => DeviceState::ActivationRequired,
        _ => DeviceState::Unknown,
    })
}

/// `GET` and `PUT /environments/{id}/users/{id}/bypassMFA`: until when; `None` without a bypass.
pub fn bypass(body: &Value) -> Result<Option<Wall>, Misread> {
    Ok(date_time(body, "bypassMFAEnabledUntil")?)
}

/// The body of the PUT. PingOne takes this form of a date and no other.
pub fn bypass_body(until: Wall) -> Vec<u8> {
    format!("{{\"bypassMFAEnabledUntil\":\"{}\"}}", until.to_rfc3339()).into_bytes()
}

/// The names of the groups that a user is in, by `GET /environments/{id}/users/{id}?include=memberOfGroupNames`.
/// `None` where PingOne says nothing about them.
pub fn memberships(body: &Value) -> Result<Option<Vec<String>>, Misread> {
    if at(body, "memberOfGroupNames").is_none() {
        return Ok(None);
    }
    let name = |row: &Value| {
        row.as_str().map(str::to_owned).ok_or_else(|| Wrong::new("memberOfGroupNames", "is no text"))
    };
    Ok(Some(list(body, "memberOfGroupNames")?.iter().map(name).collect::<Result<_, _>>()?))
}

/// What new users begin with, by `GET /environments/{id}/mfaSettings`. `None` where PingOne says nothing.
pub fn mfa_default(body: &Value) -> Result<Option<bool>, Misread> {
    Ok(boolean(body, "users.mfaEnabled")?)
}
