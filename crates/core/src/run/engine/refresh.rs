//! Refreshes the waiting rows before their first PUT: a user who already has the target value needs none.

use std::rc::Rc;

use pingone::driver::Command;
use pingone::fault::Fault;
use pingone::time::{Instant, Timestamp};

use crate::run::record::RowIndex;
use crate::run::row::{Failure, RowState};

use super::{ClockCheck, PauseReason, Run, Unconfirmed};

/// Why the waiting rows must be refreshed before the run continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outdated {
    /// The run waited so long that others may have changed these users.
    LongWait,
    /// Someone else is changing the same users. After the refresh the run waits for a person.
    AnotherWriter,
    /// The run was saved for another computer and now continues here.
    HandedOver,
}

impl Run {
    /// Why the waiting rows must be refreshed; `None` if they needn't be.
    #[must_use]
    pub fn outdated(&self) -> Option<Outdated> {
        self.outdated
    }

    /// Marks the waiting rows as outdated, because others may have changed them. Rows that
    /// wait for a retry are read first.
    pub(super) fn mark_outdated(&mut self, why: Outdated, now: Instant) {
        self.outdated = (self.counts.of(RowState::Waiting) > 0).then_some(why);
        // Once per wait: otherwise the rows that are refreshed now would be refreshed
        // again and again, and never written.
        (self.active_at, self.active_since) = (Some(self.last), Some(now));
        for (_, index, fault) in std::mem::take(&mut self.again) {
            self.unconfirmed.push(Unconfirmed::new(index, fault, now));
        }
    }

    /// The rows for which nothing was sent yet.
    pub(super) fn waiting(&self) -> impl Iterator<Item = RowIndex> {
        let rows = (0..).zip(&self.rows);
        rows.filter(|(_, row)| row.state == RowState::Waiting).map(|(index, _)| index)
    }

    /// The number of rows to refresh before a run that is [`Outdated`](super::RunStatus::Outdated) continues.
    #[must_use]
    pub fn rows_to_refresh(&self) -> usize {
        self.waiting().count()
    }

    /// Applies a command during the refresh. No row gets an intent before the refresh is complete.
    pub(super) fn command_during_refresh(&mut self, command: Command, now: Instant) {
        self.command(command, now);
        // The pause is a new wait, however recently the clocks were read.
        if self.pauses.first().is_some() {
            self.clock = ClockCheck::Due;
        }
    }

    /// Applies a refreshed value: settles the row if it already has the target value, or else stores when it was read.
    pub(super) fn refreshed(&mut self, index: RowIndex, flag: bool, at: Timestamp) {
        if flag == self.plan.to {
            return self.settle_unsent(index, RowState::AlreadySet, at, None);
        }
        self.last = self.last.max(at);
        if let Some(planned) = Rc::make_mut(&mut self.plan).rows.get_mut(index as usize) {
            planned.read_at = at;
        }
        self.write_ahead.seen(index, at);
    }

    /// Settles a waiting row for which nothing will be sent.
    pub(super) fn settle_unsent(
        &mut self,
        index: RowIndex,
        state: RowState,
        at: Timestamp,
        fault: Option<&Fault>,
    ) {
        self.last = self.last.max(at);
        self.set(index, state);
        if let Some(fault) = fault {
            self.failures.insert(index, Failure::of(fault));
        }
        let Some(row) = self.rows.get_mut(index as usize) else { return };
        row.at = Some(at);
        let row = *row;
        if !self.ready.remove(index) {
            self.write_ahead.count_unintended();
        }
        self.write_ahead.settled(index, row, fault.map(Failure::of));
        self.count_unsent();
    }

    /// A step counts only users who are written, so its end moves by one.
    pub(super) fn count_unsent(&mut self) {
        self.unsent += 1;
        self.step_at = self.step_at.map(|at| at + 1);
    }

    /// The refresh is complete: the run can continue.
    pub(super) fn finish_refresh(&mut self) {
        let Some(why) = self.outdated.take() else { return };
        let rows = &self.rows;
        self.write_ahead
            .keep_next(|index| rows.get(index as usize).is_some_and(|row| !row.state.is_settled()));
        // The next answer sets the time by the monotonic clock.
        (self.active_at, self.active_since) = (Some(self.last), None);
        self.ready.after_wait();
        if why == Outdated::AnotherWriter && self.waiting().next().is_some() {
            self.pauses.override_person(PauseReason::AnotherWriter);
        }
        self.restart_pilot();
        if !self.is_stopping {
            self.write_ahead.intend(&self.policy, self.step_at);
        }
    }
}
