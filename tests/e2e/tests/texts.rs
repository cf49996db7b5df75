//! User data from the directory is displayed as text, searched as text, sorted, saved and
//! parsed again, and never executed.

use std::collections::BTreeSet;

use pingone_mfa_core::directory::csv::unguarded;
use pingone_mfa_e2e::{Page, World};
use pingone_sandbox::page::config_json;
use pingone_sandbox::{Texts, TokenSpec};
use serde_json::{Value, json};

const MARKUP: &str = r#"<img src=x onerror="window.ran=1">"#;
const POPULATION: &str = r#""><script>window.ran=1</script><b>Contractors"#;
const GROUP: &str = r#"<svg onload="window.ran=1">VPN & 'co' "#;

/// Hostile texts. Each one is used in every field of one user.
fn hostile() -> Vec<String> {
    let texts = [
        MARKUP,
        r#""><script>window.ran=1</script>"#,
        "javascript:window.ran=1",
        "'; DROP TABLE users; --",
        r".*+?^${}()|[\]/",
        "[a-",
        "{{7*7}}${7*7}%s%n",
        "\u{202e}gnp.exe",
        "مريم <b>حداد</b>",
        "王芳&amp;",
        "Ze\u{200b}ro\u{feff}Wid\u{200d}th",
        "👩‍👩‍👧‍👦🏳️‍🌈",
        "Z\u{0337}\u{0321}\u{0356}a\u{0338}l\u{0336}g\u{0334}o\u{0337}",
        "=HYPERLINK(\"http://evil.example\",\"x\")",
        "@SUM(1+1)",
        "-2+3",
        "one; =2+5; \"two\", three",
        "two\r\nlines\tand a tab",
        "null",
        "İstanbul ẞ ﬁ",
    ];
    let long = ["Llanfair".repeat(32), "\u{202b}W".repeat(120)];
    texts.into_iter().map(str::to_owned).chain(long).collect()
}

/// A world of sixty users, some of which have these texts.
async fn world(texts: &[String]) -> World {
    let config = |origin: &str| config_json(origin).replacen('{', r#"{"rate":{"read":2000},"#, 1);
    let world = World::start(60, config).await;
    let mut sandbox = world.sandbox();
    let ids: Vec<_> = sandbox.user_ids().skip(20).collect();
    for (id, text) in ids.into_iter().zip(texts) {
        let text = text.clone();
        let texts = Texts {
            username: text.clone(),
            given: text.clone(),
            family: text.clone(),
            email: Some(text.clone()),
            external_id: Some(text),
        };
        sandbox.describe(id, texts);
    }
    assert!(sandbox.rename("Contractors", POPULATION) && sandbox.rename("VPN", GROUP));
    drop(sandbox);
    world
}

async fn listed(world: &World) -> Page {
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("60 users · read").await;
    // Show every column, and wait until populations have their names.
    page.press("button", "Columns").await;
    for column in ["External ID", "ID", "Created"] {
        page.press("checkbox", column).await;
    }
    page.press("button", "Columns").await;
    page.hear(POPULATION).await;
    page
}

/// The texts of a column's rendered cells.
async fn column(page: &Page, class: &str) -> Vec<String> {
    let script = format!("[...root.querySelectorAll('tbody td.{class}')].map((cell) => cell.textContent)");
    serde_json::from_value(page.ask_shadow(&script).await).unwrap_or_default()
}

/// Checks that no text has become an element, an attribute or a script.
async fn assert_nothing_ran(page: &Page) {
    let script = "({ ran: window.ran ?? null,
        elements: [...root.querySelectorAll('img, script, svg:not(.icon), b, iframe, object, [onerror], [onload]')]
            .map((element) => element.outerHTML),
        links: [...root.querySelectorAll('[href], [src]')].map((element) => element.getAttribute('href') ?? element.src)
            .filter((href) => !/^(https:|http:|#|blob:)/.test(href)) })";
    let found = page.ask_shadow(script).await;
    assert_eq!(found, json!({ "ran": null, "elements": [], "links": [] }));
}

/// Checks that all rows have the same height and that the page isn't wider than the window.
async fn check_layout(page: &Page, width: u32) {
    page.emulate_display("light", width, 900).await;
    let script = "({ heights: new Set([...root.querySelectorAll('tbody tr[aria-rowindex]')]
            .map((row) => row.getBoundingClientRect().height)).size,
        over: document.scrollingElement.scrollWidth - document.documentElement.clientWidth })";
    assert_eq!(page.ask_shadow(script).await, json!({ "heights": 1, "over": 0 }), "at {width}");
}

