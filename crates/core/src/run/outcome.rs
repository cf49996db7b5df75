//! The outcome of changing one user's flag.

use pingone::fault::Fault;

/// The outcome of changing one user's flag, after any retries and reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A response confirms that the flag has the requested value.
    Changed {
        /// Whether the PUT's answer was lost and a GET confirmed the value.
        read_back: bool,
    },
    /// PingOne refused the change; the flag is unchanged.
    Refused(Fault),
    /// The change failed, and a GET confirms that the flag is unchanged.
    Failed(Fault),
    /// The PUT was sent but not answered, and no GET could tell whether it was carried out.
    Unconfirmed(Fault),
    /// The user no longer exists in PingOne.
    Gone(Fault),
}

impl Outcome {
    /// The fault, for every outcome except [`Changed`](Self::Changed).
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Changed { .. } => None,
            Self::Refused(fault) | Self::Failed(fault) | Self::Unconfirmed(fault) | Self::Gone(fault) => {
                Some(fault)
            }
        }
    }
}
