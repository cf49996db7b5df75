//! What a page that embeds the product says to it, and is told by it. What goes out is counts and ids, and nothing else.

use super::plan::PlanNumber;
use super::region::RegionCode;
use super::tenant::EnvironmentId;
use super::user::UserId;

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

/// What the host page is told, after it was told that the product is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostEvent {
    /// An environment was connected to.
    Connected {
        /// Which.
        environment: EnvironmentId,
        /// Where.
        region: RegionCode,
    },
    /// Everyone was listed.
    UsersLoaded {
        /// How many.
        users: u64,
    },
    /// Others are selected.
    SelectionChanged {
        /// How many are, by now.
        selected: u64,
    },
    /// One user's flag was changed by its switch.
    Changed {
        /// Whose.
        user: UserId,
        /// Whether MFA is on now.
        enabled: bool,
    },
    /// Something failed.
    Failed {
        /// What, by the fault's word.
        fault: &'static str,
        /// The status of the answer, where one came.
        status: Option<u16>,
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

impl HostEvent {
    /// Whether a page around a frame is told too.
    #[must_use]
    pub const fn crosses_frames(&self) -> bool {
        matches!(self, Self::Connected { .. } | Self::RunProgress(_) | Self::RunFinished { .. })
    }
}

/// What is about to be changed: the host page is asked before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// What is done.
    pub kind: ChangeKind,
    /// For how many users.
    pub users: u32,
    /// For whom, where it is one.
    pub user: Option<UserId>,
}

impl Change {
    /// A change of one user.
    #[must_use]
    pub const fn of_one(kind: ChangeKind, user: UserId) -> Self {
        Self { kind, users: 1, user: Some(user) }
    }
}

/// What is done to users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// MFA is turned on.
    Enable,
    /// MFA is turned off.
    Disable,
    /// A second factor isn't asked for, for a while.
    Bypass,
}

impl ChangeKind {
    /// Of a flag.
    #[must_use]
    pub const fn to(enabled: bool) -> Self {
        if enabled { Self::Enable } else { Self::Disable }
    }

    /// The word that the host page reads.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Enable => "enable",
            Self::Disable => "disable",
            Self::Bypass => "bypass",
        }
    }
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
