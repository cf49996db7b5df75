//! A list about which nothing is left to guess.

use super::ImportFile;

/// A list whose guesses a person has answered: only such a list names users. There is no other way to make one than
/// [`ImportFile::confirmed`].
#[derive(Debug, Clone, Copy)]
pub struct Confirmed<'a> {
    pub(super) list: &'a ImportFile,
}

impl ImportFile {
    /// The list as it may be used; `None` while a guess is unanswered.
    #[must_use]
    pub fn confirmed(&self) -> Option<Confirmed<'_>> {
        self.guesses().is_empty().then_some(Confirmed { list: self })
    }
}
