//! The checks of a diagnosis: the six of Ping's tutorial ("Create a test environment, step 7: Enable user MFA"), and
//! those that the tutorial leaves out.
//!
//! Each check passes, fails, is unknown or was not run, and says what was seen. The sentences for them are in the view.

use pingone::device::{Device, DeviceState, is_pingid_device};
use pingone::environment::{Environment, EnvironmentKind};
use pingone::fault::{Fault, JournalFault};
use pingone::region::RegionCode;
use pingone::role::{Permission, Role};
use pingone::time::Timestamp;
use pingone::token::Actor;
use pingone::user::{Account, User};

use super::evidence::{
    Evidence, InputFault, IssuedIn, Observed, Operation, PlainResult, Reach, Symptom, is_ok,
};

/// One check. The order is the one in which checks are shown: the tutorial's points first, then the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// The environment exists in the region.
    Environment,
    /// Whether the environment is the one that issued the token, or another one.
    OwnEnvironment,
    /// The token may list and read users.
    ReadUsers,
    /// The token may read a user's MFA flag.
    ReadFlag,
    /// The token may change the MFA flag. Nothing is ever written to find out.
    ChangeFlag,
    /// Which roles would explain the answers.
    Role,
    /// The role covers the user, and isn't limited to other populations.
    Scope,
    /// A newly assigned role has taken effect.
    Propagation,
    /// The user exists in this environment.
    User,
    /// The token is an access token for PingOne's API, and PingOne accepts it.
    Token,
    /// The token hasn't expired by this computer's clock.
    Expiry,
    /// This computer's clock agrees with PingOne's.
    Clock,
    /// The API's domain is that of the token's region.
    Region,
    /// The API's host can be reached.
    Host,
    /// The answers come from PingOne, are complete, and may be read by the page.
    Answers,
    /// PingOne doesn't limit the rate of the requests.
    Limit,
    /// PingOne itself works, without server errors or timeouts.
    Service,
    /// The license covers the operation.
    License,
    /// PingOne MFA is among the environment's products.
    MfaProduct,
    /// `PingID` isn't among the environment's products. `PingID` can ignore the MFA flag.
    PingId,
    /// The user's account is allowed to sign in.
    Account,
    /// The user's MFA flag (`mfaEnabled`) is on.
    Flag,
    /// The user has no active MFA bypass.
    Bypass,
    /// The user has a device to authenticate with.
    Device,
    /// A sign-on policy asks for a second factor at all.
    Policy,
    /// The browser stores the state of a run.
    Storage,
    /// The host page permits the change.
    HostPage,
    /// The deployment permits the change.
    Deployment,
}

impl Check {
    /// All checks, in the order in which they are shown.
    pub const ALL: [Self; 28] = [
        Self::Environment,
        Self::OwnEnvironment,
        Self::ReadUsers,
        Self::ReadFlag,
        Self::ChangeFlag,
        Self::Role,
        Self::Scope,
        Self::Propagation,
        Self::User,
        Self::Token,
        Self::Expiry,
        Self::Clock,
        Self::Region,
        Self::Host,
        Self::Answers,
        Self::Limit,
        Self::Service,
        Self::License,
        Self::MfaProduct,
        Self::PingId,
        Self::Account,
        Self::Flag,
        Self::Bypass,
        Self::Device,
        Self::Policy,
        Self::Storage,
        Self::HostPage,
        Self::Deployment,
    ];

    /// The number of the tutorial's point that the check belongs to; `None` if the tutorial doesn't have it.
    #[must_use]
    pub const fn point(self) -> Option<u8> {
        Some(match self {
            Self::Environment | Self::OwnEnvironment => 1,
            Self::ReadUsers
            | Self::ReadFlag
            | Self::ChangeFlag
            | Self::Role
            | Self::Scope
            | Self::Propagation => 2,
            Self::User => 3,
            Self::Token => 4,
            Self::Expiry | Self::Clock => 5,
            Self::Region => 6,
            _ => return None,
        })
    }

    /// Whether the check is shown even if nothing is known about it.
    #[must_use]
    pub const fn is_always_shown(self) -> bool {
        matches!(
            self,
            Self::Environment
                | Self::ReadUsers
                | Self::ReadFlag
                | Self::ChangeFlag
                | Self::User
                | Self::Token
                | Self::Expiry
                | Self::Region
        )
    }
}

