//! Checks the import direction between the layers of the page. `tests/imports.rs` checks the crates.

use std::fs;
use std::path::{Path, PathBuf};

/// A layer and the names its files must not contain.
const FORBIDDEN: [(&str, &[&str]); 3] = [
    ("platform", &["leptos", "crate::state", "crate::view"]),
    ("state", &["web_sys", "js_sys", "gloo", "wasm_bindgen", "crate::platform", "crate::view"]),
    (
        "view",
        &[
            "web_sys",
            "js_sys",
            "gloo",
            "wasm_bindgen",
            "crate::platform",
            "pingone::clock",
            "async ",
            ".await",
        ],
    ),
];

/// The only view file that uses the browser's types directly.
const DOM: &str = "view/dom.rs";

fn files(layer: &str) -> Vec<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = files_under(&source.join(layer));
    files.push(source.join(format!("{layer}.rs")));
    files
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let inside = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    inside.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}

#[test]
fn no_layer_uses_names_of_another_layer() {
    for (layer, forbidden) in FORBIDDEN {
        let files = files(layer);
        assert!(files.len() > 3, "too few files in {layer}");
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            let browser_types = ["web_sys", "wasm_bindgen"].as_slice();
            let permitted = if file.ends_with(DOM) { browser_types } else { &[] };
            for name in forbidden.iter().filter(|name| !permitted.contains(name)) {
                assert!(!text.contains(name), "{} names {name}", file.display());
            }
        }
    }
}

/// One guard covers all fields, including ones that are added later.
#[test]
fn one_guard_around_the_element_keeps_tokens_out_of_all_fields() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files_containing = |text: &str| -> Vec<String> {
        let files = files("view").into_iter().filter(|file| fs::read_to_string(file).unwrap().contains(text));
        files.map(|file| file.strip_prefix(&source).unwrap().display().to_string()).collect()
    };
    let element = fs::read_to_string(source.with_file_name("web").join("element.js")).unwrap();
    let guard = "wrapper.addEventListener(type, this.#keepOut, true);";
    assert!(
        element.find(guard) < element.find("mount(wrapper"),
        "the guard must be installed before the element is mounted"
    );
    assert!(element.contains(guard));
    assert_eq!(files_containing("<dialog"), ["view/modal.rs"], "every dialog must be created by this module");
    assert_eq!(files_containing("type=\"password\""), ["view/token.rs"], "only one field may accept tokens");
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
    for file in files("view") {
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
