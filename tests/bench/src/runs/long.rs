//! Courses that take so long that they are run only where they are named.

use crate::hand::Outcome;

use super::background;

/// What is measured of one run that takes many minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Long {
    /// A tab that is hidden for ten minutes.
    Background,
}

impl Long {
    pub(super) const ALL: [Self; 1] = [Self::Background];

    /// As the command line calls it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Background => "background",
        }
    }

    /// Measures it: a section of the report.
    pub(super) async fn measure(self, is_quick: bool) -> Outcome<String> {
        match self {
            Self::Background => background::measure(is_quick).await,
        }
    }
}