/// The result of a check, without the observation behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The condition holds, and an answer from PingOne or the browser shows it.
    Pass,
    /// The condition doesn't hold, and the evidence shows it.
    Fail,
    /// The check ran, but the evidence doesn't decide it.
    Unknown,
    /// Nothing in the evidence bears on the check.
    NotRun,
}

/// The observation that a check's verdict rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// Nothing was observed that could be reported.
    Nothing,
    /// What was entered can't be used.
    Input(InputFault),
    /// A request failed with this fault.
    Fault(Fault),
    /// The environment was read with the token.
    Environment {
        /// The environment's name as PingOne returned it.
        name: String,
        /// What the environment is for, such as production.
        kind: EnvironmentKind,
    },
    /// Whether the environment is the one that issued the token.
    OwnEnvironment(bool),
    /// How many users the token may see, where PingOne says so.
    Users(Option<u64>),
    /// The MFA flag (`mfaEnabled`) as it was read.
    Flag(bool),
    /// Users were changed with this token before.
    Changed,
    /// The same run changed this many other users with this token.
    ChangedOthers(u64),
    /// Each of these roles would by itself explain all answers. Empty if none of the built-in roles does.
    Roles(Vec<Role>),
    /// The role holds in the environment, but doesn't cover this user.
    OutOfReach,
    /// A refused read was repeated.
    Repeated {
        /// How many times the read was repeated.
        times: usize,
        /// Whether the last repetition succeeded.
        works: bool,
    },
    /// The state of the user's account.
    Account(Account),
    /// The audiences in the token's `aud` claim.
    Audience(Vec<String>),
    /// The token gives access only to its own user's record.
    EndUser,
    /// When the token expires, if it says so.
    Ends(Option<Timestamp>),
    /// How far in the future the token's `iat` lies, in milliseconds.
    Begins(i64),
    /// The token expires soon by this computer's clock, and PingOne says that it has expired.
    EndsSoon(Timestamp),
    /// The region that issued the token; `None` where it is the selected one.
    Region(Option<RegionCode>),
    /// The token doesn't say in which region it was issued.
    RegionNotStated,
    /// What the browser could reach without a token.
    Reach(Reach),
    /// PingOne sent a readable answer.
    Answered,
    /// Only this read failed; others of the same kind work.
    OthersWork,
    /// Whether the environment has the product; `None` where PingOne doesn't tell this token.
    Product(Option<bool>),
    /// The numbers of the user's devices.
    Devices {
        /// The number of all devices of the user.
        all: usize,
        /// The number of active devices.
        usable: usize,
        /// The number of devices that belong to `PingID`.
        pingid: usize,
    },
    /// When the bypass expires; `None` without a bypass.
    Bypass(Option<Timestamp>),
    /// Sign-on policies decide, and this page doesn't read them.
    NotReadHere,
    /// The browser can't store the state of a run.
    Storage(JournalFault),
    /// The browser's lock manager doesn't answer.
    LocksSilent,
    /// The host page refused the change.
    NotPermitted,
}

/// A check with its verdict and the observation behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check that was evaluated.
    pub check: Check,
    /// Whether the check passed, failed or is undecided.
    pub verdict: Verdict,
    /// The observation that the verdict rests on.
    pub seen: Seen,
}

type CheckResult = (Verdict, Seen);

const NOT_RUN: CheckResult = (Verdict::NotRun, Seen::Nothing);

/// If PingOne says that a token has expired and its expiry is at most this far ahead by this computer's clock (in
/// milliseconds), the clock is likely wrong.
pub(super) const NEAR_EXPIRY: i64 = 10 * 60_000;

/// How far a computer's clock may be behind before the page reports it, in milliseconds.
const SKEW: i64 = 60_000;

/// Evaluates all checks, in the order of [`Check::ALL`].
#[must_use]
pub fn findings(evidence: &Evidence) -> Vec<Finding> {
    let finding = |check| {
        let (verdict, seen) = evidence.check(check);
        Finding { check, verdict, seen }
    };
    Check::ALL.into_iter().map(finding).collect()
}

