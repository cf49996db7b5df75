//! A page of somebody else's, in which the element is.

use std::path::{Path, PathBuf};

use pingone_sandbox::page::serve_page;

use crate::portal::Tokens;
use crate::world::{World, listen};

/// A page on an origin of its own, with the element in it.
pub struct Host {
    /// Its origin.
    pub origin: String,
    /// What its backend answers.
    pub tokens: Tokens,
    folder: PathBuf,
}

impl Host {
    /// Serves a folder of the world's own, in which nothing is yet, with this config.json.
    pub async fn of(world: &World, config: &str) -> Self {
        let folder = world.folder().join("host");
        std::fs::create_dir_all(&folder).expect("a folder");
        Self::serve(folder, config).await
    }

    /// Serves a folder with this config.json.
    pub async fn serve(folder: PathBuf, config: &str) -> Self {
        let (listener, origin) = listen().await;
        tokio::spawn(serve_page(listener, folder.clone(), String::new(), config.to_owned()));
        Self { origin, tokens: Tokens::of(&folder), folder }
    }

    /// Writes one of its files.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.join(name), text).expect("a file");
    }

    /// The policy that all of its files are sent with.
    pub fn set_policy(&self, policy: &str) {
        self.write(
            "_headers",
            &format!("/*\n  Content-Security-Policy: {policy}\n  Cache-Control: no-store\n"),
        );
    }
}

/// Copies a folder and all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for file in std::fs::read_dir(from).expect("the example").map(|file| file.expect("a file")) {
        let (from, to) = (file.path(), to.join(file.file_name()));
        // What somebody has installed or built beside it is no part of the example.
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
