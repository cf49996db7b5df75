//! Verifies what a run changed by reading the values again: by list pages if there are many
//! rows, one by one if there are few.
//!
//! A row that differs is read once more by itself, after the settle window ([`Policy::settle`]), because
//! an answer may be older than the change. The read-back also resolves rows whose answer was lost: their
//! PUT may have arrived, even late.
//!
//! An outdated run refreshes its waiting rows in the same way before it continues ([`ReadBack::for_refresh`]).

use std::collections::HashMap;
use std::rc::Rc;

use pingone::connection::Answered;
use pingone::driver::{Command, Event, Step, Work};
use pingone::fault::{Fault, RetryKind};
use pingone::pacer::Priority;
use pingone::policy::Policy;
use pingone::request::{Kind, Page};
use pingone::retry::{Jitter, pause};
use pingone::time::{ClockReading, Instant, Millis, Timestamp};
use pingone::user::{Mfa, UnreadableUser, User, UserId};
use unreadable::UnreadableUsers;

use crate::directory::listing::{self, Listing};
use crate::run::record::{Record, RowIndex};
use crate::run::row::{Failure, RowState};

use super::steps::sooner;
use super::{JobAnswer, Run};

mod unreadable;

/// A job that a read-back starts.
#[derive(Debug, Clone)]
pub enum Job {
    /// Requests a page of the list of users.
    Page(listing::Job),
    /// Reads the flag of one user by itself.
    Read {
        /// The index of the row that is read.
        index: RowIndex,
        /// The ID of the user whose flag is read.
        user: UserId,
    },
    /// Stores these records in the journal; nothing is sent to PingOne.
    Store(Rc<Vec<Record>>),
}

/// The answer to a [`Job`] of a read-back.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A page, and when it was complete.
    Page(Answered<Page>),
    /// A flag, or the confirmation that records are stored.
    Answered(Answered<JobAnswer>),
}

/// The state of a read-back or a refresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Values are being read or stored.
    Reading,
    /// Paused after this fault. [`Command::Resume`] or a new token continues.
    Paused(Fault),
    /// A person stopped the read-back.
    Stopped,
    /// Every row that can be read was read.
    Complete,
}

/// What the values are read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Verify written rows, after the run.
    Verify,
    /// Refresh waiting rows, before the run continues.
    Refresh,
}

/// A row that is read by itself, not by a page.
#[derive(Debug, Clone, Copy)]
struct Single {
    from: Instant,
    index: RowIndex,
    reads: u32,
    /// The index of the token that the read in flight was sent with.
    sent: Option<u32>,
    /// Whether all attempts were used before, and a person resumed.
    was_exhausted: bool,
}

impl Single {
    const fn new(index: RowIndex, from: Instant) -> Self {
        Self { from, index, reads: 0, sent: None, was_exhausted: false }
    }
}

/// The read-back of a run that writes nothing meanwhile.
pub struct ReadBack<'run> {
    run: &'run mut Run,
    purpose: Purpose,
    policy: Rc<Policy>,
    jitter: Jitter,
    listing: Option<Listing>,
    /// Rows that a page may still contain.
    open: HashMap<UserId, RowIndex>,
    singles: Vec<Single>,
    unreadable: UnreadableUsers,
    in_flight: u32,
    /// All users in the pages so far, for display.
    users: Vec<Result<User, UnreadableUser>>,
    /// Set if records can't be stored; ends with a resume.
    unstored: Option<Fault>,
    /// Set if a new token is needed, which is the only way to end it.
    unauthorized: Option<Fault>,
    /// Set if reading failed otherwise; ends with a resume.
    paused_by: Option<Fault>,
    /// When the read-back paused; nothing was read since.
    paused_at: Option<ClockReading>,
    /// The number of tokens used before the current one.
    token: u32,
    is_stopped: bool,
}

impl<'run> ReadBack<'run> {
    /// Creates the read-back of all rows that a read can still tell something about. Without a
    /// listing every row is read by itself.
    pub fn new(run: &'run mut Run, listing: Option<Listing>) -> Self {
        let due = due(run).collect();
        Self::of(run, Purpose::Verify, due, listing)
    }

