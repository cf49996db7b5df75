//! Changes the flags of many users: a run carries out a [`Plan`], row by row.
//!
//! [`Run`] is a pure state machine ([`Work`](pingone::driver::Work)). [`driver::drive`](pingone::driver::drive) drives it,
//! and [`JobRunner`] carries out its [`Job`]s: requests go to PingOne, records into the journal. What a failed PUT means
//! is decided as for a single change ([`crate::run::change`]).
//!
//! # States of a run
//!
//! [`Run::status`] returns one of these:
//!
//! - `Running`: rows are being written.
//! - `Paused`: paused. Nothing is written; see *Reasons to pause*.
//! - `Outdated`: the waiting rows must be refreshed first. The run settles what is in flight and unconfirmed,
//!   and the driver returns. The caller then drives
//!   [`ReadBack::for_refresh`](readback::ReadBack::for_refresh), and afterwards the run again.
//! - `Stopping`: a person stopped the run; requests in flight are awaited.
//! - `Stopped`: nothing is in flight, and some rows aren't settled.
//! - `Finished`: every row is settled.
//!
//! # States of a row
//!
//! A row ([`RowState`]) is `Waiting` until its PUT is sent, `Sending` until the outcome is known, and then settled.
//! In between it passes these steps:
//!
//! 1. Intended: its write-ahead intent is being stored (`write_ahead`).
//! 2. Ready: its intent is stored, so it may be written (`ready`). Some rows are read right before their PUT
//!    (`spot_check`); the pilot user's devices are read too (`pilot`).
//! 3. In flight: the PUT was sent, the row is `Sending`.
//! 4. To be retried: a 429, or a 408 or 503 with PingOne's own body, repeats the same PUT after a pause. A 401 doesn't count as
//!    an attempt; a row without an earlier PUT is `Waiting` again.
//! 5. Answer lost: a GET decides. The row is settled as `Changed` or `Gone`, or the PUT is repeated. It ends as `Failed` once
//!    its attempts are used up, and as `Unconfirmed` if no GET answers.
//!
//! Settled states are `Changed`, `AlreadySet`, `Refused`, `Failed`, `Gone` and `Unconfirmed`. A read-back after the run
//! ([`readback`]) may turn a lost answer into `Changed` or `Failed`, and `Changed` into `ChangedBySomeoneElse`.
//!
//! # What is stored when
//!
//! The plan must be stored before [`Run::new`]. Then, in [`Record`]s, one batch at a time:
//!
//! - An intent before the row's PUT. No PUT is sent before its intent is stored.
//! - The outcome once the row is settled, and again when a read-back changes or confirms it.
//! - The time of a refresh, for rows that keep their value.
//! - The first sighting of another writer.
//!
//! At most [`Policy::intents`] rows are between intent and stored outcome.
//!
//! # What survives a crash
//!
//! Everything that was stored. Rows with an intent and no outcome are open: their PUT may have been sent.
//! [`Run::resumed`] treats them as unconfirmed, counts one PUT for them, and reads all of them before it writes
//! anything. So an outcome that had arrived and wasn't stored is found again, and no row is written twice by mistake.
//! The wait after the pilot user, another writer and a handover are restored too.
//!
//! Not stored and therefore lost: a manual pause, that a person continued without steps, counts of failures and
//! attempts, the learned pace, the choice of spot checks, and what was read of the pilot user, because it is personal
//! data. The values of waiting rows are refreshed if the last activity was longer ago than [`Policy::old`], or if
//! another writer was seen.
//!
//! # What a stop can't undo
//!
//! A stop starts nothing more, not even a read. Requests in flight can't be recalled and are awaited. Changes already
//! made are kept. Rows that wait for a retry are settled as `Failed`; unconfirmed rows that aren't being read are
//! settled as `Unconfirmed`, and only a read-back can tell whether their PUT arrived. Intents that weren't sent are
//! stored as waiting. A stop doesn't wait for a journal that can't store.
//!
//! # Reasons to pause
//!
//! Several [`PauseReason`]s may hold at once (`pauses`). The one that is shown is the first in this
//! order; the others remain behind it:
//!
//! 1. `NotStored`: a record couldn't be stored. Ends with [`Command::Resume`](pingone::driver::Command::Resume), which stores it again.
//! 2. `HandedOver`: the run was saved for another computer. Ends with `Resume`; the waiting rows are refreshed then.
//!    A new token doesn't end it.
//! 3. `Token`: the token expires within [`Policy::token_margin`], or PingOne answered 401.
//!    Ends only with [`Command::Token`](pingone::driver::Command::Token).
//! 4. A reason that waits for a person, one at a time. Ends with `Resume`: `ByPerson` (a manual pause), `PilotUser` (the
//!    pilot user was changed), `Step` (the number of users per step was reached), `Refused`
//!    ([`Policy::refusals_in_a_row`] rows in a row were refused in the same way), `AnotherWriter` (someone else is
//!    changing the same users; the waiting rows were refreshed).
//! 5. `Failing`: PingOne or the network failed [`Policy::failures_in_a_row`] times in a row. A probe is sent at
//!    `until`, with doubling waits. Ends by itself when a probe or a read is answered, or with `Resume`.
//!
//! During a pause that waits for a person, unconfirmed rows are still read. A 401, repeated refusals and a network
//! failure pause the whole run once; the rows that wait for it lose no attempts.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use breaker::Breaker;
use pauses::Pauses;
use pilot::PilotProgress;
use pingone::connection::Answered;
use pingone::device::Device;
use pingone::fault::Fault;
use pingone::policy::Policy;
use pingone::retry::Jitter;
use pingone::time::{Instant, Timestamp};
use pingone::user::UserId;
use ready::Ready;
use write_ahead::WriteAhead;

