//! The report of MFA.

use std::collections::HashSet;

use crate::client::{Asker, body, rest};
use http::Method;
use pingone_sandbox::{DeviceSpec, DeviceType, Role};
use serde_json::{Value, json};

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

fn report(asker: &mut Asker, filter: &str) -> Value {
    let answer = asker.ask(Method::POST, PATH, &order(filter).to_string());
    assert_eq!(answer.status(), 201, "{}", body(&answer));
    asker.after(5);
    body(&answer)
}

fn switch(asker: &mut Asker, name: &str, enabled: bool) {
    let path = format!("/users/{}/mfaEnabled", asker.user(name));
    assert_eq!(asker.ask(Method::PUT, &path, &json!({ "mfaEnabled": enabled }).to_string()).status(), 200);
}

#[test]
fn everybody_is_in_exactly_one_of_the_two_reports() {
    let mut asker = Asker::admin(100);
    let (on, off) =
        (report(&mut asker, "(mfaEnabled eq \"true\")"), report(&mut asker, "(mfaEnabled eq \"false\")"));
    let (on, off) = (names(&on), names(&off));
    assert!(on.is_disjoint(&off));
    assert_eq!(on.len() + off.len(), 100);
    assert!(on.contains("adaeze.okonkwo") && on.contains("dina.nodevice") && off.contains("jonas.brandt"));
}

#[test]
fn a_row_has_the_fields_in_the_order_asked_and_none_that_is_not_there() {
    let mut asker = Asker::admin(20);
    let jonas = asker.user("jonas.brandt");
    asker
        .sandbox
        .set_devices(jonas, vec![DeviceSpec::active(DeviceType::Sms), DeviceSpec::active(DeviceType::Fido2)]);
    let all = report(&mut asker, "mfaEnabled eq \"false\"");
    let rows = all["_embedded"]["entries"].as_array().unwrap();
    let of_jonas: Vec<_> = rows.iter().filter(|row| row["username"] == "jonas.brandt").collect();
    assert_eq!(of_jonas.len(), 2, "one for each device");
    let device = asker.get(&format!("/users/{jonas}/devices"))["_embedded"]["devices"][0]["id"].clone();
    let expected = json!({ "username": "jonas.brandt", "userId": jonas.to_string(), "mfaEnabled": "false", "deviceId": device });
    assert_eq!(*of_jonas[0], expected);
    let on = report(&mut asker, "mfaEnabled eq \"true\"");
    let dina =
        on["_embedded"]["entries"].as_array().unwrap().iter().find(|row| row["username"] == "dina.nodevice");
    assert!(dina.unwrap().get("deviceId").is_none());
    let answer = asker.ask(Method::POST, PATH, &order("deviceType eq \"SMS\"").to_string());
    let text = String::from_utf8(answer.into_body()).unwrap();
    assert!(text.find("\"username\"").unwrap() < text.find("\"userId\"").unwrap());
}

#[test]
fn more_rows_are_read_by_following_next() {
    let mut asker = Asker::admin(100);
    let order = order("mfaEnabled eq \"true\"").to_string();
    let first = body(&asker.ask(Method::POST, &format!("{PATH}&limit=10"), &order));
    assert_eq!(first["size"], 10);
    let (mut page, mut rows) = (first.clone(), Vec::new());
    loop {
        rows.extend(page["_embedded"]["entries"].as_array().unwrap().clone());
        let Some(next) = page["_links"].get("next") else { break };
        page = asker.get(&rest(&next["href"]));
    }
    assert_eq!(first["count"], rows.len());
    let again = asker.get(&format!("/dataExplorations/{}/entries", first["id"].as_str().unwrap()));
    assert_eq!(again["_embedded"]["entries"], Value::Array(rows));
}

