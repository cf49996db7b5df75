//! Imports run one way. The core's crates are guarded by the compiler; this guards the widget's layers.

use std::fs;
use std::path::{Path, PathBuf};

/// A layer, and what its files may never name.
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
            "pingone_mfa_core::engine",
            "async ",
            ".await",
        ],
    ),
];

/// The one file of the view that is made of the browser's own types.
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
fn no_layer_names_what_is_not_its_own() {
    for (layer, forbidden) in FORBIDDEN {
        let files = files(layer);
        assert!(files.len() > 3, "{layer} has files");
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            let browsers = ["web_sys", "wasm_bindgen"].as_slice();
            let permitted = if file.ends_with(MARKUP) { browsers } else { &[] };
            for name in forbidden.iter().filter(|name| !permitted.contains(name)) {
                assert!(!text.contains(name), "{} names {name}", file.display());
            }
        }
    }
}

/// Around everything, so that no field of today or tomorrow has to think of it.
#[test]
fn a_token_is_kept_out_of_all_fields_by_one_guard_around_the_whole_element() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let holding = |text: &str| -> Vec<String> {
        let files = files("view").into_iter().filter(|file| fs::read_to_string(file).unwrap().contains(text));
        files.map(|file| file.strip_prefix(&source).unwrap().display().to_string()).collect()
    };
    let element = fs::read_to_string(source.with_file_name("web").join("element.js")).unwrap();
    let guard = "wrapper.addEventListener(type, this.#keepOut, true);";
    assert!(element.find(guard) < element.find("mount(wrapper"), "the guard stands around the whole element");
    assert!(element.contains(guard));
    assert_eq!(
        holding("tag(\"dialog\")"),
        ["view/token.rs"],
        "every dialog says it, because it hides the rest"
    );
    assert_eq!(holding("\"type\", \"password\""), ["view/token.rs"], "one field takes tokens");
    for uncaught in ["\"contenteditable\"", "tag(\"iframe\")"] {
        assert_eq!(
            holding(uncaught),
            Vec::<String>::new(),
            "{uncaught} has texts that the guard doesn't see"
        );
    }
}

#[test]
fn event_delegation_is_off() {
    // It listens on the document, where no event of a shadow root names its element.
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let leptos = manifest.lines().find(|line| line.starts_with("leptos = ")).unwrap();
    assert!(leptos.contains("features = [\"csr\"]"), "{leptos}");
}
