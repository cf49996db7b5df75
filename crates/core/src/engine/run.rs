//! The change of many users' flags, as one piece of work.
//!
//! A row is written only after its intent was stored, so that a page that dies knows whom to read first. At most
//! [`Policy::intents`] rows are between intent and stored outcome. What a failure of a PUT means is decided as for a
//! single change ([`super::change`]); here the rows wait for each other: a 401, a refusal that repeats itself and a
//! network that is gone halt all of them once, and nobody's attempts are used up by it.
//!
//! A stop starts nothing more, not even a read. What is in flight is awaited; a row whose answer is lost stays so.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::api::request::Kind;
use crate::domain::device::Device;
use crate::domain::fault::{Fault, RetryKind};
use crate::domain::plan::Plan;
use crate::domain::row::{Failure, Row, RowCounts, RowState};
use crate::domain::time::{ClockReading, Millis, Timestamp};
use crate::domain::user::UserId;

use super::change::{Meaning, contradiction};
use super::connection::Answered;
use super::driver::{Command, Event, Step, Work};
use super::journal::Restored;
use super::pacer::Priority;
use super::policy::Policy;
use super::retry::{Jitter, pause_of_row};
use breaker::Breaker;
use pauses::Pauses;
use pilot::PilotProgress;
use ready::{Due, Ready};
pub use refresh::Outdated;
use write_ahead::WriteAhead;

mod breaker;
mod guarded;
mod job_runner;
mod pauses;
mod pilot;
pub mod readback;
mod ready;
mod refresh;
mod spot_check;
mod write_ahead;

pub use job_runner::JobRunner;
pub use pilot::PilotRead;
pub use write_ahead::Record;

/// The place of a row in its plan.
pub type RowIndex = u32;

/// What can be started for a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// The PUT.
    Write {
        /// The row.
        index: RowIndex,
        /// Whose flag.
        user: UserId,
        /// On or off.
        to: bool,
    },
    /// The GET that tells what a lost answer would have said.
    Read {
        /// The row.
        index: RowIndex,
        /// Whose flag.
        user: UserId,
    },
    /// The GET before a row's first PUT, which shows whether someone else is changing the same users.
    SpotCheck {
        /// The row.
        index: RowIndex,
        /// Whose flag.
        user: UserId,
    },
    /// The GET that tells whether PingOne can be reached again.
    Probe {
        /// Whose flag; nobody asks for the answer. `None` where everyone is in row: then users are counted.
        user: Option<UserId>,
    },
    /// A GET that a person sees who looks at the test user.
    PilotRead {
        /// What is read.
        read: PilotRead,
        /// The test user.
        user: UserId,
    },
    /// Stores records; nothing is sent.
    Store(Rc<Vec<Record>>),
    /// Takes note that time has brought something about; nothing is sent.
    Pause(PauseReason),
    /// Asks what time it is, because it may have waited for long; nothing is sent.
    Clock,
}

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobAnswer {
    /// The flag.
    Flag(bool),
    /// PingOne answers; nobody asked what.
    Reached,
    /// The devices.
    Devices(Vec<Device>),
    /// The records are stored.
    Stored,
}

/// Why a run starts nothing for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PauseReason {
    /// A person paused it.
    Asked,
    /// The test user was changed; a person looks.
    PilotUser,
    /// As many rows as a person named were settled.
    Step,
    /// The token has ended, or is about to.
    Token,
    /// PingOne refused many users in a row in the same way.
    Refused(Fault),
    /// A user who was read right before the PUT had the value already: someone else is changing these users.
    AnotherWriter,
    /// The run was saved for another computer.
    HandedOver,
    /// PingOne fails or can't be reached. It is asked again then.
    Failing {
        /// By the monotonic clock.
        until: Millis,
        /// What went wrong last.
        fault: Fault,
    },
    /// What is about to happen can't be stored.
    NotStored(Fault),
}

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunStatus {
    /// Rows are being written.
    Running,
    /// Nothing is started.
    Halted(PauseReason),
    /// Others may have changed whom it hasn't written; [`Run::outdated`] says why. What is in row is settled, and then
    /// it is done for now: it goes on once [`ReadBack::of_waiting`](readback::ReadBack::of_waiting) is complete.
    Outdated,
    /// A person stopped it; what is in flight is awaited.
    Stopping,
    /// Nothing is in flight, and there are rows that were not settled.
    Stopped,
    /// Every row is settled.
    Ended,
}

