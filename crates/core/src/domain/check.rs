//! The checks: Ping's own six of the tutorial ("Create a test environment, step 7: Enable user MFA"), and what the tutorial
//! leaves out. Each says pass, fail, unknown or not run, and what was seen. The sentences are the view's.

use super::device::{Device, DeviceState, is_pingids};
use super::evidence::{Evidence, InputFault, IssuedIn, Observed, Operation, Plain, Reach, Symptom, is_ok};
use super::fault::{Fault, JournalFault};
use super::region::RegionCode;
use super::role::{Permission, Role};
use super::tenant::{Environment, EnvironmentKind};
use super::time::Timestamp;
use super::token::Actor;
use super::user::{Account, User};

/// A thing to check, in the order in which they are shown: by the tutorial's points, and then those that it doesn't know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// The environment exists.
    Environment,
    /// The environment is another than the one that issued the token, or the same.
    OwnEnvironment,
    /// Users can be read.
    ReadUsers,
    /// One flag can be read.
    ReadFlag,
    /// The flag can be changed. Nothing is ever written to find out.
    ChangeFlag,
    /// Which role the answers amount to.
    Role,
    /// The role reaches the user.
    Scope,
    /// The role has arrived.
    Propagation,
    /// The user exists in this environment.
    User,
    /// The token is an access token for PingOne's API, and PingOne takes it.
    Token,
    /// The token has not ended.
    Expiry,
    /// This computer's clock agrees with PingOne's.
    Clock,
    /// The API's domain is that of the token's region.
    Region,
    /// The API's host can be reached.
    Host,
    /// The answers are PingOne's, whole, and may be read.
    Answers,
    /// PingOne doesn't limit the requests.
    Limit,
    /// PingOne itself works.
    Service,
    /// The licence covers it.
    Licence,
    /// MFA is among the environment's products.
    MfaProduct,
    /// `PingID` isn't, which goes its own ways.
    PingId,
    /// The account may sign on.
    Account,
    /// The flag is on.
    Flag,
    /// No bypass runs.
    Bypass,
    /// There is a device to answer with.
    Device,
    /// Something asks for a second factor at all.
    Policy,
    /// The browser stores what a run does.
    Storage,
    /// The page around this one permits the change.
    HostPage,
    /// The deployment permits the change.
    Deployment,
}

impl Check {
    /// All of them, in order.
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
        Self::Licence,
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

    /// Which of the tutorial's six points it serves; `None` for what the tutorial doesn't know.
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

    /// Whether it is shown even if nothing is known about it.
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

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is as it should be, and an answer says so.
    Pass,
    /// It is not.
    Fail,
    /// It was looked at, and nobody can tell.
    Unknown,
    /// Nobody looked.
    NotRun,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// Nothing.
    Nothing,
    /// What was entered can't be used.
    Input(InputFault),
    /// An answer, or none.
    Fault(Fault),
    /// The environment.
    Environment {
        /// Its name.
        name: String,
        /// What it is for.
        kind: EnvironmentKind,
    },
    /// Whether the environment is the one that issued the token.
    OwnEnvironment(bool),
    /// How many users may be seen.
    Users(Option<u64>),
    /// The flag as it was read.
    Flag(bool),
    /// Users were changed with this token.
    Changed,
    /// So many other users were changed by the same run, with this token.
    ChangedOthers(u64),
    /// One of these roles alone would explain all answers; none of the built-in ones, where it is empty.
    Roles(Vec<Role>),
    /// The role holds in the environment, but doesn't reach this user.
    OutOfReach,
    /// It was asked again so often.
    Repeated {
        /// How often.
        times: usize,
        /// Whether it worked in the end.
        works: bool,
    },
    /// The user's account.
    Account(Account),
    /// The token is addressed to these.
    Audience(Vec<String>),
    /// The token reaches its own person's record alone.
    EndUser,
    /// When the token ends.
    Ends(Option<Timestamp>),
    /// How far ahead the token begins, in milliseconds.
    Begins(i64),
    /// The token ends soon by this computer's clock, and PingOne says that it has ended.
    EndsSoon(Timestamp),
    /// In which region the token was issued; `None` where it doesn't say.
    Region(Option<RegionCode>),
    /// The token doesn't say where it was issued.
    RegionNotSaid,
    /// What could be reached.
    Reach(Reach),
    /// PingOne answered.
    Answered,
    /// Only this failed; other reads of the same kind work.
    OthersWork,
    /// Whether the product is there; `None` where the token isn't told.
    Product(Option<bool>),
    /// The user's devices.
    Devices {
        /// All.
        all: usize,
        /// Those that can be used.
        usable: usize,
        /// Those of `PingID`.
        pingid: usize,
    },
    /// The end of the bypass; `None` without one.
    Bypass(Option<Timestamp>),
    /// This page doesn't read sign-on policies.
    NotReadHere,
    /// The browser stores nothing.
    Storage(JournalFault),
    /// The browser's locks don't answer.
    LocksSilent,
    /// The page around this one said no.
    NotPermitted,
}

