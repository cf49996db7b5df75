//! Tokens where they don't belong, tokens that other people's clocks and environments made, and what Back brings.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use pingone_mfa_e2e::{Host, Page, World};
use pingone_sandbox::TokenSpec;
use pingone_sandbox::page::config_json;
use serde_json::json;

const OTHER: &str = "c0ffee00-0000-4000-8000-00000000000b";

/// A token that names this environment and that nobody signed.
fn token_of(environment: &str) -> String {
    let part = |text: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(text);
    let claims = json!({"env": environment, "client_id": OTHER, "exp": 4_000_000_000_u64});
    format!("{}.{}.{}", part(br#"{"alg":"RS256"}"#), part(claims.to_string().as_bytes()), part(&[7; 256]))
}

/// Where a text of a token's own stands: a fragment of it is enough.
async fn nothing_is_left(page: &Page, token: &str) {
    for fragment in [token.rsplit('.').next().unwrap(), token.split('.').nth(1).unwrap()] {
        assert_eq!(page.sinks_with(&fragment[..20]).await, Vec::<String>::new());
    }
}

/// Puts a token into every field for text that is there, open dialogs included, in all ways, and answers with the fields'
/// names and with what went wrong. Letters can't be typed into those for a date or a number, so nothing is said there.
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

/// Tries every field that is there, and answers with their names.
async fn try_fields(page: &Page, token: &str) -> Vec<String> {
    let tried = page.ask(TRY, vec![json!(token), json!(SAID)]).await.unwrap();
    assert_eq!(tried["wrong"], json!([]));
    assert_eq!(page.sinks_with(&token[..20]).await, Vec::<String>::new());
    serde_json::from_value(tried["names"].clone()).unwrap()
}

/// Opens or closes what is folded up.
async fn unfold(page: &Page, is_open: bool) {
    page.run(&format!(
        "document.querySelector('pingone-mfa').shadowRoot.querySelectorAll('details')
            .forEach((more) => (more.open = {is_open}));
        arguments[0]();"
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_any_text_field_is_taken_out_and_said() {
    let config =
        |origin: &str| config_json(origin).replacen('{', r#"{"changeReference":{"required":true},"#, 1);
    let world = World::start(40, config).await;
    let page = world.open().await;
    page.be_patient(std::time::Duration::from_mins(2)).await.unwrap();
    let token = world.token(&TokenSpec::default());
    page.paste_token(&token).await;
    page.press("button", "Change Environment").await;
    let mut names = try_fields(&page, &token).await;
    let environment = world.sandbox().environment_id().to_string();
    page.enter("textbox", "Environment ID", &environment).await;
    page.hear("40 users. List read").await;

    page.press_beginning("button", "Exchanges (").await;
    unfold(&page, true).await;
    names.extend(try_fields(&page, &token).await);
    unfold(&page, false).await;

    // Turning MFA off asks for a reason and the number too.
    page.choose("MFA status", "MFA: on").await;
    page.press_beginning("checkbox", "Select all ").await;
    page.press_beginning("button", "Disable MFA for ").await;
    page.see("textbox", "Reason").await;
    names.extend(try_fields(&page, &token).await);
    assert_eq!(page.axe().await, Vec::<String>::new());
    page.shoot("token-in-a-dialog").await;
    page.press("button", "Back").await;

    page.press("button", "Help").await;
    names.extend(try_fields(&page, &token).await);
    page.press("button", "Close help").await;

    for name in [
        "User ID",
        "Environment ID",
        "Find a person",
        "Search users",
        "Path or Correlation-Id",
        "Change reference",
        "Reason",
        "Search help",
    ] {
        assert!(names.iter().any(|found| found == name), "{name} was not tried: {names:?}");
    }
    page.press("button", "Forget token").await;
    page.hear("Forgotten here.").await;
    nothing_is_left(&page, &token).await;
    assert!(world.sandbox().seen().iter().all(|seen| !seen.path.contains("eyJ")), "nothing of it was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tokens_environment_takes_the_place_of_the_last_ones() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    let own = world.sandbox().environment_id().to_string();
    // Before connecting.
    page.paste_token(&token_of(OTHER)).await;
    page.hear(OTHER).await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.hear(&own).await;
    assert!(!page.text().await.contains(OTHER));
    // After connecting and forgetting.
    page.press("button", "Connect").await;
    page.hear("20 users. List read").await;
    page.press("button", "Forget token").await;
    page.paste_token(&token_of(OTHER)).await;
    page.hear(OTHER).await;
    assert!(!page.text().await.contains(&own));
    // What a person typed stays, and the difference is named.
    page.press("button", "Change Environment").await;
    page.fill("textbox", "Environment ID", &own).await;
    page.hear(&format!("This token was issued in another environment: {OTHER}")).await;
    assert_eq!(page.axe().await, Vec::<String>::new());
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.hear("The one the application lives in.").await;
    assert!(!page.text().await.contains("issued in another environment"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_of_another_environment_is_asked_about_and_named_as_long_as_it_is_used() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("20 users. List read").await;
    page.press("button", "Replace token").await;
    page.paste_token(&token_of(OTHER)).await;
    page.hear(&format!("This token was issued in another environment: {OTHER}. It isn't in use yet.")).await;
    page.shoot("token-of-another-environment").await;
    assert_eq!(page.axe().await, Vec::<String>::new());
    page.press("button", "Keep the token in use").await;
    assert!(!page.text().await.contains(OTHER));
    page.press("button", "Replace token").await;
    page.paste_token(&token_of(OTHER)).await;
    page.press("button", "Use it in this environment").await;
    page.hear(&format!("This token was issued in another environment: {OTHER}")).await;
    // The environment's own token is taken at once, and ends the note.
    page.press("button", "Replace token").await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.see("button", "Replace token").await;
    for _ in 0..100 {
        if !page.text().await.contains(OTHER) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the note stays: {}", page.text().await);
}

/// The sandbox's clock is behind, which is the same as this computer's being ahead.
#[tokio::test(flavor = "multi_thread")]
async fn a_computer_that_is_two_hours_ahead_connects_lists_and_runs() {
    let world = World::with_users(20).await;
    world.sandbox().set_clock_offset_millis(-2 * 3_600_000);
    let page = world.open().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.hear("By this computer's clock (").await;
    page.hear("If the clock is right, get a new one; if not, Connect: PingOne decides.").await;
    page.shoot("token-and-a-clock-ahead").await;
    assert_eq!(page.axe().await, Vec::<String>::new());
    page.press("button", "Connect").await;
    page.hear("20 users. List read").await;
    page.hear("token expired by this computer's clock").await;
    page.choose("MFA status", "MFA: off").await;
    page.press_beginning("checkbox", "Select all ").await;
    page.press_beginning("button", "Enable MFA for ").await;
    page.include_skipped().await;
    page.press_beginning("button", "Run ").await;
    page.hear("Finished at").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_that_is_two_hours_behind_connects_and_lists() {
    let world = World::with_users(20).await;
    world.sandbox().set_clock_offset_millis(2 * 3_600_000);
    let page = world.open().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.hear("this computer's clock seems to be behind").await;
    page.press("button", "Connect").await;
    page.hear("20 users. List read").await;
}

/// A token that has really expired is refused by PingOne, in so many words.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_has_expired_is_refused_by_pingone_and_not_by_a_clock() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    let spec = TokenSpec { lifetime_seconds: -60, ..TokenSpec::default() };
    page.paste_token(&world.token(&spec)).await;
    page.press("button", "Connect").await;
    page.hear("PingOne refused the token: it has expired.").await;
}

/// Leaves the page for another one and comes back. The page is the same one: what a script kept in it is still there, which
/// is so only if it came out of the browser's back/forward cache.
async fn leave_and_come_back(world: &World, page: &Page) {
    page.run("window.survived = true; arguments[0]();").await;
    let elsewhere = world.bare_page().await;
    page.run(&format!("setTimeout(() => location.assign('{elsewhere}'), 0); arguments[0]();")).await;
    page.until("document.title === 'Bare'").await;
    page.back().await;
    page.until("document.querySelector('pingone-mfa') !== null").await;
    assert_eq!(page.value("window.survived === true").await, json!(true), "the page was kept by the browser");
}

#[tokio::test(flavor = "multi_thread")]
async fn back_brings_the_page_anew_without_a_token_and_without_people() {
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
    assert!(!text.contains("Jonas Brandt") && !text.contains("Forget token"), "{text}");
    nothing_is_left(&page, &token).await;
    assert_eq!(page.sinks_with("jonas.brandt").await, Vec::<String>::new());
    assert_eq!(page.value("document.title").await, json!("PingOne MFA"));
    assert_eq!(world.sandbox().seen().len(), sent, "nothing is sent by itself");
    // And it works.
    page.connect(&token).await;
    page.hear("Jonas Brandt").await;
    leave_and_come_back(&world, &page).await;
    page.see("password", "Access token").await;
    assert!(!page.text().await.contains("Jonas Brandt"), "the second time too");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_back_leads_away_from_is_stored_and_can_be_continued() {
    let config =
        |origin: &str| config_json(origin).replacen('{', r#"{"rate":{"read":2000,"write":4,"max":2000},"#, 1);
    let mut world = World::start(100, config).await;
    world.renew_browser_keeping_pages().await;
    let page = world.open().await;
    let token = world.token(&TokenSpec::default());
    page.connect(&token).await;
    page.choose("MFA status", "MFA: off").await;
    page.press_beginning("checkbox", "Select all ").await;
    page.press_beginning("button", "Enable MFA for ").await;
    page.include_skipped().await;
    page.press_beginning("button", "Run ").await;
    page.see("button", "Stop").await;
    // Somebody who leaves is asked by the browser, and leaves all the same.
    let written = |world: &World| world.sandbox().oracle().counts().put;
    while written(&world) < 3 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let elsewhere = world.bare_page().await;
    page.run("window.survived = true; arguments[0]();").await;
    let page = world.visit(&elsewhere).await;
    page.until("document.title === 'Bare'").await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let left = written(&world);
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(written(&world), left, "a page that is kept sends nothing");
    page.back().await;
    page.see("password", "Access token").await;
    page.connect(&token).await;
    page.hear("isn't finished: Enable MFA").await;
}

/// The element is in a page of somebody else's, which the browser keeps.
#[tokio::test(flavor = "multi_thread")]
async fn an_element_in_another_page_is_empty_after_back_too() {
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
    nothing_is_left(&page, &token).await;
    assert_eq!(page.value("document.title").await, json!("Portal"));
}
