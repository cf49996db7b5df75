//! The table's search and filters: which of the loaded users are shown.
//!
//! A search index isn't needed, because all users are in memory.

use std::cmp::Reverse;

use memchr::memmem::Finder;
use pingone::bypass::Bypass;
use pingone::device::Devices;
use pingone::time::Timestamp;
use pingone::user::{Account, GroupId, Mfa, PopulationId};

use crate::status::Class;

use super::store::{Fold, UserIndex, UserSet, UserStore, folded};

/// A filter by the MFA flag or by the class that is derived from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MfaFilter {
    /// MFA is on, whatever is known of devices and bypasses.
    On,
    /// One class of the status page.
    Class(Class),
}

/// A filter by the number of active devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DevicesFilter {
    /// The user has at least one active device.
    With,
    /// The user has no active device.
    Without,
    /// The user's devices were not read.
    NotChecked,
}

/// A filter by the time of the last sign-on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignOnFilter {
    /// The user has never signed on.
    Never,
    /// No sign-on for this many days. For a user who has never signed on, the days count from creation.
    NotForDays(u32),
}

/// A filter by the members of one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GroupFilter {
    /// The group whose members are shown.
    pub group: GroupId,
    /// Whether to leave out users who are members only through another group.
    pub is_direct: bool,
}

/// The filters of the table; a user is shown if all of them match. `Default` shows all users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filters {
    /// By the MFA flag or its class; `None` for any.
    pub mfa: Option<MfaFilter>,
    /// By the number of active devices; `None` for any.
    pub devices: Option<DevicesFilter>,
    /// By the state of the account; `None` for any.
    pub account: Option<Account>,
    /// By population; `None` for users of any population.
    pub population: Option<PopulationId>,
    /// By group. The members are passed to [`matching`] separately, because they are read from PingOne.
    pub group: Option<GroupFilter>,
    /// Only users created at this time or later.
    pub created_since: Option<Timestamp>,
    /// By the time of the last sign-on; `None` for any.
    pub sign_on: Option<SignOnFilter>,
}

/// Whether a character is a comma of some script, which people type between family and given name.
#[must_use]
pub const fn is_comma(letter: char) -> bool {
    matches!(letter, ',' | '\u{ff0c}' | '\u{3001}' | '\u{060c}')
}

impl Filters {
    /// Whether no filter is set, so that all users are shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn matches(&self, users: &UserStore, row: UserIndex, now: Timestamp) -> bool {
        self.mfa.is_none_or(|filter| match filter {
            MfaFilter::On => users.mfa(row) == Mfa::On,
            MfaFilter::Class(class) => users.class(row, now) == class,
        }) && self.devices.is_none_or(|filter| filter.matches(users.devices(row)))
            && self.account.is_none_or(|account| users.account(row) == account)
            && self.population.is_none_or(|id| users.population(row) == Some(id))
            && self.created_since.is_none_or(|since| users.created_at(row).is_some_and(|at| at >= since))
            && self.sign_on.is_none_or(|filter| filter.matches(users, row, now))
    }
}

/// How many of `rows` the filters can't decide because devices or bypasses were not read: they
/// aren't shown, but might match.
#[must_use]
pub fn undecided(users: &UserStore, rows: &[UserIndex], filters: &Filters, now: Timestamp) -> u64 {
    let of_bypass = matches!(filters.mfa, Some(MfaFilter::Class(Class::OnBypassed)));
    let of_devices =
        matches!(filters.mfa, Some(MfaFilter::Class(Class::OnWithDevice | Class::OnWithoutDevice)))
            || matches!(filters.devices, Some(DevicesFilter::With | DevicesFilter::Without));
    if !of_bypass && !of_devices {
        return 0;
    }
    let mfa = match filters.mfa {
        Some(MfaFilter::Class(Class::OnBypassed | Class::OnWithDevice | Class::OnWithoutDevice)) => {
            Some(MfaFilter::On)
        }
        other => other,
    };
    let others = Filters { mfa, devices: None, ..*filters };
    let is_unread = |row: UserIndex| {
        (of_bypass && users.bypass(row) == Bypass::NotChecked)
            || (of_devices && users.devices(row) == Devices::NotChecked)
    };
    rows.iter().filter(|row| is_unread(**row) && others.matches(users, **row, now)).count() as u64
}

