//! Executes a run: stores the plan, drives it, and verifies what it changed.
//!
//! A run passes the guard, takes the environment's lease and stores its plan and actor before anything is sent. If
//! another page takes the lease over, this page stops at once, and the other page checks what was in flight.

use std::rc::Rc;

use futures::channel::mpsc;
use futures::future::{Either, FutureExt, LocalBoxFuture, pending, select};
use leptos::prelude::*;
use pingone::connection::Connection;
use pingone::driver::{Command, drive};
use pingone::fault::{Fault, JournalFault};
use pingone::time::{Millis, Timestamp};
use pingone::time_limit::{TimedOut, within};
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::embedding::frame::{ask_before, note};
use pingone_mfa_core::embedding::host_events::{Change, ChangeKind, HostEvent};
use pingone_mfa_core::run::engine;
use pingone_mfa_core::run::engine::{JobRunner, RunStatus};
use pingone_mfa_core::run::guard::Guard;
use pingone_mfa_core::run::journal::{Damage, Entry, Restored};
use pingone_mfa_core::run::plan::Plan;
use pingone_mfa_core::run::ports::{Held, JournalAnswer, Taken};
use pingone_mfa_core::run::row::RowCounts;

use crate::announcement::Announcement;
use crate::console::troubleshooting::state::Location;

use crate::console::runs::run::names::{lease_of, name_of};
use crate::console::runs::run::showing::{counts, length};
use crate::console::runs::run::stored::plan_of;
use crate::console::runs::run::{Kept, Phase, Progress, Run};

/// How long showing the end of a run may wait for it to be stored.
const LAST_WORD: Millis = Millis::seconds(1);

/// Milliseconds between two looks at the clock from which the computer is taken to have slept.
const SLEEP: i64 = 30_000;

impl Run {
    /// Runs a plan from its first row.
    pub fn start(self, plan: Plan) {
        self.begin_with(plan, false);
    }

    /// Continues a stored run. Users whose request may already have been sent are checked first.
    pub fn go_on(self, name: Rc<str>) {
        self.tasks.spawn(async move {
            match self.entries_of(&name).await {
                // A run that can't be read isn't offered.
                Ok(entries) => {
                    if let Some(plan) = entries.first().and_then(|first| plan_of(first)) {
                        self.begin_with(plan, false);
                    }
                }
                Err(fault) => self.storage_failed(fault),
            }
        });
    }

    /// Takes the run over from the page that has it; that page stops at once.
    pub fn take_over(self) {
        if let Some(plan) = self.plan() {
            self.begin_with((*plan).clone(), true);
        }
    }

    /// The plan of the run on display.
    pub fn plan(self) -> Option<Rc<Plan>> {
        self.progress.read_untracked().as_ref().map(|progress| Rc::clone(&progress.plan))
    }

    /// Shows a stored run that has ended, for its report and for undo, and then does something with it.
    pub fn look_at(self, name: Rc<str>, then: impl FnOnce() + 'static) {
        let Some(connection) = self.connection().filter(|_| !self.is_open_untracked()) else { return };
        self.tasks.spawn(async move {
            let restored = match self.entries_of(&name).await {
                Ok(entries) => self.restored(&entries).await,
                Err(fault) => return self.storage_failed(fault),
            };
            let Ok(restored) = restored else { return };
            // Another run may have started while this one was read, and must keep its controls.
            if self.is_open_untracked() {
                return;
            }
            let plan = Rc::new(restored.plan.clone());
            self.forget_run();
            self.show_plan(&plan);
            self.actors.set_value(restored.actors.clone());
            let closed_at = restored.closed_at;
            let policy = Rc::new(connection.policy().clone());
            let run = engine::Run::resumed(restored, policy, connection.jitter(), None);
            let mut progress = self.first_progress(&plan);
            (progress.started_at, progress.ended_at, progress.highest_ceiling) =
                (plan.made_at, closed_at, None);
            self.progress.set(Some(progress));
            let unread = run.rows_to_verify();
            let is_stopped = run.counts().ended() < run.counts().all();
            // The table isn't updated: what the run found then may no longer be the users' current values.
            self.states.set(run.rows().iter().map(|row| row.state).collect());
            self.progress.update(|progress| {
                if let Some(progress) = progress {
                    (progress.tally, progress.phase) = (run.counts(), Phase::Over { unread, is_stopped });
                    progress.another_writer_at = run.another_writer_at();
                }
            });
            self.kept.set_value(Some(Kept { run, name }));
            self.is_called_for.set(true);
            then();
        });
    }

