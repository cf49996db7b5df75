//! The software bill of materials: the crates in the program, in CycloneDX format.
//!
//! Cargo lists the crates compiled for the page's program with its features and target; crates that only run during
//! the build (macros, build scripts, tests) aren't included. The linker drops unused code, so the list may contain
//! crates that aren't in the final file. The file has no date or serial number, so that builds stay reproducible.

use serde_json::{Value, json};

use crate::edition::Edition;
use crate::failure::Failure;
use crate::lockfile::Lock;
use crate::process;
use crate::workspace::{WASM_TARGET, Workspace};

/// Name of the file in the release.
pub(crate) const FILE: &str = "sbom.cdx.json";

const PROGRAM: &str = "pingone-mfa";

/// A crate with its name, version and license.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    name: String,
    version: String,
    license: String,
}

/// The SBOM of the page's program, as the text of its file.
pub(crate) fn of_dependencies(workspace: &Workspace, edition: Edition) -> Result<String, Failure> {
    let tree = process::filter(&mut tree(workspace, edition), "")?;
    let compiler = process::filter(workspace.command("rustc").arg("--version"), "")?;
    let sbom = render(&parts(&tree), &compiler, &Lock::read(workspace)?);
    Ok(format!("{sbom:#}\n"))
}

fn tree(workspace: &Workspace, edition: Edition) -> std::process::Command {
    let mut command = workspace.cargo(&["tree", "--package", PROGRAM, "--target", WASM_TARGET]);
    command.args(["--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}|{l}|"]);
    command.args(["--locked", "--offline"]).args(edition.features());
    command
}

/// All crates, sorted by name and without duplicates.
fn parts(tree: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = tree.lines().filter_map(part).collect();
    parts.sort();
    parts.dedup();
    parts
}

fn part(line: &str) -> Option<Part> {
    let (package, rest) = line.split_once('|')?;
    let (license, _) = rest.split_once('|')?;
    let mut words = package.split_whitespace();
    let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
    // Some crates still use the slash from before SPDX expressions.
    Some(Part { name: name.to_owned(), version: version.to_owned(), license: license.replace('/', " OR ") })
}

fn render(parts: &[Part], compiler: &str, lock: &Lock) -> Value {
    let (program, libraries): (Vec<_>, Vec<_>) = parts.iter().partition(|part| part.name == PROGRAM);
    let mut components: Vec<Value> = libraries.into_iter().map(|part| library(part, lock)).collect();
    components.extend(compiler.split_whitespace().nth(1).map(standard_library));
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": program.first().map(|part| component("application", part, "cargo", None)) },
        "components": components,
    })
}

fn library(part: &Part, lock: &Lock) -> Value {
    component("library", part, "cargo", lock.checksum(&part.name, &part.version))
}

/// The standard library is linked into the program too, and comes with the compiler.
fn standard_library(version: &str) -> Value {
    let part = Part {
        name: "rust-std".to_owned(),
        version: version.to_owned(),
        license: "MIT OR Apache-2.0".to_owned(),
    };
    component("library", &part, "generic", None)
}

/// Crates of this workspace have no checksum because they aren't in a registry.
fn component(kind: &str, part: &Part, registry: &str, checksum: Option<&str>) -> Value {
    let address = format!("pkg:{registry}/{}@{}", part.name, part.version);
    let hashes: Vec<_> =
        checksum.into_iter().map(|content| json!({ "alg": "SHA-256", "content": content })).collect();
    json!({
        "type": kind,
        "bom-ref": address,
        "name": part.name,
        "version": part.version,
        "licenses": [{ "expression": part.license }],
        "purl": address,
        "hashes": hashes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "\
pingone-mfa v0.1.0 (/somewhere)|MIT OR Apache-2.0|
zeroize v1.8.2|Apache-2.0/MIT|
leptos v0.8.23|MIT|
zeroize v1.8.2|Apache-2.0/MIT| (*)
";

    const LOCK: &str = "\
[[package]]
name = \"leptos\"
version = \"0.8.23\"
checksum = \"abcd\"
";

    fn sbom() -> Value {
        render(&parts(TREE), "rustc 1.95.0 (f2d3 2026-03-21)", &Lock::from(LOCK))
    }

    #[test]
    fn each_crate_and_the_standard_library_are_listed_once() {
        let sbom = sbom();
        let names: Vec<_> = sbom["components"].as_array().unwrap().iter().map(|part| &part["name"]).collect();
        assert_eq!(names, ["leptos", "zeroize", "rust-std"]);
        assert_eq!(sbom["components"][2]["purl"], "pkg:generic/rust-std@1.95.0");
    }

    #[test]
    fn the_program_is_the_subject_of_the_sbom() {
        assert_eq!(sbom()["metadata"]["component"]["name"], "pingone-mfa");
        assert!(!sbom().to_string().contains("somewhere"), "must not contain a local path");
    }

    #[test]
    fn a_crate_has_its_purl_its_license_and_its_checksum() {
        let sbom = sbom();
        assert_eq!(sbom["components"][0]["purl"], "pkg:cargo/leptos@0.8.23");
        assert_eq!(sbom["components"][0]["hashes"][0]["content"], "abcd");
        assert_eq!(sbom["components"][1]["licenses"][0]["expression"], "Apache-2.0 OR MIT");
    }

    #[test]
    fn the_real_sbom_lists_linked_crates_and_no_build_or_test_dependencies() {
        let workspace = Workspace::find().unwrap();
        let sbom: Value =
            serde_json::from_str(&of_dependencies(&workspace, Edition::Product).unwrap()).unwrap();
        let components = sbom["components"].as_array().unwrap();
        let has = |name: &str| components.iter().any(|part| part["name"] == name);
        for name in
            ["leptos", "gloo-timers", "pingone", "pingone-mfa-core", "pingone-mfa-directory", "zeroize"]
        {
            assert!(has(name), "{name} is missing");
        }
        for name in ["leptos_macro", "serde_derive", "pingone-sandbox", "tokio", "thirtyfour", "brotli"] {
            assert!(!has(name), "{name} isn't in the program");
        }
        for part in components {
            let ours =
                ["pingone", "pingone-mfa-core", "pingone-mfa-directory", "pingone-user-page", "rust-std"];
            let ours = ours.contains(&part["name"].as_str().unwrap());
            assert!(ours || part["hashes"][0]["content"].is_string(), "{part}");
            assert_ne!(part["licenses"][0]["expression"], "", "{part}");
        }
    }
}
