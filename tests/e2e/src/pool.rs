//! The browsers that tests use one after the other: starting and ending one takes two seconds of a core, more than what most
//! tests do with it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use thirtyfour::WebDriver;

use crate::driver::Driver;

/// The pool in use, as long as a test uses it. One for all, with one chromedriver: two that look for a free port at the
/// same time can find the same one.
static POOL: Mutex<Weak<Pool>> = Mutex::new(Weak::new());

static PROFILES: AtomicU32 = AtomicU32::new(0);

/// Browsers that wait for a test, and what drives all. Dropping it ends both: fields are dropped in their order.
pub(crate) struct Pool {
    resting: Mutex<Vec<Rested>>,
    /// Started when the first browser of Chromium is.
    chromedriver: OnceLock<Driver>,
    folders: Mutex<Folders>,
}

/// A browser that waits for a test.
pub(crate) struct Rested {
    pub(crate) driver: WebDriver,
    pub(crate) profile: PathBuf,
}

/// The profiles of the pool's browsers, removed after those have ended.
#[derive(Default)]
struct Folders(Vec<PathBuf>);

impl Drop for Folders {
    fn drop(&mut self) {
        for folder in &self.0 {
            // What is left in the temporary folder is only clutter.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

impl Pool {
    /// The pool of this process.
    pub(crate) fn shared() -> Arc<Self> {
        let mut running = lock(&POOL);
        running.upgrade().unwrap_or_else(|| {
            let started = Arc::new(Self {
                resting: Mutex::default(),
                chromedriver: OnceLock::new(),
                folders: Mutex::default(),
            });
            *running = Arc::downgrade(&started);
            started
        })
    }

    /// Where its chromedriver listens.
    pub(crate) fn chromedriver(&self) -> String {
        self.chromedriver.get_or_init(Driver::of_chromium).url()
    }

    /// A browser that waits.
    pub(crate) fn take(&self) -> Option<Rested> {
        lock(&self.resting).pop()
    }

    /// Keeps a browser for another test.
    pub(crate) fn give_back(&self, rested: Rested) {
        lock(&self.resting).push(rested);
    }

    /// A folder for the profile of another browser.
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
