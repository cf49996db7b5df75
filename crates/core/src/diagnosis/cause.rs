//! The causes of failures: for each, the check that shows it and the person or team that can fix it.

use pingone::environment::EnvironmentId;
use pingone::region::RegionCode;
use pingone::role::Permission;
use pingone::token::paste::PasteFault;

use super::check::Check;

/// A reason why something doesn't work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The pasted text isn't an access token, or the token can't be used.
    TokenUnusable(PasteFault),
    /// The page no longer holds a token.
    TokenForgotten,
    /// The token has expired, by its claims or by PingOne's answer.
    TokenExpired,
    /// This computer's clock and PingOne's disagree.
    ClockWrong,
    /// The token is addressed to another API than PingOne's.
    AudienceElsewhere,
    /// The token is an end user's: it gives access only to that user's own record.
    EndUserToken,
    /// PingOne rejects the token: it was cut off, altered, or signed with a key that PingOne no longer knows.
    TokenRefused,
    /// No region is given, neither by the token nor in the form.
    RegionMissing,
    /// The token was issued in another region.
    RegionElsewhere,
    /// No environment is given, neither by the token nor in the form.
    EnvironmentNotNamed,
    /// The environment ID isn't a UUID.
    EnvironmentUnreadable,
    /// The environment doesn't exist in this region.
    EnvironmentMissing,
    /// The environment is the one that the application belongs to, and may not be the intended one.
    EnvironmentSuspect,
    /// The token's holder has no role in the environment.
    NoRole,
    /// The token's holder lacks a role that contains this permission.
    RoleMissing(Permission),
    /// The role was assigned a moment ago and had not taken effect.
    RoleArriving,
    /// The role is limited to some populations.
    ScopeTooNarrow,
    /// The role existed and has been removed.
    RoleLost,
    /// PingOne refuses this user, while the same run changed this many others with the same token.
    OthersChanged(u64),
    /// The user ID from the input isn't a UUID.
    UserUnreadable,
    /// The user doesn't exist in this environment.
    UserMissing,
    /// The gateway doesn't know the path: the API address configured for the deployment is wrong.
    PathUnknown,
    /// The license doesn't cover the operation.
    LicenseExceeded,
    /// PingOne MFA isn't among the environment's products.
    MfaMissing,
    /// `PingID` decides whether MFA is required, not the user's MFA flag.
    PingIdDecides,
    /// The browser is offline, or can't reach even the page's own server.
    Offline,
    /// The API's host can't be reached, because of DNS, TLS, a firewall or a blocker.
    HostUnreachable,
    /// The page's own security policy keeps the browser from sending requests to the API.
    PolicyForbids,
    /// The preflight is refused: the browser may not send requests with a token.
    PreflightRefused,
    /// The answer's CORS headers don't permit the page to read it.
    AnswerUnreadable,
    /// The connection closes before the answer is complete.
    ConnectionLost,
    /// The host can be reached, but no answer arrives in time.
    NoAnswer,
    /// Something other than PingOne answers, such as a proxy.
    Intermediary,
    /// PingOne limits the rate of the requests.
    RateLimited,
    /// PingOne fails with server errors or doesn't answer in time.
    ServiceFailing,
    /// PingOne fails for one record or page only.
    OneRecordFailing,
    /// The request failed before and works now.
    Temporary,
    /// PingOne refuses the request itself.
    RequestRefused,
    /// The answer has a format that this page doesn't know, or is damaged.
    AnswerUnknown,
    /// The pages of the list contradict each other.
    ListInconsistent,
    /// The browser can't store the state of a run.
    NotStored,
    /// The browser's storage was asked and never answered.
    StorageSilent,
    /// The browser's lock manager was asked and never answered.
    LockSilent,
    /// The host page doesn't permit the change.
    HostRefused,
    /// The deployment doesn't permit the change.
    DeploymentForbids,
    /// This page has a defect: one of its steps left no result, or one of another kind.
    Internal,
    /// The user's account is disabled or locked.
    AccountUnusable,
    /// The user's MFA flag (`mfaEnabled`) is off.
    FlagOff,
    /// The user has an active MFA bypass.
    Bypassed,
    /// The user's MFA flag is on, but the user has no usable device.
    NoDevice,
    /// The user can complete MFA; the sign-on policies, which this page doesn't read, don't ask for it.
    PolicyDecides,
}

