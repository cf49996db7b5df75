//! The protocol between the product and the host page that embeds it. Events to the host
//! page contain only counts and IDs.

use pingone::environment::EnvironmentId;
use pingone::region::RegionCode;
use pingone::user::UserId;

use crate::connect::token_schedule::DueReason;
use crate::run::plan::PlanNumber;

/// Why the host page is asked for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The page has no token yet, or forgot it and the user wants to continue.
    Start,
    /// The token in use is about to expire.
    Expiry,
    /// PingOne refused the token in use.
    Refused,
}

impl From<DueReason> for Reason {
    fn from(due: DueReason) -> Self {
        match due {
            DueReason::Expiry => Self::Expiry,
            DueReason::Refused => Self::Refused,
        }
    }
}

impl Reason {
    /// The word for the reason in the request to the host page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Expiry => "expiry",
            Self::Refused => "unauthorized",
        }
    }
}

/// An event that the host page receives after it was told that the product is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostEvent {
    /// The page connected to an environment.
    Connected {
        /// The ID of the connected environment.
        environment: EnvironmentId,
        /// The region that the environment is in.
        region: RegionCode,
    },
    /// All users of the environment were loaded.
    UsersLoaded {
        /// The number of users that were loaded.
        users: u64,
    },
    /// The selection of users changed.
    SelectionChanged {
        /// The number of users selected now.
        selected: u64,
    },
    /// One user's MFA flag was changed with its switch.
    Changed {
        /// The ID of the user who was changed.
        user: UserId,
        /// Whether the user's MFA is on now.
        enabled: bool,
    },
    /// A request or an operation failed.
    Failed {
        /// The fault's word, from [`Fault::word`](pingone::fault::Fault::word).
        fault: &'static str,
        /// The HTTP status of the answer, if there was an answer.
        status: Option<u16>,
    },
    /// A run made progress; the numbers are those so far.
    RunProgress(RunCounts),
    /// A run is finished or was stopped.
    RunFinished {
        /// The run's numbers when it ended.
        counts: RunCounts,
        /// Whether a user stopped the run.
        is_stopped: bool,
    },
}

impl HostEvent {
    /// Whether the event is also sent to the parent page when the product runs in a frame.
    #[must_use]
    pub const fn crosses_frames(&self) -> bool {
        matches!(self, Self::Connected { .. } | Self::RunProgress(_) | Self::RunFinished { .. })
    }
}

/// A change that is about to be made. The host page is asked for permission first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Whether MFA is enabled, disabled or bypassed.
    pub kind: ChangeKind,
    /// The number of users to be changed.
    pub users: u32,
    /// The user to be changed, if there is exactly one.
    pub user: Option<UserId>,
}

impl Change {
    /// Creates a change of a single user.
    #[must_use]
    pub const fn of_one(kind: ChangeKind, user: UserId) -> Self {
        Self { kind, users: 1, user: Some(user) }
    }
}

/// The kinds of changes that the host page can permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// MFA is turned on for the users.
    Enable,
    /// MFA is turned off for the users.
    Disable,
    /// MFA is bypassed for a limited time.
    Bypass,
}

impl ChangeKind {
    /// The kind of change that sets the MFA flag to `enabled`.
    #[must_use]
    pub const fn to(enabled: bool) -> Self {
        if enabled { Self::Enable } else { Self::Disable }
    }

    /// The word for the change in the request to the host page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Enable => "enable",
            Self::Disable => "disable",
            Self::Bypass => "bypass",
        }
    }
}

/// The progress or result of a run in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunCounts {
    /// The number that identifies the run's plan.
    pub number: PlanNumber,
    /// How many users the run has in total.
    pub total: u32,
    /// How many users have an outcome.
    pub done: u32,
    /// How many of the done users were changed.
    pub changed: u32,
    /// How many of the done users were refused, failed or are unconfirmed.
    pub failed: u32,
}
