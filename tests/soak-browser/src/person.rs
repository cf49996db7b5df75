//! Operates the page like a user, from the token to the report.

use std::time::Duration;

use pingone_mfa_core::run::journal::Restored;
use pingone_mfa_core::run::report::RunReport;
use pingone_mfa_core::run::report_file;
use pingone_mfa_e2e::{Page, World};
use pingone_sandbox::page::config_json;
use pingone_sandbox::server::now;
use pingone_sandbox::{BackgroundChange, TokenSpec};
use tokio::time::{Instant, sleep};

use crate::journal_files::JournalFiles;

/// Interval at which the page is polled.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Time limit for something to appear or happen.
const PATIENCE: Duration = Duration::from_mins(1);

/// Buttons that continue a waiting run.
const GO_ON: [&str; 3] = ["Continue with ", "Try now", "Resume"];

/// A config.json with this rate limit for writes.
pub(crate) fn config(write: u64) -> impl Fn(&str) -> String {
    let rate = format!("{{\"rate\":{{\"read\":2000,\"write\":{write},\"max\":2000}},");
    move |origin| config_json(origin).replacen('{', &rate, 1)
}

/// Sets MFA of all users in the sandbox, as another client would.
pub(crate) fn set_all_users(world: &World, value: bool) {
    let mut sandbox = world.sandbox();
    let users: Vec<_> = sandbox.user_ids().collect();
    for user in users {
        sandbox.apply_background_change(BackgroundChange::Switched(user, value), now());
    }
}

/// Connects, and waits until all users are listed.
pub(crate) async fn connect(world: &World, page: &Page) {
    page.connect(&world.token(&TokenSpec::default())).await;
    let users = world.sandbox().user_ids().count();
    page.see("checkbox", &format!("Select all {users} users")).await;
}

/// Selects all users and reviews the change, up to the button that starts it.
pub(crate) async fn review(world: &World, page: &Page, to: bool) {
    let users = world.sandbox().user_ids().count();
    let verb = if to { "Enable" } else { "Disable" };
    page.press("checkbox", &format!("Select all {users} users")).await;
    page.press("button", &format!("{verb} MFA for {users} users")).await;
    page.see_review(to).await;
    page.hear(&format!("{users}\tSelected")).await;
    page.include_skipped().await;
    if page.find("combobox", "Pilot user").await.is_some() {
        let first = world.sandbox().user_ids().next().expect("the sandbox has users");
        page.choose_pilot(&first.to_string()).await;
    }
    if page.find("textbox", "Reason").await.is_some() {
        page.fill("textbox", "Reason", "A rehearsal").await;
    }
    if let Some(field) = page.names("textbox", "Type ").await.into_iter().next() {
        let number = field.trim_start_matches("Type ").replace(',', "");
        page.fill("textbox", &field, &number).await;
    }
}

/// Reconnects after the page was loaded. A stored run is continued, or shown if it is closed. Returns the stored run.
pub(crate) async fn reconnect(world: &World, page: &Page) -> Option<Restored> {
    let restored = JournalFiles::read(page).await.restored();
    connect(world, page).await;
    if let Some(restored) = &restored {
        page.press("tab", "Runs").await;
        if restored.closed_at.is_some() {
            page.press("button", "Open").await;
        } else {
            page.press_beginning("button", "Continue with ").await;
        }
    }
    restored
}

/// Presses the buttons a run may wait for. Returns whether the run is finished.
pub(crate) async fn advance(page: &Page) -> bool {
    if page.text().await.contains(" · finished ") {
        return true;
    }
    for name in GO_ON {
        press_if_there(page, name).await;
    }
    false
}

/// Presses a button whose name begins so, if there is one; it may disappear before it is clicked.
pub(crate) async fn press_if_there(page: &Page, beginning: &str) {
    let Some(name) = page.names("button", beginning).await.into_iter().next() else { return };
    if let Some(button) = page.find("button", &name).await {
        let _ = button.click().await;
    }
}

/// Polls the page until the run is finished.
pub(crate) async fn wait(page: &Page) {
    let deadline = Instant::now() + PATIENCE;
    while !advance(page).await {
        assert!(Instant::now() < deadline, "the run doesn't end:\n{}", page.text().await);
        sleep(POLL_INTERVAL).await;
    }
}

/// Saves the report and returns the file.
pub(crate) async fn save_report(world: &World, page: &Page) -> Vec<u8> {
    let downloads = world.downloads().await;
    page.save_report("JSON").await;
    downloads.bytes("", ".json").await
}

/// Parses a report; panics if that fails.
pub(crate) fn read(file: Vec<u8>) -> RunReport {
    report_file::read(file).unwrap_or_else(|fault| panic!("the report can't be read: {fault}"))
}
