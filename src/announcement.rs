//! Events that are announced to screen readers. This module holds the facts; the view writes the sentences.

use pingone::fault::Fault;
use pingone::time::{PerSecond, Timestamp};
use pingone::user::Mfa;
use pingone_mfa_core::diagnosis::cause::Cause;
use pingone_mfa_core::run::outcome::Outcome;
use pingone_mfa_core::run::row::RowCounts;

use pingone_mfa_core::run::engine::PauseReason;
use std::rc::Rc;

use leptos::prelude::*;

#[derive(Debug, Clone, PartialEq, Default)]
pub enum Announcement {
    /// The initial value: nothing was announced yet.
    #[default]
    Quiet,
    /// A token was taken from the field.
    TokenTaken,
    /// Connected to the environment with this name.
    Connected(String),
    /// The token was forgotten; PingOne accepts it until the given time.
    TokenForgotten(Option<Timestamp>),
    /// Whether a text was copied to the clipboard.
    Copied(bool),
    /// Whether the browser accepted a file.
    Saved(bool),
    /// The new maximum request rate.
    Ceiling(PerSecond),
    /// All users were loaded; their number.
    ListLoaded(u64),
    /// The number of users that a search found.
    Found(u64),
    /// The number of users that are selected.
    Selected(u64),
    Changed {
        username: String,
        /// The value after the change.
        mfa: Mfa,
    },
    /// A user's MFA flag was not changed, or the outcome is unknown.
    NotChanged {
        username: String,
        /// The requested value.
        to: bool,
        outcome: Outcome,
    },
    /// A read failed.
    Failed(Fault),
    /// A diagnosis finished with its likeliest cause; `None` if nothing is wrong.
    Diagnosed(Option<Cause>),
    /// A run started or was continued.
    RunStarted {
        /// How many users the run has.
        users: u64,
        /// Whether the run is new, not continued.
        is_new: bool,
    },
    /// Progress of a run.
    RunAt {
        /// In whole tens.
        percent: u32,
        /// Users whose outcome is settled.
        done: u64,
    },
    /// Before a run continued after a long wait, its remaining users were refreshed.
    RunReadAgain {
        /// How many of them already have the value.
        already: u64,
        /// The value that the run sets.
        to: bool,
    },
    /// A run paused.
    RunPaused(PauseReason),
    /// A run finished or was stopped.
    RunEnded {
        tally: RowCounts,
        /// Whether a person stopped it.
        is_stopped: bool,
    },
}

type Listener = Rc<dyn Fn(&Announcement)>;

/// The latest announcements. Results go to the polite live region, failures to the assertive one.
#[derive(Clone, Copy, Default)]
pub struct Announcer {
    pub result: RwSignal<Announcement>,
    pub failure: RwSignal<Announcement>,
    overhearing: StoredValue<Option<Listener>, LocalStorage>,
}

impl Announcer {
    /// Sets the listener that is called with every announcement from now on. There is at most one.
    pub(crate) fn overhear(self, listener: Listener) {
        self.overhearing.set_value(Some(listener));
    }

    pub fn tell(self, announcement: Announcement) {
        if let Some(listener) = self.overhearing.get_value() {
            listener(&announcement);
        }
        match announcement {
            Announcement::Failed(_) | Announcement::NotChanged { .. } | Announcement::RunPaused(_) => {
                self.failure.set(announcement);
            }
            _ => self.result.set(announcement),
        }
    }
}
