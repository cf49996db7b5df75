//! Who of those who were read is shown: a search and filters. No index is needed, because everyone is in memory.

use std::cmp::Reverse;

use memchr::memmem::Finder;

use super::bypass::Bypass;
use super::time::Timestamp;
use super::user::{Account, GroupId, Mfa, PopulationId};
use super::users::{Class, Devices, Fold, UserIndex, UserSet, UserStore, folded};

/// Which flags are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MfaFilter {
    /// On, whatever is known of devices and bypasses.
    On,
    /// One class of the status page.
    Class(Class),
}

/// Which devices are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DevicesFilter {
    /// At least one can be used.
    With,
    /// None can be used.
    Without,
    /// Nobody has looked.
    NotChecked,
}

/// Which last sign-ons are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignOnFilter {
    /// Never signed on.
    Never,
    /// No sign-on for so many days; whoever never signed on counts from the day of creation.
    NotForDays(u32),
}

/// A group whose members are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GroupFilter {
    /// Which.
    pub group: GroupId,
    /// Without those who are members through another group.
    pub is_direct: bool,
}

/// What must hold together for a user to be shown. `Default` shows everyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filters {
    /// By the flag.
    pub mfa: Option<MfaFilter>,
    /// By devices.
    pub devices: Option<DevicesFilter>,
    /// By the account's state.
    pub account: Option<Account>,
    /// By population.
    pub population: Option<PopulationId>,
    /// By group. Whose members are who is given to [`matching`] apart: it is read from PingOne.
    pub group: Option<GroupFilter>,
    /// Created at this time or later.
    pub created_since: Option<Timestamp>,
    /// By the last sign-on.
    pub sign_on: Option<SignOnFilter>,
}

/// Whether it is a comma of some script: what people write between family and given name.
#[must_use]
pub const fn is_comma(letter: char) -> bool {
    matches!(letter, ',' | '\u{ff0c}' | '\u{3001}' | '\u{060c}')
}

impl Filters {
    /// Whether everyone is shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn holds(&self, users: &UserStore, row: UserIndex, now: Timestamp) -> bool {
        self.mfa.is_none_or(|filter| match filter {
            MfaFilter::On => users.mfa(row) == Mfa::On,
            MfaFilter::Class(class) => users.class(row, now) == class,
        }) && self.devices.is_none_or(|filter| filter.holds(users.devices(row)))
            && self.account.is_none_or(|account| users.account(row) == account)
            && self.population.is_none_or(|id| users.population(row) == Some(id))
            && self.created_since.is_none_or(|since| users.created_at(row).is_some_and(|at| at >= since))
            && self.sign_on.is_none_or(|filter| filter.holds(users, row, now))
    }
}

/// How many of `rows` the filters can't decide about, because devices or bypasses were not read: they aren't shown, and
/// might be.
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
    rows.iter().filter(|row| is_unread(**row) && others.holds(users, **row, now)).count() as u64
}

impl DevicesFilter {
    fn holds(self, devices: Devices) -> bool {
        match devices {
            Devices::NotChecked => self == Self::NotChecked,
            Devices::Usable(0) => self == Self::Without,
            Devices::Usable(_) => self == Self::With,
        }
    }
}

impl SignOnFilter {
    fn holds(self, users: &UserStore, row: UserIndex, now: Timestamp) -> bool {
        // Of a row that could not be read nobody knows.
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

/// From so many letters on a word may be the beginning of an id.
const ID_FROM: usize = 4;

/// More words than this are looked for as they stand.
const MOST_WORDS: usize = 24;

/// From this part of everyone on, one pass over all texts is quicker than a look at each.
const PASS_FROM: usize = 4;

/// A text to be found in username, name, e-mail or external id, or as the beginning of an id. Each word must be found,
/// in any of them and in any order, so that a comma between family and given name only parts them.
#[derive(Debug, Clone, Default)]
pub struct Search {
    words: Vec<Word>,
}

#[derive(Debug, Clone)]
struct Word {
    text: String,
    finder: Finder<'static>,
    /// The first digits of an id, as many as there are.
    id: Option<IdStart>,
}

#[derive(Debug, Clone, Copy)]
struct IdStart {
    bits: u128,
    mask: u128,
}

impl Search {
    /// A search for what was typed.
    #[must_use]
    pub fn new(text: &str, fold: Fold<'_>) -> Self {
        let text = folded(text.trim(), fold);
        let parts = text.split(|letter: char| letter.is_whitespace() || is_comma(letter));
        let mut words: Vec<&str> = parts.filter(|word| !word.is_empty()).take(MOST_WORDS + 1).collect();
        if words.len() > MOST_WORDS {
            words = vec![&text];
        }
        // The longest is likely to be the rarest; whoever lacks it isn't looked at for the others.
        words.sort_by_key(|word| Reverse(word.len()));
        Self { words: words.into_iter().map(Word::new).collect() }
    }

    /// Whether everyone is found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether whoever is found by this was found by `earlier` too, so that only those need to be looked at.
    #[must_use]
    pub fn narrows(&self, earlier: &Self) -> bool {
        let is_covered =
            |old: &Word| self.words.iter().any(|new| new.id.is_none() && new.text.contains(&old.text));
        earlier.words.iter().all(is_covered)
    }

    /// Who among `rows` is found.
    fn find(
        &self,
        users: &UserStore,
        rows: impl Iterator<Item = UserIndex>,
        is_most: bool,
    ) -> Vec<UserIndex> {
        let Some((first, others)) = self.words.split_first() else { return rows.collect() };
        let holding = is_most.then(|| users.holding(&first.finder));
        let holds = |row| holding.as_ref().map_or_else(|| first.is_in(users, row), |rows| rows.contains(row));
        let is_found = |row: &UserIndex| {
            (holds(*row) || first.starts_id(users, *row)) && others.iter().all(|word| word.finds(users, *row))
        };
        rows.filter(is_found).collect()
    }
}

impl Word {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), finder: Finder::new(text).into_owned(), id: IdStart::read(text) }
    }

    fn finds(&self, users: &UserStore, row: UserIndex) -> bool {
        self.is_in(users, row) || self.starts_id(users, row)
    }

    fn is_in(&self, users: &UserStore, row: UserIndex) -> bool {
        self.finder.find(users.folded(row)).is_some()
    }

    fn starts_id(&self, users: &UserStore, row: UserIndex) -> bool {
        let Some(start) = self.id else { return false };
        users.id(row).is_some_and(|id| id.0.as_u128() & start.mask == start.bits)
    }
}

