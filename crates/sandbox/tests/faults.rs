//! Every kind of fault, tested over real sockets from the client's point of view.
#![allow(clippy::disallowed_methods, reason = "a client measures how long it waits")]

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pingone_mfa_testkit::tenant::seed_at;
use pingone_sandbox::server::{Shared, now, serve_api};
use pingone_sandbox::{Applied, Behavior, Sandbox, TokenSpec};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use uuid::Uuid;

/// How long a client waits for an answer that is expected to come, even on a busy computer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a client waits before it assumes that no answer will come.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(2);

/// How a connection ended for the client.
#[derive(Debug, PartialEq, Eq)]
enum Ended {
    Closed,
    Reset,
    Silence,
}

/// What a client received.
struct Received {
    text: String,
    ended: Ended,
    took: Duration,
}

impl Received {
    fn status(&self) -> Option<u16> {
        self.text.split(' ').nth(1)?.parse().ok()
    }

    fn head(&self) -> String {
        self.text.split("\r\n\r\n").next().unwrap_or_default().to_ascii_lowercase()
    }

    fn body(&self) -> &str {
        self.text.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    fn declared_length(&self) -> usize {
        let head = self.head();
        let line = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        line.parse().unwrap()
    }
}

/// A sandbox behind a socket, and the user that requests are about.
struct Fixture {
    _runtime: Runtime,
    sandbox: Shared,
    address: SocketAddr,
    token: String,
    environment: Uuid,
    user: Uuid,
    timeout: Duration,
}

impl Fixture {
    fn with(rule: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let origin = format!("http://{address}");
        let mut sandbox = Sandbox::new(seed_at(&origin, &origin, 30, 1));
        if !rule.is_empty() {
            sandbox.add_fault(serde_json::from_str(rule).unwrap()).unwrap();
        }
        let token = sandbox.issue_token(&TokenSpec::default(), now());
        let (environment, user) =
            (sandbox.environment_id(), sandbox.user_by_username("jonas.brandt").unwrap());
        let sandbox: Shared = Arc::new(Mutex::new(sandbox));
        runtime.spawn(serve_api(listener, Arc::clone(&sandbox)));
        Self { _runtime: runtime, sandbox, address, token, environment, user, timeout: ANSWER_TIMEOUT }
    }

    fn ask(&self, method: &str, rest: &str, body: &str) -> Received {
        let began = Instant::now();
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(self.timeout)).unwrap();
        let request = format!(
            "{method} /v1/environments/{}/{rest} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            self.environment,
            self.address,
            self.token,
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        let ended = match stream.read_to_end(&mut bytes) {
            Ok(_) => Ended::Closed,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => Ended::Reset,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Ended::Silence
            }
            Err(error) => panic!("{error}"),
        };
        Received { text: String::from_utf8_lossy(&bytes).into_owned(), ended, took: began.elapsed() }
    }

    fn list(&self) -> Received {
        self.ask("GET", "users?limit=10", "")
    }

    fn flag(&self) -> String {
        format!("users/{}/mfaEnabled", self.user)
    }