/// A check and how it came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check.
    pub check: Check,
    /// How it came out.
    pub verdict: Verdict,
    /// What was seen.
    pub seen: Seen,
}

type Came = (Verdict, Seen);

const NOT_RUN: Came = (Verdict::NotRun, Seen::Nothing);

/// A token whose end lies so near is likely to have ended by PingOne's clock when PingOne says that it has.
pub(super) const NEAR_END: i64 = 10 * 60_000;

/// How far a computer's clock may be behind before it matters.
const SKEW: i64 = 60_000;

/// All checks, in order.
#[must_use]
pub fn findings(evidence: &Evidence) -> Vec<Finding> {
    let finding = |check| {
        let (verdict, seen) = evidence.check(check);
        Finding { check, verdict, seen }
    };
    Check::ALL.into_iter().map(finding).collect()
}

impl Evidence {
    /// How one check comes out.
    fn check(&self, check: Check) -> Came {
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
            Check::Licence => self.check_licence(),
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
            Symptom::Failed { .. } | Symptom::NotAsked(_) | Symptom::Health => None,
        }
    }

    fn is_not_asked(&self) -> bool {
        matches!(self.symptom, Symptom::NotAsked(_))
    }

    fn check_environment(&self) -> Came {
        if let Some(input @ (InputFault::EnvironmentMissing | InputFault::EnvironmentUnreadable)) =
            self.input()
        {
            return (Verdict::Fail, Seen::Input(input));
        }
        let said = |environment: &Environment| {
            let (name, kind) = (environment.name.clone(), environment.kind.clone());
            (Verdict::Pass, Seen::Environment { name, kind })
        };
        let refused = |fault: &Fault| match fault {
            Fault::EnvironmentUnknown(refusal) if refusal.status == 404 => Verdict::Fail,
            _ => Verdict::Unknown,
        };
        read(self.environment.as_ref(), said, refused)
    }

    /// The same environment is suspicious only where somebody isn't found in it, and another one where it can't be read.
    fn check_own_environment(&self) -> Came {
        let own = self.token.as_ref().and_then(|token| token.environment);
        let (Some(own), Some(asked)) = (own, self.environment_id) else { return NOT_RUN };
        let is_same = own == asked;
        let is_missing = self.faults().any(|fault| matches!(fault, Fault::UserUnknown(_)));
        let is_hidden = self.faults().any(|fault| matches!(fault, Fault::EnvironmentUnknown(_)));
        let is_doubtful = (is_same && is_missing) || (!is_same && is_hidden);
        let verdict = if is_doubtful {
            Verdict::Unknown
        } else if self.has_read_anything() {
            Verdict::Pass
        } else {
            return NOT_RUN;
        };
        (verdict, Seen::OwnEnvironment(is_same))
    }

    fn check_reading_users(&self) -> Came {
        let came = read(self.users.as_ref(), |users| (Verdict::Pass, Seen::Users(users.count)), refused_role);
        match self.fault() {
            // What failed at first was a list; one user of it may be readable nevertheless.
            Some((Operation::ReadUsers, fault)) if came.0 != Verdict::Fail && !self.is_passing(fault) => {
                (refused_role(fault), Seen::Fault(fault.clone()))
            }
            _ => came,
        }
    }

    /// Whether a fault was gone when the same was asked again.
    fn is_passing(&self, fault: &Fault) -> bool {
        !matches!(fault, Fault::ServerFailed(_) | Fault::WrongShape(_) | Fault::Paging(_) | Fault::NotJson(_))
            && self.works_now()
    }

    fn check_reading_flag(&self) -> Came {
        read(self.flag.as_ref(), |flag| (Verdict::Pass, Seen::Flag(*flag)), refused_role)
    }

    fn check_changing_flag(&self) -> Came {
        match self.fault() {
            Some((Operation::ChangeFlag(_), _)) if self.proven() > 0 => {
                (Verdict::Pass, Seen::ChangedOthers(self.proven()))
            }
            Some((Operation::ChangeFlag(_), fault)) => {
                let verdict =
                    if matches!(fault, Fault::RoleMissing(_)) { Verdict::Fail } else { Verdict::Unknown };
                (verdict, Seen::Fault(fault.clone()))
            }
            _ if !self.changed_in.is_empty() && self.is_shut_out() => (Verdict::Unknown, Seen::Changed),
            _ if !self.changed_in.is_empty() => (Verdict::Pass, Seen::Changed),
            _ => NOT_RUN,
        }
    }

    fn check_role(&self) -> Came {
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

    /// Whether the role holds in the environment and doesn't reach this user.
    pub(super) fn is_out_of_reach(&self) -> bool {
        let is_refused = |fault: Option<&Fault>| matches!(fault, Some(Fault::RoleMissing(_)));
        let user = self.user.as_ref().and_then(|sight| sight.result.as_ref().err());
        let flag = self.flag.as_ref().and_then(|sight| sight.result.as_ref().err());
        let is_elsewhere = self
            .population()
            .is_some_and(|population| !self.changed_in.is_empty() && !self.changed_in.contains(&population));
        let is_write_refused = matches!(
            self.fault(),
            Some((Operation::ChangeFlag(_) | Operation::AllowBypass(_), Fault::RoleMissing(_)))
        );
        let is_hidden = self.subject().is_some() && (is_refused(user) || is_refused(flag));
        (is_ok(self.users.as_ref()) && is_hidden) || (is_write_refused && is_elsewhere)
    }

    fn check_scope(&self) -> Came {
        if self.is_out_of_reach() {
            return (Verdict::Fail, Seen::OutOfReach);
        }
        match self.fault() {
            Some((_, fault)) if self.proven() > 0 && is_denial(fault) => {
                (Verdict::Unknown, Seen::ChangedOthers(self.proven()))
            }
            Some((operation, Fault::RoleMissing(_))) if operation.user().is_some() => {
                (Verdict::Unknown, Seen::Nothing)
            }
            _ => NOT_RUN,
        }
    }

    fn check_propagation(&self) -> Came {
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

    fn check_user(&self) -> Came {
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
                read(user.as_ref(), |user: &User| (Verdict::Pass, Seen::Account(user.account)), missing)
            }
        }
    }

    fn check_token(&self) -> Came {
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
                // Taken for other requests, and nobody knows whether for that one by now.
                Some((_, fault @ Fault::TokenInvalid(_))) if !self.works_now() => {
                    (Verdict::Unknown, Seen::Fault(fault.clone()))
                }
                _ if self.is_token_taken() => (Verdict::Pass, audience),
                _ => (Verdict::Unknown, audience),
            },
        }
    }

    fn check_expiry(&self) -> Came {
        let Some(token) = &self.token else { return NOT_RUN };
        let ends = Seen::Ends(token.expires_at);
        let is_refused = self.refused_token().is_some();
        match token.is_expired(self.now) {
            Some(true) => (Verdict::Fail, ends),
            None => (Verdict::Unknown, ends),
            Some(false) if is_refused => (Verdict::Unknown, ends),
            Some(false) => (Verdict::Pass, ends),
        }
    }

    /// How far ahead the token begins, if that is more than a clock may be wrong.
    fn begins_ahead(&self) -> Option<i64> {
        let begins = self.token.as_ref()?.issued_at?;
        Some(begins.since(self.now)).filter(|ahead| *ahead > SKEW)
    }

    /// Whether a token that PingOne refuses has likely ended by PingOne's clock.
    pub(super) fn is_clock_suspicious(&self) -> bool {
        let ends = self.token.as_ref().and_then(|token| token.expires_at);
        self.begins_ahead().is_some() || ends.is_some_and(|end| (0..NEAR_END).contains(&end.since(self.now)))
    }

    /// Whether the token begins in the future.
    pub(super) fn is_clock_behind(&self) -> bool {
        self.begins_ahead().is_some()
    }

    fn check_clock(&self) -> Came {
        if let Some(ahead) = self.begins_ahead() {
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

    fn check_region(&self) -> Came {
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
            IssuedIn::NotSaid if self.is_token_taken() => (Verdict::Pass, Seen::Answered),
            IssuedIn::NotSaid => (Verdict::Unknown, Seen::RegionNotSaid),
            IssuedIn::Here => (Verdict::Pass, Seen::Region(None)),
        }
    }

    /// Whether the API's host has answered anything that could be read.
    fn has_answered(&self) -> bool {
        let has_status = |fault: &Fault| fault.refusal().is_some() || fault.bad_answer().is_some();
        self.has_read_anything() || self.faults().any(has_status)
    }

    fn check_host(&self) -> Came {
        if self.has_answered() {
            return (Verdict::Pass, Seen::Answered);
        }
        match self.reach {
            Some(reach) if reach.host == Plain::Answered => (Verdict::Pass, Seen::Reach(reach)),
            Some(reach) => (Verdict::Fail, Seen::Reach(reach)),
            None if self.fault().is_some_and(|(_, fault)| is_silent(fault)) => {
                (Verdict::Unknown, Seen::Nothing)
            }
            None => NOT_RUN,
        }
    }

    fn check_answers(&self) -> Came {
        let is_bad = |fault: &&Fault| match fault {
            Fault::RequestRefused(_)
            | Fault::MediaTypeRefused(_)
            | Fault::PathUnknown(_)
            | Fault::NotFound(_)
            | Fault::WrongShape(_)
            | Fault::Paging(_) => true,
            fault => fault.bad_answer().is_some() || is_gateways_page(fault),
        };
        if let Some(fault) = self.faults().find(is_bad) {
            return (Verdict::Fail, Seen::Fault(fault.clone()));
        }
        let is_role = |fault: &Fault| matches!(fault, Fault::RoleMissing(_) | Fault::EnvironmentUnknown(_));
        match (self.fault(), self.reach) {
            // Once wrong and, for others, right: neither is the rule.
            (Some((_, fault @ Fault::TokenInvalid(_))), _) if self.proven() > 0 => {
                (Verdict::Unknown, Seen::Fault(fault.clone()))
            }
            // Once wrong and once right: neither is the rule.
            (Some((_, fault)), _) if !is_role(fault) && self.works_now() => {
                (Verdict::Unknown, Seen::Fault(fault.clone()))
            }
            (Some((_, fault)), Some(reach)) if is_silent(fault) && reach.host == Plain::Answered => {
                (Verdict::Fail, Seen::Fault(fault.clone()))
            }
            (Some((_, fault)), _) if is_silent(fault) && self.has_read_anything() => {
                (Verdict::Fail, Seen::Fault(fault.clone()))
            }
            (Some((_, fault)), _) if is_silent(fault) => (Verdict::Unknown, Seen::Fault(fault.clone())),
            _ if self.has_answered() => (Verdict::Pass, Seen::Answered),
            _ => NOT_RUN,
        }
    }

    fn check_limit(&self) -> Came {
        let limited = self.faults().find(|fault| matches!(fault, Fault::RateLimited { .. }));
        match (limited, self.reach) {
            (Some(fault), _) => (Verdict::Fail, Seen::Fault(fault.clone())),
            (None, Some(reach)) if reach.readable == Some(429) => (Verdict::Fail, Seen::Reach(reach)),
            // A limit that is reached looks the same without permission headers.
            _ if self.fault().is_some_and(|(_, fault)| *fault == Fault::Unreachable) => {
                (Verdict::Unknown, Seen::Nothing)
            }
            _ if self.has_read_anything() => (Verdict::Pass, Seen::Answered),
            _ => NOT_RUN,
        }
    }

    fn check_service(&self) -> Came {
        let failing = |fault: &&Fault| matches!(fault, Fault::ServerFailed(_) | Fault::Timeout { .. });
        match self.faults().find(failing) {
            Some(_) if self.is_only_one_failing() => (Verdict::Fail, Seen::OthersWork),
            Some(fault) if self.works_now() => (Verdict::Unknown, Seen::Fault(fault.clone())),
            Some(fault) => (Verdict::Fail, Seen::Fault(fault.clone())),
            None => match self.reach {
                Some(reach) if reach.readable.is_some_and(|status| status >= 500) => {
                    (Verdict::Fail, Seen::Reach(reach))
                }
                _ if self.fault().is_some_and(|(_, fault)| is_silent(fault)) => {
                    (Verdict::Unknown, Seen::Nothing)
                }
                _ if self.has_read_anything() => (Verdict::Pass, Seen::Answered),
                _ => NOT_RUN,
            },
        }
    }

    /// Whether PingOne fails for one record or page while others of its kind can be read.
    pub(super) fn is_only_one_failing(&self) -> bool {
        let Some((operation, Fault::ServerFailed(_) | Fault::Timeout { .. })) = self.fault() else {
            return false;
        };
        let others_work = is_ok(self.environment.as_ref()) && is_ok(self.users.as_ref());
        match operation {
            // Only a page fails where a shorter one can be read.
            Operation::ReadUsers => others_work,
            Operation::Connect | Operation::FilterUsers | Operation::ReadReport => false,
            Operation::ChangeFlag(_) | Operation::AllowBypass(_) => {
                others_work && (self.proven() > 0 || !self.changed_in.is_empty())
            }
            Operation::ReadUser(_) | Operation::ReadFlag(_) | Operation::ReadDevices(_) => {
                others_work && !self.works_now()
            }
        }
    }

    fn check_licence(&self) -> Came {
        let exceeded = self.faults().find(|fault| matches!(fault, Fault::LicenceExceeded(_)));
        exceeded.map_or(NOT_RUN, |fault| (Verdict::Fail, Seen::Fault(fault.clone())))
    }

    fn check_product(&self, has: Option<bool>, is_wanted: bool) -> Came {
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

    /// `PingID` beside the product isn't wrong; it matters where somebody isn't asked.
    fn check_pingid(&self) -> Came {
        let (verdict, seen) = self.check_product(self.has_pingid(), false);
        let of_pingid = self.devices_seen().is_some_and(|(_, _, pingid)| pingid > 0);
        match (verdict, self.is_not_asked()) {
            (_, true) if of_pingid => (Verdict::Fail, Seen::Product(Some(true))),
            (Verdict::Fail, false) => (Verdict::Unknown, seen),
            _ => (verdict, seen),
        }
    }

    fn check_account(&self) -> Came {
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

    fn check_flag(&self) -> Came {
        if !self.is_not_asked() {
            return NOT_RUN;
        }
        let is_on = |flag: &bool| (if *flag { Verdict::Pass } else { Verdict::Fail }, Seen::Flag(*flag));
        read(self.flag.as_ref(), is_on, |_| Verdict::Unknown)
    }

    fn check_bypass(&self) -> Came {
        let runs = |until: &Option<Timestamp>| {
            let is_running = until.is_some_and(|end| end > self.now);
            (if is_running { Verdict::Fail } else { Verdict::Pass }, Seen::Bypass(*until))
        };
        read(self.bypass.as_ref(), runs, |_| Verdict::Unknown)
    }

    /// All devices, those that can be used, and those of `PingID`.
    pub(super) fn devices_seen(&self) -> Option<(usize, usize, usize)> {
        let devices: &Vec<Device> = self.devices.as_ref()?.result.as_ref().ok()?;
        let count = |is: fn(&Device) -> bool| devices.iter().filter(|device| is(device)).count();
        let usable = count(|device| device.state == DeviceState::Active);
        Some((devices.len(), usable, count(|device| is_pingids(&device.kind))))
    }

    fn check_device(&self) -> Came {
        let Some((all, usable, pingid)) = self.devices_seen().filter(|_| self.is_not_asked()) else {
            return NOT_RUN;
        };
        let verdict = if usable > 0 { Verdict::Pass } else { Verdict::Fail };
        (verdict, Seen::Devices { all, usable, pingid })
    }

    fn check_policy(&self) -> Came {
        if self.is_not_asked() { (Verdict::Unknown, Seen::NotReadHere) } else { NOT_RUN }
    }

    fn check_storage(&self) -> Came {
        match self.fault() {
            Some((_, Fault::NotStored(why))) => (Verdict::Fail, Seen::Storage(why.clone())),
            Some((_, Fault::LockSilent)) => (Verdict::Fail, Seen::LocksSilent),
            _ => NOT_RUN,
        }
    }

    fn check_host_page(&self) -> Came {
        match self.fault() {
            Some((_, Fault::HostRefused)) => (Verdict::Fail, Seen::NotPermitted),
            _ => NOT_RUN,
        }
    }

    fn check_deployment(&self) -> Came {
        match self.fault() {
            Some((_, fault @ Fault::NotPermitted(_))) => (Verdict::Fail, Seen::Fault(fault.clone())),
            _ => NOT_RUN,
        }
    }
}

fn read<T>(
    observed: Option<&Observed<T>>,
    show: impl Fn(&T) -> Came,
    refused: impl Fn(&Fault) -> Verdict,
) -> Came {
    match observed.map(|observed| &observed.result) {
        None => NOT_RUN,
        Some(Ok(value)) => show(value),
        Some(Err(fault)) => (refused(fault), Seen::Fault(fault.clone())),
    }
}

fn refused_role(fault: &Fault) -> Verdict {
    if matches!(fault, Fault::RoleMissing(_)) { Verdict::Fail } else { Verdict::Unknown }
}

/// Whether PingOne says that it won't do this, for want of a role or as if the environment weren't there.
pub(super) fn is_denial(fault: &Fault) -> bool {
    match fault {
        Fault::RoleMissing(_) | Fault::EnvironmentUnknown(_) => true,
        Fault::TokenInvalid(refusal) => refusal.names("INSUFFICIENT_PERMISSIONS"),
        _ => false,
    }
}

/// Whether nothing could be read of an answer.
pub(super) fn is_silent(fault: &Fault) -> bool {
    matches!(fault, Fault::Unreachable | Fault::Timeout { .. })
}

/// Whether a page of HTML came in place of PingOne's answer.
pub(super) fn is_gateways_page(fault: &Fault) -> bool {
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
    fn the_tutorials_points_come_first_and_in_its_order() {
        let points: Vec<u8> = Check::ALL.into_iter().map_while(Check::point).collect();
        assert!(points.is_sorted());
        assert_eq!((points.first(), points.last()), (Some(&1), Some(&6)));
        let rest = Check::ALL.into_iter().skip(points.len());
        assert!(rest.clone().all(|check| check.point().is_none()) && Check::ALL.is_sorted());
        assert_eq!(points.len() + rest.count(), Check::ALL.len());
    }

    #[test]
    fn nothing_passes_of_which_nothing_is_known() {
        let evidence = Evidence::of(Symptom::Health, Timestamp(0));
        assert!(findings(&evidence).iter().all(|finding| finding.verdict != Verdict::Pass));
    }
}
