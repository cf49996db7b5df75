//! What recordings, Ping's schemas and other people's clients show of PingOne, row by row.

use http::{Method, Request, Response, header};
use pingone_sandbox::{
    Behaviour, CustomRole, DeviceSpec, DeviceType, Fault, On, Permission, Role, Rule, Scope, TokenSpec,
    readable_correlation_id,
};
use serde_json::{Value, json};

use crate::asker::{Asker, NOW, id, listed, refusal};

fn asker(role: Role) -> Asker {
    Asker::of(&TokenSpec { role, ..TokenSpec::default() })
}

fn admin() -> Asker {
    asker(Role::IdentityDataAdmin)
}

fn ask(asker: &mut Asker, method: Method, path: &str, authorization: &str) -> Response<Vec<u8>> {
    let path = format!("/v1/environments/{}{path}", asker.sandbox.environment_id());
    let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, authorization);
    asker.sandbox.handle(&request.body(Vec::new()).unwrap(), NOW).response
}

fn behave(asker: &mut Asker, behaviour: Behaviour) {
    asker.sandbox.behave(behaviour).unwrap();
}

fn filtered(asker: &mut Asker, path: &str, filter: &str) -> (u16, Value) {
    let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    asker.get(&format!("{path}?filter={filter}"))
}

fn fail_once(asker: &mut Asker, fault: Fault) {
    asker.sandbox.go_wrong(Rule { on: On::default(), share: 1.0, skip: 0, times: Some(1), fault }).unwrap();
}

fn user(asker: &Asker, name: &str) -> String {
    asker.sandbox.user_named(name).unwrap().to_string()
}

#[test]
fn no_header_is_exposed_unless_it_is_asked_for() {
    let mut asker = admin();
    let token = asker.sandbox.mint(&TokenSpec::default(), NOW);
    let bearer = format!("Bearer {token}");
    for path in ["/users", "/users/nobody", "/nowhere"] {
        let hidden = ask(&mut asker, Method::GET, path, &bearer);
        assert!(hidden.headers().get(header::ACCESS_CONTROL_EXPOSE_HEADERS).is_none(), "{path}");
        assert_eq!(hidden.headers()["access-control-allow-origin"], "*");
        assert!(hidden.headers().contains_key("correlation-id"), "it is sent all the same");
        assert_eq!(readable_correlation_id(&hidden), None);
    }
    behave(&mut asker, Behaviour { expose_correlation_id: true, ..Behaviour::default() });
    let exposed = ask(&mut asker, Method::GET, "/users", &bearer);
    assert_eq!(exposed.headers()[header::ACCESS_CONTROL_EXPOSE_HEADERS], "Correlation-Id");
    assert_eq!(readable_correlation_id(&exposed), exposed.headers()["correlation-id"].to_str().ok());
    let preflight = ask(&mut asker, Method::OPTIONS, "/users", &bearer);
    assert!(preflight.headers().get(header::ACCESS_CONTROL_EXPOSE_HEADERS).is_none());
}

#[test]
fn a_report_of_devices_is_created_by_the_recorded_roles() {
    let body = r#"{"dataExplorationTemplate":{"id":"db632bfd-7054-4bde-b108-a384aac2d513"}}"#;
    for role in Role::ALL {
        let mut asker = asker(role);
        let created = asker.send(Method::POST, "/dataExplorations", body);
        let expected = if role == Role::IdentityDataReadOnly { 403 } else { 201 };
        assert_eq!(created.0, expected, "{role:?}");
    }
    let mut asker = admin();
    let report = id(&asker.send(Method::POST, "/dataExplorations", body).1);
    asker.become_holder(&TokenSpec { role: Role::IdentityDataReadOnly, ..TokenSpec::default() });
    assert_eq!(asker.get(&format!("/dataExplorations/{report}/entries")).0, 200);
}

