//! The programs and settings that the browser tests need, and the command of the end-to-end tests.

use std::env;
use std::ffi::OsString;
use std::num::NonZero;
use std::path::PathBuf;
use std::process::Command;
use std::thread;

use crate::edition::Edition;
use crate::failure::Failure;
use crate::setup;
use crate::system_deps::{self, SystemDep};
use crate::workspace::Workspace;
use crate::{npm, packages};

/// Environment variable that sets how many tests of a program run in parallel.
const THREADS: &str = "RUST_TEST_THREADS";

/// The end-to-end test program. Cargo builds it only when it is named.
pub(crate) const END_TO_END: &str = "e2e";

/// Programs that must be found before the first step.
pub(crate) struct Kit {
    pub(crate) chromium: PathBuf,
    pub(crate) chromedriver: PathBuf,
    pub(crate) nginx: PathBuf,
    pub(crate) npm: PathBuf,
    pub(crate) firefox: PathBuf,
    pub(crate) geckodriver: PathBuf,
    pub(crate) webkit_driver: PathBuf,
    pub(crate) mini_browser: PathBuf,
    pub(crate) xvfb: PathBuf,
    /// PATH with the installed tools first.
    pub(crate) path: OsString,
}

impl Kit {
    /// Finds or installs everything first, so that a missing program is reported immediately and not after the lints.
    pub(crate) fn complete(workspace: &Workspace) -> Result<Self, Failure> {
        system_deps::complete(&[system_deps::CHROMIUM.as_slice(), &system_deps::ENGINES].concat())?;
        packages::install(workspace)?;
        let tools = setup::prepare(workspace)?;
        packages::install_for_headers(workspace)?;
        let path = tools.path()?;
        let (chromium, chromedriver) = (SystemDep::Chromium.path()?, SystemDep::Chromedriver.path()?);
        let (nginx, npm) = (SystemDep::Nginx.path()?, SystemDep::Npm.path()?);
        let (firefox, geckodriver) = (SystemDep::Firefox.path()?, setup::firefox_driver(workspace)?);
        let (webkit_driver, mini_browser) = (SystemDep::WebKitDriver.path()?, SystemDep::MiniBrowser.path()?);
        let xvfb = SystemDep::Xvfb.path()?;
        Ok(Self {
            chromium,
            chromedriver,
            nginx,
            npm,
            firefox,
            geckodriver,
            webkit_driver,
            mini_browser,
            xvfb,
            path,
        })
    }

    /// Sets the environment of the end-to-end tests: the page that was just built, and the programs of this machine.
    pub(crate) fn set_environment<'a>(
        &self,
        workspace: &Workspace,
        command: &'a mut Command,
    ) -> &'a mut Command {
        command.env("PINGONE_MFA_DIST", Edition::Product.folder(workspace));
        command.env("PINGONE_MFA_DEMO", Edition::Demo.folder(workspace));
        command.env("PINGONE_MFA_PACKAGE", npm::packed(workspace));
        command.env("CHROMEDRIVER", &self.chromedriver).env("CHROMIUM", &self.chromium);
        command.env("FIREFOX", &self.firefox).env("GECKODRIVER", &self.geckodriver);
        command.env("WEBKITDRIVER", &self.webkit_driver).env("MINIBROWSER", &self.mini_browser);
        command.env("XVFB", &self.xvfb);
        command.env("NGINX", &self.nginx).env("NPM", &self.npm)
    }
}

/// Runs two tests per core, unless the environment names a number: tests wait for browsers, servers and other programs.
pub(crate) fn run_two_per_core(command: &mut Command) {
    if env::var_os(THREADS).is_none() {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        command.env(THREADS, (cores * 2).to_string());
    }
}

pub(crate) fn end_to_end_tests(workspace: &Workspace, kit: &Kit) -> Command {
    let mut command = workspace.cargo(&["test", "--workspace", "--test", END_TO_END, "--no-fail-fast"]);
    kit.set_environment(workspace, &mut command);
    run_two_per_core(&mut command);
    command
}
