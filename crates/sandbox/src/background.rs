//! What others do to the users meanwhile.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::directory::Person;
use crate::oracle::{Applied, Write};
use crate::{Sandbox, Timestamp, seed};

/// Something that happens in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BackgroundChange {
    /// Somebody is added.
    Added,
    /// This user is deleted.
    Deleted(Uuid),
    /// This user gets another family name.
    Renamed(Uuid),
    /// This user's flag is set by somebody else.
    Switched(Uuid, bool),
}

/// What people have typed about a user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// `username`.
    pub username: String,
    /// `name.given`; empty for none.
    pub given: String,
    /// `name.family`; empty for none.
    pub family: String,
    /// `email`.
    pub email: Option<String>,
    /// `externalId`.
    pub external_id: Option<String>,
}

impl Sandbox {
    /// Has a user described by these texts. Whether PingOne would take them all is not asked.
    pub fn describe(&mut self, user: Uuid, texts: Texts) {
        if let Some(person) = self.directory.get_mut(user) {
            let Texts { username, given, family, email, external_id } = texts;
            *person = Person { username, given, family, email, external_id, ..person.clone() };
        }
    }

    /// Gives the population or the group of this name another; whether there is one.
    pub fn rename(&mut self, name: &str, other: &str) -> bool {
        self.populations.rename(name, other) || self.group_names.rename(name, other)
    }

    /// Lets something happen in the background.
    pub fn happen(&mut self, happening: BackgroundChange, now: Timestamp) {
        match happening {
            BackgroundChange::Added => {
                let number = self.seed.users + u32::try_from(self.answered).unwrap_or(u32::MAX / 2);
                let person = seed::newcomer(number, self.seed.seed, &mut self.background, now);
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

    /// Lets something happen after every so many requests, where the behaviour says so.
    pub(crate) fn churn_if_due(&mut self, now: Timestamp) {
        if !self.behaviour.churn_every.is_some_and(|every| self.answered.is_multiple_of(every)) {
            return;
        }
        let (kind, place) = (self.background.roll() % 4, self.background.roll());
        let Some(user) = self.directory.near(place) else { return };
        let happening = match kind {
            0 => BackgroundChange::Added,
            1 => BackgroundChange::Deleted(user),
            2 => BackgroundChange::Renamed(user),
            _ => BackgroundChange::Switched(user, place.is_multiple_of(2)),
        };
        self.happen(happening, now);
    }
}
