//! The checks of a diagnosis: the six of Ping's tutorial ("Create a test environment, step 7: Enable user MFA"), and
//! those that the tutorial leaves out.
//!
//! Each check passes, fails, is unknown or was not run, and says what was seen. [`Check`] is declared from a table with
//! one row per check; the functions that evaluate them are in the submodules, and the sentences for them in the view.

use pingone::environment::EnvironmentKind;
use pingone::fault::{Fault, JournalFault};
use pingone::region::RegionCode;
use pingone::role::Role;
use pingone::time::Timestamp;
use pingone::user::Account;

use super::evidence::{Evidence, InputFault, Observed, Reach, Symptom};
use super::topic::Topic;

mod access;
mod network;
mod page;
mod products;
mod token;
mod user;

/// What is known about a check beside its name: its row in the table below.
struct Row {
    /// The tutorial's point, if the tutorial has the check.
    point: Option<u8>,
    is_always_shown: bool,
    topic: Topic,
    evaluate: fn(&Evidence) -> CheckResult,
}

impl Row {
    const fn always_shown(self) -> Self {
        Self { is_always_shown: true, ..self }
    }
}

/// A check that belongs to this point of the tutorial.
const fn of_point(point: u8, topic: Topic, evaluate: fn(&Evidence) -> CheckResult) -> Row {
    Row { point: Some(point), is_always_shown: false, topic, evaluate }
}

/// A check that the tutorial leaves out.
const fn other(topic: Topic, evaluate: fn(&Evidence) -> CheckResult) -> Row {
    Row { point: None, is_always_shown: false, topic, evaluate }
}

