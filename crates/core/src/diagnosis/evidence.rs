//! The evidence for a diagnosis: what is known about a problem, and what that shows.
//!
//! `questions` decides what to ask next, and `answers` adds what was learned. Every question reads; nothing is ever
//! written to find a cause.

use pingone::device::{Device, is_pingid_product};
use pingone::environment::{Environment, EnvironmentId};
use pingone::fault::Fault;
use pingone::region::{Agreement, Region, RegionCode, Regions};
use pingone::request::VisibleUsers;
use pingone::role::Permission;
use pingone::time::Timestamp;
use pingone::token::TokenFacts;
use pingone::token::paste::PasteFault;
use pingone::user::{PopulationId, User, UserId};

use crate::run::proof::Proof;

pub use answers::Answer;
pub use questions::Question;

mod answers;
mod questions;

/// An input that kept any request from being sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputFault {
    /// The pasted text isn't a usable access token.
    Paste(PasteFault),
    /// No region is given, neither by the token nor in the form.
    RegionMissing,
    /// The token was issued in another region than the selected one.
    RegionElsewhere,
    /// No environment is given, neither by the token nor in the form.
    EnvironmentMissing,
    /// The environment ID isn't a UUID.
    EnvironmentUnreadable,
    /// The user ID from the input isn't a UUID.
    UserUnreadable,
}

/// An operation that can fail, with its user if it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Reading the environment when connecting.
    Connect,
    /// Counting, listing or finding users.
    ReadUsers,
    /// Loading users by a filter: the members of a group, or the users of an import.
    FilterUsers,
    /// Reading the record of this user.
    ReadUser(UserId),
    /// Reading the MFA flag of this user.
    ReadFlag(UserId),
    /// Reading the MFA devices of this user.
    ReadDevices(UserId),
    /// Reading the device report of all users.
    ReadReport,
    /// Changing the MFA flag, of this user if the operation is about one user.
    ChangeFlag(Option<UserId>),
    /// Allowing an MFA bypass for one user.
    AllowBypass(UserId),
}

impl Operation {
    /// The permission that the operation requires.
    #[must_use]
    pub const fn permission(self) -> Permission {
        match self {
            Self::Connect => Permission::ReadEnvironment,
            Self::ReadUsers | Self::FilterUsers | Self::ReadUser(_) | Self::ReadFlag(_) => {
                Permission::ReadUsers
            }
            Self::ReadDevices(_) => Permission::ReadDevices,
            Self::ReadReport => Permission::ReadReport,
            Self::ChangeFlag(_) | Self::AllowBypass(_) => Permission::UpdateMfa,
        }
    }

    /// The user that the operation is about, if there is one.
    #[must_use]
    pub const fn user(self) -> Option<UserId> {
        match self {
            Self::ReadUser(user)
            | Self::ReadFlag(user)
            | Self::ReadDevices(user)
            | Self::AllowBypass(user) => Some(user),
            Self::ChangeFlag(user) => user,
            Self::Connect | Self::ReadUsers | Self::FilterUsers | Self::ReadReport => None,
        }
    }

    /// Whether the operation may change something.
    #[must_use]
    pub const fn is_write(self) -> bool {
        matches!(self, Self::ChangeFlag(_) | Self::AllowBypass(_))
    }
}

/// Why the diagnosis was requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Symptom {
    /// An input kept any request from being sent.
    Input(InputFault),
    /// An operation failed with a fault.
    Failed {
        /// The operation that failed, with its user.
        operation: Operation,
        /// The fault that it failed with.
        fault: Fault,
        /// When it failed, by this computer's clock.
        at: Timestamp,
    },
    /// Nothing failed, but this user isn't asked for a second factor.
    NotPrompted(UserId),
    /// Nothing failed: the user checks the setup before it matters.
    Health,
}

/// The answer to a question, with its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed<T> {
    /// When the answer arrived, by this computer's clock.
    pub at: Timestamp,
    /// The value, or the fault that kept it from being read.
    pub result: Result<T, Fault>,
}

