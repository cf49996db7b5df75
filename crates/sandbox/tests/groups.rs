//! Groups and their members.

use std::collections::{HashMap, HashSet};

use http::Method;
use pingone_sandbox::Role;
use serde_json::Value;

use pingone_mfa_testkit::client::{ApiClient, rest};

fn filtered(api: &mut ApiClient, filter: &str) -> Vec<Value> {
    let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    api.read(&format!("/groups?filter={filter}"))["_embedded"]["groups"].as_array().unwrap().clone()
}

fn texts(list: &Value) -> HashSet<String> {
    list.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_group_is_written_as_recorded() {
    let mut api = ApiClient::admin(200);
    let list = api.read("/groups?limit=100");
    assert!(list["_links"]["self"]["href"].as_str().unwrap().ends_with("/groups?limit=100"));
    assert_eq!((&list["count"], &list["size"]), (&12.into(), &12.into()));
    let groups = list["_embedded"]["groups"].as_array().unwrap();
    for group in groups {
        assert!(rest(&group["_links"]["self"]["href"]).ends_with(group["id"].as_str().unwrap()));
        assert!(group["checkSum"].as_str().unwrap().parse::<u64>().is_ok());
        assert!(group["directMemberCounts"]["users"].is_u64());
    }
    assert!(groups.iter().any(|group| group["population"]["id"].is_string()));
    assert!(groups.iter().any(|group| group.get("population").is_none()));
    assert!(groups.iter().any(|group| group["directMemberCounts"]["groups"] == 2));
    let answer = api.ask(Method::GET, "/groups?limit=100", "");
    let text = std::str::from_utf8(answer.body()).unwrap();
    let keys = [
        "\"id\"",
        "\"environment\"",
        "\"name\"",
        "\"directMemberCounts\"",
        "\"createdAt\"",
        "\"updatedAt\"",
        "\"checkSum\"",
    ];
    let places: Vec<usize> = keys.iter().map(|key| text.find(key).unwrap()).collect();
    assert!(places.is_sorted() && !text.contains("null"), "{places:?}");
}

#[test]
fn following_next_visits_every_group_once() {
    let mut api = ApiClient::admin(20);
    let (mut path, mut ids, mut pages) = ("/groups?limit=5".to_owned(), HashSet::new(), 0);
    loop {
        let page = api.read(&path);
        pages += 1;
        for group in page["_embedded"]["groups"].as_array().unwrap() {
            assert!(ids.insert(group["id"].to_string()));
        }
        assert_eq!(page["_links"].get("prev").is_some(), pages > 1);
        let Some(next) = page["_links"].get("next") else { break };
        path = rest(&next["href"]);
    }
    assert_eq!((ids.len(), pages), (12, 3));
    assert_eq!(api.refusal(Method::GET, "/groups?limit=0", ""), (400, "INVALID_VALUE".to_owned()));
}

#[test]
fn groups_are_found_by_name_id_and_population() {
    let mut api = ApiClient::admin(20);
    let engineering = filtered(&mut api, "name eq \"Engineering\"");
    assert_eq!(engineering.len(), 1);
    assert_eq!(filtered(&mut api, "name sw \"Engineering\"").len(), 3);
    assert_eq!(filtered(&mut api, r#"name eq "Pilot \"MFA für alle\"""#).len(), 1);
    assert_eq!(filtered(&mut api, &format!("id eq {}", engineering[0]["id"])), engineering);
    let contractors = api.read("/populations")["_embedded"]["populations"][1]["id"].clone();
    let of_population = filtered(&mut api, &format!("population.id eq {contractors}"));
    assert_eq!((of_population.len(), &of_population[0]["population"]["id"]), (1, &contractors));
    for filter in ["id%20sw%20%22a%22", "externalId%20eq%20%22a%22", "name"] {
        let path = format!("/groups?filter={filter}");
        assert_eq!(api.refusal(Method::GET, &path, ""), (400, "INVALID_FILTER".to_owned()), "{filter}");
    }
}

#[test]
fn groups_are_included_only_on_request_and_for_a_single_user() {
    let mut api = ApiClient::admin(40);
    let user = format!("/users/{}", api.user("adaeze.okonkwo"));
    let plain = api.read(&user);
    assert!(plain.get("memberOfGroupIDs").is_none() && plain.get("memberOfGroupNames").is_none());
    let both = api.read(&format!("{user}?include=memberOfGroupIDs,memberOfGroupNames"));
    assert_eq!(texts(&both["memberOfGroupIDs"]).len(), texts(&both["memberOfGroupNames"]).len());
    let names = api.read(&format!("{user}?include=memberOfGroupNames"));
    assert!(names.get("memberOfGroupIDs").is_none());
    assert_eq!(names["memberOfGroupNames"], both["memberOfGroupNames"]);
    let list = api.read("/users?include=memberOfGroupIDs");
    assert!(list["_embedded"]["users"][0].get("memberOfGroupIDs").is_none());
}

#[test]
fn members_of_an_inner_group_belong_to_the_outer_ones_too() {
    let mut api = ApiClient::admin(200);
    let users = api.read("/users")["_embedded"]["users"].clone();
    let mut members: HashMap<String, usize> = HashMap::new();
    for user in users.as_array().unwrap() {
        let path = format!("/users/{}?include=memberOfGroupNames", user["id"].as_str().unwrap());
        let names = texts(&api.read(&path)["memberOfGroupNames"]);
        for (inner, outer) in [
            ("On call", "Engineering Platform"),
            ("Engineering Platform", "Engineering"),
            ("Engineering Web", "Engineering"),
            ("Engineering", "Head office"),
            ("Payroll", "Finance"),
            ("Finance", "Head office"),
        ] {
            assert!(!names.contains(inner) || names.contains(outer), "{names:?}");
        }
        for name in names {
            *members.entry(name).or_default() += 1;
        }
    }
    let direct = |api: &mut ApiClient, name: &str| {
        let group = filtered(api, &format!("name eq \"{name}\"")).remove(0);
        usize::try_from(group["directMemberCounts"]["users"].as_u64().unwrap()).unwrap()
    };
    assert_eq!(direct(&mut api, "VPN"), members["VPN"]);
    assert_eq!(direct(&mut api, "Head office"), 0);
    assert!(members["Head office"] > direct(&mut api, "Engineering"));
    assert!(members["Engineering"] > direct(&mut api, "Engineering"));
    assert!(!members.contains_key("Leavers"));
}

#[test]
fn a_group_of_a_population_contains_only_its_users() {
    let mut api = ApiClient::admin(200);
    let warehouse = filtered(&mut api, "name eq \"Warehouse\"").remove(0);
    let users = api.read("/users")["_embedded"]["users"].clone();
    let mut found = 0;
    for user in users.as_array().unwrap() {
        let path = format!("/users/{}?include=memberOfGroupIDs", user["id"].as_str().unwrap());
        if texts(&api.read(&path)["memberOfGroupIDs"]).contains(warehouse["id"].as_str().unwrap()) {
            assert_eq!(user["population"], warehouse["population"]);
            found += 1;
        }
    }
    assert!(found > 0);
    assert_eq!(warehouse["directMemberCounts"]["users"], found);
}

#[test]
fn groups_can_be_read_but_not_created() {
    for role in [Role::IdentityDataAdmin, Role::IdentityDataReadOnly, Role::EnvironmentAdmin] {
        let mut api = ApiClient::with_role(20, role);
        assert_eq!(api.ask(Method::GET, "/groups", "").status(), 200, "{role:?}");
        assert_eq!(api.ask(Method::POST, "/groups", "").status(), 501, "{role:?}");
    }
}
