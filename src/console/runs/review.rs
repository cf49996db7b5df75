//! The review, the dialog before a run: which users were chosen, their current values, and what will be changed.

mod clearing;
mod pilot;
mod reading;

use std::collections::HashMap;
use std::rc::Rc;

use futures::channel::mpsc::UnboundedSender;
use pingone::driver::Command;
use pingone::fault::Fault;
use pingone::time::Timestamp;
use pingone::user::UserId;
use pingone_mfa_core::run::guard::Guard;
use pingone_mfa_core::run::limits::Limits;
use pingone_mfa_core::run::proposal::{Choices, Preview, Proposal};
use pingone_mfa_core::run::unread::Unread;

use crate::console::runs::run::Run;
use crate::console::saving::Progress;
use crate::console::users::directory::Directory;
use crate::ports::Ports;
use crate::ui::tasks::Tasks;
use leptos::prelude::*;

pub use crate::console::runs::review::pilot::{Offer, Pilot};
pub use crate::console::runs::review::reading::Unreadable;
pub use pingone_mfa_core::run::obstacle::Obstacle;

/// A proposed run under review.
#[derive(Debug, Clone, PartialEq)]
pub struct Reviewed {
    pub proposal: Rc<Proposal>,
    /// When the list that the users were chosen from was loaded.
    pub listed_at: Option<Timestamp>,
    pub reading: Reading,
}

/// Progress of refreshing the users' values.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// Reading starts at this time: until then late requests of the previous run may still take effect.
    Waiting(Timestamp),
    /// How many of the chosen users were read.
    Going(u64),
    Failed(Fault),
    /// All values were read; the resulting preview.
    Ready(Rc<Preview>),
}

/// The state of the review.
#[derive(Clone, Copy)]
pub struct Review {
    /// The proposed run, if a review is open.
    pub shown: RwSignal<Option<Reviewed>, LocalStorage>,
    /// Users to change although this may not be wanted.
    pub choices: RwSignal<Choices>,
    /// The pilot user, by username or ID.
    pub pilot: RwSignal<String>,
    /// Whether the run pauses after every [`pause_every`](Self::pause_every) users.
    pub pauses: RwSignal<bool>,
    /// Pause after this many users, as typed.
    pub pause_every: RwSignal<String>,
    pub reference: RwSignal<String>,
    /// Why MFA is turned off.
    pub reason: RwSignal<String>,
    /// The confirmation number, as typed.
    pub typed: RwSignal<String>,
    /// Progress of saving the plan.
    pub saved: RwSignal<Progress>,
    fresh: StoredValue<HashMap<UserId, Timestamp>, LocalStorage>,
    /// Users that couldn't be read although others could.
    unread: StoredValue<Unread, LocalStorage>,
    /// Decides which users may be changed; holds the protected members as they were read.
    guard: StoredValue<Guard, LocalStorage>,
    /// When reading ended.
    read_at: StoredValue<Option<Timestamp>, LocalStorage>,
    commands: StoredValue<Option<UnboundedSender<Command>>, LocalStorage>,
    tasks: Tasks,
    ports: Ports,
    directory: StoredValue<Directory, LocalStorage>,
    run: StoredValue<Run, LocalStorage>,
    limits: StoredValue<Rc<Limits>, LocalStorage>,
}

impl Review {
    pub(crate) fn new(ports: Ports, directory: Directory, run: Run, limits: Limits) -> Self {
        Self {
            shown: RwSignal::default(),
            choices: RwSignal::default(),
            pilot: RwSignal::default(),
            pauses: RwSignal::default(),
            pause_every: RwSignal::default(),
            reference: RwSignal::default(),
            reason: RwSignal::default(),
            typed: RwSignal::default(),
            saved: RwSignal::default(),
            fresh: StoredValue::default(),
            unread: StoredValue::default(),
            guard: StoredValue::default(),
            read_at: StoredValue::default(),
            commands: StoredValue::default(),
            tasks: Tasks::default(),
            ports,
            directory: StoredValue::new_local(directory),
            run: StoredValue::new_local(run),
            limits: StoredValue::new_local(Rc::new(limits)),
        }
    }

