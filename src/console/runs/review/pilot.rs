//! The pilot user of a review: the users to choose from, and why a named user can't be one.

use leptos::prelude::*;
use pingone::user::UserId;
use pingone_mfa_core::directory::query::{Filters, Search, matching};
use pingone_mfa_core::directory::store::{UserIndex, UserStore};
use pingone_mfa_core::run::plan::Exclusion;
use pingone_mfa_core::run::proposal::Preview;

use crate::console::runs::review::Review;
use crate::text::name_of;

/// A user of the plan who may be the pilot user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The username, or the ID of a user without one.
    pub value: String,
    /// The name and the population.
    pub detail: String,
}

/// What was entered as the pilot user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pilot {
    NotNamed,
    InPlan(Offer),
    /// Users of the plan match, but none is named.
    Incomplete,
    /// The plan skips this user.
    Skipped(Offer, Exclusion),
    /// This user is listed, but wasn't selected.
    NotSelected(Offer),
    NotListed(String),
}

impl Review {
    fn pilot_text(self) -> String {
        self.pilot.read().trim().to_owned()
    }

    /// Whether something is entered as the pilot user.
    pub fn has_pilot(self) -> bool {
        !self.pilot.read().trim().is_empty()
    }

    /// The pilot user, if that user is in the plan.
    pub(super) fn pilot_user(self, preview: &Preview) -> Option<UserId> {
        let text = self.pilot_text();
        let in_plan = |user: UserId| preview.plan.rows.iter().any(|row| row.user == user).then_some(user);
        let by_id = UserId::read(&text).and_then(in_plan);
        by_id.or_else(|| self.directory().named(&text).and_then(in_plan))
    }

    /// What is entered as the pilot user, looked up in the plan.
    pub fn pilot_in(self, preview: &Preview) -> Pilot {
        let text = self.pilot_text();
        if text.is_empty() {
            return Pilot::NotNamed;
        }
        if let Some(user) = self.pilot_user(preview) {
            return Pilot::InPlan(self.offer(user));
        }
        let named = UserId::read(&text).or_else(|| self.directory().named(&text));
        if named.is_none() && !self.pilot_offers(preview, 1).is_empty() {
            return Pilot::Incomplete;
        }
        let Some(user) = named.or_else(|| self.first_match(&text)) else { return Pilot::NotListed(text) };
        let skipped = preview.plan.left_out.iter().find(|left_out| left_out.user == user);
        let is_listed = self.directory().users.read_untracked().find(user).is_some();
        match skipped {
            Some(skipped) => Pilot::Skipped(self.offer(user), skipped.why),
            None if is_listed => Pilot::NotSelected(self.offer(user)),
            None => Pilot::NotListed(text),
        }
    }

    /// Users of the plan that match what is entered, or the first ones if nothing is.
    pub fn pilot_offers(self, preview: &Preview, most: usize) -> Vec<Offer> {
        let text = self.pilot_text();
        let users = self.directory().users.read_untracked();
        let planned = preview.plan.rows.iter().filter_map(|row| users.find(row.user));
        let rows: Vec<UserIndex> = if text.is_empty() {
            planned.take(most).collect()
        } else {
            self.matching(&users, &planned.collect::<Vec<_>>(), &text)
        };
        rows.into_iter().take(most).map(|row| self.offer_of(&users, row)).collect()
    }

    fn first_match(self, text: &str) -> Option<UserId> {
        let users = self.directory().users.read_untracked();
        let rows: Vec<_> = (0..u32::try_from(users.len()).unwrap_or(u32::MAX)).map(UserIndex).collect();
        self.matching(&users, &rows, text).first().and_then(|row| users.id(*row))
    }

    fn matching(self, users: &UserStore, rows: &[UserIndex], text: &str) -> Vec<UserIndex> {
        let ports = self.ports.get();
        let search = Search::new(text, &|text| ports.collation.fold(text));
        matching(users, rows, &search, &Filters::default(), None, ports.clock.wall())
    }

    /// The users with these IDs, by username and name.
    pub fn offer(self, user: UserId) -> Offer {
        self.directory().users.with_untracked(|users| match users.find(user) {
            Some(row) => self.offer_of(users, row),
            None => Offer { value: user.to_string(), detail: String::new() },
        })
    }

    fn offer_of(self, users: &UserStore, row: UserIndex) -> Offer {
        let username = users.username(row);
        let value = if username.is_empty() {
            users.id(row).map(|id| id.to_string()).unwrap_or_default()
        } else {
            username.to_owned()
        };
        let name = users.user(row).map(|user| name_of(&user)).filter(|name| *name != value);
        let population = users.population(row).and_then(|id| self.directory().population_name(id));
        let detail = name.into_iter().chain(population).collect::<Vec<_>>().join(", ");
        Offer { value, detail }
    }
}
