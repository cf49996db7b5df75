//! Installs what cargo and rustup can install: the wasm32 target, Trunk, and wasm-bindgen's command line.
//!
//! A tool that is already installed in the right version is used from where it is. Nothing is installed outside
//! rustup's folder and the project.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::{env, io, slice};

use crate::failure::Failure;
use crate::install::{self, BUILD_FOLDER};
use crate::tool::Tool;
use crate::workspace::{WASM_TARGET, Workspace};
use crate::{lockfile, process};

/// Folders that contain the tools.
#[derive(Debug, Default)]
pub(crate) struct Tools {
    folders: Vec<PathBuf>,
}

impl Tools {
    /// PATH with the tools first, so that Trunk finds them and downloads none.
    pub(crate) fn path(&self) -> Result<OsString, Failure> {
        let inherited = env::var_os("PATH").unwrap_or_default();
        let folders = self.folders.iter().cloned().chain(env::split_paths(&inherited));
        env::join_paths(folders).map_err(|cause| Failure::Missing {
            what: format!("a usable PATH ({cause})"),
            remedy: "move the project to a folder whose name has no PATH separator".to_owned(),
        })
    }
}

/// The `setup` command: installs what is missing and prints where the tools are.
pub(crate) fn announce(workspace: &Workspace) -> Result<(), Failure> {
    let tools = prepare(workspace)?;
    println!("Everything the build needs is here: the {WASM_TARGET} target, and the tools in");
    tools.folders.iter().for_each(|folder| println!("  {}", folder.display()));
    Ok(())
}

/// Finds everything the build needs and installs what is missing.
pub(crate) fn prepare(workspace: &Workspace) -> Result<Tools, Failure> {
    add_target(workspace)?;
    let version = lockfile::locked_version(workspace, "wasm-bindgen")?;
    complete(workspace, &[Tool::trunk(), Tool::wasm_bindgen(version)])
}

/// Path of geckodriver, which is installed if missing. Only the tests need it.
pub(crate) fn firefox_driver(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let tool = Tool::geckodriver();
    let tools = complete(workspace, slice::from_ref(&tool))?;
    let folder = tools.folders.first().ok_or_else(|| Failure::Missing {
        what: format!("{} {}", tool.package, tool.version),
        remedy: "install it with cargo".to_owned(),
    })?;
    Ok(folder.join(format!("geckodriver{}", env::consts::EXE_SUFFIX)))
}

/// Folder of cargo-mutants, which is installed if missing. Only mutation testing needs it.
pub(crate) fn mutation_tester(workspace: &Workspace) -> Result<Tools, Failure> {
    complete(workspace, &[Tool::mutants()])
}

/// Folder of cargo-deny, which is installed if missing. Only the audit needs it.
pub(crate) fn dependency_auditor(workspace: &Workspace) -> Result<Tools, Failure> {
    complete(workspace, &[Tool::deny()])
}

fn complete(workspace: &Workspace, wanted: &[Tool]) -> Result<Tools, Failure> {
    let mut found: Vec<_> = wanted.iter().map(|tool| tool.find(workspace)).collect();
    if found.iter().any(Option::is_none) {
        found = install_missing(workspace, wanted)?;
    }
    Ok(Tools { folders: found.into_iter().flatten().collect() })
}

/// Adds the page's target to the toolchain if it is missing.
pub(crate) fn add_target(workspace: &Workspace) -> Result<(), Failure> {
    if has_target(workspace) {
        return Ok(());
    }
    println!("Installing the {WASM_TARGET} target: the page is compiled for it (a few seconds).");
    process::run(workspace.command("rustup").args(["target", "add", WASM_TARGET])).map_err(|failure| {
        Failure::Missing {
            what: format!("the {WASM_TARGET} target ({failure})"),
            remedy: "add it to the Rust toolchain that rust-toolchain.toml names".to_owned(),
        }
    })
}

/// Asks the compiler instead of rustup because a toolchain may come from elsewhere.
fn has_target(workspace: &Workspace) -> bool {
    let mut command = workspace.command("rustc");
    command.args(["--print", "target-libdir", "--target", WASM_TARGET]);
    process::answer(&mut command).is_some_and(|folder| Path::new(folder.trim()).is_dir())
}

/// Installs under a file lock: two commands on a fresh machine would otherwise build the same tool twice
/// and delete each other's folders.
fn install_missing(workspace: &Workspace, wanted: &[Tool]) -> Result<Vec<Option<PathBuf>>, Failure> {
    let _lock = lock(&workspace.tools())?;
    for tool in wanted {
        if tool.find(workspace).is_none() {
            install::install(workspace, tool)?;
        }
    }
    remove_build_folder(&workspace.tools().join(BUILD_FOLDER))?;
    Ok(wanted.iter().map(|tool| tool.find(workspace)).collect())
}

fn lock(folder: &Path) -> Result<File, Failure> {
    fs::create_dir_all(folder).map_err(Failure::file("create", folder))?;
    let path = folder.join("lock");
    let file = File::create(&path).map_err(Failure::file("create", &path))?;
    file.lock().map_err(Failure::file("lock", &path))?;
    Ok(file)
}

fn remove_build_folder(folder: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            Err(Failure::File { doing: "remove", path: folder.to_owned(), cause })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tools_come_first_on_path() {
        let tools = Tools { folders: vec![PathBuf::from("first"), PathBuf::from("second")] };
        let path = tools.path().unwrap();
        let folders: Vec<_> = env::split_paths(&path).take(2).collect();
        assert_eq!(folders, [PathBuf::from("first"), PathBuf::from("second")]);
    }

    #[test]
    fn a_missing_build_folder_is_not_a_failure() {
        assert!(remove_build_folder(Path::new("no/such/folder")).is_ok());
    }
}
