//! Signing in with PingOne, there and back, and what isn't taken of what comes back.

use std::time::Duration;

use pingone_mfa_e2e::{Page, Portal, World};
use pingone_sandbox::page::config_json;
use pingone_sandbox::{EnvironmentKind, Fault, On, PUBLIC_CLIENT_ID, Populations, Rule, Sandbox, Seed};
use serde_json::Value;

/// A deployment whose people sign in. The environment is the one that every first world has.
pub(super) fn with_sign_in(origin: &str) -> String {
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

fn renewing(origin: &str) -> String {
    with_sign_in(origin).replacen('{', r#"{"refresh":true,"#, 1)
}

/// With a pace at which a run takes some time.
fn slow(origin: &str) -> String {
    with_sign_in(origin).replacen('{', r#"{"rate":{"read":2000,"write":4,"max":2000},"#, 1)
}

/// A page that shares its windows' group, as a portal's may be: it sees whether a window is closed.
pub(super) fn without_isolation(world: &World) {
    world.release.rewrite_headers(
        "Cross-Origin-Opener-Policy: same-origin",
        "Cross-Origin-Opener-Policy: unsafe-none",
    );
    world.release.rewrite_headers(
        "Cross-Origin-Embedder-Policy: require-corp",
        "Cross-Origin-Embedder-Policy: unsafe-none",
    );
}

/// How often an endpoint of the authorization server was asked for.
fn asked(world: &World, method: &str, endpoint: &str) -> usize {
    let sandbox = world.sandbox();
    let is_it = |path: &str| path.ends_with(&format!("/as/{endpoint}"));
    sandbox.seen().iter().filter(|seen| seen.method == method && is_it(&seen.path)).count()
}

/// Does something in the page.
async fn perform(page: &Page, script: &str) {
    page.run(&format!("{script}; arguments[arguments.length - 1]();")).await;
}

pub(super) async fn signed_in(world: &World) -> Page {
    let page = world.open().await;
    go_to_pingone(world, &page).await;
    press_at_pingone(&page, "button[name=person]").await;
    arrive(&page, &world.page_origin).await;
    page.hear(" users. List read").await;
    page
}

/// Signs in in the window that the page has opened, which closes by itself.
async fn sign_in_in_window(world: &World, page: &Page) {
    let from = page.opened_window().await;
    arrive(page, &world.api_origin).await;
    press_at_pingone(page, "button[name=person]").await;
    page.show_tab(&from).await;
    for _ in 0..100 {
        if page.tabs().await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(page.tabs().await, 1, "the window closes");
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
    world.renew_browser().await;
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
    sign_in_in_window(&world, &page).await;
    page.see("button", "Replace token").await;
    assert_eq!(asked(&world, "POST", "token"), 2);
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

#[tokio::test(flavor = "multi_thread")]
async fn the_next_token_comes_by_a_window_and_neither_the_page_nor_its_run_stops() {
    let mut world = World::start(100, slow).await;
    world.renew_browser().await;
    let page = signed_in(&world).await;
    perform(&page, "window.stayed = true").await;
    page.choose("MFA status", "MFA: off").await;
    page.press_beginning("checkbox", "Select all").await;
    page.press_beginning("button", "Enable MFA for").await;
    page.include_skipped().await;
    page.press_beginning("button", "Run ").await;
    page.see("button", "Stop").await;
    page.press("button", "Replace token").await;
    page.press("button", "Sign in again").await;
    page.hear("Sign in in PingOne's window; this page waits for it.").await;
    let from = page.opened_window().await;
    arrive(&page, &world.api_origin).await;
    page.show_tab(&from).await;
    page.see("button", "Cancel sign-in").await;
    for (scheme, width) in [("light", 1280), ("dark", 400)] {
        page.wear(scheme, width, 900).await;
        page.shoot(&format!("sign-in-window-{scheme}-{width}")).await;
        assert_eq!(page.axe().await, Vec::<String>::new(), "{scheme} {width}");
    }
    let before = world.sandbox().oracle().counts().put;
    sign_in_in_window(&world, &page).await;
    page.hear("Token taken.").await;
    assert_eq!(asked(&world, "POST", "token"), 2);
    page.see("button", "Stop").await;
    page.hear_late("Finished at").await;
    assert!(world.sandbox().oracle().counts().put > before, "the run went on");
    let stayed = page.ask("arguments[arguments.length - 1](window.stayed === true)", vec![]).await;
    assert_eq!(stayed.expect("the page answers"), true, "the page was not left");
    let kept = page.ask("arguments[arguments.length - 1](JSON.stringify({...sessionStorage}))", vec![]).await;
    assert_eq!(kept.expect("the page answers"), "{}", "nothing is stored on this way");
    assert_eq!(world.complaints(false).await, Vec::<String>::new());
    let found = world.files_with(&["eyJhbGciOi"]).await;
    assert!(found.iter().all(Vec::is_empty), "no token is on the disk: {found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_is_blocked_closed_or_cancelled_is_explained_and_there_is_a_way_on() {
    let world = World::start(20, with_sign_in).await;
    without_isolation(&world);
    let page = signed_in(&world).await;
    page.press("button", "Replace token").await;
    perform(&page, "window.opens = window.open; window.open = () => null").await;
    page.press("button", "Sign in again").await;
    page.hear("this browser opened no window for PingOne. Allow this page to open windows").await;
    page.see("button", "Sign in on this page").await;
    page.shoot("sign-in-blocked").await;
    assert_eq!(page.axe().await, Vec::<String>::new());

    perform(&page, "window.open = window.opens").await;
    page.press("button", "Sign in again").await;
    let from = page.opened_window().await;
    arrive(&page, &world.api_origin).await;
    page.close_window().await;
    page.show_tab(&from).await;
    page.hear("Nobody was signed in yet: PingOne's window was closed, or can't be seen from here.").await;
    page.shoot("sign-in-closed").await;

    page.press("button", "Sign in again").await;
    let from = page.opened_window().await;
    page.show_tab(&from).await;
    page.press("button", "Cancel sign-in").await;
    for _ in 0..100 {
        if page.tabs().await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(page.tabs().await, 1, "the window goes with the wait");
    assert!(page.find("button", "Cancel sign-in").await.is_none());

    // Only the opener can hear this one, as in a frame on another site.
    perform(&page, "window.BroadcastChannel = undefined").await;
    page.press("button", "Sign in again").await;
    sign_in_in_window(&world, &page).await;
    page.hear("Token taken.").await;

    // And the way that needs no window.
    page.press("button", "Replace token").await;
    perform(&page, "window.open = () => null").await;
    page.press("button", "Sign in again").await;
    page.press("button", "Sign in on this page").await;
    arrive(&page, &world.api_origin).await;
    press_at_pingone(&page, "button[name=person]").await;
    arrive(&page, &world.page_origin).await;
    page.hear("20 users. List read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_to_a_page_that_waits_signs_nobody_in_unless_it_is_pingones_answer_to_it() {
    let world = World::start(20, with_sign_in).await;
    let page = signed_in(&world).await;
    let exchanged = asked(&world, "POST", "token");
    page.press("button", "Replace token").await;
    page.press("button", "Sign in again").await;
    let from = page.opened_window().await;
    page.show_tab(&from).await;
    perform(
        &page,
        "const channel = new BroadcastChannel('pingone-mfa:sign-in');
        for (const answer of ['', 'code=stolen', 'code=stolen&state=window.guessed', 7, null, {}]) {
            channel.postMessage({ kind: 'pingone-mfa:sign-in', answer });
            window.postMessage({ kind: 'pingone-mfa:sign-in', answer }, location.origin);
        }
        channel.postMessage('code=stolen');
        channel.postMessage(null);",
    )
    .await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    page.see("button", "Cancel sign-in").await;
    assert_eq!(asked(&world, "POST", "token"), exchanged, "no code was exchanged");
    sign_in_in_window(&world, &page).await;
    page.hear("Token taken.").await;
    assert_eq!(asked(&world, "POST", "token"), exchanged + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_nobody_waits_for_says_so_and_starts_nothing() {
    let world = World::start(20, with_sign_in).await;
    let page = world.visit(&format!("{}/?code=stolen&state=window.guessed", world.page_origin)).await;
    for _ in 0..100 {
        let script = "arguments[arguments.length - 1](document.body.innerText)";
        let text = page.ask(script, vec![]).await.expect("the page answers");
        if text.as_str().is_some_and(|text| text.contains("This window can be closed.")) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    page.shoot("sign-in-window-left").await;
    let script =
        "arguments[arguments.length - 1](!customElements.get('pingone-mfa') && document.body.innerText)";
    let text = page.ask(script, vec![]).await.expect("the page answers");
    assert!(text.as_str().is_some_and(|text| text.contains("Go on in the page that opened it")), "{text}");
    assert!(!address(&page).await.contains("stolen"));
    assert_eq!(asked(&world, "POST", "token"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_renewed_by_itself_and_who_is_signed_in_no_more_is_asked() {
    let mut world = World::start(20, renewing).await;
    world.renew_browser().await;
    // Tokens that end in eight minutes by this computer's clock.
    world.sandbox().set_clock_offset_millis(-52 * 60_000);
    let page = signed_in(&world).await;
    for _ in 0..100 {
        if asked(&world, "POST", "token") == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(asked(&world, "POST", "token"), 2, "it is renewed at once, and once");
    assert!(page.sinks_with("eyJ").await.is_empty());

    let on = On { method: Some("POST".into()), endpoint: Some("token".into()), user: None, page: None };
    let fault = Fault::Status { status: 503, retry_after: None, without_cors: false };
    world.sandbox().go_wrong(Rule { on, share: 1.0, skip: 0, times: Some(1), fault }).expect("a rule");
    world.sandbox().end_sessions();
    // The next attempt comes a minute after the last, the one after the outage five seconds later.
    page.hear_late(
        "Your sign-in is not renewed any more: it was ended, used up or withdrawn (invalid_grant)",
    )
    .await;
    assert_eq!(asked(&world, "POST", "token"), 4, "an outage is waited for, a refusal isn't asked again");
    assert_eq!(page.axe().await, Vec::<String>::new());
    page.shoot("sign-in-not-renewed").await;
    world.sandbox().set_clock_offset_millis(0);
    page.press("button", "Sign in again").await;
    sign_in_in_window(&world, &page).await;
    for _ in 0..100 {
        if !page.text().await.contains("is not renewed any more") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!page.text().await.contains("is not renewed any more"));
    assert_eq!(world.complaints(false).await, Vec::<String>::new());
    let found = world.files_with(&["eyJhbGciOi"]).await;
    assert!(found.iter().all(Vec::is_empty), "no token is on the disk: {found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_outlives_its_token_goes_on_by_itself_once_the_next_one_can_be_got() {
    // One user a second.
    let config = |origin: &str| {
        with_sign_in(origin).replacen('{', r#"{"refresh":true,"rate":{"read":2000,"write":2,"max":2000},"#, 1)
    };
    let world = World::start(100, config).await;
    // A token that ends in 82 seconds, 60 of which no run counts on, and an outage that is longer.
    world.sandbox().set_clock_offset_millis(-(60 * 60 - 82) * 1000);
    let on = On { method: Some("POST".into()), endpoint: Some("token".into()), user: None, page: None };
    let fault = Fault::Status { status: 503, retry_after: None, without_cors: false };
    world.sandbox().go_wrong(Rule { on, share: 1.0, skip: 1, times: Some(3), fault }).expect("a rule");
    let page = signed_in(&world).await;
    world.sandbox().set_clock_offset_millis(0);
    let is_off = |world: &World| {
        let sandbox = world.sandbox();
        sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) == Some(false)).count()
    };
    let off = is_off(&world);
    page.choose("MFA status", "MFA: off").await;
    page.press_beginning("checkbox", "Select all").await;
    page.press_beginning("button", "Enable MFA for").await;
    page.include_skipped().await;
    page.press_beginning("button", "Run ").await;
    page.hear_late("Paused: token needed. Nothing is lost.").await;
    page.shoot("run-needs-sign-in").await;
    let (left, written) = (is_off(&world), world.sandbox().oracle().counts().put);
    assert!(left > 0 && left < off && written > 0, "the token ends amid the run: {left} of {off}");
    page.hear_late("Finished at").await;
    assert_eq!(is_off(&world), 0, "nobody was asked, and everyone was changed");
    assert_eq!(asked(&world, "POST", "token"), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_out_leaves_nothing_here_and_no_session_at_pingone() {
    let mut world = World::start(20, renewing).await;
    world.renew_browser().await;
    let page = signed_in(&world).await;
    page.shoot("signed-in").await;
    page.press("button", "Sign out").await;
    for _ in 0..200 {
        if asked(&world, "GET", "signoff") == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!((asked(&world, "POST", "revoke"), asked(&world, "GET", "signoff")), (1, 1));
    page.see("button", "Sign in with PingOne").await;
    assert_eq!(address(&page).await, format!("{}/", world.page_origin));
    assert!(page.find("button", "Sign out").await.is_none());
    assert!(!page.text().await.contains("adaeze.okonkwo"));
    assert!(page.sinks_with("eyJ").await.is_empty());
    let token = world.token(&pingone_sandbox::TokenSpec::default());
    page.connect(&token).await;
    page.hear("20 users. List read").await;
    assert!(page.find("button", "Sign out").await.is_none(), "nobody signed in for a pasted token");
    let found = world.files_with(&["eyJhbGciOi"]).await;
    assert!(found.iter().all(Vec::is_empty), "no token is on the disk: {found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_not_exchanged_signs_nobody_in_and_the_next_attempt_works() {
    let world = World::start(20, with_sign_in).await;
    let page = world.open().await;
    let on = || On { method: Some("POST".into()), endpoint: Some("token".into()), user: None, page: None };
    let hidden = Fault::Status { status: 400, retry_after: None, without_cors: true };
    world
        .sandbox()
        .go_wrong(Rule { on: on(), share: 1.0, skip: 0, times: None, fault: hidden })
        .expect("a rule");
    go_to_pingone(&world, &page).await;
    press_at_pingone(&page, "button[name=person]").await;
    arrive(&page, &world.page_origin).await;
    page.hear("authorization server could not be reached from here, or can't answer now").await;
    let kept = page.ask("arguments[arguments.length - 1](JSON.stringify({...sessionStorage}))", vec![]).await;
    assert_eq!(kept.expect("the page answers"), "{}", "the verifier is gone");

    world.sandbox().heal();
    let late = Fault::Gateway { status: 403 };
    world
        .sandbox()
        .go_wrong(Rule { on: on(), share: 1.0, skip: 0, times: Some(1), fault: late })
        .expect("a rule");
    go_to_pingone(&world, &page).await;
    press_at_pingone(&page, "button[name=person]").await;
    arrive(&page, &world.page_origin).await;
    page.hear("something between you and PingOne answers").await;
    go_to_pingone(&world, &page).await;
    press_at_pingone(&page, "button[name=person]").await;
    arrive(&page, &world.page_origin).await;
    page.hear("20 users. List read").await;
}

/// With the page kept by the browser, loaded anew, and never left at all.
#[tokio::test(flavor = "multi_thread")]
async fn who_goes_back_instead_of_signing_in_can_sign_in_all_the_same() {
    for is_kept in [true, false] {
        let mut world = World::start(20, with_sign_in).await;
        if is_kept {
            world.renew_browser_keeping_pages().await;
        }
        let page = world.open().await;
        perform(&page, "window.stayed = true").await;
        if !is_kept {
            // A page that wants to hear this is not kept.
            perform(&page, "addEventListener('unload', () => {})").await;
        }
        go_to_pingone(&world, &page).await;
        page.back().await;
        arrive(&page, &world.page_origin).await;
        page.see("button", "Sign in with PingOne").await;
        let stayed = page.ask("arguments[arguments.length - 1](window.stayed === true)", vec![]).await;
        assert_eq!(stayed.expect("the page answers"), is_kept, "whether the browser kept the page");
        go_to_pingone(&world, &page).await;
        press_at_pingone(&page, "button[name=person]").await;
        arrive(&page, &world.page_origin).await;
        page.hear("20 users. List read").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_stays_although_it_was_to_be_left_lets_somebody_sign_in() {
    let world = World::start(20, with_sign_in).await;
    let page = world.open().await;
    page.see("button", "Sign in with PingOne").await;
    // As somebody who presses the browser's Stop while PingOne takes its time.
    perform(
        &page,
        "navigation.addEventListener('navigate', (leaving) => leaving.preventDefault(), { once: true })",
    )
    .await;
    page.press("button", "Sign in with PingOne").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(address(&page).await.starts_with(&world.page_origin), "it was not left");
    go_to_pingone(&world, &page).await;
    press_at_pingone(&page, "button[name=person]").await;
    arrive(&page, &world.page_origin).await;
    page.hear("20 users. List read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_begins_at_index_html_comes_back_to_the_same_redirect_uri() {
    let world = World::start(20, with_sign_in).await;
    let page = world.visit(&format!("{}/index.html", world.page_origin)).await;
    go_to_pingone(&world, &page).await;
    let asked = address(&page).await;
    let redirect = form_urlencoded::parse(asked.split_once('?').map_or(b"", |(_, query)| query.as_bytes()))
        .find(|(name, _)| name == "redirect_uri")
        .map(|(_, value)| value.into_owned());
    assert_eq!(redirect, Some(format!("{}/", world.page_origin)));
    page.shoot("sign-in-at-index-html").await;
    press_at_pingone(&page, "button[name=person]").await;
    arrive(&page, &world.page_origin).await;
    page.hear("20 users. List read").await;
}

/// The address that PingOne is told to answer to, where the page stands at this one. A page that was opened begins anew there.
async fn redirect_uri_at(world: &World, opened: &str, shown: &str) -> String {
    let page = world.visit(&format!("{}{opened}", world.page_origin)).await;
    page.see("button", "Sign in with PingOne").await;
    // As at a host that shows the page there, and finds its files all the same.
    perform(&page, &format!("history.replaceState(null, '', '{shown}')")).await;
    perform(&page, "document.querySelector('pingone-mfa').setAttribute('region', 'SANDBOX')").await;
    page.see("button", "Sign in with PingOne").await;
    go_to_pingone(world, &page).await;
    let asked = address(&page).await;
    form_urlencoded::parse(asked.split_once('?').map_or(b"", |(_, query)| query.as_bytes()))
        .find(|(name, _)| name == "redirect_uri")
        .map(|(_, value)| value.into_owned().replace(&world.page_origin, ""))
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_of_one_page_has_the_same_redirect_uri() {
    let world = World::start(20, with_sign_in).await;
    let folder = world.release.folder().join("tools/mfa");
    std::fs::create_dir_all(&folder).expect("a folder");
    for name in world.release.names().iter().filter(|name| !name.contains('/')) {
        std::fs::copy(world.release.folder().join(name), folder.join(name)).expect("a copy");
    }
    std::fs::write(folder.join("config.json"), with_sign_in(&world.api_origin)).expect("a file");
    let folder = "/tools/mfa/index.html";
    for (opened, shown, expected) in [
        ("/", "/", "/"),
        ("/", "/index.html", "/"),
        ("/", "/index", "/"),
        (folder, "/tools/mfa/index.html", "/tools/mfa/"),
        (folder, "/tools/mfa/", "/tools/mfa/"),
        (folder, "/tools/mfa", "/tools/mfa/"),
        (folder, "/tools/mfa/index.htm", "/tools/mfa/"),
        // Another page is another address.
        (folder, "/tools/mfa/myindex.html", "/tools/mfa/myindex.html"),
    ] {
        assert_eq!(redirect_uri_at(&world, opened, shown).await, expected, "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_where_the_attempt_was_cleared_away_begins_again() {
    let world = World::start(20, with_sign_in).await;
    let page = world.open().await;
    go_to_pingone(&world, &page).await;
    let pingone = address(&page).await;
    let page = world.visit(&format!("{}/config.json", world.page_origin)).await;
    perform(&page, "sessionStorage.clear()").await;
    let page = world.visit(&pingone).await;
    press_at_pingone(&page, "button[name=person]").await;
    arrive(&page, &world.page_origin).await;
    page.hear("this tab didn't begin it, or it was answered before").await;
    assert_eq!(asked(&world, "POST", "token"), 0);
}

/// An element on a page of this origin that isn't this product's.
fn put_portal(world: &World) {
    let element = world.release.file("element-", ".js");
    let element = element.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let script = format!(
        "const element = document.createElement('pingone-mfa');
        element.config = await (await fetch('config.json')).text();
        await import('./{element}');
        document.body.append(element);"
    );
    let page = "<!doctype html><html lang=en><title>Portal</title><body><h1>Portal</h1><script type=module src=portal.js></script>";
    world.release.add("portal.js", &script);
    world.release.add("portal.html", page);
    // A page around an element has a policy of its own; where it enforced Trusted Types, the frame would be the way.
    world.release.rewrite_headers("require-trusted-types-for 'script'", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_element_signs_in_by_a_window_and_its_host_page_stays() {
    for isolated in [true, false] {
        let world = World::start(20, with_sign_in).await;
        put_portal(&world);
        if !isolated {
            without_isolation(&world);
        }
        let page = world.visit(&format!("{}/portal.html", world.page_origin)).await;
        page.press("button", "Sign in with PingOne").await;
        page.hear("Sign in in PingOne's window").await;
        assert!(page.find("button", "Sign in on this page").await.is_none(), "the host's page isn't left");
        sign_in_in_window(&world, &page).await;
        page.hear("20 users. List read").await;
        assert!(address(&page).await.ends_with("/portal.html"));
        page.press("button", "Sign out").await;
        for _ in 0..200 {
            if asked(&world, "GET", "signoff") == 1 && page.tabs().await == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!((asked(&world, "GET", "signoff"), page.tabs().await), (1, 1), "isolated: {isolated}");
        page.see("button", "Sign in with PingOne").await;
    }
}

/// On another site no channel leads into the frame: what is left is the opener, and that embed.html shares its windows.
#[tokio::test(flavor = "multi_thread")]
async fn a_frame_on_another_site_signs_in_by_a_window_and_its_portal_stays() {
    let portal = Portal::new().await;
    let origin = portal.origin.clone();
    let keys = format!(r#"{{"tokenSources":["signin"],"frameAncestors":["{origin}"],"#);
    let world = World::start(20, |api| with_sign_in(api).replacen('{', &keys, 1)).await;
    assert!(world.sandbox().register_redirect_uri("http://127.0.0.1/embed.html"));
    let policy = "Content-Security-Policy: frame-ancestors";
    world.release.rewrite_headers(&format!("{policy} 'none'"), &format!("{policy} {origin}"));
    let _no_tokens = portal.serve(&world, |script| script);
    let page = world.visit(&origin).await;
    page.enter_frame().await;
    page.press("button", "Sign in with PingOne").await;
    page.hear("Sign in in PingOne's window").await;
    sign_in_in_window(&world, &page).await;
    page.enter_frame().await;
    page.hear("20 users. List read").await;
    assert!(page.find("button", "Sign out").await.is_some());
    page.leave_frame().await;
    assert!(address(&page).await.starts_with(&origin));
}
