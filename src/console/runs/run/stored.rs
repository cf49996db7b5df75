//! The runs that this browser has stored: an unfinished one can be continued, a finished one viewed.

use std::rc::Rc;

use leptos::prelude::*;
use pingone::environment::EnvironmentId;
use pingone::fault::{Fault, JournalFault};
use pingone::time::{Millis, Timestamp};
use pingone::token::Actor;
use pingone_mfa_core::run::journal::{Damage, Entry, Restored, Restoring};
use pingone_mfa_core::run::plan::{Plan, PlanNumber};
use pingone_mfa_core::run::ports::Taken;
use pingone_mfa_core::run::row::{RowCounts, RowState};

use crate::announcement::Announcement;

use crate::console::runs::run::names::{lease_of, name_of};
use crate::console::runs::run::{FilteredOut, Run};

/// One day, in milliseconds.
const DAY: i64 = 24 * 3600 * 1000;

/// How many entries are read before the page may do other work.
const ENTRIES_AT_ONCE: usize = 500;

#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Its name in the journal.
    pub name: Rc<str>,
    pub contents: Result<Contents, Damage>,
}

/// The contents of a stored run that can be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    pub number: PlanNumber,
    /// Whether the run turns MFA on.
    pub to: bool,
    /// The change reference; empty if there is none.
    pub reference: String,
    /// Whether the plan skips users.
    pub has_skipped: bool,
    /// When the plan was made.
    pub made_at: Timestamp,
    pub tally: RowCounts,
    /// How many users may already have been sent a request, and are checked first.
    pub open: usize,
    /// The actor whose token was used last.
    pub actor: Option<Actor>,
    /// When the run was closed: nothing more will be done.
    pub closed_at: Option<Timestamp>,
    /// When it was saved for another computer, unless a person has continued it here since.
    pub handed_over_at: Option<Timestamp>,
}

impl Stored {
    fn of(name: &str, restored: Result<Restored, Damage>) -> Self {
        let contents = restored.map(|restored| Contents {
            number: restored.plan.number(),
            to: restored.plan.to,
            reference: restored.plan.reference.clone(),
            has_skipped: !restored.plan.left_out.is_empty(),
            made_at: restored.plan.made_at,
            tally: tally(&restored),
            open: restored.open.len(),
            actor: restored.actors.last().cloned(),
            closed_at: restored.closed_at,
            handed_over_at: restored.handed_over_at,
        });
        Self { name: name.into(), contents }
    }

    /// How many users are still to be changed; `None` if the run is closed or can't be read.
    #[must_use]
    pub fn remaining(&self) -> Option<u32> {
        let contents = self.contents.as_ref().ok().filter(|contents| contents.closed_at.is_none())?;
        Some(contents.tally.all() - contents.tally.ended())
    }

    /// Whether the run is still to be continued or closed.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        self.contents.as_ref().is_ok_and(|contents| contents.closed_at.is_none())
    }
}

fn tally(restored: &Restored) -> RowCounts {
    let mut tally = RowCounts::waiting(u32::try_from(restored.rows.len()).unwrap_or(u32::MAX));
    for row in &restored.rows {
        tally.moved(RowState::Waiting, row.state);
    }
    tally
}

impl Run {
    /// Lists the stored runs of this environment. Runs older than the deployment's retention period are deleted.
    pub(super) fn find_stored(self) {
        let Some(connection) = self.connection() else { return };
        let environment = connection.tenant().environment;
        let days = i64::try_from(self.journal_days).unwrap_or(i64::MAX);
        let oldest = self.ports.get().clock.wall().0.saturating_sub(days.saturating_mul(DAY));
        self.tasks.spawn(async move {
            let mut found = Vec::new();
            let sought = self.seek(environment, oldest, &mut found).await;
            found.reverse();
            self.stored.set(found);
            // Where nothing can be stored, nothing can be found; a run that starts says so.
            self.is_listed.set(matches!(sought, Ok(()) | Err(JournalFault::Unavailable)));
            match sought {
                Ok(()) | Err(JournalFault::Unavailable) => self.not_taken.update(|not_taken| {
                    not_taken.take_if(|why| matches!(why, FilteredOut::NotListed(_)));
                }),
                Err(fault) => self.not_taken.set(Some(FilteredOut::NotListed(fault))),
            }
        });
    }

    async fn seek(
        self,
        environment: EnvironmentId,
        oldest: i64,
        found: &mut Vec<Stored>,
    ) -> Result<(), JournalFault> {
        for (name, first) in self.ports.get().journal.list().await? {
            let plan = plan_of(&first);
            if plan.as_ref().is_some_and(|plan| plan.made_at.0 < oldest) {
                // Retried the next time.
                let _ = self.ports.get().journal.delete(&name).await;
                continue;
            }
            if plan.is_some_and(|plan| plan.environment != environment) {
                continue;
            }
            let entries = self.ports.get().journal.read(&name).await?;
            found.push(Stored::of(&name, self.restored(&entries).await));
        }
        Ok(())
    }

    /// The stored runs without the one on display.
    pub fn others(self) -> Vec<Stored> {
        let shown = self.progress.read().as_ref().map(|run| name_of(&run.plan));
        self.stored.read().iter().filter(|run| Some(&run.name) != shown.as_ref()).cloned().collect()
    }

    /// How many runs there are: those that are stored, and the one on display. `None` until all are listed.
    pub fn count(self) -> Option<usize> {
        let count = self.others().len() + usize::from(self.progress.with(Option::is_some));
        self.is_listed.get().then_some(count)
    }

    /// Deletes a stored run.
    pub fn delete(self, name: Rc<str>) {
        let Some(connection) = self.connection() else { return };
        self.tasks.spawn(async move {
            // The page that executes it would keep appending to a deleted run.
            let taken = self.ports.get().lease.take(&lease_of(&connection), false).await;
            match taken {
                Taken::Elsewhere => return self.not_taken.set(Some(FilteredOut::WorkingElsewhere)),
                Taken::Silent => return self.storage_failed(Fault::LockSilent),
                Taken::Held(_) | Taken::Unavailable => self.not_taken.set(None),
            }
            if let Err(fault) = self.ports.get().journal.delete(&name).await {
                return self.storage_failed(Fault::NotStored(fault));
            }
            self.find_stored();
        });
    }

    /// Announces and shows why an operation on the stored runs failed.
    pub(super) fn storage_failed(self, fault: Fault) {
        self.announcer.tell(Announcement::Failed(fault.clone()));
        self.not_taken.set(Some(FilteredOut::NotStored(fault)));
    }

    /// The raw entries of a stored run.
    pub(super) async fn entries_of(self, name: &str) -> Result<Vec<Vec<u8>>, Fault> {
        self.ports.get().journal.read(name).await.map_err(Fault::NotStored)
    }

    /// Restores a run from its journal, a chunk at a time: a run with very many users has thousands of entries.
    pub(super) async fn restored(self, entries: &[Vec<u8>]) -> Result<Restored, Damage> {
        let clock = &self.ports.get().clock;
        let mut restoring = Restoring::default();
        for some in entries.chunks(ENTRIES_AT_ONCE) {
            for entry in some {
                restoring.take(entry)?;
            }
            clock.sleep_until(clock.now() + Millis(1)).await;
        }
        restoring.finish()
    }
}

/// The plan, if the first entry holds one. The environment of an unreadable run is unknown, so it is listed
/// everywhere.
pub(super) fn plan_of(first: &[u8]) -> Option<Plan> {
    match Entry::decode(first) {
        Ok(Entry::Plan(plan)) => Some(plan),
        _ => None,
    }
}