/// The person or team that can fix a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Responsible {
    /// The user who reads the diagnosis.
    You,
    /// No one: the problem goes away after some time.
    Time,
    /// An administrator who may assign roles in the environment.
    EnvironmentAdmin,
    /// The person responsible for the organization's contract with Ping.
    LicenseHolder,
    /// The administrator of the sign-on policies.
    PolicyAdmin,
    /// The administrator of the network or its proxy.
    NetworkAdmin,
    /// The administrator who deployed this page.
    Deployer,
    /// The support team of Ping Identity.
    PingSupport,
    /// The developers of this product.
    Makers,
}

/// The action that a button offers for a cause.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NextStep {
    /// Retry the request that failed.
    TryAgain,
    /// Ask for another token and replace the present one.
    ReplaceToken,
    /// Switch to the region that issued the token.
    UseRegion(RegionCode),
    /// Switch to the environment that issued the token.
    UseEnvironment(EnvironmentId),
}

/// The kind of [`NextStep`] that fits a cause. Whether it can be offered depends on the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    /// Useful only after a request failed.
    TryAgain,
    ReplaceToken,
    UseRegion,
    UseEnvironment,
}

/// A cause that fits the evidence, and what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The cause that fits the evidence.
    pub cause: Cause,
    /// The action offered on this page, if there is one.
    pub next: Option<NextStep>,
}

impl Cause {
    /// The check that fails because of this cause, the person or team that can fix it, and what a button offers.
    #[expect(clippy::match_same_arms, reason = "a table has a row for each")]
    const fn row(self) -> (Check, Responsible, Offer) {
        use Responsible as Who;
        match self {
            Self::TokenUnusable(_) => (Check::Token, Who::You, Offer::TryAgain),
            Self::TokenForgotten => (Check::Token, Who::You, Offer::ReplaceToken),
            Self::TokenExpired => (Check::Expiry, Who::You, Offer::ReplaceToken),
            Self::ClockWrong => (Check::Clock, Who::You, Offer::ReplaceToken),
            Self::AudienceElsewhere => (Check::Token, Who::You, Offer::ReplaceToken),
            Self::EndUserToken => (Check::Token, Who::You, Offer::ReplaceToken),
            Self::TokenRefused => (Check::Token, Who::You, Offer::ReplaceToken),
            Self::RegionMissing => (Check::Region, Who::You, Offer::TryAgain),
            Self::RegionElsewhere => (Check::Region, Who::You, Offer::UseRegion),
            Self::EnvironmentNotNamed => (Check::Environment, Who::You, Offer::TryAgain),
            Self::EnvironmentUnreadable => (Check::Environment, Who::You, Offer::TryAgain),
            Self::EnvironmentMissing => (Check::Environment, Who::You, Offer::UseEnvironment),
            Self::EnvironmentSuspect => (Check::OwnEnvironment, Who::You, Offer::TryAgain),
            Self::NoRole => (Check::Role, Who::EnvironmentAdmin, Offer::UseEnvironment),
            Self::RoleMissing(missing) => (check_of(missing), Who::EnvironmentAdmin, Offer::TryAgain),
            Self::RoleArriving => (Check::Propagation, Who::Time, Offer::TryAgain),
            Self::ScopeTooNarrow => (Check::Scope, Who::EnvironmentAdmin, Offer::TryAgain),
            Self::RoleLost => (Check::Role, Who::EnvironmentAdmin, Offer::TryAgain),
            Self::OthersChanged(_) => (Check::Scope, Who::You, Offer::TryAgain),
            Self::UserUnreadable => (Check::User, Who::You, Offer::TryAgain),
            Self::UserMissing => (Check::User, Who::You, Offer::TryAgain),
            Self::PathUnknown => (Check::Region, Who::Deployer, Offer::TryAgain),
            Self::LicenseExceeded => (Check::License, Who::LicenseHolder, Offer::TryAgain),
            Self::MfaMissing => (Check::MfaProduct, Who::LicenseHolder, Offer::TryAgain),
            Self::PingIdDecides => (Check::PingId, Who::PolicyAdmin, Offer::TryAgain),
            Self::Offline => (Check::Host, Who::You, Offer::TryAgain),
            Self::HostUnreachable => (Check::Host, Who::NetworkAdmin, Offer::TryAgain),
            Self::PolicyForbids => (Check::Host, Who::Deployer, Offer::TryAgain),
            Self::PreflightRefused => (Check::Answers, Who::NetworkAdmin, Offer::TryAgain),
            Self::AnswerUnreadable => (Check::Answers, Who::NetworkAdmin, Offer::TryAgain),
            Self::ConnectionLost => (Check::Answers, Who::NetworkAdmin, Offer::TryAgain),
            Self::NoAnswer => (Check::Service, Who::PingSupport, Offer::TryAgain),
            Self::Intermediary => (Check::Answers, Who::NetworkAdmin, Offer::TryAgain),
            Self::RateLimited => (Check::Limit, Who::Time, Offer::TryAgain),
            Self::ServiceFailing => (Check::Service, Who::PingSupport, Offer::TryAgain),
            Self::OneRecordFailing => (Check::Service, Who::PingSupport, Offer::TryAgain),
            Self::Temporary => (Check::Answers, Who::Time, Offer::TryAgain),
            Self::RequestRefused => (Check::Answers, Who::Makers, Offer::TryAgain),
            Self::AnswerUnknown => (Check::Answers, Who::Makers, Offer::TryAgain),
            Self::ListInconsistent => (Check::Answers, Who::Makers, Offer::TryAgain),
            Self::NotStored => (Check::Storage, Who::You, Offer::TryAgain),
            Self::StorageSilent => (Check::Storage, Who::You, Offer::TryAgain),
            Self::LockSilent => (Check::Storage, Who::You, Offer::TryAgain),
            Self::HostRefused => (Check::HostPage, Who::Deployer, Offer::TryAgain),
            Self::DeploymentForbids => (Check::Deployment, Who::Deployer, Offer::TryAgain),
            Self::Internal => (Check::Page, Who::Makers, Offer::TryAgain),
            Self::AccountUnusable => (Check::Account, Who::You, Offer::TryAgain),
            Self::FlagOff => (Check::Flag, Who::You, Offer::TryAgain),
            Self::Bypassed => (Check::Bypass, Who::You, Offer::TryAgain),
            Self::NoDevice => (Check::Device, Who::You, Offer::TryAgain),
            Self::PolicyDecides => (Check::Policy, Who::PolicyAdmin, Offer::TryAgain),
        }
    }

