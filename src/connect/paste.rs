//! State of the token field.

use pingone::time::Timestamp;
use pingone::token::TokenFacts;
use pingone::token::claims::Remark;

/// The result of the last paste. The transport holds the token itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Pasted {
    Nothing,
    /// A token was taken.
    Taken {
        facts: TokenFacts,
        /// Remarks to show about the token.
        notes: Vec<Remark>,
    },
    /// The token was forgotten; PingOne still accepts it until it expires.
    Forgotten {
        /// When it expires, if the token says so.
        until: Option<Timestamp>,
        why: Forgetting,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgetting {
    /// A person asked for it.
    Asked,
    /// The page was idle for this many minutes.
    Idle(u64),
}

impl Pasted {
    /// The claims of the token in use.
    #[must_use]
    pub fn facts(&self) -> Option<&TokenFacts> {
        match self {
            Self::Taken { facts, .. } => Some(facts),
            Self::Nothing | Self::Forgotten { .. } => None,
        }
    }
}
