//! The API's contract: every endpoint and every refusal, tested in the core without a socket.

use std::collections::HashSet;

use http::{Method, Request, Response, StatusCode, header};
use pingone_mfa_testkit::client::{NOW, body};
use pingone_mfa_testkit::tenant::{LOCAL, local_seed};
use pingone_sandbox::{Actor, CLIENT_SECRET, Populations, Role, Sandbox, Seed, Timestamp, TokenSpec};
use serde_json::Value;
use uuid::Uuid;

const BASE: &str = "http://127.0.0.1:4001/v1";

type Answer = Response<Vec<u8>>;

fn generated(users: u32, number: u64) -> Sandbox {
    Sandbox::new(local_seed(users, number))
}

fn request(method: Method, path: &str, token: Option<&str>) -> Request<Vec<u8>> {
    let builder = Request::builder().method(method).uri(path);
    let builder = match token {
        Some(token) => builder.header(header::AUTHORIZATION, format!("Bearer {token}")),
        None => builder,
    };
    builder.body(Vec::new()).unwrap()
}

/// A sandbox with a client that sends requests to it.
struct ApiClient {
    sandbox: Sandbox,
    token: String,
}

impl ApiClient {
    fn of(users: u32, spec: &TokenSpec) -> Self {
        Self::generated(local_seed(users, 7), spec)
    }

    fn generated(seed: Seed, spec: &TokenSpec) -> Self {
        let mut sandbox = Sandbox::new(seed);
        let token = sandbox.issue_token(spec, NOW);
        Self { sandbox, token }
    }

    fn admin(users: u32) -> Self {
        Self::of(users, &TokenSpec::default())
    }

    fn with_role(role: Role) -> Self {
        Self::of(20, &TokenSpec { role, ..TokenSpec::default() })
    }

    fn path(&self, rest: &str) -> String {
        format!("/v1/environments/{}{rest}", self.sandbox.environment_id())
    }

    fn send(&mut self, request: &Request<Vec<u8>>) -> Answer {
        self.sandbox.handle(request, NOW).response
    }

    fn ask(&mut self, method: Method, path: &str) -> Answer {
        let request = request(method, path, Some(&self.token));
        self.send(&request)
    }

    fn get(&mut self, rest: &str) -> Answer {
        self.ask(Method::GET, &self.path(rest))
    }

    fn filtered(&mut self, filter: &str) -> Answer {
        let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        self.get(&format!("/users?filter={filter}"))
    }

    fn user(&self, name: &str) -> Uuid {
        self.sandbox.user_by_username(name).unwrap()
    }

    fn put(&mut self, user: &str, content_type: &str, body: &str) -> Answer {
        let path = self.path(&format!("/users/{user}/mfaEnabled"));
        let mut request = request(Method::PUT, &path, Some(&self.token));
        request.headers_mut().insert(header::CONTENT_TYPE, content_type.parse().unwrap());
        *request.body_mut() = body.as_bytes().to_vec();
        self.send(&request)
    }
}

fn head<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// The path and query of an absolute link.
fn local(href: &Value) -> String {
    href.as_str().unwrap().strip_prefix(LOCAL).unwrap().to_owned()
}

#[track_caller]
fn assert_refused(answer: &Answer, status: u16, code: &str, detail: Option<&str>) {
    let body = body(answer);
    assert_eq!((answer.status().as_u16(), body["code"].as_str()), (status, Some(code)), "{body}");
    assert_eq!(body["details"][0]["code"].as_str(), detail, "{body}");
    assert!(Uuid::try_parse(body["id"].as_str().unwrap()).is_ok());
    assert_eq!(head(answer, "access-control-allow-origin"), "*");
}

#[test]
fn every_answer_has_the_recorded_headers() {
    let mut api = ApiClient::admin(20);
    for path in ["/users", "/users/nobody", "/nowhere"] {
        let answer = api.get(path);
        assert!(Uuid::try_parse(head(&answer, "correlation-id")).is_ok());
        assert_eq!(head(&answer, "x-amzn-requestid"), head(&answer, "correlation-id"));
        assert_eq!(head(&answer, "cache-control"), "no-cache, no-store, max-age=0, must-revalidate");
        assert_eq!((head(&answer, "pragma"), head(&answer, "expires")), ("no-cache", "0"));
        assert_eq!(head(&answer, "access-control-allow-origin"), "*");
    }
    let first = head(&api.get("/users"), "correlation-id").to_owned();
    assert_ne!(first, head(&api.get("/users"), "correlation-id"));
}

