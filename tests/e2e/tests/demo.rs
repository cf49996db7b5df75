//! The demo needs no server of its own, uses invented people, and sends nothing.

use std::path::Path;
use std::time::Duration;

use pingone_mfa_e2e::{Page, Release, TrafficLog, World};
use serde_json::json;

/// Texts that only the demo contains: sentences, and a region, a key and a person of its simulated PingOne.
const MARKERS: [&str; 5] = [
    "Demo: invented people, nothing is sent.",
    "Try the demo",
    "https://api.demo.invalid/v1",
    "sandbox-1",
    "zu Hohenlohe-Waldenburg-Schillingsf",
];

const BANNER: &str = "Demo: invented people, nothing is sent.";

/// Checks that the demo banner is visible at the top at any scroll position, not covered by anything but a dialog.
async fn assert_banner_visible(page: &Page, screen: &str) {
    assert!(page.text().await.contains(BANNER), "{screen}:\n{}", page.text().await);
    let shown = page
        .ask_shadow(
            "(() => {
                const box = root.querySelector('aside.demo').getBoundingClientRect();
                const over = root.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
                return box.top >= 0 && box.bottom <= innerHeight && box.height > 20
                    && over.closest('aside.demo, dialog') !== null;
            })()",
        )
        .await;
    assert_eq!(shown, json!(true), "{screen}");
    let title = page.value("document.title").await;
    assert!(title.as_str().is_some_and(|title| title.starts_with("Demo - ")), "{screen}: {title}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_connects_lists_switches_and_runs_without_a_server_and_sends_nothing() {
    let mut world = World::with_users(1).await;
    world.renew_browser_watched().await;
    let release = Release::demo(&world.folder().join("demo"));
    let origin = world.serve(release.folder()).await;
    let page = world.visit(&origin).await;

    page.see("button", "Try the demo").await;
    assert!(page.find("password", "Access token").await.is_none(), "the demo has no token field");
    assert_banner_visible(&page, "form").await;
    page.check_appearance("demo-form").await;
    page.press("button", "Try the demo").await;
    page.hear("Acts as").await;
    page.hear("api.demo.invalid").await;
    page.press("button", "Connect").await;
    page.hear("250 users · read").await;
    assert_banner_visible(&page, "list").await;
    page.check_appearance("demo-list").await;

    page.press("switch", "MFA for jonas.brandt").await;
    // In the demo this user has no device, so the page asks for confirmation.
    page.press("button", "Enable MFA").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    page.type_raw("Search users", "brandt").await;
    page.filter("MFA", "Off").await;
    page.press_beginning("checkbox", "Select all ").await;
    page.press_beginning("button", "Enable MFA for ").await;
    page.see_review(true).await;
    assert_banner_visible(&page, "review").await;
    let over_dialog =
        page.ask_shadow("getComputedStyle(root.querySelector('dialog[open]'), '::before').content").await;
    assert_eq!(over_dialog, json!(format!("\"{BANNER}\"")), "a dialog covers the banner");
    page.include_skipped().await;
    page.start_reviewed_run().await;
    page.run_finished().await;
    assert_banner_visible(&page, "run").await;
    page.replace_token().await;
    page.press("button", "Take another token of the demo").await;
    page.forget_token().await;
    page.hear("Token forgotten.").await;
    assert_banner_visible(&page, "form again").await;

    let urls: Vec<String> = world.traffic().await.into_iter().map(|load| load.url).collect();
    let foreign: Vec<&String> = urls.iter().filter(|url| !is_own(url, &origin, &release)).collect();
    assert_eq!(foreign, Vec::<&String>::new());
    assert!(urls.iter().any(|url| url.contains("/rest-")), "the browser was watched: {urls:?}");
    assert_eq!(world.sandbox().seen(), []);
    // config.json is missing, which the browser logs as a network error.
    assert_eq!(world.complaints(false).await, Vec::<String>::new());
}

/// Whether an address is a file of the release, or one of the browser's own, which opens a start page first.
fn is_own(url: &str, origin: &str, release: &Release) -> bool {
    let Some(path) = url.strip_prefix(origin) else {
        return url.starts_with("data:") || url.starts_with("chrome");
    };
    let name = path.trim_start_matches('/');
    ["", "config.json"].contains(&name) || release.folder().join(name).is_file()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_headers_from_the_host_the_demo_still_cannot_send_anything() {
    let world = World::with_users(1).await;
    let release = Release::demo(&world.folder().join("demo"));
    release.remove("_headers", "");
    let page = world.visit(&world.serve(release.folder()).await).await;
    page.press("button", "Try the demo").await;
    page.press("button", "Connect").await;
    page.hear("250 users · read").await;
    let send = "const [url, done] = arguments; setTimeout(done, 500);
        fetch(url, { mode: 'no-cors' }).catch(() => {}); navigator.sendBeacon(url); new Image().src = url;";
    let traffic_log = TrafficLog::listen();
    page.ask(send, vec![json!(traffic_log.origin)]).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(traffic_log.asked(), Vec::<String>::new());
    let bare = world.visit(&world.bare_page().await).await;
    bare.ask(send, vec![json!(traffic_log.origin)]).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(traffic_log.connections() > 0, "the host counts connections");
}

fn holds(file: &Path, text: &str) -> bool {
    let bytes = std::fs::read(file).unwrap();
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_product_contains_nothing_of_the_demo() {
    let world = World::with_users(1).await;
    let demo = Release::demo(&world.folder().join("demo"));
    let files = |release: &Release| -> Vec<_> {
        release.names().into_iter().map(|name| release.folder().join(name)).collect()
    };
    for marker in MARKERS {
        assert!(files(&demo).iter().any(|file| holds(file, marker)), "the demo doesn't contain '{marker}'");
        let held: Vec<_> = files(&world.release).into_iter().filter(|file| holds(file, marker)).collect();
        assert_eq!(held, Vec::<std::path::PathBuf>::new(), "'{marker}' is in the product");
    }
    let sbom = |release: &Release| String::from_utf8(release.read("sbom.cdx.json")).unwrap();
    assert!(sbom(&demo).contains("pingone-sandbox") && !sbom(&world.release).contains("pingone-sandbox"));
}
