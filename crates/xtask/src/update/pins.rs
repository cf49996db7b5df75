//! Pinned versions in a manifest, and what cargo says of them.

use semver::{Version, VersionReq};

use crate::lockfile::Lock;

/// The pinned packages of a manifest, with their versions.
pub(super) fn all(manifest: &str) -> impl Iterator<Item = (&str, &str)> {
    manifest.lines().filter_map(pin)
}

/// Reads `uuid = "=1.29.3"` and `sha2 = { version = "=0.10.9", …`.
fn pin(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.split_once(" = ")?;
    let rest = rest.strip_prefix("{ version = ").unwrap_or(rest);
    let (version, _) = rest.strip_prefix("\"=")?.split_once('"')?;
    Some((name, version))
}

/// Replaces requirements; pins for which `requirement` returns none, and everything else, stay as they are.
pub(super) fn rewrite(manifest: &str, requirement: impl Fn(&str, &str) -> Option<String>) -> String {
    let rewritten = |line: &str| {
        let (name, version) = pin(line)?;
        let new = requirement(name, version)?;
        Some(line.replacen(&format!("\"={version}\""), &format!("\"{new}\""), 1))
    };
    manifest.split_inclusive('\n').map(|line| rewritten(line).unwrap_or_else(|| line.to_owned())).collect()
}

/// The version in the lock file that is compatible with the pinned one: it may have others beside it.
pub(super) fn locked<'a>(lock: &'a Lock, name: &str, pinned: &str) -> Option<&'a str> {
    let mut versions = lock.packages().filter(|package| package.name == name).map(|package| package.version);
    versions.find(|version| is_compatible(version, pinned))
}

/// Whether a version may replace the pinned one: it is the same or newer, semver-compatible, and no prerelease.
pub(super) fn is_compatible(version: &str, pinned: &str) -> bool {
    let range = VersionReq::parse(&format!("^{pinned}"));
    let version = Version::parse(version);
    range.is_ok_and(|range| version.is_ok_and(|version| range.matches(&version)))
}

/// Why cargo left a package behind its newest version, by its message
/// `Unchanged sha2 v0.10.9 (available: v0.11.1, requires Rust 1.99)`.
pub(super) fn left_behind(messages: &str, name: &str, version: &str) -> Option<String> {
    let start = format!("Unchanged {name} v{version} (available: v");
    let line = messages.lines().find_map(|line| line.trim_start().strip_prefix(&start))?;
    let available = line.trim_end().strip_suffix(')')?;
    Some(match available.split_once(", requires ") {
        Some((newer, compiler)) => format!("{newer} requires {compiler}"),
        None if is_compatible(available, version) => format!("another package doesn't allow {available}"),
        None => format!("{available} isn't compatible"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "\
[dependencies]
pingone = { path = \"crates/pingone\" }
sha2 = { version = \"=0.10.9\", default-features = false }
uuid.workspace = true
# A comment.
uuid = \"=1.29.3\"
";

    #[test]
    fn only_pins_are_read() {
        assert_eq!(all(MANIFEST).collect::<Vec<_>>(), [("sha2", "0.10.9"), ("uuid", "1.29.3")]);
    }

    #[test]
    fn only_the_requirement_of_a_pin_is_replaced() {
        let loose = rewrite(MANIFEST, |name, from| (name == "uuid").then(|| format!("^{from}")));
        assert_eq!(loose, MANIFEST.replace("\"=1.29.3\"", "\"^1.29.3\""));
        assert_eq!(rewrite(MANIFEST, |_, from| Some(format!("={from}"))), MANIFEST);
    }

    #[test]
    fn a_compatible_version_is_no_older_and_no_prerelease_and_breaks_nothing() {
        assert!(is_compatible("1.9.2", "1.8.2"));
        assert!(is_compatible("0.2.131", "0.2.130"));
        assert!(is_compatible("1.8.2", "1.8.2"));
        for version in ["2.0.0", "1.8.1", "1.9.0-beta.1", "not a version"] {
            assert!(!is_compatible(version, "1.8.2"), "{version}");
        }
        assert!(!is_compatible("0.3.0", "0.2.130"), "a minor version below 1 may break");
    }

    #[test]
    fn the_locked_version_is_the_one_compatible_with_the_pin() {
        let package = |version| format!("[[package]]\nname = \"base64\"\nversion = \"{version}\"\n\n");
        let lock = Lock::from(["0.23.1", "0.22.4"].map(package).concat().as_str());
        assert_eq!(locked(&lock, "base64", "0.22.1"), Some("0.22.4"));
        assert_eq!(locked(&lock, "uuid", "1.0.0"), None);
    }

    #[test]
    fn cargo_says_why_a_package_was_left_behind() {
        let messages = "\
   Unchanged sha2 v0.10.9 (available: v0.11.1)
   Unchanged csv v1.4.0 (available: v1.5.0, requires Rust 1.97)
   Unchanged matchit v0.8.4 (available: v0.8.6)
";
        let reason = |name, version| left_behind(messages, name, version);
        assert_eq!(reason("sha2", "0.10.9").as_deref(), Some("0.11.1 isn't compatible"));
        assert_eq!(reason("csv", "1.4.0").as_deref(), Some("1.5.0 requires Rust 1.97"));
        assert_eq!(reason("matchit", "0.8.4").as_deref(), Some("another package doesn't allow 0.8.6"));
        assert_eq!(reason("uuid", "1.29.3"), None);
    }
}
