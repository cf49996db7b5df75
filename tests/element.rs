//! Checks that the four descriptions of the element agree with each other and with the program: its script, its
//! types, its manifest and its guide.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use pingone::environment::EnvironmentId;
use pingone::fault::Fault;
use pingone::region::RegionCode;
use pingone::user::UserId;
use pingone_mfa_core::embedding::frame::{ask, ask_before, note, ready};
use pingone_mfa_core::embedding::host_events::{Change, ChangeKind, HostEvent, Reason, RunCounts};
use pingone_mfa_core::run::plan::PlanNumber;
use serde_json::Value;
use uuid::Uuid;

const PREFIX: &str = "pingone-mfa:";

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn texts_in(folder: &str, ending: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let paths: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    let read = |path: &PathBuf| match path.extension() {
        None => texts_in(path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_str().unwrap(), ending),
        Some(found) if found == ending => fs::read_to_string(path).unwrap(),
        Some(_) => String::new(),
    };
    paths.iter().map(read).collect()
}

/// The names that follow each occurrence of `before` in a text.
fn names_after(text: &str, before: &str) -> BTreeSet<String> {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    text.split(before)
        .skip(1)
        .map(|rest| rest.chars().take_while(|letter| is_name(*letter)).collect())
        .collect()
}

fn manifest() -> Value {
    let manifest: Value = serde_json::from_str(&read("web/custom-elements.json")).unwrap();
    assert_eq!(manifest["schemaVersion"], "2.1.0");
    manifest["modules"][0]["declarations"][0].clone()
}