/// Declares [`Check`] from one row per check, so that no list of checks can miss one.
macro_rules! checks {
    ($($(#[$doc:meta])+ $check:ident => $row:expr,)+) => {
        /// One check. The order is the one in which checks are shown: the tutorial's points first, then the others.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Check {
            $($(#[$doc])+ $check,)+
        }

        impl Check {
            /// All checks, in the order in which they are shown.
            pub const ALL: [Self; [$(stringify!($check)),+].len()] = [$(Self::$check),+];

            const fn row(self) -> Row {
                match self {
                    $(Self::$check => $row,)+
                }
            }
        }
    };
}

checks! {
    /// The environment exists in the region.
    Environment => of_point(1, Topic::Environment, Evidence::check_environment).always_shown(),
    /// Whether the environment is the one that issued the token, or another one.
    OwnEnvironment => of_point(1, Topic::Environment, Evidence::check_own_environment),
    /// The token may list and read users.
    ReadUsers => of_point(2, Topic::Role, Evidence::check_reading_users).always_shown(),
    /// The token may read a user's MFA flag.
    ReadFlag => of_point(2, Topic::Role, Evidence::check_reading_flag).always_shown(),
    /// The token may change the MFA flag. Nothing is ever written to find out.
    ChangeFlag => of_point(2, Topic::Role, Evidence::check_changing_flag).always_shown(),
    /// Which roles would explain the answers.
    Role => of_point(2, Topic::Role, Evidence::check_role),
    /// The role covers the user, and isn't limited to other populations.
    Scope => of_point(2, Topic::Role, Evidence::check_scope),
    /// A newly assigned role has taken effect.
    Propagation => of_point(2, Topic::Role, Evidence::check_propagation),
    /// The user exists in this environment.
    User => of_point(3, Topic::User, Evidence::check_user).always_shown(),
    /// The token is an access token for PingOne's API, and PingOne accepts it.
    Token => of_point(4, Topic::Token, Evidence::check_token).always_shown(),
    /// The token hasn't expired by this computer's clock.
    Expiry => of_point(5, Topic::Expiry, Evidence::check_expiry).always_shown(),
    /// This computer's clock agrees with PingOne's.
    Clock => of_point(5, Topic::Expiry, Evidence::check_clock),
    /// The API's domain is that of the token's region.
    Region => of_point(6, Topic::Region, Evidence::check_region).always_shown(),
    /// The API's host can be reached.
    Host => other(Topic::Network, Evidence::check_host),
    /// The answers come from PingOne, are complete, and may be read by the page.
    Answers => other(Topic::Network, Evidence::check_answers),
    /// PingOne doesn't limit the rate of the requests.
    Limit => other(Topic::Limit, Evidence::check_limit),
    /// PingOne itself works, without server errors or timeouts.
    Service => other(Topic::Network, Evidence::check_service),
    /// The license covers the operation.
    License => other(Topic::License, Evidence::check_license),
    /// PingOne MFA is among the environment's products.
    MfaProduct => other(Topic::License, Evidence::check_mfa),
    /// `PingID` isn't among the environment's products. `PingID` can ignore the MFA flag.
    PingId => other(Topic::Flag, Evidence::check_pingid),
    /// The user's account is allowed to sign in.
    Account => other(Topic::User, Evidence::check_account),
    /// The user's MFA flag (`mfaEnabled`) is on.
    Flag => other(Topic::Flag, Evidence::check_flag),
    /// The user has no active MFA bypass.
    Bypass => other(Topic::Devices, Evidence::check_bypass),
    /// The user has a device to authenticate with.
    Device => other(Topic::Devices, Evidence::check_device),
    /// A sign-on policy asks for a second factor at all.
    Policy => other(Topic::Flag, Evidence::check_policy),
    /// The browser stores the state of a run.
    Storage => other(Topic::Storage, Evidence::check_storage),
    /// The host page permits the change.
    HostPage => other(Topic::Report, Evidence::check_host_page),
    /// The deployment permits the change.
    Deployment => other(Topic::Report, Evidence::check_deployment),
    /// This page itself works: no defect of its own was noticed.
    Page => other(Topic::Report, Evidence::check_page),
}

impl Check {
    /// The number of the tutorial's point that the check belongs to; `None` if the tutorial doesn't have it.
    #[must_use]
    pub const fn point(self) -> Option<u8> {
        self.row().point
    }

    /// Whether the check is shown even if nothing is known about it.
    #[must_use]
    pub const fn is_always_shown(self) -> bool {
        self.row().is_always_shown
    }

    /// The topic of the help that explains the check.
    #[must_use]
    pub const fn topic(self) -> Topic {
        self.row().topic
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

/// Evaluates all checks, in the order of [`Check::ALL`].
#[must_use]
pub fn findings(evidence: &Evidence) -> Vec<Finding> {
    let finding = |check: Check| {
        let (verdict, seen) = (check.row().evaluate)(evidence);
        Finding { check, verdict, seen }
    };
    Check::ALL.into_iter().map(finding).collect()
}

impl Evidence {
    fn input(&self) -> Option<InputFault> {
        match &self.symptom {
            Symptom::Input(input) => Some(*input),
            Symptom::Failed { .. } | Symptom::NotPrompted(_) | Symptom::Health => None,
        }
    }

    fn is_not_asked(&self) -> bool {
        matches!(self.symptom, Symptom::NotPrompted(_))
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

    #[test]
    fn a_device_of_pingid_is_not_called_a_service() {
        let at = Timestamp(0);
        let user = pingone::user::UserId(uuid::Uuid::from_u128(1));
        let device = pingone::device::Device {
            kind: "PINGID_MOBILE".into(),
            nickname: None,
            address: None,
            state: pingone::device::DeviceState::Active,
            created_at: None,
        };
        let evidence = Evidence {
            products: Some(Observed { at, result: Ok(Some(vec!["PING_ONE_MFA".into()])) }),
            devices: Some(Observed { at, result: Ok(vec![device]) }),
            ..Evidence::of(Symptom::NotPrompted(user), at)
        };
        let seen = evidence.check_pingid();
        assert_eq!(seen, (Verdict::Fail, Seen::Devices { all: 1, usable: 1, pingid: 1 }));
    }
}
