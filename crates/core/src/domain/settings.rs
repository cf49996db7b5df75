//! What a deployment decides for everyone who opens its page.

use super::limits::Limits;
use super::region::{RegionCode, Regions};
use super::sign_in::SignInApplication;
use super::tenant::EnvironmentId;
use super::time::{Millis, PerSecond};

/// The settings of a deployment; `Default` is what holds without a config.json.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The regions on offer.
    pub regions: Regions,
    /// The region that is taken where the token names none.
    pub default_region: Option<RegionCode>,
    /// The environment that is worked on, where it isn't the token's own.
    pub environment: Option<EnvironmentId>,
    /// By which application people sign in, in [`Settings::default_region`].
    pub sign_in: Option<SignInApplication>,
    /// Up to this many users are listed without being asked for; 0 for never.
    pub list_on_connect: u64,
    /// How fast requests may leave.
    pub rate: Rate,
    /// What holds for bypasses.
    pub bypass: BypassRule,
    /// What may be done on the page.
    pub limits: Limits,
    /// After this long without a key or a pointer the token is forgotten.
    pub forget_after_idle: Millis,
    /// For how many days the journal of runs is kept.
    pub journal_days: u64,
    /// A sentence of the deployment's own, shown to everyone before they connect and before they change anything.
    pub notice: Option<String>,
    /// Where to ask for help.
    pub support: Option<String>,
    /// The origins whose pages may frame this one; none, where it is empty.
    pub frame_ancestors: Vec<String>,
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
        }
    }
}

/// Ceilings in requests a second, preflights counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// For reads, until somebody chooses another.
    pub read: PerSecond,
    /// For writes.
    pub write: PerSecond,
    /// The highest ceiling that may be chosen.
    pub max: PerSecond,
}

impl Default for Rate {
    fn default() -> Self {
        Self { read: PerSecond(20.0), write: PerSecond(10.0), max: PerSecond(50.0) }
    }
}

/// What a deployment permits of bypasses: of letting somebody sign on without a second factor for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BypassRule {
    /// Whether they are permitted at all.
    pub is_allowed: bool,
    /// For how many hours at most.
    pub most_hours: u64,
    /// A sentence of the deployment's own, shown where somebody is about to allow one.
    pub note: Option<String>,
}

impl Default for BypassRule {
    fn default() -> Self {
        Self { is_allowed: true, most_hours: 24, note: None }
    }
}
