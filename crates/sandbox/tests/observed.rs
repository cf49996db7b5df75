//! Behavior of PingOne that is known from recordings, Ping's schemas and other people's clients.

use http::{Method, Request, Response, header};
use pingone_sandbox::{
    Behavior, CustomRole, DeviceSpec, DeviceType, Fault, On, Permission, Role, Rule, Scope, TokenSpec,
    readable_correlation_id,
};
use serde_json::{Value, json};

use pingone_mfa_testkit::client::{ApiClient, NOW, id, listed, refusal};

fn api(role: Role) -> ApiClient {
    ApiClient::of(60, &TokenSpec { role, ..TokenSpec::default() })
}

fn admin() -> ApiClient {
    api(Role::IdentityDataAdmin)
}

fn ask(api: &mut ApiClient, method: Method, path: &str, authorization: &str) -> Response<Vec<u8>> {
    let path = format!("/v1/environments/{}{path}", api.sandbox.environment_id());
    let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, authorization);
    api.sandbox.handle(&request.body(Vec::new()).unwrap(), NOW).response
}

fn set_behavior(api: &mut ApiClient, behavior: Behavior) {
    api.sandbox.set_behavior(behavior).unwrap();
}

fn filtered(api: &mut ApiClient, path: &str, filter: &str) -> (u16, Value) {
    let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    api.get(&format!("{path}?filter={filter}"))
}

fn fail_once(api: &mut ApiClient, fault: Fault) {
    api.sandbox.add_fault(Rule { on: On::default(), share: 1.0, skip: 0, times: Some(1), fault }).unwrap();
}

fn user(api: &ApiClient, name: &str) -> String {
    api.sandbox.user_by_username(name).unwrap().to_string()
}

#[test]
fn no_header_is_exposed_by_default() {
    let mut api = admin();
    let token = api.sandbox.issue_token(&TokenSpec::default(), NOW);
    let bearer = format!("Bearer {token}");
    for path in ["/users", "/users/nobody", "/nowhere"] {
        let hidden = ask(&mut api, Method::GET, path, &bearer);
        assert!(hidden.headers().get(header::ACCESS_CONTROL_EXPOSE_HEADERS).is_none(), "{path}");
        assert_eq!(hidden.headers()["access-control-allow-origin"], "*");
        assert!(hidden.headers().contains_key("correlation-id"), "the header is sent nevertheless");
        assert_eq!(readable_correlation_id(&hidden), None);
    }
    set_behavior(&mut api, Behavior { expose_correlation_id: true, ..Behavior::default() });
    let exposed = ask(&mut api, Method::GET, "/users", &bearer);
    assert_eq!(exposed.headers()[header::ACCESS_CONTROL_EXPOSE_HEADERS], "Correlation-Id");
    assert_eq!(readable_correlation_id(&exposed), exposed.headers()["correlation-id"].to_str().ok());
    let preflight = ask(&mut api, Method::OPTIONS, "/users", &bearer);
    assert!(preflight.headers().get(header::ACCESS_CONTROL_EXPOSE_HEADERS).is_none());
}

#[test]
fn the_recorded_roles_can_create_a_device_report() {
    let body = r#"{"dataExplorationTemplate":{"id":"db632bfd-7054-4bde-b108-a384aac2d513"}}"#;
    for role in Role::ALL {
        let mut api = api(role);
        let created = api.send(Method::POST, "/dataExplorations", body);
        let expected = if role == Role::IdentityDataReadOnly { 403 } else { 201 };
        assert_eq!(created.0, expected, "{role:?}");
    }
    let mut api = admin();
    let report = id(&api.send(Method::POST, "/dataExplorations", body).1);
    api.use_token(&TokenSpec { role: Role::IdentityDataReadOnly, ..TokenSpec::default() });
    assert_eq!(api.get(&format!("/dataExplorations/{report}/entries")).0, 200);
}

