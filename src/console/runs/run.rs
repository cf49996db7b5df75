//! The current or finished run, and the runs that this browser has stored.

mod carrying;
mod ending;
mod file;
mod guarding;
mod names;
mod pace;
mod read_back;
mod refusals;
mod showing;
mod stored;

use std::collections::HashMap;
use std::rc::Rc;

use futures::channel::mpsc::UnboundedSender;
use pingone::connection::Connection;
use pingone::driver::Command;
use pingone::fault::Fault;
use pingone::time::{Instant, Millis, PerSecond, Timestamp};
use pingone::token::{Actor, TokenFacts};
use pingone::user::{Mfa, UserId};
use pingone_mfa_core::config::settings::Settings;
use pingone_mfa_core::run::engine;
use pingone_mfa_core::run::pilot::PilotReadings;
use pingone_mfa_core::run::plan::{Plan, PlanNumber};
use pingone_mfa_core::run::record::RowIndex;
use pingone_mfa_core::run::row::{RowCounts, RowState};

use crate::announcement::{Announcement, Announcer};
use crate::console::ceiling::Ceiling;
use crate::console::users::directory::Directory;
use crate::ports::Ports;
use crate::ui::tasks::Tasks;
use leptos::prelude::*;

use crate::console::runs::run::names::name_of;
use crate::console::runs::run::pace::Speed;

pub use crate::console::runs::run::ending::{Ending, StopLoss};
pub use crate::console::runs::run::file::FilteredOut;
pub(crate) use crate::console::runs::run::read_back::PAGE;
pub use crate::console::runs::run::stored::{Contents, Stored};
pub use pingone_mfa_core::run::engine::{Outdated, PauseReason};

/// The phase of the run, as the page shows it.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// The plan is being stored; nothing was sent.
    Starting,
    /// Nothing was sent, and nothing will be.
    NotStarted(Fault),
    /// Another page of this browser has the lease for this environment. This page sent nothing, or sends nothing
    /// anymore.
    Elsewhere,
    /// Rows are being written.
    Working,
    /// Paused: no requests are started.
    Paused(PauseReason),
    /// Refreshing the remaining users before the run continues; how many are left.
    Refreshing(usize),
    /// The refresh is paused by a fault.
    RefreshPaused(Fault),
    /// A person stopped the run; requests in flight are awaited.
    Stopping,
    /// Verifying the changed users; how many are left.
    Verifying(usize),
    /// Verification is paused by a fault.
    VerificationPaused(Fault),
    /// The run has ended.
    Over {
        /// Rows whose current value wasn't read, and that can still be verified.
        unread: usize,
        /// Whether a person stopped it.
        is_stopped: bool,
    },
}

impl Phase {
    /// Whether requests are being sent, or will be without a person's action.
    #[must_use]
    pub fn is_working(&self) -> bool {
        matches!(
            self,
            Self::Starting | Self::Working | Self::Refreshing(_) | Self::Stopping | Self::Verifying(_)
        )
    }

    /// Whether leaving the page would interrupt the run.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_working()
            || matches!(self, Self::Paused(_) | Self::RefreshPaused(_) | Self::VerificationPaused(_))
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    pub plan: Rc<Plan>,
    pub number: PlanNumber,
    pub phase: Phase,
    pub tally: RowCounts,
    /// When the run started on this page; for a stored run, when its plan was made.
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// Users settled per second, recently; `None` before it can be measured.
    pub users_per_second: Option<f64>,
    /// The highest request rate permitted while the run was open, preflights included. `None` if a part of the run
    /// took place before this page had it, because the journal doesn't record rates.
    pub highest_ceiling: Option<PerSecond>,
    /// When the remaining users were last refreshed before the run continued, and how many of them already had the
    /// value.
    pub read_again: Option<(Timestamp, u32)>,
    /// Why the remaining users are being refreshed, or were the last time.
    pub outdated: Option<Outdated>,
    /// When another writer was first seen to change the same users.
    pub another_writer_at: Option<Timestamp>,
    /// What was read of the pilot user, if the run has one.
    pub pilot: Option<PilotReadings>,
    /// How many users are changed before the run pauses as planned; `None` if it doesn't.
    pub until_step: Option<u32>,
    /// How many users are read because the answer about their change was lost.
    pub being_checked: u32,
    /// How often PingOne throttled the run, and when last.
    pub slowed: Option<(u32, Timestamp)>,
    /// Whether this browser's other pages can be seen. If not, nothing prevents two pages from running changes at
    /// once.
    pub sees_other_pages: bool,
}

impl Progress {
    /// How many users are neither settled nor being checked.
    #[must_use]
    pub fn left(&self) -> u32 {
        self.tally.all().saturating_sub(self.tally.ended()).saturating_sub(self.being_checked)
    }

    /// How many users are changed before the run is finished or pauses as planned.
    #[must_use]
    pub fn next(&self) -> u32 {
        self.until_step.map_or(self.rest(), |step| step.min(self.rest()))
    }

    /// How many users aren't settled.
    #[must_use]
    pub fn rest(&self) -> u32 {
        self.tally.all().saturating_sub(self.tally.ended())
    }

