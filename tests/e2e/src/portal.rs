//! The example portal (`examples/frame`), on an origin and a site of its own.

use std::path::{Path, PathBuf};

use pingone_sandbox::page::serve_page;
use tokio::net::TcpListener;

use crate::world::{World, listen};

/// Where the example says that the product is served.
const EXAMPLE: &str = "https://mfa.example.com";

/// A portal that isn't served yet: a world's config.json has to name its origin first.
pub struct Portal {
    listener: TcpListener,
    /// Its origin, always another than the page's.
    pub origin: String,
}

impl Portal {
    /// Takes a port. By its host the portal is on another site than the page and the API.
    pub async fn new() -> Self {
        let (listener, origin) = listen().await;
        Self { listener, origin: origin.replace("127.0.0.1", "localhost") }
    }

    /// The same on the page's own site, where the browser's log has the frame's console too.
    pub async fn on_the_same_site() -> Self {
        let (listener, origin) = listen().await;
        Self { listener, origin }
    }

    /// Serves the example, as it is but for the product's origin, and whatever `adapt` makes of its script.
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

/// What the portal's backend answers.
pub struct Tokens(PathBuf);

impl Tokens {
    pub(crate) fn of(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// From now on it gives this token.
    pub fn give(&self, token: &str) {
        let answer = serde_json::json!({"accessToken": token}).to_string();
        // The portal may be reading at this moment.
        let fresh = self.0.join("fresh");
        std::fs::write(&fresh, answer).expect("a file");
        std::fs::rename(fresh, self.0.join("token.json")).expect("a file");
    }
}
