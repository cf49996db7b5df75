//! The page shows users, not itself, and nothing moves that a person didn't move.

use std::collections::BTreeSet;

use pingone_mfa_e2e::{Page, Portal, World};

use crate::frame;
use crate::steps::{self, connected};

const USERS: u32 = 250;

/// The number of visible rows. Rows are drawn a moment after the window has changed its size.
async fn rows_when_drawn(page: &Page, least: usize) -> usize {
    for _ in 0..40 {
        let rows = page.rows_visible().await;
        if rows >= least {
            return rows;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    page.rows_visible().await
}

/// Asserts that at least this many users are visible in a window of this size.
async fn assert_rows(page: &Page, (width, height): (u32, u32), least: usize) {
    page.emulate_display("light", width, height).await;
    let rows = rows_when_drawn(page, least).await;
    assert!(rows >= least, "{rows} rows of at least {least} are visible at {width} x {height}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_shows_many_users() {
    let world = World::with_users(USERS).await;
    let page = connected(&world, USERS).await;
    assert_rows(&page, (1280, 860), 16).await;
    assert_rows(&page, (1280, 720), 12).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_shows_some_users() {
    let world = World::with_users(USERS).await;
    let page = connected(&world, USERS).await;
    assert_rows(&page, (390, 844), 8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_with_an_open_drawer_shows_many_users() {
    let world = World::with_users(USERS).await;
    let page = connected(&world, USERS).await;
    steps::open_user(&page).await;
    assert_rows(&page, (1280, 860), 16).await;
    steps::change_user(&page).await;
    assert_rows(&page, (1280, 860), 16).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_shows_many_users_after_a_run() {
    let world = World::start(100, steps::quick).await;
    let page = connected(&world, 100).await;
    steps::select_off(&page).await;
    steps::open_review(&page).await;
    page.include_skipped().await;
    steps::start_run(&page).await;
    steps::wait_for_end(&page).await;
    // The stored run is part of the history then.
    page.reload().await;
    page.connect(&world.token(&pingone_sandbox::TokenSpec::default())).await;
    // The filter is kept, and matches no user any more.
    steps::clear_filters(&page).await;
    steps::wait_for_list(&page, 100).await;
    assert_rows(&page, (1280, 860), 16).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_shows_many_users() {
    let portal = Portal::new().await;
    let world = frame::world_framed_by(&portal, USERS).await;
    let page = frame::opened(&world, portal).await;
    steps::wait_for_list(&page, USERS).await;
    page.leave_frame().await;
    // The portal sets the height that the page asks for; a style sheet has the last word.
    let fixed = "(() => { const sheet = new CSSStyleSheet();
        sheet.replaceSync('iframe { height: 700px !important; min-height: 0 !important; max-height: none !important }');
        document.adoptedStyleSheets = [sheet]; })()";
    page.value(fixed).await;
    // The window is higher than the frame, which stands below the portal's own content.
    page.emulate_display("light", 1280, 1200).await;
    page.enter_frame().await;
    page.until("innerHeight === 700").await;
    let rows = rows_when_drawn(&page, 10).await;
    assert!(rows >= 10, "{rows} rows are visible in a frame");
}

/// Script expression for whether what is in the top bar is inside it, with the tabs in a row of their own.
const BAR_IN_TWO_ROWS: &str = "(() => {
  const box = (name) => root.querySelector(name).getBoundingClientRect();
  const inside = [...root.querySelectorAll('.top-bar button, .top-bar h1')].filter((it) => it.checkVisibility());
  return box('.top-tabs').top >= box('.environment').bottom - 1
    && inside.every((it) => it.getBoundingClientRect().right <= box('.top-bar').right);
})()";

#[tokio::test(flavor = "multi_thread")]
async fn an_element_beside_other_content_adapts_to_its_own_width() {
    let world = World::with_users(USERS).await;
    let page = connected(&world, USERS).await;
    page.emulate_display("light", 1600, 860).await;
    let style = |declaration: &str| {
        format!("(document.querySelector('pingone-mfa').style.cssText = '{declaration}')")
    };
    page.value(&style("width: 700px; margin-left: 300px")).await;
    page.until_shadow(BAR_IN_TWO_ROWS).await;
    steps::open_user(&page).await;
    page.until_shadow(
        "(() => { const { left, right } = root.querySelector('.drawer').getBoundingClientRect();
            return left === 300 && right === 1000; })()",
    )
    .await;
    steps::close_user(&page).await;
    steps::open_help(&page).await;
    page.until_shadow(
        "(() => { const { left, right } = root.querySelector('dialog[open]').getBoundingClientRect();
            return Math.abs((left + right) / 2 - 800) < 10; })()",
    )
    .await;
    page.type_keys(thirtyfour::Key::Escape + "").await;
    // A host page that makes room for what is in the element.
    page.value(&style("display: inline-block")).await;
    page.until("document.querySelector('pingone-mfa').offsetWidth >= 1200").await;
}

