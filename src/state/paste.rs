//! What became of the token field.

use pingone::time::Timestamp;
use pingone::token::TokenFacts;
use pingone::token::claims::Remark;

/// What became of the last paste. The token itself is with the transport.
#[derive(Debug, Clone, PartialEq)]
pub enum Pasted {
    /// Nothing was pasted yet.
    Nothing,
    /// A token was taken.
    Taken {
        /// Its claims.
        facts: TokenFacts,
        /// What should be said about it.
        notes: Vec<Remark>,
    },
    /// The token was forgotten; PingOne takes it until then.
    Forgotten {
        /// Its end, where it said one.
        until: Option<Timestamp>,
        /// Why.
        why: Forgetting,
    },
}

/// Why a token was forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgetting {
    /// A person asked for it.
    Asked,
    /// Nobody touched the page for this many minutes.
    Idle(u64),
}

impl Pasted {
    /// The claims of the token that was taken.
    #[must_use]
    pub fn facts(&self) -> Option<&TokenFacts> {
        match self {
            Self::Taken { facts, .. } => Some(facts),
            Self::Nothing | Self::Forgotten { .. } => None,
        }
    }
}
