use proptest::prelude::*;
use serde_json::{Value, json};

use super::{address, filter, json as redact, sentence};

#[test]
fn personal_data_of_a_user_is_replaced_and_everything_else_is_kept() {
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
    let mut expected = user.clone();
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
        *expected.pointer_mut(pointer).unwrap() = json!(placeholder);
    }
    let text = serde_json::to_string_pretty(&user).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&redact(&text)).unwrap(), expected);
}

#[test]
fn an_error_keeps_its_codes_fields_and_sentences() {
    let text = r#"{"id":"15051f81-0000-4000-8000-000000000000","code":"INVALID_DATA","message":"No user jonas@example.com, call +49 30 1234567.","details":[{"code":"INVALID_FILTER","target":"filter","message":"See \"username\".","innerError":{"supportedAttributes":["name.given"],"retryAfter":"2026-11-24T00:00:00.000Z","quotaLimit":10000000}}]}"#;
    let expected = text.replace("jonas@example.com", "[email]").replace("+49 30 1234567", "[phone]");
    assert_eq!(redact(text), expected);
}

#[test]
fn truncated_and_invalid_json_is_redacted_as_well() {
    for (text, expected) in [
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
        assert_eq!(redact(text), expected, "{text}");
    }
}

#[test]
fn addresses_and_numbers_in_sentences_are_replaced_and_ids_times_and_counts_kept() {
    for (text, expected) in [
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
        assert_eq!(sentence(text), expected);
    }
}

#[test]
fn urls_keep_their_location_and_lose_their_search_terms() {
    let users = "https://api.pingone.eu/v1/environments/e0000000-0000-4000-8000-000000000001/users";
    for (query, expected) in [
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
        assert_eq!(address(&format!("{users}?{query}")), format!("{users}?{expected}"));
    }
    assert_eq!(address("http://127.0.0.1:34567/v1/x"), "http://127.0.0.1:34567/v1/x");
    assert_eq!(address("http://203.0.113.17:34567"), "http://203.0.113.17:34567");
    assert_eq!(address("/users/jonas@example.com"), "/users/[email]");
}

#[test]
fn filters_keep_operands_that_are_not_personal() {
    let id = "e0000000-0000-4000-8000-000000000001";
    for (text, expected) in [
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
        assert_eq!(filter(&text), expected);
    }
}

/// Marks a text as personal data.
const MARK: &str = "qz7x";

fn personal_text() -> impl Strategy<Value = String> {
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
    let leaf = personal_text().prop_map(Value::from);
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
    fn no_personal_text_survives_while_ids_states_and_times_are_kept(
        personal in prop::collection::vec((personal_field(), personal_value()), 1..8),
        id in any::<u128>(),
        at in 0_i64..4_000_000_000_000,
        mfa in any::<bool>(),
        end in any::<prop::sample::Index>(),
    ) {
        let id = uuid::Uuid::from_u128(id).to_string();
        let at = crate::time::Timestamp(at).to_rfc3339();
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
        let hidden = redact(&text);
        prop_assert!(!hidden.contains(MARK), "{hidden}");
        let read: Value = serde_json::from_str(&hidden).unwrap();
        let user = Value::Object(user);
        for pointer in ["/id", "/mfaEnabled", "/createdAt", "/account", "/population", "/_links"] {
            prop_assert_eq!(read.pointer(pointer), user.pointer(pointer));
        }
        let cut = text.floor_char_boundary(end.index(text.len()));
        let hidden = redact(&text[..cut]);
        prop_assert!(!hidden.contains(MARK), "{hidden}");
        // Redacting twice changes nothing.
        prop_assert_eq!(&redact(&hidden), &hidden);
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
        // A number in the form of a date is kept.
        prop_assume!(crate::time::Timestamp::from_rfc3339(&format!("{number}T00:00:00Z")).is_none());
        let hidden = sentence(&format!("{before} {}{number} end", if plus { "+" } else { "" }));
        prop_assert!(!hidden.chars().any(|character| character.is_ascii_digit()), "{hidden}");
    }

    #[test]
    fn no_personal_data_survives_in_a_filter_or_a_url(value in personal_text(), attribute in personal_field()) {
        let text = format!("(population.id eq \"x\") and {attribute} sw {}", crate::json::quoted(&value));
        prop_assert!(!filter(&text).contains(MARK));
        let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let hidden = address(&format!("https://api.pingone.eu/v1/users?limit=50&filter={encoded}&x={MARK}"));
        prop_assert!(!hidden.contains(MARK), "{hidden}");
        let cut = text.floor_char_boundary(text.len() - 3);
        prop_assert!(!filter(&text[..cut]).contains(MARK));
    }

    #[test]
    fn any_text_is_redacted_without_a_panic(text in ".{0,80}") {
        let _ = (redact(&text), sentence(&text), address(&text), filter(&text));
    }
}
