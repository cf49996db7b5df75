//! Filters of the user list: parsing, refusals and evaluation.

use http::{Method, Response};
use pingone_mfa_testkit::client::{ApiClient, NOW, body};
use pingone_sandbox::filter::{Attribute, Bound, Filter, Match, Refused};
use pingone_sandbox::{BackgroundChange, Timestamp, TokenSpec};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use uuid::Uuid;

/// A client that filters the user list.
struct UserList(ApiClient);

impl UserList {
    fn of(users: u32) -> Self {
        Self(ApiClient::of(users, &TokenSpec::default()))
    }

    fn get(&mut self, query: &str) -> Response<Vec<u8>> {
        self.0.ask(Method::GET, &format!("/users?{query}"), "")
    }

    fn filtered(&mut self, filter: &str) -> Response<Vec<u8>> {
        let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        self.get(&format!("filter={filter}"))
    }

    /// All users that the filter matches.
    fn found(&mut self, filter: &str) -> Vec<Value> {
        let answer = self.filtered(filter);
        assert_eq!(answer.status(), 200, "{filter}");
        body(&answer)["_embedded"]["users"].as_array().unwrap().clone()
    }

    fn all_users(&mut self) -> Vec<Value> {
        body(&self.get(""))["_embedded"]["users"].as_array().unwrap().clone()
    }

    #[track_caller]
    fn assert_refused(&mut self, filter: &str, operators: &[&str], message: &str) {
        let answer = self.filtered(filter);
        let body = body(&answer);
        let detail = &body["details"][0];
        assert_eq!((answer.status().as_u16(), &body["code"]), (400, &json!("INVALID_REQUEST")), "{filter}");
        assert_eq!((&detail["code"], &detail["target"]), (&json!("INVALID_FILTER"), &json!("filter")));
        assert_eq!(detail["innerError"]["supportedOperators"], json!(operators), "{filter}");
        assert!(detail["innerError"]["supportedAttributes"].as_array().unwrap().len() >= 27);
        assert_eq!(detail["message"], message, "{filter}");
    }
}

fn text(name: &str, operator: Match, value: &str) -> Filter {
    Filter::Text(Attribute::named(name).unwrap(), operator, value.to_owned())
}

fn equal(name: &str, value: &str) -> Filter {
    text(name, Match::Equals, value)
}

#[test]
fn and_binds_closer_than_or_in_any_case() {
    let read = Filter::read("username eq \"a\" OR email eq \"b\" And enabled eq true oR title sw \"c\"");
    let both = Filter::All(vec![equal("email", "b"), equal("enabled", "true")]);
    let any = vec![equal("username", "a"), both, text("title", Match::Starts, "c")];
    assert_eq!(read, Ok(Filter::Any(any)));
}

#[test]
fn parentheses_bind_closer_than_and() {
    let read = Filter::read("((username eq \"a\") or(email eq \"b\"))and(enabled eq \"false\")");
    let any = Filter::Any(vec![equal("username", "a"), equal("email", "b")]);
    assert_eq!(read, Ok(Filter::All(vec![any, equal("enabled", "false")])));
}

