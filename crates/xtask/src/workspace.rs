//! Paths of the project that more than one command uses.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;

/// The compiler's name for the page's target.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The root folder of the workspace.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// Finds the root at run time from cargo's environment, so that no path is compiled in.
    pub(crate) fn find() -> Result<Self, Failure> {
        let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = package.as_deref().and_then(Path::parent).and_then(Path::parent);
        match root {
            Some(root) => Ok(Self { root: root.to_owned() }),
            None => Err(Failure::Missing {
                what: "cargo's CARGO_MANIFEST_DIR".to_owned(),
                remedy: "run this program as `cargo xtask <command>`".to_owned(),
            }),
        }
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Folder of the built page.
    pub(crate) fn dist(&self) -> PathBuf {
        self.path("dist")
    }

    pub(crate) fn target(&self) -> PathBuf {
        self.root.join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
    }

    /// Folder of the tools that `setup` installs; inside the project.
    pub(crate) fn tools(&self) -> PathBuf {
        self.path(".tools")
    }

    /// A command that runs in the root folder.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// The cargo that started this program, run in the root folder.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = self.command(program);
        command.args(arguments);
        command
    }
}
