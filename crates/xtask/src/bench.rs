//! The `bench` commands: build what is measured and start the measurement program.
//!
//! Each measurement is a separate program because it needs a release build, and xtask itself is a debug build.

mod grounds;

use std::process::Command;

use crate::command::Bench;
use crate::edition::Edition;
use crate::failure::Failure;
use crate::system_deps::{self, SystemDep};
use crate::workspace::Workspace;
use crate::{packages, page, process, setup, size};

pub(crate) fn run(workspace: &Workspace, what: &Bench) -> Result<(), Failure> {
    match what {
        Bench::Sandbox => sandbox(workspace),
        Bench::Directory(options) => directory(workspace, options),
        Bench::Runs(options) => runs(workspace, options),
        Bench::Start(options) => start(workspace, options),
    }
}

fn start(workspace: &Workspace, options: &[String]) -> Result<(), Failure> {
    system_deps::complete(&system_deps::CHROMIUM)?;
    packages::install_for_bench(workspace)?;
    let tools = setup::prepare(workspace)?;
    page::release(workspace, &tools, Edition::Product)?;
    let visit = size::Visit::of(&workspace.dist())?;
    let mut command = measurement(workspace, &["start".to_owned()]);
    command.args(options);
    command.env("NGINX", SystemDep::Nginx.path()?);
    command.env("PINGONE_MFA_FIRST_VISIT", visit.first_gzip().to_string());
    command.env("PINGONE_MFA_EMPTY", grounds::empty(workspace, &tools)?);
    command.env("PINGONE_MFA_WIDGET", grounds::widget(workspace)?);
    browse(workspace, command)
}

fn sandbox(workspace: &Workspace) -> Result<(), Failure> {
    let arguments = ["run", "--quiet", "--release", "-p", "pingone-sandbox", "--example", "load"];
    process::run(&mut workspace.cargo(&arguments))
}

fn directory(workspace: &Workspace, options: &[String]) -> Result<(), Failure> {
    system_deps::complete(&system_deps::CHROMIUM)?;
    packages::install_for_bench(workspace)?;
    measure(workspace, measurement(workspace, options))
}

/// The script is measured only where a Python environment can be set up; otherwise it is left out.
fn runs(workspace: &Workspace, options: &[String]) -> Result<(), Failure> {
    system_deps::complete(&system_deps::CHROMIUM)?;
    let mut command = measurement(workspace, &["runs".to_owned()]);
    command.args(options);
    match packages::python_for_bench(workspace) {
        Ok(python) => drop(command.env("PINGONE_MFA_PYTHON", python)),
        Err(failure) => println!("The script is not measured: {failure}"),
    }
    measure(workspace, command)
}

/// Builds the release page and measures it.
fn measure(workspace: &Workspace, measurement: Command) -> Result<(), Failure> {
    let tools = setup::prepare(workspace)?;
    page::release(workspace, &tools, Edition::Product)?;
    browse(workspace, measurement)
}

/// Measures the release that is already in dist/.
fn browse(workspace: &Workspace, mut measurement: Command) -> Result<(), Failure> {
    process::run(measurement.envs([
        ("CHROMEDRIVER", SystemDep::Chromedriver.path()?),
        ("CHROMIUM", SystemDep::Chromium.path()?),
        ("PINGONE_MFA_DIST", workspace.dist()),
    ]))
}

fn measurement(workspace: &Workspace, options: &[String]) -> Command {
    let mut command = workspace.cargo(&["run", "--quiet", "--release", "-p", "pingone-mfa-bench", "--"]);
    command.args(options);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_measured_by_a_release_build_with_the_given_options() {
        let command = measurement(&Workspace::find().unwrap(), &["--quick".to_owned()]);
        let arguments: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        assert_eq!(arguments, ["run", "--quiet", "--release", "-p", "pingone-mfa-bench", "--", "--quick"]);
    }
}
