//! A value that is loaded from PingOne, and its loading state.

use pingone::fault::Fault;
use pingone::time::Timestamp;

#[derive(Debug, Clone, PartialEq)]
pub enum Load<T> {
    /// Not requested.
    Idle,
    /// Requested; not answered yet.
    Loading,
    Ready {
        value: T,
        /// When the read ended.
        at: Timestamp,
    },
    Failed(Fault),
}

impl<T> Load<T> {
    /// The result of a read that ended at `at`.
    pub fn ended(answer: Result<T, Fault>, at: Timestamp) -> Self {
        match answer {
            Ok(value) => Self::Ready { value, at },
            Err(fault) => Self::Failed(fault),
        }
    }

    /// The value, if it is loaded.
    pub fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready { value, .. } => Some(value),
            Self::Idle | Self::Loading | Self::Failed(_) => None,
        }
    }

    /// A copy of the value, or the default if it isn't loaded.
    pub fn ready_or_default(&self) -> T
    where
        T: Clone + Default,
    {
        self.ready().cloned().unwrap_or_default()
    }
}
