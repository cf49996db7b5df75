//! Executes a run: stores the plan, drives it, and verifies what it changed.
//!
//! A run passes the guard, takes the environment's lease and stores its plan and actor before anything is sent. If
//! another page takes the lease over, this page stops at once, and the other page checks what was in flight.

use std::rc::Rc;

use futures::channel::mpsc;
use futures::future::{Either, FutureExt, LocalBoxFuture, pending, select};
use leptos::prelude::*;
use pingone::connection::Connection;
use pingone::driver::{Command, Inbox, drive};
use pingone::fault::{Fault, JournalFault};
use pingone::time::{Millis, Timestamp};
use pingone::time_limit::{TimedOut, within};
use pingone::user::Mfa;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::directory::listing::Listing;
use pingone_mfa_core::embedding::frame::{ask_before, note};
use pingone_mfa_core::embedding::host_events::{Change, ChangeKind, HostEvent, RunCounts};
use pingone_mfa_core::run::engine;
use pingone_mfa_core::run::engine::readback::{self, ReadBack};
use pingone_mfa_core::run::engine::{JobRunner, RunStatus};
use pingone_mfa_core::run::guard::Guard;
use pingone_mfa_core::run::journal::{Damage, Entry, Restored};
use pingone_mfa_core::run::plan::Plan;
use pingone_mfa_core::run::ports::{Held, JournalAnswer, Taken};
use pingone_mfa_core::run::row::{RowCounts, RowState};

use crate::announcement::Announcement;
use crate::connect::title::Title;
use crate::console::load::Load;
use crate::console::troubleshooting::state::Location;

use crate::console::runs::run::names::{lease_of, name_of};
use crate::console::runs::run::stored::plan_of;
use crate::console::runs::run::{Kept, Phase, Progress, Run};
use pingone_mfa_core::run::engine::{Outdated, PauseReason};

/// How often the table shows what the run has changed.
const SHOW_EVERY: Millis = Millis::seconds(1);

