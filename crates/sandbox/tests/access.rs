//! Who may do what, by built-in and custom roles, by where they hold, and by self-service tokens.

use crate::asker::{Answer, Asker, NOW, id, listed, refusal};
use http::Method;
use pingone_sandbox::{Actor, CustomRole, Permission, Role, Scope, Timestamp, TokenSpec};
use serde_json::Value;
use uuid::Uuid;

const SOMEBODY: Uuid = Uuid::from_u128(0x1d);

const FORBIDDEN: (u16, &str, &str) = (403, "INSUFFICIENT_PERMISSIONS", "");

fn with_role(role: Role) -> TokenSpec {
    TokenSpec { role, ..TokenSpec::default() }
}

/// A client that holds nothing yet.
fn somebody() -> TokenSpec {
    TokenSpec { holder: Some(SOMEBODY), ..TokenSpec::default() }
}

fn self_service(user: Uuid, scopes: &[&str]) -> TokenSpec {
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    TokenSpec { actor: Actor::Person, holder: Some(user), scopes, ..TokenSpec::default() }
}

fn ask_for_report(asker: &mut Asker) -> Answer {
    let order = r#"{"dataExplorationTemplate":{"id":"db632bfd-7054-4bde-b108-a384aac2d513"},"sync":"true"}"#;
    asker.send(Method::POST, "/dataExplorations?expand=entries", order)
}

