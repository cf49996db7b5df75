//! An administrator's path from a token to one user's change, and every way in which it can fail.

use std::time::Duration;

use pingone_mfa_e2e::World;
use pingone_sandbox::page::config_json;
use pingone_sandbox::{Actor, Role, Seen, TokenSpec};

fn requests_with_personal_data(seen: &[Seen]) -> Vec<&Seen> {
    seen.iter().filter(|seen| seen.people > 0).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_lists_users_and_a_switch_shows_pingones_response() {
    let world = World::with_users(250).await;
    let page = world.open().await;
    page.see("password", "Access token").await;
    assert!(page.see("button", "Connect").await.attr("aria-disabled").await.unwrap().is_some());
    page.connect(&world.token(&TokenSpec::default())).await;

    page.hear("250 users · read").await;
    let grid = page.see("grid", "Users").await;
    assert_eq!(grid.attr("aria-rowcount").await.unwrap().as_deref(), Some("251"));
    let lists = |seen: &&Seen| seen.method == "GET" && seen.query.contains("limit=200");
    assert_eq!(world.sandbox().seen().iter().filter(lists).count(), 2, "250 users are two pages");

    let jonas = world.sandbox().user_by_username("jonas.brandt").unwrap();
    assert!(!page.is_on("MFA for jonas.brandt").await);
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    assert_eq!(world.sandbox().mfa_enabled(jonas), Some(true));
    page.press("button", "Jonas Brandt, open jonas.brandt").await;
    // After a change, its response is shown.
    page.see("tab", "Typed").await;
    page.hear("mfaEnabled\ntrue").await;

    let adaeze = world.sandbox().user_by_username("adaeze.okonkwo").unwrap();
    page.press("switch", "MFA for adaeze.okonkwo").await;
    page.see("dialog", "Disable MFA for Adaeze Okonkwo?").await;
    assert_eq!(page.focus().await, "Cancel");
    page.press("button", "Cancel").await;
    assert!(page.find("dialog", "Disable MFA for Adaeze Okonkwo?").await.is_none());
    assert_eq!(page.focus().await, "MFA for adaeze.okonkwo", "the focus returns");
    assert_eq!(world.sandbox().mfa_enabled(adaeze), Some(true));
    page.press("switch", "MFA for adaeze.okonkwo").await;
    page.press("button", "Disable MFA").await;
    page.wait_for_switch("MFA for adaeze.okonkwo", false).await;
    assert_eq!(world.sandbox().mfa_enabled(adaeze), Some(false));

    page.press("button", "Adaeze Okonkwo, open adaeze.okonkwo").await;
    page.hear("read ").await;
    page.shoot("users").await;
    page.see("tab", "Typed").await.send_keys(thirtyfour::Key::Right + "").await.unwrap();
    assert_eq!(page.focus().await, "Raw", "the arrow key selects the other tab");
    page.hear("Authorization: Bearer {token}").await;
    let (puts, written) = {
        let sandbox = world.sandbox();
        let puts = sandbox.seen().iter().filter(|seen| seen.method == "PUT");
        (puts.clone().count(), puts.map(|seen| seen.path.clone()).collect::<Vec<_>>())
    };
    assert_eq!(puts, 2, "each press is one PUT: {written:?}");
    assert_eq!(world.complaints(true).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_kept_only_in_memory() {
    let mut world = World::with_users(250).await;
    world.renew_browser().await;
    let page = world.open().await;
    let token = world.token(&TokenSpec { actor: Actor::Person, ..TokenSpec::default() });
    let signature = token.rsplit('.').next().unwrap().to_owned();
    // Typed instead of pasted: the field itself must not keep the token either.
    page.fill("password", "Access token", &token).await;
    page.press("button", "Connect").await;
    page.hear("250 users · read").await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    page.press("button", "Jonas Brandt, open jonas.brandt").await;
    page.press("tab", "Raw").await;
    page.hear("Bearer {token}").await;
    assert_eq!(page.sinks_with(&signature).await, Vec::<String>::new());
    assert!(!page.sinks_with("jonas.brandt").await.is_empty(), "the search does find displayed data");
    page.forget_token().await;
    page.hear("Token forgotten. PingOne can't revoke it: it stays valid until").await;
    assert_eq!(page.sinks_with(&signature).await, Vec::<String>::new());
    assert_eq!(page.sinks_with("jonas.brandt").await, Vec::<String>::new(), "the users are forgotten too");
    assert!(!world.console().await.contains(&signature));
    let origin = world.page_origin.trim_start_matches("http://").to_owned();
    let files = world.files_with(&[&signature, "jonas.brandt", &origin]).await;
    assert_eq!(files[0], Vec::<std::path::PathBuf>::new(), "the token is in no file of the profile");
    assert_eq!(files[1], Vec::<std::path::PathBuf>::new(), "no personal data is in a file of the profile");
    assert!(!files[2].is_empty(), "the search does find stored data");
    let saved = files[2].iter().any(|file| file.ends_with("Login Data"));
    assert!(!saved, "the token was saved as a password of this site");
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_one_of_a_hundred_thousand_users_needs_few_requests() {
    let world = World::with_users(100_000).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("100,000 users. None loaded.").await;
    page.see("button", "Load all 100,000 users").await;
    page.hear("1,000 requests, about 50 s").await;
    page.enter("searchbox", "Search users", "jonas.b").await;
    page.hear("1 user for 'jonas.b'").await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    let sandbox = world.sandbox();
    let personal = requests_with_personal_data(sandbox.seen());
    assert!(personal.len() <= 4, "{} requests: {personal:#?}", personal.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_id_is_enough_to_change_a_user() {
    let world = World::with_users(5000).await;
    let page = world.open().await;
    let jonas = world.sandbox().user_by_username("jonas.brandt").unwrap();
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.enter("textbox", "User ID", &jonas.to_string()).await;
    page.hear("5,000 users. None loaded.").await;
    page.see("complementary", "Jonas Brandt").await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    page.hear("MFA for jonas.brandt is on.").await;
    assert_eq!(world.sandbox().mfa_enabled(jonas), Some(true));
    page.enter("searchbox", "Search users", "00000000-0000-4000-8000-000000000000").await;
    page.hear("This user doesn't exist in this environment (any more).").await;
    page.hear("Compare the user ID").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_expires_during_use_is_reported_and_replaced() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec { lifetime_seconds: 300, ..TokenSpec::default() })).await;
    page.hear("20 users · read").await;
    world.let_ten_minutes_pass(&page).await;
    page.hear("Token expired").await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.hear("PingOne refused the token: it has expired. Nothing was changed.").await;
    page.hear("Get a new token: PingOne's console").await;
    assert!(!page.is_on("MFA for jonas.brandt").await);
    page.replace_token().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.hear("Token expires in").await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    assert_eq!(world.complaints(false).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_environment_is_reported() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    page.paste_token(&world.token(&TokenSpec::default())).await;
    page.press("button", "Change Environment").await;
    page.enter("textbox", "Environment ID", "not an id").await;
    page.hear("Environment ID isn't a UUID.").await;
    page.fill("textbox", "Environment ID", "00000000-0000-4000-8000-000000000000").await;
    page.press("button", "Connect").await;
    page.hear("There is no environment with this ID in this region.").await;
    page.hear("Compare the environment ID with PingOne's console").await;
    page.show_checks().await;
    page.hear("404 NOT_FOUND").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_role_is_reported() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec { role: Role::IdentityDataReadOnly, ..TokenSpec::default() })).await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.hear(
        "PingOne refused the change: you may read users here, but not change MFA. Nothing was changed.",
    )
    .await;
    page.hear("Identity Data Admin includes it.").await;
    page.show_checks().await;
    page.hear("403 ACCESS_FAILED").await;
    assert!(!page.is_on("MFA for jonas.brandt").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_not_list_users_is_explained() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec { role: Role::EnvironmentAdmin, ..TokenSpec::default() })).await;
    page.hear("PingOne refused: the token's roles don't permit this here.").await;
    page.show_checks().await;
    page.hear("Environment Admin doesn't include it.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_api_is_reported() {
    // A port that was free a moment ago and that no server listens on.
    let dead = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let dead = format!("http://{dead}");
    let config = config_json(&dead);
    let world = World::start(20, move |_| config.clone()).await;
    world.release.permit(&dead);
    let page = world.open().await;
    let origins = Some((dead.clone(), dead.clone()));
    page.paste_token(&world.token(&TokenSpec { origins, ..TokenSpec::default() })).await;
    page.press("button", "Connect").await;
    page.hear("The browser got no readable response.").await;
    page.hear("a firewall, a VPN or a browser extension blocks it").await;
    let complaints = world.complaints(false).await;
    assert_eq!(complaints, Vec::<String>::new(), "the policy allowed the request");
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_is_not_a_token_is_reported_and_not_sent() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    for (text, sentence) in [
        ("{{accessToken}}", "This is a variable that was not filled in"),
        ("5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4", "This is an ID, not a token."),
        ("client secret", "This isn't an access token"),
    ] {
        page.paste_token(text).await;
        page.hear(sentence).await;
        assert!(
            page.see("button", "Connect").await.attr("aria-disabled").await.unwrap().is_some(),
            "{sentence}"
        );
    }
    let token = world.token(&TokenSpec::default());
    page.paste_token(&format!("curl -H 'Authorization: Bearer {token}' https://example.com")).await;
    page.hear("Taken out of a cURL command. The rest of the line was not kept.").await;
    assert_eq!(world.sandbox().seen(), []);
    page.press("button", "Connect").await;
    page.hear("20 users · read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unused_token_is_forgotten_after_the_idle_time() {
    let config = |origin: &str| config_json(origin).replacen('{', r#"{"forgetAfterIdleMinutes":1,"#, 1);
    let world = World::start(20, config).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear("20 users · read").await;
    tokio::time::sleep(Duration::from_secs(55)).await;
    page.hear("Token forgotten after 1 minute without use. PingOne can't revoke it").await;
    assert!(!page.text().await.contains("Jonas Brandt"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_complete_but_only_visible_rows_are_rendered() {
    let world = World::with_users(3000).await;
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.press("button", "Load all 3,000 users").await;
    page.hear("3,000 users · read").await;
    let grid = page.see("grid", "Users").await;
    assert_eq!(grid.attr("aria-rowcount").await.unwrap().as_deref(), Some("3001"));
    let rows = grid.find_all(thirtyfour::By::Css("tbody tr[role=row]")).await.unwrap().len();
    assert!((15..80).contains(&rows), "{rows} rows are in the document");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(world.complaints(true).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_the_search_field_is_removed_and_not_sent() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    let token = world.token(&TokenSpec::default());
    page.connect(&token).await;
    page.hear("20 users · read").await;
    let sent = world.sandbox().seen().len();
    page.enter("searchbox", "Search users", &format!("Bearer {token}")).await;
    page.hear("This is a token. It was not sent.").await;
    assert_eq!(world.sandbox().seen().len(), sent);
    let field = page.see("searchbox", "Search users").await.prop("value").await.unwrap();
    assert_eq!(field.as_deref(), Some(""));
    let signature = token.rsplit('.').next().unwrap();
    assert_eq!(page.sinks_with(signature).await, Vec::<String>::new());
    page.enter("searchbox", "Search users", "jonas").await;
    page.hear("1 user for 'jonas'").await;
    assert!(!page.text().await.contains("It was not sent."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_typed_slowly_into_the_search_field_is_removed_and_not_sent() {
    let world = World::with_users(20).await;
    let page = world.open().await;
    let token = world.token(&TokenSpec::default());
    page.connect(&token).await;
    page.hear("20 users · read").await;
    let sent = world.sandbox().seen().len();
    let field = page.see("searchbox", "Search users").await;
    field.focus().await.unwrap();
    let signature_at = token.rfind('.').unwrap() + 1;
    for part in [&token[..40], &token[40..signature_at], &token[signature_at..]] {
        page.type_keys(part).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    page.type_keys(thirtyfour::Key::Enter + "").await;
    page.hear("This is a token. It was not sent.").await;
    assert_eq!(field.prop("value").await.unwrap().as_deref(), Some(""));
    assert_eq!(world.sandbox().seen().len(), sent);
    assert_eq!(page.sinks_with(&token[signature_at..]).await, Vec::<String>::new());
    // A person's own text is taken again after a click.
    field.click().await.unwrap();
    page.type_keys("jonas").await;
    page.type_keys(thirtyfour::Key::Enter + "").await;
    page.hear("1 user for 'jonas'").await;
    assert!(!page.text().await.contains("It was not sent."));
}
