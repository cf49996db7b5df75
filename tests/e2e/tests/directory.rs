//! The list: finds, filters, sorts, selects and saves up to a hundred thousand users, shows one user's details, and
//! handles every failure of a listing.

use std::collections::HashSet;

use pingone_mfa_e2e::{Page, World};
use pingone_sandbox::page::config_json;
use pingone_sandbox::{BackgroundChange, Behavior, DeviceState, Fault, On, Role, Rule, Seen, TokenSpec};
use serde_json::json;
use thirtyfour::Key;

/// The config.json with a high read limit, because these tests don't cover the pace.
fn quick(origin: &str) -> String {
    config_json(origin).replacen('{', r#"{"rate":{"read":2000},"#, 1)
}

async fn listed(world: &World, users: &str) -> Page {
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.press("button", &format!("Load all {users} users")).await;
    page.hear_late(&format!("{users} users · read")).await;
    page
}

/// How many users have MFA off in the sandbox.
fn off(world: &World) -> usize {
    let sandbox = world.sandbox();
    sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) == Some(false)).count()
}

fn with_commas(number: usize) -> String {
    if number < 1000 { number.to_string() } else { format!("{},{:03}", number / 1000, number % 1000) }
}

fn pages(method: &str, endpoint: &str, page: Option<u64>) -> On {
    On { method: Some(method.into()), endpoint: Some(endpoint.into()), user: None, page }
}

