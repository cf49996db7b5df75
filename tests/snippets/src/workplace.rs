//! A folder of a run's own, gone with it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

static WORKPLACES: AtomicU32 = AtomicU32::new(0);

/// The folder.
#[derive(Debug)]
pub struct Workplace(PathBuf);

impl Workplace {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        let number = WORKPLACES.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("pingone-mfa-snippets-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file into it.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("the file is written");
        path
    }

    /// The text of a file in it; empty where there is none.
    #[must_use]
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap_or_default()
    }
}

impl Default for Workplace {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        // What is left in the temporary folder is only clutter.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
