//! Checks the spelling of code and documents, in US English: `typos`, from `PyPI`, in an environment of its own.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::process;
use crate::workspace::Workspace;

/// The version of typos. Its word lists grow, so another version may find more.
pub(crate) const TYPOS: &str = "1.52.0";

/// Checks the whole project by the rules in typos.toml. Installs typos first if it is missing.
pub(crate) fn check(workspace: &Workspace) -> Result<(), Failure> {
    let program = installed(workspace)?;
    process::run(workspace.command(program).args(["--format", "brief"]))
}

fn installed(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let folder = workspace.tools().join(format!("typos-{TYPOS}"));
    let program = folder.join("bin/typos");
    if !program.is_file() {
        println!("Installing typos {TYPOS} with pip: it checks the spelling (a few seconds).");
        let environment = process::run(workspace.command("python3").args(["-m", "venv"]).arg(&folder));
        environment.map_err(|failure| Failure::Missing {
            what: format!("a Python environment for typos ({failure})"),
            remedy: "install Python 3 with its venv module (python3-venv on Debian)".to_owned(),
        })?;
        let package = format!("typos=={TYPOS}");
        let pip = folder.join("bin/pip");
        process::run(workspace.command(pip).args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            &package,
        ]))?;
    }
    Ok(program)
}
