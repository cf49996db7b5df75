//! The one question asked of Cargo.lock: which version of a package is locked.
//!
//! wasm-bindgen's command line refuses a module that another version of its library made, so the
//! lock file, and not this program, decides which one is installed.

use std::fs;

use crate::failure::Failure;
use crate::workspace::Workspace;

/// The version of `package` that the workspace builds with.
pub(crate) fn locked_version(workspace: &Workspace, package: &str) -> Result<String, Failure> {
    let path = workspace.path("Cargo.lock");
    let text = fs::read_to_string(&path).map_err(Failure::file("read", &path))?;
    version_of(&text, package).map(str::to_owned).ok_or_else(|| Failure::Missing {
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
    use super::*;

    const LOCK: &str = "\
[[package]]
name = \"wasm-bindgen-futures\"
version = \"0.4.80\"

[[package]]
name = \"wasm-bindgen\"
version = \"0.2.130\"
source = \"registry\"
";

    #[test]
    fn the_version_is_the_package_s_own_and_not_that_of_a_namesake() {
        assert_eq!(version_of(LOCK, "wasm-bindgen"), Some("0.2.130"));
    }

    #[test]
    fn a_package_that_is_not_locked_has_no_version() {
        assert_eq!(version_of(LOCK, "leptos"), None);
    }
}