fn put_flag(asker: &mut Asker, user: Uuid) -> Answer {
    asker.send(Method::PUT, &format!("/users/{user}/mfaEnabled"), r#"{"mfaEnabled":true}"#)
}

/// A population, one of its users and a user of another.
fn neighbours(asker: &mut Asker) -> (Uuid, Uuid, Uuid) {
    asker.become_holder(&TokenSpec::default());
    let page = asker.get("/users");
    let users = listed(&page, "users");
    let population = id(&users[0]["population"]);
    let stranger = users.iter().find(|user| id(&user["population"]) != population).unwrap();
    (population, id(&users[0]), id(stranger))
}

#[test]
fn each_built_in_role_reaches_what_its_permissions_say() {
    for (role, readable) in [
        (Role::OrganizationAdmin, "environment"),
        (Role::EnvironmentAdmin, "environment populations settings"),
        (Role::IdentityDataAdmin, "environment populations users assignments"),
        (Role::ClientApplicationDeveloper, "environment populations"),
        (Role::IdentityDataReadOnly, "environment populations users assignments"),
        (Role::ConfigurationReadOnly, "environment populations settings"),
    ] {
        let mut asker = Asker::of(&with_role(role));
        let user = asker.sandbox.user_named("jonas.brandt").unwrap();
        for (name, paths) in [
            ("environment", vec![String::new(), "/capabilities".to_owned(), "/v1/roles".to_owned()]),
            ("populations", vec!["/populations".to_owned()]),
            ("users", vec!["/users".to_owned(), format!("/users/{user}/mfaEnabled")]),
            ("assignments", vec![format!("/users/{user}/roleAssignments")]),
            ("settings", vec!["/mfaSettings".to_owned()]),
        ] {
            let status = if readable.split(' ').any(|word| word == name) { 200 } else { 403 };
            for path in paths {
                assert_eq!(asker.get(&path).0, status, "{role:?} {path}");
            }
        }
        let may_change = role == Role::IdentityDataAdmin;
        assert_eq!(put_flag(&mut asker, user).0, if may_change { 200 } else { 403 }, "{role:?}");
        assert_eq!(asker.sandbox.mfa_enabled(user), Some(may_change));
        let may_create = role == Role::EnvironmentAdmin;
        let created = asker.send(Method::POST, "/populations", r#"{"name":"Night shift"}"#);
        assert_eq!(created.0, if may_create { 201 } else { 403 }, "{role:?}");
    }
}

#[test]
fn an_administrator_who_signed_on_holds_the_same_role_as_the_client() {
    for role in Role::ALL {
        let spec = TokenSpec { actor: Actor::Person, ..with_role(role) };
        let (mut person, mut client) = (Asker::of(&spec), Asker::of(&with_role(role)));
        for path in ["", "/populations", "/users", "/mfaSettings"] {
            assert_eq!(person.get(path).0, client.get(path).0, "{role:?} {path}");
        }
    }
}

#[test]
fn a_client_without_a_role_is_known_but_forbidden_everything() {
    let mut asker = Asker::of(&somebody());
    for path in
        ["", "/users", "/populations", "/mfaSettings", "/capabilities", "/v1/roles", "/v1/environments"]
    {
        assert_eq!(refusal(&asker.get(path)), FORBIDDEN, "{path}");
    }
}

#[test]
fn a_role_is_looked_up_at_every_call() {
    let mut asker = Asker::of(&somebody());
    assert_eq!(asker.get("/users").0, 403);
    asker.sandbox.assign(SOMEBODY, Role::IdentityDataReadOnly, Scope::Environment, NOW);
    assert_eq!(asker.get("/users").0, 200, "the same token does more now");
    asker.sandbox.withdraw(SOMEBODY, Role::IdentityDataReadOnly, Scope::Environment);
    assert_eq!(asker.get("/users").0, 403);
    asker.become_holder(&TokenSpec::default());
    asker.sandbox.withdraw(Role::IdentityDataAdmin.client_id(), Role::IdentityDataAdmin, Scope::Environment);
    assert_eq!(asker.get("/users").0, 403, "a client loses what it held from the start");
}

#[test]
fn an_assignment_arrives_after_the_delay_and_not_before() {
    let mut asker = Asker::of(&somebody());
    asker.sandbox.set_role_delay_millis(5_000);
    asker.sandbox.assign(SOMEBODY, Role::IdentityDataAdmin, Scope::Environment, Timestamp(NOW.0 - 4_999));
    assert_eq!(refusal(&asker.get("/users")), FORBIDDEN);
    asker.sandbox.withdraw(SOMEBODY, Role::IdentityDataAdmin, Scope::Environment);
    asker.sandbox.assign(SOMEBODY, Role::IdentityDataAdmin, Scope::Environment, Timestamp(NOW.0 - 5_000));
    assert_eq!(asker.get("/users").0, 200);
    asker.become_holder(&TokenSpec::default());
    assert_eq!(asker.get("/users").0, 200, "roles from the start have arrived");
}

#[test]
fn assigning_the_same_again_changes_nothing() {
    let mut asker = Asker::of(&somebody());
    for since in [NOW, Timestamp(NOW.0 + 1)] {
        asker.sandbox.assign(SOMEBODY, Role::IdentityDataAdmin, Scope::Environment, since);
    }
    let held = asker.sandbox.assignments(SOMEBODY);
    assert_eq!((held.len(), held[0].since), (1, NOW));
}

#[test]
fn a_custom_role_allows_what_it_lists_and_nothing_else() {
    let mut asker = Asker::of(&somebody());
    let user = asker.sandbox.user_named("jonas.brandt").unwrap();
    let permissions = vec![Permission::ReadUsers, Permission::UpdateUserMfaEnabled];
    let role = CustomRole { name: "MFA desk".to_owned(), permissions };
    asker.sandbox.assign(SOMEBODY, role.clone(), Scope::Environment, NOW);
    assert_eq!(put_flag(&mut asker, user).0, 200);
    assert_eq!(asker.get("/users").0, 200);
    assert_eq!(refusal(&asker.get("/populations")), FORBIDDEN);
    assert_eq!(refusal(&asker.get("")), FORBIDDEN);
    asker.sandbox.withdraw(SOMEBODY, role, Scope::Environment);
    assert_eq!(put_flag(&mut asker, user).0, 403);
}

#[test]
fn a_role_of_one_population_lists_only_its_users() {
    let mut asker = Asker::of(&somebody());
    let (population, _, stranger) = neighbours(&mut asker);
    let all = asker.get("/populations");
    let expected = listed(&all, "populations").iter().find(|one| id(one) == population).unwrap().clone();
    asker.become_holder(&somebody());
    asker.sandbox.assign(SOMEBODY, Role::IdentityDataAdmin, Scope::Population(population), NOW);
    let page = asker.get("/users");
    assert!(listed(&page, "users").iter().all(|user| id(&user["population"]) == population));
    assert_eq!((&page.1["count"], &page.1["size"]), (&expected["userCount"], &expected["userCount"]));
    let found = asker.get("/users?filter=username%20sw%20%22u%22");
    assert!(listed(&found, "users").iter().all(|user| id(user) != stranger));
    assert_eq!(listed(&asker.get("/populations"), "populations"), &vec![expected]);
}

#[test]
fn a_role_of_one_population_is_forbidden_the_users_of_another() {
    let mut asker = Asker::of(&somebody());
    let (population, own, stranger) = neighbours(&mut asker);
    let before = asker.sandbox.mfa_enabled(stranger);
    asker.become_holder(&somebody());
    asker.sandbox.assign(SOMEBODY, Role::IdentityDataAdmin, Scope::Population(population), NOW);
    for rest in ["", "/mfaEnabled", "/roleAssignments"] {
        assert_eq!(asker.get(&format!("/users/{own}{rest}")).0, 200, "{rest}");
        assert_eq!(refusal(&asker.get(&format!("/users/{stranger}{rest}"))), FORBIDDEN, "{rest}");
    }
    assert_eq!(put_flag(&mut asker, own).0, 200);
    assert_eq!(refusal(&put_flag(&mut asker, stranger)), FORBIDDEN);
    assert_eq!(asker.sandbox.mfa_enabled(stranger), before);
    assert!(asker.sandbox.oracle().writes_of(stranger).next().is_none());
    assert_eq!(asker.get(&format!("/users/{}", Uuid::nil())).0, 404);
}

#[test]
fn a_role_of_one_population_has_only_its_users_in_a_report() {
    let mut asker = Asker::of(&somebody());
    let (population, ..) = neighbours(&mut asker);
    let all = ask_for_report(&mut asker);
    let of_all = format!("/dataExplorations/{}/entries", id(&all.1));
    asker.become_holder(&somebody());
    asker.sandbox.assign(SOMEBODY, Role::IdentityDataAdmin, Scope::Population(population), NOW);
    let page = asker.get("/users");
    let own: Vec<&Value> = listed(&page, "users").iter().map(|user| &user["id"]).collect();
    let seen = asker.get(&of_all);
    assert!(!listed(&seen, "entries").is_empty());
    assert!(listed(&seen, "entries").iter().all(|entry| own.contains(&&entry["userId"])));
    assert!(seen.1["count"].as_u64().unwrap() < all.1["count"].as_u64().unwrap());
}

#[test]
fn roles_of_several_populations_add_up() {
    let mut asker = Asker::of(&somebody());
    let all = asker.get("/populations");
    assert_eq!(all.0, 403);
    asker.become_holder(&TokenSpec::default());
    let all = asker.get("/populations");
    let populations = listed(&all, "populations");
    asker.become_holder(&somebody());
    for population in &populations[..2] {
        asker.sandbox.assign(SOMEBODY, Role::IdentityDataReadOnly, Scope::Population(id(population)), NOW);
    }
    let expected = populations[..2].iter().map(|one| one["userCount"].as_u64().unwrap()).sum::<u64>();
    assert_eq!(asker.get("/users").1["count"], expected);
}

#[test]
fn what_belongs_to_the_environment_is_out_of_reach_from_one_population() {
    let mut asker = Asker::of(&somebody());
    let (population, ..) = neighbours(&mut asker);
    asker.become_holder(&somebody());
    asker.sandbox.assign(SOMEBODY, Role::EnvironmentAdmin, Scope::Population(population), NOW);
    assert_eq!(asker.get("").0, 200);
    assert_eq!(refusal(&asker.get("/mfaSettings")), FORBIDDEN);
    assert_eq!(refusal(&asker.send(Method::PUT, "/mfaSettings", "{}")), FORBIDDEN);
    assert_eq!(refusal(&asker.send(Method::POST, "/populations", r#"{"name":"New"}"#)), FORBIDDEN);
}

#[test]
fn a_self_service_token_reaches_its_own_user_and_nothing_else() {
    let mut asker = Asker::of(&TokenSpec::default());
    let (own, other) =
        ["jonas.brandt", "adaeze.okonkwo"].map(|name| asker.sandbox.user_named(name).unwrap()).into();
    asker.become_holder(&self_service(own, &["openid", "p1:read:user", "p1:update:userMfaEnabled"]));
    for rest in ["", "/mfaEnabled"] {
        assert_eq!(asker.get(&format!("/users/{own}{rest}")).0, 200, "{rest}");
        assert_eq!(refusal(&asker.get(&format!("/users/{other}{rest}"))), FORBIDDEN, "{rest}");
    }
    assert_eq!(put_flag(&mut asker, own).0, 200);
    assert_eq!(asker.sandbox.mfa_enabled(own), Some(true));
    for user in [other, Uuid::nil()] {
        assert_eq!(refusal(&put_flag(&mut asker, user)), FORBIDDEN);
    }
    let assignments = format!("/users/{own}/roleAssignments");
    for path in ["/users", "", "/populations", "/mfaSettings", "/capabilities", "/v1/roles", &assignments] {
        assert_eq!(refusal(&asker.get(path)), FORBIDDEN, "{path}");
    }
    // Neither can it see everybody in a report, nor excuse its own user from the second factor.
    assert_eq!(refusal(&ask_for_report(&mut asker)), FORBIDDEN);
    for rest in ["devices", "bypassMFA"] {
        assert_eq!(refusal(&asker.get(&format!("/users/{own}/{rest}"))), FORBIDDEN, "{rest}");
    }
    let bypass = r#"{"bypassMFAEnabledUntil":"2027-11-30T00:00:00.000Z"}"#;
    let answer = asker.send(Method::PUT, &format!("/users/{own}/bypassMFA"), bypass);
    assert_eq!(refusal(&answer), FORBIDDEN);
}

#[test]
fn a_self_service_token_changes_mfa_only_with_the_scope_for_it() {
    let mut asker = Asker::of(&TokenSpec::default());
    let own = asker.sandbox.user_named("jonas.brandt").unwrap();
    asker.become_holder(&self_service(own, &["p1:read:user"]));
    assert_eq!(asker.get(&format!("/users/{own}/mfaEnabled")).0, 200);
    assert_eq!(refusal(&put_flag(&mut asker, own)), FORBIDDEN);
    assert_eq!(asker.sandbox.mfa_enabled(own), Some(false));
}

#[test]
fn roles_count_for_nothing_with_a_self_service_token() {
    let mut asker = Asker::of(&TokenSpec::default());
    let own = asker.sandbox.user_named("jonas.brandt").unwrap();
    asker.sandbox.assign(own, Role::IdentityDataAdmin, Scope::Environment, NOW);
    asker.become_holder(&self_service(own, &["openid", "profile"]));
    assert_eq!(asker.get("/users").0, 200, "OpenID Connect's scopes don't make it one");
    asker.become_holder(&self_service(own, &["p1:read:user"]));
    assert_eq!(asker.get("/users").0, 403);
    asker.become_holder(&TokenSpec { scopes: vec!["p1:read:user".to_owned()], ..TokenSpec::default() });
    assert_eq!(asker.get("/users").0, 403, "an application has no user of its own");
    assert_eq!(asker.get(&format!("/users/{own}")).0, 403);
}

#[test]
fn a_method_that_is_not_supported_is_told_before_the_role() {
    let mut asker = Asker::of(&somebody());
    for (method, path) in [
        (Method::PATCH, "/users"),
        (Method::POST, "/mfaSettings"),
        (Method::PUT, "/capabilities"),
        (Method::POST, "/v1/roles"),
    ] {
        assert_eq!(asker.send(method, path, "{}").0, 405, "{path}");
    }
}
