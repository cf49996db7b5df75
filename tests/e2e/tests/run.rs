//! Runs: review, execution, interruption, continuation, verification, reports and undo. Results are
//! checked against the sandbox's oracle.

use std::collections::HashSet;
use std::time::Duration;

use pingone_mfa_e2e::{Page, World};
use pingone_sandbox::page::config_json;
use pingone_sandbox::server::now;
use pingone_sandbox::{Fault, On, Role, Rule, Scope, TokenSpec};
use thirtyfour::Key;
use uuid::Uuid;

/// The config.json with high limits, because these tests don't cover the pace.
fn quick(origin: &str) -> String {
    config_json(origin).replacen('{', r#"{"rate":{"read":2000,"write":400,"max":2000},"#, 1)
}

async fn listed(world: &World, users: &str) -> Page {
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    // Lists of this size are loaded automatically.
    page.hear(&format!("{users} users · read")).await;
    page
}

pub(super) fn off(world: &World) -> usize {
    let sandbox = world.sandbox();
    sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) == Some(false)).count()
}

/// Selects all users whose MFA is off and opens the review.
async fn review_off(world: &World, page: &Page) -> usize {
    page.filter("MFA", "Off").await;
    let off = off(world);
    page.press("checkbox", &format!("Select all {off} users")).await;
    page.press("button", &format!("Enable MFA for {off} users")).await;
    page.see_review(true).await;
    off
}

