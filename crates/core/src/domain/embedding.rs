//! What a page that embeds the product says to it, and is told by it. What goes out is counts and ids, and nothing else.

use super::plan::PlanNumber;
use super::region::RegionCode;
use super::tenant::EnvironmentId;

/// Why a token is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// There is none yet, or it was forgotten and somebody wants to go on.
    Start,
    /// The one in use is about to end.
    Expiry,
    /// PingOne refused the one in use.
    Refused,
}

impl Reason {
    /// The word that the host page reads.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Expiry => "expiry",
            Self::Refused => "unauthorized",
        }
    }
}

/// What the host page is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The product is there.
    Ready,
    /// An environment was connected to.
    Connected {
        /// Which.
        environment: EnvironmentId,
        /// Where.
        region: RegionCode,
    },
    /// A run has come so far.
    RunProgress(RunCounts),
    /// A run is over.
    RunFinished {
        /// What became of it.
        counts: RunCounts,
        /// Whether a person stopped it.
        is_stopped: bool,
    },
}

/// A run in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunCounts {
    /// The plan's number.
    pub number: PlanNumber,
    /// Users of the run.
    pub total: u32,
    /// Users who are settled.
    pub done: u32,
    /// Of those, users who were changed.
    pub changed: u32,
    /// Of those, users who were refused or failed, or of whom nobody knows.
    pub failed: u32,
}