    /// Starts the run after taking the lease. The journal is read only then, because until then another page may
    /// append to it.
    fn begin_with(self, plan: Plan, steal: bool) {
        let Some(connection) = self.connection() else { return };
        if plan.environment != connection.tenant().environment || self.is_open_untracked() {
            return;
        }
        self.forget_run();
        let plan = Rc::new(plan);
        let name = name_of(&plan);
        self.show_plan(&plan);
        self.told_tenths.set_value(0);
        self.slowed_before.set_value(connection.slowed().0);
        self.speed.update_value(|value| drop(std::mem::take(value)));
        self.progress.set(Some(self.first_progress(&plan)));
        self.is_called_for.set(true);
        self.tasks.spawn(async move {
            let users = length(plan.rows.len());
            let change = Change { kind: ChangeKind::to(plan.to), users, user: None };
            if !self.ports.get().embedder.permits(&ask_before(&change)) {
                return self.not_started(Fault::HostRefused);
            }
            let guard = match self.guard_for(&plan, &connection).await {
                Ok(guard) => guard,
                Err(fault) => return self.not_started(fault),
            };
            let Some(held) = self.take_lease(&connection, steal).await else { return };
            self.ports.get().host.ask_before_leaving(true);
            match self.make_run(&plan, &name, &connection, &guard).await {
                Ok(run) => self.carry_out(run, self.job_runner(&name, guard), held, connection).await,
                Err(fault) => {
                    self.ports.get().host.ask_before_leaving(false);
                    self.not_started(fault);
                }
            }
        });
    }

    fn not_started(self, fault: Fault) {
        self.announcer.tell(Announcement::Failed(fault.clone()));
        self.directory().explain(Location::Run, Operation::ChangeFlag(None), &fault);
        self.set_phase(Phase::NotStarted(fault));
    }

    fn lock_is_silent(self) {
        let is_over =
            |run: &Option<Progress>| run.as_ref().is_some_and(|run| matches!(run.phase, Phase::Over { .. }));
        if !self.progress.with_untracked(is_over) {
            return self.not_started(Fault::LockSilent);
        }
        // Only verification was to start: the run stays on display.
        self.announcer.tell(Announcement::Failed(Fault::LockSilent));
        self.directory().explain(Location::Run, Operation::ReadUsers, &Fault::LockSilent);
    }

    /// Takes the environment's lease. Returns `None` if another page has it or the browser doesn't answer,
    /// `Some(None)` if the browser has no leases.
    pub(super) async fn take_lease(self, connection: &Connection, steal: bool) -> Option<Option<Held>> {
        let (held, sees_other_pages) = match self.ports.get().lease.take(&lease_of(connection), steal).await {
            Taken::Held(held) => (Some(held), true),
            Taken::Unavailable => (None, false),
            Taken::Silent => {
                self.lock_is_silent();
                return None;
            }
            Taken::Elsewhere => {
                self.set_phase(Phase::Elsewhere);
                return None;
            }
        };
        self.progress.update(|progress| {
            if let Some(progress) = progress {
                progress.sees_other_pages = sees_other_pages;
            }
        });
        Some(held)
    }

    /// Awaits `work`; returns `None` if another page takes the lease over first. Requests in flight at that time are
    /// open in the journal, and the other page checks them first.
    pub(super) async fn while_held<T>(self, held: Option<Held>, work: LocalBoxFuture<'_, T>) -> Option<T> {
        let (lost, _held): (LocalBoxFuture<'static, ()>, _) = match held {
            Some(mut held) => (std::mem::replace(&mut held.lost, pending().boxed_local()), Some(held)),
            None => (pending().boxed_local(), None),
        };
        match select(work, lost).await {
            Either::Left((done, _)) => Some(done),
            Either::Right(_) => {
                self.commands.set_value(None);
                self.ports.get().host.ask_before_leaving(false);
                self.title(&Phase::Elsewhere, RowCounts::default());
                self.set_phase(Phase::Elsewhere);
                None
            }
        }
    }

    /// Creates the run, with its plan and actor stored: a new one, or one restored from the journal.
    async fn make_run(
        self,
        plan: &Rc<Plan>,
        name: &Rc<str>,
        connection: &Connection,
        guard: &Guard,
    ) -> Result<engine::Run, Fault> {
        let policy = Rc::new(connection.policy().clone());
        let (jitter, until) = (connection.jitter(), self.token_until());
        let entries = self.entries_of(name).await?;
        let is_new = entries.is_empty();
        let mut run = if is_new {
            let entry = Entry::Plan((**plan).clone()).encode();
            self.ports.get().journal.append(name, vec![entry]).await.map_err(Fault::NotStored)?;
            match self.refuse_protected(Restored::of_plan((**plan).clone()), name, guard).await? {
                (_, false) => engine::Run::new(Rc::clone(plan), policy, jitter, until),
                (restored, true) => engine::Run::resumed(restored, policy, jitter, until),
            }
        } else {
            let restored = self.restored(&entries).await.map_err(not_restored)?;
            self.actors.set_value(restored.actors.clone());
            self.set_begun_before(plan.made_at);
            let (restored, _) = self.refuse_protected(restored, name, guard).await?;
            engine::Run::resumed(restored, policy, jitter, until)
        };
        let (index, storing) = self.act(name);
        storing.await.map_err(Fault::NotStored)?;
        run.set_actor(index);
        self.states.set(run.rows().iter().map(|row| row.state).collect());
        self.announcer.tell(Announcement::RunStarted { users: u64::from(run.counts().all()), is_new });
        Ok(run)
    }

