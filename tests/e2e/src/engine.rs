//! The browser engine that the tests drive.

use std::env;
use std::path::Path;

use serde_json::{Value, json};
use thirtyfour::Capabilities;

/// Environment variable that selects the engine for the tests that run in every engine.
const VARIABLE: &str = "PINGONE_MFA_ENGINE";

/// A browser engine that can display the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Chromium. Some tests need its `DevTools` protocol, which does more than `WebDriver`.
    Chromium,
    /// Mozilla Firefox, driven through geckodriver.
    Firefox,
    /// WebKitGTK, which is close to Safari's engine.
    WebKit,
}

impl Engine {
    /// The engine that this process drives, from `PINGONE_MFA_ENGINE`. Chromium by default.
    #[must_use]
    pub fn chosen() -> Self {
        match env::var(VARIABLE).as_deref() {
            Err(_) | Ok("chromium") => Self::Chromium,
            Ok("firefox") => Self::Firefox,
            Ok("webkit") => Self::WebKit,
            Ok(other) => panic!("{VARIABLE} must be chromium, firefox or webkit, not {other}"),
        }
    }

    /// Path of the driver program: from an environment variable, or its name on PATH.
    pub(crate) fn driver(self) -> String {
        let (variable, program) = match self {
            Self::Chromium => ("CHROMEDRIVER", "chromedriver"),
            Self::Firefox => ("GECKODRIVER", "geckodriver"),
            Self::WebKit => ("WEBKITDRIVER", "WebKitWebDriver"),
        };
        env::var(variable).unwrap_or_else(|_| program.to_owned())
    }

    /// `WebDriver` capabilities for an engine other than Chromium: no data from earlier sessions, and downloads saved
    /// in the folder `downloads` without asking.
    pub(crate) fn capabilities(self, downloads: &Path) -> Capabilities {
        let settings = match self {
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
                        // As in normal use. The driver's own preferences would allow every pop-up window.
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
        let Value::Object(settings) = settings else { unreachable!("it is written as an object") };
        settings.into()
    }
}
