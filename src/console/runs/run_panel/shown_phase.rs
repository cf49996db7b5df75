//! The phase that the card of a run shows.

use pingone::fault::Fault;
use pingone::time::Instant;
use pingone_mfa_core::run::engine::PauseReason;

use crate::console::runs::run::Phase;

/// The phase that the card shows. Two are equal where the card looks the same, so that nothing is rendered anew when
/// only a count changes, or when the same question to PingOne fails once more.
#[derive(Debug, Clone)]
pub(crate) struct ShownPhase(pub(crate) Phase);

impl ShownPhase {
    fn without_details(&self) -> Phase {
        match &self.0 {
            Phase::Verifying(_) => Phase::Verifying(0),
            Phase::Refreshing(_) => Phase::Refreshing(0),
            Phase::Paused(PauseReason::Failing { .. }) => {
                Phase::Paused(PauseReason::Failing { until: Instant(0), fault: Fault::Unreachable })
            }
            other => other.clone(),
        }
    }

    fn kind_of_failure(&self) -> Option<(&'static str, Option<u16>)> {
        match &self.0 {
            Phase::Paused(PauseReason::Failing { fault, .. }) => Some((fault.word(), fault.status())),
            _ => None,
        }
    }
}

impl PartialEq for ShownPhase {
    fn eq(&self, other: &Self) -> bool {
        self.kind_of_failure() == other.kind_of_failure() && self.without_details() == other.without_details()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pingone::fault::JournalFault;

    fn failing(until: u64, fault: Fault) -> ShownPhase {
        ShownPhase(Phase::Paused(PauseReason::Failing { until: Instant(until), fault }))
    }

    #[test]
    fn a_card_looks_the_same_when_only_a_count_or_a_time_changes() {
        assert_eq!(ShownPhase(Phase::Verifying(7)), ShownPhase(Phase::Verifying(6)));
        assert_eq!(ShownPhase(Phase::Refreshing(7)), ShownPhase(Phase::Refreshing(6)));
        assert_eq!(failing(1, Fault::Unreachable), failing(2, Fault::Unreachable));
    }

    #[test]
    fn another_phase_and_another_failure_look_different() {
        assert_ne!(ShownPhase(Phase::Verifying(7)), ShownPhase(Phase::Refreshing(7)));
        assert_ne!(failing(1, Fault::Unreachable), failing(1, Fault::NotStored(JournalFault::Silent)));
        let over = |unread| ShownPhase(Phase::Over { unread, is_stopped: false });
        assert_ne!(over(1), over(0));
    }
}