/// A run.
pub struct Run {
    plan: Rc<Plan>,
    policy: Rc<Policy>,
    jitter: Jitter,
    rows: Vec<Row>,
    tally: RowCounts,
    failures: HashMap<RowIndex, Failure>,
    fresh: Vec<RowIndex>,
    /// Rows with a stored intent that can be written.
    ready: Ready,
    /// Rows that are written again, from when on, and what went wrong before.
    again: Vec<(Millis, RowIndex, Fault)>,
    /// Rows whose answer was lost, from when on they are read, and how often they were.
    unconfirmed: Vec<Unconfirmed>,
    /// What was sent and is not answered: for which row, and with the how manieth token.
    in_flight: Vec<(Option<RowIndex>, u32)>,
    write_ahead: WriteAhead,
    breaker: Breaker,
    pauses: Pauses,
    /// Where one user is changed first for a person to read at.
    pilot: Option<PilotProgress>,
    is_stopping: bool,
    /// Settled rows after which a person is waited for. No further row is intended before.
    step_at: Option<u32>,
    token_until: Option<Millis>,
    /// How many other tokens there were before this one.
    token: u32,
    actor: u8,
    /// When something was last answered.
    last: Timestamp,
    /// The same by the monotonic clock.
    answered_at: Millis,
    /// When a row was last settled or read; `None` before anything was answered.
    active_at: Option<Timestamp>,
    /// The same by the monotonic clock, as far as this page knows: the wall clock may be set back.
    active_since: Option<Millis>,
    clock: Asked,
    /// Why the values of those who wait are to be read again, if they are.
    outdated: Option<Outdated>,
    /// When a spot check first showed that someone else is changing these users.
    another_writer_at: Option<Timestamp>,
    /// How many rows were settled although nothing was sent for them.
    unsent: u32,
}

/// Whether it has asked what time it is since it last waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Due,
    Sent,
    Done,
}

#[derive(Debug, Clone)]
struct Unconfirmed {
    from: Millis,
    index: RowIndex,
    reads: u32,
    fault: Fault,
    is_sent: bool,
    /// Whether it was open at a crash. Until all of those were read nothing is written.
    is_from_before: bool,
}

impl Unconfirmed {
    /// About a row that nobody has read yet, and may from then on.
    const fn new(index: RowIndex, fault: Fault, from: Millis) -> Self {
        Self { from, index, reads: 0, fault, is_sent: false, is_from_before: false }
    }
}

impl Run {
    /// A run that has sent nothing. Its plan must have been stored. `token_until` is when the token ends, by the
    /// monotonic clock.
    #[must_use]
    pub fn new(plan: Rc<Plan>, policy: Rc<Policy>, jitter: Jitter, token_until: Option<Millis>) -> Self {
        let mut jitter = jitter;
        let rows = u32::try_from(plan.rows.len()).unwrap_or(u32::MAX);
        let step_at = if plan.stops.after_test_user { Some(1) } else { plan.stops.every };
        // Where nobody else comes after, nobody looks in between.
        let has_trial = plan.stops.after_test_user && plan.rows.len() > 1;
        let mut run = Self {
            rows: vec![Row::default(); plan.rows.len()],
            tally: RowCounts::waiting(rows),
            failures: HashMap::new(),
            fresh: Vec::new(),
            ready: Ready::new(jitter.split()),
            again: Vec::new(),
            unconfirmed: Vec::new(),
            in_flight: Vec::new(),
            write_ahead: WriteAhead::new(rows),
            breaker: Breaker::default(),
            pauses: Pauses::default(),
            pilot: has_trial.then(PilotProgress::default),
            is_stopping: false,
            step_at,
            token_until,
            token: 0,
            actor: 0,
            last: plan.made_at,
            answered_at: Millis(0),
            active_at: None,
            active_since: None,
            clock: Asked::Done,
            outdated: None,
            another_writer_at: None,
            unsent: 0,
            plan,
            policy,
            jitter,
        };
        run.put_off_some();
        run.write_ahead.intend(&run.policy, run.step_at);
        run
    }

