//! A list about which nothing is left to guess.

use super::List;

/// A list whose guesses a person has answered: only such a list names users. There is no other way to make one than
/// [`List::confirmed`].
#[derive(Debug, Clone, Copy)]
pub struct Confirmed<'a> {
    pub(super) list: &'a List,
}

impl List {
    /// The list as it may be used; `None` while a guess is unanswered.
    #[must_use]
    pub fn confirmed(&self) -> Option<Confirmed<'_>> {
        self.guesses().is_empty().then_some(Confirmed { list: self })
    }
}
