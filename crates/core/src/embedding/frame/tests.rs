use pingone::environment::EnvironmentId;
use pingone::region::RegionCode;
use pingone::user::UserId;
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use crate::embedding::host_events::ChangeKind;
use crate::run::plan::PlanNumber;

use super::*;

fn message(kind: &str, fields: Value) -> String {
    let mut message = fields;
    message["type"] = Value::String(format!("pingone-mfa:{kind}"));
    message["version"] = 1.into();
    message.to_string()
}

fn hello(fields: Value) -> (Hello, Vec<String>) {
    let Reading { message, dropped } = read_message(&message("hello", fields));
    let Some(Message::Hello(hello)) = message else { panic!("no hello") };
    (hello, dropped)
}

#[test]
fn a_hello_message_has_the_values_of_the_attributes() {
    let fields = json!({
        "region": "EU", "environmentId": "abc", "userId": "def", "views": "users", "chrome": "no-token-menu", "theme": "dark",
        "properties": {"--pingone-mfa-accent": "#1b58b8", "--pingone-mfa-font": "\"Noto Sans\", sans-serif"},
    });
    let (hello, dropped) = hello(fields);
    assert_eq!((hello.region.as_deref(), hello.environment.as_deref()), (Some("EU"), Some("abc")));
    assert_eq!(hello.user.as_deref(), Some("def"));
    assert_eq!((hello.views.as_deref(), hello.chrome.as_deref()), (Some("users"), Some("no-token-menu")));
    assert_eq!(hello.look.theme, Some(Theme::Dark));
    assert_eq!(hello.look.properties.len(), 2);
    assert_eq!(dropped, Vec::<String>::new());
}

#[test]
fn all_fields_of_a_hello_message_may_be_missing_or_null() {
    let empty = (Hello::default(), Vec::new());
    assert_eq!(hello(json!({})), empty);
    assert_eq!(hello(json!({"region": null, "theme": null, "properties": null})), empty);
}

#[test]
fn a_field_that_is_unknown_or_has_a_wrong_type_is_dropped_and_named() {
    let (read, dropped) = hello(json!({
        "region": 5, "environmentID": "x", "theme": "blue", "userId": "x".repeat(65),
        "properties": {"--pingone-mfa-accent": "url(//x)", "--other": "red", "--pingone-mfa-ink": 5},
    }));
    assert_eq!(read, Hello::default());
    let fields = [
        "region must",
        "userId must",
        "theme must",
        "--other is",
        "--pingone-mfa-accent must",
        "--pingone-mfa-ink must",
        "environmentID is not known",
    ];
    for field in fields {
        assert!(dropped.iter().any(|warning| warning.starts_with(field)), "{field}: {dropped:?}");
    }
    assert_eq!(dropped.len(), fields.len(), "{dropped:?}");
}

#[test]
fn a_token_message_has_the_number_of_its_request() {
    let reading = read_message(&message("token", json!({"request": 7, "accessToken": "ey.a.b"})));
    assert!(
        matches!(&reading.message, Some(Message::Token { request: 7, text }) if text.as_str() == "ey.a.b")
    );
    let none = read_message(&message("no-token", json!({"request": 7})));
    assert!(matches!(none.message, Some(Message::NoToken { request: 7 })));
}

#[test]
fn a_token_that_is_not_text_counts_as_no_token_and_one_without_a_request_is_dropped() {
    for token in [json!(5), json!(null), json!(["ey"]), json!({"accessToken": "ey"}), json!("")] {
        let reading = read_message(&message("token", json!({"request": 7, "accessToken": token})));
        assert!(matches!(reading.message, Some(Message::NoToken { request: 7 })), "{token}");
        assert_eq!(reading.dropped, ["accessToken must be a text"]);
    }
    for request in [json!(null), json!(-1), json!(1.5), json!("7"), json!(u64::MAX)] {
        let reading = read_message(&message("token", json!({"request": request, "accessToken": "ey"})));
        assert!(reading.message.is_none(), "{request}");
        assert_eq!(reading.dropped.len(), 1);
    }
}

