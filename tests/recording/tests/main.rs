//! Tests that a recording of the sandbox replays without differences, and that other differences are reported.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use pingone_mfa_recording::Replay;
use pingone_mfa_testkit::tenant::seed_at;
use pingone_sandbox::server::{Record, Shared, now, serve_api_recorded};
use pingone_sandbox::{Behavior, EnvironmentKind, Role, Sandbox, Scope, Seed, TokenSpec};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use uuid::Uuid;

/// A file that is removed when dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("pingone-mfa-{}-{name}.har", std::process::id())))
    }

    fn path(&self) -> &Path {
        &self.0
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.0).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A file left in the temporary folder does no harm.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A recording sandbox and a client for it.
struct TestServer {
    _runtime: Runtime,
    sandbox: Shared,
    address: SocketAddr,
    token: String,
    environment: Uuid,
    user: Uuid,
}

impl TestServer {
    fn recording(file: &Path, behavior: Behavior) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let origin = format!("http://{address}");
        let mut sandbox =
            Sandbox::new(Seed { kind: EnvironmentKind::Production, ..seed_at(&origin, &origin, 30, 2) });
        sandbox.set_behavior(behavior).unwrap();
        let holder = Uuid::from_u128(1);
        for role in [Role::IdentityDataAdmin, Role::EnvironmentAdmin] {
            sandbox.assign(holder, role, Scope::Environment, now());
        }
        let token = sandbox.issue_token(&TokenSpec { holder: Some(holder), ..TokenSpec::default() }, now());
        let (environment, user) =
            (sandbox.environment_id(), sandbox.user_by_username("jonas.brandt").unwrap());
        let record = Record::create(file).unwrap();
        let sandbox: Shared = Arc::new(Mutex::new(sandbox));
        runtime.spawn(serve_api_recorded(listener, Arc::clone(&sandbox), record));
        Self { _runtime: runtime, sandbox, address, token, environment, user }
    }

    fn add_fault(&self, fault: &str) {
        let rule = serde_json::from_str(&format!("{{\"fault\":{fault}}}")).unwrap();
        self.sandbox.lock().unwrap().add_fault(rule).unwrap();
    }

    fn send(&self, method: &str, path: &str, body: &str) -> u16 {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            self.token,
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer);
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }

    fn ask(&self, method: &str, rest: &str, body: &str) -> u16 {
        self.send(method, &format!("/v1/environments/{}{rest}", self.environment), body)
    }

    /// Sends the requests that the page and other clients send. Returns their number.
    fn send_all(&self) -> usize {
        let report =
            r#"{"dataExplorationTemplate":{"id":"db632bfd-7054-4bde-b108-a384aac2d513"},"sync":"true"}"#;
        let user_path = format!("/users/{}", self.user);
        let requests = [
            ("GET", String::new(), ""),
            ("GET", "?expand=billOfMaterials".to_owned(), ""),
            ("GET", "/billOfMaterials".to_owned(), ""),
            ("GET", "/capabilities".to_owned(), ""),
            ("GET", "/mfaSettings".to_owned(), ""),
            ("PUT", "/mfaSettings".to_owned(), "{}"),
            ("DELETE", "/mfaSettings".to_owned(), ""),
            ("GET", "/populations".to_owned(), ""),
            ("GET", "/groups?limit=5".to_owned(), ""),
            ("GET", "/users?limit=10&expand=population".to_owned(), ""),
            ("GET", "/users?filter=mfaEnabled%20eq%20%22true%22".to_owned(), ""),
            ("GET", user_path.clone(), ""),
            ("GET", format!("{user_path}?include=memberOfGroupIDs"), ""),
            ("GET", format!("{user_path}/mfaEnabled"), ""),
            ("PUT", format!("{user_path}/mfaEnabled"), r#"{"mfaEnabled":true}"#),
            ("PUT", format!("{user_path}/mfaEnabled"), r#"{"mfaEnabled":1}"#),
            ("GET", format!("{user_path}/devices"), ""),
            ("GET", format!("{user_path}/bypassMFA"), ""),
            ("GET", format!("{user_path}/memberOfGroups"), ""),
            ("GET", format!("{user_path}/population"), ""),
            ("GET", format!("{user_path}/enabled"), ""),
            ("GET", format!("{user_path}/roleAssignments"), ""),
            ("GET", "/users/00000000-0000-4000-8000-00000000dead".to_owned(), ""),
            ("POST", "/dataExplorations?expand=entries".to_owned(), report),
            ("GET", "/nowhere".to_owned(), ""),
        ];
        assert_eq!(self.send("GET", "/v1/environments/00000000-0000-4000-8000-00000000dead", ""), 404);
        for (method, rest, body) in &requests {
            self.ask(method, rest, body);
        }
        for path in ["/v1/environments", "/v1/roles"] {
            assert_eq!(self.send("GET", path, ""), 200);
        }
        requests.len() + 3
    }
}

#[test]
fn a_recording_of_the_sandbox_replays_without_a_difference() {
    for (name, behavior) in [
        ("hidden", Behavior::default()),
        ("exposed", Behavior { expose_correlation_id: true, ..Behavior::default() }),
    ] {
        let scratch = Scratch::new(name);
        let server = TestServer::recording(scratch.path(), behavior.clone());
        let requests = server.send_all();
        let replay = Replay::of(&scratch.text()).unwrap();
        assert_eq!(replay.differences, Vec::<String>::new(), "{name}");
        assert_eq!((replay.compared, replay.skipped), (requests, vec![]), "{name}");
        assert_eq!(replay.exposes_correlation_id, behavior.expose_correlation_id, "{name}");
    }
}

#[test]
fn a_recording_has_no_token_and_no_request_to_the_authorization_server() {
    let scratch = Scratch::new("secret");
    let server = TestServer::recording(scratch.path(), Behavior::default());
    server.ask("GET", "/users", "");
    let form = "grant_type=client_credentials";
    server.send("POST", &format!("/{}/as/token", server.environment), form);
    let text = scratch.text();
    assert!(
        !text.contains(&server.token) && !text.contains(server.token.split('.').next().unwrap()),
        "the recording contains a token"
    );
    assert!(!text.contains("/as/token") && !text.contains(form));
    assert_eq!(Replay::of(&text).unwrap().compared, 1);
}

#[test]
fn a_token_in_a_response_is_not_recorded() {
    for (name, fault) in [
        ("echo", r#"{"kind":"echo"}"#),
        ("text", r#"{"kind":"text","status":400,"text":"{authorization}"}"#),
        ("utf16", r#"{"kind":"text","status":400,"encoding":"utf16","text":"{authorization}"}"#),
    ] {
        let scratch = Scratch::new(name);
        let server = TestServer::recording(scratch.path(), Behavior::default());
        server.add_fault(fault);
        server.ask("GET", "/users?limit=1", "");
        let text = scratch.text().replace("\\u0000", "");
        assert!(!text.contains(&server.token) && text.contains("{not recorded}"), "{name}: {text}");
    }
}

/// The differences of a recorded user after `alter` has changed the response.
fn altered(alter: impl Fn(&str) -> String) -> Vec<String> {
    let scratch = Scratch::new(&format!("altered-{:p}", &alter));
    let server = TestServer::recording(scratch.path(), Behavior::default());
    server.ask("GET", &format!("/users/{}", server.user), "");
    let mut file: Value = serde_json::from_str(&scratch.text()).unwrap();
    let content = &mut file["log"]["entries"][0]["response"]["content"]["text"];
    let text = alter(content.as_str().unwrap());
    assert_ne!(content.as_str(), Some(text.as_str()), "`alter` must change the response");
    *content = text.into();
    let differences = Replay::of(&file.to_string()).unwrap().differences;
    // Each difference starts with the URL of its request.
    differences.iter().map(|difference| difference.rsplit_once(": the ").unwrap().1.to_owned()).collect()
}

#[test]
fn a_difference_names_the_field() {
    let renamed = altered(|text| text.replace("\"mfaEnabled\"", "\"mfaOn\""));
    assert!(renamed.iter().any(|found| found == "body.mfaOn is not in the sandbox's"), "{renamed:?}");
    let missing =
        altered(|text| text.replace("\"verifyStatus\" : \"NOT_INITIATED\"", "\"nickname\" : \"x\""));
    assert_eq!(missing, ["body.verifyStatus is in the sandbox's only"]);
    let nested = altered(|text| text.replace("\"canAuthenticate\" : true", "\"canAuthenticate\" : \"true\""));
    assert_eq!(nested, ["body.account.canAuthenticate is a text, the sandbox's is a Boolean"]);
    let swapped = altered(|text| {
        let (given, family) = ("\"given\" : \"Jonas\"", "\"family\" : \"Brandt\"");
        text.replace(given, "{}").replace(family, given).replace("{}", family)
    });
    assert!(
        swapped.len() == 1 && swapped[0].starts_with("fields of the body.name have the order"),
        "{swapped:?}"
    );
}

#[test]
fn a_response_that_the_page_cannot_parse_is_a_difference() {
    let unread = altered(|text| text.replace("\"createdAt\" : \"2", "\"createdAt\" : \"no date 2"));
    assert!(unread.len() == 1 && unread[0].contains("page can't read it"), "{unread:?}");
}

#[test]
fn removed_data_is_not_compared() {
    let hidden = altered(|text| {
        let begin = text.find("\"name\" : {").unwrap();
        let end = begin + text[begin..].find('}').unwrap() + 1;
        text.replace(&text[begin..end], "\"name\" : \"[name]\"").replace("jonas.brandt", "[username]")
    });
    assert_eq!(hidden, Vec::<String>::new());
}

#[test]
fn a_file_that_is_not_a_recording_is_an_error() {
    for text in ["", "{}", "[]", r#"{"log":{"version":"1.2"}}"#] {
        assert!(Replay::of(text).is_err(), "{text}");
    }
}

#[test]
fn devices_are_parsed_with_other_embedded_lists_and_without_a_count() {
    let scratch = Scratch::new("devices");
    let server = TestServer::recording(
        scratch.path(),
        Behavior { device_list_embeds_more: true, ..Behavior::default() },
    );
    server.ask("GET", &format!("/users/{}/devices", server.user), "");
    let found = Replay::of(&scratch.text()).unwrap().differences;
    assert!(
        found.iter().any(|found| found.ends_with("_embedded.mfaPolicy is not in the sandbox's")),
        "{found:?}"
    );
    assert!(!found.iter().any(|found| found.contains("can't read")), "{found:?}");
}
