//! Loading the list of all users.

use std::rc::Rc;

use futures::channel::mpsc;
use leptos::prelude::*;
use pingone::driver::{Command, drive};
use pingone::fault::Fault;
use pingone::time::PerSecond;
use pingone::user::{UnreadableUser, User};
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::directory::listing::{Job, Listing, State};
use pingone_mfa_core::directory::store::UserStore;

use crate::announcement::Announcement;
use crate::console::load::Load;
use crate::console::troubleshooting::state::Location;

use crate::console::users::directory::Directory;

/// A row from a page of users.
pub(crate) type ReadRow = Result<User, UnreadableUser>;

/// Loading state of the user list.
#[derive(Debug, Clone, PartialEq)]
pub enum List {
    /// Not requested yet.
    Idle,
    Loading {
        /// Requests per second, including preflights.
        pace: PerSecond,
    },
    /// Some pages failed. The rows loaded so far are kept.
    Paused {
        fault: Fault,
        /// The number of users that were not loaded, according to PingOne's count.
        unread: u64,
    },
    /// Stopped by the person.
    Stopped,
    Complete,
}

impl List {
    #[must_use]
    pub fn is_loading(&self) -> bool {
        matches!(self, Self::Loading { .. })
    }

    /// Whether PingOne may have more users than were loaded.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        !matches!(self, Self::Complete | Self::Idle)
    }
}

impl Directory {
    /// Loads all users, starting with the first page. Users read earlier are forgotten, except the one in the user
    /// drawer.
    pub fn load_all(self) {
        let Some(connection) = self.connection() else { return };
        if self.list.with_untracked(List::is_loading) {
            return;
        }
        self.forget_list();
        self.list.set(List::Loading { pace: connection.pace() });
        // How the list is paged depends on the populations. Once they are loaded, they start the list.
        if *self.populations.read_untracked() != Load::Loading {
            self.read_list();
        }
    }

    pub(super) fn read_list(self) {
        let Some(connection) = self.connection() else { return };
        self.listed_at.set(Some(connection.clock().wall()));
        let total = self.total.read_untracked().ready().copied().flatten();
        self.users.update(|users| users.reserve(room(total)));
        let populations = self.populations.with_untracked(Load::ready_or_default);
        let policy = Rc::new(connection.policy().clone());
        let mut listing = Listing::of_all(&populations, total, policy, connection.jitter());
        let (sender, mut inbox) = mpsc::unbounded();
        self.commands.set_value(Some(sender));
        self.tasks.spawn(async move {
            // Looked up per page, because a new token comes with a new connection.
            let page = |job: Job| {
                let connection = self.connection();
                async move { connection.ok_or(Fault::TokenForgotten)?.send(job.page).await }
            };
            drive(&mut listing, &connection, &mut inbox, page, |listing| self.take(listing)).await;
        });
    }

    fn forget_list(self) {
        let opened = self.opened.read_untracked().as_ref().map(|opened| opened.id);
        let opened = opened.and_then(|id| self.user(id));
        self.search.set(None);
        self.found.set(Vec::new());
        self.table.forget_rows();
        // A new list has no data about devices.
        self.forget_report();
        self.stop_checking();
        self.users.set(UserStore::default());
        self.learn(opened.map(Ok));
    }

    /// Stops loading further pages.
    pub fn stop(self) {
        self.command(Command::Stop);
    }

    /// Retries the pages that failed.
    pub fn resume(self) {
        if let Some(connection) = self.connection() {
            self.list.set(List::Loading { pace: connection.pace() });
            self.command(Command::Resume);
        }
    }

    fn command(self, command: Command) {
        if let Some(sender) = &*self.commands.read_value() {
            // A listing that has ended accepts no command.
            let _ = sender.unbounded_send(command);
        }
    }

    fn take(self, listing: &mut Listing) {
        let rows = self.learn(listing.take_fresh());
        let list = self.state_of(listing);
        if let (Some(count), Some(at)) = (listing.count(), self.listed_at.get_untracked()) {
            self.total.set(Load::Ready { value: Some(count), at });
        }
        let has_ended = !matches!(list, List::Loading { .. });
        self.table.extend(&self.users.read_untracked(), rows, has_ended);
        if has_ended {
            self.follow_group();
            self.follow_outcomes();
        }
        if self.list.get_untracked() == list {
            return;
        }
        match &list {
            List::Complete => {
                self.announcer.tell(Announcement::ListLoaded(self.table.listed_len.get_untracked()));
            }
            List::Paused { fault, .. } => {
                self.announcer.tell(Announcement::Failed(fault.clone()));
                self.troubleshooting
                    .meet(Location::People, Operation::ReadUsers, fault, None, move || self.resume());
            }
            List::Idle | List::Loading { .. } | List::Stopped => {}
        }
        self.list.set(list);
    }

    fn state_of(self, listing: &Listing) -> List {
        match listing.state() {
            State::Reading => {
                List::Loading { pace: self.connection().map_or(PerSecond(1.0), |to| to.pace()) }
            }
            State::Paused(fault) => List::Paused { fault, unread: listing.unread() },
            State::Stopped => List::Stopped,
            State::Complete => List::Complete,
        }
    }
}

/// Limits the rows allocated up front, because PingOne's count may be wrong.
fn room(total: Option<u64>) -> usize {
    const MOST: u64 = 500_000;
    usize::try_from(total.unwrap_or(0).min(MOST)).unwrap_or(0)
}
