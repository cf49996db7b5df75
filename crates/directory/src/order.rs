//! Sorts the users for display by one column.

use std::cmp::Ordering;

use pingone::device::Devices;
use pingone::time::Timestamp;
use pingone::user::{Account, Mfa};

use super::store::{UserIndex, UserStore};

/// A column of the user list; users can be sorted by each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    /// Family name, then given name, in the order of the reader's locale.
    Name,
    /// The username, case-folded for comparison.
    Username,
    /// The email address, case-folded for comparison.
    Email,
    /// The population, by its name in the order of the reader's locale.
    Population,
    /// The account's state: enabled, locked, disabled.
    Account,
    /// The time of the user's last sign-on.
    LastSignOn,
    /// The time of the user's creation.
    Created,
    /// How many devices can be used.
    Devices,
    /// The user's MFA flag: on, then off.
    Mfa,
    /// The external ID, case-folded for comparison.
    ExternalId,
    /// The ID that PingOne assigned to the user.
    Id,
}

impl Column {
    /// All columns except the name, which is always shown, in the order in which they are shown.
    pub const OPTIONAL: [Self; 10] = [
        Self::Username,
        Self::Email,
        Self::Population,
        Self::Account,
        Self::LastSignOn,
        Self::Created,
        Self::ExternalId,
        Self::Id,
        Self::Devices,
        Self::Mfa,
    ];
}

/// A sort order. Missing values sort last in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sort {
    /// The column that the users are sorted by.
    pub key: Column,
    /// Whether the highest value comes first.
    pub is_descending: bool,
}

/// The sort positions of names and populations in the reader's locale. Each distinct text is ranked only once,
/// because locale-aware comparison is slow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranks {
    /// The rank of each of [`UserStore::names`].
    pub names: Vec<u32>,
    /// The rank of each population, by its ID.
    pub populations: Vec<(pingone::user::PopulationId, u32)>,
}

/// The sort key of a missing value.
const LAST: u64 = u64::MAX;

/// Sorts `rows`. Rows that compare as equal keep their order.
pub fn sort(users: &UserStore, rows: &mut [UserIndex], sort: Sort, ranks: &Ranks) {
    let key = |row: UserIndex| match key(users, row, sort.key, ranks) {
        LAST => LAST,
        key if sort.is_descending => LAST - 1 - key,
        key => key,
    };
    let mut keyed: Vec<(u64, u32, UserIndex)> =
        rows.iter().zip(0..).map(|(row, position)| (key(*row), position, *row)).collect();
    match folded_line_index(sort.key) {
        // Integers compare quickly, and sorting a hundred thousand users takes two million comparisons.
        None => keyed.sort_unstable_by_key(|(key, position, _)| (*key, *position)),
        Some(line) => {
            keyed.sort_unstable_by(|left, right| by_text(users, line, sort.is_descending, left, right));
        }
    }
    for (row, (.., sorted)) in rows.iter_mut().zip(keyed) {
        *row = sorted;
    }
}

/// Compares by the key, then by the whole text, because a text's key is only its beginning.
fn by_text(
    users: &UserStore,
    line: usize,
    is_descending: bool,
    left: &(u64, u32, UserIndex),
    right: &(u64, u32, UserIndex),
) -> Ordering {
    let by_whole_text = || {
        let order = users.folded_line(left.2, line).cmp(users.folded_line(right.2, line));
        if is_descending { order.reverse() } else { order }
    };
    left.0.cmp(&right.0).then_with(by_whole_text).then(left.1.cmp(&right.1))
}

fn key(users: &UserStore, row: UserIndex, key: Column, ranks: &Ranks) -> u64 {
    if users.unreadable(row).is_some() {
        return LAST;
    }
    match key {
        Column::Name => name_key(users, row, ranks),
        Column::Username | Column::Email | Column::ExternalId => {
            folded_line_index(key).map_or(LAST, |line| prefix_key(users.folded_line(row, line)))
        }
        Column::Population => population_key(users, row, ranks),
        Column::Account => match users.account(row) {
            Account::Enabled => 0,
            Account::Locked => 1,
            Account::Disabled => 2,
            Account::Unknown => LAST,
        },
        Column::LastSignOn => users.last_sign_on(row).map_or(LAST, time_key),
        Column::Created => users.created_at(row).map_or(LAST, time_key),
        Column::Devices => match users.devices(row) {
            Devices::NotChecked => LAST,
            Devices::Usable(devices) => u64::from(devices),
        },
        Column::Mfa => match users.mfa(row) {
            Mfa::On => 0,
            Mfa::Off => 1,
            Mfa::Unknown => LAST,
        },
        // Half of the ID is enough: a person can't see the effect of the other half.
        Column::Id => users.id(row).map_or(LAST, |id| id.0.as_u64_pair().0),
    }
}

/// The index of the folded text that a column sorts by.
const fn folded_line_index(key: Column) -> Option<usize> {
    match key {
        Column::Username => Some(0),
        Column::Email => Some(2),
        Column::ExternalId => Some(3),
        _ => None,
    }
}