    /// Creates the refresh of the waiting rows of a run that is [`Outdated`](super::RunStatus::Outdated). Once it is
    /// complete, the run can continue; a stop stops the run.
    pub fn for_refresh(run: &'run mut Run, listing: Option<Listing>) -> Self {
        let due = run.waiting().collect();
        let mut back = Self::of(run, Purpose::Refresh, due, listing);
        back.finish_if_complete();
        back
    }

    fn of(run: &'run mut Run, purpose: Purpose, due: Vec<RowIndex>, listing: Option<Listing>) -> Self {
        let (policy, jitter) = (Rc::clone(&run.policy), run.jitter.clone());
        let mut back = Self {
            run,
            purpose,
            policy,
            jitter,
            listing,
            open: HashMap::new(),
            singles: Vec::new(),
            unreadable: UnreadableUsers::default(),
            in_flight: 0,
            users: Vec::new(),
            unstored: None,
            unauthorized: None,
            paused_by: None,
            paused_at: None,
            token: 0,
            is_stopped: false,
        };
        if back.listing.is_some() {
            back.open = due.into_iter().filter_map(|index| Some((back.run.user(index)?, index))).collect();
        } else {
            back.singles = due.into_iter().map(|index| Single::new(index, Instant(0))).collect();
        }
        back
    }

    /// The run whose rows this read-back reads.
    pub fn run(&mut self) -> &mut Run {
        self.run
    }

    /// The current state of the read-back.
    #[must_use]
    pub fn state(&self) -> State {
        let is_stored = self.run.write_ahead.is_stored() || self.unstored.is_none();
        if self.left() == 0 && is_stored {
            State::Complete
        } else if self.is_stopped {
            State::Stopped
        } else {
            self.pause_reason().map_or(State::Reading, |fault| State::Paused(fault.clone()))
        }
    }

    /// The fault to show; others may hold behind it.
    fn pause_reason(&self) -> Option<&Fault> {
        self.unstored.as_ref().or(self.unauthorized.as_ref()).or(self.paused_by.as_ref())
    }

    fn pause(&mut self, fault: &Fault) {
        let is_unauthorized = fault.retry() == RetryKind::WithNewToken;
        let why = if is_unauthorized { &mut self.unauthorized } else { &mut self.paused_by };
        *why = Some(fault.clone());
    }

    /// The number of rows that are still to be read.
    #[must_use]
    pub fn left(&self) -> usize {
        self.open.len() + self.singles.len() + self.unreadable.len()
    }

    /// The users in the pages since the last call.
    pub fn take_users(&mut self) -> Vec<Result<User, UnreadableUser>> {
        std::mem::take(&mut self.users)
    }

    fn read_single(&mut self, index: RowIndex, from: Instant) {
        self.singles.push(Single::new(index, from));
    }

    /// Reads the rows that weren't on any page one by one, in the plan's order.
    fn read_open_singly(&mut self, now: Instant) {
        let mut indexes: Vec<RowIndex> = std::mem::take(&mut self.open).into_values().collect();
        indexes.sort_unstable();
        self.singles.extend(indexes.into_iter().map(|index| Single::new(index, now)));
    }

    fn page(&mut self, job: listing::Job, answer: Result<Answered<Page>, Fault>, now: Instant) {
        let (at, page) = match answer {
            Ok(answered) => (answered.at, answered.result),
            Err(fault) => (self.run.last, Err(fault)),
        };
        if page.is_ok() {
            self.read_after_pause(at, now);
        }
        let Some(listing) = &mut self.listing else { return };
        listing.apply(Event::Answered(job, page), now);
        let (fresh, state) = (listing.take_fresh(), listing.state());
        for user in fresh.iter().flatten() {
            self.user_listed(user, at, now);
        }
        self.users.extend(fresh);
        match state {
            // A single user's record may make a whole page fail: the remaining rows are read one by one.
            listing::State::Paused(fault) if fault.is_of_one_user() => {
                self.listing = None;
                self.read_open_singly(now);
            }
            listing::State::Paused(fault) => self.pause(&fault),
            listing::State::Complete => {
                // A user who isn't in the list may have been deleted, or moved between pages.
                self.read_open_singly(now);
            }
            listing::State::Reading | listing::State::Stopped => {}
        }
    }

