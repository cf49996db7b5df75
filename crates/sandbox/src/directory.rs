//! The people, as they really are.

use std::cell::RefCell;
use std::collections::HashMap;

use uuid::Uuid;

use crate::Timestamp;

/// Whether an account may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    Enabled,
    Disabled,
    /// Since when.
    Locked(Timestamp),
}

/// A user.
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
    /// The flag that the user began with.
    pub(crate) mfa_at_first: bool,
    pub(crate) last_sign_on: Option<Timestamp>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

/// All of them, in the order of their creation. Who is deleted leaves an empty place, so that the places of the
/// others, which cursors name, stay.
pub(crate) struct Directory {
    people: Vec<Option<Person>>,
    places: HashMap<Uuid, usize>,
    /// How many people a filter holds for, by its text, until somebody changes: every page of a list says it again,
    /// and to count a hundred thousand for each would be most of its work.
    counts: RefCell<HashMap<String, usize>>,
}

/// So many counts are kept at most.
const COUNTS: usize = 64;

impl Directory {
    pub(crate) fn with_room(people: usize) -> Self {
        Self {
            people: Vec::with_capacity(people),
            places: HashMap::with_capacity(people),
            counts: RefCell::default(),
        }
    }

    pub(crate) fn add(&mut self, person: Person) {
        self.counts.get_mut().clear();
        self.places.insert(person.id, self.people.len());
        self.people.push(Some(person));
    }

    pub(crate) fn remove(&mut self, id: Uuid) {
        self.counts.get_mut().clear();
        if let Some(place) = self.places.remove(&id).and_then(|place| self.people.get_mut(place)) {
            *place = None;
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// How many people a filter with this text holds for.
    pub(crate) fn count(&self, filter: &str, holds: impl Fn(&Person) -> bool) -> usize {
        if let Some(known) = self.counts.borrow().get(filter) {
            return *known;
        }
        let count = self.iter().filter(|person| holds(person)).count();
        let mut counts = self.counts.borrow_mut();
        if counts.len() >= COUNTS {
            counts.clear();
        }
        counts.insert(filter.to_owned(), count);
        count
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().flatten()
    }

    /// The people from a place on, with their places.
    pub(crate) fn from(&self, place: usize) -> impl Iterator<Item = (usize, &Person)> {
        let people = self.people.get(place..).unwrap_or_default().iter().enumerate();
        people.filter_map(move |(offset, person)| Some((place + offset, person.as_ref()?)))
    }

    /// The person at a place or at the next one that isn't empty.
    pub(crate) fn near(&self, place: u64) -> Option<Uuid> {
        let place = usize::try_from(place % (self.people.len().max(1) as u64)).unwrap_or(0);
        self.from(place).chain(self.from(0)).next().map(|(_, person)| person.id)
    }

    pub(crate) fn get(&self, id: Uuid) -> Option<&Person> {
        self.people.get(*self.places.get(&id)?)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, id: Uuid) -> Option<&mut Person> {
        self.counts.get_mut().clear();
        self.people.get_mut(*self.places.get(&id)?)?.as_mut()
    }
}
