//! The user store: all users that were read, each once and packed.
//!
//! A hundred thousand users have to fit into a page's memory and be searched between two key presses.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;

use hashbrown::HashTable;
use memchr::memchr2;
use memchr::memmem::Finder;
use pingone::bypass::Bypass;
use pingone::device::Devices;
use pingone::time::Timestamp;
use pingone::user::{Account, Mfa, Name, PopulationId, UnreadableUser, User, UserId};
use uuid::Uuid;

use super::punctuation::plain_marks;
use super::status::Class;
use super::status::{Counts, PopulationStatus, Status};

mod texts;
mod user_set;
mod words;

use texts::{Text, Texts};
use words::{Word, Words};

pub use user_set::{Coverage, UserSet};

/// Removes case and accents, so that "Zoe" finds "Zoë", and keeps control characters. The browser does it for letters
/// outside of ASCII.
pub type Fold<'a> = &'a dyn Fn(&str) -> String;

/// A user's index in the store. It doesn't change while the store is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserIndex(pub u32);

impl UserIndex {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Debug, Clone)]
struct Record {
    id: UserId,
    created_at: i64,
    last_sign_on: i64,
    username: Text,
    email: Text,
    external_id: Text,
    /// Username, name, email and external ID, folded, one per line.
    folded: Text,
    given: Word,
    family: Word,
    population: u32,
    mfa: Mfa,
    account: Account,
    devices: Devices,
}

/// The value that stands for a missing time.
const NEVER: i64 = i64::MIN;

/// The population of users without one.
const NO_POPULATION: u32 = u32::MAX;

/// The store of all users that were read.
#[derive(Debug, Clone, Default)]
pub struct UserStore {
    records: Vec<Record>,
    indexes: HashTable<u32>,
    words: Words,
    shown: Texts,
    folded: Texts,
    populations: Vec<PopulationId>,
    unreadable: HashMap<u32, UnreadableUser>,
    bypasses: HashMap<u32, Timestamp>,
    /// The users whose bypass was read, whether there is one or not.
    bypass_read: UserSet,
}

impl UserStore {
    /// Reserves room for this many users, so that the store doesn't move while it grows.
    pub fn reserve(&mut self, users: usize) {
        let further = users.saturating_sub(self.records.len());
        self.records.reserve_exact(further);
        self.indexes.reserve(further, |index| hash(id_at(&self.records, *index)));
    }

    /// How many users are stored, unreadable rows included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether the store has no users.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Stores a user. A user who is already stored is updated at the same index; what was read about devices is kept.
    pub fn learn(&mut self, user: &User, fold: Fold<'_>) -> UserIndex {
        self.store(user, &folded(&searched(user), fold))
    }

    /// Stores the rows of a page. `fold` is called once for all of them: each call crosses to JavaScript several times.
    pub fn learn_all(
        &mut self,
        rows: impl IntoIterator<Item = Result<User, UnreadableUser>>,
        fold: Fold<'_>,
    ) -> Vec<UserIndex> {
        let rows: Vec<_> = rows.into_iter().collect();
        let texts: Vec<String> = rows.iter().flatten().map(searched).collect();
        let foreign: Vec<&str> = texts.iter().map(String::as_str).filter(|text| !text.is_ascii()).collect();
        let between = char::from(BETWEEN_USERS);
        let foreign = folded(&foreign.join(between.encode_utf8(&mut [0])), fold);
        let (mut texts, mut foreign) = (texts.iter(), foreign.split(between));
        let learn = |row| match row {
            Ok(user) => match texts.next() {
                Some(text) if text.is_ascii() => self.store(&user, &folded(text, fold)),
                _ => self.store(&user, foreign.next().unwrap_or_default()),
            },
            Err(unreadable) => self.learn_unreadable(unreadable),
        };
        rows.into_iter().map(learn).collect()
    }

