//! The files around the seal: read from Trunk's staging folder, optimised, written back.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use super::{Parts, Sealed, Shorten, fingerprint, seal};
use crate::failure::Failure;
use crate::process;

/// Names the folder with wasm-opt and terser; where it is not set, wasm and scripts stay as they were written.
pub(crate) const OPTIMISERS: &str = "PINGONE_MFA_OPTIMISERS";

/// Where Trunk says the files lie.
const STAGING: &str = "TRUNK_STAGING_DIR";

const WASM: &str = "pingone-mfa_bg.wasm";
const SUMS: &str = "SHA256SUMS";

/// Under these names pages that frame the product find their script and its types, whatever the release.
const FRAME: [(&str, &str); 2] =
    [("frame.js", "pingone-mfa-frame.js"), ("frame.d.ts", "pingone-mfa-frame.d.ts")];

/// The parts that are gone once they are sealed; all others stay as they are.
const SOURCES: [&str; 8] =
    [WASM, "pingone-mfa.js", "element.js", "boot.js", "tick.js", "tokens.css", "widget.css", "page.css"];

/// For size, and with the features that rustc 1.95 turns on for wasm32 by default, and the vectors that the build
/// asks for: without them wasm-opt refuses what the compiler wrote. What counts is the size after gzip, so
/// repetition is welcome if it is near: functions that are called once stay functions, common parts stay where
/// they are, and functions of one name lie side by side. That is 3 % more before gzip and 7 % less after it.
const OPTIMISATION: [&str; 12] = [
    "-Oz",
    "--one-caller-inline-max-function-size=1",
    "--skip-pass=local-cse",
    "--reorder-functions-by-name",
    "--strip-debug",
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// The `seal` command.
pub(crate) fn run() -> Result<(), Failure> {
    let folder = env::var_os(STAGING).map(PathBuf::from).ok_or_else(|| Failure::Missing {
        what: STAGING.to_owned(),
        remedy: "`seal` is called by Trunk's post_build hook; run `cargo xtask dist`".to_owned(),
    })?;
    let Some(optimisers) = env::var_os(OPTIMISERS).map(PathBuf::from) else {
        return seal_folder(&folder, &Ok);
    };
    let wasm = folder.join(WASM);
    process::run(program(&optimisers, "wasm-opt").args(OPTIMISATION).arg(&wasm).arg("-o").arg(&wasm))?;
    let terser = || {
        let mut terser = program(&optimisers, "terser");
        terser.args(["--module", "--compress", "--mangle"]);
        terser
    };
    seal_folder(&folder, &|script| process::filter(&mut terser(), &script))
}

/// A program from npm.
fn program(folder: &Path, name: &str) -> Command {
    let ending = if cfg!(windows) { ".cmd" } else { "" };
    Command::new(folder.join(format!("{name}{ending}")))
}

fn seal_folder(folder: &Path, shorten: Shorten<'_>) -> Result<(), Failure> {
    let sealed = seal(read(folder)?, shorten)?;
    for name in SOURCES {
        let path = folder.join(name);
        fs::remove_file(&path).map_err(Failure::file("remove", &path))?;
    }
    for (from, to) in FRAME {
        let from = folder.join(from);
        fs::rename(&from, folder.join(to)).map_err(Failure::file("rename", &from))?;
    }
    write(folder, &sealed)?;
    write_sums(folder)
}

fn read(folder: &Path) -> Result<Parts, Failure> {
    Ok(Parts {
        index: text(folder, "index.html")?,
        embed: text(folder, "embed.html")?,
        frame: text(folder, "frame.js")?,
        boot: text(folder, "boot.js")?,
        element: text(folder, "element.js")?,
        glue: text(folder, "pingone-mfa.js")?,
        tick: text(folder, "tick.js")?,
        tokens: text(folder, "tokens.css")?,
        widget: text(folder, "widget.css")?,
        page: text(folder, "page.css")?,
        wasm: bytes(&folder.join(WASM))?,
    })
}

fn text(folder: &Path, name: &str) -> Result<String, Failure> {
    let path = folder.join(name);
    fs::read_to_string(&path).map_err(Failure::file("read", &path))
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(Failure::file("read", path))
}

fn write(folder: &Path, sealed: &Sealed) -> Result<(), Failure> {
    for asset in &sealed.assets {
        let path = folder.join(&asset.name);
        fs::write(&path, &asset.bytes).map_err(Failure::file("write", &path))?;
    }
    let named: [(&str, &[u8]); 3] = [
        ("index.html", sealed.index.as_bytes()),
        ("embed.html", sealed.embed.as_bytes()),
        ("pingone-mfa-frame.js", &sealed.frame),
    ];
    for (name, bytes) in named {
        let path = folder.join(name);
        fs::write(&path, bytes).map_err(Failure::file("write", &path))?;
    }
    Ok(())
}

/// Sums of all files, so that whoever hosts the page can see that it arrived whole.
fn write_sums(folder: &Path) -> Result<(), Failure> {
    let mut names = Vec::new();
    collect(folder, "", &mut names)?;
    names.sort();
    let mut sums = String::new();
    for name in &names {
        sums.push_str(&fingerprint::sum_line(name, &bytes(&folder.join(name))?));
    }
    let path = folder.join(SUMS);
    fs::write(&path, sums).map_err(Failure::file("write", &path))
}

/// The names of all files below a folder, with `/` between their parts on every system.
fn collect(folder: &Path, prefix: &str, names: &mut Vec<String>) -> Result<(), Failure> {
    for entry in fs::read_dir(folder).map_err(Failure::file("list", folder))? {
        let entry = entry.map_err(Failure::file("list", folder))?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let path = entry.path();
        if path.is_dir() {
            collect(&path, &format!("{name}/"), names)?;
        } else if name != SUMS {
            names.push(name);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::fixture;

    /// A staging folder that is removed at the end of its test.
    struct Staging(PathBuf);

    impl Staging {
        fn new(name: &str) -> Self {
            let folder = env::temp_dir().join(format!("xtask-seal-{}-{name}", std::process::id()));
            let parts = fixture::parts();
            fs::create_dir_all(folder.join("fonts")).unwrap();
            for (name, content) in [
                ("index.html", &parts.index),
                ("embed.html", &parts.embed),
                ("frame.js", &parts.frame),
                ("frame.d.ts", &"export {};\n".to_owned()),
                ("boot.js", &parts.boot),
                ("element.js", &parts.element),
                ("pingone-mfa.js", &parts.glue),
                ("tick.js", &parts.tick),
                ("tokens.css", &parts.tokens),
                ("widget.css", &parts.widget),
                ("page.css", &parts.page),
                ("_headers", &"/*\n".to_owned()),
                ("fonts/a.txt", &"a".to_owned()),
            ] {
                fs::write(folder.join(name), content).unwrap();
            }
            fs::write(folder.join(WASM), &parts.wasm).unwrap();
            Self(folder)
        }

        fn names(&self) -> Vec<String> {
            let mut names = Vec::new();
            collect(&self.0, "", &mut names).unwrap();
            names.sort();
            names
        }
    }

    impl Drop for Staging {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn sources_go_sealed_files_come_and_the_rest_stays() {
        let staging = Staging::new("files");
        seal_folder(&staging.0, &Ok).unwrap();
        let names = staging.names();
        let stems: Vec<_> =
            names.iter().map(|name| name.rsplit_once('-').map_or(&**name, |(stem, _)| stem)).collect();
        let expected = [
            "_headers",
            "boot",
            "element",
            "embed.html",
            "fonts/a.txt",
            "index.html",
            "page",
            "pingone-mfa",
            "pingone-mfa-frame",
            "pingone-mfa",
            "pingone-mfa",
            "tick",
            "widget",
        ];
        assert_eq!(stems, expected);
    }

    #[test]
    fn the_sums_name_every_file_but_themselves() {
        let staging = Staging::new("sums");
        seal_folder(&staging.0, &Ok).unwrap();
        let sums = fs::read_to_string(staging.0.join(SUMS)).unwrap();
        let named: Vec<_> =
            sums.lines().filter_map(|line| line.split_once("  ")).map(|(_, name)| name).collect();
        assert_eq!(named, staging.names());
    }

    #[test]
    fn a_page_that_can_not_be_sealed_leaves_its_files_alone() {
        let staging = Staging::new("refused");
        fs::write(staging.0.join("index.html"), "<html></html>").unwrap();
        let before = staging.names();
        assert!(seal_folder(&staging.0, &Ok).is_err());
        assert_eq!(staging.names(), before);
    }

    #[test]
    fn a_part_that_trunk_did_not_leave_is_named() {
        let staging = Staging::new("missing");
        fs::remove_file(staging.0.join("tick.js")).unwrap();
        let message = seal_folder(&staging.0, &Ok).unwrap_err().to_string();
        assert!(message.contains("tick.js"), "{message}");
    }
}
