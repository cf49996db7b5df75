//! The `snippets` command: runs the code that the page generates, in every language that can be installed.

use std::process::Command;

use crate::failure::Failure;
use crate::system_deps::{self, SystemDep};
use crate::workspace::Workspace;
use crate::{packages, process};

/// Debian's packages of the languages. Debian has no `PowerShell`, and Swift only in newer releases: both are used
/// if installed, and otherwise the code is only checked by a grammar.
const LANGUAGES: [&str; 11] = [
    "curl",
    "default-jdk-headless",
    "golang-go",
    "jq",
    "libmono-system-net-http4.0-cil",
    "mono-mcs",
    "mono-runtime",
    "php-cli",
    "php-curl",
    "python3",
    "ruby",
];

/// Programs from elsewhere: a browser for jQuery, Node.js, and npm for jQuery itself.
const NEEDS: [SystemDep; 3] = [SystemDep::Chromium, SystemDep::Node, SystemDep::Npm];

pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    system_deps::complete(&NEEDS)?;
    system_deps::have_packages(&LANGUAGES, "the code that the page writes is run in them")?;
    packages::install(workspace)?;
    let mut command = prover(workspace);
    command.env("CHROMIUM", SystemDep::Chromium.path()?);
    process::run(&mut command)
}

fn prover(workspace: &Workspace) -> Command {
    workspace.cargo(&["run", "--quiet", "-p", "pingone-mfa-snippets"])
}
