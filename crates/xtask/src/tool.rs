//! A tool that cargo can install: what it is for, and where a usable copy of it lies.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::process;
use crate::workspace::Workspace;

/// The Trunk that Trunk.toml is written for; the newest that Rust 1.95 can build.
const TRUNK: &str = "0.21.14";

/// The geckodriver that drives Debian's Firefox ESR and newer ones.
const GECKODRIVER: &str = "0.37.1";

/// The cargo-mutants whose options `mutants` writes.
const MUTANTS: &str = "27.1.0";

/// One package from crates.io with the programs it brings.
#[derive(Debug)]
pub(crate) struct Tool {
    pub(crate) package: &'static str,
    pub(crate) version: String,
    /// Why the project needs it, for the announcement.
    pub(crate) reason: &'static str,
    /// How long building it takes on two cores, for the announcement.
    pub(crate) patience: &'static str,
    /// The parts of it that do its work, and are optimised: the rest waits for files and other programs.
    pub(crate) busy: &'static [&'static str],
    programs: &'static [&'static str],
    /// What makes each of them say its version.
    version_flags: &'static [&'static str],
}

impl Tool {
    pub(crate) fn trunk() -> Self {
        Self {
            package: "trunk",
            version: TRUNK.to_owned(),
            reason: "it turns the crate and index.html into the page",
            patience: "4 minutes",
            busy: &[],
            programs: &["trunk"],
            version_flags: &["--version"],
        }
    }

    /// The command line that goes with the library of the same version.
    pub(crate) fn wasm_bindgen(version: String) -> Self {
        Self {
            package: "wasm-bindgen-cli",
            version,
            reason: "it writes the JavaScript beside the wasm, and runs the tests in a browser",
            patience: "2 minutes",
            // Without it the page takes nine seconds more after every change.
            busy: &["wasm-bindgen-cli-support", "walrus", "wasmparser", "wasm-encoder"],
            programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
            version_flags: &["--version"],
        }
    }

    /// What drives Firefox in the tests.
    pub(crate) fn geckodriver() -> Self {
        Self {
            package: "geckodriver",
            version: GECKODRIVER.to_owned(),
            reason: "it drives Firefox in the tests",
            patience: "2 minutes",
            busy: &[],
            programs: &["geckodriver"],
            version_flags: &["--version"],
        }
    }

    /// What `soak --mutants` runs.
    pub(crate) fn mutants() -> Self {
        Self {
            package: "cargo-mutants",
            version: MUTANTS.to_owned(),
            reason: "it changes the code in small ways, to see which change no test notices",
            patience: "2 minutes",
            busy: &[],
            programs: &["cargo-mutants"],
            version_flags: &["mutants", "--version"],
        }
    }

    /// The folder that is given to `cargo install --root`; named by version, so that a new version
    /// never meets an old one.
    pub(crate) fn root(&self, workspace: &Workspace) -> PathBuf {
        workspace.tools().join(format!("{}-{}", self.package, self.version))
    }

    /// The folder with the programs in the right version: one of PATH, or the project's own.
    pub(crate) fn find(&self, workspace: &Workspace) -> Option<PathBuf> {
        let path = env::var_os("PATH").unwrap_or_default();
        let own = self.root(workspace).join("bin");
        env::split_paths(&path).chain([own]).find(|folder| self.is_in(folder))
    }

    /// Whether all programs are there and call themselves the right version.
    pub(crate) fn is_in(&self, folder: &Path) -> bool {
        self.programs.iter().all(|program| {
            let file = folder.join(format!("{program}{}", env::consts::EXE_SUFFIX));
            // Looked for first, because starting what is not there is slow in a long PATH.
            fs::metadata(&file).is_ok_and(|found| found.is_file())
                && process::answer(Command::new(file).args(self.version_flags))
                    .is_some_and(|said| names_version(&said, &self.version))
        })
    }
}

/// Reads `trunk 0.21.14` and `wasm-bindgen 0.2.130 (27c7a4d06)`.
fn names_version(said: &str, version: &str) -> bool {
    said.split_whitespace().any(|word| word.strip_prefix('v').unwrap_or(word) == version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_compared_as_a_whole() {
        assert!(names_version("trunk 0.21.14\n", "0.21.14"));
        assert!(names_version("wasm-bindgen 0.2.130 (27c7a4d06)", "0.2.130"));
        assert!(!names_version("wasm-bindgen 0.2.130", "0.2.13"));
    }

    #[test]
    fn a_folder_without_the_program_does_not_hold_the_tool() {
        assert!(!Tool::trunk().is_in(Path::new("no/such/folder")));
    }
}
