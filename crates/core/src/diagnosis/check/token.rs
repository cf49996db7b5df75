//! Checks of the token: whether PingOne accepts it, its expiry by the computer's clock, and its region.

use pingone::fault::Fault;
use pingone::token::Actor;

use super::super::evidence::{Evidence, InputFault, IssuedIn};
use super::{CheckResult, NOT_RUN, Seen, Verdict};

/// If PingOne says that a token has expired and its expiry is at most this far ahead by this computer's clock (in
/// milliseconds), the clock is likely wrong.
const NEAR_EXPIRY: i64 = 10 * 60_000;

/// How far a computer's clock may be behind before the page reports it, in milliseconds.
const SKEW: i64 = 60_000;

impl Evidence {
    pub(super) fn check_token(&self) -> CheckResult {
        if let Some(input @ InputFault::Paste(_)) = self.input() {
            return (Verdict::Fail, Seen::Input(input));
        }
        if let Some((_, fault @ Fault::TokenForgotten)) = self.fault() {
            return (Verdict::Fail, Seen::Fault(fault.clone()));
        }
        let Some(token) = &self.token else { return NOT_RUN };
        if matches!(token.actor, Actor::EndUser(_)) {
            return (Verdict::Fail, Seen::EndUser);
        }
        let audience = Seen::Audience(token.audience.clone());
        match self.refused_token() {
            Some(_) if self.is_for_pingone == Some(false) => (Verdict::Fail, audience),
            Some(fault) if !self.is_clock_suspicious() => (Verdict::Fail, Seen::Fault(fault.clone())),
            Some(fault) => (Verdict::Unknown, Seen::Fault(fault.clone())),
            None => match self.fault() {
                // PingOne accepted the token for other requests. Whether it does for this one now isn't known.
                Some((_, fault @ Fault::TokenInvalid(_))) if !self.works_now() => {
                    (Verdict::Unknown, Seen::Fault(fault.clone()))
                }
                _ if self.is_token_accepted() => (Verdict::Pass, audience),
                _ => (Verdict::Unknown, audience),
            },
        }
    }

    pub(super) fn check_expiry(&self) -> CheckResult {
        let Some(token) = &self.token else { return NOT_RUN };
        let expiry = Seen::Ends(token.expires_at);
        let is_refused = self.refused_token().is_some();
        match token.is_expired(self.now) {
            Some(true) => (Verdict::Fail, expiry),
            None => (Verdict::Unknown, expiry),
            Some(false) if is_refused => (Verdict::Unknown, expiry),
            Some(false) => (Verdict::Pass, expiry),
        }
    }

    /// How far in the future the token was issued, in milliseconds, if that is more than the tolerated clock skew.
    fn issued_ahead_by(&self) -> Option<i64> {
        let issued_at = self.token.as_ref()?.issued_at?;
        Some(issued_at.since(self.now)).filter(|ahead| *ahead > SKEW)
    }

    /// Whether PingOne probably refuses the token because it has expired by PingOne's
    /// clock, but not by this computer's.
    pub(in crate::diagnosis) fn is_clock_suspicious(&self) -> bool {
        let expiry = self.token.as_ref().and_then(|token| token.expires_at);
        self.issued_ahead_by().is_some()
            || expiry.is_some_and(|end| (0..NEAR_EXPIRY).contains(&end.since(self.now)))
    }

    /// Whether the token was issued in the future by this computer's clock.
    pub(in crate::diagnosis) fn is_clock_behind(&self) -> bool {
        self.issued_ahead_by().is_some()
    }

    pub(super) fn check_clock(&self) -> CheckResult {
        if let Some(ahead) = self.issued_ahead_by() {
            return (Verdict::Fail, Seen::Begins(ahead));
        }
        let Some(token) = &self.token else { return NOT_RUN };
        let is_refused = self.refused_token().is_some();
        match (is_refused, token.expires_at) {
            (true, Some(end)) if self.is_clock_suspicious() => (Verdict::Fail, Seen::EndsSoon(end)),
            (true, _) => (Verdict::Unknown, Seen::Nothing),
            (false, _) => NOT_RUN,
        }
    }

    pub(super) fn check_region(&self) -> CheckResult {
        if let Some(input @ (InputFault::RegionMissing | InputFault::RegionElsewhere)) = self.input() {
            return (Verdict::Fail, Seen::Input(input));
        }
        if let Some(fault) = self.faults().find(|fault| matches!(fault, Fault::PathUnknown(_))) {
            return (Verdict::Fail, Seen::Fault(fault.clone()));
        }
        let Some((_, issued)) = &self.region else { return NOT_RUN };
        let is_refused = self.refused_token().is_some();
        match issued {
            IssuedIn::Elsewhere(code) => (Verdict::Fail, Seen::Region(Some(code.clone()))),
            IssuedIn::Unsure(code) if is_refused => (Verdict::Fail, Seen::Region(Some(code.clone()))),
            IssuedIn::Unsure(code) => (Verdict::Unknown, Seen::Region(Some(code.clone()))),
            IssuedIn::NotStated if self.is_token_accepted() => (Verdict::Pass, Seen::Answered),
            IssuedIn::NotStated => (Verdict::Unknown, Seen::RegionNotStated),
            IssuedIn::Here => (Verdict::Pass, Seen::Region(None)),
        }
    }
}