    /// A run that goes on from its journal. Whoever may have been written is read before anything is sent. One that was
    /// closed is stopped: it can be read back, and nothing is written.
    #[must_use]
    pub fn resumed(
        restored: Restored,
        policy: Rc<Policy>,
        jitter: Jitter,
        token_until: Option<Millis>,
    ) -> Self {
        let Restored { plan, rows, failures, open, closed_at, another_writer_at, handed_over_at, .. } =
            restored;
        let mut run = Self::new(Rc::new(plan), policy, jitter, token_until);
        for (index, row) in rows.into_iter().enumerate() {
            if let Some(known) = run.rows.get_mut(index) {
                run.tally.moved(known.state, row.state);
                run.unsent += u32::from(row.state.is_ended() && row.writes == 0);
                *known = row;
            }
        }
        run.failures = failures;
        let ended = run.tally.ended();
        match (run.plan.stops.after_test_user, run.carried_out()) {
            (true, 0) => run.step_at = Some(ended + 1),
            // Nobody has said yet that the test user is as expected: nobody else was intended.
            (true, 1) if open.is_empty() => run.pauses.wait_for_person(PauseReason::PilotUser),
            _ => run.step_at = run.plan.stops.every.map(|every| ended + every),
        }
        let (settled, read) = (run.rows.iter().filter_map(|row| row.at), run.plan.rows.iter());
        run.active_at = settled.chain(read.map(|planned| planned.read_at)).max();
        run.clock = Asked::Due;
        // Nobody looks twice. What was seen isn't stored, because it is about a person.
        run.pilot = run.pilot.take().filter(|_| run.carried_out() == 0);
        let opened: HashSet<RowIndex> = open.iter().copied().collect();
        let is_waiting = |index: &RowIndex| {
            run.rows.get(*index as usize).is_some_and(|row| !row.state.is_ended()) && !opened.contains(index)
        };
        let waiting = (0..run.tally.all()).filter(is_waiting).collect();
        run.write_ahead = WriteAhead::resumed(waiting, run.tally.ended(), &open);
        run.is_stopping = closed_at.is_some();
        run.beware(another_writer_at, handed_over_at);
        run.put_off_some();
        for index in open {
            run.set(index, RowState::Sending);
            // Nobody knows whether its PUT was sent. It counts as sent: what a read finds then is taken for this run's
            // doing, and can be taken back.
            if let Some(row) = run.rows.get_mut(index as usize) {
                row.writes = row.writes.max(1);
            }
            let fault = Fault::Unreachable;
            run.unconfirmed
                .push(Unconfirmed { is_from_before: true, ..Unconfirmed::new(index, fault, Millis(0)) });
        }
        if run.is_stopping {
            run.wind_up();
        }
        run
    }

    /// Under whose token it begins: a place among those who act in it.
    pub fn act_as(&mut self, actor: u8) {
        self.actor = actor;
    }

    /// What it carries out.
    #[must_use]
    pub fn plan(&self) -> &Rc<Plan> {
        &self.plan
    }

    /// Where it stands.
    #[must_use]
    pub fn standing(&self) -> RunStatus {
        let is_ended = self.tally.ended() == self.tally.all();
        match self.pauses.first() {
            // The last outcomes are as good as lost while they can't be stored.
            Some(halt @ PauseReason::NotStored(_)) if !self.is_stopping => RunStatus::Halted(halt),
            _ if is_ended => RunStatus::Ended,
            _ if self.is_stopping && self.in_flight.is_empty() => RunStatus::Stopped,
            _ if self.is_stopping => RunStatus::Stopping,
            Some(halt) => RunStatus::Halted(halt),
            None if self.outdated.is_some() => RunStatus::Outdated,
            None => RunStatus::Running,
        }
    }

    /// How many rows are in each state.
    #[must_use]
    pub fn tally(&self) -> RowCounts {
        self.tally
    }