#[test]
fn without_expand_the_rows_are_only_read_afterwards() {
    let mut asker = Asker::admin(20);
    let mut order = order("mfaEnabled eq \"true\"");
    order.as_object_mut().unwrap().remove("sync");
    let created = body(&asker.ask(Method::POST, "/dataExplorations", &order.to_string()));
    assert_eq!((&created["status"], &created["deliverAs"]), (&"SUCCESS".into(), &"ENTRIES".into()));
    assert!(created.get("_embedded").is_none() && created["_links"].get("next").is_none());
    let page = asker.get(&format!("/dataExplorations/{}/entries", created["id"].as_str().unwrap()));
    assert!(names(&page).contains("adaeze.okonkwo"));
    assert_eq!(asker.ask(Method::GET, "/dataExplorations/nothing/entries", "").status(), 404);
}

#[test]
fn a_change_is_seen_after_the_next_quarter_of_an_hour() {
    let mut asker = Asker::admin(20);
    let is_on = |asker: &mut Asker| names(&report(asker, "mfaEnabled eq \"true\"")).contains("jonas.brandt");
    switch(&mut asker, "jonas.brandt", true);
    assert!(!is_on(&mut asker));
    asker.after(800);
    assert!(!is_on(&mut asker), "the quarter is not over");
    asker.after(90);
    assert!(is_on(&mut asker));
    switch(&mut asker, "jonas.brandt", false);
    switch(&mut asker, "jonas.brandt", true);
    switch(&mut asker, "jonas.brandt", false);
    assert!(is_on(&mut asker), "what was first is what counts");
}

#[test]
fn a_report_stays_as_it_was_created() {
    let mut asker = Asker::admin(20);
    let first = report(&mut asker, "mfaEnabled eq \"true\"");
    asker.after(900);
    switch(&mut asker, "adaeze.okonkwo", false);
    asker.after(900);
    let again = asker.get(&format!("/dataExplorations/{}/entries", first["id"].as_str().unwrap()));
    assert_eq!(again["_embedded"], first["_embedded"]);
}

#[test]
fn a_second_report_within_five_seconds_is_limited() {
    let mut asker = Asker::admin(20);
    let order = order("mfaEnabled eq \"true\"").to_string();
    assert_eq!(asker.ask(Method::POST, PATH, &order).status(), 201);
    let next = asker.now.after_seconds(5);
    asker.after(2);
    let limited = asker.ask(Method::POST, PATH, &order);
    assert_eq!((limited.status().as_u16(), &body(&limited)["code"]), (429, &"REQUEST_LIMITED".into()));
    let detail = &body(&limited)["details"][0];
    assert_eq!(
        (&detail["code"], &detail["innerError"]["retryAfter"]),
        (&"LIMIT_EXCEEDED".into(), &next.to_string().into())
    );
    assert!(limited.headers()["retry-after"] == "3");
    asker.after(3);
    assert_eq!(asker.ask(Method::POST, PATH, &order).status(), 201);
}

#[test]
fn what_can_not_be_reported_is_refused() {
    let mut asker = Asker::admin(20);
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
        let refusal = asker.refusal(Method::POST, PATH, &wrong.to_string());
        assert_eq!(refusal, (400, code.to_owned()), "{wrong}");
        asker.after(5);
    }
    assert_eq!(asker.ask(Method::GET, "/dataExplorations", "").status(), 405);
}

#[test]
fn reports_can_be_forbidden_and_need_a_role_that_creates_them() {
    let order = order("mfaEnabled eq \"true\"").to_string();
    let mut asker = Asker::admin(20);
    asker.sandbox.forbid_report(true);
    assert_eq!(asker.refusal(Method::POST, PATH, &order), (403, "INSUFFICIENT_PERMISSIONS".to_owned()));
    asker.sandbox.forbid_report(false);
    assert_eq!(asker.ask(Method::POST, PATH, &order).status(), 201);
    for (role, status) in [(Role::IdentityDataReadOnly, 403), (Role::EnvironmentAdmin, 201)] {
        let mut asker = Asker::with_role(20, role);
        assert_eq!(asker.ask(Method::POST, PATH, &order).status().as_u16(), status, "{role:?}");
    }
}
