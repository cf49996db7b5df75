//! The confirmation before a run ends for good. Stopping and deleting can't be undone, so the dialog says what is
//! lost.

use leptos::prelude::*;
use pingone_mfa_core::run::row::{RowCounts, RowState};

use crate::console::runs::run::{Phase, Progress, Run, Stored};
use pingone_mfa_core::run::engine::PauseReason;

/// What ends the run.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// The run on display is stopped.
    Stop,
    /// A stored run is deleted.
    Delete(Stored),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StopLoss {
    /// Users that aren't changed yet: a stopped run can't be continued.
    pub waiting: u32,
    /// Users that were changed, which a stop doesn't undo.
    pub changed: u32,
    /// Whether outcomes couldn't be stored, so that only this page has them.
    pub has_unstored: bool,
}

impl StopLoss {
    /// `None` if a stop loses nothing: requests in flight are awaited, and changes can be verified later.
    #[must_use]
    pub fn of(phase: &Phase, tally: RowCounts) -> Option<Self> {
        let has_unstored = matches!(phase, Phase::Paused(PauseReason::NotStored(_)));
        let (waiting, changed) = (tally.of(RowState::Waiting), tally.of(RowState::Changed));
        let loss = Self { waiting, changed, has_unstored };
        let is_stoppable = phase.is_open() && !matches!(phase, Phase::Starting | Phase::Stopping);
        (is_stoppable && (loss.waiting > 0 || has_unstored)).then_some(loss)
    }
}

impl Run {
    /// Stops the run; asks first if that loses something.
    pub fn ask_to_stop(self) {
        if self.progress.read_untracked().as_ref().and_then(loss_of).is_some() {
            self.ending.set(Some(Ending::Stop));
        } else {
            self.stop();
        }
    }

    /// What a stop would lose now. `None` also if the run has ended in the meantime.
    pub fn stop_loss(self) -> Option<StopLoss> {
        self.progress.read().as_ref().and_then(loss_of)
    }

    /// Asks before a stored run is deleted: its report exists nowhere else, and without it the run can't be undone.
    pub fn ask_to_delete(self, stored: Stored) {
        self.ending.set(Some(Ending::Delete(stored)));
    }

    /// Cancels the confirmation.
    pub fn keep(self) {
        self.ending.set(None);
    }

    /// Carries out what was confirmed.
    pub fn end(self) {
        let ending = self.ending.get_untracked();
        self.keep();
        match ending {
            Some(Ending::Stop) => self.stop(),
            Some(Ending::Delete(stored)) => self.delete(stored.name),
            None => {}
        }
    }
}

fn loss_of(run: &Progress) -> Option<StopLoss> {
    StopLoss::of(&run.phase, run.tally)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pingone::fault::{Fault, JournalFault};
    use pingone::time::Instant;

    fn tally(waiting: u32, changed: u32) -> RowCounts {
        let mut tally = RowCounts::waiting(waiting + changed);
        for _ in 0..changed {
            tally.moved(RowState::Waiting, RowState::Changed);
        }
        tally
    }

    fn silent() -> Fault {
        Fault::NotStored(JournalFault::Silent)
    }

    #[test]
    fn stopping_asks_for_confirmation_while_users_are_waiting() {
        let failing = PauseReason::Failing { until: Instant(0), fault: Fault::Unreachable };
        for phase in [
            Phase::Working,
            Phase::Paused(PauseReason::ByPerson),
            Phase::Paused(PauseReason::PilotUser),
            Phase::Paused(PauseReason::Step),
            Phase::Paused(PauseReason::Token),
            Phase::Paused(PauseReason::Refused(Fault::Unreachable)),
            Phase::Paused(failing),
            Phase::Refreshing(7),
            Phase::RefreshPaused(Fault::Unreachable),
        ] {
            let loss = StopLoss::of(&phase, tally(7, 3));
            assert_eq!(loss, Some(StopLoss { waiting: 7, changed: 3, has_unstored: false }), "{phase:?}");
            assert_eq!(StopLoss::of(&phase, tally(0, 10)), None, "{phase:?}: everyone was sent");
        }
    }

    #[test]
    fn stopping_asks_for_confirmation_while_outcomes_are_not_stored() {
        let phase = Phase::Paused(PauseReason::NotStored(silent()));
        assert_eq!(
            StopLoss::of(&phase, tally(0, 9)),
            Some(StopLoss { waiting: 0, changed: 9, has_unstored: true })
        );
        assert_eq!(
            StopLoss::of(&phase, tally(2, 7)),
            Some(StopLoss { waiting: 2, changed: 7, has_unstored: true })
        );
    }

    #[test]
    fn stopping_asks_for_no_confirmation_when_nothing_is_lost() {
        for phase in [
            Phase::Starting,
            Phase::Stopping,
            Phase::NotStarted(silent()),
            Phase::Elsewhere,
            Phase::Over { unread: 1, is_stopped: true },
        ] {
            assert_eq!(StopLoss::of(&phase, tally(7, 3)), None, "{phase:?}");
        }
        for phase in [Phase::Verifying(3), Phase::VerificationPaused(silent())] {
            assert_eq!(StopLoss::of(&phase, tally(0, 10)), None, "{phase:?}: they can be read later");
        }
    }
}
