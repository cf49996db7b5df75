//! The user drawer, the search for users, the layout of fault cards, and the keyboard focus.

use pingone_mfa_e2e::{Page, World};
use pingone_sandbox::page::config_json;
use pingone_sandbox::{Fault, On, Role, Rule, TokenSpec};
use thirtyfour::Key;

/// The config.json with high read and write limits.
fn quick(origin: &str) -> String {
    config_json(origin).replacen('{', r#"{"rate":{"read":2000,"write":2000},"#, 1)
}

async fn connected(world: &World, role: Role) -> Page {
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec { role, ..TokenSpec::default() })).await;
    page
}

async fn listed(world: &World, users: &str) -> Page {
    let page = connected(world, Role::IdentityDataAdmin).await;
    page.hear(&format!("{users} users · read")).await;
    page
}

/// Waits until the user drawer contains this sentence and returns its text.
async fn panel(page: &Page, sentence: &str) -> String {
    let text = "root.querySelector('aside .user')?.innerText ?? ''";
    for _ in 0..200 {
        let said = page.ask_shadow(text).await.as_str().unwrap_or_default().to_owned();
        if said.contains(sentence) {
            return said;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the drawer doesn't contain '{sentence}' but:\n{}", page.ask_shadow(text).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_cannot_sign_in_is_reported_first_and_not_contradicted() {
    let world = World::start(60, quick).await;
    let page = listed(&world, "60").await;
    let id = |username: &str| world.sandbox().user_by_username(username).unwrap().to_string();
    for (username, note, meaning) in [
        ("lena.locked", Some("Account is locked: unlock it in PingOne's console."), "MFA is on"),
        ("dora.disabled", Some("Account is disabled: enable it in PingOne's console."), "MFA is off"),
        ("adaeze.okonkwo", None, "MFA is on"),
        ("dina.nodevice", None, "this user has no active device"),
        ("bela.blocked", None, "this user has no active device"),
        ("bypass.running", None, "an MFA bypass is active until"),
        ("jonas.brandt", None, "MFA is off"),
    ] {
        page.find_in_pingone(&id(username)).await;
        panel(&page, username).await;
        let said = panel(&page, meaning).await;
        match note {
            Some(note) => {
                let (note_at, first_fact) = (said.find(note), said.find("Bypass"));
                assert!(note_at.is_some() && note_at < first_fact, "{username}:\n{said}");
                assert!(!said.contains("Can complete MFA") && !said.contains("let in"), "{said}");
            }
            None => assert!(!said.contains("Account is"), "{said}"),
        }
        let words = username.replace('.', "-");
        for (scheme, width) in [("light", 1280), ("dark", 390)] {
            page.emulate_display(scheme, width, 900).await;
            page.shoot(&format!("panel-{words}-{scheme}-{width}")).await;
            assert_eq!(page.axe().await, Vec::<String>::new(), "{username}, {scheme}, {width}");
        }
        page.emulate_display("light", 1280, 900).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unchecked_values_are_shown_as_not_checked_and_not_as_zero() {
    let world = World::start(60, quick).await;
    let page = listed(&world, "60").await;
    let row = "[...root.querySelectorAll('.numbers tbody tr:first-child td')].map((cell) => cell.innerText)";
    let cells = page.ask_shadow(row).await;
    assert_eq!((&cells[3], &cells[5]), (&"not checked".into(), &"not checked".into()), "{cells}");
    page.filter("MFA", "On, bypassed").await;
    page.hear("were not checked, so this filter can't tell.").await;
    page.press("button", "Show all users").await;
    page.press("button", "Bypass Running, open bypass.running").await;
    panel(&page, "an MFA bypass is active until").await;
    let cells = page.ask_shadow(row).await;
    assert_eq!(cells[5], "1 of 1 checked", "{cells}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_name_finds_the_user_and_closes_the_previous_drawer() {
    let world = World::start(1500, quick).await;
    let page = connected(&world, Role::IdentityDataAdmin).await;
    for typed in
        ["Adaeze Okonkwo", "Okonkwo, Adaeze", "ADAEZE OKONKWO", "okonkwo,   adaeze", "okonkwo adaeze"]
    {
        page.find_in_pingone("Jonas Brandt").await;
        page.hear("for 'Jonas Brandt', from PingOne").await;
        page.press("button", "Jonas Brandt, open jonas.brandt").await;
        panel(&page, "jonas.brandt").await;
        page.find_in_pingone(typed).await;
        page.see("button", "Adaeze Okonkwo, open adaeze.okonkwo").await;
        assert!(page.find("complementary", "Jonas Brandt").await.is_none(), "{typed}: Jonas is still open");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_covers_loaded_users_and_pingone() {
    let world = World::start(60, quick).await;
    let page = listed(&world, "60").await;
    // PingOne matches from the beginning. The loaded list is matched anywhere.
    page.find_in_pingone("konkwo adae").await;
    page.hear("1 more user from the loaded list.").await;
    page.see("button", "Adaeze Okonkwo, open adaeze.okonkwo").await;
    assert_eq!(page.shown().await, 1);
    page.find_in_pingone("Okonkwo, Adaeze").await;
    page.hear("1 user for 'Okonkwo, Adaeze', from PingOne at").await;
    assert_eq!(page.shown().await, 1, "a user found by both is shown once");
    assert!(!page.text().await.contains("from the loaded list"), "{}", page.text().await);
}

/// Script for the width of each visible fault card and the width available to it.
const CARDS: &str = "[...root.querySelectorAll('.fault, .trouble')].filter((card) => card.offsetWidth > 0)
    .map((card) => { const style = getComputedStyle(card.parentElement);
        const room = card.parentElement.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
        return [card.offsetWidth, room]; })";

/// Script for the elements that are wider than the window or stand beside it.
const WIDER: &str = "[...root.querySelectorAll('*')].filter((it) => it.getBoundingClientRect().right > innerWidth)
    .map((it) => `${it.localName}.${it.getAttribute('class')} ${it.textContent.slice(0, 30)} in ${it.parentElement.className}`).join(', ')";

async fn check_card_widths(page: &Page, screen: &str) {
    for (scheme, width) in [("light", 1280), ("light", 900), ("dark", 390)] {
        page.emulate_display(scheme, width, 900).await;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        let cards = page.ask_shadow(CARDS).await;
        let cards = cards.as_array().expect("a list");
        assert!(!cards.is_empty(), "{screen}: no card at {width}");
        for card in cards {
            let number = |place: usize| card[place].as_f64().expect("a number");
            assert!(number(0) >= number(1).min(320.0) - 1.0, "{screen} at {width}: {card}");
        }
        page.shoot(&format!("cards-{screen}-{scheme}-{width}")).await;
        let wide = page.value("document.documentElement.scrollWidth").await;
        let is_fitting = wide.as_u64().is_some_and(|wide| wide <= u64::from(width));
        assert!(is_fitting, "{screen}, {width}: {wide}, {}", page.ask_shadow(WIDER).await);
    }
    page.emulate_display("light", 1280, 900).await;
}

fn add_fault(world: &World, endpoint: &str, method: &str, status: u16) {
    let on = On { method: Some(method.into()), endpoint: Some(endpoint.into()), user: None, page: None };
    let fault = Fault::Status { status, retry_after: None, without_cors: false };
    world.sandbox().add_fault(Rule { on, share: 1.0, skip: 0, times: None, fault }).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_card_uses_the_available_width_in_every_place() {
    let world = World::start(60, quick).await;
    // Listing is refused at once.
    let page = connected(&world, Role::EnvironmentAdmin).await;
    page.hear("This token doesn't have the \"Read users\" permission in this environment.").await;
    check_card_widths(&page, "listing-refused").await;
    page.find_in_pingone("okonkwo").await;
    page.see("region", "Troubleshooting").await;
    check_card_widths(&page, "search-refused").await;

    let page = listed(&world, "60").await;
    world.sandbox().forbid_report(true);
    page.press("button", "Load device report").await;
    page.hear("Your token doesn't have access to PingOne's device report.").await;
    page.see("region", "Troubleshooting").await;
    check_card_widths(&page, "report-refused").await;
    // Refreshing the list fails.
    add_fault(&world, "users", "GET", 400);
    page.press("button", "Refresh").await;
    page.hear("PingOne refuses the request itself.").await;
    check_card_widths(&page, "list-failed").await;
    world.sandbox().clear_faults();
    // One user's change is refused.
    add_fault(&world, "mfaEnabled", "PUT", 403);
    let jonas = world.sandbox().user_by_username("jonas.brandt").unwrap().to_string();
    page.find_in_pingone(&jonas).await;
    page.see("switch", "MFA for jonas.brandt").await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.see("region", "Troubleshooting").await;
    check_card_widths(&page, "change-refused").await;
}

/// Script for the tag and name of the focused element, through the shadow root. `BODY` if no element has the focus.
const FOCUSED: &str = "(() => { const host = document.querySelector('pingone-mfa');
    const active = document.activeElement === host ? host.shadowRoot.activeElement : document.activeElement;
    if (!active || active === host) return 'BODY';
    const name = active.getAttribute('aria-label') ?? active.innerText ?? '';
    return active.tagName + ' ' + name.trim().split('\\n')[0]; })()";

/// Waits until the tag and name of the focused element begin with one of `expected`.
async fn wait_for_focus(page: &Page, after: &str, expected: &[&str]) {
    let mut found = String::new();
    for _ in 0..60 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        page.value(FOCUSED).await.as_str().unwrap_or_default().clone_into(&mut found);
        if expected.iter().any(|name| found.starts_with(name)) {
            return;
        }
    }
    panic!("after {after} the focus is on '{found}' and not on one of {expected:?}");
}

/// Presses an element after scrolling it to the middle of the window. The driver scrolls only to the
/// edge, where the top bar covers it.
async fn press(page: &Page, role: &str, name: &str) {
    // A part of the page may be re-rendered between finding and pressing.
    for _ in 0..20 {
        let element = page.see(role, name).await;
        if element.scroll_into_view().await.is_ok() && element.click().await.is_ok() {
            return;
        }
    }
    panic!("the {role} '{name}' can't be pressed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_focus_is_never_lost() {
    let world = World::start(60, quick).await;
    let page = world.open().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    press(&page, "button", "Connect").await;
    page.hear("60 users · read").await;
    wait_for_focus(&page, "Connect", &["H1 Workforce"]).await;

    // The drawer returns the focus to the row.
    press(&page, "button", "Jonas Brandt, open jonas.brandt").await;
    panel(&page, "jonas.brandt").await;
    press(&page, "button", "Close").await;
    wait_for_focus(&page, "Close", &["BUTTON Jonas Brandt, open jonas.brandt"]).await;

    // A fault card is closed.
    add_fault(&world, "mfaEnabled", "PUT", 403);
    press(&page, "switch", "MFA for jonas.brandt").await;
    page.see("button", "Try again").await;
    page.show_checks().await;
    page.hear("May change a flag").await;
    world.sandbox().clear_faults();
    press(&page, "button", "Try again").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    wait_for_focus(&page, "Try again", &["BUTTON", "H2 Jonas Brandt"]).await;
    press(&page, "button", "Close").await;
    wait_for_focus(&page, "Close", &["BUTTON Jonas Brandt, open jonas.brandt"]).await;

    // Checks of a user are closed: what is behind the drawer may be covered by it.
    press(&page, "button", "Jonas Brandt, open jonas.brandt").await;
    panel(&page, "jonas.brandt").await;
    press(&page, "button", "Why isn't this user asked for a second factor?").await;
    press(&page, "button", "Close checks").await;
    wait_for_focus(&page, "Close checks", &["BUTTON Close"]).await;
    press(&page, "button", "Close").await;

    // The token is replaced.
    page.replace_token().await;
    page.see("password", "Access token").await.focus().await.expect("the field takes the focus");
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.until("!document.querySelector('pingone-mfa').shadowRoot.querySelector('.replace[open]')").await;
    wait_for_focus(&page, "the next token", &["BUTTON Token"]).await;
    page.replace_token().await;
    press(&page, "button", "Cancel").await;
    wait_for_focus(&page, "Cancel", &["BUTTON Token"]).await;

    // A review opens, and its run starts.
    page.filter("MFA", "Off").await;
    page.press_beginning("checkbox", "Select all").await;
    page.press_beginning("button", "Enable MFA").await;
    page.see_review(true).await;
    page.hear("Will be changed").await;
    wait_for_focus(&page, "the review opens", &["INPUT Pilot user"]).await;
    press(&page, "button", "Cancel").await;
    wait_for_focus(&page, "Cancel", &["BUTTON Enable MFA"]).await;
    page.press_beginning("button", "Enable MFA").await;
    page.see_review(true).await;
    page.include_skipped().await;
    page.start_reviewed_run().await;
    page.run_finished().await;
    wait_for_focus(&page, "the run", &["H2 MFA enabled for", "BUTTON"]).await;
    press(&page, "button", "Close").await;
    wait_for_focus(&page, "the run is closed", &["BUTTON", "INPUT"]).await;

    // The token is forgotten, and the form is shown again.
    page.forget_token().await;
    page.see("password", "Access token").await;
    wait_for_focus(&page, "Forget token", &["H1", "INPUT"]).await;
}

/// Script that counts the frames that are drawn while the page has the focus: all in `window.seen`, and those with the
/// focus on nothing in `window.lost`.
const NOTE_LOST_FOCUS: &str = "window.seen = window.lost = 0;
    const look = () => {
        if (document.hasFocus()) window.seen += 1;
        if (document.hasFocus() && document.activeElement === document.body) window.lost += 1;
        requestAnimationFrame(look);
    };
    look();
    arguments[0]();";

/// Starts a run for all users whose MFA is off, until it waits after its pilot user.
async fn run_to_pilot(page: &Page) {
    page.filter("MFA", "Off").await;
    page.press_beginning("checkbox", "Select all").await;
    page.press_beginning("button", "Enable MFA").await;
    page.see_review(true).await;
    page.include_skipped().await;
    page.choose_pilot("jonas.brandt").await;
    page.start_with_pilot().await;
    page.see_beginning("button", "Continue with ").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_of_the_run_that_goes_gives_the_focus_to_the_title() {
    let world = World::start(60, quick).await;
    let page = listed(&world, "60").await;
    run_to_pilot(&page).await;
    wait_for_focus(&page, "the run starts", &["H2 Enable MFA for", "H2 Enabling"]).await;
    page.run(NOTE_LOST_FOCUS).await;
    let button = page.names("button", "Continue with ").await.remove(0);
    page.see("button", &button).await.focus().await.expect("the button takes the focus");
    page.type_keys(Key::Enter + "").await;
    page.run_finished().await;
    wait_for_focus(&page, "the run", &["H2 MFA enabled for"]).await;
    assert_eq!(page.value("window.lost").await, 0, "frames without a focus");
    assert_eq!(page.value("window.seen > 10").await, true, "frames were seen with the focus");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_of_the_run_that_went_in_a_background_window_takes_no_focus_later() {
    let slow =
        |origin: &str| config_json(origin).replacen('{', r#"{"rate":{"read":2000,"write":2,"max":2000},"#, 1);
    let world = World::start(60, slow).await;
    let page = listed(&world, "60").await;
    run_to_pilot(&page).await;
    // Another window has the focus when the button is pressed and goes.
    let press = |name: &str| {
        format!(
            "[...root.querySelectorAll('.run button')].find((it) => it.innerText.startsWith('{name}')).click()"
        )
    };
    page.ask_shadow(
        "(() => { document.hasFocus = () => false;
            const button = [...root.querySelectorAll('.run button')].find((it) => it.innerText.startsWith('Continue'));
            button.focus(); button.blur(); })()",
    )
    .await;
    page.ask_shadow(&press("Continue")).await;
    page.see("button", "Pause").await;
    page.ask_shadow("(() => { delete document.hasFocus; root.querySelector('.search').focus(); })()").await;
    page.ask_shadow(&press("Pause")).await;
    page.see("button", "Resume").await;
    assert_eq!(page.focus().await, "Search users");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_result_is_reachable_by_keyboard_and_browser_shortcuts_still_work() {
    let world = World::start(60, quick).await;
    let page = connected(&world, Role::IdentityDataAdmin).await;
    page.hear("60 users · read").await;
    page.find_in_pingone("Okonkwo, Adaeze").await;
    page.see("button", "Adaeze Okonkwo, open adaeze.okonkwo").await;
    // From the field to the following elements: filters, tools, the link back to the list, then the table.
    let mut passed = Vec::new();
    for _ in 0..14 {
        page.type_keys(Key::Tab + "").await;
        let now = page.value(FOCUSED).await.as_str().unwrap_or_default().to_owned();
        passed.push(now.clone());
        if now == "BUTTON Adaeze Okonkwo, open adaeze.okonkwo" {
            break;
        }
    }
    assert_eq!(
        passed.last().map(String::as_str),
        Some("BUTTON Adaeze Okonkwo, open adaeze.okonkwo"),
        "{passed:?}"
    );
    page.type_keys(Key::Enter + "").await;
    panel(&page, "adaeze.okonkwo").await;

    page.press("button", "Back to the list").await;
    page.press("button", "Adaeze Okonkwo, open adaeze.okonkwo").await;
    // Events as a person's key presses create them. The page handles a key if it cancels the event.
    let dispatch_key = |key: &str, held: &str| {
        format!(
            "!root.activeElement.dispatchEvent(new KeyboardEvent('keydown',
                {{ key: '{key}', {held}: true, bubbles: true, composed: true, cancelable: true }}))"
        )
    };
    for key in ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"] {
        for held in ["altKey", "metaKey"] {
            assert_eq!(page.ask_shadow(&dispatch_key(key, held)).await, false, "{held} {key}");
        }
    }
    for key in ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown"] {
        assert_eq!(page.ask_shadow(&dispatch_key(key, "ctrlKey")).await, false, "Control {key}");
    }
    assert_eq!(page.ask_shadow(&dispatch_key("End", "ctrlKey")).await, true, "the grid handles this key");
    page.focused_row(61).await;
    assert_eq!(
        page.ask_shadow(&dispatch_key("ArrowUp", "shiftKey")).await,
        true,
        "the grid handles this key"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn enter_that_confirms_a_composition_does_not_search() {
    let world = World::start(60, quick).await;
    let page = connected(&world, Role::IdentityDataAdmin).await;
    page.hear("60 users · read").await;
    let field = "root.querySelector('input[aria-label=\"Search users\"]')";
    // Emulates Safari: `isComposing` is already false, and only the key code shows the input method.
    for event in ["keyCode: 229", "isComposing: true", "keyCode: 229, isComposing: true"] {
        let press = format!(
            "{field}.value = 'okonkwo', {field}.dispatchEvent(new KeyboardEvent('keydown',
                {{ key: 'Enter', {event}, bubbles: true, composed: true, cancelable: true }}))"
        );
        page.ask_shadow(&press).await;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        let searched = world.sandbox().seen().iter().filter(|seen| seen.query.contains("okonkwo")).count();
        assert_eq!(searched, 0, "{event}");
    }
    page.find_in_pingone("okonkwo").await;
    page.hear("for 'okonkwo', from PingOne").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_drawer_takes_the_focus_and_escape_gives_it_back() {
    let world = World::start(60, quick).await;
    let page = listed(&world, "60").await;
    press(&page, "button", "Adaeze Okonkwo, open adaeze.okonkwo").await;
    wait_for_focus(&page, "a row is opened", &["H2 Adaeze Okonkwo"]).await;
    // Another user takes the place of the first one.
    press(&page, "button", "Jonas Brandt, open jonas.brandt").await;
    wait_for_focus(&page, "another row is opened", &["H2 Jonas Brandt"]).await;
    assert!(page.find("complementary", "Adaeze Okonkwo").await.is_none());
    page.type_keys(Key::Escape + "").await;
    wait_for_focus(&page, "Escape", &["BUTTON Jonas Brandt, open jonas.brandt"]).await;
    assert!(page.find("complementary", "Jonas Brandt").await.is_none());

    // A change that fails in the table opens the drawer, but a person may be at work in the table.
    add_fault(&world, "mfaEnabled", "PUT", 403);
    press(&page, "switch", "MFA for jonas.brandt").await;
    page.see("complementary", "Jonas Brandt").await;
    wait_for_focus(&page, "a failure", &["BUTTON MFA for jonas.brandt"]).await;
    world.sandbox().clear_faults();
}

/// Script that sums up layout shifts in `window.shifted`, those after a key press or click too.
const NOTE_SHIFTS: &str = "window.shifted = 0; window.shifts = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
            window.shifted += entry.value;
            for (const { previousRect, currentRect } of entry.sources)
                window.shifts.push([previousRect, currentRect].map(({ x, y, width }) => `${x} ${y} ${width}`).join(' to '));
        }
    }).observe({ type: 'layout-shift' });
    arguments[0]();";

/// Asserts that nothing has moved since `NOTE_SHIFTS`.
async fn assert_nothing_moved(page: &Page, meanwhile: &str) {
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let shifted = page.value("window.shifted").await;
    assert_eq!(shifted.as_f64(), Some(0.0), "{meanwhile}: {}", page.value("window.shifts").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_moves_while_the_drawer_loads() {
    let world = World::start(60, quick).await;
    let page = listed(&world, "60").await;
    page.emulate_display("light", 1280, 860).await;
    page.press("button", "Jonas Brandt, open jonas.brandt").await;
    panel(&page, "MFA is off").await;
    for user in ["Dina Nodevice", "Bypass Running", "Ana Ferreira", "Jonas Brandt"] {
        let opener = page.names("button", &format!("{user}, open ")).await.remove(0);
        let delay = Fault::Delay { millis: 700 };
        let on = On { method: Some("GET".into()), endpoint: None, user: None, page: None };
        world.sandbox().add_fault(Rule { on, share: 1.0, skip: 0, times: None, fault: delay }).unwrap();
        page.press("button", &opener).await;
        page.see("complementary", user).await;
        page.run(NOTE_SHIFTS).await;
        page.until_shadow("root.querySelector('.user .skeleton') === null").await;
        world.sandbox().clear_faults();
        assert_nothing_moved(&page, user).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_the_drawer_moves_when_a_change_fails() {
    let world = World::start(60, quick).await;
    let page = listed(&world, "60").await;
    page.emulate_display("light", 1280, 860).await;
    page.press("button", "Jonas Brandt, open jonas.brandt").await;
    panel(&page, "MFA is off").await;
    page.until_shadow("root.querySelector('.user .skeleton') === null").await;
    add_fault(&world, "mfaEnabled", "PUT", 403);
    page.run(NOTE_SHIFTS).await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.see("button", "Show checks").await;
    page.until_shadow("root.querySelector('.user .working') === null").await;
    assert_nothing_moved(&page, "the change fails").await;
    let is_visible = "(() => { const card = root.querySelector('.user .trouble').getBoundingClientRect();
        const head = root.querySelector('.user-head').getBoundingClientRect();
        return head.top >= 0 && card.top >= head.bottom && card.bottom <= innerHeight; })()";
    page.until_shadow(is_visible).await;
    for (width, height) in [(1280, 720), (390, 844)] {
        page.emulate_display("light", width, height).await;
        page.run("document.querySelector('pingone-mfa').shadowRoot.querySelector('.user .trouble').scrollIntoView(); arguments[0]();").await;
        let is_uncovered = "(() => { const it = root.querySelector('.user [role=switch]');
            const { left, top, width, height } = it.getBoundingClientRect();
            return it.contains(root.elementFromPoint(left + width / 2, top + height / 2)); })()";
        assert_eq!(page.ask_shadow(is_uncovered).await, true, "the switch at {width} x {height}");
    }
}

/// Delays the answers of an endpoint.
fn delay(world: &World, endpoint: &str, method: &str, millis: u64) {
    let on = On { method: Some(method.into()), endpoint: Some(endpoint.into()), user: None, page: None };
    let fault = Fault::Delay { millis };
    world.sandbox().add_fault(Rule { on, share: 1.0, skip: 0, times: None, fault }).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_button_that_allows_a_bypass_keeps_the_focus_while_it_is_sent_and_after_it() {
    let world = World::start(60, quick).await;
    let page = listed(&world, "60").await;
    page.press("button", "Dina Nodevice, open dina.nodevice").await;
    page.see("button", "Allow…").await;
    page.until_shadow("root.querySelector('.user .skeleton') === null").await;
    delay(&world, "bypassMFA", "PUT", 500);
    page.press("button", "Allow…").await;
    page.press_beginning("button", "Allow until ").await;
    panel(&page, "Allowing …").await;
    assert_eq!(page.focus().await, "Allow…");
    panel(&page, "an MFA bypass is active until").await;
    assert_eq!(page.focus().await, "Allow…");
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_shown_while_the_bypass_is_still_read() {
    let world = World::start(60, quick).await;
    let page = listed(&world, "60").await;
    delay(&world, "bypassMFA", "GET", 4_000);
    page.press("button", "Adaeze Okonkwo, open adaeze.okonkwo").await;
    let said = panel(&page, " active").await;
    assert!(said.contains("reading …"), "the bypass is read:\n{said}");
}
