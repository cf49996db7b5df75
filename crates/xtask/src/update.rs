//! The `update` command: moves pinned versions to the newest compatible ones, and commits nothing.
//!
//! Cargo chooses the versions. The pins (`=1.2.3`) of all manifests become ranges (`^1.2.3`) for one `cargo update`,
//! which knows what the packages require of each other and of the compiler. Then they are pinned to what Cargo.lock has.
//! If that fails, the manifests and the lock file are restored.

mod pins;
mod table;
mod tools;

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::failure::Failure;
use crate::lockfile::Lock;
use crate::process;
use crate::workspace::Workspace;
use table::Row;

/// The crates that are released together with wasm-bindgen and require each other in exact versions.
const WASM_BINDGEN: [&str; 5] =
    ["js-sys", "wasm-bindgen", "wasm-bindgen-futures", "wasm-bindgen-test", "web-sys"];

/// A file with its text before the update.
struct Original {
    path: PathBuf,
    text: String,
}

impl Original {
    fn read(path: PathBuf) -> Result<Self, Failure> {
        let text = fs::read_to_string(&path).map_err(Failure::file("read", &path))?;
        Ok(Self { path, text })
    }

    fn write(&self, text: &str) -> Result<(), Failure> {
        fs::write(&self.path, text).map_err(Failure::file("write", &self.path))
    }
}

/// What one resolution gave: cargo's messages, and the lock file.
struct Resolved {
    messages: String,
    lock: Lock,
}

pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    let manifests = manifests(workspace)?;
    let lock_file = Original::read(workspace.path("Cargo.lock"))?;
    let before = Lock::read(workspace)?;
    let libraries = move_libraries(workspace, &manifests);
    if libraries.is_err() {
        for file in manifests.iter().chain([&lock_file]) {
            file.write(&file.text)?;
        }
    }
    let mut rows = libraries?;
    rows.extend(tools::update(workspace, &before)?);
    println!("\n{}", table::render(&rows));
    let moved = new_packages(&before, &Lock::read(workspace)?);
    println!("Packages in Cargo.lock that moved, with those above: {moved}");
    println!("Nothing is committed: look at `git diff`, and run the tests.");
    Ok(())
}

/// The manifests of the workspace. A package that is pinned in several has to move in all of them.
fn manifests(workspace: &Workspace) -> Result<Vec<Original>, Failure> {
    let mut command = workspace.cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Option<Value> = serde_json::from_str(&process::filter(&mut command, "")?).ok();
    let packages = metadata.as_ref().and_then(|metadata| metadata.get("packages")?.as_array());
    let packages = packages.ok_or_else(|| Failure::Missing {
        what: "the packages in the output of `cargo metadata`".to_owned(),
        remedy: "see what the command prints".to_owned(),
    })?;
    let paths = packages.iter().filter_map(|package| package.get("manifest_path")?.as_str());
    paths.map(|path| Original::read(path.into())).collect()
}

fn move_libraries(workspace: &Workspace, manifests: &[Original]) -> Result<Vec<Row>, Failure> {
    let mut resolved = resolve(workspace, manifests, &[])?;
    let held = tools::missing_wasm_bindgen(workspace, &resolved.lock)?;
    if held.is_some() {
        resolved = resolve(workspace, manifests, &WASM_BINDGEN)?;
    }
    for manifest in manifests {
        let text = pins::rewrite(&manifest.text, |name, from| {
            Some(format!("={}", pins::locked(&resolved.lock, name, from)?))
        });
        manifest.write(&text)?;
    }
    // The lock file has to be right for the pins, too.
    process::capture(&mut workspace.cargo(&["metadata", "--locked", "--format-version", "1"]))?;
    Ok(rows(manifests, &resolved, held.as_deref()))
}

/// Lets cargo choose versions for all pins except those that are held.
fn resolve(workspace: &Workspace, manifests: &[Original], held: &[&str]) -> Result<Resolved, Failure> {
    for manifest in manifests {
        let is_free = |name: &str| !held.contains(&name);
        manifest
            .write(&pins::rewrite(&manifest.text, |name, from| is_free(name).then(|| format!("^{from}"))))?;
    }
    let messages = process::capture(&mut workspace.cargo(&["update", "--verbose", "--color", "never"]))?;
    Ok(Resolved { messages, lock: Lock::read(workspace)? })
}

/// A row for each package that is pinned, sorted by name.
fn rows(manifests: &[Original], resolved: &Resolved, held: Option<&str>) -> Vec<Row> {
    let mut pins: Vec<_> = manifests.iter().flat_map(|manifest| pins::all(&manifest.text)).collect();
    pins.sort_unstable();
    pins.dedup();
    let row = |(name, from): (&str, &str)| {
        let to = pins::locked(&resolved.lock, name, from).unwrap_or(from);
        let held = held.filter(|_| WASM_BINDGEN.contains(&name));
        let reason = held.map(str::to_owned).or_else(|| pins::left_behind(&resolved.messages, name, to));
        Row::new(name, from, to, reason)
    };
    pins.into_iter().map(row).collect()
}

/// How many packages the lock file has in a version that it didn't have before.
fn new_packages(before: &Lock, after: &Lock) -> usize {
    let before: Vec<_> = before.packages().collect();
    after.packages().filter(|package| !before.contains(package)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "\
sha2 = { version = \"=0.10.9\", default-features = false }
web-sys = \"=0.3.107\"
zeroize = \"=1.8.2\"
";

    fn resolved() -> Resolved {
        let package =
            |(name, version)| format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n\n");
        let packages = [("sha2", "0.10.9"), ("web-sys", "0.3.107"), ("zeroize", "1.9.2")].map(package);
        let messages = "   Unchanged sha2 v0.10.9 (available: v0.11.1)\n".to_owned();
        Resolved { messages, lock: Lock::from(packages.concat().as_str()) }
    }

    #[test]
    fn each_pinned_package_has_one_row_that_says_what_was_not_moved_and_why() {
        let manifest = || Original { path: PathBuf::new(), text: MANIFEST.to_owned() };
        let rows = rows(&[manifest(), manifest()], &resolved(), Some("no program"));
        let expected = [
            Row::new("sha2", "0.10.9", "0.10.9", Some("0.11.1 isn't compatible".to_owned())),
            Row::new("web-sys", "0.3.107", "0.3.107", Some("no program".to_owned())),
            Row::new("zeroize", "1.8.2", "1.9.2", None),
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn packages_that_moved_are_counted() {
        let before = Lock::from("[[package]]\nname = \"zeroize\"\nversion = \"1.8.2\"\n");
        assert_eq!(new_packages(&before, &resolved().lock), 3);
        assert_eq!(new_packages(&before, &before), 0);
    }

    #[test]
    fn every_pin_of_the_workspace_is_read() {
        let manifests = manifests(&Workspace::find().unwrap()).unwrap();
        for manifest in manifests {
            let pins = manifest.text.matches("\"=").count();
            assert_eq!(pins::all(&manifest.text).count(), pins, "{}", manifest.path.display());
        }
    }
}
