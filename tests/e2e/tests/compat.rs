//! Checks that README.md states the oldest browsers that can run the page, according to MDN's data.
//!
//! The features in use are read from the release itself: the browser functions that the program imports, the style
//! sheets, and the scripts. Every listed interface counts too.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Names of the engines in MDN's browser compatibility data.
const ENGINES: [&str; 5] = ["chrome", "edge", "firefox", "safari", "safari_ios"];

/// Browser interfaces whose members the program or the scripts use.
const INTERFACES: [&str; 65] = [
    "AbortController",
    "AbortSignal",
    "Blob",
    "BroadcastChannel",
    "CSS",
    "CSSStyleDeclaration",
    "CSSStyleSheet",
    "CharacterData",
    "Clipboard",
    "ClipboardEvent",
    "Crypto",
    "CustomElementRegistry",
    "CustomEvent",
    "DOMException",
    "DOMTokenList",
    "DataTransfer",
    "Document",
    "DocumentFragment",
    "Element",
    "Event",
    "EventTarget",
    "File",
    "FileList",
    "HTMLAnchorElement",
    "HTMLButtonElement",
    "HTMLDialogElement",
    "HTMLElement",
    "HTMLFormElement",
    "HTMLIFrameElement",
    "HTMLInputElement",
    "HTMLLinkElement",
    "Headers",
    "History",
    "IDBCursor",
    "IDBCursorWithValue",
    "IDBDatabase",
    "IDBFactory",
    "IDBKeyRange",
    "IDBObjectStore",
    "IDBOpenDBRequest",
    "IDBRequest",
    "IDBTransaction",
    "KeyboardEvent",
    "Location",
    "Lock",
    "LockManager",
    "MessageEvent",
    "MouseEvent",
    "MutationObserver",
    "Navigator",
    "Node",
    "NodeList",
    "Performance",
    "PointerEvent",
    "ReadableStream",
    "ReadableStreamDefaultReader",
    "Request",
    "ResizeObserver",
    "Response",
    "SecurityPolicyViolationEvent",
    "ServiceWorkerContainer",
    "ShadowRoot",
    "Storage",
    "StyleSheet",
    "console",
];

/// More interfaces, continuing [`INTERFACES`].
const MORE_INTERFACES: [&str; 6] =
    ["SubmitEvent", "TrustedTypePolicyFactory", "URL", "URLSearchParams", "Window", "Worker"];

/// Imports whose names aren't in MDN's data: the runtime's own, constructors, options, and functions that a crate
/// imports for streams that the page doesn't create.
const OTHER_IMPORTS: [&str; 27] = [
    "bufferSource",
    "byobRequest",
    "capture",
    "cause",
    "digest",
    "done",
    "enqueue",
    "getRandomValues",
    "memory",
    "millis",
    "new",
    "prevent_scroll",
    "prototypesetcall",
    "randomUUID",
    "referrer_policy",
    "release",
    "respond",
    "shiftKey",
    "signal",
    "stack",
    "static_accessor_GLOBAL",
    "static_accessor_GLOBAL_THIS",
    "static_accessor_SELF",
    "static_accessor_WINDOW",
    "unchecked",
    "value",
    "view",
];

/// Style sheet notations with their own entries in the data.
const NOTATIONS: [(&str, &str); 20] = [
    ("light-dark(", "css.types.color.light-dark"),
    ("color-mix(", "css.types.color.color-mix"),
    ("oklch(from", "css.types.color.oklch.relative_syntax"),
    ("clamp(", "css.types.clamp"),
    ("max(", "css.types.max"),
    ("min(", "css.types.min"),
    ("calc(", "css.types.calc"),
    ("(width<", "css.at-rules.media.range_syntax"),
    ("polygon(", "css.types.basic-shape.polygon"),
    ("dvh", "css.types.length.viewport_percentage_units_dynamic"),
    (":inset(", "css.types.basic-shape.inset"),
    ("radial-gradient(", "css.types.gradient.radial-gradient"),
    ("repeating-linear-gradient(", "css.types.gradient.repeating-linear-gradient"),
    ("(forced-colors", "css.at-rules.media.forced-colors"),
    ("(prefers-reduced-motion", "css.at-rules.media.prefers-reduced-motion"),
    ("@layer", "css.at-rules.layer"),
    ("@supports", "css.at-rules.supports"),
    ("@media", "css.at-rules.media"),
    ("@keyframes", "css.at-rules.keyframes"),
    ("@container", "css.at-rules.container"),
];

