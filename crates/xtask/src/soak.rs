//! Runs by seed, on a virtual clock. A program of its own, because it needs a release build and this one is none.

use std::process::Command;

use crate::failure::Failure;
use crate::process;
use crate::workspace::Workspace;

/// The `soak` command.
pub(crate) fn run(workspace: &Workspace, options: &[String]) -> Result<(), Failure> {
    process::run(&mut player(workspace, options))
}

fn player(workspace: &Workspace, options: &[String]) -> Command {
    let mut command = workspace.cargo(&["run", "--quiet", "--release", "-p", "pingone-mfa-soak", "--"]);
    command.args(options);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_played_by_a_release_build_with_the_given_options() {
        let command = player(&Workspace::find().unwrap(), &["--runs".to_owned(), "3".to_owned()]);
        let arguments: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        assert_eq!(arguments, ["run", "--quiet", "--release", "-p", "pingone-mfa-soak", "--", "--runs", "3"]);
    }
}
