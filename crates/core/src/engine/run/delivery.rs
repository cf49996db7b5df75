//! Carries out what a run and its read-back start: requests go to PingOne, records into the journal.

use std::rc::Rc;

use crate::api::request::{CountUsers, Page, ReadDevices, ReadMfa, ReadPage, WriteMfa};
use crate::domain::fault::Fault;
use crate::domain::guard::Guard;
use crate::engine::Clock;
use crate::engine::connection::{Connection, Noted};
use crate::engine::journal::Entry;
use crate::port::Journal;

use super::readback::{self, Answer};
use super::{Job, Look, Record, Said};

/// Where the jobs of one run go.
#[derive(Clone)]
pub struct Delivery {
    /// The connection in use. It is asked for at every job, because a new token makes a new one; without one nothing is
    /// sent.
    pub connection: Rc<dyn Fn() -> Option<Connection>>,
    /// Where its records are kept.
    pub journal: Rc<dyn Journal>,
    /// Under which name.
    pub name: Rc<str>,
    /// What time it is.
    pub clock: Rc<dyn Clock>,
    /// What decides who may be written.
    pub guard: Rc<Guard>,
}

impl Delivery {
    /// Carries out a job of a run.
    ///
    /// # Errors
    /// None: what went wrong is in what was noted.
    pub async fn carry(self, job: Job) -> Result<Noted<Said>, Fault> {
        Ok(match job {
            Job::Write { user, to, .. } => {
                let Some(connection) = (self.connection)() else { return Ok(self.lost()) };
                match self.guard.planned(user, to) {
                    Ok(permit) => {
                        connection.note(WriteMfa(permit)).await.map(|said| Said::Flag(said.enabled))
                    }
                    Err(refusal) => self.note(Err(Fault::NotPermitted(refusal))),
                }
            }
            Job::Look { look: Look::Before | Look::After, user } => {
                let Some(connection) = (self.connection)() else { return Ok(self.lost()) };
                connection.note(ReadDevices(user)).await.map(Said::Devices)
            }
            Job::Read { user, .. }
            | Job::SpotCheck { user, .. }
            | Job::Probe { user: Some(user) }
            | Job::Look { look: Look::Flag, user } => {
                let Some(connection) = (self.connection)() else { return Ok(self.lost()) };
                connection.note(ReadMfa(user)).await.map(|said| Said::Flag(said.enabled))
            }
            Job::Probe { user: None } => {
                let Some(connection) = (self.connection)() else { return Ok(self.lost()) };
                connection.note(CountUsers).await.map(|_| Said::Reached)
            }
            Job::Store(records) => self.store(&records).await,
            Job::Halt(_) | Job::Clock => self.note(Ok(Said::Stored)),
        })
    }

    /// Carries out a job of a read-back.
    ///
    /// # Errors
    /// None: what went wrong is in what was noted.
    pub async fn carry_back(self, job: readback::Job) -> Result<Answer, Fault> {
        Ok(match job {
            readback::Job::Page(job) => Answer::Page(self.page(job.page).await),
            readback::Job::Read { place, user } => {
                Answer::Noted(self.carry(Job::Read { place, user }).await?)
            }
            readback::Job::Store(records) => Answer::Noted(self.store(&records).await),
        })
    }

    async fn page(self, page: ReadPage) -> Noted<Page> {
        match (self.connection)() {
            Some(connection) => connection.note(page).await,
            None => self.lost(),
        }
    }

    async fn store(&self, records: &[Record]) -> Noted<Said> {
        let entry = Entry::Batch(records.to_vec()).encode();
        let stored = self.journal.append(&self.name, vec![entry]).await;
        self.note(stored.map(|()| Said::Stored).map_err(Fault::NotStored))
    }

    fn note<T>(&self, said: Result<T, Fault>) -> Noted<T> {
        Noted { at: self.clock.wall(), correlation_id: None, said }
    }

    fn lost<T>(&self) -> Noted<T> {
        self.note(Err(Fault::TokenForgotten))
    }
}