    /// The estimated end at the current pace.
    #[must_use]
    pub fn ends_at(&self, now: Timestamp) -> Option<Timestamp> {
        let pace = self.users_per_second.filter(|pace| *pace > 0.01)?;
        let left = f64::from(self.tally.all() - self.tally.ended());
        #[expect(clippy::cast_possible_truncation, reason = "less than a day's milliseconds for any run")]
        let millis = (left / pace * 1000.0).min(1e12) as i64;
        Some(Timestamp(now.0 + millis))
    }
}

/// The current or finished run, and the stored runs.
#[derive(Clone, Copy)]
pub struct Run {
    /// `None` without a run.
    pub progress: RwSignal<Option<Progress>, LocalStorage>,
    /// The state of each row, in the plan's order.
    pub states: RwSignal<Vec<RowState>>,
    /// The runs that this browser has stored for this environment.
    pub stored: RwSignal<Vec<Stored>, LocalStorage>,
    /// Whether `stored` has all of them.
    is_listed: RwSignal<bool>,
    /// Why the last operation on a run file or a stored run was not carried out.
    pub not_taken: RwSignal<Option<FilteredOut>>,
    /// Whether what a finished run has to say beside its numbers is shown.
    shows_details: RwSignal<bool>,
    /// Whether the run is to be brought into view: it was just started or opened.
    is_called_for: RwSignal<bool>,
    /// What will end a run if the person confirms it.
    pub ending: RwSignal<Option<Ending>, LocalStorage>,
    /// When this computer slept during the run: start and end.
    pub slept: RwSignal<Option<(Timestamp, Timestamp)>>,
    /// The maximum write rate.
    pub ceiling: Ceiling,
    pub(crate) environment_name: StoredValue<String, LocalStorage>,
    places: StoredValue<HashMap<UserId, RowIndex>, LocalStorage>,
    /// The run itself, while nothing drives it.
    kept: StoredValue<Option<Kept>, LocalStorage>,
    speed: StoredValue<Speed, LocalStorage>,
    /// Users whose flag changed, and whose change the table doesn't show yet.
    unshown: StoredValue<Vec<(UserId, Mfa)>, LocalStorage>,
    shown_at: StoredValue<Instant, LocalStorage>,
    /// How often the connection had been throttled before the run.
    slowed_before: StoredValue<u32, LocalStorage>,
    told_tenths: StoredValue<u32, LocalStorage>,
    /// Whether to save the run as a file once everything is stored.
    wants_file: StoredValue<bool, LocalStorage>,
    title: StoredValue<String, LocalStorage>,
    commands: StoredValue<Option<UnboundedSender<Command>>, LocalStorage>,
    connection: StoredValue<Option<Connection>, LocalStorage>,
    actor: StoredValue<Actor, LocalStorage>,
    token_expires_at: StoredValue<Option<Timestamp>, LocalStorage>,
    /// When the current token was taken into use.
    token_since: StoredValue<Timestamp, LocalStorage>,
    actors: StoredValue<Vec<Actor>, LocalStorage>,
    tasks: Tasks,
    ports: Ports,
    directory: StoredValue<Directory, LocalStorage>,
    announcer: Announcer,
    /// How many days runs stay in this browser.
    pub journal_days: u64,
}

/// A run that nothing drives.
struct Kept {
    run: engine::Run,
    name: Rc<str>,
}

impl Run {
    pub(crate) fn new(ports: Ports, directory: Directory, announcer: Announcer, settings: &Settings) -> Self {
        Self {
            progress: RwSignal::default(),
            states: RwSignal::default(),
            stored: RwSignal::default(),
            is_listed: RwSignal::default(),
            not_taken: RwSignal::default(),
            shows_details: RwSignal::default(),
            is_called_for: RwSignal::default(),
            ending: RwSignal::default(),
            slept: RwSignal::default(),
            ceiling: Ceiling::new(RwSignal::new(settings.rate.write), settings.rate.max),
            environment_name: StoredValue::default(),
            places: StoredValue::default(),
            kept: StoredValue::default(),
            speed: StoredValue::default(),
            unshown: StoredValue::default(),
            shown_at: StoredValue::default(),
            slowed_before: StoredValue::default(),
            told_tenths: StoredValue::default(),
            wants_file: StoredValue::default(),
            title: StoredValue::default(),
            commands: StoredValue::default(),
            connection: StoredValue::default(),
            actor: StoredValue::default(),
            token_expires_at: StoredValue::default(),
            token_since: StoredValue::new_local(Timestamp(0)),
            actors: StoredValue::default(),
            tasks: Tasks::default(),
            ports,
            directory: StoredValue::new_local(directory),
            announcer,
            journal_days: settings.journal_days,
        }
    }

    pub(crate) fn directory(self) -> Directory {
        self.directory.get_value()
    }

    /// Starts with a new connection: looks for stored runs of its environment.
    pub(crate) fn begin(self, connection: Connection, facts: &TokenFacts, environment: &str) {
        self.environment_name.set_value(environment.to_owned());
        // A rate that was chosen for another environment doesn't apply to this one.
        self.ceiling.begin_with(connection.policy().writes);
        self.set_actor(connection, facts);
        self.find_stored();
    }