#[test]
fn an_environment_has_its_type_and_region() {
    let mut api = ApiClient::admin(20);
    let one = body(&api.get(""));
    assert_eq!(one["id"], api.sandbox.environment_id().to_string());
    assert_eq!((&one["name"], &one["region"]), (&"Workforce".into(), &"EU".into()));
    assert_eq!(one["type"], "SANDBOX");
    let all = body(&api.ask(Method::GET, "/v1/environments"));
    assert_eq!(all["_embedded"]["environments"][0], one);
    assert_eq!((&all["count"], &all["size"]), (&1.into(), &1.into()));
}

#[test]
fn populations_count_every_user_once() {
    let mut api = ApiClient::admin(500);
    let list = body(&api.get("/populations"));
    let populations = list["_embedded"]["populations"].as_array().unwrap();
    let names: Vec<_> = populations.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Employees", "Contractors", "Shop floor"]);
    assert_eq!(populations.iter().map(|one| one["userCount"].as_u64().unwrap()).sum::<u64>(), 500);
}

#[test]
fn a_page_is_written_as_recorded() {
    let mut api = ApiClient::admin(250);
    let answer = api.get("/users?limit=100");
    assert_eq!(head(&answer, "content-type"), "application/hal+json;charset=UTF-8");
    let text = std::str::from_utf8(answer.body()).unwrap();
    assert!(text.starts_with("{\n  \"_links\" : {\n    \"self\" : {\n"), "{}", &text[..80]);
    let id = api.sandbox.environment_id();
    assert!(text.contains(&format!("\"href\" : \"{BASE}/environments/{id}/users?limit=100\"")));
    assert!(!text.contains("null"));
    let places: Vec<usize> = [
        "\"id\"",
        "\"environment\"",
        "\"account\"",
        "\"createdAt\"",
        "\"enabled\"",
        "\"identityProvider\"",
        "\"lifecycle\"",
        "\"mfaEnabled\"",
        "\"population\"",
        "\"updatedAt\"",
        "\"username\"",
        "\"verifyStatus\"",
    ]
    .iter()
    .map(|key| text.find(key).unwrap())
    .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn a_page_never_has_more_than_200_users() {
    let mut api = ApiClient::admin(450);
    for (query, size) in
        [("", 200), ("?limit=1000", 200), ("?limit=99999999999999999999999", 200), ("?limit=7", 7)]
    {
        let page = body(&api.get(&format!("/users{query}")));
        assert_eq!((&page["size"], &page["count"]), (&size.into(), &450.into()), "{query}");
        assert_eq!(page["_embedded"]["users"].as_array().unwrap().len(), size);
    }
}

#[test]
fn an_invalid_limit_or_cursor_is_refused() {
    let mut api = ApiClient::admin(20);
    for query in
        ["limit=0", "limit=000", "limit=ten", "limit=-1", "limit=", "limit=1.5", "cursor=!", "cursor=abc"]
    {
        let answer = api.get(&format!("/users?{query}"));
        assert_refused(&answer, 400, "INVALID_REQUEST", Some("INVALID_VALUE"));
    }
}

#[test]
fn following_next_visits_every_user_once() {
    for (users, pages) in [(1, 1), (200, 1), (201, 2), (400, 2), (401, 3)] {
        assert_visits_every_user(users, pages);
    }
}

fn assert_visits_every_user(users: u32, expected_pages: usize) {
    let mut api = ApiClient::admin(users);
    let mut path = api.path("/users");
    let (mut ids, mut names, mut pages) = (HashSet::new(), HashSet::new(), 0);
    loop {
        let page = body(&api.ask(Method::GET, &path));
        pages += 1;
        for user in page["_embedded"]["users"].as_array().unwrap() {
            assert!(ids.insert(user["id"].to_string()));
            assert!(names.insert(user["username"].to_string()));
        }
        assert_eq!(page["_links"].get("prev").is_some(), pages > 1);
        let Some(next) = page["_links"].get("next") else { break };
        assert!(next["href"].as_str().unwrap().starts_with(&format!("{BASE}/environments/")));
        path = local(&next["href"]);
        assert!(path.contains("cursor=") && path.contains("limit=200"));
    }
    assert_eq!((ids.len(), pages), (users as usize, expected_pages));
}

#[test]
fn the_second_page_links_back_to_the_first() {
    let mut api = ApiClient::admin(30);
    let first = body(&api.get("/users?limit=10"));
    let second = body(&api.ask(Method::GET, &local(&first["_links"]["next"]["href"])));
    let back = body(&api.ask(Method::GET, &local(&second["_links"]["prev"]["href"])));
    assert_eq!(back["_embedded"], first["_embedded"]);
}

#[test]
fn a_filter_is_kept_from_page_to_page() {
    let mut api = ApiClient::admin(450);
    let first = body(&api.get("/users?limit=5&filter=enabled%20eq%20false"));
    let second = body(&api.ask(Method::GET, &local(&first["_links"]["next"]["href"])));
    assert_eq!(second["count"], first["count"]);
    for user in second["_embedded"]["users"].as_array().unwrap() {
        assert_eq!(user["enabled"], false);
    }
}

#[test]
fn filters_find_the_matching_users() {
    let mut api = ApiClient::admin(200);
    let employees = body(&api.get("/populations"))["_embedded"]["populations"][0].clone();
    let in_population = format!("population.id eq {}", employees["id"]);
    assert_eq!(body(&api.filtered(&in_population))["count"], employees["userCount"]);
    for (filter, count) in [
        ("username eq \"adaeze.okonkwo\"", 1),
        ("username eq \"Adaeze.Okonkwo\"", 0),
        ("email sw \"jonas.brandt@\"", 1),
        (
            "(username sw \"adaeze\" OR username sw \"jonas\") AND name.family eq \"Brandt\" and enabled eq true",
            1,
        ),
        ("name.given eq \"Adaeze\" and externalId eq \"none\"", 0),
        ("username sw \"\"", 200),
    ] {
        assert_eq!(body(&api.filtered(filter))["count"], count, "{filter}");
    }
}

#[test]
fn an_empty_list_has_an_empty_array_of_users() {
    let mut api = ApiClient::admin(20);
    let answer = api.filtered("username eq \"nobody\"");
    let page = body(&answer);
    assert_eq!(page["_embedded"]["users"], Value::Array(vec![]));
    assert_eq!((&page["count"], &page["size"]), (&0.into(), &0.into()));
    assert!(page["_links"].get("next").is_none());
}

#[test]
fn a_filter_by_mfa_is_refused_with_the_supported_attributes() {
    let mut api = ApiClient::admin(20);
    for filter in
        ["mfaEnabled eq true", "username co \"a\"", "not (username eq \"a\")", "username eq \"", "(((("]
    {
        let answer = api.filtered(filter);
        assert_refused(&answer, 400, "INVALID_REQUEST", Some("INVALID_FILTER"));
        let inner = &body(&answer)["details"][0]["innerError"];
        assert!(inner["supportedAttributes"].as_array().unwrap().contains(&"username".into()));
        assert_eq!(inner["supportedOperators"], serde_json::json!(["eq", "sw"]));
    }
}

#[test]
fn one_user_is_read_by_id() {
    let mut api = ApiClient::admin(20);
    let id = api.user("adaeze.okonkwo");
    let user = body(&api.get(&format!("/users/{id}")));
    assert_eq!(user["name"], serde_json::json!({ "given": "Adaeze", "family": "Okonkwo" }));
    assert_eq!((&user["mfaEnabled"], &user["username"]), (&true.into(), &"adaeze.okonkwo".into()));
}

#[test]
fn an_unknown_user_is_not_found() {
    let mut api = ApiClient::admin(20);
    let unknown = Uuid::nil().to_string();
    for path in [format!("/users/{unknown}"), format!("/users/{unknown}/mfaEnabled")] {
        assert_refused(&api.get(&path), 404, "NOT_FOUND", None);
    }
    let answer = api.put(&unknown, "application/json", r#"{"mfaEnabled":true}"#);
    assert_refused(&answer, 404, "NOT_FOUND", None);
}

#[test]
fn a_user_id_that_is_not_a_uuid_is_refused() {
    let mut api = ApiClient::admin(20);
    let simple = api.user("jonas.brandt").simple().to_string();
    for id in ["7", "jonas.brandt", simple.as_str()] {
        let answer = api.get(&format!("/users/{id}"));
        assert_refused(&answer, 400, "INVALID_REQUEST", Some("INVALID_VALUE"));
        let answer = api.put(id, "application/json", r#"{"mfaEnabled":true}"#);
        assert_refused(&answer, 400, "INVALID_REQUEST", Some("INVALID_VALUE"));
    }
}

#[test]
fn a_put_changes_the_flag_and_the_update_time() {
    let mut api = ApiClient::admin(20);
    let id = api.user("jonas.brandt");
    let before = body(&api.get(&format!("/users/{id}")));
    assert_eq!(api.sandbox.mfa_enabled(id), Some(false));
    let answer = api.put(&id.to_string(), "application/json; charset=utf-8", r#"{"mfaEnabled":true}"#);
    assert_eq!(answer.status(), StatusCode::OK);
    let user = format!("{BASE}/environments/{}/users/{id}", api.sandbox.environment_id());
    let expected = serde_json::json!({
        "_links": { "self": { "href": format!("{user}/mfaEnabled") }, "user": { "href": user } },
        "mfaEnabled": true,
    });
    assert_eq!(body(&answer), expected);
    assert_eq!(body(&api.get(&format!("/users/{id}/mfaEnabled"))), expected);
    assert_eq!(api.sandbox.mfa_enabled(id), Some(true));
    let after = body(&api.get(&format!("/users/{id}")));
    assert_eq!(after["updatedAt"], NOW.to_string());
    let mut undone = after;
    undone["mfaEnabled"] = before["mfaEnabled"].clone();
    undone["updatedAt"] = before["updatedAt"].clone();
    assert_eq!(undone, before, "nothing else changed");
}

#[test]
fn a_put_does_not_unlock_a_locked_user() {
    let mut api = ApiClient::admin(400);
    let page = body(&api.get("/users"));
    let users = page["_embedded"]["users"].as_array().unwrap();
    let locked = users.iter().find(|user| user["account"]["status"] == "LOCKED").unwrap();
    let id = locked["id"].as_str().unwrap();
    api.put(id, "application/json", r#"{"mfaEnabled":true}"#);
    assert_eq!(body(&api.get(&format!("/users/{id}")))["account"], locked["account"]);
}

#[test]
fn a_put_of_the_same_value_succeeds() {
    let mut api = ApiClient::admin(20);
    let id = api.user("adaeze.okonkwo").to_string();
    let answer = api.put(&id, "application/json", r#"{"mfaEnabled":true}"#);
    assert_eq!((answer.status(), &body(&answer)["mfaEnabled"]), (StatusCode::OK, &true.into()));
}

#[test]
fn a_put_without_a_boolean_is_refused_with_the_field_name() {
    let mut api = ApiClient::admin(20);
    let id = api.user("jonas.brandt");
    let deep = "[".repeat(100_000);
    for text in [
        "",
        "{",
        "[]",
        "true",
        "{}",
        r#"{"mfaEnabled":null}"#,
        r#"{"mfaEnabled":"true"}"#,
        r#"{"mfaEnabled":1}"#,
        r#"{"mfaenabled":true}"#,
        deep.as_str(),
    ] {
        let answer = api.put(&id.to_string(), "application/json", text);
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{text:.40}");
        assert_eq!(body(&answer)["details"][0]["target"], "mfaEnabled", "{text:.40}");
    }
    assert_eq!(api.sandbox.mfa_enabled(id), Some(false));
}

#[test]
fn a_put_of_another_media_type_is_refused() {
    let mut api = ApiClient::admin(20);
    let id = api.user("jonas.brandt").to_string();
    for content_type in ["text/plain", "application/jsonp", "application/x-www-form-urlencoded"] {
        let answer = api.put(&id, content_type, r#"{"mfaEnabled":true}"#);
        assert_refused(&answer, 415, "INVALID_REQUEST", None);
    }
}

#[test]
fn other_methods_are_not_allowed() {
    let mut api = ApiClient::admin(20);
    let user = format!("/users/{}", api.user("jonas.brandt"));
    for (method, path) in [
        (Method::DELETE, "/users".to_owned()),
        (Method::POST, user.clone()),
        (Method::POST, format!("{user}/mfaEnabled")),
        (Method::PUT, "/populations".to_owned()),
        (Method::POST, String::new()),
    ] {
        let answer = api.ask(method, &api.path(&path));
        assert_refused(&answer, 405, "REQUEST_FAILED", None);
    }
}

#[test]
fn an_unknown_path_is_refused_by_the_gateway() {
    let mut api = ApiClient::admin(20);
    for path in ["/", "/v1", "/v2/environments", "/v1/v1/environments", "/v1/environments//"] {
        let answer = api.ask(Method::GET, path);
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
        assert_eq!(head(&answer, "x-amzn-errortype"), "IncompleteSignatureException");
        let body = body(&answer);
        assert!(body["message"].as_str().unwrap().starts_with("Invalid key=value pair"));
        assert!(body.get("code").is_none() && !body.to_string().contains(&api.token));
    }
}

#[test]
fn paths_under_an_unknown_environment_are_refused_with_403() {
    let mut api = ApiClient::admin(20);
    let unknown = format!("/v1/environments/{}", Uuid::nil());
    assert_refused(&api.ask(Method::GET, &unknown), 404, "NOT_FOUND", None);
    for rest in ["/users", "/populations", "/users/7", "/users/7/mfaEnabled"] {
        let answer = api.ask(Method::GET, &format!("{unknown}{rest}"));
        assert_refused(&answer, 403, "ACCESS_FAILED", Some("INSUFFICIENT_PERMISSIONS"));
    }
}

#[test]
fn only_a_valid_token_of_this_sandbox_is_accepted() {
    let mut api = ApiClient::admin(20);
    let elsewhere = ("https://api.pingone.com".to_owned(), "https://auth.pingone.com".to_owned());
    let expired = TokenSpec { lifetime_seconds: -1, ..TokenSpec::default() };
    let foreign = TokenSpec { origins: Some(elsewhere), ..TokenSpec::default() };
    let mut other_sandbox = generated(20, 8);
    let good = api.token.clone();
    let (signed, _) = good.rsplit_once('.').unwrap();
    let bad = [
        api.sandbox.issue_token(&expired, NOW),
        api.sandbox.issue_token(&foreign, NOW),
        other_sandbox.issue_token(&TokenSpec::default(), NOW),
        format!("{good}x"),
        format!("{signed}."),
        signed.to_owned(),
        "garbage".to_owned(),
        "..".to_owned(),
        String::new(),
    ];
    let path = api.path("/users");
    for token in bad.iter().map(|token| Some(token.as_str())).chain([None]) {
        let answer = api.send(&request(Method::GET, &path, token));
        assert_refused(&answer, 401, "ACCESS_FAILED", Some("INVALID_TOKEN"));
    }
    assert_eq!(api.get("/users").status(), StatusCode::OK);
}

#[test]
fn a_token_expires_after_its_lifetime() {
    let mut api = ApiClient::admin(20);
    let request = request(Method::GET, &api.path("/users"), Some(&api.token));
    let last = api.sandbox.handle(&request, Timestamp(NOW.0 + 3_599_999)).response;
    let expired_answer = api.sandbox.handle(&request, Timestamp(NOW.0 + 3_600_000)).response;
    assert_eq!((last.status(), expired_answer.status()), (StatusCode::OK, StatusCode::UNAUTHORIZED));
}

#[test]
fn an_extreme_lifetime_does_not_overflow() {
    let mut sandbox = generated(10, 7);
    for lifetime_seconds in [i64::MIN, i64::MAX] {
        let spec = TokenSpec { lifetime_seconds, ..TokenSpec::default() };
        assert_eq!(sandbox.issue_token(&spec, NOW).split('.').count(), 3);
    }
}

fn claims(token: &str) -> Value {
    use base64::Engine;
    let body = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}

#[test]
fn a_token_has_pingones_claims() {
    let mut api = ApiClient::admin(20);
    let application = claims(&api.token);
    let id = api.sandbox.environment_id();
    assert_eq!(application["iss"], format!("http://127.0.0.1:4001/{id}/as"));
    assert_eq!(application["aud"], serde_json::json!(["http://127.0.0.1:4001"]));
    assert_eq!(application["env"], id.to_string());
    assert_eq!(application["exp"].as_i64().unwrap() - application["iat"].as_i64().unwrap(), 3600);
    let of_people = ["sub", "sid", "acr", "auth_time", "p1.userId"];
    let person = TokenSpec { actor: Actor::Person, ..TokenSpec::default() };
    let person = claims(&api.sandbox.issue_token(&person, NOW));
    for name in of_people {
        assert!(application.get(name).is_none() && person.get(name).is_some(), "{name}");
    }
    for name in ["client_id", "jti", "org", "p1.rid"] {
        assert!(application.get(name).is_some(), "{name}");
    }
    assert!(!application.to_string().contains("IdentityData"), "roles are not in the token");
}

#[test]
fn each_role_has_the_expected_permissions() {
    for (role, environment, users, change) in [
        (Role::IdentityDataAdmin, 200, 200, 200),
        (Role::IdentityDataReadOnly, 200, 200, 403),
        (Role::EnvironmentAdmin, 200, 403, 403),
    ] {
        let mut api = ApiClient::with_role(role);
        let id = api.user("jonas.brandt");
        assert_eq!(api.ask(Method::GET, "/v1/environments").status().as_u16(), environment);
        for rest in ["", "/populations"] {
            assert_eq!(api.get(rest).status().as_u16(), environment, "{role:?} {rest}");
        }
        for rest in ["/users".to_owned(), format!("/users/{id}"), format!("/users/{id}/mfaEnabled")] {
            let answer = api.get(&rest);
            assert_eq!(answer.status().as_u16(), users, "{role:?} {rest}");
            if users == 403 {
                assert_refused(&answer, 403, "ACCESS_FAILED", Some("INSUFFICIENT_PERMISSIONS"));
            }
        }
        let answer = api.put(&id.to_string(), "application/json", r#"{"mfaEnabled":true}"#);
        assert_eq!(answer.status().as_u16(), change, "{role:?}");
        assert_eq!(api.sandbox.mfa_enabled(id), Some(change == 200));
    }
}

fn token_request(api: &ApiClient, form: &str, basic: Option<&str>) -> Request<Vec<u8>> {
    use base64::Engine;
    let path = format!("/{}/as/token", api.sandbox.environment_id());
    let mut request = request(Method::POST, &path, None);
    *request.body_mut() = form.as_bytes().to_vec();
    if let Some(basic) = basic {
        let encoded = base64::prelude::BASE64_STANDARD.encode(basic);
        request.headers_mut().insert(header::AUTHORIZATION, format!("Basic {encoded}").parse().unwrap());
    }
    request
}

#[test]
fn client_credentials_give_a_token_that_works() {
    let mut api = ApiClient::admin(20);
    let client = Role::IdentityDataAdmin.client_id();
    let form = format!("grant_type=client_credentials&client_id={client}&client_secret={CLIENT_SECRET}");
    let basic = format!("{client}:{CLIENT_SECRET}");
    let requests = [
        token_request(&api, &form, None),
        token_request(&api, "grant_type=client_credentials", Some(&basic)),
    ];
    for request in requests {
        let answer = api.send(&request);
        assert_eq!(answer.status(), StatusCode::OK);
        let body = body(&answer);
        assert_eq!((&body["token_type"], &body["expires_in"]), (&"Bearer".into(), &3600.into()));
        api.token = body["access_token"].as_str().unwrap().to_owned();
        assert_eq!(api.get("/users").status(), StatusCode::OK);
    }
}

#[test]
fn a_wrong_client_or_grant_gives_no_token() {
    let mut api = ApiClient::admin(20);
    let client = Role::IdentityDataAdmin.client_id();
    let wrong = format!("{client}:wrong");
    let right = format!("{client}:{CLIENT_SECRET}");
    for (form, basic, status, error) in [
        ("grant_type=client_credentials", Some(wrong.as_str()), 401, "invalid_client"),
        ("grant_type=client_credentials", Some("nocolon"), 401, "invalid_client"),
        ("grant_type=client_credentials", None, 401, "invalid_client"),
        ("grant_type=password", Some(right.as_str()), 400, "unsupported_grant_type"),
        ("", Some(right.as_str()), 400, "unsupported_grant_type"),
    ] {
        let request = token_request(&api, form, basic);
        let answer = api.send(&request);
        assert_eq!((answer.status().as_u16(), &body(&answer)["error"]), (status, &error.into()), "{form}");
    }
}

fn preflight(api: &mut ApiClient, rest: &str, names: &str) -> Answer {
    let mut request = request(Method::OPTIONS, &api.path(rest), None);
    let headers = request.headers_mut();
    headers.insert(header::ORIGIN, "http://127.0.0.1:4000".parse().unwrap());
    headers.insert(header::ACCESS_CONTROL_REQUEST_METHOD, "PUT".parse().unwrap());
    headers.insert(header::ACCESS_CONTROL_REQUEST_HEADERS, names.parse().unwrap());
    api.send(&request)
}

#[test]
fn a_preflight_allows_the_documented_headers_and_the_resources_methods() {
    let mut api = ApiClient::admin(20);
    for (rest, methods) in [
        ("", "OPTIONS,GET,PUT,DELETE"),
        ("/users", "OPTIONS,GET,POST"),
        ("/users/7/mfaEnabled", "OPTIONS,GET,PUT"),
    ] {
        let answer = preflight(&mut api, rest, "authorization, content-type,correlation-id");
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(head(&answer, "access-control-allow-origin"), "*");
        assert_eq!(head(&answer, "access-control-allow-methods"), methods);
        assert!(head(&answer, "access-control-allow-headers").contains("Authorization,Content-Length"));
    }
}

#[test]
fn a_preflight_for_an_unlisted_header_is_refused() {
    let mut api = ApiClient::admin(20);
    for requested in ["x-ping-external-transaction-id", "authorization,x-requested-with"] {
        let answer = preflight(&mut api, "/users", requested);
        assert!(!answer.headers().contains_key("access-control-allow-headers"), "{requested}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let answers = |seed| {
        let mut sandbox = generated(300, seed);
        let token = sandbox.issue_token(&TokenSpec::default(), NOW);
        let path = format!("/v1/environments/{}/users", sandbox.environment_id());
        let request = request(Method::GET, &path, Some(&token));
        let answer = sandbox.handle(&request, NOW).response;
        (token, format!("{:?}", answer.headers()), answer.into_body())
    };
    assert_eq!(answers(1), answers(1));
    assert_ne!(answers(1).2, answers(2).2);
}

#[test]
fn generated_users_vary_but_three_always_exist() {
    for seed in 0..20 {
        let mut sandbox = generated(10, seed);
        sandbox.clear_requests();
        let flag = |name| sandbox.user_by_username(name).and_then(|id| sandbox.mfa_enabled(id));
        assert_eq!(flag("adaeze.okonkwo"), Some(true));
        assert_eq!(flag("jonas.brandt"), Some(false));
        assert!(flag("test.user07").is_some());
    }
    let mut api = ApiClient::admin(2000);
    let (mut path, mut users) = (api.path("/users"), Vec::new());
    loop {
        let page = body(&api.ask(Method::GET, &path));
        users.extend(page["_embedded"]["users"].as_array().unwrap().clone());
        let Some(next) = page["_links"].get("next") else { break };
        path = local(&next["href"]);
    }
    let share =
        |test: &dyn Fn(&Value) -> bool| users.iter().filter(|user| test(user)).count() * 100 / users.len();
    assert!((40..=50).contains(&share(&|user| user["mfaEnabled"] == true)));
    assert!(share(&|user| user.get("externalId").is_some()) > 40);
    let exists = |test: &dyn Fn(&Value) -> bool| users.iter().any(test);
    assert!(exists(&|user| user.get("name").is_none()));
    assert!(exists(&|user| user.get("email").is_none()));
    assert!(exists(&|user| user.get("lastSignOn").is_none()));
    assert!(exists(&|user| user["account"]["status"] == "LOCKED"));
    assert!(exists(&|user| user["enabled"] == false));
    assert!(exists(&|user| user["name"]["given"].as_str().is_some_and(|name| name.len() > 90)));
    for user in &users {
        assert!(user["email"].as_str().is_none_or(|email| email.ends_with("@example.com")));
        let signed_on = user["lastSignOn"]["at"].as_str();
        assert!(signed_on.is_none_or(|at| at >= user["createdAt"].as_str().unwrap()));
    }
}

#[test]
fn a_hundred_thousand_users_are_served() {
    let mut api = ApiClient::admin(100_000);
    let page = body(&api.get("/users?limit=1"));
    assert_eq!(page["count"], 100_000);
    let found = body(&api.filtered("username eq \"test.user07\""));
    assert_eq!(found["count"], 1);
}

#[test]
fn even_populations_have_nearly_equal_sizes() {
    let seed = Seed { populations: Populations::Even(8), ..local_seed(20, 7) };
    let mut api = ApiClient::generated(seed, &TokenSpec::default());
    let populations = body(&api.get("/populations"));
    let populations = populations["_embedded"]["populations"].as_array().unwrap().clone();
    let sizes: Vec<_> = populations.iter().map(|one| one["userCount"].as_u64().unwrap()).collect();
    assert_eq!(sizes, [3, 3, 3, 3, 2, 2, 2, 2]);
    let names: HashSet<_> = populations.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 8);
    let fifth = body(&api.filtered(&format!("population.id eq {}", populations[4]["id"])));
    let usernames: Vec<_> =
        fifth["_embedded"]["users"].as_array().unwrap().iter().map(|user| user["username"].clone()).collect();
    assert_eq!((&fifth["count"], usernames.len()), (&2.into(), 2));
    assert_eq!(usernames[1], "bypass.running", "the thirteenth is the fifth population's second");
}

#[test]
fn answered_requests_are_recorded() {
    let mut api = ApiClient::admin(20);
    api.get("/users?limit=3");
    api.get("/populations");
    let seen = api.sandbox.seen();
    assert_eq!(seen.iter().map(|seen| (seen.status, seen.people)).collect::<Vec<_>>(), [(200, 3), (200, 0)]);
    assert_eq!((seen[0].at, seen[0].query.as_str(), &seen[0].method), (NOW, "limit=3", &Method::GET));
    assert_eq!(seen[0].path, api.path("/users"));
    api.sandbox.clear_requests();
    assert!(api.sandbox.seen().is_empty());
}

#[test]
fn malformed_requests_are_answered_and_never_panic() {
    let mut api = ApiClient::admin(20);
    let long = "a".repeat(20_000);
    let nested = format!("{}username eq \"a\"", "(".repeat(10_000));
    let joined = format!("username eq \"a\"{}", " or username eq \"a\"".repeat(2_000));
    // The cursor with the largest possible index.
    let far = "cursor=cGxhY2U6MTg0NDY3NDQwNzM3MDk1NTE2MTU";
    for rest in [
        "/users?",
        "/users?&&&=",
        "/users?filter",
        "/users?filter=%",
        "/users?filter=%ff%fe",
        "/users?cursor=%00",
        "/users/%20",
        "/users//mfaEnabled",
        "//",
        "/users?limit=1&limit=0",
        &format!("/users?{far}"),
        &format!("/{long}"),
    ] {
        assert!(api.get(rest).status().as_u16() >= 200, "{rest:.40}");
    }
    assert_eq!(body(&api.get(&format!("/users?{far}")))["size"], 0);
    assert_eq!(api.filtered(&nested).status(), StatusCode::BAD_REQUEST);
    assert_eq!(api.filtered(&joined).status(), StatusCode::OK);
    for method in ["HEAD", "TRACE", "CONNECT", "PATCH", "BREW"] {
        let answer = api.ask(method.parse().unwrap(), &api.path("/users"));
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    let mut odd = request(Method::GET, &api.path("/users"), None);
    odd.headers_mut().insert(header::AUTHORIZATION, header::HeaderValue::from_bytes(b"Bearer \xff").unwrap());
    assert_eq!(api.send(&odd).status(), StatusCode::UNAUTHORIZED);
    let mut none = generated(0, 7);
    let token = none.issue_token(&TokenSpec::default(), Timestamp(i64::MIN));
    let request = request(Method::GET, &api.path("/users"), Some(&token));
    for now in [i64::MIN, -1, 0, i64::MAX] {
        assert!(none.handle(&request, Timestamp(now)).response.status().as_u16() >= 200);
    }
}
