//! Why something doesn't work: the causes that fit the evidence, the likeliest first. Each says who can do something about
//! it and which permission is missing; the sentences are the view's.

use super::check::{Check, is_denial, is_gateways_page};
use super::evidence::{
    Answer, Evidence, InputFault, IssuedIn, Observed, Operation, Plain, Question, Reach, Symptom, is_ok,
};
use super::fault::{Fault, JournalFault};
use super::paste::PasteFault;
use super::region::RegionCode;
use super::role::Permission;
use super::tenant::EnvironmentId;
use super::token::Actor;
use super::user::{Account, UserId};

/// Why something doesn't work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// What was pasted is no access token, or one that can't be used.
    TokenUnusable(PasteFault),
    /// No token is held any more.
    TokenForgotten,
    /// The token has ended.
    TokenExpired,
    /// This computer's clock and PingOne's disagree.
    ClockWrong,
    /// The token is for another API than PingOne's.
    AudienceElsewhere,
    /// The token is a user's own: it reaches that user's record alone.
    EndUserToken,
    /// PingOne doesn't take the token: cut, altered, or signed with a key that PingOne doesn't know any more.
    TokenRefused,
    /// Nobody names the region.
    RegionMissing,
    /// The token was issued in another region.
    RegionElsewhere,
    /// Nobody names the environment.
    EnvironmentNotNamed,
    /// The environment ID is no UUID.
    EnvironmentUnreadable,
    /// There is no such environment in this region.
    EnvironmentMissing,
    /// The environment is the one where the application lives, and may not be the one that is meant.
    EnvironmentSuspect,
    /// The token's holder has no role in the environment.
    NoRole,
    /// A role is missing that contains the permission.
    RoleMissing(Permission),
    /// The role was given a moment ago and had not arrived.
    RoleArriving,
    /// The role is limited to some populations.
    ScopeTooNarrow,
    /// The role was there and has been taken away.
    RoleLost,
    /// PingOne refuses this user, while the same run changed so many others with the same token.
    OthersChanged(u64),
    /// The user ID is no UUID.
    UserUnreadable,
    /// There is no such user in this environment.
    UserMissing,
    /// The gateway doesn't know the address: the deployment's address of the API is wrong.
    PathUnknown,
    /// The licence doesn't cover it.
    LicenceExceeded,
    /// MFA is not among the environment's products.
    MfaMissing,
    /// `PingID` decides, and not the flag.
    PingIdDecides,
    /// The browser is offline.
    Offline,
    /// The API's host can't be reached: DNS, TLS, a firewall or a blocker.
    HostUnreachable,
    /// The page's own security policy doesn't let the browser ask the API.
    PolicyForbids,
    /// The browser is refused the permission to ask with a token (the preflight).
    PreflightRefused,
    /// The answer doesn't permit pages to read it.
    AnswerUnreadable,
    /// The connection ends before the answer does.
    ConnectionLost,
    /// The host is reached, and no answer comes in time.
    NoAnswer,
    /// Something else than PingOne answers.
    Intermediary,
    /// PingOne limits the requests.
    RateLimited,
    /// PingOne fails.
    ServiceFailing,
    /// PingOne fails for one record or page only.
    OneRecordFailing,
    /// It failed, and works now.
    PassedBy,
    /// PingOne refuses the request itself.
    RequestRefused,
    /// The answer has a shape that this page doesn't know, or is damaged.
    AnswerUnknown,
    /// The pages of the list contradict each other.
    ListInconsistent,
    /// The browser doesn't store what a run does.
    NotStored,
    /// The browser's storage was asked, and never answered.
    StorageSilent,
    /// The browser's locks were asked, and never answered.
    LockSilent,
    /// The page around this one doesn't permit the change.
    HostRefused,
    /// The deployment doesn't permit the change.
    DeploymentForbids,
    /// The account is disabled or locked.
    AccountUnusable,
    /// The flag is off.
    FlagOff,
    /// A bypass runs.
    Bypassed,
    /// The flag is on, and there is no device to answer with.
    NoDevice,
    /// Everything is there; sign-on policies, which this page doesn't read, don't ask.
    PolicyDecides,
}

