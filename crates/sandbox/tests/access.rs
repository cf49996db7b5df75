//! Access control: built-in and custom roles, their scopes, and self-service tokens.

use http::Method;
use pingone_sandbox::{Actor, CustomRole, Permission, Role, Scope, Timestamp, TokenSpec};
use serde_json::Value;
use uuid::Uuid;

use pingone_mfa_testkit::client::{Answer, ApiClient, NOW, id, listed, refusal};

const CLIENT: Uuid = Uuid::from_u128(0x1d);

const FORBIDDEN: (u16, &str, &str) = (403, "INSUFFICIENT_PERMISSIONS", "");

fn with_role(role: Role) -> TokenSpec {
    TokenSpec { role, ..TokenSpec::default() }
}

/// A client without a role.
fn client_without_role() -> TokenSpec {
    TokenSpec { holder: Some(CLIENT), ..TokenSpec::default() }
}

fn self_service(user: Uuid, scopes: &[&str]) -> TokenSpec {
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    TokenSpec { actor: Actor::Person, holder: Some(user), scopes, ..TokenSpec::default() }
}

fn create_report(api: &mut ApiClient) -> Answer {
    let order = r#"{"dataExplorationTemplate":{"id":"db632bfd-7054-4bde-b108-a384aac2d513"},"sync":"true"}"#;
    api.send(Method::POST, "/dataExplorations?expand=entries", order)
}