fn add_fault(world: &World, page: Option<u64>, times: Option<u64>, fault: Fault) {
    let rule = Rule { on: pages("GET", "users", page), share: 1.0, skip: 0, times, fault };
    assert_eq!(world.sandbox().add_fault(rule), Ok(()), "a valid rule");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_users_can_be_found_filtered_sorted_selected_and_saved() {
    let world = World::start(100_000, quick).await;
    let page = listed(&world, "100,000").await;
    let grid = page.see("grid", "Users").await;
    assert_eq!(grid.attr("aria-rowcount").await.unwrap().as_deref(), Some("100001"));

    page.fill("searchbox", "Search users", "adaeze okonk").await;
    page.hear("1 of 100,000 users").await;
    page.fill("searchbox", "Search users", "ZOE").await;
    page.hear("Zoë").await;
    page.press("button", "Show all users").await;
    page.hear("100,000 users · read").await;

    page.filter("MFA", "Off").await;
    let off = off(&world);
    page.hear(&format!("{} of 100,000 users", with_commas(off))).await;
    page.press("button", "Name").await;
    page.hear("Name ↑").await;
    let select = format!("Select all {} users", with_commas(off));
    page.press("checkbox", &select).await;
    page.hear(&format!("{} selected", with_commas(off))).await;

    // To the last row with the keyboard.
    page.see("checkbox", &select).await.send_keys(Key::Control + Key::End).await.unwrap();
    page.focused_row(off + 1).await;
    page.see("grid", "Users").await;

    let folder = world.downloads().await;
    page.press("button", "Export").await;
    page.press("button", &format!("Save {} users", with_commas(off))).await;
    page.hear(&format!("Saved {} users.", with_commas(off))).await;
    let saved = folder.file(".csv").await;
    let ids: HashSet<&str> = saved.lines().skip(2).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(ids.len(), off, "each user once");
    assert!(saved.starts_with("# contains ids and states only; list read "), "{saved:.200}");
    assert!(!saved.contains("@example.com"), "the file has no email addresses");
    page.press("radio", "Also names, usernames and email addresses (personal data)").await;
    page.press("radio", "JSON").await;
    page.press("button", &format!("Save {} users", with_commas(off))).await;
    let saved = folder.file("-contains-personal-data.json").await;
    let saved: serde_json::Value = serde_json::from_str(&saved).expect("the file is JSON");
    assert_eq!(saved["contains"], "personal data");
    let users = saved["users"].as_array().unwrap();
    assert!(users.len() == off && users.iter().all(|user| user["mfa"] == "off"));
    page.press("button", "Close").await;

    page.filter("Population", "Contractors").await;
    let shown = page.shown().await;
    page.hear(&format!("{} selected", with_commas(shown))).await;
    assert!(shown < off, "users that are filtered out aren't selected");
    assert_eq!(world.complaints(false).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_contains_the_view_but_no_personal_data() {
    let world = World::start(3000, quick).await;
    let page = listed(&world, "3,000").await;
    page.filter("Account", "Locked").await;
    page.fill("searchbox", "Search users", "lena").await;
    page.hear("1 of 3,000 users").await;
    let address = page.address().await;
    assert!(address.ends_with("#account=locked"), "{address}");
    page.filter("MFA", "On").await;
    assert!(page.address().await.ends_with("#mfa=on&account=locked"));
    page.back().await;
    page.hear_address("#account=locked").await;
    page.reload().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.press("button", "Load all 3,000 users").await;
    page.hear(" of 3,000 users · Account: locked · read").await;
    assert_eq!(page.filtered_by("Account").await, "locked");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_numbers_match_the_filtered_table() {
    let world = World::start(3000, quick).await;
    let page = listed(&world, "3,000").await;
    let on = 3000 - off(&world);
    page.hear(&format!("MFA is on for {} of 3,000 users", with_commas(on))).await;
    page.press("button", "Load device report").await;
    page.hear("Devices from PingOne's report of").await;
    let numbers = page.names("button", "Show ").await;
    assert!(numbers.len() > 10, "{numbers:?}");
    for name in numbers {
        page.press("button", "By population").await;
        page.press("button", &name).await;
        let said = name.trim_start_matches("Show ").split(':').next().unwrap().replace(',', "");
        assert_eq!(page.shown().await.to_string(), said, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_filter_shows_the_members_that_pingone_returns() {
    let world = World::start(1200, quick).await;
    let page = listed(&world, "1,200").await;
    page.filter("Group", "Pilot \"MFA für alle\"").await;
    page.hear("members, read").await;
    let (shown, text) = (page.shown().await, page.text().await);
    assert!(shown > 0 && text.contains(&format!("Group: {shown} members")), "{shown}\n{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_devices_is_explained_and_gets_a_bypass() {
    let world = World::start(1200, quick).await;
    let page = listed(&world, "1,200").await;
    page.fill("searchbox", "Search users", "dina").await;
    page.press("button", "Dina Nodevice, open dina.nodevice").await;
    page.hear("MFA is on, but this user has no active device.").await;
    page.press("switch", "MFA for dina.nodevice").await;
    page.see("dialog", "Disable MFA for Dina Nodevice?").await;
    assert_eq!(page.focus().await, "Cancel");
    page.choose("Hours", "4 hours").await;
    page.press_beginning("button", "Allow until ").await;
    page.hear("MFA is on, but an MFA bypass is active until").await;
    page.hear("Until then this user signs in without a second factor").await;
    let dina = world.sandbox().user_by_username("dina.nodevice").unwrap();
    assert_eq!(world.sandbox().mfa_enabled(dina), Some(true), "a bypass doesn't change the flag");
    page.hear("MFA is on for").await;
    page.press("button", "By population").await;
    page.press("button", "Show 1: All users, MFA on, but bypassed").await;
    page.hear("1 of 1,200 users").await;
    assert_eq!(page.axe().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn bypasses_can_be_forbidden_by_the_deployment_or_by_the_role() {
    let config =
        |origin: &str| quick(origin).replacen('{', r#"{"bypass":{"allowed":false,"note":"Call 4711."},"#, 1);
    let world = World::start(50, config).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec { role: Role::IdentityDataReadOnly, ..TokenSpec::default() })).await;
    page.press("switch", "MFA for adaeze.okonkwo").await;
    page.hear("This deployment doesn't permit bypasses.").await;
    page.hear("Call 4711.").await;
    page.see("button", "Disable MFA").await;
    page.press("button", "Cancel").await;

    let world = World::start(50, quick).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec { role: Role::IdentityDataReadOnly, ..TokenSpec::default() })).await;
    page.press("switch", "MFA for adaeze.okonkwo").await;
    page.press_beginning("button", "Allow until ").await;
    page.hear("your role doesn't permit bypasses. Nothing was changed. In PingOne's console").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn actions_disabled_by_the_deployment_are_not_offered() {
    let limits = r#"{"turnOff":"never","notice":"Only for the service desk.","support":"desk.example/mfa","#;
    let world = World::start(50, |origin| quick(origin).replacen('{', limits, 1)).await;
    let page = world.open().await;
    page.hear("Only for the service desk.").await;
    page.hear("Help: desk.example/mfa").await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.press("switch", "MFA for adaeze.okonkwo").await;
    page.hear("This deployment doesn't permit turning MFA off.").await;
    assert_eq!(page.names("button", "Disable MFA").await, Vec::<String>::new());
    page.press("button", "Cancel").await;
    let jonas = world.sandbox().user_by_username("jonas.brandt").unwrap();
    assert_eq!(world.sandbox().mfa_enabled(jonas), Some(true));

    let world = World::start(50, |origin| quick(origin).replacen('{', r#"{"access":"read","#, 1)).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.see("checkbox", "Select adaeze.okonkwo").await;
    assert_eq!(page.names("switch", "MFA for").await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_of_selected_users_are_read_if_the_device_report_is_forbidden() {
    let world = World::start(50, quick).await;
    world.sandbox().forbid_report(true);
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.press("button", "Load device report").await;
    page.hear("Your token doesn't have access to PingOne's device report.").await;
    page.press("checkbox", "Select dina.nodevice").await;
    page.press("checkbox", "Select adaeze.okonkwo").await;
    page.press("button", "Check devices").await;
    page.hear("Devices of 2 of 2 users read.").await;
    let usable = |name: &str| {
        let sandbox = world.sandbox();
        let devices = sandbox.devices(sandbox.user_by_username(name).unwrap()).unwrap();
        devices.iter().filter(|device| device.state == DeviceState::Active).count()
    };
    let without = ["dina.nodevice", "adaeze.okonkwo"].into_iter().filter(|name| usable(name) == 0).count();
    page.see("button", &format!("Show {without}: All users, MFA on, no device")).await;
    page.press("button", "Export").await;
    page.see("dialog", "Export users").await;
    for scheme in ["light", "dark"] {
        page.emulate_display(scheme, 1440, 900).await;
        assert_eq!(page.axe().await, Vec::<String>::new(), "{scheme}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_reaches_every_cell_of_the_grid_and_keeps_its_position() {
    let world = World::start(500, quick).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("500 users · read").await;
    let first = page.see("checkbox", "Select all 500 users").await;
    assert_eq!(first.attr("tabindex").await.unwrap().as_deref(), Some("0"), "the Tab key reaches the header");
    first.send_keys(Key::Down + "").await.unwrap();
    page.focused_row(2).await;
    page.send(Key::Right + "").await;
    assert!(page.focus().await.contains(", open "), "{}", page.focus().await);
    page.send(Key::PageDown + "").await;
    page.send(Key::Control + Key::End).await;
    page.focused_row(501).await;
    page.send(Key::Home + "").await;
    assert!(page.focus().await.starts_with("Select "));
    // The focused row stays in the document when it is scrolled out of view.
    page.run("document.querySelector('pingone-mfa').shadowRoot.querySelector('.grid-scroll').scrollTop = 0; setTimeout(arguments[0], 300);").await;
    page.focused_row(501).await;
    // When the focused row is filtered out, the nearest row gets the focus.
    page.run("const search = document.querySelector('pingone-mfa').shadowRoot.querySelector('input.search'); search.value = 'okonkwo'; search.dispatchEvent(new InputEvent('input', { bubbles: true })); setTimeout(arguments[0], 300);").await;
    page.focused_row(2).await;
    assert_eq!(page.axe().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_anywhere_in_a_row_opens_its_user_and_marks_the_row() {
    const OPENED: &str = "[...root.querySelectorAll('tr[aria-current]')].map((row) => row.ariaRowIndex)";
    let world = World::start(500, quick).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("500 users · read").await;
    page.press("checkbox", "Select adaeze.okonkwo").await;
    assert_eq!(page.ask_shadow(OPENED).await, json!([]), "a checkbox opens nothing");
    let press = "root.querySelector('[aria-rowindex=\"4\"] td.last-sign-on').click()";
    page.ask_shadow(press).await;
    page.until_shadow(&format!("{OPENED}[0] === '4'")).await;
    let is_cut = "((cell, table) => cell.right > table.right + 1 || cell.left < table.left)(
        root.querySelector('tbody td.mfa').getBoundingClientRect(), root.querySelector('.grid-scroll').getBoundingClientRect())";
    for width in [1280, 390] {
        page.emulate_display("light", width, 844).await;
        assert_eq!(page.ask_shadow(is_cut).await, json!(false), "the MFA cell at {width}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_gets_wider_by_key_and_the_table_keeps_its_place_behind_another_tab() {
    const WIDTH: &str = "root.querySelector('thead .username').offsetWidth";
    const TOP: &str = "root.querySelector('.grid-scroll').scrollTop";
    let world = World::start(500, quick).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("500 users · read").await;
    let before = page.ask_shadow(WIDTH).await.as_u64().unwrap();
    page.see("button", "Username").await.send_keys(Key::Shift + Key::Right).await.unwrap();
    page.until_shadow(&format!("{WIDTH} >= {}", before + 15)).await;
    page.ask_shadow(&format!("{TOP} = 3400")).await;
    page.press("tab", "Requests").await;
    page.press("tab", "Users").await;
    page.until_shadow(&format!("{TOP} === 3400 && root.querySelector('[aria-rowindex=\"104\"]') !== null"))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_that_started_on_another_row_opens_no_user() {
    const ROOT: &str = "const root = document.querySelector('pingone-mfa').shadowRoot;";
    let world = World::start(500, quick).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("500 users · read").await;
    let position = format!(
        "{ROOT} const name = root.querySelector('[aria-rowindex=\"2\"] .row-open'); name.scrollIntoView({{block: 'center'}});
        const box = name.getBoundingClientRect(); arguments[0]([box.x + 20, box.y + box.height / 2]);"
    );
    let position = page.ask(&position, vec![]).await.unwrap();
    let mouse = async |kind: &str| {
        let event =
            json!({"type": kind, "x": position[0], "y": position[1], "button": "left", "clickCount": 1});
        page.devtools("Input.dispatchMouseEvent", event).await.unwrap();
    };
    let first = format!(
        "{ROOT} setTimeout(arguments[0], 300, [root.querySelector('[aria-rowindex=\"2\"]').textContent, root.querySelector('.user') !== null]);"
    );
    let before = page.ask(&first, vec![]).await.unwrap();
    mouse("mousePressed").await;
    page.run(&format!("{ROOT} const search = root.querySelector('input.search'); search.value = 'okonkwo'; search.dispatchEvent(new InputEvent('input', {{ bubbles: true }})); setTimeout(arguments[0], 300);")).await;
    mouse("mouseReleased").await;
    let after = page.ask(&first, vec![]).await.unwrap();
    assert_ne!(before[0], after[0], "the list changed under the pointer");
    assert_eq!(after[1], json!(false), "no user was opened");
    mouse("mousePressed").await;
    mouse("mouseReleased").await;
    assert_eq!(page.ask(&first, vec![]).await.unwrap()[1], json!(true), "a complete click opens the user");
}

#[tokio::test(flavor = "multi_thread")]
async fn small_or_empty_pages_and_churn_lose_no_users() {
    let world = World::start(1500, quick).await;
    let behavior =
        Behavior { smaller_pages: true, largest_page: 90, churn_every: Some(3), ..Behavior::default() };
    world.sandbox().set_behavior(behavior).unwrap();
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.press_beginning("button", "Load all 1,50").await;
    page.hear(" users · read").await;
    let shown = page.shown().await;
    assert!((1450..1600).contains(&shown), "{shown}");
}

/// Waits until PingOne has answered requests for this number of further pages of the list.
async fn wait_for_pages_read(world: &World, pages: usize) {
    let is_page = |seen: &&Seen| seen.method == "GET" && seen.query.contains("cursor") && seen.status == 200;
    for _ in 0..600 {
        if world.sandbox().seen().iter().filter(is_page).count() >= pages {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{pages} pages weren't read in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_pauses_the_list_and_a_new_one_resumes_at_the_cursor() {
    let world = World::start(12_000, config_json).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec { lifetime_seconds: 300, ..TokenSpec::default() })).await;
    page.press("button", "Load all 12,000 users").await;
    page.hear("about 12,000 loaded, 20 requests a second, about").await;
    wait_for_pages_read(&world, 10).await;
    world.let_ten_minutes_pass(&page).await;
    page.hear("PingOne refused the token: it has expired.").await;
    let before = world.sandbox().seen().len();
    page.replace_token().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.hear("12,000 users · read").await;
    let pages_read = world.sandbox().seen()[before..]
        .iter()
        .filter(|seen| seen.method == "GET" && seen.query.contains("cursor"))
        .count();
    assert!(pages_read < 55, "only the missing pages are read: {pages_read}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_page_is_retried_and_a_permanent_failure_is_reported() {
    let world = World::start(1500, quick).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.see("button", "Load all 1,500 users").await;
    add_fault(&world, Some(2), Some(1), Fault::Cut { after: 900, reset: true });
    add_fault(
        &world,
        Some(3),
        Some(1),
        Fault::Status { status: 429, retry_after: Some(1), without_cors: false },
    );
    page.press("button", "Load all 1,500 users").await;
    page.hear("1,500 users · read").await;
    world.sandbox().clear_faults();
    add_fault(&world, Some(3), None, Fault::Status { status: 500, retry_after: None, without_cors: false });
    page.press("button", "Refresh").await;
    page.hear("users were not loaded.").await;
    page.show_checks().await;
    page.hear("500 UNEXPECTED_ERROR").await;
    page.fill("searchbox", "Search users", "nobody.at.all").await;
    page.hear("users loaded so far").await;
    page.see("button", "Search PingOne for 'nobody.at.all'").await;
    world.sandbox().clear_faults();
    // The driver scrolls only to the edge of the window, where the top bar covers the button.
    page.value("window.scrollTo(0, 0)").await;
    page.press("button", "Continue").await;
    page.value("window.scrollTo(0, 0)").await;
    page.press("button", "Show all users").await;
    page.hear("1,500 users · read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_list_or_a_bad_next_link_is_reported() {
    let world = World::start(1500, quick).await;
    for (fault, sentence) in [
        (Fault::Html, "it isn't JSON"),
        (Fault::Truncated { after: 500 }, "it isn't JSON"),
        (Fault::Oversized { bytes: 9 * 1024 * 1024 }, "larger than"),
        (Fault::GzipBomb { bytes: 9 * 1024 * 1024 }, "larger than"),
        (Fault::Nested { depth: 200_000 }, "it isn't JSON"),
    ] {
        let page = partly_listed(&world).await;
        add_fault(&world, Some(1), None, fault.clone());
        page.press("button", "Load all 1,500 users").await;
        // Each of the three attempts loads nine million bytes.
        page.hear_late(sentence).await;
        page.see("button", "Continue").await;
    }
    // The content type is ignored: the body decides.
    let page = partly_listed(&world).await;
    add_fault(&world, None, None, Fault::ContentType { value: "text/html".into() });
    page.press("button", "Load all 1,500 users").await;
    page.hear("1,500 users · read").await;

    let page = partly_listed(&world).await;
    add_fault(&world, Some(2), None, Fault::NextLoops);
    page.press("button", "Load all 1,500 users").await;
    page.hear("pages go round in a circle").await;
    world.sandbox().clear_faults();
    let elsewhere =
        Fault::NextElsewhere { href: "https://api.pingone.evil.example/v1/users?cursor=x".into() };
    add_fault(&world, Some(1), None, elsewhere);
    page.press("button", "Continue").await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(world.complaints(false).await, Vec::<String>::new(), "no other host was contacted");
}

/// Heals the sandbox and returns a connected page that hasn't loaded all users.
async fn partly_listed(world: &World) -> Page {
    world.sandbox().clear_faults();
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.see("button", "Load all 1,500 users").await;
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_is_searched_as_text_and_never_executed() {
    let world = World::start(1500, quick).await;
    let page = listed(&world, "1,500").await;
    for text in [".*", "[a", "\" or 1 eq 1", "<img src=x onerror=alert(1)>", "\u{202e}gpj.exe", "王", "ελένη"]
    {
        page.type_raw("Search users", text).await;
        let shown = page.shown().await;
        assert!(shown < 1500, "{text}: {shown}");
    }
    page.type_raw("Search users", &"x".repeat(1_000_000)).await;
    page.hear("No match among 1,500 users").await;
    page.type_raw("Search users", "").await;
    page.hear("1,500 users · read").await;
    page.find_in_pingone("<img src=x onerror=alert(1)>").await;
    page.hear("No user found for '<img src=x onerror=alert(1)>'").await;
    assert_eq!(world.complaints(false).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_html_refusal_by_a_gateway_is_explained_and_loses_no_users() {
    let world = World::start(1500, quick).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.see("button", "Load all 1,500 users").await;
    add_fault(&world, Some(4), None, Fault::Gateway { status: 403 });
    page.press("button", "Load all 1,500 users").await;
    page.hear("The request was refused with 403, but not in PingOne's words.").await;
    page.hear("Something between this browser and PingOne responds instead of PingOne.").await;
    page.hear("users were not loaded.").await;
    let shown = page.shown().await;
    assert!((200..1500).contains(&shown), "loaded users are kept: {shown}");
    page.press("tab", "Requests").await;
    page.press("tab", "Raw").await;
    page.hear("<h1>The requested URL was rejected.").await;
    page.press("tab", "Users").await;
    world.sandbox().clear_faults();
    page.press("button", "Continue").await;
    page.hear("1,500 users · read").await;

    let jonas = world.sandbox().user_by_username("jonas.brandt").unwrap();
    let refused = On { method: Some("PUT".into()), endpoint: Some("mfaEnabled".into()), ..On::default() };
    let rule = Rule { on: refused, share: 1.0, skip: 0, times: None, fault: Fault::Gateway { status: 403 } };
    assert_eq!(world.sandbox().add_fault(rule), Ok(()));
    page.fill("searchbox", "Search users", "jonas.brandt").await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.press("button", "Jonas Brandt, open jonas.brandt").await;
    page.hear("refused with 403, but not in PingOne's words. Nothing was changed.").await;
    assert!(!page.is_on("MFA for jonas.brandt").await, "the switch shows only what PingOne confirmed");
    assert_eq!(world.sandbox().mfa_enabled(jonas), Some(false));
    let ran = page.ask_shadow("[window.ran ?? null, root.querySelectorAll('center, script').length]").await;
    assert_eq!(ran, serde_json::json!([null, 0]), "the HTML is shown as text");
    world.sandbox().clear_faults();
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
}

/// Flag values that PingOne never sends. The empty one omits the flag.
const ODD: [&str; 6] = ["", "null", "\"true\"", "1", "0", "\"false\""];

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_that_is_not_a_boolean_is_shown_as_unknown() {
    let world = World::start(60, quick).await;
    let odd: Vec<String> = ODD.map(str::to_owned).into();
    let values = odd.iter().cloned().chain(["true".into(), "false".into()]).collect();
    add_fault(&world, None, None, Fault::OddFlag { values });
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("60 users · read").await;
    // The values repeat every eight users: six odd ones, one true and one false.
    page.hear("MFA is on for 7 of 60 users").await;
    for (choice, users) in [("On", 7), ("Off", 7), ("Unknown", 46)] {
        page.filter("MFA", choice).await;
        page.hear(&format!("{users} of 60 users")).await;
    }
    let shown =
        page.ask_shadow("[...root.querySelectorAll('tbody td.mfa')].map((cell) => cell.innerText)").await;
    let shown = shown.as_array().unwrap();
    assert!(shown.len() > 5 && shown.iter().all(|word| word == "Unknown"), "{shown:?}");
    assert_eq!(page.names("switch", "MFA for").await, Vec::<String>::new(), "there are no switches");
    let folder = world.downloads().await;
    page.press("checkbox", "Select all 46 users").await;
    page.press("button", "Export").await;
    page.press("radio", "JSON").await;
    page.press("button", "Save 46 users").await;
    let saved: serde_json::Value = serde_json::from_str(&folder.file(".json").await).unwrap();
    assert!(saved["users"].as_array().unwrap().iter().all(|user| user["mfa"] == "unknown"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_flag_leaves_a_change_unconfirmed_and_is_unknown_in_the_user_drawer() {
    let world = World::start(60, quick).await;
    world.give_devices();
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("60 users · read").await;
    let off: Vec<_> = {
        let sandbox = world.sandbox();
        sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) == Some(false)).collect()
    };
    for (value, user) in ODD.into_iter().zip(off) {
        page.type_raw("Search users", &user.to_string()).await;
        // The line above the table has the same text for every single match.
        let username = world.sandbox().username(user).unwrap_or_default().to_owned();
        page.see("switch", &format!("MFA for {username}")).await;
        let on = On { user: Some(user), ..On::default() };
        let fault = Fault::OddFlag { values: vec![value.into()] };
        world.sandbox().add_fault(Rule { on, share: 1.0, skip: 0, times: None, fault }).unwrap();
        page.ask_shadow("root.querySelector('tbody td.mfa [role=switch]').click()").await;
        page.see("button", &format!("Read MFA for {username}")).await;
        page.hear("Sent, response lost: it may have been changed or not.").await;
        assert_eq!(world.sandbox().mfa_enabled(user), Some(true), "the change was made");
        assert_eq!(
            page.names("switch", "MFA for").await,
            Vec::<String>::new(),
            "{value}: the state is unknown now"
        );
        // A user with an unconfirmed change is opened.
        page.hear("Whether MFA is on isn't known.").await;
        assert_eq!(
            page.names("switch", "MFA for").await,
            Vec::<String>::new(),
            "{value}: neither on nor off"
        );
        world.sandbox().clear_faults();
        page.press_beginning("button", "Read MFA").await;
        page.hear("MFA is on").await;
        page.press("button", "Close").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_read_limit_can_be_raised_during_loading_and_is_remembered() {
    let config = |origin: &str| config_json(origin).replacen('{', r#"{"rate":{"max":200},"#, 1);
    let world = World::start(6000, config).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("60 requests, about 3 s").await;
    page.press("button", "Change speed").await;
    assert_eq!(page.chosen("Requests a second, at most").await, "20");
    let offered =
        page.ask_shadow("[...root.querySelector('.ceiling select').options].map(({ text }) => text)");
    assert_eq!(offered.await, serde_json::json!(["5", "10", "20", "50", "100", "200"]));
    page.choose("Requests a second, at most", "5").await;
    page.hear("At most 5 requests a second from now on.").await;
    page.hear("60 requests, about 12 s").await;
    page.press("button", "Load all 6,000 users").await;
    page.hear("about 6,000 loaded, 5 requests a second, about").await;
    page.press("button", "Change speed").await;
    page.choose("Requests a second, at most", "200").await;
    page.hear("At most 200 requests a second from now on.").await;
    page.hear("6,000 users · read").await;

    page.reload().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.see("button", "Load all 6,000 users").await;
    page.press("button", "Change speed").await;
    assert_eq!(page.chosen("Requests a second, at most").await, "200");
    assert_eq!(page.axe().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_pauses_the_device_report_and_a_new_one_resumes_it() {
    let world = World::start(12_000, quick).await;
    let page = listed(&world, "12,000").await;
    let ends = Rule {
        on: On { method: Some("GET".into()), endpoint: Some("dataExplorations".into()), ..On::default() },
        share: 1.0,
        skip: 3,
        times: None,
        fault: Fault::Status { status: 401, retry_after: None, without_cors: false },
    };
    assert_eq!(world.sandbox().add_fault(ends), Ok(()));
    page.press("button", "Load device report").await;
    page.hear("The device report continues with a new token.").await;
    world.sandbox().clear_faults();
    let before = world.sandbox().seen().len();
    page.replace_token().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.hear("Devices from PingOne's report of").await;
    let created_again = world.sandbox().seen()[before..].iter().filter(|seen| seen.method == "POST").count();
    assert_eq!(created_again, 0, "the same report continues");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_printout_is_one_page_of_dated_numbers_without_controls() {
    let world = World::start(3000, quick).await;
    let page = listed(&world, "3,000").await;
    page.fill("searchbox", "Search users", "adaeze okonk").await;
    page.press("button", "Adaeze Okonkwo, open adaeze.okonkwo").await;
    page.hear("MFA is on, but this user has no active device.").await;
    let paper = page.devtools("Page.printToPDF", serde_json::json!({})).await.unwrap();
    let script = "const [paper, done] = arguments; done(atob(paper).match(/\\/Type \\/Page\\b/g).length);";
    let pages = page.ask(script, vec![paper["data"].clone()]).await.unwrap();
    assert_eq!(pages, 1);
    page.devtools("Emulation.setEmulatedMedia", serde_json::json!({"media": "print"})).await.unwrap();
    let text = page.text().await;
    for said in
        ["Workforce", "MFA is on for ", "List read on ", "On means that PingOne may ask", "Contractors"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    for person in ["Adaeze", "example.com"] {
        assert!(!text.contains(person), "{person}: {text}");
    }
    let pressed = "[...root.querySelectorAll('button, input, select, summary, a')]
        .filter((element) => element.checkVisibility() && !element.matches('.number')).map((element) => element.innerText)";
    assert_eq!(page.ask_shadow(pressed).await, serde_json::json!([]), "nothing to press");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_changes_during_loading_is_reported() {
    let config = |origin: &str| config_json(origin).replacen('{', r#"{"rate":{"read":5},"#, 1);
    let world = World::start(1500, config).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    // The change falls into the loading, however slow the page is.
    add_fault(&world, Some(5), Some(1), Fault::Delay { millis: 5000 });
    page.press("button", "Load all 1,500 users").await;
    page.hear("about 1,500 loaded, 5 requests a second").await;
    page.see("grid", "Users").await;
    page.hear("00 of about 1,500 loaded").await;
    let first = world.sandbox().user_ids().next().unwrap();
    world.sandbox().apply_background_change(BackgroundChange::Deleted(first), pingone_sandbox::server::now());
    page.hear("PingOne counts 1,499: the list changed while it was loaded.").await;
    assert_eq!(page.shown().await, 1500);
}
