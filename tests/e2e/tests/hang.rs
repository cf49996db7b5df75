//! Nothing hangs: if a browser API or a host page never answers, throws or returns invalid values, the page reports
//! it within ten seconds, and a run or a request can always be ended. Scripts that run before the page's own emulate
//! such browsers and hosts.

use std::time::Duration;

use pingone_mfa_e2e::{Host, Page, World};
use pingone_sandbox::TokenSpec;
use pingone_sandbox::page::config_json;
use serde_json::json;

/// Time limit for every report.
const TIME_LIMIT: Duration = Duration::from_secs(10);

async fn hear_soon(page: &Page, sentence: &str) {
    let result = tokio::time::timeout(TIME_LIMIT, page.hear(sentence)).await;
    assert!(result.is_ok(), "not within ten seconds: '{sentence}' but:\n{}", page.text().await);
}

/// A write limit slow enough for manual steps during a run.
fn slow(origin: &str) -> String {
    config_json(origin).replacen('{', r#"{"rate":{"read":2000,"write":2,"max":2000},"#, 1)
}

/// Opens a page after adding a script that runs before it.
///
/// The script stays in the browser. Scripts that are added later run in addition.
async fn open_after(world: &World, script: &str) -> Page {
    let page = world.open().await;
    page.precede(script).await;
    page.reload().await;
    page
}

async fn connected(world: &World, script: &str) -> Page {
    let page = open_after(world, script).await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page
}

fn puts(world: &World) -> u64 {
    world.sandbox().oracle().counts().put
}

/// Begins a run that turns MFA on for all users whose MFA is off.
async fn run_off(world: &World, page: &Page) -> usize {
    page.hear("users · read").await;
    page.filter("MFA", "Off").await;
    let off = {
        let sandbox = world.sandbox();
        sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) == Some(false)).count()
    };
    page.press("checkbox", &format!("Select all {off} users")).await;
    page.press("button", &format!("Enable MFA for {off} users")).await;
    page.see_review(true).await;
    page.include_skipped().await;
    page.start_run(true, &off.to_string()).await;
    off
}

