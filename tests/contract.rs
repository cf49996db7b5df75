//! Answers as PingOne was recorded or is documented to give them (`fixtures/`), and what each of them means.
//! Names, addresses and ids in the fixtures are invented.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of this is test"
)]

use pingone_mfa_core::api::client::{Moment, read};
use pingone_mfa_core::api::request::{
    Call, CountUsers, ReadEnvironment, ReadMfa, ReadPage, ReadUser, Request, Subject, WriteMfa,
};
use pingone_mfa_core::api::{Head, Lost, Response};
use pingone_mfa_core::domain::fault::{Fault, Paging};
use pingone_mfa_core::domain::region::{RegionCode, Regions};
use pingone_mfa_core::domain::tenant::{EnvironmentId, Tenant};
use pingone_mfa_core::domain::time::{Millis, Wall};
use pingone_mfa_core::domain::user::{Account, Mfa, UserId};

/// 24 November 2026, midnight UTC.
const NOW: Moment = Moment { now: Wall(1_795_478_400_000), token_expired: false };

const MFA_ENABLED: &str = include_str!("fixtures/mfa-enabled.json");

fn tenant(region: &str, environment: &str) -> Tenant {
    let region = Regions::default().get(&RegionCode(region.into())).unwrap().clone();
    Tenant { region, environment: EnvironmentId(environment.parse().unwrap()) }
}

fn europe() -> Tenant {
    tenant("EU", "d959e98c-40dd-4fb9-96b7-c53be9478c3e")
}

fn user() -> UserId {
    UserId::read("05ad3cc6-8723-4f85-9711-05ad549717f6").unwrap()
}

fn answer<C: Call>(call: &C, status: u16, body: &str) -> Result<C::Answer, Fault> {
    let head = Head { status, correlation_id: Some("ce5ad329-02a9-4fd5-a067-8979ad51eef1".into()) };
    let mut answer = None;
    let response = Ok(Response { head, body: body.as_bytes().to_vec() });
    read(C::SUBJECT, &response, NOW, &mut |body| {
        answer = Some(call.read(&europe(), body)?);
        Ok(Vec::new())
    })?;
    Ok(answer.unwrap())
}

fn fault<C: Call>(call: &C, status: u16, body: &str) -> Fault {
    answer(call, status, body).err().unwrap_or_else(|| panic!("{status} was taken for an answer: {body}"))
}

