//! Sign-in with PingOne: the way there and back, and which responses are rejected.

use std::time::Duration;

use pingone_mfa_e2e::{Page, Portal, World};
use pingone_sandbox::page::config_json;
use pingone_sandbox::{EnvironmentKind, Fault, On, PUBLIC_CLIENT_ID, Populations, Rule, Sandbox, Seed};
use serde_json::Value;

/// The config.json of a deployment with sign-in. Its environment is the one of a world with seed 1.
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

/// A write limit slow enough that a run takes some time.
fn slow(origin: &str) -> String {
    with_sign_in(origin).replacen('{', r#"{"rate":{"read":2000,"write":2,"max":2000},"#, 1)
}

/// Serves the page without cross-origin isolation, as a portal's page may be. It can then
/// see whether its window is closed.
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

/// The number of requests to an endpoint of the authorization server.
fn request_count(world: &World, method: &str, endpoint: &str) -> usize {
    let sandbox = world.sandbox();
    let is_it = |path: &str| path.ends_with(&format!("/as/{endpoint}"));
    sandbox.seen().iter().filter(|seen| seen.method == method && is_it(&seen.path)).count()
}

/// Runs a synchronous script in the page.
async fn perform(page: &Page, script: &str) {
    page.run(&format!("{script}; arguments[arguments.length - 1]();")).await;
}

pub(super) async fn signed_in(world: &World) -> Page {
    let page = world.open().await;
    go_to_pingone(world, &page).await;
    press_at_pingone(&page, "button[name=person]").await;
    wait_for_address(&page, &world.page_origin).await;
    page.hear(" users · read").await;
    page
}

/// Signs in in the window that the page opened, which then closes itself.
async fn sign_in_in_window(world: &World, page: &Page) {
    let from = page.opened_window().await;
    wait_for_address(page, &world.api_origin).await;
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

/// Waits until the page's address begins with `beginning`.
async fn wait_for_address(page: &Page, beginning: &str) {
    for _ in 0..200 {
        if address(page).await.starts_with(beginning) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let at = address(page).await;
    assert!(at.starts_with(beginning), "the address is {at}, not {beginning}");
}

/// Presses the first matching button on PingOne's page, which leaves that page.
async fn press_at_pingone(page: &Page, button: &str) {
    let script = "const button = document.querySelector(arguments[0]);
        setTimeout(() => button.click(), 0);
        arguments[arguments.length - 1]();";
    let pressed = page.ask(script, vec![button.into()]).await;
    assert!(pressed.is_ok(), "{button} can be pressed");
}

async fn go_to_pingone(world: &World, page: &Page) {
    page.press("button", "Sign in with PingOne").await;
    wait_for_address(page, &world.api_origin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_and_is_connected_and_nothing_of_it_is_left_behind() {
    let mut world = World::start(20, with_sign_in).await;
    world.renew_browser().await;
    let page = world.open().await;
    page.see("button", "Sign in with PingOne").await;
    for (scheme, width) in [("light", 1440), ("dark", 400)] {
        page.emulate_display(scheme, width, 900).await;
        page.shoot(&format!("sign-in-{scheme}-{width}")).await;
        assert_eq!(page.axe().await, Vec::<String>::new(), "{scheme} {width}");
    }
    page.emulate_display("light", 1440, 900).await;
    go_to_pingone(&world, &page).await;
    let authorize_url = address(&page).await;
    press_at_pingone(&page, "button[name=person]").await;
    wait_for_address(&page, &world.page_origin).await;
    page.hear("20 users · read").await;
    let back = address(&page).await;
    assert!(!back.contains("code=") && !back.contains("state="), "{back}");
    let text = page.text().await;
    assert!(text.contains("Person "), "the actor is a person: {text}");
    let kept = page.ask("arguments[arguments.length - 1](JSON.stringify({...sessionStorage}))", vec![]).await;
    assert_eq!(kept.expect("the page answers"), "{}", "the sign-in attempt is cleared");

    let names: Vec<(String, String)> =
        form_urlencoded::parse(authorize_url.split_once('?').map_or(b"", |(_, query)| query.as_bytes()))
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
async fn a_declined_sign_in_is_reported_and_can_be_repeated() {
    let world = World::start(20, only_sign_in).await;
    let page = world.open().await;
    go_to_pingone(&world, &page).await;
    press_at_pingone(&page, "button[name=cancel]").await;
    wait_for_address(&page, &world.page_origin).await;
    page.hear("Not signed in: you declined, or may not use this application (access_denied)").await;
    page.shoot("sign-in-declined").await;
    assert!(page.find("password", "Access token").await.is_none(), "this deployment has no token field");
    go_to_pingone(&world, &page).await;
    press_at_pingone(&page, "button[name=person]").await;
    wait_for_address(&page, &world.page_origin).await;
    page.hear("20 users · read").await;

    page.replace_token().await;
    page.shoot("sign-in-again").await;
    assert!(page.find("password", "Access token").await.is_none(), "there is no token field later either");
    page.press("button", "Sign in again").await;
    sign_in_in_window(&world, &page).await;
    page.see("button", "Token").await;
    assert_eq!(request_count(&world, "POST", "token"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unexpected_answer_is_rejected_and_removed_from_the_address() {
    let world = World::start(20, with_sign_in).await;
    let forged = format!("{}/?code=stolen&state=guessed", world.page_origin);
    let page = world.visit(&forged).await;
    page.hear("this tab didn't begin it, or it was answered before").await;
    assert!(!address(&page).await.contains("stolen"));
    assert_eq!(world.sandbox().oracle().counts().put, 0);

    go_to_pingone(&world, &page).await;
    let page = world.visit(&forged).await;
    page.hear("the response doesn't belong to this tab").await;
    let page = world.visit(&forged).await;
    page.hear("this tab didn't begin it, or it was answered before").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_token_comes_by_a_window_and_neither_the_page_nor_its_run_stops() {
    let mut world = World::start(100, slow).await;
    world.renew_browser().await;
    let page = signed_in(&world).await;
    perform(&page, "window.stayed = true").await;
    page.filter("MFA", "Off").await;
    page.press_beginning("checkbox", "Select all").await;
    page.press_beginning("button", "Enable MFA for").await;
    page.include_skipped().await;
    page.start_reviewed_run().await;
    page.see("button", "Stop").await;
    page.replace_token().await;
    page.press("button", "Sign in again").await;
    page.hear("Sign in in PingOne's window; this page waits for it.").await;
    let from = page.opened_window().await;
    wait_for_address(&page, &world.api_origin).await;
    page.show_tab(&from).await;
    page.see("button", "Cancel sign-in").await;
    for (scheme, width) in [("light", 1280), ("dark", 400)] {
        page.emulate_display(scheme, width, 900).await;
        page.shoot(&format!("sign-in-window-{scheme}-{width}")).await;
        assert_eq!(page.axe().await, Vec::<String>::new(), "{scheme} {width}");
    }
    let before = world.sandbox().oracle().counts().put;
    // The run's numbers are announced after it.
    page.note_announcements().await;
    sign_in_in_window(&world, &page).await;
    page.hear_announced("Token taken.").await;
    assert_eq!(request_count(&world, "POST", "token"), 2);
    page.see("button", "Stop").await;
    page.change_speed("2,000").await;
    page.run_finished_late().await;
    assert!(world.sandbox().oracle().counts().put > before, "the run went on");
    let stayed = page.ask("arguments[arguments.length - 1](window.stayed === true)", vec![]).await;
    assert_eq!(stayed.expect("the page answers"), true, "the page was not left");
    let kept = page.ask("arguments[arguments.length - 1](JSON.stringify({...sessionStorage}))", vec![]).await;
    assert_eq!(kept.expect("the page answers"), "{}", "a sign-in in a window stores nothing");
    assert_eq!(world.complaints(false).await, Vec::<String>::new());
    let found = world.files_with(&["eyJhbGciOi"]).await;
    assert!(found.iter().all(Vec::is_empty), "no token is on the disk: {found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_is_blocked_closed_or_cancelled_is_explained_and_there_is_a_way_on() {
    let world = World::start(20, with_sign_in).await;
    without_isolation(&world);
    let page = signed_in(&world).await;
    page.replace_token().await;
    perform(&page, "window.opens = window.open; window.open = () => null").await;
    page.press("button", "Sign in again").await;
    page.hear("this browser opened no window for PingOne. Allow this page to open windows").await;
    page.see("button", "Sign in on this page").await;
    page.shoot("sign-in-blocked").await;
    assert_eq!(page.axe().await, Vec::<String>::new());

    perform(&page, "window.open = window.opens").await;
    page.press("button", "Sign in again").await;
    let from = page.opened_window().await;
    wait_for_address(&page, &world.api_origin).await;
    page.close_window().await;
    page.show_tab(&from).await;
    page.hear("Not signed in yet: PingOne's window was closed, or can't be seen from here.").await;
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
    assert_eq!(page.tabs().await, 1, "cancelling closes the window");
    assert!(page.find("button", "Cancel sign-in").await.is_none());

    // Only the opener can receive this answer, as in a frame on another site.
    perform(&page, "window.BroadcastChannel = undefined").await;
    page.press("button", "Sign in again").await;
    sign_in_in_window(&world, &page).await;
    page.hear("Token taken.").await;

    // Signing in without a window.
    page.replace_token().await;
    perform(&page, "window.open = () => null").await;
    page.press("button", "Sign in again").await;
    page.press("button", "Sign in on this page").await;
    wait_for_address(&page, &world.api_origin).await;
    press_at_pingone(&page, "button[name=person]").await;
    wait_for_address(&page, &world.page_origin).await;
    page.hear("20 users · read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_page_accepts_only_its_own_answer_from_pingone() {
    let world = World::start(20, with_sign_in).await;
    let page = signed_in(&world).await;
    let exchanged = request_count(&world, "POST", "token");
    page.replace_token().await;
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
    assert_eq!(request_count(&world, "POST", "token"), exchanged, "no code was exchanged");
    sign_in_in_window(&world, &page).await;
    page.hear("Token taken.").await;
    assert_eq!(request_count(&world, "POST", "token"), exchanged + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_without_a_waiting_page_says_so_and_starts_nothing() {
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
    assert_eq!(request_count(&world, "POST", "token"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_renewed_automatically_until_the_session_ends() {
    let mut world = World::start(20, renewing).await;
    world.renew_browser().await;
    // Tokens that expire in eight minutes by this computer's clock.
    world.sandbox().set_clock_offset_millis(-52 * 60_000);
    let page = signed_in(&world).await;
    for _ in 0..100 {
        if request_count(&world, "POST", "token") == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(request_count(&world, "POST", "token"), 2, "the token is renewed at once, and only once");
    assert!(page.sinks_with("eyJ").await.is_empty());

    let on = On { method: Some("POST".into()), endpoint: Some("token".into()), user: None, page: None };
    let fault = Fault::Status { status: 503, retry_after: None, without_cors: false };
    world.sandbox().add_fault(Rule { on, share: 1.0, skip: 0, times: Some(1), fault }).expect("a rule");
    world.sandbox().end_sessions();
    // The next renewal is a minute after the last one. The retry after the outage is five seconds later.
    page.hear_late(
        "Your sign-in is not renewed any more: it was ended, used up or withdrawn (invalid_grant)",
    )
    .await;
    assert_eq!(request_count(&world, "POST", "token"), 4, "an outage is retried, a refusal isn't");
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
async fn a_run_whose_token_expires_resumes_once_renewal_succeeds() {
    // One user per second.
    let config = |origin: &str| {
        with_sign_in(origin).replacen('{', r#"{"refresh":true,"rate":{"read":2000,"write":2,"max":2000},"#, 1)
    };
    let world = World::start(100, config).await;
    // A token that expires in 82 seconds, of which a run doesn't use the last 60, and an outage that lasts longer.
    world.sandbox().set_clock_offset_millis(-(60 * 60 - 82) * 1000);
    let on = On { method: Some("POST".into()), endpoint: Some("token".into()), user: None, page: None };
    let fault = Fault::Status { status: 503, retry_after: None, without_cors: false };
    world.sandbox().add_fault(Rule { on, share: 1.0, skip: 1, times: Some(3), fault }).expect("a rule");
    let page = signed_in(&world).await;
    world.sandbox().set_clock_offset_millis(0);
    let is_off = |world: &World| {
        let sandbox = world.sandbox();
        sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) == Some(false)).count()
    };
    let off = is_off(&world);
    page.filter("MFA", "Off").await;
    page.press_beginning("checkbox", "Select all").await;
    page.press_beginning("button", "Enable MFA for").await;
    page.include_skipped().await;
    page.start_reviewed_run().await;
    page.hear_late("Paused: token needed. Nothing is lost.").await;
    page.shoot("run-needs-sign-in").await;
    let (left, written) = (is_off(&world), world.sandbox().oracle().counts().put);
    assert!(left > 0 && left < off && written > 0, "the token expires during the run: {left} of {off}");
    page.run_finished_late().await;
    assert_eq!(is_off(&world), 0, "all users were changed without a prompt");
    assert_eq!(request_count(&world, "POST", "token"), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_clears_local_data_and_the_pingone_session() {
    let mut world = World::start(20, renewing).await;
    world.renew_browser().await;
    let page = signed_in(&world).await;
    page.shoot("signed-in").await;
    page.sign_out().await;
    for _ in 0..200 {
        if request_count(&world, "GET", "signoff") == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!((request_count(&world, "POST", "revoke"), request_count(&world, "GET", "signoff")), (1, 1));
    page.see("button", "Sign in with PingOne").await;
    assert_eq!(address(&page).await, format!("{}/", world.page_origin));
    assert!(page.find("button", "Token").await.is_none());
    assert!(!page.text().await.contains("adaeze.okonkwo"));
    assert!(page.sinks_with("eyJ").await.is_empty());
    let token = world.token(&pingone_sandbox::TokenSpec::default());
    page.connect(&token).await;
    page.hear("20 users · read").await;
    assert!(
        !page.token_menu().await.contains(&"Sign out".to_owned()),
        "a pasted token has no session to sign out of"
    );
    let found = world.files_with(&["eyJhbGciOi"]).await;
    assert!(found.iter().all(Vec::is_empty), "no token is on the disk: {found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_code_exchange_does_not_sign_in_and_can_be_retried() {
    let world = World::start(20, with_sign_in).await;
    let page = world.open().await;
    let on = || On { method: Some("POST".into()), endpoint: Some("token".into()), user: None, page: None };
    let hidden = Fault::Status { status: 400, retry_after: None, without_cors: true };
    world
        .sandbox()
        .add_fault(Rule { on: on(), share: 1.0, skip: 0, times: None, fault: hidden })
        .expect("a rule");
    go_to_pingone(&world, &page).await;
    press_at_pingone(&page, "button[name=person]").await;
    wait_for_address(&page, &world.page_origin).await;
    page.hear("authorization server could not be reached from here, or can't answer now").await;
    let kept = page.ask("arguments[arguments.length - 1](JSON.stringify({...sessionStorage}))", vec![]).await;
    assert_eq!(kept.expect("the page answers"), "{}", "the code verifier is cleared");

    world.sandbox().clear_faults();
    let late = Fault::Gateway { status: 403 };
    world
        .sandbox()
        .add_fault(Rule { on: on(), share: 1.0, skip: 0, times: Some(1), fault: late })
        .expect("a rule");
    go_to_pingone(&world, &page).await;
    press_at_pingone(&page, "button[name=person]").await;
    wait_for_address(&page, &world.page_origin).await;
    page.hear("something between you and PingOne answers").await;
    go_to_pingone(&world, &page).await;
    press_at_pingone(&page, "button[name=person]").await;
    wait_for_address(&page, &world.page_origin).await;
    page.hear("20 users · read").await;
}

/// Both with the page from the back/forward cache and with the page loaded again.
#[tokio::test(flavor = "multi_thread")]
async fn going_back_instead_of_signing_in_still_allows_sign_in() {
    for is_kept in [true, false] {
        let mut world = World::start(20, with_sign_in).await;
        if is_kept {
            world.renew_browser_keeping_pages().await;
        }
        let page = world.open().await;
        perform(&page, "window.stayed = true").await;
        if !is_kept {
            // A page with an unload listener isn't kept in the cache.
            perform(&page, "addEventListener('unload', () => {})").await;
        }
        go_to_pingone(&world, &page).await;
        page.back().await;
        wait_for_address(&page, &world.page_origin).await;
        page.see("button", "Sign in with PingOne").await;
        let stayed = page.ask("arguments[arguments.length - 1](window.stayed === true)", vec![]).await;
        assert_eq!(stayed.expect("the page answers"), is_kept, "whether the browser kept the page");
        go_to_pingone(&world, &page).await;
        press_at_pingone(&page, "button[name=person]").await;
        wait_for_address(&page, &world.page_origin).await;
        page.hear("20 users · read").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_not_left_after_all_still_allows_sign_in() {
    let world = World::start(20, with_sign_in).await;
    let page = world.open().await;
    page.see("button", "Sign in with PingOne").await;
    // As when a person presses the browser's Stop button while PingOne is loading.
    perform(
        &page,
        "navigation.addEventListener('navigate', (leaving) => leaving.preventDefault(), { once: true })",
    )
    .await;
    page.press("button", "Sign in with PingOne").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(address(&page).await.starts_with(&world.page_origin), "the page was not left");
    go_to_pingone(&world, &page).await;
    press_at_pingone(&page, "button[name=person]").await;
    wait_for_address(&page, &world.page_origin).await;
    page.hear("20 users · read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn starting_at_index_html_uses_the_same_redirect_uri() {
    let world = World::start(20, with_sign_in).await;
    let page = world.visit(&format!("{}/index.html", world.page_origin)).await;
    go_to_pingone(&world, &page).await;
    let authorize_url = address(&page).await;
    let redirect =
        form_urlencoded::parse(authorize_url.split_once('?').map_or(b"", |(_, query)| query.as_bytes()))
            .find(|(name, _)| name == "redirect_uri")
            .map(|(_, value)| value.into_owned());
    assert_eq!(redirect, Some(format!("{}/", world.page_origin)));
    page.shoot("sign-in-at-index-html").await;
    press_at_pingone(&page, "button[name=person]").await;
    wait_for_address(&page, &world.page_origin).await;
    page.hear("20 users · read").await;
}

/// The redirect URI that the page sends when it is at the address `shown`. Setting an
/// attribute restarts the element there.
async fn redirect_uri_at(world: &World, opened: &str, shown: &str) -> String {
    let page = world.visit(&format!("{}{opened}", world.page_origin)).await;
    page.see("button", "Sign in with PingOne").await;
    // As on a host that shows the page at this address and still finds its files.
    perform(&page, &format!("history.replaceState(null, '', '{shown}')")).await;
    perform(&page, "document.querySelector('pingone-mfa').setAttribute('region', 'SANDBOX')").await;
    page.see("button", "Sign in with PingOne").await;
    go_to_pingone(world, &page).await;
    let authorize_url = address(&page).await;
    form_urlencoded::parse(authorize_url.split_once('?').map_or(b"", |(_, query)| query.as_bytes()))
        .find(|(name, _)| name == "redirect_uri")
        .map(|(_, value)| value.into_owned().replace(&world.page_origin, ""))
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_addresses_of_one_page_use_the_same_redirect_uri() {
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
        // A different page has a different address.
        (folder, "/tools/mfa/myindex.html", "/tools/mfa/myindex.html"),
    ] {
        assert_eq!(redirect_uri_at(&world, opened, shown).await, expected, "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn returning_without_a_stored_attempt_requires_a_new_sign_in() {
    let world = World::start(20, with_sign_in).await;
    let page = world.open().await;
    go_to_pingone(&world, &page).await;
    let pingone = address(&page).await;
    let page = world.visit(&format!("{}/config.json", world.page_origin)).await;
    perform(&page, "sessionStorage.clear()").await;
    let page = world.visit(&pingone).await;
    press_at_pingone(&page, "button[name=person]").await;
    wait_for_address(&page, &world.page_origin).await;
    page.hear("this tab didn't begin it, or it was answered before").await;
    assert_eq!(request_count(&world, "POST", "token"), 0);
}

/// Adds a page on this origin that isn't the product's and contains the element.
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
    // A host page has its own policy. If it enforced Trusted Types, it would have to use the frame.
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
        page.hear("20 users · read").await;
        assert!(address(&page).await.ends_with("/portal.html"));
        page.sign_out().await;
        for _ in 0..200 {
            if request_count(&world, "GET", "signoff") == 1 && page.tabs().await == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(
            (request_count(&world, "GET", "signoff"), page.tabs().await),
            (1, 1),
            "isolated: {isolated}"
        );
        page.see("button", "Sign in with PingOne").await;
    }
}

/// On another site a `BroadcastChannel` doesn't reach the frame. The answer comes through the opener, which works
/// because embed.html shares its browsing context group.
#[tokio::test(flavor = "multi_thread")]
async fn a_frame_on_another_site_signs_in_by_a_window_and_its_portal_is_kept() {
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
    page.hear("20 users · read").await;
    assert!(page.token_menu().await.contains(&"Sign out".to_owned()));
    page.leave_frame().await;
    assert!(address(&page).await.starts_with(&origin));
}
