//! Checks what the folders of the page may name. `tests/imports.rs` checks that no files import each other in a circle.

use std::fs;
use std::path::{Path, PathBuf};

/// Names of the browser's types.
const BROWSER_TYPES: [&str; 4] = ["web_sys", "js_sys", "gloo", "wasm_bindgen"];

/// The only files that may use the browser's types: the ports, the interface of the page, and the wrappers of events
/// and elements.
const MAY_USE_BROWSER_TYPES: [&str; 6] =
    ["browser.rs", "browser/", "element.rs", "split.rs", "demo.rs", "ui/dom.rs"];

/// The browser's types that `ui/dom.rs` may use.
const DOM_TYPES: [&str; 2] = ["web_sys", "wasm_bindgen"];

/// A folder and the names its files must not contain.
const FORBIDDEN: [(&str, &[&str]); 3] = [
    (
        "browser",
        &[
            "leptos",
            "crate::announcement",
            "crate::connect",
            "crate::console",
            "crate::mount_options",
            "crate::ports",
            "crate::text",
            "crate::ui",
        ],
    ),
    (
        "ui",
        &[
            "pingone",
            "crate::announcement",
            "crate::browser",
            "crate::connect",
            "crate::console",
            "crate::mount_options",
            "crate::ports",
            "crate::text",
        ],
    ),
    ("connect", &["crate::browser", "crate::console"]),
];

/// What a file with components must not contain: they read signals and call actions.
const FORBIDDEN_IN_COMPONENTS: [&str; 3] = ["pingone::clock", "async ", ".await"];

/// The methods that write a signal.
const WRITES: [&str; 4] = ["set", "update", "update_untracked", "write"];

/// Signals that the inputs of a form are bound to.
const BOUND_TO_INPUTS: [&str; 3] = ["pauses", "pause_every", "typed"];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The path of a file below `src`.
fn name_of(file: &Path) -> String {
    file.strip_prefix(source()).unwrap().to_str().unwrap().replace('\\', "/")
}

fn files_of(folder: &str) -> Vec<PathBuf> {
    let mut files = files_under(&source().join(folder));
    files.push(source().join(format!("{folder}.rs")));
    files
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let inside = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    inside.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}

#[test]
fn no_folder_uses_names_that_are_not_for_it() {
    for (folder, forbidden) in FORBIDDEN {
        let files = files_of(folder);
        assert!(files.len() > 3, "too few files in {folder}");
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            for name in forbidden {
                assert!(!text.contains(name), "{} names {name}", file.display());
            }
        }
    }
}

#[test]
fn only_the_ports_and_the_interface_of_the_page_use_the_browsers_types() {
    for file in files_under(&source()) {
        let (name, text) = (name_of(&file), fs::read_to_string(&file).unwrap());
        if name == "ui/dom.rs" {
            let forbidden = BROWSER_TYPES.iter().filter(|name| !DOM_TYPES.contains(name));
            for forbidden in forbidden {
                assert!(!text.contains(forbidden), "{name} names {forbidden}");
            }
        }
        if MAY_USE_BROWSER_TYPES.iter().any(|permitted| name.starts_with(permitted)) {
            continue;
        }
        for forbidden in BROWSER_TYPES.iter().chain(&["crate::browser"]) {
            assert!(!text.contains(forbidden), "{name} names {forbidden}");
        }
    }
}

#[test]
fn components_wait_for_nothing_and_read_no_clock() {
    let mut components = 0;
    for file in files_under(&source()) {
        let text = fs::read_to_string(&file).unwrap();
        if !text.contains("#[component]") && !text.contains("view! {") {
            continue;
        }
        components += 1;
        for forbidden in FORBIDDEN_IN_COMPONENTS {
            assert!(!text.contains(forbidden), "{} has {forbidden}", file.display());
        }
    }
    assert!(components > 40, "only {components} files with components found");
}

/// Without the import Leptos' own component of the same name is used, which is compiled again for each closure.
#[test]
fn lists_and_conditions_are_the_pages_own_components() {
    let mut files = 0;
    for file in files_under(&source()) {
        let (name, text) = (name_of(&file), fs::read_to_string(&file).unwrap());
        for (tag, import) in [("<For", "use crate::ui::list::For;"), ("<Show", "use crate::ui::show::Show;")]
        {
            if text.match_indices(tag).any(|(at, _)| text[at + tag.len()..].starts_with(char::is_whitespace))
            {
                files += 1;
                assert!(text.contains(import), "{name} has {tag} without {import}");
            }
        }
    }
    assert!(files > 40, "only {files} files found");
}

