//! What a run starts next: the PUTs, the reads of unconfirmed rows, and what a pause permits; and what is noted when a
//! job starts.

use pingone::connection::Answered;
use pingone::driver::{Event, Step, Work};
use pingone::pacer::Priority;
use pingone::request::Kind;
use pingone::time::Instant;
use pingone::user::UserId;

use crate::run::record::RowIndex;
use crate::run::row::RowState;

use super::ready::Due;
use super::{ClockCheck, Job, JobAnswer, PauseReason, Run, Unconfirmed};

impl Run {
    pub(super) fn user(&self, index: RowIndex) -> Option<UserId> {
        self.plan.rows.get(index as usize).map(|row| row.user)
    }

    pub(super) fn write(&self, index: RowIndex) -> Option<Job> {
        self.user(index).map(|user| Job::Write { index, user, to: self.plan.to })
    }

    /// The next read of an unconfirmed row, or when it is due.
    pub(super) fn next_read(&self, now: Instant) -> Option<Step<Job>> {
        let next = self.unconfirmed.iter().filter(|row| !row.is_sent).min_by_key(|row| row.from)?;
        if next.from > now {
            return Some(Step::WaitUntil(next.from));
        }
        self.read_of(next).map(Step::Start)
    }

    pub(super) fn next_write(&self, now: Instant) -> Option<Step<Job>> {
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

    /// A read of a row that is neither unconfirmed nor unread: those users may be the ones that can't be read.
    pub(super) fn probe(&self) -> Job {
        let is_unread = |index: RowIndex| {
            self.unconfirmed.iter().any(|row| row.index == index) || self.ready.is_unread(index)
        };
        let mut indexes = 0..u32::try_from(self.plan.rows.len()).unwrap_or(u32::MAX);
        let index = indexes.find(|index| !is_unread(*index));
        Job::Probe { user: index.and_then(|index| self.user(index)) }
    }

    pub(super) fn read_of(&self, row: &Unconfirmed) -> Option<Job> {
        self.user(row.index).map(|user| Job::Read { index: row.index, user })
    }

    pub(super) fn is_token_ending(&self, now: Instant) -> bool {
        self.token_until.is_some_and(|until| now + self.policy.token_margin >= until)
    }

    pub(super) fn while_paused(&self, reason: &PauseReason, now: Instant) -> Step<Job> {
        match (reason, &self.pauses.failing) {
            (PauseReason::Token | PauseReason::NotStored(_), _) => Step::Idle,
            (PauseReason::Failing { until, .. }, _) => self.while_failing(*until, now),
            // Rows sent before the pause are still settled.
            (
                PauseReason::ByPerson
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

    pub(super) fn while_outdated(&self, now: Instant) -> Step<Job> {
        let is_settled = self.in_flight.is_empty() && self.write_ahead.is_stored();
        self.next_read(now).unwrap_or(if is_settled { Step::Done } else { Step::Idle })
    }

    pub(super) fn while_failing(&self, until: Instant, now: Instant) -> Step<Job> {
        if !self.in_flight.is_empty() {
            Step::Idle
        } else if now < until {
            Step::WaitUntil(until)
        } else {
            Step::Start(self.probe())
        }
    }

    fn started(&mut self, job: Job) {
        match job {
            Job::Write { index, .. } => {
                self.in_flight.push((Some(index), self.token));
                self.ready.written(index);
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
                self.ready.check_sent(index);
            }
            Job::Probe { .. } => self.in_flight.push((None, self.token)),
            Job::PilotRead { .. } => {
                self.in_flight.push((None, self.token));
                self.pilot_read_started();
            }
            Job::Store(_) => self.write_ahead.storing_started(),
            Job::Pause(PauseReason::Token) => self.pauses.needs_token = true,
            Job::Pause(reason) => self.pauses.wait_for_person(reason),
            Job::Clock => self.clock = ClockCheck::Sent,
        }
    }
}

/// The step that starts a job, or else the earlier wait.
pub(super) fn sooner<J>(one: Option<Step<J>>, other: Option<Step<J>>) -> Step<J> {
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

    /// All requests of a run count against the ceiling for writes, its reads too.
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

    /// More than the writes in flight, because storing and clock checks run beside them.
    fn width(&self) -> u32 {
        self.policy.writes_in_flight + 2
    }

    fn next(&self, now: Instant) -> Step<Job> {
        let is_unstorable = self.pauses.unstored.is_some();
        if !is_unstorable && let Some(records) = self.write_ahead.due() {
            return Step::Start(Job::Store(records));
        }
        if self.is_stopping || self.counts.ended() == self.counts.all() {
            // A stop doesn't wait for a journal that can't store.
            let is_stored = self.write_ahead.is_stored() || (self.is_stopping && is_unstorable);
            return if self.in_flight.is_empty() && is_stored { Step::Done } else { Step::Idle };
        }
        if self.in_flight.len() >= self.policy.writes_in_flight as usize {
            return Step::Idle;
        }
        if let Some(reason) = self.pauses.first() {
            return self.while_paused(&reason, now);
        }
        if self.is_token_ending(now) {
            return Step::Start(Job::Pause(PauseReason::Token));
        }
        match self.clock {
            ClockCheck::Due => return Step::Start(Job::Clock),
            ClockCheck::Sent => return Step::Idle,
            ClockCheck::Done if self.outdated.is_some() => return self.while_outdated(now),
            ClockCheck::Done => {}
        }
        let read = self.next_pilot_read(now);
        let step = read.unwrap_or_else(|| sooner(self.next_read(now), self.next_write(now)));
        // After a time without an answer, others may have changed the users to be written.
        let is_write = matches!(step, Step::Start(Job::Write { .. } | Job::SpotCheck { .. }));
        if is_write && self.answered_at.until(now) > self.policy.unsure {
            return Step::Start(Job::Clock);
        }
        // The expiry of the token must be noticed even if nothing is due before it.
        match (step, self.token_until) {
            (Step::WaitUntil(at), Some(until)) => Step::WaitUntil(at.min(until - self.policy.token_margin)),
            (step, _) => step,
        }
    }

    fn apply(&mut self, event: Event<Job, Answered<JobAnswer>>, now: Instant) {
        match event {
            Event::Started(job) => self.started(job),
            Event::Answered(job, answer) => {
                let answered = answer.unwrap_or_else(|fault| Answered {
                    at: self.last,
                    correlation_id: None,
                    result: Err(fault),
                });
                self.answered(&job, &answered, now);
            }
            Event::Command(command) => self.command(command, now),
        }
        if self.is_stopping {
            self.settle_after_stop();
        } else if self.pauses.is_handed_over() {
            self.hand_over();
        } else {
            self.end_step();
            self.write_ahead.intend(&self.policy, self.step_at);
        }
        if self.pauses.first().is_some() {
            self.clock = ClockCheck::Due;
        }
    }
}
