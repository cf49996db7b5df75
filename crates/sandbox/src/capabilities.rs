//! The capabilities of the environment's license.
//!
//! Source: Ping's OpenAPI description (`EnvironmentCapabilities`, limited to MFA and rates);
//! developer.pingidentity.com, "Base rate limits" (limits). The address is a recorded link; that the
//! answer has that schema is assumed.

use http::{Response, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::Sandbox;
use crate::environment;
use crate::hal::{Link, json};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "capabilities that know nothing of each other")]
struct Capabilities {
    #[serde(rename = "_links")]
    links: Links,
    can_use_email_otp: bool,
    can_use_mfa: bool,
    can_use_mfa_ciam: bool,
    can_use_mfa_fido2_devices: bool,
    can_use_mfa_push_notifications: bool,
    can_use_mfa_voice_otp: bool,
    can_use_mfa_wf: bool,
    can_use_sms_otp: bool,
    can_use_totp: bool,
    environment_id: Uuid,
    license_quantities: Quantities,
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    this: Link,
}

/// Rate limits of the license by endpoint group, in requests per second (`Rps`) or per minute (`Rpm`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "PingOne's own names")]
struct Quantities {
    rlg_analytics_rpm: Limit,
    rlg_audit_rps: Limit,
    rlg_config_rpm: Limit,
    rlg_dir_write_rps: Limit,
    rlg_mfa_rps: Limit,
}

#[derive(Serialize)]
struct Limit {
    limit: u32,
}

pub(crate) fn read(sandbox: &Sandbox) -> Response<Vec<u8>> {
    let limit = |limit| Limit { limit };
    let body = Capabilities {
        links: Links { this: Link::to(environment::capabilities_href(&sandbox.seed)) },
        can_use_email_otp: true,
        can_use_mfa: true,
        can_use_mfa_ciam: false,
        can_use_mfa_fido2_devices: true,
        can_use_mfa_push_notifications: true,
        can_use_mfa_voice_otp: true,
        can_use_mfa_wf: true,
        can_use_sms_otp: true,
        can_use_totp: true,
        environment_id: environment::ID,
        license_quantities: Quantities {
            rlg_analytics_rpm: limit(600),
            rlg_audit_rps: limit(10),
            rlg_config_rpm: limit(600),
            rlg_dir_write_rps: limit(50),
            rlg_mfa_rps: limit(100),
        },
    };
    json(StatusCode::OK, &body)
}