    /// Whether everything that is known of it is stored.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        self.write_ahead.is_stored()
    }

    /// What became of each row, in the plan's order.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// What went wrong for a row.
    #[must_use]
    pub fn failure(&self, index: RowIndex) -> Option<&Failure> {
        self.failures.get(&index)
    }

    /// Everything that went wrong, by row.
    #[must_use]
    pub fn failures(&self) -> &HashMap<RowIndex, Failure> {
        &self.failures
    }

    /// The rows whose state has changed since this was last called.
    pub fn take_fresh(&mut self) -> Vec<RowIndex> {
        std::mem::take(&mut self.fresh)
    }

    fn set(&mut self, index: RowIndex, state: RowState) {
        let Some(row) = self.rows.get_mut(index as usize) else { return };
        self.tally.moved(row.state, state);
        row.state = state;
        self.fresh.push(index);
    }

    fn settle(
        &mut self,
        index: RowIndex,
        state: RowState,
        noted: &Answered<JobAnswer>,
        fault: Option<&Fault>,
    ) {
        self.set(index, state);
        self.active(noted.at);
        if let Some(fault) = fault {
            self.failures.insert(index, Failure::of(fault));
        }
        let Some(row) = self.rows.get_mut(index as usize) else { return };
        (row.at, row.correlation_id) = (Some(noted.at), noted.correlation_id);
        self.write_ahead.settled(index, *row, fault.map(Failure::of));
    }

    /// A row was settled or read then, as the latest answer says.
    fn active(&mut self, at: Timestamp) {
        self.active_at = self.active_at.max(Some(at));
        self.active_since = Some(self.answered_at);
    }

    /// How many rows are settled by what this run did: whoever needed nothing is no test user.
    fn carried_out(&self) -> u32 {
        self.tally.ended() - self.unsent
    }

    /// A step is over once its last row is settled and the test user was pilot_read_done at, and is told once nothing else pauses
    /// the run.
    fn end_step(&mut self) {
        if self.pilot_read_due().is_none()
            && self.step_at.is_some_and(|at| self.tally.ended() >= at)
            && self.pauses.first().is_none()
        {
            let is_test = self.plan.stops.after_test_user && self.carried_out() == 1;
            self.pauses.wait_for_person(if is_test { PauseReason::PilotUser } else { PauseReason::Step });
        }
    }

    fn written(&mut self, index: RowIndex, token: u32, noted: &Answered<JobAnswer>, now: Millis) {
        let fault = match &noted.result {
            Ok(JobAnswer::Flag(flag)) if *flag == self.plan.to => {
                self.breaker.good();
                return self.settle(index, RowState::Changed, noted, None);
            }
            // A 200 that says the other value proves nothing but that something is wrong.
            Ok(_) => Fault::WrongShape(contradiction(!self.plan.to)),
            Err(fault) => fault.clone(),
        };
        if fault.retry() == RetryKind::WithNewToken {
            self.unauthorized(token);
            return self.give_back(index, fault, now);
        }
        if matches!(fault, Fault::NotPermitted(_)) {
            self.not_sent(index);
        }
        match Meaning::of(&fault) {
            Meaning::TransportError => {
                self.failing(Some(index), &fault, now);
                self.unconfirmed.push(Unconfirmed::new(index, fault, now));
            }
            Meaning::Final => self.refused(index, noted, &fault),
            Meaning::NotNow => {
                if !matches!(fault, Fault::RateLimited { .. }) {
                    self.failing(Some(index), &fault, now);
                }
                self.write_again(index, noted, &fault, now);
            }
        }
    }

    /// A 401 pauses everyone once. One that comes late, with a token that was replaced since, says nothing new.
    fn unauthorized(&mut self, token: u32) {
        self.pauses.needs_token |= token == self.token;
    }

    /// A 401 says nothing about the row, and every row in flight gets one. But what was sent for it before may still
    /// arrive.
    fn give_back(&mut self, index: RowIndex, fault: Fault, now: Millis) {
        let Some(row) = self.rows.get_mut(index as usize) else { return };
        row.writes = row.writes.saturating_sub(1);
        if row.writes > 0 {
            return self.again.push((now, index, fault));
        }
        self.set(index, RowState::Waiting);
        self.ready.write_unchecked(index);
    }

    fn refused(&mut self, index: RowIndex, noted: &Answered<JobAnswer>, fault: &Fault) {
        let is_gone = matches!(fault, Fault::UserUnknown(_));
        let state = if is_gone { RowState::Gone } else { RowState::Refused };
        self.settle(index, state, noted, Some(fault));
        if is_gone {
            self.breaker.good();
        } else if self.breaker.refused(fault) >= self.policy.refusals_in_a_row {
            self.pauses.override_person(PauseReason::Refused(fault.clone()));
        }
    }

    fn write_again(&mut self, index: RowIndex, noted: &Answered<JobAnswer>, fault: &Fault, now: Millis) {
        let writes = self.rows.get(index as usize).map_or(0, |row| u32::from(row.writes));
        match pause_of_row(&self.policy, writes, fault, &mut self.jitter) {
            Some(pause) => self.again.push((now + pause, index, fault.clone())),
            None => self.settle(index, RowState::Failed, noted, Some(fault)),
        }
    }

    fn read(&mut self, index: RowIndex, token: u32, noted: &Answered<JobAnswer>, now: Millis) {
        let Some(at) = self.unconfirmed.iter().position(|row| row.index == index && row.is_sent) else {
            return;
        };
        let mut row = self.unconfirmed.swap_remove(at);
        row.is_sent = false;
        match &noted.result {
            Ok(JobAnswer::Flag(flag)) => {
                self.recovered();
                self.active(noted.at);
                if *flag == self.plan.to {
                    self.settle(index, RowState::Changed, noted, None);
                } else {
                    self.write_again(index, noted, &row.fault, now);
                }
            }
            Ok(JobAnswer::Reached | JobAnswer::Stored | JobAnswer::Devices(_)) => self.unconfirmed.push(row),
            Err(fault @ Fault::UserUnknown(_)) => {
                self.recovered();
                self.settle(index, RowState::Gone, noted, Some(fault));
            }
            Err(fault) if fault.retry() == RetryKind::WithNewToken => {
                self.unauthorized(token);
                self.unconfirmed.push(row);
            }
            Err(fault) => {
                // While others fail as well no row's attempts are used up. Whoever fails alone has failed.
                row.reads += u32::from(self.breaker.is_alone(index));
                self.failing(Some(index), fault, now);
                if let Some(pause) = pause_of_row(&self.policy, row.reads, fault, &mut self.jitter) {
                    self.unconfirmed.push(Unconfirmed { from: now + pause, ..row });
                } else {
                    self.settle(index, RowState::AnswerLost, noted, Some(&row.fault));
                }
            }
        }
    }

    fn probed(&mut self, token: u32, noted: &Answered<JobAnswer>, now: Millis) {
        match &noted.result {
            Err(fault) if fault.retry() == RetryKind::WithNewToken => self.unauthorized(token),
            Err(fault) if is_failing(fault) => self.failing(None, fault, now),
            Ok(_) | Err(_) => self.recovered(),
        }
    }

    fn recovered(&mut self) {
        self.breaker.good();
        self.pauses.failing = None;
    }

    fn failing(&mut self, index: Option<RowIndex>, fault: &Fault, now: Millis) {
        if !is_failing(fault) {
            return;
        }
        let in_a_row = self.breaker.failed(index);
        let is_open = self.pauses.failing.is_some();
        if is_open || in_a_row >= self.policy.failures_in_a_row {
            let until = now + self.breaker.next_probe(&self.policy, is_open && self.in_flight.is_empty());
            self.pauses.failing = Some((until, fault.clone()));
        }
    }

    fn command(&mut self, command: Command, now: Millis) {
        match command {
            Command::Stop => {
                self.is_stopping = true;
                self.pauses.unstored = None;
            }
            Command::Pause => self.pauses.wait_for_person(PauseReason::Asked),
            Command::Woke => self.clock = Asked::Due,
            Command::HandOver => self.pauses.override_person(PauseReason::HandedOver),
            Command::Resume => self.resume(now),
            Command::Token { until, actor } => {
                (self.token_until, self.actor) = (until, actor);
                self.token += 1;
                self.pauses.needs_token = false;
            }
        }
    }

    /// After a stop nothing is asked any more: what is in row stays so, and what would have been sent again failed.
    fn wind_up(&mut self) {
        let noted = Answered { at: self.last, correlation_id: None, result: Ok(JobAnswer::Stored) };
        for (_, index, fault) in std::mem::take(&mut self.again) {
            self.settle(index, RowState::Failed, &noted, Some(&fault));
        }
        let (sent, unsent) = std::mem::take(&mut self.unconfirmed).into_iter().partition(|row| row.is_sent);
        self.unconfirmed = sent;
        let unsent: Vec<Unconfirmed> = unsent;
        for row in unsent {
            self.settle(row.index, RowState::AnswerLost, &noted, Some(&row.fault));
        }
        // Whoever was intended and is not written is no open question.
        self.take_back_intents();
    }

    /// The rows that were intended and not sent are stored as waiting, so that nothing is open about them.
    pub(super) fn take_back_intents(&mut self) -> Vec<RowIndex> {
        let mut unwritten = self.ready.drain();
        unwritten.extend(self.write_ahead.forget_intents());
        for index in &unwritten {
            if let Some(row) = self.rows.get(*index as usize) {
                self.write_ahead.settled(*index, *row, None);
            }
        }
        unwritten
    }

    fn resume(&mut self, now: Millis) {
        match self.pauses.resume() {
            Some(PauseReason::PilotUser | PauseReason::Step) => {
                self.step_at = self.plan.stops.every.map(|every| self.tally.ended() + every);
            }
            Some(PauseReason::Refused(_) | PauseReason::Failing { .. }) => self.breaker.good(),
            Some(PauseReason::HandedOver) => self.outdated_by(Outdated::HandedOver, now),
            Some(
                PauseReason::Asked
                | PauseReason::AnotherWriter
                | PauseReason::Token
                | PauseReason::NotStored(_),
            )
            | None => {}
        }
    }

    fn user(&self, index: RowIndex) -> Option<UserId> {
        self.plan.rows.get(index as usize).map(|row| row.user)
    }

    fn write(&self, index: RowIndex) -> Option<Job> {
        self.user(index).map(|user| Job::Write { index, user, to: self.plan.to })
    }

    /// The next read of a row that may be sent, or when there is one.
    fn next_read(&self, now: Millis) -> Option<Step<Job>> {
        let next = self.unconfirmed.iter().filter(|row| !row.is_sent).min_by_key(|row| row.from)?;
        if next.from > now {
            return Some(Step::WaitUntil(next.from));
        }
        self.read_of(next).map(Step::Start)
    }

    fn next_write(&self, now: Millis) -> Option<Step<Job>> {
        if self.unconfirmed.iter().any(|row| row.is_from_before) {
            return None;
        }
        let again = self.again.iter().min_by_key(|(from, ..)| *from);
        if let Some((from, index, _)) = again
            && *from <= now
        {
            return self.write(*index).map(Step::Start);
        }
        let again = again.map(|(from, ..)| Step::WaitUntil(*from));
        match self.ready.next(now) {
            Some(Due::Write(index)) => self.write(index).map(Step::Start),
            Some(Due::SpotCheck(index)) => {
                self.user(index).map(|user| Step::Start(Job::SpotCheck { index, user }))
            }
            Some(Due::At(at)) => Some(sooner(Some(Step::WaitUntil(at)), again)),
            None => again,
        }
    }

    /// A read of somebody who isn't in row: whoever is may be the one who can't be read.
    fn probe(&self) -> Job {
        let is_in_doubt = |index: RowIndex| {
            self.unconfirmed.iter().any(|row| row.index == index) || self.ready.is_unread(index)
        };
        let mut indexes = 0..u32::try_from(self.plan.rows.len()).unwrap_or(u32::MAX);
        let index = indexes.find(|index| !is_in_doubt(*index));
        Job::Probe { user: index.and_then(|index| self.user(index)) }
    }

    fn read_of(&self, row: &Unconfirmed) -> Option<Job> {
        self.user(row.index).map(|user| Job::Read { index: row.index, user })
    }

    fn is_token_ending(&self, now: Millis) -> bool {
        self.token_until.is_some_and(|until| now + self.policy.token_margin >= until)
    }

    fn while_halted(&self, halt: &PauseReason, now: Millis) -> Step<Job> {
        match (halt, &self.pauses.failing) {
            (PauseReason::Token | PauseReason::NotStored(_), _) => Step::Idle,
            (PauseReason::Failing { until, .. }, _) => self.while_failing(*until, now),
            // What was sent before the pause is settled.
            (
                PauseReason::Asked
                | PauseReason::PilotUser
                | PauseReason::Step
                | PauseReason::Refused(_)
                | PauseReason::AnotherWriter
                | PauseReason::HandedOver,
                None,
            ) => self.next_read(now).unwrap_or(Step::Idle),
            (_, Some((until, _))) if !self.unconfirmed.is_empty() => self.while_failing(*until, now),
            (_, Some(_)) => Step::Idle,
        }
    }

    fn while_outdated(&self, now: Millis) -> Step<Job> {
        let is_settled = self.in_flight.is_empty() && self.write_ahead.is_stored();
        self.next_read(now).unwrap_or(if is_settled { Step::Done } else { Step::Idle })
    }

    fn while_failing(&self, until: Millis, now: Millis) -> Step<Job> {
        if !self.in_flight.is_empty() {
            Step::Idle
        } else if now < until {
            Step::WaitUntil(until)
        } else {
            Step::Start(self.probe())
        }
    }
}

