//! The element in host pages: which tokens it requests, which events it sends, and which
//! effects of the host page it resists.

use std::collections::BTreeSet;
use std::time::Duration;

use pingone_mfa_e2e::{Host, Installed, Page, World};
use pingone_sandbox::page::config_json;
use pingone_sandbox::{Fault, On, Rule, TokenSpec};
use serde_json::{Value, json};

/// Script of a host page that creates an element for each ID in the address, records all events, and provides tokens.
const SCRIPT: &str = r#"
import "$ELEMENT/element.js";

const answer = await fetch("config.json");
const config = await answer.text();
window.heard = [];
window.asked = [];
window.forbids = false;
const names = ["ready", "token-needed", "connected", "users-loaded", "selection-changed", "before-change", "changed",
  "run-progress", "run-finished", "fault"];
for (const name of names) {
  document.addEventListener(`pingone-mfa:${name}`, (event) => {
    heard.push([event.target.id, name, event.detail]);
    if (event.cancelable && window.forbids) event.preventDefault();
  });
}
window.make = (id) => {
  const element = document.createElement("pingone-mfa");
  element.id = id;
  element.config = config;
  element.tokenProvider = async ({ reason }) => {
    asked.push(`${id} ${reason}`);
    return (await fetch("token.json", { cache: "no-store" })).json();
  };
  return element;
};
for (const id of location.hash.slice(1).split(",")) document.querySelector("main").append(make(id));
"#;

const HTML: &str = r#"<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="host.css"><header><h1>Host</h1></header><main></main><aside></aside>
<script type="module" src="host.js"></script></html>"#;

/// The config.json with a high read limit and this write limit.
fn config(origin: &str, write: u32) -> String {
    config_json(origin).replacen('{', &format!(r#"{{"rate":{{"read":2000,"write":{write},"max":2000}},"#), 1)
}

/// The minimal policy that a host page of the element needs.
fn policy(world: &World) -> String {
    let element = &world.page_origin;
    format!(
        "default-src 'none'; script-src 'self' {element} 'wasm-unsafe-eval'; style-src 'self'; img-src data:; \
         connect-src 'self' {element} {}",
        world.api_origin
    )
}

async fn host_with(world: &World, config: &str) -> Host {
    let host = Host::of(world, config).await;
    host.write("index.html", HTML);
    host.write("host.js", &SCRIPT.replace("$ELEMENT", &world.page_origin));
    host.write("host.css", "");
    host.set_policy(&policy(world));
    host
}

pub(super) async fn host(world: &World) -> Host {
    host_with(world, &config(&world.api_origin, 400)).await
}

pub(super) async fn visit(world: &World, host: &Host, ids: &str) -> Page {
    world.visit(&format!("{}/#{ids}", host.origin)).await
}

fn token(world: &World) -> String {
    world.token(&TokenSpec::default())
}

/// Details of the events with this name since the page was opened.
async fn details(page: &Page, name: &str) -> Vec<Value> {
    let heard = page.value("heard").await;
    let heard = heard.as_array().expect("a list").iter().filter(|told| told[1] == name);
    heard.map(|told| told[2].clone()).collect()
}

pub(super) async fn wait_for_event(page: &Page, name: &str) {
    page.until(&format!("heard.some(([, name]) => name === {name:?})")).await;
}

fn off(world: &World) -> usize {
    let sandbox = world.sandbox();
    sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) == Some(false)).count()
}

fn puts(world: &World) -> u64 {
    world.sandbox().oracle().counts().put
}

/// Selects all users whose MFA is off.
async fn select_off(world: &World, page: &Page) -> usize {
    page.filter("MFA", "Off").await;
    let off = off(world);
    page.press("checkbox", &format!("Select all {off} users")).await;
    off
}

/// Turns MFA on for the selected users, which are all users whose MFA is off.
async fn run_off(world: &World, page: &Page) -> usize {
    let off = off(world);
    page.press("button", &format!("Enable MFA for {off} users")).await;
    page.see_review(true).await;
    page.include_skipped().await;
    page.start_run(true, &off.to_string()).await;
    off
}

