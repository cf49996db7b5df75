//! A host page on another origin that embeds the element.

use std::path::{Path, PathBuf};

use pingone_sandbox::page::serve_page;

use crate::portal::Tokens;
use crate::world::{World, listen};

/// A page server on its own origin for a page that contains the element.
pub struct Host {
    /// The origin that this page is served from.
    pub origin: String,
    /// The tokens that the host page's backend returns.
    pub tokens: Tokens,
    folder: PathBuf,
}

impl Host {
    /// Serves a new empty folder of the world with this config.json.
    pub async fn of(world: &World, config: &str) -> Self {
        let folder = world.folder().join("host");
        std::fs::create_dir_all(&folder).expect("a folder");
        Self::serve(folder, config).await
    }

    /// Serves an existing folder with this config.json.
    pub async fn serve(folder: PathBuf, config: &str) -> Self {
        let (listener, origin) = listen().await;
        tokio::spawn(serve_page(listener, folder.clone(), String::new(), config.to_owned()));
        Self { origin, tokens: Tokens::of(&folder), folder }
    }

    /// Writes a file into the served folder.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.join(name), text).expect("a file");
    }

    /// Sets the Content-Security-Policy that all its files are sent with.
    pub fn set_policy(&self, policy: &str) {
        self.write(
            "_headers",
            &format!("/*\n  Content-Security-Policy: {policy}\n  Cache-Control: no-store\n"),
        );
    }
}

/// Copies a folder recursively, without `node_modules` and `dist`.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for file in std::fs::read_dir(from).expect("the example").map(|file| file.expect("a file")) {
        let (from, to) = (file.path(), to.join(file.file_name()));
        // Installed packages and build output aren't part of the example.
        if file.file_name() == "node_modules" || file.file_name() == "dist" {
            continue;
        }
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(&from, &to).expect("a copy");
        }
    }
}
