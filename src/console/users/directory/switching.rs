//! The MFA switches: changes of one user's flag.

use std::rc::Rc;

use futures::channel::mpsc;
use leptos::prelude::*;
use pingone::connection::Connection;
use pingone::driver::drive;
use pingone::fault::Fault;
use pingone::request::ReadMfa;
use pingone::time::Timestamp;
use pingone::user::{Mfa, PopulationId, UserId};
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::directory::store::UserStore;
use pingone_mfa_core::embedding::frame::{ask_before, note};
use pingone_mfa_core::embedding::host_events::{Change as Intent, ChangeKind, HostEvent};
use pingone_mfa_core::run::change::{Change, Job};
use pingone_mfa_core::run::guard::Choices;
use pingone_mfa_core::run::outcome::Outcome;
use pingone_mfa_core::run::proof::Proof;
use pingone_mfa_core::run::write::WriteMfa;

use crate::announcement::Announcement;
use crate::console::load::Load;
use crate::console::troubleshooting::state::Location;
use crate::console::users::switch::Switch;

use crate::console::users::directory::Directory;

impl Directory {
    /// Handles a press of the switch. Turning off always asks for confirmation; turning on asks if the user may be
    /// locked out.
    pub fn press(self, id: UserId) {
        let mfa = self.users.with_untracked(|users| users.find(id).map(|row| users.mfa(row)));
        match mfa {
            Some(mfa) if !self.may_press(mfa) => {}
            Some(Mfa::Off) => self.set_mfa(id, true),
            Some(Mfa::On) => self.ask(id),
            Some(Mfa::Unknown) | None => self.read_mfa(id),
        }
    }

    /// Confirms the disable dialog.
    pub fn disable(self) {
        if let Some(id) = self.to_disable.get_untracked() {
            self.to_disable.set(None);
            // The dialog warns if this is the signed-in person's own account.
            self.change(id, false, Choices { own_account: true, ..Choices::default() });
        }
    }

    /// Cancels the disable dialog.
    pub fn keep(self) {
        self.to_disable.set(None);
    }

    /// Changes one user's flag, after the necessary confirmations.
    pub fn set_mfa(self, id: UserId, to: bool) {
        self.change(id, to, Choices::default());
    }

    pub(super) fn change(self, id: UserId, to: bool, accepted: Choices) {
        if !self.may_change(to) {
            return;
        }
        let Some(connection) = self.start(id, Switch::Sending { to }) else { return };
        self.tasks.spawn(async move {
            let Some(permit) = self.permit(&connection, id, to, accepted).await else { return };
            if !self.ports.get().embedder.permits(&ask_before(&Intent::of_one(ChangeKind::to(to), id))) {
                let (outcome, at) = (Outcome::Refused(Fault::HostRefused), connection.clock().wall());
                return self.changed(id, to, outcome, Mfa::Unknown, at);
            }
            let policy = Rc::new(connection.policy().clone());
            let mut change = Change::new(permit, policy, connection.jitter());
            let (_, mut inbox) = mpsc::unbounded();
            let perform = |job| {
                let connection = connection.clone();
                async move {
                    match job {
                        Job::Write(permit) => connection.send(WriteMfa(permit)).await,
                        Job::Read(user) => connection.send(ReadMfa(user)).await,
                    }
                }
            };
            let observe = |change: &mut Change| {
                if change.is_unconfirmed() {
                    self.set_switch(id, Switch::Checking { to });
                }
            };
            drive(&mut change, &connection, &mut inbox, perform, observe).await;
            if let Some(outcome) = change.outcome() {
                self.changed(id, to, outcome.clone(), change.read(), connection.clock().wall());
            }
        });
    }

    /// Reads one user's flag.
    pub fn read_mfa(self, id: UserId) {
        let Some(connection) = self.start(id, Switch::Reading) else { return };
        self.tasks.spawn(async move {
            let answer = connection.call(ReadMfa(id)).await;
            self.end_switch(id);
            match answer {
                Ok(answer) => self.learn_mfa(id, answer.enabled.into()),
                Err(fault) => self.not_read(id, Operation::ReadFlag(id), &fault, move || self.read_mfa(id)),
            }
        });
    }

    pub(super) fn end_switch(self, id: UserId) {
        self.switches.update(|switches| {
            switches.remove(&id);
        });
    }

    /// Shows a failed read in the drawer of that user.
    pub(super) fn not_read(
        self,
        id: UserId,
        operation: Operation,
        fault: &Fault,
        again: impl Fn() + 'static,
    ) {
        self.announcer.tell(Announcement::Failed(fault.clone()));
        self.show(id, self.ports.get().clock.wall());
        self.troubleshooting.meet(Location::User(id), operation, fault, self.population(id), again);
    }

    /// Marks the switch as busy and returns the connection, unless an operation is in progress for this user.
    pub(super) fn start(self, id: UserId, switch: Switch) -> Option<Connection> {
        let busy = self.switches.read_untracked().get(&id).is_some_and(Switch::is_busy);
        let connection = self.connection().filter(|_| !busy)?;
        self.set_switch(id, switch);
        Some(connection)
    }