/// Fails if something has moved since the page was opened.
async fn assert_still(page: &Page, step: &str) {
    let (shift, shifts) = page.layout_shift().await;
    assert!(shifts.is_empty(), "{step}: layout shift {shift:.4}:\n{}", shifts.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_moves_while_the_page_opens() {
    let world = World::with_users(USERS).await;
    let page = world.visit("about:blank").await;
    page.emulate_display("light", 1280, 860).await;
    page.record_layout_shifts().await;
    page.go(&world.page_origin).await;
    page.see("password", "Access token").await;
    assert_still(&page, "open").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_the_form_moves_when_a_paste_is_refused() {
    let world = World::with_users(USERS).await;
    let page = world.visit("about:blank").await;
    page.record_layout_shifts().await;
    for width in [1280, 390] {
        // High enough for the remarks about a token, without a scroll bar.
        page.emulate_display("light", width, 1000).await;
        page.go(&world.page_origin).await;
        page.see("password", "Access token").await;
        for (text, fault) in [
            ("no token", "This isn't an access token"),
            ("one line\nanother line\na third line", "This isn't an access token"),
            ("5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4", "This is an ID, not a token"),
        ] {
            page.paste_token(text).await;
            page.hear(fault).await;
            assert_still(&page, &format!("{text} at {width}")).await;
        }
        page.paste_token(&world.token(&pingone_sandbox::TokenSpec::default())).await;
        page.hear("Acts as").await;
        page.until_shadow("root.querySelector('.paste-fault') === null").await;
        assert_still(&page, &format!("a token at {width}")).await;
    }
}

/// Waits until nothing is cut at an edge of the window, among the elements of these selectors.
async fn assert_whole(page: &Page, selectors: &[&str]) {
    for selector in selectors {
        let cut = format!(
            "(() => {{ const found = [...root.querySelectorAll('{selector}')].filter((it) => it.checkVisibility());
                const cut = found.filter((it) => {{
                  const {{ left, right }} = it.getBoundingClientRect();
                  return left < 0 || right > innerWidth || it.scrollWidth > it.clientWidth; }});
                return found.length === 0 ? '{selector}: nothing found' : cut.map((it) => it.innerText).join(); }})()"
        );
        page.until_shadow(&format!("{cut} === ''")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_shows_filters_and_actions_whole() {
    let world = World::start(100, steps::quick).await;
    let page = connected(&world, 100).await;
    page.emulate_display("light", 390, 844).await;
    assert_whole(&page, &[".chip", ".status-states button", ".list-line button", ".list-line p"]).await;
    steps::select_off(&page).await;
    assert_whole(&page, &[".chip", ".list-line button", ".selection button"]).await;
    steps::open_review(&page).await;
    steps::fill_review(&page).await;
    steps::start_run(&page).await;
    steps::wait_for_pilot(&page).await;
    assert_whole(&page, &[".run button", ".selection button"]).await;
    let ends = "root.querySelector('.selection').getBoundingClientRect().bottom <= innerHeight";
    assert_eq!(page.ask_shadow(ends).await, true, "the bar of a selection is below a paused run");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_whole_beside_the_drawer() {
    let world = World::with_users(USERS).await;
    let page = connected(&world, USERS).await;
    page.emulate_display("light", 1280, 860).await;
    steps::open_user(&page).await;
    page.until_shadow("root.querySelector('.grid .email').offsetWidth === 0").await;
    let cut = "(() => { const found = [...root.querySelectorAll(
            '.grid tbody tr:not(.spacer) :is(.row-open, .username, .mfa)')].filter((it) => it.innerText.length < 20);
        const cut = found.filter((it) => it.scrollWidth > it.clientWidth).map((it) => it.innerText);
        return found.length < 30 ? 'too few found' : cut.join(); })()";
    page.until_shadow(&format!("{cut} === ''")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_moves_by_itself() {
    let world = World::with_users(USERS).await;
    let page = world.visit("about:blank").await;
    page.emulate_display("light", 1280, 860).await;
    page.record_layout_shifts().await;
    page.go(&world.page_origin).await;
    page.connect(&world.token(&pingone_sandbox::TokenSpec::default())).await;
    steps::wait_for_list(&page, USERS).await;
    assert_still(&page, "connect and load").await;
    steps::filter_mfa_off(&page).await;
    assert_still(&page, "filter").await;
    steps::clear_filters(&page).await;
    steps::search(&page, "brandt").await;
    assert_still(&page, "search").await;
    steps::open_user(&page).await;
    assert_still(&page, "open a user").await;
    steps::change_user(&page).await;
    assert_still(&page, "change the user").await;
    steps::close_user(&page).await;
    assert_still(&page, "close the user").await;
    assert!(!page.focus_is_lost().await, "the focus is somewhere after the drawer has closed");
}

/// Script expression for what is wider than the card of this class, with its tabs. What scrolls is as wide as it likes inside.
fn wider_than(card: &str) -> String {
    format!(
        "(() => {{ const card = root.querySelector('{card}'), {{ left, right }} = card.getBoundingClientRect();
            const found = [...card.querySelectorAll('*')].filter((it) => it.checkVisibility());
            const out = found.filter((it) => !it.parentElement.closest('pre')).filter((it) => {{
              const box = it.getBoundingClientRect();
              return box.right > right + 1 || box.left < left - 1 || box.right > innerWidth; }});
            const tabs = card.querySelectorAll('[role=tab]').length;
            if (card.scrollWidth > card.clientWidth || tabs !== 3) out.push(card);
            return out.map((it) => it.tagName + ' ' + it.className + ' ' + it.scrollWidth); }})()"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_stays_in_its_card_in_each_form() {
    let world = World::with_users(USERS).await;
    let page = connected(&world, USERS).await;
    steps::open_user(&page).await;
    steps::change_user(&page).await;
    for (card, is_in_drawer) in [(".user-response", true), (".request-detail", false)] {
        if !is_in_drawer {
            steps::close_user(&page).await;
            steps::open_requests(&page).await;
        }
        for width in [1280, 390] {
            page.emulate_display("light", width, 860).await;
            for form in ["Code", "Raw", "Typed"] {
                page.press("tab", form).await;
                page.until_shadow(&format!("{}.length === 0", wider_than(card))).await;
                page.shoot(&format!("form-{form}-{}-{width}", &card[1..])).await;
            }
        }
        page.emulate_display("light", 1280, 860).await;
    }
}

