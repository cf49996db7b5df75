//! Tools that cargo can install: what they are for, and where to find a usable copy.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::process;
use crate::workspace::Workspace;

/// The Trunk version that Trunk.toml is written for; the newest that Rust 1.95 can build.
const TRUNK: &str = "0.21.14";

/// The geckodriver version that works with Debian's Firefox ESR and newer ones.
const GECKODRIVER: &str = "0.37.1";

/// The cargo-mutants version whose options `mutants` uses.
const MUTANTS: &str = "27.1.0";

/// The cargo-deny version that deny.toml is written for.
const DENY: &str = "0.20.2";

/// A package from crates.io and its programs.
#[derive(Debug)]
pub(crate) struct Tool {
    pub(crate) package: &'static str,
    pub(crate) version: String,
    /// Why the project needs it; printed when it is installed.
    pub(crate) reason: &'static str,
    /// How long building it takes on two cores; printed when it is installed.
    pub(crate) build_time: &'static str,
    /// The CPU-bound dependencies, which are optimized; the rest mostly waits for files and other programs.
    pub(crate) cpu_bound: &'static [&'static str],
    programs: &'static [&'static str],
    /// Arguments that make each program print its version.
    version_flags: &'static [&'static str],
}

impl Tool {
    pub(crate) fn trunk() -> Self {
        Self {
            package: "trunk",
            version: TRUNK.to_owned(),
            reason: "it turns the crate and index.html into the page",
            build_time: "4 minutes",
            cpu_bound: &[],
            programs: &["trunk"],
            version_flags: &["--version"],
        }
    }

    /// The command line that matches the library of the same version.
    pub(crate) fn wasm_bindgen(version: String) -> Self {
        Self {
            package: "wasm-bindgen-cli",
            version,
            reason: "it writes the JavaScript beside the wasm, and runs the tests in a browser",
            build_time: "2 minutes",
            // Otherwise building the page takes nine seconds longer after every change.
            cpu_bound: &["wasm-bindgen-cli-support", "walrus", "wasmparser", "wasm-encoder"],
            programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
            version_flags: &["--version"],
        }
    }

    /// Drives Firefox in the tests.
    pub(crate) fn geckodriver() -> Self {
        Self {
            package: "geckodriver",
            version: GECKODRIVER.to_owned(),
            reason: "it drives Firefox in the tests",
            build_time: "2 minutes",
            cpu_bound: &[],
            programs: &["geckodriver"],
            version_flags: &["--version"],
        }
    }

    /// Used by `soak --mutants`.
    pub(crate) fn mutants() -> Self {
        Self {
            package: "cargo-mutants",
            version: MUTANTS.to_owned(),
            reason: "it changes the code in small ways, to see which change no test notices",
            build_time: "2 minutes",
            cpu_bound: &[],
            programs: &["cargo-mutants"],
            version_flags: &["mutants", "--version"],
        }
    }

    /// Used by `audit`.
    pub(crate) fn deny() -> Self {
        Self {
            package: "cargo-deny",
            version: DENY.to_owned(),
            reason: "it checks the dependencies by the rules in deny.toml",
            build_time: "2 minutes",
            cpu_bound: &[],
            programs: &["cargo-deny"],
            version_flags: &["--version"],
        }
    }

    /// The folder for `cargo install --root`; named by version, so that versions never mix.
    pub(crate) fn root(&self, workspace: &Workspace) -> PathBuf {
        workspace.tools().join(format!("{}-{}", self.package, self.version))
    }

    /// A folder that has the programs in the right version: on PATH, or the project's own.
    pub(crate) fn find(&self, workspace: &Workspace) -> Option<PathBuf> {
        let path = env::var_os("PATH").unwrap_or_default();
        let own = self.root(workspace).join("bin");
        env::split_paths(&path).chain([own]).find(|folder| self.is_in(folder))
    }

    /// Whether the folder has all programs and each reports the right version.
    pub(crate) fn is_in(&self, folder: &Path) -> bool {
        self.programs.iter().all(|program| {
            let file = folder.join(format!("{program}{}", env::consts::EXE_SUFFIX));
            // Checked first, because trying to start a missing program is slow if PATH is long.
            fs::metadata(&file).is_ok_and(|found| found.is_file())
                && process::answer(Command::new(file).args(self.version_flags))
                    .is_some_and(|output| contains_version(&output, &self.version))
        })
    }
}

/// Whether output such as `trunk 0.21.14` or `wasm-bindgen 0.2.130 (27c7a4d06)` contains the version.
fn contains_version(output: &str, version: &str) -> bool {
    output.split_whitespace().any(|word| word.strip_prefix('v').unwrap_or(word) == version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_compared_as_a_whole() {
        assert!(contains_version("trunk 0.21.14\n", "0.21.14"));
        assert!(contains_version("wasm-bindgen 0.2.130 (27c7a4d06)", "0.2.130"));
        assert!(!contains_version("wasm-bindgen 0.2.130", "0.2.13"));
    }

    #[test]
    fn a_folder_without_the_program_does_not_hold_the_tool() {
        assert!(!Tool::trunk().is_in(Path::new("no/such/folder")));
    }
}
