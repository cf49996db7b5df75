//! Carries out the jobs of a run and of its read-back: requests go to PingOne, records into the journal.

use std::rc::Rc;

use pingone::clock::Clock;
use pingone::connection::{Answered, Connection};
use pingone::fault::Fault;
use pingone::request::{CountUsers, Page, ReadDevices, ReadMfa, ReadPage};

use crate::run::guard::Guard;
use crate::run::journal::Entry;
use crate::run::ports::Journal;
use crate::run::record::Record;
use crate::run::write::WriteMfa;

use super::readback::{self, Answer};
use super::{Job, JobAnswer, PilotRead};

/// The ports that the jobs of one run use.
#[derive(Clone)]
pub struct JobRunner {
    /// Returns the connection in use. It is called for every job, because a new token creates a new connection. Without
    /// one the token was forgotten, and nothing is sent.
    pub connection: Rc<dyn Fn() -> Option<Connection>>,
    /// The journal that stores the run's records.
    pub journal: Rc<dyn Journal>,
    /// The name of the run's journal.
    pub name: Rc<str>,
    /// The clock for answers without a request.
    pub clock: Rc<dyn Clock>,
    /// The rules that decide which users may be written.
    pub guard: Rc<Guard>,
}

impl JobRunner {
    /// Carries out a job of a run.
    ///
    /// # Errors
    /// None: a fault is in the returned answer.
    pub async fn run(self, job: Job) -> Result<Answered<JobAnswer>, Fault> {
        Ok(match job {
            Job::Write { user, to, .. } => {
                let Some(connection) = (self.connection)() else { return Ok(self.no_connection()) };
                match self.guard.planned(user, to) {
                    Ok(permit) => {
                        connection.note(WriteMfa(permit)).await.map(|result| JobAnswer::Flag(result.enabled))
                    }
                    Err(refusal) => self.note(Err(Fault::NotPermitted(refusal))),
                }
            }
            Job::PilotRead { read: PilotRead::Before | PilotRead::After, user } => {
                let Some(connection) = (self.connection)() else { return Ok(self.no_connection()) };
                connection.note(ReadDevices(user)).await.map(JobAnswer::Devices)
            }
            Job::Read { user, .. }
            | Job::SpotCheck { user, .. }
            | Job::Probe { user: Some(user) }
            | Job::PilotRead { read: PilotRead::Flag, user } => {
                let Some(connection) = (self.connection)() else { return Ok(self.no_connection()) };
                connection.note(ReadMfa(user)).await.map(|result| JobAnswer::Flag(result.enabled))
            }
            Job::Probe { user: None } => {
                let Some(connection) = (self.connection)() else { return Ok(self.no_connection()) };
                connection.note(CountUsers).await.map(|_| JobAnswer::Reached)
            }
            Job::Store(records) => self.store(&records).await,
            Job::Pause(_) | Job::Clock => self.note(Ok(JobAnswer::Stored)),
        })
    }

    /// Carries out a job of a read-back.
    ///
    /// # Errors
    /// None: a fault is in the returned answer.
    pub async fn run_read_back(self, job: readback::Job) -> Result<Answer, Fault> {
        Ok(match job {
            readback::Job::Page(job) => Answer::Page(self.page(job.page).await),
            readback::Job::Read { index, user } => {
                Answer::Answered(self.run(Job::Read { index, user }).await?)
            }
            readback::Job::Store(records) => Answer::Answered(self.store(&records).await),
        })
    }

    async fn page(self, page: ReadPage) -> Answered<Page> {
        match (self.connection)() {
            Some(connection) => connection.note(page).await,
            None => self.no_connection(),
        }
    }

    async fn store(&self, records: &[Record]) -> Answered<JobAnswer> {
        let entry = Entry::Batch(records.to_vec()).encode();
        let stored = self.journal.append(&self.name, vec![entry]).await;
        self.note(stored.map(|()| JobAnswer::Stored).map_err(Fault::NotStored))
    }

    fn note<T>(&self, result: Result<T, Fault>) -> Answered<T> {
        Answered { at: self.clock.wall(), correlation_id: None, result }
    }

    fn no_connection<T>(&self) -> Answered<T> {
        self.note(Err(Fault::TokenForgotten))
    }
}
