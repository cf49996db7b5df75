//! The packages that come from npm: wasm-opt (binaryen) and terser for the release, axe-core for the end-to-end tests,
//! jQuery for the code that the page writes for it, Mozilla's Observatory for the headers, and what the page is
//! measured beside.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::failure::Failure;
use crate::process;
use crate::system_deps::SystemDep;
use crate::workspace::Workspace;

/// The HTTP client of most Python scripts.
const REQUESTS: &str = "2.32.5";

/// Installs what the release, its tests and the snippets need.
pub(crate) fn install(workspace: &Workspace) -> Result<(), Failure> {
    let reason = "binaryen, terser, esbuild, axe-core, jQuery and MDN's data with `npm ci`: three shrink the page, three check it";
    install_in(&workspace.path(""), workspace, reason)
}

/// Installs what scores the release's headers.
pub(crate) fn install_for_headers(workspace: &Workspace) -> Result<(), Failure> {
    let reason = "Mozilla's HTTP Observatory with `npm ci`: it scores the release's headers";
    install_in(&workspace.path("tests/observatory"), workspace, reason)
}

/// Installs what the page is measured beside.
pub(crate) fn install_for_bench(workspace: &Workspace) -> Result<(), Failure> {
    let reason = "AG Grid Community and Ping's login widget with `npm ci`: the page is measured beside them";
    install_in(&workspace.path("tests/bench"), workspace, reason)
}

/// A Python with `requests`, in an environment of its own, where that has not been made yet.
pub(crate) fn python_for_bench(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let folder = workspace.path("target/bench/python");
    let python = folder.join("bin/python");
    // pip puts it there together with requests.
    if !folder.join("bin/normalizer").exists() {
        println!(
            "Installing requests {REQUESTS} with pip: the page is measured beside a script (a few seconds)."
        );
        process::run(workspace.command("python3").args(["-m", "venv"]).arg(&folder))?;
        let requests = format!("requests=={REQUESTS}");
        process::run(workspace.command(&python).args(["-m", "pip", "install", "--quiet", &requests]))?;
    }
    Ok(python)
}

/// Installs what a folder's package-lock.json says, where that has not been done since it last changed.
fn install_in(folder: &Path, workspace: &Workspace, reason: &str) -> Result<(), Failure> {
    let lock = folder.join("package-lock.json");
    let installed = folder.join("node_modules/.package-lock.json");
    if is_newer(&installed, &lock).map_err(Failure::file("look at", &lock))? {
        return Ok(());
    }
    // npm is a script of Node.js; asked for first, so that the message names what is missing.
    SystemDep::Node.path()?;
    println!("Installing {reason} (a few seconds).");
    let mut npm = workspace.command(SystemDep::Npm.path()?);
    process::run(npm.current_dir(folder).args(["ci", "--ignore-scripts"]))
}

/// Where npm puts programs.
pub(crate) fn programs(workspace: &Workspace) -> PathBuf {
    workspace.path("node_modules/.bin")
}

/// Whether `left` exists and was written after `right`, which has to exist.
fn is_newer(left: &Path, right: &Path) -> io::Result<bool> {
    let right = fs::metadata(right)?.modified()?;
    match fs::metadata(left) {
        Ok(left) => Ok(left.modified()? >= right),
        Err(_) => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::time::{Duration, UNIX_EPOCH};

    fn file(name: &str, age: u64) -> PathBuf {
        let path = std::env::temp_dir().join(format!("xtask-packages-{}-{name}", std::process::id()));
        let file = File::create(&path).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(1_000_000 - age)).unwrap();
        path
    }

    #[test]
    fn an_installation_is_repeated_when_the_lock_file_is_younger_or_nothing_was_installed() {
        let (old, young) = (file("old", 100), file("young", 1));
        assert!(is_newer(&young, &old).unwrap());
        assert!(!is_newer(&old, &young).unwrap());
        assert!(!is_newer(Path::new("no/such/file"), &old).unwrap());
        assert!(is_newer(&young, Path::new("no/such/file")).is_err());
        fs::remove_file(old).unwrap();
        fs::remove_file(young).unwrap();
    }
}