/// Waits as long as the page does before it reads users after a run, because a change whose
/// response arrived may still take effect.
async fn wait_for_late_responses(page: &Page) {
    page.hear("so that late responses are in.").await;
    tokio::time::sleep(Duration::from_secs(25)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_matching_users_are_changed_verified_reported_and_undone() {
    let world = World::start(100, quick).await;
    let page = listed(&world, "100").await;
    let users = review_off(&world, &page).await;
    page.hear("Will be changed").await;
    page.hear(&format!("{users}\tSelected")).await;
    page.until_focus("Pilot user").await;
    page.press("checkbox", "Include users with unknown devices").await;
    files_of_the_review(&world, &page).await;
    page.set_speed("5").await;
    page.hear("at 5 requests a second").await;
    page.set_speed("2,000").await;
    page.hear("at 2,000 requests a second").await;
    page.include_skipped().await;
    page.start_run(true, &users.to_string()).await;
    page.run_finished().await;
    assert_eq!(off(&world), 0);
    page.run_changed("enabled", users).await;
    page.press("button", "Save report").await;
    page.see("menuitem", "JSON, with usernames: personal data").await;
    // The page updates its clock every second.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(page.focus().await, "CSV, user IDs only", "the focus doesn't move");
    page.send(Key::Escape + "").await;
    assert_eq!(page.focus().await, "Save report");

    page.press("button", &format!("Undo: disable MFA for {users} users")).await;
    page.see_review(false).await;
    wait_for_late_responses(&page).await;
    // Why the run can't start is said from the beginning, and once.
    page.hear("Will be changed").await;
    assert_eq!(page.text().await.matches("Enter a reason").count(), 1);
    page.start_run(false, &users.to_string()).await;
    page.hear("Enter a reason for disabling MFA.").await;
    assert_eq!(page.text().await.matches("Enter a reason").count(), 1);
    assert_eq!(page.focus().await, "Reason");
    page.shoot("review-off").await;
    page.fill("textbox", "Reason", "Taken back").await;
    page.fill("textbox", &format!("Type {users}"), &users.to_string()).await;
    page.start_run(false, &users.to_string()).await;
    page.run_changed("disabled", users).await;
    assert_eq!(off(&world), users);
}

#[tokio::test(flavor = "multi_thread")]
async fn skipped_users_are_counted_and_can_be_saved_after_the_run() {
    let world = World::start(30, quick).await;
    let page = listed(&world, "30").await;
    let chosen = review_off(&world, &page).await;
    page.hear(&format!("{chosen}\tSelected")).await;
    page.press("checkbox", "Include users with unknown devices").await;
    page.press("button", "Save plan").await;
    let names = page.names("menuitem", "").await;
    let number = |name: &String| name.split_once(" skipped user").and_then(|(users, _)| users.parse().ok());
    let skipped: usize = names.iter().find_map(number).unwrap_or_default();
    assert!(skipped > 0);
    page.type_keys(Key::Escape + "").await;
    page.start_run(true, &(chosen - skipped).to_string()).await;
    page.run_finished().await;
    page.hear(&format!("skipped, account disabled Save\n{skipped}")).await;
    page.press("button", "Details").await;
    page.hear(&format!("Skipped: {skipped} account disabled.")).await;
    page.check_appearance("run-over-left-out").await;
    let folder = world.downloads().await;
    let noun = if skipped == 1 { "user" } else { "users" };
    page.press("button", &format!("Save list of {skipped} skipped {noun}")).await;
    let list = folder.file("Z.csv").await;
    assert!(list.contains("\r\nuserId,leftOutBecause\r\n"), "{list}");
    assert_eq!(list.lines().filter(|line| line.ends_with(",account disabled")).count(), skipped);
    assert_eq!(off(&world), skipped);
}

/// Saves the plan and the list of skipped users before the run: without names, and with names if requested.
async fn files_of_the_review(world: &World, page: &Page) {
    let folder = world.downloads().await;
    page.save_plan("CSV with IDs").await;
    let plan = folder.bytes("mfa-plan-", "Z.csv").await;
    let plan = String::from_utf8_lossy(&plan);
    assert!(plan.starts_with("# contains ids and states only\r\n# planNumber,"), "{plan}");
    let skipped = plan.lines().filter(|line| line.ends_with(",account disabled")).count();
    assert!(skipped > 0 && plan.contains("\r\nuserId,from,readAt,to,leftOutBecause\r\n"), "{plan}");
    page.save_plan(&format!("{skipped} skipped users with usernames (personal data)")).await;
    let list = folder.file("-contains-personal-data.csv").await;
    assert!(list.contains("\r\nuserId,username,leftOutBecause\r\n"), "{list}");
    assert_eq!(list.lines().filter(|line| line.ends_with(",account disabled")).count(), skipped);
    assert_eq!(world.sandbox().oracle().counts().put, 0);
}

fn on_put(share: f64, skip: u64, times: Option<u64>, fault: Fault) -> Rule {
    let on = On { method: Some("PUT".into()), endpoint: Some("mfaEnabled".into()), user: None, page: None };
    Rule { on, share, skip, times, fault }
}

/// A write limit slow enough to observe a run.
fn watched(origin: &str) -> String {
    config_json(origin).replacen('{', r#"{"rate":{"read":2000,"write":60,"max":2000},"#, 1)
}

/// A write limit slow enough for manual steps during a run: a user per second.
fn slow(origin: &str) -> String {
    config_json(origin).replacen('{', r#"{"rate":{"read":2000,"write":2,"max":2000},"#, 1)
}

/// Checks that exactly the planned users were written, with the planned value.
fn check_writes(world: &World, planned: &HashSet<Uuid>, on: bool) {
    let sandbox = world.sandbox();
    for write in sandbox.oracle().writes() {
        assert!(planned.contains(&write.user) && write.to == on, "a write outside the plan: {write:?}");
    }
    for user in planned {
        assert_eq!(sandbox.mfa_enabled(*user), Some(on), "{user}");
    }
}

fn users_off(world: &World) -> HashSet<Uuid> {
    let sandbox = world.sandbox();
    sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) == Some(false)).collect()
}

fn username(world: &World, id: Uuid) -> String {
    world.sandbox().username(id).unwrap_or_default().to_owned()
}

/// Adds faults: lost responses, dropped requests and rate limits.
fn add_faults(world: &World) {
    let mut sandbox = world.sandbox();
    let limited = Fault::Status { status: 429, retry_after: Some(1), without_cors: false };
    for rule in [
        on_put(0.08, 2, None, Fault::Lost { reset: true }),
        on_put(0.04, 2, None, limited),
        on_put(0.04, 2, None, Fault::Dropped { reset: false }),
    ] {
        assert_eq!(sandbox.add_fault(rule), Ok(()), "a valid rule");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_survives_lost_responses_rate_limits_an_expired_token_and_a_reload() {
    let mut world = World::start(260, watched).await;
    world.renew_browser().await;
    let page = listed(&world, "260").await;
    let planned = users_off(&world);
    let first = username(&world, *planned.iter().next().expect("a user is off"));
    add_faults(&world);
    let ended = Fault::Status { status: 401, retry_after: None, without_cors: false };
    world.sandbox().add_fault(on_put(1.0, 40, None, ended)).unwrap();
    let users = review_off(&world, &page).await;
    page.include_skipped().await;
    page.start_reviewed_run().await;
    page.hear("Choose a pilot user, who is changed first.").await;
    page.choose_pilot(&first).await;
    page.fill("textbox", "Change reference", "CHG0041273").await;
    page.start_with_pilot().await;

    page.hear("Pilot user changed. Check that they can sign in, then continue.").await;
    assert_eq!(world.sandbox().oracle().writes().len(), 1);
    page.hear("MFA is on now.").await;
    page.hear("before and after.").await;
    page.reload().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.continue_stored_run().await;
    page.hear("Pilot user changed. Check that they can sign in, then continue.").await;
    page.press_beginning("button", "Continue with ").await;

    page.hear("Paused: token needed. Nothing is lost.").await;
    page.shoot("run-token").await;
    world.sandbox().clear_faults();
    add_faults(&world);
    let spec = TokenSpec::default();
    let token = world.token(&spec);
    page.replace_token().await;
    page.paste_token(&token).await;
    page.see("button", "Pause").await;

    tokio::time::sleep(Duration::from_millis(800)).await;
    page.reload().await;
    page.connect(&world.token(&spec)).await;
    page.hear("isn't finished").await;
    page.check_appearance("run-continue").await;
    page.press("tab", "Runs").await;
    page.hear("Not finished: ").await;
    page.check_appearance("runs-unfinished").await;
    let sent = world.sandbox().oracle().counts().put;
    assert!(usize::try_from(sent).unwrap() < users + 60, "the run was interrupted");
    page.press_beginning("button", "Continue with ").await;
    page.run_finished().await;
    page.run_changed("enabled", users).await;
    check_writes(&world, &planned, true);

    let folder = world.downloads().await;
    page.save_report("JSON").await;
    let report: serde_json::Value =
        serde_json::from_str(&folder.file(".json").await).expect("the report is JSON");
    let rows = report["rows"].as_array().expect("rows");
    let changed: HashSet<Uuid> = rows
        .iter()
        .filter(|row| row["state"] == "changed")
        .map(|row| row["userId"].as_str().and_then(|id| id.parse().ok()).expect("a user's id"))
        .collect();
    assert_eq!(changed, planned, "the report agrees with the oracle");
    assert_eq!(report["changeReference"], "CHG0041273");
    let limits = report["limits"].as_object().expect("limits");
    assert_eq!(
        limits["requestsPerSecond"],
        serde_json::Value::Null,
        "the run started with another page's limits"
    );

    let found = world.files_with(&[&token, "@example.com"]).await;
    assert!(found.iter().all(Vec::is_empty), "neither the token nor an address is stored: {found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_is_started_after_stop_is_confirmed() {
    let world = World::start(100, slow).await;
    let page = listed(&world, "100").await;
    let users = review_off(&world, &page).await;
    let note_the_click = "performance.setResourceTimingBufferSize(5000);
         document.addEventListener('click', (event) => {
           const button = event.composedPath()[0];
           if (button.innerText === 'Stop run') window.stoppedAt = performance.now(); }, true);
         arguments[arguments.length - 1]();";
    page.ask(note_the_click, vec![]).await.expect("the page listens");
    page.include_skipped().await;
    page.start_run(true, &users.to_string()).await;
    page.hear("users a second").await;
    page.check_appearance("run-working").await;
    page.press("button", "Change speed").await;
    let chosen = page.see("menuitemradio", "2 requests a second").await;
    assert_eq!(chosen.attr("aria-checked").await.expect("the page answers").as_deref(), Some("true"));
    page.press("menuitemradio", "5 requests a second").await;
    page.hear("limit 5)").await;
    page.press("button", "Stop").await;
    page.see("dialog", "Stop this run?").await;
    page.hear("won't be changed. A stopped run can't be continued").await;
    assert_eq!(page.focus().await, "Cancel");
    page.check_appearance("run-stop").await;
    page.press("button", "Stop run").await;
    page.hear(" · stopped ").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let script = "arguments[arguments.length - 1](performance.getEntriesByType('resource')
        .filter((entry) => entry.startTime > window.stoppedAt).length);";
    let started = page.ask(script, vec![]).await.expect("the page answers");
    assert_eq!(started, 0);
    assert!(off(&world) > 0, "the remaining users are unchanged");
    page.shoot("run-stopped").await;
    page.press("button", "Verify now").await;
    page.hear("changed and verified").await;
    let changed = users - off(&world);
    page.run_changed("enabled", changed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_tab_shows_the_run_and_can_take_it_over() {
    let world = World::start(100, slow).await;
    let page = listed(&world, "100").await;
    let planned = users_off(&world);
    let users = review_off(&world, &page).await;
    page.include_skipped().await;
    page.start_run(true, &users.to_string()).await;
    page.see("button", "Pause").await;
    page.press("button", "Pause").await;
    page.hear("Paused.").await;

    let first = page.tab().await;
    page.new_tab(&world.page_origin).await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("isn't finished").await;
    page.press("tab", "Runs").await;
    page.press("button", "Delete…").await;
    page.see("dialog", "Delete this run?").await;
    page.hear("A deleted run can't be continued.").await;
    page.press("button", "Delete run").await;
    page.hear("working in another tab. Stop it there before you delete one.").await;
    page.press_beginning("button", "Continue with ").await;
    page.hear("A run in this environment is working in another tab of this browser.").await;
    page.press("button", "Take it over here").await;
    page.change_speed("2,000").await;
    page.run_changed("enabled", users).await;
    check_writes(&world, &planned, true);
    page.show_tab(&first).await;
    page.hear("A run in this environment is working in another tab of this browser.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_not_change_users_pauses_the_run_automatically() {
    let world = World::start(100, watched).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec { role: Role::IdentityDataReadOnly, ..TokenSpec::default() })).await;
    page.hear("100 users · read").await;
    let users = review_off(&world, &page).await;
    page.include_skipped().await;
    page.start_run(true, &users.to_string()).await;
    page.hear("20 users in a row were refused").await;
    page.shoot("run-refused").await;
    page.press("button", "Stop").await;
    page.press("button", "Stop run").await;
    page.hear("MFA enabled for 0 users").await;
    assert_eq!(off(&world), users);
    assert_eq!(page.axe().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_forbidden_by_the_deployment_are_not_offered() {
    let one = |origin: &str| config_json(origin).replacen('{', r#"{"access":"one","#, 1);
    let world = World::start(60, one).await;
    let page = listed(&world, "60").await;
    page.filter("MFA", "Off").await;
    let off = off(&world);
    page.press("checkbox", &format!("Select all {off} users")).await;
    page.hear(&format!("{off} selected")).await;
    assert_eq!(page.names("button", "Enable MFA for").await, Vec::<String>::new());
}

/// ID of the sandbox's group "VPN".
const VPN: &str = "d0000000-0000-4000-8000-00000000000a";

fn protecting_vpn(origin: &str) -> String {
    let limits = format!(r#"{{"protectedGroups":["{VPN}"],"rate":{{"read":2000,"write":400,"max":2000}},"#);
    config_json(origin).replacen('{', &limits, 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn protected_users_are_never_changed() {
    let world = World::start(100, protecting_vpn).await;
    let page = listed(&world, "100").await;
    let vpn: Uuid = VPN.parse().expect("an id");
    let (protected, others): (HashSet<Uuid>, HashSet<Uuid>) = {
        let sandbox = world.sandbox();
        let off = sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) == Some(false));
        off.partition(|id| sandbox.is_in_group(*id, vpn))
    };
    assert!(!protected.is_empty() && !others.is_empty());
    let one = username(&world, *protected.iter().next().expect("a user is protected"));
    page.filter("MFA", "Off").await;
    page.fill("searchbox", "Search users", &one).await;
    page.press("switch", &format!("MFA for {one}")).await;
    page.hear("protected account").await;
    page.press("button", "Show all users").await;

    review_off(&world, &page).await;
    page.include_skipped().await;
    page.hear(&format!("−{}\tProtected", protected.len())).await;
    page.start_run(true, &others.len().to_string()).await;
    page.run_finished().await;
    check_writes(&world, &others, true);
    assert_eq!(users_off(&world), protected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_run_continues_in_another_browser_from_its_file() {
    let mut world = World::start(100, slow).await;
    let page = listed(&world, "100").await;
    let planned = users_off(&world);
    let users = review_off(&world, &page).await;
    page.include_skipped().await;
    page.start_run(true, &users.to_string()).await;
    page.press("button", "Pause").await;
    page.hear("Paused.").await;
    let folder = world.downloads().await;
    page.press("button", "Save run file").await;
    let file = std::env::temp_dir().join(format!("pingone-mfa-{}-run.txt", std::process::id()));
    std::fs::write(&file, folder.file(".txt").await).unwrap();

    world.renew_browser().await;
    let page = listed(&world, "100").await;
    page.press("tab", "Runs").await;
    page.choose_file("Open run file…", &file).await;
    page.hear("Not finished: ").await;
    page.choose_file("Open run file…", &file).await;
    page.hear("This run is stored in this browser already.").await;
    page.press_beginning("button", "Continue with ").await;
    page.change_speed("2,000").await;
    page.run_changed("enabled", users).await;
    check_writes(&world, &planned, true);
    std::fs::remove_file(&file).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_whose_token_expires_continues_with_the_next_token() {
    let world = World::start(100, quick).await;
    let page = listed(&world, "100").await;
    let on = On { method: Some("GET".into()), endpoint: Some("users".into()), user: None, page: None };
    let fault = Fault::Status { status: 401, retry_after: None, without_cors: false };
    world.sandbox().add_fault(Rule { on, share: 1.0, skip: 0, times: None, fault }).unwrap();
    let users = review_off(&world, &page).await;
    page.see("password", "Access token").await;
    assert_eq!(page.axe().await, Vec::<String>::new());
    page.shoot("review-token").await;
    world.sandbox().clear_faults();
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.hear(&format!("{users}\tSelected")).await;
    page.hear("Will be changed").await;
    page.press("button", "Cancel").await;
    assert_eq!(world.sandbox().oracle().counts().put, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_report_filters_the_list_by_result() {
    let world = World::start(100, quick).await;
    let page = listed(&world, "100").await;
    let refused = Fault::Status { status: 400, retry_after: None, without_cors: false };
    world.sandbox().add_fault(on_put(1.0, 0, Some(5), refused)).unwrap();
    let users = review_off(&world, &page).await;
    page.include_skipped().await;
    page.start_run(true, &users.to_string()).await;
    page.run_finished().await;
    let folder = world.downloads().await;
    page.save_report("JSON").await;
    let report = folder.file(".json").await;

    page.press("button", "Show in list").await;
    page.hear("Report of run").await;
    assert_eq!(page.shown().await, users);
    page.choose("Result of the run", "refused (5)").await;
    page.hear("5 of 100 users").await;
    assert_eq!(page.shown().await, 5);
    for (scheme, width) in [("light", 1440), ("dark", 400)] {
        page.emulate_display(scheme, width, 900).await;
        page.ask_shadow("root.querySelector('.toolbar').scrollIntoView()").await;
        page.shoot(&format!("run-report-in-list-{scheme}-{width}")).await;
        assert_eq!(page.axe().await, Vec::<String>::new(), "{scheme} {width}");
    }
    page.emulate_display("light", 1440, 900).await;
    page.ask_shadow("scrollTo(0, 0)").await;
    page.press("button", "Close").await;
    page.press("button", "Show all users").await;
    page.hear("100 users · read").await;

    let table = world.file("table.csv", b"id,state\n1,changed\n");
    page.press("tab", "Runs").await;
    page.choose_file("Filter by report…", &table).await;
    page.hear("This file isn't a pingone-mfa report. Choose a report that this tool saved as JSON.").await;
    let cut = world.file("cut.json", report.get(..report.len() / 2).unwrap_or_default().as_bytes());
    page.press("tab", "Runs").await;
    page.choose_file("Filter by report…", &cut).await;
    page.hear("This isn't a report saved by this tool").await;
    let whole = world.file("whole.json", report.as_bytes());
    page.press("tab", "Runs").await;
    page.choose_file("Filter by report…", &whole).await;
    page.choose("Result of the run", &format!("changed ({})", users - 5)).await;
    page.hear(&format!("{} of 100 users", users - 5)).await;
    page.press("checkbox", &format!("Select all {} users", users - 5)).await;
    page.press("button", "Refresh").await;
    page.hear(&format!("{} of 100 users", users - 5)).await;
    assert_eq!(page.shown().await, users - 5, "a refreshed list keeps its filter");
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_users_can_be_retried_after_the_cause_is_fixed() {
    let world = World::start(100, quick).await;
    let page = listed(&world, "100").await;
    let planned = users_off(&world);
    let refused = Fault::Status { status: 403, retry_after: None, without_cors: false };
    world.sandbox().add_fault(on_put(1.0, 0, Some(5), refused)).unwrap();
    let users = review_off(&world, &page).await;
    page.include_skipped().await;
    page.start_run(true, &users.to_string()).await;
    page.hear(&format!("MFA enabled for {} users", users - 5)).await;
    assert_eq!(off(&world), 5);
    page.shoot("run-refused-some").await;

    page.press("button", "Retry 5 refused").await;
    page.see_review(true).await;
    page.shoot("review-waits").await;
    wait_for_late_responses(&page).await;
    page.start_run(true, "5").await;
    page.run_changed("enabled", 5).await;
    check_writes(&world, &planned, true);
}

/// The population "Contractors" of the sandbox.
const CONTRACTORS: Scope = Scope::Population(Uuid::from_u128(0xb000_0000_0000_4000_8000_0000_0000_0002));

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_run_explains_refusals_and_what_to_request() {
    let world = World::start(20, quick).await;
    let reader = Role::IdentityDataReadOnly;
    world.sandbox().assign(reader.client_id(), Role::IdentityDataAdmin, CONTRACTORS, now());
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec { role: reader, ..TokenSpec::default() })).await;
    page.hear("20 users · read").await;
    let users = review_off(&world, &page).await;
    page.include_skipped().await;
    page.start_run(true, &users.to_string()).await;
    page.run_finished().await;
    let refused = off(&world);
    assert!(refused > 0 && refused < users, "some of {users}: {refused}");
    page.press("button", &format!("Why? {refused} refused")).await;
    page.hear("The role is limited to some populations, and this user is in another.").await;
    page.hear("Ask for the role Identity Data Admin in the user's population").await;
    page.see("button", "Copy request").await;
    page.ask_shadow("root.querySelector('.trouble').scrollIntoView({ block: 'center' })").await;
    page.check_appearance("run-why").await;
    let puts = world.sandbox().oracle().counts().put;
    assert_eq!(puts, users as u64, "the diagnosis doesn't write");
    page.press("button", "Close").await;
    assert!(page.find("region", "Troubleshooting").await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_that_cannot_read_users_explains_why() {
    let world = World::start(100, quick).await;
    let page = listed(&world, "100").await;
    // Neither the list nor any single user can be read, so no single user is the cause.
    for endpoint in ["users", "user"] {
        let on = On { method: Some("GET".into()), endpoint: Some(endpoint.into()), user: None, page: None };
        let fault = Fault::Status { status: 400, retry_after: None, without_cors: false };
        world.sandbox().add_fault(Rule { on, share: 1.0, skip: 0, times: None, fault }).unwrap();
    }
    review_off(&world, &page).await;
    page.see("region", "Troubleshooting").await;
    page.hear("PingOne refuses the request itself.").await;
    page.check_appearance("review-why").await;
    world.sandbox().clear_faults();
    page.press("button", "Try again").await;
    page.hear("Will be changed").await;
}
