//! The `check` command, and the steps it shares with `test`: format, lints, rustdoc, native tests.

use std::process::{Command, ExitCode};

use crate::kit::{END_TO_END, run_two_per_core};
use crate::report::{Report, Stopped};
use crate::workspace::{WASM_TARGET, Workspace};
use crate::{setup, spelling};

/// Filters (for cargo's `--skip`) of the slowest native tests: `check` leaves them to `test`.
pub(crate) const SLOW: [&str; 8] = [
    "a_hundred_thousand_odd_requests",
    "a_long_list_is_matched",
    "languages::",
    "pace::a_limit_that",
    "plans::",
    "two_hundred_thousand",
    "two_pages::",
    "runs_under_faults",
];

pub(crate) fn run(workspace: &Workspace) -> ExitCode {
    let mut report = Report::default();
    if steps(workspace, &mut report).is_ok() {
        report.tests("native tests", quick_tests(workspace));
    }
    report.conclude()
}

fn steps(workspace: &Workspace, report: &mut Report) -> Result<(), Stopped> {
    report.gate("wasm32 target", || setup::add_target(workspace))?;
    format_and_lints(workspace, report)
}

/// Cheap steps that stop everything on failure: code that doesn't compile can't be tested.
pub(crate) fn format_and_lints(workspace: &Workspace, report: &mut Report) -> Result<(), Stopped> {
    report.gate_command("format", workspace.cargo(&["fmt", "--all", "--check"]))?;
    report.gate("spelling", || spelling::check(workspace))?;
    report.gate_command("lints", clippy(workspace, &["--workspace", "--all-targets"]))?;
    report.gate_command("lints, end to end", clippy(workspace, &["--workspace", "--test", END_TO_END]))?;
    report.gate_command("lints, page", clippy_wasm(workspace, &["-p", "pingone-mfa", "--all-targets"]))?;
    let demo = ["-p", "pingone-mfa", "--lib", "--features", "split,demo"];
    report.gate_command("lints, demo", clippy_wasm(workspace, &demo))?;
    let cores = ["-p", "pingone-mfa-core", "-p", "pingone-mfa-directory", "--lib"];
    report.gate_command("lints, core", clippy_wasm(workspace, &cores))?;
    let sandbox = ["-p", "pingone-sandbox", "--lib", "--no-default-features"];
    report.gate_command("lints, sandbox", clippy_wasm(workspace, &sandbox))?;
    report.gate_command("rustdoc", rustdoc(workspace))
}

/// Builds the documentation of the crates that others may use; a broken link is a failure.
fn rustdoc(workspace: &Workspace) -> Command {
    let mut command = workspace.cargo(&["doc", "--no-deps"]);
    command.args([
        "-p",
        "pingone",
        "-p",
        "pingone-mfa-directory",
        "-p",
        "pingone-mfa-core",
        "-p",
        "pingone-sandbox",
    ]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    command
}

/// All tests that need no browser. Every step of the suite builds the whole workspace: a subset of it would enable
/// other features, and every dependency would be compiled again.
pub(crate) fn native_tests(workspace: &Workspace) -> Command {
    let mut command = workspace.cargo(&["test", "--workspace", "--no-fail-fast"]);
    run_two_per_core(&mut command);
    command
}

fn quick_tests(workspace: &Workspace) -> Command {
    let mut command = workspace.cargo(&["test", "--workspace", "--no-fail-fast", "--"]);
    for slow in SLOW {
        command.args(["--skip", slow]);
    }
    run_two_per_core(&mut command);
    command
}

fn clippy(workspace: &Workspace, what: &[&str]) -> Command {
    let mut command = workspace.cargo(&["clippy"]);
    command.args(what).args(["--", "-D", "warnings"]);
    command
}

/// Lints for the page's target, where other code is compiled than for this machine.
fn clippy_wasm(workspace: &Workspace, what: &[&str]) -> Command {
    let target = [what, &["--target", WASM_TARGET]].concat();
    clippy(workspace, &target)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// All Rust sources in a folder, recursively.
    fn sources(folder: &Path) -> String {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let read = |path: std::path::PathBuf| match path.extension() {
            _ if path.is_dir() => sources(&path),
            Some(extension) if extension == "rs" => fs::read_to_string(&path).unwrap(),
            _ => String::new(),
        };
        entries.map(read).collect()
    }

    #[test]
    fn every_skipped_test_exists() {
        let workspace = Workspace::find().unwrap();
        let tests = ["crates/directory", "crates/core", "crates/sandbox", "tests/snippets", "tests/soak"]
            .map(|folder| sources(&workspace.path(folder)));
        for slow in SLOW {
            let (module, function) = slow.split_once("::").unwrap_or(("", slow));
            let exists = |name: String| tests.iter().any(|source| source.contains(&name));
            assert!(module.is_empty() || exists(format!("mod {module};")), "{slow}");
            assert!(function.is_empty() || exists(format!("fn {function}")), "{slow}");
        }
    }

    #[test]
    fn page_lints_use_the_page_target_and_deny_warnings() {
        let workspace = Workspace::find().unwrap();
        let command = clippy_wasm(&workspace, &["-p", "pingone-mfa"]);
        let arguments: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        let expected =
            ["clippy", "-p", "pingone-mfa", "--target", "wasm32-unknown-unknown", "--", "-D", "warnings"];
        assert_eq!(arguments, expected);
    }
}
