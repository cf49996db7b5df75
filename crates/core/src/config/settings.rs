//! The settings that a deployment makes for everyone who opens its page.

use pingone::environment::EnvironmentId;
use pingone::policy::Rate;
use pingone::region::{RegionCode, Regions};
use pingone::time::Millis;

use crate::config::shown::ShownParts;
use crate::run::limits::Limits;
use crate::sign_in::session::SignInApplication;

/// The settings of a deployment. `Default` has the values that apply without a config.json.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The regions that a person can choose from.
    pub regions: Regions,
    /// The region that is used if the token doesn't identify one.
    pub default_region: Option<RegionCode>,
    /// The environment that is worked on, if it isn't the token's own.
    pub environment: Option<EnvironmentId>,
    /// The application with which people sign in, in [`Settings::default_region`].
    pub sign_in: Option<SignInApplication>,
    /// Up to this many users are loaded automatically; 0 for never.
    pub list_on_connect: u64,
    /// The ceilings of the request rate.
    pub rate: Rate,
    /// What the deployment permits of bypasses.
    pub bypass: BypassRule,
    /// The limits on what may be changed on the page.
    pub limits: Limits,
    /// The token is forgotten after this long without keyboard or pointer input.
    pub forget_after_idle: Millis,
    /// For how many days the journal of runs is kept.
    pub journal_days: u64,
    /// A sentence of the deployment, shown to everyone before they connect and before they change anything.
    pub notice: Option<String>,
    /// The deployment's contact for help, if it has one.
    pub support: Option<String>,
    /// The origins whose pages may frame this one; if empty, none may.
    pub frame_ancestors: Vec<String>,
    /// Which parts of the console are shown.
    pub shown: ShownParts,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            regions: Regions::default(),
            default_region: None,
            environment: None,
            sign_in: None,
            list_on_connect: 1000,
            rate: Rate::default(),
            bypass: BypassRule::default(),
            limits: Limits::default(),
            forget_after_idle: Millis::seconds(15 * 60),
            journal_days: 7,
            notice: None,
            support: None,
            frame_ancestors: Vec::new(),
            shown: ShownParts::default(),
        }
    }
}

/// What a deployment permits of bypasses, which let a user sign on without a second factor for a limited time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BypassRule {
    /// Whether bypasses are permitted at all.
    pub is_allowed: bool,
    /// The maximum length of a bypass, in hours.
    pub max_hours: u64,
    /// A sentence of the deployment, shown before a bypass is set.
    pub note: Option<String>,
}

impl Default for BypassRule {
    fn default() -> Self {
        Self { is_allowed: true, max_hours: 24, note: None }
    }
}
