//! The documents name files that exist.

use std::fs;
use std::path::{Path, PathBuf};

const DOCUMENTS: [&str; 6] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "RELEASING.md",
    "SECURITY.md",
    "crates/sandbox/README.md",
];

/// Folders with sources.
const SOURCES: [&str; 4] = ["src", "crates", "tests", "examples"];

#[test]
fn every_source_file_that_a_document_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files: Vec<String> = SOURCES.iter().flat_map(|folder| rust_files(&root.join(folder))).collect();
    let mut missing = Vec::new();
    for document in DOCUMENTS {
        let text = fs::read_to_string(root.join(document)).unwrap();
        assert!(document != "ARCHITECTURE.md" || named(&text).count() > 100);
        let unknown = named(&text).filter(|name| !is_end_of_one(name, &files));
        missing.extend(unknown.map(|name| format!("{document}: {name}")));
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn a_file_is_found_by_the_end_of_its_path() {
    let files = ["/p/src/console/users.rs".to_owned()];
    assert_eq!(named("in `users.rs` and `users.rs:12`, `a.md`, users.rs").collect::<Vec<_>>(), ["users.rs"]);
    assert!(is_end_of_one("console/users.rs", &files));
    assert!(!is_end_of_one("sers.rs", &files));
    assert!(!is_end_of_one("core/users.rs", &files));
}

/// The Rust files in backticks.
fn named(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).filter(|word| {
        let is_in_path = |letter: char| letter.is_ascii_alphanumeric() || "_-/.".contains(letter);
        Path::new(word).extension().is_some_and(|ending| ending == "rs") && word.chars().all(is_in_path)
    })
}

fn is_end_of_one(name: &str, files: &[String]) -> bool {
    files.iter().any(|file| file.strip_suffix(name).is_some_and(|folder| folder.ends_with('/')))
}

fn rust_files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let of_entry = |path: PathBuf| match path.is_dir() {
        true if path.ends_with("node_modules") || path.ends_with("target") => Vec::new(),
        true => rust_files(&path),
        false => vec![path.to_string_lossy().into_owned()],
    };
    entries.flat_map(of_entry).collect()
}
