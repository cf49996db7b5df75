//! Keeps Chromium instances that tests use in turn. Starting and ending one takes two seconds of a core, more than
//! most tests need otherwise.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use thirtyfour::WebDriver;

use crate::driver::Driver;

/// The shared pool, which lives as long as a test uses it. There is one pool with one chromedriver, because two
/// chromedrivers that look for a free port at the same time can pick the same one.
static POOL: Mutex<Weak<Pool>> = Mutex::new(Weak::new());

static PROFILES: AtomicU32 = AtomicU32::new(0);

/// Idle browsers and the driver of all browsers. Dropping the pool ends both, in the order of the fields.
pub(crate) struct Pool {
    idle: Mutex<Vec<IdleBrowser>>,
    /// Started together with the first Chromium.
    chromedriver: OnceLock<Driver>,
    folders: Mutex<Folders>,
}

pub(crate) struct IdleBrowser {
    pub(crate) driver: WebDriver,
    pub(crate) profile: PathBuf,
}

/// Profile folders of the pool's browsers, removed after the browsers have ended.
#[derive(Default)]
struct Folders(Vec<PathBuf>);

impl Drop for Folders {
    fn drop(&mut self) {
        for folder in &self.0 {
            // A folder left in the temporary directory does no harm.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

impl Pool {
    pub(crate) fn shared() -> Arc<Self> {
        let mut running = lock(&POOL);
        running.upgrade().unwrap_or_else(|| {
            let started = Arc::new(Self {
                idle: Mutex::default(),
                chromedriver: OnceLock::new(),
                folders: Mutex::default(),
            });
            *running = Arc::downgrade(&started);
            started
        })
    }

    /// The address of its chromedriver.
    pub(crate) fn chromedriver(&self) -> String {
        self.chromedriver.get_or_init(Driver::of_chromium).url()
    }

    pub(crate) fn take(&self) -> Option<IdleBrowser> {
        lock(&self.idle).pop()
    }

    /// Returns a browser for the next test.
    pub(crate) fn put_back(&self, browser: IdleBrowser) {
        lock(&self.idle).push(browser);
    }

    /// A profile folder for a new browser.
    pub(crate) fn profile(&self) -> PathBuf {
        let number = PROFILES.fetch_add(1, Ordering::Relaxed);
        let name = format!("pingone-mfa-e2e-{}-browser-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        lock(&self.folders).0.push(folder.clone());
        folder
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
