use proptest::prelude::*;
use serde_json::{Value, json};

use super::{address, filter, json as clean, sentence};

#[test]
fn a_user_is_nobody_any_more_and_everything_else_is_as_it_was() {
    let user = json!({
        "id": "a0000000-0000-4000-8000-000000000006",
        "_links": {"self": {"href": "https://api.pingone.eu/v1/environments/e0000000-0000-4000-8000-000000000001"}},
        "environment": {"id": "e0000000-0000-4000-8000-000000000001"},
        "account": {"canAuthenticate": true, "status": "OK", "secondsUntilUnlock": 1_234_567},
        "createdAt": "2022-04-27T12:24:40.823Z",
        "email": "jonas@example.com",
        "emailVerified": false,
        "enabled": true,
        "lastSignOn": {"at": "2022-04-27T12:24:40.823Z", "remoteIp": "203.0.113.17"},
        "lifecycle": {"status": "ACCOUNT_OK"},
        "mfaEnabled": true,
        "mobilePhone": "+49.30123456",
        "name": {"given": "Jonas", "family": "Brandt", "parts": ["J", {"x": "B"}]},
        "address": {"streetAddress": "Hauptstr. 1", "region": "BERLIN", "postalCode": 10115},
        "username": "jonas.brandt",
        "type": "Employee of the month",
        "externalId": "00000000-0000-4000-8000-000000000000",
        "photo": {"href": "https://example.com/jonas.png"},
        "badge": "Jonas's",
        "employeeNumber": 12_345_678,
        "level": 7,
        "memberOfGroupNames": ["Friends of Jonas"],
        "memberOfGroupIDs": ["00000000-0000-4000-8000-000000000000"],
    });
    let mut wanted = user.clone();
    for (pointer, placeholder) in [
        ("/email", "[email]"),
        ("/lastSignOn/remoteIp", "[ip address]"),
        ("/mobilePhone", "[phone]"),
        ("/name/given", "[name]"),
        ("/name/family", "[name]"),
        ("/name/parts/0", "[name]"),
        ("/name/parts/1/x", "[name]"),
        ("/address/streetAddress", "[address]"),
        ("/address/region", "[address]"),
        ("/address/postalCode", "[address]"),
        ("/username", "[username]"),
        ("/type", "[text]"),
        ("/externalId", "[external id]"),
        ("/photo/href", "[photo]"),
        ("/badge", "[text]"),
        ("/employeeNumber", "[text]"),
        ("/memberOfGroupNames/0", "[group]"),
    ] {
        *wanted.pointer_mut(pointer).unwrap() = json!(placeholder);
    }
    let text = serde_json::to_string_pretty(&user).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&clean(&text)).unwrap(), wanted);
}

#[test]
fn an_error_keeps_its_codes_its_fields_and_its_sentence() {
    let text = r#"{"id":"15051f81-0000-4000-8000-000000000000","code":"INVALID_DATA","message":"No user jonas@example.com, call +49 30 1234567.","details":[{"code":"INVALID_FILTER","target":"filter","message":"See \"username\".","innerError":{"supportedAttributes":["name.given"],"retryAfter":"2026-11-24T00:00:00.000Z","quotaLimit":10000000}}]}"#;
    let wanted = text.replace("jonas@example.com", "[email]").replace("+49 30 1234567", "[phone]");
    assert_eq!(clean(text), wanted);
}

