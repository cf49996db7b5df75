//! Changes that others make to users while a test runs.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::directory::Person;
use crate::oracle::{Applied, Write};
use crate::{Sandbox, Timestamp, seed};

/// A change that someone else makes in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BackgroundChange {
    /// A new user with generated data is created.
    Added,
    /// The user with this ID is deleted.
    Deleted(Uuid),
    /// The user with this ID gets a different family name.
    Renamed(Uuid),
    /// The user's MFA flag is set to this value by someone else.
    Switched(Uuid, bool),
}

/// The free-text attributes of a user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// The `username` attribute; PingOne requires one.
    pub username: String,
    /// The `name.given` attribute; empty if there is none.
    pub given: String,
    /// The `name.family` attribute; empty if there is none.
    pub family: String,
    /// The `email` attribute, absent for a user without an address.
    pub email: Option<String>,
    /// The `externalId` attribute, absent for a user without one.
    pub external_id: Option<String>,
}

impl Sandbox {
    /// Replaces a user's texts. They aren't validated as PingOne would do.
    pub fn describe(&mut self, user: Uuid, texts: Texts) {
        if let Some(person) = self.directory.get_mut(user) {
            let Texts { username, given, family, email, external_id } = texts;
            *person = Person { username, given, family, email, external_id, ..person.clone() };
        }
    }

    /// Renames a population or group; returns whether one with this name exists.
    pub fn rename(&mut self, name: &str, other: &str) -> bool {
        self.populations.rename(name, other) || self.group_names.rename(name, other)
    }

    /// Applies a background change at the given time.
    pub fn apply_background_change(&mut self, change: BackgroundChange, now: Timestamp) {
        match change {
            BackgroundChange::Added => {
                let number = self.seed.users + u32::try_from(self.answered).unwrap_or(u32::MAX / 2);
                let person = seed::added_person(number, self.seed.seed, &mut self.background, now);
                self.directory.add(person);
            }
            BackgroundChange::Deleted(user) => self.directory.remove(user),
            BackgroundChange::Renamed(user) => {
                if let Some(person) = self.directory.get_mut(user) {
                    person.family.push_str("-Neu");
                    person.updated = now;
                }
            }
            BackgroundChange::Switched(user, to) => self.switch(user, to, now),
        }
    }

    fn switch(&mut self, user: Uuid, to: bool, now: Timestamp) {
        let Some(Person { mfa_enabled: from, .. }) = self.directory.get(user).cloned() else { return };
        let (request, client) = (self.correlation_id(), "background".to_owned());
        let applied = Applied::At(now);
        self.oracle.record(Write { at: now, user, from, to, applied, client, request, planned: None });
        self.set_flag(user, to, now);
    }

    /// Applies a random background change after every `churn_every` requests.
    pub(crate) fn churn_if_due(&mut self, now: Timestamp) {
        if !self.behavior.churn_every.is_some_and(|every| self.answered.is_multiple_of(every)) {
            return;
        }
        let (kind, index) = (self.background.roll() % 4, self.background.roll());
        let Some(user) = self.directory.near(index) else { return };
        let change = match kind {
            0 => BackgroundChange::Added,
            1 => BackgroundChange::Deleted(user),
            2 => BackgroundChange::Renamed(user),
            _ => BackgroundChange::Switched(user, index.is_multiple_of(2)),
        };
        self.apply_background_change(change, now);
    }
}
