//! The review before a run: its pilot user, what is missing, and what stays in sight.

use pingone_mfa_e2e::{Page, World};
use pingone_sandbox::page::config_json;
use pingone_sandbox::{Fault, On, Rule, TokenSpec};
use serde_json::json;
use thirtyfour::Key;

use crate::run::off;

/// The config.json with high limits, because these tests don't cover the pace.
fn quick(origin: &str) -> String {
    config_json(origin).replacen('{', r#"{"rate":{"read":2000,"write":400,"max":2000},"#, 1)
}

/// A page with all users listed and selected.
async fn all_selected(world: &World) -> Page {
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.press_beginning("checkbox", "Select all ").await;
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pilot_user_is_chosen_among_the_users_of_the_plan() {
    let world = World::start(60, quick).await;
    world.give_devices();
    let (on, off) = {
        let sandbox = world.sandbox();
        let first = |flag| {
            let id = sandbox.user_ids().find(|id| sandbox.mfa_enabled(*id) == Some(flag));
            id.and_then(|id| sandbox.username(id)).unwrap_or_default().to_owned()
        };
        (first(true), first(false))
    };
    let page = all_selected(&world).await;
    page.press_beginning("button", "Enable MFA for ").await;
    page.see_review(true).await;
    page.include_skipped().await;
    let requests = page.ask_shadow("root.querySelector('.review-costs').innerText").await;

    page.choose_pilot(off.get(..off.len() - 2).unwrap_or_default()).await;
    let offers = "[...root.querySelectorAll('[role=option]')]";
    page.until_shadow(&format!("{offers}.some((it) => it.innerText.startsWith('{off}'))")).await;
    page.type_keys(Key::Escape + "").await;
    page.until_shadow("root.querySelector('[role=combobox]').ariaExpanded === 'false'").await;
    page.see_review(true).await;
    page.type_keys(Key::Down + "").await;
    page.until_shadow("root.querySelector('[role=option][aria-selected=true]') !== null").await;
    page.type_keys(Key::Enter + "").await;
    page.until_shadow(&format!("root.querySelector('[role=combobox]').value === '{off}'")).await;
    page.press("combobox", "Pilot user").await;
    page.until_shadow("root.querySelector('[role=combobox]').ariaExpanded === 'true'").await;
    assert_eq!(page.axe().await, Vec::<String>::new());
    page.see("button", "Change pilot user first").await;
    let with_pilot = page.ask_shadow("root.querySelector('.review-costs').innerText").await;
    assert_ne!(with_pilot, requests, "the pilot user's own reads are in the estimate");

    page.choose_pilot(&on).await;
    page.hear(&format!("{on} isn't in this plan. Skipped: already on.")).await;
    page.press("button", "Change pilot user first").await;
    page.until_focus("Pilot user").await;
    assert_eq!(world.sandbox().oracle().counts().put, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_without_a_number_is_missing_and_the_button_leads_there() {
    let world = World::start(40, quick).await;
    let page = all_selected(&world).await;
    page.press_beginning("button", "Enable MFA for ").await;
    page.see_review(true).await;
    page.hear("All users who need a change are skipped.").await;
    page.start_reviewed_run().await;
    page.until_focus("Include disabled accounts").await;
    page.include_skipped().await;
    let start = page.start_button().await;
    page.choose("Then", "pause after every … users").await;
    page.hear("Enter after how many users to pause").await;
    page.press("button", &start).await;
    page.until_focus("Then").await;
    page.fill("textbox", "Pause after every … users", "5").await;
    page.until_shadow("root.querySelector('.review-start').ariaDisabled === 'false'").await;
    page.press("button", &start).await;
    page.see("region", "Run").await;
    page.hear("Paused after 5 users.").await;
    assert_eq!(world.sandbox().oracle().counts().put, 5, "the run pauses after five users");
    page.press("button", "Continue with 5 users").await;
    page.hear("Paused after 10 users.").await;
    page.press_beginning("button", "Continue with all ").await;
    page.run_finished().await;
    assert_eq!(off(&world), 0, "it doesn't pause again");
}

/// What the start button's description says.
const REASON: &str =
    "root.getElementById(root.querySelector('.review-start').getAttribute('aria-describedby')).innerText";

/// How often the review says it.
fn times_said(reason: &str) -> String {
    format!("root.querySelector('.review').innerText.split('{reason}').length - 1")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_said_once_and_beside_a_field_only_after_it_was_left_for_another_element() {
    const MISSING: &str = "Enter a reason for disabling MFA.";
    let world = World::start(40, quick).await;
    let page = all_selected(&world).await;
    page.press_beginning("button", "Disable MFA for ").await;
    page.see_review(false).await;
    page.hear("Will be changed").await;
    let footer = "root.querySelector('.review-foot').innerText";
    page.until_shadow(&format!("{footer}.includes('{MISSING}')")).await;
    assert_eq!(page.ask_shadow(REASON).await, MISSING);
    // The focus goes to another window, for example to look up the reason.
    page.press("textbox", "Reason").await;
    page.ask_shadow(
        "(() => { const field = root.activeElement; document.hasFocus = () => false; field.blur();
            delete document.hasFocus; field.focus(); })()",
    )
    .await;
    assert_eq!(page.ask_shadow(&format!("{footer}.includes('{MISSING}')")).await, json!(true));
    page.type_keys(Key::Tab + "").await;
    page.until_shadow("root.querySelector('#review-reason-hint.missing') !== null").await;
    assert_eq!(page.ask_shadow(&format!("{footer}.includes('{MISSING}')")).await, json!(false));
    assert_eq!(page.ask_shadow(REASON).await, MISSING);
    assert_eq!(page.ask_shadow(&times_said(MISSING)).await, json!(1));
}

/// The positions of the dialog and of what must not move in it.
const PLACES: &str = "['.review', '.review-how', '.review-foot', '.review-start'].map((name) => {
    const { x, y, right, bottom } = root.querySelector(name).getBoundingClientRect();
    return [x, y, right, bottom].map(Math.round);
})";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_moves_when_the_values_arrive_and_nothing_required_is_below_the_fold() {
    let world = World::start(100, quick).await;
    let page = all_selected(&world).await;
    page.emulate_display("light", 1280, 720).await;
    let on = On { method: Some("GET".into()), endpoint: Some("users".into()), ..On::default() };
    let fault = Fault::Delay { millis: 1500 };
    world.sandbox().add_fault(Rule { on, share: 1.0, skip: 0, times: None, fault }).unwrap();
    page.press_beginning("button", "Disable MFA for ").await;
    page.hear("Checking current status: 0 of 100. No changes have been made.").await;
    page.until_focus("Pilot user").await;
    let before = page.ask_shadow(PLACES).await;
    page.hear("Will be changed").await;
    assert_eq!(page.ask_shadow(PLACES).await, before);
    let required = ["Pilot user", "Reason"];
    for name in required {
        let is_visible = format!(
            "(() => {{ const body = root.querySelector('.review-body').getBoundingClientRect();
                const field = [...root.querySelectorAll('.review input')].find((it) => it.ariaLabel === '{name}');
                const box = field.getBoundingClientRect();
                return box.top >= body.top && box.bottom <= body.bottom; }})()"
        );
        assert_eq!(page.ask_shadow(&is_visible).await, json!(true), "{name}");
    }
    page.press("button", "Cancel").await;
    page.until_focus("Disable MFA for").await;
}
