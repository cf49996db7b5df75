//! Builds the page with Trunk, into dist/ or dist-demo/.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::edition::Edition;
use crate::failure::Failure;
use crate::setup::Tools;
use crate::workspace::{WASM_TARGET, Workspace};
use crate::{packages, process, seal, size};

/// How much the wasm is optimized for size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finish {
    /// Not at all: a quicker build, for the demo.
    Plain,
    /// With wasm-opt: the release, and what the end-to-end tests load.
    Optimized,
}

/// SIMD makes searching texts several times as fast. Every browser that supports the
/// style sheet's `light-dark()` has it.
///
/// Components are erased in every build, as `.cargo/config.toml` says: less code, and what is tested is what ships.
const FEATURES: &str = "-Ctarget-feature=+simd128 --cfg erase_components";

/// Keeps the linker's relocations, which are needed to split the program into two files.
const RELOCATIONS: &str = "-Clink-arg=--emit-relocs";

/// The `dist` command: builds the edition for production and prints its size. The demo has no size limit because a
/// simulation of PingOne is built in.
pub(crate) fn release(workspace: &Workspace, tools: &Tools, edition: Edition) -> Result<(), Failure> {
    packages::install(workspace)?;
    build(workspace, tools, Finish::Optimized, edition)?;
    let visit = size::Visit::of(&edition.folder(workspace))?;
    print!("{visit}");
    match edition {
        Edition::Product => visit.check_limit(),
        Edition::Demo => Ok(()),
    }
}

pub(crate) fn build(
    workspace: &Workspace,
    tools: &Tools,
    finish: Finish,
    edition: Edition,
) -> Result<(), Failure> {
    // Trunk passes --offline on to cargo, so the crates must be downloaded first.
    process::run(&mut workspace.cargo(&["fetch", "--quiet"]))?;
    process::run(&mut trunk(workspace, tools, finish, edition)?)
}

/// Trunk in a reproducible setup: no network, none of the caller's variables that change the build, and the
/// installed tools first on PATH.
fn trunk(workspace: &Workspace, tools: &Tools, finish: Finish, edition: Edition) -> Result<Command, Failure> {
    let mut command = workspace.command("trunk");
    clear_trunk_variables(&mut command);
    command.args(["build", "--release", "--offline", "--skip-version-check", "--dist"]);
    command.arg(edition.folder(workspace)).args(edition.features());
    edition.set_variable(&mut command);
    command.env("PATH", tools.path()?);
    match finish {
        Finish::Plain => command.env_remove(seal::stage::OPTIMIZERS),
        Finish::Optimized => command.env(seal::stage::OPTIMIZERS, packages::programs(workspace)),
    };
    with_flags(&mut command, &[RELOCATIONS]);
    Ok(command)
}

/// Removes the caller's environment variables for Trunk, so that only its configuration file counts.
pub(crate) fn clear_trunk_variables(trunk: &mut Command) {
    for (variable, _) in env::vars_os() {
        if variable.to_string_lossy().starts_with("TRUNK_") {
            trunk.env_remove(variable);
        }
    }
    // Trunk accepts only true and false for this variable and fails for the usual 1.
    if env::var_os("NO_COLOR").is_some() {
        trunk.env("NO_COLOR", "true");
    }
}

/// Sets the compiler flags of the page for cargo, or for a program that starts cargo.
pub(crate) fn with_flags<'a>(command: &'a mut Command, more: &[&str]) -> &'a mut Command {
    let remap = cargo_home().as_deref().and_then(remap).unwrap_or_default();
    let variable = format!("CARGO_TARGET_{}_RUSTFLAGS", WASM_TARGET.to_uppercase().replace('-', "_"));
    command.env(variable, format!("{FEATURES} {} {remap}", more.join(" ")))
}

fn cargo_home() -> Option<PathBuf> {
    let named = env::var_os("CARGO_HOME").map(PathBuf::from);
    named.or_else(|| env::home_dir().map(|home| home.join(".cargo")))
}

/// Keeps the builder's home folder out of the wasm: panic messages contain the paths of crates. The variable is
/// split at spaces, so a path that contains one can't be remapped.
fn remap(cargo_home: &Path) -> Option<String> {
    let folder = cargo_home.to_str()?;
    (!folder.contains(char::is_whitespace)).then(|| format!("--remap-path-prefix={folder}=cargo"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_folder_is_remapped() {
        let flags = remap(Path::new("/home/ada/.cargo"));
        assert_eq!(flags.as_deref(), Some("--remap-path-prefix=/home/ada/.cargo=cargo"));
    }

    #[test]
    fn a_home_folder_with_a_space_is_not_remapped() {
        assert_eq!(remap(Path::new("/home/ada l/.cargo")), None);
    }
}
