//! The page to work on: rebuilt and reloaded at every change, beside a sandbox that answers like PingOne.

use std::process::{Child, Command};

use crate::command::Demo;
use crate::failure::Failure;
use crate::setup::{self, Tools};
use crate::workspace::Workspace;
use crate::{demo, page, process};

/// Where the page is, as in the demo.
const PORT: &str = "4000";

/// Trunk's files, so that a release in dist/ stays what it is.
const FOLDER: &str = "target/dev";

/// A program that ends with this one.
struct Beside(Child);

impl Drop for Beside {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The `dev` command: serves the page and the sandbox until it is stopped.
pub(crate) fn run(workspace: &Workspace, options: &Demo) -> Result<(), Failure> {
    let tools = setup::prepare(workspace)?;
    process::run(&mut workspace.cargo(&["fetch", "--quiet"]))?;
    println!("Building the sandbox.");
    process::run(&mut workspace.cargo(&["build", "-p", "pingone-sandbox"]))?;
    let mut sandbox = demo::server(workspace);
    sandbox.args(demo::users(options)).args(&options.rest);
    let _sandbox = Beside(process::begin(&mut sandbox)?);
    println!("Building the page. It is at http://127.0.0.1:{PORT}/ then, and reloads at every change.");
    process::run(&mut serve(workspace, &tools, options.open)?)
}

/// Trunk as anyone would start it, with the tools first on PATH.
fn serve(workspace: &Workspace, tools: &Tools, opens: bool) -> Result<Command, Failure> {
    let mut command = workspace.command("trunk");
    page::forget_callers_wishes(&mut command);
    command.args(["serve", "--offline", "--skip-version-check", "--port", PORT, "--dist", FOLDER]);
    if opens {
        command.arg("--open");
    }
    command.env("PATH", tools.path()?);
    Ok(command)
}
