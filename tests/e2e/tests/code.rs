//! Shows requests as code and saves plans as scripts, and checks that both are correct outside the page.

use std::process::Command;

use pingone::request::Method;
use pingone_mfa_core::snippets::script::Shell;
use pingone_mfa_core::snippets::{Language, Sample, TOKEN};
use pingone_mfa_e2e::{Page, World};
use pingone_sandbox::TokenSpec;
use thirtyfour::Key;

/// Stores copied text in `window.copied` for the test.
const CATCH_COPIES: &str =
    "navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); };
    arguments[arguments.length - 1]();";

async fn listed(world: &World, token: &str) -> Page {
    let page = world.open().await;
    page.connect(token).await;
    page.hear("60 users · read").await;
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn the_displayed_request_is_available_as_code_in_every_language() {
    let world = World::with_users(60).await;
    let token = world.token(&TokenSpec::default());
    let signature = token.rsplit('.').next().unwrap().to_owned();
    let page = listed(&world, &token).await;
    page.run(CATCH_COPIES).await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    page.press("button", "Jonas Brandt, open jonas.brandt").await;

    page.see("tab", "Typed").await.send_keys(Key::Left + "").await.unwrap();
    assert_eq!(page.focus().await, "Code", "the arrow key wraps around to the last tab");
    assert_eq!(page.chosen("Language").await, "cURL");
    let jonas = world.sandbox().user_by_username("jonas.brandt").unwrap();
    let environment = world.sandbox().environment_id();
    let url = format!("{}/v1/environments/{environment}/users/{jonas}/mfaEnabled", world.api_origin);
    let sample = Sample::new(Method::Put, &url, Some(br#"{"mfaEnabled":true}"#));
    for language in Language::ALL {
        page.choose("Language", language.name()).await;
        let code = sample.code(language);
        page.press("button", "Copy code").await;
        assert_eq!(page.value("window.copied").await, code.as_str(), "{}", language.name());
        let shown = page.ask_shadow("root.querySelector('#user-response pre').textContent").await;
        assert_eq!(shown, code.as_str(), "{}", language.name());
        assert_eq!(page.sinks_with(&signature).await, Vec::<String>::new());
    }
    page.hear("Copied.").await;
    page.shoot("code").await;
    assert_eq!(page.axe().await, Vec::<String>::new());

    // The chosen language is kept when other tabs and requests are shown.
    page.press("tab", "Raw").await;
    page.press("tab", "Code").await;
    assert_eq!(page.chosen("Language").await, "PowerShell");
    page.find_in_pingone("okonkwo").await;
    page.press("button", "Adaeze Okonkwo, open adaeze.okonkwo").await;
    page.open_response().await;
    page.hear("Invoke-WebRequest").await;
    let adaeze = world.sandbox().user_by_username("adaeze.okonkwo").unwrap();
    page.hear(&format!("/users/{adaeze}")).await;
    assert_eq!(page.chosen("Language").await, "PowerShell");
    assert_eq!(world.complaints(false).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_saved_as_a_script_changes_exactly_its_users() {
    let world = World::with_users(60).await;
    let token = world.token(&TokenSpec::default());
    let page = listed(&world, &token).await;
    let folder = world.downloads().await;
    page.filter("MFA", "Off").await;
    page.press_beginning("checkbox", "Select all ").await;
    page.press_beginning("button", "Enable MFA for ").await;
    page.see_review(true).await;
    page.include_skipped().await;
    page.fill("textbox", "Change reference", "CHG0041273").await;
    page.save_plan("CSV with IDs").await;
    let plan = folder.bytes("mfa-plan-", ".csv").await;
    for shell in Shell::ALL {
        page.save_plan(&format!("Script for {}", shell.name())).await;
        let ending = [".sh", ".py", ".ps1"][Shell::ALL.iter().position(|other| *other == shell).unwrap()];
        let script = String::from_utf8(folder.bytes("mfa-plan-", ending).await).unwrap();
        assert!(script.contains(TOKEN) && !script.contains(&token), "{script}");
        assert!(script.contains("CHG0041273"), "{script}");
    }
    page.hear("Saved.").await;
    page.shoot("review-script").await;
    assert_eq!(page.axe().await, Vec::<String>::new());
    let typed = page.see("textbox", "Change reference").await.prop("value").await.unwrap();
    assert_eq!(typed.as_deref(), Some("CHG0041273"), "typed text is kept");
    page.press("button", "Cancel").await;

    let script = folder.bytes("mfa-plan-", ".sh").await;
    let (script, plan) = (world.file("plan.sh", &script), world.file("plan.csv", &plan));
    let results = plan.with_file_name("results.csv");
    let users = std::fs::read_to_string(&plan).unwrap().lines().filter(|line| line.contains(",on,")).count();
    // The script asks for the change reference and the number of users again.
    let answers = world.file("answers", format!("CHG0041273\n{users}\n").as_bytes());
    let mut run = Command::new("bash");
    run.arg(script).arg(&plan).arg(&results).env(TOKEN, &token);
    run.stdin(std::fs::File::open(answers).unwrap());
    let ended = tokio::task::spawn_blocking(move || run.output().expect("bash is installed")).await.unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let plan = std::fs::read_to_string(plan).unwrap();
    let planned: Vec<&str> =
        plan.lines().filter(|line| line.contains(",on,")).filter_map(|line| line.split(',').next()).collect();
    assert!(!planned.is_empty());
    let sandbox = world.sandbox();
    let written: Vec<String> = sandbox.oracle().writes().iter().map(|write| write.user.to_string()).collect();
    assert_eq!(written, planned, "all users of the plan, and no others");
    let results = std::fs::read_to_string(results).unwrap();
    assert_eq!(results.lines().filter(|line| line.contains(",changed,200,")).count(), planned.len());
}

/// The files that the menu of the review doesn't save yet.
async fn files_held_up(page: &Page) -> Vec<String> {
    page.press("button", "Save plan").await;
    let held_up = page
        .ask_shadow(
            "[...root.querySelectorAll('.review [role=menuitem][aria-disabled=true]')].map((item) => item.innerText)",
        )
        .await;
    page.type_keys(Key::Escape + "").await;
    serde_json::from_value(held_up).expect("names")
}

/// Whether the run can't be started yet.
async fn is_start_held_up(page: &Page) -> bool {
    page.ask_shadow("root.querySelector('.review-start').ariaDisabled").await == "true"
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_can_be_saved_only_after_all_fields_required_by_its_run_are_filled() {
    let world = World::with_users(60).await;
    let page = listed(&world, &world.token(&TokenSpec::default())).await;
    page.filter("MFA", "On").await;
    page.press_beginning("checkbox", "Select all ").await;
    page.press_beginning("button", "Disable MFA for ").await;
    page.hear("Will be changed").await;
    let number = page.names("textbox", "Type ").await.remove(0);
    let start = page.start_button().await;
    let files = [
        "CSV with IDs",
        "CSV with usernames (personal data)",
        "Script for bash",
        "Script for Python",
        "Script for PowerShell",
    ];
    assert!(is_start_held_up(&page).await);
    assert_eq!(files_held_up(&page).await, files);
    // What is held up leads to what is missing.
    page.press("button", &start).await;
    page.until_focus("Reason").await;
    page.save_plan("Script for bash").await;
    page.until_focus("Reason").await;
    page.fill("textbox", "Reason", "New phones").await;
    assert!(is_start_held_up(&page).await, "before the number is typed");
    assert_eq!(files_held_up(&page).await, files, "before the number is typed");
    page.press("button", &start).await;
    page.until_focus(&number).await;
    page.fill("textbox", &number, number.trim_start_matches("Type ")).await;
    assert!(!is_start_held_up(&page).await);
    assert_eq!(files_held_up(&page).await, Vec::<String>::new());
    page.choose_pilot("nobody.here").await;
    page.hear("'nobody.here' isn't in this plan: no user in the list has this username or ID.").await;
    assert!(is_start_held_up(&page).await, "with a pilot user who isn't in the plan");
    assert_eq!(files_held_up(&page).await, files, "with a pilot user who isn't in the plan");
    page.press("button", "Change pilot user first").await;
    page.until_focus("Pilot user").await;
    assert_eq!(world.sandbox().oracle().counts().put, 0);
}
