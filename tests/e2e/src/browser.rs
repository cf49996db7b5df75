//! A browser: a headless Chromium of the pool's, which other tests used before, or one of the test's own.

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
use crate::pool::{Pool, Rested};

/// The browser's flags. None of them hides a page's timers or its cross-origin checks.
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

/// What chromedriver adds so that hidden pages keep their pace.
const NEVER_THROTTLING: [&str; 3] = [
    "disable-background-timer-throttling",
    "disable-backgrounding-occluded-windows",
    "disable-renderer-backgrounding",
];

/// How long a script may take unless a test says otherwise; the driver's own time.
const SCRIPT_TIME: Duration = Duration::from_secs(30);

/// How long a command may take.
const COMMAND_TIME: Duration = Duration::from_mins(2);

/// A running browser. Dropping it ends it, or gives it back to the pool.
pub(crate) struct Browser {
    pub(crate) driver: WebDriver,
    profile: PathBuf,
    of: Owner,
    pool: Arc<Pool>,
    /// What drives a browser that isn't the pool's driver's. It ends after its session.
    _own_driver: Option<Driver>,
}

/// Who uses a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// The pool: other tests use it afterwards.
    Pool,
    /// This test alone, with everything on its disk.
    Test,
}

impl Browser {
    /// One in which a tab is open, and of what earlier tests left is nothing.
    pub(crate) async fn pooled(pool: &Arc<Pool>) -> Self {
        while let Some(Rested { driver, profile }) = pool.take() {
            // What can't be cleaned is ended, and the next one tried.
            if clean(&driver).await.is_ok() {
                return Self { driver, profile, of: Owner::Pool, pool: Arc::clone(pool), _own_driver: None };
            }
        }
        let profile = pool.profile();
        let mut started = Self::with(pool, &profile, capabilities(&profile)).await;
        started.of = Owner::Pool;
        started
    }

    pub(crate) async fn start(pool: &Arc<Pool>, profile: &Path) -> Self {
        Self::with(pool, profile, capabilities(profile)).await
    }

    /// The same, and what is hidden is slowed down as it is for a person.
    pub(crate) async fn start_throttling(pool: &Arc<Pool>, profile: &Path) -> Self {
        let mut capabilities = capabilities(profile);
        for switch in NEVER_THROTTLING {
            capabilities.add_exclude_switch(switch).expect("a switch can be left out");
        }
        Self::with(pool, profile, capabilities).await
    }

    /// The same, and a page that is left is kept for Back, as it is for a person. Chromedriver switches that off.
    pub(crate) async fn start_keeping_pages(pool: &Arc<Pool>, profile: &Path) -> Self {
        let mut capabilities = capabilities(profile);
        capabilities.add_exclude_switch("disable-back-forward-cache").expect("a switch can be left out");
        capabilities.add_arg("--enable-features=BackForwardCache").expect("a flag can be set");
        Self::with(pool, profile, capabilities).await
    }

    /// The same, and everything that goes over the network is noted.
    pub(crate) async fn start_watched(pool: &Arc<Pool>, profile: &Path) -> Self {
        let mut capabilities = capabilities(profile);
        let logs = json!({"browser": "ALL", "performance": "ALL"});
        capabilities.set("goog:loggingPrefs", logs).expect("logging can be set");
        Self::with(pool, profile, capabilities).await
    }

    async fn with(pool: &Arc<Pool>, profile: &Path, capabilities: ChromeCapabilities) -> Self {
        let driver = session(pool.chromedriver(), capabilities).await.expect("Chromium starts");
        let (profile, pool) = (profile.to_owned(), Arc::clone(pool));
        Self { driver, profile, of: Owner::Test, pool, _own_driver: None }
    }

