//! The quick loop, and the steps it shares with `test`: format, lints, native tests.

use std::process::{Command, ExitCode};

use crate::report::{Report, Stopped};
use crate::setup;
use crate::suite::END_TO_END;
use crate::workspace::{WASM_TARGET, Workspace};

/// The native tests that take longest, by the names that cargo's `--skip` knows: `check` leaves them to `test`.
pub(crate) const SLOW: [&str; 8] = [
    "a_hundred_thousand_odd_requests",
    "a_long_list_is_matched",
    "languages::",
    "pace::a_limit_that",
    "plans::",
    "two_hundred_thousand",
    "two_pages::",
    "whatever_goes_wrong_a_run",
];

/// How many values each property is tried with by `test`. Proptest's own 256 are enough between two changes.
const CASES: &str = "2000";

/// The `check` command.
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

/// What is cheap and stops everything: there is no use in testing what does not compile.
pub(crate) fn format_and_lints(workspace: &Workspace, report: &mut Report) -> Result<(), Stopped> {
    report.gate_command("format", workspace.cargo(&["fmt", "--all", "--check"]))?;
    report.gate_command("lints", clippy(workspace, &["--workspace", "--all-targets"]))?;
    report.gate_command("lints, end to end", clippy(workspace, &["--workspace", "--test", END_TO_END]))?;
    report.gate_command("lints, page", clippy_wasm(workspace, &["-p", "pingone-mfa", "--all-targets"]))?;
    let demo = ["-p", "pingone-mfa", "--lib", "--features", "split,demo"];
    report.gate_command("lints, demo", clippy_wasm(workspace, &demo))?;
    report.gate_command("lints, core", clippy_wasm(workspace, &["-p", "pingone-mfa-core", "--lib"]))?;
    let sandbox = ["-p", "pingone-sandbox", "--lib", "--no-default-features"];
    report.gate_command("lints, sandbox", clippy_wasm(workspace, &sandbox))
}

/// All tests that need no browser. Every step of the suite names the whole workspace: a part of it has other features, and
/// everything below would be compiled again.
pub(crate) fn native_tests(workspace: &Workspace) -> Command {
    let mut command = workspace.cargo(&["test", "--workspace", "--no-fail-fast"]);
    command.env("PROPTEST_CASES", CASES);
    command
}

fn quick_tests(workspace: &Workspace) -> Command {
    let mut command = workspace.cargo(&["test", "--workspace", "--no-fail-fast", "--"]);
    for slow in SLOW {
        command.args(["--skip", slow]);
    }
    command
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
    use std::fs;
    use std::path::Path;

    use super::*;

    /// All Rust sources in these folders.
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
    fn what_check_leaves_out_is_there() {
        let workspace = Workspace::find().unwrap();
        let tests = ["crates/core", "crates/sandbox", "tests/snippets", "tests/soak"]
            .map(|folder| sources(&workspace.path(folder)));
        for slow in SLOW {
            let (module, function) = slow.split_once("::").unwrap_or(("", slow));
            let is_there = |name: String| tests.iter().any(|source| source.contains(&name));
            assert!(module.is_empty() || is_there(format!("mod {module};")), "{slow}");
            assert!(function.is_empty() || is_there(format!("fn {function}")), "{slow}");
        }
    }

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
