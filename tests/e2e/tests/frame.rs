//! The product in a frame of a portal on another site: the portal provides tokens and gets counts
//! and IDs; other pages get nothing.

use std::time::Duration;

use pingone_mfa_e2e::{Page, Portal, World};
use pingone_sandbox::page::config_json;
use pingone_sandbox::{Fault, On, Rule, TokenSpec};
use serde_json::Value;

/// A config.json with high limits and these frame ancestors.
fn framed_by(ancestors: &[&str]) -> impl Fn(&str) -> String {
    let ancestors = serde_json::to_string(ancestors).expect("a list has a JSON form");
    move |api: &str| {
        let keys = format!(
            r#"{{"frameAncestors":{ancestors},"tokenSources":["host"],"rate":{{"read":2000,"write":400,"max":2000}},"#
        );
        config_json(api).replacen('{', &keys, 1)
    }
}

/// Edits the line of `_headers` that a deployer edits to allow framing.
fn permit_framing(world: &World, origin: &str) {
    let policy = "Content-Security-Policy: frame-ancestors";
    world.release.rewrite_headers(&format!("{policy} 'none'"), &format!("{policy} {origin}"));
}

pub(super) async fn world_framed_by(portal: &Portal, users: u32) -> World {
    let world = World::start(users, framed_by(&[&portal.origin])).await;
    permit_framing(&world, &portal.origin);
    world
}

pub(super) fn unmodified(script: String) -> String {
    script
}

/// A portal with a connected page in its frame. What follows happens in the frame.
pub(super) async fn opened(world: &World, portal: Portal) -> Page {
    let origin = portal.origin.clone();
    let backend = portal.serve(world, unmodified);
    backend.give(&world.token(&TokenSpec::default()));
    let page = world.visit(&origin).await;
    wait_for_event(&page, "connected").await;
    page.enter_frame().await;
    page
}

/// Presses the portal's button for the dark theme, and returns to the frame.
pub(super) async fn press_dark(page: &Page) {
    page.leave_frame().await;
    page.value("document.getElementById('dark').click()").await;
    page.enter_frame().await;
    let widget = "document.querySelector('pingone-mfa').shadowRoot.firstElementChild";
    page.until(&format!("getComputedStyle({widget}).colorScheme === 'dark'")).await;
}

/// A well-formed token with an invalid signature, which PingOne refuses.
fn refused_token(world: &World) -> String {
    let token = world.token(&TokenSpec::default());
    let (rest, signature) = token.rsplit_once('.').expect("a token has three parts");
    let altered: String = signature.chars().rev().collect();
    assert_ne!(altered, signature);
    format!("{rest}.{altered}")
}

