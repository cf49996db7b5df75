//! What the answers to jobs mean for the rows and for the whole run.

use pingone::connection::Answered;
use pingone::fault::{Fault, RetryKind};
use pingone::retry::pause_of_row;
use pingone::time::{ClockReading, Instant};

use crate::run::change::{Meaning, contradiction};
use crate::run::record::RowIndex;
use crate::run::row::RowState;

use super::{ClockCheck, Job, JobAnswer, Outdated, PauseReason, Run, Unconfirmed};

impl Run {
    pub(super) fn answered(&mut self, job: &Job, answered: &Answered<JobAnswer>, now: Instant) {
        (self.last, self.answered_at) = (self.last.max(answered.at), now);
        let wall = *self.active_at.get_or_insert(answered.at);
        let active = ClockReading { now: *self.active_since.get_or_insert(now), wall };
        let waited = ClockReading { now, wall: answered.at }.since(active);
        if waited > self.policy.old && self.outdated.is_none() {
            self.mark_outdated(Outdated::LongWait, now);
        }
        match job {
            Job::Write { index, .. } => {
                let token = self.take_in_flight(Some(*index));
                self.written(*index, token, answered, now);
            }
            Job::Read { index, .. } => {
                let token = self.take_in_flight(Some(*index));
                self.read(*index, token, answered, now);
            }
            Job::SpotCheck { index, .. } => {
                let token = self.take_in_flight(Some(*index));
                self.spot_checked(*index, token, answered, now);
            }
            Job::Probe { .. } => {
                let token = self.take_in_flight(None);
                self.probed(token, answered, now);
            }
            Job::PilotRead { read, .. } => {
                let token = self.take_in_flight(None);
                self.pilot_read_done(*read, token, answered, now);
            }
            Job::Store(records) => match &answered.result {
                Ok(_) => self.intents_stored(),
                Err(fault) => {
                    self.write_ahead.failed(records);
                    self.pauses.unstored = Some(fault.clone());
                }
            },
            Job::Clock if self.clock == ClockCheck::Sent => {
                self.clock = ClockCheck::Done;
                self.ready.after_wait();
            }
            Job::Pause(_) | Job::Clock => {}
        }
    }

    /// Removes a request from those in flight and returns the index of the token it was sent with.
    fn take_in_flight(&mut self, index: Option<RowIndex>) -> u32 {
        if self.is_stopping {
            // A stop stores again, even if storing failed before: there is a new outcome.
            self.pauses.unstored = None;
        }
        let index = self.in_flight.iter().position(|(other, _)| *other == index);
        index.map_or(self.token, |index| self.in_flight.swap_remove(index).1)
    }

    fn written(&mut self, index: RowIndex, token: u32, answered: &Answered<JobAnswer>, now: Instant) {
        let fault = match &answered.result {
            Ok(JobAnswer::Flag(flag)) if *flag == self.plan.to => {
                self.breaker.reset();
                return self.settle(index, RowState::Changed, answered, None);
            }
            // A 200 with the opposite value proves only that something is wrong.
            Ok(_) => Fault::WrongShape(contradiction(!self.plan.to)),
            Err(fault) => fault.clone(),
        };
        if fault.retry() == RetryKind::WithNewToken {
            self.unauthorized(token);
            return self.requeue_unauthorized(index, fault, now);
        }
        if matches!(fault, Fault::NotPermitted(_)) {
            self.not_sent(index);
        }
        match Meaning::of(&fault) {
            Meaning::TransportError => {
                self.failing(Some(index), &fault, now);
                self.unconfirmed.push(Unconfirmed::new(index, fault, now));
            }
            Meaning::Final => self.refused(index, answered, &fault),
            Meaning::NotNow => {
                if !matches!(fault, Fault::RateLimited { .. }) {
                    self.failing(Some(index), &fault, now);
                }
                self.write_again(index, answered, &fault, now);
            }
        }
    }

    /// A 401 pauses the whole run once. A late one, for a token that was replaced since, says nothing new.
    pub(super) fn unauthorized(&mut self, token: u32) {
        self.pauses.needs_token |= token == self.token;
    }

