//! Tokens in the wrong fields, tokens from another environment or with a wrong clock, and the page after Back.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use pingone_mfa_e2e::{Host, Page, World};
use pingone_sandbox::page::config_json;
use pingone_sandbox::{Fault, On, Rule, TokenSpec};
use serde_json::json;

const OTHER: &str = "c0ffee00-0000-4000-8000-00000000000b";

/// An unsigned token that names this environment.
fn unsigned_token(environment: &str) -> String {
    let part = |text: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(text);
    let claims = json!({"env": environment, "client_id": OTHER, "exp": 4_000_000_000_u64});
    format!("{}.{}.{}", part(br#"{"alg":"RS256"}"#), part(claims.to_string().as_bytes()), part(&[7; 256]))
}

/// Checks that no part of a token is left in the page.
async fn assert_no_trace(page: &Page, token: &str) {
    for fragment in [token.rsplit('.').next().unwrap(), token.split('.').nth(1).unwrap()] {
        assert_eq!(page.sinks_with(&fragment[..20]).await, Vec::<String>::new());
    }
}

/// Script that enters a token into every visible text field, open dialogs included, in several ways. Returns the
/// fields' names and the failures. Date and number fields don't accept letters, so they show no notice.
const TRY: &str = r#"
const [token, said, done] = arguments;
const root = document.querySelector("pingone-mfa").shadowRoot;
const other = ["password", "checkbox", "radio", "file"];
// Around an open dialog nothing takes a letter.
const place = root.querySelector("dialog[open]") ?? root;
const fields = [...place.querySelectorAll("input, textarea")]
  .filter((field) => !other.includes(field.type) && field.checkVisibility());
const later = (time) => new Promise((resolve) => setTimeout(resolve, time));
const insert = (text) => document.execCommand("insertText", false, text);
const tell = (field, type) => field.dispatchEvent(new Event(type, { bubbles: true, composed: true }));
const set = (type) => (field, text) => { field.value = text; tell(field, type); };
const ways = [
  ["inserted", token, (field, text) => insert(text)],
  ["inserted behind a name", `jonas ${token}`, (field, text) => insert(text)],
  ["filled in", `Bearer ${token}`, set("input")],
  ["filled in without a word", token, set("change")],
  ["typed by a program", token.slice(0, 200), (field, text) => [...text].forEach(insert)],
];
const isSaid = () => [...root.querySelectorAll("[role=alert]")]
  .some((alert) => alert.checkVisibility() && alert.innerText.startsWith(said));
(async () => {
  const names = [], wrong = [];
  for (const field of fields) {
    const name = field.getAttribute("aria-label") ?? field.labels?.[0]?.innerText.split("\n")[0] ?? "";
    names.push(name);
    for (const [way, text, put] of ways) {
      field.focus();
      put(field, text);
      if (field.value !== "") wrong.push(`${name}, ${way}: ${field.value}`);
      const takesText = !["date", "number"].includes(field.type);
      for (let step = 0; takesText && !isSaid() && step < 100; step++) await later(20);
      if (takesText && !isSaid()) wrong.push(`${name}, ${way}: nothing is said`);
      // What comes a while later is a person's own text, and ends the notice.
      await later(150);
      set("input")(field, "");
      for (let step = 0; isSaid() && step < 100; step++) await later(20);
      if (isSaid()) wrong.push(`${name}, ${way}: the notice stays`);
    }
  }
  done({ names, wrong });
})();
"#;

const SAID: &str = "This is a token. It was not sent.";

/// Runs `TRY` on the visible fields and returns their names.
async fn check_fields(page: &Page, token: &str) -> Vec<String> {
    let tried = page.ask(TRY, vec![json!(token), json!(SAID)]).await.unwrap();
    assert_eq!(tried["wrong"], json!([]));
    assert_eq!(page.sinks_with(&token[..20]).await, Vec::<String>::new());
    serde_json::from_value(tried["names"].clone()).unwrap()
}

/// Opens or closes all `details` elements.
async fn set_details_open(page: &Page, is_open: bool) {
    page.run(&format!(
        "document.querySelector('pingone-mfa').shadowRoot.querySelectorAll('details')
            .forEach((more) => (more.open = {is_open}));
        arguments[0]();"
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_any_text_field_is_removed_and_reported() {
    let config =
        |origin: &str| config_json(origin).replacen('{', r#"{"changeReference":{"required":true},"#, 1);
    let world = World::start(40, config).await;
    let page = world.open().await;
    page.be_patient(std::time::Duration::from_mins(2)).await.unwrap();
    let token = world.token(&TokenSpec::default());
    page.paste_token(&token).await;
    page.press("button", "Change Environment").await;
    let mut names = check_fields(&page, &token).await;
    let environment = world.sandbox().environment_id().to_string();
    page.enter("textbox", "Environment ID", &environment).await;
    page.hear("40 users · read").await;

    page.press("tab", "Requests").await;
    names.extend(check_fields(&page, &token).await);
    page.press("tab", "Users").await;
    set_details_open(&page, true).await;
    names.extend(check_fields(&page, &token).await);
    set_details_open(&page, false).await;

    // Turning MFA off also requires a reason and the number of users.
    page.filter("MFA", "On").await;
    page.press_beginning("checkbox", "Select all ").await;
    page.press_beginning("button", "Disable MFA for ").await;
    page.see("textbox", "Reason").await;
    names.extend(check_fields(&page, &token).await);
    assert_eq!(page.axe().await, Vec::<String>::new());
    page.shoot("token-in-a-dialog").await;
    page.press("button", "Cancel").await;

    page.press("button", "Help").await;
    names.extend(check_fields(&page, &token).await);
    page.press("button", "Close help").await;

    for name in [
        "User ID",
        "Environment ID",
        "Search users",
        "Filter by path or Correlation-Id",
        "Change reference",
        "Reason",
        "Search help",
    ] {
        assert!(names.iter().any(|found| found == name), "{name} was not tried: {names:?}");
    }
    page.forget_token().await;
    page.hear("Token forgotten.").await;
    assert_no_trace(&page, &token).await;
    assert!(
        world.sandbox().seen().iter().all(|seen| !seen.path.contains("eyJ")),
        "no part of the token was sent"
    );
}

/// Whether `Connect` can be pressed.
const CAN_CONNECT: &str = "[...root.querySelectorAll('button')]
    .some((button) => button.innerText === 'Connect' && button.ariaDisabled !== 'true')";

/// As a password manager or a tool does it.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_filled_in_is_taken_at_once() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    let token = world.token(&TokenSpec::default());
    page.press("button", "Connect").await;
    page.hear("Paste an access token first.").await;
    let fill = "const [token, done] = arguments;
        const field = document.querySelector('pingone-mfa').shadowRoot.querySelector('input[type=password]');
        field.value = token;
        field.dispatchEvent(new Event('input', { bubbles: true }));
        done(true);";
    page.ask(fill, vec![json!(token)]).await.unwrap();
    page.until_shadow(CAN_CONNECT).await;
    assert_no_trace(&page, &token).await;
    page.press("button", "Connect").await;
    page.hear("20 users · read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_token_is_taken_when_it_is_whole_and_judged_when_the_field_is_left() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    let token = world.token(&TokenSpec::default());
    let field = page.see("password", "Access token").await;
    field.focus().await.unwrap();
    // The driver's own way to send keys to a field leaves the field between two calls.
    page.type_keys(&token[..20]).await;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    assert_eq!(field.prop("value").await.unwrap().as_deref(), Some(&token[..20]), "it isn't judged yet");
    page.type_keys(&token[20..]).await;
    page.until_shadow(CAN_CONNECT).await;
    assert_no_trace(&page, &token).await;
    page.enter("password", "Access token", "hunter2").await;
    page.hear("This isn't an access token").await;
    page.until_shadow(&format!("!({CAN_CONNECT})")).await;
    assert_eq!(page.axe().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_field_describes_what_is_wrong_and_says_that_a_token_is_taken_until_it_is_connected() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    let field = "root.querySelector('input[type=password]')";
    page.see("password", "Access token").await;
    let described = format!("root.getElementById({field}.getAttribute('aria-describedby'))?.innerText ?? ''");
    assert_eq!(page.ask_shadow(&described).await, "");
    page.paste_token("hunter2").await;
    page.until_shadow(&format!("({described}).startsWith(\"This isn't an access token\")")).await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.until_shadow(CAN_CONNECT).await;
    assert_eq!(page.ask_shadow(&described).await, "");
    let fault = Fault::Delay { millis: 2000 };
    world.sandbox().add_fault(Rule { on: On::default(), share: 1.0, skip: 0, times: None, fault }).unwrap();
    page.press("button", "Connect").await;
    page.see_beginning("button", "Connecting").await;
    let placeholder = page.ask_shadow(&format!("{field}.placeholder")).await;
    assert_eq!(placeholder, "Taken. Paste another to replace it");
    world.sandbox().clear_faults();
    page.hear("20 users · read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_stops_connect_is_invalid_and_described_by_the_reason() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.press("button", "Change Environment").await;
    page.fill("textbox", "Environment ID", "elsewhere").await;
    page.press("button", "Connect").await;
    let described = "root.getElementById(root.querySelector('.id-input[aria-invalid=true]')
        ?.getAttribute('aria-describedby'))?.innerText.slice(0, 28)";
    page.until_shadow(&format!("{described} === \"Environment ID isn't a UUID.\"")).await;
    page.fill("textbox", "Environment ID", OTHER).await;
    page.until_shadow("root.querySelector('[aria-invalid=true]') === null").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_follows_the_pasted_token() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    let own = world.sandbox().environment_id().to_string();
    page.paste_token(&unsigned_token(OTHER)).await;
    page.hear(OTHER).await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.hear(&own).await;
    assert!(!page.text().await.contains(OTHER));
    // After connecting and forgetting the token.
    page.press("button", "Connect").await;
    page.hear("20 users · read").await;
    page.forget_token().await;
    page.paste_token(&unsigned_token(OTHER)).await;
    page.hear(OTHER).await;
    assert!(!page.text().await.contains(&own));
    // A typed environment is kept, and the difference is shown.
    page.press("button", "Change Environment").await;
    page.fill("textbox", "Environment ID", &own).await;
    page.hear(&format!("This token was issued in another environment: {OTHER}")).await;
    assert_eq!(page.axe().await, Vec::<String>::new());
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.hear("The application's own environment.").await;
    assert!(!page.text().await.contains("issued in another environment"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_token_of_another_environment_needs_confirmation_and_is_shown() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("20 users · read").await;
    page.replace_token().await;
    page.paste_token(&unsigned_token(OTHER)).await;
    page.hear(&format!("This token was issued in another environment: {OTHER}. It isn't in use yet.")).await;
    page.shoot("token-of-another-environment").await;
    assert_eq!(page.axe().await, Vec::<String>::new());
    page.press("button", "Cancel").await;
    assert!(!page.text().await.contains(OTHER));
    page.replace_token().await;
    page.paste_token(&unsigned_token(OTHER)).await;
    page.press("button", "Use it in this environment").await;
    page.hear(&format!("This token was issued in another environment: {OTHER}")).await;
    // A token of this environment is accepted at once and removes the notice.
    page.replace_token().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.see("button", "Token").await;
    for _ in 0..100 {
        if !page.text().await.contains(OTHER) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the notice is still shown: {}", page.text().await);
}

/// The sandbox's clock is slow, which has the same effect as a fast clock on this computer.
#[tokio::test(flavor = "multi_thread")]
async fn a_computer_whose_clock_is_two_hours_fast_connects_lists_and_runs() {
    let world = World::with_users(20).await;
    world.sandbox().set_clock_offset_millis(-2 * 3_600_000);
    let page = world.open().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.hear("By this computer's clock (").await;
    page.hear("If the clock is right, get a new one; if not, Connect: PingOne decides.").await;
    page.shoot("token-and-a-clock-ahead").await;
    assert_eq!(page.axe().await, Vec::<String>::new());
    page.press("button", "Connect").await;
    page.hear("20 users · read").await;
    page.hear("Token expired by this computer's clock").await;
    page.filter("MFA", "Off").await;
    page.press_beginning("checkbox", "Select all ").await;
    page.press_beginning("button", "Enable MFA for ").await;
    page.include_skipped().await;
    page.start_reviewed_run().await;
    page.run_finished().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_whose_clock_is_two_hours_slow_connects_and_lists() {
    let world = World::with_users(20).await;
    world.sandbox().set_clock_offset_millis(2 * 3_600_000);
    let page = world.open().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.hear("this computer's clock seems to be behind").await;
    page.press("button", "Connect").await;
    page.hear("20 users · read").await;
}

/// PingOne refuses a token that has really expired and states that as the reason.
#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_refused_by_pingone_and_not_by_the_local_clock() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    let spec = TokenSpec { lifetime_seconds: -60, ..TokenSpec::default() };
    page.paste_token(&world.token(&spec)).await;
    page.press("button", "Connect").await;
    page.hear("PingOne refused the token: it has expired.").await;
}

/// Leaves the page and goes back to it. Checks by a variable of a script that the page
/// came from the back/forward cache.
async fn leave_and_come_back(world: &World, page: &Page) {
    page.run("window.survived = true; arguments[0]();").await;
    let elsewhere = world.bare_page().await;
    page.run(&format!("setTimeout(() => location.assign('{elsewhere}'), 0); arguments[0]();")).await;
    page.until("document.title === 'Bare'").await;
    page.back().await;
    page.until("document.querySelector('pingone-mfa') !== null").await;
    assert_eq!(
        page.value("window.survived === true").await,
        json!(true),
        "the page came from the back/forward cache"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_back_the_page_starts_without_token_and_users() {
    let mut world = World::with_users(20).await;
    world.renew_browser_keeping_pages().await;
    let page = world.open().await;
    let token = world.token(&TokenSpec::default());
    page.connect(&token).await;
    page.hear("Jonas Brandt").await;
    let sent = world.sandbox().seen().len();
    leave_and_come_back(&world, &page).await;
    page.see("password", "Access token").await;
    let text = page.text().await;
    assert!(!text.contains("Jonas Brandt") && page.find("button", "Token").await.is_none(), "{text}");
    assert_no_trace(&page, &token).await;
    assert_eq!(page.sinks_with("jonas.brandt").await, Vec::<String>::new());
    assert_eq!(page.value("document.title").await, json!("PingOne MFA"));
    assert_eq!(world.sandbox().seen().len(), sent, "nothing is sent automatically");
    // The page works again.
    page.connect(&token).await;
    page.hear("Jonas Brandt").await;
    leave_and_come_back(&world, &page).await;
    page.see("password", "Access token").await;
    assert!(!page.text().await.contains("Jonas Brandt"), "the second time too");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_stored_when_the_page_is_left_and_can_be_continued_after_back() {
    let config =
        |origin: &str| config_json(origin).replacen('{', r#"{"rate":{"read":2000,"write":2,"max":2000},"#, 1);
    let mut world = World::start(100, config).await;
    world.renew_browser_keeping_pages().await;
    let page = world.open().await;
    let token = world.token(&TokenSpec::default());
    page.connect(&token).await;
    page.filter("MFA", "Off").await;
    page.press_beginning("checkbox", "Select all ").await;
    page.press_beginning("button", "Enable MFA for ").await;
    page.include_skipped().await;
    page.start_reviewed_run().await;
    page.see("button", "Stop").await;
    // The browser asks for confirmation before the page is left. The page is left anyway.
    let written = |world: &World| world.sandbox().oracle().counts().put;
    world.wait_for_puts(3).await;
    let elsewhere = world.bare_page().await;
    page.run("window.survived = true; arguments[0]();").await;
    let page = world.visit(&elsewhere).await;
    page.until("document.title === 'Bare'").await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let left = written(&world);
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(written(&world), left, "a page in the back/forward cache sends nothing");
    page.back().await;
    page.see("password", "Access token").await;
    page.connect(&token).await;
    page.hear("isn't finished: Enable MFA").await;
}

/// The element in a host page that the browser keeps in its back/forward cache.
#[tokio::test(flavor = "multi_thread")]
async fn an_element_in_a_host_page_is_also_empty_after_back() {
    let mut world = World::with_users(20).await;
    world.renew_browser_keeping_pages().await;
    let host = Host::of(&world, "").await;
    let element = world.release.file("element-", ".js").file_name().unwrap().to_string_lossy().into_owned();
    host.write(
        "index.html",
        &format!(
            "<!doctype html><html lang=en><title>Portal</title><h1>Portal</h1><pingone-mfa></pingone-mfa>\
         <script type=module src='host.js'></script><script type=module src='{}/{element}'></script>",
            world.page_origin
        ),
    );
    host.write(
        "host.js",
        &format!("document.querySelector('pingone-mfa').config = {};", json!(config_json(&world.api_origin))),
    );
    let page = world.visit(&host.origin).await;
    let token = world.token(&TokenSpec::default());
    page.connect(&token).await;
    page.hear("Jonas Brandt").await;
    leave_and_come_back(&world, &page).await;
    page.see("password", "Access token").await;
    assert!(!page.text().await.contains("Jonas Brandt"));
    assert_no_trace(&page, &token).await;
    assert_eq!(page.value("document.title").await, json!("Portal"));
}
