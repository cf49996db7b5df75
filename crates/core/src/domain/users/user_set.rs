//! A set of users, by their places.

use super::UserIndex;

/// A set of users: one bit each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserSet {
    words: Vec<u64>,
    len: usize,
}

impl UserSet {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether a user is among them.
    #[must_use]
    pub fn contains(&self, row: UserIndex) -> bool {
        let (place, bit) = split(row);
        self.words.get(place).is_some_and(|word| word & bit != 0)
    }

    /// Adds a user.
    pub fn insert(&mut self, row: UserIndex) {
        let (place, bit) = split(row);
        if place >= self.words.len() {
            self.words.resize(place + 1, 0);
        }
        if let Some(word) = self.words.get_mut(place) {
            self.len += usize::from(*word & bit == 0);
            *word |= bit;
        }
    }

    /// Takes a user out.
    pub fn remove(&mut self, row: UserIndex) {
        let (place, bit) = split(row);
        if let Some(word) = self.words.get_mut(place) {
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

/// How much of what can be selected is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// Nothing, also where nothing can be.
    None,
    /// A part.
    Some,
    /// Everything.
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
    (row.place() / 64, 1 << (row.place() % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_what_can_be_selected_is_neither_nothing_nor_everything() {
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
