//! Starts browsers through `WebDriver`: pooled headless Chromium instances that tests share in turn, or a
//! browser that belongs to one test.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use thirtyfour::common::command::{Command as WebDriverCommand, ExtensionCommand};
use thirtyfour::prelude::*;
use thirtyfour::{Capabilities, ChromeCapabilities};

use crate::driver::{Driver, end, with_descendants};
use crate::engine::Engine;
use crate::pool::{IdleBrowser, Pool};

/// Command-line flags for Chromium. None of them turns off timer throttling or cross-origin checks.
const FLAGS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--window-size=1440,900",
];

/// Switches that chromedriver adds so that hidden pages aren't throttled.
const NO_THROTTLING_SWITCHES: [&str; 3] = [
    "disable-background-timer-throttling",
    "disable-backgrounding-occluded-windows",
    "disable-renderer-backgrounding",
];

/// Default script timeout, which is also the driver's own.
const SCRIPT_TIMEOUT: Duration = Duration::from_secs(30);

/// Timeout of one `WebDriver` command.
const COMMAND_TIMEOUT: Duration = Duration::from_mins(2);

/// A running browser. Dropping it ends it, or returns it to the pool.
pub(crate) struct Browser {
    pub(crate) driver: WebDriver,
    profile: PathBuf,
    owner: Owner,
    pool: Arc<Pool>,
    /// The driver of a browser that doesn't use the pool's driver. It ends after its session.
    _own_driver: Option<Driver>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// The pool: other tests use the browser afterwards.
    Pool,
    /// One test, which also owns everything that the browser stores on disk.
    Test,
}

impl Browser {
    /// A pooled browser with one open tab, without data from earlier tests.
    pub(crate) async fn pooled(pool: &Arc<Pool>) -> Self {
        while let Some(IdleBrowser { driver, profile }) = pool.take() {
            // A browser that can't be cleaned is dropped, and the next one is tried.
            if clean(&driver).await.is_ok() {
                return Self {
                    driver,
                    profile,
                    owner: Owner::Pool,
                    pool: Arc::clone(pool),
                    _own_driver: None,
                };
            }
        }
        let profile = pool.profile();
        let mut started = Self::with(pool, &profile, capabilities(&profile)).await;
        started.owner = Owner::Pool;
        started
    }

    pub(crate) async fn start(pool: &Arc<Pool>, profile: &Path) -> Self {
        Self::with(pool, profile, capabilities(profile)).await
    }

    /// Like `start`, but hidden pages are throttled, as in normal use.
    pub(crate) async fn start_throttling(pool: &Arc<Pool>, profile: &Path) -> Self {
        let mut capabilities = capabilities(profile);
        for switch in NO_THROTTLING_SWITCHES {
            capabilities.add_exclude_switch(switch).expect("a switch can be excluded");
        }
        Self::with(pool, profile, capabilities).await
    }

    /// Like `start`, but with the back/forward cache, as in normal use. Chromedriver turns it off.
    pub(crate) async fn start_keeping_pages(pool: &Arc<Pool>, profile: &Path) -> Self {
        let mut capabilities = capabilities(profile);
        capabilities.add_exclude_switch("disable-back-forward-cache").expect("a switch can be excluded");
        capabilities.add_arg("--enable-features=BackForwardCache").expect("a flag can be set");
        Self::with(pool, profile, capabilities).await
    }

    /// Like `start`, but records all network traffic.
    pub(crate) async fn start_watched(pool: &Arc<Pool>, profile: &Path) -> Self {
        let mut capabilities = capabilities(profile);
        let logs = json!({"browser": "ALL", "performance": "ALL"});
        capabilities.set("goog:loggingPrefs", logs).expect("logging can be set");
        Self::with(pool, profile, capabilities).await
    }

    async fn with(pool: &Arc<Pool>, profile: &Path, capabilities: ChromeCapabilities) -> Self {
        let driver = session(pool.chromedriver(), capabilities).await.expect("Chromium starts");
        let (profile, pool) = (profile.to_owned(), Arc::clone(pool));
        Self { driver, profile, owner: Owner::Test, pool, _own_driver: None }
    }

    /// A browser of an engine other than Chromium, which saves downloads in the folder `downloads`.
    pub(crate) async fn with_engine(
        engine: Engine,
        pool: &Arc<Pool>,
        profile: &Path,
        downloads: &Path,
    ) -> Self {
        std::fs::create_dir_all(profile).expect("a folder");
        // WebKitGTK has no other setting for the download folder.
        let folders = format!("XDG_DOWNLOAD_DIR=\"{}\"\n", downloads.display());
        std::fs::write(profile.join("user-dirs.dirs"), folders).expect("a file");
        let own_driver = Driver::of(engine, profile);
        let driver = session(own_driver.url(), engine.capabilities(downloads)).await;
        let (profile, pool) = (profile.to_owned(), Arc::clone(pool));
        let driver = driver.expect("the browser starts");
        // The size that Chromium gets from its flags, which the other engines ignore.
        driver.set_window_rect(0, 0, 1440, 900).await.expect("a window of this size");
        Self { driver, profile, owner: Owner::Test, pool, _own_driver: Some(own_driver) }
    }