impl DevicesFilter {
    fn matches(self, devices: Devices) -> bool {
        match devices {
            Devices::NotChecked => self == Self::NotChecked,
            Devices::Usable(0) => self == Self::Without,
            Devices::Usable(_) => self == Self::With,
        }
    }
}

impl SignOnFilter {
    fn matches(self, users: &UserStore, row: UserIndex, now: Timestamp) -> bool {
        // Nothing is known of a row that could not be read.
        if users.unreadable(row).is_some() {
            return false;
        }
        match (self, users.last_sign_on(row)) {
            (Self::Never, last) => last.is_none(),
            (Self::NotForDays(days), last) => {
                let since = last.or_else(|| users.created_at(row));
                since.is_some_and(|since| now.since(since) >= i64::from(days) * DAY)
            }
        }
    }
}

const DAY: i64 = 24 * 3600 * 1000;

/// The fewest characters of a word that is searched as the beginning of an ID.
const MIN_ID_CHARS: usize = 4;

/// A text of more words than this is searched as a whole.
const MAX_WORDS: usize = 24;

/// From this fraction of all users on (one in this many), one pass over all texts is faster than searching each text.
const FULL_PASS_FRACTION: usize = 4;

/// A search text. Each of its words must be found in the username, name, email or external ID, or be the
/// beginning of the ID. The words may be found in any of them and in any order, so a comma between family and
/// given name only separates words.
#[derive(Debug, Clone, Default)]
pub struct Search {
    words: Vec<Word>,
}

#[derive(Debug, Clone)]
struct Word {
    text: String,
    finder: Finder<'static>,
    /// The first hexadecimal digits of an ID, as far as they were typed.
    id: Option<IdStart>,
}

#[derive(Debug, Clone, Copy)]
struct IdStart {
    bits: u128,
    mask: u128,
}

impl Search {
    /// Parses a typed text; `fold` removes case and accents.
    #[must_use]
    pub fn new(text: &str, fold: Fold<'_>) -> Self {
        let text = folded(text.trim(), fold);
        let parts = text.split(|letter: char| letter.is_whitespace() || is_comma(letter));
        let mut words: Vec<&str> = parts.filter(|word| !word.is_empty()).take(MAX_WORDS + 1).collect();
        if words.len() > MAX_WORDS {
            words = vec![&text];
        }
        // The longest word is probably the rarest. Users who lack it aren't searched for the others.
        words.sort_unstable_by_key(|word| Reverse(word.len()));
        Self { words: words.into_iter().map(Word::new).collect() }
    }

    /// Whether the search has no words, so that all users are found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether every user that this search finds was also found by `earlier`, so that only those need to be searched.
    #[must_use]
    pub fn narrows(&self, earlier: &Self) -> bool {
        let is_covered =
            |old: &Word| self.words.iter().any(|new| new.id.is_none() && new.text.contains(&old.text));
        earlier.words.iter().all(is_covered)
    }

    /// The users among `rows` that the search finds.
    fn find(
        &self,
        users: &UserStore,
        rows: impl Iterator<Item = UserIndex>,
        is_large_part: bool,
    ) -> Vec<UserIndex> {
        let Some((first, others)) = self.words.split_first() else { return rows.collect() };
        let containing = is_large_part.then(|| users.containing(&first.finder));
        let matches = |row| {
            containing.as_ref().map_or_else(|| first.matches_text(users, row), |rows| rows.contains(row))
        };
        let is_found = |row: &UserIndex| {
            (matches(*row) || first.matches_id(users, *row))
                && others.iter().all(|word| word.matches(users, *row))
        };
        rows.filter(is_found).collect()
    }
}

impl Word {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), finder: Finder::new(text).into_owned(), id: IdStart::read(text) }
    }

    fn matches(&self, users: &UserStore, row: UserIndex) -> bool {
        self.matches_text(users, row) || self.matches_id(users, row)
    }

    fn matches_text(&self, users: &UserStore, row: UserIndex) -> bool {
        self.finder.find(users.folded(row)).is_some()
    }

    fn matches_id(&self, users: &UserStore, row: UserIndex) -> bool {
        let Some(start) = self.id else { return false };
        users.id(row).is_some_and(|id| id.0.as_u128() & start.mask == start.bits)
    }
}

