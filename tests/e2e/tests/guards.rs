//! The guards before users are changed: protected groups, missing devices, the person's own
//! account, and users that can't be read.

use pingone_mfa_e2e::{Page, World};
use pingone_sandbox::page::config_json;
use pingone_sandbox::server::now;
use pingone_sandbox::{Actor, DeviceSpec, DeviceType, Fault, On, Role, Rule, Scope, TokenSpec};
use uuid::Uuid;

/// ID of the sandbox's group "VPN".
const VPN: &str = "d0000000-0000-4000-8000-00000000000a";

fn quick(origin: &str) -> String {
    config_json(origin).replacen('{', r#"{"rate":{"read":2000,"write":400,"max":2000},"#, 1)
}

fn protecting_vpn(origin: &str) -> String {
    quick(origin).replacen('{', &format!(r#"{{"protectedGroups":["{VPN}"],"#), 1)
}

async fn listed(world: &World, users: &str) -> Page {
    let page = world.open().await;
    page.connect(&world.token(&TokenSpec::default())).await;
    page.hear(&format!("{users} users · read")).await;
    page
}

fn username(world: &World, id: Uuid) -> String {
    world.sandbox().username(id).unwrap_or_default().to_owned()
}

fn find(world: &World, matches: impl Fn(&pingone_sandbox::Sandbox, Uuid) -> bool) -> Uuid {
    let sandbox = world.sandbox();
    sandbox.user_ids().find(|id| matches(&sandbox, *id)).expect("a matching user exists")
}

async fn show(page: &Page, username: &str) {
    page.fill("searchbox", "Search users", username).await;
    page.see("switch", &format!("MFA for {username}")).await;
}

fn puts(world: &World) -> usize {
    world.sandbox().seen().iter().filter(|seen| seen.method == "PUT").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_user_is_refused_before_the_bypass_dialog_opens() {
    let world = World::start(100, protecting_vpn).await;
    let page = listed(&world, "100").await;
    let vpn: Uuid = VPN.parse().unwrap();
    let member =
        find(&world, |sandbox, id| sandbox.mfa_enabled(id) == Some(true) && sandbox.is_in_group(id, vpn));
    let other =
        find(&world, |sandbox, id| sandbox.mfa_enabled(id) == Some(true) && !sandbox.is_in_group(id, vpn));
    let (member, other) = (username(&world, member), username(&world, other));
    show(&page, &member).await;
    page.press("switch", &format!("MFA for {member}")).await;
    page.hear("protected account").await;
    assert!(page.names("dialog", "Disable MFA for").await.is_empty());
    // The same applies to a selected user.
    page.press_beginning("checkbox", "Select all ").await;
    page.press("button", "Disable MFA for 1 user").await;
    page.hear("protected account").await;
    assert!(page.names("dialog", "Disable MFA for").await.is_empty());
    show(&page, &other).await;
    page.press("switch", &format!("MFA for {other}")).await;
    page.press_beginning("button", "Allow until ").await;
    page.hear("an MFA bypass is active until").await;
    assert_eq!(puts(&world), 1, "the bypass of an unprotected user");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_access_to_the_protected_group_no_bypass_is_allowed() {
    let world = World::start(40, protecting_vpn).await;
    let page = listed(&world, "40").await;
    let on = On { method: Some("GET".into()), endpoint: Some("users".into()), ..On::default() };
    let fault = Fault::Status { status: 403, retry_after: None, without_cors: false };
    world.sandbox().add_fault(Rule { on, share: 1.0, skip: 0, times: None, fault }).unwrap();
    page.press("switch", "MFA for adaeze.okonkwo").await;
    page.hear("Couldn't read whether this user is in a protected group, so nothing was sent.").await;
    assert!(page.names("dialog", "Disable MFA for").await.is_empty());
    assert_eq!(puts(&world), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn turning_mfa_on_without_an_active_device_asks_for_confirmation() {
    let world = World::start(40, quick).await;
    let jonas = world.sandbox().user_by_username("jonas.brandt").unwrap();
    world.sandbox().set_devices(jonas, vec![]);
    let page = listed(&world, "40").await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.see("dialog", "Enable MFA for Jonas Brandt?").await;
    page.hear("Jonas Brandt has no active device. Depending on your sign-on policy,").await;
    assert_eq!(page.focus().await, "Cancel");
    page.check_appearance("confirm-device").await;
    assert_eq!(page.axe().await, Vec::<String>::new());
    page.press("button", "Cancel").await;
    assert_eq!((puts(&world), world.sandbox().mfa_enabled(jonas)), (0, Some(false)));
    page.press("switch", "MFA for jonas.brandt").await;
    page.press("button", "Enable MFA").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    assert_eq!(world.sandbox().mfa_enabled(jonas), Some(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn unreadable_devices_need_confirmation_but_an_active_device_does_not() {
    let world = World::start(40, quick).await;
    let jonas = world.sandbox().user_by_username("jonas.brandt").unwrap();
    let page = listed(&world, "40").await;
    let on = On { endpoint: Some("devices".into()), ..On::default() };
    let fault = Fault::Status { status: 403, retry_after: None, without_cors: false };
    world.sandbox().add_fault(Rule { on, share: 1.0, skip: 0, times: None, fault }).unwrap();
    page.press("switch", "MFA for jonas.brandt").await;
    page.hear("The devices of Jonas Brandt couldn't be read.").await;
    page.press("button", "Cancel").await;
    assert_eq!(puts(&world), 0);
    world.sandbox().clear_faults();
    world.sandbox().set_devices(jonas, vec![DeviceSpec::active(DeviceType::Totp)]);
    page.press("switch", "MFA for jonas.brandt").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    assert!(page.names("dialog", "Enable MFA for").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn users_without_a_known_device_are_skipped_until_included_or_checked() {
    let world = World::start(60, quick).await;
    world.give_devices();
    let jonas = world.sandbox().user_by_username("jonas.brandt").unwrap();
    world.sandbox().set_devices(jonas, vec![]);
    let page = listed(&world, "60").await;
    page.filter("MFA", "Off").await;
    page.press_beginning("checkbox", "Select all ").await;
    page.press_beginning("button", "Enable MFA for ").await;
    page.hear("All users who need a change are skipped.").await;
    page.start_reviewed_run().await;
    page.until_focus("Include ").await;
    // The other button, behind the dialog, counts all selected users and can't be pressed.
    let check = page.names("button", "Check devices of ").await.pop().expect("devices can be checked");
    page.press("button", &check).await;
    page.see("checkbox", "Include users without an active device").await;
    page.hear("−1\tNo active device").await;
    let changes = page.start_button().await;
    page.press("checkbox", "Include users without an active device").await;
    page.hear("may sign in without a second factor").await;
    page.shoot("review-skipped").await;
    assert_ne!(page.start_button().await, changes, "Jonas is included");
    assert_eq!(puts(&world), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_user_is_named_skipped_and_can_be_retried() {
    let world = World::start(60, quick).await;
    world.give_devices();
    let page = listed(&world, "60").await;
    let unreadable = find(&world, |sandbox, id| sandbox.mfa_enabled(id) == Some(true));
    let name = username(&world, unreadable);
    // The list's page fails because of that user, and so does reading the user.
    for on in [
        On { method: Some("GET".into()), endpoint: Some("users".into()), ..On::default() },
        On {
            method: Some("GET".into()),
            endpoint: Some("user".into()),
            user: Some(unreadable),
            ..On::default()
        },
    ] {
        let fault = Fault::Status { status: 400, retry_after: None, without_cors: false };
        world.sandbox().add_fault(Rule { on, share: 1.0, skip: 0, times: None, fault }).unwrap();
    }
    page.filter("MFA", "On").await;
    page.press_beginning("checkbox", "Select all ").await;
    page.press_beginning("button", "Disable MFA for ").await;
    page.hear("1 user couldn't be read and won't be changed:").await;
    page.hear(&format!("{name}: PingOne refused")).await;
    page.check_appearance("review-unreadable").await;
    assert_eq!(page.axe().await, Vec::<String>::new());
    let before = page.start_button().await;
    world.sandbox().clear_faults();
    page.press("button", "Try again").await;
    page.hear("Will be changed").await;
    assert!(!page.text().await.contains("couldn't be read"));
    assert_ne!(page.start_button().await, before, "all users are in the plan");
    assert_eq!(puts(&world), 0);
}

/// Issues a token that belongs to this user, with a role that can change users.
fn token_owned_by(world: &World, user: Uuid) -> String {
    world.sandbox().assign(user, Role::IdentityDataAdmin, Scope::Environment, now());
    world.token(&TokenSpec { actor: Actor::Person, holder: Some(user), ..TokenSpec::default() })
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_the_own_account_asks_for_confirmation() {
    let world = World::start(40, quick).await;
    let jonas = world.sandbox().user_by_username("jonas.brandt").unwrap();
    let page = world.open().await;
    page.connect(&token_owned_by(&world, jonas)).await;
    page.hear("40 users · read").await;
    page.press("switch", "MFA for jonas.brandt").await;
    page.see("dialog", "Enable MFA for Jonas Brandt?").await;
    page.hear("This is your own account. PingOne may ask you for a second factor at your next sign-in").await;
    page.press("button", "Cancel").await;
    assert_eq!(puts(&world), 0);
    page.press("switch", "MFA for jonas.brandt").await;
    page.press("button", "Enable MFA").await;
    page.wait_for_switch("MFA for jonas.brandt", true).await;
    // Turning MFA off and a bypass always ask for confirmation. Here the dialog also says
    // that it is the person's own account.
    page.press("switch", "MFA for jonas.brandt").await;
    page.see("dialog", "Disable MFA for Jonas Brandt?").await;
    page.hear("This is your own account. PingOne requires MFA for administrators by default").await;
    page.check_appearance("question-own").await;
    page.press("button", "Cancel").await;
    page.press("switch", "MFA for adaeze.okonkwo").await;
    page.see("dialog", "Disable MFA for Adaeze Okonkwo?").await;
    assert!(!page.text().await.contains("This is your own account."));
    page.press("button", "Cancel").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_skips_the_own_account_until_it_is_included() {
    let world = World::start(40, quick).await;
    world.give_devices();
    let jonas = world.sandbox().user_by_username("jonas.brandt").unwrap();
    let page = world.open().await;
    page.connect(&token_owned_by(&world, jonas)).await;
    page.hear("40 users · read").await;
    page.filter("MFA", "Off").await;
    page.press_beginning("checkbox", "Select all ").await;
    page.press_beginning("button", "Enable MFA for ").await;
    page.include_skipped().await;
    page.hear("−1\tYour own account").await;
    page.start_reviewed_run().await;
    page.run_finished().await;
    assert_eq!(world.sandbox().mfa_enabled(jonas), Some(false), "the skipped user is unchanged");
    assert!(puts(&world) > 0);
}