/// Script expression for whether the open panel is inside the window, and nothing is beside it that could be scrolled to.
const PANEL_INSIDE: &str = "(() => {
  const panel = root.querySelector('.dropdown-panel, .by-population.open')?.getBoundingClientRect();
  const page = document.documentElement;
  return Boolean(panel) && panel.width > 0 && panel.left >= 0 && panel.right <= innerWidth && panel.top >= 0
    && page.scrollWidth <= page.clientWidth;
})()";

/// Opens the panel of this button, if it is visible at this width, and closes it.
async fn assert_panel_inside(page: &Page, name: &str, width: u32) -> bool {
    let button = format!(
        "[...root.querySelectorAll('[aria-expanded]')].find((it) => it.checkVisibility({{ visibilityProperty: true }})
            && (it.ariaLabel ?? it.textContent).trim() === '{name}')"
    );
    if page.ask_shadow(&format!("{button} === undefined")).await == true {
        return false;
    }
    page.ask_shadow(&format!("({button}.scrollIntoView({{ block: 'nearest' }}), {button}.click())")).await;
    page.until_shadow(&format!("{button}.ariaExpanded === 'true'")).await;
    page.shoot(&format!("panel-{}-{width}", name.replace([' ', '“', '”'], ""))).await;
    page.until_shadow(PANEL_INSIDE).await;
    page.ask_shadow(&format!("{button}.click()")).await;
    page.until_shadow("root.querySelector('.dropdown-panel') === null").await;
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn each_panel_opens_inside_the_window() {
    let world = World::with_users(USERS).await;
    let page = connected(&world, USERS).await;
    page.press("button", "Load device report").await;
    page.see("button", "PingID is in use").await;
    let names = [
        "MFA",
        "Devices",
        "Account",
        "Population",
        "More filters",
        "Columns",
        "Token",
        "By population",
        "PingID is in use",
        "What “on” means",
    ];
    let mut opened_once = BTreeSet::new();
    for width in [390, 600, 900, 1280, 1440] {
        page.emulate_display("light", width, 860).await;
        let mut opened = Vec::new();
        for name in names {
            if assert_panel_inside(&page, name, width).await {
                opened.push(name);
            }
        }
        // The panels that are there at each width.
        assert!(opened.ends_with(&names[6..]), "{width}: {opened:?}");
        opened_once.extend(opened);
    }
    assert_eq!(opened_once, BTreeSet::from(names), "panels that open at any width");
}

