//! Seals the files in Trunk's staging folder: reads them, optimizes them, and writes the sealed files back.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fmt, fs};

use crate::edition::Edition;
use crate::failure::Failure;
use crate::hosting::{self, CachePolicy, Reach, Served};
use crate::workspace::Workspace;
use crate::{process, sbom};

use super::files::{FRAME, name_frame, save, text};
use super::kept::BuildCache;
use super::split::{REST, split};
use super::{Language, Parts, Sealed, Shorten, demo, fingerprint, imports, order, pack, plain, seal};

/// Environment variable with the folder of wasm-opt, terser and esbuild. If it isn't set, wasm,
/// scripts and styles aren't optimized.
pub(crate) const OPTIMIZERS: &str = "PINGONE_MFA_OPTIMIZERS";

/// Environment variable in which Trunk passes the staging folder.
const STAGING: &str = "TRUNK_STAGING_DIR";

const WASM: &str = "pingone-mfa_bg.wasm";
const GLUE: &str = "pingone-mfa.js";
const SUMS: &str = "SHA256SUMS";

/// What the program imports from wasm-bindgen's glue, a name per line, for the test of the oldest browsers: the release
/// has other names.
const IMPORTS: &str = "target/imports.txt";

/// Name of the folder with a second copy of the element's files, for pages that pin a version. Its content never
/// changes after a release.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Files that are removed after sealing; all others stay.
const SOURCES: [&str; 10] = [
    WASM,
    REST,
    GLUE,
    "element.js",
    "boot.js",
    "tick.js",
    "tokens.css",
    "widget.css",
    "console.css",
    "page.css",
];

/// Features that rustc 1.95 enables for wasm32 by default, and SIMD, which the build requests; without them wasm-opt
/// refuses the module.
const FEATURES: [&str; 7] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// What wasm-opt does: optimize for size. The size after gzip counts, so nearby repetition is welcome: functions called
/// once aren't inlined, and common subexpressions stay where they are.
///
/// The lowest kilobyte of memory is the end of the stack, and no address of a value: the linker puts the stack first.
const OPTIMIZATION: [&str; 6] = [
    "-Oz",
    "--low-memory-unused",
    "--one-caller-inline-max-function-size=1",
    "--skip-pass=local-cse",
    "--strip-debug",
    "--strip-producers",
];

/// The `seal` command, called by Trunk's hook.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    let folder = env::var_os(STAGING).map(PathBuf::from).ok_or_else(|| Failure::Missing {
        what: STAGING.to_owned(),
        remedy: "`seal` is called by Trunk's post_build hook; run `cargo xtask dist`".to_owned(),
    })?;
    let Some(edition) = Edition::from_environment() else { return plain::arrange(&folder, is_release()) };
    split(workspace, &folder)?;
    let demo_style = match edition {
        Edition::Product => None,
        Edition::Demo => Some(text(&workspace.path("style"), "demo.css")?),
    };
    let demo_style = demo_style.as_deref();
    let Some(optimizers) = env::var_os(OPTIMIZERS).map(PathBuf::from) else {
        seal_folder(&folder, demo_style, &|_, text| Ok(text))?;
        return write_sums(&folder);
    };
    save(&folder, sbom::FILE, sbom::of_dependencies(workspace, edition)?.as_bytes())?;
    let names = shorten_imports(&folder)?;
    if edition == Edition::Product {
        let file = workspace.path(IMPORTS);
        let folder = file.parent().unwrap_or(&file);
        fs::create_dir_all(folder).map_err(Failure::file("create", folder))?;
        fs::write(&file, names.join("\n")).map_err(Failure::file("write", &file))?;
    }
    for wasm in [folder.join(WASM), folder.join(REST)] {
        optimize(workspace, &optimizers, &wasm)?;
    }
    seal_folder(&folder, demo_style, &|language, text| match language {
        Language::Script => shorten(&optimizers, &text),
        Language::Style => shorten_style(&optimizers, &text),
    })?;
    write_packed(workspace, &folder)?;
    write_sums(&folder)
}

/// Whether Trunk builds a release, according to the variable it sets for hooks.
fn is_release() -> bool {
    env::var_os("TRUNK_PROFILE").is_some_and(|profile| profile == "release")
}