    fn store(&mut self, user: &User, folded: &str) -> UserIndex {
        let known = self.find(user.id);
        let before = known.and_then(|row| self.records.get(row.index())).cloned();
        let record = self.record(user, before.as_ref(), folded);
        match known {
            Some(row) => {
                self.unreadable.remove(&row.0);
                if let Some(stored) = self.records.get_mut(row.index()) {
                    *stored = record;
                }
                row
            }
            None => self.push(record),
        }
    }

    /// Stores a row that could not be read. It is shown and counted, and its state is unknown.
    pub fn learn_unreadable(&mut self, unreadable: UnreadableUser) -> UserIndex {
        let id = unreadable.id.unwrap_or(UserId(Uuid::nil()));
        let row =
            unreadable.id.and_then(|id| self.find(id)).unwrap_or_else(|| self.push(Record::unreadable(id)));
        self.set_mfa(row, Mfa::Unknown);
        self.unreadable.insert(row.0, unreadable);
        row
    }

    fn push(&mut self, record: Record) -> UserIndex {
        let index = u32::try_from(self.records.len()).unwrap_or(u32::MAX);
        // A row without an ID can't be found by it, and there may be many.
        if record.id.0 != Uuid::nil() {
            let records = &self.records;
            self.indexes.insert_unique(hash(record.id), index, |index| hash(id_at(records, *index)));
        }
        self.records.push(record);
        UserIndex(index)
    }

    fn record(&mut self, user: &User, before: Option<&Record>, folded: &str) -> Record {
        let shown = &mut self.shown;
        let mut text = |new: Option<&str>, old: Option<Text>| {
            let old = old.filter(|old| shown.get(*old) == new);
            old.unwrap_or_else(|| new.map_or(Text::NONE, |new| shown.add(&[new])))
        };
        let username = text(Some(&user.username), before.map(|before| before.username));
        let email = text(user.email.as_deref(), before.map(|before| before.email));
        let external_id = text(user.external_id.as_deref(), before.map(|before| before.external_id));
        let (given, family) = (self.words.add(&user.name.given), self.words.add(&user.name.family));
        let is_same = |before: &&Record| {
            (before.username, before.email, before.external_id, before.given, before.family)
                == (username, email, external_id, given, family)
        };
        let folded = match before.filter(is_same) {
            Some(before) => before.folded,
            None => self.folded.add(&[folded]),
        };
        Record {
            id: user.id,
            created_at: user.created_at.map_or(NEVER, |at| at.0),
            last_sign_on: user.last_sign_on.map_or(NEVER, |at| at.0),
            username,
            email,
            external_id,
            folded,
            given,
            family,
            population: user.population.map_or(NO_POPULATION, |id| self.population_number(id)),
            mfa: user.mfa,
            account: user.account,
            devices: before.map_or(Devices::NotChecked, |before| before.devices),
        }
    }

    fn population_number(&mut self, id: PopulationId) -> u32 {
        // There are few populations, and users of the same one mostly follow each other.
        let known = self.populations.iter().rposition(|known| *known == id);
        let number = known.unwrap_or_else(|| {
            self.populations.push(id);
            self.populations.len() - 1
        });
        u32::try_from(number).unwrap_or(NO_POPULATION)
    }

    /// The index of a user, if the user was read.
    #[must_use]
    pub fn find(&self, id: UserId) -> Option<UserIndex> {
        let is_match = |index: &u32| id_at(&self.records, *index) == id;
        self.indexes.find(hash(id), is_match).map(|index| UserIndex(*index))
    }

    fn at(&self, row: UserIndex) -> Option<&Record> {
        self.records.get(row.index())
    }

    /// A user with all fields that are known; `None` for a row that could not be read.
    #[must_use]
    pub fn user(&self, row: UserIndex) -> Option<User> {
        let record = self.at(row).filter(|_| !self.unreadable.contains_key(&row.0))?;
        let text = |text| self.shown.get(text).map(str::to_owned);
        Some(User {
            id: record.id,
            username: text(record.username).unwrap_or_default(),
            name: Name {
                given: self.words.get(record.given).to_owned(),
                family: self.words.get(record.family).to_owned(),
            },
            email: text(record.email),
            external_id: text(record.external_id),
            population: self.population_of(record),
            account: record.account,
            created_at: time(record.created_at),
            last_sign_on: time(record.last_sign_on),
            mfa: record.mfa,
        })
    }