    /// Whether the browser belongs to this test.
    pub(crate) fn is_own(&self) -> bool {
        self.owner == Owner::Test
    }

    /// The profile folder of a browser that belongs to this test.
    pub(crate) fn profile(&self) -> &Path {
        assert_eq!(self.owner, Owner::Test, "other tests leave their files: call `renew_browser` first");
        &self.profile
    }

    /// Console and network log entries since the last call: level, source and message.
    pub(crate) async fn log(&self) -> Vec<(String, String, String)> {
        let entries = read(&self.driver, "browser").await.expect("the log can be read");
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        entries
            .iter()
            .map(|entry| (text(entry, "level"), text(entry, "source"), text(entry, "message")))
            .collect()
    }

    /// Events of the `DevTools` protocol since the last call. Needs a browser from `start_watched`.
    pub(crate) async fn events(&self) -> Vec<Value> {
        let entries = read(&self.driver, "performance").await.expect("the log can be read");
        let event = |entry: &Value| {
            let noted: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            Some(noted["message"].clone())
        };
        entries.iter().filter_map(event).collect()
    }

    /// Quits the browser normally, so that everything it stores is on disk, and returns the profile folder.
    pub(crate) async fn quit(self) -> PathBuf {
        let profile = self.profile().to_owned();
        self.driver.clone().quit().await.expect("Chromium ends");
        profile
    }

    /// Kills the browser and all its child processes at once (`kill -9`), and returns the profile folder.
    pub(crate) fn kill(self) -> PathBuf {
        let profile = self.profile().to_owned();
        let browser = self.driver.capabilities().get("goog:processID").and_then(Value::as_u64);
        end(&with_descendants(browser.expect("chromedriver reports the browser's process")));
        self.driver.clone().leak().expect("its session is still open");
        profile
    }
}

/// Opens a `WebDriver` session that uses a new connection per command. A driver may close an idle connection just when
/// the next command is sent on it, and that command is lost.
async fn session(driver: String, capabilities: impl Into<Capabilities>) -> WebDriverResult<WebDriver> {
    let client = reqwest::Client::builder().timeout(COMMAND_TIMEOUT).pool_max_idle_per_host(0).build();
    let client = client.map_err(|problem| WebDriverError::FatalError(problem.to_string()))?;
    WebDriver::builder(driver, capabilities).client(client).await
}

impl Drop for Browser {
    /// A browser that a failed test leaves behind may be in any state, so it isn't returned to the pool.
    fn drop(&mut self) {
        if self.owner == Owner::Pool && !std::thread::panicking() {
            self.pool.put_back(IdleBrowser { driver: self.driver.clone(), profile: self.profile.clone() });
        }
    }
}

/// Opens a tab, closes all others with their settings, and clears cookies, cache, permissions and the log. Stored
/// data belongs to the page's origin, which no other test uses.
async fn clean(driver: &WebDriver) -> WebDriverResult<()> {
    let left = driver.windows().await?;
    let first =
        left.first().cloned().ok_or_else(|| WebDriverError::FatalError("no tab is open".to_owned()))?;
    driver.switch_to_window(first).await?;
    let tab = driver.new_tab().await?;
    for window in left {
        driver.switch_to_window(window).await?;
        driver.close_window().await?;
    }
    driver.switch_to_window(tab).await?;
    driver.set_script_timeout(SCRIPT_TIMEOUT).await?;
    let tools = driver.cdp();
    for forget in ["Network.clearBrowserCookies", "Network.clearBrowserCache", "Browser.resetPermissions"] {
        tools.send_raw(forget, json!({})).await?;
    }
    tools.send_raw("Browser.setDownloadBehavior", json!({"behavior": "default"})).await?;
    read(driver, "browser").await?;
    Ok(())
}

/// Returns a log's new entries. Reading clears the log.
async fn read(driver: &WebDriver, log: &'static str) -> WebDriverResult<Vec<Value>> {
    driver.cmd(WebDriverCommand::ExtensionCommand(Box::new(ReadLog(log)))).await?.value()
}

fn capabilities(profile: &Path) -> ChromeCapabilities {
    let mut capabilities = DesiredCapabilities::chrome();
    let binary = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
    capabilities.set_binary(&binary).expect("a binary can be set");
    for flag in FLAGS {
        capabilities.add_arg(flag).expect("a flag can be set");
    }
    capabilities.add_arg(&format!("--user-data-dir={}", profile.display())).expect("a flag can be set");
    capabilities.set("goog:loggingPrefs", json!({"browser": "ALL"})).expect("logging can be set");
    capabilities
}

/// `WebDriver` extension command that reads the log of this type and clears it.
#[derive(Debug)]
struct ReadLog(&'static str);

impl ExtensionCommand for ReadLog {
    fn parameters_json(&self) -> Option<Value> {
        Some(json!({"type": self.0}))
    }

    fn method(&self) -> Method {
        Method::POST
    }

    fn endpoint(&self) -> Arc<str> {
        "/se/log".into()
    }
}