/// Script after which database transactions never complete: once `hangs` is set, or from
/// transaction number `hangsFrom` on.
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
async fn a_database_that_never_opens_is_reported_and_nothing_is_sent() {
    let world = World::start(60, slow).await;
    for open in ["new EventTarget()", "({})", "new Promise(() => {})"] {
        let script = format!("IDBFactory.prototype.open = () => {open};");
        let page = connected(&world, &script).await;
        hear_soon(
            &page,
            "Runs that were stored here earlier can't be shown (this browser's storage doesn't answer).",
        )
        .await;
        // Their number isn't known.
        assert_eq!(page.ask_shadow("root.querySelector('#runs-tab').ariaDescription").await, json!(null));
        run_off(&world, &page).await;
        hear_soon(&page, "The run was not started. Nothing was sent.").await;
        page.hear("This browser's storage doesn't respond.").await;
        page.press("button", "Close").await;
        assert_eq!(puts(&world), 0, "{open}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_hangs_is_reported_and_nothing_is_sent() {
    let world = World::start(60, slow).await;
    // Order of the transactions: the list of stored runs, this run's records, its plan, its actor, and
    // then the first write-ahead intents.
    for (from, sentence) in [
        (2, "The run was not started. Nothing was sent."),
        (4, "The run was not started. Nothing was sent."),
        (5, "This browser's storage doesn't answer, so what the run does may not be stored."),
    ] {
        let script = format!("window.hangsFrom = {from};{SILENT_TRANSACTIONS}");
        let page = connected(&world, &script).await;
        run_off(&world, &page).await;
        hear_soon(&page, sentence).await;
        assert_eq!(puts(&world), 0, "{from}: a change is sent only after its intent is stored");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_storage_hangs_pauses_and_can_always_be_stopped() {
    let world = World::start(100, slow).await;
    let page = connected(&world, SILENT_TRANSACTIONS).await;
    run_off(&world, &page).await;
    page.hear("users a second").await;
    page.value("window.hangs = true").await;
    hear_soon(&page, "This browser's storage doesn't answer, so what the run does may not be stored.").await;
    page.check_appearance("run-storage-silent").await;
    let sent = puts(&world);

    // The run continues once the storage answers again. Nothing was sent in between.
    page.value("window.hangs = false").await;
    assert_eq!(puts(&world), sent);
    page.press("button", "Try now").await;
    page.see("button", "Pause").await;
    page.hear("users a second").await;
    // The top bar would cover the buttons.
    page.ask_shadow("scrollTo(0, 0)").await;

    page.value("window.hangs = true").await;
    page.press("button", "Stop").await;
    page.hear("won't be changed. A stopped run can't be continued; a paused run can.").await;
    page.press("button", "Stop run").await;
    hear_soon(&page, " · stopped ").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_run_can_be_stopped_while_its_storage_hangs() {
    let world = World::start(80, slow).await;
    let page = connected(&world, SILENT_TRANSACTIONS).await;
    run_off(&world, &page).await;
    page.press("button", "Pause").await;
    page.hear("Paused.").await;
    page.value("window.hangs = true").await;
    page.press("button", "Stop").await;
    page.press("button", "Stop run").await;
    hear_soon(&page, " · stopped ").await;
}

const KEEP_VISIBLE: &str = "Keep this tab visible: without its clock worker";

#[tokio::test(flavor = "multi_thread")]
async fn without_a_clock_worker_the_page_uses_its_own_timers_and_warns() {
    let world = World::start(60, slow).await;
    // First a second policy, as added by a proxy. Then workers that don't answer, throw, or don't exist.
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
    hear_soon(&page, KEEP_VISIBLE).await;
    page.check_appearance("run-slow-hidden").await;
    page.press("button", "Pause").await;
    std::fs::write(&headers, written).expect("headers");

    for script in [
        "Worker.prototype.postMessage = () => {};",
        "Worker.prototype.postMessage = () => { throw 'no'; };",
        "window.Worker = class { constructor() { throw new DOMException('no', 'SecurityError'); } };",
        "delete window.Worker;",
    ] {
        let page = connected(&world, script).await;
        page.continue_stored_run().await;
        hear_soon(&page, KEEP_VISIBLE).await;
        page.press("button", "Pause").await;
        page.hear("Paused.").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_worker_that_stops_or_resumes_later_is_noticed() {
    let world = World::start(60, slow).await;
    let script = "const post = Worker.prototype.postMessage;
        Worker.prototype.postMessage = function (...given) { if (!window.stopped) post.apply(this, given); };";
    let page = connected(&world, script).await;
    run_off(&world, &page).await;
    page.hear("users a second").await;
    assert!(!page.text().await.contains(KEEP_VISIBLE));
    page.value("window.stopped = true").await;
    hear_soon(&page, KEEP_VISIBLE).await;
    page.value("window.stopped = false").await;
    page.until(
        "!document.querySelector('pingone-mfa').shadowRoot.textContent.includes('Keep this tab visible')",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrapped_fetch_that_fails_or_returns_nonsense_counts_as_unreachable() {
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
        let page = open_after(&world, &script).await;
        page.paste_token(&world.token(&TokenSpec::default())).await;
        page.press("button", "Connect").await;
        hear_soon(&page, "The browser got no readable response.").await;
        page.see("button", "Connect").await;
        let text = page.text().await;
        assert!(!text.contains("internal error"), "{wrapper}: {text}");
    }
}

/// Script of a host page whose token provider answers when the test decides.
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

const STILL_WAITING: &str = "Still waiting for a token from the portal.";

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_token_provider_can_be_cancelled_and_retried_and_may_answer_late() {
    let world = World::start(20, config_json).await;
    let page = host(&world).await;
    let token = json!(world.token(&TokenSpec::default()));
    hear_soon(&page, STILL_WAITING).await;
    page.check_appearance("host-late").await;

    // Cancelled: a later answer is ignored.
    page.press("button", "Cancel").await;
    page.value(&format!("asked[0].give({{ accessToken: {token} }})")).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    page.see("button", "Get a token from the portal").await;
    assert_eq!(page.value("asked.length").await, json!(1), "the provider isn't asked again automatically");

    // Asked twice more: the newest request counts, even if its answer is late.
    page.press("button", "Get a token from the portal").await;
    hear_soon(&page, STILL_WAITING).await;
    page.press("button", "Ask again").await;
    hear_soon(&page, STILL_WAITING).await;
    page.value("asked[1].refuse('not you')").await;
    page.hear(STILL_WAITING).await;
    page.value(&format!("asked[2].give({{ accessToken: {token} }})")).await;
    page.hear("20 users · read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_provider_that_rejects_or_returns_nonsense_counts_as_no_token() {
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
        hear_soon(&page, "The portal provided no token that can be used here.").await;
        page.press("button", "Ask again").await;
        page.until(&format!("asked.length > {before}")).await;
    }
}

/// Script that advances the wall clock but not the monotonic clock, as while the computer sleeps.
const SLEEPS: &str = "const now = Date.now; window.slept = 0; Date.now = () => now() + window.slept;";

const FORTY_MINUTES: &str = "window.slept += 40 * 60 * 1000";

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_forgotten_after_the_computer_slept_past_the_idle_time() {
    let world = World::start(20, config_json).await;
    let page = connected(&world, SLEEPS).await;
    page.hear("20 users · read").await;
    page.value(FORTY_MINUTES).await;
    page.see("button", "Connect").await;
    page.hear("Token forgotten after 15 minutes without use.").await;

    // The same if a person acts before the page's own clock check.
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("20 users · read").await;
    page.value(&format!(
        "{FORTY_MINUTES}, document.querySelector('pingone-mfa').shadowRoot.querySelector('.app')
             .dispatchEvent(new PointerEvent('pointerdown', {{ bubbles: true }}))"
    ))
    .await;
    page.see("button", "Connect").await;
    page.hear("Token forgotten after 15 minutes without use.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_run_keeps_its_token_and_the_idle_time_starts_after_the_run() {
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
    page.hear(" · stopped ").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    page.see("button", "Close").await;
    page.value(FORTY_MINUTES).await;
    page.see("button", "Connect").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_delete_dialog_explains_the_loss_and_can_be_cancelled() {
    let world = World::start(60, slow).await;
    let page = connected(&world, "").await;
    run_off(&world, &page).await;
    page.press("button", "Pause").await;
    page.hear("Paused.").await;
    page.reload().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("isn't finished").await;
    page.press("tab", "Runs").await;
    page.press("button", "Delete…").await;
    page.see("dialog", "Delete this run?").await;
    page.hear("A deleted run can't be continued.").await;
    assert_eq!(page.focus().await, "Cancel");
    page.check_appearance("run-delete").await;
    page.press("button", "Cancel").await;
    page.hear("Not finished").await;
    page.press("button", "Delete…").await;
    page.press("button", "Delete run").await;
    page.hear("No runs stored in this browser").await;
    page.press("tab", "Users").await;
    page.until("!document.querySelector('pingone-mfa').shadowRoot.textContent.includes(\"isn't finished\")")
        .await;
}
