//! The request list: filtering, copying, saving as HAR, how the page handles malformed responses; and the help.

use pingone_mfa_e2e::{Page, World};
use pingone_mfa_recording::Replay;
use pingone_sandbox::page::config_json;
use pingone_sandbox::{Role, Rule, TokenSpec};
use serde_json::{Value, json};
use thirtyfour::Key;

/// Stores copied text in `window.copied` for the test.
const NOTE_COPIES: &str = "const real = navigator.clipboard.writeText.bind(navigator.clipboard);
    navigator.clipboard.writeText = (text) => { window.copied = text; return real(text); };
    arguments[0]();";

async fn copied(page: &Page, button: &str) -> String {
    page.value("window.copied = ''").await;
    page.press_beginning("button", button).await;
    page.until("window.copied !== ''").await;
    page.value("window.copied").await.as_str().unwrap_or_default().to_owned()
}

/// The copy of the exchange beside the table.
async fn copy_of_shown(page: &Page) -> String {
    page.value("window.copied = ''").await;
    page.press("button", "Copy").await;
    page.until("window.copied !== ''").await;
    page.value("window.copied").await.as_str().unwrap_or_default().to_owned()
}

const SEARCH: &str = "Filter by path or Correlation-Id";

async fn focus_table(page: &Page) {
    page.see("grid", "Requests").await.focus().await.unwrap();
}

fn add_fault(world: &World, rule: Value) {
    let rule: Rule = serde_json::from_value(rule).expect("a rule");
    world.sandbox().add_fault(rule).expect("a valid rule");
}

async fn rows(page: &Page) -> u64 {
    page.ask_shadow("root.querySelectorAll('tbody [id^=exchange-]').length").await.as_u64().expect("a number")
}

