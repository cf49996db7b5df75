//! The release on a real nginx under a sub-path, served with the release's own configuration.

use std::io::Write as _;
use std::process::{Command, Stdio};

use pingone_mfa_e2e::{Answer, Nginx, World};
use pingone_sandbox::TokenSpec;
use pingone_sandbox::page::{config_json, serve_page};
use serde_json::{Value, json};

const PATH: &str = "/tools/mfa/";

const FOREVER: &str = "public, max-age=31536000, immutable";

/// Headers that every response must have.
const REQUIRED: [&str; 9] = [
    "content-security-policy",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "cross-origin-embedder-policy",
    "permissions-policy",
];

async fn hosted() -> (World, Nginx) {
    let world = World::with_users(250).await;
    world.release.add("config.json", &config_json(&world.api_origin));
    let nginx = Nginx::serve(&world.release, PATH, &world.api_origin).await;
    (world, nginx)
}

fn rule_value<'a>(rules: &'a str, name: &str) -> Option<&'a str> {
    rules.lines().find_map(|line| {
        let (found, value) = line.trim().split_once(": ")?;
        found.eq_ignore_ascii_case(name).then_some(value)
    })
}

/// Checks every required header against the value in the release's `_headers`.
fn assert_headers(answer: &Answer, world: &World, what: &str) {
    let rules = String::from_utf8_lossy(&world.release.read("_headers")).into_owned();
    // The only page with its own headers.
    let own = rules.split("\n/").find_map(|rule| rule.strip_prefix("embed*\n"));
    let own = own.filter(|_| what == "embed.html").unwrap_or_default();
    for name in REQUIRED {
        let is_taken_away = own
            .lines()
            .any(|line| line.trim().strip_prefix("! ").is_some_and(|taken| taken.eq_ignore_ascii_case(name)));
        let rule = if is_taken_away { rule_value(own, name) } else { rule_value(&rules, name) };
        if is_taken_away && rule.is_none() {
            assert_eq!(answer.all(name), Vec::<&str>::new(), "{name} of {what}");
            continue;
        }
        let widened = format!("connect-src 'self' {}", world.api_origin);
        let value = rule.unwrap_or_default().replace("connect-src 'self'", &widened);
        // nginx adds the headers twice to a 416 response.
        let times = if answer.status == 416 { 2 } else { 1 };
        assert_eq!(answer.all(name), vec![value; times], "{name} of {what}, {}", answer.status);
    }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("gz") => "application/gzip",
        Some("br") => "application/octet-stream",
        _ => "text/plain; charset=utf-8",
    }
}

/// Whether a file may be cached forever: it has a content hash in its name, or is in a version's folder.
fn is_cached_forever(name: &str) -> bool {
    is_hashed(name) || name.contains('/') && !is_packed(name)
}

fn is_packed(name: &str) -> bool {
    [".gz", ".br"].iter().any(|ending| name.ends_with(ending))
}

