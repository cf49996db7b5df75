//! A user's MFA devices.
//!
//! Source: Ping's Postman collection (the list's head), developer.pingidentity.com, PingOne API, "Read All MFA User
//! Devices" (filter, `activate` link, what else may be embedded), a recorded list without `count`, the documentation of
//! Ping's MFA connector (addresses and numbers aren't masked), a third party's account of the fields. The contents of
//! `block` and `lock`, and that an expired lock is absent, are assumed.
//!
//! A user's devices are derived from the user's ID. So nothing is stored for a hundred thousand users, and the same
//! seed gives the same devices.

use std::collections::HashMap;

use http::{Request, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::answer::Answer;
use crate::comparison::{Comparison, Offer, Operator};
use crate::dice::Dice;
use crate::directory::Person;
use crate::environment::{self, Reference};
use crate::hal::{Link, json};
use crate::mfa_settings::MfaSettings;
use crate::paging::ListQuery;
use crate::refusal::Refusal;
use crate::seed::{self};
use crate::{Sandbox, Timestamp, dice};

const OFFER: Offer = &[("status", &[Operator::Equals]), ("type", &[Operator::Equals])];

const HOUR_SECONDS: i64 = 3600;

/// The kind of an MFA device, PingOne's `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceType {
    /// An email address, PingOne's `EMAIL`.
    Email,
    /// A phone number for text messages, PingOne's `SMS`.
    Sms,
    /// An authenticator app, PingOne's `TOTP`.
    Totp,
    /// A passkey or security key, PingOne's `FIDO2`.
    Fido2,
    /// A mobile application, PingOne's `MOBILE`.
    Mobile,
    /// The `PingID` mobile app, `PINGID_MOBILE`.
    PingIdMobile,
    /// The `PingID` desktop app, `PINGID_DESKTOP`.
    PingIdDesktop,
    /// A `YubiKey` paired with `PingID`, `YUBIKEY`.
    YubiKey,
}

impl DeviceType {
    /// The value of `type` in PingOne's answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::Sms => "SMS",
            Self::Totp => "TOTP",
            Self::Fido2 => "FIDO2",
            Self::Mobile => "MOBILE",
            Self::PingIdMobile => "PINGID_MOBILE",
            Self::PingIdDesktop => "PINGID_DESKTOP",
            Self::YubiKey => "YUBIKEY",
        }
    }
}

/// Whether a device can be used to sign on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceState {
    /// The status is `ACTIVE`: the device can be used.
    Active,
    /// The status is `ACTIVATION_REQUIRED`: pairing wasn't completed.
    ActivationRequired,
    /// The status is `ACTIVE`, but an administrator blocked the device.
    Blocked,
    /// The status is `ACTIVE`, but the device is locked after failed attempts, until a day
    /// after the sandbox's first request.
    Locked,
}

impl DeviceState {
    /// The value of `status` in PingOne's answers.
    #[must_use]
    pub const fn status(self) -> &'static str {
        match self {
            Self::ActivationRequired => "ACTIVATION_REQUIRED",
            Self::Active | Self::Blocked | Self::Locked => "ACTIVE",
        }
    }
}

/// The type and state of one of a user's devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceSpec {
    /// The kind of the device, such as TOTP.
    pub kind: DeviceType,
    /// Whether the device can be used.
    pub state: DeviceState,
}

impl DeviceSpec {
    /// A device of this type that can be used.
    #[must_use]
    pub const fn active(kind: DeviceType) -> Self {
        Self { kind, state: DeviceState::Active }
    }
}

/// The devices that aren't derived from the user's ID, by user ID.
pub(crate) struct Devices(HashMap<Uuid, Vec<DeviceSpec>>);

impl Devices {
    pub(crate) fn seeded(seed: u64) -> Self {
        let of = |number, devices: &[(DeviceType, DeviceState)]| {
            let specs = devices.iter().map(|(kind, state)| DeviceSpec { kind: *kind, state: *state });
            (dice::uuid(seed, number), specs.collect())
        };
        Self(HashMap::from([
            of(seed::NO_DEVICE, &[]),
            of(seed::PENDING, &[(DeviceType::Sms, DeviceState::ActivationRequired)]),
            of(seed::BLOCKED, &[(DeviceType::Mobile, DeviceState::Blocked)]),
            of(seed::BYPASS_RUNNING, &[(DeviceType::Totp, DeviceState::Active)]),
        ]))
    }

