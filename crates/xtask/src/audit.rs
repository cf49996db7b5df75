//! The `audit` command: checks the dependencies with cargo-deny, by the rules in deny.toml.
//!
//! Licenses, bans and sources are checked from Cargo.lock and the packages. The advisories need a database that is
//! downloaded from github.com. Without it they aren't checked, which is a failure of its own: an audit that skipped them
//! would look like one that found nothing.
//!
//! No other command calls this one: building cargo-deny takes minutes, and a build machine may have no such network.

use std::fmt;
use std::process::{Command, ExitCode};

use crate::failure::Failure;
use crate::process;
use crate::setup;
use crate::workspace::Workspace;

/// The checks that need no download, in the order they run.
const OFFLINE: [&str; 3] = ["licenses", "bans", "sources"];

const ADVISORIES: &str = "advisories";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    /// The database of advisories couldn't be downloaded.
    NotChecked,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passed => "ok",
            Self::Failed => "FAILED: the output above says why",
            Self::NotChecked => "NOT CHECKED: the advisory database couldn't be downloaded",
        })
    }
}

/// Runs all checks and prints their outcomes. Succeeds only if each ran and passed.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode, Failure> {
    let path = setup::dependency_auditor(workspace)?.path()?;
    let succeeds = |mut command: Command| -> Result<bool, Failure> {
        match process::run(command.env("PATH", &path)) {
            Ok(()) => Ok(true),
            Err(Failure::Exit { .. }) => Ok(false),
            Err(other) => Err(other),
        }
    };
    let mut outcomes = Vec::new();
    for name in OFFLINE {
        println!("\n==> {name}");
        outcomes.push((name, checked(succeeds(check(workspace, name))?)));
    }
    println!("\n==> {ADVISORIES}");
    let outcome = if succeeds(download(workspace))? {
        checked(succeeds(check(workspace, ADVISORIES))?)
    } else {
        Outcome::NotChecked
    };
    outcomes.push((ADVISORIES, outcome));
    println!("\n{}", summary(&outcomes));
    Ok(exit_code(&outcomes))
}

fn checked(passed: bool) -> Outcome {
    if passed { Outcome::Passed } else { Outcome::Failed }
}

fn check(workspace: &Workspace, name: &str) -> Command {
    deny(workspace, &["check", name])
}

/// A step of its own, so that a failure of the check that follows is a finding.
fn download(workspace: &Workspace) -> Command {
    deny(workspace, &["fetch", "db"])
}

/// The root is a package too, and without `--workspace` it would be the only one.
fn deny(workspace: &Workspace, arguments: &[&str]) -> Command {
    workspace.cargo(&[&["deny", "--workspace", "--locked"], arguments].concat())
}

fn summary(outcomes: &[(&str, Outcome)]) -> String {
    let lines: Vec<_> = outcomes.iter().map(|(name, outcome)| format!("{name:<12}{outcome}")).collect();
    lines.join("\n")
}

fn exit_code(outcomes: &[(&str, Outcome)]) -> ExitCode {
    let passed = outcomes.iter().all(|(_, outcome)| *outcome == Outcome::Passed);
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advisories_that_were_not_checked_are_named_and_fail_the_audit() {
        let outcomes = [("licenses", Outcome::Passed), (ADVISORIES, Outcome::NotChecked)];
        let expected = "\
licenses    ok
advisories  NOT CHECKED: the advisory database couldn't be downloaded";
        assert_eq!(summary(&outcomes), expected);
        assert_eq!(exit_code(&outcomes), ExitCode::FAILURE);
    }

    #[test]
    fn the_whole_workspace_is_checked_as_it_is_locked() {
        let command = check(&Workspace::find().unwrap(), "licenses");
        let arguments: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        assert_eq!(arguments, ["deny", "--workspace", "--locked", "check", "licenses"]);
    }

    #[test]
    fn an_audit_succeeds_only_if_every_check_passed() {
        assert_eq!(exit_code(&[("bans", Outcome::Passed), ("sources", Outcome::Passed)]), ExitCode::SUCCESS);
        assert_eq!(exit_code(&[("bans", Outcome::Passed), ("sources", Outcome::Failed)]), ExitCode::FAILURE);
    }
}
