//! The MFA bypass of a user.

use http::Method;
use pingone_sandbox::{Role, Timestamp};
use uuid::Uuid;

use pingone_mfa_testkit::client::{ApiClient, NOW, body};

fn path(api: &ApiClient, name: &str) -> String {
    format!("/users/{}/bypassMFA", api.user(name))
}

fn until(end: Timestamp) -> String {
    format!(r#"{{"bypassMFAEnabledUntil":"{end}"}}"#)
}

#[test]
fn a_user_without_a_bypass_has_neither_field() {
    let mut api = ApiClient::admin(20);
    let path = path(&api, "jonas.brandt");
    let answer = api.read(&path);
    let this = answer["_links"]["self"]["href"].as_str().unwrap();
    assert!(this.ends_with(&path));
    assert_eq!(answer["_links"]["user"]["href"], this.strip_suffix("/bypassMFA").unwrap());
    assert_eq!(answer.as_object().unwrap().len(), 1);
}

#[test]
fn a_put_sets_the_end_after_which_the_bypass_is_inactive() {
    let mut api = ApiClient::admin(20);
    let path = path(&api, "jonas.brandt");
    let end = NOW.after_seconds(60);
    let set = api.ask(Method::PUT, &path, &until(end));
    assert_eq!((set.status().as_u16(), &body(&set)["bypassMFAEnabled"]), (200, &true.into()));
    assert_eq!(body(&set)["bypassMFAEnabledUntil"], end.to_string());
    api.advance(59);
    assert_eq!(api.read(&path), body(&set));
    api.advance(1);
    assert!(api.read(&path).get("bypassMFAEnabledUntil").is_none());
}

#[test]
fn the_seeded_bypass_is_active_for_a_day_after_the_first_request() {
    let mut api = ApiClient::admin(20);
    let path = path(&api, "bypass.running");
    api.advance(576_000);
    let end = api.now.after_seconds(86_400);
    assert_eq!(api.read(&path)["bypassMFAEnabledUntil"], end.to_string());
    api.advance(100);
    assert_eq!(api.read(&path)["bypassMFAEnabledUntil"], end.to_string());
    api.ask(Method::PUT, &path, &until(NOW));
    assert!(api.read(&path).get("bypassMFAEnabled").is_none());
}

#[test]
fn only_the_documented_date_format_is_accepted() {
    let mut api = ApiClient::admin(20);
    let path = path(&api, "jonas.brandt");
    for date in [
        "2030-11-30",
        "2030-11-30T00:00:00Z",
        "2030-11-30T00:00:00.000",
        "2030-11-30T00:00:00.000+00:00",
        "2030-11-30t00:00:00.000z",
        "2030-11-31T00:00:00.000Z",
        "2030-13-01T00:00:00.000Z",
        "2030-11-30T25:00:00.000Z",
        " 2030-11-30T00:00:00.000Z",
        "99999-11-30T00:00:00.000Z",
        "tomorrow",
        "",
    ] {
        let text = format!(r#"{{"bypassMFAEnabledUntil":"{date}"}}"#);
        assert_eq!(api.refusal(Method::PUT, &path, &text), (400, "INVALID_VALUE".to_owned()), "{date}");
    }
    for (text, code) in [
        ("{}", "REQUIRED_VALUE"),
        (r#"{"bypassMFAEnabledUntil":null}"#, "REQUIRED_VALUE"),
        (r#"{"bypassMFAEnabledUntil":1}"#, "INVALID_VALUE"),
        ("[]", "INVALID_VALUE"),
    ] {
        assert_eq!(api.refusal(Method::PUT, &path, text), (400, code.to_owned()), "{text}");
    }
    let good = r#"{"bypassMFAEnabledUntil":"2030-11-30T00:00:00.000Z"}"#;
    assert_eq!(api.ask(Method::PUT, &path, good).status(), 200);
}

#[test]
fn setting_a_bypass_requires_the_permission_to_change_mfa() {
    for (role, read, write) in [
        (Role::IdentityDataAdmin, 200, 200),
        (Role::IdentityDataReadOnly, 200, 403),
        (Role::EnvironmentAdmin, 403, 403),
    ] {
        let mut api = ApiClient::with_role(20, role);
        let path = path(&api, "jonas.brandt");
        assert_eq!(api.ask(Method::GET, &path, "").status().as_u16(), read, "{role:?}");
        assert_eq!(api.ask(Method::PUT, &path, &until(NOW)).status().as_u16(), write, "{role:?}");
    }
    let mut api = ApiClient::admin(20);
    let unknown_user = format!("/users/{}/bypassMFA", Uuid::nil());
    assert_eq!(api.ask(Method::GET, &unknown_user, "").status(), 404);
    assert_eq!(api.ask(Method::PUT, &unknown_user, &until(NOW)).status(), 404);
    assert_eq!(api.ask(Method::POST, &unknown_user, "").status(), 405);
}