    fn user_listed(&mut self, user: &User, at: Timestamp, now: Instant) {
        let flag = match user.mfa {
            Mfa::On => true,
            Mfa::Off => false,
            Mfa::Unknown => return,
        };
        let Some(index) = self.open.remove(&user.id) else { return };
        match self.settle_left(index, flag, at) {
            Some(left) => self.read_single(index, now + left),
            None => self.record_value(index, flag, at),
        }
    }

    /// The rest of the settle window before a row that differs is read by itself; `None` if it doesn't differ.
    fn settle_left(&self, index: RowIndex, flag: bool, at: Timestamp) -> Option<Millis> {
        if self.purpose == Purpose::Refresh {
            return None;
        }
        let row = self.run.rows.get(index as usize)?;
        (flag != self.run.plan.to).then(|| {
            let passed = row.at.map_or(0, |settled| at.since(settled).max(0));
            Millis(self.policy.settle.0.saturating_sub(passed.unsigned_abs()))
        })
    }

    /// Records the final value of a row.
    fn record_value(&mut self, index: RowIndex, flag: bool, at: Timestamp) {
        if self.purpose == Purpose::Refresh {
            return self.run.refreshed(index, flag, at);
        }
        let is_so = flag == self.run.plan.to;
        let Some(row) = self.run.rows.get(index as usize).copied() else { return };
        let state = match (row.state, is_so) {
            (_, true) => RowState::Changed,
            (RowState::Changed, false) => RowState::ChangedBySomeoneElse,
            (RowState::Unconfirmed, false) => RowState::Failed,
            (state, false) => state,
        };
        if state != row.state {
            self.run.set(index, state);
        }
        self.record_read(index, at, None);
    }

    fn record_read(&mut self, index: RowIndex, at: Timestamp, fault: Option<&Fault>) {
        self.run.last = self.run.last.max(at);
        if let Some(fault) = fault {
            self.run.failures.insert(index, Failure::of(fault));
        } else if self.run.rows.get(index as usize).is_some_and(|row| row.state == RowState::Changed) {
            self.run.failures.remove(&index);
        }
        let failure = self.run.failures.get(&index).cloned();
        let Some(row) = self.run.rows.get_mut(index as usize) else { return };
        row.read_back_at = Some(at);
        let row = *row;
        self.run.fresh.push(index);
        self.run.write_ahead.settled(index, row, failure);
    }

    fn single(&mut self, index: RowIndex, answered: &Answered<JobAnswer>, now: Instant) {
        if answered.result.is_ok() {
            self.read_after_pause(answered.at, now);
        }
        let is_match = |single: &Single| single.index == index && single.sent.is_some();
        let Some(at) = self.singles.iter().position(is_match) else {
            return self.probed(index, answered, now);
        };
        let sent = self.singles.swap_remove(at);
        let single = Single { sent: None, ..sent };
        if answered.result.is_ok() {
            self.run.breaker.reset();
        }
        match &answered.result {
            Ok(JobAnswer::Flag(flag)) => match self.settle_left(index, *flag, answered.at) {
                Some(left) if left > Millis(0) => {
                    self.singles.push(Single { from: now + left, reads: 0, ..single });
                }
                _ => self.record_value(index, *flag, answered.at),
            },
            Ok(JobAnswer::Reached | JobAnswer::Stored | JobAnswer::Devices(_)) => self.singles.push(single),
            Err(fault @ Fault::UserUnknown(_)) if self.purpose == Purpose::Refresh => {
                self.run.settle_unsent(index, RowState::Gone, answered.at, Some(fault));
            }
            Err(fault @ Fault::UserUnknown(_)) => {
                self.run.set(index, RowState::Gone);
                self.record_read(index, answered.at, Some(fault));
            }
            Err(fault) if fault.retry() == RetryKind::WithNewToken => {
                // A late 401, for a token that was replaced since, says nothing new.
                if sent.sent == Some(self.token) {
                    self.pause(fault);
                }
                self.singles.push(single);
            }
            Err(fault) => {
                let reads = single.reads + 1;
                if let Some(pause) = pause(&self.policy, reads, fault, &mut self.jitter) {
                    self.singles.push(Single { from: now + pause, reads, ..single });
                } else {
                    self.read_attempts_exhausted(single, fault, answered.at, now);
                }
            }
        }
    }

