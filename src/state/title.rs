//! The document's title: what a tab that isn't looked at says.

/// The title while nothing is connected.
#[cfg(not(feature = "demo"))]
pub const ALONE: &str = "PingOne MFA";
/// The title while nothing is connected.
#[cfg(feature = "demo")]
pub const ALONE: &str = "Demo - PingOne MFA";

/// What the title tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Title {
    /// Which environment is connected.
    Place,
    /// How far a run is.
    Running {
        /// In hundredths.
        percent: u64,
    },
    /// A run needs a token.
    TokenNeeded {
        /// Users who are settled.
        done: u32,
        /// All of them.
        of: u32,
    },
    /// A run waits for something else.
    Waiting {
        /// Users who are settled.
        done: u32,
        /// All of them.
        of: u32,
    },
}

impl Title {
    /// Its text.
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