/// Who can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// Whoever reads this.
    You,
    /// Nobody but time.
    Time,
    /// An administrator who may assign roles in the environment.
    EnvironmentAdmin,
    /// Whoever holds the organization's contract with Ping.
    LicenceHolder,
    /// Whoever looks after sign-on policies.
    PolicyAdmin,
    /// Whoever runs the network or its proxy.
    NetworkAdmin,
    /// Whoever has put this page where it is.
    Deployer,
    /// Ping's support.
    PingSupport,
    /// The makers of this page.
    Makers,
}

/// What a button can do about it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Next {
    /// Try the same again.
    TryAgain,
    /// Give another token.
    ReplaceToken,
    /// Take the region that issued the token.
    UseRegion(RegionCode),
    /// Take the environment that issued the token.
    UseEnvironment(EnvironmentId),
}

/// A cause that fits, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The cause.
    pub cause: Cause,
    /// What can be done about it here.
    pub next: Option<Next>,
}

impl Cause {
    /// The check that this cause breaks.
    #[must_use]
    pub const fn check(self) -> Check {
        match self {
            Self::TokenUnusable(_)
            | Self::TokenForgotten
            | Self::AudienceElsewhere
            | Self::EndUserToken
            | Self::TokenRefused => Check::Token,
            Self::TokenExpired => Check::Expiry,
            Self::ClockWrong => Check::Clock,
            Self::RegionMissing | Self::RegionElsewhere | Self::PathUnknown => Check::Region,
            Self::EnvironmentNotNamed | Self::EnvironmentUnreadable | Self::EnvironmentMissing => {
                Check::Environment
            }
            Self::EnvironmentSuspect => Check::OwnEnvironment,
            Self::RoleMissing(Permission::ReadUsers) => Check::ReadUsers,
            Self::RoleMissing(Permission::UpdateMfa) => Check::ChangeFlag,
            Self::NoRole | Self::RoleLost | Self::RoleMissing(_) => Check::Role,
            Self::RoleArriving => Check::Propagation,
            Self::ScopeTooNarrow | Self::OthersChanged(_) => Check::Scope,
            Self::UserUnreadable | Self::UserMissing => Check::User,
            Self::LicenceExceeded => Check::Licence,
            Self::MfaMissing => Check::MfaProduct,
            Self::PingIdDecides => Check::PingId,
            Self::Offline | Self::HostUnreachable | Self::PolicyForbids => Check::Host,
            Self::PreflightRefused
            | Self::AnswerUnreadable
            | Self::ConnectionLost
            | Self::Intermediary
            | Self::PassedBy
            | Self::RequestRefused
            | Self::AnswerUnknown
            | Self::ListInconsistent => Check::Answers,
            Self::RateLimited => Check::Limit,
            Self::NoAnswer | Self::ServiceFailing | Self::OneRecordFailing => Check::Service,
            Self::NotStored | Self::StorageSilent | Self::LockSilent => Check::Storage,
            Self::HostRefused => Check::HostPage,
            Self::DeploymentForbids => Check::Deployment,
            Self::AccountUnusable => Check::Account,
            Self::FlagOff => Check::Flag,
            Self::Bypassed => Check::Bypass,
            Self::NoDevice => Check::Device,
            Self::PolicyDecides => Check::Policy,
        }
    }

