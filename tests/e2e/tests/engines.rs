//! User journeys that run in every engine. They only use driver features that all drivers support.
//!
//! `PINGONE_MFA_ENGINE` selects the engine. Without it they run in Chromium, like all other tests.

use pingone_mfa_e2e::{Engine, Page, Portal, World};
use pingone_sandbox::TokenSpec;
use pingone_sandbox::page::config_json;
use serde_json::json;
use thirtyfour::Key;

use super::{element, frame, sign_in};

fn quick(origin: &str) -> String {
    config_json(origin).replacen('{', r#"{"rate":{"read":2000,"write":400,"max":2000},"#, 1)
}

/// A write limit low enough to interrupt a run.
fn slow(origin: &str) -> String {
    config_json(origin).replacen('{', r#"{"rate":{"read":2000,"write":2,"max":2000},"#, 1)
}

fn token(world: &World) -> String {
    world.token(&TokenSpec::default())
}

async fn listed(world: &World, users: &str) -> Page {
    let page = world.open().await;
    page.connect(&token(world)).await;
    page.hear(&format!("{users} users · read")).await;
    page
}

fn count_off(world: &World) -> usize {
    let sandbox = world.sandbox();
    sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) == Some(false)).count()
}

/// Begins a run that turns MFA on for all users whose MFA is off.
async fn begin_run(world: &World, page: &Page) -> usize {
    page.filter("MFA", "Off").await;
    page.press_beginning("checkbox", "Select all ").await;
    page.press_beginning("button", "Enable MFA for ").await;
    page.include_skipped().await;
    let users = count_off(world);
    page.start_run(true, &users.to_string()).await;
    users
}

/// WebKit's driver can't access a page after Back if the page's headers isolate it from other origins.
fn allow_access_after_back(world: &World) {
    if world.engine == Engine::WebKit {
        sign_in::without_isolation(world);
    }
}

