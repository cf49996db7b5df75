//! More situations, written only from PingOne's documentation, by an author who hadn't read how the checks decide.
//! Many contain a second oddity that isn't the cause.

use std::sync::LazyLock;

use pingone::role::Permission;
use pingone::token::paste::PasteFault;
use pingone_mfa_core::diagnosis::cause::Cause;
use pingone_sandbox::{
    Actor, BackgroundChange, Behavior, CustomRole, DeviceSpec, DeviceState, DeviceType,
    Permission as Allowed, Role, Scope,
};
use uuid::Uuid;

use super::situations::{Situation, row};
use super::world::{Act, CONTRACTORS, Network, World, jwt};

/// The third of the sandbox's usual populations: Shop floor.
const SHOP_FLOOR: Scope = Scope::Population(Uuid::from_u128(0xb000_0000_0000_4000_8000_0000_0000_0003));

pub const DOCUMENTED: &[Situation] = &[
    // Input that is pasted and typed.
    row(
        "the tutorial's request is pasted as it stands there",
        Cause::TokenUnusable(PasteFault::Unexpanded),
        |world| {
            world.paste = Box::new(|_| {
                "curl --location --request PUT '{{apiPath}}/environments/{{envID}}/users/{{userID}}/mfaEnabled' \\\n\
                 --header 'Content-Type: application/json' \\\n\
                 --header 'Authorization: Bearer {{accessToken}}' \\\n\
                 --data-raw '{\"mfaEnabled\": true}'"
                    .into()
            });
        },
    ),
    row(
        "a shell's variable that was quoted too well",
        Cause::TokenUnusable(PasteFault::Unexpanded),
        |world| world.paste = Box::new(|_| "Authorization: Bearer ${ACCESS_TOKEN}".into()),
    ),
    row(
        "a person's ID token without a nonce, in quotes",
        Cause::TokenUnusable(PasteFault::IdToken),
        |world| {
            let now = world.now().0 / 1000;
            let claims = format!(
                r#"{{"iss":"https://auth.sandbox.example/5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4/as",
                "sub":"9d7c0f1e-0000-4000-8000-000000000009","aud":["0b410000-0000-4000-8000-000000000001"],
                "iat":{now},"exp":{},"acr":"Single_Factor","amr":["pwd"],"auth_time":{now},"at_hash":"b2s",
                "sid":"8c1f0f1e-0000-4000-8000-000000000008","env":"5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4",
                "org":"c0000000-0000-4000-8000-000000000001","email":"jonas.brandt@example.com"}}"#,
                now + 3600
            );
            world.paste = Box::new(move |_| format!("\"{}\"\n", jwt(r#"{"alg":"RS256"}"#, &claims)));
        },
    ),
    row(
        "of the token endpoint's answer only the refresh token was copied",
        Cause::TokenUnusable(PasteFault::RefreshToken),
        |world| {
            world.paste = Box::new(|_| r#"{"refresh_token":"nGJ3kP2cXw8Q0mVb7sYt5uLzR1aEoHdF"}"#.into());
        },
    ),
    row("a refresh token of 30 days in JWT form", Cause::TokenUnusable(PasteFault::RefreshToken), |world| {
        let now = world.now().0 / 1000;
        let issuer = "https://auth.sandbox.example/5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4/as";
        let claims = format!(
            r#"{{"client_id":"0b410000-0000-4000-8000-000000000001","iss":"{issuer}","aud":"{issuer}",
                "jti":"f2000000-0000-4000-8000-000000000007","iat":{now},"exp":{},"scope":"openid",
                "sid":"8c1f0f1e-0000-4000-8000-000000000008","env":"5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4"}}"#,
            now + 30 * 86_400
        );
        world.paste = Box::new(move |_| jwt(r#"{"alg":"RS256","kid":"default"}"#, &claims));
    }),
    row(
        "the header for the token endpoint, client ID and secret in it",
        Cause::TokenUnusable(PasteFault::NotAToken),
        |world| {
            world.paste = Box::new(|_| {
                "Authorization: Basic MGI0MTJlOGItMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAxOnNhbmRib3gtc2VjcmV0"
                    .into()
            });
        },
    ),
    row("the application's client ID in quotes", Cause::TokenUnusable(PasteFault::Id), |world| {
        world.paste = Box::new(|_| "\"0b410000-0000-4000-8000-000000000001\"".into());
    }),
    row(
        "the token endpoint's refusal instead of its answer",
        Cause::TokenUnusable(PasteFault::NotAToken),
        |world| {
            world.paste = Box::new(|_| {
                r#"{"error":"invalid_client","error_description":"Request denied: Unsupported authentication method"}"#
                    .into()
            });
        },
    ),
    row("only invisible blanks", Cause::TokenUnusable(PasteFault::Empty), |world| {
        world.paste = Box::new(|_| "\u{feff} \u{200b}\u{a0}\r\n".into());
    }),
    row(
        "the middle of the token was shortened to fit a line",
        Cause::TokenUnusable(PasteFault::Damaged),
        |world| {
            world.paste = Box::new(|token| {
                let mut parts = token.split('.');
                let (head, body) = (parts.next().unwrap(), parts.next().unwrap());
                let half = &body[..body.len() / 2];
                format!("{head}.{half}.{}", parts.next().unwrap())
            });
        },
    ),
    row("a token of yesterday, in a request that was kept, with line breaks", Cause::TokenExpired, |world| {
        world.spec.lifetime_seconds = -86_400;
        world.paste = Box::new(|token| {
            format!(
                "curl -X GET 'https://api.pingone.eu/v1/environments' \\\r\n -H 'Authorization: Bearer {token}'\r\n"
            )
        });
    }),
    row("a token of yesterday, and a clock ten minutes fast", Cause::TokenExpired, |world| {
        world.sandbox.borrow_mut().set_clock_offset_millis(-600_000);
        world.spec.lifetime_seconds = -86_400;
    }),
    row("another region, and an application of another environment", Cause::RegionElsewhere, |world| {
        let now = world.now().0 / 1000;
        let claims = format!(
            r#"{{"client_id":"3c0de000-0000-4000-8000-000000000003",
            "iss":"https://auth.pingone.com/e0000000-0000-4000-8000-000000000003/as","iat":{now},"exp":{},
            "aud":["https://api.pingone.com"],"env":"e0000000-0000-4000-8000-000000000003",
            "org":"c0000000-0000-4000-8000-000000000002"}}"#,
            now + 3600
        );
        world.paste = Box::new(move |_| jwt(r#"{"alg":"RS256","kid":"default"}"#, &claims));
    }),
    row("the environment ID is a variable", Cause::EnvironmentUnreadable, |world| {
        world.environment = Some("{{envID}}");
    }),
    row("the user ID is a mail address", Cause::UserUnreadable, |world| {
        world.user = "jonas.brandt@example.com";
    }),
    // Connecting.
    row("the end of the token was not copied", Cause::TokenRefused, |world| {
        world.paste = Box::new(|token| token[..token.len() - 20].to_owned());
        world.act = Act::Connect;
    }),
    row("the organization's ID for the environment's", Cause::EnvironmentMissing, |world| {
        world.role(Role::EnvironmentAdmin);
        world.environment = Some("c0000000-0000-4000-8000-000000000001");
        world.act = Act::Connect;
    }),
    row("a user's own token that may change the user's own flag", Cause::EndUserToken, |world| {
        world.spec.actor = Actor::Person;
        world.spec.scopes = vec!["openid".into(), "p1:update:userMfaEnabled".into()];
        world.act = Act::Connect;
    }),
    row("a token for a resource of one's own", Cause::AudienceElsewhere, |world| {
        world.spec.origins =
            Some(("agentgateway.ping.demo".into(), "https://auth.sandbox.example".to_owned()));
        world.spec.scopes = vec!["agent:invoke".into()];
        world.act = Act::Connect;
    }),
    row("the roles were given to the application, and a person signs on", Cause::NoRole, |world| {
        world.spec.actor = Actor::Person;
        world.spec.holder = Some(Uuid::from_u128(0xbeef));
        world.act = Act::Connect;
    }),
    row("the first role ever was given three seconds ago", Cause::RoleArriving, |world| {
        world.roles(&[(Role::IdentityDataAdmin, Scope::Environment)]);
        world.sandbox.borrow_mut().set_role_delay_millis(3_000);
        world.act = Act::Connect;
    }),
    row("the deployment's address of the API lacks its /v1", Cause::PathUnknown, |world| {
        world.api_path = "";
        world.act = Act::Connect;
    }),
    row("a web server that isn't PingOne knows no such page", Cause::Intermediary, |world| {
        world.wrong(r#"{"fault":{"kind":"gateway","status":404}}"#);
        world.act = Act::Connect;
    }),
    row("a proxy wants its own sign-in first", Cause::Intermediary, |world| {
        world.wrong(r#"{"fault":{"kind":"gateway","status":401}}"#);
        world.act = Act::Connect;
    }),
    row("a firewall's page says that the site is blocked", Cause::Intermediary, |world| {
        world.wrong(r#"{"fault":{"kind":"gateway","status":403}}"#);
        world.act = Act::Connect;
    }),
    row("PingOne is being maintained", Cause::ServiceFailing, |world| {
        world.wrong(r#"{"fault":{"kind":"status","status":503,"retryAfter":120}}"#);
        world.act = Act::Connect;
    }),
    row("a firewall that drops what goes to the API", Cause::HostUnreachable, |world| {
        world.network = Network::Swallowed;
        world.act = Act::Connect;
    }),
    // Roles.
    row("the role is limited to Contractors, and an employee is opened", Cause::ScopeTooNarrow, |world| {
        world.roles(&[(Role::IdentityDataAdmin, CONTRACTORS)]);
        world.act = Act::Open;
    }),
    row("roles in two populations, and devices of a user in a third", Cause::ScopeTooNarrow, |world| {
        world.roles(&[(Role::IdentityDataReadOnly, CONTRACTORS), (Role::IdentityDataAdmin, SHOP_FLOOR)]);
        world.act = Act::ReadDevices;
    }),
    row("the role is limited to Contractors, and the contractor was deleted", Cause::UserMissing, |world| {
        world.roles(&[(Role::IdentityDataAdmin, CONTRACTORS)]);
        world.user = contractor();
        world.meanwhile = Some(Box::new(|world| {
            let (user, now) = (world.id(world.user), world.now());
            world.sandbox.borrow_mut().apply_background_change(BackgroundChange::Deleted(user), now);
        }));
    }),
    row(
        "Environment Admin and Identity Data Read Only together change a flag",
        Cause::RoleMissing(Permission::UpdateMfa),
        |world| {
            world.roles(&[
                (Role::EnvironmentAdmin, Scope::Environment),
                (Role::IdentityDataReadOnly, Scope::Environment),
            ]);
        },
    ),
    row(
        "Identity Data Read Only in the one population that the user is in",
        Cause::RoleMissing(Permission::UpdateMfa),
        |world| {
            world.roles(&[(Role::IdentityDataReadOnly, CONTRACTORS)]);
            world.user = contractor();
        },
    ),
    row("a custom role that lacks only devices", Cause::RoleMissing(Permission::ReadDevices), |world| {
        custom_role(
            world,
            &[
                Allowed::ReadEnvironments,
                Allowed::ReadPopulations,
                Allowed::ReadGroups,
                Allowed::ReadUsers,
                Allowed::UpdateUserMfaEnabled,
            ],
        );
        world.act = Act::ReadDevices;
    }),
    row(
        "a custom role that changes flags and can't read users",
        Cause::RoleMissing(Permission::ReadUsers),
        |world| {
            custom_role(world, &[Allowed::ReadEnvironments, Allowed::UpdateUserMfaEnabled]);
            world.act = Act::List;
        },
    ),
    row("Client Application Developer reads a flag", Cause::RoleMissing(Permission::ReadUsers), |world| {
        world.role(Role::ClientApplicationDeveloper);
        world.act = Act::ReadFlag;
    }),
    row(
        "Environment Admin, and a user who isn't asked",
        Cause::RoleMissing(Permission::ReadUsers),
        |world| {
            world.role(Role::EnvironmentAdmin);
            world.user = "adaeze.okonkwo";
            world.act = Act::WonderWhyNotAsked;
        },
    ),
    row(
        "Configuration Read Only checks everything first",
        Cause::RoleMissing(Permission::ReadUsers),
        |world| {
            world.role(Role::ConfigurationReadOnly);
            world.act = Act::CheckEverything;
        },
    ),
    row("the role is limited to Contractors, and an employee isn't asked", Cause::ScopeTooNarrow, |world| {
        world.roles(&[(Role::IdentityDataAdmin, CONTRACTORS)]);
        world.act = Act::WonderWhyNotAsked;
    }),
    row("a reader was made administrator seconds ago", Cause::RoleArriving, |world| {
        world.roles(&[(Role::IdentityDataReadOnly, Scope::Environment)]);
        world.meanwhile = Some(Box::new(|world| {
            world.wait(60_000);
            let (holder, now) = (world.spec.holder.unwrap(), world.now());
            let mut sandbox = world.sandbox.borrow_mut();
            sandbox.set_role_delay_millis(20_000);
            sandbox.assign(holder, Role::IdentityDataAdmin, Scope::Environment, now);
        }));
    }),
    row("the application's only role is taken away while the page is open", Cause::RoleLost, |world| {
        world.roles(&[(Role::IdentityDataAdmin, Scope::Environment)]);
        world.act = Act::List;
        world.meanwhile = Some(Box::new(|world| {
            let holder = world.spec.holder.unwrap();
            world.sandbox.borrow_mut().withdraw(holder, Role::IdentityDataAdmin, Scope::Environment);
        }));
    }),
    // The environment.
    row("the environment is deleted while the page is open", Cause::EnvironmentMissing, |world| {
        world.act = Act::List;
        world.meanwhile = Some(Box::new(|world| {
            world.wrong(r#"{"on":{"endpoint":"environment"},"fault":{"kind":"status","status":404}}"#);
            world.wrong(r#"{"fault":{"kind":"status","status":403}}"#);
        }));
    }),
    // License and products.
    row("devices are refused where MFA is not among the products", Cause::MfaMissing, |world| {
        world.sandbox.borrow_mut().set_products(&["PING_ONE_BASE"]);
        world.says = vec![("GET", "/devices", 403, NOT_LICENSED)];
        world.act = Act::ReadDevices;
    }),
    row("no user is asked, and MFA is not among the products", Cause::MfaMissing, |world| {
        world.sandbox.borrow_mut().set_products(&["PING_ONE_BASE", "PING_ONE_RISK"]);
        user_with_device(world, "adaeze.okonkwo", DeviceType::Totp, DeviceState::Active);
        world.act = Act::WonderWhyNotAsked;
    }),
    row("the license is used up, and only the message says so", Cause::LicenseExceeded, |world| {
        world.says = vec![("PUT", "/mfaEnabled", 403, OVER_LICENSE)];
    }),
    row("PingID of before has the environment", Cause::PingIdDecides, |world| {
        world.sandbox.borrow_mut().set_products(&["PING_ONE_BASE", "PING_ONE_MFA", "PING_ID"]);
        user_with_device(world, "adaeze.okonkwo", DeviceType::PingIdMobile, DeviceState::Active);
        world.act = Act::WonderWhyNotAsked;
    }),
    row("PingID of today has the environment", Cause::PingIdDecides, |world| {
        world.sandbox.borrow_mut().set_products(&["PING_ONE_BASE", "PING_ONE_ID", "PING_ONE_MFA"]);
        user_with_device(world, "adaeze.okonkwo", DeviceType::Fido2, DeviceState::Active);
        world.act = Act::WonderWhyNotAsked;
    }),
    // Users.
    row("there is a device, and the flag is off", Cause::FlagOff, |world| {
        user_with_device(world, "jonas.brandt", DeviceType::Fido2, DeviceState::Active);
        world.act = Act::WonderWhyNotAsked;
    }),
    row("the flag is off, and no device is there either", Cause::FlagOff, |world| {
        let user = world.id("test.user07");
        world.sandbox.borrow_mut().set_devices(user, Vec::new());
        world.user = "test.user07";
        world.act = Act::WonderWhyNotAsked;
    }),
    row("the account is locked, and all the rest is there", Cause::AccountUnusable, |world| {
        user_with_device(world, "lena.locked", DeviceType::Totp, DeviceState::Active);
        world.act = Act::WonderWhyNotAsked;
    }),
    row("the account is disabled, and all the rest is there", Cause::AccountUnusable, |world| {
        user_with_device(world, "dora.disabled", DeviceType::Totp, DeviceState::Active);
        let (user, now) = (world.id("dora.disabled"), world.now());
        world.sandbox.borrow_mut().apply_background_change(BackgroundChange::Switched(user, true), now);
        world.act = Act::WonderWhyNotAsked;
    }),
    row("the only device was never activated", Cause::NoDevice, |world| {
        world.user = "paul.pending";
        world.act = Act::WonderWhyNotAsked;
    }),
    row("an administrator has blocked the only device", Cause::NoDevice, |world| {
        world.user = "bela.blocked";
        world.act = Act::WonderWhyNotAsked;
    }),
    row("a bypass runs, and the only device is locked too", Cause::Bypassed, |world| {
        user_with_device(world, "bypass.running", DeviceType::Totp, DeviceState::Locked);
        world.act = Act::WonderWhyNotAsked;
    }),
    row("the user who isn't asked belongs to another environment", Cause::UserMissing, |world| {
        world.user = "a0000000-0000-4000-8000-000000000006";
        world.act = Act::WonderWhyNotAsked;
    }),
    row("the environment's ID for the user's", Cause::UserMissing, |world| {
        world.user = "5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4";
        world.act = Act::ReadDevices;
    }),
    // The network.
    row("the browser knows that it is offline", Cause::Offline, |world| {
        world.act = Act::List;
        world.meanwhile = Some(Box::new(|world| world.network = Network::Offline));
    }),
    row("the company's network is left in between", Cause::HostUnreachable, |world| {
        world.act = Act::List;
        world.meanwhile = Some(Box::new(|world| world.network = Network::NoHost));
    }),
    row("a proxy lets preflights through, but not for flags", Cause::PreflightRefused, |world| {
        world.wrong(
            r#"{"on":{"method":"OPTIONS","endpoint":"mfaEnabled"},"fault":{"kind":"status","status":403}}"#,
        );
    }),
    row("the list of users never answers", Cause::NoAnswer, |world| {
        world.wrong(r#"{"on":{"endpoint":"users"},"fault":{"kind":"black-hole"}}"#);
        world.act = Act::List;
    }),
    row("something puts a page of its own in place of lists", Cause::Intermediary, |world| {
        world.wrong(r#"{"on":{"endpoint":"users"},"fault":{"kind":"html"}}"#);
        world.act = Act::List;
    }),
    row("the connection ends after the headers of one user", Cause::ConnectionLost, |world| {
        world.wrong(r#"{"on":{"endpoint":"user"},"fault":{"kind":"cut","after":0}}"#);
        world.act = Act::Open;
    }),
    row("a body ends early and is sent as a whole one", Cause::AnswerUnknown, |world| {
        world.wrong(r#"{"on":{"endpoint":"user"},"fault":{"kind":"truncated","after":60}}"#);
        world.act = Act::Open;
    }),
    row("the flag is neither true nor false", Cause::AnswerUnknown, |world| {
        world.wrong(r#"{"on":{"endpoint":"mfaEnabled"},"fault":{"kind":"odd-flag","values":["\"true\""]}}"#);
        world.act = Act::ReadFlag;
    }),
    row("too many requests, and the refusal can't be read", Cause::AnswerUnreadable, |world| {
        world.act = Act::List;
        world.meanwhile = Some(Box::new(|world| {
            world.set_behavior(&Behavior {
                rate: Some(50.0),
                others: 50.0,
                preflights_count: false,
                cors_on_refusals: false,
                ..Behavior::default()
            });
        }));
    }),
    row("changes are refused in a way that can't be read", Cause::AnswerUnreadable, |world| {
        world.role(Role::IdentityDataReadOnly);
        world.set_behavior(&Behavior { cors_on_refusals: false, ..Behavior::default() });
    }),
    // PingOne.
    row("two reports within five seconds", Cause::RateLimited, |world| {
        world.wrong(
            r#"{"on":{"endpoint":"dataExplorations"},"fault":{"kind":"status","status":429,"retryAfter":5}}"#,
        );
        world.act = Act::Report;
    }),
    row("the limit for changes is used up, that for reading isn't", Cause::RateLimited, |world| {
        world.wrong(r#"{"on":{"method":"PUT"},"fault":{"kind":"status","status":429,"retryAfter":2}}"#);
    }),
    row("one user's record can't be read", Cause::OneRecordFailing, |world| {
        let user = world.id("jonas.brandt");
        world.wrong(&format!(r#"{{"on":{{"user":"{user}"}},"fault":{{"kind":"status","status":500}}}}"#));
        world.act = Act::Open;
    }),
    row("PingOne's gateway finds nothing behind it", Cause::ServiceFailing, |world| {
        world.act = Act::List;
        world.meanwhile = Some(Box::new(|world| world.wrong(r#"{"fault":{"kind":"status","status":502}}"#)));
    }),
    row("PingOne doesn't take the body of the change", Cause::RequestRefused, |world| {
        world.wrong(r#"{"on":{"method":"PUT"},"fault":{"kind":"status","status":400}}"#);
    }),
    row("one request in a day is taken for one without a token", Cause::Temporary, |world| {
        world.act = Act::Open;
        world.meanwhile =
            Some(Box::new(|world| world.wrong(r#"{"times":1,"fault":{"kind":"status","status":401}}"#)));
    }),
    row("the next page is the same page", Cause::ListInconsistent, |world| {
        world.wrong(r#"{"on":{"endpoint":"users"},"fault":{"kind":"next-loops"}}"#);
        world.act = Act::List;
    }),
    row("the next page is somewhere else", Cause::ListInconsistent, |world| {
        world.wrong(
            r#"{"on":{"endpoint":"users"},"fault":{"kind":"next-elsewhere","href":"https://api.pingone.example/v1/users"}}"#,
        );
        world.act = Act::List;
    }),
];

/// The username of a user in Contractors.
fn contractor() -> &'static str {
    static USERNAME: LazyLock<String> = LazyLock::new(|| World::username_in(CONTRACTORS));
    &USERNAME
}

/// Gives the token's holder a custom role of the organization, and no other role.
fn custom_role(world: &mut World, allowed: &[Allowed]) {
    world.roles(&[]);
    let (holder, now) = (world.spec.holder.unwrap(), world.now());
    let role = CustomRole { name: "Help desk".into(), permissions: allowed.to_vec() };
    world.sandbox.borrow_mut().assign(holder, role, Scope::Environment, now);
}

/// Selects this user, and gives them this device and no other.
fn user_with_device(world: &mut World, username: &'static str, kind: DeviceType, state: DeviceState) {
    world.user = username;
    let user = world.id(username);
    world.sandbox.borrow_mut().set_devices(user, vec![DeviceSpec { kind, state }]);
}

const NOT_LICENSED: &str = r#"{"id":"2","code":"ACCESS_FAILED","message":"You do not have permissions or are not licensed to make this request."}"#;

const OVER_LICENSE: &str =
    r#"{"id":"3","code":"ACCESS_FAILED","message":"The request exceeded your license limit."}"#;
