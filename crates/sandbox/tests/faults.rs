//! Every kind of fault, over real sockets, as the client sees it.
#![allow(clippy::disallowed_methods, reason = "a client measures how long it waits")]

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pingone_sandbox::server::{Shared, now, serve_api};
use pingone_sandbox::{Applied, Behaviour, EnvironmentKind, Populations, Sandbox, Seed, TokenSpec};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use uuid::Uuid;

/// How long a client waits for an answer that comes, however busy the computer is.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a client waits before it calls it silence.
const SILENCE: Duration = Duration::from_secs(2);

/// How a connection ended, as the client sees it.
#[derive(Debug, PartialEq, Eq)]
enum Ended {
    Closed,
    Reset,
    Silence,
}

/// What a client got.
struct Got {
    text: String,
    ended: Ended,
    took: Duration,
}

impl Got {
    fn status(&self) -> Option<u16> {
        self.text.split(' ').nth(1)?.parse().ok()
    }

    fn head(&self) -> String {
        self.text.split("\r\n\r\n").next().unwrap_or_default().to_ascii_lowercase()
    }

    fn body(&self) -> &str {
        self.text.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    fn promised(&self) -> usize {
        let head = self.head();
        let line = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        line.parse().unwrap()
    }
}

/// A sandbox behind a socket, and whom to ask about.
struct Stage {
    _runtime: Runtime,
    sandbox: Shared,
    address: SocketAddr,
    token: String,
    environment: Uuid,
    user: Uuid,
    patience: Duration,
}

impl Stage {
    fn with(rule: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let mut sandbox = Sandbox::new(Seed {
            users: 30,
            seed: 1,
            api_base: format!("http://{address}/v1"),
            auth_base: format!("http://{address}"),
            kind: EnvironmentKind::Sandbox,
            populations: Populations::Usual,
        });
        if !rule.is_empty() {
            sandbox.go_wrong(serde_json::from_str(rule).unwrap()).unwrap();
        }
        let token = sandbox.mint(&TokenSpec::default(), now());
        let (environment, user) = (sandbox.environment_id(), sandbox.user_named("jonas.brandt").unwrap());
        let sandbox: Shared = Arc::new(Mutex::new(sandbox));
        runtime.spawn(serve_api(listener, Arc::clone(&sandbox)));
        Self { _runtime: runtime, sandbox, address, token, environment, user, patience: PATIENCE }
    }

    fn ask(&self, method: &str, rest: &str, body: &str) -> Got {
        let began = Instant::now();
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(self.patience)).unwrap();
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
        Got { text: String::from_utf8_lossy(&bytes).into_owned(), ended, took: began.elapsed() }
    }

    fn list(&self) -> Got {
        self.ask("GET", "users?limit=10", "")
    }

    fn flag(&self) -> String {
        format!("users/{}/mfaEnabled", self.user)
    }

