//! The project's commands, run as `cargo xtask <command>`.
//!
//! They are a Rust program rather than scripts, so that a machine with only cargo can run them on any system: the
//! program finds the tools it needs and installs the missing ones.
//!
//! - `command` parses the arguments.
//! - `setup`, `tool`, `install`, `system_deps` and `packages` find and install tools.
//! - `page` builds the page in an `edition`, `seal` renames and hashes its files, `hosting` renders the server
//!   configuration, `sbom` lists the dependencies, and `npm` packs the element for other projects.
//! - `check` and `suite` run the tests, `screens` those of the pictures, `bench` measures, `soak` plays runs under faults, and `snippets` runs the
//!   code that the page generates.
//! - `update` moves the pinned versions of dependencies, and `audit` checks them.
//! - `demo` and `dev` serve the page for trying it out and for working on it.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what a command line is for")]

mod audit;
mod bench;
mod check;
mod command;
mod demo;
mod dev;
mod edition;
mod engines;
mod failure;
mod hosting;
mod install;
#[cfg(test)]
mod invented_ids;
mod kit;
mod lockfile;
mod mutants;
mod npm;
mod packages;
mod page;
mod process;
mod report;
mod sbom;
mod screens;
mod seal;
mod setup;
mod size;
mod snippets;
mod soak;
mod spelling;
mod stopwatch;
mod suite;
mod system_deps;
mod test_summary;
mod timings;
mod tool;
mod update;
mod workspace;

use std::env;
use std::process::ExitCode;

use command::{Command, HELP, Shipment};
use edition::Edition;
use failure::Failure;
use workspace::Workspace;

fn main() -> ExitCode {
    let outcome = Command::parse(env::args().skip(1)).and_then(execute);
    match outcome {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("error: {failure}");
            failure.exit_code()
        }
    }
}

fn execute(command: Command) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    match command {
        Command::Help => print!("{HELP}"),
        Command::Setup => setup::announce(&workspace)?,
        Command::Demo(options) => demo::run(&workspace, &options)?,
        Command::Dev(options) => dev::run(&workspace, &options)?,
        Command::Sandbox(options) => demo::sandbox(&workspace, &options)?,
        Command::Dist(Shipment::Page(edition)) => {
            page::release(&workspace, &setup::prepare(&workspace)?, edition)?;
        }
        Command::Dist(Shipment::Package) => {
            page::release(&workspace, &setup::prepare(&workspace)?, Edition::Product)?;
            println!("{}", npm::pack(&workspace)?.display());
        }
        Command::Test(engines) => return Ok(suite::run(&workspace, engines)),
        Command::Timings => timings::run(&workspace)?,
        Command::Check => return Ok(check::run(&workspace)),
        Command::Audit => return audit::run(&workspace),
        Command::Update => update::run(&workspace)?,
        Command::Bench(what) => bench::run(&workspace, &what)?,
        Command::Soak(options) => soak::run(&workspace, &options)?,
        Command::Screens(mode) => screens::run(&workspace, mode)?,
        Command::Snippets => snippets::run(&workspace)?,
        Command::Seal => seal::stage::run(&workspace)?,
    }
    Ok(ExitCode::SUCCESS)
}
