//! Runs: reviewed, carried out, interrupted, continued, read back, reported, taken back. The sandbox's oracle is the
//! judge.

use pingone_mfa_e2e::{Page, World};
use pingone_sandbox::TokenSpec;
use pingone_sandbox::page::config_json;

/// The deployment's config.json with its ceilings lifted: what is tested here is not the pace.
fn quick(origin: &str) -> String {
    config_json(origin).replacen('{', r#"{"rate":{"read":2000,"write":400,"max":2000},"#, 1)
}

async fn listed(world: &World, users: &str) -> Page {
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    // So few are listed without being asked for.
    page.hear(&format!("{users} users. List read")).await;
    page
}

fn off(world: &World) -> usize {
    let sandbox = world.sandbox();
    sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) == Some(false)).count()
}

/// Selects everyone whose MFA is off, and begins a review.
async fn review_off(world: &World, page: &Page) -> usize {
    page.choose("MFA status", "MFA: off").await;
    let off = off(world);
    page.press("checkbox", &format!("Select all {off} that match")).await;
    page.press("button", &format!("Enable MFA for {off} users")).await;
    page.see("dialog", "Review: enable MFA").await;
    off
}

#[tokio::test(flavor = "multi_thread")]
async fn everyone_who_matches_is_changed_read_back_reported_and_taken_back() {
    let world = World::start(100, quick).await;
    let page = listed(&world, "100").await;
    let users = review_off(&world, &page).await;
    page.hear(&format!("{users} users chosen")).await;
    page.shoot("review").await;
    assert_eq!(page.focus().await, "Back");
    page.press("checkbox", "Include disabled accounts").await;
    page.press("button", &format!("Run {users} changes")).await;
    page.hear("Finished at").await;
    page.shoot("run-over").await;
    assert_eq!(off(&world), 0);
    page.hear(&format!("MFA was enabled for {users} users; {users} were read back and are on.")).await;

    page.press("button", &format!("Undo: disable MFA for {users} users")).await;
    page.see("dialog", "Review: disable MFA").await;
    page.hear("Reason: say why MFA is turned off.").await;
    page.shoot("review-off").await;
    page.fill("textbox", "Reason", "Taken back").await;
    page.fill("textbox", &format!("Type {users}"), &users.to_string()).await;
    page.press("button", &format!("Run {users} changes")).await;
    page.hear(&format!("MFA was disabled for {users} users; {users} were read back and are off.")).await;
    assert_eq!(off(&world), users);
}