/// Script notations with their own entries in the data.
const SYNTAX: [(&str, &str); 12] = [
    ("?.", "javascript.operators.optional_chaining"),
    ("??=", "javascript.operators.nullish_coalescing_assignment"),
    ("??", "javascript.operators.nullish_coalescing"),
    ("import.meta", "javascript.operators.import_meta"),
    ("await ", "javascript.operators.await"),
    ("Object.hasOwn(", "javascript.builtins.Object.hasOwn"),
    (".at(", "javascript.builtins.Array.at"),
    ("Object.fromEntries(", "javascript.builtins.Object.fromEntries"),
    ("WebAssembly.instantiateStreaming", "webassembly.api.instantiateStreaming_static"),
    ("trustedTypes", "api.trustedTypes"),
    ("#", "javascript.classes.private_class_fields"),
    ("static{", "javascript.classes.static.initialization_blocks"),
];

/// Features that may be missing: the page detects them and works without them.
const OPTIONAL: [&str; 15] = [
    "javascript.builtins.ArrayBuffer.detached",
    "javascript.builtins.Symbol.dispose",
    "css.properties.accent-color",
    "css.properties.forced-color-adjust",
    "css.properties.overflow-anchor",
    "css.properties.scrollbar-width",
    "api.TrustedTypePolicyFactory",
    "api.TrustedTypePolicyFactory.createPolicy",
    "api.trustedTypes",
    "api.Location.ancestorOrigins",
    "api.Navigator.storage",
    "css.types.color.oklch.relative_syntax",
    // Each engine styles its progress bars by names of its own.
    "css.selectors.-moz-progress-bar",
    "css.selectors.-webkit-progress-bar",
    "css.selectors.-webkit-progress-value",
];

/// Features that the program uses through names of its own.
const NAMED: [&str; 3] =
    ["api.IDBTransaction.durability", "api.LockManager.request", "api.crossOriginIsolated"];

/// WebAssembly features that the program is compiled with.
const WASM: [&str; 6] = [
    "webassembly.fixed-width-SIMD",
    "webassembly.bulk-memory-operations",
    "webassembly.non-trapping-float-to-int-conversions",
    "webassembly.sign-extension-operations",
    "webassembly.reference-types",
    "webassembly.multi-value",
];

struct Data(Value);

impl Data {
    fn read() -> Self {
        let file = root().join("node_modules/@mdn/browser-compat-data/data.json");
        Self(serde_json::from_slice(&std::fs::read(file).expect("MDN's data is installed")).expect("JSON"))
    }

    fn at(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(&self.0, |value, key| value.get(key)).filter(|found| found.is_object())
    }