/// Whether a fault says that PingOne, or the way to it, fails for everyone.
fn is_failing(fault: &Fault) -> bool {
    matches!(fault.retry(), RetryKind::WhenOnline)
        || matches!(fault, Fault::ServerFailed(_) | Fault::Timeout { .. } | Fault::BodyCut(_))
}

/// The earlier of two steps of which neither starts anything, or the one that does.
fn sooner<J>(one: Option<Step<J>>, other: Option<Step<J>>) -> Step<J> {
    match (one, other) {
        (Some(Step::WaitUntil(one)), Some(Step::WaitUntil(other))) => Step::WaitUntil(one.min(other)),
        (Some(start @ Step::Start(_)), _) | (_, Some(start @ Step::Start(_))) => start,
        (Some(step), _) | (None, Some(step)) => step,
        (None, None) => Step::Idle,
    }
}

impl Work for Run {
    type Job = Job;
    type Answer = Answered<JobAnswer>;
    const PRIORITY: Priority = Priority::Bulk;

    /// Everything that a run sends keeps to the run's ceiling, its reads too.
    fn kind(job: &Job) -> Option<Kind> {
        match job {
            Job::Write { .. }
            | Job::Read { .. }
            | Job::SpotCheck { .. }
            | Job::Probe { .. }
            | Job::PilotRead { .. } => Some(Kind::Write),
            Job::Store(_) | Job::Pause(_) | Job::Clock => None,
        }
    }

