//! Evaluates spot checks. If a user already has the target value right before the first PUT, although the plan
//! contains the opposite one, someone else changed it. The run then writes nothing until the waiting rows were
//! refreshed and a person continues it.

use pingone::connection::Answered;
use pingone::fault::{Fault, RetryKind};
use pingone::retry::pause_of_row;
use pingone::time::{Instant, Timestamp};
use pingone::user::Mfa;

use crate::run::plan::Plan;
use crate::run::record::RowIndex;
use crate::run::row::{Row, RowState};

use super::{JobAnswer, Outdated, PauseReason, Run};

impl Run {
    /// When a spot check first showed that someone else is changing the same users.
    #[must_use]
    pub fn another_writer_at(&self) -> Option<Timestamp> {
        self.another_writer_at
    }

    /// Restores what the journal says about other writers. The waiting rows are then
    /// refreshed before anything is written.
    pub(super) fn restore_warnings(
        &mut self,
        another_writer_at: Option<Timestamp>,
        handed_over_at: Option<Timestamp>,
    ) {
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

    /// Takes back unsent intents when the run is saved for another computer. Otherwise they would count there as
    /// possibly sent: both computers would write those rows, and no spot check would notice.
    pub(super) fn hand_over(&mut self) {
        let unsent = self.take_back_intents();
        self.write_ahead.intend_later(unsent);
    }

    /// Whether everything that another computer needs to continue is stored.
    #[must_use]
    pub fn is_handed_over(&self) -> bool {
        self.pauses.is_handed_over() && self.in_flight.is_empty() && self.write_ahead.is_stored()
    }

    /// Adds the rows whose intents were just stored to those that can be written.
    pub(super) fn intents_stored(&mut self) {
        let indexes = self.write_ahead.stored();
        let (rows, plan) = (&self.rows, &self.plan);
        self.ready.add(indexes, |index| is_evidence(plan, rows, index));
    }

    /// Defers some rows, so that a page that runs behind this one is noticed.
    pub(super) fn defer_some(&mut self) {
        let (rows, plan) = (&self.rows, &self.plan);
        self.ready.defer(self.write_ahead.next_rows(), |index| is_evidence(plan, rows, index));
    }

    pub(super) fn spot_checked(
        &mut self,
        index: RowIndex,
        token: u32,
        answered: &Answered<JobAnswer>,
        now: Instant,
    ) {
        let Some(reads) = self.ready.answered(index) else { return };
        match &answered.result {
            Ok(JobAnswer::Flag(flag)) => {
                self.reachable_again();
                self.active(answered.at);
                if *flag == self.plan.to {
                    return self.already_has_value(index, answered, now);
                }
                self.ready.write_next(index);
            }
            Ok(JobAnswer::Reached | JobAnswer::Stored | JobAnswer::Devices(_)) => {
                self.ready.write_next(index);
            }
            Err(fault @ Fault::UserUnknown(_)) => {
                self.reachable_again();
                self.settle(index, RowState::Gone, answered, Some(fault));
                self.count_unsent();
            }
            Err(fault) if fault.retry() == RetryKind::WithNewToken => {
                self.unauthorized(token);
                self.ready.check_again(index, now, reads);
            }
            Err(fault) => self.spot_check_failed(index, reads, fault, now),
        }
    }

    /// An answered read ends failures, but not refusals: reads may be answered where PUTs are refused.
    fn reachable_again(&mut self) {
        self.breaker.answered();
        self.pauses.failing = None;
    }

    /// While other rows fail too, no attempt is counted. A row that can't be read is written all the
    /// same, like rows without a spot check.
    fn spot_check_failed(&mut self, index: RowIndex, reads: u32, fault: &Fault, now: Instant) {
        let reads = reads + u32::from(self.breaker.is_only_row_failing(index));
        self.failing(Some(index), fault, now);
        match pause_of_row(&self.policy, reads, fault, &mut self.jitter) {
            Some(pause) => self.ready.check_again(index, now + pause, reads),
            None => self.ready.write_unchecked(index),
        }
    }

    fn already_has_value(&mut self, index: RowIndex, answered: &Answered<JobAnswer>, now: Instant) {
        self.settle(index, RowState::AlreadySet, answered, None);
        self.count_unsent();
        if self.another_writer_at.is_none() {
            self.another_writer_at = Some(answered.at);
            self.write_ahead.another_writer(answered.at);
        }
        self.ready.check_all();
        self.mark_outdated(Outdated::AnotherWriter, now);
    }
}

/// Whether finding the target value proves another writer: the plan contains the opposite
/// value, and this run hasn't sent a PUT.
fn is_evidence(plan: &Plan, rows: &[Row], index: RowIndex) -> bool {
    let (planned, row) = (plan.rows.get(index as usize), rows.get(index as usize));
    planned.is_some_and(|planned| planned.from == Mfa::from(!plan.to))
        && row.is_some_and(|row| row.writes == 0)
}