    /// The first version of an engine that has the feature without a flag, under its own
    /// name or with one of these prefixes.
    fn since(&self, path: &str, engine: &str, prefixes: &[&str]) -> Option<Version> {
        let support = &self.at(path)?["__compat"]["support"][engine];
        let statements = support.as_array().map_or_else(|| vec![support], |all| all.iter().collect());
        let counts = |it: &&Value| {
            let prefix = it["prefix"].as_str();
            it["flags"].is_null()
                && it["version_removed"].is_null()
                && it["alternative_name"].is_null()
                && prefix.is_none_or(|prefix| prefixes.contains(&prefix))
        };
        let versions = statements.into_iter().filter(counts);
        versions.filter_map(|it| Version::parse(it["version_added"].as_str()?)).min()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Version(u32, u32);

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim_start_matches('≤').split('.');
        Some(Self(parts.next()?.parse().ok()?, parts.next().map_or(Some(0), |part| part.parse().ok())?))
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.1 == 0 { write!(f, "{}", self.0) } else { write!(f, "{}.{}", self.0, self.1) }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The release's files with these beginnings and this ending, concatenated.
fn files(beginnings: &[&str], ending: &str) -> String {
    let dist = std::env::var("PINGONE_MFA_DIST").map_or_else(|_| root().join("dist"), PathBuf::from);
    let mut names: Vec<_> =
        std::fs::read_dir(dist).expect("the release").map(|file| file.unwrap().path()).collect();
    names.sort();
    let is_one = |path: &&PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.ends_with(ending) && beginnings.iter().any(|beginning| name.starts_with(beginning))
    };
    let texts: Vec<_> =
        names.iter().filter(is_one).map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert!(texts.len() >= beginnings.len(), "each of {beginnings:?} is in the release");
    texts.concat()
}

/// The words after each occurrence of `mark`. A word ends at the first character that isn't accepted by `belongs`.
fn words<'a>(text: &'a str, mark: &'a str, belongs: fn(char) -> bool) -> BTreeSet<&'a str> {
    let after = text.match_indices(mark).map(|(at, _)| &text[at + mark.len()..]);
    let word = |rest: &'a str| &rest[..rest.find(|letter| !belongs(letter)).unwrap_or(rest.len())];
    after.map(word).filter(|word| !word.is_empty()).collect()
}

const fn is_name_char(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// The path of a member with this name in the data. If several interfaces have one, the member that every
/// engine has had the longest is used. The name doesn't show which interface is meant: arrays have `map`,
/// and newer iterators have it too.
fn member(data: &Data, name: &str) -> Option<String> {
    let all = every_member(data, name);
    let since = |path: &String| ENGINES.map(|engine| data.since(path, engine, &[]));
    let everywhere = all.iter().filter(|path| since(path).iter().all(Option::is_some));
    everywhere.min_by_key(|path| since(path)).or(all.first()).cloned()
}

/// The paths of all members with this name in the data.
fn every_member(data: &Data, name: &str) -> Vec<String> {
    let event = name.strip_prefix("on").map(|event| format!("{event}_event"));
    let spelled: Vec<String> =
        [Some(name.to_owned()), Some(format!("{name}_static")), event].into_iter().flatten().collect();
    let interfaces = INTERFACES.iter().chain(&MORE_INTERFACES);
    let of_interfaces = interfaces.flat_map(|of| spelled.iter().map(move |name| format!("api.{of}.{name}")));
    let global = format!("api.{name}");
    let builtins = ["javascript.builtins", "javascript.builtins.Intl"].into_iter().flat_map(|folder| {
        let all = data.at(folder).and_then(Value::as_object).expect("the data has builtins");
        all.keys().map(move |of| format!("{folder}.{of}"))
    });
    let of_builtins = builtins.flat_map(|of| spelled.iter().map(move |name| format!("{of}.{name}")));
    let all = of_interfaces.chain([global]).chain(of_builtins);
    all.filter(|path| data.at(path).is_some()).collect()
}

/// The data paths of everything that the program imports from the browser.
fn imported(data: &Data, imports: &str) -> BTreeSet<String> {
    let is_hash = |tail: &str| tail.len() == 16 && tail.chars().all(|letter| letter.is_ascii_hexdigit());
    let mut used = BTreeSet::new();
    let mut unknown = BTreeSet::new();
    for word in words(imports, "__wbg_", is_name_char) {
        let Some((name, _)) = word.rsplit_once('_').filter(|(_, tail)| is_hash(tail)) else { continue };
        let name = name.strip_prefix("set_").or_else(|| name.strip_prefix("get_")).unwrap_or(name);
        if OTHER_IMPORTS.contains(&name)
            || name.starts_with("instanceof_")
            || name.starts_with("new_")
            || name.starts_with("_wb")
            || name.starts_with("__wb")
        {
            continue;
        }
        match member(data, name) {
            Some(found) => used.insert(found),
            None => unknown.insert(name),
        };
    }
    assert!(used.len() > 100, "the program imports more than {}", used.len());
    assert_eq!(
        unknown,
        BTreeSet::new(),
        "imported, but not in MDN's data: add its interface, or add the name to OTHER_IMPORTS"
    );
    used
}

/// The data paths of what the scripts use: members of browser interfaces, and syntax.
fn scripted(data: &Data, scripts: &str) -> BTreeSet<String> {
    // Shorter names come from minification.
    let names = words(scripts, ".", is_name_char)
        .into_iter()
        .filter(|name| name.len() > 2 && !OTHER_IMPORTS.contains(name));
    let of_names = names.filter_map(|name| member(data, name));
    let of_syntax =
        SYNTAX.iter().filter(|(text, _)| scripts.contains(text)).map(|(_, path)| (*path).to_owned());
    of_names.chain(of_syntax).collect()
}

/// The data paths of what the style sheets use.
fn styled(data: &Data, styles: &str) -> BTreeSet<String> {
    const fn is_css_char(letter: char) -> bool {
        letter.is_ascii_alphanumeric() || letter == '-'
    }
    let mut used: BTreeSet<String> = BTreeSet::new();
    let mut unknown = BTreeSet::new();
    let mut note = |path: String, name: &str| {
        if data.at(&path).is_some() {
            used.insert(path)
        } else {
            unknown.insert(name.to_owned())
        };
    };
    for declaration in styles.split(['{', ';', '}']) {
        let Some((name, _)) = declaration.split_once(':') else { continue };
        if name.starts_with("--")
            || name.is_empty()
            || !name.chars().all(is_css_char)
            || data.at(&format!("api.HTML{name}")).is_some()
        {
            continue;
        }
        let is_property = name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
        // `button:hover` looks like the start of a declaration. No property has the name of an element.
        if is_property && !ELEMENTS.contains(&name) {
            note(format!("css.properties.{}", name.trim_start_matches("-webkit-")), name);
        }
    }
    for (mark, folder) in [("::", "css.selectors"), ("@", "css.at-rules")] {
        for name in words(styles, mark, is_css_char) {
            note(format!("{folder}.{name}"), name);
        }
    }
    for name in words(styles, ":", is_css_char) {
        let path = format!("css.selectors.{name}");
        // The value in `flex-direction:column` looks like a pseudo-class, but `::column` is a pseudo-element.
        if data.at(&path).is_some() && !is_pseudo_element(data, &path) {
            note(path, name);
        }
    }
    for (text, path) in NOTATIONS {
        if styles.contains(text) {
            note(path.to_owned(), text);
        }
    }
    assert!(used.len() > 60, "the style uses more than {}", used.len());
    assert_eq!(unknown, BTreeSet::new(), "in a style sheet, but not in MDN's data");
    used
}

fn is_pseudo_element(data: &Data, path: &str) -> bool {
    let description = data.at(path).and_then(|entry| entry["__compat"]["description"].as_str());
    description.is_some_and(|description| description.contains("::"))
}

/// Element names that begin a rule with a pseudo-class.
const ELEMENTS: [&str; 12] = [
    "a",
    "button",
    "dialog",
    "html",
    "input",
    "pingone-mfa",
    "progress",
    "select",
    "summary",
    "td",
    "th",
    "tr",
];

#[test]
fn the_readme_states_the_oldest_browsers_with_all_required_features() {
    let data = Data::read();
    let styles = files(&["widget-", "console-", "page-"], ".css");
    // The release's own names are short. Building it wrote the original ones.
    let imports = std::fs::read_to_string(root().join("target/imports.txt")).expect("the release was built");
    let mut used = imported(&data, &imports);
    let scripts = ["boot-", "element-", "tick-", "pingone-mfa-frame-"];
    used.extend(scripted(&data, &files(&scripts, ".js")));
    used.extend(styled(&data, &styles));
    used.extend(WASM.into_iter().chain(NAMED).map(str::to_owned));
    used.extend(INTERFACES.iter().chain(&MORE_INTERFACES).map(|name| format!("api.{name}")));
    // A version that supports only the prefixed property counts if the style sheet contains the prefix too.
    let prefixes = |path: &str| -> &[&str] {
        let property = path.strip_prefix("css.properties.");
        let is_prefixed = property.is_some_and(|name| styles.contains(&format!("-webkit-{name}:")));
        if is_prefixed { &["-webkit-"] } else { &[] }
    };
    let mut missing = Vec::new();
    let mut floor: BTreeMap<&str, Version> = BTreeMap::new();
    let mut table = String::from(
        "| used | Chrome | Edge | Firefox | Safari | Safari on iOS |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for path in &used {
        let versions = ENGINES.map(|engine| data.since(path, engine, prefixes(path)));
        let is_optional = OPTIONAL.contains(&path.as_str());
        for (engine, version) in ENGINES.iter().zip(versions) {
            if version.is_none() && !is_optional {
                missing.push(format!("{engine} doesn't have {path}"));
            }
            if let Some(version) = version.filter(|_| !is_optional) {
                let least = floor.entry(engine).or_insert(version);
                *least = version.max(*least);
            }
        }
        let shown =
            versions.map(|version| version.map_or_else(|| "-".to_owned(), |version| version.to_string()));
        let note = if is_optional { " (optional)" } else { "" };
        writeln!(table, "| {path}{note} | {} |", shown.join(" | ")).unwrap();
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    std::fs::create_dir_all(&target).unwrap();
    std::fs::write(target.join("compatibility.md"), &table).unwrap();
    assert_eq!(missing, Vec::<String>::new());
    assert!(floor["edge"] <= floor["chrome"] && floor["safari_ios"] <= floor["safari"], "{floor:?}");
    let sentence = format!(
        "Chrome or Edge {}, Firefox {}, Safari {}",
        floor["chrome"], floor["firefox"], floor["safari"]
    );
    for file in ["README.md", "web/element.js"] {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        assert!(text.contains(&sentence), "{file} must say: {sentence}; target/compatibility.md shows why");
    }
}