#[test]
fn roles_list_the_permissions_for_reports_and_custom_roles() {
    let mut api = admin();
    let roles = api.get("/v1/roles");
    let holders = |description: &str| -> Vec<String> {
        let holds = |role: &&Value| {
            let permissions = role["permissions"].as_array().unwrap();
            permissions.iter().any(|permission| permission["description"] == description)
        };
        let holders = listed(&roles, "roles").iter().filter(holds);
        holders.map(|role| role["name"].as_str().unwrap().to_owned()).collect()
    };
    let creates = holders("Create data exploration");
    assert_eq!(creates.len(), 5, "{creates:?}");
    assert!(!creates.contains(&"Identity Data Read Only".to_owned()));
    assert!(holders("Read data exploration").contains(&"Identity Data Read Only".to_owned()));
    assert_eq!(
        holders("Read Custom Roles"),
        ["Environment Admin", "Identity Data Admin", "Identity Data Read Only", "Configuration Read Only"]
    );
}

#[test]
fn groups_are_filtered_by_their_parent_groups() {
    let mut api = admin();
    let groups = api.get("/groups");
    let named =
        |name: &str| id(listed(&groups, "groups").iter().find(|group| group["name"] == name).unwrap());
    let (outermost, outer) = (named("Head office"), named("Engineering"));
    let mut found = |filter: String| -> Vec<String> {
        let answer = filtered(&mut api, "/groups", &filter);
        assert_eq!(answer.0, 200, "{answer:?}");
        listed(&answer, "groups").iter().map(|group| group["name"].as_str().unwrap().to_owned()).collect()
    };
    let direct = found(format!(r#"memberOfGroups[id eq "{outermost}" and type eq "DIRECT"]"#));
    assert_eq!(direct, ["Engineering", "Finance"]);
    let all = found(format!(r#"memberOfGroups[id eq "{outermost}"]"#));
    let expected =
        ["Engineering", "Engineering Platform", "Engineering Web", "On call", "Finance", "Payroll"];
    assert_eq!(all, expected);
    let joined = found(format!(r#"(memberOfGroups[id eq "{outer}"]) and name sw "Engineering W""#));
    assert_eq!(joined, ["Engineering Web"]);
    for wrong in [
        r#"memberOfGroups eq "x""#.to_owned(),
        r#"memberOfGroups[id eq "x"]"#.to_owned(),
        format!(r#"memberOfGroups[id eq "{outer}" and type eq "OTHER"]"#),
        format!(r#"memberOfGroups[id eq "{outer}""#),
        format!(r#"memberOfGroups[name eq "{outer}"]"#),
    ] {
        let answer = filtered(&mut api, "/groups", &wrong);
        assert_eq!(refusal(&answer), (400, "INVALID_FILTER", "filter"), "{wrong}");
    }
}

#[test]
fn the_self_link_sorts_the_query_for_groups_and_keeps_it_for_users() {
    let mut api = admin();
    let mut own = |path: &str| {
        let (_, body) = api.get(path);
        body["_links"]["self"]["href"].as_str().unwrap().rsplit_once('/').unwrap().1.to_owned()
    };
    assert_eq!(
        own("/groups?limit=5&filter=name%20sw%20%22E%22"),
        "groups?filter=name%20sw%20%22E%22&limit=5"
    );
    assert_eq!(own("/groups"), "groups");
    assert_eq!(
        own("/users?limit=5&filter=username%20sw%20%22E%22"),
        "users?limit=5&filter=username%20sw%20%22E%22"
    );
}

#[test]
fn the_authorization_scheme_is_case_insensitive() {
    let mut api = admin();
    let token = api.sandbox.issue_token(&TokenSpec::default(), NOW);
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        let answer = ask(&mut api, Method::GET, "/users", &format!("{scheme} {token}"));
        assert_eq!(answer.status(), 200, "{scheme}");
    }
    for wrong in
        [token.clone(), format!("Basic {token}"), format!("Bearer{token}"), format!("Bearer  {token}")]
    {
        assert_eq!(ask(&mut api, Method::GET, "/users", &wrong).status(), 401, "{wrong}");
    }
}

#[test]
fn a_trailing_slash_after_a_collection_is_accepted() {
    let mut api = admin();
    let jonas = user(&api, "jonas.brandt");
    let devices = format!("/users/{jonas}/devices/");
    for path in [
        "/users/",
        "/users/?limit=5",
        "/groups/",
        "/populations/",
        &devices,
        "/v1/environments/",
        "/v1/roles/",
    ] {
        assert_eq!(api.get(path).0, 200, "{path}");
    }
    for path in [&format!("/users/{jonas}/"), &format!("/users/{jonas}/mfaEnabled/"), "/users//", "/"] {
        assert_eq!(api.get(path).0, 403, "{path}");
    }
}

#[test]
fn a_user_can_be_imported_with_the_import_media_type() {
    let mut api = admin();
    let media_type = "application/vnd.pingidentity.user.import+json";
    let body = r#"{"username":"imported","email":"imported@example.com","password":{"value":"x"}}"#;
    assert_eq!(api.send_as(Method::POST, "/users", media_type, body).0, 201);
    assert!(api.sandbox.user_by_username("imported").is_some());
    let other = api.send_as(Method::POST, "/users", "application/vnd.pingidentity.user+json", body);
    assert_eq!(other.0, 415);
    api.use_token(&TokenSpec { role: Role::EnvironmentAdmin, ..TokenSpec::default() });
    let population = api.send_as(Method::POST, "/populations", media_type, r#"{"name":"x"}"#);
    assert_eq!(population.0, 415, "for users only");
}

#[test]
fn a_reset_of_the_settings_has_no_content() {
    let mut api = api(Role::EnvironmentAdmin);
    let token =
        api.sandbox.issue_token(&TokenSpec { role: Role::EnvironmentAdmin, ..TokenSpec::default() }, NOW);
    api.send(Method::PUT, "/mfaSettings", r#"{"pairing":{"maxAllowedDevices":9}}"#);
    let reset = ask(&mut api, Method::DELETE, "/mfaSettings", &format!("Bearer {token}"));
    assert_eq!((reset.status().as_u16(), reset.body().len()), (204, 0));
    assert_eq!(api.get("/mfaSettings").1["pairing"]["maxAllowedDevices"], 5);
}

#[test]
fn filtering_users_by_id_is_configurable() {
    let mut api = admin();
    let jonas = user(&api, "jonas.brandt");
    let filter = format!(r#"id eq "{jonas}""#);
    assert_eq!(refusal(&filtered(&mut api, "/users", &filter)), (400, "INVALID_FILTER", "filter"));
    set_behavior(&mut api, Behavior { filter_by_id: true, ..Behavior::default() });
    let found = filtered(&mut api, "/users", &format!(r#"({filter}) or username eq "test.user07""#));
    assert_eq!(listed(&found, "users").len(), 2);
}

#[test]
fn only_a_few_users_lack_an_email_address() {
    let mut api = admin();
    let answer = api.get("/users?limit=200");
    let users = listed(&answer, "users");
    let without = |name: &str| users.iter().filter(|user| user.get(name).is_none()).count();
    assert!(without("email") * 20 < users.len(), "{} of {}", without("email"), users.len());
    assert_eq!(without("username"), 0);
}

#[test]
fn the_target_of_a_401_is_authentication() {
    let mut api = admin();
    let answer = ask(&mut api, Method::GET, "/users", "Bearer x.y.z");
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(body["details"][0]["target"], "Authentication");
}

#[test]
fn a_refusal_of_the_token_endpoint_contains_the_correlation_id() {
    let mut api = admin();
    let path = format!("/{}/as/token", api.sandbox.environment_id());
    let request = Request::post(path).body(b"grant_type=password".to_vec()).unwrap();
    let answer = api.sandbox.handle(&request, NOW).response;
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    let id = answer.headers()["correlation-id"].to_str().unwrap();
    let description = body["error_description"].as_str().unwrap();
    assert!(description.ends_with(&format!(" (Correlation ID: {id})")), "{description}");
}

#[test]
fn administrators_see_unmasked_phone_numbers_and_addresses() {
    let mut api = admin();
    let jonas = api.sandbox.user_by_username("jonas.brandt").unwrap();
    let devices = [DeviceType::Sms, DeviceType::Email].map(DeviceSpec::active);
    api.sandbox.set_devices(jonas, devices.to_vec());
    let answer = api.get(&format!("/users/{jonas}/devices"));
    let devices = listed(&answer, "devices");
    let phone = devices[0]["phone"].as_str().unwrap();
    assert!(
        phone.starts_with("+120255501") && phone[1..].bytes().all(|digit| digit.is_ascii_digit()),
        "{phone}"
    );
    assert_eq!(devices[1]["email"], "jonas.brandt@example.com");
}

#[test]
fn the_list_of_environments_can_be_filtered_and_limited() {
    let mut api = admin();
    let own = api.sandbox.environment_id();
    let mut count = |filter: &str| filtered(&mut api, "/v1/environments", filter).1["count"].as_u64();
    assert_eq!(count(&format!(r#"id eq "{own}""#)), Some(1));
    assert_eq!(count(r#"name sw "Work""#), Some(1));
    assert_eq!(count(r#"name sw "work""#), Some(0));
    assert_eq!(count(r#"id eq "00000000-0000-4000-8000-000000000000""#), Some(0));
    assert_eq!(refusal(&filtered(&mut api, "/v1/environments", r#"name eq "Workforce""#)).0, 400);
    assert_eq!(api.get("/v1/environments?limit=1").1["size"], 1);
    assert_eq!(refusal(&api.get("/v1/environments?limit=x")), (400, "INVALID_VALUE", "limit"));
}

#[test]
fn a_device_list_can_embed_settings_and_omit_the_count() {
    let mut api = admin();
    let dina = user(&api, "test.user07");
    let plain = api.get(&format!("/users/{dina}/devices"));
    assert!(plain.1["count"].is_u64() && plain.1["_embedded"].as_object().unwrap().len() == 1);
    set_behavior(&mut api, Behavior { device_list_embeds_more: true, ..Behavior::default() });
    let more = api.get(&format!("/users/{dina}/devices"));
    let names: Vec<&String> = more.1["_embedded"].as_object().unwrap().keys().collect();
    for name in ["devices", "applications", "allowedtypes", "order", "mfaSettings", "mfaPolicy"] {
        assert!(names.iter().any(|known| *known == name), "{name} in {names:?}");
    }
    assert!(more.1.get("count").is_none() && more.1["size"].is_u64());
}

#[test]
fn a_503_has_retry_after_and_quota_and_license_have_codes() {
    let mut api = admin();
    let token = api.sandbox.issue_token(&TokenSpec::default(), NOW);
    let mut failing = |fault: Fault| {
        fail_once(&mut api, fault);
        let answer = ask(&mut api, Method::GET, "/users", &format!("Bearer {token}"));
        let wait =
            answer.headers().get(header::RETRY_AFTER).map(|seconds| seconds.to_str().unwrap().to_owned());
        let body: Value = serde_json::from_slice(answer.body()).unwrap();
        assert!(!answer.headers().keys().any(|name| name.as_str().starts_with("x-ratelimit")));
        (answer.status().as_u16(), wait, body["details"][0]["code"].clone())
    };
    let status = |status, retry_after| Fault::Status { status, retry_after, without_cors: false };
    assert_eq!(failing(status(503, None)), (503, Some("1".into()), Value::Null));
    assert_eq!(failing(status(503, Some(7))), (503, Some("7".into()), Value::Null));
    assert_eq!(failing(status(502, None)), (502, None, Value::Null));
    let quota = failing(Fault::QuotaExceeded { retry_after: 30 });
    assert_eq!(quota, (429, Some("30".into()), json!("QUOTA_EXCEEDED")));
    assert_eq!(failing(Fault::LicenseExceeded), (403, None, json!("LICENSE_EXCEEDED")));
}

#[test]
fn linked_resources_are_served() {
    let mut api = admin();
    let jonas = user(&api, "jonas.brandt");
    let read = |api: &mut ApiClient, path: &str| {
        let answer = api.get(path);
        assert_eq!(answer.0, 200, "{path}: {answer:?}");
        answer.1
    };
    let populations = api.get("/populations");
    for population in listed(&populations, "populations") {
        assert_eq!(&read(&mut api, &format!("/populations/{}", id(population))), population);
    }
    let groups = api.get("/groups");
    for group in listed(&groups, "groups") {
        assert_eq!(&read(&mut api, &format!("/groups/{}", id(group))), group);
    }
    let roles = api.get("/v1/roles");
    for role in listed(&roles, "roles") {
        assert_eq!(&read(&mut api, &format!("/v1/roles/{}", id(role))), role);
    }
    let person = read(&mut api, &format!("/users/{jonas}"));
    let population = read(&mut api, &format!("/users/{jonas}/population"));
    assert_eq!(population["id"], person["population"]["id"]);
    assert_eq!(read(&mut api, &format!("/users/{jonas}/enabled"))["enabled"], person["enabled"]);
    let bill = read(&mut api, "/billOfMaterials");
    let expanded = read(&mut api, "?expand=billOfMaterials");
    assert_eq!(bill["products"], expanded["billOfMaterials"]["products"]);
    for path in ["/populations/x", "/groups/x", "/groups/x/memberOfGroups", "/v1/roles/x"] {
        assert_eq!(api.get(path).0, 404, "{path}");
    }
    assert_eq!(refusal(&api.get("/users/x/population")).0, 400);
}

#[test]
fn memberships_of_users_and_groups_are_listed() {
    let mut api = admin();
    let groups = api.get("/groups");
    let platform = listed(&groups, "groups").iter().find(|group| group["name"] == "Engineering Platform");
    let platform = id(platform.unwrap());
    let parents = api.get(&format!("/groups/{platform}/memberOfGroups"));
    let parents: Vec<_> =
        listed(&parents, "groupMemberships").iter().map(|one| (&one["name"], &one["type"])).collect();
    assert_eq!(
        parents,
        [(&json!("Engineering"), &json!("DIRECT")), (&json!("Head office"), &json!("INDIRECT"))]
    );
    let users: Vec<_> = api.sandbox.user_ids().collect();
    for user in users {
        let answer = api.get(&format!("/users/{user}/memberOfGroups"));
        let ids: Vec<Value> =
            listed(&answer, "groupMemberships").iter().map(|one| one["id"].clone()).collect();
        let included = api.get(&format!("/users/{user}?include=memberOfGroupIDs")).1;
        assert_eq!(json!(ids), included["memberOfGroupIDs"]);
    }
}

#[test]
fn reading_a_custom_role_requires_a_permission() {
    let mut api = admin();
    let custom = CustomRole { name: "Reset helpers".into(), permissions: vec![Permission::ReadUsers] };
    let jonas = api.sandbox.user_by_username("jonas.brandt").unwrap();
    api.sandbox.assign(jonas, custom.clone(), Scope::Environment, NOW);
    let path = format!("/v1/roles/{}", pingone_sandbox::HeldRole::from(custom).id());
    assert_eq!(api.get(&path).1["name"], "Reset helpers");
    api.use_token(&TokenSpec { role: Role::ClientApplicationDeveloper, ..TokenSpec::default() });
    assert_eq!(api.get(&path).0, 403);
}

#[test]
fn unimplemented_resources_are_refused_in_a_distinct_format() {
    let mut api = admin();
    let jonas = user(&api, "jonas.brandt");
    let own = format!("/users/{jonas}");
    for (method, path) in [
        (Method::GET, "/applications".to_owned()),
        (Method::GET, "/applications/5/grants".to_owned()),
        (Method::GET, "/signOnPolicies".to_owned()),
        (Method::GET, "/passwordPolicies/".to_owned()),
        (Method::GET, format!("{own}/sessions")),
        (Method::POST, format!("{own}/password")),
        (Method::GET, format!("{own}/devices/5")),
        (Method::DELETE, format!("{own}/memberOfGroups/5")),
        (Method::POST, format!("{own}/memberOfGroups")),
        (Method::PATCH, own.clone()),
        (Method::PUT, own.clone()),
        (Method::DELETE, own.clone()),
        (Method::PUT, format!("{own}/enabled")),
        (Method::PUT, format!("{own}/population")),
        (Method::POST, "/groups".to_owned()),
        (Method::DELETE, "/populations/5".to_owned()),
        (Method::PUT, "/billOfMaterials".to_owned()),
        (Method::GET, "/v1/organizations".to_owned()),
    ] {
        let (status, body) = api.send(method.clone(), &path, "{}");
        assert_eq!(status, 501, "{method} {path}: {body}");
        assert!(body["message"].as_str().unwrap().starts_with("Not part of this sandbox."));
        assert!(body.get("code").is_none() && body.get("details").is_none(), "not in PingOne's shape");
    }
    for path in [format!("{own}/mfaEnable"), "/user".to_owned(), "/v1/environment".to_owned()] {
        assert_eq!(api.get(&path).0, 403, "unknown to PingOne as well: {path}");
    }
    assert_eq!(api.send(Method::DELETE, "/users", "{}").0, 405, "PingOne doesn't support it either");
}
