//! The table of situations: one row for each broken situation.
//!
//! `is` is the one correct diagnosis; `broken` breaks a [`World`]. Only the test reads a row's name: the page sees
//! nothing but the broken world.

use pingone::role::Permission;
use pingone::token::paste::PasteFault;
use pingone_mfa_core::diagnosis::cause::Cause;
use pingone_sandbox::{
    BackgroundChange, Behavior, DeviceSpec, DeviceState, DeviceType, Role, Scope, TokenSpec,
};

use super::world::{Act, CONTRACTORS, Network, World, jwt};

/// A situation, which is one row of the table.
pub struct Situation {
    /// The name in the test's output.
    pub name: &'static str,
    pub is: Cause,
    pub broken: fn(&mut World),
}

pub const fn row(name: &'static str, is: Cause, broken: fn(&mut World)) -> Situation {
    Situation { name, is, broken }
}

pub const SITUATIONS: &[Situation] = &[
    // Input: points 1, 3, 4, 5 and 6 of the tutorial, before anything is sent.
    row("a client secret is pasted", Cause::TokenUnusable(PasteFault::NotAToken), |world| {
        world.paste = Box::new(|_| "0aZ~kT9.secret_of-an.application_1234567890".into());
    }),
    row("a variable that wasn't filled in", Cause::TokenUnusable(PasteFault::Unexpanded), |world| {
        world.paste = Box::new(|_| "Bearer {{accessToken}}".into());
    }),
    row("an ID token is pasted", Cause::TokenUnusable(PasteFault::IdToken), |world| {
        world.paste = Box::new(|_| {
            jwt(r#"{"alg":"RS256"}"#, r#"{"aud":"0b410000-0000-4000-8000-000000000001","nonce":"n"}"#)
        });
    }),
    row(
        "a token with too many groups for PingOne's headers",
        Cause::TokenUnusable(PasteFault::OverHeaderLimit),
        |world| {
            world.paste =
                Box::new(|_| jwt(r#"{"alg":"RS256"}"#, &format!(r#"{{"g":"{}"}}"#, "g".repeat(7000))));
        },
    ),
    row("two tokens at once", Cause::TokenUnusable(PasteFault::Several), |world| {
        world.paste = Box::new(|token| {
            format!(
                "old: {token}\nnew: {}",
                jwt(r#"{"alg":"RS256"}"#, r#"{"aud":["https://api.pingone.eu"]}"#)
            )
        });
    }),
    row("a token of yesterday", Cause::TokenExpired, |world| {
        world.spec = TokenSpec { lifetime_seconds: -86_400, ..TokenSpec::default() };
    }),
    row("another region is chosen than the token's", Cause::RegionElsewhere, |world| world.region = "NA"),
    row("the environment ID is a name", Cause::EnvironmentUnreadable, |world| {
        world.environment = Some("Workforce");
    }),
    row("the user ID is a name that no user has", Cause::UserUnreadable, |world| world.user = "jonas"),
    row("the user is in a group that the deployment protects", Cause::DeploymentForbids, |world| {
        world.is_protected = true;
    }),
    // The token, after PingOne received it.
    row("the token's signature is damaged", Cause::TokenRefused, |world| {
        world.paste = Box::new(|token| {
            let (signed, signature) = token.rsplit_once('.').unwrap();
            format!("{signed}.{}", signature.chars().rev().collect::<String>())
        });
    }),
    row("PingOne has changed its keys", Cause::TokenRefused, |world| {
        world.meanwhile = Some(Box::new(|world| world.sandbox.borrow_mut().rotate_keys()));
    }),
    row("the token ends while the page is open", Cause::TokenExpired, |world| {
        world.spec.lifetime_seconds = 60;
        world.meanwhile = Some(Box::new(|world| world.wait(61_000)));
    }),
    row(
        "this computer's clock is two minutes behind, and the token has just ended",
        Cause::ClockWrong,
        |world| {
            world.spec.lifetime_seconds = 90;
            world.act = Act::List;
            world.meanwhile =
                Some(Box::new(|world| world.sandbox.borrow_mut().set_clock_offset_millis(120_000)));
        },
    ),
    row(
        "this computer's clock is half an hour behind the clock that made the token",
        Cause::ClockWrong,
        |world| {
            world.sandbox.borrow_mut().set_clock_offset_millis(30 * 60_000);
            world.meanwhile = Some(Box::new(|world| {
                world.sandbox.borrow_mut().set_clock_offset_millis(95 * 60_000);
            }));
        },
    ),
    row(
        "this computer's clock is two hours behind, and the token ended an hour ago",
        Cause::ClockWrong,
        |world| {
            // A page can't tell this from a token that was altered.
            world.sandbox.borrow_mut().set_clock_offset_millis(2 * 3_600_000);
            world.spec.lifetime_seconds = -3600;
            world.act = Act::Connect;
        },
    ),
    row("a token for another API of the same issuer", Cause::AudienceElsewhere, |world| {
        let auth = "https://auth.sandbox.example".to_owned();
        world.spec.origins = Some(("https://gateway.example".into(), auth));
        world.act = Act::Connect;
    }),
    row("a user's own token", Cause::EndUserToken, |world| {
        world.spec.actor = pingone_sandbox::Actor::Person;
        world.spec.scopes = vec!["openid".into(), "p1:read:user".into()];
        world.act = Act::Connect;
    }),
    row("a token of another region at a place that names no region", Cause::RegionElsewhere, |world| {
        world.region = "UNNAMED";
        let (api, auth) = ("https://api.pingone.com".into(), "https://auth.pingone.com".into());
        world.spec.origins = Some((api, auth));
        world.act = Act::Connect;
    }),
    // The environment and the address.
    row("an environment that doesn't exist", Cause::EnvironmentMissing, |world| {
        world.environment = Some("00000000-0000-4000-8000-000000000001");
        world.act = Act::Connect;
    }),
    row("the application has no role", Cause::NoRole, |world| {
        world.roles(&[]);
        world.act = Act::Connect;
    }),
    row("the deployment's address of the API ends in /v1/v1", Cause::PathUnknown, |world| {
        world.api_path = "/v1/v1";
        world.act = Act::Connect;
    }),
    // Roles.
    row(
        "Environment Admin, as the tutorial has it, lists users",
        Cause::RoleMissing(Permission::ReadUsers),
        |world| {
            world.role(Role::EnvironmentAdmin);
            world.act = Act::List;
        },
    ),
    row("Organization Admin opens a user", Cause::RoleMissing(Permission::ReadUsers), |world| {
        world.role(Role::OrganizationAdmin);
        world.act = Act::Open;
    }),
    row("Identity Data Read Only changes a flag", Cause::RoleMissing(Permission::UpdateMfa), |world| {
        world.role(Role::IdentityDataReadOnly);
    }),
    row("the role was given a moment ago", Cause::RoleArriving, |world| {
        world.role(Role::OrganizationAdmin);
        world.act = Act::List;
        world.meanwhile = Some(Box::new(|world| {
            let (client, now) = (Role::OrganizationAdmin.client_id(), world.now());
            let mut sandbox = world.sandbox.borrow_mut();
            sandbox.set_role_delay_millis(20_000);
            sandbox.assign(client, Role::IdentityDataAdmin, Scope::Environment, now);
        }));
    }),
    row("the role is limited to another population", Cause::ScopeTooNarrow, |world| {
        world.roles(&[(Role::IdentityDataAdmin, CONTRACTORS)]);
    }),
    row("everyone may be read and one population changed", Cause::ScopeTooNarrow, |world| {
        world.roles(&[
            (Role::IdentityDataReadOnly, Scope::Environment),
            (Role::IdentityDataAdmin, CONTRACTORS),
        ]);
        world.changed_before = vec![World::username_in(CONTRACTORS)];
    }),
    row("the role is taken away in between", Cause::RoleLost, |world| {
        world.roles(&[
            (Role::IdentityDataReadOnly, Scope::Environment),
            (Role::IdentityDataAdmin, Scope::Environment),
        ]);
        world.changed_before = vec!["adaeze.okonkwo".into()];
        world.user = "adaeze.okonkwo";
        world.meanwhile = Some(Box::new(|world| {
            let holder = world.spec.holder.unwrap();
            world.sandbox.borrow_mut().withdraw(holder, Role::IdentityDataAdmin, Scope::Environment);
        }));
    }),
    // What a run proved: the token, the role and the network worked for other users.
    row(
        "one user is refused, and the run changed others of the same population",
        Cause::OthersChanged(1),
        |world| {
            in_a_run(world, "PUT", 403, NOT_PERMITTED);
        },
    ),
    row(
        "one user is answered 401 for want of a permission in such a run",
        Cause::OthersChanged(1),
        |world| {
            in_a_run(world, "PUT", 401, NOT_PERMITTED);
        },
    ),
    row("one user is answered a plain 401 in such a run", Cause::Temporary, |world| {
        in_a_run(world, "PUT", 401, NOT_TAKEN);
    }),
    row("one user's change fails again and again in such a run", Cause::OneRecordFailing, |world| {
        in_a_run(world, "PUT", 500, "{}");
    }),
    row("the license is used up in such a run", Cause::LicenseExceeded, |world| {
        in_a_run(world, "PUT", 403, LICENSE_EXCEEDED);
    }),
    row("the user is of a population that no one was changed in", Cause::ScopeTooNarrow, |world| {
        world.roles(&[
            (Role::IdentityDataReadOnly, Scope::Environment),
            (Role::IdentityDataAdmin, CONTRACTORS),
        ]);
        world.changed_before = vec![World::username_in(CONTRACTORS)];
        world.is_run = true;
    }),
    row("the report of devices is refused", Cause::RoleMissing(Permission::ReadReport), |world| {
        world.sandbox.borrow_mut().forbid_report(true);
        world.act = Act::Report;
    }),
    row(
        "the role reads people and creates no reports",
        Cause::RoleMissing(Permission::ReadReport),
        |world| {
            world.role(Role::IdentityDataReadOnly);
            world.act = Act::Report;
        },
    ),
    // License and products.
    row("MFA is not among the environment's products", Cause::MfaMissing, |world| {
        world.sandbox.borrow_mut().set_products(&["PING_ONE_BASE"]);
        world.says = vec![("PUT", "/mfaEnabled", 403, NOT_LICENSED)];
    }),
    row("the license is used up", Cause::LicenseExceeded, |world| {
        world.says = vec![("PUT", "/mfaEnabled", 403, LICENSE_EXCEEDED)];
    }),
    row("PingOne says in its own form that the license is used up", Cause::LicenseExceeded, |world| {
        world.wrong(r#"{"on":{"method":"PUT"},"fault":{"kind":"license-exceeded"}}"#);
    }),
    row("a quota is used up", Cause::RateLimited, |world| {
        world.wrong(r#"{"on":{"endpoint":"users"},"fault":{"kind":"quota-exceeded","retryAfter":60}}"#);
        world.act = Act::List;
    }),
    // Users.
    row("a user ID of somewhere else", Cause::UserMissing, |world| {
        world.user = "00000000-0000-4000-8000-000000000002";
        world.act = Act::Open;
    }),
    row("the user is deleted before the change", Cause::UserMissing, |world| {
        world.meanwhile = Some(Box::new(|world| {
            let (user, now) = (world.id("jonas.brandt"), world.now());
            world.sandbox.borrow_mut().apply_background_change(BackgroundChange::Deleted(user), now);
        }));
    }),
    row("a 401 that names a missing permission", Cause::RoleMissing(Permission::UpdateMfa), |world| {
        world.user = "jonas.brandt";
        world.act = Act::Change;
        world.says = vec![("PUT", "/mfaEnabled", 401, NOT_PERMITTED)];
    }),
    // The network.
    row("the cable is out, and the browser doesn't know", Cause::Offline, |world| {
        world.meanwhile = Some(Box::new(|world| world.network = Network::Unplugged));
        world.act = Act::List;
    }),
    row("a firewall, or DNS, or a certificate", Cause::HostUnreachable, |world| {
        world.network = Network::NoHost;
        world.act = Act::Connect;
    }),
    row("the portal's policy doesn't name the API", Cause::PolicyForbids, |world| {
        world.network = Network::Forbidden;
        world.act = Act::Connect;
    }),
    row("preflights are refused", Cause::PreflightRefused, |world| {
        world.wrong(r#"{"on":{"method":"OPTIONS"},"fault":{"kind":"status","status":500}}"#);
        world.act = Act::Connect;
    }),
    row("a gateway's errors carry no permission to read them", Cause::AnswerUnreadable, |world| {
        world.wrong(
            r#"{"on":{"endpoint":"users"},"fault":{"kind":"status","status":503,"withoutCors":true}}"#,
        );
        world.act = Act::List;
    }),
    row("a network's sign-in page answers", Cause::Intermediary, |world| {
        world.wrong(r#"{"fault":{"kind":"html"}}"#);
        world.act = Act::Connect;
    }),
    row("a proxy refuses PUT", Cause::Intermediary, |world| {
        world.wrong(r#"{"on":{"method":"PUT"},"fault":{"kind":"gateway","status":403}}"#);
    }),
    row("every list is cut off", Cause::ConnectionLost, |world| {
        world.wrong(r#"{"on":{"endpoint":"users"},"fault":{"kind":"cut","after":40,"reset":true}}"#);
        world.act = Act::List;
    }),
    // PingOne itself.
    row("other clients use the license's limit up", Cause::RateLimited, |world| {
        world.act = Act::List;
        world.meanwhile = Some(Box::new(|world| {
            world.set_behavior(&Behavior { rate: Some(50.0), others: 50.0, ..Behavior::default() });
        }));
    }),
    row("PingOne is down", Cause::ServiceFailing, |world| {
        world.meanwhile = Some(Box::new(|world| world.wrong(r#"{"fault":{"kind":"status","status":500}}"#)));
    }),
    row("one page of the list can't be made", Cause::OneRecordFailing, |world| {
        world.wrong(r#"{"on":{"endpoint":"users","page":2},"fault":{"kind":"status","status":500}}"#);
        world.act = Act::List;
    }),
    // Nothing failed, but the user gets no MFA prompt.
    row("a bypass runs", Cause::Bypassed, |world| {
        world.user = "bypass.running";
        world.act = Act::WonderWhyNotAsked;
    }),
    row("MFA is on, and there is no device", Cause::NoDevice, |world| {
        world.user = "dina.nodevice";
        world.act = Act::WonderWhyNotAsked;
    }),
    row("only PingID is in the environment", Cause::PingIdDecides, |world| {
        world.user = "adaeze.okonkwo";
        world.act = Act::WonderWhyNotAsked;
        world.sandbox.borrow_mut().set_products(&["PING_ONE_BASE", "PING_ONE_ID"]);
    }),
    row(
        "devices may not be read, so whether there is one is unknown",
        Cause::RoleMissing(Permission::ReadDevices),
        |world| {
            world.user = "adaeze.okonkwo";
            world.act = Act::WonderWhyNotAsked;
            world.says = vec![("GET", "/devices", 403, NOT_PERMITTED)];
        },
    ),
    row("the limit is reached in the middle of the checks", Cause::RateLimited, |world| {
        world.act = Act::CheckEverything;
        world.says = vec![("GET", "/populations", 429, "{}")];
    }),
    row("everything is there, and nothing asks", Cause::PolicyDecides, |world| {
        world.user = "adaeze.okonkwo";
        world.act = Act::WonderWhyNotAsked;
        let user = world.id("adaeze.okonkwo");
        let device = DeviceSpec { kind: DeviceType::Totp, state: DeviceState::Active };
        world.sandbox.borrow_mut().set_devices(user, vec![device]);
    }),
];

/// Sets up a run that changed another user of the same population, and gets this answer for the user.
fn in_a_run(world: &mut World, method: &'static str, status: u16, body: &'static str) {
    world.user = "jonas.brandt";
    world.changed_before = vec![World::another_user_like(world.user)];
    world.is_run = true;
    world.meanwhile = Some(Box::new(move |world| world.says = vec![(method, "/mfaEnabled", status, body)]));
}

const NOT_TAKEN: &str = r#"{"id":"1","code":"INVALID_TOKEN","message":"The token is not valid."}"#;

const NOT_PERMITTED: &str = r#"{"id":"1","code":"ACCESS_FAILED","message":"The request could not be completed. You do not have access to this resource.","details":[{"code":"INSUFFICIENT_PERMISSIONS","message":"The actor attempting to perform the request is not authorized."}]}"#;

const NOT_LICENSED: &str = r#"{"id":"1","code":"ACCESS_FAILED","message":"You do not have permissions or are not licensed to make this request."}"#;

const LICENSE_EXCEEDED: &str = r#"{"id":"1","code":"ACCESS_FAILED","message":"The request exceeded your license limit.","details":[{"code":"LICENSE_EXCEEDED","message":"The request exceeded your license limit."}]}"#;
