//! Reads users one by one where some can't be read.
//!
//! A fault of a single user skips that user, and reading continues. A fault that would affect every other read too
//! (token, network, rate limit) stops reading.

use pingone::fault::Fault;
use pingone::user::UserId;

/// After this many consecutive failures the fault isn't one of a single user, whatever its kind. It is the number of
/// equal refusals that pauses a run.
const MAX_CONSECUTIVE: u32 = 20;

/// The progress of reading users one by one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unread {
    /// Whether PingOne answered for any user.
    is_any_read: bool,
    consecutive: u32,
    skipped: Vec<(UserId, Fault)>,
}

impl Unread {
    /// The state before the first read. `is_any_read` is whether other users were already read by pages.
    #[must_use]
    pub const fn new(is_any_read: bool) -> Self {
        Self { is_any_read, consecutive: 0, skipped: Vec::new() }
    }

    /// PingOne answered for a user, even if the user no longer exists.
    pub fn read(&mut self, user: UserId) {
        self.is_any_read = true;
        self.consecutive = 0;
        self.skipped.retain(|(other, _)| *other != user);
    }

    /// A user can't be read, and is skipped.
    ///
    /// # Errors
    /// The fault, if it isn't one of a single user: reading stops.
    pub fn failed(&mut self, user: UserId, fault: Fault) -> Result<(), Fault> {
        self.consecutive = self.consecutive.saturating_add(1);
        if !fault.is_of_one_user() || self.consecutive >= MAX_CONSECUTIVE {
            return Err(fault);
        }
        self.skipped.retain(|(other, _)| *other != user);
        self.skipped.push((user, fault));
        Ok(())
    }

    /// Decides whether the read as a whole succeeded, after the last user.
    ///
    /// # Errors
    /// The first fault, if no user at all could be read: then it isn't a fault of single users.
    pub fn finish(&self) -> Result<(), Fault> {
        match self.skipped.first() {
            Some((_, fault)) if !self.is_any_read => Err(fault.clone()),
            _ => Ok(()),
        }
    }

    /// The skipped users and their faults, in the order in which they failed.
    #[must_use]
    pub fn skipped(&self) -> &[(UserId, Fault)] {
        &self.skipped
    }

    /// Why a user was skipped; `None` for all other users.
    #[must_use]
    pub fn fault_of(&self, user: UserId) -> Option<&Fault> {
        self.skipped.iter().find(|(other, _)| *other == user).map(|(_, fault)| fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pingone::fault::{BadAnswer, Refusal};
    use uuid::Uuid;

    fn user(number: u128) -> UserId {
        UserId(Uuid::from_u128(number))
    }

    fn refusal(status: u16) -> Refusal {
        Refusal { status, code: Some("CODE".into()), ..Refusal::default() }
    }

    fn own_faults() -> Vec<Fault> {
        let bad = BadAnswer { status: 200, correlation_id: None, problem: "createdAt: isn't a date".into() };
        vec![
            Fault::ServerFailed(refusal(500)),
            Fault::RoleMissing(refusal(403)),
            Fault::RequestRefused(refusal(400)),
            Fault::WrongShape(bad.clone()),
            Fault::NotJson(bad.clone()),
            Fault::BodyTooLarge(bad.clone()),
            Fault::StatusUnexpected(bad),
        ]
    }

    #[test]
    fn a_fault_of_one_user_skips_that_user_and_stops_nothing() {
        for fault in own_faults() {
            let mut unread = Unread::default();
            unread.read(user(1));
            assert_eq!(unread.failed(user(2), fault.clone()), Ok(()), "{fault}");
            unread.read(user(3));
            assert_eq!(unread.finish(), Ok(()));
            assert_eq!(unread.skipped(), [(user(2), fault.clone())]);
            assert_eq!((unread.fault_of(user(2)), unread.fault_of(user(1))), (Some(&fault), None));
        }
    }

    #[test]
    fn a_fault_that_affects_every_read_stops_reading() {
        let bad = BadAnswer { status: 200, correlation_id: None, problem: String::new() };
        for fault in [
            Fault::TokenExpired(refusal(401)),
            Fault::TokenInvalid(refusal(401)),
            Fault::TokenForgotten,
            Fault::Internal("x"),
            Fault::RateLimited { refusal: refusal(429), after: None },
            Fault::Unreachable,
            Fault::Timeout { after: pingone::time::Millis(1) },
            Fault::BodyCut(bad),
            Fault::EnvironmentUnknown(refusal(404)),
        ] {
            let mut unread = Unread::new(true);
            assert_eq!(unread.failed(user(2), fault.clone()), Err(fault));
            assert!(unread.skipped().is_empty());
        }
    }

    #[test]
    fn if_no_user_can_be_read_the_first_fault_is_returned() {
        let fault = Fault::ServerFailed(refusal(500));
        let mut unread = Unread::default();
        assert_eq!(unread.finish(), Ok(()), "there were no users to read");
        for number in 1..=3 {
            assert_eq!(unread.failed(user(number), fault.clone()), Ok(()));
        }
        assert_eq!(unread.finish(), Err(fault.clone()));
        unread.read(user(4));
        assert_eq!(unread.finish(), Ok(()));
        let mut rest = Unread::new(true);
        assert_eq!(rest.failed(user(1), fault), Ok(()));
        assert_eq!(rest.finish(), Ok(()), "the others were read by pages");
    }

    #[test]
    fn the_first_and_the_last_user_may_be_unreadable() {
        for fault in own_faults() {
            let mut unread = Unread::default();
            assert_eq!(unread.failed(user(1), fault.clone()), Ok(()));
            assert_eq!(unread.failed(user(2), fault.clone()), Ok(()));
            unread.read(user(3));
            assert_eq!(unread.failed(user(4), fault.clone()), Ok(()));
            assert_eq!(unread.finish(), Ok(()), "{fault}");
            let skipped: Vec<UserId> = unread.skipped().iter().map(|(user, _)| *user).collect();
            assert_eq!(skipped, [user(1), user(2), user(4)]);
        }
    }

    #[test]
    fn twenty_consecutive_failures_stop_reading_and_nineteen_do_not() {
        let fault = Fault::RoleMissing(refusal(403));
        let mut unread = Unread::new(true);
        for number in 1..20 {
            assert_eq!(unread.failed(user(number), fault.clone()), Ok(()), "{number}");
        }
        unread.read(user(20));
        for number in 21..40 {
            assert_eq!(unread.failed(user(number), fault.clone()), Ok(()), "{number}");
        }
        assert_eq!(unread.failed(user(40), fault.clone()), Err(fault));
        assert_eq!(unread.skipped().len(), 38);
    }

    #[test]
    fn a_user_who_is_read_later_is_no_longer_skipped() {
        let mut unread = Unread::new(true);
        let (first, second) = (Fault::ServerFailed(refusal(500)), Fault::ServerFailed(refusal(502)));
        assert_eq!(unread.failed(user(1), first), Ok(()));
        assert_eq!(unread.failed(user(1), second.clone()), Ok(()));
        assert_eq!(unread.skipped(), [(user(1), second)]);
        unread.read(user(1));
        assert!(unread.skipped().is_empty());
    }
}