    /// A user's devices, the default device first.
    pub(crate) fn of(&self, person: &Person) -> Vec<DeviceSpec> {
        self.0.get(&person.id).cloned().unwrap_or_else(|| derived_devices(person.id))
    }
}

/// Derives a user's devices from the ID. They don't depend on the MFA flag, because PingOne keeps the two apart.
fn derived_devices(id: Uuid) -> Vec<DeviceSpec> {
    use DeviceState::{ActivationRequired, Active, Blocked, Locked};
    let mut dice = Dice::about(id, 0xde);
    let share = dice.roll() % 100;
    let mut device = |state| DeviceSpec { kind: common_type(&mut dice), state };
    match share {
        0..34 => vec![],
        34..68 => vec![device(Active)],
        68..78 => vec![device(Active), device(Active)],
        78..82 => vec![device(Active), device(ActivationRequired), device(Blocked), device(Active)],
        82..88 => vec![device(ActivationRequired)],
        88..91 => vec![device(Blocked)],
        91..94 => vec![device(Locked)],
        94..97 => vec![DeviceSpec::active(DeviceType::PingIdMobile)],
        97..99 => vec![DeviceSpec::active(DeviceType::PingIdDesktop)],
        _ => vec![DeviceSpec::active(DeviceType::YubiKey)],
    }
}

fn common_type(dice: &mut Dice) -> DeviceType {
    match dice.roll() % 5 {
        0 => DeviceType::Email,
        1 => DeviceType::Sms,
        2 => DeviceType::Totp,
        3 => DeviceType::Fido2,
        _ => DeviceType::Mobile,
    }
}

impl Sandbox {
    /// The user's devices, the default device first; `None` for an unknown user.
    #[must_use]
    pub fn devices(&self, user: Uuid) -> Option<Vec<DeviceSpec>> {
        self.directory.get(user).map(|person| self.devices.of(person))
    }

    /// Replaces all devices of a user.
    pub fn set_devices(&mut self, user: Uuid, devices: Vec<DeviceSpec>) {
        self.devices.0.insert(user, devices);
    }
}

/// A device's ID, derived from its index in the user's list.
pub(crate) fn id(user: Uuid, index: usize) -> Uuid {
    dice::uuid(user.as_u64_pair().1 ^ 0xde, index as u64)
}

/// The address that receives codes, for an email device. Administrators see it in full; sign-on flows mask it.
pub(crate) fn email(spec: DeviceSpec, person: &Person) -> Option<String> {
    let own = || person.email.clone().unwrap_or_else(|| format!("{}@example.com", person.username));
    (spec.kind == DeviceType::Email).then(own)
}

/// The number that receives codes, for an SMS device, in full like an address. Numbers with
/// 555-01 are reserved for fiction.
pub(crate) fn phone(spec: DeviceSpec, device: Uuid) -> Option<String> {
    let last = Dice::about(device, 0x55).roll() % 100;
    (spec.kind == DeviceType::Sms).then(|| format!("+120255501{last:02}"))
}

#[derive(Serialize)]
struct ListLinks {
    #[serde(rename = "self")]
    this: Link,
    #[serde(rename = "devices.reorder")]
    reorder: Link,
}

#[derive(Serialize)]
struct List {
    #[serde(rename = "_links")]
    links: ListLinks,
    #[serde(rename = "_embedded")]
    embedded: Embedded,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
    size: usize,
}

#[derive(Serialize)]
struct Embedded {
    devices: Vec<Body>,
    #[serde(flatten)]
    more: Option<More>,
}

/// What PingOne may embed beside the devices.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct More {
    applications: [Reference; 0],
    allowedtypes: [&'static str; 2],
    order: Vec<Reference>,
    mfa_settings: MfaSettings,
    mfa_policy: Reference,
}

const POLICY: Uuid = Uuid::from_u128(0xc200_0000_0000_4000_8000_0000_0000_0001);

