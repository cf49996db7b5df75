//! The environment: capabilities, bill of materials, MFA settings, populations and roles.

use http::Method;
use pingone_sandbox::{CustomRole, Permission, Role, Scope, TokenSpec};
use serde_json::json;

use pingone_mfa_testkit::client::{ApiClient, NOW, id, listed, refusal};

fn admin() -> ApiClient {
    ApiClient::of(60, &TokenSpec::default())
}

fn environment_admin() -> ApiClient {
    ApiClient::of(60, &TokenSpec { role: Role::EnvironmentAdmin, ..TokenSpec::default() })
}

#[test]
fn capabilities_include_mfa_and_rate_limits() {
    let mut api = admin();
    let href = api.get("").1["_links"]["capabilities"]["href"].as_str().unwrap().to_owned();
    let (status, body) = api.get(href.strip_prefix("http://127.0.0.1:4001").unwrap());
    assert_eq!((status, &body["canUseMfa"], &body["canUseEmailOtp"]), (200, &json!(true), &json!(true)));
    assert_eq!(body["environmentId"], api.sandbox.environment_id().to_string());
    assert_eq!(body["licenseQuantities"]["rlgDirWriteRps"]["limit"], 50);
    assert_eq!(body["licenseQuantities"]["rlgMfaRps"]["limit"], 100);
}