impl Evidence {
    fn check(&self, check: Check) -> CheckResult {
        match check {
            Check::Environment => self.check_environment(),
            Check::OwnEnvironment => self.check_own_environment(),
            Check::ReadUsers => self.check_reading_users(),
            Check::ReadFlag => self.check_reading_flag(),
            Check::ChangeFlag => self.check_changing_flag(),
            Check::Role => self.check_role(),
            Check::Scope => self.check_scope(),
            Check::Propagation => self.check_propagation(),
            Check::User => self.check_user(),
            Check::Token => self.check_token(),
            Check::Expiry => self.check_expiry(),
            Check::Clock => self.check_clock(),
            Check::Region => self.check_region(),
            Check::Host => self.check_host(),
            Check::Answers => self.check_answers(),
            Check::Limit => self.check_limit(),
            Check::Service => self.check_service(),
            Check::License => self.check_license(),
            Check::MfaProduct => self.check_product(self.has_mfa(), true),
            Check::PingId => self.check_pingid(),
            Check::Account => self.check_account(),
            Check::Flag => self.check_flag(),
            Check::Bypass => self.check_bypass(),
            Check::Device => self.check_device(),
            Check::Policy => self.check_policy(),
            Check::Storage => self.check_storage(),
            Check::HostPage => self.check_host_page(),
            Check::Deployment => self.check_deployment(),
        }
    }

    fn input(&self) -> Option<InputFault> {
        match &self.symptom {
            Symptom::Input(input) => Some(*input),
            Symptom::Failed { .. } | Symptom::NotPrompted(_) | Symptom::Health => None,
        }
    }

    fn is_not_asked(&self) -> bool {
        matches!(self.symptom, Symptom::NotPrompted(_))
    }

    fn check_environment(&self) -> CheckResult {
        if let Some(input @ (InputFault::EnvironmentMissing | InputFault::EnvironmentUnreadable)) =
            self.input()
        {
            return (Verdict::Fail, Seen::Input(input));
        }
        let passed = |environment: &Environment| {
            let (name, kind) = (environment.name.clone(), environment.kind.clone());
            (Verdict::Pass, Seen::Environment { name, kind })
        };
        let refused = |fault: &Fault| match fault {
            Fault::EnvironmentUnknown(refusal) if refusal.status == 404 => Verdict::Fail,
            _ => Verdict::Unknown,
        };
        verdict_of(self.environment.as_ref(), passed, refused)
    }

    /// The token's own environment is suspicious only if a user isn't found in it; another
    /// environment only if it can't be read.
    fn check_own_environment(&self) -> CheckResult {
        let own = self.token.as_ref().and_then(|token| token.environment);
        let (Some(own), Some(asked)) = (own, self.environment_id) else { return NOT_RUN };
        let is_same = own == asked;
        let is_missing = self.faults().any(|fault| matches!(fault, Fault::UserUnknown(_)));
        let is_hidden = self.faults().any(|fault| matches!(fault, Fault::EnvironmentUnknown(_)));
        let is_suspicious = (is_same && is_missing) || (!is_same && is_hidden);
        let verdict = if is_suspicious {
            Verdict::Unknown
        } else if self.has_read_anything() {
            Verdict::Pass
        } else {
            return NOT_RUN;
        };
        (verdict, Seen::OwnEnvironment(is_same))
    }

    fn check_reading_users(&self) -> CheckResult {
        let result =
            verdict_of(self.users.as_ref(), |users| (Verdict::Pass, Seen::Users(users.count)), refused_role);
        match self.fault() {
            // The request that failed first was for a list; a single user of it may still be readable.
            Some((Operation::ReadUsers, fault))
                if result.0 != Verdict::Fail && !self.was_temporary(fault) =>
            {
                (refused_role(fault), Seen::Fault(fault.clone()))
            }
            _ => result,
        }
    }

    /// Whether the fault was temporary: the same request succeeded when it was repeated.
    fn was_temporary(&self, fault: &Fault) -> bool {
        !matches!(fault, Fault::ServerFailed(_) | Fault::WrongShape(_) | Fault::Paging(_) | Fault::NotJson(_))
            && self.works_now()
    }

    fn check_reading_flag(&self) -> CheckResult {
        verdict_of(self.flag.as_ref(), |flag| (Verdict::Pass, Seen::Flag(*flag)), refused_role)
    }

