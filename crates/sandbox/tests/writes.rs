//! Creation of users and populations, as in PingOne's tutorial.

use http::Method;
use pingone_sandbox::{Role, Scope, TokenSpec};
use serde_json::{Value, json};
use uuid::Uuid;

use pingone_mfa_testkit::client::{Answer, ApiClient, NOW, id, listed, refusal};

fn admin() -> ApiClient {
    ApiClient::of(60, &TokenSpec::default())
}

fn environment_admin() -> TokenSpec {
    TokenSpec { role: Role::EnvironmentAdmin, ..TokenSpec::default() }
}

fn create(api: &mut ApiClient, body: &Value) -> Answer {
    api.send(Method::POST, "/users", &body.to_string())
}

fn user(username: &str) -> Value {
    json!({ "email": "test@example.com", "username": username })
}

#[test]
fn the_user_of_the_tutorial_is_created_and_found() {
    let mut api = admin();
    let populations = api.get("/populations");
    let population = id(&listed(&populations, "populations")[1]);
    let wanted = json!({
        "email": "test@example.com",
        "name": { "given": "Test", "family": "Neu" },
        "population": { "id": population },
        "username": "test.neu",
    });
    let (status, created) = create(&mut api, &wanted);
    assert_eq!(status, 201);
    for (name, value) in wanted.as_object().unwrap() {
        assert_eq!(&created[name], value, "{name}");
    }
    assert_eq!((&created["createdAt"], &created["enabled"]), (&json!(NOW.to_string()), &json!(true)));
    assert_eq!(created["lifecycle"]["status"], "ACCOUNT_OK");
    assert!(created.get("lastSignOn").is_none());
    assert_eq!(api.get(&format!("/users/{}", id(&created))).1, created);
    assert_eq!(api.get("/users").1["count"], 61);
    let counted = api.get("/populations");
    let count = |answer: &Answer| listed(answer, "populations")[1]["userCount"].as_u64().unwrap();
    assert_eq!(count(&counted), count(&populations) + 1);
    assert_eq!(api.sandbox.check_consistency(NOW), Ok(()));
}

#[test]
fn a_user_without_a_population_gets_the_default_one() {
    let mut api = admin();
    let (status, created) = create(&mut api, &user("test.neu"));
    let populations = api.get("/populations");
    assert_eq!((status, id(&created["population"])), (201, id(&listed(&populations, "populations")[0])));
    assert!(created.get("name").is_none(), "a missing name is omitted");
}

