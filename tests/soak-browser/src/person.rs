//! What a person does at the page, from the token to the report.

use std::time::Duration;

use pingone_mfa_core::api::report;
use pingone_mfa_core::domain::report::RunReport;
use pingone_mfa_core::engine::journal::Restored;
use pingone_mfa_e2e::{Page, World};
use pingone_sandbox::page::config_json;
use pingone_sandbox::server::now;
use pingone_sandbox::{BackgroundChange, TokenSpec};
use tokio::time::{Instant, sleep};

use crate::journal_files::JournalFiles;

/// Between two looks at the page.
pub(crate) const GLANCE: Duration = Duration::from_millis(100);

/// How long something that is awaited may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// What goes on by itself once somebody presses it.
const GO_ON: [&str; 4] = ["Go on", "Try now", "Resume", "Continue"];

/// The config.json with another ceiling for writes.
pub(crate) fn config(write: u64) -> impl Fn(&str) -> String {
    let rate = format!("{{\"rate\":{{\"read\":2000,\"write\":{write},\"max\":2000}},");
    move |origin| config_json(origin).replacen('{', &rate, 1)
}

/// Gives everyone the same value, as somebody else would.
pub(crate) fn everyone_has(world: &World, value: bool) {
    let mut sandbox = world.sandbox();
    let users: Vec<_> = sandbox.user_ids().collect();
    for user in users {
        sandbox.happen(BackgroundChange::Switched(user, value), now());
    }
}

/// Connects, and waits until everyone is listed.
pub(crate) async fn connect(world: &World, page: &Page) {
    page.connect(&world.token(&TokenSpec::default())).await;
    let users = world.sandbox().user_ids().count();
    page.see("checkbox", &format!("Select all {users} that match")).await;
}

/// Reviews a change of everyone, up to the button that starts it.
pub(crate) async fn review(world: &World, page: &Page, to: bool) {
    let users = world.sandbox().user_ids().count();
    let (verb, dialog) = if to { ("Enable", "enable") } else { ("Disable", "disable") };
    page.press("checkbox", &format!("Select all {users} that match")).await;
    page.press("button", &format!("{verb} MFA for {users} users")).await;
    page.see("dialog", &format!("Review: {dialog} MFA")).await;
    page.hear(&format!("{users} users chosen")).await;
    page.include_skipped().await;
    if page.find("textbox", "Start with").await.is_some() {
        let first = world.sandbox().user_ids().next().expect("somebody is there");
        page.fill("textbox", "Start with", &first.to_string()).await;
    }
    if page.find("textbox", "Reason").await.is_some() {
        page.fill("textbox", "Reason", "A rehearsal").await;
    }
    if let Some(field) = page.names("textbox", "Type ").await.into_iter().next() {
        let number = field.trim_start_matches("Type ").replace(',', "");
        page.fill("textbox", &field, &number).await;
    }
}

/// Comes back to a page that was just loaded: what is stored, and its run is gone on with, or shown if it is over.
pub(crate) async fn come_back(world: &World, page: &Page) -> Option<Restored> {
    let restored = JournalFiles::read(page).await.restored();
    connect(world, page).await;
    if let Some(restored) = &restored {
        page.press("button", if restored.closed_at.is_some() { "Show" } else { "Continue" }).await;
    }
    restored
}

/// Presses whatever a run waits for. Whether it is over.
pub(crate) async fn look(page: &Page) -> bool {
    if page.text().await.contains("Finished at") {
        return true;
    }
    for name in GO_ON {
        press_if_there(page, name).await;
    }
    false
}

/// Between finding and pressing it may go.
pub(crate) async fn press_if_there(page: &Page, name: &str) {
    if let Some(button) = page.find("button", name).await {
        let _ = button.click().await;
    }
}

/// Looks until the run is over.
pub(crate) async fn wait(page: &Page) {
    let deadline = Instant::now() + PATIENCE;
    while !look(page).await {
        assert!(Instant::now() < deadline, "the run doesn't end:\n{}", page.text().await);
        sleep(GLANCE).await;
    }
}

/// Saves the report and returns the file.
pub(crate) async fn save_report(world: &World, page: &Page) -> Vec<u8> {
    page.press("radio", "JSON").await;
    let downloads = world.downloads().await;
    page.press("button", "Save report").await;
    downloads.bytes("", ".json").await
}

/// What a report says.
pub(crate) fn read(file: Vec<u8>) -> RunReport {
    report::read(file).unwrap_or_else(|fault| panic!("the report can't be read: {fault}"))
}
