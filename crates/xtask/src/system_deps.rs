//! Finds programs of the operating system: browsers with their drivers, Node.js, npm, nginx.
//!
//! On Debian as root, as in a CI container, missing programs are installed. Everywhere else xtask doesn't install
//! system packages, and the failure says what to install.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::failure::Failure;
use crate::process;

/// A program of the operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SystemDep {
    Chromium,
    Chromedriver,
    Node,
    Npm,
    Nginx,
    Firefox,
    /// WebKitGTK's driver for automated tests.
    WebKitDriver,
    /// WebKitGTK's own minimal browser.
    MiniBrowser,
    /// The virtual display for `MiniBrowser`.
    Xvfb,
}

/// Programs needed to test the page in Chromium.
pub(crate) const CHROMIUM: [SystemDep; 5] =
    [SystemDep::Chromium, SystemDep::Chromedriver, SystemDep::Node, SystemDep::Npm, SystemDep::Nginx];

/// Programs needed to test it in the other engines.
pub(crate) const ENGINES: [SystemDep; 4] =
    [SystemDep::Firefox, SystemDep::WebKitDriver, SystemDep::MiniBrowser, SystemDep::Xvfb];

/// Path of Chrome on macOS, where it isn't on PATH.
const MAC_CHROME: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/// Path of Firefox on macOS.
const MAC_FIREFOX: &str = "/Applications/Firefox.app/Contents/MacOS/firefox";

/// Where Debian installs WebKitGTK's browser, which isn't on PATH: below the library folder of the architecture.
const DEBIAN_LIBRARIES: &str = "/usr/lib";
const MINIBROWSER: &str = "webkit2gtk-4.1/MiniBrowser";

/// Path of nginx on Debian, where only root has it on PATH.
const DEBIAN_NGINX: &str = "/usr/sbin/nginx";

impl SystemDep {
    pub(crate) fn path(self) -> Result<PathBuf, Failure> {
        self.find().ok_or_else(|| missing(&[self]))
    }

    fn find(self) -> Option<PathBuf> {
        self.named_by_environment()
            .or_else(|| self.programs().iter().find_map(|program| on_path(program)))
            .or_else(|| self.usual_place().filter(|path| path.is_file()))
    }

    /// The default path of a program that isn't on PATH.
    fn usual_place(self) -> Option<PathBuf> {
        match self {
            Self::Chromium => Some(MAC_CHROME.into()),
            Self::Nginx => Some(DEBIAN_NGINX.into()),
            Self::MiniBrowser => {
                let kind = format!("{}-linux-gnu", env::consts::ARCH);
                Some(Path::new(DEBIAN_LIBRARIES).join(kind).join(MINIBROWSER))
            }
            Self::Firefox => Some(MAC_FIREFOX.into()),
            Self::Chromedriver | Self::Node | Self::Npm | Self::WebKitDriver | Self::Xvfb => None,
        }
    }

    /// A path from the environment takes precedence over PATH.
    fn named_by_environment(self) -> Option<PathBuf> {
        let variable = match self {
            Self::Chromium => "CHROMIUM",
            Self::Chromedriver => "CHROMEDRIVER",
            Self::Nginx => "NGINX",
            Self::Firefox => "FIREFOX",
            Self::WebKitDriver => "WEBKITDRIVER",
            Self::MiniBrowser => "MINIBROWSER",
            Self::Xvfb => "XVFB",
            Self::Node | Self::Npm => return None,
        };
        env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file())
    }

    fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Chromium => {
                &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
            }
            Self::Chromedriver => &["chromedriver"],
            Self::Node => &["node"],
            Self::Npm => &["npm"],
            Self::Nginx => &["nginx"],
            Self::Firefox => &["firefox-esr", "firefox"],
            Self::WebKitDriver => &["WebKitWebDriver"],
            Self::MiniBrowser => &["MiniBrowser"],
            Self::Xvfb => &["Xvfb"],
        }
    }

    /// Name of the Debian package.
    fn package(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Chromedriver => "chromium-driver",
            Self::Node => "nodejs",
            Self::Npm => "npm",
            Self::Nginx => "nginx",
            Self::Firefox => "firefox-esr",
            // The browser comes with the library that the driver depends on.
            Self::WebKitDriver | Self::MiniBrowser => "webkit2gtk-driver",
            Self::Xvfb => "xvfb",
        }
    }
}

