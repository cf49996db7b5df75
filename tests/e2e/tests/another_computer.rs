//! A run that two computers carry out: two browsers that share nothing but the environment.

use std::collections::HashSet;
use std::time::Duration;

use pingone_mfa_e2e::{Page, World};
use pingone_sandbox::TokenSpec;
use pingone_sandbox::page::config_json;
use uuid::Uuid;

/// A write limit slow enough for manual steps during a run.
fn slow(origin: &str) -> String {
    config_json(origin).replacen('{', r#"{"rate":{"read":2000,"write":30,"max":2000},"#, 1)
}

const USERS: u32 = 400;

async fn connect(world: &World, page: &Page) {
    page.connect(&world.token(&TokenSpec::default())).await;
    // A filter of an earlier visit is in the address.
    page.hear(&format!("{USERS} users")).await;
    page.hear(" · read ").await;
}

fn users_off(world: &World) -> HashSet<Uuid> {
    let sandbox = world.sandbox();
    sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) == Some(false)).collect()
}

/// Waits until this number of further users have been turned on.
async fn wait_for_changes(world: &World, more: usize) {
    let before = users_off(world).len();
    for _ in 0..600 {
        if users_off(world).len() + more <= before {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("fewer than {more} users were changed");
}

/// Begins a run, pauses it and saves it for another computer. Returns the number of users and the file's text.
async fn save_paused_run(world: &World, page: &Page) -> (usize, String) {
    connect(world, page).await;
    let users = users_off(world).len();
    page.filter("MFA", "Off").await;
    page.press("checkbox", &format!("Select all {users} users")).await;
    page.press("button", &format!("Enable MFA for {users} users")).await;
    page.see_review(true).await;
    page.include_skipped().await;
    let pilot = *users_off(world).iter().min().expect("a user is off");
    page.choose_pilot(&pilot.to_string()).await;
    page.start_with_pilot().await;
    page.hear("Pilot user changed. Check that they can sign in, then continue.").await;
    page.press_beginning("button", "Continue with ").await;
    page.press("button", "Pause").await;
    page.hear("Paused.").await;
    let folder = world.downloads().await;
    page.press("button", "Save run file").await;
    (users, folder.file(".txt").await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_saved_for_another_computer_asks_before_it_continues_here_even_after_reload() {
    let world = World::start(USERS, slow).await;
    let page = world.open().await;
    let (users, _) = save_paused_run(&world, &page).await;
    page.hear("Paused: this run was saved for another computer.").await;
    page.hear("both computers would change the same users").await;
    page.check_appearance("run-handed-over").await;
    page.reload().await;
    connect(&world, &page).await;
    page.hear("you will be asked before it continues here").await;
    let sent = world.sandbox().oracle().counts().put;
    page.press_beginning("button", "Continue with ").await;
    page.hear("Paused: this run was saved for another computer.").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(world.sandbox().oracle().counts().put, sent, "nothing is sent before the user decides");
    page.press("button", "Continue on this computer").await;
    page.run_changed("enabled", users).await;
    assert_eq!(world.sandbox().oracle().counts().put, users as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_computers_with_the_same_run_detect_each_other_and_write_few_users_twice() {
    let mut world = World::start(USERS, slow).await;
    let here = world.open().await;
    let (users, file) = save_paused_run(&world, &here).await;
    let file = world.file("run.txt", file.as_bytes());
    let there = world.open_elsewhere().await;
    connect(&world, &there).await;
    there.press("tab", "Runs").await;
    there.choose_file("Open run file…", &file).await;
    there.hear("Not finished: ").await;
    there.press_beginning("button", "Continue with ").await;
    wait_for_changes(&world, 10).await;
    there.press("button", "Pause").await;
    there.hear("Paused.").await;

    here.press("button", "Continue on this computer").await;
    wait_for_changes(&world, 40).await;
    there.press("button", "Resume").await;
    there.hear("Paused: someone else is changing these users.").await;
    there.hear("of the remaining users had MFA on already").await;
    here.press("button", "Pause").await;
    here.hear("Paused.").await;
    assert!(there.spoken().await.contains("someone else is changing these users"));
    there.check_appearance("run-another-writer").await;

    // It may pause again because of users that were still being changed here.
    for _ in 0..8 {
        if !there.names("button", "Continue with ").await.is_empty() {
            there.press_beginning("button", "Continue with ").await;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    wait_for_changes(&world, 40).await;
    there.press("button", "Pause").await;
    there.hear("Paused.").await;
    here.press("button", "Resume").await;
    here.hear("Paused: someone else is changing these users.").await;
    here.press_beginning("button", "Continue with ").await;
    here.run_finished().await;
    there.press("button", "Stop").await;
    there.press("button", "Stop run").await;
    there.hear(" · stopped ").await;
    for page in [&here, &there] {
        page.hear("Someone else was changing the same users, from").await;
    }
    let folder = world.downloads().await;
    here.save_report("JSON").await;
    assert!(folder.file(".json").await.contains("\"anotherWriterSeenAt\":\"20"));
    here.check_appearance("run-over-another-writer").await;
    let duplicates = world.sandbox().oracle().counts().put.checked_sub(users as u64);
    assert!(
        duplicates.is_some_and(|duplicates| duplicates <= 50),
        "all users were written, and few of them twice: {duplicates:?}"
    );
    assert!(users_off(&world).is_empty());
}