use crate::run::record::{Record, RowIndex};

use super::journal::Restored;
use super::plan::Plan;
use super::row::{Failure, Row, RowCounts, RowState};

pub use refresh::Outdated;

mod answers;
mod breaker;
mod commands;
mod guarded;
mod job_runner;
mod pauses;
mod pilot;
pub mod readback;
mod ready;
mod refresh;
mod spot_check;
mod steps;
mod write_ahead;

pub use job_runner::JobRunner;
pub use pilot::PilotRead;

/// A job that a run starts; [`JobRunner`] carries it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// The PUT that sets a user's flag.
    Write {
        /// The index of the row to write.
        index: RowIndex,
        /// The ID of the user whose flag is set.
        user: UserId,
        /// The target value: `true` turns MFA on.
        to: bool,
    },
    /// The GET that reads the flag after the answer to a PUT was lost.
    Read {
        /// The index of the unconfirmed row.
        index: RowIndex,
        /// The ID of the user whose flag is read.
        user: UserId,
    },
    /// The GET before a row's first PUT, which shows whether someone else is changing the same users.
    SpotCheck {
        /// The index of the row that is about to be written.
        index: RowIndex,
        /// The ID of the user whose flag is read.
        user: UserId,
    },
    /// The GET that tests whether PingOne can be reached again.
    Probe {
        /// The user whose flag is read; the value doesn't matter. `None` if no suitable user
        /// is left: then users are counted.
        user: Option<UserId>,
    },
    /// A GET whose result is shown to the person who checks the pilot user.
    PilotRead {
        /// Which reading of the pilot user this is.
        read: PilotRead,
        /// The user ID of the run's pilot user.
        user: UserId,
    },
    /// Stores these records in the journal; nothing is sent to PingOne.
    Store(Rc<Vec<Record>>),
    /// Pauses the run for a reason that time brought about; nothing is sent.
    Pause(PauseReason),
    /// Reads the clocks, because the run may have waited for long; nothing is sent.
    Clock,
}

/// The answer to a [`Job`], if it succeeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobAnswer {
    /// The current value of the user's flag.
    Flag(bool),
    /// PingOne answered; the content doesn't matter.
    Reached,
    /// The devices of the pilot user.
    Devices(Vec<Device>),
    /// The records are stored, or a job without a request is done.
    Stored,
}

