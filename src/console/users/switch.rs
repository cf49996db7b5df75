//! State of one user's MFA switch during and after a change.

use pingone::time::Timestamp;
use pingone_mfa_core::run::outcome::Outcome;

#[derive(Debug, Clone, PartialEq)]
pub enum Switch {
    /// The PUT is in flight.
    Sending {
        /// The requested value.
        to: bool,
    },
    /// The answer was lost; a GET determines the outcome.
    Checking {
        /// The requested value.
        to: bool,
    },
    /// A GET is in flight, at a person's request.
    Reading,
    /// Nothing was sent: the deployment protects this user.
    Protected,
    Ended {
        /// The requested value.
        to: bool,
        outcome: Outcome,
        at: Timestamp,
    },
}

impl Switch {
    /// Whether a flag that was read at `read` may be older than the change.
    #[must_use]
    pub fn outdates(&self, read: Timestamp) -> bool {
        self.is_busy() || matches!(self, Self::Ended { at, .. } if *at >= read)
    }

    /// Whether a request is in flight, so that nothing else may be sent for this user.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Sending { .. } | Self::Checking { .. } | Self::Reading)
    }
}
