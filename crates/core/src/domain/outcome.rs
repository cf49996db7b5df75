//! How the change of one user's flag ended.

use super::fault::Fault;

/// The end of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A response says that the flag is what was asked for.
    Changed {
        /// The answer to the PUT was lost, and a GET told.
        read_back: bool,
    },
    /// PingOne refused; the flag is what it was.
    Refused(Fault),
    /// It did not work, and a GET says that the flag is what it was.
    Failed(Fault),
    /// Sent and not answered, and no GET could tell.
    AnswerLost(Fault),
    /// The user no longer exists.
    Gone(Fault),
}

impl Outcome {
    /// What went wrong, if anything did.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Changed { .. } => None,
            Self::Refused(fault) | Self::Failed(fault) | Self::AnswerLost(fault) | Self::Gone(fault) => {
                Some(fault)
            }
        }
    }
}
