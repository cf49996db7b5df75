//! The `soak --mutants` command: mutation testing of the modules that decide which users are changed.
//!
//! cargo-mutants changes each of their functions in small ways, on a copy of the project. A mutant that no test
//! notices has survived. This is slow: two mutants take a minute, and a module has hundreds.

use std::fs;
use std::process::Command;

use crate::check::SLOW;
use crate::failure::Failure;
use crate::process;
use crate::setup;
use crate::workspace::Workspace;

const MODULES: [(&str, &[&str]); 8] = [
    ("guard", &["crates/core/src/run/guard.rs"]),
    ("proposal", &["crates/core/src/run/proposal.rs", "crates/core/src/run/proposal/*.rs"]),
    ("plan", &["crates/core/src/run/plan.rs"]),
    ("limits", &["crates/core/src/run/limits.rs"]),
    ("confirmation", &["crates/core/src/run/confirmation.rs"]),
    ("import", &["crates/core/src/import.rs", "crates/core/src/import/**/*.rs"]),
    ("change", &["crates/core/src/run/change.rs"]),
    ("run", &["crates/core/src/run/engine.rs", "crates/core/src/run/engine/**/*.rs"]),
];

/// The tests that must detect a mutant: the core's unit tests, and whole runs on a
/// virtual clock without the slowest ones.
const TESTS: [&str; 3] = ["--lib", "--test", "core"];

/// The package with the modules and the tests.
const PACKAGE: &str = "pingone-mfa-core";

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// Only these modules; all if empty.
    modules: Vec<String>,
    /// Only code changed since this commit.
    since: Option<String>,
}

impl Options {
    /// Parses the arguments after `soak --mutants`.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, Failure> {
        let mut options = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--since" => {
                    let commit = arguments.next();
                    options.since = Some(
                        commit
                            .cloned()
                            .ok_or_else(|| Failure::Usage("`--since` needs a commit".to_owned()))?,
                    );
                }
                name if MODULES.iter().any(|(module, _)| *module == name) => {
                    options.modules.push(name.to_owned());
                }
                other => {
                    let modules = MODULES.map(|(name, _)| name).join(", ");
                    return Err(Failure::Usage(format!(
                        "`soak --mutants` knows no `{other}`; its modules are {modules}"
                    )));
                }
            }
        }
        Ok(options)
    }

    fn files(&self) -> impl Iterator<Item = &'static str> {
        let is_wanted = |name: &str| self.modules.is_empty() || self.modules.iter().any(|it| it == name);
        MODULES.into_iter().filter(move |(name, _)| is_wanted(name)).flat_map(|(_, files)| files).copied()
    }
}

/// Runs the mutants. Fails if one survives.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<(), Failure> {
    let path = setup::mutation_tester(workspace)?.path()?;
    let folder = workspace.path("target/mutants");
    fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
    let mut command = mutate(workspace, options);
    if let Some(commit) = &options.since {
        let change = folder.join("change.diff");
        let mut diff = workspace.command("git");
        diff.args(["diff", "--no-ext-diff", "--output"]).arg(&change).arg(commit).args(["--", "crates/core"]);
        process::run(&mut diff)?;
        command.arg("--in-diff").arg(change);
    }
    command.arg("--").args(TESTS).arg("--");
    for slow in SLOW {
        command.args(["--skip", slow]);
    }
    process::run(command.env("PATH", path))
}

fn mutate(workspace: &Workspace, options: &Options) -> Command {
    let mut command = workspace.cargo(&["mutants", "--output", "target/mutants", "--no-shuffle"]);
    command.args(["--package", PACKAGE]);
    for file in options.files() {
        command.args(["--file", file]);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, Failure> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words)
    }

    #[test]
    fn all_modules_are_mutated_unless_some_are_named() {
        let all = parse("").unwrap();
        assert_eq!(all.files().count(), MODULES.iter().map(|(_, files)| files.len()).sum::<usize>());
        let some = parse("plan change --since main").unwrap();
        assert_eq!(some.since.as_deref(), Some("main"));
        let files: Vec<&str> = some.files().collect();
        assert_eq!(files, ["crates/core/src/run/plan.rs", "crates/core/src/run/change.rs"]);
    }

    #[test]
    fn the_files_of_the_modules_exist() {
        let workspace = Workspace::find().unwrap();
        for (name, files) in MODULES {
            let (first, _) = files.split_first().unwrap();
            assert!(workspace.path(first).is_file(), "{name}: {first}");
        }
    }

    #[test]
    fn an_unknown_module_is_named_in_the_message() {
        assert!(parse("view").unwrap_err().to_string().contains("`view`"));
        assert!(parse("--since").unwrap_err().to_string().contains("`--since`"));
    }
}