/// The visible fields that are signals, each with the module that declares it.
fn signals<'a>(files: &'a [(String, String)]) -> Vec<(&'a str, &'a str)> {
    let of_file = |(name, text): &'a (String, String)| {
        let module = name.trim_end_matches(".rs");
        text.lines().filter_map(move |line| {
            let (field, kind) = line.trim().split_once(": ")?;
            let field = field.strip_prefix("pub ").or_else(|| field.strip_prefix("pub(crate) "))?;
            kind.starts_with("RwSignal<").then_some((field, module))
        })
    };
    files.iter().flat_map(of_file).collect()
}

/// Components of other folders read the state and call its methods.
#[test]
fn signals_of_state_are_written_in_their_module_only() {
    let read = |file: &PathBuf| (name_of(file), fs::read_to_string(file).unwrap());
    let files: Vec<(String, String)> = files_under(&source()).iter().map(read).collect();
    let signals = signals(&files);
    assert!(signals.len() > 60, "only {} signals found", signals.len());
    for (name, text) in &files {
        for (field, _) in signals.iter().filter(|(field, _)| !BOUND_TO_INPUTS.contains(field)) {
            let mut modules = signals.iter().filter(|(other, _)| other == field).map(|(_, module)| module);
            if modules.any(|module| name.starts_with(module)) {
                continue;
            }
            for write in WRITES {
                let call = format!(".{field}.{write}(");
                let writes = text.match_indices(&call);
                // A struct of its own may have a field of the same name.
                let foreign = writes.filter(|(at, _)| !text[..*at].ends_with("self")).count();
                assert_eq!(foreign, 0, "{name} writes {field}");
            }
        }
    }
}

/// One guard covers all fields, including ones that are added later.
#[test]
fn one_guard_around_the_element_keeps_tokens_out_of_all_fields() {
    let files_containing = |text: &str| -> Vec<String> {
        let files = files_under(&source());
        let files = files.iter().filter(|file| fs::read_to_string(file).unwrap().contains(text));
        files.map(|file| name_of(file)).collect()
    };
    let element = fs::read_to_string(source().with_file_name("web").join("element.js")).unwrap();
    let guard = "wrapper.addEventListener(type, this.#keepOut, true);";
    assert!(
        element.find(guard) < element.find("mount(wrapper"),
        "the guard must be installed before the element is mounted"
    );
    assert!(element.contains(guard));
    assert_eq!(
        files_containing("<dialog"),
        ["console/modal.rs"],
        "every dialog must be created by this module"
    );
    assert_eq!(
        files_containing("type=\"password\""),
        ["connect/token_field.rs"],
        "only one field may accept tokens"
    );
    for uncaught in ["contenteditable", "<iframe", "tag(\"dialog\")", "\"password\")"] {
        assert_eq!(
            files_containing(uncaught),
            Vec::<String>::new(),
            "{uncaught} may contain text that the guard doesn't see"
        );
    }
}

/// An element of nothing but literals is written through `innerHTML`, which the page's Trusted Types policy refuses.
#[test]
fn no_element_is_made_of_literals_alone() {
    let mut elements = 0;
    for file in files_under(&source()) {
        let text = fs::read_to_string(&file).unwrap();
        for forbidden in ["inner_html", " style=\""] {
            assert!(!text.contains(forbidden), "{} has {forbidden}", file.display());
        }
        for (at, _) in text.match_indices('<') {
            let Some(tag) = Tag::at(&text, at) else { continue };
            elements += 1;
            assert!(!tag.is_literal(), "{}: <{}> is made of literals alone", file.display(), tag.start);
        }
    }
    assert!(elements > 200, "only {elements} elements found");
}

/// The start tag of an element in `view!`, and what stands between it and the next tag.
struct Tag<'a> {
    start: &'a str,
    content: &'a str,
    is_ended: bool,
}