fn name_key(users: &UserStore, row: UserIndex, ranks: &Ranks) -> u64 {
    // Users without a family name sort after the others, by their given name.
    let rank = |index: usize| ranks.names.get(index).map_or(u64::from(u32::MAX), |rank| u64::from(*rank));
    let (family, given) = users.name_places(row);
    (rank(family) << 32) | rank(given)
}

fn population_key(users: &UserStore, row: UserIndex, ranks: &Ranks) -> u64 {
    let Some(id) = users.population(row) else { return LAST };
    let rank = ranks.populations.iter().find(|(known, _)| *known == id);
    // A population without a name sorts after those with one.
    rank.map_or(LAST - 1, |(_, rank)| u64::from(*rank))
}

fn time_key(at: Timestamp) -> u64 {
    at.0.wrapping_sub(i64::MIN).cast_unsigned()
}

/// The first eight bytes of a text as a number that compares in the same order.
fn prefix_key(text: &[u8]) -> u64 {
    if text.is_empty() {
        return LAST;
    }
    let mut bytes = [0; 8];
    for (byte, source) in bytes.iter_mut().zip(text) {
        *byte = *source;
    }
    // No text begins with eight bytes of 255.
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::store::tests::{fold, user};
    use super::*;
    use pingone::user::{Name, PopulationId, User};
    use uuid::Uuid;

    fn names(people: &[User], key: Column, is_descending: bool) -> Vec<String> {
        let mut users = UserStore::default();
        let mut rows: Vec<UserIndex> = people.iter().map(|user| users.learn(user, &fold)).collect();
        let mut sorted = users.names();
        sorted.sort_by_key(|name| name.to_lowercase());
        let rank =
            |name: &&str| u32::try_from(sorted.iter().position(|other| other == name).unwrap()).unwrap();
        let ranks = Ranks {
            names: users.names().iter().map(rank).collect(),
            populations: vec![(PopulationId(Uuid::from_u128(7)), 1), (PopulationId(Uuid::from_u128(8)), 0)],
        };
        sort(&users, &mut rows, Sort { key, is_descending }, &ranks);
        rows.iter().map(|row| users.username(*row).to_owned()).collect()
    }

    fn person(number: u128, username: &str, given: &str, family: &str) -> User {
        let name = Name { given: given.into(), family: family.into() };
        User { username: username.into(), name, ..user(number) }
    }

    #[test]
    fn names_sort_by_family_then_given_and_users_without_a_name_sort_last() {
        let people = [
            person(1, "a", "Zoë", "Holm"),
            person(2, "b", "", ""),
            person(3, "c", "Ana", "holm"),
            person(4, "d", "Ana", "Brandt"),
            person(5, "e", "Only", ""),
        ];
        assert_eq!(names(&people, Column::Name, false), ["d", "a", "c", "e", "b"]);
        assert_eq!(names(&people, Column::Name, true), ["e", "c", "a", "d", "b"]);
    }

    #[test]
    fn usernames_sort_case_folded_and_by_the_whole_text() {
        let people = ["prefix.long.b", "Prefix.long.A", "b", "É", "prefix.long"];
        let people: Vec<User> =
            people.iter().zip(1..).map(|(username, number)| person(number, username, "", "")).collect();
        let sorted = ["b", "É", "prefix.long", "Prefix.long.A", "prefix.long.b"];
        assert_eq!(names(&people, Column::Username, false), sorted);
        let mut backwards = sorted;
        backwards.reverse();
        assert_eq!(names(&people, Column::Username, true), backwards);
    }

    #[test]
    fn missing_values_sort_last_in_both_directions() {
        let never = person(1, "never", "", "");
        let early = User { last_sign_on: Some(Timestamp(-5)), ..person(2, "early", "", "") };
        let late = User { last_sign_on: Some(Timestamp(5)), ..person(3, "late", "", "") };
        let people = [never, late, early];
        assert_eq!(names(&people, Column::LastSignOn, false), ["early", "late", "never"]);
        assert_eq!(names(&people, Column::LastSignOn, true), ["late", "early", "never"]);
    }

    #[test]
    fn populations_sort_by_their_rank() {
        let of = |number, username, id| User {
            population: Some(PopulationId(Uuid::from_u128(id))),
            ..person(number, username, "", "")
        };
        let people = [of(1, "seven", 7), of(2, "nameless", 9), of(3, "eight", 8)];
        assert_eq!(names(&people, Column::Population, false), ["eight", "seven", "nameless"]);
    }

    #[test]
    fn every_order_keeps_all_users() {
        let people: Vec<User> = (0..500).map(user).collect();
        for key in Column::OPTIONAL.into_iter().chain([Column::Name]) {
            for is_descending in [false, true] {
                let mut sorted = names(&people, key, is_descending);
                sorted.sort_unstable();
                sorted.dedup();
                assert_eq!(sorted.len(), people.len(), "{key:?}");
            }
        }
    }
}
