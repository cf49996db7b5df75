//! A page that can't start says which file is to blame, and is never white.

use pingone_mfa_e2e::World;
use pingone_sandbox::TokenSpec;
use pingone_sandbox::page::config_json;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn altered_wasm_is_refused_by_name() {
    let world = World::with_users(1).await;
    world.release.alter("pingone-mfa-", ".wasm");
    let page = world.open().await;
    page.hear("PingOne MFA stopped").await;
    page.hear(".wasm doesn't match this release.").await;
    assert!(page.find("password", "Access token").await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_wasm_is_refused_by_name() {
    let world = World::with_users(1).await;
    world.release.cut("pingone-mfa-", ".wasm");
    world.open().await.hear(".wasm doesn't match this release.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_wasm_is_named_with_its_status() {
    let world = World::with_users(1).await;
    world.release.remove("pingone-mfa-", ".wasm");
    world.open().await.hear(".wasm: the server answered 404.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_is_there_without_the_rest_which_is_named_and_loaded_again() {
    let world = World::with_users(3).await;
    let rest = world.release.file("rest-", ".wasm");
    let whole = std::fs::read(&rest).unwrap();
    world.release.remove("rest-", ".wasm");
    let page = world.open().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.press("button", "Connect").await;
    page.hear("The rest of the page could not be loaded. Nothing was sent").await;
    page.hear(".wasm: the server answered 404. Files of this release are missing.").await;
    assert!(world.sandbox().seen().is_empty(), "nothing was sent");
    assert_eq!(page.axe().await, Vec::<String>::new());

    let mut altered = whole.clone();
    altered[whole.len() / 2] ^= 1;
    std::fs::write(&rest, altered).unwrap();
    page.press("button", "Try again").await;
    page.hear(".wasm doesn't match this release.").await;
    assert!(world.sandbox().seen().is_empty(), "nothing was sent");

    std::fs::write(&rest, whole).unwrap();
    page.press("button", "Try again").await;
    page.hear("3 users. List read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_quicker_than_the_rest_reads_that_it_is_loading() {
    let world = World::with_users(3).await;
    let page = world.open().await;
    page.see("password", "Access token").await;
    // From now on the network is slow, and the rest is asked for anew.
    page.devtools("Network.enable", json!({})).await.unwrap();
    let slow = json!({"offline": false, "latency": 0, "downloadThroughput": 200_000, "uploadThroughput": -1});
    page.devtools("Network.setCacheDisabled", json!({"cacheDisabled": true})).await.unwrap();
    page.devtools("Network.emulateNetworkConditions", slow).await.unwrap();
    page.reload().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.press("button", "Connect").await;
    page.see("button", "Loading …").await;
    page.hear("3 users. List read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn altered_style_is_refused_by_name() {
    let world = World::with_users(1).await;
    world.release.alter("widget-", ".css");
    world.open().await.hear(".css doesn't match this release.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_or_missing_element_is_refused_by_name() {
    let world = World::with_users(1).await;
    world.release.alter("element-", ".js");
    let page = world.open().await;
    page.hear("PingOne MFA didn't start").await;
    page.hear("doesn't match this release").await;
    world.release.remove("element-", ".js");
    world.open().await.hear(".js: the server answered 404.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_boot_script_leaves_the_last_word() {
    let world = World::with_users(1).await;
    world.release.alter("boot-", ".js");
    world.open().await.hear("boot.js was refused by the browser").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_forbids_wasm_is_named_with_the_missing_word() {
    let world = World::with_users(1).await;
    world.release.rewrite_headers(" 'wasm-unsafe-eval'", "");
    world.open().await.hear("script-src needs 'wasm-unsafe-eval'").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_config_is_named_by_its_field_and_a_missing_one_is_none() {
    let world = World::start(1, |_| r#"{"listOnConect": 5}"#.to_owned()).await;
    world.open().await.hear("config.json: listOnConect: is not known").await;
    let world = World::start(1, |_| String::new()).await;
    world.open().await.see("password", "Access token").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_worker_on_the_origin_is_a_reason_to_stop() {
    let world = World::with_users(1).await;
    // Another application of the origin installs it, under a laxer policy of its own.
    world.release.add("sw.js", "self.addEventListener('fetch', () => {});");
    world.release.rewrite_headers("Content-Security-Policy", "X-Other-Policy");
    let page = world.open().await;
    page.see("password", "Access token").await;
    page.run(
        "const done = arguments[0];
        navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(() => done(true));",
    )
    .await;
    world.release.rewrite_headers("X-Other-Policy", "Content-Security-Policy");
    page.reload().await;
    page.hear("A service worker is installed for").await;
    assert!(page.find("password", "Access token").await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_is_strict_on_every_file_and_nothing_breaks_it() {
    let world = World::start(1, config_json).await;
    let headers = std::fs::read_to_string(world.release.file("_headers", "")).unwrap();
    let policy = headers.lines().find(|line| line.contains("Content-Security-Policy")).unwrap();
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
    assert!(policy.contains("require-trusted-types-for 'script'; trusted-types pingone-mfa"), "{policy}");
    let page = world.open().await;
    page.see("password", "Access token").await;
    assert_eq!(world.complaints(true).await, Vec::<String>::new());
}
