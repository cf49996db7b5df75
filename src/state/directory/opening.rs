//! The one user who is opened.

use pingone_mfa_core::api::request::ReadUser;
use pingone_mfa_core::domain::time::Wall;
use pingone_mfa_core::domain::user::UserId;

use super::Directory;
use crate::state::announcement::Announcement;
use crate::state::load::Load;

/// The user who is opened.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// Who.
    pub id: UserId,
    /// How far the reading of that user is.
    pub read: Load<()>,
}

impl Directory {
    /// Opens one user, by id alone.
    pub fn open(&'static self, id: UserId) {
        let Some(connection) = self.connection() else { return };
        self.opened.set(Some(Opened { id, read: Load::Loading }));
        self.tasks.spawn(async move {
            let answer = connection.call(ReadUser(id)).await;
            if !self.is_open(id) {
                return;
            }
            let read = answer.map(|user| {
                self.learn([Ok(user)]);
            });
            if let Err(fault) = &read {
                self.announcer.tell(Announcement::Failed(fault.clone()));
            }
            self.opened.set(Some(Opened { id, read: Load::ended(read, connection.clock().wall()) }));
            self.recount();
        });
    }

    pub(super) fn is_open(&'static self, id: UserId) -> bool {
        self.opened.with_untracked(|opened| opened.as_ref().map(|opened| opened.id) == Some(id))
    }

    /// Opens a user who has been read already, to show what went wrong beside the row.
    pub(super) fn show(&'static self, id: UserId, at: Wall) {
        let is_known = self.users.with_untracked(|users| users.find(id).is_some());
        if !self.is_open(id) && is_known {
            self.opened.set(Some(Opened { id, read: Load::Ready { value: (), at } }));
        }
    }

    /// Closes the opened user.
    pub fn close(&'static self) {
        self.opened.set(None);
    }
}