/// What the browser could reach without a token and without a preflight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Whether the browser reports that it is online. Only "offline" is meaningful; browsers
    /// sometimes report "online" wrongly.
    pub is_online: bool,
    /// Whether the page's own server answered.
    pub page: bool,
    /// Whether the API's host answered at all, with a readable answer or not.
    pub host: PlainResult,
    /// The HTTP status of the host's answer, if the page was permitted to read it.
    pub readable: Option<u16>,
}

/// The result of a plain request without a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlainResult {
    /// The host answered, readable or not.
    Answered,
    /// The host didn't answer the request.
    Unanswered,
    /// The page's own security policy kept the browser from sending the request.
    Forbidden,
}

/// Where a token was issued, compared with the selected region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IssuedIn {
    /// The selected region issued the token.
    Here,
    /// Another region issued the token.
    Elsewhere(RegionCode),
    /// By its name another region issued the token, but the deployment's configuration doesn't say which PingOne
    /// region the selected one stands for.
    Unsure(RegionCode),
    /// The token doesn't say where it was issued.
    NotStated,
}

impl IssuedIn {
    fn of(token: &TokenFacts, chosen: &Region, regions: &Regions) -> Self {
        if let Agreement::Conflict { issued } = regions.agreement(token, chosen) {
            return Self::Elsewhere(issued);
        }
        let stands_for = |issuing: &Region| issuing.pingone.is_some() && issuing.pingone == chosen.pingone;
        match regions.of_token(token, Some(&chosen.code)) {
            None => Self::NotStated,
            Some(issuing) if issuing.code == chosen.code || stands_for(issuing) => Self::Here,
            Some(issuing) => Self::Unsure(issuing.code.clone()),
        }
    }
}

/// Everything that is known about a problem.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Why the diagnosis was requested.
    pub symptom: Symptom,
    /// The current time by this computer's clock.
    pub now: Timestamp,
    /// The token's claims, if there is a token.
    pub token: Option<TokenFacts>,
    /// Whether the token is addressed to an API of PingOne; `None` if it names no audience.
    pub is_for_pingone: Option<bool>,
    /// The selected region, and whether it issued the token.
    pub region: Option<(Region, IssuedIn)>,
    /// The ID of the selected environment.
    pub environment_id: Option<EnvironmentId>,
    /// The population of the user that the diagnosis is about.
    pub population: Option<PopulationId>,
    /// Whether this same token has read the environment before.
    pub has_read_environment: bool,
    /// The populations in which this token has changed users.
    pub changed_populations: Vec<PopulationId>,
    /// What the user's run proved, if the diagnosis is about a user of a run.
    pub proof: Option<Proof>,
    /// What the browser could reach without a token.
    pub reach: Option<Reach>,
    /// The environment as it was last read.
    pub environment: Option<Observed<Environment>>,
    /// The users as they were last read.
    pub users: Option<Observed<VisibleUsers>>,
    /// The user that the diagnosis is about.
    pub user: Option<Observed<User>>,
    /// That user's MFA flag, or another user's.
    pub flag: Option<Observed<bool>>,
    /// Whether the token may read populations.
    pub populations: Option<Observed<()>>,
    /// Whether the token may read the MFA settings.
    pub settings: Option<Observed<()>>,
    /// The products of the environment.
    pub products: Option<Observed<Option<Vec<String>>>>,
    /// The MFA devices of the user that it is about.
    pub devices: Option<Observed<Vec<Device>>>,
    /// The MFA bypass of the user that it is about.
    pub bypass: Option<Observed<Option<Timestamp>>>,
    /// How often the refused read was repeated after a pause.
    pub repeats: usize,
}

impl Evidence {
    /// Evidence that contains only the symptom.
    #[must_use]
    pub fn of(symptom: Symptom, now: Timestamp) -> Self {
        Self {
            symptom,
            now,
            token: None,
            is_for_pingone: None,
            region: None,
            environment_id: None,
            population: None,
            has_read_environment: false,
            changed_populations: Vec::new(),
            proof: None,
            reach: None,
            environment: None,
            users: None,
            user: None,
            flag: None,
            populations: None,
            settings: None,
            products: None,
            devices: None,
            bypass: None,
            repeats: 0,
        }
    }

