//! Pictures of the page's states, compared with references: see CONTRIBUTING.md, "Screens".

use pingone_mfa_e2e::{Display, Gallery, Page, Portal, World};
use pingone_mfa_sketch::{Difference, Pixels, Sketch, differences};
use pingone_sandbox::page::config_json;
use pingone_sandbox::{Role, TokenSpec};

use crate::steps::{self, connected};
use crate::{element, frame};

const USERS: u32 = 250;

#[tokio::test(flavor = "multi_thread")]
async fn connecting() {
    let world = World::with_users(3000).await;
    let page = world.open().await;
    let mut gallery = Gallery::of(&page);
    page.see("password", "Access token").await;
    gallery.show("connect", &Display::ALL).await;
    page.paste_token("no token").await;
    page.hear("This isn't an access token").await;
    gallery.show("connect-damaged", &Display::TWO).await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.see("button", "Connect").await;
    gallery.show("connect-token", &Display::TWO).await;
    page.press("button", "Connect").await;
    page.see("button", "Load all 3,000 users").await;
    gallery.show("users-not-loaded", &Display::TWO).await;
    gallery.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn users() {
    let world = World::with_users(USERS).await;
    steps::delay_count(&world);
    let page = connected(&world, USERS).await;
    let mut gallery = Gallery::of(&page);
    gallery.show("users", &Display::ALL).await;
    steps::open_populations(&page).await;
    gallery.show("users-populations", &Display::TWO).await;
    steps::close_populations(&page).await;
    steps::open_token_menu(&page).await;
    gallery.show("token-menu", &Display::TWO).await;
    steps::close_token_menu(&page).await;
    page.replace_token().await;
    page.paste_token("no token").await;
    page.hear("This isn't an access token").await;
    gallery.show("token-damaged", &Display::TWO).await;
    steps::cancel(&page).await;
    steps::search(&page, "nobody at all").await;
    gallery.show("users-none", &Display::TWO).await;
    steps::search(&page, "").await;
    steps::change_in_table(&page).await;
    steps::open_requests(&page).await;
    gallery.show("requests", &Display::ALL).await;
    steps::open_users(&page).await;
    steps::open_user(&page).await;
    gallery.show("user", &Display::ALL).await;
    steps::change_user(&page).await;
    gallery.show("user-changed", &Display::TWO).await;
    steps::ask_to_disable(&page).await;
    gallery.show("user-disable", &Display::TWO).await;
    steps::cancel(&page).await;
    steps::close_user(&page).await;
    steps::select_off(&page).await;
    gallery.show("users-selected", &Display::TWO).await;
    steps::open_runs(&page).await;
    gallery.show("runs-none", &Display::TWO).await;
    steps::open_help(&page).await;
    gallery.show("help", &Display::TWO).await;
    gallery.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run() {
    let world = World::start(100, steps::quick).await;
    // After the pilot user the token is refused, so that the number of changed users is the same each time.
    steps::refuse_changes(&world, 401, 1);
    let page = connected(&world, 100).await;
    let mut gallery = Gallery::of(&page);
    steps::select_off(&page).await;
    steps::open_review(&page).await;
    gallery.show("review", &Display::ALL).await;
    steps::fill_review(&page).await;
    gallery.show("review-ready", &Display::TWO).await;
    steps::start_run(&page).await;
    steps::wait_for_pilot(&page).await;
    gallery.show("run-pilot", &Display::TWO).await;
    steps::continue_run(&page).await;
    steps::wait_for_token_request(&page).await;
    gallery.show("run-token", &Display::TWO).await;
    world.sandbox().clear_faults();
    steps::replace_token(&page, &world.token(&TokenSpec::default())).await;
    steps::wait_for_end(&page).await;
    gallery.show("run-finished", &Display::ALL).await;
    steps::close_run(&page).await;
    steps::open_runs(&page).await;
    gallery.show("runs", &Display::ALL).await;
    gallery.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal() {
    let world = World::start(60, steps::quick).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec { role: Role::IdentityDataReadOnly, ..TokenSpec::default() })).await;
    steps::wait_for_list(&page, 60).await;
    let mut gallery = Gallery::of(&page);
    page.press("switch", "MFA for jonas.brandt").await;
    page.hear("you may read users here, but not change MFA").await;
    gallery.show("user-refused", &Display::TWO).await;
    gallery.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_list() {
    let world = World::with_users(USERS).await;
    steps::refuse_second_page(&world);
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    steps::wait_for_refused_list(&page).await;
    let mut gallery = Gallery::of(&page);
    gallery.show("users-refused", &Display::TWO).await;
    gallery.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_frame() {
    let portal = Portal::new().await;
    let world = frame::world_framed_by(&portal, USERS).await;
    let page = frame::opened(&world, portal).await;
    steps::wait_for_list(&page, USERS).await;
    let mut gallery = Gallery::of(&page);
    gallery.show("frame-users", &Display::LIGHT_TWO).await;
    steps::open_user(&page).await;
    gallery.show("frame-user", &Display::LIGHT_TWO).await;
    steps::close_user(&page).await;
    steps::select_off(&page).await;
    steps::open_review(&page).await;
    gallery.show("frame-review", &Display::LIGHT_TWO).await;
    frame::press_dark(&page).await;
    gallery.show("frame-review", &[Display::DARK]).await;
    gallery.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn as_an_element() {
    let world = World::start(USERS, config_json).await;
    let host = element::host(&world).await;
    host.tokens.give(&world.token(&TokenSpec::default()));
    let page = element::visit(&world, &host, "one").await;
    steps::wait_for_list(&page, USERS).await;
    let mut gallery = Gallery::of(&page);
    gallery.show("element-users", &Display::TWO).await;
    steps::open_user(&page).await;
    gallery.show("element-user", &Display::TWO).await;
    steps::close_user(&page).await;
    steps::select_off(&page).await;
    steps::open_review(&page).await;
    gallery.show("element-review", &Display::TWO).await;
    gallery.close();
}

/// A page that the comparison is tested with, so that the tests don't depend on the product's layout.
const SAMPLE: &str = r#"<!doctype html><html lang="en"><meta charset="utf-8"><title>Sample</title><style>
body { margin: 0; font: 14px/20px sans-serif; background: #f3f4f6; color: #18181b }
header, aside { background: #fff; border: 1px solid #e2e5ea; padding: 12px 20px }
button { font: inherit; padding: 6px 12px; background: #fff; border: 1px solid #8a94a3; border-radius: 6px }
button.first { background: #1d4ed8; color: #fff; border-color: #1d4ed8 }
main { display: grid; grid-template-columns: 1fr 360px; gap: 20px; padding: 20px }
table { border-collapse: collapse; background: #fff; width: 100% }
td { border-bottom: 1px solid #e2e5ea; padding: 6px 10px; color: #555f6d } p { margin: 10px 0 }
</style><header>Workforce. Token expires at <span id="time">10:23</span></header>
<main><div><p><button id="first" class="first">Enable MFA for 124 users</button> <button id="second">Export</button></p>
<p id="line"><span id="count">124</span> of 250 users, read at 10:23</p><table></table></div>
<aside id="panel"><p id="name">Jonas Brandt</p><p id="note">This user has no active device. Depending on your sign-on
policy they are let in without a second factor or turned away.</p></aside></main>
<script>for (let row = 0; row < 14; row++) {
  const added = document.querySelector("table").insertRow();
  for (const text of ["Adaeze Okonkwo", "adaeze.okonkwo", "Employees", `today at 10:${10 + row}`, "Off"])
    added.insertCell().textContent = text;
}</script>"#;

async fn sketch(page: &Page) -> Sketch {
    Sketch::of(&Pixels::from_png(&page.picture().await).expect("a picture"))
}

/// What the comparison finds after a script has changed the sample.
async fn differences_after(page: &Page, url: &str, script: &str) -> Vec<Difference> {
    page.go(url).await;
    let before = sketch(page).await;
    page.value(&format!("(() => {{ const at = (id) => document.getElementById(id); {script} }})()")).await;
    differences(&before, &sketch(page).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_comparison_sees_what_a_person_sees() {
    let world = World::with_users(1).await;
    let folder = world.folder().join("sample");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("index.html"), SAMPLE).expect("a file");
    let url = world.serve(&folder).await;
    let page = world.visit(&url).await;
    page.emulate_display("light", 1280, 720).await;
    for same in [
        "at('time').innerText = '9:07'",
        "at('count').innerText = '9'",
        "at('count').innerText = '15,266'",
        "at('first').innerText = 'Enable MFA for 76 users'",
        "at('second').innerText = 'Import'",
        "at('name').innerText = 'Jonas Brand'",
        "for (const cell of document.querySelectorAll('td:nth-child(4)')) cell.innerText = 'today at 9:59'",
        "document.body.style.fontKerning = 'none'",
        "document.body.style.webkitFontSmoothing = 'none'",
        "document.body.style.textRendering = 'geometricPrecision'",
    ] {
        assert_eq!(differences_after(&page, &url, same).await, [], "{same}");
    }
    for different in [
        "at('first').remove()",
        "at('second').remove()",
        "at('second').style.visibility = 'hidden'",
        "at('panel').remove()",
        "at('note').remove()",
        "document.querySelector('table').remove()",
        "document.querySelector('tr').remove()",
        "at('second').style.marginLeft = '12px'",
        "at('line').style.paddingTop = '12px'",
        "at('line').style.cssText = 'position: relative; top: 12px'",
        "at('note').style.cssText = 'position: relative; left: 12px'",
        "at('panel').style.cssText = 'position: relative; top: 12px'",
        "document.querySelector('table').style.cssText = 'position: relative; left: 12px'",
        "at('first').style.background = '#b42318'",
        "at('first').className = ''",
        "at('second').style.color = at('second').style.borderColor = '#b42318'",
        "at('note').style.color = '#1d4ed8'",
        "at('panel').style.background = '#fff8eb'",
        "document.body.style.background = '#fff'",
    ] {
        assert_ne!(differences_after(&page, &url, different).await, [], "{different}");
    }
}
