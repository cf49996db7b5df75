//! The pinned tools: those from crates.io are moved, the others are named with the reason why they aren't.

use std::fs;

use semver::{Version, VersionReq};

use super::pins;
use super::table::Row;
use crate::failure::Failure;
use crate::lockfile::Lock;
use crate::packages::REQUESTS;
use crate::process;
use crate::spelling::TYPOS;
use crate::tool::Tool;
use crate::workspace::Workspace;

/// The file with the constants of the tools' versions.
const FILE: &str = "crates/xtask/src/tool.rs";

/// What `cargo info` says of the newest version in a range.
#[derive(Debug, PartialEq, Eq)]
struct Info {
    version: String,
    /// The newest version of all.
    latest: Option<String>,
    /// The oldest compiler it is built with, if it says so.
    rust: Option<String>,
}

/// The tools that are moved, with the constants of their versions.
fn movable() -> [(&'static str, Tool); 3] {
    [("GECKODRIVER", Tool::geckodriver()), ("MUTANTS", Tool::mutants()), ("DENY", Tool::deny())]
}

/// Moves the tools, and returns a row for each. `before` is the lock file before the libraries moved.
pub(super) fn update(workspace: &Workspace, before: &Lock) -> Result<Vec<Row>, Failure> {
    let compiler = compiler(workspace)?;
    let path = workspace.path(FILE);
    let mut code = fs::read_to_string(&path).map_err(Failure::file("read", &path))?;
    let mut rows = held(&compiler);
    rows.push(command_line(before, &Lock::read(workspace)?));
    for (constant, tool) in movable() {
        let found = info(workspace, tool.package, &range(&tool.version));
        let (to, reason) = choose(&tool.version, found, &compiler);
        code = code.replace(&line(constant, &tool.version), &line(constant, &to));
        rows.push(Row::new(tool.package, &tool.version, &to, reason));
    }
    fs::write(&path, code).map_err(Failure::file("write", &path))?;
    Ok(rows)
}

/// Why wasm-bindgen can't move to the locked version: the command line of the same version can't be installed.
pub(super) fn missing_wasm_bindgen(workspace: &Workspace, lock: &Lock) -> Result<Option<String>, Failure> {
    let compiler = compiler(workspace)?;
    let Some(version) = library(lock) else { return Ok(None) };
    let found = info(workspace, "wasm-bindgen-cli", version);
    Ok(unusable(version, found.as_ref(), &compiler).map(|reason| format!("wasm-bindgen-cli {reason}")))
}

fn unusable(version: &str, found: Option<&Info>, compiler: &Version) -> Option<String> {
    match found.filter(|info| info.version == version) {
        Some(info) => needs_newer_compiler(info, compiler),
        None => Some(format!("{version} isn't on crates.io")),
    }
}

/// Pins that are moved by hand.
fn held(compiler: &Version) -> Vec<Row> {
    let pins = [
        ("rustc", compiler.to_string(), "rust-toolchain.toml: another compiler is a change of its own"),
        ("trunk", Tool::trunk().version, "the newest that Rust 1.95 can build; Trunk.toml is written for it"),
        ("typos", TYPOS.to_owned(), "from PyPI, where this command doesn't look"),
        ("requests", REQUESTS.to_owned(), "from PyPI, where this command doesn't look"),
        ("package.json", "-".to_owned(), "npm packages, which this command doesn't look up"),
    ];
    pins.map(|(name, version, reason)| Row::new(name, &version, &version, Some(reason.to_owned()))).into()
}

/// The command line that is installed in the version of its library.
fn command_line(before: &Lock, after: &Lock) -> Row {
    let reason = "always the version of wasm-bindgen in Cargo.lock";
    let [from, to] = [before, after].map(|lock| library(lock).unwrap_or_default());
    Row::new("wasm-bindgen-cli", from, to, Some(reason.to_owned()))
}

fn library(lock: &Lock) -> Option<&str> {
    lock.packages().find(|package| package.name == "wasm-bindgen").map(|package| package.version)
}

/// The version to pin, and why it isn't the newest.
fn choose(from: &str, found: Option<Info>, compiler: &Version) -> (String, Option<String>) {
    let stay = |reason: Option<String>| (from.to_owned(), reason);
    let Some(info) = found else {
        return stay(Some("`cargo info` failed".to_owned()));
    };
    if !pins::is_compatible(&info.version, from) {
        return stay(Some(format!("{} isn't compatible, or a prerelease", info.version)));
    }
    if let Some(reason) = needs_newer_compiler(&info, compiler) {
        return stay(Some(reason));
    }
    (info.version, info.latest.map(|latest| format!("{latest} isn't compatible, or needs a newer compiler")))
}

fn needs_newer_compiler(info: &Info, compiler: &Version) -> Option<String> {
    let rust = info.rust.as_deref()?;
    let builds = VersionReq::parse(&format!(">={rust}")).is_ok_and(|range| range.matches(compiler));
    (!builds).then(|| format!("{} requires Rust {rust}", info.version))
}

/// The part of a version that all compatible versions share, as `cargo info` takes it.
fn range(version: &str) -> String {
    let mut numbers = version.split('.');
    match (numbers.next(), numbers.next()) {
        (Some("0"), Some("0")) | (None, _) | (_, None) => version.to_owned(),
        (Some("0"), Some(minor)) => format!("0.{minor}"),
        (Some(major), _) => major.to_owned(),
    }
}

fn info(workspace: &Workspace, package: &str, range: &str) -> Option<Info> {
    let mut command = workspace.cargo(&["info", "--color", "never", &format!("{package}@{range}")]);
    parse(&process::answer(&mut command)?)
}

/// Parses the lines `version: 0.21.14 (latest 0.22.1)` and `rust-version: 1.81.0`.
fn parse(answer: &str) -> Option<Info> {
    let value = |key: &str| answer.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let mut versions = value("version: ")?.split([' ', '(', ')']).filter(|word| !word.is_empty());
    let version = versions.next()?.to_owned();
    let latest = versions.nth(1).map(str::to_owned);
    let rust = value("rust-version: ").filter(|rust| *rust != "unknown").map(str::to_owned);
    Some(Info { version, latest, rust })
}

fn compiler(workspace: &Workspace) -> Result<Version, Failure> {
    let answer = process::filter(workspace.command("rustc").arg("--version"), "")?;
    let version = answer.split_whitespace().nth(1).and_then(|word| Version::parse(word).ok());
    version.ok_or_else(|| Failure::Missing {
        what: "the compiler's version in `rustc --version`".to_owned(),
        remedy: "see what the command prints".to_owned(),
    })
}

/// How a version stands in the code.
fn line(constant: &str, version: &str) -> String {
    format!("const {constant}: &str = \"{version}\";")
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUST: Version = Version::new(1, 95, 0);

    fn found(version: &str, rust: Option<&str>) -> Info {
        Info { version: version.to_owned(), latest: None, rust: rust.map(str::to_owned) }
    }

    #[test]
    fn the_answer_of_cargo_has_versions_and_compiler() {
        let answer =
            "trunk #wasm\nBuild it\nversion: 0.21.14 (latest 0.22.1)\nlicense: MIT\nrust-version: 1.81.0\n";
        let expected = Info {
            version: "0.21.14".to_owned(),
            latest: Some("0.22.1".to_owned()),
            rust: Some("1.81.0".to_owned()),
        };
        assert_eq!(parse(answer), Some(expected));
        let answer = "version: 0.37.1\nrust-version: unknown\n";
        assert_eq!(parse(answer), Some(found("0.37.1", None)));
        assert_eq!(parse("error: could not find it"), None);
    }

    #[test]
    fn a_tool_moves_to_a_newer_compatible_version() {
        assert_eq!(choose("0.37.0", Some(found("0.37.1", Some("1.86"))), &RUST), ("0.37.1".to_owned(), None));
        assert_eq!(choose("0.37.1", Some(found("0.37.1", None)), &RUST), ("0.37.1".to_owned(), None));
    }

    #[test]
    fn a_tool_stays_if_the_newer_version_is_no_use_here() {
        for (info, reason) in [
            (Some(found("0.38.0", None)), "0.38.0 isn't compatible"),
            (Some(found("0.37.2-beta.1", None)), "prerelease"),
            (Some(found("0.37.2", Some("1.96.1"))), "0.37.2 requires Rust 1.96.1"),
            (None, "`cargo info` failed"),
        ] {
            let (version, why) = choose("0.37.1", info, &RUST);
            assert_eq!(version, "0.37.1");
            assert!(why.as_deref().is_some_and(|why| why.contains(reason)), "{why:?}");
        }
    }

    #[test]
    fn wasm_bindgen_moves_only_with_its_command_line() {
        let reason = |info: Option<Info>| unusable("0.2.131", info.as_ref(), &RUST);
        assert_eq!(reason(Some(found("0.2.131", Some("1.86")))), None);
        assert_eq!(reason(None).as_deref(), Some("0.2.131 isn't on crates.io"));
        assert_eq!(reason(Some(found("0.2.130", None))).as_deref(), Some("0.2.131 isn't on crates.io"));
        assert_eq!(
            reason(Some(found("0.2.131", Some("1.97")))).as_deref(),
            Some("0.2.131 requires Rust 1.97")
        );
    }

    #[test]
    fn the_command_line_moves_with_its_library() {
        let lock = |version| {
            Lock::from(format!("[[package]]\nname = \"wasm-bindgen\"\nversion = \"{version}\"\n").as_str())
        };
        let reason = "always the version of wasm-bindgen in Cargo.lock".to_owned();
        let expected = Row::new("wasm-bindgen-cli", "0.2.129", "0.2.130", Some(reason));
        assert_eq!(command_line(&lock("0.2.129"), &lock("0.2.130")), expected);
    }

    #[test]
    fn compatible_versions_share_their_first_number_that_is_not_zero() {
        assert_eq!(["27.1.0", "0.37.1", "0.0.3"].map(range), ["27", "0.37", "0.0.3"]);
    }

    #[test]
    fn the_versions_of_the_tools_are_found_in_the_code() {
        let workspace = Workspace::find().unwrap();
        let code = fs::read_to_string(workspace.path(FILE)).unwrap();
        for (constant, tool) in movable() {
            assert!(code.contains(&line(constant, &tool.version)), "{constant}");
        }
    }
}
