//! The run that is going on, or over, and those that this browser has stored.

use std::collections::HashMap;
use std::rc::Rc;

use futures::channel::mpsc::UnboundedSender;
use pingone::connection::Connection;
use pingone::driver::Command;
use pingone::fault::Fault;
use pingone::time::{Millis, PerSecond, Timestamp};
use pingone::token::{Actor, TokenFacts};
use pingone::user::{Mfa, UserId};
use pingone_mfa_core::config::settings::Settings;
use pingone_mfa_core::run::engine;
use pingone_mfa_core::run::pilot::PilotReadings;
use pingone_mfa_core::run::plan::{Plan, PlanNumber};
use pingone_mfa_core::run::record::RowIndex;
use pingone_mfa_core::run::row::{RowCounts, RowState};

use super::Ports;
use super::announcement::{Announcement, Announcer};
use super::ceiling::Ceiling;
use super::directory::Directory;
use super::tasks::Tasks;
use leptos::prelude::*;

mod carrying;
mod ending;
mod file;
mod guarding;
mod pace;
mod refusals;
mod stored;

use carrying::name_of;
use pace::Speed;

pub(super) use carrying::PAGE;
pub use ending::{Ending, StopLoss};
pub use file::FilteredOut;
pub use pingone_mfa_core::run::engine::{Outdated, PauseReason};
pub use stored::{Contents, Stored};

/// Where the run stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// The plan is being stored; nothing was sent.
    Starting,
    /// Nothing was sent, and nothing is going to be.
    NotStarted(Fault),
    /// Another page of this browser runs something in this environment. Nothing was sent from here, or no longer is.
    Elsewhere,
    /// Rows are being written.
    Working,
    /// Nothing is started.
    Halted(PauseReason),
    /// It waited for long: those who wait are being read again; so many are left.
    ReadingAgain(usize),
    /// They can't be read for now.
    ReadAgainHalted(Fault),
    /// A person stopped it; what is in flight is awaited.
    Stopping,
    /// What was changed is being read back; so many are left.
    ReadingBack(usize),
    /// The read-back waits.
    ReadBackHalted(Fault),
    /// It is over. So many rows could still be read back.
    Over {
        /// Rows of which nobody has read what they are now.
        unread: usize,
        /// Whether a person stopped it.
        is_stopped: bool,
    },
}

impl Phase {
    /// Whether something is sent, or is going to be without anybody's doing.
    #[must_use]
    pub fn is_working(&self) -> bool {
        matches!(
            self,
            Self::Starting | Self::Working | Self::ReadingAgain(_) | Self::Stopping | Self::ReadingBack(_)
        )
    }

    /// Whether leaving the page would interrupt something.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_working()
            || matches!(self, Self::Halted(_) | Self::ReadAgainHalted(_) | Self::ReadBackHalted(_))
    }
}

/// How far the run is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// What it carries out.
    pub plan: Rc<Plan>,
    /// The plan's number.
    pub number: PlanNumber,
    /// Where it stands.
    pub phase: Phase,
    /// How many users are in each state.
    pub tally: RowCounts,
    /// When it began on this page.
    pub started_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Users settled a second, lately; `None` before there is anything to tell.
    pub users_per_second: Option<f64>,
    /// Requests a second at most, preflights counted: the highest ceiling that held while it ran; `None` where a part of
    /// it ran before this page had it, because the journal holds no ceilings.
    pub highest_ceiling: Option<PerSecond>,
    /// When those who waited were last read again before it went on, and how many of them had the value by then.
    pub read_again: Option<(Timestamp, u32)>,
    /// Why those who wait are being read again, or were the last time.
    pub outdated: Option<Outdated>,
    /// When someone else was first seen to change the same users.
    pub another_writer_at: Option<Timestamp>,
    /// What was seen of the test user, where one is looked at.
    pub trial: Option<PilotReadings>,
    /// How often PingOne slowed it down, and when last.
    pub slowed: Option<(u32, Timestamp)>,
    /// Whether other pages of this browser can be seen. Where not, nothing keeps two from running at once.
    pub sees_other_pages: bool,
}

impl Progress {
    /// When it will be over at this pace.
    #[must_use]
    pub fn ends_at(&self, now: Timestamp) -> Option<Timestamp> {
        let pace = self.users_per_second.filter(|pace| *pace > 0.01)?;
        let left = f64::from(self.tally.all() - self.tally.ended());
        #[expect(clippy::cast_possible_truncation, reason = "less than a day's milliseconds for any run")]
        let millis = (left / pace * 1000.0).min(1e12) as i64;
        Some(Timestamp(now.0 + millis))
    }
}

