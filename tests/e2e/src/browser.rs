//! A headless Chromium with a profile of its own, driven through one chromedriver for all tests of a process.

use std::io::{BufRead, BufReader, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use http::Method;
use serde_json::{Value, json};
use thirtyfour::ChromeCapabilities;
use thirtyfour::common::command::{Command as WebDriverCommand, ExtensionCommand};
use thirtyfour::prelude::*;

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

/// The chromedriver in use, as long as a browser uses it. One for all: two that look for a free port at the same
/// time can find the same one.
static CHROMEDRIVER: Mutex<Weak<Chromedriver>> = Mutex::new(Weak::new());

/// A running chromedriver. Dropping it ends it.
struct Chromedriver {
    process: Child,
    port: u16,
}

impl Chromedriver {
    fn shared() -> Arc<Self> {
        let mut running = CHROMEDRIVER.lock().unwrap_or_else(PoisonError::into_inner);
        running.upgrade().unwrap_or_else(|| {
            let started = Arc::new(Self::start());
            *running = Arc::downgrade(&started);
            started
        })
    }

    fn start() -> Self {
        let path = std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
        let port = format!("--port={}", free_port());
        let process =
            Command::new(path).arg(port).stdout(Stdio::piped()).spawn().expect("chromedriver starts");
        let mut started = Self { process, port: 0 };
        let output = started.process.stdout.take().expect("its output is piped");
        started.port = named_port(BufReader::new(output));
        started
    }
}

/// A port that is free under both of this machine's names for itself: chromedriver takes one that is free under the one,
/// and ends where it isn't under the other.
fn free_port() -> u16 {
    for _ in 0..100 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let port = listener.local_addr().expect("it listens").port();
        let other = TcpListener::bind((Ipv6Addr::LOCALHOST, port));
        // A machine without the second name has nobody there.
        if !other.is_err_and(|problem| problem.kind() == ErrorKind::AddrInUse) {
            return port;
        }
    }
    panic!("no port is free under both names");
}

/// The port that chromedriver says it listens on.
fn named_port(output: impl BufRead) -> u16 {
    let mut said = Vec::new();
    for line in output.lines().map_while(Result::ok) {
        let port = line.split_once("successfully on port ").map(|(_, port)| port.trim_end_matches('.'));
        if let Some(port) = port.and_then(|port| port.parse().ok()) {
            return port;
        }
        said.push(line);
    }
    panic!("chromedriver names no port, but says: {said:?}");
}

impl Drop for Chromedriver {
    /// A browser whose session is still being closed would outlive its driver, so whatever came from it ends too.
    fn drop(&mut self) {
        let family = with_descendants(u64::from(self.process.id()));
        let _ = self.process.kill();
        let _ = self.process.wait();
        end(family.get(1..).unwrap_or_default());
    }
}

/// Ends processes at once. Some may have ended since they were listed.
fn end(processes: &[u64]) {
    if !processes.is_empty() {
        let named = processes.iter().map(u64::to_string);
        let _ = Command::new("kill").arg("-9").args(named).stderr(Stdio::null()).status();
    }
}

/// A running browser. Dropping it ends it, and no other: the last handle of a session closes it.
pub(crate) struct Browser {
    pub(crate) driver: WebDriver,
    pub(crate) profile: PathBuf,
    _chromedriver: Arc<Chromedriver>,
}

impl Browser {
    pub(crate) async fn start(profile: &Path) -> Self {
        Self::with(profile, capabilities(profile)).await
    }

    /// The same, and what is hidden is slowed down as it is for a person.
    pub(crate) async fn start_throttling(profile: &Path) -> Self {
        let mut capabilities = capabilities(profile);
        for switch in NEVER_THROTTLING {
            capabilities.add_exclude_switch(switch).expect("a switch can be left out");
        }
        Self::with(profile, capabilities).await
    }

    /// The same, and a page that is left is kept for Back, as it is for a person. Chromedriver switches that off.
    pub(crate) async fn start_keeping_pages(profile: &Path) -> Self {
        let mut capabilities = capabilities(profile);
        capabilities.add_exclude_switch("disable-back-forward-cache").expect("a switch can be left out");
        capabilities.add_arg("--enable-features=BackForwardCache").expect("a flag can be set");
        Self::with(profile, capabilities).await
    }

    /// The same, and everything that goes over the network is noted.
    pub(crate) async fn start_watched(profile: &Path) -> Self {
        let mut capabilities = capabilities(profile);
        let logs = json!({"browser": "ALL", "performance": "ALL"});
        capabilities.set("goog:loggingPrefs", logs).expect("logging can be set");
        Self::with(profile, capabilities).await
    }

    async fn with(profile: &Path, capabilities: ChromeCapabilities) -> Self {
        let chromedriver = Chromedriver::shared();
        let url = format!("http://127.0.0.1:{}", chromedriver.port);
        let driver = WebDriver::new(url, capabilities).await.expect("Chromium starts");
        Self { driver, profile: profile.to_owned(), _chromedriver: chromedriver }
    }

    /// What the console and the network said since this was last asked: level, source and message.
    pub(crate) async fn log(&self) -> Vec<(String, String, String)> {
        let entries = self.read("browser").await;
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        entries
            .iter()
            .map(|entry| (text(entry, "level"), text(entry, "source"), text(entry, "message")))
            .collect()
    }

    /// The events of the developer tools' protocol since this was last asked, of a browser that is watched.
    pub(crate) async fn events(&self) -> Vec<Value> {
        let entries = self.read("performance").await;
        let event = |entry: &Value| {
            let noted: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            Some(noted["message"].clone())
        };
        entries.iter().filter_map(event).collect()
    }

    async fn read(&self, log: &'static str) -> Vec<Value> {
        let command = WebDriverCommand::ExtensionCommand(Box::new(ReadLog(log)));
        let answer = self.driver.cmd(command).await.expect("the log can be read");
        answer.value().expect("the log is a list")
    }

    /// Ends the browser in order, so that everything it keeps is on disk.
    pub(crate) async fn quit(self) -> PathBuf {
        self.driver.quit().await.expect("Chromium ends");
        self.profile
    }

    /// Ends the browser and everything that it started, all at once and without a word (`kill -9`).
    pub(crate) fn kill(self) -> PathBuf {
        let browser = self.driver.capabilities().get("goog:processID").and_then(Value::as_u64);
        end(&with_descendants(browser.expect("chromedriver names the browser's process")));
        self.driver.leak().expect("its session is still open");
        self.profile
    }
}

/// A process and all that come from it.
fn with_descendants(process: u64) -> Vec<u64> {
    let listed =
        Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output().expect("processes can be listed");
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let pairs: Vec<(u64, u64)> = listed
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace().map(|word| word.parse().ok());
            Some((words.next()??, words.next()??))
        })
        .collect();
    let mut family = vec![process];
    let mut next = 0;
    while let Some(parent) = family.get(next).copied() {
        family.extend(pairs.iter().filter(|(_, of)| *of == parent).map(|(child, _)| *child));
        next += 1;
    }
    family
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
