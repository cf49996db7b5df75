//! The MFA bypass of a user.

use crate::client::{Asker, NOW, body};
use http::Method;
use pingone_sandbox::{Role, Timestamp};
use uuid::Uuid;

fn path(asker: &Asker, name: &str) -> String {
    format!("/users/{}/bypassMFA", asker.user(name))
}

fn until(end: Timestamp) -> String {
    format!(r#"{{"bypassMFAEnabledUntil":"{end}"}}"#)
}

#[test]
fn a_user_without_a_bypass_has_neither_field() {
    let mut asker = Asker::admin(20);
    let path = path(&asker, "jonas.brandt");
    let answer = asker.get(&path);
    let this = answer["_links"]["self"]["href"].as_str().unwrap();
    assert!(this.ends_with(&path));
    assert_eq!(answer["_links"]["user"]["href"], this.strip_suffix("/bypassMFA").unwrap());
    assert_eq!(answer.as_object().unwrap().len(), 1);
}

#[test]
fn a_put_sets_the_end_and_the_bypass_is_over_then() {
    let mut asker = Asker::admin(20);
    let path = path(&asker, "jonas.brandt");
    let end = NOW.after_seconds(60);
    let set = asker.ask(Method::PUT, &path, &until(end));
    assert_eq!((set.status().as_u16(), &body(&set)["bypassMFAEnabled"]), (200, &true.into()));
    assert_eq!(body(&set)["bypassMFAEnabledUntil"], end.to_string());
    asker.after(59);
    assert_eq!(asker.get(&path), body(&set));
    asker.after(1);
    assert!(asker.get(&path).get("bypassMFAEnabledUntil").is_none());
}

#[test]
fn the_seeded_bypass_runs_for_a_day_after_the_first_request() {
    let mut asker = Asker::admin(20);
    let path = path(&asker, "bypass.running");
    asker.after(576_000);
    let end = asker.now.after_seconds(86_400);
    assert_eq!(asker.get(&path)["bypassMFAEnabledUntil"], end.to_string());
    asker.after(100);
    assert_eq!(asker.get(&path)["bypassMFAEnabledUntil"], end.to_string());
    asker.ask(Method::PUT, &path, &until(NOW));
    assert!(asker.get(&path).get("bypassMFAEnabled").is_none());
}

#[test]
fn only_the_documented_form_of_a_date_is_taken() {
    let mut asker = Asker::admin(20);
    let path = path(&asker, "jonas.brandt");
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
        assert_eq!(asker.refusal(Method::PUT, &path, &text), (400, "INVALID_VALUE".to_owned()), "{date}");
    }
    for (text, code) in [
        ("{}", "REQUIRED_VALUE"),
        (r#"{"bypassMFAEnabledUntil":null}"#, "REQUIRED_VALUE"),
        (r#"{"bypassMFAEnabledUntil":1}"#, "INVALID_VALUE"),
        ("[]", "INVALID_VALUE"),
    ] {
        assert_eq!(asker.refusal(Method::PUT, &path, text), (400, code.to_owned()), "{text}");
    }
    let good = r#"{"bypassMFAEnabledUntil":"2030-11-30T00:00:00.000Z"}"#;
    assert_eq!(asker.ask(Method::PUT, &path, good).status(), 200);
}

#[test]
fn a_bypass_is_set_by_those_who_may_change_mfa() {
    for (role, read, write) in [
        (Role::IdentityDataAdmin, 200, 200),
        (Role::IdentityDataReadOnly, 200, 403),
        (Role::EnvironmentAdmin, 403, 403),
    ] {
        let mut asker = Asker::with_role(20, role);
        let path = path(&asker, "jonas.brandt");
        assert_eq!(asker.ask(Method::GET, &path, "").status().as_u16(), read, "{role:?}");
        assert_eq!(asker.ask(Method::PUT, &path, &until(NOW)).status().as_u16(), write, "{role:?}");
    }
    let mut asker = Asker::admin(20);
    let nobody = format!("/users/{}/bypassMFA", Uuid::nil());
    assert_eq!(asker.ask(Method::GET, &nobody, "").status(), 404);
    assert_eq!(asker.ask(Method::PUT, &nobody, &until(NOW)).status(), 404);
    assert_eq!(asker.ask(Method::POST, &nobody, "").status(), 405);
}