    pub(super) fn set_switch(self, id: UserId, switch: Switch) {
        self.switches.update(|switches| {
            switches.insert(id, switch);
        });
    }

    pub(super) fn changed(self, id: UserId, to: bool, outcome: Outcome, read: Mfa, at: Timestamp) {
        let username = self.users.with_untracked(|users| {
            users.find(id).map_or_else(|| id.to_string(), |row| users.username(row).to_owned())
        });
        match &outcome {
            Outcome::Changed { .. } => {
                if let Some(population) = self.population(id) {
                    self.troubleshooting.note_change(population);
                }
                self.learn_mfa(id, read);
                self.announcer.tell(Announcement::Changed { username, mfa: read });
                let told = HostEvent::Changed { user: id, enabled: read == Mfa::On };
                self.ports.get().embedder.tell(&note(&told));
            }
            // The current value is unknown.
            Outcome::Unconfirmed(_) => {
                self.learn_mfa(id, Mfa::Unknown);
                self.announcer.tell(Announcement::NotChanged { username, to, outcome: outcome.clone() });
                self.show(id, at);
            }
            Outcome::Refused(_) | Outcome::Failed(_) | Outcome::Gone(_) => {
                if read != Mfa::Unknown {
                    self.learn_mfa(id, read);
                }
                self.announcer.tell(Announcement::NotChanged { username, to, outcome: outcome.clone() });
                self.show(id, at);
                // If PingOne responds, the rest of the evidence for a refusal can be read too.
                if matches!(outcome, Outcome::Refused(_)) {
                    self.read_parts(id);
                }
            }
        }
        if let Some(fault) = outcome.fault() {
            let again = move || self.set_mfa(id, to);
            let operation = Operation::ChangeFlag(Some(id));
            self.troubleshooting.meet(Location::User(id), operation, fault, self.population(id), again);
        }
        self.set_switch(id, Switch::Ended { to, outcome, at });
    }

    /// Diagnoses a refusal that paused a run.
    pub(crate) fn look_into_run(
        self,
        operation: Operation,
        fault: &Fault,
        changed: &[UserId],
        refused_since: u64,
        again: impl Fn() + 'static,
    ) {
        self.note_changes(changed);
        self.note_proof(changed, refused_since);
        let population = operation.user().and_then(|user| self.population(user));
        self.troubleshooting.meet(Location::Run, operation, fault, population, again);
    }

    /// Diagnoses a refusal in a finished run, which occurred at that time.
    pub(crate) fn ask_why_refused(
        self,
        user: UserId,
        fault: &Fault,
        at: Option<Timestamp>,
        changed: &[UserId],
        refused_since: u64,
    ) {
        self.note_changes(changed);
        self.note_proof(changed, refused_since);
        let operation = Operation::ChangeFlag(Some(user));
        self.troubleshooting.explain(Location::Run, operation, fault, at, self.population(user));
    }

    /// Diagnoses another fault that keeps a run from starting or continuing.
    pub(crate) fn explain(self, location: Location, operation: Operation, fault: &Fault) {
        self.troubleshooting.explain(location, operation, fault, None, None);
    }

    /// Forgets the diagnosis when another run, or none, is shown.
    pub(crate) fn forget_why_of_run(self) {
        self.troubleshooting.close_at(Location::Run);
    }

    fn note_changes(self, changed: &[UserId]) {
        for population in changed.iter().filter_map(|user| self.population(*user)) {
            self.troubleshooting.note_change(population);
        }
    }

    fn note_proof(self, changed: &[UserId], refused_since: u64) {
        let populations = changed.iter().map(|user| self.population(*user));
        self.troubleshooting.note_proof(Proof::new(populations, refused_since));
    }

    /// The population of a user who was read.
    pub(super) fn population(self, id: UserId) -> Option<PopulationId> {
        let population = |users: &UserStore| {
            users.find(id).and_then(|row| users.user(row)).and_then(|user| user.population)
        };
        self.users.with_untracked(population)
    }

    pub(super) fn learn_mfa(self, id: UserId, mfa: Mfa) {
        self.users.update(|users| {
            if let Some(row) = users.find(id) {
                users.set_mfa(row, mfa);
            }
        });
        self.recount();
    }

    /// Stores many flags that were read or changed just now, and updates the counts once.
    pub(crate) fn learn_flags(self, flags: &[(UserId, Mfa)]) {
        let at = self.ports.get().clock.wall();
        let opened = self.opened.with_untracked(|opened| opened.as_ref().map(|opened| opened.id));
        let is_opened = |(id, mfa): &(UserId, Mfa)| Some(*id) == opened && *mfa != Mfa::Unknown;
        if let Some((id, _)) = flags.iter().find(|flag| is_opened(flag)) {
            self.change_opened(*id, |opened| opened.mfa = Load::Ready { value: (), at });
        }
        self.users.update(|users| {
            for (id, mfa) in flags {
                if let Some(row) = users.find(*id) {
                    users.set_mfa(row, *mfa);
                }
            }
        });
        self.recount();
    }

    /// Updates the view and the counts after a change of one user.
    pub(super) fn recount(self) {
        self.table.renew(&self.users.read_untracked());
    }
}