    /// A 401 says nothing about the row, and every row in flight gets one. But an earlier
    /// PUT for the row may still arrive.
    fn requeue_unauthorized(&mut self, index: RowIndex, fault: Fault, now: Instant) {
        let Some(row) = self.rows.get_mut(index as usize) else { return };
        row.writes = row.writes.saturating_sub(1);
        if row.writes > 0 {
            return self.again.push((now, index, fault));
        }
        self.set(index, RowState::Waiting);
        self.ready.write_unchecked(index);
    }

    fn refused(&mut self, index: RowIndex, answered: &Answered<JobAnswer>, fault: &Fault) {
        let is_gone = matches!(fault, Fault::UserUnknown(_));
        let state = if is_gone { RowState::Gone } else { RowState::Refused };
        self.settle(index, state, answered, Some(fault));
        if is_gone {
            self.breaker.reset();
        } else if self.breaker.refused(fault) >= self.policy.refusals_in_a_row {
            self.pauses.override_person(PauseReason::Refused(fault.clone()));
        }
    }

    fn write_again(&mut self, index: RowIndex, answered: &Answered<JobAnswer>, fault: &Fault, now: Instant) {
        let writes = self.rows.get(index as usize).map_or(0, |row| u32::from(row.writes));
        match pause_of_row(&self.policy, writes, fault, &mut self.jitter) {
            Some(pause) => self.again.push((now + pause, index, fault.clone())),
            None => self.settle(index, RowState::Failed, answered, Some(fault)),
        }
    }

    fn read(&mut self, index: RowIndex, token: u32, answered: &Answered<JobAnswer>, now: Instant) {
        let Some(at) = self.unconfirmed.iter().position(|row| row.index == index && row.is_sent) else {
            return;
        };
        let mut row = self.unconfirmed.swap_remove(at);
        row.is_sent = false;
        match &answered.result {
            Ok(JobAnswer::Flag(flag)) => {
                self.recovered();
                self.active(answered.at);
                if *flag == self.plan.to {
                    self.settle(index, RowState::Changed, answered, None);
                } else {
                    self.write_again(index, answered, &row.fault, now);
                }
            }
            Ok(JobAnswer::Reached | JobAnswer::Stored | JobAnswer::Devices(_)) => self.unconfirmed.push(row),
            Err(fault @ Fault::UserUnknown(_)) => {
                self.recovered();
                self.settle(index, RowState::Gone, answered, Some(fault));
            }
            Err(fault) if fault.retry() == RetryKind::WithNewToken => {
                self.unauthorized(token);
                self.unconfirmed.push(row);
            }
            Err(fault) => {
                // While other rows fail too, no attempt is counted. A row that fails while
                // others succeed uses up its attempts.
                row.reads += u32::from(self.breaker.is_only_row_failing(index));
                self.failing(Some(index), fault, now);
                if let Some(pause) = pause_of_row(&self.policy, row.reads, fault, &mut self.jitter) {
                    self.unconfirmed.push(Unconfirmed { from: now + pause, ..row });
                } else {
                    self.settle(index, RowState::Unconfirmed, answered, Some(&row.fault));
                }
            }
        }
    }

    fn probed(&mut self, token: u32, answered: &Answered<JobAnswer>, now: Instant) {
        match &answered.result {
            Err(fault) if fault.retry() == RetryKind::WithNewToken => self.unauthorized(token),
            Err(fault) if is_failing(fault) => self.failing(None, fault, now),
            Ok(_) | Err(_) => self.recovered(),
        }
    }

    pub(super) fn recovered(&mut self) {
        self.breaker.reset();
        self.pauses.failing = None;
    }

    pub(super) fn failing(&mut self, index: Option<RowIndex>, fault: &Fault, now: Instant) {
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
}

/// Whether a fault means that PingOne, or the network, fails for every user.
fn is_failing(fault: &Fault) -> bool {
    matches!(fault.retry(), RetryKind::WhenOnline)
        || matches!(fault, Fault::ServerFailed(_) | Fault::Timeout { .. } | Fault::BodyCut(_))
}