/// Shortens the names that the program and its glue have in common, and returns them.
fn shorten_imports(folder: &Path) -> Result<Vec<String>, Failure> {
    let shortened = imports::shorten(&bytes(&folder.join(WASM))?, &text(folder, GLUE)?)?;
    save(folder, WASM, &shortened.wasm)?;
    save(folder, GLUE, shortened.glue.as_bytes())?;
    Ok(shortened.names)
}

/// Optimizes a wasm file in place.
pub(crate) fn optimize(workspace: &Workspace, optimizers: &Path, wasm: &Path) -> Result<(), Failure> {
    let program = || program(optimizers, "wasm-opt");
    let version = process::capture(program().arg("--version"))?;
    let options = [&FEATURES[..], &OPTIMIZATION].concat();
    let code = include_bytes!("order.rs");
    let made = BuildCache::of(workspace).get_or_make(
        &[&crates(workspace)?, version.as_bytes(), options.join(" ").as_bytes(), code, &bytes(wasm)?],
        || {
            process::run(program().args(&options).arg(wasm).arg("-o").arg(wasm))?;
            order::sort_functions(&bytes(wasm)?).map_err(|problem| refusal(wasm, &problem))
        },
    )?;
    fs::write(wasm, made).map_err(Failure::file("write", wasm))
}

fn refusal(wasm: &Path, problem: &dyn fmt::Display) -> Failure {
    Failure::Seal { file: wasm.display().to_string(), problem: problem.to_string() }
}

/// Minifies a JavaScript module.
pub(crate) fn shorten(optimizers: &Path, script: &str) -> Result<String, Failure> {
    let mut terser = program(optimizers, "terser");
    process::filter(terser.args(["--module", "--compress", "--mangle"]), script)
}

/// Minifies a style sheet without changing its rules: no target browsers are given for
/// which something would be rewritten.
fn shorten_style(optimizers: &Path, style: &str) -> Result<String, Failure> {
    process::filter(program(optimizers, "esbuild").args(["--loader=css", "--minify"]), style)
}

fn program(folder: &Path, name: &str) -> Command {
    let ending = if cfg!(windows) { ".cmd" } else { "" };
    Command::new(folder.join(format!("{name}{ending}")))
}

/// Seals all files of the folder. `demo_style` is the demo's additional style; `None` builds the product.
fn seal_folder(folder: &Path, demo_style: Option<&str>, shorten: Shorten<'_>) -> Result<(), Failure> {
    let parts = read(folder)?;
    let sealed = match demo_style {
        None => seal(parts, shorten)?,
        Some(style) => seal(demo::decorate(parts, style)?, shorten)?,
    };
    for name in SOURCES {
        let path = folder.join(name);
        fs::remove_file(&path).map_err(Failure::file("remove", &path))?;
    }
    name_frame(folder)?;
    write(folder, &sealed)?;
    write_versioned(folder, &sealed)?;
    write_hosting(folder, &sealed, demo_style.is_some())
}

fn read(folder: &Path) -> Result<Parts, Failure> {
    Ok(Parts {
        index: text(folder, "index.html")?,
        embed: text(folder, "embed.html")?,
        frame: text(folder, "frame.js")?,
        boot: text(folder, "boot.js")?,
        element: text(folder, "element.js")?,
        glue: text(folder, GLUE)?,
        tick: text(folder, "tick.js")?,
        tokens: text(folder, "tokens.css")?,
        widget: text(folder, "widget.css")?,
        console: text(folder, "console.css")?,
        page: text(folder, "page.css")?,
        wasm: bytes(&folder.join(WASM))?,
        rest: bytes(&folder.join(REST))?,
    })
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(Failure::file("read", path))
}

fn write(folder: &Path, sealed: &Sealed) -> Result<(), Failure> {
    for asset in &sealed.assets {
        save(folder, &asset.name, &asset.bytes)?;
    }
    for (name, bytes) in [
        ("index.html", sealed.index.as_bytes()),
        ("embed.html", sealed.embed.as_bytes()),
        ("pingone-mfa-frame.js", &sealed.frame),
        ("element.js", &sealed.element),
    ] {
        save(folder, name, bytes)?;
    }
    Ok(())
}

