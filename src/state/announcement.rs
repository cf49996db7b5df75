//! Facts that screen readers are told as they happen. The sentences are the view's.

use pingone::fault::Fault;
use pingone::time::{PerSecond, Timestamp};
use pingone::user::Mfa;
use pingone_mfa_core::diagnosis::cause::Cause;
use pingone_mfa_core::run::outcome::Outcome;
use pingone_mfa_core::run::row::RowCounts;

use super::run::PauseReason;
use std::rc::Rc;

use leptos::prelude::*;

/// Something that has happened.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Announcement {
    /// Nothing yet.
    #[default]
    Quiet,
    /// A token was taken from the field.
    TokenTaken,
    /// The environment with this name was connected to.
    Connected(String),
    /// The token was forgotten; it stays valid until then.
    TokenForgotten(Option<Timestamp>),
    /// A text was put on the clipboard, or not.
    Copied(bool),
    /// A file was handed to the browser, or not.
    Saved(bool),
    /// Requests leave at most so fast from now on.
    Ceiling(PerSecond),
    /// All users were loaded.
    ListLoaded(u64),
    /// A search found so many people.
    Found(u64),
    /// A user's flag was changed.
    Changed {
        /// Whose.
        username: String,
        /// What it is now.
        mfa: Mfa,
    },
    /// A user's flag was not changed, or nobody knows.
    NotChanged {
        /// Whose.
        username: String,
        /// On or off was asked for.
        to: bool,
        /// How it ended.
        outcome: Outcome,
    },
    /// A read failed.
    Failed(Fault),
    /// A cause was looked for, and this is the likeliest, if anything is wrong.
    Diagnosed(Option<Cause>),
    /// A run begins, or goes on.
    RunStarted {
        /// Of how many users.
        users: u64,
        /// Whether it begins.
        is_new: bool,
    },
    /// A run has come so far.
    RunAt {
        /// In whole tenths.
        percent: u32,
        /// How many users are settled.
        done: u64,
    },
    /// A run had waited for long, and those who wait in it were read again.
    RunReadAgain {
        /// How many of them have the value by now.
        already: u64,
        /// The value.
        to: bool,
    },
    /// A run waits.
    RunHalted(PauseReason),
    /// A run is over.
    RunEnded {
        /// What became of its users.
        tally: RowCounts,
        /// Whether a person stopped it.
        is_stopped: bool,
    },
}

/// Hears what is told.
type Listener = Rc<dyn Fn(&Announcement)>;

/// The newest announcement. Results go to the polite live region, failures to the assertive one.
#[derive(Clone, Copy, Default)]
pub struct Announcer {
    /// The newest result.
    pub result: RwSignal<Announcement>,
    /// The newest failure.
    pub failure: RwSignal<Announcement>,
    overhearing: StoredValue<Option<Listener>, LocalStorage>,
}

impl Announcer {
    /// Has `listener` hear everything that is told from now on. There is one at most.
    pub(super) fn overhear(self, listener: Listener) {
        self.overhearing.set_value(Some(listener));
    }

    /// Tells it.
    pub fn tell(self, announcement: Announcement) {
        if let Some(listener) = self.overhearing.get_value() {
            listener(&announcement);
        }
        match announcement {
            Announcement::Failed(_) | Announcement::NotChanged { .. } | Announcement::RunHalted(_) => {
                self.failure.set(announcement);
            }
            _ => self.result.set(announcement),
        }
    }
}
