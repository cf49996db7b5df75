//! Keeps the reasons why a run is paused. Several may hold at once, each ends in its own way,
//! and none is lost behind another.

use pingone::fault::Fault;
use pingone::time::Instant;

use super::PauseReason;

/// The reasons that hold at the moment.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    /// Records can't be stored. Ends with a resume; the records are stored then, or fail again.
    pub(super) unstored: Option<Fault>,
    /// A new token is needed, and ends it.
    pub(super) needs_token: bool,
    /// A reason that waits for a person. Ends with a resume.
    person: Option<PauseReason>,
    /// PingOne fails. Ends when it answers, or with a resume.
    pub(super) failing: Option<(Instant, Fault)>,
}

impl Pauses {
    /// The reason to show; the others remain behind it.
    pub(super) fn first(&self) -> Option<PauseReason> {
        let failing = || {
            let (until, fault) = self.failing.clone()?;
            Some(PauseReason::Failing { until, fault })
        };
        match &self.unstored {
            Some(fault) => Some(PauseReason::NotStored(fault.clone())),
            // A new token must not continue the run.
            None if self.is_handed_over() => Some(PauseReason::HandedOver),
            None if self.needs_token => Some(PauseReason::Token),
            None => self.person.clone().or_else(failing),
        }
    }

    /// Whether the run was saved for another computer and hasn't been continued here.
    pub(super) fn is_handed_over(&self) -> bool {
        self.person == Some(PauseReason::HandedOver)
    }

    /// Pauses until a person resumes. A reason that is already shown isn't replaced.
    pub(super) fn wait_for_person(&mut self, why: PauseReason) {
        self.person.get_or_insert(why);
    }

    /// Pauses until a person resumes, and replaces an earlier reason, even a manual
    /// pause: the person must see this one.
    pub(super) fn override_person(&mut self, why: PauseReason) {
        self.person = Some(why);
    }

    /// A person resumes, having seen the reason that is shown. Ends that reason and returns it.
    pub(super) fn resume(&mut self) -> Option<PauseReason> {
        let shown = self.first()?;
        match &shown {
            PauseReason::NotStored(_) => self.unstored = None,
            // Only a new token helps.
            PauseReason::Token => {}
            PauseReason::ByPerson
            | PauseReason::PilotUser
            | PauseReason::Step
            | PauseReason::Refused(_)
            | PauseReason::AnotherWriter
            | PauseReason::HandedOver => self.person = None,
            PauseReason::Failing { .. } => self.failing = None,
        }
        Some(shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_token_does_not_continue_a_run_saved_for_another_computer() {
        let mut pauses = Pauses { needs_token: true, ..Pauses::default() };
        assert_eq!(pauses.first(), Some(PauseReason::Token));
        pauses.override_person(PauseReason::HandedOver);
        assert_eq!(pauses.first(), Some(PauseReason::HandedOver));
        assert_eq!(pauses.resume(), Some(PauseReason::HandedOver));
        assert_eq!(pauses.first(), Some(PauseReason::Token), "the run still needs a token");
    }
}