/// The name of a switch that is off.
async fn first_switch_off(world: &World, page: &Page) -> String {
    world.give_devices();
    let name = page
        .ask_shadow("root.querySelector('[role=switch][aria-checked=false]').getAttribute('aria-label')")
        .await;
    name.as_str().expect("a switch is off").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_page_provides_tokens_and_gets_events_without_names_or_tokens() {
    let world = World::start(40, config_json).await;
    let host = host(&world).await;
    let first = token(&world);
    host.tokens.give(&first);
    let page = visit(&world, &host, "one").await;
    page.hear("40 users · read").await;
    assert_eq!(page.value("asked").await, json!(["one start"]));

    // A change that the host page forbids isn't sent, and the page shows why.
    page.value("window.forbids = true").await;
    let name = first_switch_off(&world, &page).await;
    page.press("switch", &name).await;
    page.hear("The portal didn't permit the change. Nothing was sent.").await;
    assert_eq!(puts(&world), 0);
    page.value("window.forbids = false").await;
    let username = name.trim_start_matches("MFA for ").to_owned();
    let user = world.sandbox().user_by_username(&username).expect("a user");
    page.press("switch", &name).await;
    page.wait_for_switch(&name, true).await;
    wait_for_event(&page, "changed").await;
    assert_eq!(details(&page, "changed").await, [json!({"userId": user.to_string(), "enabled": true})]);
    page.value("window.forbids = true").await;
    let selected = select_off(&world, &page).await;
    assert_eq!(details(&page, "selection-changed").await, [json!({"selected": selected})]);
    run_off(&world, &page).await;
    page.hear("The run was not started. Nothing was sent.").await;
    assert_eq!(puts(&world), 1);
    let faults = details(&page, "fault").await;
    assert_eq!(faults, vec![json!({"fault": "host-refused", "status": null}); 2]);
    page.value("window.forbids = false").await;

    // During the run PingOne refuses the token, and the host page provides another.
    let on = On { method: Some("PUT".into()), endpoint: Some("mfaEnabled".into()), user: None, page: None };
    let fault = Fault::Status { status: 401, retry_after: None, without_cors: false };
    world.sandbox().add_fault(Rule { on, share: 1.0, skip: 1, times: Some(1), fault }).expect("a rule");
    let next = world.token(&TokenSpec { lifetime_seconds: 3000, ..TokenSpec::default() });
    host.tokens.give(&next);
    let users = run_off(&world, &page).await;
    page.run_finished().await;
    assert_eq!(page.value("document.title").await, "Host", "the title stays the host page's");
    assert_eq!(off(&world), 0);
    wait_for_event(&page, "run-finished").await;
    let finished = details(&page, "run-finished").await;
    assert_eq!((&finished[0]["done"], &finished[0]["failed"]), (&json!(users), &json!(0)), "{finished:?}");
    assert_eq!(page.value("asked").await, json!(["one start", "one unauthorized"]));
    let changes = details(&page, "before-change").await;
    assert_eq!(changes.last(), Some(&json!({"change": "enable", "users": users, "userId": null})));
    assert_eq!(changes[0], json!({"change": "enable", "users": 1, "userId": user.to_string()}));

    check_methods(&world, &page, &finished[0]["run"]).await;
    check_no_leaks(&world, &page, &[&first, &next], &username).await;
}

fn usernames(world: &World) -> Vec<String> {
    let sandbox = world.sandbox();
    sandbox.user_ids().filter_map(|id| sandbox.username(id)).map(str::to_owned).collect()
}

/// Checks the methods `exportReport`, `refresh` and `forgetToken`.
async fn check_methods(world: &World, page: &Page, number: &Value) {
    let script = "const done = arguments[0]; const file = document.querySelector('#one').exportReport();
        file.text().then((text) => done([file.name, file.type, text]));";
    let report = page.ask(script, vec![]).await.expect("a report");
    let name = report[0].as_str().expect("a name");
    assert_eq!(name.rsplit('.').next(), Some("json"), "{name}");
    assert_eq!(report[1], "application/json");
    let text = report[2].as_str().expect("a text");
    let parsed: Value = serde_json::from_str(text).expect("the report is JSON");
    assert_eq!(&parsed["planNumber"], number, "{text}");
    assert!(
        usernames(world).iter().all(|name| !text.contains(name)),
        "a report for the host page has no names"
    );

    world.sandbox().clear_requests();
    page.value("document.querySelector('#one').refresh()").await;
    page.until("heard.filter(([, name]) => name === 'users-loaded').length === 2").await;
    assert_eq!(details(page, "users-loaded").await, vec![json!({"users": 40}); 2]);
    assert!(world.sandbox().seen().iter().any(|seen| seen.path.ends_with("/users")));

    page.value("document.querySelector('#one').forgetToken()").await;
    page.hear("Get a token from the portal").await;
    assert_eq!(page.value("document.querySelector('#one').exportReport()").await, Value::Null);
}

async fn check_no_leaks(world: &World, page: &Page, tokens: &[&str], username: &str) {
    let manifest = include_str!("../../../web/custom-elements.json");
    let manifest: Value = serde_json::from_str(manifest).expect("a manifest");
    let events = manifest["modules"][0]["declarations"][0]["events"].as_array().expect("events");
    let events = events.iter().filter_map(|event| event["name"].as_str()?.strip_prefix("pingone-mfa:"));
    let heard = page.value("heard").await;
    let told = heard.as_array().expect("a list").iter().filter_map(|told| told[1].as_str());
    assert_eq!(told.collect::<BTreeSet<_>>(), events.collect::<BTreeSet<_>>(), "every event was sent");
    let heard = heard.to_string();
    assert!(!heard.contains(username), "no event contains a username");
    for token in tokens {
        assert!(!heard.contains(token), "no event contains a token");
        assert_eq!(page.sinks_with(token).await, Vec::<String>::new());
        let within = "Object.values(document.querySelector('#one')).join(' ')";
        assert!(!page.value(within).await.to_string().contains(token), "no property contains a token");
    }
    assert_eq!(world.complaints(false).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn theme_properties_and_parts_apply_inside_and_two_elements_are_independent() {
    let world = World::start(20, config_json).await;
    let host = host(&world).await;
    host.tokens.give(&token(&world));
    host.write(
        "host.css",
        "#one { --pingone-mfa-accent: #7a1fa2; --pingone-mfa-grid-height: 333px; }
         #one::part(band) { border-block-start: 7px solid rgb(1, 2, 3); }",
    );
    let page = visit(&world, &host, "one,two").await;
    page.emulate_display("light", 1440, 900).await;
    let both = "['one', 'two'].every((id) => document.querySelector(`#${id}`).shadowRoot.textContent.includes('20 users · read'))";
    page.until(both).await;
    assert_eq!(page.value("asked.toSorted()").await, json!(["one start", "two start"]));

    let style = |id: &str, selector: &str, property: &str| {
        format!(
            "getComputedStyle(document.querySelector('#{id}').shadowRoot.querySelector('{selector}')).{property}"
        )
    };
    for (id, accent, border, height) in [("one", "#7a1fa2", "7px", "333px"), ("two", "", "0px", "630px")] {
        let property = format!(
            "getComputedStyle(document.querySelector('#{id}')).getPropertyValue('--pingone-mfa-accent')"
        );
        assert_eq!(page.value(&property).await, accent);
        assert_eq!(page.value(&style(id, ".top-bar", "borderBlockStartWidth")).await, border);
        assert_eq!(page.value(&style(id, ".grid-scroll", "height")).await, height);
    }
    let scheme = |id| style(id, ".widget", "colorScheme");
    assert_eq!(page.value(&scheme("one")).await, "light dark");
    page.value("document.querySelector('#one').setAttribute('theme', 'dark')").await;
    assert_eq!(page.value(&scheme("one")).await, "dark");
    assert_eq!(page.value(&scheme("two")).await, "light dark");
    assert_eq!(page.value(&style("one", ".widget", "backgroundColor")).await, "rgb(16, 19, 24)");
    assert_eq!(page.value(&style("two", ".widget", "backgroundColor")).await, "rgb(245, 246, 248)");

    // Selecting, forgetting the token and removing affect only one element.
    page.press("checkbox", "Select all 20 users").await;
    page.until("heard.some(([, name]) => name === 'selection-changed')").await;
    let selected = page.value("heard.filter(([, name]) => name === 'selection-changed')").await;
    assert_eq!(selected, json!([["one", "selection-changed", {"selected": 20}]]));
    let other = "document.querySelector('#two').shadowRoot.textContent.includes('Enable MFA for 20')";
    assert_eq!(page.value(other).await, false);
    page.value("document.querySelector('#one').forgetToken()").await;
    page.hear("Get a token from the portal").await;
    let two = "document.querySelector('#two').shadowRoot.textContent.includes('20 users · read')";
    assert_eq!(page.value(two).await, true);
    page.value("document.querySelector('#one').remove()").await;
    assert_eq!(page.value(two).await, true);
    let name = first_switch_off(&world, &page).await;
    page.press("switch", &name).await;
    page.wait_for_switch(&name, true).await;
    assert_eq!(page.value("asked.length").await, 2);
    assert_eq!(world.complaints(false).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_element_continues_a_removed_one_pauses_and_a_run_keeps_its_environment() {
    let world = World::start(100, config_json).await;
    let host = host_with(&world, &config(&world.api_origin, 4)).await;
    host.tokens.give(&token(&world));
    let page = visit(&world, &host, "one").await;
    page.hear("100 users · read").await;
    select_off(&world, &page).await;
    let users = run_off(&world, &page).await;
    page.see("button", "Pause").await;
    wait_for_event(&page, "run-progress").await;

    // The element is moved and gets other attributes: the run continues with the values that it started with.
    page.value("document.querySelector('aside').append(document.querySelector('#one'))").await;
    let elsewhere = "00000000-0000-4000-8000-000000000000";
    page.value(&format!("document.querySelector('#one').setAttribute('environment-id', '{elsewhere}')"))
        .await;
    page.value("document.querySelector('#one').setAttribute('region', 'EU')").await;
    let so_far = puts(&world);
    page.see("button", "Pause").await;
    world.wait_for_puts(so_far + 3).await;
    let console = world.console().await;
    for name in ["environment-id", "region"] {
        assert!(console.contains(&format!("{name} is not taken under an open run.")), "{console}");
    }
    assert_eq!(page.value("asked").await, json!(["one start"]));

    // Removed: requests in flight are the last ones.
    page.value("(window.kept = document.querySelector('#one')).remove()").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    world.sandbox().clear_requests();
    let sent = puts(&world);
    assert!(usize::try_from(sent).expect("a small number") < users, "it was interrupted");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(world.sandbox().seen().is_empty(), "no further requests are sent");
    assert_eq!(
        page.value("kept.exportReport() === undefined && kept.shadowRoot.textContent === ''").await,
        true
    );

    // Added again, it has no token, and uses its new attributes.
    page.value("document.querySelector('main').append(kept)").await;
    page.until("asked.length === 2").await;
    page.hear("region").await;
    assert!(world.sandbox().seen().iter().all(|seen| seen.method != "PUT"));
    page.value("(kept.removeAttribute('environment-id'), kept.removeAttribute('region'))").await;
    page.hear("isn't finished").await;
    assert_eq!(page.value("asked").await, json!(["one start", "one start", "one start"]));
    page.press_beginning("button", "Continue with ").await;
    page.change_speed("2,000").await;
    page.hear(&format!("MFA enabled for {users} users")).await;
    assert_eq!(off(&world), 0);
    let again = world.sandbox();
    let twice = again.user_ids().filter(|id| again.oracle().writes_of(*id).count() > 1).count();
    assert!(twice <= 32, "only requests in flight are repeated: {twice}");
}

/// Script for the computed style of everything inside the element, except users and the last response.
const COMPUTED_STYLES: &str = r#"[...document.querySelector("pingone-mfa").shadowRoot.querySelectorAll(".widget, .widget *")]
  .filter((element) => !element.closest(".unseen, tbody, .response > *"))
  .map((element) => {
    const style = getComputedStyle(element);
    const names = ["display", "position", "visibility", "opacity", "fontSize", "fontFamily", "fontWeight", "lineHeight",
      "letterSpacing", "wordSpacing", "textTransform", "textIndent", "textAlign", "whiteSpace", "direction", "cursor",
      "pointerEvents", "userSelect", "color", "backgroundColor", "borderTopWidth", "paddingLeft", "marginTop", "listStyleType"];
    return [element.localName, element.className, ...names.map((name) => style[name])].join(" ");
  })
"#;

/// The result of `COMPUTED_STYLES` once it no longer changes.
async fn computed_styles(page: &Page) -> Vec<String> {
    let mut before = Value::Null;
    for _ in 0..30 {
        let seen = page.value(COMPUTED_STYLES).await;
        if seen == before {
            break;
        }
        before = seen;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    before.as_array().expect("a list").iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn style_sheets_of_the_host_page_do_not_affect_the_element() {
    let world = World::start(20, config_json).await;
    let host = host(&world).await;
    host.tokens.give(&token(&world));
    let page = visit(&world, &host, "one").await;
    page.emulate_display("light", 1280, 900).await;
    page.hear("20 users · read").await;
    let clean = computed_styles(&page).await;
    assert!(clean.len() > 100, "{}", clean.len());
    for hostile in [
        "* { all: unset !important; display: block; position: static; }",
        "html { font-size: 3px; } body, pingone-mfa { font: italic 3px/9 cursive; } button, div, table { display: none; }",
        "* { letter-spacing: 1em !important; text-transform: uppercase !important; color: red !important;
             text-align: right !important; text-indent: 50px !important; white-space: nowrap !important;
             cursor: none !important; user-select: none !important; word-spacing: 2em !important;
             --ink: red; --surface: red; --accent: red; --row: 0; --text: 1px; }
         pingone-mfa { direction: rtl; list-style: square; opacity: 1; }",
    ] {
        host.write("host.css", hostile);
        page.reload().await;
        page.hear("20 users · read").await;
        let seen = computed_styles(&page).await;
        let changed: Vec<_> = clean.iter().zip(&seen).filter(|(clean, seen)| clean != seen).take(3).collect();
        assert_eq!(changed, [], "{hostile}");
        assert_eq!(clean.len(), seen.len(), "{hostile}");
    }
    let name = first_switch_off(&world, &page).await;
    page.press("switch", &name).await;
    page.wait_for_switch(&name, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_policy_directive_is_named() {
    let world = World::start(5, config_json).await;
    let host = host(&world).await;
    host.tokens.give(&token(&world));
    let whole = policy(&world);

    host.set_policy(&whole.replace(" 'wasm-unsafe-eval'", ""));
    let page = visit(&world, &host, "one").await;
    page.hear("script-src needs 'wasm-unsafe-eval'").await;

    let connect = format!("connect-src 'self' {}", world.page_origin);
    host.set_policy(&whole.replace(&connect, "connect-src 'self'"));
    page.reload().await;
    page.hear(&format!("connect-src needs {}.", world.page_origin)).await;
    page.hear("This page's security policy blocks").await;

    host.set_policy(&whole.replace(&world.api_origin, ""));
    page.reload().await;
    page.hear("This page's own security policy blocks requests to PingOne.").await;
    page.hear("Add the address of PingOne's API to connect-src").await;
    wait_for_event(&page, "fault").await;
    assert_eq!(details(&page, "fault").await, [json!({"fault": "unreachable", "status": null})]);

    // No policy is created in the host page's realm that would let the element through.
    host.set_policy(&format!("{whole}; require-trusted-types-for 'script'"));
    page.reload().await;
    page.hear("This page enforces Trusted Types.").await;
    page.hear("show PingOne MFA in its frame instead").await;
    assert_eq!(page.value("asked").await, json!([]));
    assert!(world.sandbox().seen().is_empty());

    // If policies are forbidden, the element doesn't try to create one: the browser would report that.
    host.set_policy(&format!("{whole}; trusted-types 'none'"));
    let _ = world.console().await;
    page.reload().await;
    page.hear("5 users · read").await;
    assert_eq!(world.complaints(false).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn late_properties_and_attributes_restart_the_element() {
    let world = World::start(5, config_json).await;
    let host = host(&world).await;
    host.tokens.give(&token(&world));
    let page = visit(&world, &host, "one").await;
    page.hear("5 users · read").await;
    // An element without a provider, which gets one later.
    let bare =
        "(() => { const two = make('two'); two.provider = two.tokenProvider; two.tokenProvider = undefined;
        document.querySelector('#one').replaceWith(two); return true; })()";
    page.value(bare).await;
    page.see("password", "Access token").await;
    page.value("document.querySelector('#two').tokenProvider = document.querySelector('#two').provider")
        .await;
    page.hear("5 users · read").await;
    assert_eq!(page.value("asked").await, json!(["one start", "two start"]));

    // Two attributes that are set together restart the element once.
    let user = world.sandbox().user_ids().next().expect("a user");
    let both = format!(
        "(() => {{ const two = document.querySelector('#two'); two.setAttribute('region', 'SANDBOX');
        two.setAttribute('user-id', '{user}'); return true; }})()"
    );
    page.value(&both).await;
    page.see("button", "Close").await;
    assert_eq!(page.value("asked").await, json!(["one start", "two start", "two start"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_config_can_be_corrected_by_the_host_page() {
    let world = World::start(5, config_json).await;
    let host = host(&world).await;
    host.tokens.give(&token(&world));
    let page = visit(&world, &host, "one").await;
    page.hear("5 users · read").await;
    let wrong = "(() => { const two = make('two'); two.right = two.config; two.config = '{\"rate\": 5}';
        document.querySelector('#one').replaceWith(two); return true; })()";
    page.value(wrong).await;
    page.hear("PingOne MFA stopped").await;
    page.value("(() => { const two = document.querySelector('#two'); two.config = two.right; })()").await;
    page.hear("5 users · read").await;
}

/// Checks that connecting, listing, switching, a run, the theme and the events work in the host page.
async fn check_example(world: &World, page: &Page, example: &str) {
    page.hear("20 users · read").await;
    let name = first_switch_off(world, page).await;
    page.press("switch", &name).await;
    page.wait_for_switch(&name, true).await;
    select_off(world, page).await;
    page.check_appearance(&format!("element-{example}")).await;
    run_off(world, page).await;
    page.run_finished().await;
    assert_eq!(off(world), 0);
    for beginning in ["ready", "connected", "users-loaded {\"users\":20}", "changed", "run-finished"] {
        page.until(&format!(
            "[...document.querySelectorAll('#told li')].some((line) => line.innerText.startsWith({beginning:?}))"
        ))
        .await;
    }
    let style = "getComputedStyle(document.querySelector('pingone-mfa'))";
    page.value("document.querySelector('#dark').click()").await;
    page.until(&format!("{style}.colorScheme === 'dark'")).await;
    page.check_appearance(&format!("element-{example}-by-theme")).await;
    assert_eq!(page.value(&format!("{style}.getPropertyValue('--pingone-mfa-accent')")).await, "#7a1fa2");
    page.value("document.querySelector('#sign-out').click()").await;
    page.hear("Get a token from the portal").await;
    assert_eq!(world.complaints(false).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_package_works_in_a_plain_page_with_an_import_map() {
    let world = World::start(20, config_json).await;
    let example = Installed::of(&world, "plain");
    example.npm(&["install", "--ignore-scripts", "--no-package-lock", "--offline"]);
    example.permit(&example.folder(""), &world.api_origin);
    let host = Host::serve(example.folder(""), &config_json(&world.api_origin)).await;
    host.tokens.give(&token(&world));
    let page = world.visit(&format!("{}/", host.origin)).await;
    check_example(&world, &page, "plain").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_package_works_in_react_built_by_vite() {
    let world = World::start(20, config_json).await;
    let example = Installed::of(&world, "react");
    example.npm(&["ci", "--ignore-scripts", "--prefer-offline"]);
    example.npm(&["run", "build"]);
    let built = example.folder("dist");
    example.permit(&built, &world.api_origin);
    let host = Host::serve(built, &config_json(&world.api_origin)).await;
    host.tokens.give(&token(&world));
    let page = world.visit(&format!("{}/", host.origin)).await;
    check_example(&world, &page, "react").await;
}

/// Frameworks that render pages on a server import the same modules.
#[tokio::test(flavor = "multi_thread")]
async fn the_package_does_nothing_on_a_server_that_imports_it() {
    let world = World::start(1, config_json).await;
    let example = Installed::of(&world, "plain");
    example.npm(&["install", "--ignore-scripts", "--no-package-lock", "--offline"]);
    let folder = example.folder("");
    let unchanged = |import: &str| {
        format!(
            "const before = Object.keys(globalThis).length; {import}; console.log(Object.keys(globalThis).length - before);"
        )
    };
    for import in [
        "await import('pingone-mfa')",
        "await import('pingone-mfa'); await import('pingone-mfa')",
        "await import('pingone-mfa/frame')",
        "await Promise.all([import('pingone-mfa'), import('pingone-mfa/frame')])",
    ] {
        assert_eq!(example.node(&folder, &unchanged(import)), "0\n", "{import}");
    }
    // A server environment that defines some of the browser's globals.
    for globals in [
        "globalThis.document = undefined; globalThis.window = globalThis; globalThis.self = globalThis;",
        "globalThis.document = {}; globalThis.window = globalThis;",
        "globalThis.HTMLElement = class {}; globalThis.customElements = { define() {} };",
    ] {
        let partly = format!("{globals} await import('pingone-mfa'); console.log('imported');");
        assert_eq!(example.node(&folder, &partly), "imported\n", "{globals}");
    }
    let static_import = "import 'pingone-mfa'; import { framePingOneMfa } from 'pingone-mfa/frame'; console.log(typeof framePingOneMfa);";
    assert_eq!(example.node(&folder, static_import), "function\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_and_the_token_menu_can_be_left_out() {
    let keys = r#"{"views":["users","runs"],"chrome":["no-token-menu"],"#;
    let world = World::start(20, |origin| config_json(origin).replacen('{', keys, 1)).await;
    let page = world.open().await;
    let token = world.token(&TokenSpec::default());
    page.connect(&token).await;
    assert_eq!(page.names("tab", "").await, ["Users", "Runs"]);
    page.see("button", "Check").await;
    assert!(page.find("button", "Token").await.is_none());

    // Attributes replace the keys of the same name.
    page.value("document.querySelector('pingone-mfa').setAttribute('chrome', '')").await;
    page.value("document.querySelector('pingone-mfa').setAttribute('views', 'users')").await;
    page.connect(&token).await;
    page.see("button", "Token").await;
    assert_eq!(page.names("tab", "").await, Vec::<String>::new(), "one tab needs no list");
    // The table is reachable with Tab from the frame on in which its first rows are drawn.
    page.until_shadow("root.querySelector('.grid-scroll [tabindex=\"0\"]') !== null").await;
    assert_eq!(page.axe().await, Vec::<String>::new());

    page.value("document.querySelector('pingone-mfa').setAttribute('views', 'users people')").await;
    page.hear("views: must have only users, runs, requests").await;
}