    /// One more, for what is stored.
    fn width(&self) -> u32 {
        self.policy.writes_in_flight + 2
    }

    fn next(&self, now: Millis) -> Step<Job> {
        let is_unstorable = self.pauses.unstored.is_some();
        if !is_unstorable && let Some(records) = self.write_ahead.due() {
            return Step::Start(Job::Store(records));
        }
        if self.is_stopping || self.tally.ended() == self.tally.all() {
            // A stop is not held up by what can't be stored.
            let is_stored = self.write_ahead.is_stored() || (self.is_stopping && is_unstorable);
            return if self.in_flight.is_empty() && is_stored { Step::Done } else { Step::Idle };
        }
        if self.in_flight.len() >= self.policy.writes_in_flight as usize {
            return Step::Idle;
        }
        if let Some(halt) = self.pauses.first() {
            return self.while_halted(&halt, now);
        }
        if self.is_token_ending(now) {
            return Step::Start(Job::Pause(PauseReason::Token));
        }
        match self.clock {
            Asked::Due => return Step::Start(Job::Clock),
            Asked::Sent => return Step::Idle,
            Asked::Done if self.outdated.is_some() => return self.while_outdated(now),
            Asked::Done => {}
        }
        let read = self.next_pilot_read(now);
        let step = read.unwrap_or_else(|| sooner(self.next_read(now), self.next_write(now)));
        // Whatever kept it from writing for long, others may have changed whom it writes.
        let is_write = matches!(step, Step::Start(Job::Write { .. } | Job::SpotCheck { .. }));
        if is_write && self.answered_at.until(now) > self.policy.unsure {
            return Step::Start(Job::Clock);
        }
        // The token's end has to be noticed although nothing is due before it.
        match (step, self.token_until) {
            (Step::WaitUntil(at), Some(until)) => Step::WaitUntil(at.min(until - self.policy.token_margin)),
            (step, _) => step,
        }
    }