/// Writes a second copy of the files for other origins into the folder of the version, there without a hash in the
/// names that pages refer to.
fn write_versioned(folder: &Path, sealed: &Sealed) -> Result<(), Failure> {
    let version = folder.join(VERSION);
    fs::create_dir_all(&version).map_err(Failure::file("make", &version))?;
    for asset in sealed.assets.iter().filter(|asset| hosting::is_for_portals(&asset.name)) {
        save(&version, pinned(&asset.name).unwrap_or(&asset.name), &asset.bytes)?;
    }
    let [_, (_, types)] = FRAME;
    save(&version, types, &bytes(&folder.join(types))?)
}

/// The name without its hash, for files that pages refer to.
fn pinned(name: &str) -> Option<&'static str> {
    let (stem, _) = name.rsplit_once('-')?;
    hosting::PINNED.into_iter().find(|pinned| pinned.strip_suffix(".js") == Some(stem))
}

/// Writes the server configurations.
fn write_hosting(folder: &Path, sealed: &Sealed, is_demo: bool) -> Result<(), Failure> {
    let is_sealed = |name: &str| sealed.assets.iter().any(|asset| asset.name == name);
    let is_versioned = |name: &str| name.split_once('/').is_some_and(|(folder, _)| folder == VERSION);
    let keep = |name: &str| {
        if is_sealed(name) || is_versioned(name) { CachePolicy::Immutable } else { CachePolicy::Revalidate }
    };
    let served: Vec<_> = names(folder)?.into_iter().map(|name| Served { keep: keep(&name), name }).collect();
    let reach = if is_demo { Reach::Itself } else { Reach::PingOne };
    for (name, text) in hosting::files(&served, reach) {
        save(folder, name, text.as_bytes())?;
    }
    Ok(())
}

/// What decides about the crates that a cached result is made with: their versions and features.
fn crates(workspace: &Workspace) -> Result<Vec<u8>, Failure> {
    let files = ["Cargo.lock", "Cargo.toml", "crates/xtask/Cargo.toml"];
    let files = files.iter().map(|file| bytes(&workspace.path(file))).collect::<Result<Vec<_>, _>>()?;
    Ok(files.concat())
}

/// Writes compressed copies next to the files, for servers that serve precompressed files.
pub(crate) fn write_packed(workspace: &Workspace, folder: &Path) -> Result<(), Failure> {
    let crates = crates(workspace)?;
    let code = include_bytes!("pack.rs");
    let kept = BuildCache::of(workspace);
    for name in names(folder)? {
        if !pack::is_compressible(&name) {
            continue;
        }
        let path = folder.join(&name);
        let plain = bytes(&path)?;
        for (ending, pack) in pack::FORMS {
            let packed = kept.get_or_make(&[&crates, code, ending.as_bytes(), &plain], || {
                pack(&plain).map_err(Failure::file("compress", &path))
            })?;
            if packed.len() < plain.len() {
                save(folder, &format!("{name}.{ending}"), &packed)?;
            }
        }
    }
    Ok(())
}

/// Writes checksums of all files, so that a deployer can verify that they arrived complete.
fn write_sums(folder: &Path) -> Result<(), Failure> {
    let mut sums = String::new();
    for name in names(folder)? {
        sums.push_str(&fingerprint::sum_line(&name, &bytes(&folder.join(&name))?));
    }
    save(folder, SUMS, sums.as_bytes())
}

/// The names of all files except the checksums, sorted.
fn names(folder: &Path) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    collect(folder, "", &mut names)?;
    names.sort();
    Ok(names)
}