/// The names in one of the manifest's lists. Checks that each has a description and is listed once.
fn listed(list: &str) -> BTreeSet<String> {
    let manifest = manifest();
    let entries = manifest[list].as_array().unwrap();
    let names: BTreeSet<_> = entries
        .iter()
        .map(|entry| {
            assert!(!entry["description"].as_str().unwrap().is_empty(), "{entry}");
            entry["name"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(names.len(), entries.len(), "{list} has a duplicate name");
    names
}

/// The fields of an interface in the type declarations with their types; each field must be on its own line.
fn interface(types: &str, name: &str) -> BTreeMap<String, String> {
    let body =
        types.split(&format!("export interface {name} ")).nth(1).unwrap_or_else(|| panic!("no {name}"));
    let lines = body.lines().skip(1).take_while(|line| *line != "}");
    let fields = lines.filter_map(|line| line.trim().strip_suffix(';')?.split_once(": "));
    let bare = |name: &str| name.trim_matches(['"', '?']).replace("\"?", "").replace('"', "");
    fields
        .filter(|(name, _)| !name.contains(['(', '/', ')']))
        .map(|(name, kind)| (bare(name), kind.to_owned()))
        .collect()
}

/// The fields of a type that joins object literals and interfaces with `&`.
fn fields(types: &str, kind: &str) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    for part in kind.split(" & ") {
        match part.strip_prefix("{ ").and_then(|part| part.strip_suffix(" }")) {
            Some(inside) => fields.extend(inside.split("; ").map(|field| {
                let (name, kind) = field.split_once(": ").unwrap();
                (name.to_owned(), kind.to_owned())
            })),
            None if part == "Record<string, never>" => {}
            None => fields.extend(interface(types, part)),
        }
    }
    fields
}

/// Whether a value has this type.
fn has_type(types: &str, value: &Value, kind: &str) -> bool {
    kind.split(" | ").any(|kind| match kind {
        "string" => value.is_string(),
        "number" => value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        word if word.starts_with('"') => value.as_str() == Some(word.trim_matches('"')),
        named => {
            let alias = types.split(&format!("export type {named} =")).nth(1);
            let alias = alias.unwrap_or_else(|| panic!("no type {named}")).split(';').next().unwrap();
            let words = alias.split('|').map(str::trim).filter(|word| !word.is_empty());
            has_type(types, value, &words.collect::<Vec<_>>().join(" | "))
        }
    })
}

/// The name of an event. A new variant doesn't compile until it has a name here; it also needs a message below.
fn name(event: &HostEvent) -> &'static str {
    match event {
        HostEvent::Connected { .. } => "connected",
        HostEvent::UsersLoaded { .. } => "users-loaded",
        HostEvent::SelectionChanged { .. } => "selection-changed",
        HostEvent::Changed { .. } => "changed",
        HostEvent::Failed { .. } => "fault",
        HostEvent::RunProgress(_) => "run-progress",
        HostEvent::RunFinished { .. } => "run-finished",
    }
}

fn messages() -> Vec<(&'static str, String)> {
    let counts = RunCounts { number: PlanNumber(1), total: 9, done: 5, changed: 4, failed: 1 };
    let (environment, user) = (EnvironmentId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
    let all = [
        HostEvent::Connected { environment, region: RegionCode("EU".into()) },
        HostEvent::UsersLoaded { users: 1 },
        HostEvent::SelectionChanged { selected: 1 },
        HostEvent::Changed { user, enabled: true },
        HostEvent::Failed { fault: Fault::Unreachable.word(), status: None },
        HostEvent::Failed { fault: Fault::HostRefused.word(), status: Some(403) },
        HostEvent::RunProgress(counts),
        HostEvent::RunFinished { counts, is_stopped: false },
    ];
    let mut messages: Vec<_> = all.iter().map(|event| (name(event), note(event).json)).collect();
    messages.push(("ready", ready().json));
    for kind in [ChangeKind::Enable, ChangeKind::Disable, ChangeKind::Bypass] {
        messages.push(("before-change", ask_before(&Change::of_one(kind, user))));
        messages.push(("before-change", ask_before(&Change { kind, users: 2, user: None })));
    }
    for reason in [Reason::Start, Reason::Expiry, Reason::Refused] {
        messages.push(("token-needed", ask(0, reason)));
    }
    messages
}

#[test]
fn every_event_has_exactly_the_fields_of_its_type() {
    let types = read("web/element.d.ts");
    let events = interface(&types, "PingOneMfaEvents");
    let messages = messages();
    for (name, message) in &messages {
        let mut message: Value = serde_json::from_str(message).unwrap();
        let message = message.as_object_mut().unwrap();
        assert_eq!(message.remove("type").unwrap(), format!("{PREFIX}{name}"));
        message.remove("version").unwrap();
        // The request number is only used between frames; an element's events don't have it.
        message.remove("request");
        let kind = events.get(&format!("{PREFIX}{name}")).unwrap_or_else(|| panic!("{name} has no type"));
        let kind = kind.strip_prefix("CustomEvent<").and_then(|kind| kind.strip_suffix('>')).unwrap();
        let fields = fields(&types, kind);
        assert_eq!(message.keys().collect::<BTreeSet<_>>(), fields.keys().collect(), "{name}");
        for (field, value) in message {
            assert!(
                has_type(&types, value, &fields[field]),
                "{name}: {field} is {value}, not {}",
                fields[field]
            );
        }
    }
    let names: BTreeSet<_> = messages.iter().map(|(name, _)| format!("{PREFIX}{name}")).collect();
    assert_eq!(names, events.keys().cloned().collect());
}

#[test]
fn the_manifest_has_the_events_of_the_types() {
    let events = interface(&read("web/element.d.ts"), "PingOneMfaEvents");
    assert_eq!(listed("events"), events.keys().cloned().collect());
    for event in manifest()["events"].as_array().unwrap() {
        assert_eq!(event["type"]["text"], events[event["name"].as_str().unwrap()]);
    }
}

#[test]
fn script_types_and_manifest_have_the_same_attributes() {
    let script = read("web/element.js");
    let observed = script.split("observedAttributes = [").nth(1).unwrap().split(']').next().unwrap();
    let mut attributes: BTreeSet<_> =
        observed.split(", ").map(|name| name.trim_matches('"').to_owned()).collect();
    for name in &attributes {
        assert!(script.contains(&format!("this.getAttribute(\"{name}\")")), "{name} isn't read");
    }
    // Only the style sheet reads this attribute.
    attributes.insert("theme".to_owned());
    assert_eq!(listed("attributes"), attributes);
    let types = interface(&read("web/element.d.ts"), "PingOneMfaAttributes");
    assert_eq!(types.keys().cloned().collect::<BTreeSet<_>>(), attributes);
    let style = names_after(&read("style/tokens.css"), ":host([theme=\"");
    let theme = types["theme"].split(" | ").map(|word| word.trim_matches('"').to_owned()).collect();
    assert_eq!(style, theme);
    assert_eq!(manifest()["attributes"][3]["type"]["text"], types["theme"]);
}

#[test]
fn script_types_and_manifest_have_the_same_properties_and_methods() {
    const BROWSERS: [&str; 4] =
        ["constructor", "connectedCallback", "disconnectedCallback", "attributeChangedCallback"];
    let script = read("web/element.js");
    let class = script.split("class PingOneMfa ").nth(1).unwrap();
    let heads = class.lines().filter_map(|line| line.strip_prefix("  ")?.strip_suffix(") {"));
    let heads = heads.filter(|head| head.starts_with(|letter: char| letter.is_ascii_lowercase()));
    let names = heads.filter_map(|head| {
        let name = head.trim_start_matches("get ").trim_start_matches("set ").split('(').next()?;
        (!BROWSERS.contains(&name) && !name.contains('#')).then(|| name.to_owned())
    });
    let members = listed("members");
    assert_eq!(names.collect::<BTreeSet<_>>(), members);

    let types = read("web/element.d.ts");
    let element =
        types.split("export interface PingOneMfaElement ").nth(1).unwrap().split("\n}").next().unwrap();
    for member in manifest()["members"].as_array().unwrap() {
        let name = member["name"].as_str().unwrap();
        let line = match member["kind"].as_str().unwrap() {
            "method" => format!("\n  {name}(): {};", member["return"]["type"]["text"].as_str().unwrap()),
            _ => format!("\n  {name}: {};", member["type"]["text"].as_str().unwrap()),
        };
        assert!(element.contains(&line), "{line}");
    }
    let lines = element.lines().filter_map(|line| line.strip_prefix("  "));
    let declared = lines.filter(|line| line.ends_with(';') && line.starts_with(char::is_alphabetic));
    assert_eq!(declared.count(), members.len());
}

#[test]
fn the_manifest_has_the_custom_properties_that_the_style_sheets_read() {
    let read_by_style: BTreeSet<_> = names_after(&texts_in("style", "css"), "var(--pingone-mfa-")
        .into_iter()
        .map(|name| format!("--pingone-mfa-{name}"))
        .collect();
    assert_eq!(listed("cssProperties"), read_by_style);
    let in_frames = names_after(&read("web/frame.d.ts"), "\"--pingone-mfa-");
    assert!(in_frames.iter().all(|name| read_by_style.contains(&format!("--pingone-mfa-{name}"))));
}

#[test]
fn the_manifest_has_the_parts_of_the_page() {
    let view = ["src/connect", "src/console", "src/ui"].map(|folder| texts_in(folder, "rs")).concat();
    let mut parts = names_after(&view, " part=\"");
    parts.extend(names_after(&view, ".part(\""));
    parts.extend(names_after(&read("web/element.js"), ".part = \""));
    assert_eq!(listed("cssParts"), parts);
}

#[test]
fn the_types_are_specific() {
    for word in ["any", "unknown", "object", "Function"] {
        let types = read("web/element.d.ts");
        let is_letter = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '"';
        let code = types.lines().filter(|line| !line.trim_start().starts_with("/**"));
        assert!(
            code.flat_map(|line| line.split(|letter| !is_letter(letter))).all(|found| found != word),
            "{word}"
        );
    }
}

#[test]
fn the_guide_names_every_feature_and_warns_about_the_token_first() {
    let guide = read("docs/embedding.md");
    let section =
        guide.split("## The custom element\n").nth(1).expect("the guide has a section about the element");
    assert!(section.trim_start().starts_with("Every script on your page can use the token."));
    for list in ["attributes", "members", "events", "cssProperties", "cssParts"] {
        for name in listed(list) {
            let short = name.trim_start_matches(PREFIX).trim_start_matches("--pingone-mfa-");
            let is_named = section.contains(&format!("`{name}`"))
                || section.contains(&format!("`{short}`"))
                || section.contains(&format!("`{name}()`"));
            assert!(is_named, "{name}");
        }
    }
    assert!(read("web/npm/README.md").contains("Every script on your page can use the token."));
}
