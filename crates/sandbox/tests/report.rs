//! The MFA report.

use std::collections::HashSet;

use http::Method;
use pingone_sandbox::{DeviceSpec, DeviceType, Role};
use serde_json::{Value, json};

use pingone_mfa_testkit::client::{ApiClient, body, rest};

const PATH: &str = "/dataExplorations?expand=entries";

fn order(filter: &str) -> Value {
    json!({
        "dataExplorationTemplate": { "id": "db632bfd-7054-4bde-b108-a384aac2d513" },
        "fields": [{ "name": "username" }, { "name": "userId" }, { "name": "mfaEnabled" }, { "name": "deviceId" }],
        "filter": filter,
        "sync": "true",
        "deliverAs": "ENTRIES",
    })
}

/// The usernames of the first page.
fn names(report: &Value) -> HashSet<String> {
    let entries = report["_embedded"]["entries"].as_array().unwrap();
    entries.iter().map(|entry| entry["username"].as_str().unwrap().to_owned()).collect()
}

fn report(api: &mut ApiClient, filter: &str) -> Value {
    let answer = api.ask(Method::POST, PATH, &order(filter).to_string());
    assert_eq!(answer.status(), 201, "{}", body(&answer));
    api.advance(5);
    body(&answer)
}

fn switch(api: &mut ApiClient, name: &str, enabled: bool) {
    let path = format!("/users/{}/mfaEnabled", api.user(name));
    assert_eq!(api.ask(Method::PUT, &path, &json!({ "mfaEnabled": enabled }).to_string()).status(), 200);
}

#[test]
fn every_user_is_in_exactly_one_of_the_two_reports() {
    let mut api = ApiClient::admin(100);
    let (on, off) =
        (report(&mut api, "(mfaEnabled eq \"true\")"), report(&mut api, "(mfaEnabled eq \"false\")"));
    let (on, off) = (names(&on), names(&off));
    assert!(on.is_disjoint(&off));
    assert_eq!(on.len() + off.len(), 100);
    assert!(on.contains("adaeze.okonkwo") && on.contains("dina.nodevice") && off.contains("jonas.brandt"));
}

#[test]
fn a_row_has_the_existing_fields_in_the_requested_order() {
    let mut api = ApiClient::admin(20);
    let jonas = api.user("jonas.brandt");
    api.sandbox
        .set_devices(jonas, vec![DeviceSpec::active(DeviceType::Sms), DeviceSpec::active(DeviceType::Fido2)]);
    let all = report(&mut api, "mfaEnabled eq \"false\"");
    let rows = all["_embedded"]["entries"].as_array().unwrap();
    let of_jonas: Vec<_> = rows.iter().filter(|row| row["username"] == "jonas.brandt").collect();
    assert_eq!(of_jonas.len(), 2, "one row per device");
    let device = api.read(&format!("/users/{jonas}/devices"))["_embedded"]["devices"][0]["id"].clone();
    let expected = json!({ "username": "jonas.brandt", "userId": jonas.to_string(), "mfaEnabled": "false", "deviceId": device });
    assert_eq!(*of_jonas[0], expected);
    let on = report(&mut api, "mfaEnabled eq \"true\"");
    let dina =
        on["_embedded"]["entries"].as_array().unwrap().iter().find(|row| row["username"] == "dina.nodevice");
    assert!(dina.unwrap().get("deviceId").is_none());
    let answer = api.ask(Method::POST, PATH, &order("deviceType eq \"SMS\"").to_string());
    let text = String::from_utf8(answer.into_body()).unwrap();
    assert!(text.find("\"username\"").unwrap() < text.find("\"userId\"").unwrap());
}

#[test]
fn following_next_returns_all_rows() {
    let mut api = ApiClient::admin(100);
    let order = order("mfaEnabled eq \"true\"").to_string();
    let first = body(&api.ask(Method::POST, &format!("{PATH}&limit=10"), &order));
    assert_eq!(first["size"], 10);
    let (mut page, mut rows) = (first.clone(), Vec::new());
    loop {
        rows.extend(page["_embedded"]["entries"].as_array().unwrap().clone());
        let Some(next) = page["_links"].get("next") else { break };
        page = api.read(&rest(&next["href"]));
    }
    assert_eq!(first["count"], rows.len());
    let again = api.read(&format!("/dataExplorations/{}/entries", first["id"].as_str().unwrap()));
    assert_eq!(again["_embedded"]["entries"], Value::Array(rows));
}