/// The run that is going on, or over, and those that are stored.
#[derive(Clone, Copy)]
pub struct Run {
    /// How far it is; `None` where there is none.
    pub progress: RwSignal<Option<Progress>, LocalStorage>,
    /// What became of each user, in the plan's order.
    pub states: RwSignal<Vec<RowState>>,
    /// What this browser has stored of runs in this environment.
    pub stored: RwSignal<Vec<Stored>, LocalStorage>,
    /// Why the last run file was not taken.
    pub not_taken: RwSignal<Option<FilteredOut>>,
    /// What is about to end a run, while a person is asked.
    pub ending: RwSignal<Option<Ending>, LocalStorage>,
    /// When this computer slept while the run was going on, from and until.
    pub slept: RwSignal<Option<(Timestamp, Timestamp)>>,
    /// How fast is written at most.
    pub ceiling: Ceiling,
    pub(super) environment_name: StoredValue<String, LocalStorage>,
    places: StoredValue<HashMap<UserId, RowIndex>, LocalStorage>,
    /// The run itself, while nothing drives it.
    kept: StoredValue<Option<Kept>, LocalStorage>,
    speed: StoredValue<Speed, LocalStorage>,
    /// Users whose flags were changed and not yet shown in the list.
    unshown: StoredValue<Vec<(UserId, Mfa)>, LocalStorage>,
    shown_at: StoredValue<Millis, LocalStorage>,
    /// How often the connection had been slowed down before.
    slowed_before: StoredValue<u32, LocalStorage>,
    told_tenths: StoredValue<u32, LocalStorage>,
    /// Whether the run is to be saved as a file.
    wants_file: StoredValue<bool, LocalStorage>,
    title: StoredValue<String, LocalStorage>,
    commands: StoredValue<Option<UnboundedSender<Command>>, LocalStorage>,
    connection: StoredValue<Option<Connection>, LocalStorage>,
    actor: StoredValue<Actor, LocalStorage>,
    token_expires_at: StoredValue<Option<Timestamp>, LocalStorage>,
    /// Since when the present token is used.
    token_since: StoredValue<Timestamp, LocalStorage>,
    actors: StoredValue<Vec<Actor>, LocalStorage>,
    tasks: Tasks,
    ports: Ports,
    directory: StoredValue<Directory, LocalStorage>,
    announcer: Announcer,
    journal_days: u64,
}

/// A run that nothing drives.
struct Kept {
    run: engine::Run,
    name: Rc<str>,
}

impl Run {
    pub(super) fn new(ports: Ports, directory: Directory, announcer: Announcer, settings: &Settings) -> Self {
        Self {
            progress: RwSignal::default(),
            states: RwSignal::default(),
            stored: RwSignal::default(),
            not_taken: RwSignal::default(),
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

    pub(super) fn directory(self) -> Directory {
        self.directory.get_value()
    }

    /// Begins with a new connection: looks for runs that this browser has stored of its environment.
    pub(super) fn begin(self, connection: Connection, facts: &TokenFacts, environment: &str) {
        self.environment_name.set_value(environment.to_owned());
        // What was chosen for another environment says nothing about this one.
        self.ceiling.begin_with(connection.policy().writes);
        self.set_actor(connection, facts);
        self.find_stored();
    }

    /// Goes on with another token.
    pub(super) fn continue_with(self, connection: Connection, facts: &TokenFacts) {
        self.set_actor(connection, facts);
        let Some(plan) = self.plan().filter(|_| self.commands.read_value().is_some()) else { return };
        // Before anything else can be sent: each row names whose token it was sent with.
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

    /// Forgets what is shown, and ends what is going on. What is stored stays.
    pub(super) fn clear(self) {
        self.tasks.abort_all();
        self.ports.get().host.ask_before_leaving(false);
        self.connection.set_value(None);
        self.forget_run();
        self.stored.set(Vec::new());
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
        self.wants_file.set_value(false);
        self.states.set(Vec::new());
        self.progress.set(None);
    }

    /// Whether something is going on, so that nothing else may change users.
    pub fn is_open(self) -> bool {
        self.progress.with(|progress| progress.as_ref().is_some_and(|progress| progress.phase.is_open()))
    }

    /// What became of a user in this run, if it is one of the run's.
    pub fn state_of(self, user: UserId) -> Option<RowState> {
        self.states.with(|states| {
            let place = *self.places.read_value().get(&user)?;
            states.get(place as usize).copied()
        })
    }

    /// Starts nothing until [`Run::resume`].
    pub fn pause(self) {
        self.command(Command::Pause);
    }

    /// Goes on.
    pub fn resume(self) {
        self.command(Command::Resume);
    }

    /// Starts nothing more; what was changed stays.
    pub fn stop(self) {
        self.command(Command::Stop);
    }

    fn command(self, command: Command) {
        if let Some(sender) = &*self.commands.read_value() {
            // A run that has just ended takes no command.
            let _ = sender.unbounded_send(command);
        }
    }

    /// Takes a run that is over off the screen.
    pub fn close(self) {
        if !self.is_open() {
            self.forget_run();
            self.find_stored();
        }
    }

    /// Something of the run that is over, and of those under whose tokens it was sent.
    pub(super) fn with_kept<R>(self, read: impl FnOnce(&engine::Run, &[Actor]) -> R) -> Option<R> {
        let kept = self.kept.read_value();
        kept.as_ref().map(|kept| read(&kept.run, &self.actors.read_value()))
    }

    pub(super) fn connection(self) -> Option<Connection> {
        self.connection.read_value().clone()
    }

    /// How long the token still holds, if it says so.
    pub(super) fn token_left(self) -> Option<Millis> {
        let left = self.token_expires_at.get_value()?.since(self.ports.get().clock.wall()).max(0);
        Some(Millis(left.unsigned_abs()))
    }

    /// When the token ends, by the monotonic clock.
    fn token_until(self) -> Option<Millis> {
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
