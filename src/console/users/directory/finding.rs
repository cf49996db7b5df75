//! Search for users in PingOne.

use leptos::prelude::*;
use pingone::redaction::secrets::has_token_among_names;
use pingone::request::{MAX_HITS, SearchUsers};
use pingone::user::UserId;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::directory::person_search::{Casing, person_search};
use pingone_mfa_core::directory::store::UserIndex;

use crate::announcement::Announcement;
use crate::console::load::Load;
use crate::console::troubleshooting::state::Location;

use crate::console::users::directory::Directory;

#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// The search text.
    pub text: String,
    /// The number of users that PingOne found.
    pub hits: Load<u64>,
    /// The number of shown users that only the loaded list contains.
    pub loaded: u64,
}

impl Directory {
    /// Searches PingOne for a user. An ID opens that user, whether or not it is in the list. The search text becomes
    /// part of a URL, so text that contains an access token, pasted into the wrong field, is not sent.
    pub fn find(self, text: &str) {
        let text = text.trim().to_owned();
        if let Some(id) = UserId::read(&text) {
            return self.open(id);
        }
        let Some(connection) = self.connection() else { return };
        if text.is_empty() || has_token_among_names(&text) {
            return self.close_search();
        }
        let collation = &self.ports.get().collation;
        let casing =
            Casing { capitalized: &|text| collation.capitalized(text), lower: &|text| collation.lower(text) };
        let find = SearchUsers(person_search(&text, casing));
        // The view is about to show other users.
        self.close();
        self.table.deselect();
        let loaded = self.loaded(&text);
        self.search.set(Some(Search {
            text: text.clone(),
            hits: Load::Loading,
            loaded: loaded.len() as u64,
        }));
        self.found.set(loaded.clone());
        self.tasks.spawn(async move {
            let answer = connection.call(find).await;
            // A newer search has replaced this one.
            if self.search.read_untracked().as_ref().map(|search| &search.text) != Some(&text) {
                return;
            }
            let mut only_loaded = loaded.len() as u64;
            let hits = answer.map(|found| {
                let shown = found.rows.len() as u64;
                let mut rows = self.learn(found.rows);
                let others: Vec<UserIndex> =
                    loaded.iter().copied().filter(|row| !rows.contains(row)).collect();
                only_loaded = others.len() as u64;
                rows.extend(others);
                self.found.set(rows);
                found.count.unwrap_or(shown).max(shown)
            });
            match &hits {
                Ok(hits) => self.announcer.tell(Announcement::Found(*hits)),
                Err(fault) => {
                    self.announcer.tell(Announcement::Failed(fault.clone()));
                    let text = text.clone();
                    let again = move || self.find(&text);
                    self.troubleshooting.meet(Location::Search, Operation::ReadUsers, fault, None, again);
                }
            }
            let hits = Load::ended(hits, connection.clock().wall());
            self.search.set(Some(Search { text, hits, loaded: only_loaded }));
        });
    }

    /// Matches in the loaded list. They may be anywhere in the text, and case doesn't matter.
    fn loaded(self, text: &str) -> Vec<UserIndex> {
        self.table.find(&self.users.read_untracked(), text, MAX_HITS as usize)
    }

    /// Returns to the user list, if PingOne's result is shown.
    pub(crate) fn leave_search(self) {
        if self.search.with_untracked(Option::is_some) {
            self.close_search();
        }
    }

    /// Returns to the user list.
    pub fn close_search(self) {
        self.table.deselect();
        self.search.set(None);
        self.found.set(Vec::new());
    }
}