    pub(crate) fn directory(self) -> Directory {
        self.directory.get_value()
    }

    pub(crate) fn run(self) -> Run {
        self.run.get_value()
    }

    /// Whether the deployment permits runs that turn MFA on (`to`) or off.
    pub fn may_run(self, to: bool) -> bool {
        self.limits().may_run(to)
    }

    /// The deployment's limits for runs, including its rules for the change reference.
    pub fn limits(self) -> Rc<Limits> {
        self.limits.get_value()
    }

    /// Opens the review for the selected users. A single user gets the usual dialog instead.
    pub fn of_selected(self, to: bool) {
        let Some(connection) = self.run().connection() else { return };
        let users = self.directory().selected_ids();
        match users.as_slice() {
            [] => {}
            [one] => self.directory().begin_change(*one, to),
            _ => self.begin_of(Proposal::new(connection.tenant().environment, to, users), Choices::default()),
        }
    }

    /// Opens the review for these users. `listed_at` is when the list that they were found in was loaded, if there was
    /// one.
    pub fn of_users(self, to: bool, users: Vec<UserId>, listed_at: Option<Timestamp>) {
        let Some(connection) = self.run().connection() else { return };
        let proposal = Proposal::new(connection.tenant().environment, to, users);
        self.begin(proposal, Choices::default(), listed_at);
    }

    /// Opens the review for a retry or an undo.
    pub fn of_draft(self, proposal: Proposal) {
        self.begin_of(proposal, Choices::CHOSEN_BEFORE);
    }

    fn begin_of(self, proposal: Proposal, choices: Choices) {
        self.begin(proposal, choices, self.directory().listed_at.get_untracked());
    }

    fn begin(self, proposal: Proposal, choices: Choices, listed_at: Option<Timestamp>) {
        if self.run().is_open_untracked() {
            return;
        }
        self.choices.set(choices);
        for field in [self.pilot, self.pause_every, self.typed] {
            field.set(String::new());
        }
        self.pauses.set(false);
        self.saved.set(Progress::Idle);
        self.reference.set(proposal.reference.clone());
        self.reason.set(proposal.reason.clone());
        self.shown.set(Some(Reviewed { proposal: Rc::new(proposal), listed_at, reading: Reading::Going(0) }));
        self.read();
    }

    /// Chooses which users to change although this may not be wanted.
    pub fn choose(self, choices: Choices) {
        self.choices.set(choices);
        self.typed.set(String::new());
        self.weigh();
    }

    /// The preview, once it is ready.
    pub fn preview(self) -> Option<Rc<Preview>> {
        match self.shown.read().as_ref().map(|reviewed| &reviewed.reading) {
            Some(Reading::Ready(preview)) => Some(Rc::clone(preview)),
            _ => None,
        }
    }

    /// The direction of the proposed run; on if no review is open.
    pub fn to(self) -> bool {
        self.shown.read().as_ref().is_none_or(|reviewed| reviewed.proposal.to)
    }

    /// How many users will be changed: the selected ones until their values are read.
    pub fn changes(self) -> usize {
        match &*self.shown.read() {
            Some(Reviewed { reading: Reading::Ready(preview), .. }) => preview.plan.rows.len(),
            Some(reviewed) => reviewed.proposal.users.len(),
            None => 0,
        }
    }

    /// Cancels the review; nothing was sent.
    pub fn close(self) {
        self.tasks.abort_all();
        self.commands.set_value(None);
        self.fresh.update_value(|value| drop(std::mem::take(value)));
        self.unread.update_value(|value| drop(std::mem::take(value)));
        self.guard.update_value(|value| drop(std::mem::take(value)));
        self.shown.set(None);
    }
}
