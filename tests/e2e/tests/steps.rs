//! How the tests of the screens and of the layout reach a state: all names and sentences that they press and wait for
//! are here.

use pingone_mfa_e2e::{Page, World};
use pingone_sandbox::page::config_json;
use pingone_sandbox::{Fault, On, Rule, TokenSpec};

/// A user whose MFA is off, that these tests open and change.
const USERNAME: &str = "jonas.brandt";
const USER: &str = "Jonas Brandt, open jonas.brandt";

/// The config.json with limits that let a run end at once.
pub(super) fn quick(origin: &str) -> String {
    config_json(origin).replacen('{', r#"{"rate":{"read":2000,"write":400,"max":2000},"#, 1)
}

/// Opens the page, connects, and waits for the list.
pub(super) async fn connected(world: &World, users: u32) -> Page {
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    wait_for_list(&page, users).await;
    page
}

/// Waits until the list is read. Lists of up to some thousand users are read at once.
pub(super) async fn wait_for_list(page: &Page, users: u32) {
    page.hear(&format!("{users} users · read")).await;
}

pub(super) async fn search(page: &Page, text: &str) {
    page.type_raw("Search users", text).await;
}

pub(super) async fn filter_mfa_off(page: &Page) {
    page.filter("MFA", "Off").await;
}

pub(super) async fn clear_filters(page: &Page) {
    page.press("button", "Show all users").await;
}

/// Selects all users whose MFA is off.
pub(super) async fn select_off(page: &Page) {
    filter_mfa_off(page).await;
    page.press_beginning("checkbox", "Select all ").await;
    page.see_beginning("button", "Enable MFA for ").await;
}

/// Opens the drawer of the user.
pub(super) async fn open_user(page: &Page) {
    page.press("button", USER).await;
    page.see("button", "Close").await;
}

pub(super) async fn close_user(page: &Page) {
    page.press("button", "Close").await;
}

/// Turns MFA on for the user, whose drawer may be open.
pub(super) async fn change_user(page: &Page) {
    let switch = format!("MFA for {USERNAME}");
    page.press("switch", &switch).await;
    page.wait_for_switch(&switch, true).await;
}

/// Turns MFA on for another user than the drawer's.
pub(super) async fn change_in_table(page: &Page) {
    page.press("switch", "MFA for test.user07").await;
    page.wait_for_switch("MFA for test.user07", true).await;
}

/// Turns MFA of the user off in the drawer, which asks first.
pub(super) async fn ask_to_disable(page: &Page) {
    page.press("switch", &format!("MFA for {USERNAME}")).await;
    page.see("button", "Disable MFA").await;
}

pub(super) async fn cancel(page: &Page) {
    page.press("button", "Cancel").await;
}

/// Opens the numbers of each population below the MFA status.
pub(super) async fn open_populations(page: &Page) {
    page.press("button", "By population").await;
    page.until_shadow("root.querySelector('.by-population.open') !== null").await;
}

pub(super) async fn close_populations(page: &Page) {
    page.press("button", "By population").await;
}

/// Opens the tab of the requests, and waits for the newest one beside the table.
pub(super) async fn open_requests(page: &Page) {
    page.press("tab", "Requests").await;
    page.see("grid", "Requests").await;
    page.until_shadow("root.querySelector('.request-table tbody [aria-selected=true]') !== null").await;
}

pub(super) async fn open_users(page: &Page) {
    page.press("tab", "Users").await;
}

/// Opens the tab of the stored runs.
pub(super) async fn open_runs(page: &Page) {
    page.press("tab", "Runs").await;
}

/// Opens the menu of the token.
pub(super) async fn open_token_menu(page: &Page) {
    page.press("button", "Token").await;
    page.see("menuitem", "Forget token").await;
}

pub(super) async fn close_token_menu(page: &Page) {
    page.press("button", "Token").await;
}

pub(super) async fn open_help(page: &Page) {
    page.press("button", "Help").await;
    page.see("dialog", "Help").await;
}

/// Opens the review of the selected users.
pub(super) async fn open_review(page: &Page) {
    page.press_beginning("button", "Enable MFA for ").await;
    page.see_review(true).await;
    page.hear("Will be changed").await;
}

/// Includes all users that the review skips, and fills in the rest.
pub(super) async fn fill_review(page: &Page) {
    page.include_skipped().await;
    let pilot = page.ask_shadow("root.querySelector('dialog[open] datalist option')?.value ?? null").await;
    page.choose_pilot(pilot.as_str().unwrap_or(USERNAME)).await;
    page.fill("textbox", "Change reference", "CHG0041273").await;
}

pub(super) async fn start_run(page: &Page) {
    page.start_reviewed_run().await;
}

pub(super) async fn wait_for_pilot(page: &Page) {
    page.hear("Pilot user changed. Check that they can sign in, then continue.").await;
}

pub(super) async fn continue_run(page: &Page) {
    page.press_beginning("button", "Continue with ").await;
}

pub(super) async fn wait_for_token_request(page: &Page) {
    page.hear("Paused: token needed. Nothing is lost.").await;
}

/// Closes the finished run, which is stored.
pub(super) async fn close_run(page: &Page) {
    page.press("button", "Close").await;
}

pub(super) async fn replace_token(page: &Page, token: &str) {
    page.replace_token().await;
    page.paste_token(token).await;
}

pub(super) async fn wait_for_end(page: &Page) {
    page.run_finished().await;
}

/// Makes PingOne answer the first request for users last of those that are sent at the same time, so that the order
/// in the tab of the requests is the same each time.
pub(super) fn delay_count(world: &World) {
    let on = On { method: Some("GET".into()), endpoint: Some("users".into()), user: None, page: None };
    let fault = Fault::Delay { millis: 1000 };
    world.sandbox().add_fault(Rule { on, share: 1.0, skip: 0, times: Some(1), fault }).expect("a valid rule");
}

/// Makes PingOne refuse the second page of the list, so that the first one stays.
pub(super) fn refuse_second_page(world: &World) {
    let on = On { method: Some("GET".into()), endpoint: Some("users".into()), user: None, page: Some(2) };
    let fault = Fault::Status { status: 403, retry_after: None, without_cors: false };
    world.sandbox().add_fault(Rule { on, share: 1.0, skip: 0, times: None, fault }).expect("a valid rule");
}

/// Waits until the checks after the refusal have ended: they can read the first page.
pub(super) async fn wait_for_refused_list(page: &Page) {
    page.see("region", "Troubleshooting").await;
    page.hear("It works now.").await;
    page.until_shadow("!root.querySelector('.trouble').innerText.includes('Checking')").await;
}

/// Makes PingOne answer changes with this status, after some that succeed.
pub(super) fn refuse_changes(world: &World, status: u16, after: u64) {
    let on = On { method: Some("PUT".into()), endpoint: Some("mfaEnabled".into()), user: None, page: None };
    let fault = Fault::Status { status, retry_after: None, without_cors: false };
    world
        .sandbox()
        .add_fault(Rule { on, share: 1.0, skip: after, times: None, fault })
        .expect("a valid rule");
}
