//! Everything that one test needs, on ports of its own.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pingone_sandbox::page::{config_json, serve_page};
use pingone_sandbox::server::{Shared, now, serve_api};
use pingone_sandbox::{
    Behaviour, DeviceSpec, DeviceType, EnvironmentKind, Populations, Sandbox, Seed, TokenSpec,
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
use crate::spelling::spellings;
use crate::traffic::{Load, loads};

/// The folder into which the browser saves files.
const DOWNLOADS: &str = "downloads";

static WORLDS: AtomicU32 = AtomicU32::new(0);

/// A browser, a sandbox and a page server.
pub struct World {
    /// What the page is driven in.
    pub engine: Engine,
    /// Started, or taken from the pool, when it is first used.
    browser: OnceCell<Browser>,
    /// Browsers of other computers.
    others: Vec<Browser>,
    sandbox: Shared,
    /// The release that the page server serves.
    pub release: Release,
    /// The page's origin.
    pub page_origin: String,
    /// The API's origin.
    pub api_origin: String,
    folder: PathBuf,
    /// The origins that were visited.
    visited: Mutex<HashSet<String>>,
    pool: Arc<Pool>,
}

impl World {
    /// A world with so many users and the config.json that belongs to it.
    pub async fn with_users(users: u32) -> Self {
        Self::start(users, config_json).await
    }

    /// A world whose config.json is made from the API's origin by `config`.
    pub async fn start(users: u32, config: impl Fn(&str) -> String) -> Self {
        Self::populated(users, Populations::Usual, config).await
    }

    /// The same with these populations.
    pub async fn populated(users: u32, populations: Populations, config: impl Fn(&str) -> String) -> Self {
        Self::seeded(1, users, populations, config).await
    }

    /// The same, its people and whatever goes wrong drawn from a seed.
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

    /// A folder of this world's own, removed with it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    async fn browser(&self) -> &Browser {
        let started = async || match self.engine {
            Engine::Chromium => Browser::pooled(&self.pool).await,
            other => {
                let (profile, downloads) = (self.folder.join("profile"), self.folder.join(DOWNLOADS));
                Browser::of_engine(other, &self.pool, &profile, &downloads).await
            }
        };
        self.browser.get_or_init(started).await
    }

    /// What really is so.
    pub fn sandbox(&self) -> MutexGuard<'_, Sandbox> {
        self.sandbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets pages read the Correlation-Id of answers from now on, as PingOne's documentation says and its recorded answers
    /// don't.
    pub fn expose_correlation_ids(&self) {
        let mut sandbox = self.sandbox();
        let behaviour = Behaviour { expose_correlation_id: true, ..sandbox.behaviour().clone() };
        sandbox.behave(behaviour).expect("it can be meant");
    }

    /// A token.
    #[must_use]
    pub fn token(&self, spec: &TokenSpec) -> String {
        self.sandbox().mint(spec, now())
    }

    /// Ten minutes pass at once, for PingOne's tokens and for the page until it is loaded again. A token that really ended
    /// within seconds would end before it is used where the machine is busy.
    pub async fn let_ten_minutes_pass(&self, page: &Page) {
        // For the page first: it looks at its clock when PingOne has refused a token.
        page.run("const now = Date.now; Date.now = () => now() + 600_000; arguments[0]();").await;
        self.sandbox().set_clock_offset_millis(600_000);
    }

    /// Has the browser save files into a folder of this world's own.
    pub async fn downloads(&self) -> Downloads {
        let folder = self.folder.join(DOWNLOADS);
        std::fs::create_dir_all(&folder).expect("a folder");
        if self.engine != Engine::Chromium {
            return Downloads(folder);
        }
        let behaviour = serde_json::json!({"behavior": "allow", "downloadPath": folder});
        self.browser()
            .await
            .driver
            .cdp()
            .send_raw("Browser.setDownloadBehavior", behaviour)
            .await
            .expect("a folder");
        Downloads(folder)
    }

    /// Puts a file where the browser can open it.
    #[must_use]
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, bytes).expect("the file is written");
        path
    }

    /// Opens the page.
    pub async fn open(&self) -> Page {
        self.visit(&self.page_origin).await
    }

    /// Opens another page.
    pub async fn visit(&self, url: &str) -> Page {
        let driver = self.browser().await.driver.clone();
        if self.engine == Engine::Chromium {
            self.forget(&driver, url).await;
        }
        driver.goto(url).await.expect("the page is served");
        Page::new(driver, self.engine)
    }

    /// Has a browser forget what the origin of this address stored, unless that was visited: a port may have been that of
    /// an earlier test in the same browser.
    async fn forget(&self, driver: &WebDriver, url: &str) {
        let origin = url.split('/').take(3).collect::<Vec<_>>().join("/");
        if origin.starts_with("http")
            && self.visited.lock().unwrap_or_else(PoisonError::into_inner).insert(origin.clone())
        {
            let all = serde_json::json!({"origin": origin, "storageTypes": "all"});
            driver
                .cdp()
                .send_raw("Storage.clearDataForOrigin", all)
                .await
                .expect("what was stored is forgotten");
        }
    }

    /// Opens the page in the browser of another computer, which shares nothing with the first one.
    pub async fn open_elsewhere(&mut self) -> Page {
        let profile = self.folder.join(format!("profile-{}", self.others.len() + 1));
        let browser = Browser::start(&self.pool, &profile).await;
        let driver = browser.driver.clone();
        driver.goto(&self.page_origin).await.expect("the page is served");
        self.others.push(browser);
        Page::new(driver, self.engine)
    }

    /// Takes another browser in the place of the first, of this test's own, that remembers nothing.
    pub async fn renew_browser(&mut self) {
        let profile = self.end_browser().await;
        self.browser = OnceCell::from(Browser::start(&self.pool, &profile).await);
    }

    /// The same, and the new one slows down what is hidden, which tests don't want and people have.
    pub async fn renew_browser_throttling(&mut self) {
        let profile = self.end_browser().await;
        self.browser = OnceCell::from(Browser::start_throttling(&self.pool, &profile).await);
    }

    /// The same, and the new one keeps pages that are left, to show them again after Back.
    pub async fn renew_browser_keeping_pages(&mut self) {
        let profile = self.end_browser().await;
        self.browser = OnceCell::from(Browser::start_keeping_pages(&self.pool, &profile).await);
    }

    /// The same, and everything that the new one sends and gets can be asked for.
    pub async fn renew_browser_watched(&mut self) {
        let profile = self.end_browser().await;
        self.browser = OnceCell::from(Browser::start_watched(&self.pool, &profile).await);
    }

    /// Ends the browser, or gives it back, and says where the next one keeps its files.
    async fn end_browser(&mut self) -> PathBuf {
        let profile = self.folder.join("profile");
        if let Some(browser) = self.browser.take().filter(Browser::is_own) {
            // A profile that stays behind is only clutter.
            let _ = std::fs::remove_dir_all(browser.quit().await);
        }
        profile
    }

    /// What a watched browser sent since this was last asked, and what came back.
    pub async fn traffic(&self) -> Vec<Load> {
        loads(&self.browser().await.events().await)
    }

    /// Kills the browser in the midst of whatever it does, and starts another that finds what was on its disk.
    pub async fn kill_browser(&mut self) {
        let browser = self.browser.take().expect("a browser of this test's own: call `renew_browser` first");
        let profile = browser.kill();
        self.browser = OnceCell::from(Browser::start(&self.pool, &profile).await);
    }

    /// What the console said that is a warning or worse. Refused requests are named by the network, not by the
    /// page, and are left out where `with_network` is false.
    pub async fn complaints(&self, with_network: bool) -> Vec<String> {
        let log = self.browser().await.log().await.into_iter();
        log.filter(|(level, source, _)| level != "INFO" && (with_network || source != "network"))
            .map(|(level, source, message)| format!("{level} {source} {message}"))
            .collect()
    }

    /// Everything that the console said.
    pub async fn console(&self) -> String {
        self.browser().await.log().await.into_iter().map(|(_, _, message)| message + "\n").collect()
    }

    /// Serves an empty page under no policy at all, for controls, and says where.
    pub async fn bare_page(&self) -> String {
        let folder = self.folder.join("bare");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("index.html"), "<!doctype html><title>Bare</title><body></body>")
            .expect("a file");
        self.serve(&folder).await
    }

    /// Serves a folder as it wants to be served, on an origin of its own, and says where.
    pub async fn serve(&self, folder: &Path) -> String {
        let (listener, origin) = listen().await;
        tokio::spawn(serve_page(listener, folder.to_owned(), String::new(), String::new()));
        origin
    }

    /// In which files of the browser's profile the text stands as of now, in whatever spelling: file and spelling.
    pub fn disk_with(&self, text: &str) -> Vec<(PathBuf, &'static str)> {
        let spellings = spellings(text);
        let browser = self.browser.get().expect("the browser has not been ended");
        let files = files_under(browser.profile());
        let held = files.into_iter().flat_map(|file| {
            let bytes = std::fs::read(&file).unwrap_or_default();
            let found = spellings.iter().filter(|(_, spelled)| holds(&bytes, spelled));
            found.map(|(name, _)| (file.clone(), *name)).collect::<Vec<_>>()
        });
        held.collect()
    }

    /// Ends the browser and says in which files of its profile the text stands.
    pub async fn files_with(&mut self, texts: &[&str]) -> Vec<Vec<PathBuf>> {
        let browser = self.browser.take().expect("the browser has not been ended");
        let profile = browser.quit().await;
        let files = files_under(&profile);
        texts.iter().map(|text| files.iter().filter(|file| contains(file, text)).cloned().collect()).collect()
    }
}