impl IdStart {
    fn read(text: &str) -> Option<Self> {
        const HYPHENS: [usize; 4] = [8, 13, 18, 23];
        let (mut bits, mut shift) = (0_u128, 128_u32);
        for (index, letter) in text.chars().enumerate() {
            if letter == '-' && HYPHENS.contains(&index) {
                continue;
            }
            shift = shift.checked_sub(4)?;
            bits |= u128::from(letter.to_digit(16)?) << shift;
        }
        let mask = u128::MAX.checked_shl(shift).unwrap_or(0);
        (text.len() >= MIN_ID_CHARS).then_some(Self { bits, mask })
    }
}

/// The users among `rows` that match the search and the filters at `now`, in the same order. `members` are those of the
/// filter's group; without them, a filter by group shows no users.
#[must_use]
pub fn matching(
    users: &UserStore,
    rows: &[UserIndex],
    search: &Search,
    filters: &Filters,
    members: Option<&UserSet>,
    now: Timestamp,
) -> Vec<UserIndex> {
    let is_member = |row| filters.group.is_none() || members.is_some_and(|members| members.contains(row));
    let is_filtered = !filters.is_empty();
    let is_shown = |row: &UserIndex| !is_filtered || (filters.matches(users, *row, now) && is_member(*row));
    let is_large_part = rows.len() >= users.len() / FULL_PASS_FRACTION;
    search.find(users, rows.iter().copied().filter(is_shown), is_large_part)
}

#[cfg(test)]
mod tests {
    use super::super::store::tests::{fold, user};
    use super::*;
    use pingone::user::{Name, UnreadableUser, User, UserId};
    use uuid::Uuid;

    struct Stage {
        users: UserStore,
        rows: Vec<UserIndex>,
    }

    impl Stage {
        fn of(people: impl IntoIterator<Item = User>) -> Self {
            let mut users = UserStore::default();
            let rows = people.into_iter().map(|user| users.learn(&user, &fold)).collect();
            Self { users, rows }
        }

        fn find(&self, text: &str) -> Vec<u32> {
            self.with(text, &Filters::default())
        }

        fn filter(&self, filters: &Filters) -> Vec<u32> {
            self.with("", filters)
        }

        fn with(&self, text: &str, filters: &Filters) -> Vec<u32> {
            let search = Search::new(text, &fold);
            let found = matching(&self.users, &self.rows, &search, filters, None, Timestamp(100 * DAY));
            found.into_iter().map(|row| row.0).collect()
        }
    }

    fn named(number: u128, given: &str, family: &str) -> User {
        User { name: Name { given: given.into(), family: family.into() }, ..user(number) }
    }

    #[test]
    fn a_search_ignores_case_and_accents() {
        let stage = Stage::of([named(1, "Zoë", "Brandt"), named(2, "ZOE", "Łuk"), named(3, "Ana", "Holm")]);
        for text in ["zoe", "Zoë", "ZOE", " zoe "] {
            assert_eq!(stage.find(text), [0, 1], "{text}");
        }
        assert_eq!(stage.find("luk zo"), [1], "each word must be found, in any order");
    }

    #[test]
    fn a_full_name_is_found_in_any_order_with_a_comma_and_with_any_apostrophe_or_hyphen() {
        let stage = Stage::of([
            named(1, "Adaeze", "Okonkwo"),
            named(2, "Sean", "O\u{2019}Brien"),
            named(3, "Ana Lucía", "Smith-Jones"),
            named(4, "Eve", "O'Brien"),
        ]);
        for text in [
            "Adaeze Okonkwo",
            "okonkwo, adaeze",
            "OKONKWO,ADAEZE",
            " Okonkwo ,  Adaeze ",
            "Okonkwo\u{ff0c}Ada",
        ] {
            assert_eq!(stage.find(text), [0], "{text}");
        }
        for text in
            ["o'brien", "O\u{2019}BRIEN", "o\u{02bc}brien", "o`brien", "o\u{00b4}brien", "o\u{2032}brien"]
        {
            assert_eq!(stage.find(text), [1, 3], "{text}");
        }
        for text in ["smith\u{2011}jones", "Smith\u{2013}Jones, Ana", "smith\u{2212}jones lucía"] {
            assert_eq!(stage.find(text), [2], "{text}");
        }
        assert_eq!(stage.find(" , "), [0, 1, 2, 3], "a single comma is an empty search");
    }

