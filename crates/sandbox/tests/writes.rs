//! What can be created: users and populations, as in PingOne's tutorial.

use crate::asker::{Answer, Asker, NOW, id, listed, refusal};
use http::Method;
use pingone_sandbox::{Role, Scope, TokenSpec};
use serde_json::{Value, json};
use uuid::Uuid;

fn admin() -> Asker {
    Asker::of(&TokenSpec::default())
}

fn environment_admin() -> TokenSpec {
    TokenSpec { role: Role::EnvironmentAdmin, ..TokenSpec::default() }
}

fn create(asker: &mut Asker, body: &Value) -> Answer {
    asker.send(Method::POST, "/users", &body.to_string())
}

fn user(username: &str) -> Value {
    json!({ "email": "test@example.com", "username": username })
}

#[test]
fn a_user_of_the_tutorial_is_created_and_found() {
    let mut asker = admin();
    let populations = asker.get("/populations");
    let population = id(&listed(&populations, "populations")[1]);
    let wanted = json!({
        "email": "test@example.com",
        "name": { "given": "Test", "family": "Neu" },
        "population": { "id": population },
        "username": "test.neu",
    });
    let (status, created) = create(&mut asker, &wanted);
    assert_eq!(status, 201);
    for (name, value) in wanted.as_object().unwrap() {
        assert_eq!(&created[name], value, "{name}");
    }
    assert_eq!((&created["createdAt"], &created["enabled"]), (&json!(NOW.to_string()), &json!(true)));
    assert_eq!(created["lifecycle"]["status"], "ACCOUNT_OK");
    assert!(created.get("lastSignOn").is_none());
    assert_eq!(asker.get(&format!("/users/{}", id(&created))).1, created);
    assert_eq!(asker.get("/users").1["count"], 61);
    let counted = asker.get("/populations");
    let count = |answer: &Answer| listed(answer, "populations")[1]["userCount"].as_u64().unwrap();
    assert_eq!(count(&counted), count(&populations) + 1);
    assert_eq!(asker.sandbox.agrees(NOW), Ok(()));
}

#[test]
fn a_user_without_a_population_comes_into_the_default_one() {
    let mut asker = admin();
    let (status, created) = create(&mut asker, &user("test.neu"));
    let populations = asker.get("/populations");
    assert_eq!((status, id(&created["population"])), (201, id(&listed(&populations, "populations")[0])));
    assert!(created.get("name").is_none(), "what is not there is left out");
}

#[test]
fn mfa_of_a_new_user_is_as_asked_or_else_as_the_environment_says() {
    let mut asker = admin();
    let flag = |asker: &mut Asker, username: &str, flag: Option<bool>| {
        let mut body = user(username);
        if let Some(flag) = flag {
            body["mfaEnabled"] = json!(flag);
        }
        let created = create(asker, &body);
        let id = id(&created.1);
        assert_eq!(created.1["mfaEnabled"], asker.sandbox.mfa_enabled(id).unwrap());
        asker.sandbox.mfa_enabled(id).unwrap()
    };
    assert!(flag(&mut asker, "a", None), "a new environment turns it on");
    assert!(!flag(&mut asker, "b", Some(false)));
    asker.become_holder(&environment_admin());
    asker.send(Method::PUT, "/mfaSettings", r#"{"users":{"mfaEnabled":false}}"#);
    asker.become_holder(&TokenSpec::default());
    assert!(!flag(&mut asker, "c", None));
    assert!(flag(&mut asker, "d", Some(true)));
    let first = asker.sandbox.user_named("a").unwrap();
    assert_eq!(asker.sandbox.mfa_enabled(first), Some(true), "only new users are concerned");
}

#[test]
fn a_username_is_given_only_once() {
    let mut asker = admin();
    assert_eq!(create(&mut asker, &user("test.neu")).0, 201);
    for taken in ["test.neu", "jonas.brandt"] {
        let answer = create(&mut asker, &user(taken));
        assert_eq!(refusal(&answer), (400, "UNIQUENESS_VIOLATION", "username"));
        assert_eq!(answer.1["code"], "INVALID_DATA");
    }
    assert_eq!(asker.get("/users").1["count"], 61);
}

#[test]
fn a_user_that_cannot_be_meant_is_refused_by_name() {
    let mut asker = admin();
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
        let answer = asker.send(Method::POST, "/users", body);
        assert_eq!(refusal(&answer), (400, code, target), "{body:.60}");
    }
    let other = "application/vnd.pingidentity.user+json";
    let answer = asker.send_as(Method::POST, "/users", other, &user("a").to_string());
    assert_eq!(answer.0, 415);
    assert_eq!(asker.get("/users").1["count"], 60);
}

#[test]
fn users_are_created_only_where_the_role_reaches() {
    let mut asker = admin();
    let populations = asker.get("/populations");
    let [own, other] = [0, 1].map(|place: usize| id(&listed(&populations, "populations")[place]));
    let holder = Uuid::from_u128(0x1d);
    asker.sandbox.assign(holder, Role::IdentityDataAdmin, Scope::Population(own), NOW);
    asker.become_holder(&TokenSpec { holder: Some(holder), ..TokenSpec::default() });
    let into = |population: Uuid| json!({ "username": "test.neu", "email": "test@example.com", "population": { "id": population } });
    let refused = create(&mut asker, &into(other));
    assert_eq!(refusal(&refused), (403, "INSUFFICIENT_PERMISSIONS", ""));
    assert_eq!(create(&mut asker, &into(own)).0, 201);
    for role in [Role::IdentityDataReadOnly, Role::EnvironmentAdmin] {
        asker.become_holder(&TokenSpec { role, ..TokenSpec::default() });
        assert_eq!(create(&mut asker, &user("another")).0, 403, "{role:?}");
    }
}

#[test]
fn a_created_population_takes_users() {
    let mut asker = Asker::of(&environment_admin());
    let body = r#"{"name":"Night shift","description":"Works at night."}"#;
    let (status, population) = asker.send(Method::POST, "/populations", body);
    assert_eq!((status, &population["name"]), (201, &json!("Night shift")));
    assert_eq!(
        (&population["description"], &population["userCount"]),
        (&json!("Works at night."), &json!(0))
    );
    assert_eq!(population["createdAt"], NOW.to_string());
    asker.become_holder(&TokenSpec::default());
    let all = asker.get("/populations");
    assert_eq!(listed(&all, "populations").last(), Some(&population));
    let mut body = user("test.neu");
    body["population"] = json!({ "id": population["id"] });
    let created = create(&mut asker, &body);
    assert_eq!((created.0, id(&created.1["population"])), (201, id(&population)));
    let filter = format!("population.id%20eq%20%22{}%22", id(&population));
    assert_eq!(listed(&asker.get(&format!("/users?filter={filter}")), "users"), &vec![created.1]);
}

#[test]
fn a_population_needs_a_name_of_its_own() {
    let mut asker = Asker::of(&environment_admin());
    for (body, code) in [
        ("{", "INVALID_VALUE"),
        ("{}", "REQUIRED_VALUE"),
        (r#"{"name":" "}"#, "INVALID_VALUE"),
        (r#"{"name":7}"#, "INVALID_VALUE"),
        (r#"{"name":"Employees"}"#, "UNIQUENESS_VIOLATION"),
    ] {
        let answer = asker.send(Method::POST, "/populations", body);
        assert_eq!(refusal(&answer), (400, code, "name"), "{body}");
    }
    assert_eq!(asker.send_as(Method::POST, "/populations", "text/plain", r#"{"name":"New"}"#).0, 415);
    assert_eq!(asker.get("/populations").1["count"], 3);
}