    fn apply(&mut self, event: Event<Job, Answered<JobAnswer>>, now: Millis) {
        match event {
            Event::Started(job) => self.started(job),
            Event::Answered(job, answer) => {
                let noted = answer.unwrap_or_else(|fault| Answered {
                    at: self.last,
                    correlation_id: None,
                    result: Err(fault),
                });
                self.answered(&job, &noted, now);
            }
            Event::Command(command) => self.command(command, now),
        }
        if self.is_stopping {
            self.wind_up();
        } else if self.pauses.is_handed_over() {
            self.hand_over();
        } else {
            self.end_step();
            self.write_ahead.intend(&self.policy, self.step_at);
        }
        if self.pauses.first().is_some() {
            self.clock = Asked::Due;
        }
    }
}

impl Run {
    fn started(&mut self, job: Job) {
        match job {
            Job::Write { index, .. } => {
                self.in_flight.push((Some(index), self.token));
                self.ready.remove(index);
                self.again.retain(|(_, other, _)| *other != index);
                if let Some(row) = self.rows.get_mut(index as usize) {
                    row.writes = row.writes.saturating_add(1);
                    row.actor = self.actor;
                }
                self.set(index, RowState::Sending);
            }
            Job::Read { index, .. } => {
                self.in_flight.push((Some(index), self.token));
                if let Some(row) = self.unconfirmed.iter_mut().find(|row| row.index == index) {
                    row.is_sent = true;
                }
            }
            Job::SpotCheck { index, .. } => {
                self.in_flight.push((Some(index), self.token));
                self.ready.checking(index);
            }
            Job::Probe { .. } => self.in_flight.push((None, self.token)),
            Job::PilotRead { .. } => {
                self.in_flight.push((None, self.token));
                self.pilot_read_started();
            }
            Job::Store(_) => self.write_ahead.leaves(),
            Job::Pause(PauseReason::Token) => self.pauses.needs_token = true,
            Job::Pause(halt) => self.pauses.wait_for_person(halt),
            Job::Clock => self.clock = Asked::Sent,
        }
    }

