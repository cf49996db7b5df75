//! Smaller programs. The optimiser works on one for up to a minute, so what it made is kept by what it was made from.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use super::fingerprint::hex;
use super::stage::program;
use crate::failure::Failure;
use crate::process;
use crate::workspace::Workspace;

/// For size, and with the features that rustc 1.95 turns on for wasm32 by default, and the vectors that the build
/// asks for: without them wasm-opt refuses what the compiler wrote. What counts is the size after gzip, so
/// repetition is welcome if it is near: functions that are called once stay functions, common parts stay where
/// they are, and functions of one name lie side by side. That is 3 % more before gzip and 7 % less after it.
const OPTIMISATION: [&str; 13] = [
    "-Oz",
    "--one-caller-inline-max-function-size=1",
    "--skip-pass=local-cse",
    "--reorder-functions-by-name",
    "--strip-debug",
    "--strip-producers",
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// How many programs are kept: two of each edition, and those of the change before.
const KEPT: usize = 8;

/// Makes a program smaller.
pub(crate) fn optimise(workspace: &Workspace, optimisers: &Path, wasm: &Path) -> Result<(), Failure> {
    let input = fs::read(wasm).map_err(Failure::file("read", wasm))?;
    let mut wasm_opt = program(optimisers, "wasm-opt");
    let version = process::capture(wasm_opt.arg("--version"))?;
    let folder = workspace.target().join("optimised");
    fs::create_dir_all(&folder).map_err(Failure::file("make", &folder))?;
    let kept = folder.join(name(&version, &input));
    if !kept.exists() {
        // A build that is interrupted leaves no half of a program under the name of a whole one.
        let written = kept.with_extension(std::process::id().to_string());
        let mut wasm_opt = program(optimisers, "wasm-opt");
        process::run(wasm_opt.args(OPTIMISATION).arg(wasm).arg("-o").arg(&written))?;
        fs::rename(&written, &kept).map_err(Failure::file("rename", &written))?;
    }
    fs::copy(&kept, wasm).map_err(Failure::file("write", wasm))?;
    forget_oldest(&folder)
}

/// Names what comes of a program by everything that it depends on.
fn name(version: &str, input: &[u8]) -> String {
    let mut hash = Sha256::new();
    for part in [version, &OPTIMISATION.join(" ")] {
        hash.update(part);
        hash.update([0]);
    }
    hash.update(input);
    format!("{}.wasm", hex(&hash.finalize()))
}

/// Removes all but those that were made last.
fn forget_oldest(folder: &Path) -> Result<(), Failure> {
    let mut kept: Vec<(SystemTime, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder).map_err(Failure::file("read", folder))? {
        let path = entry.map_err(Failure::file("read", folder))?.path();
        let used =
            fs::metadata(&path).and_then(|about| about.modified()).map_err(Failure::file("read", &path))?;
        kept.push((used, path));
    }
    kept.sort_unstable_by(|a, b| b.cmp(a));
    for (_, path) in kept.into_iter().skip(KEPT) {
        fs::remove_file(&path).map_err(Failure::file("remove", &path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_taken_for_the_same_program_and_optimiser_alone() {
        let kept = name("wasm-opt version 132", b"program");
        assert_eq!(kept, name("wasm-opt version 132", b"program"));
        assert_ne!(kept, name("wasm-opt version 133", b"program"));
        assert_ne!(kept, name("wasm-opt version 132", b"another program"));
        assert_ne!(kept, name("wasm-opt version 13", b"2program"));
    }

    #[test]
    fn the_programs_that_were_made_last_are_kept() {
        let folder = std::env::temp_dir().join(format!("pingone-mfa-xtask-{}-optimised", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for number in 0..=KEPT {
            let path = folder.join(format!("{number}.wasm"));
            fs::write(&path, [0]).unwrap();
            let made = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(number as u64);
            fs::File::options().append(true).open(&path).unwrap().set_modified(made).unwrap();
        }
        forget_oldest(&folder).unwrap();
        let left = |number: usize| folder.join(format!("{number}.wasm")).exists();
        assert!(!left(0) && left(1) && left(KEPT));
        fs::remove_dir_all(&folder).unwrap();
    }
}
