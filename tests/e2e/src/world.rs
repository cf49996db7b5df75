//! Everything that one test needs, on its own ports.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pingone_sandbox::page::{config_json, serve_page};
use pingone_sandbox::server::{Shared, now, serve_api};
use pingone_sandbox::{
    Behavior, DeviceSpec, DeviceType, EnvironmentKind, Populations, Sandbox, Seed, TokenSpec,
};
use thirtyfour::WebDriver;
use tokio::net::TcpListener;
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::browser::Browser;
use crate::engine::Engine;
use crate::page::Page;
use crate::pool::Pool;
use crate::release::Release;
use crate::spelling::encodings;
use crate::traffic::{Load, loads};

/// Name of the folder for downloads.
const DOWNLOADS: &str = "downloads";

static WORLDS: AtomicU32 = AtomicU32::new(0);

/// One test's browser, sandbox and page server.
pub struct World {
    /// The browser engine that drives the page.
    pub engine: Engine,
    /// Started, or taken from the pool, on first use.
    browser: OnceCell<Browser>,
    /// Browsers that stand for other computers.
    others: Vec<Browser>,
    sandbox: Shared,
    /// The copy of the release that the page server serves.
    pub release: Release,
    /// The origin that the page is served from.
    pub page_origin: String,
    /// The origin of the sandbox's API, which the page connects to.
    pub api_origin: String,
    folder: PathBuf,
    /// Origins that this world has opened already.
    visited: Mutex<HashSet<String>>,
    pool: Arc<Pool>,
}

impl World {
    /// A world with this number of users and the matching config.json.
    pub async fn with_users(users: u32) -> Self {
        Self::start(users, config_json).await
    }

    /// A world whose config.json is what `config` returns for the API's origin.
    pub async fn start(users: u32, config: impl Fn(&str) -> String) -> Self {
        Self::populated(users, Populations::Usual, config).await
    }

    /// Like `start`, with these populations.
    pub async fn populated(users: u32, populations: Populations, config: impl Fn(&str) -> String) -> Self {
        Self::seeded(1, users, populations, config).await
    }