#[test]
fn messages_for_other_programs_are_ignored_without_a_warning() {
    for text in [
        "",
        "5",
        "null",
        "[]",
        "\"pingone-mfa:hello\"",
        "{}",
        r#"{"type":5}"#,
        r#"{"type":"webpackOk"}"#,
        r#"{"source":"react-devtools-bridge","type":"hello"}"#,
        "{",
    ] {
        let reading = read_message(text);
        assert!(reading.message.is_none() && reading.dropped.is_empty(), "{text}");
    }
    let huge = message("hello", json!({"region": "x".repeat(MAX_MESSAGE_LEN)}));
    let reading = read_message(&huge);
    assert!(reading.message.is_none() && reading.dropped.is_empty());
    assert!(read_message(&"[".repeat(60_000)).message.is_none());
}

#[test]
fn an_unknown_version_or_type_is_reported() {
    for (text, warning) in [
        (r#"{"type":"pingone-mfa:hello"}"#, "version must be 1"),
        (r#"{"type":"pingone-mfa:hello","version":2}"#, "version must be 1"),
        (r#"{"type":"pingone-mfa:hello","version":"1"}"#, "version must be 1"),
        (r#"{"type":"pingone-mfa:give-token","version":1,"x":1}"#, "type is not known"),
        (r#"{"type":"pingone-mfa:","version":1}"#, "type is not known"),
    ] {
        let reading = read_message(text);
        assert!(reading.message.is_none(), "{text}");
        assert_eq!(reading.dropped, [warning], "{text}");
    }
}

#[test]
fn no_message_of_a_host_page_makes_the_page_return_the_token() {
    for kind in ["get-token", "token-needed", "token?", "export", "ready", "connected", "height"] {
        assert!(read_message(&message(kind, json!({"request": 1}))).message.is_none(), "{kind}");
    }
}

#[test]
fn a_warning_about_a_dropped_field_does_not_contain_its_value() {
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";
    let text = message("hello", json!({token: 1, "region": [token], "theme": token, "a b": 1, "": 1}));
    let dropped = read_message(&text).dropped;
    assert!(!dropped.is_empty());
    assert!(
        dropped.iter().all(|warning| !warning.contains("eyJ") && !warning.contains("a b")),
        "{dropped:?}"
    );
}

#[test]
fn a_css_value_that_could_load_something_or_end_the_declaration_is_refused() {
    let plain = ["red", "#fff", "rgb(0 0 0 / 50%)", "light-dark(#fff, #000)", "'Noto Sans', serif"];
    for value in plain {
        assert!(is_plain(value), "{value}");
    }
    let long = "a".repeat(121);
    for value in [
        "",
        " ",
        "red;",
        "red}",
        "{",
        "URL(x)",
        "image-set('x')",
        "var(--ink)",
        "\\75rl(x)",
        "a:b",
        "\n",
        "@x",
        &long,
    ] {
        assert!(!is_plain(value), "{value}");
    }
}

#[test]
fn messages_to_the_host_page_contain_only_counts_and_ids() {
    let counts = RunCounts { number: PlanNumber(0x7f3a_91c2), total: 9, done: 5, changed: 4, failed: 1 };
    let environment = EnvironmentId(Uuid::from_u128(1));
    let user = UserId(Uuid::from_u128(2));
    for (actual, expected) in [
        (
            note(&HostEvent::UsersLoaded { users: 7 }).json,
            json!({"type": "pingone-mfa:users-loaded", "version": 1, "users": 7}),
        ),
        (
            note(&HostEvent::SelectionChanged { selected: 0 }).json,
            json!({"type": "pingone-mfa:selection-changed", "version": 1, "selected": 0}),
        ),
        (
            note(&HostEvent::Changed { user, enabled: true }).json,
            json!({"type": "pingone-mfa:changed", "version": 1, "enabled": true,
                "userId": "00000000-0000-0000-0000-000000000002"}),
        ),
        (
            note(&HostEvent::Failed { fault: "unreachable", status: None }).json,
            json!({"type": "pingone-mfa:fault", "version": 1, "fault": "unreachable", "status": null}),
        ),
        (
            ask_before(&Change::of_one(ChangeKind::to(false), user)),
            json!({"type": "pingone-mfa:before-change", "version": 1, "change": "disable", "users": 1,
                "userId": "00000000-0000-0000-0000-000000000002"}),
        ),
        (
            ask_before(&Change { kind: ChangeKind::Enable, users: 9, user: None }),
            json!({"type": "pingone-mfa:before-change", "version": 1, "change": "enable", "users": 9,
                "userId": null}),
        ),
        (ready().json, json!({"type": "pingone-mfa:ready", "version": 1})),
        (
            note(&HostEvent::Connected { environment, region: RegionCode("EU".into()) }).json,
            json!({"type": "pingone-mfa:connected", "version": 1, "region": "EU",
                "environmentId": "00000000-0000-0000-0000-000000000001"}),
        ),
        (
            note(&HostEvent::RunProgress(counts)).json,
            json!({"type": "pingone-mfa:run-progress", "version": 1, "run": "7F3A-91C2", "total": 9, "done": 5,
                "changed": 4, "failed": 1}),
        ),
        (
            note(&HostEvent::RunFinished { counts, is_stopped: true }).json,
            json!({"type": "pingone-mfa:run-finished", "version": 1, "run": "7F3A-91C2", "total": 9, "done": 5,
                "changed": 4, "failed": 1, "stopped": true}),
        ),
        (
            ask(3, Reason::Refused),
            json!({"type": "pingone-mfa:token-needed", "version": 1, "request": 3, "reason": "unauthorized"}),
        ),
        (height(720), json!({"type": "pingone-mfa:height", "version": 1, "height": 720})),
    ] {
        let actual: Value = serde_json::from_str(&actual).unwrap();
        assert_eq!(actual, expected);
    }
}

/// Names and values. The order of the names depends on how `serde_json` is built, and no host page can see it.
#[test]
fn the_format_of_messages_to_the_host_page_is_unchanged() {
    let counts = RunCounts { number: PlanNumber(0x7f3a_91c2), total: 9, done: 5, changed: 4, failed: 1 };
    let actual = [
        note(&HostEvent::RunFinished { counts, is_stopped: true }).json,
        note(&HostEvent::Failed { fault: "unreachable", status: None }).json,
        ask(3, Reason::Refused),
    ]
    .map(|message| serde_json::from_str::<Value>(&message).unwrap());
    let expected = [
        r#"{"changed":4,"done":5,"failed":1,"run":"7F3A-91C2","stopped":true,"total":9,"type":"pingone-mfa:run-finished","version":1}"#,
        r#"{"fault":"unreachable","status":null,"type":"pingone-mfa:fault","version":1}"#,
        r#"{"reason":"unauthorized","request":3,"type":"pingone-mfa:token-needed","version":1}"#,
    ]
    .map(|message| serde_json::from_str::<Value>(message).unwrap());
    assert_eq!(actual, expected);
}

/// Any JSON value with a few levels of nesting.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,80}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(".{0,12}", inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_parsed_without_a_panic(text in ".{0,300}") {
        prop_assert!(read_message(&text).message.is_none());
    }

    #[test]
    fn fields_of_any_type_are_handled_safely(
        kind in prop::sample::select(vec!["hello", "look", "token", "no-token", "forget", "x"]),
        region in any_json(), theme in any_json(), properties in any_json(), request in any_json(), other in any_json(),
    ) {
        let fields = json!({"region": region, "theme": theme, "properties": properties, "request": request,
            "accessToken": other});
        let reading = read_message(&message(kind, fields));
        prop_assert!(reading.dropped.iter().all(|warning| warning.len() < 120), "{:?}", reading.dropped);
        if let Some(Message::Hello(Hello { look, .. }) | Message::Appearance(look)) = reading.message {
            prop_assert!(look.properties.iter().all(|(_, value)| is_plain(value)));
        }
    }
}

#[test]
fn a_page_around_a_frame_is_told_about_runs_but_not_about_every_selection() {
    let counts = RunCounts { number: PlanNumber(1), total: 9, done: 5, changed: 4, failed: 1 };
    assert!(ready().crosses_frames);
    assert!(note(&HostEvent::RunProgress(counts)).crosses_frames);
    assert!(!note(&HostEvent::SelectionChanged { selected: 1 }).crosses_frames);
    assert!(!note(&HostEvent::Failed { fault: "timeout", status: None }).crosses_frames);
}
