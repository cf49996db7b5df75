//! A set of users, by their indexes in the user store.

use super::UserIndex;

/// A set of users that takes one bit per user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserSet {
    words: Vec<u64>,
    len: usize,
}

impl UserSet {
    /// How many users are in the set.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the set has no users.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether the set contains the given user.
    #[must_use]
    pub fn contains(&self, row: UserIndex) -> bool {
        let (index, bit) = split(row);
        self.words.get(index).is_some_and(|word| word & bit != 0)
    }

    /// Adds a user, unless it is already in the set.
    pub fn insert(&mut self, row: UserIndex) {
        let (index, bit) = split(row);
        if index >= self.words.len() {
            self.words.resize(index + 1, 0);
        }
        if let Some(word) = self.words.get_mut(index) {
            self.len += usize::from(*word & bit == 0);
            *word |= bit;
        }
    }

    /// Removes a user, if it is in the set.
    pub fn remove(&mut self, row: UserIndex) {
        let (index, bit) = split(row);
        if let Some(word) = self.words.get_mut(index) {
            self.len -= usize::from(*word & bit != 0);
            *word &= !bit;
        }
    }
}

impl FromIterator<UserIndex> for UserSet {
    fn from_iter<I: IntoIterator<Item = UserIndex>>(rows: I) -> Self {
        let mut set = Self::default();
        rows.into_iter().for_each(|row| set.insert(row));
        set
    }
}

/// How many of the selectable users are selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// No user is selected, or none is selectable.
    None,
    /// Some users are selected, but not all.
    Some,
    /// All selectable users are selected.
    All,
}

impl Coverage {
    /// The coverage of `selected` among `selectable` users.
    #[must_use]
    pub fn of(selected: usize, selectable: usize) -> Self {
        match selected {
            0 => Self::None,
            selected if selected < selectable => Self::Some,
            _ => Self::All,
        }
    }
}

fn split(row: UserIndex) -> (usize, u64) {
    (row.index() / 64, 1 << (row.index() % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coverage_distinguishes_none_some_and_all() {
        for (selected, selectable, coverage) in [
            (0, 0, Coverage::None),
            (0, 5, Coverage::None),
            (1, 5, Coverage::Some),
            (4, 5, Coverage::Some),
            (5, 5, Coverage::All),
            (1, 1, Coverage::All),
        ] {
            assert_eq!(Coverage::of(selected, selectable), coverage);
        }
    }

    #[test]
    fn a_set_counts_each_user_once() {
        let mut rows: UserSet = [3, 64, 3, 200].map(UserIndex).into_iter().collect();
        assert_eq!(rows.len(), 3);
        assert!(
            rows.contains(UserIndex(200))
                && !rows.contains(UserIndex(199))
                && !rows.contains(UserIndex(9999))
        );
        rows.remove(UserIndex(3));
        rows.remove(UserIndex(3));
        rows.remove(UserIndex(9999));
        assert_eq!((rows.len(), rows.contains(UserIndex(3))), (2, false));
    }
}
