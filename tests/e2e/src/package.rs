//! Installs the npm package into a copy of one of the examples.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::host::copy;
use crate::world::World;

/// Path of the package that the examples refer to, relative to the project's root.
const PACKED: &str = "target/npm/pingone-mfa.tgz";

/// A copy of an example with the packed element beside it.
pub struct Installed {
    folder: PathBuf,
}

impl Installed {
    /// Copies an example (`examples/…`) and the package (`PINGONE_MFA_PACKAGE`, by default the output of `cargo xtask
    /// dist --npm`) so that the example finds the package.
    #[must_use]
    pub fn of(world: &World, example: &str) -> Self {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let packed =
            std::env::var_os("PINGONE_MFA_PACKAGE").map_or_else(|| project.join(PACKED), PathBuf::from);
        let beside = world.folder().join(PACKED);
        std::fs::create_dir_all(beside.parent().expect("a folder")).expect("a folder");
        std::fs::copy(&packed, &beside).unwrap_or_else(|error| {
            panic!("no package at {}: {error}. Run cargo xtask dist --npm.", packed.display())
        });
        let folder = world.folder().join("examples").join(example);
        copy(&project.join("examples").join(example), &folder);
        Self { folder }
    }

    /// Path of a folder inside the copied example.
    #[must_use]
    pub fn folder(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Changes the policy of the page in a folder so that it may connect to the sandbox instead of PingOne.
    pub fn permit(&self, folder: &Path, origin: &str) {
        let headers = folder.join("_headers");
        let text = std::fs::read_to_string(&headers).expect("the example has headers");
        assert!(text.contains("https://api.pingone.com"), "{text}");
        std::fs::write(headers, text.replace("https://api.pingone.com", origin)).expect("a file");
    }

    /// Runs a module with Node.js (`NODE`, by default the one on PATH) in a folder of the
    /// example, and returns its output.
    pub fn node(&self, folder: &Path, module: &str) -> String {
        let node = std::env::var_os("NODE").unwrap_or_else(|| OsString::from("node"));
        let arguments = ["--input-type=module", "--eval", module];
        let output = Command::new(node).args(arguments).current_dir(folder).output().expect("Node.js starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && said.is_empty(), "{module}: {said}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs npm (`NPM`, by default the one on PATH) in the example.
    pub fn npm(&self, arguments: &[&str]) {
        let npm = std::env::var_os("NPM").unwrap_or_else(|| OsString::from("npm"));
        let output =
            Command::new(npm).args(arguments).current_dir(&self.folder).output().expect("npm starts");
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "npm {arguments:?}: {}", String::from_utf8_lossy(&said));
    }
}