/// A page on which things move, to test the measures with.
const SAMPLE: &str = r#"<!doctype html><html lang="en"><meta charset="utf-8"><title>Sample</title>
<style>body { margin: 0 }</style><pingone-mfa><template shadowrootmode="open"><style>button { display: block } [role=grid] { height: 200px; overflow: auto; border: 0 }
th { position: sticky; top: 0; background: #fff } td, th { height: 20px; padding: 0 }
table { border-spacing: 0; width: 100% } #over { position: absolute; top: 60px; height: 50px; width: 100%; background: #eee }
</style><button id="late">Late</button><button id="more">More</button><p id="below">Below</p>
<div role="grid"><table><tr role="row" aria-rowindex="1"><th role="columnheader">Name</th></tr></table></div></template></pingone-mfa><script>
const root = document.querySelector("pingone-mfa").shadowRoot;
const at = (id) => root.getElementById(id);
for (let row = 2; row < 50; row++) {
  const added = root.querySelector("table").insertRow();
  added.role = "row"; added.ariaRowIndex = row; added.insertCell().textContent = `User ${row}`;
}
const inserted = document.createElement("p");
inserted.textContent = "Inserted, and everything below moves down.";
const add = () => at("more").after(inserted.cloneNode(true));
at("late").onclick = () => setTimeout(add, 1000);
at("more").onclick = add;
</script></html>"#;

async fn sample(world: &World) -> Page {
    let folder = world.folder().join("sample");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("index.html"), SAMPLE).expect("a file");
    let url = world.serve(&folder).await;
    let page = world.visit("about:blank").await;
    page.emulate_display("light", 800, 600).await;
    page.record_layout_shifts().await;
    page.go(&url).await;
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn layout_shifts_are_measured_inside_the_element() {
    let world = World::with_users(1).await;
    let page = sample(&world).await;
    let (shift, shifts) = page.layout_shift().await;
    assert!(shift.abs() < f64::EPSILON && shifts.is_empty(), "{shifts:?}");
    page.press("button", "Late").await;
    page.until_shadow("root.querySelectorAll('p').length === 2").await;
    let (late, shifts) = page.layout_shift().await;
    assert!(late > 0.01 && shifts.len() == 1, "something moved a second after the press: {shifts:?}");
    page.press("button", "More").await;
    page.until_shadow("root.querySelectorAll('p').length === 3").await;
    let (both, shifts) = page.layout_shift().await;
    assert!(both > late && shifts.len() == 2, "something else than what was pressed moved: {shifts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn covered_and_cut_rows_are_not_visible() {
    let world = World::with_users(1).await;
    let page = sample(&world).await;
    // 200 pixels: the header and nine users.
    assert_eq!(page.rows_visible().await, 9);
    page.ask_shadow("(root.querySelector('[role=grid]').scrollTop = 10)").await;
    assert_eq!(page.rows_visible().await, 8, "one is half under the header, and one is cut");
    page.ask_shadow("(root.querySelector('[role=grid]').scrollTop = 0)").await;
    page.ask_shadow(
        "root.querySelector('[role=grid]').insertAdjacentHTML('afterend', '<div id=over></div>')",
    )
    .await;
    let grid = page.ask_shadow("root.querySelector('[role=grid]').getBoundingClientRect().top").await;
    let covering = format!("(root.getElementById('over').style.top = '{}px')", grid.as_f64().unwrap() + 60.0);
    page.ask_shadow(&covering).await;
    assert_eq!(page.rows_visible().await, 6, "fifty pixels are covered");
    page.emulate_display("light", 800, 100).await;
    assert!(page.rows_visible().await < 3, "the window ends there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_focus_is_noticed() {
    let world = World::with_users(1).await;
    let page = sample(&world).await;
    assert!(page.focus_is_lost().await);
    page.ask_shadow("root.getElementById('late').focus()").await;
    assert!(!page.focus_is_lost().await);
    page.ask_shadow("root.getElementById('late').remove()").await;
    assert!(page.focus_is_lost().await);
}
