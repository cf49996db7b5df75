//! The people that were read, each known once, however often and from wherever they were read.

use std::collections::{HashMap, HashSet};

use pingone_mfa_core::domain::user::{Mfa, UnreadableUser, User, UserId};

/// A row of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowKey {
    /// A user.
    User(UserId),
    /// A row that could not be read, by its place among those.
    Unreadable(usize),
}

/// A row with its contents.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// A user.
    User(User),
    /// A row that could not be read.
    Unreadable(UnreadableUser),
}

impl Row {
    /// The row as it is whatever the flag is. The switch shows that, and would lose the focus with the row around it.
    #[must_use]
    pub fn without_mfa(self) -> Self {
        match self {
            Self::User(user) => Self::User(User { mfa: Mfa::Unknown, ..user }),
            Self::Unreadable(row) => Self::Unreadable(row),
        }
    }
}

/// Which rows are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The list.
    List,
    /// The people whom a search found.
    Found,
}

/// The people that were read.
#[derive(Debug, Clone, Default)]
pub struct People {
    known: HashMap<UserId, User>,
    unreadable: Vec<UnreadableUser>,
    list: Vec<RowKey>,
    listed: HashSet<UserId>,
    found: Vec<RowKey>,
}

impl People {
    /// Adds rows to the list. A user who is there already is not listed again, only known better: while a list
    /// is read its pages may shift.
    pub fn extend_list(&mut self, rows: impl IntoIterator<Item = Result<User, UnreadableUser>>) {
        for row in rows {
            let key = self.learn(row);
            let is_new = match key {
                RowKey::User(id) => self.listed.insert(id),
                RowKey::Unreadable(_) => true,
            };
            if is_new {
                self.list.push(key);
            }
        }
    }

    /// Empties the list, to be read again.
    pub fn clear_list(&mut self) {
        self.list.clear();
        self.listed.clear();
    }

    /// Takes what a search found in place of what an earlier one did.
    pub fn set_found(&mut self, rows: impl IntoIterator<Item = Result<User, UnreadableUser>>) {
        self.found = rows.into_iter().map(|row| self.learn(row)).collect();
    }

    /// Takes note of a user who was read alone.
    pub fn learn_user(&mut self, user: User) {
        self.known.insert(user.id, user);
    }

    fn learn(&mut self, row: Result<User, UnreadableUser>) -> RowKey {
        match row {
            Ok(user) => {
                let id = user.id;
                self.learn_user(user);
                RowKey::User(id)
            }
            Err(unreadable) => {
                self.unreadable.push(unreadable);
                RowKey::Unreadable(self.unreadable.len() - 1)
            }
        }
    }

    /// Takes note of a flag.
    pub fn set_mfa(&mut self, id: UserId, mfa: Mfa) {
        if let Some(user) = self.known.get_mut(&id) {
            user.mfa = mfa;
        }
    }

    /// A user, if read.
    #[must_use]
    pub fn user(&self, id: UserId) -> Option<&User> {
        self.known.get(&id)
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self, source: Source) -> usize {
        self.keys(source).len()
    }

    /// The rows' keys in order.
    #[must_use]
    pub fn keys(&self, source: Source) -> &[RowKey] {
        match source {
            Source::List => &self.list,
            Source::Found => &self.found,
        }
    }

    /// How many rows of the list could not be read.
    #[must_use]
    pub fn unreadable_in_list(&self) -> usize {
        self.list.iter().filter(|key| matches!(key, RowKey::Unreadable(_))).count()
    }

    /// A row's contents.
    #[must_use]
    pub fn row(&self, key: RowKey) -> Option<Row> {
        match key {
            RowKey::User(id) => self.known.get(&id).cloned().map(Row::User),
            RowKey::Unreadable(place) => self.unreadable.get(place).cloned().map(Row::Unreadable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pingone_mfa_core::domain::user::{Account, Name};
    use uuid::Uuid;

    fn user(number: u128, mfa: Mfa) -> User {
        User {
            id: UserId(Uuid::from_u128(number)),
            username: format!("user{number}"),
            name: Name::default(),
            email: None,
            external_id: None,
            population: None,
            account: Account::Enabled,
            created_at: None,
            last_sign_on: None,
            mfa,
        }
    }

    #[test]
    fn a_user_who_comes_twice_is_listed_once_with_the_newer_state() {
        let mut people = People::default();
        people.extend_list([Ok(user(1, Mfa::Off)), Ok(user(2, Mfa::Off))]);
        people.extend_list([Ok(user(2, Mfa::On)), Ok(user(3, Mfa::Off))]);
        assert_eq!(people.len(Source::List), 3);
        assert_eq!(people.user(user(2, Mfa::Off).id).map(|user| user.mfa), Some(Mfa::On));
    }

    #[test]
    fn a_row_that_cannot_be_read_is_listed_too() {
        let mut people = People::default();
        let broken = || UnreadableUser { id: None, field: "username".into(), problem: "missing".into() };
        people.extend_list([Ok(user(1, Mfa::Off)), Err(broken()), Err(broken())]);
        assert_eq!((people.len(Source::List), people.unreadable_in_list()), (3, 2));
        let keys = people.keys(Source::List).to_vec();
        assert_eq!(people.row(keys[2]), Some(Row::Unreadable(broken())));
    }

    #[test]
    fn a_flag_changes_wherever_the_user_is_shown() {
        let mut people = People::default();
        people.extend_list([Ok(user(1, Mfa::Off))]);
        people.set_found([Ok(user(1, Mfa::Off))]);
        people.set_mfa(user(1, Mfa::Off).id, Mfa::On);
        for source in [Source::List, Source::Found] {
            let key = people.keys(source)[0];
            assert_eq!(people.row(key), Some(Row::User(user(1, Mfa::On))), "{source:?}");
        }
    }
}
