//! The sandbox's users in their actual state.

use std::cell::RefCell;
use std::collections::HashMap;

use uuid::Uuid;

use crate::Timestamp;

/// The state of a user's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    Enabled,
    Disabled,
    /// Locked since this time.
    Locked(Timestamp),
}

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: Uuid,
    pub(crate) username: String,
    pub(crate) given: String,
    pub(crate) family: String,
    pub(crate) email: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) population: Uuid,
    pub(crate) account: Account,
    pub(crate) mfa_enabled: bool,
    /// The flag's value when the user was created.
    pub(crate) mfa_at_first: bool,
    pub(crate) last_sign_on: Option<Timestamp>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

/// All users, in the order of creation. A deleted user leaves an empty slot, so that the indexes of the others, which
/// cursors contain, stay valid.
pub(crate) struct Directory {
    people: Vec<Option<Person>>,
    indexes: HashMap<Uuid, usize>,
    /// Number of matching users by filter text, until a user changes. Every page of a list repeats the count, and
    /// counting a hundred thousand users for each page would dominate its cost.
    counts: RefCell<HashMap<String, usize>>,
}

/// Maximum number of cached counts.
const MAX_COUNTS: usize = 64;

impl Directory {
    pub(crate) fn with_room(people: usize) -> Self {
        Self {
            people: Vec::with_capacity(people),
            indexes: HashMap::with_capacity(people),
            counts: RefCell::default(),
        }
    }

    pub(crate) fn add(&mut self, person: Person) {
        self.counts.get_mut().clear();
        self.indexes.insert(person.id, self.people.len());
        self.people.push(Some(person));
    }

    pub(crate) fn remove(&mut self, id: Uuid) {
        self.counts.get_mut().clear();
        if let Some(index) = self.indexes.remove(&id).and_then(|index| self.people.get_mut(index)) {
            *index = None;
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.indexes.len()
    }

    /// The number of users that match the filter with this text.
    pub(crate) fn count(&self, filter: &str, matches: impl Fn(&Person) -> bool) -> usize {
        if let Some(count) = self.counts.borrow().get(filter) {
            return *count;
        }
        let count = self.iter().filter(|person| matches(person)).count();
        let mut counts = self.counts.borrow_mut();
        if counts.len() >= MAX_COUNTS {
            counts.clear();
        }
        counts.insert(filter.to_owned(), count);
        count
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().flatten()
    }

    /// The users from an index on, with their indexes.
    pub(crate) fn from(&self, index: usize) -> impl Iterator<Item = (usize, &Person)> {
        let people = self.people.get(index..).unwrap_or_default().iter().enumerate();
        people.filter_map(move |(offset, person)| Some((index + offset, person.as_ref()?)))
    }

    /// The user at this index, or at the next one that isn't empty.
    pub(crate) fn near(&self, index: u64) -> Option<Uuid> {
        let index = usize::try_from(index % (self.people.len().max(1) as u64)).unwrap_or(0);
        self.from(index).chain(self.from(0)).next().map(|(_, person)| person.id)
    }

    pub(crate) fn get(&self, id: Uuid) -> Option<&Person> {
        self.people.get(*self.indexes.get(&id)?)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, id: Uuid) -> Option<&mut Person> {
        self.counts.get_mut().clear();
        self.people.get_mut(*self.indexes.get(&id)?)?.as_mut()
    }
}
