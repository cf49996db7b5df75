//! Tests what PingOne's recorded or documented answers (`fixtures/`) mean to the core. Names, addresses and ids in
//! the fixtures are invented.

use pingone::device::Devices;
use pingone::device::{DeviceState, usable};
use pingone::environment::EnvironmentId;
use pingone::fault::{Fault, Paging};
use pingone::reader::{ReadContext, read};
use pingone::region::{RegionCode, Regions};
use pingone::request::{
    Call, CountUsers, ReadBypass, ReadDevices, ReadEnvironment, ReadGroups, ReadMemberships, ReadMfa,
    ReadMfaDefault, ReadPage, ReadPopulations, ReadProducts, ReadReport, ReadUser, Request, Subject,
};
use pingone::tenant::Tenant;
use pingone::time::{Millis, Timestamp};
use pingone::transport::{Head, Response, TransportError};
use pingone::user::{Account, Mfa, UserId};
use pingone_mfa_core::run::guard::{Choices, Guard};
use pingone_mfa_core::run::write::{WriteBypass, WriteMfa};

/// The time at which all answers in this file are read: 24 November 2026, midnight UTC.
const NOW: ReadContext = ReadContext { now: Timestamp(1_795_478_400_000), token_expired: false };

const MFA_ENABLED: &str = include_str!("fixtures/mfa-enabled.json");

fn tenant(region: &str, environment: &str) -> Tenant {
    let region = Regions::default().get(&RegionCode(region.into())).unwrap().clone();
    Tenant { region, environment: EnvironmentId(environment.parse().unwrap()) }
}

fn europe() -> Tenant {
    tenant("EU", "e0000000-0000-4000-8000-000000000002")
}

fn user() -> UserId {
    UserId::read("a0000000-0000-4000-8000-000000000006").unwrap()
}

fn answer<C: Call>(call: &C, status: u16, body: &str) -> Result<C::Answer, Fault> {
    let head = Head { status, correlation_id: Some("f0000000-0000-4000-8000-000000000001".into()) };
    let mut answer = None;
    let response = Ok(Response { head, body: body.as_bytes().to_vec() });
    read(C::SUBJECT, &response, NOW, &mut |body| {
        answer = Some(call.read_body(&europe(), body)?);
        Ok(Vec::new())
    })?;
    Ok(answer.unwrap())
}

fn fault<C: Call>(call: &C, status: u16, body: &str) -> Fault {
    answer(call, status, body).err().unwrap_or_else(|| panic!("{status} was accepted as an answer: {body}"))
}

