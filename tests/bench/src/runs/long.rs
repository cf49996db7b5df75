//! Courses that take so long that they are run only where they are named.

use crate::hand::Outcome;

use super::background;
use super::crowd;

/// What is measured of one run that takes many minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Long {
    /// A tab that is hidden for ten minutes.
    Background,
    /// A page with a run of 100,000 users.
    Crowd,
}

impl Long {
    pub(super) const ALL: [Self; 2] = [Self::Background, Self::Crowd];

    /// As the command line calls it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Background => "background",
            Self::Crowd => "crowd",
        }
    }

    /// Measures it: a section of the report.
    pub(super) async fn measure(self, is_quick: bool) -> Outcome<String> {
        match self {
            Self::Background => background::measure(is_quick).await,
            Self::Crowd => crowd::measure(is_quick).await,
        }
    }
}