fn is_hashed(name: &str) -> bool {
    !name.contains("pingone-mfa-frame.")
        && name.contains('-')
        && [".js", ".css", ".wasm"].iter().any(|ending| name.ends_with(ending))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_file_is_complete_and_has_its_type_and_headers() {
    let (world, nginx) = hosted().await;
    let names = world.release.names();
    assert_eq!(names.iter().filter(|name| is_hashed(name) && !name.contains('/')).count(), 9, "{names:?}");
    for name in names.iter().map(String::as_str).chain([""]) {
        let file = if name.is_empty() { "index.html" } else { name };
        let whole = world.release.read(file);
        let answer = nginx.ask("GET", name, &[]);
        assert_eq!((answer.status, answer.body == whole), (200, true), "{name}");
        let head = nginx.ask("HEAD", name, &[]);
        assert_eq!((head.status, head.body.len()), (200, 0), "{name}");
        let part = nginx.ask("GET", name, &["Range: bytes=0-0"]);
        assert_eq!((part.status, &part.body[..]), (206, &whole[..1]), "{name}");
        let tag = format!("If-None-Match: {}", answer.all("etag")[0]);
        let same = nginx.ask("GET", name, &[&tag]);
        assert_eq!((same.status, same.body.len()), (304, 0), "{name}");
        for answer in [&answer, &head, &part, &same] {
            assert_headers(answer, &world, name);
            let kept = is_cached_forever(name) && answer.status != 206;
            let keep = if kept { FOREVER } else { "no-cache" };
            assert_eq!(answer.all("cache-control"), [keep], "{name}, {}", answer.status);
            let is_of_a_version = name.contains('/') && is_cached_forever(name);
            let stays = ["element.js", "pingone-mfa-frame.js", "pingone-mfa-frame.d.ts"].contains(&name)
                || is_of_a_version;
            let for_portals = ["console-", "element-", "pingone-mfa-", "rest-", "widget-"]
                .iter()
                .any(|stem| name.starts_with(stem));
            let origins: &[&str] = if stays || for_portals && is_hashed(name) { &["*"] } else { &[] };
            assert_eq!(answer.all("access-control-allow-origin"), origins, "{name}, {}", answer.status);
        }
        for answer in [&answer, &head] {
            assert_eq!(answer.all("content-type"), [media_type(file)], "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn precompressed_files_are_sent_compressed() {
    let (world, nginx) = hosted().await;
    let names = world.release.names();
    let packed: Vec<_> = names.iter().filter(|name| names.contains(&format!("{name}.gz"))).collect();
    // The clock worker is too small to be compressed.
    for name in names.iter().filter(|name| is_hashed(name) && !name.starts_with("tick-")) {
        assert!(packed.contains(&name) && names.contains(&format!("{name}.br")), "{name} in {names:?}");
    }
    for name in packed {
        let answer = nginx.ask("GET", name, &["Accept-Encoding: gzip"]);
        assert_eq!(answer.all("content-encoding"), ["gzip"], "{name}");
        assert_eq!(answer.all("content-type"), [media_type(name)], "{name}");
        assert!(answer.body == world.release.read(&format!("{name}.gz")), "{name}");
        assert_headers(&answer, &world, name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_response_has_the_headers_and_is_never_cached_forever() {
    let (world, nginx) = hosted().await;
    std::fs::create_dir(world.release.folder().join("empty")).unwrap();
    let wasm = world.release.names().into_iter().find(|name| name.starts_with("pingone-mfa-")).unwrap();
    let cases = [
        ("GET", "nothing.html", "", 404),
        ("HEAD", "nothing.html", "", 404),
        ("GET", "pingone-mfa-0123456789abcdef.wasm", "", 404),
        ("GET", "empty/", "", 403),
        ("GET", "empty", "", 301),
        ("POST", "index.html", "Content-Length: 0", 405),
        ("POST", &wasm, "Content-Length: 0", 405),
        ("GET", &wasm, "Range: bytes=99999999-", 416),
    ];
    for (method, name, header, status) in cases {
        let headers: &[&str] = if header.is_empty() { &[] } else { &[header] };
        let answer = nginx.ask(method, name, headers);
        assert_eq!(answer.status, status, "{method} {name}");
        assert_headers(&answer, &world, name);
        assert!(!answer.all("cache-control").contains(&FOREVER), "{method} {name}: {answer:?}");
    }
    assert_ne!(nginx.ask("GET", "../../etc/passwd", &[]).status, 200);
    assert_ne!(nginx.ask("GET", "..%2fnginx/nginx.conf", &[]).status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_connects_lists_and_switches_under_a_sub_path() {
    let (world, nginx) = hosted().await;
    let page = world.visit(&nginx.url()).await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("250 users · read").await;
    let jonas = world.sandbox().user_by_username("jonas.brandt").unwrap();
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    assert_eq!(world.sandbox().mfa_enabled(jonas), Some(true));

    let loaded = page
        .ask(
            "arguments[0](performance.getEntriesByType('resource').map((entry) =>
                [entry.name, entry.encodedBodySize, entry.decodedBodySize]));",
            vec![],
        )
        .await
        .unwrap();
    let (mut own, mut foreign) = (Vec::new(), Vec::new());
    for entry in loaded.as_array().unwrap() {
        let name = entry[0].as_str().unwrap();
        match name.strip_prefix(&nginx.url()) {
            Some(file) => own.push((file.to_owned(), entry[1].as_u64(), entry[2].as_u64())),
            None => foreign.push(name.to_owned()),
        }
    }
    assert!(foreign.iter().all(|name| name.starts_with(&world.api_origin)), "{foreign:?}");
    let wasm = own.iter().find(|(file, ..)| file.starts_with("pingone-mfa-")).unwrap();
    assert!(wasm.1 < wasm.2, "the file was sent compressed: {wasm:?}");
    let complaints = world.complaints(true).await;
    let ours: Vec<_> = complaints.iter().filter(|line| !line.contains(&world.api_origin)).collect();
    assert_eq!(ours, Vec::<&String>::new());
}

/// A cross-origin isolated portal that allows only what docs/hosting.md requires.
#[tokio::test(flavor = "multi_thread")]
async fn a_cross_origin_isolated_portal_can_show_the_element() {
    let (world, nginx) = hosted().await;
    let index = String::from_utf8(world.release.read("index.html")).unwrap();
    let element = index.split("href=\"element-").nth(1).and_then(|rest| rest.split('>').next()).unwrap();
    let portal = world.release.folder().with_file_name("portal");
    std::fs::create_dir_all(&portal).unwrap();
    let html = format!(
        "<!doctype html><title>Portal</title><pingone-mfa></pingone-mfa>\
         <script type=\"module\" src=\"{}element-{element}></script>",
        nginx.url()
    );
    std::fs::write(portal.join("index.html"), html).unwrap();
    let origin = nginx.origin();
    let headers = format!(
        "/*\n  Content-Security-Policy: default-src 'none'; script-src {origin} 'wasm-unsafe-eval'; connect-src \
         {origin}\n  Cross-Origin-Embedder-Policy: require-corp\n  \
         Cross-Origin-Opener-Policy: same-origin\n"
    );
    std::fs::write(portal.join("_headers"), headers).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(serve_page(listener, portal, world.api_origin.clone(), String::new()));

    let page = world.visit(&url).await;
    page.see("password", "Access token").await;
    let isolated = page.ask("arguments[0](crossOriginIsolated);", vec![]).await.unwrap();
    assert_eq!(isolated, json!(true));
    let style = page.ask_shadow("root.adoptedStyleSheets[0].cssRules.length > 1").await;
    assert_eq!(style, Value::Bool(true));
    assert_eq!(world.complaints(false).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checksums_cover_every_file_and_detect_an_altered_one() {
    let world = World::with_users(1).await;
    let check = || {
        let mut command = Command::new("sha256sum");
        command.args(["--check", "--strict", "--quiet", "SHA256SUMS"]).current_dir(world.release.folder());
        let output = command.output().expect("sha256sum starts (Debian: apt-get install coreutils)");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    assert_eq!(check(), (true, String::new()));
    let sums = String::from_utf8(world.release.read("SHA256SUMS")).unwrap();
    let named: Vec<_> = sums.lines().filter_map(|line| line.split_once("  ")).map(|(_, name)| name).collect();
    let mut expected = world.release.names();
    expected.retain(|name| name != "SHA256SUMS");
    assert_eq!(named, expected);
    for name in ["nginx.conf", "Caddyfile", "_headers", "sbom.cdx.json", "SECURITY.md", "index.html"] {
        assert!(named.contains(&name), "{name}");
        world.release.alter("", name);
        let (whole, output) = check();
        assert!(!whole && output.contains(&format!("{name}: FAILED")), "{name}: {output}");
        world.release.alter("", name);
    }
}

/// Files in a version's folder are the ones that the page of this version loads, and never change.
#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_version_is_complete_in_its_folder_and_cached_for_a_year() {
    let (world, nginx) = hosted().await;
    let names = world.release.names();
    let pinned: Vec<_> = names.iter().filter(|name| name.ends_with("/element.js")).collect();
    assert_eq!(pinned.len(), 1, "{names:?}");
    let version = pinned[0].trim_end_matches("element.js");
    for name in names.iter().filter(|name| name.starts_with(version)) {
        let is_packed = is_packed(name);
        let answer = nginx.ask("GET", name, &[]);
        let keep = if is_packed { "no-cache" } else { FOREVER };
        assert_eq!((answer.status, answer.all("cache-control")), (200, vec![keep]), "{name}");
        let origins: &[&str] = if is_packed { &[] } else { &["*"] };
        assert_eq!(answer.all("access-control-allow-origin"), origins, "{name}");
    }
    for name in [format!("{version}nothing.js"), format!("{version}pingone-mfa-00ff.wasm")] {
        assert!(!nginx.ask("GET", &name, &[]).all("cache-control").contains(&FOREVER), "{name}");
    }

    // A portal on another origin that pins the version by address and integrity.
    let index = String::from_utf8(world.release.read("index.html")).unwrap();
    let integrity = index.split("href=\"element-").nth(1).and_then(|rest| rest.split("integrity=\"").nth(1));
    let integrity = integrity.and_then(|rest| rest.split('"').next()).unwrap();
    let portal = world.folder().join("portal");
    std::fs::create_dir_all(&portal).unwrap();
    let html = format!(
        "<!doctype html><title>Portal</title><pingone-mfa></pingone-mfa><script type=\"module\" \
         src=\"{}{version}element.js\" integrity=\"{integrity}\" crossorigin></script>",
        nginx.url()
    );
    std::fs::write(portal.join("index.html"), html).unwrap();
    let page = world.visit(&world.serve(&portal).await).await;
    page.see("password", "Access token").await;
    let loaded = page
        .ask("arguments[0](performance.getEntriesByType('resource').map((entry) => entry.name));", vec![])
        .await
        .unwrap();
    let loaded: Vec<String> = serde_json::from_value(loaded).unwrap();
    let folder = format!("{}{version}", nginx.url());
    let ours: Vec<_> = loaded.iter().filter(|name| name.starts_with(&nginx.origin())).collect();
    assert!(ours.len() > 2 && ours.iter().all(|name| name.starts_with(&folder)), "{loaded:?}");
}

/// Scores a response with Mozilla's Observatory tests. Redirection and certificate depend on the host and are assumed
/// to be right (`tests/observatory/score.js`).
fn observatory(answer: &Answer, preflight: &Answer) -> Value {
    let headers = |answer: &Answer| -> serde_json::Map<String, Value> {
        answer.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect()
    };
    let given = json!({"url": "https://mfa.example.com/", "status": answer.status, "headers": headers(answer),
        "preflight": headers(preflight), "html": String::from_utf8_lossy(&answer.body)});
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../observatory/score.js");
    let mut node = Command::new("node");
    let mut child = node.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(given.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "run `npm ci` in tests/observatory, as `cargo xtask test` does");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn mozillas_observatory_gives_the_full_score_with_all_bonus_points() {
    let world = World::with_users(1).await;
    // The deployer has added one more origin that tokens may be sent to.
    let nginx = Nginx::serve(&world.release, PATH, "https://pingone.example.com").await;
    for name in ["", "embed.html"] {
        let ask = |method: &str| nginx.ask(method, name, &["Origin: https://other.example"]);
        let scored = observatory(&ask("GET"), &ask("OPTIONS"));
        let results = scored["results"].as_array().unwrap();
        let modifiers: Vec<_> = results
            .iter()
            .map(|result| (result["result"].as_str().unwrap(), result["modifier"].as_i64().unwrap()))
            .collect();
        let expected = [
            ("csp-implemented-with-no-unsafe-default-src-none", 10),
            ("cookies-not-found", 0),
            ("cross-origin-resource-sharing-not-implemented", 0),
            ("redirection-to-https", 0),
            ("referrer-policy-private", 5),
            ("hsts-implemented-max-age-at-least-six-months", 0),
            ("sri-implemented-and-all-scripts-loaded-securely", 5),
            ("x-content-type-options-nosniff", 0),
            ("x-frame-options-implemented-via-csp", 5),
            ("corp-implemented-with-same-origin", 10),
        ];
        assert_eq!(modifiers, expected, "{name}");
        assert!(results.iter().all(|result| result["pass"] == true), "{scored:#}");
        assert_eq!((&scored["grade"], &scored["score"]), (&json!("A+"), &json!(135)), "{name}");
    }
    // Without its headers the same page fails.
    let bare = Answer { headers: Vec::new(), ..nginx.ask("GET", "", &[]) };
    let none = Answer { headers: Vec::new(), ..nginx.ask("OPTIONS", "", &[]) };
    let scored = observatory(&bare, &none);
    assert!(scored["score"].as_i64().is_some_and(|score| score < 50), "{scored:#}");
}