    /// Starts storing the current actor, and returns its index with the pending write. The write starts at once, so
    /// that later entries come after it. An actor that returns after another one gets a new index.
    pub(super) fn act(self, name: &str) -> (u8, JournalAnswer<()>) {
        let actor = self.actor.read_value().clone();
        if self.actors.read_value().last() != Some(&actor) {
            self.actors.write_value().push(actor.clone());
        }
        let index = u8::try_from(self.actors.read_value().len().saturating_sub(1)).unwrap_or(u8::MAX);
        (index, self.ports.get().journal.append(name, vec![Entry::Actor { index, actor }.encode()]))
    }

    pub(super) fn job_runner(self, name: &Rc<str>, guard: Rc<Guard>) -> JobRunner {
        JobRunner {
            connection: Rc::new(move || self.connection()),
            journal: Rc::clone(&self.ports.get().journal),
            name: Rc::clone(name),
            clock: Rc::clone(&self.ports.get().clock),
            guard,
        }
    }

    async fn carry_out(
        self,
        run: engine::Run,
        job_runner: JobRunner,
        held: Option<Held>,
        connection: Connection,
    ) {
        let (mut run, mut job_runner) = (run, job_runner);
        let (sender, mut inbox) = mpsc::unbounded();
        self.commands.set_value(Some(sender));
        let name = Rc::clone(&job_runner.name);
        let driven = async {
            loop {
                // A run that is paused from the start triggers no observation of its own.
                self.observe(&mut run);
                let perform = |job| job_runner.clone().run(job);
                drive(&mut run, &connection, &mut inbox, perform, |run| self.observe(run)).await;
                if run.status() != RunStatus::Outdated {
                    break;
                }
                self.refresh_remaining(&mut run, &job_runner, &connection, &mut inbox).await;
                job_runner.guard = self.guard_after_wait(run.plan()).await;
            }
            let is_stopped = run.status() == RunStatus::Stopped;
            if !is_stopped {
                self.read_back(&mut run, &job_runner, &connection, &mut inbox).await;
            }
            is_stopped
        };
        if let Some(is_stopped) = self.while_held(held, driven.boxed_local()).await {
            self.over(run, name, is_stopped).await;
        }
    }

    pub(super) async fn over(self, run: engine::Run, name: Rc<str>, is_stopped: bool) {
        self.commands.set_value(None);
        self.show_changes();
        let unread = run.rows_to_verify();
        let (at, clock) = (self.ports.get().clock.wall(), &self.ports.get().clock);
        let mut storing = self.store_end(&name, (unread == 0 || is_stopped).then_some(at)).boxed_local();
        let stored = within(&**clock, LAST_WORD, &mut storing).await;
        let tally = run.counts();
        self.progress.update(|progress| {
            if let Some(progress) = progress {
                // A later verification doesn't change when the run ended.
                progress.ended_at.get_or_insert(at);
                (progress.tally, progress.being_checked) = (tally, 0);
                progress.phase = Phase::Over { unread, is_stopped };
            }
        });
        self.title(&Phase::Over { unread, is_stopped }, tally);
        self.ports.get().host.ask_before_leaving(false);
        self.announcer.tell(Announcement::RunEnded { tally, is_stopped });
        let counts = counts(run.plan(), tally);
        self.ports.get().embedder.tell(&note(&HostEvent::RunFinished { counts, is_stopped }));
        self.kept.set_value(Some(Kept { run, name: Rc::clone(&name) }));
        let stored = match stored {
            Ok(stored) => stored,
            Err(TimedOut) => storing.await,
        };
        if let Err(fault) = stored {
            // The only consequence: the run is offered to be continued although nothing is left to do.
            return self.announcer.tell(Announcement::Failed(fault));
        }
        self.find_stored();
    }

    /// Stores all actors again, because some may not have been stored, and the end of the run if `closed_at` is given.
    async fn store_end(self, name: &str, closed_at: Option<Timestamp>) -> Result<(), Fault> {
        let actors = self.actors.read_value().clone().into_iter().zip(0..=u8::MAX);
        let actors = actors.map(|(actor, index)| Entry::Actor { index, actor });
        let entries = actors.chain(closed_at.map(Entry::Closed)).map(|entry| entry.encode()).collect();
        self.ports.get().journal.append(name, entries).await.map_err(Fault::NotStored)
    }

    /// Called every second: detects that the computer slept.
    pub(crate) fn look_at_clock(self, before: Timestamp) {
        let now = self.ports.get().clock.wall();
        if self.is_open_untracked() && now.since(before) >= SLEEP {
            self.slept.set(Some((before, now)));
            self.speed.write_value().pause();
            self.command(Command::Woke);
        }
    }

    pub(crate) fn is_open_untracked(self) -> bool {
        self.progress.read_untracked().as_ref().is_some_and(|progress| progress.phase.is_open())
    }
}

/// The fault for a journal that was readable when the run was offered, and no longer is.
fn not_restored(damage: Damage) -> Fault {
    Fault::NotStored(JournalFault::Failed(damage.to_string()))
}