    /// What is wrong with a row that could not be read.
    #[must_use]
    pub fn unreadable(&self, row: UserIndex) -> Option<&UnreadableUser> {
        self.unreadable.get(&row.0)
    }

    /// How many rows could not be read.
    #[must_use]
    pub fn unreadable_len(&self) -> usize {
        self.unreadable.len()
    }

    /// Whether a row could be read, so that its user can be changed.
    #[must_use]
    pub fn is_readable(&self, row: UserIndex) -> bool {
        !self.unreadable.contains_key(&row.0)
    }

    /// How many of these rows could be read.
    #[must_use]
    pub fn readable_among(&self, rows: &[UserIndex]) -> usize {
        if self.unreadable.is_empty() {
            return rows.len();
        }
        rows.iter().filter(|row| self.is_readable(**row)).count()
    }

    /// The ID of a user; nil for an unreadable row that has none.
    #[must_use]
    pub fn id(&self, row: UserIndex) -> Option<UserId> {
        self.at(row).map(|record| record.id)
    }

    /// The username; empty for a row that could not be read.
    #[must_use]
    pub fn username(&self, row: UserIndex) -> &str {
        self.at(row).and_then(|record| self.shown.get(record.username)).unwrap_or_default()
    }

    /// A user's email address; empty if there is none.
    #[must_use]
    pub fn email(&self, row: UserIndex) -> &str {
        self.at(row).and_then(|record| self.shown.get(record.email)).unwrap_or_default()
    }

    /// The ID that another system has for a user; empty if there is none.
    #[must_use]
    pub fn external_id(&self, row: UserIndex) -> &str {
        self.at(row).and_then(|record| self.shown.get(record.external_id)).unwrap_or_default()
    }

    /// The MFA flag, as PingOne last answered.
    #[must_use]
    pub fn mfa(&self, row: UserIndex) -> Mfa {
        self.at(row).map_or(Mfa::Unknown, |record| record.mfa)
    }

    /// The state of the user's account.
    #[must_use]
    pub fn account(&self, row: UserIndex) -> Account {
        self.at(row).map_or(Account::Unknown, |record| record.account)
    }

    /// The user's population, if PingOne named one.
    #[must_use]
    pub fn population(&self, row: UserIndex) -> Option<PopulationId> {
        self.at(row).and_then(|record| self.population_of(record))
    }

    fn population_of(&self, record: &Record) -> Option<PopulationId> {
        self.populations.get(record.population as usize).copied()
    }

    /// When the user was created, if PingOne says so.
    #[must_use]
    pub fn created_at(&self, row: UserIndex) -> Option<Timestamp> {
        self.at(row).and_then(|record| time(record.created_at))
    }

    /// When the user last signed on; `None` if never.
    #[must_use]
    pub fn last_sign_on(&self, row: UserIndex) -> Option<Timestamp> {
        self.at(row).and_then(|record| time(record.last_sign_on))
    }

    /// The user's devices, if they were read.
    #[must_use]
    pub fn devices(&self, row: UserIndex) -> Devices {
        self.at(row).map_or(Devices::NotChecked, |record| record.devices)
    }

    /// What is known of a user's bypass.
    #[must_use]
    pub fn bypass(&self, row: UserIndex) -> Bypass {
        match self.bypasses.get(&row.0) {
            Some(until) => Bypass::Until(*until),
            None if self.bypass_read.contains(row) => Bypass::None,
            None => Bypass::NotChecked,
        }
    }

    /// Stores the flag of a user, after it was read or changed.
    pub fn set_mfa(&mut self, row: UserIndex, mfa: Mfa) {
        if let Some(record) = self.records.get_mut(row.index()) {
            record.mfa = mfa;
        }
    }

    /// Stores what is known of a user's devices.
    pub fn set_devices(&mut self, row: UserIndex, devices: Devices) {
        if let Some(record) = self.records.get_mut(row.index()) {
            record.devices = devices;
        }
    }

