//! The `test` command: the steps of `check`, the browser tests, the release build, and the end-to-end
//! tests against exactly that build.

use std::env;
use std::process::{Command, ExitCode};
use std::thread::{self, JoinHandle};

use crate::check;
use crate::engines::{self, Engines, Table};
use crate::failure::Failure;
use crate::kit::{Kit, end_to_end_tests};
use crate::process;
use crate::report::{Report, Stopped, start_tests};
use crate::workspace::{WASM_TARGET, Workspace};

/// Time limit in seconds of all browser tests together; the runner's default of 20 seconds is too short for a debug
/// build on a busy machine.
const BROWSER_SECONDS: &str = "300";

pub(crate) fn run(workspace: &Workspace, engines: Engines) -> ExitCode {
    let mut report = Report::default();
    // The report already contains the step that stopped it.
    let _ = steps(workspace, engines, &mut report);
    report.conclude()
}

fn steps(workspace: &Workspace, engines: Engines, report: &mut Report) -> Result<(), Stopped> {
    let kit = report.gate("tools", || Kit::complete(workspace))?;
    check::format_and_lints(workspace, report)?;
    let building = report.gate("begin dist", || build_both(workspace))?;
    // The browser tests wait for real timeouts, and leave the cores to the others.
    let browser_tests = start_tests("browser tests", browser_tests(workspace, &kit));
    report.tests("native tests", check::native_tests(workspace));
    report.finish_tests(browser_tests);
    report.gate("dist (rest of it)", || wait_for_build(building))?;
    let mut table = Table::default();
    let command = end_to_end_tests(workspace, &kit);
    report.watched_tests("end-to-end tests", command, |line| table.read("Chromium", line));
    engines::tests(workspace, &kit, engines, report, &mut table);
    println!("\n{table}");
    Ok(())
}

/// Starts building the release with its package, and the demo, in the background. The optimizer keeps one core busy
/// for minutes, so it starts before the tests that don't need the page.
fn build_both(workspace: &Workspace) -> Result<JoinHandle<Result<String, Failure>>, Failure> {
    let this = env::current_exe().map_err(Failure::file("find", "this program"))?;
    let commands = ["--npm", "--demo"].map(|what| {
        let mut command = workspace.command(&this);
        command.args(["dist", what]);
        command
    });
    Ok(thread::spawn(move || {
        commands.into_iter().map(|mut command| process::capture(&mut command)).collect()
    }))
}

/// Builds the release with its package, and the demo, and waits for both.
pub(crate) fn build_pages(workspace: &Workspace) -> Result<(), Failure> {
    wait_for_build(build_both(workspace)?)
}

fn wait_for_build(building: JoinHandle<Result<String, Failure>>) -> Result<(), Failure> {
    print!("{}", building.join().unwrap_or_else(|_| Err(Failure::panicked("the build's result")))?);
    Ok(())
}

/// The runner is given by name and found on PATH, because cargo splits this variable at spaces. Its options for
/// Chromium are in webdriver.json, which it reads from the package's folder.
fn browser_tests(workspace: &Workspace, kit: &Kit) -> Command {
    let arguments =
        ["test", "-p", "pingone-mfa", "--target", WASM_TARGET, "--lib", "--test", "web", "--no-fail-fast"];
    let mut command = workspace.cargo(&arguments);
    command.env("PATH", &kit.path);
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner");
    command.env("CHROMEDRIVER", &kit.chromedriver);
    if env::var_os("WASM_BINDGEN_TEST_TIMEOUT").is_none() {
        command.env("WASM_BINDGEN_TEST_TIMEOUT", BROWSER_SECONDS);
    }
    command
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::path::PathBuf;

    use super::*;
    use crate::npm;

    fn kit() -> Kit {
        Kit {
            chromium: PathBuf::from("the browser"),
            chromedriver: PathBuf::from("the driver"),
            nginx: PathBuf::from("the server"),
            npm: PathBuf::from("the packages"),
            firefox: PathBuf::from("the other browser"),
            geckodriver: PathBuf::from("its driver"),
            webkit_driver: PathBuf::from("the third driver"),
            mini_browser: PathBuf::from("the third browser"),
            xvfb: PathBuf::from("its screen"),
            path: OsString::from("the path"),
        }
    }

    fn variable(command: &Command, name: &str) -> Option<OsString> {
        let (_, value) = command.get_envs().find(|(found, _)| *found == name)?;
        value.map(OsString::from)
    }

    #[test]
    fn the_browser_tests_get_runner_and_driver() {
        let command = browser_tests(&Workspace::find().unwrap(), &kit());
        let runner = variable(&command, "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER");
        assert_eq!(runner, Some("wasm-bindgen-test-runner".into()));
        assert_eq!(variable(&command, "CHROMEDRIVER"), Some("the driver".into()));
        assert_eq!(variable(&command, "PATH"), Some("the path".into()));
    }

    #[test]
    fn the_end_to_end_tests_get_the_built_page() {
        let workspace = Workspace::find().unwrap();
        let command = end_to_end_tests(&workspace, &kit());
        assert_eq!(variable(&command, "PINGONE_MFA_PACKAGE"), Some(npm::packed(&workspace).into()));
        assert_eq!(variable(&command, "NPM"), Some("the packages".into()));
        assert_eq!(variable(&command, "PINGONE_MFA_DIST"), Some(workspace.dist().into()));
        assert_eq!(variable(&command, "PINGONE_MFA_DEMO"), Some(workspace.path("dist-demo").into()));
        assert_eq!(variable(&command, "CHROMIUM"), Some("the browser".into()));
        assert_eq!(variable(&command, "NGINX"), Some("the server".into()));
    }
}