#[test]
fn without_expand_the_rows_are_read_separately() {
    let mut api = ApiClient::admin(20);
    let mut order = order("mfaEnabled eq \"true\"");
    order.as_object_mut().unwrap().remove("sync");
    let created = body(&api.ask(Method::POST, "/dataExplorations", &order.to_string()));
    assert_eq!((&created["status"], &created["deliverAs"]), (&"SUCCESS".into(), &"ENTRIES".into()));
    assert!(created.get("_embedded").is_none() && created["_links"].get("next").is_none());
    let page = api.read(&format!("/dataExplorations/{}/entries", created["id"].as_str().unwrap()));
    assert!(names(&page).contains("adaeze.okonkwo"));
    assert_eq!(api.ask(Method::GET, "/dataExplorations/nothing/entries", "").status(), 404);
}

#[test]
fn a_change_is_visible_after_the_next_quarter_of_an_hour() {
    let mut api = ApiClient::admin(20);
    let is_on = |api: &mut ApiClient| names(&report(api, "mfaEnabled eq \"true\"")).contains("jonas.brandt");
    switch(&mut api, "jonas.brandt", true);
    assert!(!is_on(&mut api));
    api.advance(800);
    assert!(!is_on(&mut api), "the quarter of an hour hasn't ended");
    api.advance(90);
    assert!(is_on(&mut api));
    switch(&mut api, "jonas.brandt", false);
    switch(&mut api, "jonas.brandt", true);
    switch(&mut api, "jonas.brandt", false);
    assert!(is_on(&mut api), "the value at the start of the quarter counts");
}

#[test]
fn a_created_report_does_not_change() {
    let mut api = ApiClient::admin(20);
    let first = report(&mut api, "mfaEnabled eq \"true\"");
    api.advance(900);
    switch(&mut api, "adaeze.okonkwo", false);
    api.advance(900);
    let again = api.read(&format!("/dataExplorations/{}/entries", first["id"].as_str().unwrap()));
    assert_eq!(again["_embedded"], first["_embedded"]);
}

#[test]
fn a_second_report_within_five_seconds_is_refused() {
    let mut api = ApiClient::admin(20);
    let order = order("mfaEnabled eq \"true\"").to_string();
    assert_eq!(api.ask(Method::POST, PATH, &order).status(), 201);
    let next = api.now.after_seconds(5);
    api.advance(2);
    let limited = api.ask(Method::POST, PATH, &order);
    assert_eq!((limited.status().as_u16(), &body(&limited)["code"]), (429, &"REQUEST_LIMITED".into()));
    let detail = &body(&limited)["details"][0];
    assert_eq!(
        (&detail["code"], &detail["innerError"]["retryAfter"]),
        (&"LIMIT_EXCEEDED".into(), &next.to_string().into())
    );
    assert!(limited.headers()["retry-after"] == "3");
    api.advance(3);
    assert_eq!(api.ask(Method::POST, PATH, &order).status(), 201);
}

#[test]
fn an_invalid_report_request_is_refused() {
    let mut api = ApiClient::admin(20);
    for (name, value, code) in [
        ("deliverAs", json!("ASYNC_FILE"), "INVALID_VALUE"),
        ("sync", json!("false"), "INVALID_VALUE"),
        ("sync", json!(null), "INVALID_VALUE"),
        ("fields", json!([{ "name": "password" }]), "INVALID_VALUE"),
        ("fields", json!("userId"), "INVALID_VALUE"),
        ("filter", json!("username eq \"a\""), "INVALID_FILTER"),
        ("filter", json!("mfaEnabled eq true"), "INVALID_FILTER"),
        ("filter", json!(1), "INVALID_VALUE"),
        ("dataExplorationTemplate", json!(null), "REQUIRED_VALUE"),
        ("dataExplorationTemplate", json!({ "id": "other" }), "INVALID_VALUE"),
    ] {
        let mut wrong = order("mfaEnabled eq \"true\"");
        wrong[name] = value;
        let refusal = api.refusal(Method::POST, PATH, &wrong.to_string());
        assert_eq!(refusal, (400, code.to_owned()), "{wrong}");
        api.advance(5);
    }
    assert_eq!(api.ask(Method::GET, "/dataExplorations", "").status(), 405);
}

#[test]
fn reports_can_be_forbidden_and_require_a_permission() {
    let order = order("mfaEnabled eq \"true\"").to_string();
    let mut api = ApiClient::admin(20);
    api.sandbox.forbid_report(true);
    assert_eq!(api.refusal(Method::POST, PATH, &order), (403, "INSUFFICIENT_PERMISSIONS".to_owned()));
    api.sandbox.forbid_report(false);
    assert_eq!(api.ask(Method::POST, PATH, &order).status(), 201);
    for (role, status) in [(Role::IdentityDataReadOnly, 403), (Role::EnvironmentAdmin, 201)] {
        let mut api = ApiClient::with_role(20, role);
        assert_eq!(api.ask(Method::POST, PATH, &order).status().as_u16(), status, "{role:?}");
    }
}
