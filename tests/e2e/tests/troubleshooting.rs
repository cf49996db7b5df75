//! The six points of PingOne's tutorial: each fault is created, diagnosed by the page and
//! fixed, and then the request succeeds.

use pingone_mfa_e2e::{Page, World};
use pingone_sandbox::server::now;
use pingone_sandbox::{Role, Scope, TokenSpec};

/// Waits until the troubleshooting region contains this sentence, and returns its text.
async fn hear_trouble(page: &Page, sentence: &str) -> String {
    page.see("region", "Troubleshooting").await;
    page.hear(sentence).await;
    page.show_checks().await;
    let text = "root.querySelector('section[aria-label=Troubleshooting]')?.innerText ?? ''";
    for _ in 0..100 {
        let said = page.ask_shadow(text).await.as_str().unwrap_or_default().to_owned();
        if said.contains(sentence) && !said.contains("Checking …") {
            return said;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the region doesn't contain '{sentence}' but:\n{}", page.ask_shadow(text).await);
}

/// The verdict of the check with this name.
async fn verdict(page: &Page, check: &str) -> String {
    let script = format!(
        "[...root.querySelectorAll('.check-line')].find((line) => line.querySelector('.check-name').innerText === '{check}')
            ?.querySelector('.verdict').textContent ?? ''"
    );
    page.ask_shadow(&script).await.as_str().unwrap_or_default().to_owned()
}

/// Stores copied text in `window.copied`, because the production policy forbids reading the clipboard.
async fn record_copies(page: &Page) {
    let script = "const done = arguments[arguments.length - 1];
        const keep = (text) => { window.copied = text; return Promise.resolve(); };
        Object.defineProperty(navigator.clipboard, 'writeText', { value: keep });
        done();";
    page.run(script).await;
}

async fn copied(page: &Page) -> String {
    page.value("window.copied ?? ''").await.as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn point_1_an_unknown_environment_is_replaced_by_the_applications_own() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.press("button", "Change Environment").await;
    page.fill("textbox", "Environment ID", "00000000-0000-4000-8000-000000000000").await;
    page.press("button", "Connect").await;
    hear_trouble(&page, "There is no environment with this ID in this region.").await;
    assert_eq!(verdict(&page, "Environment").await, "fail");
    page.check_appearance("trouble-connect").await;
    page.press("button", "Use the application's own environment").await;
    page.hear("20 users · read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_request_has_the_correlation_id_if_it_is_readable() {
    let world = World::with_users(20).await;
    world.expose_correlation_ids();
    let page = world.open().await;
    let token = world.token(&TokenSpec { role: Role::IdentityDataReadOnly, ..TokenSpec::default() });
    page.connect(&token).await;
    page.press("switch", "MFA for jonas.brandt").await;
    hear_trouble(&page, "An Environment Admin or an Identity Data Admin of Workforce.").await;
    record_copies(&page).await;
    page.press("button", "Copy request").await;
    page.hear("Copied.").await;
    let request = copied(&page).await;
    assert!(request.contains("\nCorrelation-Id: ") && request.lines().count() <= 8, "{request}");
}

#[tokio::test(flavor = "multi_thread")]
async fn point_2_a_missing_role_is_named_requested_and_retried() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    let token = world.token(&TokenSpec { role: Role::IdentityDataReadOnly, ..TokenSpec::default() });
    page.connect(&token).await;
    page.press("switch", "MFA for jonas.brandt").await;
    let said = hear_trouble(&page, "An Environment Admin or an Identity Data Admin of Workforce.").await;
    assert!(said.contains("Environment Admin doesn't include it."), "{said}");
    for (check, expected) in [
        ("Environment", "pass"),
        ("May list users", "pass"),
        ("May read a flag", "pass"),
        ("May change a flag", "fail"),
        ("User", "pass"),
        ("Authorization", "pass"),
        ("Expiry", "pass"),
    ] {
        assert_eq!(verdict(&page, check).await, expected, "{check}");
    }
    page.check_appearance("trouble-role").await;
    record_copies(&page).await;
    page.press("button", "Copy request").await;
    page.hear("Copied.").await;
    let request = copied(&page).await;
    assert!(request.contains("403 ACCESS_FAILED") && !request.contains("Correlation-Id"), "{request}");
    assert!(
        request.lines().count() <= 8 && !request.contains("jonas") && !request.contains("eyJ"),
        "{request}"
    );
    page.press("button", "Copy for a ticket").await;
    page.until("window.copied.includes('Build: ')").await;
    let ticket = copied(&page).await;
    assert!(ticket.contains("fail: May change a flag: PingOne returned 403"), "{ticket}");
    assert!(ticket.contains("Build: ") && !ticket.contains("eyJ"), "{ticket}");
    let puts = world.sandbox().seen().iter().filter(|seen| seen.method == "PUT").count();
    assert_eq!(puts, 1, "the diagnosis doesn't write");

    world.sandbox().assign(
        Role::IdentityDataReadOnly.client_id(),
        Role::IdentityDataAdmin,
        Scope::Environment,
        now(),
    );
    // The driver scrolls only to the edge of the window, where the top bar covers the button.
    page.value("window.scrollTo(0, 0)").await;
    page.press("button", "Try again").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    assert!(page.find("region", "Troubleshooting").await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn point_3_an_unknown_user_is_reported_and_another_is_found() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    let jonas = world.sandbox().user_by_username("jonas.brandt").unwrap();
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.enter("textbox", "User ID", "00000000-0000-4000-8000-000000000000").await;
    hear_trouble(&page, "There is no user with this ID in this environment.").await;
    assert_eq!(verdict(&page, "User").await, "fail");
    assert_eq!(verdict(&page, "Environment").await, "pass");
    page.enter("searchbox", "Search users", &jonas.to_string()).await;
    page.hear("jonas.brandt").await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn point_4_a_refused_token_is_replaced_and_the_change_is_retried() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("20 users · read").await;
    world.sandbox().rotate_keys();
    page.press("switch", "MFA for jonas.brandt").await;
    hear_trouble(&page, "PingOne doesn't accept this token").await;
    assert_eq!(verdict(&page, "Authorization").await, "fail");
    page.replace_token().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.press("button", "Try again").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn point_5_an_expired_token_is_replaced_and_the_search_resumes_automatically() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec { lifetime_seconds: 300, ..TokenSpec::default() })).await;
    page.hear("20 users · read").await;
    world.let_ten_minutes_pass(&page).await;
    page.hear("Token expired").await;
    page.enter("searchbox", "Search users", "jonas").await;
    hear_trouble(&page, "The token has expired.").await;
    assert_eq!(verdict(&page, "Expiry").await, "fail");
    page.replace_token().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.hear("1 user for 'jonas'").await;
    assert!(page.find("region", "Troubleshooting").await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn point_6_a_wrong_region_is_reported_before_any_request_and_can_be_switched() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.press("button", "Change Region").await;
    page.see("combobox", "Region").await.send_keys("Europe").await.unwrap();
    page.press("button", "Connect").await;
    page.hear("This token was issued in Local sandbox, but Europe is chosen. Nothing was sent.").await;
    assert_eq!(world.sandbox().seen(), []);
    assert_eq!(world.complaints(true).await, Vec::<String>::new(), "nothing was sent to Europe either");
    page.press("button", "Use Local sandbox").await;
    page.press("button", "Connect").await;
    page.hear("20 users · read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_checks_run_on_demand_without_writing() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("20 users · read").await;
    page.press("button", "Check").await;
    hear_trouble(&page, "The checks found no problem.").await;
    assert_eq!(verdict(&page, "May change a flag").await, "not run");
    assert_eq!(verdict(&page, "MFA product").await, "pass");
    assert_eq!(verdict(&page, "Network").await, "pass");
    page.check_appearance("trouble-health").await;
    let writes =
        world.sandbox().seen().iter().filter(|seen| seen.method != "GET" && seen.method != "OPTIONS").count();
    assert_eq!(writes, 0);
    page.press("button", "Close checks").await;
    assert!(page.find("region", "Troubleshooting").await.is_none());
    world.sandbox().set_products(&["PING_ONE_BASE"]);
    page.press("button", "Check").await;
    hear_trouble(&page, "PingOne MFA isn't among the services of this environment.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_mfa_prompt_is_explained() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("20 users · read").await;
    let dina = world.sandbox().user_by_username("dina.nodevice").unwrap();
    page.enter("searchbox", "Search users", &dina.to_string()).await;
    page.press("button", "Why isn't this user asked for a second factor?").await;
    hear_trouble(&page, "MFA is on, but the user has no active device.").await;
    assert_eq!(verdict(&page, "Devices").await, "fail");
    assert_eq!(verdict(&page, "Sign-on policies").await, "unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_preflight_is_distinguished_from_an_unreachable_host() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    let rule = r#"{"on":{"method":"OPTIONS"},"fault":{"kind":"status","status":500}}"#;
    world.sandbox().add_fault(serde_json::from_str(rule).unwrap()).unwrap();
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.press("button", "Connect").await;
    let said = hear_trouble(&page, "The browser isn't allowed to send requests with a token").await;
    assert!(said.contains("a plain request got through and returned 401"), "{said}");
    world.sandbox().clear_faults();
    page.press("button", "Connect").await;
    page.hear("20 users · read").await;
}