#[test]
fn the_tutorials_request_is_sent_exactly() {
    let tenant = tenant("NA", "e0000000-0000-4000-8000-000000000001");
    let Request { method, endpoint, body } =
        WriteMfa(Guard::default().planned(user(), true).unwrap()).request(&tenant);
    let base = "https://api.pingone.com/v1/environments/e0000000-0000-4000-8000-000000000001";
    assert_eq!(method.to_string(), "PUT");
    assert_eq!(endpoint.as_str(), format!("{base}/users/{}/mfaEnabled", user()));
    assert_eq!(body.as_deref(), Some(br#"{"mfaEnabled":true}"#.as_slice()));
}

#[test]
fn a_recorded_page_is_read_and_odd_rows_affect_no_other_row() {
    let page =
        answer(&ReadPage { filter: None, cursor: None }, 200, include_str!("fixtures/users-page.json"))
            .unwrap();
    let ada = page.rows[0].as_ref().unwrap();
    assert_eq!((ada.name.to_string().as_str(), ada.username.as_str()), ("Ada Example", "ada@example.com"));
    assert_eq!((ada.mfa, ada.account), (Mfa::Off, Account::Enabled));
    assert_eq!(ada.last_sign_on, Some(Timestamp(1_651_062_280_823)));
    let text = page.rows[1].as_ref().unwrap();
    assert_eq!((text.mfa, text.account), (Mfa::Unknown, Account::Unknown), "a text isn't a state");
    let unreadable = page.rows[2].as_ref().unwrap_err();
    assert_eq!((unreadable.field.as_str(), unreadable.problem.as_str()), ("username", "isn't a text"));
    assert_eq!(unreadable.id, UserId::read("a0000000-0000-4000-8000-000000000001"));
    assert_eq!(page.count, Some(40_112));
    let next = ReadPage { filter: None, cursor: page.next }.request(&europe()).endpoint;
    assert!(next.as_str().ends_with("/users?limit=200&cursor=AbC-_9"), "{}", next.as_str());
}

#[test]
fn a_cut_marked_empty_or_nested_page_is_read_or_gets_the_right_fault() {
    let whole = include_str!("fixtures/users-page.json");
    let list = ReadPage { filter: None, cursor: None };
    let rows = answer(&list, 200, whole).unwrap().rows;
    assert_eq!(answer(&list, 200, &format!("\u{feff}{whole}")).unwrap().rows, rows, "a byte order mark");
    for end in (0..whole.len() - 2).filter(|end| whole.is_char_boundary(*end)) {
        let fault = fault(&list, 200, &whole[..end]);
        assert!(matches!(fault, Fault::NotJson(_)), "cut at {end}: {fault:?}");
    }
    let nested = "[".repeat(100_000) + &"]".repeat(100_000);
    assert!(matches!(fault(&list, 200, &nested), Fault::NotJson(_)));
    for shape in ["{}", "[]", "null", "0", "\"users\"", r#"{"_embedded":{"users":5}}"#] {
        let fault = fault(&list, 200, shape);
        assert!(matches!(fault, Fault::WrongShape(_)), "{shape}: {fault:?}");
    }
}

#[test]
fn of_a_duplicate_flag_the_last_one_counts_as_in_browsers() {
    let user = |flags: &str| {
        format!(r#"{{"_embedded":{{"users":[{{"id":"{}","username":"a",{flags}}}]}},"count":1}}"#, user())
    };
    let list = ReadPage { filter: None, cursor: None };
    let flag = |flags| answer(&list, 200, &user(flags)).unwrap().rows.remove(0).unwrap().mfa;
    assert_eq!(flag(r#""mfaEnabled":true,"mfaEnabled":false"#), Mfa::Off);
    assert_eq!(flag(r#""mfaEnabled":false,"mfaEnabled":true"#), Mfa::On);
}

#[test]
fn a_link_to_another_host_is_not_followed() {
    let page = include_str!("fixtures/users-page.json").replace("api.pingone.eu", "api.pingone.evil");
    assert_eq!(fault(&ReadPage { filter: None, cursor: None }, 200, &page), Fault::Paging(Paging::Elsewhere));
}

#[test]
fn a_flag_is_accepted_only_from_its_own_user() {
    assert_eq!(answer(&ReadMfa(user()), 200, MFA_ENABLED).map(|answer| answer.enabled), Ok(true));
    let other = UserId::read("a0000000-0000-4000-8000-000000000007").unwrap();
    let Fault::WrongShape(bad) = fault(&ReadMfa(other), 200, MFA_ENABLED) else { panic!("accepted") };
    assert_eq!(bad.problem, "_links.user.href: names another user");
}

/// The list's head is from Ping's Postman collection; the fields of a device are as reported by a third party.
#[test]
fn devices_are_read_and_an_odd_one_affects_no_other() {
    use DeviceState::{ActivationRequired, Active, Blocked, Locked, Unknown};
    let user_link = format!("https://api.pingone.eu/v1/environments/x/users/{}", user());
    let body = format!(
        r#"{{"_links":{{"self":{{"href":"{user_link}/devices"}}}},"_embedded":{{"devices":[
            {{"type":"TOTP","status":"ACTIVE","nickname":"Pixel","createdAt":"2026-05-03T10:00:00.000Z"}},
            {{"type":"SMS","status":"ACTIVE","phone":"+1.*****50101","block":{{"status":"BLOCKED"}}}},
            {{"type":"EMAIL","status":"ACTIVATION_REQUIRED","email":"a***@example.com"}},
            {{"type":"MOBILE","status":"ACTIVE","lock":{{"status":"LOCKED"}}}},
            {{"type":"FIDO2","status":7}}, 5]}}}}"#
    );
    let devices = answer(&ReadDevices(user()), 200, &body).unwrap();
    let states: Vec<DeviceState> = devices.iter().map(|device| device.state).collect();
    assert_eq!(states, [Active, Blocked, ActivationRequired, Locked, Unknown, Unknown]);
    assert_eq!(devices[2].address.as_deref(), Some("a***@example.com"));
    assert_eq!(usable(&devices), Devices::Usable(1));
    let other = body.replace(&user().to_string(), "a0000000-0000-4000-8000-000000000007");
    assert!(
        matches!(fault(&ReadDevices(user()), 200, &other), Fault::WrongShape(_)),
        "another user's devices"
    );
}

/// Documented: the format of the date, and that both fields are missing without a bypass.
#[test]
fn a_bypass_is_written_in_the_format_that_pingone_accepts() {
    let until = Timestamp::from_rfc3339("2025-11-30T00:00:00.000Z").unwrap();
    let permit = Guard::default().bypass(user(), Choices::default()).unwrap();
    let call = WriteBypass { permit, until };
    let Request { method, endpoint, body } = call.request(&europe());
    assert_eq!((method.to_string().as_str(), endpoint.as_str().ends_with("/bypassMFA")), ("PUT", true));
    assert_eq!(body.as_deref(), Some(br#"{"bypassMFAEnabledUntil":"2025-11-30T00:00:00.000Z"}"#.as_slice()));
    let set = r#"{"bypassMFAEnabled":true,"bypassMFAEnabledUntil":"2025-11-30T00:00:00.000Z"}"#;
    assert_eq!(answer(&ReadBypass(user()), 200, set), Ok(Some(until)));
    assert_eq!(answer(&ReadBypass(user()), 200, "{}"), Ok(None));
}

/// Documented: the template, `deliverAs`, `entries`. How entries are embedded is an assumption.
#[test]
fn a_report_is_read_row_by_row_and_incomplete_devices_are_unreadable() {
    let first = r#"{"id":"f1000000-0000-4000-8000-000000000001","createdAt":"2026-11-24T00:00:00Z","status":"SUCCESS",
        "_links":{"next":{"href":"https://api.pingone.eu/v1/environments/e0000000-0000-4000-8000-000000000002/dataExplorations/f1000000-0000-4000-8000-000000000001/entries?cursor=abc"}},
        "_embedded":{"entries":[
            {"userId":"a0000000-0000-4000-8000-000000000006"},
            {"userId":"a0000000-0000-4000-8000-000000000007","deviceType":"TOTP","deviceStatus":"ACTIVE"},
            {"userId":"a0000000-0000-4000-8000-000000000008","deviceType":"TOTP"},
            {"username":"nobody"}]}}"#;
    let page = answer(&ReadReport::New, 201, first).unwrap();
    assert_eq!((page.entries.len(), page.unreadable), (2, 2));
    assert_eq!(page.entries[1].device, Some(("TOTP".into(), true)));
    let next = page.next.unwrap().request(&europe()).endpoint;
    assert!(next.as_str().ends_with("/entries?limit=1000&cursor=abc"), "{}", next.as_str());
    let unready = first.replace("SUCCESS", "IN_PROGRESS");
    assert!(matches!(fault(&ReadReport::New, 201, &unready), Fault::WrongShape(_)));
    let bare = r#"{"id":"f1000000-0000-4000-8000-000000000001","status":"SUCCESS"}"#;
    assert!(answer(&ReadReport::New, 201, bare).unwrap().next.is_some(), "its rows are requested");
}

/// Recorded: the shape of groups. Documented: `userCount`, `include`, `users.mfaEnabled`.
#[test]
fn groups_populations_and_settings_are_read() {
    let groups =
        r#"{"_embedded":{"groups":[{"id":"d0000000-0000-4000-8000-000000000001","name":"example group"}]}}"#;
    let read = answer(&ReadGroups { cursor: None }, 200, groups).unwrap();
    assert_eq!((read.groups[0].name.as_str(), read.next.is_none()), ("example group", true));
    let populations = r#"{"_embedded":{"populations":[
        {"id":"b0000000-0000-4000-8000-000000000002","name":"Accounting","userCount":6},
        {"id":"b0000000-0000-4000-8000-000000000003","name":"Engineering"}]}}"#;
    let read = answer(&ReadPopulations { cursor: None }, 200, populations).unwrap().populations;
    assert_eq!((read[0].users, read[1].users), (Some(6), None));
    let member = r#"{"memberOfGroupNames":["A","B"]}"#;
    assert_eq!(answer(&ReadMemberships(user()), 200, member), Ok(Some(vec!["A".into(), "B".into()])));
    assert_eq!(answer(&ReadMemberships(user()), 200, "{}"), Ok(None));
    for (body, read) in
        [(r#"{"users":{"mfaEnabled":true}}"#, Some(true)), (r#"{"users":{"mfaEnabled":"yes"}}"#, None)]
    {
        assert_eq!(answer(&ReadMfaDefault, 200, body), Ok(read), "{body}");
    }
    let bill = r#"{"billOfMaterials":{"products":[{"type":"PING_ONE_MFA"},{"type":"PING_ID"}]}}"#;
    assert_eq!(answer(&ReadProducts, 200, bill), Ok(Some(vec!["PING_ONE_MFA".into(), "PING_ID".into()])));
    assert_eq!(answer(&ReadProducts, 200, "{}"), Ok(None));
}

const LICENSE_IN_WORDS: &str =
    r#"{"id":"1","code":"ACCESS_FAILED","message":"The request exceeded your license limit."}"#;

#[test]
fn each_documented_refusal_gets_its_own_fault() {
    let put = WriteMfa(Guard::default().planned(user(), true).unwrap());
    let e403 = include_str!("fixtures/error-403.json");
    let e404 = include_str!("fixtures/error-404.json");
    let e400 = include_str!("fixtures/error-400.json");
    let variant_name = |fault: Fault| format!("{fault:?}").split(['(', ' ']).next().unwrap().to_owned();
    for (name, fault) in [
        ("TokenInvalid", fault(&put, 401, include_str!("fixtures/error-401.json"))),
        ("TokenInvalid", fault(&put, 401, "")),
        ("RequestRefused", fault(&put, 401, "<html>Sign in to the proxy</html>")),
        ("RoleMissing", fault(&put, 403, e403)),
        ("RoleMissing", fault(&CountUsers, 403, e403)),
        ("RequestRefused", fault(&CountUsers, 403, "<html>Rejected</html>")),
        ("RequestRefused", fault(&put, 403, "")),
        ("EnvironmentUnknown", fault(&ReadEnvironment, 403, e403)),
        ("EnvironmentUnknown", fault(&ReadEnvironment, 404, e404)),
        ("LicenseExceeded", fault(&put, 403, include_str!("fixtures/error-403-license.json"))),
        ("LicenseExceeded", fault(&put, 403, LICENSE_IN_WORDS)),
        ("UserUnknown", fault(&ReadUser(user()), 404, e404)),
        ("RequestRefused", fault(&ReadUser(user()), 404, "<html>Not found</html>")),
        ("RequestRefused", fault(&put, 404, "")),
        ("RequestRefused", fault(&put, 404, r#"{"message":"no Route matched with those values"}"#)),
        ("RequestRefused", fault(&ReadEnvironment, 404, "default backend - 404")),
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
        assert_eq!(variant_name(fault), name);
    }
}

#[test]
fn pingones_message_is_kept_without_tokens() {
    let put = WriteMfa(Guard::default().planned(user(), true).unwrap());
    let Fault::RequestRefused(refusal) = fault(&put, 400, include_str!("fixtures/error-400.json")) else {
        panic!("another fault")
    };
    assert_eq!(refusal.code.as_deref(), Some("INVALID_REQUEST"));
    assert_eq!(refusal.details[0].target.as_deref(), Some("mfaEnabled"));
    assert_eq!(refusal.correlation_id.as_deref(), Some("f0000000-0000-4000-8000-000000000001"));
    let Fault::PathUnknown(refusal) = fault(&put, 403, include_str!("fixtures/error-403-gateway.json"))
    else {
        panic!("another fault")
    };
    assert!(refusal.message.ends_with("'Bearer {token}'."), "{}", refusal.message);
}

#[test]
fn the_retry_after_in_a_body_is_read() {
    let body = include_str!("fixtures/error-429.json");
    let wait = |body: &str| match fault(&CountUsers, 429, body) {
        Fault::RateLimited { after, .. } => after,
        other => panic!("{other:?}"),
    };
    assert_eq!(wait(body), Some(Millis(9000)));
    assert_eq!(wait(&body.replace("\"2026-11-24T00:00:09Z\"", "7")), Some(Millis(7000)));
    assert_eq!(wait(&body.replace("2026-11-24T00:00:09Z", "120")), Some(Millis(120_000)));
    assert_eq!(wait(&body.replace("2026", "2001")), Some(Millis(0)), "a time in the past is not a wait");
    assert_eq!(wait(&body.replace("2026-11-24T00:00:09Z", "soon")), None);
    for odd in ["-5", "1.5", "1e3", "99999999999999999999", "null", "\"\"", "{}"] {
        assert_eq!(wait(&body.replace("\"2026-11-24T00:00:09Z\"", odd)), None, "{odd}");
    }
    let reset = body.replace("retryAfter", "quotaResetTime");
    assert_eq!(wait(&reset), Some(Millis(9000)), "the quota's reset time is a hint too");
    let both = body.replace("\"retryAfter\"", "\"quotaResetTime\":\"2026-11-24T00:01:00Z\",\"retryAfter\"");
    assert_eq!(wait(&both), Some(Millis(9000)), "`retryAfter` takes precedence");
    assert_eq!(wait("<html>"), None);
}

#[test]
fn an_answer_that_did_not_arrive_is_not_a_refusal() {
    let lost = |lost| read(Subject::List, &Err(lost), NOW, &mut |_| Ok(Vec::new())).err();
    let head = || Head { status: 200, correlation_id: None };
    assert_eq!(lost(TransportError::Unreachable), Some(Fault::Unreachable));
    assert_eq!(lost(TransportError::NoToken), Some(Fault::TokenForgotten));
    assert!(matches!(lost(TransportError::BodyCut(head())), Some(Fault::BodyCut(_))));
    assert!(matches!(lost(TransportError::BodyTooLarge(head())), Some(Fault::BodyTooLarge(_))));
}