    /// One of another engine than Chromium, which saves files into this folder.
    pub(crate) async fn of_engine(
        engine: Engine,
        pool: &Arc<Pool>,
        profile: &Path,
        downloads: &Path,
    ) -> Self {
        std::fs::create_dir_all(profile).expect("a folder");
        // WebKitGTK is told in no other way where files go.
        let folders = format!("XDG_DOWNLOAD_DIR=\"{}\"\n", downloads.display());
        std::fs::write(profile.join("user-dirs.dirs"), folders).expect("a file");
        let own_driver = Driver::of(engine, profile);
        let driver = session(own_driver.url(), engine.capabilities(downloads)).await;
        let (profile, pool) = (profile.to_owned(), Arc::clone(pool));
        let driver = driver.expect("the browser starts");
        // As Chromium's flags say; neither other engine heeds one.
        driver.set_window_rect(0, 0, 1440, 900).await.expect("a window of this size");
        Self { driver, profile, of: Owner::Test, pool, _own_driver: Some(own_driver) }
    }

    /// Whether no other test uses it.
    pub(crate) fn is_own(&self) -> bool {
        self.of == Owner::Test
    }

    /// Where everything is that it keeps, of a browser that no other test has used.
    pub(crate) fn profile(&self) -> &Path {
        assert_eq!(self.of, Owner::Test, "other tests leave their files: call `renew_browser` first");
        &self.profile
    }

    /// What the console and the network said since this was last asked: level, source and message.
    pub(crate) async fn log(&self) -> Vec<(String, String, String)> {
        let entries = read(&self.driver, "browser").await.expect("the log can be read");
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        entries
            .iter()
            .map(|entry| (text(entry, "level"), text(entry, "source"), text(entry, "message")))
            .collect()
    }

    /// The events of the developer tools' protocol since this was last asked, of a browser that is watched.
    pub(crate) async fn events(&self) -> Vec<Value> {
        let entries = read(&self.driver, "performance").await.expect("the log can be read");
        let event = |entry: &Value| {
            let noted: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            Some(noted["message"].clone())
        };
        entries.iter().filter_map(event).collect()
    }

    /// Ends the browser in order, so that everything it keeps is on disk, and says where.
    pub(crate) async fn quit(self) -> PathBuf {
        let profile = self.profile().to_owned();
        self.driver.clone().quit().await.expect("Chromium ends");
        profile
    }

    /// Ends the browser and everything that it started, all at once and without a word (`kill -9`).
    pub(crate) fn kill(self) -> PathBuf {
        let profile = self.profile().to_owned();
        let browser = self.driver.capabilities().get("goog:processID").and_then(Value::as_u64);
        end(&with_descendants(browser.expect("chromedriver names the browser's process")));
        self.driver.clone().leak().expect("its session is still open");
        profile
    }
}

/// Begins a session, each of whose commands has a connection of its own: a driver closes one that was idle at the moment in
/// which the next command is sent on it, and that command is lost.
async fn session(driver: String, capabilities: impl Into<Capabilities>) -> WebDriverResult<WebDriver> {
    let client = reqwest::Client::builder().timeout(COMMAND_TIME).pool_max_idle_per_host(0).build();
    let client = client.map_err(|problem| WebDriverError::FatalError(problem.to_string()))?;
    WebDriver::builder(driver, capabilities).client(client).await
}

impl Drop for Browser {
    /// What a test has left that failed may be anything, and is ended.
    fn drop(&mut self) {
        if self.of == Owner::Pool && !std::thread::panicking() {
            self.pool.give_back(Rested { driver: self.driver.clone(), profile: self.profile.clone() });
        }
    }
}

/// Opens a tab and closes what else is open, with everything that was set for it, and forgets cookies, cached files,
/// permissions and the log. What a page stores belongs to its origin, which no other test has.
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
    driver.set_script_timeout(SCRIPT_TIME).await?;
    let tools = driver.cdp();
    for forget in ["Network.clearBrowserCookies", "Network.clearBrowserCache", "Browser.resetPermissions"] {
        tools.send_raw(forget, json!({})).await?;
    }
    tools.send_raw("Browser.setDownloadBehavior", json!({"behavior": "default"})).await?;
    read(driver, "browser").await?;
    Ok(())
}

/// Reads a log, and empties it.
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

/// Reads the log of this type, and empties it.
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