/// Makes sure that all programs are available: installs missing ones on Debian as root, and fails elsewhere.
pub(crate) fn complete(needs: &[SystemDep]) -> Result<(), Failure> {
    let absent = absent(needs);
    if absent.is_empty() {
        return Ok(());
    }
    if !is_debian() || !is_root() {
        return Err(missing(&absent));
    }
    install(&absent)?;
    match self::absent(needs).as_slice() {
        [] => Ok(()),
        still => Err(missing(still)),
    }
}

/// Installs Debian packages if this is Debian and runs as root. Otherwise prints that they weren't installed; the
/// programs may be available anyway.
pub(crate) fn have_packages(names: &[&str], reason: &str) -> Result<(), Failure> {
    if !is_debian() || !is_root() {
        println!("Not installed by this command here, but used where it is there: {}.", names.join(", "));
        return Ok(());
    }
    let is_missing = |name: &&str| !is_installed(name);
    let missing: Vec<&str> = names.iter().copied().filter(is_missing).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("Installing {} with apt-get: {reason} (a few minutes).", missing.join(", "));
    process::run(apt().args(["update", "-qq"]))?;
    process::run(apt().args(["install", "--yes", "--no-install-recommends", "-qq"]).args(missing))
}

fn is_installed(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat=${db:Status-Status}", package]);
    process::answer(&mut query).is_some_and(|status| status == "installed")
}

fn absent(needs: &[SystemDep]) -> Vec<SystemDep> {
    needs.iter().copied().filter(|need| need.find().is_none()).collect()
}

fn install(absent: &[SystemDep]) -> Result<(), Failure> {
    let packages: Vec<_> = absent.iter().map(|need| need.package()).collect();
    println!("Installing {} with apt-get: the tests need them (a minute or two).", packages.join(", "));
    process::run(apt().arg("update"))?;
    process::run(apt().args(["install", "--yes", "--no-install-recommends"]).args(packages))
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn is_debian() -> bool {
    fs::exists("/etc/debian_version").unwrap_or(false) && on_path("apt-get").is_some()
}

fn is_root() -> bool {
    process::answer(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0")
}

fn missing(absent: &[SystemDep]) -> Failure {
    let programs: Vec<_> = absent.iter().filter_map(|need| need.programs().first().copied()).collect();
    let packages: Vec<_> = absent.iter().map(|need| need.package()).collect();
    Failure::Missing {
        what: programs.join(", "),
        remedy: format!(
            "install it and see that it is on PATH (on Debian or Ubuntu: apt-get install {}; elsewhere: \
             Chrome or Chromium with the chromedriver of the same version, Firefox, WebKitGTK's WebKitWebDriver and \
             MiniBrowser, Xvfb, Node.js 20 or newer with npm, nginx)",
            packages.join(" ")
        ),
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).find_map(|folder| in_folder(&folder, program))
}

/// On Windows npm is a `.cmd` file; elsewhere the first ending is empty.
fn in_folder(folder: &Path, program: &str) -> Option<PathBuf> {
    let endings = [env::consts::EXE_SUFFIX, ".cmd"];
    let mut files = endings.iter().map(|ending| folder.join(format!("{program}{ending}")));
    files.find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_browser_is_named_with_its_package() {
        let message = missing(&[SystemDep::Chromium, SystemDep::Chromedriver]).to_string();
        assert!(message.contains("chromium, chromedriver is missing"), "{message}");
        assert!(message.contains("apt-get install chromium chromium-driver;"), "{message}");
    }

    #[test]
    fn nothing_is_missing_if_nothing_is_needed() {
        assert!(complete(&[]).is_ok());
    }

    #[test]
    fn an_unknown_program_is_not_on_path() {
        assert_eq!(on_path("no-such-program-anywhere"), None);
    }
}