impl IdStart {
    fn read(text: &str) -> Option<Self> {
        const HYPHENS: [usize; 4] = [8, 13, 18, 23];
        let (mut bits, mut shift) = (0_u128, 128_u32);
        for (place, letter) in text.chars().enumerate() {
            if letter == '-' && HYPHENS.contains(&place) {
                continue;
            }
            shift = shift.checked_sub(4)?;
            bits |= u128::from(letter.to_digit(16)?) << shift;
        }
        let mask = u128::MAX.checked_shl(shift).unwrap_or(0);
        (text.len() >= ID_FROM).then_some(Self { bits, mask })
    }
}

/// The users among `rows` whom search and filters show at `now`, in the same order. `members` are those of the
/// filter's group; without them a filter by group shows nobody.
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
    let is_shown = |row: &UserIndex| !is_filtered || (filters.holds(users, *row, now) && is_member(*row));
    let is_most = rows.len() >= users.len() / PASS_FROM;
    search.find(users, rows.iter().copied().filter(is_shown), is_most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::{Name, UnreadableUser, User, UserId};
    use crate::domain::users::tests::{fold, user};
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
    fn zoe_finds_zoe_with_and_without_her_dots_and_in_capitals() {
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
        assert_eq!(stage.find(" , "), [0, 1, 2, 3], "a comma alone is no search");
    }

    #[test]
    fn a_filter_says_about_how_many_it_can_not_decide() {
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
    fn username_e_mail_and_external_id_are_looked_at_too() {
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
    fn an_id_is_found_by_its_beginning_from_four_letters_on() {
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
    fn hostile_texts_are_only_texts() {
        let odd = [".*", "[a", "\"; drop", "<img src=x>", "\u{202e}gpj", "a\\b", "(?i)", "%", "\u{0}"];
        let people = odd.iter().zip(1..).map(|(text, number)| named(number, text, "X"));
        let stage = Stage::of(people);
        for (place, text) in odd.iter().enumerate() {
            assert_eq!(stage.find(text), [u32::try_from(place).unwrap()], "{text}");
        }
        assert_eq!(stage.find(&"a ".repeat(500_000)), Vec::<u32>::new());
        assert_eq!(stage.find(&"x".repeat(1_000_000)), Vec::<u32>::new());
    }

    #[test]
    fn a_longer_search_looks_only_at_what_the_shorter_one_found() {
        let search = |text: &str| Search::new(text, &fold);
        assert!(search("okon").narrows(&search("oko")));
        assert!(search("oko ad").narrows(&search("ad")));
        assert!(search("oko").narrows(&search("")));
        assert!(!search("oko").narrows(&search("okon")));
        assert!(!search("deaf").narrows(&search("dea")), "it may be the beginning of an id by now");
    }

    #[test]
    fn among_few_the_same_are_found_as_among_everyone() {
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
    fn who_is_renamed_is_found_by_the_new_name_only() {
        let mut stage = Stage::of((1..=20).map(|number| named(number, "Zoë", "Brandt")));
        stage.users.learn(&named(5, "Ana", "Holm"), &fold);
        assert_eq!(stage.find("holm"), [4]);
        assert_eq!(stage.find("brandt").len(), 19);
    }

    #[test]
    fn filters_hold_together() {
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
    fn a_group_shows_its_members_and_nobody_before_they_are_known() {
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
    fn an_unreadable_row_is_shown_among_the_unknown_only() {
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
