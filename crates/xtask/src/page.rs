//! Building the page into dist/ with Trunk.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::edition::Edition;
use crate::failure::Failure;
use crate::setup::Tools;
use crate::workspace::{WASM_TARGET, Workspace};
use crate::{packages, process, seal, size};

/// How much work goes into the size of the wasm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finish {
    /// As the compiler leaves it: quicker, for the demo.
    Plain,
    /// After wasm-opt: what is shipped, and what the end-to-end tests load.
    Optimised,
}

/// With vectors a search goes over the texts several times as fast. Every browser that knows the style sheet's
/// `light-dark()` has them.
const FEATURES: &str = "-Ctarget-feature=+simd128";

/// The linker leaves a note at every address that it wrote, without which the program can't be taken apart.
const RELOCATIONS: &str = "-Clink-arg=--emit-relocs";

/// The `dist` command: the production build, or the demo, and its size. The demo's has no limit: a look-alike of PingOne
/// is in it.
pub(crate) fn release(workspace: &Workspace, tools: &Tools, edition: Edition) -> Result<(), Failure> {
    packages::install(workspace)?;
    build(workspace, tools, Finish::Optimised, edition)?;
    let visit = size::Visit::of(&edition.folder(workspace))?;
    print!("{visit}");
    match edition {
        Edition::Product => visit.judge(),
        Edition::Demo => Ok(()),
    }
}

/// Builds the page into its folder.
pub(crate) fn build(
    workspace: &Workspace,
    tools: &Tools,
    finish: Finish,
    edition: Edition,
) -> Result<(), Failure> {
    // Trunk runs with --offline, which it hands on to cargo: the crates have to be here before.
    process::run(&mut workspace.cargo(&["fetch", "--quiet"]))?;
    process::run(&mut trunk(workspace, tools, finish, edition)?)
}

/// Trunk with nothing left to chance: no network, no variable of the caller's that changes the
/// build, and the tools first on PATH.
fn trunk(workspace: &Workspace, tools: &Tools, finish: Finish, edition: Edition) -> Result<Command, Failure> {
    let mut command = workspace.command("trunk");
    forget_callers_wishes(&mut command);
    command.args(["build", "--release", "--offline", "--skip-version-check", "--dist"]);
    command.arg(edition.folder(workspace)).args(edition.features());
    edition.announce(&mut command);
    command.env("PATH", tools.path()?);
    match finish {
        Finish::Plain => command.env_remove(seal::stage::OPTIMISERS),
        Finish::Optimised => command.env(seal::stage::OPTIMISERS, packages::programs(workspace)),
    };
    with_flags(&mut command, &[RELOCATIONS]);
    Ok(command)
}

/// Leaves Trunk to its configuration.
pub(crate) fn forget_callers_wishes(trunk: &mut Command) {
    for (variable, _) in env::vars_os() {
        if variable.to_string_lossy().starts_with("TRUNK_") {
            trunk.env_remove(variable);
        }
    }
    // Trunk takes only true and false for this, and stops at the customary 1.
    if env::var_os("NO_COLOR").is_some() {
        trunk.env("NO_COLOR", "true");
    }
}

/// Has cargo, or whoever starts it, compile for the browser as the page is compiled.
pub(crate) fn with_flags<'a>(command: &'a mut Command, more: &[&str]) -> &'a mut Command {
    let remap = cargo_home().as_deref().and_then(remap).unwrap_or_default();
    let variable = format!("CARGO_TARGET_{}_RUSTFLAGS", WASM_TARGET.to_uppercase().replace('-', "_"));
    command.env(variable, format!("{FEATURES} {} {remap}", more.join(" ")))
}

fn cargo_home() -> Option<PathBuf> {
    let named = env::var_os("CARGO_HOME").map(PathBuf::from);
    named.or_else(|| env::home_dir().map(|home| home.join(".cargo")))
}

/// Keeps the builder's home folder out of the wasm: panic messages hold the paths of the crates they
/// come from. The variable is split at spaces, so a path with one is left as it is.
fn remap(cargo_home: &Path) -> Option<String> {
    let folder = cargo_home.to_str()?;
    (!folder.contains(char::is_whitespace)).then(|| format!("--remap-path-prefix={folder}=cargo"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builder_s_home_folder_stays_out_of_the_wasm() {
        let flags = remap(Path::new("/home/ada/.cargo"));
        assert_eq!(flags.as_deref(), Some("--remap-path-prefix=/home/ada/.cargo=cargo"));
    }

    #[test]
    fn a_home_folder_with_a_space_can_not_be_remapped() {
        assert_eq!(remap(Path::new("/home/ada l/.cargo")), None);
    }
}
