//! The options given at mount.

use pingone_mfa_core::config::settings::Settings;

/// The options given at mount, by the page or the host page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MountOptions {
    /// The deployment's settings, with the `views` and `chrome` attributes applied.
    pub settings: Settings,
    /// The `region` attribute.
    pub region: Option<String>,
    /// The `environment-id` attribute.
    pub environment: Option<String>,
    /// The `user-id` attribute.
    pub user: Option<String>,
    /// The build, as named in reports.
    pub build: String,
}
