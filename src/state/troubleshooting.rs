//! Looking for the cause of something that doesn't work: by itself after a failure, and when somebody asks.

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

use super::Ports;
use super::announcement::Announcement;
use super::session::Session;
use super::tasks::Tasks;
use leptos::prelude::*;

/// Where it is shown: beside what failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// Under the form.
    Form,
    /// Over the list.
    People,
    /// Where PingOne was searched.
    Search,
    /// With PingOne's report of devices.
    Report,
    /// With the run that halted, or is over.
    Run,
    /// Where the people of a list are looked up.
    Sheet,
    /// Where a run is reviewed.
    Review,
    /// With the group that is filtered by.
    Group,
    /// Where devices are read one by one.
    Checking,
    /// With one user.
    User(UserId),
    /// On its own: everything was to be checked.
    Everything,
}

/// What is being looked into.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Where it is shown.
    pub spot: Location,
    /// What is known.
    pub evidence: Evidence,
    /// How the checks came out.
    pub findings: Vec<Finding>,
    /// What fits, the likeliest first.
    pub diagnoses: Vec<Diagnosis>,
    /// Whether something is still being asked.
    pub is_searching: bool,
}

impl Case {
    fn of(spot: Location, evidence: Evidence, is_searching: bool) -> Self {
        let (findings, diagnoses) = (findings(&evidence), diagnoses(&evidence));
        Self { spot, evidence, findings, diagnoses, is_searching }
    }

    /// The likeliest cause.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.diagnoses.first().map(|diagnosis| diagnosis.cause)
    }
}

type Again = Rc<dyn Fn()>;

type Learn = Rc<dyn Fn(&Evidence)>;

/// What is looked into; one thing at a time, the last that went wrong.
#[derive(Clone, Copy)]
pub struct Troubleshooting {
    /// What is looked into, if anything is.
    pub case: RwSignal<Option<Case>>,
    connection: StoredValue<Option<Connection>, LocalStorage>,
    has_read_environment: StoredValue<bool, LocalStorage>,
    changed_populations: StoredValue<Vec<PopulationId>, LocalStorage>,
    proof: StoredValue<Option<Proof>, LocalStorage>,
    again: StoredValue<Option<Again>, LocalStorage>,
    /// Who shows what the checks read.
    learn: StoredValue<Option<Learn>, LocalStorage>,
    tasks: Tasks,
    session: StoredValue<Session, LocalStorage>,
    ports: Ports,
}

impl Troubleshooting {
    pub(super) fn new(session: Session, ports: Ports) -> Self {
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

    pub(super) fn session(self) -> Session {
        self.session.get_value()
    }

    /// Asks over this connection from now on.
    pub(super) fn use_connection(self, connection: Connection) {
        self.connection.set_value(Some(connection));
    }

    /// Hands over what is known as it becomes known.
    pub(super) fn report_to(self, learn: impl Fn(&Evidence) + 'static) {
        self.learn.set_value(Some(Rc::new(learn)));
    }

    /// Something failed: its cause is looked for. `again` does the same once more.
    pub(super) fn meet(
        self,
        spot: Location,
        operation: Operation,
        fault: &Fault,
        population: Option<PopulationId>,
        again: impl Fn() + 'static,
    ) {
        self.again.set_value(Some(Rc::new(again)));
        let symptom = Symptom::Failed { operation, fault: fault.clone(), at: self.ports.get().clock.wall() };
        self.look_into(spot, symptom, population);
    }

    /// Something failed, or had failed at that time, and isn't done once more from here: its cause is looked for.
    pub(super) fn explain(
        self,
        spot: Location,
        operation: Operation,
        fault: &Fault,
        at: Option<Timestamp>,
        population: Option<PopulationId>,
    ) {
        self.again.set_value(None);
        let at = at.unwrap_or_else(|| self.ports.get().clock.wall());
        self.look_into(spot, Symptom::Failed { operation, fault: fault.clone(), at }, population);
    }

    /// Checks everything that can be checked without changing anything.
    pub fn check_everything(self) {
        self.again.set_value(None);
        self.look_into(Location::Everything, Symptom::Health, None);
    }

    /// Looks for the reason why somebody isn't asked for a second factor.
    pub fn ask_why_not_asked(self, user: UserId) {
        self.again.set_value(None);
        self.look_into(Location::User(user), Symptom::NotPrompted(user), None);
    }

    fn look_into(self, spot: Location, symptom: Symptom, population: Option<PopulationId>) {
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
        self.case.set(Some(Case::of(spot, evidence.clone(), true)));
        let reaching = Rc::clone(&self.ports.get().reaching);
        let learn = self.learn.read_value().clone();
        self.tasks.spawn(async move {
            let observe = |evidence: &Evidence| {
                if let Some(learn) = &learn {
                    learn(evidence);
                }
                self.case.set(Some(Case::of(spot, evidence.clone(), true)));
            };
            let evidence = search(evidence, &connection, reaching.as_ref(), observe).await;
            let case = Case::of(spot, evidence, false);
            self.session().announcer.tell(Announcement::Diagnosed(case.cause()));
            self.case.set(Some(case));
        });
    }

    /// Does what failed once more.
    pub fn try_again(self) {
        let again = self.again.read_value().clone();
        self.close();
        if let Some(again) = again {
            again();
        }
    }

    /// There is another token. A read that failed for want of one is made again; a change waits for somebody to press.
    pub(super) fn go_on_with_token(self) {
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

    /// Takes note that this token has read the environment.
    pub(super) fn note_entry(self) {
        self.has_read_environment.set_value(true);
    }

    /// Takes note that somebody of this population was changed.
    pub(super) fn note_change(self, population: PopulationId) {
        let mut changed_populations = self.changed_populations.write_value();
        if !changed_populations.contains(&population) {
            changed_populations.push(population);
        }
    }

    /// Takes note of what a run proved, for the question that follows.
    pub(super) fn note_proof(self, proof: Proof) {
        self.proof.set_value(Some(proof));
    }

    /// What is done from now on is done with another token.
    pub(super) fn forget_what_worked(self) {
        self.has_read_environment.set_value(false);
        self.changed_populations.set_value(Vec::new());
    }

    /// Looks no further into what failed there.
    pub(super) fn close_at(self, spot: Location) {
        if self.case.with_untracked(|case| case.as_ref().is_some_and(|case| case.spot == spot)) {
            self.close();
        }
    }

    /// Looks into nothing any more.
    pub fn close(self) {
        self.tasks.abort_all();
        self.again.set_value(None);
        self.case.set(None);
    }

    /// Forgets everything.
    pub(super) fn clear(self) {
        self.close();
        self.forget_what_worked();
        self.connection.set_value(None);
    }
}
