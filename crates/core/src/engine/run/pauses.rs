//! Why a run starts nothing for now. Several reasons may hold at once, and each ends in its own way: none hides another
//! for good.

use crate::domain::fault::Fault;
use crate::domain::time::Millis;

use super::PauseReason;

/// The reasons that hold.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    /// Ends when a person goes on; what waits is stored then, or fails again.
    pub(super) unstored: Option<Fault>,
    /// Ends with another token.
    pub(super) needs_token: bool,
    /// Ends when a person goes on.
    person: Option<PauseReason>,
    /// Ends when PingOne answers.
    pub(super) failing: Option<(Millis, Fault)>,
}

impl Pauses {
    /// The reason that is told. The others wait behind it.
    pub(super) fn first(&self) -> Option<PauseReason> {
        let failing = || {
            let (until, fault) = self.failing.clone()?;
            Some(PauseReason::Failing { until, fault })
        };
        match &self.unstored {
            Some(fault) => Some(PauseReason::NotStored(fault.clone())),
            // Another token alone must not make it go on.
            None if self.is_handed_over() => Some(PauseReason::HandedOver),
            None if self.needs_token => Some(PauseReason::Token),
            None => self.person.clone().or_else(failing),
        }
    }

    /// Whether the run was saved for another computer, and nobody has gone on here.
    pub(super) fn is_handed_over(&self) -> bool {
        self.person == Some(PauseReason::HandedOver)
    }

    /// A person is to go on, or asked to be waited for. What is shown to them already stays.
    pub(super) fn wait_for_person(&mut self, why: PauseReason) {
        self.person.get_or_insert(why);
    }

    /// A person must learn of this, also one who paused the run before.
    pub(super) fn override_person(&mut self, why: PauseReason) {
        self.person = Some(why);
    }

    /// A person goes on, and has seen the reason that was told. Returns it.
    pub(super) fn resume(&mut self) -> Option<PauseReason> {
        let told = self.first()?;
        match &told {
            PauseReason::NotStored(_) => self.unstored = None,
            // Only another token helps.
            PauseReason::Token => {}
            PauseReason::Asked
            | PauseReason::PilotUser
            | PauseReason::Step
            | PauseReason::Refused(_)
            | PauseReason::AnotherWriter
            | PauseReason::HandedOver => self.person = None,
            PauseReason::Failing { .. } => self.failing = None,
        }
        Some(told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_token_alone_does_not_continue_a_run_that_was_saved_for_another_computer() {
        let mut pauses = Pauses { needs_token: true, ..Pauses::default() };
        assert_eq!(pauses.first(), Some(PauseReason::Token));
        pauses.override_person(PauseReason::HandedOver);
        assert_eq!(pauses.first(), Some(PauseReason::HandedOver));
        assert_eq!(pauses.resume(), Some(PauseReason::HandedOver));
        assert_eq!(pauses.first(), Some(PauseReason::Token), "it still needs one");
    }
}
