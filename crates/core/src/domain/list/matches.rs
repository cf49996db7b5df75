//! Whom the entries of a list name: one user, nobody, one of several, or somebody who was named before.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::super::user::UserId;
use super::super::users::{UserIndex, UserStore};
use super::spelling::Spelling;
use super::{Confirmed, Entry, Identity, ImportFile};

/// The entries of a list, by their places, each in exactly one pile and each pile in the list's order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matches {
    /// They name one user each, and nobody names the same user duplicates.
    pub found: Vec<(usize, UserId)>,
    /// They name nobody, or have a [`Problem`](super::Problem).
    pub not_found: Vec<usize>,
    /// They name several users each, at least two.
    pub ambiguous: Vec<(usize, Vec<UserId>)>,
    /// They say what an earlier entry says, or name a user whom an earlier one names.
    pub duplicates: Vec<usize>,
}

impl Matches {
    /// Matches by what PingOne answered: to an entry, by its place, the users it names, in any order and any number of
    /// pieces. Whatever is among [`ImportFile::questions`] and has no answer is not found; answers to other entries say
    /// nothing new.
    #[must_use]
    pub fn from_answers(list: Confirmed<'_>, answers: Vec<(usize, Vec<UserId>)>) -> Self {
        let list = list.list;
        let asked = Asked::of(list);
        let mut named: Vec<Vec<UserId>> = vec![Vec::new(); list.entries().len()];
        for (entry, users) in answers {
            if let Some(named) = named.get_mut(entry) {
                named.extend(users);
            }
        }
        Self::of(&asked.states, named)
    }

    /// `named` has for each entry whom it names.
    fn of(states: &[State], named: Vec<Vec<UserId>>) -> Self {
        let mut matches = Self::default();
        let mut taken = HashSet::new();
        for (entry, (state, mut users)) in states.iter().zip(named).enumerate() {
            users.sort_unstable();
            users.dedup();
            match (state, users.as_slice()) {
                (State::Unaskable, _) | (State::Question, []) => matches.not_found.push(entry),
                (State::Question, [user]) if taken.insert(*user) => matches.found.push((entry, *user)),
                (State::Again, _) | (State::Question, [_]) => matches.duplicates.push(entry),
                (State::Question, _) => matches.ambiguous.push((entry, users)),
            }
        }
        matches
    }
}

/// What is to be done to learn whom an entry names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Somebody has to look.
    Question,
    /// An earlier entry says the same.
    Again,
    /// It has a problem.
    Unaskable,
}

/// What an entry says, so that two that mean the same are the same.
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

    /// What an entry has to say to name a user; `None` if no entry can.
    fn naming(users: &'a UserStore, row: UserIndex, identity: Identity, spelling: &Spelling) -> Option<Self> {
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

/// The different things that the entries of a list say.
struct Asked<'a> {
    /// By what is said, the first entry that says it.
    firsts: HashMap<Key<'a>, usize>,
    /// One for each entry.
    states: Vec<State>,
}

impl<'a> Asked<'a> {
    fn of(list: &'a ImportFile) -> Self {
        let mut firsts = HashMap::with_capacity(list.entries().len());
        let mut state = |(place, entry)| {
            let Some(key) = Key::of(entry, list.identity(), &list.spelling) else { return State::Unaskable };
            let first = *firsts.entry(key).or_insert(place);
            if first == place { State::Question } else { State::Again }
        };
        let states = list.entries().iter().enumerate().map(&mut state).collect();
        Self { firsts, states }
    }
}

impl ImportFile {
    /// The entries that somebody has to look up, by their places: those without a problem, and of several that say the
    /// same the first.
    #[must_use]
    pub fn questions(&self) -> Vec<usize> {
        let states = Asked::of(self).states.into_iter().enumerate();
        states.filter(|(_, state)| *state == State::Question).map(|(entry, _)| entry).collect()
    }
}