    #[test]
    fn a_filter_counts_the_users_that_it_cannot_decide() {
        let mut stage = Stage::of([
            User { mfa: Mfa::On, ..user(1) },
            User { mfa: Mfa::On, ..user(2) },
            User { mfa: Mfa::On, account: Account::Locked, ..user(3) },
            user(4),
        ]);
        stage.users.set_devices(stage.rows[0], Devices::Usable(0));
        stage.users.set_bypass(stage.rows[0], None);
        stage.users.set_bypass(stage.rows[1], Some(Timestamp(101 * DAY)));
        let undecided = |filters| undecided(&stage.users, &stage.rows, &filters, Timestamp(100 * DAY));
        let class = |class| Filters { mfa: Some(MfaFilter::Class(class)), ..Filters::default() };
        let devices = |devices| Filters { devices: Some(devices), ..Filters::default() };
        assert_eq!(undecided(Filters::default()), 0);
        assert_eq!(undecided(Filters { mfa: Some(MfaFilter::On), ..Filters::default() }), 0);
        assert_eq!(undecided(class(Class::OnBypassed)), 1);
        assert_eq!(undecided(Filters { account: Some(Account::Enabled), ..class(Class::OnBypassed) }), 0);
        assert_eq!(undecided(class(Class::OnWithoutDevice)), 2);
        assert_eq!(undecided(class(Class::OnNotChecked)), 0);
        assert_eq!(undecided(devices(DevicesFilter::Without)), 3);
        assert_eq!(undecided(devices(DevicesFilter::With)), 3);
        assert_eq!(undecided(devices(DevicesFilter::NotChecked)), 0);
    }

    #[test]
    fn username_email_and_external_id_are_searched_too() {
        let stage = Stage::of([
            user(1),
            User { external_id: Some("E-77".into()), ..user(2) },
            User { email: None, ..user(3) },
        ]);
        assert_eq!(stage.find("user002"), [1]);
        assert_eq!(stage.find("003@EXAMPLE.com"), Vec::<u32>::new());
        assert_eq!(stage.find("001@EXAMPLE.com"), [0]);
        assert_eq!(stage.find("e-77"), [1]);
    }

    #[test]
    fn an_id_is_found_by_a_prefix_of_at_least_four_characters() {
        let id = |text: &str| UserId(Uuid::parse_str(text).unwrap());
        let stage = Stage::of([
            User { id: id("8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4"), ..user(1) },
            User { id: id("00000000-0000-4000-8000-0000008c1e0b"), ..user(2) },
        ]);
        for text in
            ["8c1e", "8C1E0B52-", "8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4", "8c1e0b5222b14c0e9a550d1f6a7bc2d4"]
        {
            assert_eq!(stage.find(text), [0], "{text}");
        }
        for text in ["8c1", "8-c1e", "8c1e0b52-22b1-4c0e-9a55-0d1f6a7bc2d4a"] {
            assert_eq!(stage.find(text), Vec::<u32>::new(), "{text}");
        }
    }

    #[test]
    fn special_characters_are_searched_literally() {
        let odd = [".*", "[a", "\"; drop", "<img src=x>", "\u{202e}gpj", "a\\b", "(?i)", "%", "\u{0}"];
        let people = odd.iter().zip(1..).map(|(text, number)| named(number, text, "X"));
        let stage = Stage::of(people);
        for (index, text) in odd.iter().enumerate() {
            assert_eq!(stage.find(text), [u32::try_from(index).unwrap()], "{text}");
        }
        assert_eq!(stage.find(&"a ".repeat(500_000)), Vec::<u32>::new());
        assert_eq!(stage.find(&"x".repeat(1_000_000)), Vec::<u32>::new());
    }

    #[test]
    fn a_longer_search_narrows_a_shorter_one() {
        let search = |text: &str| Search::new(text, &fold);
        assert!(search("okon").narrows(&search("oko")));
        assert!(search("oko ad").narrows(&search("ad")));
        assert!(search("oko").narrows(&search("")));
        assert!(!search("oko").narrows(&search("okon")));
        assert!(!search("deaf").narrows(&search("dea")), "it may now be the beginning of an ID");
    }

