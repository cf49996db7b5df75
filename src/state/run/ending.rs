//! What a person is asked before a run ends for good: a stop and a discard can't be taken back, and say what they lose.

use leptos::prelude::*;
use pingone_mfa_core::run::row::{RowCounts, RowState};

use super::{PauseReason, Phase, Progress, Run, Stored};

/// What is about to end a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// The run that is shown is stopped.
    Stop,
    /// What this browser has stored of a run is deleted.
    Discard(Stored),
}

/// What a stop loses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StopLoss {
    /// Users who aren't changed yet: a stopped run can't be continued.
    pub waiting: u32,
    /// Whether outcomes couldn't be stored, so that only this page has them.
    pub has_unstored: bool,
}

impl StopLoss {
    /// `None` where a stop loses nothing: what is in flight is awaited, and what wasn't read back can be read later.
    #[must_use]
    pub fn of(phase: &Phase, tally: RowCounts) -> Option<Self> {
        let has_unstored = matches!(phase, Phase::Halted(PauseReason::NotStored(_)));
        let loss = Self { waiting: tally.of(RowState::Waiting), has_unstored };
        let is_stoppable = phase.is_open() && !matches!(phase, Phase::Starting | Phase::Stopping);
        (is_stoppable && (loss.waiting > 0 || has_unstored)).then_some(loss)
    }
}

impl Run {
    /// Stops the run; asks before, where that loses something.
    pub fn ask_to_stop(self) {
        if self.progress.with_untracked(|run| run.as_ref().and_then(loss_of)).is_some() {
            self.ending.set(Some(Ending::Stop));
        } else {
            self.stop();
        }
    }

    /// What a stop loses now. `None` also where the run has ended meanwhile.
    pub fn stop_loss(self) -> Option<StopLoss> {
        self.progress.with(|run| run.as_ref().and_then(loss_of))
    }

    /// Asks before a stored run is discarded: nothing else has its report, and nothing can take it back then.
    pub fn ask_to_discard(self, stored: Stored) {
        self.ending.set(Some(Ending::Discard(stored)));
    }

    /// Nothing ends.
    pub fn keep(self) {
        self.ending.set(None);
    }

    /// What was asked for is to be done.
    pub fn end(self) {
        let ending = self.ending.get_untracked();
        self.keep();
        match ending {
            Some(Ending::Stop) => self.stop(),
            Some(Ending::Discard(stored)) => self.discard(stored.name),
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
    use pingone::time::Millis;

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
    fn a_stop_asks_wherever_users_are_left_who_could_not_be_continued_with() {
        let failing = PauseReason::Failing { until: Millis(0), fault: Fault::Unreachable };
        for phase in [
            Phase::Working,
            Phase::Halted(PauseReason::ByPerson),
            Phase::Halted(PauseReason::PilotUser),
            Phase::Halted(PauseReason::Step),
            Phase::Halted(PauseReason::Token),
            Phase::Halted(PauseReason::Refused(Fault::Unreachable)),
            Phase::Halted(failing),
            Phase::ReadingAgain(7),
            Phase::ReadAgainHalted(Fault::Unreachable),
        ] {
            let loss = StopLoss::of(&phase, tally(7, 3));
            assert_eq!(loss, Some(StopLoss { waiting: 7, has_unstored: false }), "{phase:?}");
            assert_eq!(StopLoss::of(&phase, tally(0, 10)), None, "{phase:?}: everyone was sent");
        }
    }

    #[test]
    fn a_stop_asks_where_only_this_page_knows_what_became_of_the_last_users() {
        let phase = Phase::Halted(PauseReason::NotStored(silent()));
        assert_eq!(StopLoss::of(&phase, tally(0, 9)), Some(StopLoss { waiting: 0, has_unstored: true }));
        assert_eq!(StopLoss::of(&phase, tally(2, 7)), Some(StopLoss { waiting: 2, has_unstored: true }));
    }

    #[test]
    fn a_stop_that_loses_nothing_asks_nothing() {
        for phase in [
            Phase::Starting,
            Phase::Stopping,
            Phase::NotStarted(silent()),
            Phase::Elsewhere,
            Phase::Over { unread: 1, is_stopped: true },
        ] {
            assert_eq!(StopLoss::of(&phase, tally(7, 3)), None, "{phase:?}");
        }
        for phase in [Phase::ReadingBack(3), Phase::ReadBackHalted(silent())] {
            assert_eq!(StopLoss::of(&phase, tally(0, 10)), None, "{phase:?}: they can be read later");
        }
    }
}
