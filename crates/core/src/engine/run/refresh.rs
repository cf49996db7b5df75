//! What is read of those who wait, before their first PUT: whoever has the value by now needs none.

use std::rc::Rc;

use crate::domain::fault::Fault;
use crate::domain::row::{Failure, RowState};
use crate::domain::time::{Millis, Timestamp};
use crate::engine::driver::Command;

use super::{Asked, PauseReason, RowIndex, Run, Unconfirmed};

/// Why the values of those who wait are read again before the run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outdated {
    /// The run waited for so long that others may have changed them.
    LongWait,
    /// Someone else is changing these users. The run then waits for a person.
    AnotherWriter,
    /// The run was saved for another computer, and goes on here.
    HandedOver,
}

impl Run {
    /// Why those who wait are to be read again, if they are.
    #[must_use]
    pub fn outdated(&self) -> Option<Outdated> {
        self.outdated
    }

    /// Others may have changed meanwhile whom nobody has pilot_read_done at. Whoever would be written again is read first.
    pub(super) fn outdated_by(&mut self, why: Outdated, now: Millis) {
        self.outdated = (self.tally.of(RowState::Waiting) > 0).then_some(why);
        // Once for each wait: who is read now would else be read again and again, and never written.
        (self.active_at, self.active_since) = (Some(self.last), Some(now));
        for (_, index, fault) in std::mem::take(&mut self.again) {
            self.unconfirmed.push(Unconfirmed::new(index, fault, now));
        }
    }

    /// The rows for which nothing was sent and something is going to be.
    pub(super) fn waiting(&self) -> impl Iterator<Item = RowIndex> {
        let rows = (0..).zip(&self.rows);
        rows.filter(|(_, row)| row.state == RowState::Waiting).map(|(index, _)| index)
    }

    /// How many rows are read again before a run that is [`Outdated`](super::RunStatus::Outdated) goes on.
    #[must_use]
    pub fn to_read_again(&self) -> usize {
        self.waiting().count()
    }

    /// What a person says while those who wait are read. Nobody is intended before all of them were.
    pub(super) fn told_meanwhile(&mut self, command: Command, now: Millis) {
        self.command(command, now);
        // It waits from now on, however long ago it pilot_read_done what time it is.
        if self.pauses.first().is_some() {
            self.clock = Asked::Due;
        }
    }

    /// What a row that waits has by now.
    pub(super) fn has_by_now(&mut self, index: RowIndex, flag: bool, at: Timestamp) {
        if flag == self.plan.to {
            return self.end_unsent(index, RowState::AlreadySo, at, None);
        }
        self.last = self.last.max(at);
        if let Some(planned) = Rc::make_mut(&mut self.plan).rows.get_mut(index as usize) {
            planned.read_at = at;
        }
        self.write_ahead.seen(index, at);
    }

    /// Settles a row that waits, and for which nothing is going to be sent.
    pub(super) fn end_unsent(
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
            self.write_ahead.unintended();
        }
        self.write_ahead.settled(index, row, fault.map(Failure::of));
        self.count_unsent();
    }

    /// A step is so many users who are written.
    pub(super) fn count_unsent(&mut self) {
        self.unsent += 1;
        self.step_at = self.step_at.map(|at| at + 1);
    }

    /// Everyone who waits was read: it can go on.
    pub(super) fn reread(&mut self) {
        let Some(why) = self.outdated.take() else { return };
        let rows = &self.rows;
        self.write_ahead.keep_next(|index| rows.get(index as usize).is_some_and(|row| !row.state.is_ended()));
        // The next answer says when by the monotonic clock.
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
