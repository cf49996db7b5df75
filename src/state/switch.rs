//! One user's switch while and after it is pressed.

use pingone::time::Timestamp;
use pingone_mfa_core::run::outcome::Outcome;

/// What is going on with one user's flag.
#[derive(Debug, Clone, PartialEq)]
pub enum Switch {
    /// The PUT is on its way.
    Sending {
        /// On or off.
        to: bool,
    },
    /// The answer was lost; a GET is to tell.
    Checking {
        /// On or off.
        to: bool,
    },
    /// A GET is on its way because a person asked for it.
    Reading,
    /// Nothing was sent: the deployment protects this user.
    Protected,
    /// The change ended.
    Ended {
        /// On or off.
        to: bool,
        /// How.
        outcome: Outcome,
        /// When.
        at: Timestamp,
    },
}

impl Switch {
    /// Whether what was read of the flag at this time may be older than the change.
    #[must_use]
    pub fn outdates(&self, read: Timestamp) -> bool {
        self.is_busy() || matches!(self, Self::Ended { at, .. } if *at >= read)
    }

    /// Whether something is in flight, so that nothing else may be sent for this user.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Sending { .. } | Self::Checking { .. } | Self::Reading)
    }
}