/// Records policy violations that the engine reports.
async fn record_violations(page: &Page) {
    let note = "window.violations = [];
        document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) =>
            violations.push(`${violatedDirective} ${blockedURI} ${sourceFile}`));
        arguments[0]();";
    page.run(note).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_can_be_typed_under_the_production_policy() {
    let world = World::start(250, quick).await;
    let page = world.open().await;
    record_violations(&page).await;
    let field = page.see("password", "Access token").await;
    field.send_keys(token(&world)).await.unwrap();
    page.type_keys(Key::Tab + "").await;
    page.press("button", "Connect").await;
    page.hear("250 users · read").await;
    assert_eq!(page.value("window.violations").await, json!([]));
    let types = page.value("typeof window.trustedTypes").await;
    assert!(types == "object" || world.engine == Engine::WebKit, "Trusted Types are supported: {types}");
    assert_eq!(page.sinks_with(&token(&world)).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_thousand_users_can_be_listed_searched_and_sorted() {
    let world = World::start(20_000, quick).await;
    let page = world.open().await;
    page.connect(&token(&world)).await;
    page.press("button", "Load all 20,000 users").await;
    page.hear_late("20,000 users · read").await;
    assert_eq!(page.shown().await, 20_000);
    page.fill("searchbox", "Search users", "adaeze okonk").await;
    page.hear("1 of 20,000 users").await;
    page.type_raw("Search users", "").await;
    page.hear("20,000 users · read").await;
    let first = "root.querySelector('[aria-rowindex=\"2\"]').innerText";
    let before = page.ask_shadow(first).await;
    page.press("button", "Name").await;
    page.hear("Name ↑").await;
    page.press("button", "Name").await;
    page.hear("Name ↓").await;
    page.until_shadow(&format!("{first} !== {before}")).await;
    let rows = page.ask_shadow("root.querySelectorAll('tbody tr').length").await;
    assert!(rows.as_u64().is_some_and(|rows| rows <= 80), "only visible rows are in the document: {rows}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_can_be_navigated_by_keyboard() {
    let world = World::start(250, quick).await;
    let page = listed(&world, "250").await;
    let first = page.see("checkbox", "Select all 250 users").await;
    first.send_keys(Key::Down + "").await.unwrap();
    page.focused_row(2).await;
    page.send(Key::Right + "").await;
    page.until_focus(", open ").await;
    page.send(Key::Control + Key::End).await;
    page.focused_row(251).await;
    page.send(Key::Home + "").await;
    page.until_focus("Select ").await;
    page.send(" ").await;
    page.hear("1 selected").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_user_can_be_opened_turned_on_and_off_and_closed() {
    let world = World::start(60, quick).await;
    let page = listed(&world, "60").await;
    let jonas = world.sandbox().user_by_username("jonas.brandt").unwrap();
    page.fill("searchbox", "Search users", "jonas brandt").await;
    page.press("button", "Jonas Brandt, open jonas.brandt").await;
    page.see("complementary", "Jonas Brandt").await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    assert_eq!(world.sandbox().mfa_enabled(jonas), Some(true));
    page.press("switch", "MFA for jonas.brandt").await;
    page.see("dialog", "Disable MFA for Jonas Brandt?").await;
    page.press("button", "Disable MFA").await;
    page.wait_for_switch("MFA for jonas.brandt", false).await;
    assert_eq!(world.sandbox().mfa_enabled(jonas), Some(false));
    page.press("button", "Close").await;
    page.until_shadow("root.querySelector('.user') === null").await;
    page.until_focus("Jonas Brandt, open jonas.brandt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_imported_and_its_run_goes_on_after_a_reload() {
    let world = World::start(100, slow).await;
    world.give_devices();
    let page = listed(&world, "100").await;
    let people: Vec<_> = {
        let sandbox = world.sandbox();
        let all = sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) == Some(false)).take(25);
        all.collect()
    };
    let ids: Vec<String> = people.iter().map(ToString::to_string).collect();
    let file = world.file("people.csv", format!("User ID\n{}\n", ids.join("\n")).as_bytes());
    page.choose_file("Import list", &file).await;
    page.see("dialog", "Import list").await;
    page.press("button", "Enable MFA for 25 users").await;
    page.include_skipped().await;
    page.start_reviewed_run().await;
    page.see("button", "Pause").await;
    world.wait_for_puts(3).await;
    page.reload().await;
    page.connect(&token(&world)).await;
    page.continue_stored_run().await;
    page.change_speed("2,000").await;
    page.run_finished_late().await;
    let sandbox = world.sandbox();
    assert!(
        people.iter().all(|id| sandbox.mfa_enabled(*id) == Some(true)),
        "all users in the file are changed"
    );
    assert_eq!(sandbox.oracle().counts().put, 25, "each of them once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_tab_sees_the_run_of_the_first() {
    let world = World::start(60, slow).await;
    let page = listed(&world, "60").await;
    begin_run(&world, &page).await;
    page.press("button", "Pause").await;
    page.hear("Paused.").await;
    let first = page.tab().await;
    page.new_tab(&world.page_origin).await;
    page.connect(&token(&world)).await;
    page.continue_stored_run().await;
    page.hear("A run in this environment is working in another tab of this browser.").await;
    page.press("button", "Take it over here").await;
    page.change_speed("2,000").await;
    page.run_finished_late().await;
    assert_eq!(count_off(&world), 0);
    page.show_tab(&first).await;
    page.hear("A run in this environment is working in another tab of this browser.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_can_be_saved_as_a_file() {
    let world = World::start(60, quick).await;
    let folder = world.downloads().await;
    let page = listed(&world, "60").await;
    page.press_beginning("checkbox", "Select all ").await;
    page.press("button", "Export").await;
    page.press("button", "Save 60 users").await;
    page.hear("Saved 60 users.").await;
    let saved = folder.file(".csv").await;
    assert_eq!(saved.lines().count(), 62, "all users, the header and the origin line");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_signing_in_back_shows_no_signed_in_data() {
    let world = World::start(20, sign_in::with_sign_in).await;
    allow_access_after_back(&world);
    let page = sign_in::signed_in(&world).await;
    page.back().await;
    // PingOne's page may be shown again, or this page without the signed-in data.
    page.until("document.readyState === 'complete'").await;
    let text = page.text().await;
    let is_signed_out =
        text.contains("Sign in with PingOne") || page.address().await.starts_with(&world.api_origin);
    assert!(is_signed_out && !text.contains("users · read"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_back_neither_token_nor_users_are_shown() {
    let world = World::start(20, quick).await;
    allow_access_after_back(&world);
    let elsewhere = world.bare_page().await;
    let page = listed(&world, "20").await;
    let token = token(&world);
    page.go(&elsewhere).await;
    page.back().await;
    page.see("password", "Access token").await;
    assert!(!page.text().await.contains("users · read"));
    assert_eq!(page.sinks_with(&token).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_frames_the_page() {
    let portal = Portal::new().await;
    let world = frame::world_framed_by(&portal, 30).await;
    let origin = portal.origin.clone();
    let backend = portal.serve(&world, frame::unmodified);
    backend.give(&token(&world));
    let page = world.visit(&origin).await;
    frame::wait_for_event(&page, "connected").await;
    page.enter_frame().await;
    page.hear("30 users · read").await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    begin_run(&world, &page).await;
    page.run_finished_late().await;
    page.leave_frame().await;
    frame::wait_for_event(&page, "run-finished").await;
    assert_eq!(count_off(&world), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_holds_the_element() {
    let world = World::start(20, config_json).await;
    let host = element::host(&world).await;
    host.tokens.give(&token(&world));
    let page = element::visit(&world, &host, "one").await;
    element::wait_for_event(&page, "connected").await;
    page.hear("20 users · read").await;
    begin_run(&world, &page).await;
    page.run_finished_late().await;
    element::wait_for_event(&page, "run-finished").await;
    assert_eq!(count_off(&world), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_help_can_be_searched_and_escape_closes_it() {
    let world = World::start(20, quick).await;
    let page = world.open().await;
    page.press("button", "Help").await;
    page.see("dialog", "Help").await;
    page.type_keys("token").await;
    page.hear(" of ").await;
    for _ in 0..5 {
        page.type_keys(Key::Backspace + "").await;
    }
    page.type_keys(Key::Escape + "").await;
    page.until_shadow("root.querySelector('dialog[open]') === null").await;
    page.until_focus("Help").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_clock_worker_does_not_stop_a_run() {
    let world = World::start(40, quick).await;
    world.release.rewrite_headers("worker-src 'self'", "worker-src 'none'");
    let page = listed(&world, "40").await;
    begin_run(&world, &page).await;
    page.hear("Keep this tab visible: without its clock worker").await;
    page.run_finished_late().await;
    assert_eq!(count_off(&world), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_keep_their_width_during_a_run() {
    let world = World::start(60, slow).await;
    let page = listed(&world, "60").await;
    begin_run(&world, &page).await;
    page.press("button", "Pause").await;
    page.hear("Paused.").await;
    let widths = "[...root.querySelectorAll('.grid thead th')].map((head) => head.offsetWidth)";
    let widths = page.ask_shadow(widths).await;
    let widths: Vec<u64> = widths.as_array().unwrap().iter().filter_map(serde_json::Value::as_u64).collect();
    assert!(widths.len() > 4 && widths.iter().skip(1).all(|width| *width >= 80), "{widths:?}");
    let mfa = page.ask_shadow("root.querySelector('.grid td.mfa').offsetWidth").await;
    assert!(mfa.as_u64().is_some_and(|mfa| mfa >= 240), "room for a user's result: {mfa}");
}