#[test]
fn roles_say_who_creates_and_reads_reports_and_custom_roles() {
    let mut asker = admin();
    let roles = asker.get("/v1/roles");
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
fn groups_are_filtered_by_the_groups_around_them() {
    let mut asker = admin();
    let groups = asker.get("/groups");
    let named =
        |name: &str| id(listed(&groups, "groups").iter().find(|group| group["name"] == name).unwrap());
    let (outermost, outer) = (named("Head office"), named("Engineering"));
    let mut found = |filter: String| -> Vec<String> {
        let answer = filtered(&mut asker, "/groups", &filter);
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
        let answer = filtered(&mut asker, "/groups", &wrong);
        assert_eq!(refusal(&answer), (400, "INVALID_FILTER", "filter"), "{wrong}");
    }
}

#[test]
fn groups_sort_the_query_in_their_own_address_and_users_echo_it() {
    let mut asker = admin();
    let mut own = |path: &str| {
        let (_, body) = asker.get(path);
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
fn the_authorization_scheme_has_any_case() {
    let mut asker = admin();
    let token = asker.sandbox.mint(&TokenSpec::default(), NOW);
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        let answer = ask(&mut asker, Method::GET, "/users", &format!("{scheme} {token}"));
        assert_eq!(answer.status(), 200, "{scheme}");
    }
    for wrong in
        [token.clone(), format!("Basic {token}"), format!("Bearer{token}"), format!("Bearer  {token}")]
    {
        assert_eq!(ask(&mut asker, Method::GET, "/users", &wrong).status(), 401, "{wrong}");
    }
}

#[test]
fn a_slash_behind_a_collection_is_taken() {
    let mut asker = admin();
    let jonas = user(&asker, "jonas.brandt");
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
        assert_eq!(asker.get(path).0, 200, "{path}");
    }
    for path in [&format!("/users/{jonas}/"), &format!("/users/{jonas}/mfaEnabled/"), "/users//", "/"] {
        assert_eq!(asker.get(path).0, 403, "{path}");
    }
}

#[test]
fn a_user_is_imported_by_the_media_type_for_it() {
    let mut asker = admin();
    let media_type = "application/vnd.pingidentity.user.import+json";
    let body = r#"{"username":"imported","email":"imported@example.com","password":{"value":"x"}}"#;
    assert_eq!(asker.send_as(Method::POST, "/users", media_type, body).0, 201);
    assert!(asker.sandbox.user_named("imported").is_some());
    let other = asker.send_as(Method::POST, "/users", "application/vnd.pingidentity.user+json", body);
    assert_eq!(other.0, 415);
    asker.become_holder(&TokenSpec { role: Role::EnvironmentAdmin, ..TokenSpec::default() });
    let population = asker.send_as(Method::POST, "/populations", media_type, r#"{"name":"x"}"#);
    assert_eq!(population.0, 415, "for users only");
}

#[test]
fn a_reset_of_the_settings_has_no_content() {
    let mut asker = asker(Role::EnvironmentAdmin);
    let token = asker.sandbox.mint(&TokenSpec { role: Role::EnvironmentAdmin, ..TokenSpec::default() }, NOW);
    asker.send(Method::PUT, "/mfaSettings", r#"{"pairing":{"maxAllowedDevices":9}}"#);
    let reset = ask(&mut asker, Method::DELETE, "/mfaSettings", &format!("Bearer {token}"));
    assert_eq!((reset.status().as_u16(), reset.body().len()), (204, 0));
    assert_eq!(asker.get("/mfaSettings").1["pairing"]["maxAllowedDevices"], 5);
}

#[test]
fn whether_users_are_filtered_by_id_is_a_switch() {
    let mut asker = admin();
    let jonas = user(&asker, "jonas.brandt");
    let filter = format!(r#"id eq "{jonas}""#);
    assert_eq!(refusal(&filtered(&mut asker, "/users", &filter)), (400, "INVALID_FILTER", "filter"));
    behave(&mut asker, Behaviour { filter_by_id: true, ..Behaviour::default() });
    let found = filtered(&mut asker, "/users", &format!(r#"({filter}) or username eq "test.user07""#));
    assert_eq!(listed(&found, "users").len(), 2);
}

#[test]
fn few_users_have_no_address_and_some_no_name() {
    let mut asker = admin();
    let answer = asker.get("/users?limit=200");
    let users = listed(&answer, "users");
    let without = |name: &str| users.iter().filter(|user| user.get(name).is_none()).count();
    assert!(without("email") * 20 < users.len(), "{} of {}", without("email"), users.len());
    assert_eq!(without("username"), 0);
}

#[test]
fn a_401_says_that_it_is_about_authentication() {
    let mut asker = admin();
    let answer = ask(&mut asker, Method::GET, "/users", "Bearer x.y.z");
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(body["details"][0]["target"], "Authentication");
}

#[test]
fn a_refused_token_names_the_request() {
    let mut asker = admin();
    let path = format!("/{}/as/token", asker.sandbox.environment_id());
    let request = Request::post(path).body(b"grant_type=password".to_vec()).unwrap();
    let answer = asker.sandbox.handle(&request, NOW).response;
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    let id = answer.headers()["correlation-id"].to_str().unwrap();
    let description = body["error_description"].as_str().unwrap();
    assert!(description.ends_with(&format!(" (Correlation ID: {id})")), "{description}");
}

#[test]
fn administrators_see_numbers_and_addresses_of_devices_whole() {
    let mut asker = admin();
    let jonas = asker.sandbox.user_named("jonas.brandt").unwrap();
    let devices = [DeviceType::Sms, DeviceType::Email].map(DeviceSpec::active);
    asker.sandbox.set_devices(jonas, devices.to_vec());
    let answer = asker.get(&format!("/users/{jonas}/devices"));
    let devices = listed(&answer, "devices");
    let phone = devices[0]["phone"].as_str().unwrap();
    assert!(
        phone.starts_with("+120255501") && phone[1..].bytes().all(|digit| digit.is_ascii_digit()),
        "{phone}"
    );
    assert_eq!(devices[1]["email"], "jonas.brandt@example.com");
}

#[test]
fn the_list_of_environments_is_filtered_and_cut() {
    let mut asker = admin();
    let own = asker.sandbox.environment_id();
    let mut count = |filter: &str| filtered(&mut asker, "/v1/environments", filter).1["count"].as_u64();
    assert_eq!(count(&format!(r#"id eq "{own}""#)), Some(1));
    assert_eq!(count(r#"name sw "Work""#), Some(1));
    assert_eq!(count(r#"name sw "work""#), Some(0));
    assert_eq!(count(r#"id eq "00000000-0000-4000-8000-000000000000""#), Some(0));
    assert_eq!(refusal(&filtered(&mut asker, "/v1/environments", r#"name eq "Workforce""#)).0, 400);
    assert_eq!(asker.get("/v1/environments?limit=1").1["size"], 1);
    assert_eq!(refusal(&asker.get("/v1/environments?limit=x")), (400, "INVALID_VALUE", "limit"));
}

#[test]
fn a_list_of_devices_may_have_more_beside_them_and_no_count() {
    let mut asker = admin();
    let dina = user(&asker, "test.user07");
    let plain = asker.get(&format!("/users/{dina}/devices"));
    assert!(plain.1["count"].is_u64() && plain.1["_embedded"].as_object().unwrap().len() == 1);
    behave(&mut asker, Behaviour { device_list_embeds_more: true, ..Behaviour::default() });
    let more = asker.get(&format!("/users/{dina}/devices"));
    let names: Vec<&String> = more.1["_embedded"].as_object().unwrap().keys().collect();
    for name in ["devices", "applications", "allowedtypes", "order", "mfaSettings", "mfaPolicy"] {
        assert!(names.iter().any(|known| *known == name), "{name} in {names:?}");
    }
    assert!(more.1.get("count").is_none() && more.1["size"].is_u64());
}

#[test]
fn a_503_says_when_to_come_back_and_codes_name_quota_and_license() {
    let mut asker = admin();
    let token = asker.sandbox.mint(&TokenSpec::default(), NOW);
    let mut failing = |fault: Fault| {
        fail_once(&mut asker, fault);
        let answer = ask(&mut asker, Method::GET, "/users", &format!("Bearer {token}"));
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
fn what_clients_walk_is_served() {
    let mut asker = admin();
    let jonas = user(&asker, "jonas.brandt");
    let read = |asker: &mut Asker, path: &str| {
        let answer = asker.get(path);
        assert_eq!(answer.0, 200, "{path}: {answer:?}");
        answer.1
    };
    let populations = asker.get("/populations");
    for population in listed(&populations, "populations") {
        assert_eq!(&read(&mut asker, &format!("/populations/{}", id(population))), population);
    }
    let groups = asker.get("/groups");
    for group in listed(&groups, "groups") {
        assert_eq!(&read(&mut asker, &format!("/groups/{}", id(group))), group);
    }
    let roles = asker.get("/v1/roles");
    for role in listed(&roles, "roles") {
        assert_eq!(&read(&mut asker, &format!("/v1/roles/{}", id(role))), role);
    }
    let person = read(&mut asker, &format!("/users/{jonas}"));
    let population = read(&mut asker, &format!("/users/{jonas}/population"));
    assert_eq!(population["id"], person["population"]["id"]);
    assert_eq!(read(&mut asker, &format!("/users/{jonas}/enabled"))["enabled"], person["enabled"]);
    let bill = read(&mut asker, "/billOfMaterials");
    let expanded = read(&mut asker, "?expand=billOfMaterials");
    assert_eq!(bill["products"], expanded["billOfMaterials"]["products"]);
    for path in ["/populations/x", "/groups/x", "/groups/x/memberOfGroups", "/v1/roles/x"] {
        assert_eq!(asker.get(path).0, 404, "{path}");
    }
    assert_eq!(refusal(&asker.get("/users/x/population")).0, 400);
}

#[test]
fn memberships_are_told_of_users_and_of_groups() {
    let mut asker = admin();
    let groups = asker.get("/groups");
    let platform = listed(&groups, "groups").iter().find(|group| group["name"] == "Engineering Platform");
    let platform = id(platform.unwrap());
    let around = asker.get(&format!("/groups/{platform}/memberOfGroups"));
    let around: Vec<_> =
        listed(&around, "groupMemberships").iter().map(|one| (&one["name"], &one["type"])).collect();
    assert_eq!(
        around,
        [(&json!("Engineering"), &json!("DIRECT")), (&json!("Head office"), &json!("INDIRECT"))]
    );
    let users: Vec<_> = asker.sandbox.user_ids().collect();
    for user in users {
        let told = asker.get(&format!("/users/{user}/memberOfGroups"));
        let ids: Vec<Value> = listed(&told, "groupMemberships").iter().map(|one| one["id"].clone()).collect();
        let included = asker.get(&format!("/users/{user}?include=memberOfGroupIDs")).1;
        assert_eq!(json!(ids), included["memberOfGroupIDs"]);
    }
}

#[test]
fn a_custom_role_is_read_by_whoever_may_read_those() {
    let mut asker = admin();
    let custom = CustomRole { name: "Reset helpers".into(), permissions: vec![Permission::ReadUsers] };
    let jonas = asker.sandbox.user_named("jonas.brandt").unwrap();
    asker.sandbox.assign(jonas, custom.clone(), Scope::Environment, NOW);
    let path = format!("/v1/roles/{}", pingone_sandbox::HeldRole::from(custom).id());
    assert_eq!(asker.get(&path).1["name"], "Reset helpers");
    asker.become_holder(&TokenSpec { role: Role::ClientApplicationDeveloper, ..TokenSpec::default() });
    assert_eq!(asker.get(&path).0, 403);
}

#[test]
fn what_pingone_has_and_the_sandbox_does_not_is_said_in_other_words() {
    let mut asker = admin();
    let jonas = user(&asker, "jonas.brandt");
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
        let (status, body) = asker.send(method.clone(), &path, "{}");
        assert_eq!(status, 501, "{method} {path}: {body}");
        assert!(body["message"].as_str().unwrap().starts_with("Not part of this sandbox."));
        assert!(body.get("code").is_none() && body.get("details").is_none(), "not in PingOne's shape");
    }
    for path in [format!("{own}/mfaEnable"), "/user".to_owned(), "/v1/environment".to_owned()] {
        assert_eq!(asker.get(&path).0, 403, "unknown to PingOne too: {path}");
    }
    assert_eq!(asker.send(Method::DELETE, "/users", "{}").0, 405, "PingOne hasn't either");
}