    /// Turns the flag on, which is off at first.
    fn put(&self) -> Got {
        self.ask("PUT", &self.flag(), r#"{"mfaEnabled":true}"#)
    }

    fn is_on(&self) -> bool {
        let mut sandbox = self.sandbox.lock().unwrap();
        sandbox.settle(now());
        sandbox.mfa_enabled(self.user).unwrap()
    }
}

#[test]
fn nothing_goes_wrong_without_a_rule() {
    let got = Stage::with("").list();
    assert_eq!((got.status(), &got.ended), (Some(200), &Ended::Closed));
    assert_eq!(got.body().len(), got.promised());
}

#[test]
fn a_delay_is_waited_for() {
    let got = Stage::with(r#"{"fault":{"kind":"delay","millis":300}}"#).list();
    assert!(got.took >= Duration::from_millis(300), "{:?}", got.took);
    assert_eq!((got.status(), got.body().len()), (Some(200), got.promised()));
}

#[test]
fn a_dripping_body_comes_whole_but_slowly() {
    let stage = Stage::with(r#"{"fault":{"kind":"drip","portion":64,"everyMillis":20}}"#);
    let got = stage.ask("GET", &stage.flag(), "");
    let portions = u32::try_from(got.promised() / 64).unwrap();
    assert!(portions >= 5 && got.took >= Duration::from_millis(20) * portions, "{:?}", got.took);
    assert_eq!((got.body().len(), &got.ended), (got.promised(), &Ended::Closed));
}

#[test]
fn a_lost_answer_was_carried_out_and_a_dropped_request_was_not() {
    for (kind, reset, ended, carried_out) in [
        ("lost", false, Ended::Closed, true),
        ("lost", true, Ended::Reset, true),
        ("dropped", false, Ended::Closed, false),
        ("dropped", true, Ended::Reset, false),
    ] {
        let stage = Stage::with(&format!(r#"{{"fault":{{"kind":"{kind}","reset":{reset}}}}}"#));
        let got = stage.put();
        assert_eq!((got.text.as_str(), got.ended), ("", ended), "{kind} {reset}");
        assert_eq!(stage.is_on(), carried_out, "{kind}");
    }
}

#[test]
fn a_cut_comes_where_it_was_asked_for() {
    for (after, reset, ended) in [
        (0, false, Ended::Closed),
        (0, true, Ended::Reset),
        (100, false, Ended::Closed),
        (100, true, Ended::Reset),
    ] {
        let got =
            Stage::with(&format!(r#"{{"fault":{{"kind":"cut","after":{after},"reset":{reset}}}}}"#)).list();
        assert_eq!((got.status(), got.ended), (Some(200), ended), "{after} {reset}");
        let (body, promised) = (got.text.split_once("\r\n\r\n").unwrap().1.len(), {
            let head = got.text.to_ascii_lowercase();
            head.split("content-length: ")
                .nth(1)
                .unwrap()
                .split('\r')
                .next()
                .unwrap()
                .parse::<usize>()
                .unwrap()
        });
        assert!(body == after && promised > 100, "{body} of {promised}");
    }
}

#[test]
fn a_black_hole_is_silent_whether_or_not_it_carries_out() {
    for applied in [true, false] {
        let mut stage = Stage::with(&format!(r#"{{"fault":{{"kind":"black-hole","applied":{applied}}}}}"#));
        stage.patience = SILENCE;
        let got = stage.put();
        assert_eq!((got.text.as_str(), got.ended), ("", Ended::Silence));
        assert_eq!(stage.is_on(), applied);
    }
}

#[test]
fn a_write_that_is_carried_out_late_is_answered_at_once() {
    let stage = Stage::with(r#"{"fault":{"kind":"applied-late","millis":400}}"#);
    let got = stage.put();
    assert!(got.body().contains("\"mfaEnabled\" : true") && !stage.is_on());
    std::thread::sleep(Duration::from_millis(450));
    assert!(stage.is_on());
}

#[test]
fn a_write_that_is_never_carried_out_is_answered_all_the_same() {
    let stage = Stage::with(r#"{"fault":{"kind":"never-applied"}}"#);
    assert!(stage.put().body().contains("\"mfaEnabled\" : true"));
    assert!(!stage.is_on());
    let sandbox = stage.sandbox.lock().unwrap();
    assert_eq!(sandbox.oracle().writes()[0].applied, Applied::Never);
    assert_eq!(sandbox.agrees(now()), Ok(()));
}

#[test]
fn an_answer_can_say_the_other_value() {
    let stage = Stage::with(r#"{"on":{"method":"PUT"},"fault":{"kind":"other-value"}}"#);
    assert!(stage.put().body().contains("\"mfaEnabled\" : false"));
    assert!(stage.is_on());
}

#[test]
fn a_status_is_answered_in_pingones_words_and_nothing_is_carried_out() {
    for (status, word) in [
        (401, "INVALID_TOKEN"),
        (403, "INSUFFICIENT_PERMISSIONS"),
        (404, "NOT_FOUND"),
        (415, "INVALID_REQUEST"),
        (429, "REQUEST_LIMITED"),
        (500, "UNEXPECTED_ERROR"),
        (503, "Service Unavailable"),
    ] {
        let stage = Stage::with(&format!(r#"{{"fault":{{"kind":"status","status":{status}}}}}"#));
        let got = stage.put();
        assert_eq!(got.status(), Some(status));
        assert!(got.body().contains(word), "{status}: {}", got.body());
        assert!(got.head().contains("access-control-allow-origin: *"));
        assert!(!stage.is_on());
    }
}

#[test]
fn a_status_can_be_without_cors_headers_and_with_retry_after() {
    let got =
        Stage::with(r#"{"fault":{"kind":"status","status":503,"retryAfter":7,"withoutCors":true}}"#).list();
    assert!(
        got.head().contains("retry-after: 7") && !got.head().contains("access-control-"),
        "{}",
        got.head()
    );
}

#[test]
fn retry_after_is_never_exposed_to_a_page() {
    let got = Stage::with(r#"{"fault":{"kind":"status","status":429,"retryAfter":7}}"#).list();
    assert!(got.head().contains("retry-after: 7") && !got.head().contains("access-control-expose-headers"));
}

#[test]
fn the_content_type_can_be_another() {
    let got = Stage::with(r#"{"fault":{"kind":"content-type","value":"text/plain"}}"#).list();
    assert!(got.head().contains("content-type: text/plain"));
    assert!(got.body().contains("_embedded"));
}

#[test]
fn a_page_of_html_can_stand_in_the_answers_place() {
    let got = Stage::with(r#"{"fault":{"kind":"html"}}"#).list();
    assert_eq!(got.status(), Some(200));
    assert!(got.head().contains("content-type: text/html") && got.body().starts_with("<!doctype html>"));
}

#[test]
fn a_gateway_can_refuse_with_html_and_nothing_is_carried_out() {
    let stage = Stage::with(r#"{"on":{"method":"PUT"},"fault":{"kind":"gateway","status":403}}"#);
    let before = stage.is_on();
    let got = stage.put();
    assert_eq!(got.status(), Some(403));
    assert!(got.head().contains("content-type: text/html") && got.body().starts_with("<html>"));
    assert_eq!(stage.is_on(), before);
}

#[test]
fn an_answer_can_quote_the_token() {
    let stage = Stage::with(r#"{"fault":{"kind":"echo"}}"#);
    let (got, token) = (stage.list(), stage.token.clone());
    assert!(got.head().contains(&format!("correlation-id: bearer {}", token.to_ascii_lowercase())));
    let body: serde_json::Value = serde_json::from_str(got.body()).unwrap();
    assert_eq!(body["authorization"], format!("Bearer {token}"));
    assert!(body["_embedded"]["users"].is_array());
}

#[test]
fn any_text_can_stand_in_the_answers_place_and_nothing_is_carried_out() {
    let fault = r#"{"kind":"text","status":502,"text":"<p>{authorization}</p>","times":2}"#;
    let stage = Stage::with(&format!(r#"{{"on":{{"method":"PUT"}},"fault":{fault}}}"#));
    let before = stage.is_on();
    let got = stage.put();
    assert_eq!(got.status(), Some(502));
    assert_eq!(got.body(), format!("<p>Bearer {}</p>", stage.token).repeat(2));
    assert_eq!(stage.is_on(), before);
}

#[test]
fn a_body_can_be_oversized_truncated_nested_or_have_a_key_twice() {
    let body = |fault: &str| Stage::with(&format!(r#"{{"fault":{fault}}}"#)).list().body().to_owned();
    assert_eq!(body(r#"{"kind":"oversized","bytes":9000000}"#).len(), 9_000_000);
    let bomb = Stage::with(r#"{"fault":{"kind":"gzip-bomb","bytes":900000}}"#).list();
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
fn the_next_page_can_be_this_one_or_elsewhere() {
    let next = |fault: &str| {
        let got = Stage::with(&format!(r#"{{"fault":{fault}}}"#)).list();
        let body: serde_json::Value = serde_json::from_str(got.body()).unwrap();
        body["_links"]["next"]["href"].as_str().unwrap().to_owned()
    };
    assert!(next(r#"{"kind":"next-loops"}"#).ends_with("/users?limit=10"));
    let elsewhere = r#"{"kind":"next-elsewhere","href":"https://elsewhere.example/users"}"#;
    assert_eq!(next(elsewhere), "https://elsewhere.example/users");
}

#[test]
fn a_page_that_always_fails_fails_alone() {
    let rule = r#"{"on":{"endpoint":"users","page":2},"fault":{"kind":"status","status":500}}"#;
    let stage = Stage::with(rule);
    let first: serde_json::Value = serde_json::from_str(stage.list().body()).unwrap();
    let next = first["_links"]["next"]["href"].as_str().unwrap();
    let rest = next.split(&format!("{}/", stage.environment)).nth(1).unwrap();
    assert_eq!(stage.ask("GET", rest, "").status(), Some(500));
    assert_eq!(stage.list().status(), Some(200));
}

#[test]
fn a_rate_limit_refuses_and_says_when_only_where_it_may() {
    let stage = Stage::with("");
    let behaviour =
        Behaviour { rate: Some(4.0), retry_hints: true, address_share: 0.5, ..Behaviour::default() };
    stage.sandbox.lock().unwrap().behave(behaviour).unwrap();
    let answers: Vec<Got> = (0..4).map(|_| stage.list()).collect();
    let refused = answers.iter().find(|got| got.status() == Some(429)).unwrap();
    assert!(refused.head().contains("retry-after: 1"));
    assert!(refused.body().contains("quotaResetTime") && refused.body().contains("retryAfter"));
}

#[test]
fn a_slow_client_is_let_go() {
    let stage = Stage::with("");
    let mut stream = TcpStream::connect(stage.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(12))).unwrap();
    stream.write_all(b"GET /v1/environments HTTP/1.1\r\nHost: a\r\nX-Slow: ").unwrap();
    let began = Instant::now();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn a_huge_body_is_refused_before_it_has_come() {
    let stage = Stage::with("");
    let mut stream = TcpStream::connect(stage.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let head = "PUT /v1/environments HTTP/1.1\r\nHost: a\r\nContent-Length: 104857600\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let portion = vec![b' '; 65536];
    // The server stops reading, and then writing fails.
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
    let stage = Stage::with("");
    let mut stream = TcpStream::connect(stage.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let request = format!("GET /v1/environments/a/users?filter={} HTTP/1.1\r\n\r\n", "x".repeat(1 << 20));
    // The server may stop reading, and then writing fails.
    let _ = stream.write_all(request.as_bytes());
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.is_empty() || text.starts_with("HTTP/1.1 4"), "{text}");
    assert_eq!(stage.list().status(), Some(200));
}

#[test]
fn the_most_in_flight_are_counted() {
    let stage = Stage::with(r#"{"fault":{"kind":"delay","millis":300}}"#);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| stage.list());
        }
    });
    assert_eq!(stage.sandbox.lock().unwrap().oracle().counts().most_in_flight, 3);
}