    fn command(&mut self, command: Command, now: Instant) {
        // During a refresh, commands go to the run too. A resume does only if the read-back itself isn't paused.
        if self.purpose == Purpose::Refresh && (command != Command::Resume || self.pause_reason().is_none()) {
            self.run.command_during_refresh(command, now);
        }
        match command {
            Command::Stop => {
                self.is_stopped = true;
                self.unstored = None;
            }
            Command::Resume if self.unstored.is_some() => self.unstored = None,
            // Only a new token helps.
            Command::Resume if self.unauthorized.is_some() => {}
            Command::Resume => self.resume_reading(command, now),
            Command::Token { .. } => {
                self.token += 1;
                self.unauthorized = None;
                self.resume_reading(command, now);
            }
            Command::Pause | Command::HandOver | Command::Woke | Command::ResumeWithoutSteps => {}
        }
    }

    /// Ends the refresh once all rows were read.
    fn finish_if_complete(&mut self) {
        if self.purpose == Purpose::Refresh && self.left() == 0 {
            self.run.finish_refresh();
        }
    }

    /// After a long pause, values that were read before it are outdated too.
    fn read_after_pause(&mut self, at: Timestamp, now: Instant) {
        if self.purpose == Purpose::Verify || self.pause_reason().is_some() {
            return;
        }
        let Some(paused_at) = self.paused_at.take() else { return };
        if (ClockReading { now, wall: at }).since(paused_at) <= self.policy.old {
            return;
        }
        self.requeue_unreadable(now);
        let unread = self.unread();
        let again = self.run.waiting().filter(|index| !unread.contains(index));
        self.singles.extend(again.map(|index| Single::new(index, now)));
    }

    fn resume_reading(&mut self, command: Command, now: Instant) {
        self.paused_by = None;
        if let Some(listing) = &mut self.listing {
            listing.apply(Event::Command(command), now);
        }
    }

    fn next_single(&self, now: Instant) -> Option<Step<Job>> {
        let next =
            self.singles.iter().filter(|single| single.sent.is_none()).min_by_key(|single| single.from)?;
        if next.from > now {
            return Some(Step::WaitUntil(next.from));
        }
        self.run.user(next.index).map(|user| Step::Start(Job::Read { index: next.index, user }))
    }

    fn next_page(&self, now: Instant) -> Option<Step<Job>> {
        match self.listing.as_ref()?.next(now) {
            Step::Start(job) => Some(Step::Start(Job::Page(job))),
            Step::WaitUntil(at) => Some(Step::WaitUntil(at)),
            Step::Idle | Step::Done => None,
        }
    }
}

/// The rows about which a read can still tell something.
fn due(run: &Run) -> impl Iterator<Item = RowIndex> {
    let is_due = |row: &super::Row| match row.state {
        RowState::Changed => row.read_back_at.is_none(),
        RowState::Unconfirmed => true,
        // A failed row's PUT was sent and may have arrived after the row was read.
        RowState::Failed => row.writes > 0 && row.read_back_at.is_none(),
        // The same holds for PUTs that were sent before a refused one.
        RowState::Refused => row.writes > 1 && row.read_back_at.is_none(),
        _ => false,
    };
    (0..).zip(&run.rows).filter(move |(_, row)| is_due(row)).map(|(index, _)| index)
}

