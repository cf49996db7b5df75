//! Something that is read from PingOne, and how far that is.

use pingone::fault::Fault;
use pingone::time::Timestamp;

/// A thing that is loaded on its own.
#[derive(Debug, Clone, PartialEq)]
pub enum Load<T> {
    /// Nobody has asked.
    Idle,
    /// Asked for; not here yet.
    Loading,
    /// Here.
    Ready {
        /// What was read.
        value: T,
        /// When.
        at: Timestamp,
    },
    /// It could not be read.
    Failed(Fault),
}

impl<T> Load<T> {
    /// The end of a read at `at`.
    pub fn ended(answer: Result<T, Fault>, at: Timestamp) -> Self {
        match answer {
            Ok(value) => Self::Ready { value, at },
            Err(fault) => Self::Failed(fault),
        }
    }

    /// What was read, if it is here.
    pub fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready { value, .. } => Some(value),
            Self::Idle | Self::Loading | Self::Failed(_) => None,
        }
    }

    /// A copy of what was read, or nothing.
    pub fn ready_or_default(&self) -> T
    where
        T: Clone + Default,
    {
        self.ready().cloned().unwrap_or_default()
    }
}