    /// Continues with another token.
    pub(crate) fn continue_with(self, connection: Connection, facts: &TokenFacts) {
        self.set_actor(connection, facts);
        let Some(plan) = self.plan().filter(|_| self.commands.read_value().is_some()) else { return };
        // Before anything else can be sent: each row records the token it was sent with.
        let (actor, storing) = self.act(&name_of(&plan));
        self.command(Command::Token { until: self.token_until(), actor });
        self.tasks.spawn(async move {
            if let Err(fault) = storing.await {
                // It is stored again at the end.
                self.announcer.tell(Announcement::Failed(Fault::NotStored(fault)));
            }
        });
    }

    fn set_actor(self, connection: Connection, facts: &TokenFacts) {
        self.connection.set_value(Some(connection));
        self.actor.set_value(facts.actor.clone());
        self.directory().set_actor(&facts.actor);
        let now = self.ports.get().clock.wall();
        self.token_expires_at.set_value(facts.expires_after(now));
        self.token_since.set_value(now);
    }

    /// Clears what is shown, and aborts what is going on. Stored runs are kept.
    pub(crate) fn clear(self) {
        self.tasks.abort_all();
        self.ports.get().host.ask_before_leaving(false);
        self.connection.set_value(None);
        self.forget_run();
        self.stored.set(Vec::new());
        self.is_listed.set(false);
        self.not_taken.set(None);
        self.keep();
    }

    fn forget_run(self) {
        self.directory().forget_why_of_run();
        self.commands.set_value(None);
        self.kept.set_value(None);
        self.places.update_value(|value| drop(std::mem::take(value)));
        self.actors.update_value(|value| drop(std::mem::take(value)));
        self.unshown.update_value(|value| drop(std::mem::take(value)));
        self.slept.set(None);
        self.shows_details.set(false);
        self.wants_file.set_value(false);
        self.states.set(Vec::new());
        self.progress.set(None);
    }

    /// Whether a run is open, so that nothing else may change users.
    pub fn is_open(self) -> bool {
        self.progress.read().as_ref().is_some_and(|progress| progress.phase.is_open())
    }

    /// The state of a user's row, if the user is part of this run.
    pub fn state_of(self, user: UserId) -> Option<RowState> {
        let states = self.states.read();
        let place = *self.places.read_value().get(&user)?;
        states.get(place as usize).copied()
    }

    /// The value that the run sets; `None` without a run.
    pub fn target(self) -> Option<bool> {
        self.progress.read_untracked().as_ref().map(|progress| progress.plan.to)
    }

    /// Pauses the run until [`Run::resume`].
    pub fn pause(self) {
        self.command(Command::Pause);
    }

    pub fn resume(self) {
        self.command(Command::Resume);
    }

    /// Continues after a planned pause, without those that would follow.
    pub fn resume_without_steps(self) {
        self.command(Command::ResumeWithoutSteps);
    }

    /// Stops the run. Changes already made are kept.
    pub fn stop(self) {
        self.command(Command::Stop);
    }

    fn command(self, command: Command) {
        if let Some(sender) = &*self.commands.read_value() {
            // A run that has just ended accepts no commands.
            let _ = sender.unbounded_send(command);
        }
    }

    /// Whether what a finished run has to say beside its numbers is shown. Reactive.
    pub(crate) fn shows_details(self) -> bool {
        self.shows_details.get()
    }

    pub(crate) fn show_details(self) {
        self.shows_details.set(true);
    }

    pub(crate) fn toggle_details(self) {
        self.shows_details.update(|shows| *shows = !*shows);
    }

    /// Whether the run is to be brought into view. Reactive.
    pub(crate) fn is_called_for(self) -> bool {
        self.is_called_for.get()
    }

    /// Records that the run was brought into view.
    pub(crate) fn was_shown(self) {
        self.is_called_for.set(false);
    }

    /// Closes a run that has ended.
    pub fn close(self) {
        if !self.is_open() {
            self.forget_run();
            self.find_stored();
        }
    }

    /// Reads from the run that has ended, and the actors whose tokens it used.
    pub(crate) fn with_kept<R>(self, read: impl FnOnce(&engine::Run, &[Actor]) -> R) -> Option<R> {
        let kept = self.kept.read_value();
        kept.as_ref().map(|kept| read(&kept.run, &self.actors.read_value()))
    }

    pub(crate) fn connection(self) -> Option<Connection> {
        self.connection.read_value().clone()
    }

    /// How long the token remains valid, if it says so.
    pub(crate) fn token_left(self) -> Option<Millis> {
        let left = self.token_expires_at.get_value()?.since(self.ports.get().clock.wall()).max(0);
        Some(Millis(left.unsigned_abs()))
    }

    /// When the token expires, by the monotonic clock.
    fn token_until(self) -> Option<Instant> {
        self.token_left().map(|left| self.ports.get().clock.now() + left)
    }

    fn set_phase(self, phase: Phase) {
        self.progress.update(|progress| {
            if let Some(progress) = progress {
                progress.phase = phase;
            }
        });
    }
}
