//! The groups that a match puts the entries of a file into.

use pingone_mfa_core::import::Matches;

/// A result category of [`Matches`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchGroup {
    /// [`Matches::found`]
    Found,
    /// [`Matches::not_found`]
    NotFound,
    /// [`Matches::ambiguous`]
    MoreThanOne,
    /// [`Matches::duplicates`]
    Duplicates,
}

impl MatchGroup {
    pub const ALL: [Self; 4] = [Self::Found, Self::NotFound, Self::MoreThanOne, Self::Duplicates];

    /// The indexes of its entries.
    #[must_use]
    pub fn entries(self, matches: &Matches) -> Vec<usize> {
        match self {
            Self::Found => matches.found.iter().map(|(entry, _)| *entry).collect(),
            Self::NotFound => matches.not_found.clone(),
            Self::MoreThanOne => matches.ambiguous.iter().map(|(entry, _)| *entry).collect(),
            Self::Duplicates => matches.duplicates.clone(),
        }
    }

    #[must_use]
    pub fn len(self, matches: &Matches) -> usize {
        match self {
            Self::Found => matches.found.len(),
            Self::NotFound => matches.not_found.len(),
            Self::MoreThanOne => matches.ambiguous.len(),
            Self::Duplicates => matches.duplicates.len(),
        }
    }

    /// The word for it in a file name.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Found => "mfa-list-found",
            Self::NotFound => "mfa-list-not-found",
            Self::MoreThanOne => "mfa-list-more-than-one",
            Self::Duplicates => "mfa-list-twice",
        }
    }
}
