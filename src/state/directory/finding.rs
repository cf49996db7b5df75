//! The search in PingOne.

use leptos::prelude::*;
use pingone::redaction::secrets::has_token;
use pingone::request::{MAX_HITS, SearchUsers};
use pingone::user::UserId;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::directory::person_search::{Casing, person_search};
use pingone_mfa_core::directory::store::UserIndex;

use crate::state::announcement::Announcement;
use crate::state::load::Load;
use crate::state::troubleshooting::Location;

use super::Directory;

/// A search in PingOne.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// What was looked for.
    pub text: String,
    /// How many people PingOne has for it.
    pub hits: Load<u64>,
    /// How many of those who are shown were found only in the loaded list.
    pub loaded: u64,
}

impl Directory {
    /// Asks PingOne for a person. An id opens that user, whatever may be listed. What is asked for stands in an address, so
    /// that a token which was meant for another field is not sent.
    pub fn find(self, text: &str) {
        let text = text.trim().to_owned();
        if let Some(id) = UserId::read(&text) {
            return self.open(id);
        }
        let Some(connection) = self.connection() else { return };
        if text.is_empty() || has_token(&text) {
            return self.close_search();
        }
        let collation = &self.ports.get().collation;
        let casing =
            Casing { capitalized: &|text| collation.capitalized(text), lower: &|text| collation.lower(text) };
        let find = SearchUsers(person_search(&text, casing));
        // What is shown next is about other people.
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
            // A newer search has taken this one's place.
            if self.search.with_untracked(|search| search.as_ref().map(|search| &search.text) != Some(&text))
            {
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
                    self.trouble.meet(Location::Search, Operation::ReadUsers, fault, None, again);
                }
            }
            let hits = Load::ended(hits, connection.clock().wall());
            self.search.set(Some(Search { text, hits, loaded: only_loaded }));
        });
    }

    /// Whom the loaded list has for a text: it finds what stands in the middle, and needs no capitals.
    fn loaded(self, text: &str) -> Vec<UserIndex> {
        self.users.with_untracked(|users| self.table.find(users, text, MAX_HITS as usize))
    }

    /// Shows the list again.
    pub fn close_search(self) {
        self.table.deselect();
        self.search.set(None);
        self.found.set(Vec::new());
    }
}