impl More {
    fn of(sandbox: &Sandbox, devices: &[Body]) -> Self {
        Self {
            applications: [],
            allowedtypes: [DeviceType::Totp.name(), DeviceType::Fido2.name()],
            order: devices.iter().map(|device| Reference { id: device.id }).collect(),
            mfa_settings: sandbox.mfa_settings.clone(),
            mfa_policy: Reference { id: POLICY },
        }
    }
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    this: Link,
    environment: Link,
    user: Link,
    #[serde(skip_serializing_if = "Option::is_none")]
    activate: Option<Link>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(rename = "_links")]
    links: Links,
    id: Uuid,
    #[serde(rename = "type")]
    kind: &'static str,
    status: &'static str,
    user: Reference,
    environment: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    nickname: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    block: Option<Block>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lock: Option<Lock>,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Block {
    status: &'static str,
    blocked_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Lock {
    status: &'static str,
    expires_at: String,
}

/// The time of the sandbox's first request, and the current time.
#[derive(Clone, Copy)]
struct Times {
    began: Timestamp,
    now: Timestamp,
}

/// Creation time of a device. A device that isn't activated yet is an hour old, because PingOne deletes it after a day.
fn created(state: DeviceState, person: &Person, began: Timestamp, dice: &mut Dice) -> Timestamp {
    if state == DeviceState::ActivationRequired {
        return began.after_seconds(-HOUR_SECONDS).max(person.created);
    }
    let hours = i64::try_from(dice.roll() % 2000).unwrap_or(0);
    Timestamp(person.created.after_seconds(hours * HOUR_SECONDS).0.min(dice::EPOCH))
}

fn body(sandbox: &Sandbox, person: &Person, index: usize, spec: DeviceSpec, times: Times) -> Body {
    let id = id(person.id, index);
    let user = environment::user_href(&sandbox.seed, person.id);
    let this = format!("{user}/devices/{id}");
    let mut dice = Dice::about(id, 0xc4);
    let created = created(spec.state, person, times.began, &mut dice);
    let needs_activation = spec.state == DeviceState::ActivationRequired;
    let updated = if spec.state == DeviceState::Blocked { Timestamp(dice::EPOCH) } else { created };
    let expires = times.began.after_seconds(24 * HOUR_SECONDS);
    Body {
        links: Links {
            activate: needs_activation.then(|| Link::to(this.clone())),
            this: Link::to(this),
            environment: Link::to(environment::href(&sandbox.seed)),
            user: Link::to(user),
        },
        id,
        kind: spec.kind.name(),
        status: spec.state.status(),
        user: Reference { id: person.id },
        environment: Reference { id: environment::ID },
        nickname: dice.percent(30).then_some("Work"),
        email: email(spec, person),
        phone: phone(spec, id),
        block: (spec.state == DeviceState::Blocked)
            .then(|| Block { status: "BLOCKED", blocked_at: updated.to_string() }),
        lock: (spec.state == DeviceState::Locked && times.now < expires)
            .then(|| Lock { status: "LOCKED", expires_at: expires.to_string() }),
        created_at: created.to_string(),
        updated_at: updated.to_string(),
    }
}

fn matches(body: &Body, comparison: &Comparison) -> bool {
    comparison.matches(Some(if comparison.attribute == "type" { body.kind } else { body.status }))
}

/// Answers a request for the list, which always fits on one page.
pub(crate) fn list(sandbox: &Sandbox, request: &Request<Vec<u8>>, id: Uuid, now: Timestamp) -> Answer {
    let list_query = ListQuery::of(request)?;
    let person = sandbox.directory.get(id).ok_or(Refusal::NotFound)?;
    let filter = list_query.comparisons(OFFER)?;
    let times = Times { began: sandbox.began(now), now };
    let specs = sandbox.devices.of(person).into_iter().enumerate();
    let devices = specs.map(|(index, spec)| body(sandbox, person, index, spec, times));
    let devices: Vec<Body> =
        devices.filter(|body| filter.iter().all(|comparison| matches(body, comparison))).collect();
    let size = devices.len();
    let more = sandbox.behavior.device_list_embeds_more.then(|| More::of(sandbox, &devices));
    let count = more.is_none().then_some(size);
    let reorder = Link::to(format!("{}/devices", environment::user_href(&sandbox.seed, id)));
    let links = ListLinks { this: list_query.this(&sandbox.seed), reorder };
    let list = List { links, embedded: Embedded { devices, more }, count, size };
    Ok((json(StatusCode::OK, &list), 1))
}
