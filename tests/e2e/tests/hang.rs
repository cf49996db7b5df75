//! Nothing hangs: whatever of the browser or of a host page never answers, throws or answers nonsense is named within ten
//! seconds, and what a person wants to end ends. Hosts and other browsers are emulated by scripts that run before the page's.

use std::time::Duration;

use pingone_mfa_e2e::{Host, Page, World};
use pingone_sandbox::TokenSpec;
use pingone_sandbox::page::config_json;
use serde_json::json;

/// So soon everything has to have its name.
const SOON: Duration = Duration::from_secs(10);

async fn soon_heard(page: &Page, sentence: &str) {
    let heard = tokio::time::timeout(SOON, page.hear(sentence)).await;
    assert!(heard.is_ok(), "not within ten seconds: '{sentence}' but:\n{}", page.text().await);
}

/// A config.json whose runs are slow enough for a hand.
fn slow(origin: &str) -> String {
    config_json(origin).replacen('{', r#"{"rate":{"read":2000,"write":8,"max":2000},"#, 1)
}

/// The same, and slow enough for two hangs.
fn slower(origin: &str) -> String {
    config_json(origin).replacen('{', r#"{"rate":{"read":2000,"write":4,"max":2000},"#, 1)
}

/// A page before which these scripts have run.
///
/// They stay in their browser: a later one stands before the next page besides.
async fn preceded_by(world: &World, script: &str) -> Page {
    let page = world.open().await;
    page.precede(script).await;
    page.reload().await;
    page
}

async fn connected(world: &World, script: &str) -> Page {
    let page = preceded_by(world, script).await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page
}

fn puts(world: &World) -> u64 {
    world.sandbox().oracle().counts().put
}

/// Begins a run that changes everyone whose MFA is off.
async fn run_off(world: &World, page: &Page) -> usize {
    page.hear("users. List read").await;
    page.choose("MFA status", "MFA: off").await;
    let off = {
        let sandbox = world.sandbox();
        sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) == Some(false)).count()
    };
    page.press("checkbox", &format!("Select all {off} that match")).await;
    page.press("button", &format!("Enable MFA for {off} users")).await;
    page.see("dialog", "Review: enable MFA").await;
    page.include_skipped().await;
    page.press("button", &format!("Run {off} changes")).await;
    off
}

