//! What a deployment decides for everyone who opens its page.

use super::region::{RegionCode, Regions};
use super::tenant::EnvironmentId;
use super::time::Millis;

/// The settings of a deployment; `Default` is what holds without a config.json.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The regions on offer.
    pub regions: Regions,
    /// The region that is taken where the token names none.
    pub default_region: Option<RegionCode>,
    /// The environment that is worked on, where it isn't the token's own.
    pub environment: Option<EnvironmentId>,
    /// Up to this many users are listed without being asked for; 0 for never.
    pub list_on_connect: u64,
    /// After this long without a key or a pointer the token is forgotten.
    pub forget_after_idle: Millis,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            regions: Regions::default(),
            default_region: None,
            environment: None,
            list_on_connect: 1000,
            forget_after_idle: Millis::seconds(15 * 60),
        }
    }
}