    #[test]
    fn a_search_among_few_rows_agrees_with_a_search_among_all() {
        let people =
            (0..400).map(|number| named(number, "Zoë", ["Brandt", "Holm", "Łuk"][number as usize % 3]));
        let stage = Stage::of(people);
        for text in ["zoe", "luk", "holm user01", "user01 zoe\n", "z b", "m\nuser", "0000", "nobody"] {
            let search = Search::new(text, &fold);
            let among = |rows: &[UserIndex]| {
                matching(&stage.users, rows, &search, &Filters::default(), None, Timestamp(0)).into_iter()
            };
            let one_by_one: Vec<UserIndex> = stage.rows.chunks(50).flat_map(among).collect();
            assert_eq!(among(&stage.rows).collect::<Vec<_>>(), one_by_one, "{text}");
            let mut backwards = stage.rows.clone();
            backwards.reverse();
            assert!(among(&backwards).rev().eq(one_by_one), "{text}");
        }
    }

    #[test]
    fn a_renamed_user_is_found_by_the_new_name_only() {
        let mut stage = Stage::of((1..=20).map(|number| named(number, "Zoë", "Brandt")));
        stage.users.learn(&named(5, "Ana", "Holm"), &fold);
        assert_eq!(stage.find("holm"), [4]);
        assert_eq!(stage.find("brandt").len(), 19);
    }

    #[test]
    fn a_user_is_shown_only_if_all_filters_match() {
        let stage = {
            let mut stage = Stage::of([
                User { mfa: Mfa::On, last_sign_on: Some(Timestamp(95 * DAY)), ..user(1) },
                User {
                    mfa: Mfa::On,
                    last_sign_on: Some(Timestamp(70 * DAY)),
                    account: Account::Locked,
                    ..user(2)
                },
                User { created_at: Some(Timestamp(99 * DAY)), ..user(3) },
                user(4),
            ]);
            stage.users.set_devices(stage.rows[1], Devices::Usable(0));
            stage
        };
        let all = Filters::default();
        let on = Filters { mfa: Some(MfaFilter::On), ..all };
        assert_eq!(stage.filter(&on), [0, 1]);
        let bare = Filters { mfa: Some(MfaFilter::Class(Class::OnWithoutDevice)), ..all };
        assert_eq!(stage.filter(&bare), [1]);
        assert_eq!(stage.filter(&Filters { devices: Some(DevicesFilter::NotChecked), ..on }), [0]);
        assert_eq!(stage.filter(&Filters { account: Some(Account::Locked), ..on }), [1]);
        assert_eq!(stage.filter(&Filters { population: user(1).population, ..all }), [0, 2]);
        assert_eq!(stage.filter(&Filters { created_since: Some(Timestamp(99 * DAY)), ..all }), [2]);
        assert_eq!(stage.filter(&Filters { sign_on: Some(SignOnFilter::Never), ..all }), [2, 3]);
        assert_eq!(stage.filter(&Filters { sign_on: Some(SignOnFilter::NotForDays(30)), ..all }), [1, 3]);
        assert_eq!(stage.with("user001", &on), [0]);
    }

    #[test]
    fn a_group_filter_shows_its_members_only_once_they_are_known() {
        let stage = Stage::of([user(1), user(2)]);
        let group = GroupFilter { group: GroupId(Uuid::nil()), is_direct: false };
        let filters = Filters { group: Some(group), ..Filters::default() };
        assert_eq!(stage.filter(&filters), Vec::<u32>::new());
        let members: UserSet = [stage.rows[1]].into_iter().collect();
        let found =
            matching(&stage.users, &stage.rows, &Search::default(), &filters, Some(&members), Timestamp(0));
        assert_eq!(found, [stage.rows[1]]);
    }

    #[test]
    fn an_unreadable_row_is_shown_only_as_unknown() {
        let mut stage = Stage::of([user(1)]);
        let broken = UnreadableUser { id: None, field: "username".into(), problem: "missing".into() };
        stage.rows.push(stage.users.learn_unreadable(broken));
        let unknown = Filters { mfa: Some(MfaFilter::Class(Class::Unknown)), ..Filters::default() };
        assert_eq!(stage.filter(&unknown), [1]);
        let never = Filters { sign_on: Some(SignOnFilter::Never), ..Filters::default() };
        assert_eq!(stage.filter(&never), [0]);
        assert_eq!(stage.find(""), [0, 1]);
    }
}
