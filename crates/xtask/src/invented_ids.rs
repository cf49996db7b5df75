//! Checks that every ID in the project is invented, so that no existing organization, environment
//! or user can be identified from it.
//!
//! An ID counts as invented by its shape, which PingOne never generates: see [`INVENTED`]. IDs that belong to no
//! tenant are allowed: see [`PUBLIC`].

use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace::Workspace;

/// The middle part of an invented ID. PingOne's IDs have 122 random bits.
const INVENTED: [&str; 3] = ["-0000-4000-8000-", "-0000-0000-0000-", "-22b1-4c0e-9a55-"];

/// IDs that belong to no tenant: PingOne's template for the device report, documented for every environment, and a
/// constant that a test mixes numbers with.
const PUBLIC: [&str; 2] = ["db632bfd-7054-4bde-b108-a384aac2d513", "9e3779b9-7f4a-7c15-f39c-c0605cedc835"];

/// Folders of build output or installed packages.
const NOT_OURS: [&str; 7] = [".git", ".tools", "target", "node_modules", "dist", "dist-demo", "shots"];

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let is_ours =
        |path: &PathBuf| !path.file_name().is_some_and(|name| NOT_OURS.iter().any(|other| name == *other));
    let inside = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(is_ours);
    inside.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}

/// The IDs in a text, as UUIDs or as the `0x…` literals that Rust code converts to one.
fn ids(text: &str) -> Vec<String> {
    let is_id_character = |letter: char| letter.is_ascii_hexdigit() || matches!(letter, '-' | '_' | 'x');
    text.split(|letter| !is_id_character(letter)).flat_map(ids_of_word).collect()
}

fn ids_of_word(word: &str) -> Vec<String> {
    if let Some(number) = word.strip_prefix("0x") {
        return uuid_of(&number.replace('_', "")).into_iter().collect();
    }
    let groups: Vec<&str> = word.split(['-', '_']).collect();
    let is_id = |window: &&[&str]| window.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]);
    groups.windows(5).filter(is_id).map(|window| window.join("-").to_ascii_lowercase()).collect()
}

fn uuid_of(digits: &str) -> Option<String> {
    let groups = [digits.get(..8)?, digits.get(8..12)?, digits.get(12..16)?, digits.get(16..20)?];
    let last = digits.get(20..).filter(|last| last.len() == 12)?;
    Some(format!("{}-{last}", groups.join("-")))
}

fn is_permitted(id: &str) -> bool {
    PUBLIC.contains(&id) || INVENTED.iter().any(|middle| id.get(8..).is_some_and(|it| it.starts_with(middle)))
}

#[test]
fn every_id_in_the_project_is_invented() {
    let root = Workspace::find().unwrap().path("");
    let files = files_under(&root);
    let mut found = Vec::new();
    for file in &files {
        // Pictures and other binary files are skipped.
        let Ok(text) = fs::read_to_string(file) else { continue };
        let others = ids(&text).into_iter().filter(|id| !is_permitted(id));
        found.extend(others.map(|id| format!("{}: {id}", file.display())));
    }
    assert!(files.len() > 500, "too few files were read");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn an_id_is_found_in_every_notation() {
    // Assembled from parts so that this file passes its own check.
    let (one, other) = ("1f2e3d4c-5b6a", "7988-a6b5-c4d3e2f10a9b");
    for text in [
        format!("/environments/{one}-{other}/users"),
        format!("\"{}-{}\"", one.to_uppercase(), other.to_uppercase()),
        format!("user_{one}-{other}"),
        format!("0x1f2e_3d4c_{}", "5b6a_7988_a6b5_c4d3_e2f1_0a9b"),
    ] {
        assert_eq!(ids(&text), [format!("{one}-{other}")], "{text}");
    }
    assert!(!is_permitted(&format!("{one}-{other}")));
    assert!(is_permitted("e0000000-0000-4000-8000-000000000001"));
    assert!(ids("0xffff 2026-11-24 1-2-3-4-5").is_empty());
}
