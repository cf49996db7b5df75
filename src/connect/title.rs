//! The document's title: what the tab shows while it is in the background.

/// The title while not connected.
#[cfg(not(feature = "demo"))]
pub const ALONE: &str = "PingOne MFA";
/// The title while not connected.
#[cfg(feature = "demo")]
pub const ALONE: &str = "Demo - PingOne MFA";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Title {
    /// The connected environment.
    Place,
    /// The progress of a run.
    Running {
        /// Percent of the users that are settled, rounded down.
        percent: u64,
    },
    /// A run is paused because it needs a token.
    TokenNeeded {
        /// Settled users.
        done: u32,
        /// All users of the run.
        of: u32,
    },
    /// A run is paused for another reason.
    Waiting {
        /// Settled users.
        done: u32,
        /// All users of the run.
        of: u32,
    },
}

impl Title {
    #[must_use]
    pub fn text(self, environment: &str) -> String {
        let text = match self {
            Self::Place => format!("{environment} - PingOne MFA"),
            Self::Running { percent } => format!("{percent} % - {environment}"),
            Self::TokenNeeded { done, of } => format!("Token needed - {done} of {of}"),
            Self::Waiting { done, of } => format!("Waiting - {done} of {of}"),
        };
        #[cfg(feature = "demo")]
        let text = format!("Demo - {text}");
        text
    }
}
