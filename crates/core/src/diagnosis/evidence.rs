//! Collects the evidence for a diagnosis: what is known about a problem, and which question to ask next.
//!
//! Every question reads; nothing is ever written to find a cause.

use pingone::device::{Device, is_pingid_product};
use pingone::environment::{Environment, EnvironmentId};
use pingone::fault::Fault;
use pingone::region::{Agreement, Region, RegionCode, Regions};
use pingone::request::VisibleUsers;
use pingone::role::Permission;
use pingone::time::{Millis, Timestamp};
use pingone::token::paste::PasteFault;
use pingone::token::{Actor, TokenFacts};
use pingone::user::{PopulationId, User, UserId};

use crate::run::proof::Proof;

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

    /// The question that repeats the operation. A write is never repeated to find a cause.
    const fn repeat_question(self) -> Option<Question> {
        match self {
            Self::Connect => Some(Question::Environment),
            Self::ReadUsers => Some(Question::Users),
            Self::ReadUser(user) => Some(Question::User(user)),
            Self::ReadFlag(user) => Some(Question::Flag(user)),
            Self::ReadDevices(user) => Some(Question::Devices(user)),
            // That some users can be read doesn't show that the requested ones can.
            Self::FilterUsers | Self::ReadReport | Self::ChangeFlag(_) | Self::AllowBypass(_) => None,
        }
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

/// A question to PingOne or to the network. All questions only read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// What the browser can reach at all, after this operation failed.
    Reach(Operation),
    /// Read the record of the environment.
    Environment,
    /// Read the number of users, and one of them.
    Users,
    /// Read the record of this user.
    User(UserId),
    /// Read the MFA flag of this user.
    Flag(UserId),
    /// Read the populations of the environment.
    Populations,
    /// Read the environment's MFA settings.
    Settings,
    /// Read the environment's list of products.
    Products,
    /// Read the MFA devices of this user.
    Devices(UserId),
    /// Read the MFA bypass of this user.
    Bypass(UserId),
}

/// The value that answers a [`Question`].
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// What the browser could reach.
    Reach(Reach),
    /// The record of the environment.
    Environment(Environment),
    /// The number of users, and one of them.
    Users(VisibleUsers),
    /// The record of the user, boxed for its size.
    User(Box<User>),
    /// Whether the user's MFA flag is on.
    Flag(bool),
    /// The token may read the populations.
    Populations,
    /// The token may read the MFA settings.
    Settings,
    /// The products; `None` where PingOne doesn't tell this token.
    Products(Option<Vec<String>>),
    /// All MFA devices of the user, active or not.
    Devices(Vec<Device>),
    /// When the bypass expires; `None` without a bypass.
    Bypass(Option<Timestamp>),
}

