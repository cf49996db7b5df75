//! Matching of the entries of an import file with users: found, not found, ambiguous or duplicate.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use pingone::user::UserId;

use crate::directory::store::{UserIndex, UserStore};

use super::spelling::Spelling;
use super::{ConfirmedImport, Entry, Identity, ImportFile};

/// Result of matching an import file: the indexes of its entries, each in exactly one field, in the file's order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matches {
    /// Entries that match exactly one user, which no earlier entry matches.
    pub found: Vec<(usize, UserId)>,
    /// Entries that match no user, or have a [`Problem`](super::Problem).
    pub not_found: Vec<usize>,
    /// Entries that match at least two users, with these users.
    pub ambiguous: Vec<(usize, Vec<UserId>)>,
    /// Entries with the value of an earlier entry, or that match the user of an earlier entry.
    pub duplicates: Vec<usize>,
}

impl Matches {
    /// Builds the result from users found in PingOne: pairs of an entry's index and the users it matches, in any order;
    /// an entry may occur several times. Entries in [`ImportFile::questions`] without an answer are not found; answers
    /// for other entries are ignored.
    #[must_use]
    pub fn from_answers(import: ConfirmedImport<'_>, answers: Vec<(usize, Vec<UserId>)>) -> Self {
        let file = import.file;
        let distinct = DistinctValues::of(file);
        let mut users_by_entry: Vec<Vec<UserId>> = vec![Vec::new(); file.entries().len()];
        for (entry, users) in answers {
            if let Some(users_by_entry) = users_by_entry.get_mut(entry) {
                users_by_entry.extend(users);
            }
        }
        Self::of(&distinct.states, users_by_entry)
    }

    /// `users_by_entry` has the matching users of each entry.
    fn of(states: &[LookupState], users_by_entry: Vec<Vec<UserId>>) -> Self {
        let mut matches = Self::default();
        let mut seen = HashSet::new();
        for (entry, (state, mut users)) in states.iter().zip(users_by_entry).enumerate() {
            users.sort_unstable();
            users.dedup();
            match (state, users.as_slice()) {
                (LookupState::HasProblem, _) | (LookupState::First, []) => matches.not_found.push(entry),
                (LookupState::First, [user]) if seen.insert(*user) => matches.found.push((entry, *user)),
                (LookupState::Duplicate, _) | (LookupState::First, [_]) => matches.duplicates.push(entry),
                (LookupState::First, _) => matches.ambiguous.push((entry, users)),
            }
        }
        matches
    }
}

/// Whether an entry has to be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LookupState {
    /// It is the first with its value and has to be looked up.
    First,
    /// An earlier entry has the same value.
    Duplicate,
    HasProblem,
}

/// An entry's normalized value: equal for entries that mean the same.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key<'a> {
    Id(UserId),
    Text(Cow<'a, str>),
}

impl<'a> Key<'a> {
    fn of(entry: &'a Entry, identity: Identity, spelling: &Spelling) -> Option<Self> {
        if entry.problem.is_some() {
            return None;
        }
        match identity {
            Identity::UserId => UserId::read(&entry.value).map(Self::Id),
            _ => Some(Self::Text(spelling.key(&entry.value, identity))),
        }
    }

    /// The key of entries that match a user; `None` if no entry can.
    fn of_user(
        users: &'a UserStore,
        row: UserIndex,
        identity: Identity,
        spelling: &Spelling,
    ) -> Option<Self> {
        let text = match identity {
            Identity::UserId => return users.id(row).map(Self::Id),
            Identity::ExternalId => users.external_id(row),
            Identity::Username => users.username(row),
            Identity::Email => users.email(row),
        };
        let text = spelling.key(text, identity);
        (!text.is_empty()).then_some(Self::Text(text))
    }
}

/// The distinct values of an import file.
struct DistinctValues<'a> {
    /// For each value, the index of its first entry.
    firsts: HashMap<Key<'a>, usize>,
    states: Vec<LookupState>,
}

impl<'a> DistinctValues<'a> {
    fn of(file: &'a ImportFile) -> Self {
        let mut firsts = HashMap::with_capacity(file.entries().len());
        let mut state = |(index, entry)| {
            let Some(key) = Key::of(entry, file.identity(), &file.spelling) else {
                return LookupState::HasProblem;
            };
            let first = *firsts.entry(key).or_insert(index);
            if first == index { LookupState::First } else { LookupState::Duplicate }
        };
        let states = file.entries().iter().enumerate().map(&mut state).collect();
        Self { firsts, states }
    }
}

impl ImportFile {
    /// Indexes of the entries that have to be looked up: those without a problem, and only the
    /// first of several with the same value.
    #[must_use]
    pub fn questions(&self) -> Vec<usize> {
        let states = DistinctValues::of(self).states.into_iter().enumerate();
        states.filter(|(_, state)| *state == LookupState::First).map(|(entry, _)| entry).collect()
    }
}