#[test]
fn the_bill_of_materials_is_included_only_on_request() {
    let mut api = admin();
    let (_, plain) = api.get("");
    assert!(plain.get("billOfMaterials").is_none());
    for query in ["expand=billOfMaterials", "expand=other,billOfMaterials"] {
        let (_, mut expanded) = api.get(&format!("?{query}"));
        let products = expanded["billOfMaterials"]["products"].as_array().unwrap();
        let kinds: Vec<_> = products.iter().map(|product| product["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["PING_ONE_BASE", "PING_ONE_MFA"]);
        expanded.as_object_mut().unwrap().remove("billOfMaterials");
        assert_eq!(expanded, plain, "nothing else changes");
    }
    assert_eq!(api.get("?expand=other").1, plain);
}

#[test]
fn a_new_environment_has_the_default_mfa_settings() {
    let mut api = environment_admin();
    let (status, body) = api.get("/mfaSettings");
    assert_eq!((status, &body["users"]["mfaEnabled"]), (200, &json!(true)));
    assert_eq!(body["pairing"], json!({ "maxAllowedDevices": 5, "pairingKeyFormat": "NUMERIC" }));
    assert_eq!(body["phoneExtensions"]["enabled"], false);
    assert!(body.get("lockout").is_none());
    assert_eq!(id(&body["environment"]), api.sandbox.environment_id());
}

#[test]
fn mfa_settings_are_changed_and_reset() {
    let mut api = environment_admin();
    let default = api.get("/mfaSettings").1;
    let wanted = json!({
        "pairing": { "maxAllowedDevices": 10, "pairingKeyFormat": "ALPHANUMERIC" },
        "lockout": { "failureCount": 6, "durationSeconds": 1200 },
        "phoneExtensions": { "enabled": true },
        "users": { "mfaEnabled": false },
    });
    let (status, body) = api.send(Method::PUT, "/mfaSettings", &wanted.to_string());
    assert_eq!(status, 200);
    for (name, value) in wanted.as_object().unwrap() {
        assert_eq!(&body[name], value, "{name}");
    }
    assert_eq!(body["updatedAt"], NOW.to_string());
    assert_eq!(api.get("/mfaSettings").1, body);
    assert_eq!(api.send(Method::DELETE, "/mfaSettings", "").0, 204);
    let (_, reset) = api.get("/mfaSettings");
    assert_eq!((&reset["users"], &reset["pairing"]), (&default["users"], &default["pairing"]));
    assert!(reset.get("lockout").is_none());
}

#[test]
fn a_settings_field_that_a_put_omits_gets_its_default() {
    let mut api = environment_admin();
    api.send(Method::PUT, "/mfaSettings", r#"{"users":{"mfaEnabled":false}}"#);
    let (_, body) = api.send(Method::PUT, "/mfaSettings", r#"{"pairing":{"maxAllowedDevices":15}}"#);
    assert_eq!(
        (&body["users"]["mfaEnabled"], &body["pairing"]["maxAllowedDevices"]),
        (&json!(true), &json!(15))
    );
}

#[test]
fn invalid_settings_are_refused_by_field_and_change_nothing() {
    let mut api = environment_admin();
    let before = api.get("/mfaSettings").1;
    for (body, code, target) in [
        ("[]", "INVALID_VALUE", "pairing"),
        (r#"{"pairing":7}"#, "INVALID_VALUE", "pairing.maxAllowedDevices"),
        (r#"{"pairing":{"maxAllowedDevices":0}}"#, "INVALID_VALUE", "pairing.maxAllowedDevices"),
        (r#"{"pairing":{"maxAllowedDevices":16}}"#, "INVALID_VALUE", "pairing.maxAllowedDevices"),
        (r#"{"pairing":{"pairingKeyFormat":"HEX"}}"#, "INVALID_VALUE", "pairing.pairingKeyFormat"),
        (r#"{"users":{"mfaEnabled":"yes"}}"#, "INVALID_VALUE", "users.mfaEnabled"),
        (r#"{"lockout":{"durationSeconds":60}}"#, "REQUIRED_VALUE", "lockout.failureCount"),
    ] {
        let answer = api.send(Method::PUT, "/mfaSettings", body);
        assert_eq!(refusal(&answer), (400, code, target), "{body}");
    }
    assert_eq!(api.send_as(Method::PUT, "/mfaSettings", "text/plain", "{}").0, 415);
    assert_eq!(api.get("/mfaSettings").1, before);
}

#[test]
fn the_permission_to_change_the_flag_does_not_include_mfa_settings() {
    let mut api = admin();
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let answer = api.send(method, "/mfaSettings", "{}");
        assert_eq!(refusal(&answer), (403, "INSUFFICIENT_PERMISSIONS", ""));
    }
}

#[test]
fn mfa_settings_can_be_read_with_configuration_read_only() {
    let mut api = environment_admin();
    let (_, changed) = api.send(Method::PUT, "/mfaSettings", r#"{"users":{"mfaEnabled":false}}"#);
    api.use_token(&TokenSpec { role: Role::ConfigurationReadOnly, ..TokenSpec::default() });
    assert_eq!(api.get("/mfaSettings"), (200, changed));
    for method in [Method::PUT, Method::DELETE] {
        let answer = api.send(method, "/mfaSettings", "{}");
        assert_eq!(refusal(&answer), (403, "INSUFFICIENT_PERMISSIONS", ""));
    }
}

#[test]
fn populations_are_found_by_name_prefix_or_id() {
    let mut api = admin();
    let all = api.get("/populations");
    let contractors = listed(&all, "populations")[1].clone();
    let by_id = format!("id%20eq%20{}", contractors["id"].to_string().replace('"', "%22"));
    for filter in ["name%20sw%20%22Contr%22", "name%20SW%20%22Contractors%22", &by_id] {
        let found = api.get(&format!("/populations?filter={filter}"));
        assert_eq!(listed(&found, "populations"), &vec![contractors.clone()], "{filter}");
        assert_eq!((&found.1["count"], &found.1["size"]), (&json!(1), &json!(1)));
    }
    let none = api.get("/populations?filter=name%20sw%20%22contr%22");
    assert_eq!((none.0, &none.1["_embedded"]["populations"]), (200, &json!([])));
}

#[test]
fn other_filters_of_populations_are_refused() {
    let mut api = admin();
    for filter in
        ["name%20eq%20%22Employees%22", "id%20sw%20%22a%22", "id%20eq%20%22a%22", "name", "", "name%20sw%20x"]
    {
        let answer = api.get(&format!("/populations?filter={filter}"));
        assert_eq!(refusal(&answer), (400, "INVALID_FILTER", "filter"), "{filter}");
        assert_eq!(answer.1["details"][0]["innerError"]["supportedAttributes"], json!(["id", "name"]));
    }
}

#[test]
fn populations_are_paged() {
    let mut api = admin();
    let all = api.get("/populations");
    let (mut path, mut names) = ("/populations?limit=2".to_owned(), Vec::new());
    loop {
        let page = api.get(&path);
        assert_eq!(page.1["count"], 3);
        names.extend(listed(&page, "populations").iter().map(|one| one["name"].clone()));
        let Some(next) = page.1["_links"].get("next") else { break };
        path = next["href"].as_str().unwrap().strip_prefix("http://127.0.0.1:4001").unwrap().to_owned();
    }
    let expected: Vec<_> = listed(&all, "populations").iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, expected);
    assert_eq!(refusal(&api.get("/populations?limit=0")), (400, "INVALID_VALUE", "limit"));
}

#[test]
fn users_include_their_population_on_request() {
    let mut api = admin();
    let all = api.get("/populations");
    let page = api.get("/users?limit=10&expand=population");
    for user in listed(&page, "users") {
        let population = &user["_embedded"]["population"];
        assert_eq!(population["id"], user["population"]["id"]);
        assert!(listed(&all, "populations").contains(population));
    }
    let next = page.1["_links"]["next"]["href"].as_str().unwrap();
    let next = api.get(next.strip_prefix("http://127.0.0.1:4001").unwrap());
    assert!(
        listed(&next, "users")[0]["_embedded"]["population"].is_object(),
        "the next link keeps the parameter"
    );
    let one = id(&listed(&page, "users")[0]);
    assert_eq!(api.get(&format!("/users/{one}?expand=population")).1, listed(&page, "users")[0]);
    assert!(api.get(&format!("/users/{one}")).1.get("_embedded").is_none());
}

#[test]
fn the_built_in_roles_are_listed_with_their_permissions() {
    let mut api = admin();
    let answer = api.get("/v1/roles");
    let roles = listed(&answer, "roles");
    let names: Vec<_> = roles.iter().map(|role| role["name"].as_str().unwrap()).collect();
    assert_eq!(names, Role::ALL.map(Role::name));
    assert_eq!((&answer.1["count"], &answer.1["size"]), (&json!(6), &json!(6)));
    let change = json!({ "classifier": "userMfaEnabled", "description": "Update user's mfaEnabled status" });
    for role in roles {
        let may_change = role["permissions"].as_array().unwrap().contains(&change);
        assert_eq!(may_change, role["name"] == "Identity Data Admin", "{}", role["name"]);
    }
    let admin = roles.iter().find(|role| role["name"] == "Identity Data Admin").unwrap();
    assert_eq!(admin["id"], "401e0000-0000-4000-8000-000000000001");
    assert_eq!(admin["applicableTo"], json!(["POPULATION", "ENVIRONMENT"]));
    assert_eq!(admin["canAssign"], json!([{ "id": Role::IdentityDataReadOnly.id() }]));
}

#[test]
fn the_role_assignments_of_a_user_are_listed_with_their_scopes() {
    let mut api = admin();
    let user = api.sandbox.user_ids().next().unwrap();
    let path = format!("/users/{user}/roleAssignments");
    assert_eq!(api.get(&path).1["_embedded"]["roleAssignments"], json!([]));
    let all = api.get("/populations");
    let population = id(&listed(&all, "populations")[0]);
    let desk = CustomRole { name: "MFA desk".to_owned(), permissions: vec![Permission::ReadUsers] };
    api.sandbox.assign(user, Role::EnvironmentAdmin, Scope::Environment, NOW);
    api.sandbox.assign(user, desk, Scope::Population(population), NOW);
    let answer = api.get(&path);
    let held = listed(&answer, "roleAssignments");
    let scopes: Vec<_> = held.iter().map(|one| one["scope"].clone()).collect();
    let environment = api.sandbox.environment_id();
    assert_eq!(scopes[0], json!({ "id": environment, "type": "ENVIRONMENT" }));
    assert_eq!(scopes[1], json!({ "id": population, "type": "POPULATION" }));
    assert_eq!(id(&held[0]["role"]), Role::EnvironmentAdmin.id());
    assert!(id(&held[0]) != id(&held[1]) && id(&held[0]["role"]) != id(&held[1]["role"]));
    assert!(held[0].get("_embedded").is_none());
    let expanded = api.get(&format!("{path}?expand=role"));
    let roles: Vec<_> =
        listed(&expanded, "roleAssignments").iter().map(|one| one["_embedded"]["role"].clone()).collect();
    assert_eq!((&roles[0]["name"], &roles[1]["name"]), (&json!("Environment Admin"), &json!("MFA desk")));
    assert_eq!(roles[1]["permissions"], json!([{ "classifier": "user", "description": "Read users" }]));
}