/// Why a run is paused. The module's documentation lists how each reason ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PauseReason {
    /// A person paused the run by hand.
    ByPerson,
    /// The pilot user was changed; a person checks the result before the others follow.
    PilotUser,
    /// The number of users per step was reached.
    Step,
    /// The token has expired or is about to.
    Token,
    /// PingOne refused many users in a row in the same way.
    Refused(Fault),
    /// A spot check found the target value already set: someone else is changing the same users.
    AnotherWriter,
    /// The run was saved for another computer.
    HandedOver,
    /// PingOne fails or can't be reached.
    Failing {
        /// When PingOne is probed again (monotonic clock).
        until: Instant,
        /// The latest failure that was counted.
        fault: Fault,
    },
    /// A record can't be stored, so nothing may be written.
    NotStored(Fault),
}

/// The status of a run; the module's documentation explains each one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunStatus {
    /// Rows are being written, or retries and reads are due.
    Running,
    /// The run is paused for this reason.
    Paused(PauseReason),
    /// Others may have changed the waiting users; [`Run::outdated`] returns the reason. The run settles
    /// unconfirmed rows, then the driver returns. It continues once
    /// [`ReadBack::for_refresh`](readback::ReadBack::for_refresh) is complete.
    Outdated,
    /// A person stopped the run; requests in flight are awaited.
    Stopping,
    /// Nothing is in flight, and some rows aren't settled.
    Stopped,
    /// Every row is settled; nothing more will be sent.
    Finished,
}

/// A run: the state of all rows of a plan, and what to send next.
pub struct Run {
    plan: Rc<Plan>,
    policy: Rc<Policy>,
    jitter: Jitter,
    rows: Vec<Row>,
    counts: RowCounts,
    failures: HashMap<RowIndex, Failure>,
    fresh: Vec<RowIndex>,
    ready: Ready,
    /// Rows whose PUT is retried: from when on, and the fault of the last attempt.
    again: Vec<(Instant, RowIndex, Fault)>,
    /// Rows whose answer was lost and that must be read.
    unconfirmed: Vec<Unconfirmed>,
    /// Requests in flight: the row, if any, and the index of the token they were sent with.
    in_flight: Vec<(Option<RowIndex>, u32)>,
    write_ahead: WriteAhead,
    breaker: Breaker,
    pauses: Pauses,
    /// Present if one user is changed first, for a person to check.
    pilot: Option<PilotProgress>,
    is_stopping: bool,
    /// Number of settled rows at which the run pauses for a person. No intent is stored for later rows before that.
    step_at: Option<u32>,
    token_until: Option<Instant>,
    /// The number of tokens used before the current one.
    token: u32,
    actor: u8,
    /// The time of the latest answer (wall clock).
    last: Timestamp,
    /// The time of the latest answer (monotonic clock).
    answered_at: Instant,
    /// When a row was last settled or read (wall clock); `None` before the first answer.
    active_at: Option<Timestamp>,
    /// The same by the monotonic clock; `None` if this page doesn't know. Needed
    /// because the wall clock may be set back.
    active_since: Option<Instant>,
    clock: ClockCheck,
    /// Why the waiting rows must be refreshed, if they must.
    outdated: Option<Outdated>,
    /// When a spot check first showed that someone else is changing the same users.
    another_writer_at: Option<Timestamp>,
    /// The number of rows that were settled without a PUT.
    unsent: u32,
}

/// Whether the clocks were read since the run last waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClockCheck {
    Due,
    Sent,
    Done,
}

/// A row whose answer was lost, until a read decides.
#[derive(Debug, Clone)]
struct Unconfirmed {
    from: Instant,
    index: RowIndex,
    reads: u32,
    fault: Fault,
    is_sent: bool,
    /// Whether the row was open at a crash. Nothing is written until all of those rows were read.
    is_from_before: bool,
}

impl Unconfirmed {
    /// A row that wasn't read yet and may be read from `from` on.
    const fn new(index: RowIndex, fault: Fault, from: Instant) -> Self {
        Self { from, index, reads: 0, fault, is_sent: false, is_from_before: false }
    }
}

