//! What describes the environment: capabilities, bill of materials, MFA settings, populations and roles.

use crate::asker::{Asker, NOW, id, listed, refusal};
use http::Method;
use pingone_sandbox::{CustomRole, Permission, Role, Scope, TokenSpec};
use serde_json::json;

fn admin() -> Asker {
    Asker::of(&TokenSpec::default())
}

fn environment_admin() -> Asker {
    Asker::of(&TokenSpec { role: Role::EnvironmentAdmin, ..TokenSpec::default() })
}

#[test]
fn capabilities_tell_whether_mfa_can_be_used_and_how_fast() {
    let mut asker = admin();
    let href = asker.get("").1["_links"]["capabilities"]["href"].as_str().unwrap().to_owned();
    let (status, body) = asker.get(href.strip_prefix("http://127.0.0.1:4001").unwrap());
    assert_eq!((status, &body["canUseMfa"], &body["canUseEmailOtp"]), (200, &json!(true), &json!(true)));
    assert_eq!(body["environmentId"], asker.sandbox.environment_id().to_string());
    assert_eq!(body["licenseQuantities"]["rlgDirWriteRps"]["limit"], 50);
    assert_eq!(body["licenseQuantities"]["rlgMfaRps"]["limit"], 100);
}

#[test]
fn the_bill_of_materials_is_there_only_when_asked_for() {
    let mut asker = admin();
    let (_, plain) = asker.get("");
    assert!(plain.get("billOfMaterials").is_none());
    for query in ["expand=billOfMaterials", "expand=other,billOfMaterials"] {
        let (_, mut expanded) = asker.get(&format!("?{query}"));
        let products = expanded["billOfMaterials"]["products"].as_array().unwrap();
        let kinds: Vec<_> = products.iter().map(|product| product["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["PING_ONE_BASE", "PING_ONE_MFA"]);
        expanded.as_object_mut().unwrap().remove("billOfMaterials");
        assert_eq!(expanded, plain, "nothing else changes");
    }
    assert_eq!(asker.get("?expand=other").1, plain);
}

#[test]
fn a_new_environment_has_the_default_mfa_settings() {
    let mut asker = environment_admin();
    let (status, body) = asker.get("/mfaSettings");
    assert_eq!((status, &body["users"]["mfaEnabled"]), (200, &json!(true)));
    assert_eq!(body["pairing"], json!({ "maxAllowedDevices": 5, "pairingKeyFormat": "NUMERIC" }));
    assert_eq!(body["phoneExtensions"]["enabled"], false);
    assert!(body.get("lockout").is_none());
    assert_eq!(id(&body["environment"]), asker.sandbox.environment_id());
}

#[test]
fn mfa_settings_are_changed_and_reset() {
    let mut asker = environment_admin();
    let default = asker.get("/mfaSettings").1;
    let wanted = json!({
        "pairing": { "maxAllowedDevices": 10, "pairingKeyFormat": "ALPHANUMERIC" },
        "lockout": { "failureCount": 6, "durationSeconds": 1200 },
        "phoneExtensions": { "enabled": true },
        "users": { "mfaEnabled": false },
    });
    let (status, body) = asker.send(Method::PUT, "/mfaSettings", &wanted.to_string());
    assert_eq!(status, 200);
    for (name, value) in wanted.as_object().unwrap() {
        assert_eq!(&body[name], value, "{name}");
    }
    assert_eq!(body["updatedAt"], NOW.to_string());
    assert_eq!(asker.get("/mfaSettings").1, body);
    assert_eq!(asker.send(Method::DELETE, "/mfaSettings", "").0, 204);
    let (_, reset) = asker.get("/mfaSettings");
    assert_eq!((&reset["users"], &reset["pairing"]), (&default["users"], &default["pairing"]));
    assert!(reset.get("lockout").is_none());
}

#[test]
fn a_field_that_a_put_of_the_settings_leaves_out_gets_its_default() {
    let mut asker = environment_admin();
    asker.send(Method::PUT, "/mfaSettings", r#"{"users":{"mfaEnabled":false}}"#);
    let (_, body) = asker.send(Method::PUT, "/mfaSettings", r#"{"pairing":{"maxAllowedDevices":15}}"#);
    assert_eq!(
        (&body["users"]["mfaEnabled"], &body["pairing"]["maxAllowedDevices"]),
        (&json!(true), &json!(15))
    );
}

#[test]
fn settings_that_cannot_be_meant_are_refused_by_name_and_change_nothing() {
    let mut asker = environment_admin();
    let before = asker.get("/mfaSettings").1;
    for (body, code, target) in [
        ("[]", "INVALID_VALUE", "pairing"),
        (r#"{"pairing":7}"#, "INVALID_VALUE", "pairing.maxAllowedDevices"),
        (r#"{"pairing":{"maxAllowedDevices":0}}"#, "INVALID_VALUE", "pairing.maxAllowedDevices"),
        (r#"{"pairing":{"maxAllowedDevices":16}}"#, "INVALID_VALUE", "pairing.maxAllowedDevices"),
        (r#"{"pairing":{"pairingKeyFormat":"HEX"}}"#, "INVALID_VALUE", "pairing.pairingKeyFormat"),
        (r#"{"users":{"mfaEnabled":"yes"}}"#, "INVALID_VALUE", "users.mfaEnabled"),
        (r#"{"lockout":{"durationSeconds":60}}"#, "REQUIRED_VALUE", "lockout.failureCount"),
    ] {
        let answer = asker.send(Method::PUT, "/mfaSettings", body);
        assert_eq!(refusal(&answer), (400, code, target), "{body}");
    }
    assert_eq!(asker.send_as(Method::PUT, "/mfaSettings", "text/plain", "{}").0, 415);
    assert_eq!(asker.get("/mfaSettings").1, before);
}

#[test]
fn mfa_settings_are_forbidden_to_whoever_may_change_the_flag_itself() {
    let mut asker = admin();
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let answer = asker.send(method, "/mfaSettings", "{}");
        assert_eq!(refusal(&answer), (403, "INSUFFICIENT_PERMISSIONS", ""));
    }
}

#[test]
fn mfa_settings_are_read_by_whoever_reads_configuration() {
    let mut asker = environment_admin();
    let (_, changed) = asker.send(Method::PUT, "/mfaSettings", r#"{"users":{"mfaEnabled":false}}"#);
    asker.become_holder(&TokenSpec { role: Role::ConfigurationReadOnly, ..TokenSpec::default() });
    assert_eq!(asker.get("/mfaSettings"), (200, changed));
    for method in [Method::PUT, Method::DELETE] {
        let answer = asker.send(method, "/mfaSettings", "{}");
        assert_eq!(refusal(&answer), (403, "INSUFFICIENT_PERMISSIONS", ""));
    }
}

#[test]
fn populations_are_found_by_the_start_of_their_name_or_their_id() {
    let mut asker = admin();
    let all = asker.get("/populations");
    let contractors = listed(&all, "populations")[1].clone();
    let by_id = format!("id%20eq%20{}", contractors["id"].to_string().replace('"', "%22"));
    for filter in ["name%20sw%20%22Contr%22", "name%20SW%20%22Contractors%22", &by_id] {
        let found = asker.get(&format!("/populations?filter={filter}"));
        assert_eq!(listed(&found, "populations"), &vec![contractors.clone()], "{filter}");
        assert_eq!((&found.1["count"], &found.1["size"]), (&json!(1), &json!(1)));
    }
    let none = asker.get("/populations?filter=name%20sw%20%22contr%22");
    assert_eq!((none.0, &none.1["_embedded"]["populations"]), (200, &json!([])));
}

#[test]
fn populations_are_not_found_by_anything_else() {
    let mut asker = admin();
    for filter in
        ["name%20eq%20%22Employees%22", "id%20sw%20%22a%22", "id%20eq%20%22a%22", "name", "", "name%20sw%20x"]
    {
        let answer = asker.get(&format!("/populations?filter={filter}"));
        assert_eq!(refusal(&answer), (400, "INVALID_FILTER", "filter"), "{filter}");
        assert_eq!(answer.1["details"][0]["innerError"]["supportedAttributes"], json!(["id", "name"]));
    }
}

#[test]
fn populations_come_in_pages() {
    let mut asker = admin();
    let all = asker.get("/populations");
    let (mut path, mut names) = ("/populations?limit=2".to_owned(), Vec::new());
    loop {
        let page = asker.get(&path);
        assert_eq!(page.1["count"], 3);
        names.extend(listed(&page, "populations").iter().map(|one| one["name"].clone()));
        let Some(next) = page.1["_links"].get("next") else { break };
        path = next["href"].as_str().unwrap().strip_prefix("http://127.0.0.1:4001").unwrap().to_owned();
    }
    let expected: Vec<_> = listed(&all, "populations").iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, expected);
    assert_eq!(refusal(&asker.get("/populations?limit=0")), (400, "INVALID_VALUE", "limit"));
}

#[test]
fn users_come_with_their_population_when_asked_for() {
    let mut asker = admin();
    let all = asker.get("/populations");
    let page = asker.get("/users?limit=10&expand=population");
    for user in listed(&page, "users") {
        let population = &user["_embedded"]["population"];
        assert_eq!(population["id"], user["population"]["id"]);
        assert!(listed(&all, "populations").contains(population));
    }
    let next = page.1["_links"]["next"]["href"].as_str().unwrap();
    let next = asker.get(next.strip_prefix("http://127.0.0.1:4001").unwrap());
    assert!(listed(&next, "users")[0]["_embedded"]["population"].is_object(), "from page to page");
    let one = id(&listed(&page, "users")[0]);
    assert_eq!(asker.get(&format!("/users/{one}?expand=population")).1, listed(&page, "users")[0]);
    assert!(asker.get(&format!("/users/{one}")).1.get("_embedded").is_none());
}

#[test]
fn the_built_in_roles_are_listed_with_their_permissions() {
    let mut asker = admin();
    let answer = asker.get("/v1/roles");
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
fn the_roles_of_a_user_are_listed_with_where_they_hold() {
    let mut asker = admin();
    let user = asker.sandbox.user_ids().next().unwrap();
    let path = format!("/users/{user}/roleAssignments");
    assert_eq!(asker.get(&path).1["_embedded"]["roleAssignments"], json!([]));
    let all = asker.get("/populations");
    let population = id(&listed(&all, "populations")[0]);
    let desk = CustomRole { name: "MFA desk".to_owned(), permissions: vec![Permission::ReadUsers] };
    asker.sandbox.assign(user, Role::EnvironmentAdmin, Scope::Environment, NOW);
    asker.sandbox.assign(user, desk, Scope::Population(population), NOW);
    let answer = asker.get(&path);
    let held = listed(&answer, "roleAssignments");
    let scopes: Vec<_> = held.iter().map(|one| one["scope"].clone()).collect();
    let environment = asker.sandbox.environment_id();
    assert_eq!(scopes[0], json!({ "id": environment, "type": "ENVIRONMENT" }));
    assert_eq!(scopes[1], json!({ "id": population, "type": "POPULATION" }));
    assert_eq!(id(&held[0]["role"]), Role::EnvironmentAdmin.id());
    assert!(id(&held[0]) != id(&held[1]) && id(&held[0]["role"]) != id(&held[1]["role"]));
    assert!(held[0].get("_embedded").is_none());
    let expanded = asker.get(&format!("{path}?expand=role"));
    let roles: Vec<_> =
        listed(&expanded, "roleAssignments").iter().map(|one| one["_embedded"]["role"].clone()).collect();
    assert_eq!((&roles[0]["name"], &roles[1]["name"]), (&json!("Environment Admin"), &json!("MFA desk")));
    assert_eq!(roles[1]["permissions"], json!([{ "classifier": "user", "description": "Read users" }]));
}