    /// Stores the end of a user's bypass, or that there is none.
    pub fn set_bypass(&mut self, row: UserIndex, until: Option<Timestamp>) {
        self.bypass_read.insert(row);
        match until {
            Some(until) => self.bypasses.insert(row.0, until),
            None => self.bypasses.remove(&row.0),
        };
    }

    /// The class of a user on the status page at `now`.
    #[must_use]
    pub fn class(&self, row: UserIndex, now: Timestamp) -> Class {
        let Some(record) = self.at(row) else { return Class::Unknown };
        match (record.mfa, record.devices) {
            (Mfa::Off, _) => Class::Off,
            (Mfa::Unknown, _) => Class::Unknown,
            // Hardly any user has a bypass, so the map is queried only if it isn't empty.
            (Mfa::On, _) if !self.bypasses.is_empty() && self.bypass(row).active(now).is_some() => {
                Class::OnBypassed
            }
            (Mfa::On, Devices::NotChecked) => Class::OnNotChecked,
            (Mfa::On, Devices::Usable(0)) => Class::OnWithoutDevice,
            (Mfa::On, Devices::Usable(_)) => Class::OnWithDevice,
        }
    }

    /// Counts the users at these indexes by class and population.
    #[must_use]
    pub fn status(&self, rows: &[UserIndex], now: Timestamp) -> Status {
        let mut counts = vec![Counts::default(); self.populations.len() + 1];
        let no_population = self.populations.len();
        for row in rows {
            let Some(record) = self.at(*row) else { continue };
            let index = no_population.min(record.population as usize);
            if let Some(counts) = counts.get_mut(index) {
                counts.add(self.class(*row, now), self.bypass_read.contains(*row));
            }
        }
        let ids = self.populations.iter().copied().map(Some).chain([None]);
        let parts = ids.zip(counts).map(|(population, counts)| PopulationStatus { population, counts });
        let mut parts: Vec<_> = parts.filter(|part| part.counts.users() > 0).enumerate().collect();
        // The place decides between equal ones. Another sort for stability alone would be 2 kB of the program.
        parts.sort_unstable_by_key(|(place, part)| (Reverse(part.counts.users()), *place));
        let populations: Vec<PopulationStatus> = parts.into_iter().map(|(_, part)| part).collect();
        let mut all = Counts::default();
        for part in &populations {
            all.join(&part.counts);
        }
        Status { all, populations }
    }

    /// The distinct given and family names, in an order that only grows at its end. Ranking these by a locale means
    /// ranking few texts instead of many users.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.words.all()
    }

    /// How many distinct names there are.
    #[must_use]
    pub fn names_len(&self) -> usize {
        self.words.len()
    }

    /// All fields of a user that are searched, folded.
    pub(super) fn folded(&self, row: UserIndex) -> &[u8] {
        self.at(row).and_then(|record| self.folded.bytes(record.folded)).unwrap_or_default()
    }

    /// The users whose [`UserStore::folded`] contains a match of `finder`.
    pub(super) fn containing(&self, finder: &Finder<'_>) -> UserSet {
        let mut pass = self.folded.pass(finder);
        let rows = self.records.iter().zip(0..).filter(|(record, _)| pass.contains(record.folded));
        rows.map(|(_, index)| UserIndex(index)).collect()
    }

    /// One line of [`UserStore::folded`]; empty if that line is missing.
    pub(super) fn folded_line(&self, row: UserIndex, line: usize) -> &[u8] {
        self.folded(row).split(|byte| *byte == b'\n').nth(line).unwrap_or_default()
    }

    /// The indexes of family and given name in [`UserStore::names`].
    pub(super) fn name_places(&self, row: UserIndex) -> (usize, usize) {
        let nothing = (Word::EMPTY.index(), Word::EMPTY.index());
        self.at(row).map_or(nothing, |record| (record.family.index(), record.given.index()))
    }
}

