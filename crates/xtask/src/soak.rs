//! The `soak` command: plays runs by seed, on a virtual clock or in a browser, tries more values for each property, or
//! tests by mutation.
//!
//! The players are separate programs because they need a release build, and xtask itself is a debug build.

use std::process::Command;

use crate::edition::Edition;
use crate::failure::Failure;
use crate::system_deps::{self, SystemDep};
use crate::workspace::Workspace;
use crate::{check, mutants, page, process, setup};

/// Plays in a browser instead of on a virtual clock.
const BROWSER: &str = "--browser";

/// Mutates the code instead of playing runs under faults.
const MUTANTS: &str = "--mutants";

/// Tries more values for each property instead of playing runs.
const PROPERTIES: &str = "--properties";

/// Values per property. The gate tries proptest's default of 256.
const CASES: &str = "5000";

/// Runs the soak program for the given options.
pub(crate) fn run(workspace: &Workspace, options: &[String]) -> Result<(), Failure> {
    if let Some((_, rest)) = options.split_first().filter(|(first, _)| *first == MUTANTS) {
        return mutants::run(workspace, &mutants::Options::parse(rest)?);
    }
    if options.iter().any(|option| option == PROPERTIES) {
        return process::run(&mut properties(workspace));
    }
    if options.iter().any(|option| option == BROWSER) {
        return in_browser(workspace, options);
    }
    process::run(&mut soak_program(workspace, "pingone-mfa-soak", options))
}

fn properties(workspace: &Workspace) -> Command {
    let mut command = check::native_tests(workspace);
    command.env("PROPTEST_CASES", CASES);
    command
}

/// Builds the release and plays it in a browser.
fn in_browser(workspace: &Workspace, options: &[String]) -> Result<(), Failure> {
    system_deps::complete(&system_deps::CHROMIUM)?;
    page::release(workspace, &setup::prepare(workspace)?, Edition::Product)?;
    process::run(soak_program(workspace, "pingone-mfa-soak-browser", options).envs([
        ("CHROMEDRIVER", SystemDep::Chromedriver.path()?),
        ("CHROMIUM", SystemDep::Chromium.path()?),
        ("PINGONE_MFA_DIST", workspace.dist()),
    ]))
}

fn soak_program(workspace: &Workspace, program: &str, options: &[String]) -> Command {
    let mut command = workspace.cargo(&["run", "--quiet", "--release", "-p", program, "--"]);
    command.args(options.iter().filter(|option| *option != BROWSER));
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_tried_with_more_values_by_the_native_tests() {
        let command = properties(&Workspace::find().unwrap());
        let cases =
            command.get_envs().find(|(name, _)| *name == "PROPTEST_CASES").and_then(|(_, cases)| cases);
        assert_eq!(cases.and_then(|cases| cases.to_str()), Some(CASES));
        let arguments: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        assert_eq!(arguments, ["test", "--workspace", "--no-fail-fast"]);
    }

    #[test]
    fn seeds_are_played_by_a_release_build_with_the_options_passed_on() {
        let options = ["--browser", "--runs", "3"].map(str::to_owned);
        let command = soak_program(&Workspace::find().unwrap(), "pingone-mfa-soak-browser", &options);
        let arguments: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        let expected = ["run", "--quiet", "--release", "-p", "pingone-mfa-soak-browser", "--", "--runs", "3"];
        assert_eq!(arguments, expected);
    }
}