impl Run {
    /// Creates a run that has sent nothing. Its plan must be stored already. `token_until` is when the
    /// token expires (monotonic clock).
    #[must_use]
    pub fn new(plan: Rc<Plan>, policy: Rc<Policy>, jitter: Jitter, token_until: Option<Instant>) -> Self {
        let mut jitter = jitter;
        let rows = u32::try_from(plan.rows.len()).unwrap_or(u32::MAX);
        let step_at = if plan.stops.after_pilot { Some(1) } else { plan.stops.every };
        // If no user follows the pilot user, there is nothing to wait for.
        let has_pilot = plan.stops.after_pilot && plan.rows.len() > 1;
        let mut run = Self {
            rows: vec![Row::default(); plan.rows.len()],
            counts: RowCounts::waiting(rows),
            failures: HashMap::new(),
            fresh: Vec::new(),
            ready: Ready::new(jitter.split()),
            again: Vec::new(),
            unconfirmed: Vec::new(),
            in_flight: Vec::new(),
            write_ahead: WriteAhead::new(rows),
            breaker: Breaker::default(),
            pauses: Pauses::default(),
            pilot: has_pilot.then(PilotProgress::default),
            is_stopping: false,
            step_at,
            token_until,
            token: 0,
            actor: 0,
            last: plan.made_at,
            answered_at: Instant(0),
            active_at: None,
            active_since: None,
            clock: ClockCheck::Done,
            outdated: None,
            another_writer_at: None,
            unsent: 0,
            plan,
            policy,
            jitter,
        };
        run.defer_some();
        run.write_ahead.intend(&run.policy, run.step_at);
        run
    }

    /// Continues a run from its journal. Rows whose PUT may have been sent are read before anything is written. A run
    /// that was closed is stopped: it can be read back, and nothing is written.
    #[must_use]
    pub fn resumed(
        restored: Restored,
        policy: Rc<Policy>,
        jitter: Jitter,
        token_until: Option<Instant>,
    ) -> Self {
        let Restored { plan, rows, failures, open, closed_at, another_writer_at, handed_over_at, .. } =
            restored;
        let mut run = Self::new(Rc::new(plan), policy, jitter, token_until);
        for (index, row) in rows.into_iter().enumerate() {
            if let Some(known) = run.rows.get_mut(index) {
                run.counts.moved(known.state, row.state);
                run.unsent += u32::from(row.state.is_settled() && row.writes == 0);
                *known = row;
            }
        }
        run.failures = failures;
        let ended = run.counts.ended();
        match (run.plan.stops.after_pilot, run.settled_by_run()) {
            (true, 0) => run.step_at = Some(ended + 1),
            // The pilot user isn't confirmed yet: no other row was intended.
            (true, 1) if open.is_empty() => run.pauses.wait_for_person(PauseReason::PilotUser),
            _ => run.step_at = run.plan.stops.every.map(|every| ended + every),
        }
        let (settled, read) = (run.rows.iter().filter_map(|row| row.at), run.plan.rows.iter());
        run.active_at = settled.chain(read.map(|planned| planned.read_at)).max();
        run.clock = ClockCheck::Due;
        // The pilot user isn't read again after the change. The earlier readings aren't
        // stored, because they are personal data.
        run.pilot = run.pilot.take().filter(|_| run.settled_by_run() == 0);
        let opened: HashSet<RowIndex> = open.iter().copied().collect();
        let is_waiting = |index: &RowIndex| {
            run.rows.get(*index as usize).is_some_and(|row| !row.state.is_settled())
                && !opened.contains(index)
        };
        let waiting = (0..run.counts.all()).filter(is_waiting).collect();
        run.write_ahead = WriteAhead::resumed(waiting, run.counts.ended(), &open);
        run.is_stopping = closed_at.is_some();
        run.restore_warnings(another_writer_at, handed_over_at);
        run.defer_some();
        for index in open {
            run.set(index, RowState::Sending);
            // Its PUT may have been sent. It counts as sent: a read that finds the target value attributes it to this
            // run, and it can be undone.
            if let Some(row) = run.rows.get_mut(index as usize) {
                row.writes = row.writes.max(1);
            }
            let fault = Fault::Unreachable;
            run.unconfirmed
                .push(Unconfirmed { is_from_before: true, ..Unconfirmed::new(index, fault, Instant(0)) });
        }
        if run.is_stopping {
            run.settle_after_stop();
        }
        run
    }

    /// Sets the owner of the token that the run begins with, as an index into the run's actors.
    pub fn set_actor(&mut self, actor: u8) {
        self.actor = actor;
    }

