//! What a spot check says: who has the value right before the first PUT, although the plan read it otherwise, was changed
//! by someone else. The run then changes nobody more until those who wait were read again and a person goes on.

use crate::domain::fault::{Fault, RetryKind};
use crate::domain::plan::Plan;
use crate::domain::row::{Row, RowState};
use crate::domain::time::{Millis, Timestamp};
use crate::domain::user::Mfa;
use crate::engine::connection::Answered;
use crate::engine::retry::pause_of_row;

use super::{JobAnswer, Outdated, PauseReason, RowIndex, Run};

impl Run {
    /// When a spot check first showed that someone else is changing these users.
    #[must_use]
    pub fn another_writer_at(&self) -> Option<Timestamp> {
        self.another_writer_at
    }

    /// What was known of other writers before the page began. Who waits is read again before anybody is written.
    pub(super) fn beware(&mut self, another_writer_at: Option<Timestamp>, handed_over_at: Option<Timestamp>) {
        self.another_writer_at = another_writer_at;
        if another_writer_at.is_some() {
            self.ready.check_all();
        }
        if self.is_stopping {
            return;
        }
        if handed_over_at.is_some() {
            self.pauses.override_person(PauseReason::HandedOver);
        }
        let is_waiting = self.waiting().next().is_some();
        self.outdated = another_writer_at.filter(|_| is_waiting).map(|_| Outdated::LongWait);
    }

    /// The run is saved for another computer. What wasn't sent must not read there as if it had been: those rows would be
    /// read first and written by both computers, and no spot check would tell.
    pub(super) fn hand_over(&mut self) {
        let unsent = self.take_back_intents();
        self.write_ahead.intend_later(unsent);
    }

    /// Whether all that another computer needs to go on is stored.
    #[must_use]
    pub fn is_handed_over(&self) -> bool {
        self.pauses.is_handed_over() && self.in_flight.is_empty() && self.write_ahead.is_stored()
    }

    /// The intents that were on their way are stored.
    pub(super) fn intents_stored(&mut self) {
        let indexes = self.write_ahead.stored();
        let (rows, plan) = (&self.rows, &self.plan);
        self.ready.add(indexes, |index| is_evidence(plan, rows, index));
    }

    /// Some rows are written last, so that a page that follows this one is noticed.
    pub(super) fn put_off_some(&mut self) {
        let (rows, plan) = (&self.rows, &self.plan);
        self.ready.put_off(self.write_ahead.next_rows(), |index| is_evidence(plan, rows, index));
    }

    pub(super) fn spot_checked(
        &mut self,
        index: RowIndex,
        token: u32,
        noted: &Answered<JobAnswer>,
        now: Millis,
    ) {
        let Some(reads) = self.ready.answered(index) else { return };
        match &noted.result {
            Ok(JobAnswer::Flag(flag)) => {
                self.is_reachable();
                self.active(noted.at);
                if *flag == self.plan.to {
                    return self.is_so_already(index, noted, now);
                }
                self.ready.write_next(index);
            }
            Ok(JobAnswer::Reached | JobAnswer::Stored | JobAnswer::Devices(_)) => {
                self.ready.write_next(index)
            }
            Err(fault @ Fault::UserUnknown(_)) => {
                self.is_reachable();
                self.settle(index, RowState::Gone, noted, Some(fault));
                self.count_unsent();
            }
            Err(fault) if fault.retry() == RetryKind::WithNewToken => {
                self.unauthorized(token);
                self.ready.check_again(index, now, reads);
            }
            Err(fault) => self.not_checked(index, reads, fault, now),
        }
    }

    /// Where PUTs are refused, reads may be answered all the same.
    fn is_reachable(&mut self) {
        self.breaker.answered();
        self.pauses.failing = None;
    }

    /// While others fail as well no attempts are used up. Who can't be read is written all the same, like those who are
    /// not chosen for a check.
    fn not_checked(&mut self, index: RowIndex, reads: u32, fault: &Fault, now: Millis) {
        let reads = reads + u32::from(self.breaker.is_alone(index));
        self.failing(Some(index), fault, now);
        match pause_of_row(&self.policy, reads, fault, &mut self.jitter) {
            Some(pause) => self.ready.check_again(index, now + pause, reads),
            None => self.ready.write_unchecked(index),
        }
    }

    fn is_so_already(&mut self, index: RowIndex, noted: &Answered<JobAnswer>, now: Millis) {
        self.settle(index, RowState::AlreadySo, noted, None);
        self.count_unsent();
        if self.another_writer_at.is_none() {
            self.another_writer_at = Some(noted.at);
            self.write_ahead.another_writer(noted.at);
        }
        self.ready.check_all();
        self.outdated_by(Outdated::AnotherWriter, now);
    }
}

/// Whether a value that is there already can only be someone else's: the plan read the other one, and this run has never
/// sent a PUT.
fn is_evidence(plan: &Plan, rows: &[Row], index: RowIndex) -> bool {
    let (planned, row) = (plan.rows.get(index as usize), rows.get(index as usize));
    planned.is_some_and(|planned| planned.from == Mfa::from(!plan.to))
        && row.is_some_and(|row| row.writes == 0)
}