#[test]
fn a_body_that_was_cut_or_is_no_json_says_nothing_either() {
    for (text, wanted) in [
        (r#"{"username":"jonas.bra"#, r#"{"username":"[username]""#),
        (r#"{"badge":"jonas"#, r#"{"badge":"[text]""#),
        (r#"{"message":"jonas"#, r#"{"message":"[text]""#),
        (r#"{"name":{"given":"Jo"#, r#"{"name":{"given":"[name]""#),
        (r#"{"username":jonas}"#, r#"{"username":"[username]"}"#),
        (r"{badge:jonas}", r#"{"[text]":"[text]"}"#),
        (r#"["jonas",17,true,null]"#, r#"["[text]",17,true,null]"#),
        (r#"{"jonas@example.com":true}"#, r#"{"[email]":true}"#),
        (r#"{"us\u0065rname":"j"}"#, r#"{"us\u0065rname":"[username]"}"#),
        (r#"{"message":"jonas\u0040example.com"}"#, r#"{"message":"[email]"}"#),
        (r#"{"EMail":"j","NAME":"j"}"#, r#"{"EMail":"[email]","NAME":"[name]"}"#),
        (r#"{"mfaEnabled":"true"}"#, r#"{"mfaEnabled":"true"}"#),
        ("", ""),
        ("\"", "\"[text]\""),
        ("}}]],,::", "}}]],,::"),
        ("é\"é\\", "\"[text]\"\"[text]\""),
    ] {
        assert_eq!(clean(text), wanted, "{text}");
    }
}

#[test]
fn sentences_lose_addresses_and_numbers_and_keep_ids_times_and_counts() {
    for (text, wanted) in [
        ("mail <a.b+c@example.com>, or 'x@y'", "mail <[email]>, or '[email]'"),
        ("j***@example.com and jonas%40example.com", "[email] and [email]"),
        ("müller@bücher.example", "[email]"),
        ("@ home", "@ home"),
        ("call (415) 555-0100 or 030/1234567.", "call [phone] or [phone]."),
        ("+1 415 555 0100", "[phone]"),
        ("number ٠٣٠١٢٣٤٥٦", "number [phone]"),
        ("from 203.0.113.17", "from [ip address]"),
        (
            "a0000000-0000-4000-8000-000000000006 at 2026-11-24T10:20:30.123Z.",
            "a0000000-0000-4000-8000-000000000006 at 2026-11-24T10:20:30.123Z.",
        ),
        ("since 2026-11-24, 100000 users, 429", "since 2026-11-24, 100000 users, 429"),
        ("INVALID_VALUE v1.2.3", "INVALID_VALUE v1.2.3"),
    ] {
        assert_eq!(sentence(text), wanted);
    }
}

#[test]
fn addresses_keep_their_place_and_lose_whom_they_ask_for() {
    let users = "https://api.pingone.eu/v1/environments/e0000000-0000-4000-8000-000000000001/users";
    for (query, wanted) in [
        (
            "limit=50&filter=username%20sw%20%22jonas%22%20or%20name.family%20sw%20%22Bra%5C%22ndt%22",
            "limit=50&filter=username%20sw%20%22[username]%22%20or%20name.family%20sw%20%22[name]%22",
        ),
        ("limit=200&cursor=am9uYXM", "limit=200&cursor=[cursor]"),
        ("expand=billOfMaterials", "expand=billOfMaterials"),
        ("include=jonas%40example.com", "include=[text]"),
        ("q=jonas", "q=[text]"),
        ("filter=username%20sw%20%22jonas", "filter=username%20sw%20%22[username]%22"),
    ] {
        assert_eq!(address(&format!("{users}?{query}")), format!("{users}?{wanted}"));
    }
    assert_eq!(address("http://127.0.0.1:34567/v1/x"), "http://127.0.0.1:34567/v1/x");
    assert_eq!(address("http://203.0.113.17:34567"), "http://203.0.113.17:34567");
    assert_eq!(address("/users/jonas@example.com"), "/users/[email]");
}

#[test]
fn filters_keep_what_is_nobodys() {
    let id = "e0000000-0000-4000-8000-000000000001";
    for (text, wanted) in [
        (format!("population.id eq \"{id}\""), format!("population.id eq \"{id}\"")),
        (
            format!("memberOfGroups[id eq \"{id}\" and type eq \"DIRECT\"]"),
            format!("memberOfGroups[id eq \"{id}\" and type eq \"DIRECT\"]"),
        ),
        ("(mfaEnabled eq \"true\")".into(), "(mfaEnabled eq \"true\")".into()),
        ("email EQ jonas@example.com".into(), "email EQ \"[email]\"".into()),
        ("badge eq \"JONAS\"".into(), "badge eq \"[text]\"".into()),
        (format!("externalId eq \"{id}\""), "externalId eq \"[external id]\"".into()),
        ("müller".into(), "[text]".into()),
    ] {
        assert_eq!(filter(&text), wanted);
    }
}

/// A text in which this mark stands belongs to somebody.
const MARK: &str = "qz7x";

fn somebodys() -> impl Strategy<Value = String> {
    (".{0,12}", ".{0,12}").prop_map(|(before, behind)| format!("{before}{MARK}{behind}"))
}

fn personal_field() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "username",
        "email",
        "nickname",
        "title",
        "mobilePhone",
        "primaryPhone",
        "locale",
        "preferredLanguage",
        "timezone",
        "externalId",
        "accountId",
        "given",
        "family",
        "middle",
        "formatted",
        "honorificPrefix",
        "streetAddress",
        "locality",
        "region",
        "postalCode",
        "countryCode",
        "remoteIp",
        "type",
        "phone",
    ]);
    let custom = "[a-z]{3,10}".prop_filter("a field of PingOne's own", |name| {
        !["message", "error", "href", "filter"].contains(&name.as_str())
    });
    prop_oneof![known.prop_map(str::to_owned), custom]
}

fn personal_value() -> impl Strategy<Value = Value> {
    let leaf = somebodys().prop_map(Value::from);
    leaf.prop_recursive(3, 8, 3, |inside| {
        prop_oneof![
            prop::collection::vec(inside.clone(), 1..3).prop_map(Value::from),
            prop::collection::vec((personal_field(), inside), 1..3)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_of_a_person_survives_and_ids_states_and_times_do(
        personal in prop::collection::vec((personal_field(), personal_value()), 1..8),
        id in any::<u128>(),
        at in 0_i64..4_000_000_000_000,
        mfa in any::<bool>(),
        end in any::<prop::sample::Index>(),
    ) {
        let id = uuid::Uuid::from_u128(id).to_string();
        let at = crate::domain::time::Timestamp(at).to_rfc3339();
        let mut user = serde_json::Map::new();
        user.extend(personal);
        for (field, value) in [
            ("id", json!(id)),
            ("mfaEnabled", json!(mfa)),
            ("createdAt", json!(at)),
            ("account", json!({"status": "LOCKED", "lockedAt": at})),
            ("population", json!({"id": id})),
            ("_links", json!({"self": {"href": format!("https://api.pingone.eu/v1/environments/{id}")}})),
        ] {
            user.insert(field.to_owned(), value);
        }
        let text = serde_json::to_string_pretty(&user).unwrap();
        let hidden = clean(&text);
        prop_assert!(!hidden.contains(MARK), "{hidden}");
        let read: Value = serde_json::from_str(&hidden).unwrap();
        let user = Value::Object(user);
        for pointer in ["/id", "/mfaEnabled", "/createdAt", "/account", "/population", "/_links"] {
            prop_assert_eq!(read.pointer(pointer), user.pointer(pointer));
        }
        let cut = text.floor_char_boundary(end.index(text.len()));
        let hidden = clean(&text[..cut]);
        prop_assert!(!hidden.contains(MARK), "{hidden}");
        // What was cleaned is clean.
        prop_assert_eq!(&clean(&hidden), &hidden);
    }

    #[test]
    fn no_address_and_no_number_survives_in_a_sentence(
        before in "[a-zA-Z ,.]{0,20}",
        local in "[a-z0-9._+-]{0,8}",
        host in "[a-z0-9.-]{1,12}",
        digits in prop::collection::vec(0..10_u8, 7..15),
        separator in prop::sample::select(vec!["", " ", "-", ".", "/", "\u{a0}"]),
        plus in any::<bool>(),
    ) {
        let text = format!("{before} <{local}{MARK}@{host}> end");
        let hidden = sentence(&text);
        prop_assert!(!hidden.contains(MARK), "{hidden}");
        let groups: Vec<String> = digits.chunks(3).map(|group| group.iter().map(u8::to_string).collect()).collect();
        let number = groups.join(separator);
        // What has the form of a date stays one.
        prop_assume!(crate::domain::time::Timestamp::from_rfc3339(&format!("{number}T00:00:00Z")).is_none());
        let hidden = sentence(&format!("{before} {}{number} end", if plus { "+" } else { "" }));
        prop_assert!(!hidden.chars().any(|letter| letter.is_ascii_digit()), "{hidden}");
    }

    #[test]
    fn nobody_survives_in_a_filter_or_an_address(value in somebodys(), attribute in personal_field()) {
        let text = format!("(population.id eq \"x\") and {attribute} sw {}", crate::api::json::quoted(&value));
        prop_assert!(!filter(&text).contains(MARK));
        let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let hidden = address(&format!("https://api.pingone.eu/v1/users?limit=50&filter={encoded}&x={MARK}"));
        prop_assert!(!hidden.contains(MARK), "{hidden}");
        let cut = text.floor_char_boundary(text.len() - 3);
        prop_assert!(!filter(&text[..cut]).contains(MARK));
    }

    #[test]
    fn any_text_is_taken(text in ".{0,80}") {
        let _ = (clean(&text), sentence(&text), address(&text), filter(&text));
    }
}
