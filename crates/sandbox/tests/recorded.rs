//! Answers have the fields of the recorded and documented bodies, with the same names and order. The fixtures are those
//! that the parsers of `crates/core` are tested with.

use http::{Method, Response};
use pingone_mfa_testkit::client::ApiClient;
use pingone_mfa_testkit::tenant::local_seed;
use pingone_sandbox::{Role, TokenSpec};
use uuid::Uuid;

const USERS: &str = include_str!("../../core/tests/fixtures/users-page.json");
const MFA_ENABLED: &str = include_str!("../../core/tests/fixtures/mfa-enabled.json");
const BAD_REQUEST: &str = include_str!("../../core/tests/fixtures/error-400.json");
const BAD_TOKEN: &str = include_str!("../../core/tests/fixtures/error-401.json");
const NO_ROLE: &str = include_str!("../../core/tests/fixtures/error-403.json");
const GATEWAY: &str = include_str!("../../core/tests/fixtures/error-403-gateway.json");
const NOT_FOUND: &str = include_str!("../../core/tests/fixtures/error-404.json");

/// Fields that a user may have in addition to the recorded ones.
const MORE: [&str; 1] = ["externalId"];

/// The names of all fields, in order.
fn fields(json: &str) -> Vec<&str> {
    // A field is a text followed by a colon; no value in these bodies contains a quote.
    let parts: Vec<&str> = json.split('"').collect();
    let named = parts.iter().zip(parts.iter().skip(1)).skip(1).step_by(2);
    named.filter(|(_, behind)| behind.trim_start().starts_with(':')).map(|(name, _)| *name).collect()
}

fn api() -> ApiClient {
    ApiClient::seeded(local_seed(30, 1), &TokenSpec::default())
}

/// Sends a request with a token of this role.
fn ask(api: &mut ApiClient, method: Method, path: &str, role: Role, body: &str) -> (u16, String) {
    api.use_token(&TokenSpec { role, ..TokenSpec::default() });
    text(api.ask(method, path, body))
}

fn text(answer: Response<Vec<u8>>) -> (u16, String) {
    (answer.status().as_u16(), String::from_utf8(answer.into_body()).unwrap())
}

fn flag(user: Uuid) -> String {
    format!("/users/{user}/mfaEnabled")
}

#[test]
fn the_fields_of_a_body_are_found_in_order() {
    assert_eq!(fields(r#"{"b":{"a" : "x", "c":[{"d":1}]},"e":"f"}"#), ["b", "a", "c", "d", "e"]);
}

#[test]
fn a_user_has_the_recorded_fields_in_the_recorded_order() {
    let recorded = USERS.split("}, {").next().unwrap();
    let recorded = fields(recorded.split("\"users\"").nth(1).unwrap());
    let (status, page) = ask(&mut api(), Method::GET, "/users?limit=30", Role::IdentityDataAdmin, "");
    assert_eq!(status, 200);
    let users: Vec<&str> = page.split("\"users\"").nth(1).unwrap().split("}, {").collect();
    let links = ["password", "password.set", "password.reset", "password.check", "password.recover"];
    // The fixture keeps one link of each user; the other links, and the fields that the
    // recorded user lacked, are ignored here.
    let is_plain = |name: &&str| {
        !MORE.contains(name)
            && !links.contains(name)
            && !["account.sendVerificationCode", "linkedAccounts", "lockedAt"].contains(name)
    };
    let same = users.iter().filter(|user| {
        let mut names: Vec<&str> = fields(user).into_iter().filter(is_plain).collect();
        // Every link has an `href`; the fixture has one.
        let mut links = 0;
        names.retain(|name| {
            links += usize::from(*name == "href");
            *name != "href" || links == 1
        });
        names.starts_with(&recorded)
    });
    let count = same.count();
    // The other users lack an email address, a name or a sign-on, and PingOne omits missing fields.
    assert!(users.len() == 30 && count >= 15, "only {count} of {} users are as recorded", users.len());
}

#[test]
fn the_flag_has_the_documented_body_for_get_and_put() {
    let mut api = api();
    let path = flag(api.user("jonas.brandt"));
    for (method, body) in [(Method::GET, ""), (Method::PUT, r#"{"mfaEnabled":true}"#)] {
        let (status, answer) = ask(&mut api, method, &path, Role::IdentityDataAdmin, body);
        assert_eq!((status, fields(&answer)), (200, fields(MFA_ENABLED)));
    }
}

#[test]
fn refusals_have_the_fields_of_the_recorded_and_documented_ones() {
    let mut api = api();
    let path = flag(api.user("jonas.brandt"));
    let admin = Role::IdentityDataAdmin;
    let unknown_user = flag(Uuid::nil());
    "no.token.atall".clone_into(&mut api.token);
    let with_bad_token = text(api.ask(Method::GET, &path, ""));
    for (answer, status, documented) in [
        (ask(&mut api, Method::PUT, &path, admin, r#"{"mfaEnabled":"yes"}"#), 400, BAD_REQUEST),
        (with_bad_token, 401, BAD_TOKEN),
        (
            ask(&mut api, Method::PUT, &path, Role::IdentityDataReadOnly, r#"{"mfaEnabled":true}"#),
            403,
            NO_ROLE,
        ),
        (ask(&mut api, Method::GET, "/nothing/of/this/kind", admin, ""), 403, GATEWAY),
        (ask(&mut api, Method::GET, &unknown_user, admin, ""), 404, NOT_FOUND),
    ] {
        assert_eq!((answer.0, fields(&answer.1)), (status, fields(documented)), "{status}");
    }
}
