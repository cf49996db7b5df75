//! Installs the npm packages, and a Python environment for the measurements.
//!
//! From npm come wasm-opt (binaryen) and terser for the release, axe-core for the end-to-end tests,
//! jQuery for the code that the page generates for it, Mozilla's Observatory for the headers, and the
//! projects that the page is compared with.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::failure::Failure;
use crate::process;
use crate::system_deps::SystemDep;
use crate::workspace::Workspace;

/// Version of `requests`, the HTTP client of most Python scripts.
pub(crate) const REQUESTS: &str = "2.32.5";

/// Installs the packages for the release, its tests and the snippets.
pub(crate) fn install(workspace: &Workspace) -> Result<(), Failure> {
    let reason = "binaryen, terser, esbuild, axe-core, jQuery and MDN's data with `npm ci`: three shrink the page, three check it";
    install_in(&workspace.path(""), workspace, reason)
}

/// Installs the tool that scores the release's headers.
pub(crate) fn install_for_headers(workspace: &Workspace) -> Result<(), Failure> {
    let reason = "Mozilla's HTTP Observatory with `npm ci`: it scores the release's headers";
    install_in(&workspace.path("tests/observatory"), workspace, reason)
}

/// Installs the projects that the page is compared with.
pub(crate) fn install_for_bench(workspace: &Workspace) -> Result<(), Failure> {
    let reason = "AG Grid Community and Ping's login widget with `npm ci`: the page is measured beside them";
    install_in(&workspace.path("tests/bench"), workspace, reason)
}

/// Path of a Python with `requests`, in a virtual environment that is created on first use.
pub(crate) fn python_for_bench(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let folder = workspace.path("target/bench/python");
    let python = folder.join("bin/python");
    // pip installs this script together with requests.
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

/// Installs the packages of a folder's package-lock.json unless it is unchanged since the last installation.
fn install_in(folder: &Path, workspace: &Workspace, reason: &str) -> Result<(), Failure> {
    let lock = folder.join("package-lock.json");
    let installed = folder.join("node_modules/.package-lock.json");
    if is_newer(&installed, &lock).map_err(Failure::file("look at", &lock))? {
        return Ok(());
    }
    // npm is a script of Node.js; Node.js is checked first so that the message names what is missing.
    SystemDep::Node.path()?;
    println!("Installing {reason} (a few seconds).");
    let mut npm = workspace.command(SystemDep::Npm.path()?);
    process::run(npm.current_dir(folder).args(["ci", "--ignore-scripts"]))
}

/// Where npm puts executables.
pub(crate) fn programs(workspace: &Workspace) -> PathBuf {
    workspace.path("node_modules/.bin")
}

/// Whether `left` exists and was modified after `right`, which must exist.
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
    fn packages_are_reinstalled_if_missing_or_older_than_the_lock_file() {
        let (old, young) = (file("old", 100), file("young", 1));
        assert!(is_newer(&young, &old).unwrap());
        assert!(!is_newer(&old, &young).unwrap());
        assert!(!is_newer(Path::new("no/such/file"), &old).unwrap());
        assert!(is_newer(&young, Path::new("no/such/file")).is_err());
        fs::remove_file(old).unwrap();
        fs::remove_file(young).unwrap();
    }
}