    fn answered(&mut self, job: &Job, noted: &Answered<JobAnswer>, now: Millis) {
        (self.last, self.answered_at) = (self.last.max(noted.at), now);
        let wall = *self.active_at.get_or_insert(noted.at);
        let active = ClockReading { now: *self.active_since.get_or_insert(now), wall };
        let waited = ClockReading { now, wall: noted.at }.since(active);
        if waited > self.policy.old && self.outdated.is_none() {
            self.outdated_by(Outdated::LongWait, now);
        }
        match job {
            Job::Write { index, .. } => {
                let token = self.landed(Some(*index));
                self.written(*index, token, noted, now);
            }
            Job::Read { index, .. } => {
                let token = self.landed(Some(*index));
                self.read(*index, token, noted, now);
            }
            Job::SpotCheck { index, .. } => {
                let token = self.landed(Some(*index));
                self.spot_checked(*index, token, noted, now);
            }
            Job::Probe { .. } => {
                let token = self.landed(None);
                self.probed(token, noted, now);
            }
            Job::PilotRead { read, .. } => {
                let token = self.landed(None);
                self.pilot_read_done(*read, token, noted, now);
            }
            Job::Store(records) => match &noted.result {
                Ok(_) => self.intents_stored(),
                Err(fault) => {
                    self.write_ahead.failed(records);
                    self.pauses.unstored = Some(fault.clone());
                }
            },
            Job::Clock if self.clock == Asked::Sent => {
                self.clock = Asked::Done;
                self.ready.after_wait();
            }
            Job::Pause(_) | Job::Clock => {}
        }
    }

    /// Something is answered. With the how manieth token it was sent.
    fn landed(&mut self, index: Option<RowIndex>) -> u32 {
        if self.is_stopping {
            // What is new is operation to be stored, whatever could not be before.
            self.pauses.unstored = None;
        }
        let index = self.in_flight.iter().position(|(other, _)| *other == index);
        index.map_or(self.token, |index| self.in_flight.swap_remove(index).1)
    }
}