    fn check_changing_flag(&self) -> CheckResult {
        match self.fault() {
            Some((Operation::ChangeFlag(_), _)) if self.counterexamples() > 0 => {
                (Verdict::Pass, Seen::ChangedOthers(self.counterexamples()))
            }
            Some((Operation::ChangeFlag(_), fault)) => {
                let verdict =
                    if matches!(fault, Fault::RoleMissing(_)) { Verdict::Fail } else { Verdict::Unknown };
                (verdict, Seen::Fault(fault.clone()))
            }
            _ if !self.changed_populations.is_empty() && self.has_lost_access() => {
                (Verdict::Unknown, Seen::Changed)
            }
            _ if !self.changed_populations.is_empty() => (Verdict::Pass, Seen::Changed),
            _ => NOT_RUN,
        }
    }

    fn check_role(&self) -> CheckResult {
        let observed = self.observed();
        let roles = Role::explaining(&observed);
        let refusals = observed.iter().filter(|(_, is_allowed)| !is_allowed);
        let is_refused = refusals.clone().any(|(permission, _)| {
            matches!(permission, Permission::ReadEnvironment | Permission::ReadUsers | Permission::UpdateMfa)
        });
        let other = self.fault().filter(|(operation, fault)| {
            matches!(fault, Fault::RoleMissing(_))
                && !matches!(operation, Operation::ChangeFlag(_) | Operation::AllowBypass(_))
        });
        let verdict = match (observed.is_empty(), is_refused || other.is_some() && !self.works_now()) {
            (true, false) => return NOT_RUN,
            (_, true) => Verdict::Fail,
            (false, false) if observed.contains(&(Permission::UpdateMfa, true)) => Verdict::Pass,
            (false, false) => Verdict::Unknown,
        };
        (verdict, Seen::Roles(roles))
    }

    /// Whether the role holds in the environment but doesn't cover this user.
    pub(super) fn is_out_of_reach(&self) -> bool {
        let is_refused = |fault: Option<&Fault>| matches!(fault, Some(Fault::RoleMissing(_)));
        let user = self.user.as_ref().and_then(|observed| observed.result.as_ref().err());
        let flag = self.flag.as_ref().and_then(|observed| observed.result.as_ref().err());
        let is_elsewhere = self.population().is_some_and(|population| {
            !self.changed_populations.is_empty() && !self.changed_populations.contains(&population)
        });
        let is_write_refused = matches!(
            self.fault(),
            Some((Operation::ChangeFlag(_) | Operation::AllowBypass(_), Fault::RoleMissing(_)))
        );
        let is_hidden = self.subject().is_some() && (is_refused(user) || is_refused(flag));
        (is_ok(self.users.as_ref()) && is_hidden) || (is_write_refused && is_elsewhere)
    }

    fn check_scope(&self) -> CheckResult {
        if self.is_out_of_reach() {
            return (Verdict::Fail, Seen::OutOfReach);
        }
        match self.fault() {
            Some((_, fault)) if self.counterexamples() > 0 && is_denial(fault) => {
                (Verdict::Unknown, Seen::ChangedOthers(self.counterexamples()))
            }
            Some((operation, Fault::RoleMissing(_))) if operation.user().is_some() => {
                (Verdict::Unknown, Seen::Nothing)
            }
            _ => NOT_RUN,
        }
    }

    fn check_propagation(&self) -> CheckResult {
        let is_refusal =
            |fault: &Fault| matches!(fault, Fault::RoleMissing(_) | Fault::EnvironmentUnknown(_));
        match self.fault() {
            Some((_, fault)) if is_refusal(fault) && self.works_now() => {
                (Verdict::Fail, Seen::Repeated { times: self.repeats + 1, works: true })
            }
            Some((_, fault)) if is_refusal(fault) && self.repeats > 0 => {
                (Verdict::Unknown, Seen::Repeated { times: self.repeats, works: false })
            }
            _ => NOT_RUN,
        }
    }

    fn check_user(&self) -> CheckResult {
        if self.input() == Some(InputFault::UserUnreadable) {
            return (Verdict::Fail, Seen::Input(InputFault::UserUnreadable));
        }
        let missing = |fault: &Fault| match fault {
            Fault::UserUnknown(_) => Verdict::Fail,
            _ => Verdict::Unknown,
        };
        match (&self.user, self.fault()) {
            (None, Some((_, fault @ Fault::UserUnknown(_)))) => (Verdict::Fail, Seen::Fault(fault.clone())),
            (user, _) => {
                verdict_of(user.as_ref(), |user: &User| (Verdict::Pass, Seen::Account(user.account)), missing)
            }
        }
    }