/// Waits until the exchange at this index is the active one, in both the table and the row. The table is
/// rendered a few times per second.
async fn wait_for_active_exchange(page: &Page, index: usize) {
    page.until(&format!(
        "((root) => [...root.querySelectorAll('tbody [id^=exchange-]')].findIndex((row) => row.ariaSelected === 'true'
        && row.id === root.querySelector('.request-table').getAttribute('aria-activedescendant')) === {index})
            (document.querySelector('pingone-mfa').shadowRoot)"
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_exchanges_can_be_filtered_and_navigated_by_keyboard() {
    let world = World::with_users(250).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("250 users · read").await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    assert_eq!(
        page.ask_shadow("root.querySelector('.request-table')").await,
        Value::Null,
        "the table is made when its tab is selected"
    );
    page.press("tab", "Requests").await;
    let all = rows(&page).await;
    page.hear(&format!("{all} of {all} requests.")).await;
    page.check_appearance_around(".request-detail", "exchanges").await;

    page.choose_in_menu("Method", "menuitemradio", "PUT").await;
    page.hear(&format!("1 of {all} requests.")).await;
    assert_eq!(rows(&page).await, 1);
    page.choose_in_menu("Status", "menuitemradio", "4xx").await;
    page.hear(&format!("None of {all} requests.")).await;
    assert!(page.see("button", "Copy all").await.attr("disabled").await.unwrap().is_some());
    page.choose_in_menu("Method", "menuitemradio", "Any method").await;
    page.choose_in_menu("Status", "menuitemradio", "2xx").await;
    page.type_raw(SEARCH, "limit=200").await;
    page.hear(&format!("2 of {all} requests.")).await;
    page.choose_in_menu("Status", "menuitemradio", "Any status").await;
    page.type_raw(SEARCH, "").await;
    page.hear(&format!("{all} of {all} requests.")).await;

    // The table is one stop of the Tab key, and arrow keys move through it.
    focus_table(&page).await;
    assert_eq!(page.focus().await, "Requests");
    // The newest exchange is selected.
    wait_for_active_exchange(&page, 0).await;
    page.type_keys(Key::Down + "").await;
    page.see("button", "Follow the newest").await;
    wait_for_active_exchange(&page, 1).await;
    page.type_keys(Key::End + "").await;
    wait_for_active_exchange(&page, usize::try_from(all).unwrap() - 1).await;
    page.press("tab", "Raw").await;
    page.hear("GET http").await;
    let chosen =
        page.ask_shadow("root.querySelector('.request-table').getAttribute('aria-activedescendant')").await;
    page.press("tab", "Users").await;
    page.press("switch", "MFA for test.user07").await;
    page.wait_for_switch("MFA for test.user07", true).await;
    page.press("tab", "Requests").await;
    let still =
        page.ask_shadow("root.querySelector('.request-table').getAttribute('aria-activedescendant')").await;
    assert_eq!(chosen, still, "the selected exchange is kept");
    page.press("button", "Follow the newest").await;
    assert!(page.find("button", "Follow the newest").await.is_none());
    wait_for_active_exchange(&page, 0).await;

    // The request beside the table is closed, and opened again.
    page.press("button", "Close").await;
    assert!(page.find("complementary", "Request").await.is_none());
    page.until_shadow("root.activeElement?.matches('.request-table')").await;
    page.type_keys(Key::Down + "").await;
    wait_for_active_exchange(&page, 1).await;
    assert!(page.find("complementary", "Request").await.is_none(), "arrow keys open nothing");
    page.type_keys(Key::Enter + "").await;
    page.see("complementary", "Request").await;
    page.see("button", "Close").await.focus().await.unwrap();
    page.type_keys(Key::Escape + "").await;
    page.until_shadow("root.activeElement?.matches('.request-table')").await;
    page.ask_shadow("root.querySelector('tbody [id^=exchange-]').click()").await;
    page.see("complementary", "Request").await;
    assert_eq!(world.complaints(true).await, Vec::<String>::new());
}

/// Script that records when the list of exchanges changes. Changes within 50 ms count once.
const NOTE_CHANGES: &str = "window.changes = [];
    const list = document.querySelector('pingone-mfa').shadowRoot.querySelector('.request-table');
    new MutationObserver(() => {
        if (performance.now() - (window.changes.at(-1) ?? -1000) > 50) window.changes.push(performance.now());
    }).observe(list, { subtree: true, childList: true, characterData: true, attributes: true });
    arguments[0]();";

#[tokio::test(flavor = "multi_thread")]
async fn many_exchanges_are_rendered_a_few_times_per_second_and_only_while_open() {
    let config =
        |origin: &str| config_json(origin).replacen('{', r#"{"rate":{"read":120,"write":10,"max":120},"#, 1);
    let world = World::start(40_000, config).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.see("button", "Load all 40,000 users").await;
    page.press("button", "Load all 40,000 users").await;
    page.press("tab", "Requests").await;
    page.run(NOTE_CHANGES).await;
    page.until_shadow("root.querySelector('#users-panel').innerText.includes('40,000 users · read')").await;
    page.until("performance.now() - window.changes.at(-1) > 500").await;
    assert_eq!(rows(&page).await, 200, "the last 200 are listed");
    let shown = page.value("window.changes.length").await.as_u64().unwrap();
    let duration = page.value("window.changes.at(-1) - window.changes[0]").await.as_f64().unwrap();
    assert!(
        f64::from(u32::try_from(shown).unwrap()) <= duration / 100.0 + 2.0,
        "{shown} times in {duration} ms"
    );
    assert!((3..150).contains(&shown), "{shown} times for 200 exchanges");
    page.press("tab", "Users").await;
    assert_eq!(rows(&page).await, 0, "a table that isn't shown isn't rendered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_has_no_personal_data_unless_requested_for_that_copy() {
    let world = World::with_users(250).await;
    let jonas = world.sandbox().user_by_username("jonas.brandt").unwrap();
    let page = world.open().await;
    page.run(NOTE_COPIES).await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("250 users · read").await;
    page.find_in_pingone("jonas.b").await;
    page.hear("1 user for 'jonas.b'").await;
    page.press("button", "Jonas Brandt, open jonas.brandt").await;
    page.hear("read ").await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    let token = world.token(&TokenSpec::default());
    let header = token.split('.').next().unwrap();

    page.press("tab", "Requests").await;
    let without = copied(&page, "Copy all").await;
    for person in ["jonas", "brandt", "@"] {
        let found = without.to_lowercase().find(person);
        assert_eq!(found, None, "{person}: {without}");
    }
    for kept in [&jonas.to_string(), "[username]", "[email]", "\"mfaEnabled\": true", "attempt 1"] {
        assert!(without.contains(kept), "{kept}: {without}");
    }
    assert!(!without.contains("Correlation-Id"), "responses don't expose it: {without}");
    assert!(without.contains("filter=username%20sw%20%22[username]%22"), "{without}");

    page.press("checkbox", "Include personal data (this copy only)").await;
    let with = copied(&page, "Copy all").await;
    assert!(with.contains("jonas.brandt") && with.contains("jonas.b%22"), "{with}");
    page.hear("Copied.").await;
    let is_ticked = page.ask_shadow("root.querySelector('.exchange-copying input').checked").await;
    assert_eq!(is_ticked, json!(false), "the option applies to one copy");
    assert_eq!(copied(&page, "Copy all").await, without);

    page.type_raw(SEARCH, &format!("users/{jonas}")).await;
    page.choose_in_menu("Method", "menuitemradio", "PUT").await;
    assert_eq!(copied(&page, "Copy all").await.matches("Sent 2").count(), 1);
    let one = copy_of_shown(&page).await;
    assert!(one.starts_with("PUT http") && !one.contains("---"), "{one}");
    assert!(!page.text().await.contains("Correlation-Id: "));
    world.expose_correlation_ids();
    page.press("tab", "Users").await;
    page.find_in_pingone("dina.n").await;
    page.hear("1 user for 'dina.n'").await;
    page.press("tab", "Requests").await;
    let exposed = copy_of_shown(&page).await;
    assert!(exposed.contains("\nCorrelation-Id: "), "{exposed}");
    for text in [without, with, one, exposed] {
        assert!(text.contains("Authorization: Bearer {token}") && !text.contains(header));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_echoed_token_is_redacted_everywhere() {
    let world = World::with_users(250).await;
    world.expose_correlation_ids();
    let page = world.open().await;
    page.run(NOTE_COPIES).await;
    let token = world.token(&TokenSpec::default());
    let parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    add_fault(
        &world,
        json!({"on": {"method": "PUT"}, "times": 1, "fault": {"kind": "text", "status": 403,
        "text": r#"{"message":"Invalid key=value pair (missing equal-sign) in Authorization header: '{authorization}'."}"#}}),
    );
    add_fault(
        &world,
        json!({"on": {"method": "PUT"}, "times": 1, "fault": {"kind": "text", "status": 400,
        "encoding": "utf16", "text": r#"{"message":"'{authorization}' is not a key=value pair"}"#}}),
    );
    add_fault(
        &world,
        json!({"on": {"method": "PUT"}, "times": 1, "fault": {"kind": "text", "status": 400,
        "encoding": "latin1", "text": "<p>Müller, {authorization}</p>"}}),
    );
    add_fault(
        &world,
        json!({"on": {"method": "PUT"}, "times": 1, "fault": {"kind": "text", "status": 400,
        "text": r#"{"id":"15051f81-0000-4000-8000-000000000000","code":"{authorization}","message":"{authorization}","details":[{"code":"{authorization}","target":"{authorization}","message":"{authorization}"}]}"#}}),
    );
    add_fault(&world, json!({"fault": {"kind": "echo"}}));
    page.connect(&token).await;
    page.hear("250 users · read").await;
    let mut places = Vec::new();
    for word in [
        "Authorization header: 'Bearer {token}'",
        "'Bearer {token}' is no",
        "Bearer {token}</p>",
        "\"code\": \"Bearer {token}\"",
    ] {
        // A failed change opens the user.
        page.press("switch", "MFA for jonas.brandt").await;
        page.open_response().await;
        for form in ["Raw", "Code", "Typed"] {
            page.press("tab", form).await;
            places.push(page.text().await);
        }
        page.press("tab", "Raw").await;
        page.hear(word).await;
    }
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    page.press("tab", "Requests").await;
    page.press("tab", "Raw").await;
    page.hear("Correlation-Id: Bearer {token}").await;
    page.hear("\"authorization\": \"Bearer {token}\"").await;
    // Every exchange as displayed, typed and raw.
    focus_table(&page).await;
    for _ in 0..rows(&page).await {
        page.type_keys(Key::Down + "").await;
        places.push(page.text().await);
    }
    page.press("tab", "Typed").await;
    places.push(page.text().await);
    places.push(copied(&page, "Copy all").await);
    page.press("checkbox", "Include personal data (this copy only)").await;
    places.push(copied(&page, "Copy all").await);
    places.push(world.console().await);
    for part in &parts {
        assert_eq!(page.sinks_with(part).await, Vec::<String>::new());
        for text in &places {
            assert!(!text.contains(part), "{text}");
        }
    }
    assert!(
        places.iter().filter(|text| text.contains("{token}")).count() > 5,
        "the responses did contain the token"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_echoed_token_is_redacted_in_reports_and_tickets_of_a_run() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    page.run(NOTE_COPIES).await;
    let token = world.token(&TokenSpec::default());
    add_fault(
        &world,
        json!({"on": {"method": "PUT"}, "times": 3, "fault": {"kind": "text", "status": 400,
        "text": r#"{"id":"15051f81-0000-4000-8000-000000000000","code":"{authorization}","message":"{authorization}","details":[{"code":"{authorization}","target":"{authorization}","message":"{authorization}"}]}"#}}),
    );
    page.connect(&token).await;
    page.hear("20 users · read").await;
    page.filter("MFA", "Off").await;
    page.press_beginning("checkbox", "Select all ").await;
    page.press_beginning("button", "Enable MFA for ").await;
    page.include_skipped().await;
    page.start_reviewed_run().await;
    page.run_finished().await;
    page.press("button", "Why? 3 refused").await;
    page.hear("PingOne refuses the request itself.").await;
    page.show_checks().await;
    let ticket = copied(&page, "Copy for a ticket").await;
    let request = copied(&page, "Copy request").await;
    let folder = world.downloads().await;
    page.save_report("CSV").await;
    let table = folder.file(".csv").await;
    page.save_report("JSON").await;
    let report = folder.file(".json").await;
    assert!(report.contains("{token}") && table.contains("{token}"), "the responses did contain the token");
    let places = [ticket, request, table, report, page.text().await, world.console().await];
    for part in token.split('.') {
        assert_eq!(page.sinks_with(part).await, Vec::<String>::new());
        for text in &places {
            assert!(!text.contains(part), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_are_shown_as_text_and_the_page_stays_usable() {
    let world = World::with_users(250).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("250 users · read").await;
    page.press("tab", "Requests").await;
    page.press("tab", "Raw").await;
    page.press("tab", "Users").await;
    let script = "<html><script>window.ran = true</script><img src=x onerror=\"window.ran = true\">Sign in, please</html>";
    let long = "<p>0123456789</p>";
    let text = |status: u16, text: &str, encoding: &str, times: usize| {
        json!({"kind": "text", "status": status,
        "text": text, "encoding": encoding, "times": times})
    };
    let jonas = world.sandbox().user_by_username("jonas.brandt").unwrap();
    for (fault, shown) in [
        (text(200, script, "utf8", 1), "Sign in, please</html>"),
        (text(403, script, "utf16", 1), "onerror=\"window.ran = true\">Sign in, please</html>"),
        (text(502, "<h1>Störung</h1>", "latin1", 1), "<h1>St\u{fffd}rung</h1>"),
        (text(500, long, "utf8", 400_000), "The beginning of 6,800,000 bytes."),
        (text(500, long, "utf8", 600_000), "The response was larger than any of PingOne's"),
        (
            text(400, &format!("{{\"message\":\"{}\"}}", "x".repeat(5_000_000)), "utf8", 1),
            "The beginning of 5,000,014 bytes.",
        ),
        (text(200, "", "utf8", 1), "200"),
        (json!({"kind": "nested", "depth": 200_000}), "[\n  [\n    ["),
    ] {
        let label = fault.to_string().chars().take(80).collect::<String>();
        world.sandbox().clear_faults();
        add_fault(&world, json!({"on": {"method": "GET", "endpoint": "user"}, "fault": fault}));
        page.find_in_pingone(&jonas.to_string()).await;
        page.hear("What to do").await;
        page.press("tab", "Requests").await;
        page.hear(shown).await;
        assert_eq!(page.value("window.ran === undefined").await, json!(true), "{label}");
        let made = page.ask_shadow("root.querySelectorAll('script, img, h1 + h1, iframe').length").await;
        assert_eq!(made, json!(0), "{label}");
        // The page continues to work normally.
        page.press("tab", "Users").await;
        page.press("button", "Close").await;
        page.type_raw("Search users", "adaeze.okonkwo").await;
        page.hear("1 of 250 users").await;
        page.type_raw("Search users", "").await;
        let wide = page.ask_shadow("document.documentElement.scrollWidth <= innerWidth").await;
        assert_eq!(wide, json!(true), "{label}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn help_is_available_before_and_after_connecting_and_can_be_searched() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    page.see("password", "Access token").await;
    page.press("button", "Help").await;
    page.see("dialog", "Help").await;
    page.until("document.querySelector('pingone-mfa').shadowRoot.activeElement?.ariaLabel === 'Search help'")
        .await;
    page.hear("19 topics.").await;
    page.check_appearance_around(".help h2", "help").await;
    page.type_keys("scope population").await;
    page.hear("1 of 19 topics.").await;
    page.hear("Changing the flag needs Identity Data Admin.").await;
    assert!(!page.text().await.contains("What MFA on and off mean"));
    page.type_keys(" nonsense").await;
    page.hear("No topic contains all of these words.").await;
    page.type_keys(Key::Escape + "").await;
    if page.find("dialog", "Help").await.is_some() {
        // The first Escape clears a search field.
        page.type_keys(Key::Escape + "").await;
    }
    assert!(page.find("dialog", "Help").await.is_none());
    assert_eq!(page.focus().await, "Help", "the focus returns");
    assert_eq!(world.sandbox().seen(), [], "nothing was sent");

    page.connect(&world.token(&TokenSpec { role: Role::IdentityDataReadOnly, ..TokenSpec::default() })).await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.hear("you may read users here, but not change MFA").await;
    page.show_checks().await;
    page.see("button", "May change a flag").await.focus().await.unwrap();
    page.type_keys(Key::Enter + "").await;
    page.until(
        "document.querySelector('pingone-mfa').shadowRoot.activeElement?.innerText === 'Least privileged role'",
    )
    .await;
    page.shoot("help-topic").await;
    page.type_keys(Key::Escape + "").await;
    assert_eq!(page.focus().await, "May change a flag");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_saved_as_har_have_no_personal_data_and_replay_in_the_sandbox() {
    let world = World::with_users(250).await;
    let downloads = world.downloads().await;
    let jonas = world.sandbox().user_by_username("jonas.brandt").unwrap();
    let page = world.open().await;
    let token = world.token(&TokenSpec::default());
    page.connect(&token).await;
    page.hear("250 users · read").await;
    page.find_in_pingone("jonas.b").await;
    page.hear("1 user for 'jonas.b'").await;
    page.press("button", "Jonas Brandt, open jonas.brandt").await;
    page.hear("read ").await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    page.press("tab", "Requests").await;
    page.press("button", "Save all as HAR").await;

    let har = downloads.file("pingone-mfa.har").await;
    let lower = har.to_lowercase();
    let environment = world.sandbox().environment_id().to_string();
    let parts = token.split('.').chain(["jonas", "brandt", "@", "employees", "workforce", "198.51.100.7"]);
    for secret in parts.chain([jonas.to_string().as_str(), environment.as_str()]) {
        assert!(!lower.contains(&secret.to_lowercase()), "{secret}: {har}");
    }
    let replay = Replay::of(&har).unwrap();
    assert_eq!(replay.differences, Vec::<String>::new(), "{har}");
    assert!(replay.compared > 5 && !replay.exposes_correlation_id, "{replay:?}");
    let puts = har.matches("\"method\":\"PUT\"").count();
    assert_eq!(
        (puts, har.matches("{\\\"mfaEnabled\\\":true}").count()),
        (1, 1),
        "the request body is included"
    );
    page.check_appearance("exchanges-har").await;
}
