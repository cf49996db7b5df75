//! The token is never on disk: it is in no file of the browser's profile, in no encoding, at any moment.

use std::path::PathBuf;
use std::time::Duration;

use pingone_mfa_e2e::{Portal, World};
use pingone_sandbox::TokenSpec;
use pingone_sandbox::page::config_json;
use serde_json::json;
use thirtyfour::Key;

/// Time after which a browser has written its session, storage and cache to disk.
const WRITE_DELAY: Duration = Duration::from_secs(12);

/// The token's signature, which is unique to it.
fn signature(token: &str) -> &str {
    token.rsplit('.').next().unwrap_or(token)
}

fn assert_not_on_disk(found: &[(PathBuf, &'static str)], moment: &str) {
    assert_eq!(found, [], "{moment}");
}

/// Control: a page that stores the token is detected. Otherwise the tests below would also pass
/// with a search that finds nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_stores_the_token_is_detected_in_every_encoding() {
    let mut world = World::with_users(1).await;
    world.renew_browser().await;
    let token = world.token(&TokenSpec::default());
    let page = world.visit(&world.bare_page().await).await;
    // With a non-Latin character the browser stores the text in UTF-16.
    let keep = "const [token, done] = arguments;
        localStorage.setItem('raw', token);
        localStorage.setItem('wide', `${token}\u{738b}`);
        localStorage.setItem('base64', btoa(`{\"token\":\"${token}\"}`));
        done();";
    page.ask(keep, vec![json!(token)]).await.expect("the page stores it");
    tokio::time::sleep(WRITE_DELAY).await;
    let found = world.disk_with(signature(&token));
    for encoding in ["as it is", "UTF-16", "base64"] {
        assert!(found.iter().any(|(_, name)| *name == encoding), "{encoding} is not among {found:?}");
    }
    world.kill_browser().await;
    assert!(
        !world.disk_with(signature(&token)).is_empty(),
        "the token is on disk after the browser has ended"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_token_is_never_on_disk() {
    let mut world = World::with_users(30).await;
    world.renew_browser().await;
    let token = world.token(&TokenSpec::default());
    let secret = signature(&token).to_owned();
    let page = world.open().await;
    page.fill("password", "Access token", &token).await;
    page.press("button", "Connect").await;
    page.hear("30 users · read").await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    page.filter("MFA", "Off").await;
    page.press_beginning("checkbox", "Select all ").await;
    page.press_beginning("button", "Enable MFA for ").await;
    page.include_skipped().await;
    page.start_reviewed_run().await;
    page.run_finished().await;
    tokio::time::sleep(WRITE_DELAY).await;
    assert_not_on_disk(&world.disk_with(&secret), "while the page is open");
    page.forget_token().await;
    page.hear("Token forgotten.").await;
    let page = world.visit("about:blank").await;
    tokio::time::sleep(WRITE_DELAY).await;
    assert_not_on_disk(&world.disk_with(&secret), "after leaving the page");
    drop(page);
    let page = world.open().await;
    page.connect(&token).await;
    page.hear("30 users · read").await;
    world.kill_browser().await;
    assert_not_on_disk(&world.disk_with(&secret), "after the browser was killed with the page open");
    let origin = world.page_origin.trim_start_matches("http://").to_owned();
    let files = world.files_with(&[&secret, &origin]).await;
    assert_eq!(files[0], Vec::<PathBuf>::new(), "after the browser ended");
    assert!(!files[1].is_empty(), "the search does find stored data");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_from_a_portal_is_never_on_disk() {
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
    page.hear("30 users · read").await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    tokio::time::sleep(WRITE_DELAY).await;
    assert_not_on_disk(&world.disk_with(&secret), "while the portal is open");
    world.kill_browser().await;
    assert_not_on_disk(&world.disk_with(&secret), "after the browser was killed with the portal open");
    let files = world.files_with(&[&secret, origin.trim_start_matches("http://")]).await;
    assert_eq!(files[0], Vec::<PathBuf>::new(), "after the browser ended");
    assert!(!files[1].is_empty(), "the search does find stored data");
}

/// Browsers offer to save values that they take for a login, and drivers turn that offer off. So this checks the
/// properties that browsers decide by, and that the password store has no entry for this origin.
#[tokio::test(flavor = "multi_thread")]
async fn the_token_field_is_not_offered_as_a_password() {
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
    page.fill("password", "Access token", &world.token(&TokenSpec::default())).await;
    // Nothing is sent yet. A typed token is taken out of the field once typing stops.
    page.until_shadow(&format!("{field}.value === ''")).await;
    // Browsers treat Enter in a password field as a login.
    page.type_keys(Key::Enter + "").await;
    page.hear("5 users · read").await;
    let fields = page.ask_shadow("root.querySelectorAll('input[type=password]').length").await;
    assert_eq!(fields, json!(0), "no password field is left in the document");
    world.visit("about:blank").await;
    let origin = world.page_origin.trim_start_matches("http://").to_owned();
    let files = world.files_with(&[&origin]).await;
    let saved = files[0].iter().any(|file| file.ends_with("Login Data"));
    assert!(!saved && !files[0].is_empty(), "{files:?}");
}