/// The events that the portal received, in order.
async fn received_events(page: &Page) -> Vec<String> {
    let lines = page.value("[...document.querySelectorAll('#told li')].map((line) => line.innerText)").await;
    lines.as_array().expect("a list of lines").iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

pub(super) async fn wait_for_event(page: &Page, beginning: &str) {
    page.until(&format!(
        "[...document.querySelectorAll('#told li')].some((line) => line.innerText.startsWith({beginning:?}))"
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_provides_tokens_and_gets_counts_and_ids() {
    let portal = Portal::new().await;
    let world = world_framed_by(&portal, 30).await;
    let origin = portal.origin.clone();
    let backend = portal.serve(&world, unmodified);
    let token = world.token(&TokenSpec::default());
    backend.give(&token);
    let page = world.visit(&origin).await;
    // Record all messages to the portal's window, including those that the portal's script ignores.
    page.value(
        "(window.heard = [], addEventListener('message', ({ data }) => heard.push(JSON.stringify(data))))",
    )
    .await;
    wait_for_event(&page, "connected").await;

    page.enter_frame().await;
    page.hear("30 users · read").await;
    assert!(page.find("password", "Access token").await.is_none(), "tokens come only from the portal");
    let jonas = world.sandbox().user_by_username("jonas.brandt").unwrap();
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    assert_eq!(world.sandbox().mfa_enabled(jonas), Some(true));

    // During the run PingOne refuses the token, and the portal provides another.
    let on = On { method: Some("PUT".into()), endpoint: Some("mfaEnabled".into()), user: None, page: None };
    let fault = Fault::Status { status: 401, retry_after: None, without_cors: false };
    world.sandbox().add_fault(Rule { on, share: 1.0, skip: 1, times: Some(1), fault }).unwrap();
    let next = world.token(&TokenSpec { lifetime_seconds: 3000, ..TokenSpec::default() });
    backend.give(&next);
    page.filter("MFA", "Off").await;
    page.press_beginning("checkbox", "Select all ").await;
    page.press_beginning("button", "Enable MFA for ").await;
    page.hear("This page is inside another one.").await;
    page.include_skipped().await;
    page.start_reviewed_run().await;
    page.run_finished().await;
    for token in [&token, &next] {
        assert_eq!(page.sinks_with(token).await, Vec::<String>::new());
    }

    page.leave_frame().await;
    page.check_appearance("frame").await;
    wait_for_event(&page, "run-finished").await;
    let received_events = received_events(&page).await;
    let at = |beginning: &str| received_events.iter().position(|line| line.starts_with(beginning));
    let order = [
        at("ready"),
        at(r#"token-needed {"request":1,"reason":"start"}"#),
        at("connected"),
        at(r#"token-needed {"request":2,"reason":"unauthorized"}"#),
        at("run-finished"),
    ];
    assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{received_events:?}");
    assert!(at("run-progress").is_some(), "{received_events:?}");
    let finished: Value =
        serde_json::from_str(received_events.last().unwrap().trim_start_matches("run-finished ")).unwrap();
    assert_eq!((&finished["done"], &finished["failed"]), (&finished["total"], &0.into()), "{finished}");
    assert_eq!(finished["stopped"], false);
    let heard = page.value("heard.join(' ')").await;
    let heard = heard.as_str().unwrap();
    assert!(heard.contains("pingone-mfa:height"), "{heard}");
    for token in [&token, &next] {
        assert!(!heard.contains(token.as_str()), "no message contains a token");
        assert_eq!(page.sinks_with(token).await, Vec::<String>::new());
    }
    assert!(!heard.contains("jonas") && !received_events.concat().contains("jonas"));
    let complaints = world.complaints(false).await;
    assert_eq!(complaints, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_replaced_by_the_portal() {
    let portal = Portal::new().await;
    let world = world_framed_by(&portal, 5).await;
    let origin = portal.origin.clone();
    let backend = portal.serve(&world, unmodified);
    backend.give(&refused_token(&world));
    let page = world.visit(&origin).await;
    wait_for_event(&page, r#"token-needed {"request":2,"reason":"unauthorized"}"#).await;
    backend.give(&world.token(&TokenSpec::default()));
    wait_for_event(&page, "connected").await;
    page.enter_frame().await;
    page.hear("5 users · read").await;

    page.leave_frame().await;
    page.value("document.querySelector('#sign-out').click()").await;
    page.enter_frame().await;
    page.hear("Get a token from the portal").await;
    page.press("button", "Get a token from the portal").await;
    page.hear("5 users · read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_without_a_token_can_be_asked_again() {
    let portal = Portal::new().await;
    let world = world_framed_by(&portal, 5).await;
    let origin = portal.origin.clone();
    let backend = portal.serve(&world, unmodified);
    let page = world.visit(&origin).await;
    page.enter_frame().await;
    page.hear("The portal provided no token that can be used here.").await;
    backend.give("5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4");
    page.press("button", "Ask again").await;
    page.hear("This token is damaged").await;
    backend.give(&world.token(&TokenSpec::default()));
    page.press("button", "Ask again").await;
    page.hear("5 users · read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expiring_token_is_replaced_before_it_expires() {
    let portal = Portal::on_the_same_site().await;
    let world = world_framed_by(&portal, 5).await;
    let origin = portal.origin.clone();
    let backend = portal.serve(&world, unmodified);
    backend.give(&world.token(&TokenSpec { lifetime_seconds: 182, ..TokenSpec::default() }));
    let page = world.visit(&origin).await;
    wait_for_event(&page, "connected").await;
    backend.give(&world.token(&TokenSpec { lifetime_seconds: 7200, ..TokenSpec::default() }));
    wait_for_event(&page, r#"token-needed {"request":2,"reason":"expiry"}"#).await;
    page.enter_frame().await;
    page.hear("119 min").await;
    assert_eq!(world.complaints(false).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn height_theme_and_keyboard_focus_work_across_the_frame() {
    let portal = Portal::new().await;
    let world = world_framed_by(&portal, 5).await;
    let origin = portal.origin.clone();
    let backend = portal.serve(&world, unmodified);
    backend.give(&world.token(&TokenSpec::default()));
    let page = world.visit(&origin).await;
    page.emulate_display("light", 1280, 3000).await;
    wait_for_event(&page, "connected").await;
    page.enter_frame().await;
    page.hear("5 users · read").await;
    // The numbers come last. Until then the frame grows, and a press could miss.
    page.hear("of 5 users (").await;
    let height = "document.querySelector('pingone-mfa').shadowRoot.querySelector('.widget').offsetHeight";
    let is_whole = format!("{height} > 400 && innerHeight === {height}");
    page.until(&is_whole).await;
    let before = page.value("innerHeight").await.as_u64().unwrap();
    page.leave_frame().await;
    page.value("document.querySelector('#sign-out').click()").await;
    page.enter_frame().await;
    page.until(&format!("innerHeight < {before} && innerHeight === Math.max(320, {height})")).await;
    page.press("button", "Get a token from the portal").await;
    page.until(&format!("innerHeight === {before}")).await;

    let accent =
        "getComputedStyle(document.querySelector('pingone-mfa')).getPropertyValue('--pingone-mfa-accent')";
    assert_eq!(page.value(accent).await, "#7a1fa2");
    let scheme =
        "getComputedStyle(document.querySelector('pingone-mfa').shadowRoot.firstElementChild).colorScheme";
    assert_eq!(page.value(scheme).await, "light");
    page.leave_frame().await;
    page.value("document.querySelector('#dark').click()").await;
    page.enter_frame().await;
    page.until(&format!("{scheme} === 'dark'")).await;

    page.leave_frame().await;
    page.value("document.querySelector('#sign-out').focus()").await;
    page.type_keys(thirtyfour::Key::Tab + "").await;
    assert_eq!(page.value("document.activeElement.tagName").await, "IFRAME");
    page.enter_frame().await;
    assert_eq!(page.focus().await, "Users");
    page.leave_frame().await;
    page.step_back().await;
    assert_eq!(page.value("document.activeElement.id").await, "sign-out");
    page.value("document.querySelector('#after').focus()").await;
    page.step_back().await;
    assert_eq!(page.value("document.activeElement.tagName").await, "IFRAME");
    page.type_keys(thirtyfour::Key::Tab + "").await;
    assert_eq!(page.value("document.activeElement.id").await, "after");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_theme_that_is_set_before_the_frame_is_ready_is_applied() {
    let portal = Portal::new().await;
    let world = world_framed_by(&portal, 5).await;
    let origin = portal.origin.clone();
    let backend = portal.serve(&world, |script| format!("{script}\nmfa.look({{ theme: 'dark' }});\n"));
    backend.give(&world.token(&TokenSpec::default()));
    let page = world.visit(&origin).await;
    wait_for_event(&page, "connected").await;
    page.enter_frame().await;
    page.hear("5 users · read").await;
    page.until(
        "getComputedStyle(document.querySelector('pingone-mfa').shadowRoot.firstElementChild).colorScheme === 'dark'",
    )
    .await;
    let accent =
        "getComputedStyle(document.querySelector('pingone-mfa')).getPropertyValue('--pingone-mfa-accent')";
    assert_eq!(page.value(accent).await, "#7a1fa2", "other properties are kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_outside_the_protocol_have_no_effect() {
    let portal = Portal::on_the_same_site().await;
    let world = world_framed_by(&portal, 5).await;
    let origin = portal.origin.clone();
    let backend = portal.serve(&world, unmodified);
    let token = world.token(&TokenSpec::default());
    backend.give(&token);
    let page = world.visit(&origin).await;
    wait_for_event(&page, "connected").await;
    page.value(
        "(window.heard = [], addEventListener('message', ({ data }) => heard.push(JSON.stringify(data))))",
    )
    .await;
    let cyclic = "(() => { const cyclic = { type: 'pingone-mfa:token', version: 1 }; cyclic.self = cyclic; return cyclic; })()";
    for message in [
        "null",
        "1n",
        "'pingone-mfa:forget'",
        "{ type: 'pingone-mfa:forget' }",
        "{ type: 'pingone-mfa:forget', version: 2 }",
        "{ type: 'pingone-mfa:get-token', version: 1 }",
        "{ type: 'pingone-mfa:token', version: 1, request: 1, accessToken: 'eyJ.eyJ.x' }",
        "{ type: 'pingone-mfa:hello', version: 1, environmentId: 'x' }",
        "{ type: 'pingone-mfa:look', version: 1, theme: 'sepia', properties: { '--pingone-mfa-ink': 'url(//x)' } }",
        "new Map([['type', 'pingone-mfa:forget']])",
        "'x'.repeat(5000000)",
        cyclic,
    ] {
        page.value(&format!(
            "document.querySelector('iframe').contentWindow.postMessage({message}, {:?})",
            world.page_origin
        ))
        .await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let console = world.console().await;
    for said in
        ["version must be 1", "type is not known", "request is not one that is waited for", "theme must be"]
    {
        assert!(console.contains(said), "{said} in {console}");
    }
    assert!(!console.contains("eyJ"), "{console}");
    // Loading the list changes the height regardless of the posted messages.
    let answers =
        page.value("heard.filter((message) => !message.includes('\"pingone-mfa:height\"')).join(' ')").await;
    assert_eq!(answers, "", "the page didn't reply");
    page.enter_frame().await;
    page.hear("5 users · read").await;
}

/// Checks that the frame is an empty page that sends neither messages to the portal nor requests.
async fn assert_empty(world: &World, page: &Page) {
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(received_events(page).await, Vec::<String>::new());
    page.enter_frame().await;
    assert_eq!(page.value("document.querySelector('pingone-mfa')").await, Value::Null);
    assert_eq!(page.value("document.body.innerText.trim()").await, "");
    page.leave_frame().await;
    assert!(world.sandbox().seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_frame_of_an_unlisted_origin_the_page_stays_empty() {
    for ancestors in [vec![], vec!["https://portal.example.com"]] {
        let portal = Portal::on_the_same_site().await;
        let world = World::start(1, framed_by(&ancestors)).await;
        // The headers allow every ancestor, so that this tests the page's own check.
        permit_framing(&world, "*");
        let origin = portal.origin.clone();
        portal.serve(&world, unmodified).give(&world.token(&TokenSpec::default()));
        let page = world.visit(&origin).await;
        assert_empty(&world, &page).await;
        assert!(world.console().await.contains("frameAncestors; this frame stays empty"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_default_headers_forbid_framing() {
    let portal = Portal::new().await;
    let world = World::start(1, framed_by(&[&portal.origin])).await;
    let origin = portal.origin.clone();
    portal.serve(&world, unmodified).give(&world.token(&TokenSpec::default()));
    let page = world.visit(&origin).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(received_events(&page).await, Vec::<String>::new());
    assert!(world.console().await.contains("frame-ancestors"));
    assert!(world.sandbox().seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_full_page_never_runs_in_a_frame_and_the_embed_page_only_in_one() {
    let portal = Portal::new().await;
    let world = World::start(1, framed_by(&[&portal.origin])).await;
    world.release.rewrite_headers("frame-ancestors 'none'", "frame-ancestors *");
    world.release.rewrite_headers("X-Frame-Options: DENY", "X-Other: x");
    let origin = portal.origin.clone();
    let index = |script: String| script.replace("/embed.html", "/index.html");
    portal.serve(&world, index).give(&world.token(&TokenSpec::default()));
    let page = world.visit(&origin).await;
    assert_empty(&world, &page).await;
    let page = world.visit(&format!("{}/embed.html", world.page_origin)).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(page.value("document.body.childElementCount").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_portal_script_is_small_and_is_released_under_both_names() {
    let world = World::with_users(1).await;
    let own = std::fs::read(world.release.file("pingone-mfa-frame-", ".js")).unwrap();
    let stays = std::fs::read(world.release.file("pingone-mfa-frame", "frame.js")).unwrap();
    assert_eq!(own, stays);
    assert!(own.len() < 3000, "{} bytes", own.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_leaves_out_tabs_and_the_token_menu() {
    let portal = Portal::new().await;
    let world = world_framed_by(&portal, 5).await;
    let origin = portal.origin.clone();
    let options = r#"theme: "light", views: "users requests", chrome: "no-token-menu","#;
    let backend = portal.serve(&world, |script| script.replace(r#"theme: "light","#, options));
    backend.give(&world.token(&TokenSpec::default()));
    let page = world.visit(&origin).await;
    wait_for_event(&page, "connected").await;
    page.enter_frame().await;
    page.hear("5 users · read").await;
    assert_eq!(page.names("tab", "").await, ["Users", "Requests"]);
    assert!(page.find("button", "Token").await.is_none());
}
