//! Scenarios that take so long that they only run when they are named.

use crate::hand::Outcome;

use super::background;
use super::crowd;

/// A measurement of one run that takes many minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LongScenario {
    /// A run in a tab that is hidden for ten minutes.
    Background,
    /// The page during a run of 100,000 users.
    Crowd,
}

impl LongScenario {
    pub(super) const ALL: [Self; 2] = [Self::Background, Self::Crowd];

    /// The name on the command line.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Background => "background",
            Self::Crowd => "crowd",
        }
    }

    /// Measures the scenario and renders its section of the report.
    pub(super) async fn measure(self, is_quick: bool) -> Outcome<String> {
        match self {
            Self::Background => background::measure(is_quick).await,
            Self::Crowd => crowd::measure(is_quick).await,
        }
    }
}
