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
const MARKUP: &str = "view/markup.rs";

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
            let permitted = if file.ends_with(MARKUP) { browser_types } else { &[] };
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
    assert_eq!(
        files_containing("tag(\"dialog\")"),
        ["view/token.rs"],
        "every dialog must be created by this module"
    );
    assert_eq!(
        files_containing("\"type\", \"password\""),
        ["view/token.rs"],
        "only one field may accept tokens"
    );
    for uncaught in ["\"contenteditable\"", "tag(\"iframe\")"] {
        assert_eq!(
            files_containing(uncaught),
            Vec::<String>::new(),
            "{uncaught} may contain text that the guard doesn't see"
        );
    }
}

#[test]
fn event_delegation_is_off() {
    // Delegation listens on the document, where events from a shadow root are retargeted to its host.
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let leptos = manifest.lines().find(|line| line.starts_with("leptos = ")).unwrap();
    assert!(leptos.contains("features = [\"csr\"]"), "{leptos}");
}
