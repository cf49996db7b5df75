//! Derives from the evidence why something doesn't work: the causes that fit, the likeliest first.
//!
//! Each cause says who can fix it and which permission is missing. The sentences for them are in the view.

use pingone::fault::{Fault, JournalFault};
use pingone::token::Actor;
use pingone::user::{Account, UserId};

use super::cause::{Cause, Diagnosis, NextStep, Offer};
use super::check::{is_denial, is_html_page};
use super::evidence::{
    Answer, Evidence, InputFault, IssuedIn, Observed, Operation, PlainResult, Question, Reach, Symptom, is_ok,
};

impl Cause {
    /// The likeliest cause of a fault when nothing else is known.
    #[must_use]
    pub fn of(operation: Operation, fault: &Fault) -> Self {
        let now = pingone::time::Timestamp(0);
        let evidence = Evidence::of(Symptom::Failed { operation, fault: fault.clone(), at: now }, now);
        let causes = causes(&evidence);
        causes.first().copied().unwrap_or(Self::AnswerUnknown)
    }
}

/// The causes that fit the evidence, the likeliest first, each with the action that this page offers. Empty only if
/// the evidence shows no problem.
#[must_use]
pub fn diagnoses(evidence: &Evidence) -> Vec<Diagnosis> {
    let diagnosis = |cause| Diagnosis { cause, next: evidence.next_step(cause) };
    causes(evidence).into_iter().map(diagnosis).collect()
}