impl<'a> Tag<'a> {
    fn at(text: &'a str, at: usize) -> Option<Self> {
        let is_tag = text[at + 1..].starts_with(|letter: char| letter.is_ascii_lowercase());
        let before = text[..at].chars().next_back();
        let is_generic = before.is_some_and(|letter| letter.is_alphanumeric() || letter == ':');
        if !is_tag || is_generic {
            return None;
        }
        let start = &text[at + 1..at + 1 + end_of_tag(&text[at + 1..])?];
        let rest = &text[at + 2 + start.len()..];
        let content = &rest[..rest.find('<')?];
        let is_ended = rest[content.len()..].starts_with("</");
        Some(Self { start, content: content.trim(), is_ended })
    }

    fn is_literal(&self) -> bool {
        let is_empty = self.start.ends_with('/');
        let attributes = self.start.trim_end_matches('/');
        let has_attributes = attributes.contains(char::is_whitespace);
        let values = attributes.split('=').skip(1);
        let is_static =
            !attributes.contains([':', '{']) && values.into_iter().all(|value| value.starts_with('"'));
        // An element with neither attributes nor content isn't written that way.
        let has_static_content =
            if is_empty { has_attributes } else { self.is_ended && !self.content.contains('{') };
        is_static && has_static_content && (has_attributes || !self.content.is_empty())
    }
}

/// The place of the `>` that ends a start tag, outside quotes and braces.
fn end_of_tag(text: &str) -> Option<usize> {
    let (mut depth, mut is_quoted, mut last) = (0_u32, false, ' ');
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '{' | '(' if !is_quoted => depth += 1,
            '}' | ')' if !is_quoted => depth = depth.checked_sub(1)?,
            '>' if !is_quoted && depth == 0 && last != '-' && last != '=' => return Some(at),
            _ => {}
        }
        last = letter;
    }
    None
}

#[test]
fn a_literal_element_is_found() {
    let is_literal = |text: &str| Tag::at(text, 0).unwrap().is_literal();
    for literal in [
        "<input type=\"checkbox\"/> <p>",
        "<span class=\"dot\"></span>",
        "<b>\"x\"</b>",
        "<input\n    type=\"text\"\n    disabled\n/> <p>",
        "<td title=\"a > b\">\"x\"</td>",
    ] {
        assert!(is_literal(literal), "{literal}");
    }
    for dynamic in [
        "<p>{text}</p>",
        "<input type=\"text\" on:input=move |_| a > b/> <p>",
        "<p class=\"x\"><b>",
        "<p class=name></p>",
        "<p title=\"a > b\" class=move || { name() }></p>",
        "<p class:chosen=true></p>",
        "<br/> {text} <p>",
    ] {
        assert!(!is_literal(dynamic), "{dynamic}");
    }
}

#[test]
fn event_delegation_is_off() {
    // Delegation listens on the document, where events from a shadow root are retargeted to its host.
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let leptos = manifest.lines().find(|line| line.starts_with("leptos = ")).unwrap();
    assert!(leptos.contains("features = [\"csr\"]"), "{leptos}");
}

#[test]
fn all_searches_are_one_component() {
    let with_search = files_under(&source())
        .into_iter()
        .filter(|file| fs::read_to_string(file).unwrap().contains(r#"type="search""#));
    let names: Vec<String> = with_search.map(|file| name_of(&file)).collect();
    assert_eq!(names, ["ui/search_field.rs"]);
}

/// Selectors that may follow the window's width: dialogs are as wide as the window.
const DIALOGS: [&str; 2] = [".review", ".sheet"];

/// The element may be narrower than the window, beside a portal's navigation.
#[test]
fn only_dialogs_follow_the_width_of_the_window() {
    let styles = Path::new(env!("CARGO_MANIFEST_DIR")).join("style");
    for name in ["widget.css", "console.css"] {
        let style = fs::read_to_string(styles.join(name)).unwrap();
        for block in style.split("@media (").skip(1) {
            let condition = block.lines().next().unwrap();
            if !condition.contains("width") {
                continue;
            }
            let rules = block.lines().skip(1).take_while(|line| line.trim() != "}");
            for rule in rules.map(str::trim) {
                assert!(DIALOGS.iter().any(|dialog| rule.starts_with(dialog)), "{name}: {rule}");
            }
        }
    }
}
