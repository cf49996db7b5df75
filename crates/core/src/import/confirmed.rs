//! An import file without open guesses.

use super::ImportFile;

/// An import file whose guesses have all been answered by a person. Matching and lookup accept only this type, so that
/// no user is selected by a guess. [`ImportFile::confirmed`] is the only way to get one.
#[derive(Debug, Clone, Copy)]
pub struct ConfirmedImport<'a> {
    pub(super) file: &'a ImportFile,
}

impl ImportFile {
    /// The file for matching and lookup; `None` while a guess is unanswered.
    #[must_use]
    pub fn confirmed(&self) -> Option<ConfirmedImport<'_>> {
        self.guesses().is_empty().then_some(ConfirmedImport { file: self })
    }
}