/// From the moment that `hangs` is set, or from the transaction with this number on, nothing comes of a transaction.
const SILENT_TRANSACTIONS: &str = "{
    window.begin ??= IDBDatabase.prototype.transaction;
    let begun = 0;
    window.hangs = false;
    IDBDatabase.prototype.transaction = function (...given) {
        begun += 1;
        if (!window.hangs && begun < (window.hangsFrom ?? Infinity)) return window.begin.apply(this, given);
        const store = new Proxy({}, { get: () => () => ({}) });
        return { objectStore: () => store, abort() {} };
    };
}";

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_never_opens_is_named_and_nothing_is_sent() {
    let world = World::start(60, slow).await;
    for open in ["new EventTarget()", "({})", "new Promise(() => {})"] {
        let script = format!("IDBFactory.prototype.open = () => {open};");
        let page = connected(&world, &script).await;
        soon_heard(
            &page,
            "Runs that were stored here earlier can't be shown (this browser's storage doesn't answer).",
        )
        .await;
        run_off(&world, &page).await;
        soon_heard(&page, "The run was not started. Nothing was sent.").await;
        page.hear("This browser's storage doesn't answer.").await;
        page.press("button", "Close").await;
        assert_eq!(puts(&world), 0, "{open}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fourth_transaction_or_a_later_one_may_hang_and_is_named() {
    let world = World::start(60, slow).await;
    // The list of what is stored, what is stored of this run, its plan, who acts; then the first intents.
    for (from, sentence) in [
        (2, "The run was not started. Nothing was sent."),
        (4, "The run was not started. Nothing was sent."),
        (5, "This browser's storage doesn't answer, so what the run does may not be stored."),
    ] {
        let script = format!("window.hangsFrom = {from};{SILENT_TRANSACTIONS}");
        let page = connected(&world, &script).await;
        run_off(&world, &page).await;
        soon_heard(&page, sentence).await;
        assert_eq!(puts(&world), 0, "{from}: nothing is sent that was not stored before");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_storage_hangs_waits_for_a_person_and_stop_always_ends_it() {
    let world = World::start(100, slower).await;
    let page = connected(&world, SILENT_TRANSACTIONS).await;
    run_off(&world, &page).await;
    page.hear("users a second").await;
    page.value("window.hangs = true").await;
    soon_heard(&page, "This browser's storage doesn't answer, so what the run does may not be stored.").await;
    page.looks_well("run-storage-silent").await;
    let sent = puts(&world);

    // It goes on where the storage answers again, and nothing was sent meanwhile.
    page.value("window.hangs = false").await;
    assert_eq!(puts(&world), sent);
    page.press("button", "Try now").await;
    page.see("button", "Pause").await;
    page.hear("users a second").await;
    // The top bar would hide the buttons.
    page.ask_shadow("scrollTo(0, 0)").await;

    // Stopped while a transaction hangs.
    page.value("window.hangs = true").await;
    page.press("button", "Stop").await;
    page.hear("not changed yet. A stopped run can't be continued; a paused run can.").await;
    page.press("button", "Stop run").await;
    soon_heard(&page, "Stopped at").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_can_be_stopped_while_its_storage_hangs() {
    let world = World::start(80, slow).await;
    let page = connected(&world, SILENT_TRANSACTIONS).await;
    run_off(&world, &page).await;
    page.press("button", "Pause").await;
    page.hear("Paused.").await;
    page.value("window.hangs = true").await;
    page.press("button", "Stop").await;
    page.press("button", "Stop run").await;
    soon_heard(&page, "Stopped at").await;
}

/// What a person has to know of a hidden tab.
const KEEP_VISIBLE: &str = "Keep this tab visible: without its clock worker";

#[tokio::test(flavor = "multi_thread")]
async fn without_a_clock_worker_the_page_goes_on_by_its_own_timers_and_says_so() {
    let world = World::start(60, slow).await;
    // A second policy, which a proxy has added; then workers that are silent, throw, or aren't there.
    let headers = world.release.folder().join("_headers");
    let written = std::fs::read_to_string(&headers).expect("headers");
    let forbidding: Vec<String> = written
        .lines()
        .map(|line| {
            let is_policy = line.trim_start().starts_with("Content-Security-Policy:");
            format!("{line}{}", if is_policy { ", worker-src 'none'" } else { "" })
        })
        .collect();
    std::fs::write(&headers, forbidding.join("\n")).expect("headers");
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    run_off(&world, &page).await;
    soon_heard(&page, KEEP_VISIBLE).await;
    page.looks_well("run-slow-hidden").await;
    page.press("button", "Pause").await;
    std::fs::write(&headers, written).expect("headers");

    for script in [
        "Worker.prototype.postMessage = () => {};",
        "Worker.prototype.postMessage = () => { throw 'no'; };",
        "window.Worker = class { constructor() { throw new DOMException('no', 'SecurityError'); } };",
        "delete window.Worker;",
    ] {
        let page = connected(&world, script).await;
        page.hear("isn't finished").await;
        page.press("button", "Continue").await;
        soon_heard(&page, KEEP_VISIBLE).await;
        page.press("button", "Pause").await;
        page.hear("Paused.").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_worker_that_stops_later_is_noticed_and_so_is_its_return() {
    let world = World::start(60, slow).await;
    let script = "const post = Worker.prototype.postMessage;
        Worker.prototype.postMessage = function (...given) { if (!window.stopped) post.apply(this, given); };";
    let page = connected(&world, script).await;
    run_off(&world, &page).await;
    page.hear("users a second").await;
    assert!(!page.text().await.contains(KEEP_VISIBLE));
    page.value("window.stopped = true").await;
    soon_heard(&page, KEEP_VISIBLE).await;
    page.value("window.stopped = false").await;
    page.until(
        "!document.querySelector('pingone-mfa').shadowRoot.textContent.includes('Keep this tab visible')",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrapped_fetch_that_throws_rejects_or_answers_nonsense_is_an_unreachable_answer() {
    let world = World::start(20, config_json).await;
    for wrapper in [
        "Promise.reject('offline')",
        "Promise.reject(undefined)",
        "(() => { throw 'blocked'; })()",
        "Promise.resolve({ status: 200, ok: true, json: async () => ({}) })",
        "Promise.resolve(new (class Answer {})())",
        "Promise.resolve(undefined)",
        "undefined",
        "real(request, ...rest).then((answer) => new Proxy(answer, {}))",
    ] {
        let script = format!(
            "window.real ??= window.fetch;
             window.fetch = (request, ...rest) =>
                 String(request.url ?? request).startsWith('{}') ? {wrapper} : real(request, ...rest);",
            world.api_origin
        );
        let page = preceded_by(&world, &script).await;
        page.paste_token(&world.token(&TokenSpec::default())).await;
        page.press("button", "Connect").await;
        soon_heard(&page, "The browser got no readable answer.").await;
        page.see("button", "Connect").await;
        let text = page.text().await;
        assert!(!text.contains("internal error"), "{wrapper}: {text}");
    }
}

/// A page whose element asks for tokens that come when the test gives them.
const HOST: &str = r#"
import "$ELEMENT/element.js";
window.asked = [];
const element = document.createElement("pingone-mfa");
element.config = await (await fetch("config.json")).text();
element.tokenProvider = () => new Promise((give, refuse) => asked.push({ give, refuse }));
document.querySelector("main").append(element);
"#;

async fn host(world: &World) -> Page {
    let host = Host::of(world, &config_json(&world.api_origin)).await;
    host.write(
        "index.html",
        r#"<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title><link rel="icon" href="data:,">
<main><h1>Host</h1></main><script type="module" src="host.js"></script></html>"#,
    );
    host.write("host.js", &HOST.replace("$ELEMENT", &world.page_origin));
    let element = &world.page_origin;
    host.set_policy(&format!(
        "default-src 'none'; script-src 'self' {element} 'wasm-unsafe-eval'; img-src data:; \
         connect-src 'self' {element} {}",
        world.api_origin
    ));
    world.visit(&host.origin).await
}

const STILL_WAITING: &str = "Still waiting for a token from the page around this one.";

#[tokio::test(flavor = "multi_thread")]
async fn a_token_provider_that_never_answers_can_be_cancelled_asked_again_and_answer_late() {
    let world = World::start(20, config_json).await;
    let page = host(&world).await;
    let token = json!(world.token(&TokenSpec::default()));
    soon_heard(&page, STILL_WAITING).await;
    page.looks_well("host-late").await;

    // Cancelled: what comes after that isn't taken.
    page.press("button", "Cancel").await;
    page.value(&format!("asked[0].give({{ accessToken: {token} }})")).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    page.see("button", "Ask the page around this one for a token").await;
    assert_eq!(page.value("asked.length").await, json!(1), "nobody is asked again unbidden");

    // Asked again, and again: the newest question counts, and a late answer to it does.
    page.press("button", "Ask the page around this one for a token").await;
    soon_heard(&page, STILL_WAITING).await;
    page.press("button", "Ask again").await;
    soon_heard(&page, STILL_WAITING).await;
    page.value("asked[1].refuse('not you')").await;
    page.hear(STILL_WAITING).await;
    page.value(&format!("asked[2].give({{ accessToken: {token} }})")).await;
    page.hear("20 users. List read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_provider_that_rejects_or_answers_nonsense_gave_no_token() {
    let world = World::start(20, config_json).await;
    let page = host(&world).await;
    page.until("asked.length === 1").await;
    for answer in [
        "refuse('no')",
        "refuse(undefined)",
        "refuse(Symbol('no'))",
        "give(undefined)",
        "give(null)",
        "give('a text')",
        "give({ accessToken: 7 })",
        "give({ accessToken: {} })",
        "give({ get accessToken() { throw 'no'; } })",
    ] {
        let before = page.value("asked.length").await;
        page.value(&format!("asked.at(-1).{answer}, true")).await;
        soon_heard(&page, "The page around this one handed over no token that can be used here.").await;
        page.press("button", "Ask again").await;
        page.until(&format!("asked.length > {before}")).await;
    }
}

/// Has the computer's clock go on without its monotonic one, as while it sleeps.
const SLEEPS: &str = "const now = Date.now; window.slept = 0; Date.now = () => now() + window.slept;";

const FORTY_MINUTES: &str = "window.slept += 40 * 60 * 1000";

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_that_slept_beyond_the_idle_time_has_forgotten_the_token() {
    let world = World::start(20, config_json).await;
    let page = connected(&world, SLEEPS).await;
    page.hear("20 users. List read").await;
    page.value(FORTY_MINUTES).await;
    page.see("button", "Connect").await;
    page.hear("Forgotten after 15 minutes without use.").await;

    // Also where somebody is quicker than the page's own look at the clock.
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("20 users. List read").await;
    page.value(&format!(
        "{FORTY_MINUTES}, document.querySelector('pingone-mfa').shadowRoot.querySelector('.app')
             .dispatchEvent(new PointerEvent('pointerdown', {{ bubbles: true }}))"
    ))
    .await;
    page.see("button", "Connect").await;
    page.hear("Forgotten after 15 minutes without use.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_for_a_person_keeps_its_token_and_the_idle_time_begins_after_it() {
    let world = World::start(60, slow).await;
    let page = connected(&world, SLEEPS).await;
    run_off(&world, &page).await;
    page.press("button", "Pause").await;
    page.hear("Paused.").await;
    page.value(FORTY_MINUTES).await;
    page.hear("slept").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    page.see("button", "Resume").await;
    page.press("button", "Stop").await;
    page.press("button", "Stop run").await;
    page.hear("Stopped at").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    page.see("button", "Close").await;
    page.value(FORTY_MINUTES).await;
    page.see("button", "Connect").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discard_names_what_is_lost_and_can_be_cancelled() {
    let world = World::start(60, slow).await;
    let page = connected(&world, "").await;
    run_off(&world, &page).await;
    page.press("button", "Pause").await;
    page.hear("Paused.").await;
    page.reload().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("isn't finished").await;
    page.press("button", "Discard").await;
    page.see("dialog", "Discard this run?").await;
    page.hear("A discarded run can't be continued.").await;
    assert_eq!(page.focus().await, "Cancel");
    page.looks_well("run-discard").await;
    page.press("button", "Cancel").await;
    page.hear("isn't finished").await;
    page.press("button", "Discard").await;
    page.press("button", "Discard run").await;
    page.until("!document.querySelector('pingone-mfa').shadowRoot.textContent.includes(\"isn't finished\")")
        .await;
}
