//! Signing in with PingOne, there and back, and what isn't taken of what comes back.

use std::time::Duration;

use pingone_mfa_e2e::{Page, World};
use pingone_sandbox::page::config_json;
use pingone_sandbox::{EnvironmentKind, PUBLIC_CLIENT_ID, Populations, Sandbox, Seed};
use serde_json::Value;

/// A deployment whose people sign in. The environment is the one that every first world has.
fn with_sign_in(origin: &str) -> String {
    let seed = Seed {
        users: 1,
        seed: 1,
        api_base: format!("{origin}/v1"),
        auth_base: origin.to_owned(),
        kind: EnvironmentKind::Production,
        populations: Populations::Usual,
    };
    let environment = Sandbox::new(seed).environment_id();
    let keys = format!(r#"{{"clientId":"{PUBLIC_CLIENT_ID}","environmentId":"{environment}","#);
    config_json(origin).replacen('{', &keys, 1)
}

fn only_sign_in(origin: &str) -> String {
    with_sign_in(origin).replacen('{', r#"{"tokenSources":["signin"],"#, 1)
}

async fn address(page: &Page) -> String {
    let script = "arguments[arguments.length - 1](location.href)";
    let address = page.ask(script, vec![]).await.ok();
    address.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Waits until the page is at an address that begins so.
async fn arrive(page: &Page, beginning: &str) {
    for _ in 0..200 {
        if address(page).await.starts_with(beginning) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let at = address(page).await;
    assert!(at.starts_with(beginning), "it isn't at {beginning}, but at {at}");
}

/// Presses the first of these on PingOne's own page, which is left by that.
async fn press_at_pingone(page: &Page, button: &str) {
    let script = "const button = document.querySelector(arguments[0]);
        setTimeout(() => button.click(), 0);
        arguments[arguments.length - 1]();";
    let pressed = page.ask(script, vec![button.into()]).await;
    assert!(pressed.is_ok(), "there is a {button}");
}

async fn go_to_pingone(world: &World, page: &Page) {
    page.press("button", "Sign in with PingOne").await;
    arrive(page, &world.api_origin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_and_is_connected_and_nothing_of_it_is_left_behind() {
    let mut world = World::start(20, with_sign_in).await;
    let page = world.open().await;
    page.see("button", "Sign in with PingOne").await;
    for (scheme, width) in [("light", 1440), ("dark", 400)] {
        page.wear(scheme, width, 900).await;
        page.shoot(&format!("sign-in-{scheme}-{width}")).await;
        assert_eq!(page.axe().await, Vec::<String>::new(), "{scheme} {width}");
    }
    page.wear("light", 1440, 900).await;
    go_to_pingone(&world, &page).await;
    let asked = address(&page).await;
    press_at_pingone(&page, "button[name=person]").await;
    arrive(&page, &world.page_origin).await;
    page.hear("20 users. List read").await;
    let back = address(&page).await;
    assert!(!back.contains("code=") && !back.contains("state="), "{back}");
    let text = page.text().await;
    assert!(text.contains("person "), "who acts is a person: {text}");
    let kept = page.ask("arguments[arguments.length - 1](JSON.stringify({...sessionStorage}))", vec![]).await;
    assert_eq!(kept.expect("the page answers"), "{}", "the attempt is used up");

    let names: Vec<(String, String)> =
        form_urlencoded::parse(asked.split_once('?').map_or(b"", |(_, query)| query.as_bytes()))
            .into_owned()
            .collect();
    let asked_for =
        |name: &str| names.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
    assert_eq!(asked_for("code_challenge_method"), Some("S256"));
    assert_eq!(asked_for("redirect_uri"), Some(format!("{}/", world.page_origin).as_str()));
    assert_eq!(world.complaints(false).await, Vec::<String>::new());
    let found = world.files_with(&["eyJhbGciOi"]).await;
    assert!(found.iter().all(Vec::is_empty), "no token is on the disk: {found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_declines_is_told_so_and_can_sign_in_again() {
    let world = World::start(20, only_sign_in).await;
    let page = world.open().await;
    go_to_pingone(&world, &page).await;
    press_at_pingone(&page, "button[name=cancel]").await;
    arrive(&page, &world.page_origin).await;
    page.hear("Nobody was signed in: you declined, or may not use this application (access_denied)").await;
    page.shoot("sign-in-declined").await;
    assert!(page.find("password", "Access token").await.is_none(), "nothing is pasted at this deployment");
    go_to_pingone(&world, &page).await;
    press_at_pingone(&page, "button[name=person]").await;
    arrive(&page, &world.page_origin).await;
    page.hear("20 users. List read").await;

    page.press("button", "Replace token").await;
    page.shoot("sign-in-again").await;
    assert!(page.find("password", "Access token").await.is_none(), "and nothing is pasted later");
    page.press("button", "Sign in again").await;
    arrive(&page, &world.api_origin).await;
    press_at_pingone(&page, "button[name=person]").await;
    arrive(&page, &world.page_origin).await;
    page.hear("20 users. List read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_waits_for_signs_nobody_in_and_leaves_the_address() {
    let world = World::start(20, with_sign_in).await;
    let forged = format!("{}/?code=stolen&state=guessed", world.page_origin);
    let page = world.visit(&forged).await;
    page.hear("this tab didn't begin it, or it was answered before").await;
    assert!(!address(&page).await.contains("stolen"));
    assert_eq!(world.sandbox().oracle().counts().put, 0);

    go_to_pingone(&world, &page).await;
    let page = world.visit(&forged).await;
    page.hear("the answer doesn't belong to this tab").await;
    let page = world.visit(&forged).await;
    page.hear("this tab didn't begin it, or it was answered before").await;
}
