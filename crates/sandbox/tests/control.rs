//! The control API, tested over a real socket.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Request;
use pingone_mfa_testkit::tenant::local_seed;
use pingone_sandbox::control::serve_control;
use pingone_sandbox::server::{Shared, now};
use pingone_sandbox::{Sandbox, TokenSpec};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use uuid::Uuid;

struct Fixture {
    _runtime: Runtime,
    sandbox: Shared,
    address: SocketAddr,
}

impl Fixture {
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let sandbox: Shared = Arc::new(Mutex::new(Sandbox::new(local_seed(10, 1))));
        runtime.spawn(serve_control(listener, Arc::clone(&sandbox)));
        Self { _runtime: runtime, sandbox, address }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    fn json(&self, method: &str, path: &str, body: &str) -> Value {
        let (status, text) = self.ask(method, path, body);
        assert_eq!(status, 200, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    fn user(&self) -> Uuid {
        self.sandbox.lock().unwrap().user_by_username("jonas.brandt").unwrap()
    }

    /// Sets the flag to true through the PingOne API.
    fn put(&self) -> u16 {
        let user = self.user();
        let mut sandbox = self.sandbox.lock().unwrap();
        let token = sandbox.issue_token(&TokenSpec::default(), now());
        let path = format!("/v1/environments/{}/users/{user}/mfaEnabled", sandbox.environment_id());
        let request = Request::put(path)
            .header("Authorization", format!("Bearer {token}"))
            .header("Content-Type", "application/json")
            .body(br#"{"mfaEnabled":true}"#.to_vec())
            .unwrap();
        sandbox.handle(&request, now()).response.status().as_u16()
    }
}

#[test]
fn the_behavior_is_changed_field_by_field() {
    let fixture = Fixture::new();
    assert_eq!(fixture.json("PATCH", "/behavior", r#"{"rate":50}"#)["rate"], 50.0);
    assert_eq!(fixture.json("PATCH", "/behavior", r#"{"retryHints":true}"#)["rate"], 50.0);
    assert_eq!(fixture.json("GET", "/behavior", "")["retryHints"], true);
}

#[test]
fn an_invalid_value_or_field_is_refused_by_name_and_changes_nothing() {
    let fixture = Fixture::new();
    for (path, body, named) in [
        ("/behavior", r#"{"rate":0}"#, "rate:"),
        ("/behavior", r#"{"rates":5}"#, "rates"),
        ("/behavior", "{", "EOF"),
    ] {
        let (status, text) = fixture.ask("PATCH", path, body);
        assert!(status == 400 && text.contains(named), "{status} {text}");
    }
    assert_eq!(fixture.json("GET", "/behavior", "")["rate"], Value::Null);
    let (status, text) = fixture.ask("POST", "/faults", r#"{"fault":{"kind":"explode"}}"#);
    assert!(status == 400 && text.contains("explode"), "{text}");
    let (status, text) =
        fixture.ask("POST", "/faults", r#"[{"fault":{"kind":"html"}},{"share":9,"fault":{"kind":"html"}}]"#);
    assert!(status == 400 && text.contains("share:"), "{text}");
    assert_eq!(fixture.json("GET", "/faults", ""), json!([]));
}

#[test]
fn faults_can_be_added_and_removed() {
    let fixture = Fixture::new();
    let rule = r#"{"on":{"method":"PUT"},"fault":{"kind":"status","status":503}}"#;
    assert_eq!(fixture.json("POST", "/faults", rule).as_array().unwrap().len(), 1);
    assert_eq!(fixture.put(), 503);
    assert_eq!(fixture.json("DELETE", "/faults", ""), json!([]));
    assert_eq!(fixture.put(), 200);
}

#[test]
fn the_oracle_lists_all_writes_and_the_unplanned_ones() {
    let fixture = Fixture::new();
    let user = fixture.user();
    assert_eq!(fixture.json("POST", "/plan", &json!({ user.to_string(): true }).to_string())["announced"], 1);
    fixture.put();
    fixture.json("POST", "/happenings", &json!({ "switched": [user, false] }).to_string());
    let oracle = fixture.json("GET", "/oracle", "");
    assert_eq!((&oracle["counts"]["put"], &oracle["agrees"]), (&json!(1), &json!(true)));
    assert_eq!(oracle["writes"].as_array().unwrap().len(), 2);
    assert_eq!(oracle["unplanned"].as_array().unwrap().len(), 1);
    assert_eq!(oracle["unplanned"][0]["client"], "background");
    let one = fixture.json("GET", &format!("/oracle/{user}"), "");
    assert_eq!((&one["mfaEnabled"], one["writes"].as_array().unwrap().len()), (&json!(false), 2));
}

#[test]
fn key_rotation_and_a_clock_ahead_invalidate_tokens() {
    let fixture = Fixture::new();
    let status = |token: &str| {
        let mut sandbox = fixture.sandbox.lock().unwrap();
        let request = Request::get(format!("/v1/environments/{}", sandbox.environment_id()))
            .header("Authorization", format!("Bearer {token}"))
            .body(Vec::new())
            .unwrap();
        sandbox.handle(&request, now()).response.status().as_u16()
    };
    let token = || fixture.json("POST", "/tokens", "")["access_token"].as_str().unwrap().to_owned();
    let first = token();
    assert_eq!(status(&first), 200);
    fixture.json("POST", "/rotation", "");
    assert_eq!(status(&first), 401);
    let second = token();
    assert_eq!(status(&second), 200);
    fixture.json("PUT", "/clock", r#"{"offsetMillis":7200000}"#);
    assert_eq!(status(&second), 401);
}

#[test]
fn report_access_and_role_delay_are_configurable() {
    let fixture = Fixture::new();
    assert_eq!(fixture.json("PUT", "/role-delay", r#"{"millis":60000}"#)["millis"], 60_000);
    fixture.json("PUT", "/report", r#"{"isForbidden":true}"#);
    let mut sandbox = fixture.sandbox.lock().unwrap();
    let token = sandbox.issue_token(&TokenSpec::default(), now());
    let request = Request::post(format!("/v1/environments/{}/dataExplorations", sandbox.environment_id()))
        .header("Authorization", format!("Bearer {token}"))
        .header("Content-Type", "application/json")
        .body(b"{}".to_vec())
        .unwrap();
    assert_eq!(sandbox.handle(&request, now()).response.status(), 403);
}

#[test]
fn a_requested_token_is_accepted() {
    let fixture = Fixture::new();
    let token = fixture.json("POST", "/tokens", r#"{"role":"read-only"}"#);
    let mut sandbox = fixture.sandbox.lock().unwrap();
    let request = Request::get(format!("/v1/environments/{}", sandbox.environment_id()))
        .header("Authorization", format!("Bearer {}", token["access_token"].as_str().unwrap()))
        .body(Vec::new())
        .unwrap();
    assert_eq!(sandbox.handle(&request, now()).response.status(), 200);
}