    /// The check that fails because of this cause.
    #[must_use]
    pub const fn check(self) -> Check {
        self.row().0
    }

    /// The person or team that can fix this cause.
    #[must_use]
    pub const fn who(self) -> Responsible {
        self.row().1
    }

    /// What a button offers for this cause.
    pub(super) const fn offer(self) -> Offer {
        self.row().2
    }

    /// The missing permission, if the cause is a missing permission.
    #[must_use]
    pub const fn missing(self) -> Option<Permission> {
        match self {
            Self::RoleMissing(permission) => Some(permission),
            Self::NoRole | Self::ScopeTooNarrow | Self::RoleLost => Some(Permission::UpdateMfa),
            _ => None,
        }
    }

    /// Whether an Identity Data Admin may assign the role that is missing, too.
    ///
    /// Source: developer.pingidentity.com, PingOne API, "Built-in roles".
    #[must_use]
    pub const fn can_data_admin_assign(self) -> bool {
        matches!(
            self.missing(),
            Some(
                Permission::ReadUsers
                    | Permission::ReadDevices
                    | Permission::ReadReport
                    | Permission::UpdateMfa
            )
        )
    }
}

/// The check that fails without this permission.
const fn check_of(missing: Permission) -> Check {
    match missing {
        Permission::ReadUsers => Check::ReadUsers,
        Permission::UpdateMfa => Check::ChangeFlag,
        _ => Check::Role,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_roles_for_users_are_assigned_by_identity_data_admins_too() {
        let by_both = [
            Cause::NoRole,
            Cause::ScopeTooNarrow,
            Cause::RoleMissing(Permission::ReadUsers),
            Cause::RoleMissing(Permission::ReadReport),
        ];
        let by_one = [
            Cause::RoleMissing(Permission::ReadEnvironment),
            Cause::RoleMissing(Permission::ReadSettings),
            Cause::RoleArriving,
            Cause::FlagOff,
        ];
        assert!(by_both.into_iter().all(Cause::can_data_admin_assign));
        assert!(!by_one.into_iter().any(Cause::can_data_admin_assign));
    }
}