/// Collects the names of all files below a folder, with `/` as separator on every system.
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

    /// A staging folder that is removed when dropped.
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
                ("console.css", &parts.console),
                ("page.css", &parts.page),
                ("fonts/a.txt", &"a".to_owned()),
            ] {
                fs::write(folder.join(name), content).unwrap();
            }
            fs::write(folder.join(WASM), &parts.wasm).unwrap();
            fs::write(folder.join(REST), &parts.rest).unwrap();
            Self(folder)
        }

        fn names(&self) -> Vec<String> {
            names(&self.0).unwrap()
        }
    }

    impl Drop for Staging {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn sources_are_replaced_by_sealed_files_and_other_files_stay() {
        let staging = Staging::new("files");
        seal_folder(&staging.0, None, &|_, text| Ok(text)).unwrap();
        let names = staging.names();
        let stems: Vec<_> =
            names.iter().map(|name| name.rsplit_once('-').map_or(&**name, |(stem, _)| stem)).collect();
        let pinned = |name: &str| format!("{VERSION}/{name}");
        let (program, frame, rest) = (pinned("pingone-mfa"), pinned("pingone-mfa"), pinned("rest"));
        let (style, console) = (pinned("widget"), pinned("console"));
        let element = pinned("element.js");
        let expected = [
            &*console,
            &element,
            &program,
            &frame,
            &frame,
            &rest,
            &style,
            "Caddyfile",
            "_headers",
            "boot",
            "console",
            "element",
            "element.js",
            "embed.html",
            "fonts/a.txt",
            "index.html",
            "nginx.conf",
            "page",
            "pingone-mfa",
            "pingone-mfa-frame",
            "pingone-mfa",
            "pingone-mfa",
            "rest",
            "tick",
            "widget",
        ];
        assert_eq!(stems, expected);
    }

    #[test]
    fn the_checksums_cover_every_file_but_their_own() {
        let staging = Staging::new("sums");
        seal_folder(&staging.0, None, &|_, text| Ok(text)).unwrap();
        write_packed(&Workspace::find().unwrap(), &staging.0).unwrap();
        write_sums(&staging.0).unwrap();
        assert!(staging.0.join("index.html.gz").is_file() && staging.0.join("index.html.br").is_file());
        let sums = fs::read_to_string(staging.0.join(SUMS)).unwrap();
        let named: Vec<_> =
            sums.lines().filter_map(|line| line.split_once("  ")).map(|(_, name)| name).collect();
        assert_eq!(named, staging.names());
    }

    #[test]
    fn files_named_by_content_are_immutable_and_the_page_is_not() {
        let staging = Staging::new("kept");
        seal_folder(&staging.0, None, &|_, text| Ok(text)).unwrap();
        let headers = fs::read_to_string(staging.0.join("_headers")).unwrap();
        for name in staging.names() {
            let is_kept = headers
                .contains(&format!("\n/{name}\n  Cache-Control: public, max-age=31536000, immutable\n"));
            let is_named_by_content = name.contains('-') && FRAME.iter().all(|(_, stays)| *stays != name);
            let is_in_version_folder = name.starts_with(VERSION);
            assert_eq!(is_kept, is_named_by_content || is_in_version_folder, "{name} in {headers}");
        }
    }

    #[test]
    fn a_version_folder_has_the_page_s_element_and_every_file_it_loads() {
        let staging = Staging::new("versioned");
        seal_folder(&staging.0, None, &|_, text| Ok(text)).unwrap();
        let names = staging.names();
        let element = names.iter().find(|name| name.starts_with("element-")).unwrap();
        let pinned = fs::read_to_string(staging.0.join(VERSION).join("element.js")).unwrap();
        assert_eq!(pinned, fs::read_to_string(staging.0.join(element)).unwrap());
        for stem in ["pingone-mfa-", "rest-", "widget-", "console-"] {
            let loaded = names.iter().find(|name| name.starts_with(stem) && !name.contains("frame")).unwrap();
            assert!(pinned.contains(loaded.as_str()), "{loaded}");
            assert!(names.contains(&format!("{VERSION}/{loaded}")), "{loaded} in {names:?}");
        }
    }

    #[test]
    fn a_failed_seal_leaves_the_files_unchanged() {
        let staging = Staging::new("refused");
        fs::write(staging.0.join("index.html"), "<html></html>").unwrap();
        let before = staging.names();
        assert!(seal_folder(&staging.0, None, &|_, text| Ok(text)).is_err());
        assert_eq!(staging.names(), before);
    }

    #[test]
    fn a_missing_part_is_named_in_the_failure() {
        let staging = Staging::new("missing");
        fs::remove_file(staging.0.join("tick.js")).unwrap();
        let message = seal_folder(&staging.0, None, &|_, text| Ok(text)).unwrap_err().to_string();
        assert!(message.contains("tick.js"), "{message}");
    }
}