    fn check_token(&self) -> CheckResult {
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

    fn check_expiry(&self) -> CheckResult {
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
    pub(super) fn is_clock_suspicious(&self) -> bool {
        let expiry = self.token.as_ref().and_then(|token| token.expires_at);
        self.issued_ahead_by().is_some()
            || expiry.is_some_and(|end| (0..NEAR_EXPIRY).contains(&end.since(self.now)))
    }

    /// Whether the token was issued in the future by this computer's clock.
    pub(super) fn is_clock_behind(&self) -> bool {
        self.issued_ahead_by().is_some()
    }

    fn check_clock(&self) -> CheckResult {
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

    fn check_region(&self) -> CheckResult {
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

    /// Whether the API's host sent an answer that could be read.
    fn has_answered(&self) -> bool {
        let has_status = |fault: &Fault| fault.refusal().is_some() || fault.bad_answer().is_some();
        self.has_read_anything() || self.faults().any(has_status)
    }

    fn check_host(&self) -> CheckResult {
        if self.has_answered() {
            return (Verdict::Pass, Seen::Answered);
        }
        match self.reach {
            Some(reach) if reach.host == PlainResult::Answered => (Verdict::Pass, Seen::Reach(reach)),
            Some(reach) => (Verdict::Fail, Seen::Reach(reach)),
            None if self.fault().is_some_and(|(_, fault)| is_without_answer(fault)) => {
                (Verdict::Unknown, Seen::Nothing)
            }
            None => NOT_RUN,
        }
    }

    fn check_answers(&self) -> CheckResult {
        let is_bad = |fault: &&Fault| match fault {
            Fault::RequestRefused(_)
            | Fault::MediaTypeRefused(_)
            | Fault::PathUnknown(_)
            | Fault::NotFound(_)
            | Fault::WrongShape(_)
            | Fault::Paging(_) => true,
            fault => fault.bad_answer().is_some() || is_html_page(fault),
        };
        if let Some(fault) = self.faults().find(is_bad) {
            return (Verdict::Fail, Seen::Fault(fault.clone()));
        }
        let is_role = |fault: &Fault| matches!(fault, Fault::RoleMissing(_) | Fault::EnvironmentUnknown(_));
        match (self.fault(), self.reach) {
            // This 401 contradicts the changes of other users with the same token, so neither is the rule.
            (Some((_, fault @ Fault::TokenInvalid(_))), _) if self.counterexamples() > 0 => {
                (Verdict::Unknown, Seen::Fault(fault.clone()))
            }
            // The request failed once and succeeded once, so neither is the rule.
            (Some((_, fault)), _) if !is_role(fault) && self.works_now() => {
                (Verdict::Unknown, Seen::Fault(fault.clone()))
            }
            (Some((_, fault)), Some(reach))
                if is_without_answer(fault) && reach.host == PlainResult::Answered =>
            {
                (Verdict::Fail, Seen::Fault(fault.clone()))
            }
            (Some((_, fault)), _) if is_without_answer(fault) && self.has_read_anything() => {
                (Verdict::Fail, Seen::Fault(fault.clone()))
            }
            (Some((_, fault)), _) if is_without_answer(fault) => {
                (Verdict::Unknown, Seen::Fault(fault.clone()))
            }
            _ if self.has_answered() => (Verdict::Pass, Seen::Answered),
            _ => NOT_RUN,
        }
    }

    fn check_limit(&self) -> CheckResult {
        let limited = self.faults().find(|fault| matches!(fault, Fault::RateLimited { .. }));
        match (limited, self.reach) {
            (Some(fault), _) => (Verdict::Fail, Seen::Fault(fault.clone())),
            (None, Some(reach)) if reach.readable == Some(429) => (Verdict::Fail, Seen::Reach(reach)),
            // Without CORS headers, a rate limit looks the same.
            _ if self.fault().is_some_and(|(_, fault)| *fault == Fault::Unreachable) => {
                (Verdict::Unknown, Seen::Nothing)
            }
            _ if self.has_read_anything() => (Verdict::Pass, Seen::Answered),
            _ => NOT_RUN,
        }
    }

    fn check_service(&self) -> CheckResult {
        let failing = |fault: &&Fault| matches!(fault, Fault::ServerFailed(_) | Fault::Timeout { .. });
        match self.faults().find(failing) {
            Some(_) if self.is_only_one_failing() => (Verdict::Fail, Seen::OthersWork),
            Some(fault) if self.works_now() => (Verdict::Unknown, Seen::Fault(fault.clone())),
            Some(fault) => (Verdict::Fail, Seen::Fault(fault.clone())),
            None => match self.reach {
                Some(reach) if reach.readable.is_some_and(|status| status >= 500) => {
                    (Verdict::Fail, Seen::Reach(reach))
                }
                _ if self.fault().is_some_and(|(_, fault)| is_without_answer(fault)) => {
                    (Verdict::Unknown, Seen::Nothing)
                }
                _ if self.has_read_anything() => (Verdict::Pass, Seen::Answered),
                _ => NOT_RUN,
            },
        }
    }

    /// Whether PingOne fails for one record or page while others of the same kind can be read.
    pub(super) fn is_only_one_failing(&self) -> bool {
        let Some((operation, Fault::ServerFailed(_) | Fault::Timeout { .. })) = self.fault() else {
            return false;
        };
        let others_work = is_ok(self.environment.as_ref()) && is_ok(self.users.as_ref());
        match operation {
            // A shorter page can be read, so only this one fails.
            Operation::ReadUsers => others_work,
            Operation::Connect | Operation::FilterUsers | Operation::ReadReport => false,
            Operation::ChangeFlag(_) | Operation::AllowBypass(_) => {
                others_work && (self.counterexamples() > 0 || !self.changed_populations.is_empty())
            }
            Operation::ReadUser(_) | Operation::ReadFlag(_) | Operation::ReadDevices(_) => {
                others_work && !self.works_now()
            }
        }
    }

    fn check_license(&self) -> CheckResult {
        let exceeded = self.faults().find(|fault| matches!(fault, Fault::LicenseExceeded(_)));
        exceeded.map_or(NOT_RUN, |fault| (Verdict::Fail, Seen::Fault(fault.clone())))
    }

    fn check_product(&self, has: Option<bool>, is_wanted: bool) -> CheckResult {
        if self.products.is_none() {
            return NOT_RUN;
        }
        let verdict = match has {
            None => Verdict::Unknown,
            Some(has) if has == is_wanted => Verdict::Pass,
            Some(_) => Verdict::Fail,
        };
        (verdict, Seen::Product(has))
    }

    /// `PingID` beside PingOne MFA isn't wrong in itself; it matters only where a user isn't asked for a second factor.
    fn check_pingid(&self) -> CheckResult {
        let (verdict, seen) = self.check_product(self.has_pingid(), false);
        let has_pingid_device = self.devices_seen().is_some_and(|(_, _, pingid)| pingid > 0);
        match (verdict, self.is_not_asked()) {
            (_, true) if has_pingid_device => (Verdict::Fail, Seen::Product(Some(true))),
            (Verdict::Fail, false) => (Verdict::Unknown, seen),
            _ => (verdict, seen),
        }
    }

    fn check_account(&self) -> CheckResult {
        let Some(Observed { result: Ok(user), .. }) = &self.user else { return NOT_RUN };
        if !self.is_not_asked() {
            return NOT_RUN;
        }
        let verdict = match user.account {
            Account::Enabled => Verdict::Pass,
            Account::Disabled | Account::Locked => Verdict::Fail,
            Account::Unknown => Verdict::Unknown,
        };
        (verdict, Seen::Account(user.account))
    }

    fn check_flag(&self) -> CheckResult {
        if !self.is_not_asked() {
            return NOT_RUN;
        }
        let is_on = |flag: &bool| (if *flag { Verdict::Pass } else { Verdict::Fail }, Seen::Flag(*flag));
        verdict_of(self.flag.as_ref(), is_on, |_| Verdict::Unknown)
    }

    fn check_bypass(&self) -> CheckResult {
        let verdict = |until: &Option<Timestamp>| {
            let is_active = until.is_some_and(|end| end > self.now);
            (if is_active { Verdict::Fail } else { Verdict::Pass }, Seen::Bypass(*until))
        };
        verdict_of(self.bypass.as_ref(), verdict, |_| Verdict::Unknown)
    }

    /// The numbers of all devices, of active devices, and of `PingID` devices.
    pub(super) fn devices_seen(&self) -> Option<(usize, usize, usize)> {
        let devices: &Vec<Device> = self.devices.as_ref()?.result.as_ref().ok()?;
        let count = |is: fn(&Device) -> bool| devices.iter().filter(|device| is(device)).count();
        let usable = count(|device| device.state == DeviceState::Active);
        Some((devices.len(), usable, count(|device| is_pingid_device(&device.kind))))
    }

    fn check_device(&self) -> CheckResult {
        let Some((all, usable, pingid)) = self.devices_seen().filter(|_| self.is_not_asked()) else {
            return NOT_RUN;
        };
        let verdict = if usable > 0 { Verdict::Pass } else { Verdict::Fail };
        (verdict, Seen::Devices { all, usable, pingid })
    }

    fn check_policy(&self) -> CheckResult {
        if self.is_not_asked() { (Verdict::Unknown, Seen::NotReadHere) } else { NOT_RUN }
    }

    fn check_storage(&self) -> CheckResult {
        match self.fault() {
            Some((_, Fault::NotStored(why))) => (Verdict::Fail, Seen::Storage(why.clone())),
            Some((_, Fault::LockSilent)) => (Verdict::Fail, Seen::LocksSilent),
            _ => NOT_RUN,
        }
    }

    fn check_host_page(&self) -> CheckResult {
        match self.fault() {
            Some((_, Fault::HostRefused)) => (Verdict::Fail, Seen::NotPermitted),
            _ => NOT_RUN,
        }
    }

    fn check_deployment(&self) -> CheckResult {
        match self.fault() {
            Some((_, fault @ Fault::NotPermitted(_))) => (Verdict::Fail, Seen::Fault(fault.clone())),
            _ => NOT_RUN,
        }
    }
}

fn verdict_of<T>(
    observed: Option<&Observed<T>>,
    show: impl Fn(&T) -> CheckResult,
    refused: impl Fn(&Fault) -> Verdict,
) -> CheckResult {
    match observed.map(|observed| &observed.result) {
        None => NOT_RUN,
        Some(Ok(value)) => show(value),
        Some(Err(fault)) => (refused(fault), Seen::Fault(fault.clone())),
    }
}

fn refused_role(fault: &Fault) -> Verdict {
    if matches!(fault, Fault::RoleMissing(_)) { Verdict::Fail } else { Verdict::Unknown }
}

/// Whether PingOne denies the request because a role is missing, or as if the environment didn't exist.
pub(super) fn is_denial(fault: &Fault) -> bool {
    match fault {
        Fault::RoleMissing(_) | Fault::EnvironmentUnknown(_) => true,
        Fault::TokenInvalid(refusal) => refusal.names("INSUFFICIENT_PERMISSIONS"),
        _ => false,
    }
}

/// Whether the browser got no readable answer.
pub(super) fn is_without_answer(fault: &Fault) -> bool {
    matches!(fault, Fault::Unreachable | Fault::Timeout { .. })
}

/// Whether an HTML page arrived in place of PingOne's JSON answer.
pub(super) fn is_html_page(fault: &Fault) -> bool {
    let text = match fault {
        Fault::NotJson(bad) | Fault::StatusUnexpected(bad) => bad.problem.as_str(),
        Fault::ServerFailed(refusal) | Fault::RequestRefused(refusal) if refusal.code.is_none() => {
            refusal.message.as_str()
        }
        _ => return false,
    };
    text.trim_start().starts_with('<')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tutorial_points_come_first_and_in_tutorial_order() {
        let points: Vec<u8> = Check::ALL.into_iter().map_while(Check::point).collect();
        assert!(points.is_sorted());
        assert_eq!((points.first(), points.last()), (Some(&1), Some(&6)));
        let rest = Check::ALL.into_iter().skip(points.len());
        assert!(rest.clone().all(|check| check.point().is_none()) && Check::ALL.is_sorted());
        assert_eq!(points.len() + rest.count(), Check::ALL.len());
    }

    #[test]
    fn no_check_passes_without_evidence() {
        let evidence = Evidence::of(Symptom::Health, Timestamp(0));
        assert!(findings(&evidence).iter().all(|finding| finding.verdict != Verdict::Pass));
    }
}
