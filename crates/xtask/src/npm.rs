//! Packs the element as an npm package: built files under the names in its package.json.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::process;
use crate::system_deps::SystemDep;
use crate::workspace::Workspace;

/// Where the package is assembled and packed.
const FOLDER: &str = "target/npm";

/// The packed file, named without its version so that its path stays the same.
const PACKED: &str = "pingone-mfa.tgz";

/// Prefixes of the release's files that are packed under their own names.
const KEPT: [&str; 4] = ["pingone-mfa-", "rest-", "widget-", "console-"];

/// Files of the release and their names in the package.
const RENAMED: [(&str, &str); 3] = [
    ("element.js", "element.js"),
    ("pingone-mfa-frame.js", "frame.js"),
    ("pingone-mfa-frame.d.ts", "frame.d.ts"),
];

/// Files of the repository and their names in the package.
const ADDED: [(&str, &str); 5] = [
    ("web/element.d.ts", "element.d.ts"),
    ("web/custom-elements.json", "custom-elements.json"),
    ("web/npm/README.md", "README.md"),
    ("LICENSE-APACHE", "LICENSE-APACHE"),
    ("LICENSE-MIT", "LICENSE-MIT"),
];

/// Packs the last release and returns the path of the package.
pub(crate) fn pack(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let folder = workspace.path(FOLDER);
    let package = folder.join("package");
    if package.exists() {
        fs::remove_dir_all(&package).map_err(Failure::file("remove", &package))?;
    }
    fs::create_dir_all(&package).map_err(Failure::file("create", &package))?;
    for (from, to) in files(workspace)? {
        fs::copy(&from, package.join(to)).map_err(Failure::file("copy", &from))?;
    }
    let manifest = workspace.path("web/npm/package.json");
    let text = fs::read_to_string(&manifest).map_err(Failure::file("read", &manifest))?;
    let text = versioned(&text, env!("CARGO_PKG_VERSION"))?;
    let written = package.join("package.json");
    fs::write(&written, text).map_err(Failure::file("write", &written))?;

    // npm is a script of Node.js; Node.js is checked first so that the message names what is missing.
    SystemDep::Node.path()?;
    let mut npm = workspace.command(SystemDep::Npm.path()?);
    npm.current_dir(&folder).args(["pack", "--silent", "--ignore-scripts", "./package"]);
    process::run(&mut npm)?;
    let named = folder.join(format!("pingone-mfa-{}.tgz", env!("CARGO_PKG_VERSION")));
    let packed = packed(workspace);
    fs::rename(&named, &packed).map_err(Failure::file("rename", &named))?;
    Ok(packed)
}

pub(crate) fn packed(workspace: &Workspace) -> PathBuf {
    workspace.path(FOLDER).join(PACKED)
}

/// The files of the package except package.json: source path and name in the package.
fn files(workspace: &Workspace) -> Result<Vec<(PathBuf, String)>, Failure> {
    let dist = workspace.dist();
    let mut files: Vec<_> =
        names(&dist)?.into_iter().filter(|name| is_kept(name)).map(|name| (dist.join(&name), name)).collect();
    files.extend(RENAMED.map(|(from, to)| (dist.join(from), to.to_owned())));
    files.extend(ADDED.map(|(from, to)| (workspace.path(from), to.to_owned())));
    Ok(files)
}

fn names(folder: &Path) -> Result<Vec<String>, Failure> {
    let entries = fs::read_dir(folder).map_err(Failure::file("list", folder))?;
    entries
        .map(|entry| {
            Ok(entry.map_err(Failure::file("list", folder))?.file_name().to_string_lossy().into_owned())
        })
        .collect()
}

/// Whether the element loads this file: its programs and style, uncompressed.
fn is_kept(name: &str) -> bool {
    let is_loaded = [".wasm", ".css"].iter().any(|ending| name.ends_with(ending));
    is_loaded && KEPT.iter().any(|start| name.starts_with(start))
}

/// What package.json has in place of the project's version.
const PLACEHOLDER: &str = r#""version": "0.0.0""#;

/// The package.json with the project's version. Nothing else is changed: of an export's conditions the first that is met
/// counts, so their order has a meaning.
fn versioned(text: &str, version: &str) -> Result<String, Failure> {
    let (before, after) = text.split_once(PLACEHOLDER).ok_or_else(|| Failure::Seal {
        file: "web/npm/package.json".to_owned(),
        problem: format!("it has to have {PLACEHOLDER}"),
    })?;
    Ok(format!(r#"{before}"version": "{version}"{after}"#))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn the_package_has_the_files_of_the_element_and_none_of_the_page() {
        for name in ["pingone-mfa-00ff.wasm", "rest-00ff.wasm", "widget-00ff.css", "console-00ff.css"] {
            assert!(is_kept(name), "{name}");
        }
        for name in [
            "boot-00ff.js",
            "tick-00ff.js",
            "page-00ff.css",
            "pingone-mfa-00ff.wasm.gz",
            "pingone-mfa-frame-00ff.js",
        ] {
            assert!(!is_kept(name), "{name}");
        }
    }

    #[test]
    fn the_package_has_the_project_s_version() {
        let text = versioned(include_str!("../../../web/npm/package.json"), "1.2.3").unwrap();
        let package: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(package["version"], "1.2.3");
        assert!(versioned("[]", "1.2.3").is_err());
    }

    #[test]
    fn the_types_of_an_export_come_before_its_default() {
        let text = versioned(include_str!("../../../web/npm/package.json"), "1.2.3").unwrap();
        for export in text.lines().filter(|line| line.contains("\"default\"")) {
            assert!(export.find("\"types\"") < export.find("\"default\""), "{export}");
            assert!(export.contains("\"types\""), "{export}");
        }
    }

    #[test]
    fn every_file_named_in_package_json_is_packed() {
        let text = include_str!("../../../web/npm/package.json");
        let package: Value = serde_json::from_str(text).unwrap();
        let added = RENAMED.iter().chain(&ADDED).map(|(_, name)| *name);
        let inside: Vec<_> = added.chain(["package.json"]).collect();
        let mut named: Vec<&Value> = vec![&package["types"], &package["customElements"]];
        for export in package["exports"].as_object().unwrap().values() {
            match export {
                Value::Object(conditions) => named.extend(conditions.values()),
                plain => named.push(plain),
            }
        }
        for name in named {
            let name = name.as_str().unwrap().trim_start_matches("./");
            assert!(inside.contains(&name), "{name}");
        }
    }
}
