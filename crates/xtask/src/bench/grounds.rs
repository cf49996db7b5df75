//! The pages that the product's size and start are compared with, as folders that a static server can serve.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::seal::stage;
use crate::setup::Tools;
use crate::workspace::{WASM_TARGET, Workspace};
use crate::{packages, page, process};

const EMPTY: &str = "pingone-mfa-bench-empty";

/// Ping's own login widget, where npm installs it.
const WIDGET: &str = "tests/bench/node_modules/@ping-identity/pf-authn-js-widget/dist";

/// Builds an empty page with the product's framework: the same compiler, profile, wasm-opt, terser and gzip.
pub(super) fn empty(workspace: &Workspace, tools: &Tools) -> Result<PathBuf, Failure> {
    let folder = empty_folder(workspace, "empty")?;
    let mut cargo =
        workspace.cargo(&["build", "--package", EMPTY, "--target", WASM_TARGET, "--profile", "web"]);
    process::run(page::with_flags(&mut cargo, &[]))?;
    let wasm = format!("target/{WASM_TARGET}/web/{}.wasm", EMPTY.replace('-', "_"));
    let mut bindgen = workspace.command("wasm-bindgen");
    bindgen.env("PATH", tools.path()?).args([
        "--target",
        "web",
        "--no-typescript",
        "--out-name",
        "empty",
        "--out-dir",
    ]);
    process::run(bindgen.arg(&folder).arg(workspace.path(&wasm)))?;
    let optimizers = packages::programs(workspace);
    stage::optimize(workspace, &optimizers, &folder.join("empty_bg.wasm"))?;
    let glue = folder.join("empty.js");
    let long = fs::read_to_string(&glue).map_err(Failure::file("read", &glue))?;
    fs::write(&glue, stage::shorten(&optimizers, &long)?).map_err(Failure::file("write", &glue))?;
    copy(&workspace.path("tests/bench/empty"), &folder, &["index.html", "start.js"])?;
    stage::write_packed(workspace, &folder)?;
    Ok(folder)
}

/// A page that shows the widget, and a static file that replaces the response of the server it calls.
pub(super) fn widget(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let folder = empty_folder(workspace, "widget")?;
    let pages = workspace.path("tests/bench/pages/widget");
    copy(&workspace.path(WIDGET), &folder, &["pf.authn-widget.js", "main-styles.css"])?;
    copy(&pages, &folder, &["index.html", "start.js"])?;
    copy(&workspace.path("web"), &folder, &["icon.svg"])?;
    let flows = folder.join("pf-ws/authn/flows");
    fs::create_dir_all(&flows).map_err(Failure::file("make", &flows))?;
    let flow = flows.join("bench");
    fs::copy(pages.join("flow.json"), &flow).map_err(Failure::file("write", &flow))?;
    stage::write_packed(workspace, &folder)?;
    Ok(folder)
}

fn empty_folder(workspace: &Workspace, name: &str) -> Result<PathBuf, Failure> {
    let folder = workspace.path("target/bench").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Failure::file("remove", &folder))?;
    }
    fs::create_dir_all(&folder).map_err(Failure::file("make", &folder))?;
    Ok(folder)
}

fn copy(from: &Path, to: &Path, names: &[&str]) -> Result<(), Failure> {
    for name in names {
        let file = from.join(name);
        fs::copy(&file, to.join(name)).map_err(Failure::file("copy", &file))?;
    }
    Ok(())
}
