//! Requests for a user's devices, bypass and groups, and for the default of the MFA flag.

use serde_json::Value;

use crate::device::Device;
use crate::endpoint::Endpoint;
use crate::json;
use crate::tenant::Tenant;
use crate::time::Timestamp;
use crate::user::UserId;
use crate::wire::{Misread, user_parts};

use super::{Call, Fact, Request, Subject, UnreadableBody, fact};

/// Checks that an answer belongs to this user. PingOne names the user by a link, and in the list of
/// devices by the link to the list itself.
fn names_user(user: UserId, body: &Value) -> Result<(), UnreadableBody> {
    let links =
        ["_links.user.href", "_links.self.href"].map(|path| json::at(body, path).and_then(Value::as_str));
    let id = user.to_string();
    match links.into_iter().flatten().find(|link| link.contains("/users/")) {
        Some(link) if !link.contains(&id) => {
            Err(Misread::Shape("_links: name another user".to_owned()).into())
        }
        _ => Ok(()),
    }
}

/// Reads the devices of one user.
#[derive(Debug, Clone, Copy)]
pub struct ReadDevices(pub UserId);

impl Call for ReadDevices {
    type Answer = Vec<Device>;
    const SUBJECT: Subject = Subject::User;

    fn request(&self, tenant: &Tenant) -> Request {
        Request::get(Endpoint::user_part(tenant, self.0, "devices"))
    }

    fn read(&self, _: &Tenant, body: &Value) -> Result<Vec<Device>, UnreadableBody> {
        names_user(self.0, body)?;
        Ok(user_parts::devices(body)?)
    }

    fn facts(devices: &Vec<Device>) -> Vec<Fact> {
        let each = devices.iter().map(|device| fact("type", &device.kind));
        std::iter::once(fact("devices", &devices.len())).chain(each).collect()
    }
}

/// Reads until when one user may sign on without a second factor.
#[derive(Debug, Clone, Copy)]
pub struct ReadBypass(pub UserId);

impl Call for ReadBypass {
    type Answer = Option<Timestamp>;
    const SUBJECT: Subject = Subject::User;

    fn request(&self, tenant: &Tenant) -> Request {
        Request::get(Endpoint::user_part(tenant, self.0, "bypassMFA"))
    }

    fn read(&self, _: &Tenant, body: &Value) -> Result<Option<Timestamp>, UnreadableBody> {
        names_user(self.0, body)?;
        Ok(user_parts::bypass(body)?)
    }

    fn facts(until: &Option<Timestamp>) -> Vec<Fact> {
        bypass_facts(*until)
    }
}

fn bypass_facts(until: Option<Timestamp>) -> Vec<Fact> {
    until.map(|until| fact("bypassMFAEnabledUntil", &until.to_rfc3339())).into_iter().collect()
}

/// Reads the names of the groups that one user is in. `None` if PingOne doesn't return them.
#[derive(Debug, Clone, Copy)]
pub struct ReadMemberships(pub UserId);

impl Call for ReadMemberships {
    type Answer = Option<Vec<String>>;
    const SUBJECT: Subject = Subject::User;

    fn request(&self, tenant: &Tenant) -> Request {
        Request::get(Endpoint::user_with_groups(tenant, self.0))
    }

    fn read(&self, _: &Tenant, body: &Value) -> Result<Option<Vec<String>>, UnreadableBody> {
        names_user(self.0, body)?;
        Ok(user_parts::memberships(body)?)
    }

    fn facts(groups: &Option<Vec<String>>) -> Vec<Fact> {
        groups.iter().map(|groups| fact("memberOfGroupNames", &groups.join(", "))).collect()
    }
}

/// Reads whether MFA is initially on for new users. `None` if PingOne doesn't state it.
#[derive(Debug, Clone, Copy)]
pub struct ReadMfaDefault;

impl Call for ReadMfaDefault {
    type Answer = Option<bool>;
    const SUBJECT: Subject = Subject::List;

    fn request(&self, tenant: &Tenant) -> Request {
        Request::get(Endpoint::mfa_settings(tenant))
    }

    fn read(&self, _: &Tenant, body: &Value) -> Result<Option<bool>, UnreadableBody> {
        Ok(user_parts::mfa_default(body))
    }

    fn facts(enabled: &Option<bool>) -> Vec<Fact> {
        enabled.map(|enabled| fact("users.mfaEnabled", &enabled)).into_iter().collect()
    }
}