    /// Adds the token's claims to the evidence.
    #[must_use]
    pub fn with_token(self, token: TokenFacts, regions: &Regions) -> Self {
        Self { is_for_pingone: regions.are_addressed(&token), token: Some(token), ..self }
    }

    /// Adds the selected region and environment. Call it after [`Evidence::with_token`], because it compares the
    /// region with the token's.
    #[must_use]
    pub fn with_target(self, region: Region, environment: Option<EnvironmentId>, regions: &Regions) -> Self {
        let issued =
            self.token.as_ref().map_or(IssuedIn::NotStated, |token| IssuedIn::of(token, &region, regions));
        Self { region: Some((region, issued)), environment_id: environment, ..self }
    }

    /// The operation that failed and its fault, if the symptom is a failure.
    #[must_use]
    pub fn fault(&self) -> Option<(Operation, &Fault)> {
        match &self.symptom {
            Symptom::Failed { operation, fault, .. } => Some((*operation, fault)),
            Symptom::Input(_) | Symptom::NotPrompted(_) | Symptom::Health => None,
        }
    }

    /// The user that the diagnosis is about, if there is one.
    #[must_use]
    pub fn subject(&self) -> Option<UserId> {
        match &self.symptom {
            Symptom::Failed { operation, .. } => operation.user(),
            Symptom::NotPrompted(user) => Some(*user),
            Symptom::Input(_) | Symptom::Health => None,
        }
    }

    /// The population of the user that the diagnosis is about, if it is known.
    #[must_use]
    pub fn population(&self) -> Option<PopulationId> {
        let read = self.user.as_ref().and_then(|observed| observed.result.as_ref().ok());
        self.population.or_else(|| read.and_then(|user| user.population))
    }

    /// How many users the run changed with this token although the suspected cause would have stopped them as well.
    ///
    /// Zero if something other than a change failed, or if the token can't even read the environment any more.
    #[must_use]
    pub fn counterexamples(&self) -> u64 {
        let is_change = matches!(self.fault(), Some((Operation::ChangeFlag(_), _)));
        let is_environment_refused =
            self.environment.as_ref().is_some_and(|observed| observed.result.is_err());
        let proof = self.proof.as_ref().filter(|_| is_change && !is_environment_refused);
        proof.map_or(0, |proof| proof.speaks_for(self.population()))
    }