    /// Like `populated`, with a seed for the random users and faults.
    pub async fn seeded(
        seed: u64,
        users: u32,
        populations: Populations,
        config: impl Fn(&str) -> String,
    ) -> Self {
        let number = WORLDS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("pingone-mfa-e2e-{}-{number}", std::process::id()));
        let release = Release::copy_to(&folder.join("release"));
        let (api, api_origin) = listen().await;
        let (page, page_origin) = listen().await;
        let sandbox = Sandbox::new(Seed {
            users,
            seed,
            api_base: format!("{api_origin}/v1"),
            auth_base: api_origin.clone(),
            kind: EnvironmentKind::Production,
            populations,
        });
        let sandbox: Shared = Arc::new(Mutex::new(with_devices(sandbox)));
        tokio::spawn(serve_api(api, Arc::clone(&sandbox)));
        let dist = release.folder().to_owned();
        tokio::spawn(serve_page(page, dist, api_origin.clone(), config(&api_origin)));
        Self {
            engine: Engine::chosen(),
            browser: OnceCell::new(),
            others: Vec::new(),
            sandbox,
            release,
            page_origin,
            api_origin,
            folder,
            visited: Mutex::default(),
            pool: Pool::shared(),
        }
    }

    /// This world's own folder, which is removed with it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    async fn browser(&self) -> &Browser {
        let started = async || match self.engine {
            Engine::Chromium => Browser::pooled(&self.pool).await,
            other => {
                let (profile, downloads) = (self.folder.join("profile"), self.folder.join(DOWNLOADS));
                Browser::with_engine(other, &self.pool, &profile, &downloads).await
            }
        };
        self.browser.get_or_init(started).await
    }

    /// The sandbox, for its true state and for setting faults.
    pub fn sandbox(&self) -> MutexGuard<'_, Sandbox> {
        self.sandbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets pages read the Correlation-Id of responses from now on. PingOne's documentation says that they can, but
    /// its recorded responses don't allow it.
    pub fn expose_correlation_ids(&self) {
        let mut sandbox = self.sandbox();
        let behavior = Behavior { expose_correlation_id: true, ..sandbox.behavior().clone() };
        sandbox.set_behavior(behavior).expect("a valid behavior");
    }

    /// Issues an access token that the sandbox accepts.
    #[must_use]
    pub fn token(&self, spec: &TokenSpec) -> String {
        self.sandbox().issue_token(spec, now())
    }

    /// Advances the clocks of the sandbox and, until it is reloaded, of the page by ten minutes. A token with a
    /// lifetime of a few seconds might expire before its first use on a busy machine.
    pub async fn let_ten_minutes_pass(&self, page: &Page) {
        // The page comes first: it reads its clock when PingOne refuses a token.
        page.run("const now = Date.now; Date.now = () => now() + 600_000; arguments[0]();").await;
        self.sandbox().set_clock_offset_millis(600_000);
    }

    /// Waits until PingOne has got this number of requests for a change.
    pub async fn wait_for_puts(&self, count: u64) {
        for _ in 0..600 {
            if self.sandbox().oracle().counts().put >= count {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{} instead of {count} requests for a change", self.sandbox().oracle().counts().put);
    }

    /// Makes the browser save downloads in this world's folder.
    pub async fn downloads(&self) -> Downloads {
        let folder = self.folder.join(DOWNLOADS);
        std::fs::create_dir_all(&folder).expect("a folder");
        if self.engine != Engine::Chromium {
            return Downloads(folder);
        }
        let behavior = serde_json::json!({"behavior": "allow", "downloadPath": folder});
        self.browser()
            .await
            .driver
            .cdp()
            .send_raw("Browser.setDownloadBehavior", behavior)
            .await
            .expect("a folder");
        Downloads(folder)
    }

    /// Writes a file that a test can choose in the browser.
    #[must_use]
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, bytes).expect("the file is written");
        path
    }

    /// Opens the page in this world's browser.
    pub async fn open(&self) -> Page {
        self.visit(&self.page_origin).await
    }

    /// Opens another page in this world's browser.
    pub async fn visit(&self, url: &str) -> Page {
        let driver = self.browser().await.driver.clone();
        if self.engine == Engine::Chromium {
            self.forget(&driver, url).await;
        }
        driver.goto(url).await.expect("the page is served");
        Page::new(driver, self.engine)
    }

    /// Clears the stored data of this address's origin on its first visit. A pooled browser may have data of an
    /// earlier test that had the same port.
    async fn forget(&self, driver: &WebDriver, url: &str) {
        let origin = url.split('/').take(3).collect::<Vec<_>>().join("/");
        if origin.starts_with("http")
            && self.visited.lock().unwrap_or_else(PoisonError::into_inner).insert(origin.clone())
        {
            let all = serde_json::json!({"origin": origin, "storageTypes": "all"});
            driver.cdp().send_raw("Storage.clearDataForOrigin", all).await.expect("stored data is cleared");
        }
    }

    /// Opens the page in another computer's browser, which doesn't share anything with the first one.
    pub async fn open_elsewhere(&mut self) -> Page {
        let profile = self.folder.join(format!("profile-{}", self.others.len() + 1));
        let browser = Browser::start(&self.pool, &profile).await;
        let driver = browser.driver.clone();
        driver.goto(&self.page_origin).await.expect("the page is served");
        self.others.push(browser);
        Page::new(driver, self.engine)
    }

    /// Replaces the browser by a new one that belongs to this test and has no stored data.
    pub async fn renew_browser(&mut self) {
        let profile = self.end_browser().await;
        self.browser = OnceCell::from(Browser::start(&self.pool, &profile).await);
    }

    /// Like `renew_browser`, but hidden pages are throttled, as in normal use.
    pub async fn renew_browser_throttling(&mut self) {
        let profile = self.end_browser().await;
        self.browser = OnceCell::from(Browser::start_throttling(&self.pool, &profile).await);
    }

    /// Like `renew_browser`, with the back/forward cache, as in normal use.
    pub async fn renew_browser_keeping_pages(&mut self) {
        let profile = self.end_browser().await;
        self.browser = OnceCell::from(Browser::start_keeping_pages(&self.pool, &profile).await);
    }

    /// Like `renew_browser`, but records network traffic for `traffic`.
    pub async fn renew_browser_watched(&mut self) {
        let profile = self.end_browser().await;
        self.browser = OnceCell::from(Browser::start_watched(&self.pool, &profile).await);
    }

    /// Ends the browser or returns it to the pool. Returns the profile folder for the next one.
    async fn end_browser(&mut self) -> PathBuf {
        let profile = self.folder.join("profile");
        if let Some(browser) = self.browser.take().filter(Browser::is_own) {
            // A profile left on disk does no harm.
            let _ = std::fs::remove_dir_all(browser.quit().await);
        }
        profile
    }

    /// Requests and responses since the last call. Needs `renew_browser_watched`.
    pub async fn traffic(&self) -> Vec<Load> {
        loads(&self.browser().await.events().await)
    }

    /// Kills the browser abruptly and starts another one with the same profile.
    pub async fn kill_browser(&mut self) {
        let browser =
            self.browser.take().expect("the browser belongs to this test: call `renew_browser` first");
        let profile = browser.kill();
        self.browser = OnceCell::from(Browser::start(&self.pool, &profile).await);
    }

    /// Console messages of level warning or worse. The browser reports refused requests under the source `network`;
    /// without `with_network` they are left out.
    pub async fn complaints(&self, with_network: bool) -> Vec<String> {
        let log = self.browser().await.log().await.into_iter();
        log.filter(|(level, source, _)| level != "INFO" && (with_network || source != "network"))
            .map(|(level, source, message)| format!("{level} {source} {message}"))
            .collect()
    }

    /// All console messages since the log was last read.
    pub async fn console(&self) -> String {
        self.browser().await.log().await.into_iter().map(|(_, _, message)| message + "\n").collect()
    }

    /// Serves an empty page without a policy, as a control, and returns its origin.
    pub async fn bare_page(&self) -> String {
        let folder = self.folder.join("bare");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("index.html"), "<!doctype html><title>Bare</title><body></body>")
            .expect("a file");
        self.serve(&folder).await
    }

    /// Serves a folder with its own headers on a new origin, which is returned.
    pub async fn serve(&self, folder: &Path) -> String {
        let (listener, origin) = listen().await;
        tokio::spawn(serve_page(listener, folder.to_owned(), String::new(), String::new()));
        origin
    }

    /// Files of the browser's profile that contain the text in any encoding, while the browser
    /// runs. Returns file and encoding.
    pub fn disk_with(&self, text: &str) -> Vec<(PathBuf, &'static str)> {
        let encodings = encodings(text);
        let browser = self.browser.get().expect("the browser has not been ended");
        let files = files_under(browser.profile());
        let held = files.into_iter().flat_map(|file| {
            let bytes = std::fs::read(&file).unwrap_or_default();
            let found = encodings.iter().filter(|(_, encoded)| holds(&bytes, encoded));
            found.map(|(name, _)| (file.clone(), *name)).collect::<Vec<_>>()
        });
        held.collect()
    }

    /// Quits the browser and returns the files of its profile that contain each text.
    pub async fn files_with(&mut self, texts: &[&str]) -> Vec<Vec<PathBuf>> {
        let browser = self.browser.take().expect("the browser has not been ended");
        let profile = browser.quit().await;
        let files = files_under(&profile);
        texts.iter().map(|text| files.iter().filter(|file| contains(file, text)).cloned().collect()).collect()
    }
}