    /// The plan that this run carries out.
    #[must_use]
    pub fn plan(&self) -> &Rc<Plan> {
        &self.plan
    }

    /// The current status of the run.
    #[must_use]
    pub fn status(&self) -> RunStatus {
        let is_settled = self.counts.ended() == self.counts.all();
        match self.pauses.first() {
            // Even with all rows settled: outcomes that can't be stored would be lost in a crash.
            Some(reason @ PauseReason::NotStored(_)) if !self.is_stopping => RunStatus::Paused(reason),
            _ if is_settled => RunStatus::Finished,
            _ if self.is_stopping && self.in_flight.is_empty() => RunStatus::Stopped,
            _ if self.is_stopping => RunStatus::Stopping,
            Some(reason) => RunStatus::Paused(reason),
            None if self.outdated.is_some() => RunStatus::Outdated,
            None => RunStatus::Running,
        }
    }

    /// The number of rows in each state.
    #[must_use]
    pub fn counts(&self) -> RowCounts {
        self.counts
    }

    /// The number of rows whose answer was lost, and that are read to find out what they are.
    #[must_use]
    pub fn being_checked(&self) -> usize {
        self.unconfirmed.len()
    }

    /// Whether all records are stored.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        self.write_ahead.is_stored()
    }

    /// The state of every row, in the plan's order.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The failure of a row, if it has one.
    #[must_use]
    pub fn failure(&self, index: RowIndex) -> Option<&Failure> {
        self.failures.get(&index)
    }

    /// The failures of all rows, by row index.
    #[must_use]
    pub fn failures(&self) -> &HashMap<RowIndex, Failure> {
        &self.failures
    }

    /// The rows whose state changed since the last call.
    pub fn take_fresh(&mut self) -> Vec<RowIndex> {
        std::mem::take(&mut self.fresh)
    }

    fn set(&mut self, index: RowIndex, state: RowState) {
        let Some(row) = self.rows.get_mut(index as usize) else { return };
        self.counts.moved(row.state, state);
        row.state = state;
        self.fresh.push(index);
    }

    fn settle(
        &mut self,
        index: RowIndex,
        state: RowState,
        answered: &Answered<JobAnswer>,
        fault: Option<&Fault>,
    ) {
        self.set(index, state);
        self.active(answered.at);
        if let Some(fault) = fault {
            self.failures.insert(index, Failure::of(fault));
        }
        let Some(row) = self.rows.get_mut(index as usize) else { return };
        (row.at, row.correlation_id) = (Some(answered.at), answered.correlation_id);
        self.write_ahead.settled(index, *row, fault.map(Failure::of));
    }

    /// Records activity: a row was settled or read at this time.
    fn active(&mut self, at: Timestamp) {
        self.active_at = self.active_at.max(Some(at));
        self.active_since = Some(self.answered_at);
    }

    /// The number of rows that this run settled with a PUT. A user who needed no change can't be the pilot user.
    fn settled_by_run(&self) -> u32 {
        self.counts.ended() - self.unsent
    }

    /// How many users are written, once the run continues, before it pauses as planned. `None` if it doesn't pause so.
    #[must_use]
    pub fn until_step(&self) -> Option<u32> {
        match self.step_at?.checked_sub(self.counts.ended()) {
            Some(0) | None if self.begins_step(self.pauses.first().as_ref()) => self.plan.stops.every,
            Some(0) | None => Some(0),
            left => left,
        }
    }

    /// Whether all rows of the step are settled.
    fn is_step_over(&self) -> bool {
        self.step_at.is_some_and(|at| self.counts.ended() >= at)
    }

    /// Whether the step that is over is the pilot user's.
    fn is_pilot_step(&self) -> bool {
        self.plan.stops.after_pilot && self.settled_by_run() == 1
    }

    /// Pauses at the end of a step: its last row is settled, the pilot user was read, and nothing else pauses the run.
    fn end_step(&mut self) {
        if self.pilot_read_due().is_none() && self.is_step_over() && self.pauses.first().is_none() {
            let why = if self.is_pilot_step() { PauseReason::PilotUser } else { PauseReason::Step };
            self.pauses.wait_for_person(why);
        }
    }
}
