//! Reads back what a run changed: by list pages where many are to be read, one by one where few are. A row that differs
//! is read once more by itself, after the settle window, because an answer may be older than what it speaks of.
//!
//! It also tells what became of rows whose answer was lost: that PUT may have arrived, and late.
//!
//! A run that waited for long has those who wait read in the same way before it goes on.

use std::collections::HashMap;
use std::rc::Rc;

use crate::api::request::{Kind, Page};
use crate::domain::fault::{Fault, RetryKind};
use crate::domain::row::{Failure, RowState};
use crate::domain::time::{ClockReading, Millis, Timestamp};
use crate::domain::user::{Mfa, UnreadableUser, User, UserId};
use crate::engine::connection::Answered;
use crate::engine::driver::{Command, Event, Step, Work};
use crate::engine::listing::{self, Listing};
use crate::engine::pacer::Priority;
use crate::engine::policy::Policy;
use crate::engine::retry::{Jitter, pause};

use super::{JobAnswer, Record, RowIndex, Run, sooner};
use unreadable::UnreadableUsers;

mod unreadable;

/// What can be started for a read-back.
#[derive(Debug, Clone)]
pub enum Job {
    /// A page of the list.
    Page(listing::Job),
    /// One user's flag.
    Read {
        /// The row.
        index: RowIndex,
        /// Whose flag.
        user: UserId,
    },
    /// Stores records; nothing is sent.
    Store(Rc<Vec<Record>>),
}

/// What a job brought.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A page, and when it was complete.
    Page(Answered<Page>),
    /// A flag, or that records are stored.
    Answered(Answered<JobAnswer>),
}

/// Where a read-back stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Values are being read.
    Reading,
    /// They can't be for now. [`Command::Resume`] or another token goes on.
    Halted(Fault),
    /// A person ended it.
    Stopped,
    /// Everything was read that can be.
    Complete,
}

/// What is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whom {
    /// Whoever was written, after the run.
    Written,
    /// Whoever waits, before the run goes on.
    Waiting,
}

/// A row that is read by itself.
#[derive(Debug, Clone, Copy)]
struct Single {
    from: Millis,
    index: RowIndex,
    reads: u32,
    /// With the how manieth token it was sent.
    sent: Option<u32>,
    /// Whether all attempts were made before, and a person went on.
    is_asked: bool,
}

impl Single {
    const fn new(index: RowIndex, from: Millis) -> Self {
        Self { from, index, reads: 0, sent: None, is_asked: false }
    }
}

/// The read-back of a run that sends nothing more, or nothing for now.
pub struct ReadBack<'run> {
    run: &'run mut Run,
    whom: Whom,
    policy: Rc<Policy>,
    jitter: Jitter,
    listing: Option<Listing>,
    /// Rows that a page may still bring.
    open: HashMap<UserId, RowIndex>,
    singles: Vec<Single>,
    suspects: UnreadableUsers,
    in_flight: u32,
    /// Everyone whom the pages brought, to be shown.
    users: Vec<Result<User, UnreadableUser>>,
    /// Why nothing is stored; it ends when a person goes on.
    unstored: Option<Fault>,
    /// Why another token is needed, which alone ends it.
    unauthorized: Option<Fault>,
    /// Why nothing else is read; it ends when a person goes on.
    halted: Option<Fault>,
    /// When it began to wait; nothing was read since.
    halted_at: Option<ClockReading>,
    /// How many other tokens there were before this one.
    token: u32,
    is_stopped: bool,
}

impl<'run> ReadBack<'run> {
    /// A read-back that has sent nothing. Without a listing every row is read by itself.
    pub fn new(run: &'run mut Run, listing: Option<Listing>) -> Self {
        let due = due(run).collect();
        Self::of(run, Whom::Written, due, listing)
    }

    /// The reading of those who wait in a run that is [`Outdated`](super::RunStatus::Outdated). Once it is complete the
    /// run can go on; a stop stops the run.
    pub fn of_waiting(run: &'run mut Run, listing: Option<Listing>) -> Self {
        let due = run.waiting().collect();
        let mut back = Self::of(run, Whom::Waiting, due, listing);
        back.end();
        back
    }

