//! What is looked at before a run begins: who was chosen, what they have now, and what will be changed.

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
use pingone_mfa_core::snippets::script::Shell;

use super::Ports;
use super::directory::Directory;
use super::run::Run;
use super::saving::Progress;
use super::tasks::Tasks;
use leptos::prelude::*;

mod clearing;
mod reading;

pub use pingone_mfa_core::run::obstacle::Obstacle;
pub use reading::Unreadable;

/// A run that is to be started.
#[derive(Debug, Clone, PartialEq)]
pub struct Reviewed {
    /// Who is to be changed.
    pub proposal: Rc<Proposal>,
    /// When the list was read from which they were chosen.
    pub listed_at: Option<Timestamp>,
    /// How far the reading of what they have now is.
    pub reading: Reading,
}

/// How far the values are read again.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// They are read from then on: until then what the run before sent late may arrive.
    Waiting(Timestamp),
    /// So many of the chosen were read.
    Going(u64),
    /// They could not be read.
    Failed(Fault),
    /// They were read, and this is what comes of it.
    Ready(Rc<Preview>),
}

/// What is looked at before a run begins.
#[derive(Clone, Copy)]
pub struct Review {
    /// The run that is to be started, if any.
    pub shown: RwSignal<Option<Reviewed>, LocalStorage>,
    /// Whom to change although it may not be wanted.
    pub choices: RwSignal<Choices>,
    /// The test user, by username or ID.
    pub put_pilot_first: RwSignal<String>,
    /// After how many further users to wait.
    pub then: RwSignal<String>,
    /// The change reference.
    pub reference: RwSignal<String>,
    /// Why MFA is turned off.
    pub reason: RwSignal<String>,
    /// The number of changes, as typed.
    pub typed: RwSignal<String>,
    /// Whether a file of it has usernames.
    pub save_with_names: RwSignal<bool>,
    /// How far such a file is.
    pub saved: RwSignal<Progress>,
    /// What a script of it is written in.
    pub shell: RwSignal<Shell>,
    fresh: StoredValue<HashMap<UserId, Timestamp>, LocalStorage>,
    /// Whose reading failed although others could be read.
    unread: StoredValue<Unread, LocalStorage>,
    /// What decides who may be written, with the protected members as they were read.
    guard: StoredValue<Guard, LocalStorage>,
    /// When the reading ended.
    read_at: StoredValue<Option<Timestamp>, LocalStorage>,
    commands: StoredValue<Option<UnboundedSender<Command>>, LocalStorage>,
    tasks: Tasks,
    ports: Ports,
    directory: StoredValue<Directory, LocalStorage>,
    run: StoredValue<Run, LocalStorage>,
    limits: StoredValue<Rc<Limits>, LocalStorage>,
}

impl Review {
    pub(super) fn new(ports: Ports, directory: Directory, run: Run, limits: Limits) -> Self {
        Self {
            shown: RwSignal::default(),
            choices: RwSignal::default(),
            put_pilot_first: RwSignal::default(),
            then: RwSignal::default(),
            reference: RwSignal::default(),
            reason: RwSignal::default(),
            typed: RwSignal::default(),
            save_with_names: RwSignal::default(),
            saved: RwSignal::default(),
            shell: RwSignal::default(),
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

    pub(super) fn directory(self) -> Directory {
        self.directory.get_value()
    }

    pub(super) fn run(self) -> Run {
        self.run.get_value()
    }

    /// Whether the deployment permits runs in this direction.
    pub fn may_run(self, to: bool) -> bool {
        self.limits().may_run(to)
    }

    /// What the deployment wants of a change reference, if it wants one.
    pub fn limits(self) -> Rc<Limits> {
        self.limits.get_value()
    }

    /// Begins with everyone who is selected. Of one user only the usual question is asked.
    pub fn of_selected(self, to: bool) {
        let Some(connection) = self.run().connection() else { return };
        let users = self.directory().selected_ids();
        match users.as_slice() {
            [] => {}
            [one] => self.directory().begin_change(*one, to),
            _ => self.begin_of(Proposal::new(connection.tenant().environment, to, users), Choices::default()),
        }
    }

    /// Begins with these users. `listed_at` is when the list was read in which they were found, if they were.
    pub fn of_users(self, to: bool, users: Vec<UserId>, listed_at: Option<Timestamp>) {
        let Some(connection) = self.run().connection() else { return };
        let proposal = Proposal::new(connection.tenant().environment, to, users);
        self.begin(proposal, Choices::default(), listed_at);
    }

    /// Begins with a run that is sent again or taken back.
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
        for field in [&self.put_pilot_first, &self.then, &self.typed] {
            field.set(String::new());
        }
        self.save_with_names.set(false);
        self.saved.set(Progress::Idle);
        self.reference.set(proposal.reference.clone());
        self.reason.set(proposal.reason.clone());
        self.shown.set(Some(Reviewed { proposal: Rc::new(proposal), listed_at, reading: Reading::Going(0) }));
        self.read();
    }

    /// Chooses whom to change although it may not be wanted.
    pub fn choose(self, choices: Choices) {
        self.choices.set(choices);
        self.typed.set(String::new());
        self.weigh();
    }

    /// What was preview, once it is.
    pub fn preview(self) -> Option<Rc<Preview>> {
        self.shown.with(|shown| match shown.as_ref().map(|reviewed| &reviewed.reading) {
            Some(Reading::Ready(preview)) => Some(Rc::clone(preview)),
            _ => None,
        })
    }

    /// Leaves it; nothing was sent.
    pub fn close(self) {
        self.tasks.abort_all();
        self.commands.set_value(None);
        self.fresh.update_value(|value| drop(std::mem::take(value)));
        self.unread.update_value(|value| drop(std::mem::take(value)));
        self.guard.update_value(|value| drop(std::mem::take(value)));
        self.shown.set(None);
    }
}
