//! The quick loop, and the steps it shares with `test`: format, lints, native tests.

use std::process::{Command, ExitCode};

use crate::report::{Report, Stopped};
use crate::setup;
use crate::workspace::{WASM_TARGET, Workspace};

/// The `check` command.
pub(crate) fn run(workspace: &Workspace) -> ExitCode {
    let mut report = Report::default();
    if steps(workspace, &mut report).is_ok() {
        native_tests(workspace, &mut report);
    }
    report.conclude()
}

fn steps(workspace: &Workspace, report: &mut Report) -> Result<(), Stopped> {
    report.gate("wasm32 target", || setup::add_target(workspace))?;
    format_and_lints(workspace, report)
}

/// What is cheap and stops everything: there is no use in testing what does not compile.
pub(crate) fn format_and_lints(workspace: &Workspace, report: &mut Report) -> Result<(), Stopped> {
    report.gate_command("format", workspace.cargo(&["fmt", "--all", "--check"]))?;
    report.gate_command("lints", clippy(workspace, &["--workspace", "--all-targets"]))?;
    report.gate_command("lints, page", clippy_wasm(workspace, &["-p", "pingone-mfa", "--all-targets"]))?;
    let demo = ["-p", "pingone-mfa", "--lib", "--features", "split,demo"];
    report.gate_command("lints, demo", clippy_wasm(workspace, &demo))?;
    report.gate_command("lints, core", clippy_wasm(workspace, &["-p", "pingone-mfa-core", "--lib"]))?;
    let sandbox = ["-p", "pingone-sandbox", "--lib", "--no-default-features"];
    report.gate_command("lints, sandbox", clippy_wasm(workspace, &sandbox))
}

/// The end-to-end tests are left out: they need the built page and a browser.
pub(crate) fn native_tests(workspace: &Workspace, report: &mut Report) {
    let arguments = ["test", "--workspace", "--exclude", "pingone-mfa-e2e", "--no-fail-fast"];
    report.tests("native tests", workspace.cargo(&arguments));
}

fn clippy(workspace: &Workspace, what: &[&str]) -> Command {
    let mut command = workspace.cargo(&["clippy"]);
    command.args(what).args(["--", "-D", "warnings"]);
    command
}

/// The same for what runs in the page, where other code is compiled than on this machine.
fn clippy_wasm(workspace: &Workspace, what: &[&str]) -> Command {
    let target = [what, &["--target", WASM_TARGET]].concat();
    clippy(workspace, &target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lint_for_the_page_is_run_for_the_page_s_target_and_a_warning_fails_it() {
        let workspace = Workspace::find().unwrap();
        let command = clippy_wasm(&workspace, &["-p", "pingone-mfa"]);
        let arguments: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        let expected =
            ["clippy", "-p", "pingone-mfa", "--target", "wasm32-unknown-unknown", "--", "-D", "warnings"];
        assert_eq!(arguments, expected);
    }
}
