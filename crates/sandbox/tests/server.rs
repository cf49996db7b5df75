//! The API server and the page server on real sockets, tested with plain HTTP/1.1.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pingone_mfa_testkit::tenant::seed_at;
use pingone_sandbox::page::{config_json, serve_page};
use pingone_sandbox::server::{now, serve_api};
use pingone_sandbox::{EnvironmentKind, Sandbox, Seed, TokenSpec};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const HEADERS: &str = "\
/*
  Content-Security-Policy: default-src 'none'; connect-src 'self' https://api.pingone.eu; img-src 'self'
  X-Content-Type-Options: nosniff
  Cache-Control: public, max-age=31536000, immutable
/
  Cache-Control: no-store
/index.html
  Cache-Control: no-store
";

const API_ORIGIN: &str = "http://127.0.0.1:4001";

/// An answer: the status, the head in lower case, and the body.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        let line = self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_default()
    }
}

fn send(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // A server that refuses a body may close the connection before it has read all of it.
    let _ = stream.write_all(request);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
}

fn get(address: SocketAddr, path: &str, more: &str) -> Answer {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{more}\r\n");
    send(address, request.as_bytes())
}

/// A folder that is deleted when the test ends.
struct Dist(PathBuf);

impl Dist {
    fn new(name: &str) -> Self {
        let folder =
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("assets")).unwrap();
        for (file, text) in [
            ("_headers", HEADERS),
            ("index.html", "<!doctype html>"),
            ("page-1.js", "1"),
            ("page-1.css", "a{}"),
            ("page-1.wasm", "wasm"),
            ("icon.svg", "<svg/>"),
            ("assets/data.json", "{}"),
        ] {
            fs::write(folder.join(file), text).unwrap();
        }
        Self(folder)
    }
}

impl Drop for Dist {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn page(runtime: &Runtime, dist: &Dist, config: &str) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(serve_page(listener, dist.0.clone(), API_ORIGIN.to_owned(), config.to_owned()));
    address
}

/// Starts the API; returns its address, the environment's path, and a token.
fn api(runtime: &Runtime) -> (SocketAddr, String, String) {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let origin = format!("http://{address}");
    let mut sandbox =
        Sandbox::new(Seed { kind: EnvironmentKind::Production, ..seed_at(&origin, &origin, 20, 1) });
    let token = sandbox.issue_token(&TokenSpec::default(), now());
    let path = format!("/v1/environments/{}", sandbox.environment_id());
    runtime.spawn(serve_api(listener, Arc::new(Mutex::new(sandbox))));
    (address, path, token)
}

#[test]
fn every_answer_of_the_page_has_the_production_headers() {
    let (runtime, dist) = (Runtime::new().unwrap(), Dist::new("headers"));
    let address = page(&runtime, &dist, "");
    for (path, status, cache) in [
        ("/", 200, "no-store"),
        ("/index.html", 200, "no-store"),
        ("/page-1.js", 200, "public, max-age=31536000, immutable"),
        ("/nothing", 404, "no-store"),
        ("/config.json", 404, "no-store"),
    ] {
        let answer = get(address, path, "");
        assert_eq!((answer.status, answer.header("cache-control")), (status, cache), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        let policy = answer.header("content-security-policy");
        let sources = format!("connect-src 'self' https://api.pingone.eu {API_ORIGIN}; img-src 'self'");
        assert!(policy.starts_with("default-src 'none'; ") && policy.ends_with(&sources), "{path}: {policy}");
    }
}

#[test]
fn files_have_their_media_types() {
    let (runtime, dist) = (Runtime::new().unwrap(), Dist::new("types"));
    let address = page(&runtime, &dist, &config_json(API_ORIGIN));
    for (path, media_type) in [
        ("/", "text/html;charset=utf-8"),
        ("/page-1.js", "text/javascript;charset=utf-8"),
        ("/page-1.css", "text/css;charset=utf-8"),
        ("/page-1.wasm", "application/wasm"),
        ("/icon.svg", "image/svg+xml"),
        ("/assets/data.json", "application/json"),
        ("/config.json", "application/json"),
    ] {
        let answer = get(address, path, "");
        assert_eq!((answer.status, answer.header("content-type")), (200, media_type), "{path}");
    }
}

#[test]
fn the_configuration_contains_the_sandboxs_addresses() {
    let (runtime, dist) = (Runtime::new().unwrap(), Dist::new("config"));
    let address = page(&runtime, &dist, &config_json(API_ORIGIN));
    let expected = r#"{"regions":[{"code":"SANDBOX","label":"Local sandbox","apiBase":"http://127.0.0.1:4001/v1","authBase":"http://127.0.0.1:4001"}],"defaultRegion":"SANDBOX"}"#;
    assert_eq!(get(address, "/config.json", "").body, expected);
}

#[test]
fn files_are_read_on_every_request() {
    let (runtime, dist) = (Runtime::new().unwrap(), Dist::new("fresh"));
    let address = page(&runtime, &dist, "");
    assert_eq!(get(address, "/page-1.js", "").body, "1");
    fs::write(dist.0.join("page-1.js"), "2").unwrap();
    fs::write(dist.0.join("_headers"), "/*\n  X-Frame-Options: DENY\n").unwrap();
    let answer = get(address, "/page-1.js", "");
    assert_eq!((answer.body.as_str(), answer.header("x-frame-options")), ("2", "deny"));
}

#[test]
fn no_path_leads_out_of_the_folder() {
    let (runtime, dist) = (Runtime::new().unwrap(), Dist::new("outside"));
    let secret = dist.0.with_extension("secret");
    fs::write(&secret, "secret").unwrap();
    let name = secret.file_name().unwrap().to_str().unwrap();
    let address = page(&runtime, &dist, "");
    for path in [
        format!("/../{name}"),
        format!("/%2e%2e/{name}"),
        format!("/assets/../../{name}"),
        format!("/..%2f{name}"),
        format!("/..\\{name}"),
        format!("/{}", secret.display()),
    ] {
        let answer = get(address, &path, "");
        assert_ne!(answer.status, 200, "{path}");
        assert!(!answer.body.contains("secret"), "{path}");
    }
    fs::remove_file(secret).unwrap();
}

#[test]
fn api_answers_allow_every_origin() {
    let runtime = Runtime::new().unwrap();
    let (address, path, token) = api(&runtime);
    let bearer = format!("Authorization: Bearer {token}\r\nOrigin: http://127.0.0.1:4000\r\n");
    for (path, more, status) in [
        (format!("{path}/users"), bearer.as_str(), 200),
        (path.clone(), bearer.as_str(), 200),
        (format!("{path}/users"), "", 401),
        ("/nowhere".to_owned(), "", 403),
    ] {
        let answer = get(address, &path, more);
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (status, "*"), "{path}");
        assert_eq!(answer.header("access-control-expose-headers"), "");
    }
}

#[test]
fn a_body_over_a_mebibyte_is_refused_with_cors_headers() {
    let runtime = Runtime::new().unwrap();
    let (address, path, _) = api(&runtime);
    let length = 1024 * 1024 + 1;
    let mut request = format!(
        "PUT {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    )
    .into_bytes();
    request.resize(request.len() + length, b' ');
    let answer = send(address, &request);
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (413, "*"));
    assert!(!answer.header("correlation-id").is_empty());
}