    /// Who can do something about it.
    #[must_use]
    pub const fn who(self) -> Who {
        match self {
            Self::TokenUnusable(_)
            | Self::TokenForgotten
            | Self::TokenExpired
            | Self::ClockWrong
            | Self::AudienceElsewhere
            | Self::EndUserToken
            | Self::TokenRefused
            | Self::RegionMissing
            | Self::RegionElsewhere
            | Self::EnvironmentNotNamed
            | Self::EnvironmentUnreadable
            | Self::EnvironmentMissing
            | Self::EnvironmentSuspect
            | Self::UserUnreadable
            | Self::UserMissing
            | Self::Offline
            | Self::NotStored
            | Self::StorageSilent
            | Self::LockSilent
            | Self::AccountUnusable
            | Self::FlagOff
            | Self::Bypassed
            | Self::NoDevice
            | Self::OthersChanged(_) => Who::You,
            Self::RoleArriving | Self::RateLimited | Self::PassedBy => Who::Time,
            Self::NoRole | Self::RoleMissing(_) | Self::ScopeTooNarrow | Self::RoleLost => {
                Who::EnvironmentAdmin
            }
            Self::LicenceExceeded | Self::MfaMissing => Who::LicenceHolder,
            Self::PingIdDecides | Self::PolicyDecides => Who::PolicyAdmin,
            Self::HostUnreachable
            | Self::PreflightRefused
            | Self::AnswerUnreadable
            | Self::ConnectionLost
            | Self::Intermediary => Who::NetworkAdmin,
            Self::PathUnknown | Self::PolicyForbids | Self::HostRefused | Self::DeploymentForbids => {
                Who::Deployer
            }
            Self::NoAnswer | Self::ServiceFailing | Self::OneRecordFailing => Who::PingSupport,
            Self::RequestRefused | Self::AnswerUnknown | Self::ListInconsistent => Who::Makers,
        }
    }

    /// The permission that is missing, if one is.
    #[must_use]
    pub const fn missing(self) -> Option<Permission> {
        match self {
            Self::RoleMissing(permission) => Some(permission),
            Self::NoRole | Self::ScopeTooNarrow | Self::RoleLost => Some(Permission::UpdateMfa),
            _ => None,
        }
    }

    /// The likeliest cause of a fault of which nothing else is known.
    #[must_use]
    pub fn of(operation: Operation, fault: &Fault) -> Self {
        let now = super::time::Timestamp(0);
        let evidence = Evidence::of(Symptom::Failed { operation, fault: fault.clone(), at: now }, now);
        let causes = causes(&evidence);
        causes.first().copied().unwrap_or(Self::AnswerUnknown)
    }
}

/// The causes that fit, the likeliest first, each with what can be done about it here. Empty only where nothing is wrong that
/// can be seen.
#[must_use]
pub fn diagnoses(evidence: &Evidence) -> Vec<Diagnosis> {
    let diagnosis = |cause| Diagnosis { cause, next: evidence.next_step(cause) };
    causes(evidence).into_iter().map(diagnosis).collect()
}

