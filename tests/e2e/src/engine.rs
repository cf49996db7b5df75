//! The engine that the page is driven in.

use std::env;
use std::path::Path;

use serde_json::{Value, json};
use thirtyfour::Capabilities;

/// Names the engine for tests that run in every one.
const VARIABLE: &str = "PINGONE_MFA_ENGINE";

/// What shows the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Chromium, whose developer tools reach further than any driver.
    Chromium,
    /// Firefox.
    Firefox,
    /// WebKitGTK, which is close to Safari's engine.
    WebKit,
}

impl Engine {
    /// The one that this process drives.
    #[must_use]
    pub fn chosen() -> Self {
        match env::var(VARIABLE).as_deref() {
            Err(_) | Ok("chromium") => Self::Chromium,
            Ok("firefox") => Self::Firefox,
            Ok("webkit") => Self::WebKit,
            Ok(other) => panic!("{VARIABLE} is chromium, firefox or webkit, and not {other}"),
        }
    }

    /// The driver's program, as the tests are told of it or as it is found on PATH.
    pub(crate) fn driver(self) -> String {
        let (variable, program) = match self {
            Self::Chromium => ("CHROMEDRIVER", "chromedriver"),
            Self::Firefox => ("GECKODRIVER", "geckodriver"),
            Self::WebKit => ("WEBKITDRIVER", "WebKitWebDriver"),
        };
        env::var(variable).unwrap_or_else(|_| program.to_owned())
    }

    /// What a browser of another engine than Chromium is started with: nothing of an earlier one, and files saved into this
    /// folder without a question.
    pub(crate) fn capabilities(self, downloads: &Path) -> Capabilities {
        let wishes = match self {
            Self::Chromium => unreachable!("Chromium's are in `browser`"),
            Self::Firefox => json!({
                "browserName": "firefox",
                "acceptInsecureCerts": false,
                "moz:firefoxOptions": {
                    "binary": env::var("FIREFOX").unwrap_or_else(|_| "/usr/bin/firefox-esr".to_owned()),
                    "args": ["-headless"],
                    "prefs": {
                        "browser.download.folderList": 2,
                        "browser.download.dir": downloads,
                        "browser.download.alwaysOpenPanel": false,
                        // As it is for a person: the driver's own preferences let every window open.
                        "dom.disable_open_during_load": true,
                    },
                },
            }),
            Self::WebKit => json!({
                "browserName": "MiniBrowser",
                "webkitgtk:browserOptions": {
                    "binary": env::var("MINIBROWSER").unwrap_or_else(|_| "MiniBrowser".to_owned()),
                    "args": ["--automation"],
                },
            }),
        };
        let Value::Object(wishes) = wishes else { unreachable!("it is written as an object") };
        wishes.into()
    }
}
