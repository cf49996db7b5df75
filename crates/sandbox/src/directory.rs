//! The people, as they really are.

use std::collections::HashMap;

use uuid::Uuid;

use crate::{Wall, populations};

/// Whether an account may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    Enabled,
    Disabled,
    /// Since when.
    Locked(Wall),
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
    /// The place in [`populations::ALL`].
    pub(crate) population: usize,
    pub(crate) account: Account,
    pub(crate) mfa_enabled: bool,
    pub(crate) last_sign_on: Option<Wall>,
    pub(crate) created: Wall,
    pub(crate) updated: Wall,
}

impl Person {
    pub(crate) fn population_id(&self) -> Uuid {
        populations::ALL.get(self.population).map_or(Uuid::nil(), |(id, _)| *id)
    }
}

/// All of them, in the order of their creation.
pub(crate) struct Directory {
    people: Vec<Person>,
    places: HashMap<Uuid, usize>,
}

impl Directory {
    pub(crate) fn with_room(people: usize) -> Self {
        Self { people: Vec::with_capacity(people), places: HashMap::with_capacity(people) }
    }

    pub(crate) fn add(&mut self, person: Person) {
        self.places.insert(person.id, self.people.len());
        self.people.push(person);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Person> {
        self.people.iter()
    }

    pub(crate) fn get(&self, id: Uuid) -> Option<&Person> {
        self.people.get(*self.places.get(&id)?)
    }

    pub(crate) fn get_mut(&mut self, id: Uuid) -> Option<&mut Person> {
        self.people.get_mut(*self.places.get(&id)?)
    }
}