fn causes(evidence: &Evidence) -> Vec<Cause> {
    let ranked = match &evidence.symptom {
        Symptom::Input(input) => of_input(*input),
        Symptom::Failed { operation, fault, .. } => evidence.of_failure(*operation, fault),
        Symptom::NotAsked(user) => evidence.of_silence(*user),
        Symptom::Health => evidence.of_health(),
    };
    let mut causes = Vec::new();
    for cause in ranked {
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    causes
}

fn of_input(input: InputFault) -> Vec<Cause> {
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
    fn next_step(&self, cause: Cause) -> Option<Next> {
        let issued = self.region.as_ref().and_then(|(_, issued)| match issued {
            IssuedIn::Elsewhere(code) | IssuedIn::Unsure(code) => Some(Next::UseRegion(code.clone())),
            IssuedIn::Here | IssuedIn::NotSaid => None,
        });
        let own = self.token.as_ref().and_then(|token| token.environment);
        let own = own.filter(|own| Some(*own) != self.environment_id).map(Next::UseEnvironment);
        match cause {
            Cause::RegionElsewhere => issued,
            Cause::EnvironmentMissing | Cause::NoRole => own,
            Cause::TokenForgotten
            | Cause::TokenExpired
            | Cause::ClockWrong
            | Cause::AudienceElsewhere
            | Cause::EndUserToken
            | Cause::TokenRefused => Some(Next::ReplaceToken),
            _ if matches!(self.symptom, Symptom::Failed { .. }) => Some(Next::TryAgain),
            _ => None,
        }
    }

    fn of_failure(&self, operation: Operation, fault: &Fault) -> Vec<Cause> {
        if let Some(causes) = self.of_token() {
            return causes;
        }
        let is_end_user = self.token.as_ref().is_some_and(|token| matches!(token.actor, Actor::EndUser(_)));
        let is_denied = matches!(
            fault,
            Fault::RoleMissing(_) | Fault::EnvironmentUnknown(_) | Fault::UserUnknown(_) | Fault::NotFound(_)
        );
        if let Some(causes) = self.of_exception(operation, fault) {
            return causes;
        }
        if is_end_user && is_denied {
            return vec![Cause::EndUserToken, Cause::RoleMissing(operation.permission())];
        }
        // A refusal of anything under an environment that doesn't exist looks like a missing role.
        if is_denied && self.is_environment_missing() {
            return self.environment_missing();
        }
        match fault {
            Fault::NotStored(JournalFault::Silent) => vec![Cause::StorageSilent],
            Fault::NotStored(_) => vec![Cause::NotStored],
            Fault::LockSilent => vec![Cause::LockSilent],
            Fault::HostRefused => vec![Cause::HostRefused],
            Fault::NotPermitted(_) => vec![Cause::DeploymentForbids],
            Fault::TokenForgotten => vec![Cause::TokenForgotten],
            Fault::TokenExpired(_) => vec![Cause::TokenExpired, Cause::ClockWrong],
            // The token was taken by the question that followed, and PingOne documents this detail for 401 as well as 403.
            Fault::TokenInvalid(refusal)
                if refusal.names("INSUFFICIENT_PERMISSIONS") && !self.works_now() =>
            {
                vec![Cause::RoleMissing(operation.permission()), Cause::PassedBy]
            }
            Fault::TokenInvalid(_) if self.works_now() => vec![Cause::PassedBy, Cause::TokenRefused],
            Fault::TokenInvalid(_) => vec![Cause::TokenRefused, Cause::PassedBy],
            Fault::RateLimited { .. } => vec![Cause::RateLimited],
            Fault::LicenceExceeded(_) if self.has_mfa() == Some(false) => {
                vec![Cause::MfaMissing, Cause::LicenceExceeded]
            }
            Fault::LicenceExceeded(_) => vec![Cause::LicenceExceeded, Cause::MfaMissing],
            Fault::EnvironmentUnknown(refusal) => self.of_hidden_environment(refusal.status),
            Fault::RoleMissing(_) => self.of_missing_role(operation),
            Fault::UserUnknown(_) => self.of_missing_user(),
            fault if is_gateways_page(fault) => vec![Cause::Intermediary, Cause::ServiceFailing],
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
            Fault::ServerFailed(_) => self.of_failing_server(operation),
            Fault::BodyCut(_) if self.works_now() => vec![Cause::PassedBy, Cause::ConnectionLost],
            Fault::BodyCut(_) => vec![Cause::ConnectionLost, Cause::Intermediary],
            Fault::Unreachable => self.of_silence_of_the_host(operation, Cause::AnswerUnreadable),
            Fault::Timeout { .. } => self.of_silence_of_the_host(operation, Cause::NoAnswer),
        }
    }

    /// One user's failure in a run that changed others: whatever would have stopped those as well is no cause.
    fn of_exception(&self, operation: Operation, fault: &Fault) -> Option<Vec<Cause>> {
        let others = self.proven();
        if others == 0 || self.is_out_of_reach() {
            return None;
        }
        Some(match fault {
            fault if is_denial(fault) => vec![Cause::OthersChanged(others)],
            Fault::TokenInvalid(_) => vec![Cause::PassedBy],
            Fault::LicenceExceeded(_) => vec![Cause::LicenceExceeded],
            Fault::UserUnknown(_) => vec![Cause::UserMissing],
            Fault::PathUnknown(_) | Fault::StatusUnexpected(_) => vec![Cause::Intermediary],
            Fault::RequestRefused(refusal) if refusal.code.is_none() => vec![Cause::Intermediary],
            Fault::ServerFailed(_) if !is_gateways_page(fault) && self.is_only_one_failing() => {
                vec![Cause::OneRecordFailing]
            }
            // Only where the host is reached now as well: a run that worked doesn't say that the line is up.
            Fault::Unreachable if is_ok(self.environment.as_ref()) => vec![Cause::ConnectionLost],
            Fault::Timeout { .. } if is_ok(self.environment.as_ref()) => {
                self.of_silence_of_the_host(operation, Cause::NoAnswer).into_iter().take(1).collect()
            }
            _ => return None,
        })
    }

    /// What a 401, wherever it came, and the token's own claims say.
    fn of_token(&self) -> Option<Vec<Cause>> {
        let has_expired = self.faults().any(|fault| matches!(fault, Fault::TokenExpired(_)));
        if !has_expired && self.refused_token().is_none() {
            return None;
        }
        let issued = self.region.as_ref().map(|(_, issued)| issued);
        let has_ended =
            has_expired || self.token.as_ref().is_some_and(|token| token.is_expired(self.now) == Some(true));
        Some(if has_ended {
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

    fn environment_missing(&self) -> Vec<Cause> {
        match self.region {
            Some((_, IssuedIn::Here)) => vec![Cause::EnvironmentMissing, Cause::NoRole],
            _ => vec![Cause::EnvironmentMissing, Cause::RegionElsewhere],
        }
    }

    fn of_hidden_environment(&self, status: u16) -> Vec<Cause> {
        if self.works_now() {
            return vec![Cause::RoleArriving, Cause::NoRole];
        }
        if status == 404 {
            return self.environment_missing();
        }
        vec![Cause::NoRole, Cause::EnvironmentMissing]
    }

    fn of_missing_role(&self, operation: Operation) -> Vec<Cause> {
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
        if matches!(operation, Operation::ChangeFlag(_)) && !self.changed_in.is_empty() {
            return vec![Cause::RoleLost, Cause::ScopeTooNarrow];
        }
        if self.is_shut_out() {
            return vec![Cause::RoleLost, Cause::NoRole];
        }
        let environment = self.environment.as_ref().and_then(|sight| sight.result.as_ref().err());
        if matches!(environment, Some(Fault::EnvironmentUnknown(_))) {
            return vec![Cause::NoRole, missing];
        }
        vec![missing, Cause::RoleArriving]
    }

    fn of_missing_user(&self) -> Vec<Cause> {
        if self.user.as_ref().is_some_and(|user| user.result.is_ok()) {
            return vec![Cause::PassedBy, Cause::UserMissing];
        }
        vec![Cause::UserMissing, Cause::EnvironmentSuspect]
    }

    fn of_failing_server(&self, operation: Operation) -> Vec<Cause> {
        if self.is_only_one_failing() {
            return vec![Cause::OneRecordFailing, Cause::ServiceFailing];
        }
        if self.works_now() && operation != Operation::ReadUsers {
            return vec![Cause::PassedBy, Cause::ServiceFailing];
        }
        vec![Cause::ServiceFailing, Cause::OneRecordFailing]
    }

    /// The browser got no answer that it shows. What it can reach without a token narrows that down, as far as it goes.
    fn of_silence_of_the_host(&self, operation: Operation, otherwise: Cause) -> Vec<Cause> {
        if self.faults().any(|fault| matches!(fault, Fault::RateLimited { .. })) {
            return vec![Cause::RateLimited, otherwise];
        }
        if self.works_now() {
            return vec![Cause::PassedBy, otherwise];
        }
        let others_work = is_ok(self.environment.as_ref());
        // A preflight that is limited, or fails with PingOne, looks like one that is refused. The plain answer tells.
        match self.reach.and_then(|reach| reach.readable) {
            Some(429) => return vec![Cause::RateLimited, otherwise],
            Some(500..) => return vec![Cause::ServiceFailing, otherwise],
            _ => {}
        }
        match self.reach {
            None => vec![otherwise, Cause::HostUnreachable],
            Some(Reach { host: Plain::Forbidden, .. }) => vec![Cause::PolicyForbids, otherwise],
            Some(
                Reach { is_online: false, host: Plain::Unanswered, .. }
                | Reach { host: Plain::Unanswered, page: false, .. },
            ) => {
                vec![Cause::Offline, Cause::HostUnreachable]
            }
            Some(Reach { host: Plain::Unanswered, .. }) if others_work && otherwise == Cause::NoAnswer => {
                vec![otherwise, Cause::ConnectionLost]
            }
            Some(Reach { host: Plain::Unanswered, .. }) if others_work => {
                vec![Cause::ConnectionLost, otherwise]
            }
            Some(Reach { host: Plain::Unanswered, .. }) => vec![Cause::HostUnreachable, otherwise],
            Some(Reach { readable: Some(_), .. })
                if otherwise == Cause::AnswerUnreadable && !self.was_asked_with_token(operation) =>
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

    /// Whether a request with a token went through at the address of what failed: then the browser was permitted to ask.
    fn was_asked_with_token(&self, operation: Operation) -> bool {
        operation.is_write() && is_ok(self.flag.as_ref())
    }

    /// What would keep every further question from being answered.
    fn of_end(&self) -> Option<Vec<Cause>> {
        let is_limited = self.faults().any(|fault| matches!(fault, Fault::RateLimited { .. }));
        self.of_token().or_else(|| is_limited.then(|| vec![Cause::RateLimited]))
    }

    fn of_silence(&self, user: UserId) -> Vec<Cause> {
        if let Some(causes) = self.of_end() {
            return causes;
        }
        if let Some((operation, fault)) = self.first_refusal(user) {
            return self.as_if(operation, &fault);
        }
        let account = self.user.as_ref().and_then(|user| user.result.as_ref().ok()).map(|user| user.account);
        let is_off = matches!(self.flag, Some(Observed { result: Ok(false), .. }));
        let is_bypassed =
            matches!(self.bypass, Some(Observed { result: Ok(Some(end)), .. }) if end > self.now);
        let devices = self.devices_seen();
        let only_pingid = devices.is_some_and(|(all, _, pingid)| all > 0 && all == pingid)
            || (self.has_pingid() == Some(true) && self.has_mfa() == Some(false));
        let fits = [
            (matches!(account, Some(Account::Disabled | Account::Locked)), Cause::AccountUnusable),
            (is_off, Cause::FlagOff),
            (is_bypassed, Cause::Bypassed),
            (only_pingid, Cause::PingIdDecides),
            (self.has_mfa() == Some(false), Cause::MfaMissing),
            (devices.is_some_and(|(_, usable, _)| usable == 0), Cause::NoDevice),
            (self.has_pingid() == Some(true), Cause::PingIdDecides),
            (self.is_all_read(), Cause::PolicyDecides),
        ];
        let mut causes: Vec<Cause> =
            fits.into_iter().filter(|(fits, _)| *fits).map(|(_, cause)| cause).collect();
        if let Some((operation, fault)) = self.second_refusal(user) {
            causes.extend(self.as_if(operation, &fault));
        }
        causes
    }

    /// Whether all is known that decides whether somebody is asked, but for policies.
    fn is_all_read(&self) -> bool {
        is_ok(self.flag.as_ref()) && is_ok(self.bypass.as_ref()) && is_ok(self.devices.as_ref())
    }

    /// What kept bypass or devices of a user from being read.
    fn second_refusal(&self, user: UserId) -> Option<(Operation, Fault)> {
        let devices = self.devices.as_ref().and_then(|sight| sight.result.as_ref().err());
        let bypass = self.bypass.as_ref().and_then(|sight| sight.result.as_ref().err());
        let devices = devices.map(|fault| (Operation::ReadDevices(user), fault.clone()));
        devices.or_else(|| bypass.map(|fault| (Operation::ReadFlag(user), fault.clone())))
    }

    /// What kept the questions about a user from being answered.
    fn first_refusal(&self, user: UserId) -> Option<(Operation, Fault)> {
        let of = |operation, fault: Option<&Fault>| fault.map(|fault| (operation, fault.clone()));
        let read = self.user.as_ref().and_then(|sight| sight.result.as_ref().err());
        let flag = self.flag.as_ref().and_then(|sight| sight.result.as_ref().err());
        of(Operation::ReadUser(user), read).or_else(|| of(Operation::ReadFlag(user), flag))
    }

    fn of_health(&self) -> Vec<Cause> {
        if let Some(causes) = self.of_end() {
            return causes;
        }
        let environment = self.environment.as_ref().and_then(|sight| sight.result.as_ref().err());
        let users = self.users.as_ref().and_then(|sight| sight.result.as_ref().err());
        let flag = self.flag.as_ref().and_then(|sight| sight.result.as_ref().err());
        let first = self.users.as_ref().and_then(|sight| sight.result.as_ref().ok()?.first);
        let refused = [
            environment.map(|fault| (Operation::Connect, fault)),
            users.map(|fault| (Operation::ReadUsers, fault)),
            flag.zip(first).map(|(fault, user)| (Operation::ReadFlag(user), fault)),
        ];
        let refused = refused.into_iter().flatten().next();
        let mut causes = refused.map_or_else(Vec::new, |(operation, fault)| self.as_if(operation, fault));
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

    /// The causes as if this had failed, with all that is known.
    fn as_if(&self, operation: Operation, fault: &Fault) -> Vec<Cause> {
        let symptom = Symptom::Failed { operation, fault: fault.clone(), at: self.now };
        let mut evidence = Self { symptom, ..self.clone() };
        // What failed was the question itself, which therefore isn't a second opinion.
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
    use crate::domain::time::Timestamp;

    #[test]
    fn every_fault_has_a_cause_and_the_cause_breaks_a_check_that_does_not_pass() {
        use crate::domain::check::{Verdict, findings};
        for fault in Fault::every() {
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
    fn whoever_else_has_to_act_is_somebody_to_write_to() {
        assert_eq!(Cause::RoleMissing(Permission::UpdateMfa).who(), Who::EnvironmentAdmin);
        assert_eq!(Cause::RoleMissing(Permission::UpdateMfa).missing(), Some(Permission::UpdateMfa));
        assert_eq!(Cause::TokenExpired.who(), Who::You);
    }

    #[test]
    fn a_401_of_a_change_alone_neither_passes_the_token_nor_is_said_to_be_over() {
        use crate::domain::check::{Verdict, findings};
        use crate::domain::tenant::{Environment, EnvironmentKind};
        use crate::domain::token::TokenFacts;
        let symptom = Symptom::Failed {
            operation: Operation::ChangeFlag(None),
            fault: Fault::TokenInvalid(crate::domain::fault::Refusal::default()),
            at: Timestamp(0),
        };
        let mut evidence =
            Evidence { token: Some(TokenFacts::default()), ..Evidence::of(symptom, Timestamp(0)) };
        let id = EnvironmentId(uuid::Uuid::from_u128(1));
        let environment = Environment { id, name: "Workforce".into(), kind: EnvironmentKind::Sandbox };
        evidence.learn(Question::Environment, Ok(Answer::Environment(environment)), Timestamp(1));
        assert_eq!(causes(&evidence), [Cause::TokenRefused, Cause::PassedBy]);
        let token = findings(&evidence).into_iter().find(|finding| finding.check == Check::Token);
        assert_eq!(token.unwrap().verdict, Verdict::Unknown);
    }

    #[test]
    fn health_without_anything_wrong_is_no_diagnosis() {
        assert_eq!(diagnoses(&Evidence::of(Symptom::Health, Timestamp(0))), []);
    }
}
