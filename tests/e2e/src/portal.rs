//! Serves the example portal (`examples/frame`) on its own origin and site.

use std::path::{Path, PathBuf};

use pingone_sandbox::page::serve_page;
use tokio::net::TcpListener;

use crate::world::{World, listen};

/// The address of the product in the example.
const EXAMPLE: &str = "https://mfa.example.com";

/// A portal that isn't served yet, because the world's config.json needs its origin first.
pub struct Portal {
    listener: TcpListener,
    /// The portal's origin, which always differs from the page's.
    pub origin: String,
}

impl Portal {
    /// Binds a port. The portal's host name puts it on another site than the page and the API.
    pub async fn new() -> Self {
        let (listener, origin) = listen().await;
        Self { listener, origin: origin.replace("127.0.0.1", "localhost") }
    }

    /// Like `new`, but on the page's own site, so that the browser's log includes the frame's console.
    pub async fn on_the_same_site() -> Self {
        let (listener, origin) = listen().await;
        Self { listener, origin }
    }

    /// Serves the example with the product's origin filled in and its script passed through `adapt`.
    #[must_use]
    pub fn serve(self, world: &World, adapt: impl Fn(String) -> String) -> Tokens {
        let folder = world.folder().join("portal");
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/frame");
        std::fs::create_dir_all(&folder).expect("a folder");
        for file in std::fs::read_dir(example).expect("the example").map(|file| file.expect("a file")) {
            let text = std::fs::read_to_string(file.path()).expect("a text");
            let text = text.replace(EXAMPLE, &world.page_origin);
            let text = if file.file_name() == "portal.js" { adapt(text) } else { text };
            std::fs::write(folder.join(file.file_name()), text).expect("a copy");
        }
        tokio::spawn(serve_page(self.listener, folder.clone(), String::new(), String::new()));
        Tokens::of(&folder)
    }
}

/// The token response of a portal's or host page's backend.
pub struct Tokens(PathBuf);

impl Tokens {
    pub(crate) fn of(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// Makes the backend return this token from now on.
    pub fn give(&self, token: &str) {
        let answer = serde_json::json!({"accessToken": token}).to_string();
        // Renamed into place, because the portal may be reading the file at this moment.
        let fresh = self.0.join("fresh");
        std::fs::write(&fresh, answer).expect("a file");
        std::fs::rename(fresh, self.0.join("token.json")).expect("a file");
    }
}