    /// Sets the flag to true; it is false at first.
    fn put(&self) -> Received {
        self.ask("PUT", &self.flag(), r#"{"mfaEnabled":true}"#)
    }

    fn is_on(&self) -> bool {
        let mut sandbox = self.sandbox.lock().unwrap();
        sandbox.settle(now());
        sandbox.mfa_enabled(self.user).unwrap()
    }
}

#[test]
fn without_a_rule_requests_succeed() {
    let received = Fixture::with("").list();
    assert_eq!((received.status(), &received.ended), (Some(200), &Ended::Closed));
    assert_eq!(received.body().len(), received.declared_length());
}

#[test]
fn a_delay_postpones_the_answer() {
    let received = Fixture::with(r#"{"fault":{"kind":"delay","millis":300}}"#).list();
    assert!(received.took >= Duration::from_millis(300), "{:?}", received.took);
    assert_eq!((received.status(), received.body().len()), (Some(200), received.declared_length()));
}

#[test]
fn a_dripped_body_arrives_slowly_but_completely() {
    let fixture = Fixture::with(r#"{"fault":{"kind":"drip","portion":64,"everyMillis":20}}"#);
    let received = fixture.ask("GET", &fixture.flag(), "");
    let portions = u32::try_from(received.declared_length() / 64).unwrap();
    assert!(portions >= 5 && received.took >= Duration::from_millis(20) * portions, "{:?}", received.took);
    assert_eq!((received.body().len(), &received.ended), (received.declared_length(), &Ended::Closed));
}

#[test]
fn a_lost_request_is_executed_and_a_dropped_one_is_not() {
    for (kind, reset, ended, carried_out) in [
        ("lost", false, Ended::Closed, true),
        ("lost", true, Ended::Reset, true),
        ("dropped", false, Ended::Closed, false),
        ("dropped", true, Ended::Reset, false),
    ] {
        let fixture = Fixture::with(&format!(r#"{{"fault":{{"kind":"{kind}","reset":{reset}}}}}"#));
        let received = fixture.put();
        assert_eq!((received.text.as_str(), received.ended), ("", ended), "{kind} {reset}");
        assert_eq!(fixture.is_on(), carried_out, "{kind}");
    }
}

#[test]
fn a_body_is_cut_at_the_requested_position() {
    for (after, reset, ended) in [
        (0, false, Ended::Closed),
        (0, true, Ended::Reset),
        (100, false, Ended::Closed),
        (100, true, Ended::Reset),
    ] {
        let received =
            Fixture::with(&format!(r#"{{"fault":{{"kind":"cut","after":{after},"reset":{reset}}}}}"#)).list();
        assert_eq!((received.status(), received.ended), (Some(200), ended), "{after} {reset}");
        let (body, declared_length) = (received.text.split_once("\r\n\r\n").unwrap().1.len(), {
            let head = received.text.to_ascii_lowercase();
            head.split("content-length: ")
                .nth(1)
                .unwrap()
                .split('\r')
                .next()
                .unwrap()
                .parse::<usize>()
                .unwrap()
        });
        assert!(body == after && declared_length > 100, "{body} of {declared_length}");
    }
}

#[test]
fn a_black_hole_never_answers_whether_or_not_it_executes() {
    for applied in [true, false] {
        let mut fixture =
            Fixture::with(&format!(r#"{{"fault":{{"kind":"black-hole","applied":{applied}}}}}"#));
        fixture.timeout = SILENCE_TIMEOUT;
        let received = fixture.put();
        assert_eq!((received.text.as_str(), received.ended), ("", Ended::Silence));
        assert_eq!(fixture.is_on(), applied);
    }
}

#[test]
fn a_late_write_is_answered_immediately() {
    let fixture = Fixture::with(r#"{"fault":{"kind":"applied-late","millis":400}}"#);
    let received = fixture.put();
    assert!(received.body().contains("\"mfaEnabled\" : true") && !fixture.is_on());
    std::thread::sleep(Duration::from_millis(450));
    assert!(fixture.is_on());
}

#[test]
fn a_write_that_is_never_applied_is_answered_with_success() {
    let fixture = Fixture::with(r#"{"fault":{"kind":"never-applied"}}"#);
    assert!(fixture.put().body().contains("\"mfaEnabled\" : true"));
    assert!(!fixture.is_on());
    let sandbox = fixture.sandbox.lock().unwrap();
    assert_eq!(sandbox.oracle().writes()[0].applied, Applied::Never);
    assert_eq!(sandbox.check_consistency(now()), Ok(()));
}

#[test]
fn an_answer_can_report_the_opposite_value() {
    let fixture = Fixture::with(r#"{"on":{"method":"PUT"},"fault":{"kind":"other-value"}}"#);
    assert!(fixture.put().body().contains("\"mfaEnabled\" : false"));
    assert!(fixture.is_on());
}

#[test]
fn a_status_fault_has_pingones_body_and_executes_nothing() {
    for (status, word) in [
        (401, "INVALID_TOKEN"),
        (403, "INSUFFICIENT_PERMISSIONS"),
        (404, "NOT_FOUND"),
        (415, "INVALID_REQUEST"),
        (429, "REQUEST_LIMITED"),
        (500, "UNEXPECTED_ERROR"),
        (503, "Service Unavailable"),
    ] {
        let fixture = Fixture::with(&format!(r#"{{"fault":{{"kind":"status","status":{status}}}}}"#));
        let received = fixture.put();
        assert_eq!(received.status(), Some(status));
        assert!(received.body().contains(word), "{status}: {}", received.body());
        assert!(received.head().contains("access-control-allow-origin: *"));
        assert!(!fixture.is_on());
    }
}

#[test]
fn a_status_can_be_without_cors_headers_and_with_retry_after() {
    let received =
        Fixture::with(r#"{"fault":{"kind":"status","status":503,"retryAfter":7,"withoutCors":true}}"#).list();
    assert!(
        received.head().contains("retry-after: 7") && !received.head().contains("access-control-"),
        "{}",
        received.head()
    );
}

#[test]
fn retry_after_is_never_exposed_to_a_page() {
    let received = Fixture::with(r#"{"fault":{"kind":"status","status":429,"retryAfter":7}}"#).list();
    assert!(
        received.head().contains("retry-after: 7")
            && !received.head().contains("access-control-expose-headers")
    );
}

#[test]
fn the_content_type_can_be_wrong() {
    let received = Fixture::with(r#"{"fault":{"kind":"content-type","value":"text/plain"}}"#).list();
    assert!(received.head().contains("content-type: text/plain"));
    assert!(received.body().contains("_embedded"));
}

#[test]
fn an_html_page_can_replace_the_answer() {
    let received = Fixture::with(r#"{"fault":{"kind":"html"}}"#).list();
    assert_eq!(received.status(), Some(200));
    assert!(
        received.head().contains("content-type: text/html") && received.body().starts_with("<!doctype html>")
    );
}

#[test]
fn a_gateway_can_refuse_with_html_without_executing_the_request() {
    let fixture = Fixture::with(r#"{"on":{"method":"PUT"},"fault":{"kind":"gateway","status":403}}"#);
    let before = fixture.is_on();
    let received = fixture.put();
    assert_eq!(received.status(), Some(403));
    assert!(received.head().contains("content-type: text/html") && received.body().starts_with("<html>"));
    assert_eq!(fixture.is_on(), before);
}

#[test]
fn an_answer_can_echo_the_token() {
    let fixture = Fixture::with(r#"{"fault":{"kind":"echo"}}"#);
    let (received, token) = (fixture.list(), fixture.token.clone());
    assert!(received.head().contains(&format!("correlation-id: bearer {}", token.to_ascii_lowercase())));
    let body: serde_json::Value = serde_json::from_str(received.body()).unwrap();
    assert_eq!(body["authorization"], format!("Bearer {token}"));
    assert!(body["_embedded"]["users"].is_array());
}

#[test]
fn any_text_can_replace_the_answer_without_executing_the_request() {
    let fault = r#"{"kind":"text","status":502,"text":"<p>{authorization}</p>","times":2}"#;
    let fixture = Fixture::with(&format!(r#"{{"on":{{"method":"PUT"}},"fault":{fault}}}"#));
    let before = fixture.is_on();
    let received = fixture.put();
    assert_eq!(received.status(), Some(502));
    assert_eq!(received.body(), format!("<p>Bearer {}</p>", fixture.token).repeat(2));
    assert_eq!(fixture.is_on(), before);
}

#[test]
fn a_body_can_be_oversized_truncated_nested_or_have_duplicate_keys() {
    let body = |fault: &str| Fixture::with(&format!(r#"{{"fault":{fault}}}"#)).list().body().to_owned();
    assert_eq!(body(r#"{"kind":"oversized","bytes":9000000}"#).len(), 9_000_000);
    let bomb = Fixture::with(r#"{"fault":{"kind":"gzip-bomb","bytes":900000}}"#).list();
    assert!(bomb.head().contains("content-encoding: gzip") && bomb.body().len() < 90_000, "{}", bomb.head());
    assert_eq!(body(r#"{"kind":"truncated","after":50}"#).len(), 50);
    assert!(serde_json::from_str::<serde_json::Value>(&body(r#"{"kind":"nested","depth":5000}"#)).is_err());
    assert!(body(r#"{"kind":"duplicate-key"}"#).contains("\"mfaEnabled\" : true, \"mfaEnabled\" : false"));
    let odd = body(r#"{"kind":"odd-flag","values":["null","","1"]}"#);
    let odd: serde_json::Value = serde_json::from_str(&odd).unwrap();
    let flag = |place: usize| odd["_embedded"]["users"][place].get("mfaEnabled").cloned();
    assert_eq!([0, 1, 2].map(flag), [Some(serde_json::Value::Null), None, Some(1.into())]);
}

#[test]
fn the_next_link_can_loop_or_point_elsewhere() {
    let next = |fault: &str| {
        let received = Fixture::with(&format!(r#"{{"fault":{fault}}}"#)).list();
        let body: serde_json::Value = serde_json::from_str(received.body()).unwrap();
        body["_links"]["next"]["href"].as_str().unwrap().to_owned()
    };
    assert!(next(r#"{"kind":"next-loops"}"#).ends_with("/users?limit=10"));
    let elsewhere = r#"{"kind":"next-elsewhere","href":"https://elsewhere.example/users"}"#;
    assert_eq!(next(elsewhere), "https://elsewhere.example/users");
}

#[test]
fn only_the_selected_page_fails() {
    let rule = r#"{"on":{"endpoint":"users","page":2},"fault":{"kind":"status","status":500}}"#;
    let fixture = Fixture::with(rule);
    let first: serde_json::Value = serde_json::from_str(fixture.list().body()).unwrap();
    let next = first["_links"]["next"]["href"].as_str().unwrap();
    let rest = next.split(&format!("{}/", fixture.environment)).nth(1).unwrap();
    assert_eq!(fixture.ask("GET", rest, "").status(), Some(500));
    assert_eq!(fixture.list().status(), Some(200));
}

#[test]
fn a_rate_limit_refuses_with_a_retry_hint() {
    let fixture = Fixture::with("");
    let behavior = Behavior { rate: Some(4.0), retry_hints: true, address_share: 0.5, ..Behavior::default() };
    fixture.sandbox.lock().unwrap().set_behavior(behavior).unwrap();
    let answers: Vec<Received> = (0..4).map(|_| fixture.list()).collect();
    let refused = answers.iter().find(|received| received.status() == Some(429)).unwrap();
    assert!(refused.head().contains("retry-after: 1"));
    assert!(refused.body().contains("quotaResetTime") && refused.body().contains("retryAfter"));
}

#[test]
fn a_slow_client_is_disconnected() {
    let fixture = Fixture::with("");
    let mut stream = TcpStream::connect(fixture.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(12))).unwrap();
    stream.write_all(b"GET /v1/environments HTTP/1.1\r\nHost: a\r\nX-Slow: ").unwrap();
    let began = Instant::now();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn a_huge_body_is_refused_before_it_is_received() {
    let fixture = Fixture::with("");
    let mut stream = TcpStream::connect(fixture.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let head = "PUT /v1/environments HTTP/1.1\r\nHost: a\r\nContent-Length: 104857600\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let portion = vec![b' '; 65536];
    // When the server stops reading, writing fails.
    for _ in 0..1600 {
        if stream.write_all(&portion).is_err() {
            break;
        }
    }
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.is_empty() || text.starts_with("HTTP/1.1 413"), "{text}");
}

#[test]
fn a_filter_of_a_megabyte_is_refused_and_the_next_request_is_answered() {
    let fixture = Fixture::with("");
    let mut stream = TcpStream::connect(fixture.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let request = format!("GET /v1/environments/a/users?filter={} HTTP/1.1\r\n\r\n", "x".repeat(1 << 20));
    // The server may stop reading, which makes writing fail.
    let _ = stream.write_all(request.as_bytes());
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.is_empty() || text.starts_with("HTTP/1.1 4"), "{text}");
    assert_eq!(fixture.list().status(), Some(200));
}

#[test]
fn the_maximum_of_requests_in_flight_is_counted() {
    let fixture = Fixture::with(r#"{"fault":{"kind":"delay","millis":300}}"#);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| fixture.list());
        }
    });
    assert_eq!(fixture.sandbox.lock().unwrap().oracle().counts().most_in_flight, 3);
}
