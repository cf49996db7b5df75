//! The search in PingOne.

use pingone_mfa_core::api::redaction::has_token;
use pingone_mfa_core::api::request::FindPeople;
use pingone_mfa_core::domain::evidence::Tried;
use pingone_mfa_core::domain::user::UserId;

use super::Directory;
use crate::state::announcement::Announcement;
use crate::state::load::Load;
use crate::state::troubleshooting::Spot;

/// A search in PingOne.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// What was looked for.
    pub text: String,
    /// How many people PingOne has for it.
    pub hits: Load<u64>,
}

impl Directory {
    /// Asks PingOne for a person. An id opens that user, whatever may be listed. What is asked for stands in an address, so
    /// that a token which was meant for another field is not sent.
    pub fn find(&'static self, text: &str) {
        let text = text.trim().to_owned();
        if let Some(id) = UserId::read(&text) {
            return self.open(id);
        }
        let Some(connection) = self.connection() else { return };
        if text.is_empty() || has_token(&text) {
            return self.close_search();
        }
        let find = FindPeople { text: text.clone(), capitalised: self.ports.locale.capitalised(&text) };
        self.found.set(Vec::new());
        self.table.deselect();
        self.search.set(Some(Search { text: text.clone(), hits: Load::Loading }));
        self.tasks.spawn(async move {
            let answer = connection.call(find).await;
            // A newer search has taken this one's place.
            if self.search.with_untracked(|search| search.as_ref().map(|search| &search.text) != Some(&text))
            {
                return;
            }
            let hits = answer.map(|found| {
                let shown = found.rows.len() as u64;
                let rows = self.learn(found.rows);
                self.found.set(rows);
                found.count.unwrap_or(shown).max(shown)
            });
            match &hits {
                Ok(hits) => self.announcer.tell(Announcement::Found(*hits)),
                Err(fault) => {
                    self.announcer.tell(Announcement::Failed(fault.clone()));
                    let text = text.clone();
                    let again = move || self.find(&text);
                    self.trouble.meet(Spot::Search, Tried::ReadUsers, fault, None, again);
                }
            }
            self.search.set(Some(Search { text, hits: Load::ended(hits, connection.clock().wall()) }));
        });
    }

    /// Shows the list again.
    pub fn close_search(&'static self) {
        self.table.deselect();
        self.search.set(None);
        self.found.set(Vec::new());
    }
}
