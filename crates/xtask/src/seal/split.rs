//! The program in two files: what the form needs, and what stands behind it.
//!
//! The split has to come before wasm-bindgen, which drops the linker's notes on where addresses stand. Trunk has run
//! wasm-bindgen on the whole program when its hook is called, so the two files take the place of what came of that.

use std::fs;
use std::path::Path;
use std::process::Command;

use wasm_split_cli_support::{Options, transform};

use crate::failure::Failure;
use crate::process;
use crate::workspace::{WASM_TARGET, Workspace};

/// Trunk's name for the program.
const STEM: &str = "pingone-mfa";

/// The file that holds the split's name, as `src/rest.rs` gives it.
pub(super) const REST: &str = "rest.wasm";
const PART: &str = "split_rest.wasm";

/// Divides the program that cargo has built, and puts both files and the glue into `staging`.
pub(super) fn split(workspace: &Workspace, staging: &Path) -> Result<(), Failure> {
    let target = workspace.target();
    let whole = target.join(WASM_TARGET).join("web/pingone_mfa.wasm");
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
    // The second file takes memory and table from the first one, so both stay exported.
    let mut bindgen = Command::new("wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--keep-lld-exports", "--out-dir"]);
    process::run(bindgen.arg(staging).arg(&main))?;
    let (from, to) = (parts.join(PART), staging.join(REST));
    fs::copy(&from, &to).map_err(Failure::file("copy", &from))?;
    Ok(())
}