#[test]
fn a_new_user_has_the_requested_flag_or_the_environments_default() {
    let mut api = admin();
    let flag = |api: &mut ApiClient, username: &str, flag: Option<bool>| {
        let mut body = user(username);
        if let Some(flag) = flag {
            body["mfaEnabled"] = json!(flag);
        }
        let created = create(api, &body);
        let id = id(&created.1);
        assert_eq!(created.1["mfaEnabled"], api.sandbox.mfa_enabled(id).unwrap());
        api.sandbox.mfa_enabled(id).unwrap()
    };
    assert!(flag(&mut api, "a", None), "a new environment enables MFA by default");
    assert!(!flag(&mut api, "b", Some(false)));
    api.use_token(&environment_admin());
    api.send(Method::PUT, "/mfaSettings", r#"{"users":{"mfaEnabled":false}}"#);
    api.use_token(&TokenSpec::default());
    assert!(!flag(&mut api, "c", None));
    assert!(flag(&mut api, "d", Some(true)));
    let first = api.sandbox.user_by_username("a").unwrap();
    assert_eq!(api.sandbox.mfa_enabled(first), Some(true), "existing users aren't affected");
}

#[test]
fn a_username_must_be_unique() {
    let mut api = admin();
    assert_eq!(create(&mut api, &user("test.neu")).0, 201);
    for taken in ["test.neu", "jonas.brandt"] {
        let answer = create(&mut api, &user(taken));
        assert_eq!(refusal(&answer), (400, "UNIQUENESS_VIOLATION", "username"));
        assert_eq!(answer.1["code"], "INVALID_DATA");
    }
    assert_eq!(api.get("/users").1["count"], 61);
}

#[test]
fn an_invalid_user_is_refused_with_the_field_name() {
    let mut api = admin();
    let nowhere = format!(r#"{{"username":"a","email":"a@b","population":{{"id":"{}"}}}}"#, Uuid::nil());
    let long = format!(r#"{{"username":"{}","email":"a@b"}}"#, "a".repeat(129));
    for (body, code, target) in [
        ("", "INVALID_VALUE", "username"),
        ("[]", "INVALID_VALUE", "username"),
        ("{}", "REQUIRED_VALUE", "username"),
        (r#"{"username":null,"email":"a@b"}"#, "REQUIRED_VALUE", "username"),
        (r#"{"username":"","email":"a@b"}"#, "INVALID_VALUE", "username"),
        (r#"{"username":"a\u0000b","email":"a@b"}"#, "INVALID_VALUE", "username"),
        (r#"{"username":7,"email":"a@b"}"#, "INVALID_VALUE", "username"),
        (long.as_str(), "INVALID_VALUE", "username"),
        (r#"{"username":"a"}"#, "REQUIRED_VALUE", "email"),
        (r#"{"username":"a","email":"a"}"#, "INVALID_VALUE", "email"),
        (r#"{"username":"a","email":"a@b","mfaEnabled":"yes"}"#, "INVALID_VALUE", "mfaEnabled"),
        (r#"{"username":"a","email":"a@b","name":"A"}"#, "INVALID_VALUE", "name.given"),
        (r#"{"username":"a","email":"a@b","population":{"id":"none"}}"#, "INVALID_VALUE", "population.id"),
        (nowhere.as_str(), "INVALID_VALUE", "population.id"),
    ] {
        let answer = api.send(Method::POST, "/users", body);
        assert_eq!(refusal(&answer), (400, code, target), "{body:.60}");
    }
    let other = "application/vnd.pingidentity.user+json";
    let answer = api.send_as(Method::POST, "/users", other, &user("a").to_string());
    assert_eq!(answer.0, 415);
    assert_eq!(api.get("/users").1["count"], 60);
}

#[test]
fn users_are_created_only_within_the_scope_of_the_role() {
    let mut api = admin();
    let populations = api.get("/populations");
    let [own, other] = [0, 1].map(|place: usize| id(&listed(&populations, "populations")[place]));
    let holder = Uuid::from_u128(0x1d);
    api.sandbox.assign(holder, Role::IdentityDataAdmin, Scope::Population(own), NOW);
    api.use_token(&TokenSpec { holder: Some(holder), ..TokenSpec::default() });
    let into = |population: Uuid| json!({ "username": "test.neu", "email": "test@example.com", "population": { "id": population } });
    let refused = create(&mut api, &into(other));
    assert_eq!(refusal(&refused), (403, "INSUFFICIENT_PERMISSIONS", ""));
    assert_eq!(create(&mut api, &into(own)).0, 201);
    for role in [Role::IdentityDataReadOnly, Role::EnvironmentAdmin] {
        api.use_token(&TokenSpec { role, ..TokenSpec::default() });
        assert_eq!(create(&mut api, &user("another")).0, 403, "{role:?}");
    }
}

#[test]
fn users_can_be_added_to_a_created_population() {
    let mut api = ApiClient::of(60, &environment_admin());
    let body = r#"{"name":"Night shift","description":"Works at night."}"#;
    let (status, population) = api.send(Method::POST, "/populations", body);
    assert_eq!((status, &population["name"]), (201, &json!("Night shift")));
    assert_eq!(
        (&population["description"], &population["userCount"]),
        (&json!("Works at night."), &json!(0))
    );
    assert_eq!(population["createdAt"], NOW.to_string());
    api.use_token(&TokenSpec::default());
    let all = api.get("/populations");
    assert_eq!(listed(&all, "populations").last(), Some(&population));
    let mut body = user("test.neu");
    body["population"] = json!({ "id": population["id"] });
    let created = create(&mut api, &body);
    assert_eq!((created.0, id(&created.1["population"])), (201, id(&population)));
    let filter = format!("population.id%20eq%20%22{}%22", id(&population));
    assert_eq!(listed(&api.get(&format!("/users?filter={filter}")), "users"), &vec![created.1]);
}

#[test]
fn a_population_needs_a_unique_name() {
    let mut api = ApiClient::of(60, &environment_admin());
    for (body, code) in [
        ("{", "INVALID_VALUE"),
        ("{}", "REQUIRED_VALUE"),
        (r#"{"name":" "}"#, "INVALID_VALUE"),
        (r#"{"name":7}"#, "INVALID_VALUE"),
        (r#"{"name":"Employees"}"#, "UNIQUENESS_VIOLATION"),
    ] {
        let answer = api.send(Method::POST, "/populations", body);
        assert_eq!(refusal(&answer), (400, code, "name"), "{body}");
    }
    assert_eq!(api.send_as(Method::POST, "/populations", "text/plain", r#"{"name":"New"}"#).0, 415);
    assert_eq!(api.get("/populations").1["count"], 3);
}