/// The pauses before each repetition of a refused read. A newly assigned role takes a while to take effect.
const PAUSES: [Millis; 4] =
    [Millis::seconds(5), Millis::seconds(10), Millis::seconds(15), Millis::seconds(30)];

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

    /// The next question, and the pause before it. Only questions that distinguish between causes are asked.
    #[must_use]
    pub fn next_question(&self) -> Option<(Question, Millis)> {
        let open = self.wanted_questions().into_iter().find(|question| !self.is_answered(*question));
        open.map(|question| (question, Millis(0))).or_else(|| self.next_repetition())
    }

    /// Repeats a read that was refused because of a role: a newly assigned role doesn't take effect at once.
    fn next_repetition(&self) -> Option<(Question, Millis)> {
        let (operation, fault) = self.fault()?;
        let is_refusal = match fault {
            Fault::RoleMissing(_) => true,
            Fault::EnvironmentUnknown(refusal) => refusal.status == 403,
            _ => false,
        };
        let is_end_user = self.token.as_ref().is_some_and(|token| matches!(token.actor, Actor::EndUser(_)));
        let is_final = is_end_user || self.is_conclusive() || self.is_environment_missing();
        let is_settled = !is_refusal || is_final || self.works_now();
        let pause = PAUSES.get(self.repeats).filter(|_| !is_settled)?;
        Some((operation.repeat_question()?, *pause))
    }

    /// Whether PingOne says that the environment doesn't exist.
    #[must_use]
    pub fn is_environment_missing(&self) -> bool {
        let refusal = self.environment.as_ref().and_then(|observed| observed.result.as_ref().err());
        matches!(refusal, Some(Fault::EnvironmentUnknown(refusal)) if refusal.status == 404)
    }

    /// Whether further questions would all fail in the same way, or make things worse. The symptom's own 401 may be
    /// about that single request, so one question may follow it.
    fn is_conclusive(&self) -> bool {
        let is_final = |fault: &Fault| {
            matches!(
                fault,
                Fault::TokenExpired(_)
                    | Fault::TokenForgotten
                    | Fault::RateLimited { .. }
                    | Fault::NotStored(_)
                    | Fault::HostRefused
                    | Fault::NotPermitted(_)
                    | Fault::LockSilent
            )
        };
        self.faults().any(is_final)
            || self.answer_faults().any(|fault| matches!(fault, Fault::TokenInvalid(_)))
    }

    fn wanted_questions(&self) -> Vec<Question> {
        match &self.symptom {
            Symptom::Input(_) => Vec::new(),
            _ if self.is_conclusive() => Vec::new(),
            Symptom::Health => self.questions_for_health(),
            Symptom::NotPrompted(user) => self.questions_for_not_asked(*user),
            Symptom::Failed { operation, fault, .. } => self.questions_for_failure(*operation, fault),
        }
    }

    fn questions_for_not_asked(&self, user: UserId) -> Vec<Question> {
        let mut wanted = vec![
            Question::User(user),
            Question::Flag(user),
            Question::Bypass(user),
            Question::Devices(user),
            Question::Environment,
            Question::Products,
        ];
        // If other users can be read, but not this one, the role is limited.
        let is_refused = |fault: Option<&Fault>| matches!(fault, Some(Fault::RoleMissing(_)));
        let read = self.user.as_ref().and_then(|observed| observed.result.as_ref().err());
        let flag = self.flag.as_ref().and_then(|observed| observed.result.as_ref().err());
        if is_refused(read) || is_refused(flag) {
            wanted.push(Question::Users);
        }
        wanted
    }

    fn questions_for_health(&self) -> Vec<Question> {
        let mut wanted = vec![Question::Reach(Operation::Connect), Question::Environment];
        if is_ok(self.environment.as_ref()) {
            wanted.extend([Question::Users, Question::Populations, Question::Settings, Question::Products]);
            wanted.extend(self.first_user().map(Question::Flag));
        }
        wanted
    }

    fn first_user(&self) -> Option<UserId> {
        self.users.as_ref()?.result.as_ref().ok()?.first
    }

    fn questions_for_failure(&self, operation: Operation, fault: &Fault) -> Vec<Question> {
        let mut wanted = Vec::new();
        if matches!(fault, Fault::Unreachable | Fault::Timeout { .. } | Fault::BodyCut(_)) {
            wanted.push(Question::Reach(operation));
            if self.reach.is_some_and(|reach| reach.host == PlainResult::Unanswered && !reach.page) {
                return wanted;
            }
        }
        wanted.push(Question::Environment);
        if !is_ok(self.environment.as_ref()) {
            return wanted;
        }
        wanted.push(Question::Users);
        match operation.user() {
            Some(user) => {
                wanted.push(Question::User(user));
                if is_ok(self.user.as_ref()) {
                    wanted.push(Question::Flag(user));
                }
            }
            None => wanted.extend(self.first_user().map(Question::Flag)),
        }
        if let Operation::ReadDevices(user) = operation {
            wanted.push(Question::Devices(user));
        }
        if matches!(fault, Fault::RoleMissing(_) | Fault::LicenseExceeded(_)) {
            if self.users.as_ref().is_some_and(|users| users.result.is_err()) {
                wanted.extend([Question::Populations, Question::Settings]);
            }
            wanted.push(Question::Products);
        }
        wanted
    }

    fn is_answered(&self, question: Question) -> bool {
        match question {
            Question::Reach(_) => self.reach.is_some(),
            Question::Environment => self.environment.is_some(),
            Question::Users => self.users.is_some(),
            Question::User(_) => self.user.is_some(),
            Question::Flag(_) => self.flag.is_some(),
            Question::Populations => self.populations.is_some(),
            Question::Settings => self.settings.is_some(),
            Question::Products => self.products.is_some(),
            Question::Devices(_) => self.devices.is_some(),
            Question::Bypass(_) => self.bypass.is_some(),
        }
    }

    /// Records the answer to a question, or the fault that it failed with.
    pub fn learn(&mut self, question: Question, result: Result<Answer, Fault>, at: Timestamp) {
        self.now = at;
        self.repeats += usize::from(self.is_answered(question));
        match result {
            Ok(answer) => self.record_answer(answer, at),
            Err(fault) => self.record_fault(question, fault, at),
        }
    }

    fn record_answer(&mut self, answer: Answer, at: Timestamp) {
        match answer {
            Answer::Reach(reach) => self.reach = Some(reach),
            Answer::Environment(environment) => self.environment = observed_value(at, environment),
            Answer::Users(users) => self.users = observed_value(at, users),
            Answer::User(user) => self.user = observed_value(at, *user),
            Answer::Flag(flag) => self.flag = observed_value(at, flag),
            Answer::Populations => self.populations = observed_value(at, ()),
            Answer::Settings => self.settings = observed_value(at, ()),
            Answer::Products(products) => self.products = observed_value(at, products),
            Answer::Devices(devices) => self.devices = observed_value(at, devices),
            Answer::Bypass(until) => self.bypass = observed_value(at, until),
        }
    }

    fn record_fault(&mut self, question: Question, fault: Fault, at: Timestamp) {
        match question {
            // An unreachable host isn't a fault here; it is the answer itself.
            Question::Reach(_) => {}
            Question::Environment => self.environment = observed_fault(at, fault),
            Question::Users => self.users = observed_fault(at, fault),
            Question::User(_) => self.user = observed_fault(at, fault),
            Question::Flag(_) => self.flag = observed_fault(at, fault),
            Question::Populations => self.populations = observed_fault(at, fault),
            Question::Settings => self.settings = observed_fault(at, fault),
            Question::Products => self.products = observed_fault(at, fault),
            Question::Devices(_) => self.devices = observed_fault(at, fault),
            Question::Bypass(_) => self.bypass = observed_fault(at, fault),
        }
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

#[expect(clippy::unnecessary_wraps, reason = "it goes where nothing may be known")]
fn observed_value<T>(at: Timestamp, result: T) -> Option<Observed<T>> {
    Some(Observed { at, result: Ok(result) })
}

#[expect(clippy::unnecessary_wraps, reason = "it goes where nothing may be known")]
fn observed_fault<T>(at: Timestamp, fault: Fault) -> Option<Observed<T>> {
    Some(Observed { at, result: Err(fault) })
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

#[cfg(test)]
mod tests {
    use super::*;
    use pingone::fault::Refusal;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp(1_795_500_000_000);

    fn user() -> UserId {
        UserId(Uuid::from_u128(7))
    }

    fn failed(operation: Operation, fault: Fault) -> Evidence {
        Evidence::of(Symptom::Failed { operation, fault, at: NOW }, NOW)
    }

    fn refused(status: u16) -> Refusal {
        Refusal { status, code: Some("ACCESS_FAILED".into()), ..Refusal::default() }
    }

    fn environment() -> Answer {
        use pingone::environment::EnvironmentKind;
        let id = EnvironmentId(Uuid::from_u128(1));
        Answer::Environment(Environment { id, name: "Workforce".into(), kind: EnvironmentKind::Production })
    }

    #[test]
    fn an_expired_token_and_a_rate_limit_lead_to_no_question() {
        for fault in [
            Fault::TokenExpired(refused(401)),
            Fault::TokenForgotten,
            Fault::RateLimited { refusal: refused(429), after: None },
        ] {
            assert_eq!(failed(Operation::ReadUsers, fault).next_question(), None);
        }
    }

    #[test]
    fn one_question_tells_a_refused_token_from_a_refused_request() {
        let mut refused_once = failed(Operation::ReadUser(user()), Fault::TokenInvalid(refused(401)));
        let mut refused_twice = refused_once.clone();
        assert_eq!(refused_once.next_question(), Some((Question::Environment, Millis(0))));
        refused_twice.learn(Question::Environment, Err(Fault::TokenInvalid(refused(401))), NOW);
        assert!(refused_twice.refused_token().is_some() && refused_twice.next_question().is_none());
        refused_once.learn(Question::Environment, Ok(environment()), NOW);
        assert!(refused_once.refused_token().is_none() && refused_once.next_question().is_some());
    }

    #[test]
    fn every_question_is_asked_once_and_a_refused_read_is_repeated_after_pauses() {
        let mut evidence = failed(Operation::ReadUsers, Fault::RoleMissing(refused(403)));
        let mut asked = Vec::new();
        while let Some((question, pause)) = evidence.next_question() {
            asked.push((question, pause.0));
            let result = match question {
                Question::Environment => Ok(environment()),
                _ => Err(Fault::RoleMissing(refused(403))),
            };
            evidence.learn(question, result, NOW);
            assert!(asked.len() < 20, "{asked:?}");
        }
        let repeated = [
            (Question::Users, 5000),
            (Question::Users, 10_000),
            (Question::Users, 15_000),
            (Question::Users, 30_000),
        ];
        let once = [
            Question::Environment,
            Question::Users,
            Question::Populations,
            Question::Settings,
            Question::Products,
        ];
        assert_eq!(asked, once.map(|question| (question, 0)).into_iter().chain(repeated).collect::<Vec<_>>());
    }

    #[test]
    fn a_write_is_never_repeated() {
        let mut evidence = failed(Operation::ChangeFlag(Some(user())), Fault::RoleMissing(refused(403)));
        let mut asked = 0;
        while let Some((question, _)) = evidence.next_question() {
            evidence.learn(question, Err(Fault::Unreachable), NOW);
            asked += 1;
        }
        assert_eq!(asked, 1, "the environment can't be read, and all other reads depend on it");
    }

    #[test]
    fn no_more_questions_are_asked_when_offline() {
        let mut evidence = failed(Operation::Connect, Fault::Unreachable);
        let (question, _) = evidence.next_question().unwrap();
        assert_eq!(question, Question::Reach(Operation::Connect));
        let reach = Reach { is_online: false, page: false, host: PlainResult::Unanswered, readable: None };
        evidence.learn(question, Ok(Answer::Reach(reach)), NOW);
        assert_eq!(evidence.next_question(), None);
    }
}