#[test]
fn a_value_is_escaped_as_in_json() {
    for (written, value) in [
        (r#""a\"b\\c""#, "a\"b\\c"),
        (r#""\u0041\u00e9\ud83d\ude00""#, "Aé😀"),
        (r#""\/\t) or (""#, "/\t) or ("),
        (r#""""#, ""),
    ] {
        assert_eq!(Filter::read(&format!("username eq {written}")), Ok(equal("username", value)));
    }
    for written in [r#""\x41""#, r#""\ud83d""#, r#""\u12""#, "\"\n\"", r#""a\""#, "'a'"] {
        assert!(Filter::read(&format!("username eq {written}")).is_err(), "{written}");
    }
}

#[test]
fn any_amount_of_whitespace_separates_words() {
    let read = Filter::read("\t( username\teq \r\n \"a b\"\t)  ");
    assert_eq!(read, Ok(equal("username", "a b")));
    let group = Uuid::from_u128(7);
    let written = format!("memberOfGroups [\tid  EQ \"{group}\"\tAND type Eq \"DIRECT\" ]");
    assert_eq!(Filter::read(&written), Ok(Filter::MemberOf { group, directly: true }));
}

#[test]
fn every_documented_attribute_and_operator_is_accepted() {
    let mut api = UserList::of(5);
    let common = ["eq", "sw"];
    for (names, operators) in [
        (&["accountId", "endDate", "externalId", "locale", "mobilePhone", "nickname"][..], &common[..]),
        (&["photo.href", "preferredLanguage", "primaryPhone", "startDate", "timezone"], &common),
        (&["title", "type", "username", "enabled", "name.formatted", "name.middle"], &common),
        (&["address.streetAddress", "address.locality", "address.region"], &common),
        (&["address.postalCode", "address.countryCode"], &common),
        (&["name.honorificPrefix", "name.honorificSuffix"], &common),
        (&["email"], &["eq", "sw", "ew"]),
        (&["name.given", "name.family"], &["eq", "sw", "ew", "co"]),
    ] {
        for name in names {
            for operator in operators {
                assert_eq!(api.filtered(&format!("{name} {operator} \"x\"")).status(), 200, "{name}");
            }
            for operator in ["eq", "sw", "ew", "co", "ne", "gt", "ge", "pr"] {
                let taken = api.filtered(&format!("{name} {operator} \"x\"")).status() == 200;
                assert_eq!(taken, operators.contains(&operator), "{name} {operator}");
            }
        }
    }
}

#[test]
fn a_refusal_names_what_is_not_supported() {
    let mut api = UserList::of(5);
    for name in [
        "mfaEnabled",
        "id",
        "createdAt",
        "lastSignOn",
        "lifecycle.status",
        "account.status",
        "verifyStatus",
        "Username",
        "é",
    ] {
        let message = format!("The filter attribute '{name}' is not supported.");
        api.assert_refused(&format!("{name} eq \"x\""), &["eq", "sw"], &message);
    }
    let group = "memberOfGroups[id eq \"00000000-0000-4000-8000-000000000001\"";
    for (filter, operators, word) in [
        ("username co \"x\"", &["eq", "sw"][..], "co"),
        ("not (username eq \"x\")", &["eq", "sw"], "not"),
        ("email co \"x\"", &["eq", "sw", "ew"], "co"),
        ("name.given ne \"x\"", &["eq", "sw", "ew", "co"], "ne"),
        ("population.id sw \"x\"", &["eq"], "sw"),
        ("memberOfGroups[id sw \"x\"]", &["eq"], "sw"),
        (&format!("{group} and type ne \"DIRECT\"]"), &["eq"], "ne"),
        ("updatedAt eq \"2026-01-01T00:00:00Z\"", &["ge", "le"], "eq"),
    ] {
        let message = format!("The filter operator '{word}' is not supported.");
        api.assert_refused(filter, operators, &message);
    }
    api.assert_refused(
        "memberOfGroups[name eq \"x\"]",
        &["eq", "sw"],
        "The filter attribute 'memberOfGroups.name' is not supported.",
    );
}

#[test]
fn a_refusal_names_the_attribute_of_a_wrong_value() {
    let mut api = UserList::of(5);
    let group = "memberOfGroups[id eq \"00000000-0000-4000-8000-000000000001\"";
    for (filter, attribute) in [
        ("enabled eq maybe", "enabled"),
        ("population.id eq \"7\"", "population.id"),
        ("population.id eq \"00000000000040008000000000000001\"", "population.id"),
        ("memberOfGroups[id eq \"x\"]", "memberOfGroups"),
        (&format!("{group} and type eq \"INDIRECT\"]"), "memberOfGroups"),
        ("updatedAt ge \"yesterday\"", "updatedAt"),
    ] {
        let message = format!("The filter's value of '{attribute}' is invalid.");
        api.assert_refused(filter, &["eq", "sw"], &message);
    }
}

#[test]
fn a_refusal_says_what_is_expected() {
    let mut api = UserList::of(5);
    for (filter, expected) in [
        ("", "an attribute"),
        ("()", "an attribute"),
        ("\"a\" eq username", "an attribute"),
        ("username", "an operator"),
        ("username (", "an operator"),
        ("username eq", "a quoted value"),
        ("username eq a", "a quoted value"),
        ("username eq true", "a quoted value"),
        ("username eq \"a", "a closing quote"),
        ("username eq \"\\n\\q\"", "a value escaped as in JSON"),
        ("(username eq \"a\"", "a closing parenthesis"),
        ("username eq \"a\")", "'and', 'or' or the end"),
        ("username eq \"a\" email eq \"b\"", "'and', 'or' or the end"),
        ("username eq \"a\" and", "an attribute"),
        ("memberOfGroups eq \"a\"", "an opening bracket"),
        ("memberOfGroups[", "an attribute of a group"),
        ("memberOfGroups[id eq \"00000000-0000-4000-8000-000000000001\")", "a closing bracket"),
    ] {
        let message = format!("The filter can't be read: {expected} is expected.");
        api.assert_refused(filter, &["eq", "sw"], &message);
    }
}

#[test]
fn a_refusal_does_not_repeat_a_long_text() {
    let name = "é".repeat(10_000);
    let message = Filter::read(&name).unwrap_err().to_string();
    assert_eq!(message, format!("The filter attribute '{}' is not supported.", "é".repeat(40)));
}

#[test]
fn a_filter_that_is_too_long_or_too_deep_is_refused() {
    let nested = |depth| format!("{}username eq \"a\"{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(Filter::read(&nested(32)), Ok(equal("username", "a")));
    assert_eq!(Filter::read(&nested(33)), Err(Refused::TooDeep));
    let many = "username eq \"a\" or ".repeat(3000);
    assert!(Filter::read(&format!("{many} username eq \"a\"")).is_ok());
    for part in ["(", "username eq \"a\" or ", "\"", "\\", "memberOfGroups[", "é"] {
        assert_eq!(Filter::read(&part.repeat(1_000_000 / part.len())), Err(Refused::TooLong));
    }
}

#[test]
fn a_missing_attribute_matches_nothing() {
    let mut api = UserList::of(200);
    for name in ["nickname", "address.region", "accountId", "name.middle"] {
        assert!(api.found(&format!("{name} sw \"\"")).is_empty(), "{name}");
    }
    let (found, all_users) = (api.found("name.family sw \"\""), api.all_users());
    let named: Vec<Value> = all_users.into_iter().filter(|user| user.get("name").is_some()).collect();
    assert!(found.len() < 200);
    assert_eq!(found, named);
}

#[test]
fn an_unknown_group_has_no_members() {
    let mut api = UserList::of(20);
    let group = "memberOfGroups[id eq \"00000000-0000-4000-8000-000000000001\"";
    for filter in [format!("{group}]"), format!("{group} and type eq \"DIRECT\"]")] {
        assert!(api.found(&filter).is_empty());
        assert_eq!(api.found(&format!("{filter} or username eq \"jonas.brandt\"")).len(), 1);
    }
}

#[test]
fn the_bounds_of_updated_at_are_inclusive() {
    let mut api = UserList::of(50);
    let mut times: Vec<String> =
        api.all_users().iter().map(|user| user["updatedAt"].as_str().unwrap().to_owned()).collect();
    times.sort_unstable();
    let (from, until) = (&times[10], &times[30]);
    assert_eq!(api.found(&format!("updatedAt ge \"{from}\"")).len(), 40);
    assert_eq!(api.found(&format!("updatedAt le \"{until}\"")).len(), 31);
    assert_eq!(api.found(&format!("updatedAt ge \"{from}\" and updatedAt le \"{until}\"")).len(), 21);
}

#[test]
fn users_are_found_by_a_suffix_or_substring_of_a_name() {
    let mut api = UserList::of(50);
    for (filter, test) in [
        ("name.family co \"ran\"", (|user| user["name"]["family"] == "Brandt") as fn(&Value) -> bool),
        ("name.given ew \"aeze\"", |user| user["name"]["given"] == "Adaeze"),
        ("email ew \"brandt@example.com\"", |user| user["email"] == "jonas.brandt@example.com"),
    ] {
        let expected: Vec<Value> = api.all_users().into_iter().filter(test).collect();
        let found = api.found(filter);
        assert!(!found.is_empty() && found.len() < 50);
        assert_eq!(found, expected, "{filter}");
    }
}

#[test]
fn given_and_family_name_together_find_exactly_one_user() {
    let mut api = UserList::of(200);
    let is_adaeze = |user: &Value| user["username"] == "adaeze.okonkwo";
    for filter in [
        r#"(name.given sw "Adaeze" and name.family sw "Okonkwo")"#,
        r#"username sw "Adaeze Okonkwo" or (name.given sw "Okonkwo" and name.family sw "Adaeze") or (name.given sw "Adaeze" and name.family sw "Okonkwo")"#,
        r#"externalId eq "x" or (name.given sw "Ada" AND name.family sw "Oko")"#,
    ] {
        let found = api.found(filter);
        assert!(found.len() == 1 && found.iter().all(is_adaeze), "{filter}");
    }
    // PingOne documents neither; this is assumed: text comparison is case-sensitive, and characters match literally.
    for filter in [
        r#"(name.given sw "adaeze" and name.family sw "Okonkwo")"#,
        r#"(name.given sw "Adaeze" and name.family sw "Brandt")"#,
    ] {
        assert_eq!(api.found(filter), Vec::<Value>::new(), "{filter}");
    }
}

#[test]
fn a_population_is_found_by_its_id_in_any_case() {
    let mut api = UserList::of(50);
    let population = api.all_users()[0]["population"].clone();
    let id = population["id"].as_str().unwrap();
    let lower = api.found(&format!("population.id eq \"{id}\""));
    assert!(lower.iter().all(|user| user["population"] == population));
    assert_eq!(api.found(&format!("population.id eq \"{}\"", id.to_uppercase())), lower);
}

fn id() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(Uuid::from_u128)
}

fn any_text() -> impl Strategy<Value = Filter> {
    let attribute = select(Attribute::ALL.iter().collect::<Vec<_>>());
    attribute.prop_flat_map(|attribute| {
        let value = prop_oneof![any::<String>(), select(vec!["true", "false"]).prop_map(str::to_owned)];
        (select(attribute.operators()), value)
            .prop_map(move |(operator, value)| Filter::Text(attribute, operator, value))
    })
}

/// A point in time whose year has four digits.
fn time() -> impl Strategy<Value = Timestamp> {
    (-62_167_219_200_000_i64..=253_402_300_799_999).prop_map(Timestamp)
}

fn comparison() -> impl Strategy<Value = Filter> {
    prop_oneof![
        5 => any_text(),
        1 => id().prop_map(Filter::Population),
        1 => (id(), any::<bool>()).prop_map(|(group, directly)| Filter::MemberOf { group, directly }),
        1 => (select(&Bound::ALL[..]), time()).prop_map(|(bound, time)| Filter::Updated(bound, time)),
    ]
}

fn joined(leaf: impl Strategy<Value = Filter> + 'static) -> impl Strategy<Value = Filter> {
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![vec(inner.clone(), 2..5).prop_map(Filter::All), vec(inner, 2..5).prop_map(Filter::Any),]
    })
}

/// Writes a filter in one of many equivalent ways: case, blanks, parentheses and escapes vary.
struct Printer {
    variation: Vec<u8>,
    used: usize,
}

impl Printer {
    fn print(variation: &[u8], filter: &Filter) -> String {
        Self { variation: variation.to_vec(), used: 0 }.filter(filter)
    }

    fn choose<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        self.used += 1;
        let choice = self.variation.get(self.used % self.variation.len().max(1)).copied().unwrap_or(0);
        choices[usize::from(choice) % choices.len()]
    }

    fn filter(&mut self, filter: &Filter) -> String {
        let text = match filter {
            Filter::All(filters) => self.join(filters, &["and", "AND", "And"], |inner| {
                matches!(inner, Filter::All(_) | Filter::Any(_))
            }),
            Filter::Any(filters) => {
                self.join(filters, &["or", "OR", "oR"], |inner| matches!(inner, Filter::Any(_)))
            }
            Filter::Text(attribute, operator, value) => {
                let is_plain = attribute.is_boolean() && matches!(value.as_str(), "true" | "false");
                let value = match self.choose(&["quoted", "plain"]) {
                    "plain" if is_plain => value.clone(),
                    _ => self.quoted(value),
                };
                self.compare(attribute.name(), operator.operator(), &value)
            }
            Filter::Id(id) => self.compare("id", "eq", &format!("\"{id}\"")),
            Filter::Population(id) => self.compare("population.id", "eq", &format!("\"{id}\"")),
            Filter::MemberOf { group, directly } => self.member_of(*group, *directly),
            Filter::Updated(bound, time) => {
                self.compare("updatedAt", bound.operator(), &format!("\"{time}\""))
            }
        };
        let blank = self.choose(&["", " ", "\t "]);
        match self.choose(&["", "", "", "(", "(("]) {
            // Wrapping a complete filter in parentheses doesn't change its meaning.
            "(" => format!("({blank}{text})"),
            "((" => format!("({blank}({text}){blank})"),
            _ => text,
        }
    }

    fn join(&mut self, filters: &[Filter], keywords: &[&str], is_wrapped: fn(&Filter) -> bool) -> String {
        let mut text = String::new();
        for (place, filter) in filters.iter().enumerate() {
            if place > 0 {
                text += self.choose(&[" ", "\t", "  "]);
                text += self.choose(keywords);
                text += self.choose(&[" ", "\n", " \t"]);
            }
            let inner = self.filter(filter);
            let (open, close) = if is_wrapped(filter) { ("(", ")") } else { ("", "") };
            text.extend([open, &inner, close]);
        }
        text
    }

    fn compare(&mut self, name: &str, operator: &str, value: &str) -> String {
        let operator = self.choose(&[operator, &operator.to_uppercase()]).to_owned();
        let blank = self.choose(&[" ", "\t", "   "]);
        format!("{name}{blank}{operator}{blank}{value}")
    }

    fn member_of(&mut self, group: Uuid, directly: bool) -> String {
        let id = self.compare("id", "eq", &format!("\"{group}\""));
        if !directly {
            return format!("memberOfGroups[{id}]");
        }
        let keyword = self.choose(&["and", "AND"]);
        format!("memberOfGroups[{id} {keyword} {}]", self.compare("type", "eq", "\"DIRECT\""))
    }

    fn quoted(&mut self, value: &str) -> String {
        if self.choose(&["short", "long"]) == "short" {
            return serde_json::to_string(value).unwrap();
        }
        let units: Vec<String> = value.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        format!("\"{}\"", units.concat())
    }
}

/// Words of filters in random order.
fn word_salad() -> impl Strategy<Value = String> {
    let words = vec![
        "(",
        ")",
        "[",
        "]",
        "\"",
        "\\",
        " ",
        "\t",
        "and",
        "OR",
        "not",
        "eq",
        "sw",
        "ge",
        "pr",
        "true",
        "username",
        "enabled",
        "mfaEnabled",
        "memberOfGroups",
        "id",
        "type",
        "updatedAt",
        "population.id",
        "\"DIRECT\"",
        "\"2026-01-01T00:00:00Z\"",
        "\"00000000-0000-4000-8000-000000000001\"",
        "\\u12",
        "é",
        "\0",
    ];
    vec((select(words), select(vec!["", " "])), 0..40)
        .prop_map(|words| words.into_iter().flat_map(|(word, blank)| [word, blank]).collect())
}

/// A filter with values of existing users, or prefixes of them.
fn comparison_of_users(all_users: &[Value]) -> impl Strategy<Value = Filter> + use<> {
    let person = select(all_users.to_vec());
    let name = select(vec!["username", "email", "name.given", "name.family", "externalId", "enabled"]);
    let population = person
        .clone()
        .prop_map(|person| Filter::Population(person["population"]["id"].as_str().unwrap().parse().unwrap()));
    let text = (person, name, any::<proptest::sample::Index>()).prop_flat_map(|(person, name, length)| {
        let value = value_of(&person, name).unwrap_or_default();
        let length = length.index(value.chars().count() + 1);
        let start: String = value.chars().take(length).collect();
        let attribute = Attribute::named(name).unwrap();
        (select(attribute.operators()), select(vec![value, start]))
            .prop_map(move |(operator, value)| Filter::Text(attribute, operator, value))
    });
    prop_oneof![6 => text, 1 => population]
}

/// The value of an attribute in a user's JSON.
fn value_of(person: &Value, name: &str) -> Option<String> {
    match person.pointer(&format!("/{}", name.replace('.', "/")))? {
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The reference implementation: evaluates each comparison on the user's JSON.
fn matches(filter: &Filter, person: &Value) -> bool {
    match filter {
        Filter::All(filters) => {
            let mut all = true;
            for filter in filters {
                all &= matches(filter, person);
            }
            all
        }
        Filter::Any(filters) => {
            let mut any = false;
            for filter in filters {
                any |= matches(filter, person);
            }
            any
        }
        Filter::Id(id) => person["id"] == id.to_string(),
        Filter::Population(id) => person["population"]["id"] == id.to_string(),
        Filter::Text(attribute, operator, value) => {
            let Some(text) = value_of(person, attribute.name()) else { return false };
            match operator {
                Match::Equals => text.as_bytes() == value.as_bytes(),
                Match::Starts => text.strip_prefix(value.as_str()).is_some(),
                Match::Ends => text.strip_suffix(value.as_str()).is_some(),
                Match::Contains => text.split(value.as_str()).count() > 1,
            }
        }
        Filter::MemberOf { .. } | Filter::Updated(..) => false,
    }
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn variation() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 1..30)
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn a_printed_filter_is_parsed_back(filter in joined(comparison()), variation in variation()) {
        let text = Printer::print(&variation, &filter);
        prop_assert_eq!(Filter::read(&text), Ok(filter), "{}", text);
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in prop_oneof![any::<String>(), word_salad()]) {
        if let Err(refused) = Filter::read(&text) {
            prop_assert!(!refused.to_string().is_empty());
        }
    }

    #[test]
    fn a_truncated_or_altered_filter_is_parsed_or_refused(
        filter in joined(comparison()),
        place in any::<proptest::sample::Index>(),
        letter in any::<char>(),
    ) {
        let mut letters: Vec<char> = Printer::print(&[0], &filter).chars().collect();
        let place = place.index(letters.len());
        letters[place] = letter;
        let altered: String = letters.iter().collect();
        let cut: String = letters[..place].iter().collect();
        for text in [altered, cut] {
            if let Err(refused) = Filter::read(&text) {
                prop_assert!(!refused.to_string().is_empty());
            }
        }
    }
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn any_text_that_is_sent_finds_users_or_is_refused(text in prop_oneof![any::<String>(), word_salad()]) {
        let mut api = UserList::of(3);
        let answer = api.filtered(&text);
        if Filter::read(&text).is_ok() {
            prop_assert_eq!(answer.status(), 200);
        } else {
            prop_assert_eq!(&body(&answer)["details"][0]["code"], "INVALID_FILTER");
        }
    }

    #[test]
    fn evaluation_agrees_with_the_reference(
        filter in joined(comparison_of_users(&UserList::of(40).all_users())),
        variation in variation(),
    ) {
        let mut api = UserList::of(40);
        let expected: Vec<Value> =
            api.all_users().into_iter().filter(|person| matches(&filter, person)).collect();
        prop_assert_eq!(api.found(&Printer::print(&variation, &filter)), expected);
    }
}

#[test]
fn the_count_of_a_filter_is_never_outdated() {
    let mut api = UserList::of(20);
    let count = |api: &mut UserList, filter: &str| body(&api.filtered(filter))["count"].as_u64().unwrap();
    let (named, new) = ("name.family eq \"Brandt-Neu\"", "username sw \"new\"");
    let jonas = api.0.user("jonas.brandt");
    assert_eq!((count(&mut api, named), count(&mut api, new)), (0, 0));
    api.0.sandbox.apply_background_change(BackgroundChange::Renamed(jonas), NOW);
    assert_eq!(count(&mut api, named), 1);
    api.0.sandbox.apply_background_change(BackgroundChange::Added, NOW);
    assert_eq!(count(&mut api, new), 1);
    api.0.sandbox.apply_background_change(BackgroundChange::Deleted(jonas), NOW);
    assert_eq!(count(&mut api, named), 0);
}
