//! Why a run starts nothing for now. Several reasons may hold at once, and each ends in its own way: none hides another
//! for good.

use crate::domain::fault::Fault;
use crate::domain::time::Millis;

use super::Halt;

/// The reasons that hold.
#[derive(Debug, Default)]
pub(super) struct Halts {
    /// Ends when a person goes on; what waits is stored then, or fails again.
    pub(super) unstored: Option<Fault>,
    /// Ends with another token.
    pub(super) needs_token: bool,
    /// Ends when a person goes on.
    person: Option<Halt>,
    /// Ends when PingOne answers.
    pub(super) failing: Option<(Millis, Fault)>,
}

impl Halts {
    /// The reason that is told. The others wait behind it.
    pub(super) fn first(&self) -> Option<Halt> {
        let failing = || {
            let (until, fault) = self.failing.clone()?;
            Some(Halt::Failing { until, fault })
        };
        match &self.unstored {
            Some(fault) => Some(Halt::NotStored(fault.clone())),
            // Another token alone must not make it go on.
            None if self.is_handed_over() => Some(Halt::HandedOver),
            None if self.needs_token => Some(Halt::Token),
            None => self.person.clone().or_else(failing),
        }
    }

    /// Whether the run was saved for another computer, and nobody has gone on here.
    pub(super) fn is_handed_over(&self) -> bool {
        self.person == Some(Halt::HandedOver)
    }

    /// A person is to go on, or asked to be waited for. What is shown to them already stays.
    pub(super) fn wait_for_person(&mut self, why: Halt) {
        self.person.get_or_insert(why);
    }

    /// A person must learn of this, also one who paused the run before.
    pub(super) fn override_person(&mut self, why: Halt) {
        self.person = Some(why);
    }

    /// A person goes on, and has seen the reason that was told. Returns it.
    pub(super) fn resume(&mut self) -> Option<Halt> {
        let told = self.first()?;
        match &told {
            Halt::NotStored(_) => self.unstored = None,
            // Only another token helps.
            Halt::Token => {}
            Halt::Asked
            | Halt::TestUser
            | Halt::Step
            | Halt::Refused(_)
            | Halt::AnotherWriter
            | Halt::HandedOver => self.person = None,
            Halt::Failing { .. } => self.failing = None,
        }
        Some(told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_token_alone_does_not_continue_a_run_that_was_saved_for_another_computer() {
        let mut halts = Halts { needs_token: true, ..Halts::default() };
        assert_eq!(halts.first(), Some(Halt::Token));
        halts.override_person(Halt::HandedOver);
        assert_eq!(halts.first(), Some(Halt::HandedOver));
        assert_eq!(halts.resume(), Some(Halt::HandedOver));
        assert_eq!(halts.first(), Some(Halt::Token), "it still needs one");
    }
}
