//! Installs a tool into the project's `.tools` folder, from a published binary or from source.

use std::process::Command;

use crate::failure::Failure;
use crate::process;
use crate::tool::Tool;
use crate::workspace::Workspace;

/// Where tools are compiled; large, so it is removed after a successful setup.
pub(crate) const BUILD_FOLDER: &str = "build";

/// Whether a tool is built with the dependencies in its lock file.
#[derive(Debug, Clone, Copy)]
enum Lock {
    Kept,
    Ignored,
}

/// Installs the tool in the quickest way available on this machine.
pub(crate) fn install(workspace: &Workspace, tool: &Tool) -> Result<(), Failure> {
    println!("Installing {} {}: {}.", tool.package, tool.version, tool.reason);
    if has_binstall(workspace) && from_binary(workspace, tool) {
        return confirm(workspace, tool);
    }
    println!("It is built from source, which takes about {} on two cores, once.", tool.build_time);
    if process::run(&mut from_source(workspace, tool, Lock::Kept)).is_err() {
        println!(
            "`--locked` did not work: most often the registry lacks a version its lock file names. \
             Trying {} {} with the versions there are.",
            tool.package, tool.version
        );
        process::run(&mut from_source(workspace, tool, Lock::Ignored))?;
    }
    confirm(workspace, tool)
}

fn has_binstall(workspace: &Workspace) -> bool {
    process::answer(&mut workspace.cargo(&["binstall", "-V"])).is_some()
}

/// Tries a published binary. Compiling is left to `from_source`, which uses a quicker profile.
fn from_binary(workspace: &Workspace, tool: &Tool) -> bool {
    println!("`cargo binstall` is here, so a published binary is tried first.");
    let mut command = workspace.cargo(&["binstall", "--no-confirm", "--disable-strategies", "compile"]);
    command.arg("--root").arg(tool.root(workspace));
    command.arg(format!("{}@{}", tool.package, tool.version));
    process::run(&mut command).is_ok()
}

/// A debug build without debug information takes a third of the time of a release build, and these tools mostly
/// wait for other programs. Packages that are CPU-bound are optimized.
fn from_source(workspace: &Workspace, tool: &Tool, lock: Lock) -> Command {
    let mut command = workspace.cargo(&["install", "--debug"]);
    if matches!(lock, Lock::Kept) {
        command.arg("--locked");
    }
    command.arg("--root").arg(tool.root(workspace));
    command.args(["--version", &format!("={}", tool.version), tool.package]);
    for package in tool.cpu_bound {
        command.args(["--config", &format!("profile.dev.package.{package}.opt-level=2")]);
    }
    command.env("CARGO_PROFILE_DEV_DEBUG", "0");
    command.env("CARGO_TARGET_DIR", workspace.tools().join(BUILD_FOLDER));
    command
}

fn confirm(workspace: &Workspace, tool: &Tool) -> Result<(), Failure> {
    let root = tool.root(workspace);
    if tool.is_in(&root.join("bin")) {
        return Ok(());
    }
    Err(Failure::Missing {
        what: format!("{} {} after its installation", tool.package, tool.version),
        remedy: format!("remove {} and run `cargo xtask setup` again", root.display()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(lock: Lock) -> Vec<String> {
        let workspace = Workspace::find().unwrap();
        let command = from_source(&workspace, &Tool::trunk(), lock);
        command.get_args().map(|argument| argument.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_tool_is_built_in_exactly_the_requested_version() {
        assert!(arguments(Lock::Kept).contains(&"=0.21.14".to_owned()));
        assert!(arguments(Lock::Ignored).contains(&"=0.21.14".to_owned()));
    }

    #[test]
    fn only_the_second_attempt_ignores_the_lock_file() {
        assert!(arguments(Lock::Kept).contains(&"--locked".to_owned()));
        assert!(!arguments(Lock::Ignored).contains(&"--locked".to_owned()));
    }
}
