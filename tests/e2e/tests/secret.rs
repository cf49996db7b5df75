//! The token on the disk: in no file of the browser's profile, in no spelling, at no moment.

use std::path::PathBuf;
use std::time::Duration;

use pingone_mfa_e2e::{Portal, World};
use pingone_sandbox::TokenSpec;
use pingone_sandbox::page::config_json;
use serde_json::json;

/// Long enough for a browser to write down its session, its storage and its cache.
const WRITTEN: Duration = Duration::from_secs(12);

/// The part of a token that nothing else has.
fn signature(token: &str) -> &str {
    token.rsplit('.').next().unwrap_or(token)
}

fn assert_nowhere(found: &[(PathBuf, &'static str)], moment: &str) {
    assert_eq!(found, [], "{moment}");
}

/// Without this the searches below would be true of a search that finds nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_keeps_the_token_is_found_out_in_every_spelling() {
    let mut world = World::with_users(1).await;
    world.renew_browser().await;
    let token = world.token(&TokenSpec::default());
    let page = world.visit(&world.bare_page().await).await;
    // A letter that is not of Latin has the browser keep a text in UTF-16.
    let keep = "const [token, done] = arguments;
        localStorage.setItem('raw', token);
        localStorage.setItem('wide', `${token}\u{738b}`);
        localStorage.setItem('base64', btoa(`{\"token\":\"${token}\"}`));
        done();";
    page.ask(keep, vec![json!(token)]).await.expect("the page keeps it");
    tokio::time::sleep(WRITTEN).await;
    let found = world.disk_with(signature(&token));
    for spelling in ["as it is", "UTF-16", "base64"] {
        assert!(found.iter().any(|(_, name)| *name == spelling), "{spelling} is not among {found:?}");
    }
    world.kill_browser().await;
    assert!(!world.disk_with(signature(&token)).is_empty(), "it outlives the browser");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_token_is_on_the_disk_at_no_moment_of_a_journey() {
    let mut world = World::with_users(30).await;
    world.renew_browser().await;
    let token = world.token(&TokenSpec::default());
    let secret = signature(&token).to_owned();
    let page = world.open().await;
    page.enter("password", "Access token", &token).await;
    page.press("button", "Connect").await;
    page.hear("30 users. List read").await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    page.choose("MFA status", "MFA: off").await;
    page.press_beginning("checkbox", "Select all ").await;
    page.press_beginning("button", "Enable MFA for ").await;
    page.include_skipped().await;
    page.press_beginning("button", "Run ").await;
    page.hear("Finished at").await;
    tokio::time::sleep(WRITTEN).await;
    assert_nowhere(&world.disk_with(&secret), "while the page is open");
    page.press("button", "Forget token").await;
    page.hear("Forgotten here.").await;
    let page = world.visit("about:blank").await;
    tokio::time::sleep(WRITTEN).await;
    assert_nowhere(&world.disk_with(&secret), "after somebody went elsewhere");
    drop(page);
    let page = world.open().await;
    page.connect(&token).await;
    page.hear("30 users. List read").await;
    world.kill_browser().await;
    assert_nowhere(&world.disk_with(&secret), "after the browser was killed with the page open");
    let origin = world.page_origin.trim_start_matches("http://").to_owned();
    let files = world.files_with(&[&secret, &origin]).await;
    assert_eq!(files[0], Vec::<PathBuf>::new(), "after the browser ended");
    assert!(!files[1].is_empty(), "the search does find what is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_a_portal_hands_to_the_frame_is_on_the_disk_at_no_moment() {
    let portal = Portal::new().await;
    let origin = portal.origin.clone();
    let ancestors = json!([&origin]);
    let keys = format!(r#"{{"frameAncestors":{ancestors},"tokenSources":["host"],"#);
    let mut world = World::start(30, move |api| config_json(api).replacen('{', &keys, 1)).await;
    world.renew_browser().await;
    let policy = "Content-Security-Policy: frame-ancestors";
    world.release.rewrite_headers(&format!("{policy} 'none'"), &format!("{policy} {origin}"));
    let token = world.token(&TokenSpec::default());
    let secret = signature(&token).to_owned();
    portal.serve(&world, |script| script).give(&token);
    let page = world.visit(&origin).await;
    page.enter_frame().await;
    page.hear("30 users. List read").await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    tokio::time::sleep(WRITTEN).await;
    assert_nowhere(&world.disk_with(&secret), "while the portal is open");
    world.kill_browser().await;
    assert_nowhere(&world.disk_with(&secret), "after the browser was killed with the portal open");
    let files = world.files_with(&[&secret, origin.trim_start_matches("http://")]).await;
    assert_eq!(files[0], Vec::<PathBuf>::new(), "after the browser ended");
    assert!(!files[1].is_empty(), "the search does find what is there");
}

/// What can be seen of it from outside: browsers offer to save what they take for a login, and drivers switch that offer
/// off. So what they go by is looked at, and that the store of passwords knows nothing of this origin.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_about_the_field_asks_to_be_saved_as_a_password() {
    let mut world = World::with_users(5).await;
    world.renew_browser().await;
    let page = world.open().await;
    page.see("password", "Access token").await;
    let field = "root.querySelector('input[type=password]')";
    let seen = page
        .ask_shadow(&format!(
            "[{field}.form === null, root.querySelector('form') === null, {field}.autocomplete, {field}.name, {field}.id]"
        ))
        .await;
    assert_eq!(seen, json!([true, true, "one-time-code", "", ""]));
    page.enter("password", "Access token", &world.token(&TokenSpec::default())).await;
    let value = page.ask_shadow(&format!("{field}?.value ?? ''")).await;
    assert_eq!(value, json!(""), "the field is emptied before anything is sent");
    page.press("button", "Connect").await;
    page.hear("5 users. List read").await;
    let fields = page.ask_shadow("root.querySelectorAll('input[type=password]').length").await;
    assert_eq!(fields, json!(0), "no field is left to be taken for one that was sent");
    world.visit("about:blank").await;
    let origin = world.page_origin.trim_start_matches("http://").to_owned();
    let files = world.files_with(&[&origin]).await;
    let saved = files[0].iter().any(|file| file.ends_with("Login Data"));
    assert!(!saved && !files[0].is_empty(), "{files:?}");
}
