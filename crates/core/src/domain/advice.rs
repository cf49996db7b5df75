//! What to look at when something fails, in the order of Ping's own tutorial ("Create a test environment,
//! step 7: Enable user MFA"), and what the tutorial leaves out after it. The sentences are the view's.

use super::fault::Fault;

/// A thing to check. The order of the variants is the order in which they are shown: first the tutorial's
/// six, then those that it doesn't know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// 1: the environment ID is the one that is meant.
    Environment,
    /// 2: a role that contains the permission, at a scope that contains the user.
    Role,
    /// 3: the user ID exists in this environment.
    User,
    /// 4: the authorization header carries an access token.
    Authorization,
    /// 5: the token has not ended.
    Expiry,
    /// 6: the API's domain is the region's.
    Region,
    /// The network between the browser and PingOne.
    Network,
    /// The share of a limit that other clients use.
    Limit,
    /// The licence or the services of the environment.
    Licence,
    /// PingOne's own state.
    Status,
    /// Something between the browser and PingOne that answers in its place.
    Intermediary,
    /// What this browser lets the page store.
    Storage,
    /// The page around the element.
    Host,
    /// This product and PingOne disagree about the API: worth a report.
    Report,
}

/// What to do about a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// What to check, in order; never empty.
    pub checks: &'static [Check],
}

impl Fault {
    /// What to check.
    #[must_use]
    pub fn advice(&self) -> Advice {
        use Check::{
            Authorization, Environment, Expiry, Host, Intermediary, Licence, Limit, Network, Region, Report,
            Role, Status, Storage, User,
        };
        let checks: &'static [Check] = match self {
            Self::TokenExpired(_) | Self::TokenForgotten => &[Expiry],
            Self::TokenInvalid(_) => &[Authorization, Expiry, Region],
            Self::RoleMissing(_) => &[Environment, Role, Licence],
            Self::LicenceExceeded(_) => &[Licence],
            Self::EnvironmentUnknown(_) => &[Environment, Role, Region],
            Self::PathUnknown(_) => &[Region, Report],
            Self::UserUnknown(_) => &[Environment, User],
            Self::NotFound(_) => &[Environment, Report],
            Self::MediaTypeRefused(_) | Self::BodyTooLarge(_) => &[Intermediary, Report],
            Self::RequestRefused(refusal) if refusal.code.is_none() && refusal.status == 404 => {
                &[Region, Intermediary]
            }
            Self::RequestRefused(refusal) if refusal.code.is_none() => &[Intermediary],
            Self::RequestRefused(_) => &[User, Report],
            Self::RateLimited { .. } => &[Limit],
            Self::ServerFailed(_) => &[Status],
            Self::StatusUnexpected(_) | Self::NotJson(_) => &[Network, Intermediary],
            Self::Timeout { .. } | Self::BodyCut(_) => &[Network, Status],
            Self::Unreachable => &[Region, Network, Status, Intermediary],
            Self::WrongShape(_) | Self::Paging(_) => &[Report],
            Self::NotStored(_) => &[Storage],
            Self::HostRefused => &[Host],
        };
        Advice { checks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_advice_in_the_tutorials_order() {
        for fault in Fault::every() {
            let checks = fault.advice().checks;
            assert!(!checks.is_empty(), "{fault:?}");
            assert!(checks.is_sorted(), "{fault:?}: {checks:?}");
        }
    }
}