#[test]
fn the_tutorials_request_is_sent_as_it_is_written() {
    let tenant = tenant("NA", "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6");
    let Request { method, endpoint, body } = WriteMfa { user: user(), enabled: true }.request(&tenant);
    let base = "https://api.pingone.com/v1/environments/abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6";
    assert_eq!(method.to_string(), "PUT");
    assert_eq!(endpoint.as_str(), format!("{base}/users/{}/mfaEnabled", user()));
    assert_eq!(body.as_deref(), Some(br#"{"mfaEnabled":true}"#.as_slice()));
}

#[test]
fn a_recorded_page_is_read_and_odd_rows_cost_no_other_row() {
    let page =
        answer(&ReadPage { filter: None, cursor: None }, 200, include_str!("fixtures/users-page.json"))
            .unwrap();
    let ada = page.rows[0].as_ref().unwrap();
    assert_eq!((ada.name.to_string().as_str(), ada.username.as_str()), ("Ada Example", "ada@example.com"));
    assert_eq!((ada.mfa, ada.account), (Mfa::Off, Account::Enabled));
    assert_eq!(ada.last_sign_on, Some(Wall(1_651_062_280_823)));
    let text = page.rows[1].as_ref().unwrap();
    assert_eq!((text.mfa, text.account), (Mfa::Unknown, Account::Unknown), "a text is no state");
    let unreadable = page.rows[2].as_ref().unwrap_err();
    assert_eq!((unreadable.field.as_str(), unreadable.problem.as_str()), ("username", "is no text"));
    assert_eq!(unreadable.id, UserId::read("57de9478-8f63-4383-ab62-4e086c741d01"));
    assert_eq!(page.count, Some(40_112));
    let next = ReadPage { filter: None, cursor: page.next }.request(&europe()).endpoint;
    assert!(next.as_str().ends_with("/users?limit=200&cursor=AbC-_9"), "{}", next.as_str());
}

#[test]
fn a_link_that_leads_elsewhere_is_not_followed() {
    let page = include_str!("fixtures/users-page.json").replace("api.pingone.eu", "api.pingone.evil");
    assert_eq!(fault(&ReadPage { filter: None, cursor: None }, 200, &page), Fault::Paging(Paging::Elsewhere));
}

#[test]
fn a_flag_is_taken_only_from_its_own_user() {
    assert_eq!(answer(&ReadMfa(user()), 200, MFA_ENABLED).map(|answer| answer.enabled), Ok(true));
    let other = UserId::read("05ad3cc6-8723-4f85-9711-05ad549717f7").unwrap();
    let Fault::WrongShape(bad) = fault(&ReadMfa(other), 200, MFA_ENABLED) else { panic!("taken") };
    assert_eq!(bad.problem, "_links.user.href: names another user");
}

#[test]
fn each_documented_refusal_has_its_own_name() {
    let put = WriteMfa { user: user(), enabled: true };
    let e403 = include_str!("fixtures/error-403.json");
    let e404 = include_str!("fixtures/error-404.json");
    let e400 = include_str!("fixtures/error-400.json");
    let named = |fault: Fault| format!("{fault:?}").split(['(', ' ']).next().unwrap().to_owned();
    for (name, fault) in [
        ("TokenInvalid", fault(&put, 401, include_str!("fixtures/error-401.json"))),
        ("RoleMissing", fault(&put, 403, e403)),
        ("RoleMissing", fault(&CountUsers, 403, e403)),
        ("EnvironmentUnknown", fault(&ReadEnvironment, 403, e403)),
        ("EnvironmentUnknown", fault(&ReadEnvironment, 404, e404)),
        ("LicenceExceeded", fault(&put, 403, include_str!("fixtures/error-403-licence.json"))),
        ("UserUnknown", fault(&ReadUser(user()), 404, e404)),
        ("NotFound", fault(&CountUsers, 404, e404)),
        ("RequestRefused", fault(&put, 400, e400)),
        ("RequestRefused", fault(&put, 405, "")),
        ("RequestRefused", fault(&put, 409, e400)),
        ("MediaTypeRefused", fault(&put, 415, e400)),
        ("ServerFailed", fault(&put, 408, "")),
        ("ServerFailed", fault(&put, 500, "<html>Oops</html>")),
        ("ServerFailed", fault(&put, 503, "")),
        ("StatusUnexpected", fault(&put, 302, "")),
        ("NotJson", fault(&put, 204, "")),
        ("NotJson", fault(&put, 200, "<html>Sign in to this network</html>")),
        ("WrongShape", fault(&put, 200, r#"{"mfaEnabled":"true"}"#)),
        ("WrongShape", fault(&put, 200, "{}")),
        ("NotJson", fault(&put, 200, &format!("{}1", "[".repeat(100_000)))),
    ] {
        assert_eq!(named(fault), name);
    }
}

#[test]
fn pingones_words_are_kept_and_no_token_is_among_them() {
    let put = WriteMfa { user: user(), enabled: true };
    let Fault::RequestRefused(refusal) = fault(&put, 400, include_str!("fixtures/error-400.json")) else {
        panic!("another fault")
    };
    assert_eq!(refusal.code.as_deref(), Some("INVALID_REQUEST"));
    assert_eq!(refusal.details[0].target.as_deref(), Some("mfaEnabled"));
    assert_eq!(refusal.correlation_id.as_deref(), Some("ce5ad329-02a9-4fd5-a067-8979ad51eef1"));
    let Fault::PathUnknown(refusal) = fault(&put, 403, include_str!("fixtures/error-403-gateway.json"))
    else {
        panic!("another fault")
    };
    assert!(refusal.message.ends_with("'Bearer {token}'."), "{}", refusal.message);
}

#[test]
fn a_wait_that_the_body_names_is_understood() {
    let body = include_str!("fixtures/error-429.json");
    let wait = |body: &str| match fault(&CountUsers, 429, body) {
        Fault::RateLimited { after, .. } => after,
        other => panic!("{other:?}"),
    };
    assert_eq!(wait(body), Some(Millis(9000)));
    assert_eq!(wait(&body.replace("\"2026-11-24T00:00:09Z\"", "7")), Some(Millis(7000)));
    assert_eq!(wait(&body.replace("2026-11-24T00:00:09Z", "120")), Some(Millis(120_000)));
    assert_eq!(wait(&body.replace("2026", "2001")), Some(Millis(0)), "a time that has passed is no wait");
    assert_eq!(wait(&body.replace("2026-11-24T00:00:09Z", "soon")), None);
    assert_eq!(wait("<html>"), None);
}

#[test]
fn an_answer_that_did_not_arrive_is_no_refusal() {
    let lost = |lost| read(Subject::List, &Err(lost), NOW, &mut |_| Ok(Vec::new())).err();
    let head = || Head { status: 200, correlation_id: None };
    assert_eq!(lost(Lost::Unreachable), Some(Fault::Unreachable));
    assert_eq!(lost(Lost::NoToken), Some(Fault::TokenForgotten));
    assert!(matches!(lost(Lost::BodyCut(head())), Some(Fault::BodyCut(_))));
    assert!(matches!(lost(Lost::BodyTooLarge(head())), Some(Fault::BodyTooLarge(_))));
}