/// Users per page of a listing.
pub(crate) const PAGE: u64 = 200;

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
        self.progress.with_untracked(|progress| progress.as_ref().map(|progress| Rc::clone(&progress.plan)))
    }

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

    fn show_plan(self, plan: &Plan) {
        self.places.set_value(plan.rows.iter().zip(0..).map(|(row, index)| (row.user, index)).collect());
        self.states.set(vec![RowState::Waiting; plan.rows.len()]);
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
    async fn take_lease(self, connection: &Connection, steal: bool) -> Option<Option<Held>> {
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
    async fn while_held<T>(self, held: Option<Held>, work: LocalBoxFuture<'_, T>) -> Option<T> {
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

    fn first_progress(self, plan: &Rc<Plan>) -> Progress {
        Progress {
            plan: Rc::clone(plan),
            number: plan.number(),
            phase: Phase::Starting,
            tally: RowCounts::waiting(length(plan.rows.len())),
            started_at: self.ports.get().clock.wall(),
            ended_at: None,
            users_per_second: None,
            highest_ceiling: Some(self.ceiling.get_untracked()),
            read_again: None,
            outdated: None,
            another_writer_at: None,
            pilot: None,
            being_checked: 0,
            slowed: None,
            sees_other_pages: true,
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

    /// Records that the run started at `at`, under rates that were not recorded.
    fn set_begun_before(self, at: Timestamp) {
        self.progress.update(|progress| {
            if let Some(progress) = progress {
                (progress.started_at, progress.highest_ceiling) = (at, None);
            }
        });
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

    fn job_runner(self, name: &Rc<str>, guard: Rc<Guard>) -> JobRunner {
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
                self.read_again(&mut run, &job_runner, &connection, &mut inbox).await;
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

    async fn read_back(
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
        self.set_phase(Phase::ReadingBack(due));
        let mut back = ReadBack::new(run, self.listing_for(due, connection));
        let observe = |back: &mut ReadBack<'_>| {
            let phase = match back.state() {
                readback::State::Halted(fault) => Phase::ReadBackHalted(fault),
                _ => Phase::ReadingBack(back.left()),
            };
            self.take_read(back, phase);
        };
        drive(&mut back, connection, inbox, |job| job_runner.clone().run_read_back(job), observe).await;
    }

    /// Refreshes the remaining users, because others may have changed them since they were read.
    async fn read_again(
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
                (progress.outdated, progress.phase) = (why, Phase::ReadingAgain(due));
            }
        });
        let mut back = ReadBack::for_refresh(run, self.listing_for(due, connection));
        let observe = |back: &mut ReadBack<'_>| {
            let phase = match back.state() {
                readback::State::Halted(fault) => Phase::ReadAgainHalted(fault),
                _ => Phase::ReadingAgain(back.left()),
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
        let total = self.directory().total.with_untracked(|total| total.ready().copied().flatten());
        let pages = total.map_or(u64::MAX, |total| total.div_ceil(PAGE));
        (due as u64 > pages).then(|| {
            let populations = self.directory().populations.with_untracked(Load::ready_or_default);
            let policy = Rc::new(connection.policy().clone());
            Listing::of_all(&populations, total, policy, connection.jitter())
        })
    }

    /// Shows what a read-back has read.
    fn take_read(self, back: &mut ReadBack<'_>, phase: Phase) {
        let read = back.take_users();
        self.unshown.write_value().extend(read.iter().flatten().map(|user| (user.id, user.mfa)));
        self.take(back.run(), phase);
    }

    fn observe(self, run: &mut engine::Run) {
        self.write_file_when_stored(run);
        let phase = match run.status() {
            RunStatus::Running | RunStatus::Outdated | RunStatus::Finished => Phase::Working,
            RunStatus::Paused(halt) => Phase::Halted(halt),
            RunStatus::Stopping | RunStatus::Stopped => Phase::Stopping,
        };
        self.take(run, phase);
    }

    /// Shows what has changed since the last call.
    fn take(self, run: &mut engine::Run, phase: Phase) {
        let fresh = run.take_fresh();
        let (tally, to, now) = (run.counts(), run.plan().to, self.ports.get().clock.now());
        self.states.update(|states| {
            for index in &fresh {
                if let (Some(state), Some(row)) =
                    (states.get_mut(*index as usize), run.rows().get(*index as usize))
                {
                    *state = row.state;
                }
            }
        });
        let changed = fresh.iter().filter_map(|index| {
            let (row, planned) = (run.rows().get(*index as usize)?, run.plan().rows.get(*index as usize)?);
            match row.state {
                RowState::Changed | RowState::AlreadySet => Some((planned.user, to.into())),
                RowState::ChangedBySomeoneElse => Some((planned.user, (!to).into())),
                RowState::Unconfirmed => Some((planned.user, Mfa::Unknown)),
                _ => None,
            }
        });
        self.unshown.write_value().extend(changed);
        // While nothing moves, the counts of the run and of the table must agree.
        if !phase.is_working() || self.shown_at.get_value().until(now) >= SHOW_EVERY {
            self.show_changes();
        }
        if phase == Phase::Working {
            self.speed.write_value().see(now, tally.ended());
        } else {
            self.speed.write_value().pause();
        }
        self.tell(&phase, run);
        self.title(&phase, tally);
        self.tell_host(run.plan(), tally);
        self.progress.update(|progress| {
            if let Some(progress) = progress {
                if let Some(pace) = self.speed.read_value().users_per_second() {
                    progress.users_per_second = Some(pace);
                }
                progress.slowed = self.slowed();
                progress.pilot = run.pilot().cloned();
                progress.being_checked = length(run.being_checked());
                progress.another_writer_at = run.another_writer_at();
                (progress.tally, progress.phase) = (tally, phase);
            }
        });
    }

    /// How often the run was throttled, and when last.
    fn slowed(self) -> Option<(u32, Timestamp)> {
        let (times, last) = self.connection()?.slowed();
        let times = times.saturating_sub(self.slowed_before.get_value());
        last.filter(|_| times > 0).map(|last| (times, last))
    }

    fn show_changes(self) {
        self.shown_at.set_value(self.ports.get().clock.now());
        let changed = std::mem::take(&mut *self.unshown.write_value());
        if !changed.is_empty() {
            self.directory().learn_flags(&changed);
        }
    }

    /// Shows the run's progress, or what it is waiting for, in the tab's title.
    fn title(self, phase: &Phase, tally: RowCounts) {
        let environment = self.environment_name.read_value();
        let title = match phase {
            Phase::Halted(PauseReason::Token) => Title::TokenNeeded { done: tally.ended(), of: tally.all() },
            Phase::Halted(_) | Phase::ReadAgainHalted(_) | Phase::ReadBackHalted(_) => {
                Title::Waiting { done: tally.ended(), of: tally.all() }
            }
            Phase::Over { .. } | Phase::NotStarted(_) | Phase::Elsewhere => Title::Place,
            Phase::Starting
            | Phase::Working
            | Phase::ReadingAgain(_)
            | Phase::Stopping
            | Phase::ReadingBack(_) => {
                let percent = u64::from(tally.ended()) * 100 / u64::from(tally.all().max(1));
                Title::Running { percent }
            }
        };
        let title = title.text(&environment);
        if *self.title.read_value() != title {
            self.ports.get().host.set_title(&title);
            self.title.set_value(title);
        }
    }

    /// Sends the counts to the host page if they have changed.
    fn tell_host(self, plan: &Plan, tally: RowCounts) {
        let is_new = |progress: &Option<Progress>| progress.as_ref().is_some_and(|was| was.tally != tally);
        if self.progress.with_untracked(is_new) {
            self.ports.get().embedder.tell(&note(&HostEvent::RunProgress(counts(plan, tally))));
        }
    }

    /// Announces every tenth of the progress, and every pause once.
    fn tell(self, phase: &Phase, run: &engine::Run) {
        let tally = run.counts();
        let was =
            self.progress.with_untracked(|progress| progress.as_ref().map(|progress| progress.phase.clone()));
        let had_halted =
            matches!(was, Some(Phase::Halted(_) | Phase::ReadBackHalted(_) | Phase::ReadAgainHalted(_)));
        if had_halted && matches!(phase, Phase::Working | Phase::ReadingBack(_) | Phase::ReadingAgain(_)) {
            self.directory().forget_why_of_run();
        }
        if let Phase::ReadBackHalted(fault) | Phase::ReadAgainHalted(fault) = phase
            && was.as_ref() != Some(phase)
        {
            self.directory().explain(Location::Run, Operation::ReadUsers, fault);
        }
        if was.as_ref() == Some(phase) || !matches!(phase, Phase::Halted(_)) {
            let tenths = tally.ended().saturating_mul(10) / tally.all().max(1);
            if tenths > self.told_tenths.get_value() && tenths < 10 {
                self.told_tenths.set_value(tenths);
                self.announcer
                    .tell(Announcement::RunAt { percent: tenths * 10, done: u64::from(tally.ended()) });
            }
            return;
        }
        if let Phase::Halted(halt) = phase
            && was.is_none_or(|was| !is_same_halt(&was, halt))
        {
            self.announcer.tell(Announcement::RunHalted(halt.clone()));
            self.explain_halt(halt, run);
        }
    }

    async fn over(self, run: engine::Run, name: Rc<str>, is_stopped: bool) {
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
        self.progress
            .with_untracked(|progress| progress.as_ref().is_some_and(|progress| progress.phase.is_open()))
    }
}

fn counts(plan: &Plan, tally: RowCounts) -> RunCounts {
    let failed = [RowState::Refused, RowState::Failed, RowState::Unconfirmed].map(|state| tally.of(state));
    RunCounts {
        number: plan.number(),
        total: tally.all(),
        done: tally.ended(),
        changed: tally.of(RowState::Changed),
        failed: failed.into_iter().sum(),
    }
}

/// Whether it pauses for the same fault again: a further failed probe isn't announced.
fn is_same_halt(was: &Phase, halt: &PauseReason) -> bool {
    let (Phase::Halted(PauseReason::Failing { fault: was, .. }), PauseReason::Failing { fault, .. }) =
        (was, halt)
    else {
        return false;
    };
    (was.word(), was.status()) == (fault.word(), fault.status())
}

/// The fault for a journal that was readable when the run was offered, and no longer is.
fn not_restored(damage: Damage) -> Fault {
    Fault::NotStored(JournalFault::Failed(damage.to_string()))
}

fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
