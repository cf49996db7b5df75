//! Diagnoses what doesn't work: automatically after a failure, and on request.

use std::rc::Rc;

use pingone::connection::Connection;
use pingone::fault::Fault;
use pingone::time::Timestamp;
use pingone::user::{PopulationId, UserId};
use pingone_mfa_core::diagnosis::cause::{Cause, Diagnosis, NextStep};
use pingone_mfa_core::diagnosis::check::{Finding, findings};
use pingone_mfa_core::diagnosis::evidence::{Evidence, Operation, Symptom};
use pingone_mfa_core::diagnosis::probe::search;
use pingone_mfa_core::diagnosis::reasoning::diagnoses;
use pingone_mfa_core::run::proof::Proof;

use crate::announcement::Announcement;
use crate::connect::session::Session;
use crate::ports::Ports;
use crate::ui::tasks::Tasks;
use leptos::prelude::*;

/// Where a diagnosis is shown: next to what failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// Below the connect form.
    Form,
    /// Above the table.
    People,
    /// At the search in PingOne.
    Search,
    /// At the device report.
    Report,
    /// At the run that paused or ended.
    Run,
    /// At the import, where its users are looked up.
    Import,
    /// In the review.
    Review,
    /// At the group filter.
    Group,
    /// Where devices are read one by one.
    Checking,
    /// In the user drawer.
    User(UserId),
    /// On its own, for a check of everything.
    Everything,
}

/// A diagnosis, running or finished.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub location: Location,
    pub evidence: Evidence,
    pub findings: Vec<Finding>,
    /// The diagnoses that fit, likeliest first.
    pub diagnoses: Vec<Diagnosis>,
    /// Whether probes are still running.
    pub is_searching: bool,
}

impl Case {
    fn of(location: Location, evidence: Evidence, is_searching: bool) -> Self {
        let (findings, diagnoses) = (findings(&evidence), diagnoses(&evidence));
        Self { location, evidence, findings, diagnoses, is_searching }
    }

    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.diagnoses.first().map(|diagnosis| diagnosis.cause)
    }
}

type Again = Rc<dyn Fn()>;

type Learn = Rc<dyn Fn(&Evidence)>;

/// The current diagnosis. There is at most one: that of the last failure.
#[derive(Clone, Copy)]
pub struct Troubleshooting {
    pub case: RwSignal<Option<Case>>,
    connection: StoredValue<Option<Connection>, LocalStorage>,
    has_read_environment: StoredValue<bool, LocalStorage>,
    changed_populations: StoredValue<Vec<PopulationId>, LocalStorage>,
    proof: StoredValue<Option<Proof>, LocalStorage>,
    again: StoredValue<Option<Again>, LocalStorage>,
    /// Receives what the checks have read, to show it.
    learn: StoredValue<Option<Learn>, LocalStorage>,
    tasks: Tasks,
    session: StoredValue<Session, LocalStorage>,
    ports: Ports,
}

impl Troubleshooting {
    pub(crate) fn new(session: Session, ports: Ports) -> Self {
        Self {
            case: RwSignal::default(),
            connection: StoredValue::default(),
            has_read_environment: StoredValue::default(),
            changed_populations: StoredValue::default(),
            proof: StoredValue::default(),
            again: StoredValue::default(),
            learn: StoredValue::default(),
            tasks: Tasks::default(),
            session: StoredValue::new_local(session),
            ports,
        }
    }

    pub(crate) fn session(self) -> Session {
        self.session.get_value()
    }

    /// Probes over this connection from now on.
    pub(crate) fn use_connection(self, connection: Connection) {
        self.connection.set_value(Some(connection));
    }

    /// Calls `learn` with the evidence as it becomes known.
    pub(crate) fn report_to(self, learn: impl Fn(&Evidence) + 'static) {
        self.learn.set_value(Some(Rc::new(learn)));
    }

    /// Diagnoses a failure. `again` retries the operation.
    pub(crate) fn meet(
        self,
        location: Location,
        operation: Operation,
        fault: &Fault,
        population: Option<PopulationId>,
        again: impl Fn() + 'static,
    ) {
        self.again.set_value(Some(Rc::new(again)));
        let symptom = Symptom::Failed { operation, fault: fault.clone(), at: self.ports.get().clock.wall() };
        self.look_into(location, symptom, population);
    }

