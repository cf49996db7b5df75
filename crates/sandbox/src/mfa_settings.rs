//! The environment's MFA settings.
//!
//! Sources: developer.pingidentity.com, PingOne API, "MFA settings" (body of the PUT, all fields optional); Ping's
//! OpenAPI description (answer); the tests of Ping's Terraform provider (defaults). A reset answers 204 (specified).
//! Assumed: a field that the PUT omits gets its default.

use http::{Request, Response, StatusCode};
use serde::Serialize;

use crate::answer::Answer;
use crate::environment::{self, Reference};
use crate::fields::Fields;
use crate::hal::{Link, json};
use crate::refusal::Refusal;
use crate::{Sandbox, Timestamp};

const MAX_DEVICES: u64 = 15;

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MfaSettings {
    pairing: Pairing,
    #[serde(skip_serializing_if = "Option::is_none")]
    lockout: Option<Lockout>,
    phone_extensions: PhoneExtensions,
    pub(crate) users: Users,
    updated_at: Timestamp,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Pairing {
    max_allowed_devices: u64,
    pairing_key_format: KeyFormat,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum KeyFormat {
    Numeric,
    Alphanumeric,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Lockout {
    failure_count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_seconds: Option<u64>,
}

#[derive(Debug, Clone, Serialize)]
struct PhoneExtensions {
    enabled: bool,
}

/// The settings of new users.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Users {
    #[serde(rename = "mfaEnabled")]
    pub(crate) mfa_enabled: bool,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "_links")]
    links: Links,
    environment: Reference,
    #[serde(flatten)]
    settings: &'a MfaSettings,
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    this: Link,
    environment: Link,
}

impl MfaSettings {
    /// The settings of a new environment.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            pairing: Pairing { max_allowed_devices: 5, pairing_key_format: KeyFormat::Numeric },
            lockout: None,
            phone_extensions: PhoneExtensions { enabled: false },
            users: Users { mfa_enabled: true },
            updated_at: now,
        }
    }

    fn of(fields: &Fields, now: Timestamp) -> Result<Self, Refusal> {
        let default = Self::new(now);
        let pairing = Pairing {
            max_allowed_devices: devices(fields)?.unwrap_or(default.pairing.max_allowed_devices),
            pairing_key_format: key_format(fields)?.unwrap_or(default.pairing.pairing_key_format),
        };
        let enabled = fields.flag("phoneExtensions.enabled")?;
        let mfa_enabled = fields.flag("users.mfaEnabled")?;
        Ok(Self {
            pairing,
            lockout: lockout(fields)?,
            phone_extensions: PhoneExtensions {
                enabled: enabled.unwrap_or(default.phone_extensions.enabled),
            },
            users: Users { mfa_enabled: mfa_enabled.unwrap_or(default.users.mfa_enabled) },
            updated_at: now,
        })
    }
}

fn devices(fields: &Fields) -> Result<Option<u64>, Refusal> {
    let name = "pairing.maxAllowedDevices";
    let devices = fields.number(name)?;
    let fits = devices.is_none_or(|devices| (1..=MAX_DEVICES).contains(&devices));
    if fits { Ok(devices) } else { Err(Refusal::Value(name)) }
}

fn key_format(fields: &Fields) -> Result<Option<KeyFormat>, Refusal> {
    let name = "pairing.pairingKeyFormat";
    match fields.text(name)? {
        None => Ok(None),
        Some("NUMERIC") => Ok(Some(KeyFormat::Numeric)),
        Some("ALPHANUMERIC") => Ok(Some(KeyFormat::Alphanumeric)),
        Some(_) => Err(Refusal::Value(name)),
    }
}

fn lockout(fields: &Fields) -> Result<Option<Lockout>, Refusal> {
    let duration_seconds = fields.number("lockout.durationSeconds")?;
    match fields.number("lockout.failureCount")? {
        Some(failure_count) => Ok(Some(Lockout { failure_count, duration_seconds })),
        None if duration_seconds.is_some() => Err(Refusal::Required("lockout.failureCount")),
        None => Ok(None),
    }
}

pub(crate) fn read(sandbox: &Sandbox) -> Response<Vec<u8>> {
    let environment = environment::href(&sandbox.seed);
    let links =
        Links { this: Link::to(format!("{environment}/mfaSettings")), environment: Link::to(environment) };
    let body =
        Body { links, environment: Reference { id: environment::ID }, settings: &sandbox.mfa_settings };
    json(StatusCode::OK, &body)
}

pub(crate) fn write(sandbox: &mut Sandbox, request: &Request<Vec<u8>>, now: Timestamp) -> Answer {
    sandbox.mfa_settings = MfaSettings::of(&Fields::read(request, "pairing")?, now)?;
    Ok((read(sandbox), 0))
}

pub(crate) fn reset(sandbox: &mut Sandbox, now: Timestamp) -> Response<Vec<u8>> {
    sandbox.mfa_settings = MfaSettings::new(now);
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
