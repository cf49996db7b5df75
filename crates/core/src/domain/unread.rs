//! Users who are read one by one, some of whom can't be: one user's own fault skips that user and ends nothing. A fault
//! that every other read would meet too (the token, the network, the rate) ends the reading.

use super::fault::Fault;
use super::user::UserId;

/// After this many failures in a row the fault is not one user's own, whatever it looks like. It is how many equal
/// refusals stop a run.
const IN_A_ROW: u32 = 20;

/// How far the reading of users one by one is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unread {
    /// Whether any user was answered for.
    is_any_read: bool,
    in_a_row: u32,
    skipped: Vec<(UserId, Fault)>,
}

impl Unread {
    /// No user was operation yet. `is_any_read` is whether others were read before, by pages.
    #[must_use]
    pub const fn new(is_any_read: bool) -> Self {
        Self { is_any_read, in_a_row: 0, skipped: Vec::new() }
    }

    /// PingOne answered for a user, be it that the user no longer exists.
    pub fn read(&mut self, user: UserId) {
        self.is_any_read = true;
        self.in_a_row = 0;
        self.skipped.retain(|(other, _)| *other != user);
    }

    /// A user can't be read, and is skipped.
    ///
    /// # Errors
    /// The fault, where it isn't the user's own: the reading ends.
    pub fn failed(&mut self, user: UserId, fault: Fault) -> Result<(), Fault> {
        self.in_a_row = self.in_a_row.saturating_add(1);
        if !fault.is_of_one_user() || self.in_a_row >= IN_A_ROW {
            return Err(fault);
        }
        self.skipped.retain(|(other, _)| *other != user);
        self.skipped.push((user, fault));
        Ok(())
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// Where no user at all could be read, the first fault: then it says nothing of single users.
    pub fn finish(&self) -> Result<(), Fault> {
        match self.skipped.first() {
            Some((_, fault)) if !self.is_any_read => Err(fault.clone()),
            _ => Ok(()),
        }
    }

    /// Who was skipped, and why, in the order in which that came out.
    #[must_use]
    pub fn skipped(&self) -> &[(UserId, Fault)] {
        &self.skipped
    }

    /// Why a user was skipped; `None` for everyone else.
    #[must_use]
    pub fn fault_of(&self, user: UserId) -> Option<&Fault> {
        self.skipped.iter().find(|(other, _)| *other == user).map(|(_, fault)| fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fault::{BadAnswer, Refusal};
    use uuid::Uuid;

    fn user(number: u128) -> UserId {
        UserId(Uuid::from_u128(number))
    }

    fn refusal(status: u16) -> Refusal {
        Refusal { status, code: Some("CODE".into()), ..Refusal::default() }
    }

    fn own_faults() -> Vec<Fault> {
        let bad = BadAnswer { status: 200, correlation_id: None, problem: "createdAt: is no date".into() };
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
    fn one_users_own_fault_skips_that_user_and_ends_nothing() {
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
    fn what_every_other_read_would_meet_too_ends_the_reading() {
        let bad = BadAnswer { status: 200, correlation_id: None, problem: String::new() };
        for fault in [
            Fault::TokenExpired(refusal(401)),
            Fault::TokenInvalid(refusal(401)),
            Fault::TokenForgotten,
            Fault::RateLimited { refusal: refusal(429), after: None },
            Fault::Unreachable,
            Fault::Timeout { after: crate::domain::time::Millis(1) },
            Fault::BodyCut(bad),
            Fault::EnvironmentUnknown(refusal(404)),
        ] {
            let mut unread = Unread::new(true);
            assert_eq!(unread.failed(user(2), fault.clone()), Err(fault));
            assert!(unread.skipped().is_empty());
        }
    }

    #[test]
    fn where_nobody_can_be_read_the_fault_is_everyones() {
        let fault = Fault::ServerFailed(refusal(500));
        let mut unread = Unread::default();
        assert_eq!(unread.finish(), Ok(()), "there was nobody to read");
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
    fn the_first_and_the_last_of_all_may_be_unreadable() {
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
    fn twenty_failures_in_a_row_end_the_reading_and_nineteen_do_not() {
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
    fn who_is_read_later_is_no_longer_skipped() {
        let mut unread = Unread::new(true);
        let (first, second) = (Fault::ServerFailed(refusal(500)), Fault::ServerFailed(refusal(502)));
        assert_eq!(unread.failed(user(1), first), Ok(()));
        assert_eq!(unread.failed(user(1), second.clone()), Ok(()));
        assert_eq!(unread.skipped(), [(user(1), second)]);
        unread.read(user(1));
        assert!(unread.skipped().is_empty());
    }
}
