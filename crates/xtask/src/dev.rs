//! The `dev` command: serves the page, rebuilt and reloaded at every change, and the
//! sandbox, which answers like PingOne.

use std::process::{Child, Command};

use crate::command::Demo;
use crate::failure::Failure;
use crate::setup::{self, Tools};
use crate::workspace::Workspace;
use crate::{demo, page, process};

/// The same port as in the demo.
const PORT: &str = "4000";

/// Output folder for Trunk, so that a release in dist/ isn't overwritten.
const FOLDER: &str = "target/dev";

/// A child process that is killed when this value is dropped.
struct ChildGuard(Child);

impl Drop for ChildGuard {
    fn drop(&mut self) {
        // The process may already have exited.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Serves the page and the sandbox until the command is stopped.
pub(crate) fn run(workspace: &Workspace, options: &Demo) -> Result<(), Failure> {
    let tools = setup::prepare(workspace)?;
    process::run(&mut workspace.cargo(&["fetch", "--quiet"]))?;
    println!("Building the sandbox.");
    process::run(&mut workspace.cargo(&["build", "-p", "pingone-sandbox"]))?;
    let mut sandbox = demo::server(workspace);
    sandbox.args(demo::users(options)).args(&options.rest);
    let _sandbox = ChildGuard(process::begin(&mut sandbox)?);
    println!("Building the page. It is at http://127.0.0.1:{PORT}/ then, and reloads at every change.");
    process::run(&mut serve(workspace, &tools, options.open)?)
}

/// `trunk serve` with the default configuration, with the installed tools first on PATH.
fn serve(workspace: &Workspace, tools: &Tools, open: bool) -> Result<Command, Failure> {
    let mut command = workspace.command("trunk");
    page::clear_trunk_variables(&mut command);
    command.args(["serve", "--offline", "--skip-version-check", "--port", PORT, "--dist", FOLDER]);
    if open {
        command.arg("--open");
    }
    command.env("PATH", tools.path()?);
    Ok(command)
}
