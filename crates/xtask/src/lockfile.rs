//! Reads package versions and checksums from Cargo.lock.
//!
//! wasm-bindgen's command line refuses a module made with another version of its library, so the lock file decides
//! which version is installed.

use std::fs;

use crate::failure::Failure;
use crate::workspace::Workspace;

/// The text of Cargo.lock.
#[derive(Debug)]
pub(crate) struct Lock(String);

impl Lock {
    pub(crate) fn read(workspace: &Workspace) -> Result<Self, Failure> {
        let path = workspace.path("Cargo.lock");
        fs::read_to_string(&path).map(Self).map_err(Failure::file("read", &path))
    }

    /// The packages, including those of this workspace.
    pub(crate) fn packages(&self) -> impl Iterator<Item = Package<'_>> {
        self.0.split("[[package]]").filter_map(Package::parse)
    }

    /// SHA-256 of a package as downloaded from the registry; crates of this workspace have none.
    pub(crate) fn checksum(&self, package: &str, version: &str) -> Option<&str> {
        let head = format!("\nname = \"{package}\"\nversion = \"{version}\"\n");
        let block = self.0.split("[[package]]").find(|block| block.starts_with(&head))?;
        let line = block.lines().find_map(|line| line.strip_prefix("checksum = \""))?;
        line.strip_suffix('"')
    }
}

/// A package in the lock file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Package<'a> {
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
    /// Registry or repository; packages of this workspace, and others given by a path, have none.
    pub(crate) source: Option<&'a str>,
}

impl<'a> Package<'a> {
    fn parse(block: &'a str) -> Option<Self> {
        let value = |key: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(key))?;
            line.strip_prefix(" = \"")?.strip_suffix('"')
        };
        Some(Self { name: value("name")?, version: value("version")?, source: value("source") })
    }
}

#[cfg(test)]
impl From<&str> for Lock {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

pub(crate) fn locked_version(workspace: &Workspace, package: &str) -> Result<String, Failure> {
    let lock = Lock::read(workspace)?;
    version_of(&lock.0, package).map(str::to_owned).ok_or_else(|| Failure::Missing {
        what: format!("`{package}` in Cargo.lock"),
        remedy: "add it to the page's dependencies and run `cargo metadata` once".to_owned(),
    })
}

fn version_of<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::process;

    const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

    const LOCK: &str = "\
[[package]]
name = \"wasm-bindgen-futures\"
version = \"0.4.80\"

[[package]]
name = \"wasm-bindgen\"
version = \"0.2.130\"
source = \"registry\"
checksum = \"00ff\"
";

    #[test]
    fn a_package_with_a_longer_name_is_not_mistaken_for_another() {
        assert_eq!(version_of(LOCK, "wasm-bindgen"), Some("0.2.130"));
    }

    #[test]
    fn a_checksum_belongs_to_one_package_in_one_version() {
        let lock = Lock::from(LOCK);
        assert_eq!(lock.checksum("wasm-bindgen", "0.2.130"), Some("00ff"));
        assert_eq!(lock.checksum("wasm-bindgen", "0.2.129"), None);
        assert_eq!(lock.checksum("wasm-bindgen-futures", "0.4.80"), None);
    }

    #[test]
    fn a_package_has_name_version_and_source() {
        let lock = Lock::from(LOCK);
        let packages: Vec<_> = lock.packages().map(|it| (it.name, it.version, it.source)).collect();
        let expected =
            [("wasm-bindgen-futures", "0.4.80", None), ("wasm-bindgen", "0.2.130", Some("registry"))];
        assert_eq!(packages, expected);
    }

    /// A package from a path has no source, so those without one must be the workspace's.
    #[test]
    fn every_package_comes_from_crates_io_or_this_workspace() {
        let workspace = Workspace::find().unwrap();
        let mut metadata = workspace.cargo(&["metadata", "--no-deps", "--offline", "--format-version", "1"]);
        let metadata: Value = serde_json::from_str(&process::filter(&mut metadata, "").unwrap()).unwrap();
        let members = metadata["packages"].as_array().unwrap().iter();
        let members: BTreeSet<_> = members.map(|member| member["name"].as_str().unwrap()).collect();
        let lock = Lock::read(&workspace).unwrap();
        let foreign: Vec<_> = lock
            .packages()
            .filter(|package| match package.source {
                Some(source) => source != CRATES_IO,
                None => !members.contains(package.name),
            })
            .collect();
        assert!(foreign.is_empty(), "not from crates.io: {foreign:?}");
        assert!(lock.packages().count() > members.len(), "no package was read");
    }

    #[test]
    fn a_package_that_is_not_locked_has_no_version() {
        assert_eq!(version_of(LOCK, "leptos"), None);
    }
}