/// Where the browser saves files.
pub struct Downloads(PathBuf);

impl Downloads {
    /// The text of the one file whose name ends so, once it is there whole.
    pub async fn file(&self, end: &str) -> String {
        String::from_utf8(self.bytes("", end).await).expect("a text")
    }

    /// The one file whose name begins and ends so, once it is there whole.
    pub async fn bytes(&self, beginning: &str, end: &str) -> Vec<u8> {
        for _ in 0..600 {
            let files = files_under(&self.0);
            let is_it = |file: &&PathBuf| {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                name.starts_with(beginning) && name.ends_with(end)
            };
            // The browser first takes the name with an empty file and then moves the whole one there; the
            // page saves no empty files.
            let saved = files.iter().find(is_it).map(|file| std::fs::read(file).expect("a file"));
            if let Some(bytes) = saved.filter(|bytes| !bytes.is_empty()) {
                return bytes;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("no file begins with {beginning} and ends with {end}: {:?}", files_under(&self.0));
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.browser.take();
        self.others.clear();
        // What is left in the temporary folder is only clutter.
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

/// The text as UTF-8 and as UTF-16, which browsers write too.
fn contains(file: &Path, text: &str) -> bool {
    let bytes = std::fs::read(file).unwrap_or_default();
    spellings(text).iter().any(|(_, spelled)| holds(&bytes, spelled))
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// Whoever's MFA tests turn on by name has a device: without one the page asks first.
fn with_devices(mut sandbox: Sandbox) -> Sandbox {
    for username in ["jonas.brandt", "test.user07"] {
        if let Some(user) = sandbox.user_named(username) {
            sandbox.set_devices(user, vec![DeviceSpec::active(DeviceType::Totp)]);
        }
    }
    sandbox
}

impl World {
    /// Gives an active device to everyone whose MFA is off, so that turning it on asks nothing.
    pub fn give_devices(&self) {
        let mut sandbox = self.sandbox();
        let off: Vec<Uuid> =
            sandbox.user_ids().filter(|id| sandbox.mfa_enabled(*id) == Some(false)).collect();
        for user in off {
            sandbox.set_devices(user, vec![DeviceSpec::active(DeviceType::Totp)]);
        }
    }
}