impl ConfirmedImport<'_> {
    /// Matches the file with the loaded users. Case is ignored in usernames and email addresses. Accents count, unlike
    /// in the page's search, because the users of a file aren't reviewed one by one before they are changed. External
    /// IDs are compared exactly.
    #[must_use]
    pub fn match_with(self, users: &UserStore) -> Matches {
        let file = self.file;
        let distinct = DistinctValues::of(file);
        let mut users_by_entry: Vec<Vec<UserId>> = vec![Vec::new(); file.entries().len()];
        for row in (0..users.len()).filter_map(|index| u32::try_from(index).ok()).map(UserIndex) {
            // A user without an ID can't be changed, and never matches.
            let Some(id) = users.id(row).filter(|id| !id.0.is_nil()) else { continue };
            let key = Key::of_user(users, row, file.identity(), &file.spelling);
            let first = key.and_then(|key| distinct.firsts.get(&key));
            if let Some(users_by_entry) = first.and_then(|first| users_by_entry.get_mut(*first)) {
                users_by_entry.push(id);
            }
        }
        Matches::of(&distinct.states, users_by_entry)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{normalize, read};
    use super::*;

    use uuid::Uuid;

    use pingone::user::{UnreadableUser, User};
    use pingone_mfa_testkit::user::{fold, numbered as user};

    fn import(text: &str, by: Identity) -> ImportFile {
        let mut import = read(text.as_bytes(), &normalize()).unwrap();
        import.identify(0, by, false);
        import
    }

    fn store(people: &[User]) -> UserStore {
        let mut users = UserStore::default();
        for person in people {
            users.learn(person, &fold);
        }
        users
    }

    fn id(number: u128) -> UserId {
        user(number).id
    }

    #[test]
    fn usernames_and_addresses_match_regardless_of_case() {
        let users = store(&[user(1), User { username: " ŁUK ".into(), ..user(2) }]);
        let matches =
            import("USER001\nłuk\nstranger\n", Identity::Username).confirmed().unwrap().match_with(&users);
        assert_eq!((matches.found, matches.not_found), (vec![(0, id(1)), (1, id(2))], vec![2]));
        let matches =
            import("user001@EXAMPLE.com\nuser001", Identity::Email).confirmed().unwrap().match_with(&users);
        assert_eq!((matches.found, matches.not_found), (vec![(0, id(1))], vec![1]));
    }

    #[test]
    fn accents_distinguish_users() {
        let people = ["zoe", "Zoë"].map(|name| User { username: name.into(), ..user(name.len() as u128) });
        let matches =
            import("ZOË\nzoé\n", Identity::Username).confirmed().unwrap().match_with(&store(&people));
        assert_eq!((matches.found, matches.not_found), (vec![(0, people[1].id)], vec![1]));
    }

    #[test]
    fn external_ids_are_compared_exactly_and_user_ids_as_uuids() {
        let users = store(&[User { external_id: Some("E-1".into()), ..user(1) }, user(2)]);
        let matches =
            import("e-1\n E-1\u{a0}\n", Identity::ExternalId).confirmed().unwrap().match_with(&users);
        assert_eq!((matches.found, matches.not_found), (vec![(1, id(1))], vec![0]));
        let text = format!("{{{}}}\n{}\nuser002\n", id(2), id(9).to_string().to_uppercase());
        let matches = import(&text, Identity::UserId).confirmed().unwrap().match_with(&users);
        assert_eq!((matches.found, matches.not_found), (vec![(0, id(2))], vec![1, 2]));
    }

    #[test]
    fn an_address_that_several_users_share_is_ambiguous() {
        let shared = |number| User { email: Some("Team@example.com".into()), ..user(number) };
        let users = store(&[shared(3), shared(1), user(2)]);
        let matches = import("team@example.com\nTEAM@example.com\n", Identity::Email)
            .confirmed()
            .unwrap()
            .match_with(&users);
        assert_eq!(matches.ambiguous, [(0, vec![id(1), id(3)])]);
        assert_eq!((matches.duplicates, matches.found), (vec![1], vec![]));
    }

    #[test]
    fn an_entry_with_an_earlier_value_is_a_duplicate() {
        let import = import("user001\nnobody\nUser001 \nNOBODY\n4.1E+07\n4.1E+07\n", Identity::Username);
        let matches = import.confirmed().unwrap().match_with(&store(&[user(1)]));
        assert_eq!((matches.found, matches.duplicates), (vec![(0, id(1))], vec![2, 3]));
        assert_eq!(matches.not_found, [1, 4, 5], "shortened numbers may have been different ones");
        assert_eq!(import.questions(), [0, 1]);
    }

    #[test]
    fn an_unreadable_user_is_found_only_by_its_id() {
        let mut users = UserStore::default();
        for id in [None, Some(id(1))] {
            users.learn_unreadable(UnreadableUser {
                id,
                field: "username".into(),
                problem: "missing".into(),
            });
        }
        let text = format!("{}\n{}\n", Uuid::nil(), id(1));
        let matches = import(&text, Identity::UserId).confirmed().unwrap().match_with(&users);
        assert_eq!((matches.found, matches.not_found), (vec![(1, id(1))], vec![0]));
    }

    #[test]
    fn answers_are_matched_like_loaded_users() {
        let import = import("ana\nbo\ncy\nANA\ndi\n\u{eb}\n", Identity::Username);
        let answers = vec![
            (4, vec![id(4)]),
            (0, vec![id(1)]),
            (1, vec![id(2), id(3)]),
            (4, vec![id(4)]),
            (3, vec![id(7)]),
            (5, vec![id(1)]),
            (99, vec![id(8)]),
        ];
        let expected = Matches {
            found: vec![(0, id(1)), (4, id(4))],
            not_found: vec![2],
            ambiguous: vec![(1, vec![id(2), id(3)])],
            duplicates: vec![3, 5],
        };
        assert_eq!(Matches::from_answers(import.confirmed().unwrap(), answers), expected);
    }

    #[test]
    fn a_long_list_is_matched_against_many_users_in_a_single_pass() {
        // The store relies on IDs being random.
        let scattered = |number: u128| {
            UserId(Uuid::from_u128(number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)))
        };
        let people: Vec<User> =
            (1..=100_000).map(|number| User { id: scattered(number), ..user(number) }).collect();
        let lines: Vec<String> = (0..200_000).map(|number| format!("USER{number:03}")).collect();
        let matches =
            import(&lines.join("\n"), Identity::Username).confirmed().unwrap().match_with(&store(&people));
        assert_eq!((matches.found.len(), matches.not_found.len()), (100_000, 100_000));
    }
}
