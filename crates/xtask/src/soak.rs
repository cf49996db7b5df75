//! Runs by seed, on a virtual clock or in a browser, and mutation testing. Programs of their own, because they need a release build and this
//! one is none.

use std::process::Command;

use crate::edition::Edition;
use crate::failure::Failure;
use crate::system_deps::{self, SystemDep};
use crate::workspace::Workspace;
use crate::{mutants, page, process, setup};

/// Plays in the browser and not on a virtual clock.
const BROWSER: &str = "--browser";

/// Mutates the code and not the world.
const MUTANTS: &str = "--mutants";

/// The `soak` command.
pub(crate) fn run(workspace: &Workspace, options: &[String]) -> Result<(), Failure> {
    if let Some((_, rest)) = options.split_first().filter(|(first, _)| *first == MUTANTS) {
        return mutants::run(workspace, &mutants::Options::parse(rest)?);
    }
    if options.iter().any(|option| option == BROWSER) {
        return in_browser(workspace, options);
    }
    process::run(&mut player(workspace, "pingone-mfa-soak", options))
}

/// Plays the page that it builds first.
fn in_browser(workspace: &Workspace, options: &[String]) -> Result<(), Failure> {
    system_deps::complete(&system_deps::CHROMIUM)?;
    page::release(workspace, &setup::prepare(workspace)?, Edition::Product)?;
    process::run(player(workspace, "pingone-mfa-soak-browser", options).envs([
        ("CHROMEDRIVER", SystemDep::Chromedriver.path()?),
        ("CHROMIUM", SystemDep::Chromium.path()?),
        ("PINGONE_MFA_DIST", workspace.dist()),
    ]))
}

fn player(workspace: &Workspace, program: &str, options: &[String]) -> Command {
    let mut command = workspace.cargo(&["run", "--quiet", "--release", "-p", program, "--"]);
    command.args(options.iter().filter(|option| *option != BROWSER));
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_played_by_a_release_build_with_the_given_options() {
        let options = ["--browser", "--runs", "3"].map(str::to_owned);
        let command = player(&Workspace::find().unwrap(), "pingone-mfa-soak-browser", &options);
        let arguments: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        let expected = ["run", "--quiet", "--release", "-p", "pingone-mfa-soak-browser", "--", "--runs", "3"];
        assert_eq!(arguments, expected);
    }
}