fn causes(evidence: &Evidence) -> Vec<Cause> {
    let ranked = match &evidence.symptom {
        Symptom::Input(input) => causes_for_input(*input),
        Symptom::Failed { operation, fault, .. } => evidence.causes_for_failure(*operation, fault),
        Symptom::NotPrompted(user) => evidence.causes_for_not_asked(*user),
        Symptom::Health => evidence.causes_for_health(),
    };
    let mut causes = Vec::new();
    for cause in ranked {
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    causes
}

fn causes_for_input(input: InputFault) -> Vec<Cause> {
    match input {
        InputFault::Paste(fault) => vec![Cause::TokenUnusable(fault)],
        InputFault::RegionMissing => vec![Cause::RegionMissing],
        InputFault::RegionElsewhere => vec![Cause::RegionElsewhere],
        InputFault::EnvironmentMissing => vec![Cause::EnvironmentNotNamed],
        InputFault::EnvironmentUnreadable => vec![Cause::EnvironmentUnreadable],
        InputFault::UserUnreadable => vec![Cause::UserUnreadable],
    }
}

impl Evidence {
    fn next_step(&self, cause: Cause) -> Option<NextStep> {
        let issued = self.region.as_ref().and_then(|(_, issued)| match issued {
            IssuedIn::Elsewhere(code) | IssuedIn::Unsure(code) => Some(NextStep::UseRegion(code.clone())),
            IssuedIn::Here | IssuedIn::NotStated => None,
        });
        let own_environment = self.token.as_ref().and_then(|token| token.environment);
        let own_environment =
            own_environment.filter(|id| Some(*id) != self.environment_id).map(NextStep::UseEnvironment);
        match cause.offer() {
            Offer::UseRegion => issued,
            Offer::UseEnvironment => own_environment,
            Offer::ReplaceToken => Some(NextStep::ReplaceToken),
            Offer::TryAgain => self.fault().map(|_| NextStep::TryAgain),
        }
    }

    fn causes_for_failure(&self, operation: Operation, fault: &Fault) -> Vec<Cause> {
        if let Some(causes) = self.causes_for_token() {
            return causes;
        }
        let is_end_user = self.token.as_ref().is_some_and(|token| matches!(token.actor, Actor::EndUser(_)));
        let is_denied = matches!(
            fault,
            Fault::RoleMissing(_) | Fault::EnvironmentUnknown(_) | Fault::UserUnknown(_) | Fault::NotFound(_)
        );
        if let Some(causes) = self.causes_for_one_user(operation, fault) {
            return causes;
        }
        if is_end_user && is_denied {
            return vec![Cause::EndUserToken, Cause::RoleMissing(operation.permission())];
        }
        // If the environment doesn't exist, PingOne refuses everything in it as if a role were missing.
        if is_denied && self.is_environment_missing() {
            return self.causes_for_missing_environment();
        }
        self.causes_of_fault(operation, fault)
    }

    /// The causes of a fault that nothing else in the evidence explains.
    fn causes_of_fault(&self, operation: Operation, fault: &Fault) -> Vec<Cause> {
        match fault {
            Fault::NotStored(JournalFault::Silent) => vec![Cause::StorageSilent],
            Fault::NotStored(_) => vec![Cause::NotStored],
            Fault::LockSilent => vec![Cause::LockSilent],
            Fault::Internal(_) => vec![Cause::Internal],
            Fault::HostRefused => vec![Cause::HostRefused],
            Fault::NotPermitted(_) => vec![Cause::DeploymentForbids],
            Fault::TokenForgotten => vec![Cause::TokenForgotten],
            Fault::TokenExpired(_) => vec![Cause::TokenExpired, Cause::ClockWrong],
            // PingOne accepted the token for the request that followed, and documents this
            // detail for 401 as well as for 403.
            Fault::TokenInvalid(refusal)
                if refusal.names("INSUFFICIENT_PERMISSIONS") && !self.works_now() =>
            {
                vec![Cause::RoleMissing(operation.permission()), Cause::Temporary]
            }
            Fault::TokenInvalid(_) if self.works_now() => vec![Cause::Temporary, Cause::TokenRefused],
            Fault::TokenInvalid(_) => vec![Cause::TokenRefused, Cause::Temporary],
            Fault::RateLimited { .. } => vec![Cause::RateLimited],
            Fault::LicenseExceeded(_) if self.has_mfa() == Some(false) => {
                vec![Cause::MfaMissing, Cause::LicenseExceeded]
            }
            Fault::LicenseExceeded(_) => vec![Cause::LicenseExceeded, Cause::MfaMissing],
            Fault::EnvironmentUnknown(refusal) => self.causes_for_hidden_environment(refusal.status),
            Fault::RoleMissing(_) => self.causes_for_missing_role(operation),
            Fault::UserUnknown(_) => self.causes_for_missing_user(),
            fault if is_html_page(fault) => vec![Cause::Intermediary, Cause::ServiceFailing],
            Fault::PathUnknown(_) => vec![Cause::PathUnknown, Cause::Intermediary],
            Fault::RequestRefused(refusal) if refusal.code.is_none() => {
                vec![Cause::Intermediary, Cause::PathUnknown]
            }
            Fault::StatusUnexpected(_) => vec![Cause::Intermediary, Cause::AnswerUnknown],
            Fault::RequestRefused(_) | Fault::MediaTypeRefused(_) | Fault::NotFound(_) => {
                vec![Cause::RequestRefused, Cause::Intermediary]
            }
            Fault::NotJson(_) | Fault::WrongShape(_) | Fault::BodyTooLarge(_) => {
                vec![Cause::AnswerUnknown, Cause::Intermediary]
            }
            Fault::Paging(_) => vec![Cause::ListInconsistent],
            Fault::ServerFailed(_) => self.causes_for_failing_server(operation),
            Fault::BodyCut(_) if self.works_now() => vec![Cause::Temporary, Cause::ConnectionLost],
            Fault::BodyCut(_) => vec![Cause::ConnectionLost, Cause::Intermediary],
            Fault::Unreachable => self.causes_for_no_answer(operation, Cause::AnswerUnreadable),
            Fault::Timeout { .. } => self.causes_for_no_answer(operation, Cause::NoAnswer),
        }
    }

    /// Causes for one user's failure in a run that changed others. A cause that would have
    /// stopped those as well is excluded.
    fn causes_for_one_user(&self, operation: Operation, fault: &Fault) -> Option<Vec<Cause>> {
        let others = self.counterexamples();
        if others == 0 || self.is_out_of_reach() {
            return None;
        }
        Some(match fault {
            fault if is_denial(fault) => vec![Cause::OthersChanged(others)],
            Fault::TokenInvalid(_) => vec![Cause::Temporary],
            Fault::LicenseExceeded(_) => vec![Cause::LicenseExceeded],
            Fault::UserUnknown(_) => vec![Cause::UserMissing],
            Fault::PathUnknown(_) | Fault::StatusUnexpected(_) => vec![Cause::Intermediary],
            Fault::RequestRefused(refusal) if refusal.code.is_none() => vec![Cause::Intermediary],
            Fault::ServerFailed(_) if !is_html_page(fault) && self.is_only_one_failing() => {
                vec![Cause::OneRecordFailing]
            }
            // Only if the host can be reached now as well: a run that worked earlier
            // doesn't prove that the network is up.
            Fault::Unreachable if is_ok(self.environment.as_ref()) => vec![Cause::ConnectionLost],
            Fault::Timeout { .. } if is_ok(self.environment.as_ref()) => {
                self.causes_for_no_answer(operation, Cause::NoAnswer).into_iter().take(1).collect()
            }
            _ => return None,
        })
    }

    /// Causes that follow from a 401 to any of the requests and from the token's own claims.
    fn causes_for_token(&self) -> Option<Vec<Cause>> {
        let has_expired = self.faults().any(|fault| matches!(fault, Fault::TokenExpired(_)));
        if !has_expired && self.refused_token().is_none() {
            return None;
        }
        let issued = self.region.as_ref().map(|(_, issued)| issued);
        let is_expired =
            has_expired || self.token.as_ref().is_some_and(|token| token.is_expired(self.now) == Some(true));
        Some(if is_expired {
            vec![Cause::TokenExpired, Cause::ClockWrong]
        } else if matches!(issued, Some(IssuedIn::Elsewhere(_) | IssuedIn::Unsure(_))) {
            vec![Cause::RegionElsewhere, Cause::TokenRefused]
        } else if self.is_for_pingone == Some(false) {
            vec![Cause::AudienceElsewhere, Cause::TokenRefused]
        } else if self.is_clock_suspicious() {
            vec![Cause::ClockWrong, Cause::TokenRefused]
        } else {
            vec![Cause::TokenRefused, Cause::ClockWrong]
        })
    }

    fn causes_for_missing_environment(&self) -> Vec<Cause> {
        match self.region {
            Some((_, IssuedIn::Here)) => vec![Cause::EnvironmentMissing, Cause::NoRole],
            _ => vec![Cause::EnvironmentMissing, Cause::RegionElsewhere],
        }
    }

    fn causes_for_hidden_environment(&self, status: u16) -> Vec<Cause> {
        if self.works_now() {
            return vec![Cause::RoleArriving, Cause::NoRole];
        }
        if status == 404 {
            return self.causes_for_missing_environment();
        }
        vec![Cause::NoRole, Cause::EnvironmentMissing]
    }

    fn causes_for_missing_role(&self, operation: Operation) -> Vec<Cause> {
        let missing = Cause::RoleMissing(operation.permission());
        if self.works_now() {
            return vec![Cause::RoleArriving, missing];
        }
        if self.is_out_of_reach() {
            return vec![Cause::ScopeTooNarrow, missing];
        }
        if self.has_mfa() == Some(false) && operation != Operation::ReadUsers {
            return vec![Cause::MfaMissing, missing];
        }
        if matches!(operation, Operation::ChangeFlag(_)) && !self.changed_populations.is_empty() {
            return vec![Cause::RoleLost, Cause::ScopeTooNarrow];
        }
        if self.has_lost_access() {
            return vec![Cause::RoleLost, Cause::NoRole];
        }
        let environment = self.environment.as_ref().and_then(|observed| observed.result.as_ref().err());
        if matches!(environment, Some(Fault::EnvironmentUnknown(_))) {
            return vec![Cause::NoRole, missing];
        }
        vec![missing, Cause::RoleArriving]
    }

    fn causes_for_missing_user(&self) -> Vec<Cause> {
        if self.user.as_ref().is_some_and(|user| user.result.is_ok()) {
            return vec![Cause::Temporary, Cause::UserMissing];
        }
        vec![Cause::UserMissing, Cause::EnvironmentSuspect]
    }

    fn causes_for_failing_server(&self, operation: Operation) -> Vec<Cause> {
        if self.is_only_one_failing() {
            return vec![Cause::OneRecordFailing, Cause::ServiceFailing];
        }
        if self.works_now() && operation != Operation::ReadUsers {
            return vec![Cause::Temporary, Cause::ServiceFailing];
        }
        vec![Cause::ServiceFailing, Cause::OneRecordFailing]
    }

    /// Causes for a request without a readable answer, narrowed down by what the browser can reach without a token.
    fn causes_for_no_answer(&self, operation: Operation, otherwise: Cause) -> Vec<Cause> {
        if self.faults().any(|fault| matches!(fault, Fault::RateLimited { .. })) {
            return vec![Cause::RateLimited, otherwise];
        }
        if self.works_now() {
            return vec![Cause::Temporary, otherwise];
        }
        let others_work = is_ok(self.environment.as_ref());
        // A preflight that is rate-limited, or that fails because PingOne does, looks like one that is refused. The
        // answer to the plain request tells them apart.
        match self.reach.and_then(|reach| reach.readable) {
            Some(429) => return vec![Cause::RateLimited, otherwise],
            Some(500..) => return vec![Cause::ServiceFailing, otherwise],
            _ => {}
        }
        match self.reach {
            None => vec![otherwise, Cause::HostUnreachable],
            Some(Reach { host: PlainResult::Forbidden, .. }) => vec![Cause::PolicyForbids, otherwise],
            Some(
                Reach { is_online: false, host: PlainResult::Unanswered, .. }
                | Reach { host: PlainResult::Unanswered, page: false, .. },
            ) => {
                vec![Cause::Offline, Cause::HostUnreachable]
            }
            Some(Reach { host: PlainResult::Unanswered, .. })
                if others_work && otherwise == Cause::NoAnswer =>
            {
                vec![otherwise, Cause::ConnectionLost]
            }
            Some(Reach { host: PlainResult::Unanswered, .. }) if others_work => {
                vec![Cause::ConnectionLost, otherwise]
            }
            Some(Reach { host: PlainResult::Unanswered, .. }) => vec![Cause::HostUnreachable, otherwise],
            Some(Reach { readable: Some(_), .. })
                if otherwise == Cause::AnswerUnreadable && !self.was_token_sent(operation) =>
            {
                vec![Cause::PreflightRefused, otherwise]
            }
            Some(Reach { readable: Some(_), .. }) if otherwise == Cause::AnswerUnreadable => {
                vec![otherwise, Cause::PreflightRefused]
            }
            Some(_) if otherwise == Cause::AnswerUnreadable => vec![otherwise, Cause::Intermediary],
            Some(_) => vec![otherwise, Cause::ConnectionLost],
        }
    }

    /// Whether a request with a token succeeded at the URL that failed. If so, the browser was
    /// permitted to send the token there.
    fn was_token_sent(&self, operation: Operation) -> bool {
        operation.is_write() && is_ok(self.flag.as_ref())
    }

    /// Causes that would make every further request fail: an unusable token, or a rate limit.
    fn blocking_causes(&self) -> Option<Vec<Cause>> {
        let is_limited = self.faults().any(|fault| matches!(fault, Fault::RateLimited { .. }));
        self.causes_for_token().or_else(|| is_limited.then(|| vec![Cause::RateLimited]))
    }

    fn causes_for_not_asked(&self, user: UserId) -> Vec<Cause> {
        if let Some(causes) = self.blocking_causes() {
            return causes;
        }
        if let Some((operation, fault)) = self.user_or_flag_fault(user) {
            return self.causes_as_if_failed(operation, &fault);
        }
        let account = self.user.as_ref().and_then(|user| user.result.as_ref().ok()).map(|user| user.account);
        let is_flag_off = matches!(self.flag, Some(Observed { result: Ok(false), .. }));
        let is_bypassed =
            matches!(self.bypass, Some(Observed { result: Ok(Some(end)), .. }) if end > self.now);
        let devices = self.devices_seen();
        let only_pingid = devices.is_some_and(|(all, _, pingid)| all > 0 && all == pingid)
            || (self.has_pingid() == Some(true) && self.has_mfa() == Some(false));
        let fits = [
            (matches!(account, Some(Account::Disabled | Account::Locked)), Cause::AccountUnusable),
            (is_flag_off, Cause::FlagOff),
            (is_bypassed, Cause::Bypassed),
            (only_pingid, Cause::PingIdDecides),
            (self.has_mfa() == Some(false), Cause::MfaMissing),
            (!is_flag_off && devices.is_some_and(|(_, usable, _)| usable == 0), Cause::NoDevice),
            (self.has_pingid() == Some(true), Cause::PingIdDecides),
        ];
        let mut causes: Vec<Cause> =
            fits.into_iter().filter(|(fits, _)| *fits).map(|(_, cause)| cause).collect();
        // It says that all else is as it should be.
        if causes.is_empty() && self.is_everything_read() {
            causes.push(Cause::PolicyDecides);
        }
        if let Some((operation, fault)) = self.devices_or_bypass_fault(user) {
            causes.extend(self.causes_as_if_failed(operation, &fault));
        }
        causes
    }

    /// Whether everything that decides whether the user needs a second factor is known, except for policies.
    fn is_everything_read(&self) -> bool {
        is_ok(self.flag.as_ref()) && is_ok(self.bypass.as_ref()) && is_ok(self.devices.as_ref())
    }

    /// The fault that kept the user's devices or bypass from being read, and the operation to diagnose it as.
    fn devices_or_bypass_fault(&self, user: UserId) -> Option<(Operation, Fault)> {
        let devices = self.devices.as_ref().and_then(|observed| observed.result.as_ref().err());
        let bypass = self.bypass.as_ref().and_then(|observed| observed.result.as_ref().err());
        let devices = devices.map(|fault| (Operation::ReadDevices(user), fault.clone()));
        devices.or_else(|| bypass.map(|fault| (Operation::ReadFlag(user), fault.clone())))
    }

    /// The fault that kept the user or the user's flag from being read, with the operation that failed.
    fn user_or_flag_fault(&self, user: UserId) -> Option<(Operation, Fault)> {
        let of = |operation, fault: Option<&Fault>| fault.map(|fault| (operation, fault.clone()));
        let read = self.user.as_ref().and_then(|observed| observed.result.as_ref().err());
        let flag = self.flag.as_ref().and_then(|observed| observed.result.as_ref().err());
        of(Operation::ReadUser(user), read).or_else(|| of(Operation::ReadFlag(user), flag))
    }

    fn causes_for_health(&self) -> Vec<Cause> {
        if let Some(causes) = self.blocking_causes() {
            return causes;
        }
        let environment = self.environment.as_ref().and_then(|observed| observed.result.as_ref().err());
        let users = self.users.as_ref().and_then(|observed| observed.result.as_ref().err());
        let flag = self.flag.as_ref().and_then(|observed| observed.result.as_ref().err());
        let first = self.users.as_ref().and_then(|observed| observed.result.as_ref().ok()?.first);
        let refused = [
            environment.map(|fault| (Operation::Connect, fault)),
            users.map(|fault| (Operation::ReadUsers, fault)),
            flag.zip(first).map(|(fault, user)| (Operation::ReadFlag(user), fault)),
        ];
        let refused = refused.into_iter().flatten().next();
        let mut causes =
            refused.map_or_else(Vec::new, |(operation, fault)| self.causes_as_if_failed(operation, fault));
        if self.token.as_ref().is_some_and(|token| token.is_expired(self.now) == Some(true)) {
            causes.push(Cause::TokenExpired);
        }
        if self.is_clock_behind() {
            causes.push(Cause::ClockWrong);
        }
        if self.has_mfa() == Some(false) {
            causes.push(Cause::MfaMissing);
        }
        causes
    }

    /// The causes for this fault, as if this operation had been the symptom, with all other evidence.
    fn causes_as_if_failed(&self, operation: Operation, fault: &Fault) -> Vec<Cause> {
        let symptom = Symptom::Failed { operation, fault: fault.clone(), at: self.now };
        let mut evidence = Self { symptom, ..self.clone() };
        // The request that failed is the question itself, so its answer isn't a second observation.
        if let Operation::ReadUser(user) = operation {
            evidence.learn(Question::User(user), Err::<Answer, _>(fault.clone()), self.now);
            evidence.repeats = self.repeats;
        }
        causes(&evidence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pingone::environment::EnvironmentId;
    use pingone::role::Permission;

    use crate::diagnosis::cause::Responsible;
    use crate::diagnosis::check::Check;
    use pingone::time::Timestamp;

    #[test]
    fn every_fault_has_a_cause_whose_check_does_not_pass() {
        use super::super::check::{Verdict, findings};
        for fault in Fault::examples() {
            let symptom =
                Symptom::Failed { operation: Operation::ReadUsers, fault: fault.clone(), at: Timestamp(0) };
            let evidence = Evidence::of(symptom, Timestamp(0));
            let causes = causes(&evidence);
            let first = causes.first().unwrap_or_else(|| panic!("{fault:?} has no cause"));
            let broken = findings(&evidence).into_iter().find(|finding| finding.check == first.check());
            assert_ne!(broken.unwrap().verdict, Verdict::Pass, "{fault:?}: {first:?}");
        }
    }

    #[test]
    fn a_cause_names_who_can_fix_it_and_the_missing_permission() {
        assert_eq!(Cause::RoleMissing(Permission::UpdateMfa).who(), Responsible::EnvironmentAdmin);
        assert_eq!(Cause::RoleMissing(Permission::UpdateMfa).missing(), Some(Permission::UpdateMfa));
        assert_eq!(Cause::TokenExpired.who(), Responsible::You);
    }

    #[test]
    fn a_defect_of_this_page_is_named_as_one_and_is_for_its_makers() {
        for operation in [Operation::ReadUsers, Operation::ChangeFlag(None)] {
            let cause = Cause::of(operation, &Fault::Internal("x"));
            assert_eq!(
                (cause, cause.who(), cause.check()),
                (Cause::Internal, Responsible::Makers, Check::Page)
            );
        }
    }

    #[test]
    fn a_401_of_a_single_change_leaves_the_token_check_unknown() {
        use super::super::check::{Verdict, findings};
        use pingone::environment::{Environment, EnvironmentKind};
        use pingone::token::TokenFacts;
        let symptom = Symptom::Failed {
            operation: Operation::ChangeFlag(None),
            fault: Fault::TokenInvalid(pingone::fault::Refusal::default()),
            at: Timestamp(0),
        };
        let mut evidence =
            Evidence { token: Some(TokenFacts::default()), ..Evidence::of(symptom, Timestamp(0)) };
        let id = EnvironmentId(uuid::Uuid::from_u128(1));
        let environment = Environment { id, name: "Workforce".into(), kind: EnvironmentKind::Sandbox };
        evidence.learn(Question::Environment, Ok(Answer::Environment(environment)), Timestamp(1));
        assert_eq!(causes(&evidence), [Cause::TokenRefused, Cause::Temporary]);
        let token = findings(&evidence).into_iter().find(|finding| finding.check == Check::Token);
        assert_eq!(token.unwrap().verdict, Verdict::Unknown);
    }

    #[test]
    fn health_without_faults_has_no_diagnosis() {
        assert_eq!(diagnoses(&Evidence::of(Symptom::Health, Timestamp(0))), []);
    }
}