    fn of(run: &'run mut Run, whom: Whom, due: Vec<RowIndex>, listing: Option<Listing>) -> Self {
        let (policy, jitter) = (Rc::clone(&run.policy), run.jitter.clone());
        let mut back = Self {
            run,
            whom,
            policy,
            jitter,
            listing,
            open: HashMap::new(),
            singles: Vec::new(),
            suspects: UnreadableUsers::default(),
            in_flight: 0,
            users: Vec::new(),
            unstored: None,
            unauthorized: None,
            halted: None,
            halted_at: None,
            token: 0,
            is_stopped: false,
        };
        if back.listing.is_some() {
            back.open = due.into_iter().filter_map(|index| Some((back.run.user(index)?, index))).collect();
        } else {
            back.singles = due.into_iter().map(|index| Single::new(index, Millis(0))).collect();
        }
        back
    }

    /// The run whose rows it reads.
    pub fn run(&mut self) -> &mut Run {
        self.run
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        let is_stored = self.run.write_ahead.is_stored() || self.unstored.is_none();
        if self.left() == 0 && is_stored {
            State::Complete
        } else if self.is_stopped {
            State::Stopped
        } else {
            self.told().map_or(State::Reading, |fault| State::Halted(fault.clone()))
        }
    }

    /// The reason to wait that is told. The others wait behind it.
    fn told(&self) -> Option<&Fault> {
        self.unstored.as_ref().or(self.unauthorized.as_ref()).or(self.halted.as_ref())
    }

    fn halt(&mut self, fault: &Fault) {
        let is_unauthorized = fault.retry() == RetryKind::WithNewToken;
        let why = if is_unauthorized { &mut self.unauthorized } else { &mut self.halted };
        *why = Some(fault.clone());
    }

    /// How many rows are still to be read.
    #[must_use]
    pub fn left(&self) -> usize {
        self.open.len() + self.singles.len() + self.suspects.len()
    }

    /// Whom the pages brought since this was last called.
    pub fn take_users(&mut self) -> Vec<Result<User, UnreadableUser>> {
        std::mem::take(&mut self.users)
    }

    fn read_alone(&mut self, index: RowIndex, from: Millis) {
        self.singles.push(Single::new(index, from));
    }

    /// Reads the rows that weren't on any page one by one, in the plan's order.
    fn read_open_alone(&mut self, now: Millis) {
        let mut indexes: Vec<RowIndex> = std::mem::take(&mut self.open).into_values().collect();
        indexes.sort_unstable();
        self.singles.extend(indexes.into_iter().map(|index| Single::new(index, now)));
    }

    fn page(&mut self, job: listing::Job, answer: Result<Answered<Page>, Fault>, now: Millis) {
        let (at, page) = match answer {
            Ok(noted) => (noted.at, noted.result),
            Err(fault) => (self.run.last, Err(fault)),
        };
        if page.is_ok() {
            self.read_after_halt(at, now);
        }
        let Some(listing) = &mut self.listing else { return };
        listing.apply(Event::Answered(job, page), now);
        let (fresh, state) = (listing.take_fresh(), listing.state());
        for user in fresh.iter().flatten() {
            self.seen(user, at, now);
        }
        self.users.extend(fresh);
        match state {
            // One user's own fault may spoil a whole page: those who are left are read one by one.
            listing::State::Halted(fault) if fault.is_of_one_user() => {
                self.listing = None;
                self.read_open_alone(now);
            }
            listing::State::Halted(fault) => self.halt(&fault),
            listing::State::Complete => {
                // Whoever isn't in the list may have been deleted, or moved from page to page.
                self.read_open_alone(now);
            }
            listing::State::Reading | listing::State::Stopped => {}
        }
    }

    fn seen(&mut self, user: &User, at: Timestamp, now: Millis) {
        let flag = match user.mfa {
            Mfa::On => true,
            Mfa::Off => false,
            Mfa::Unknown => return,
        };
        let Some(index) = self.open.remove(&user.id) else { return };
        match self.settle_left(index, flag, at) {
            Some(left) => self.read_alone(index, now + left),
            None => self.tell(index, flag, at),
        }
    }

    /// How long a row that differs is left alone before it is read by itself; `None` if it doesn't differ.
    fn settle_left(&self, index: RowIndex, flag: bool, at: Timestamp) -> Option<Millis> {
        if self.whom == Whom::Waiting {
            return None;
        }
        let row = self.run.rows.get(index as usize)?;
        (flag != self.run.plan.to).then(|| {
            let passed = row.at.map_or(0, |settled| at.since(settled).max(0));
            Millis(self.policy.settle.0.saturating_sub(passed.unsigned_abs()))
        })
    }