#[tokio::test(flavor = "multi_thread")]
async fn user_data_is_shown_and_searched_as_text() {
    let texts = hostile();
    let world = world(&texts).await;
    let page = listed(&world).await;
    for text in &texts {
        // A single-line field drops line breaks.
        page.type_raw("Search users", text.lines().last().unwrap()).await;
        page.hear(" of 60 users").await;
        for class in ["username", "email", "external-id"] {
            let cells = column(&page, class).await;
            assert!(cells.contains(text), "{class} {text:?}: {cells:?}");
        }
        let names = column(&page, "name").await;
        assert!(names.contains(&format!("{text} {text}")), "{text:?}: {names:?}");
        assert!(page.shown().await < 5, "{text:?} is searched as text, not as a pattern");
    }
    page.type_raw("Search users", "").await;
    page.hear("60 users · read").await;
    assert_nothing_ran(&page).await;
    for width in [1280, 400] {
        check_layout(&page, width).await;
    }

    page.filter("Population", POPULATION).await;
    assert!((1..60).contains(&page.shown().await));
    assert!(column(&page, "population").await.iter().all(|population| population == POPULATION));
    page.press("button", "Show all users").await;
    page.filter("Group", GROUP.trim()).await;
    page.hear("members, read").await;
    page.press("button", "Show all users").await;
    page.find_in_pingone(MARKUP).await;
    page.see("button", &format!("{MARKUP} {MARKUP}, open {MARKUP}")).await;
    assert_nothing_ran(&page).await;
    assert_eq!(world.complaints(false).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn user_data_is_sorted_and_saved_without_loss() {
    let texts = hostile();
    let world = world(&texts).await;
    let page = listed(&world).await;
    let folder = world.downloads().await;
    let select = "Select all 60 users";
    page.press("checkbox", select).await;
    page.press("button", "Username").await;
    page.hear("Username ↑").await;
    page.press("button", "Export").await;
    page.press("radio", "Also names, usernames and email addresses (personal data)").await;
    page.press("button", "Save 60 users").await;
    let csv = folder.file(".csv").await;
    page.press("button", "Close").await;
    page.press("button", "Username").await;
    page.hear("Username ↓").await;
    page.press("button", "Export").await;
    page.press("radio", "Also names, usernames and email addresses (personal data)").await;
    page.press("radio", "JSON").await;
    page.press("button", "Save 60 users").await;
    let saved: Value = serde_json::from_str(&folder.file(".json").await).unwrap();
    page.press("button", "Close").await;

    let (_, table) = csv.split_once('\n').expect("the first line states the file's content");
    let mut reader = csv::ReaderBuilder::new().from_reader(table.as_bytes());
    let place = |name: &str| {
        let head = csv::ReaderBuilder::new().from_reader(table.as_bytes()).headers().unwrap().clone();
        head.iter().position(|head| head == name).unwrap_or_else(|| panic!("no {name}: {head:?}"))
    };
    let places = ["username", "givenName", "familyName", "email", "externalId"].map(place);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 60);
    let formula = |cell: &str| cell.trim_start().starts_with(['=', '+', '-', '@']);
    assert!(!rows.iter().flat_map(|row| row.iter()).any(formula), "no cell is a formula");
    let read = |place: usize| rows.iter().map(move |row| unguarded(&row[place]).into_owned());
    for place in places {
        let read: BTreeSet<String> = read(place).collect();
        for text in &texts {
            assert!(read.contains(text), "{text:?} in {place}");
        }
    }
    let ascending: Vec<String> = read(places[0]).collect();
    let users = saved["users"].as_array().unwrap().iter();
    let mut descending: Vec<String> =
        users.map(|user| user["username"].as_str().unwrap().to_owned()).collect();
    descending.reverse();
    assert_eq!(ascending, descending, "both sort directions use the same order");
    assert_nothing_ran(&page).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn users_with_hostile_names_can_be_opened_and_changed() {
    let texts = hostile();
    let world = world(&texts).await;
    let page = listed(&world).await;
    let mut group_members = 0;
    for text in &texts {
        let id = world.sandbox().user_by_username(text).unwrap();
        page.type_raw("Search users", &id.to_string()).await;
        page.hear("1 of 60 users").await;
        page.ask_shadow("root.querySelector('tbody .row-open').click()").await;
        page.until_shadow("root.querySelectorAll('.user .state').length > 0 && root.querySelector('.user .skeleton') === null")
            .await;
        // All groups, and not only the first ones.
        page.ask_shadow(
            "root.querySelectorAll('.user .state [aria-expanded=false]').forEach((more) => more.click())",
        )
        .await;
        let panel = "({ name: root.querySelector('.user h2').textContent,
            facts: [...root.querySelectorAll('.user-head p bdi')].map((fact) => fact.textContent),
            groups: [...root.querySelectorAll('.user .state bdi')].map((group) => group.textContent) })";
        let panel = page.ask_shadow(panel).await;
        assert_eq!(panel["name"], format!("{text} {text}"));
        let facts = panel["facts"].as_array().unwrap();
        assert!(facts[..2].iter().all(|fact| fact == text), "{text:?}: {panel}");
        group_members += usize::from(panel["groups"].as_array().unwrap().contains(&json!(GROUP)));
        if world.sandbox().mfa_enabled(id) == Some(true) {
            page.ask_shadow("root.querySelector('.user [role=switch]').click()").await;
            page.see("dialog", &format!("Disable MFA for {}?", format!("{text} {text}").trim())).await;
            for width in [400, 1280] {
                check_layout(&page, width).await;
            }
            page.press("button", "Cancel").await;
        }
        for width in [400, 1280] {
            check_layout(&page, width).await;
        }
        page.press("button", "Close").await;
    }
    assert!(group_members > 0, "a user is in that group");
    assert_nothing_ran(&page).await;
    assert_eq!(world.complaints(false).await, Vec::<String>::new());
}