    /// Diagnoses a failure, current or at an earlier time, that can't be retried from here.
    pub(crate) fn explain(
        self,
        location: Location,
        operation: Operation,
        fault: &Fault,
        at: Option<Timestamp>,
        population: Option<PopulationId>,
    ) {
        self.again.set_value(None);
        let at = at.unwrap_or_else(|| self.ports.get().clock.wall());
        self.look_into(location, Symptom::Failed { operation, fault: fault.clone(), at }, population);
    }

    /// Checks everything that can be checked without changing anything.
    pub fn check_everything(self) {
        self.again.set_value(None);
        self.look_into(Location::Everything, Symptom::Health, None);
    }

    /// Diagnoses why a user isn't prompted for MFA.
    pub fn ask_why_not_asked(self, user: UserId) {
        self.again.set_value(None);
        self.look_into(Location::User(user), Symptom::NotPrompted(user), None);
    }

    fn look_into(self, location: Location, symptom: Symptom, population: Option<PopulationId>) {
        let Some(connection) = self.connection.read_value().clone() else { return };
        let regions = &self.session().settings().regions;
        let evidence = Evidence::of(symptom, self.ports.get().clock.wall());
        let facts = self.session().facts_now();
        let evidence = match facts {
            Some(facts) => evidence.with_token(facts, regions),
            None => evidence,
        };
        let tenant = connection.tenant();
        let evidence = evidence.with_target(tenant.region.clone(), Some(tenant.environment), regions);
        let (has_read_environment, changed_populations) =
            (self.has_read_environment.get_value(), self.changed_populations.read_value().clone());
        let proof = std::mem::take(&mut *self.proof.write_value());
        let evidence = Evidence { population, has_read_environment, changed_populations, proof, ..evidence };
        self.tasks.abort_all();
        self.case.set(Some(Case::of(location, evidence.clone(), true)));
        let reaching = Rc::clone(&self.ports.get().reaching);
        let learn = self.learn.read_value().clone();
        self.tasks.spawn(async move {
            let observe = |evidence: &Evidence| {
                if let Some(learn) = &learn {
                    learn(evidence);
                }
                self.case.set(Some(Case::of(location, evidence.clone(), true)));
            };
            let evidence = search(evidence, &connection, reaching.as_ref(), observe).await;
            let case = Case::of(location, evidence, false);
            self.session().announcer.tell(Announcement::Diagnosed(case.cause()));
            self.case.set(Some(case));
        });
    }

    /// Retries what failed.
    pub fn try_again(self) {
        let again = self.again.read_value().clone();
        self.close();
        if let Some(again) = again {
            again();
        }
    }

    /// Continues with another token. A read that failed because it needs one is retried; a change waits for a person
    /// to retry it.
    pub(crate) fn go_on_with_token(self) {
        let waits = self.case.with_untracked(|case| {
            let case = case.as_ref()?;
            let is_waiting = case.diagnoses.first()?.next == Some(NextStep::ReplaceToken);
            let (operation, _) = case.evidence.fault()?;
            is_waiting.then_some(operation.is_write())
        });
        match waits {
            None => {}
            Some(false) => self.try_again(),
            Some(true) => self.case.update(|case| {
                if let Some(first) = case.as_mut().and_then(|case| case.diagnoses.first_mut()) {
                    first.next = Some(NextStep::TryAgain);
                }
            }),
        }
    }

    /// Records that this token has read the environment.
    pub(crate) fn note_entry(self) {
        self.has_read_environment.set_value(true);
    }

    /// Records that a user of this population was changed.
    pub(crate) fn note_change(self, population: PopulationId) {
        let mut changed_populations = self.changed_populations.write_value();
        if !changed_populations.contains(&population) {
            changed_populations.push(population);
        }
    }

    /// Stores what a run proved, for the diagnosis that follows.
    pub(crate) fn note_proof(self, proof: Proof) {
        self.proof.set_value(Some(proof));
    }

    /// Drops what was proved to work, because another token is used from now on.
    pub(crate) fn forget_what_worked(self) {
        self.has_read_environment.set_value(false);
        self.changed_populations.set_value(Vec::new());
    }

    /// Closes the diagnosis if it is shown there.
    pub(crate) fn close_at(self, location: Location) {
        if self.case.read_untracked().as_ref().is_some_and(|case| case.location == location) {
            self.close();
        }
    }

    /// Closes the diagnosis and aborts its probes.
    pub fn close(self) {
        self.tasks.abort_all();
        self.again.set_value(None);
        self.case.set(None);
    }

    pub(crate) fn clear(self) {
        self.close();
        self.forget_what_worked();
        self.connection.set_value(None);
    }
}
