//! Reads users again: before a run continues (refresh), and after it (verification).

use std::rc::Rc;

use futures::channel::mpsc;
use futures::future::FutureExt;
use leptos::prelude::*;
use pingone::connection::Connection;
use pingone::driver::{Inbox, drive};
use pingone_mfa_core::directory::listing::Listing;
use pingone_mfa_core::run::engine::readback::{self, ReadBack};
use pingone_mfa_core::run::engine::{self, JobRunner, Outdated, RunStatus};
use pingone_mfa_core::run::row::RowState;

use crate::announcement::Announcement;
use crate::console::load::Load;
use crate::console::runs::run::{Kept, Phase, Run};

/// Users per page of a listing.
pub(crate) const PAGE: u64 = 200;

impl Run {
    /// Verifies the rows whose current value is unknown.
    pub fn check(self) {
        let (Some(kept), Some(connection)) =
            (std::mem::take(&mut *self.kept.write_value()), self.connection())
        else {
            return;
        };
        self.tasks.spawn(async move {
            let Some(held) = self.take_lease(&connection, false).await else {
                // Keeps its report.
                self.kept.set_value(Some(kept));
                return;
            };
            let (sender, mut inbox) = mpsc::unbounded();
            self.commands.set_value(Some(sender));
            let Kept { mut run, name } = kept;
            let is_stopped = run.status() == RunStatus::Stopped;
            // Verification writes nothing.
            let job_runner = self.job_runner(&name, Rc::new(self.directory().guard_without_members()));
            let read = self.read_back(&mut run, &job_runner, &connection, &mut inbox);
            if self.while_held(held, read.boxed_local()).await.is_some() {
                self.over(run, name, is_stopped).await;
            }
        });
    }

    pub(super) async fn read_back(
        self,
        run: &mut engine::Run,
        job_runner: &JobRunner,
        connection: &Connection,
        inbox: &mut Inbox,
    ) {
        let due = run.rows_to_verify();
        if due == 0 {
            return;
        }
        self.set_phase(Phase::Verifying(due));
        let mut back = ReadBack::new(run, self.listing_for(due, connection));
        let observe = |back: &mut ReadBack<'_>| {
            let phase = match back.state() {
                readback::State::Paused(fault) => Phase::VerificationPaused(fault),
                _ => Phase::Verifying(back.left()),
            };
            self.take_read(back, phase);
        };
        drive(&mut back, connection, inbox, |job| job_runner.clone().run_read_back(job), observe).await;
    }

    /// Refreshes the remaining users, because others may have changed them since they were read.
    pub(super) async fn refresh_remaining(
        self,
        run: &mut engine::Run,
        job_runner: &JobRunner,
        connection: &Connection,
        inbox: &mut Inbox,
    ) {
        let (due, before) = (run.rows_to_refresh(), run.counts().of(RowState::AlreadySet));
        let why = run.outdated();
        self.progress.update(|progress| {
            if let Some(progress) = progress {
                (progress.outdated, progress.phase) = (why, Phase::Refreshing(due));
            }
        });
        let mut back = ReadBack::for_refresh(run, self.listing_for(due, connection));
        let observe = |back: &mut ReadBack<'_>| {
            let phase = match back.state() {
                readback::State::Paused(fault) => Phase::RefreshPaused(fault),
                _ => Phase::Refreshing(back.left()),
            };
            self.take_read(back, phase);
        };
        drive(&mut back, connection, inbox, |job| job_runner.clone().run_read_back(job), observe).await;
        // After a stop nothing is known of the users that were not read.
        if back.state() != readback::State::Complete {
            return;
        }
        let (already, to) = (run.counts().of(RowState::AlreadySet) - before, run.plan().to);
        // A run that pauses now announces that itself, with the number.
        if why != Some(Outdated::AnotherWriter) {
            self.announcer.tell(Announcement::RunReadAgain { already: u64::from(already), to });
        }
        self.progress.update(|progress| {
            if let Some(progress) = progress {
                progress.read_again = Some((self.ports.get().clock.wall(), already));
            }
        });
    }

    /// A listing, if reading all pages takes fewer requests than reading `due` users one by one.
    fn listing_for(self, due: usize, connection: &Connection) -> Option<Listing> {
        let total = self.directory().total.read_untracked().ready().copied().flatten();
        let pages = total.map_or(u64::MAX, |total| total.div_ceil(PAGE));
        (due as u64 > pages).then(|| {
            let populations = self.directory().populations.with_untracked(Load::ready_or_default);
            let policy = Rc::new(connection.policy().clone());
            Listing::of_all(&populations, total, policy, connection.jitter())
        })
    }
}