impl Confirmed<'_> {
    /// Matches by the users who were read. Capitals don't count in usernames and e-mail addresses. Accents do, unlike in a
    /// search: nobody looks at each of a list's people before something is changed. External ids are compared exactly.
    #[must_use]
    pub fn match_in(self, users: &UserStore) -> Matches {
        let list = self.list;
        let asked = Asked::of(list);
        let mut named: Vec<Vec<UserId>> = vec![Vec::new(); list.entries().len()];
        for row in (0..users.len()).filter_map(|place| u32::try_from(place).ok()).map(UserIndex) {
            // A row without an id can't be changed, and names nobody.
            let Some(id) = users.id(row).filter(|id| !id.0.is_nil()) else { continue };
            let key = Key::naming(users, row, list.identity(), &list.spelling);
            let first = key.and_then(|key| asked.firsts.get(&key));
            if let Some(named) = first.and_then(|first| named.get_mut(*first)) {
                named.push(id);
            }
        }
        Matches::of(&asked.states, named)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{normalize, read};
    use super::*;

    use uuid::Uuid;

    use crate::domain::user::{UnreadableUser, User};
    use crate::domain::users::tests::{fold, user};

    fn list(text: &str, by: Identity) -> ImportFile {
        let mut list = read(text.as_bytes(), &normalize()).unwrap();
        list.identify(0, by, false);
        list
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
    fn usernames_and_addresses_are_found_whatever_their_capitals() {
        let users = store(&[user(1), User { username: " ŁUK ".into(), ..user(2) }]);
        let matches =
            list("USER001\nłuk\nstranger\n", Identity::Username).confirmed().unwrap().match_in(&users);
        assert_eq!((matches.found, matches.not_found), (vec![(0, id(1)), (1, id(2))], vec![2]));
        let matches =
            list("user001@EXAMPLE.com\nuser001", Identity::Email).confirmed().unwrap().match_in(&users);
        assert_eq!((matches.found, matches.not_found), (vec![(0, id(1))], vec![1]));
    }

    #[test]
    fn an_accent_makes_another_person() {
        let people = ["zoe", "Zoë"].map(|name| User { username: name.into(), ..user(name.len() as u128) });
        let matches = list("ZOË\nzoé\n", Identity::Username).confirmed().unwrap().match_in(&store(&people));
        assert_eq!((matches.found, matches.not_found), (vec![(0, people[1].id)], vec![1]));
    }

    #[test]
    fn external_ids_are_compared_exactly_and_ids_as_what_they_mean() {
        let users = store(&[User { external_id: Some("E-1".into()), ..user(1) }, user(2)]);
        let matches = list("e-1\n E-1\u{a0}\n", Identity::ExternalId).confirmed().unwrap().match_in(&users);
        assert_eq!((matches.found, matches.not_found), (vec![(1, id(1))], vec![0]));
        let text = format!("{{{}}}\n{}\nuser002\n", id(2), id(9).to_string().to_uppercase());
        let matches = list(&text, Identity::UserId).confirmed().unwrap().match_in(&users);
        assert_eq!((matches.found, matches.not_found), (vec![(0, id(2))], vec![1, 2]));
    }

    #[test]
    fn an_address_that_several_users_share_is_ambiguous() {
        let shared = |number| User { email: Some("Team@example.com".into()), ..user(number) };
        let users = store(&[shared(3), shared(1), user(2)]);
        let matches = list("team@example.com\nTEAM@example.com\n", Identity::Email)
            .confirmed()
            .unwrap()
            .match_in(&users);
        assert_eq!(matches.ambiguous, [(0, vec![id(1), id(3)])]);
        assert_eq!((matches.duplicates, matches.found), (vec![1], vec![]));
    }

    #[test]
    fn whoever_is_named_again_is_in_the_list_twice() {
        let list = list("user001\nnobody\nUser001 \nNOBODY\n4.1E+07\n4.1E+07\n", Identity::Username);
        let matches = list.confirmed().unwrap().match_in(&store(&[user(1)]));
        assert_eq!((matches.found, matches.duplicates), (vec![(0, id(1))], vec![2, 3]));
        assert_eq!(matches.not_found, [1, 4, 5], "what a spreadsheet shortened may have been different");
        assert_eq!(list.questions(), [0, 1]);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_found_by_its_id_alone() {
        let mut users = UserStore::default();
        for id in [None, Some(id(1))] {
            users.learn_unreadable(UnreadableUser {
                id,
                field: "username".into(),
                problem: "missing".into(),
            });
        }
        let text = format!("{}\n{}\n", Uuid::nil(), id(1));
        let matches = list(&text, Identity::UserId).confirmed().unwrap().match_in(&users);
        assert_eq!((matches.found, matches.not_found), (vec![(1, id(1))], vec![0]));
    }

    #[test]
    fn answers_are_piled_like_users_who_were_read() {
        let list = list("ana\nbo\ncy\nANA\ndi\n\u{eb}\n", Identity::Username);
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
        assert_eq!(Matches::from_answers(list.confirmed().unwrap(), answers), expected);
    }

    #[test]
    fn a_long_list_is_matched_against_many_users_in_one_go() {
        // The store relies on ids being random.
        let scattered = |number: u128| {
            UserId(Uuid::from_u128(number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)))
        };
        let people: Vec<User> =
            (1..=100_000).map(|number| User { id: scattered(number), ..user(number) }).collect();
        let lines: Vec<String> = (0..200_000).map(|number| format!("USER{number:03}")).collect();
        let matches =
            list(&lines.join("\n"), Identity::Username).confirmed().unwrap().match_in(&store(&people));
        assert_eq!((matches.found.len(), matches.not_found.len()), (100_000, 100_000));
    }
}