/// The folder that the browser saves downloads in.
pub struct Downloads(PathBuf);

impl Downloads {
    /// Waits for the download whose name ends with `end` and returns its text.
    pub async fn file(&self, end: &str) -> String {
        String::from_utf8(self.bytes("", end).await).expect("a text")
    }

    /// Waits until the download with this beginning and end of its name is complete, and returns its content.
    pub async fn bytes(&self, beginning: &str, end: &str) -> Vec<u8> {
        for _ in 0..600 {
            let files = files_under(&self.0);
            let is_it = |file: &&PathBuf| {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                name.starts_with(beginning) && name.ends_with(end)
            };
            // The browser first creates an empty file and then moves the complete one to that name.
            // The page doesn't save empty files.
            let saved = files.iter().find(is_it).map(|file| std::fs::read(file).expect("a file"));
            if let Some(bytes) = saved.filter(|bytes| !bytes.is_empty()) {
                return bytes;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("no file name begins with {beginning} and ends with {end}: {:?}", files_under(&self.0));
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.browser.take();
        self.others.clear();
        // A folder left in the temporary directory does no harm.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub(crate) async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    (listener, format!("http://{address}"))
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    paths.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}

/// Whether a file contains the text in any encoding. Browsers write UTF-16 too.
fn contains(file: &Path, text: &str) -> bool {
    let bytes = std::fs::read(file).unwrap_or_default();
    encodings(text).iter().any(|(_, encoded)| holds(&bytes, encoded))
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// Gives devices to the users whose MFA tests turn on. Without a device the page would ask for confirmation first.
fn with_devices(mut sandbox: Sandbox) -> Sandbox {
    for username in ["jonas.brandt", "test.user07"] {
        if let Some(user) = sandbox.user_by_username(username) {
            sandbox.set_devices(user, vec![DeviceSpec::active(DeviceType::Totp)]);
        }
    }
    sandbox
}

impl World {
    /// Gives an active device to all users whose MFA is off, so that the page doesn't ask for confirmation.
    pub fn give_devices(&self) {
        let mut sandbox = self.sandbox();
        let off: Vec<Uuid> =
            sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) == Some(false)).collect();
        for user in off {
            sandbox.set_devices(user, vec![DeviceSpec::active(DeviceType::Totp)]);
        }
    }
}