impl Run {
    /// The number of rows that a read-back would read.
    #[must_use]
    pub fn rows_to_verify(&self) -> usize {
        due(self).count()
    }
}

impl Work for ReadBack<'_> {
    type Job = Job;
    type Answer = Answer;
    const PRIORITY: Priority = Priority::Bulk;

    fn kind(job: &Job) -> Option<Kind> {
        match job {
            Job::Page(_) | Job::Read { .. } => Some(Kind::Read),
            Job::Store(_) => None,
        }
    }

    /// One more than the reads, because storing runs beside them.
    fn width(&self) -> u32 {
        self.policy.reads_in_flight + 1
    }

    fn next(&self, now: Instant) -> Step<Job> {
        let is_unstorable = self.unstored.is_some();
        if !is_unstorable && let Some(records) = self.run.write_ahead.due() {
            return Step::Start(Job::Store(records));
        }
        if self.is_stopped || self.left() == 0 {
            let is_stored = self.run.write_ahead.is_stored() || (self.is_stopped && is_unstorable);
            let is_over = self.in_flight == 0 && is_stored;
            return if is_over { Step::Done } else { Step::Idle };
        }
        if self.pause_reason().is_some() || self.in_flight >= self.policy.reads_in_flight {
            return Step::Idle;
        }
        sooner(self.next_probe(now), Some(sooner(self.next_page(now), self.next_single(now))))
    }

    fn apply(&mut self, event: Event<Job, Answer>, now: Instant) {
        match event {
            Event::Started(job) => self.started(job, now),
            Event::Answered(Job::Store(records), answer) => self.stored(&records, answer),
            Event::Answered(Job::Page(job), answer) => {
                self.in_flight = self.in_flight.saturating_sub(1);
                let page = answer.and_then(|answer| match answer {
                    Answer::Page(page) => Ok(page),
                    Answer::Answered(_) => Err(Fault::Internal("a page was answered by a value")),
                });
                self.page(job, page, now);
            }
            Event::Answered(Job::Read { index, .. }, answer) => {
                self.in_flight = self.in_flight.saturating_sub(1);
                let result = answer.and_then(|answer| match answer {
                    Answer::Answered(answered) => Ok(answered),
                    Answer::Page(_) => Err(Fault::Internal("a value was answered by a page")),
                });
                let as_failure =
                    |fault| Answered { at: self.run.last, correlation_id: None, result: Err(fault) };
                let answered = result.unwrap_or_else(as_failure);
                self.single(index, &answered, now);
            }
            Event::Command(command) => self.command(command, now),
        }
        if self.pause_reason().is_some() {
            self.paused_at.get_or_insert(ClockReading { now, wall: self.run.last });
        }
        self.choose_probe(now);
        self.finish_if_complete();
        // Also settles rows that got an intent meanwhile.
        if self.purpose == Purpose::Refresh && self.run.is_stopping {
            self.run.settle_after_stop();
        }
    }
}

impl ReadBack<'_> {
    fn started(&mut self, job: Job, now: Instant) {
        match job {
            Job::Store(_) => self.run.write_ahead.storing_started(),
            Job::Page(job) => {
                self.in_flight += 1;
                if let Some(listing) = &mut self.listing {
                    listing.apply(Event::Started(job), now);
                }
            }
            Job::Read { index, .. } => {
                self.in_flight += 1;
                if let Some(single) = self.singles.iter_mut().find(|single| single.index == index) {
                    single.sent = Some(self.token);
                } else {
                    self.unreadable.started(index, self.token);
                }
            }
        }
    }

    fn stored(&mut self, records: &[Record], answer: Result<Answer, Fault>) {
        let (Ok(Answer::Answered(Answered { result: Err(fault), .. })) | Err(fault)) = answer else {
            return self.run.intents_stored();
        };
        self.run.write_ahead.failed(records);
        self.unstored = Some(fault);
    }
}
