//! Splits the program into two files: what the connect form needs, and the rest.
//!
//! The split must happen before wasm-bindgen, which drops the linker's relocations. Trunk has already run
//! wasm-bindgen on the whole program when its hook is called, so the two files replace that output.

use std::fs;
use std::path::Path;
use std::process::Command;

use wasm_split_cli_support::{Options, transform};

use crate::failure::Failure;
use crate::process;
use crate::workspace::{WASM_TARGET, Workspace};

/// Trunk's name for the program.
const STEM: &str = "pingone-mfa";

/// The file named after the split, whose name is set in `src/split.rs`.
pub(super) const REST: &str = "rest.wasm";
const PART: &str = "split_rest.wasm";

/// Splits the program that cargo has built, and puts both files and the glue into `staging`.
pub(super) fn split(workspace: &Workspace, staging: &Path) -> Result<(), Failure> {
    let target = workspace.target();
    let whole = target.join(WASM_TARGET).join("web").join(format!("{STEM}.wasm"));
    let wasm = fs::read(&whole).map_err(Failure::file("read", &whole))?;
    let parts = target.join("split");
    if parts.exists() {
        fs::remove_dir_all(&parts).map_err(Failure::file("remove", &parts))?;
    }
    let main = parts.join(format!("{STEM}.wasm"));
    let mut options = Options::new(&wasm);
    options.output_dir = &parts;
    options.main_out_path = &main;
    let split = transform(options).map_err(|problem| Failure::Split(format!("{problem:#}")))?;
    if split.split_modules != [parts.join(PART)] {
        return Err(Failure::Split(format!("{PART} was expected, and not {:?}", split.split_modules)));
    }
    // The second file imports memory and table from the first one, so both stay exported.
    let mut bindgen = Command::new("wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--keep-lld-exports", "--out-dir"]);
    process::run(bindgen.arg(staging).arg(&main))?;
    let (from, to) = (parts.join(PART), staging.join(REST));
    fs::copy(&from, &to).map_err(Failure::file("copy", &from))?;
    Ok(())
}