fn put_flag(api: &mut ApiClient, user: Uuid) -> Answer {
    api.send(Method::PUT, &format!("/users/{user}/mfaEnabled"), r#"{"mfaEnabled":true}"#)
}

/// A population, one of its users, and a user of another population.
fn population_and_users(api: &mut ApiClient) -> (Uuid, Uuid, Uuid) {
    api.use_token(&TokenSpec::default());
    let page = api.get("/users");
    let users = listed(&page, "users");
    let population = id(&users[0]["population"]);
    let outsider = users.iter().find(|user| id(&user["population"]) != population).unwrap();
    (population, id(&users[0]), id(outsider))
}

#[test]
fn each_built_in_role_grants_its_permissions() {
    for (role, readable) in [
        (Role::OrganizationAdmin, "environment"),
        (Role::EnvironmentAdmin, "environment populations settings"),
        (Role::IdentityDataAdmin, "environment populations users assignments"),
        (Role::ClientApplicationDeveloper, "environment populations"),
        (Role::IdentityDataReadOnly, "environment populations users assignments"),
        (Role::ConfigurationReadOnly, "environment populations settings"),
    ] {
        let mut api = ApiClient::of(60, &with_role(role));
        let user = api.sandbox.user_by_username("jonas.brandt").unwrap();
        for (name, paths) in [
            ("environment", vec![String::new(), "/capabilities".to_owned(), "/v1/roles".to_owned()]),
            ("populations", vec!["/populations".to_owned()]),
            ("users", vec!["/users".to_owned(), format!("/users/{user}/mfaEnabled")]),
            ("assignments", vec![format!("/users/{user}/roleAssignments")]),
            ("settings", vec!["/mfaSettings".to_owned()]),
        ] {
            let status = if readable.split(' ').any(|word| word == name) { 200 } else { 403 };
            for path in paths {
                assert_eq!(api.get(&path).0, status, "{role:?} {path}");
            }
        }
        let may_change = role == Role::IdentityDataAdmin;
        assert_eq!(put_flag(&mut api, user).0, if may_change { 200 } else { 403 }, "{role:?}");
        assert_eq!(api.sandbox.mfa_enabled(user), Some(may_change));
        let may_create = role == Role::EnvironmentAdmin;
        let created = api.send(Method::POST, "/populations", r#"{"name":"Night shift"}"#);
        assert_eq!(created.0, if may_create { 201 } else { 403 }, "{role:?}");
    }
}

#[test]
fn an_administrator_who_signed_on_holds_the_same_role_as_the_client() {
    for role in Role::ALL {
        let spec = TokenSpec { actor: Actor::Person, ..with_role(role) };
        let (mut person, mut client) = (ApiClient::of(60, &spec), ApiClient::of(60, &with_role(role)));
        for path in ["", "/populations", "/users", "/mfaSettings"] {
            assert_eq!(person.get(path).0, client.get(path).0, "{role:?} {path}");
        }
    }
}

#[test]
fn a_client_without_a_role_is_refused_with_403_everywhere() {
    let mut api = ApiClient::of(60, &client_without_role());
    for path in
        ["", "/users", "/populations", "/mfaSettings", "/capabilities", "/v1/roles", "/v1/environments"]
    {
        assert_eq!(refusal(&api.get(path)), FORBIDDEN, "{path}");
    }
}

#[test]
fn a_role_is_looked_up_at_every_call() {
    let mut api = ApiClient::of(60, &client_without_role());
    assert_eq!(api.get("/users").0, 403);
    api.sandbox.assign(CLIENT, Role::IdentityDataReadOnly, Scope::Environment, NOW);
    assert_eq!(api.get("/users").0, 200, "the same token has more permissions now");
    api.sandbox.withdraw(CLIENT, Role::IdentityDataReadOnly, Scope::Environment);
    assert_eq!(api.get("/users").0, 403);
    api.use_token(&TokenSpec::default());
    api.sandbox.withdraw(Role::IdentityDataAdmin.client_id(), Role::IdentityDataAdmin, Scope::Environment);
    assert_eq!(api.get("/users").0, 403, "a client can lose its initial role");
}

#[test]
fn an_assignment_takes_effect_after_the_delay() {
    let mut api = ApiClient::of(60, &client_without_role());
    api.sandbox.set_role_delay_millis(5_000);
    api.sandbox.assign(CLIENT, Role::IdentityDataAdmin, Scope::Environment, Timestamp(NOW.0 - 4_999));
    assert_eq!(refusal(&api.get("/users")), FORBIDDEN);
    api.sandbox.withdraw(CLIENT, Role::IdentityDataAdmin, Scope::Environment);
    api.sandbox.assign(CLIENT, Role::IdentityDataAdmin, Scope::Environment, Timestamp(NOW.0 - 5_000));
    assert_eq!(api.get("/users").0, 200);
    api.use_token(&TokenSpec::default());
    assert_eq!(api.get("/users").0, 200, "initial roles take effect at once");
}

#[test]
fn repeating_an_assignment_changes_nothing() {
    let mut api = ApiClient::of(60, &client_without_role());
    for since in [NOW, Timestamp(NOW.0 + 1)] {
        api.sandbox.assign(CLIENT, Role::IdentityDataAdmin, Scope::Environment, since);
    }
    let held = api.sandbox.assignments(CLIENT);
    assert_eq!((held.len(), held[0].since), (1, NOW));
}

#[test]
fn a_custom_role_grants_only_its_permissions() {
    let mut api = ApiClient::of(60, &client_without_role());
    let user = api.sandbox.user_by_username("jonas.brandt").unwrap();
    let permissions = vec![Permission::ReadUsers, Permission::UpdateUserMfaEnabled];
    let role = CustomRole { name: "MFA desk".to_owned(), permissions };
    api.sandbox.assign(CLIENT, role.clone(), Scope::Environment, NOW);
    assert_eq!(put_flag(&mut api, user).0, 200);
    assert_eq!(api.get("/users").0, 200);
    assert_eq!(refusal(&api.get("/populations")), FORBIDDEN);
    assert_eq!(refusal(&api.get("")), FORBIDDEN);
    api.sandbox.withdraw(CLIENT, role, Scope::Environment);
    assert_eq!(put_flag(&mut api, user).0, 403);
}

#[test]
fn a_role_of_one_population_lists_only_its_users() {
    let mut api = ApiClient::of(60, &client_without_role());
    let (population, _, outsider) = population_and_users(&mut api);
    let all = api.get("/populations");
    let expected = listed(&all, "populations").iter().find(|one| id(one) == population).unwrap().clone();
    api.use_token(&client_without_role());
    api.sandbox.assign(CLIENT, Role::IdentityDataAdmin, Scope::Population(population), NOW);
    let page = api.get("/users");
    assert!(listed(&page, "users").iter().all(|user| id(&user["population"]) == population));
    assert_eq!((&page.1["count"], &page.1["size"]), (&expected["userCount"], &expected["userCount"]));
    let found = api.get("/users?filter=username%20sw%20%22u%22");
    assert!(listed(&found, "users").iter().all(|user| id(user) != outsider));
    assert_eq!(listed(&api.get("/populations"), "populations"), &vec![expected]);
}

#[test]
fn a_role_of_one_population_cannot_access_users_of_another() {
    let mut api = ApiClient::of(60, &client_without_role());
    let (population, own, outsider) = population_and_users(&mut api);
    let before = api.sandbox.mfa_enabled(outsider);
    api.use_token(&client_without_role());
    api.sandbox.assign(CLIENT, Role::IdentityDataAdmin, Scope::Population(population), NOW);
    for rest in ["", "/mfaEnabled", "/roleAssignments"] {
        assert_eq!(api.get(&format!("/users/{own}{rest}")).0, 200, "{rest}");
        assert_eq!(refusal(&api.get(&format!("/users/{outsider}{rest}"))), FORBIDDEN, "{rest}");
    }
    assert_eq!(put_flag(&mut api, own).0, 200);
    assert_eq!(refusal(&put_flag(&mut api, outsider)), FORBIDDEN);
    assert_eq!(api.sandbox.mfa_enabled(outsider), before);
    assert!(api.sandbox.oracle().writes_of(outsider).next().is_none());
    assert_eq!(api.get(&format!("/users/{}", Uuid::nil())).0, 404);
}

#[test]
fn a_report_covers_only_the_population_of_the_role() {
    let mut api = ApiClient::of(60, &client_without_role());
    let (population, ..) = population_and_users(&mut api);
    let all = create_report(&mut api);
    let of_all = format!("/dataExplorations/{}/entries", id(&all.1));
    api.use_token(&client_without_role());
    api.sandbox.assign(CLIENT, Role::IdentityDataAdmin, Scope::Population(population), NOW);
    let page = api.get("/users");
    let own: Vec<&Value> = listed(&page, "users").iter().map(|user| &user["id"]).collect();
    let seen = api.get(&of_all);
    assert!(!listed(&seen, "entries").is_empty());
    assert!(listed(&seen, "entries").iter().all(|entry| own.contains(&&entry["userId"])));
    assert!(seen.1["count"].as_u64().unwrap() < all.1["count"].as_u64().unwrap());
}

#[test]
fn roles_of_several_populations_are_combined() {
    let mut api = ApiClient::of(60, &client_without_role());
    let all = api.get("/populations");
    assert_eq!(all.0, 403);
    api.use_token(&TokenSpec::default());
    let all = api.get("/populations");
    let populations = listed(&all, "populations");
    api.use_token(&client_without_role());
    for population in &populations[..2] {
        api.sandbox.assign(CLIENT, Role::IdentityDataReadOnly, Scope::Population(id(population)), NOW);
    }
    let expected = populations[..2].iter().map(|one| one["userCount"].as_u64().unwrap()).sum::<u64>();
    assert_eq!(api.get("/users").1["count"], expected);
}

#[test]
fn a_role_of_one_population_cannot_access_environment_settings() {
    let mut api = ApiClient::of(60, &client_without_role());
    let (population, ..) = population_and_users(&mut api);
    api.use_token(&client_without_role());
    api.sandbox.assign(CLIENT, Role::EnvironmentAdmin, Scope::Population(population), NOW);
    assert_eq!(api.get("").0, 200);
    assert_eq!(refusal(&api.get("/mfaSettings")), FORBIDDEN);
    assert_eq!(refusal(&api.send(Method::PUT, "/mfaSettings", "{}")), FORBIDDEN);
    assert_eq!(refusal(&api.send(Method::POST, "/populations", r#"{"name":"New"}"#)), FORBIDDEN);
}

#[test]
fn a_self_service_token_can_access_only_its_own_user() {
    let mut api = ApiClient::of(60, &TokenSpec::default());
    let (own, other) =
        ["jonas.brandt", "adaeze.okonkwo"].map(|name| api.sandbox.user_by_username(name).unwrap()).into();
    api.use_token(&self_service(own, &["openid", "p1:read:user", "p1:update:userMfaEnabled"]));
    for rest in ["", "/mfaEnabled"] {
        assert_eq!(api.get(&format!("/users/{own}{rest}")).0, 200, "{rest}");
        assert_eq!(refusal(&api.get(&format!("/users/{other}{rest}"))), FORBIDDEN, "{rest}");
    }
    assert_eq!(put_flag(&mut api, own).0, 200);
    assert_eq!(api.sandbox.mfa_enabled(own), Some(true));
    for user in [other, Uuid::nil()] {
        assert_eq!(refusal(&put_flag(&mut api, user)), FORBIDDEN);
    }
    let assignments = format!("/users/{own}/roleAssignments");
    for path in ["/users", "", "/populations", "/mfaSettings", "/capabilities", "/v1/roles", &assignments] {
        assert_eq!(refusal(&api.get(path)), FORBIDDEN, "{path}");
    }
    // It can neither see other users in a report, nor exempt its own user from the second factor.
    assert_eq!(refusal(&create_report(&mut api)), FORBIDDEN);
    for rest in ["devices", "bypassMFA"] {
        assert_eq!(refusal(&api.get(&format!("/users/{own}/{rest}"))), FORBIDDEN, "{rest}");
    }
    let bypass = r#"{"bypassMFAEnabledUntil":"2027-11-30T00:00:00.000Z"}"#;
    let answer = api.send(Method::PUT, &format!("/users/{own}/bypassMFA"), bypass);
    assert_eq!(refusal(&answer), FORBIDDEN);
}

#[test]
fn a_self_service_token_needs_a_scope_to_change_mfa() {
    let mut api = ApiClient::of(60, &TokenSpec::default());
    let own = api.sandbox.user_by_username("jonas.brandt").unwrap();
    api.use_token(&self_service(own, &["p1:read:user"]));
    assert_eq!(api.get(&format!("/users/{own}/mfaEnabled")).0, 200);
    assert_eq!(refusal(&put_flag(&mut api, own)), FORBIDDEN);
    assert_eq!(api.sandbox.mfa_enabled(own), Some(false));
}

#[test]
fn roles_are_ignored_for_a_self_service_token() {
    let mut api = ApiClient::of(60, &TokenSpec::default());
    let own = api.sandbox.user_by_username("jonas.brandt").unwrap();
    api.sandbox.assign(own, Role::IdentityDataAdmin, Scope::Environment, NOW);
    api.use_token(&self_service(own, &["openid", "profile"]));
    assert_eq!(api.get("/users").0, 200, "OpenID Connect scopes don't make it a self-service token");
    api.use_token(&self_service(own, &["p1:read:user"]));
    assert_eq!(api.get("/users").0, 403);
    api.use_token(&TokenSpec { scopes: vec!["p1:read:user".to_owned()], ..TokenSpec::default() });
    assert_eq!(api.get("/users").0, 403, "an application's token has no user");
    assert_eq!(api.get(&format!("/users/{own}")).0, 403);
}

#[test]
fn an_unsupported_method_is_refused_before_the_role_is_checked() {
    let mut api = ApiClient::of(60, &client_without_role());
    for (method, path) in [
        (Method::PATCH, "/users"),
        (Method::POST, "/mfaSettings"),
        (Method::PUT, "/capabilities"),
        (Method::POST, "/v1/roles"),
    ] {
        assert_eq!(api.send(method, path, "{}").0, 405, "{path}");
    }
}