impl Record {
    fn unreadable(id: UserId) -> Self {
        Self {
            id,
            created_at: NEVER,
            last_sign_on: NEVER,
            username: Text::NONE,
            email: Text::NONE,
            external_id: Text::NONE,
            folded: Text::NONE,
            given: Word::EMPTY,
            family: Word::EMPTY,
            population: NO_POPULATION,
            mfa: Mfa::Unknown,
            account: Account::Unknown,
            devices: Devices::NotChecked,
        }
    }
}

fn time(millis: i64) -> Option<Timestamp> {
    (millis != NEVER).then_some(Timestamp(millis))
}

fn id_at(records: &[Record], index: u32) -> UserId {
    records.get(index as usize).map_or(UserId(Uuid::nil()), |record| record.id)
}

/// PingOne's IDs are random, so their own bits are as good as a hash of them.
fn hash(id: UserId) -> u64 {
    let (high, low) = id.0.as_u64_pair();
    high ^ low.rotate_left(32)
}

/// Separates the texts of two users while they are folded together.
const BETWEEN_USERS: u8 = b'\x1e';

/// The texts of a user that are searched: username, name, email and external ID, one per line.
fn searched(user: &User) -> String {
    let name = user.name.to_string();
    let (email, external_id) = (user.email.as_deref(), user.external_id.as_deref());
    let texts = [Some(&*user.username), Some(&*name), email, external_id];
    texts.map(|text| on_one_line(text.unwrap_or_default())).join("\n")
}

fn on_one_line(text: &str) -> Cow<'_, str> {
    // Almost no text has one, and to look for it takes less than to copy the text.
    if memchr2(b'\n', BETWEEN_USERS, text.as_bytes()).is_none() {
        return text.into();
    }
    text.replace(['\n', char::from(BETWEEN_USERS)], " ").into()
}