    /// What a read says of a row, once and for all.
    fn tell(&mut self, index: RowIndex, flag: bool, at: Timestamp) {
        if self.whom == Whom::Waiting {
            return self.run.has_by_now(index, flag, at);
        }
        let is_so = flag == self.run.plan.to;
        let Some(row) = self.run.rows.get(index as usize).copied() else { return };
        let state = match (row.state, is_so) {
            (_, true) => RowState::Changed,
            (RowState::Changed, false) => RowState::ChangedBySomeoneElse,
            (RowState::AnswerLost, false) => RowState::Failed,
            (state, false) => state,
        };
        if state != row.state {
            self.run.set(index, state);
        }
        self.keep(index, at, None);
    }

    fn keep(&mut self, index: RowIndex, at: Timestamp, fault: Option<&Fault>) {
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

    fn single(&mut self, index: RowIndex, noted: &Answered<JobAnswer>, now: Millis) {
        if noted.result.is_ok() {
            self.read_after_halt(noted.at, now);
        }
        let is_it = |single: &Single| single.index == index && single.sent.is_some();
        let Some(at) = self.singles.iter().position(is_it) else {
            return self.probed(index, noted, now);
        };
        let sent = self.singles.swap_remove(at);
        let single = Single { sent: None, ..sent };
        if noted.result.is_ok() {
            self.run.breaker.good();
        }
        match &noted.result {
            Ok(JobAnswer::Flag(flag)) => match self.settle_left(index, *flag, noted.at) {
                Some(left) if left > Millis(0) => {
                    self.singles.push(Single { from: now + left, reads: 0, ..single });
                }
                _ => self.tell(index, *flag, noted.at),
            },
            Ok(JobAnswer::Reached | JobAnswer::Stored | JobAnswer::Devices(_)) => self.singles.push(single),
            Err(fault @ Fault::UserUnknown(_)) if self.whom == Whom::Waiting => {
                self.run.end_unsent(index, RowState::Gone, noted.at, Some(fault));
            }
            Err(fault @ Fault::UserUnknown(_)) => {
                self.run.set(index, RowState::Gone);
                self.keep(index, noted.at, Some(fault));
            }
            Err(fault) if fault.retry() == RetryKind::WithNewToken => {
                // One that comes late, with a token that was replaced since, says nothing new.
                if sent.sent == Some(self.token) {
                    self.halt(fault);
                }
                self.singles.push(single);
            }
            Err(fault) => {
                let reads = single.reads + 1;
                if let Some(pause) = pause(&self.policy, reads, fault, &mut self.jitter) {
                    self.singles.push(Single { from: now + pause, reads, ..single });
                } else {
                    self.unreadable(single, fault, noted.at, now);
                }
            }
        }
    }

    fn command(&mut self, command: Command, now: Millis) {
        // What is said meanwhile is said to the run. Going on is so only if nothing keeps the reading from it.
        if self.whom == Whom::Waiting && (command != Command::Resume || self.told().is_none()) {
            self.run.told_meanwhile(command, now);
        }
        match command {
            Command::Stop => {
                self.is_stopped = true;
                self.unstored = None;
            }
            Command::Resume if self.unstored.is_some() => self.unstored = None,
            // Only another token helps.
            Command::Resume if self.unauthorized.is_some() => {}
            Command::Resume => self.go_on(command, now),
            Command::Token { .. } => {
                self.token += 1;
                self.unauthorized = None;
                self.go_on(command, now);
            }
            Command::Pause | Command::HandOver | Command::Woke => {}
        }
    }

    /// Everyone was read: a run that waited for it can go on.
    fn end(&mut self) {
        if self.whom == Whom::Waiting && self.left() == 0 {
            self.run.reread();
        }
    }

    /// What was read before a long halt is as old as what it replaced.
    fn read_after_halt(&mut self, at: Timestamp, now: Millis) {
        if self.whom == Whom::Written || self.told().is_some() {
            return;
        }
        let Some(halted_at) = self.halted_at.take() else { return };
        if (ClockReading { now, wall: at }).since(halted_at) <= self.policy.old {
            return;
        }
        self.acquit(now);
        let unread = self.unread();
        let again = self.run.waiting().filter(|index| !unread.contains(index));
        self.singles.extend(again.map(|index| Single::new(index, now)));
    }

    fn go_on(&mut self, command: Command, now: Millis) {
        self.halted = None;
        if let Some(listing) = &mut self.listing {
            listing.apply(Event::Command(command), now);
        }
    }

    fn next_single(&self, now: Millis) -> Option<Step<Job>> {
        let next =
            self.singles.iter().filter(|single| single.sent.is_none()).min_by_key(|single| single.from)?;
        if next.from > now {
            return Some(Step::WaitUntil(next.from));
        }
        self.run.user(next.index).map(|user| Step::Start(Job::Read { index: next.index, user }))
    }

    fn next_page(&self, now: Millis) -> Option<Step<Job>> {
        match self.listing.as_ref()?.next(now) {
            Step::Start(job) => Some(Step::Start(Job::Page(job))),
            Step::WaitUntil(at) => Some(Step::WaitUntil(at)),
            Step::Idle | Step::Done => None,
        }
    }
}

/// The rows of which a read can still tell something.
fn due(run: &Run) -> impl Iterator<Item = RowIndex> {
    let is_due = |row: &super::Row| match row.state {
        RowState::Changed => row.read_back_at.is_none(),
        RowState::AnswerLost => true,
        // What failed was sent, and may have arrived after it was read.
        RowState::Failed => row.writes > 0 && row.read_back_at.is_none(),
        // So may what was sent before the PUT that was refused.
        RowState::Refused => row.writes > 1 && row.read_back_at.is_none(),
        _ => false,
    };
    (0..).zip(&run.rows).filter(move |(_, row)| is_due(row)).map(|(index, _)| index)
}

impl Run {
    /// How many rows a read-back would read.
    #[must_use]
    pub fn to_read_back(&self) -> usize {
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

    /// One more, for what is stored.
    fn width(&self) -> u32 {
        self.policy.reads_in_flight + 1
    }

    fn next(&self, now: Millis) -> Step<Job> {
        let is_unstorable = self.unstored.is_some();
        if !is_unstorable && let Some(records) = self.run.write_ahead.due() {
            return Step::Start(Job::Store(records));
        }
        if self.is_stopped || self.left() == 0 {
            let is_stored = self.run.write_ahead.is_stored() || (self.is_stopped && is_unstorable);
            let is_over = self.in_flight == 0 && is_stored;
            return if is_over { Step::Done } else { Step::Idle };
        }
        if self.told().is_some() || self.in_flight >= self.policy.reads_in_flight {
            return Step::Idle;
        }
        sooner(self.next_probe(now), Some(sooner(self.next_page(now), self.next_single(now))))
    }

    fn apply(&mut self, event: Event<Job, Answer>, now: Millis) {
        match event {
            Event::Started(job) => self.started(job, now),
            Event::Answered(Job::Store(records), answer) => self.stored(&records, answer),
            Event::Answered(Job::Page(job), answer) => {
                self.in_flight = self.in_flight.saturating_sub(1);
                let page = answer.and_then(|answer| match answer {
                    Answer::Page(page) => Ok(page),
                    Answer::Answered(_) => Err(Fault::TokenForgotten),
                });
                self.page(job, page, now);
            }
            Event::Answered(Job::Read { index, .. }, answer) => {
                self.in_flight = self.in_flight.saturating_sub(1);
                let said = answer.and_then(|answer| match answer {
                    Answer::Answered(noted) => Ok(noted),
                    Answer::Page(_) => Err(Fault::TokenForgotten),
                });
                let unsaid = |fault| Answered { at: self.run.last, correlation_id: None, result: Err(fault) };
                let noted = said.unwrap_or_else(unsaid);
                self.single(index, &noted, now);
            }
            Event::Command(command) => self.command(command, now),
        }
        if self.told().is_some() {
            self.halted_at.get_or_insert(ClockReading { now, wall: self.run.last });
        }
        self.look_for_probe(now);
        self.end();
        // Also whoever was intended meanwhile.
        if self.whom == Whom::Waiting && self.run.is_stopping {
            self.run.wind_up();
        }
    }
}

impl ReadBack<'_> {
    fn started(&mut self, job: Job, now: Millis) {
        match job {
            Job::Store(_) => self.run.write_ahead.leaves(),
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
                    self.suspects.started(index, self.token);
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