    /// All faults so far, the fault of the symptom first.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.fault().map(|(_, fault)| fault).into_iter().chain(self.answer_faults())
    }

    /// All faults that questions were answered with.
    fn answer_faults(&self) -> impl Iterator<Item = &Fault> {
        fn of<T>(observed: Option<&Observed<T>>) -> Option<&Fault> {
            observed?.result.as_ref().err()
        }
        let faults = [
            of(self.environment.as_ref()),
            of(self.users.as_ref()),
            of(self.user.as_ref()),
            of(self.flag.as_ref()),
            of(self.populations.as_ref()),
            of(self.settings.as_ref()),
            of(self.products.as_ref()),
            of(self.devices.as_ref()),
            of(self.bypass.as_ref()),
        ];
        faults.into_iter().flatten()
    }

    /// Whether PingOne accepted the token for any request. A refusal because of a missing role shows that it did.
    #[must_use]
    pub fn is_token_accepted(&self) -> bool {
        let is_known = |fault: &Fault| {
            matches!(
                fault,
                Fault::RoleMissing(_)
                    | Fault::LicenseExceeded(_)
                    | Fault::EnvironmentUnknown(_)
                    | Fault::UserUnknown(_)
                    | Fault::NotFound(_)
            )
        };
        self.has_read_anything() || self.counterexamples() > 0 || self.faults().any(is_known)
    }

    /// The 401 that still counts against the token.
    ///
    /// The symptom's own 401 doesn't count once the same token has read the environment, or has changed other users
    /// in the run: it was about that single request.
    #[must_use]
    pub fn refused_token(&self) -> Option<&Fault> {
        let is_refused = |fault: &&Fault| matches!(fault, Fault::TokenInvalid(_));
        let first = self.fault().map(|(_, fault)| fault).filter(is_refused);
        let is_accepted = is_ok(self.environment.as_ref()) || self.counterexamples() > 0;
        self.answer_faults().find(is_refused).or_else(|| first.filter(|_| !is_accepted))
    }

    /// Whether the token's holder could read the environment earlier and no longer can.
    #[must_use]
    pub fn has_lost_access(&self) -> bool {
        let refusal = self.environment.as_ref().and_then(|observed| observed.result.as_ref().err());
        self.has_read_environment
            && matches!(refusal, Some(Fault::EnvironmentUnknown(refusal)) if refusal.status == 403)
    }

    /// Whether any record was read.
    #[must_use]
    pub fn has_read_anything(&self) -> bool {
        is_ok(self.environment.as_ref())
            || is_ok(self.users.as_ref())
            || is_ok(self.user.as_ref())
            || is_ok(self.flag.as_ref())
            || is_ok(self.devices.as_ref())
    }

    /// Whether the operation that failed succeeds now.
    #[must_use]
    pub fn works_now(&self) -> bool {
        let Some(question) = self.fault().and_then(|(operation, _)| operation.repeat_question()) else {
            return false;
        };
        match question {
            Question::Environment => is_ok(self.environment.as_ref()),
            Question::Users => is_ok(self.users.as_ref()),
            Question::User(_) => is_ok(self.user.as_ref()),
            Question::Flag(_) => is_ok(self.flag.as_ref()),
            Question::Devices(_) => is_ok(self.devices.as_ref()),
            Question::Reach(_)
            | Question::Populations
            | Question::Settings
            | Question::Products
            | Question::Bypass(_) => false,
        }
    }

    /// Whether PingOne says that the environment doesn't exist.
    #[must_use]
    pub fn is_environment_missing(&self) -> bool {
        let refusal = self.environment.as_ref().and_then(|observed| observed.result.as_ref().err());
        matches!(refusal, Some(Fault::EnvironmentUnknown(refusal)) if refusal.status == 404)
    }

    /// The permissions that the evidence shows as granted (`true`) or refused (`false`).
    #[must_use]
    pub fn observed(&self) -> Vec<(Permission, bool)> {
        let reads = [
            permission_shown_by(Permission::ReadEnvironment, self.environment.as_ref()),
            permission_shown_by(Permission::ReadUsers, self.users.as_ref()),
            permission_shown_by(Permission::ReadPopulations, self.populations.as_ref()),
            permission_shown_by(Permission::ReadSettings, self.settings.as_ref()),
        ];
        let operation = match self.fault() {
            // The permission that a bypass requires isn't documented.
            Some((Operation::ChangeFlag(_), Fault::RoleMissing(_))) if self.counterexamples() == 0 => {
                Some((Permission::UpdateMfa, false))
            }
            _ if self.counterexamples() > 0 || !self.changed_populations.is_empty() => {
                Some((Permission::UpdateMfa, true))
            }
            _ => None,
        };
        reads.into_iter().flatten().chain(operation).collect()
    }

    /// Whether the environment has PingOne MFA; `None` if the products aren't known.
    #[must_use]
    pub fn has_mfa(&self) -> Option<bool> {
        self.has_product(|product| product == "PING_ONE_MFA")
    }

    /// Whether the environment has `PingID`; `None` if the products aren't known.
    #[must_use]
    pub fn has_pingid(&self) -> Option<bool> {
        self.has_product(is_pingid_product)
    }

    fn has_product(&self, is_meant: impl Fn(&str) -> bool) -> Option<bool> {
        let products = self.products.as_ref()?.result.as_ref().ok()?.as_ref()?;
        Some(products.iter().any(|product| is_meant(product)))
    }
}

/// Whether the question was asked and answered with a value.
pub(super) fn is_ok<T>(observed: Option<&Observed<T>>) -> bool {
    observed.is_some_and(|observed| observed.result.is_ok())
}

fn permission_shown_by<T>(
    permission: Permission,
    observed: Option<&Observed<T>>,
) -> Option<(Permission, bool)> {
    match &observed?.result {
        Ok(_) => Some((permission, true)),
        Err(Fault::RoleMissing(_)) => Some((permission, false)),
        // A missing environment says nothing about roles.
        Err(Fault::EnvironmentUnknown(refusal)) if refusal.status == 403 => Some((permission, false)),
        Err(_) => None,
    }
}