/// A text in the form in which the search compares it.
pub(super) fn folded(text: &str, fold: Fold<'_>) -> String {
    if text.is_ascii() {
        return plain_marks(text.to_ascii_lowercase());
    }
    // Also before folding: an accent that stands for an apostrophe would be folded away.
    plain_marks(fold(&plain_marks(text.to_owned())))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    pub(crate) use pingone_mfa_testkit::user::{fold, numbered as user};
    use std::cell::Cell;

    #[test]
    fn a_user_is_returned_as_stored() {
        let mut users = UserStore::default();
        users.reserve(300);
        let rows: Vec<UserIndex> = (1..=300).map(|number| users.learn(&user(number), &fold)).collect();
        for (number, row) in (1..=300).zip(rows) {
            assert_eq!(users.user(row), Some(user(number)));
            assert_eq!(users.find(user(number).id), Some(row));
        }
        assert_eq!((users.len(), users.names_len()), (300, 4));
        assert_eq!(users.find(UserId(Uuid::from_u128(999))), None);
    }

    #[test]
    fn a_page_is_folded_in_one_call_and_like_each_of_its_users() {
        let named = |number, given: &str, family: &str| User {
            name: Name { given: given.into(), family: family.into() },
            ..user(number)
        };
        let page = [
            named(1, "Zoë", "Holm"),
            named(2, "Ana", "Holm"),
            named(3, "İo", "D´Ör"),
            named(4, "Ünder\nWay", "Two\u{1e}Users"),
            User { email: None, external_id: Some("É7".into()), ..user(5) },
        ];
        let calls = Cell::new(0);
        let counted = |text: &str| {
            calls.set(calls.get() + 1);
            text.to_lowercase()
        };
        let (mut together, mut singly) = (UserStore::default(), UserStore::default());
        let rows = together.learn_all(page.iter().cloned().map(Ok), &counted);
        assert_eq!(calls.get(), 1);
        let each: Vec<UserIndex> = page.iter().map(|user| singly.learn(user, &str::to_lowercase)).collect();
        assert_eq!(rows, each);
        for (row, user) in rows.into_iter().zip(&page) {
            assert_eq!(together.folded(row), singly.folded(row));
            assert_eq!(together.folded_line(row, 0), user.username.as_bytes());
            assert_eq!(together.folded(row).split(|byte| *byte == b'\n').count(), 4);
        }
    }

    #[test]
    fn a_user_who_is_read_twice_is_stored_once_with_the_newer_state() {
        let mut users = UserStore::default();
        let row = users.learn(&user(1), &fold);
        users.set_devices(row, Devices::Usable(2));
        let renamed = User { username: "other".into(), mfa: Mfa::On, email: None, ..user(1) };
        assert_eq!(users.learn(&renamed, &fold), row);
        assert_eq!((users.len(), users.user(row)), (1, Some(renamed)));
        assert_eq!(users.devices(row), Devices::Usable(2), "a list says nothing about devices");
        assert_eq!(users.folded(row), b"other\nzoe brandt1\n\n");
    }

    #[test]
    fn a_row_that_cannot_be_read_is_stored_with_an_unknown_state() {
        let mut users = UserStore::default();
        let broken = |id| UnreadableUser { id, field: "username".into(), problem: "missing".into() };
        let row = users.learn(&User { mfa: Mfa::On, ..user(1) }, &fold);
        assert_eq!(users.learn_unreadable(broken(Some(user(1).id))), row);
        assert_eq!((users.user(row), users.mfa(row)), (None, Mfa::Unknown));
        let (one, other) = (users.learn_unreadable(broken(None)), users.learn_unreadable(broken(None)));
        assert!(one != other && users.unreadable(one).is_some());
        let (all, unreadable) = ([users.learn(&user(2), &fold), row, one, other], [row, one, other]);
        assert_eq!((users.readable_among(&all), users.readable_among(&unreadable)), (1, 0));
        assert_eq!(users.learn(&user(1), &fold), row);
        assert_eq!(users.readable_among(&all), 2);
        assert!(users.unreadable(row).is_none(), "read again, and readable");
    }

    #[test]
    fn every_user_is_in_one_class_and_populations_add_up() {
        let mut users = UserStore::default();
        let mut rows = Vec::new();
        for number in 0..60 {
            let mfa = [Mfa::On, Mfa::Off, Mfa::Unknown][number as usize % 3];
            let row = users.learn(&User { mfa, ..user(number) }, &fold);
            match number % 4 {
                0 => users.set_devices(row, Devices::Usable(1)),
                1 => users.set_devices(row, Devices::Usable(0)),
                _ => {}
            }
            rows.push(row);
        }
        users.set_bypass(rows[0], Some(Timestamp(100)));
        let status = users.status(&rows, Timestamp(99));
        let all = Counts {
            on_with_device: 4,
            on_without_device: 5,
            on_not_checked: 10,
            on_bypassed: 1,
            off: 20,
            unknown: 20,
            bypass_checked: 1,
        };
        assert_eq!((status.all, all.users()), (all, 60));
        assert_eq!(status.populations.iter().map(|part| part.counts.users()).sum::<u64>(), 60);
        assert_eq!(users.status(&rows, Timestamp(100)).all.on_bypassed, 0, "the bypass has expired");
        users.set_bypass(rows[3], None);
        assert_eq!(
            [0, 3, 6].map(|row| users.bypass(rows[row])),
            [Bypass::Until(Timestamp(100)), Bypass::None, Bypass::NotChecked]
        );
        assert_eq!(users.status(&rows, Timestamp(100)).all.bypass_checked, 2);
    }

    #[test]
    fn apostrophes_and_hyphens_are_folded_to_plain_ones() {
        for (text, plain) in [
            ("O\u{2019}Brien", "o'brien"),
            ("O`Brien", "o'brien"),
            ("O\u{00b4}Brien", "o'brien"),
            ("Smith\u{2011}Jones", "smith-jones"),
            ("Zo\u{2013}\u{02bc}", "zo-'"),
        ] {
            assert_eq!(folded(text, &fold), plain);
        }
    }

    #[test]
    fn users_without_a_population_are_counted_too() {
        let mut users = UserStore::default();
        let rows = [users.learn(&User { population: None, ..user(1) }, &fold), users.learn(&user(2), &fold)];
        let status = users.status(&rows, Timestamp(0));
        assert_eq!(status.all.users(), 2);
        assert!(status.populations.iter().any(|part| part.population.is_none()));
    }
}
