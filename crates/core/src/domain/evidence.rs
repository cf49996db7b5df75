//! What is known about something that doesn't work, and what is to be asked next. Only reads are ever asked.

use super::device::{Device, is_pingid};
use super::fault::Fault;
use super::paste::PasteFault;
use super::proof::Proof;
use super::region::{Agreement, Region, RegionCode, Regions};
use super::role::Permission;
use super::tenant::{Environment, EnvironmentId};
use super::time::{Millis, Timestamp};
use super::token::{Actor, TokenFacts};
use super::user::{PopulationId, User, UserId};

/// Why nothing was sent at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputFault {
    /// What was pasted is no usable access token.
    Paste(PasteFault),
    /// Neither the token nor anybody else names a region.
    RegionMissing,
    /// The token was issued in another region than is chosen.
    RegionElsewhere,
    /// Neither the token nor anybody else names an environment.
    EnvironmentMissing,
    /// The environment ID is no UUID.
    EnvironmentUnreadable,
    /// The user ID is no UUID.
    UserUnreadable,
}

/// What failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Reading the environment.
    Connect,
    /// Counting, listing or finding users.
    ReadUsers,
    /// Asking for users by a filter: a group's members, the people of a list.
    FilterUsers,
    /// Reading one user.
    ReadUser(UserId),
    /// Reading one user's flag.
    ReadFlag(UserId),
    /// Reading one user's devices.
    ReadDevices(UserId),
    /// Reading the report of everyone's devices.
    ReadReport,
    /// Changing the flag; of whom, where one user is meant.
    ChangeFlag(Option<UserId>),
    /// Allowing a bypass.
    AllowBypass(UserId),
}

impl Operation {
    /// The permission that it takes.
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

    /// Whom it is about.
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

    /// Whether it may change something.
    #[must_use]
    pub const fn is_write(self) -> bool {
        matches!(self, Self::ChangeFlag(_) | Self::AllowBypass(_))
    }

    /// The question that asks the same once more. A write is never repeated to find out.
    const fn again(self) -> Option<Question> {
        match self {
            Self::Connect => Some(Question::Environment),
            Self::ReadUsers => Some(Question::Users),
            Self::ReadUser(user) => Some(Question::User(user)),
            Self::ReadFlag(user) => Some(Question::Flag(user)),
            Self::ReadDevices(user) => Some(Question::Devices(user)),
            // That anybody can be read says nothing of what was asked for.
            Self::FilterUsers | Self::ReadReport | Self::ChangeFlag(_) | Self::AllowBypass(_) => None,
        }
    }
}

/// Why somebody asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Symptom {
    /// Nothing could be sent.
    Input(InputFault),
    /// Something failed.
    Failed {
        /// What.
        operation: Operation,
        /// How.
        fault: Fault,
        /// When.
        at: Timestamp,
    },
    /// Nothing failed, but this user isn't asked for a second factor.
    NotAsked(UserId),
    /// Nothing failed: somebody wants to know before it matters.
    Health,
}

/// What an answer said, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed<T> {
    /// When.
    pub at: Timestamp,
    /// What, or why nothing.
    pub result: Result<T, Fault>,
}

/// The users whom a token may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisibleUsers {
    /// How many there are, where PingOne says so.
    pub count: Option<u64>,
    /// The first one.
    pub first: Option<UserId>,
}

/// What the browser could reach without a token and without asking for permission first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Whether the browser says that it is online. It is wrong about that at times; offline is meant.
    pub is_online: bool,
    /// Whether the page's own server answered.
    pub page: bool,
    /// Whether the API's host answered anything at all, readable or not.
    pub host: Plain,
    /// The status of its answer, where the page was permitted to read it.
    pub readable: Option<u16>,
}

/// What came of a plain request, without a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    /// Something answered.
    Answered,
    /// Nothing did.
    Unanswered,
    /// The page's own security policy kept the browser from asking.
    Forbidden,
}

/// Where a token was issued, compared with the region that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IssuedIn {
    /// In that region.
    Here,
    /// In another one.
    Elsewhere(RegionCode),
    /// In another one by its name, but the deployment doesn't say which PingOne region stands behind the one that is asked.
    Unsure(RegionCode),
    /// The token doesn't say.
    NotSaid,
}

impl IssuedIn {
    fn of(token: &TokenFacts, chosen: &Region, regions: &Regions) -> Self {
        if let Agreement::Conflict { issued } = regions.agreement(token, chosen) {
            return Self::Elsewhere(issued);
        }
        let stands_for = |issuing: &Region| issuing.pingone.is_some() && issuing.pingone == chosen.pingone;
        match regions.of_token(token, Some(&chosen.code)) {
            None => Self::NotSaid,
            Some(issuing) if issuing.code == chosen.code || stands_for(issuing) => Self::Here,
            Some(issuing) => Self::Unsure(issuing.code.clone()),
        }
    }
}

/// A question to PingOne or to the network. All of them read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// What the browser can reach at all, where this was operation.
    Reach(Operation),
    /// The environment.
    Environment,
    /// How many users there are, and one of them.
    Users,
    /// One user.
    User(UserId),
    /// One user's flag.
    Flag(UserId),
    /// The populations.
    Populations,
    /// The environment's MFA settings.
    Settings,
    /// The products in the environment.
    Products,
    /// One user's devices.
    Devices(UserId),
    /// One user's bypass.
    Bypass(UserId),
}

/// The answer to an [`Question`].
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// What could be reached.
    Reach(Reach),
    /// The environment.
    Environment(Environment),
    /// The users.
    Users(VisibleUsers),
    /// The user.
    User(Box<User>),
    /// The flag.
    Flag(bool),
    /// The populations may be read.
    Populations,
    /// The MFA settings may be read.
    Settings,
    /// The products, where the token is told.
    Products(Option<Vec<String>>),
    /// The devices.
    Devices(Vec<Device>),
    /// The end of the bypass; `None` without one.
    Bypass(Option<Timestamp>),
}

/// A refused read is asked again after these pauses, because a role takes a while to arrive.
const PAUSES: [Millis; 4] =
    [Millis::seconds(5), Millis::seconds(10), Millis::seconds(15), Millis::seconds(30)];

/// What is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Why somebody asks.
    pub symptom: Symptom,
    /// Now, by this computer's clock.
    pub now: Timestamp,
    /// The token's claims, if there is a token.
    pub token: Option<TokenFacts>,
    /// Whether the token is addressed to an API of PingOne; `None` where it doesn't say to whom it is.
    pub is_for_pingone: Option<bool>,
    /// The region that is asked, and whether the token was issued there.
    pub region: Option<(Region, IssuedIn)>,
    /// The environment that is asked.
    pub environment_id: Option<EnvironmentId>,
    /// The population of the user whom it is about.
    pub population: Option<PopulationId>,
    /// Whether this very token has read the environment before.
    pub has_entered: bool,
    /// The populations in which this token has changed somebody.
    pub changed_in: Vec<PopulationId>,
    /// What the run proved whose user it is about, if it is about one.
    pub proof: Option<Proof>,
    /// What could be reached.
    pub reach: Option<Reach>,
    /// The environment, as it was read last.
    pub environment: Option<Observed<Environment>>,
    /// The users, as they were read last.
    pub users: Option<Observed<VisibleUsers>>,
    /// The user whom it is about.
    pub user: Option<Observed<User>>,
    /// That user's flag, or another's.
    pub flag: Option<Observed<bool>>,
    /// Whether populations may be read.
    pub populations: Option<Observed<()>>,
    /// Whether the MFA settings may be read.
    pub settings: Option<Observed<()>>,
    /// The products.
    pub products: Option<Observed<Option<Vec<String>>>>,
    /// The user's devices.
    pub devices: Option<Observed<Vec<Device>>>,
    /// The user's bypass.
    pub bypass: Option<Observed<Option<Timestamp>>>,
    /// How often the refused read was asked again after a pause.
    pub repeats: usize,
}

impl Evidence {
    /// Nothing but the reason to ask.
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
            has_entered: false,
            changed_in: Vec::new(),
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

    /// The same, with what the token says.
    #[must_use]
    pub fn with_token(self, token: TokenFacts, regions: &Regions) -> Self {
        Self { is_for_pingone: regions.are_addressed(&token), token: Some(token), ..self }
    }

    /// The same, with where is asked. The token is known before.
    #[must_use]
    pub fn with_place(self, region: Region, environment: Option<EnvironmentId>, regions: &Regions) -> Self {
        let issued =
            self.token.as_ref().map_or(IssuedIn::NotSaid, |token| IssuedIn::of(token, &region, regions));
        Self { region: Some((region, issued)), environment_id: environment, ..self }
    }

    /// What failed, if anything did.
    #[must_use]
    pub fn fault(&self) -> Option<(Operation, &Fault)> {
        match &self.symptom {
            Symptom::Failed { operation, fault, .. } => Some((*operation, fault)),
            Symptom::Input(_) | Symptom::NotAsked(_) | Symptom::Health => None,
        }
    }

    /// Whom it is about.
    #[must_use]
    pub fn subject(&self) -> Option<UserId> {
        match &self.symptom {
            Symptom::Failed { operation, .. } => operation.user(),
            Symptom::NotAsked(user) => Some(*user),
            Symptom::Input(_) | Symptom::Health => None,
        }
    }

    /// The population of the user whom it is about, where it is known.
    #[must_use]
    pub fn population(&self) -> Option<PopulationId> {
        let read = self.user.as_ref().and_then(|sight| sight.result.as_ref().ok());
        self.population.or_else(|| read.and_then(|user| user.population))
    }

    /// How many users the run changed with this token that speak against a cause which would have stopped them as well.
    /// None where something else failed than a change, or where the token can't even read the environment any more.
    #[must_use]
    pub fn proven(&self) -> u64 {
        let is_change = matches!(self.fault(), Some((Operation::ChangeFlag(_), _)));
        let is_shut = self.environment.as_ref().is_some_and(|sight| sight.result.is_err());
        let proof = self.proof.as_ref().filter(|_| is_change && !is_shut);
        proof.map_or(0, |proof| proof.speaks_for(self.population()))
    }

    /// Every fault that was met, the one that it began with first.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.fault().map(|(_, fault)| fault).into_iter().chain(self.answers())
    }

    /// Every fault that a question was answered with.
    fn answers(&self) -> impl Iterator<Item = &Fault> {
        fn of<T>(sight: Option<&Observed<T>>) -> Option<&Fault> {
            sight?.result.as_ref().err()
        }
        let seen = [
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
        seen.into_iter().flatten()
    }

    /// Whether PingOne took the token for anything: a refusal for want of a role says that it did.
    #[must_use]
    pub fn is_token_taken(&self) -> bool {
        let is_known = |fault: &Fault| {
            matches!(
                fault,
                Fault::RoleMissing(_)
                    | Fault::LicenceExceeded(_)
                    | Fault::EnvironmentUnknown(_)
                    | Fault::UserUnknown(_)
                    | Fault::NotFound(_)
            )
        };
        self.has_read_anything() || self.proven() > 0 || self.faults().any(is_known)
    }

    /// The 401 that stands. One that it began with doesn't, once the same token has read the environment: it was about the
    /// one request.
    #[must_use]
    pub fn refused_token(&self) -> Option<&Fault> {
        let is_refused = |fault: &&Fault| matches!(fault, Fault::TokenInvalid(_));
        let first = self.fault().map(|(_, fault)| fault).filter(is_refused);
        let is_taken = is_ok(self.environment.as_ref()) || self.proven() > 0;
        self.answers().find(is_refused).or_else(|| first.filter(|_| !is_taken))
    }

    /// Whether the token's holder could read the environment, and can't any more.
    #[must_use]
    pub fn is_shut_out(&self) -> bool {
        let refusal = self.environment.as_ref().and_then(|sight| sight.result.as_ref().err());
        self.has_entered
            && matches!(refusal, Some(Fault::EnvironmentUnknown(refusal)) if refusal.status == 403)
    }

    /// Whether any question was answered.
    #[must_use]
    pub fn has_read_anything(&self) -> bool {
        is_ok(self.environment.as_ref())
            || is_ok(self.users.as_ref())
            || is_ok(self.user.as_ref())
            || is_ok(self.flag.as_ref())
            || is_ok(self.devices.as_ref())
    }

    /// Whether the very thing that failed works by now.
    #[must_use]
    pub fn works_now(&self) -> bool {
        let Some(again) = self.fault().and_then(|(operation, _)| operation.again()) else { return false };
        match again {
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

    /// What is to be asked next, and after which pause. Only what can tell one cause from another is asked.
    #[must_use]
    pub fn next_question(&self) -> Option<(Question, Millis)> {
        let open = self.wanted().into_iter().find(|ask| !self.is_answered(*ask));
        open.map(|ask| (ask, Millis(0))).or_else(|| self.repeat())
    }

    /// A role that was given a moment ago isn't there at once: a read that was refused for want of one is operation again.
    fn repeat(&self) -> Option<(Question, Millis)> {
        let (operation, fault) = self.fault()?;
        let is_refusal = match fault {
            Fault::RoleMissing(_) => true,
            Fault::EnvironmentUnknown(refusal) => refusal.status == 403,
            _ => false,
        };
        let is_end_user = self.token.as_ref().is_some_and(|token| matches!(token.actor, Actor::EndUser(_)));
        let is_final = is_end_user || self.is_over() || self.is_environment_missing();
        let is_settled = !is_refusal || is_final || self.works_now();
        let pause = PAUSES.get(self.repeats).filter(|_| !is_settled)?;
        Some((operation.again()?, *pause))
    }

    /// Whether PingOne says that there is no such environment.
    #[must_use]
    pub fn is_environment_missing(&self) -> bool {
        let refusal = self.environment.as_ref().and_then(|sight| sight.result.as_ref().err());
        matches!(refusal, Some(Fault::EnvironmentUnknown(refusal)) if refusal.status == 404)
    }

    /// Whether every further question would end in the same way, or make things worse. One 401 may be about the one request,
    /// so that one question follows it.
    fn is_over(&self) -> bool {
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
        self.faults().any(is_final) || self.answers().any(|fault| matches!(fault, Fault::TokenInvalid(_)))
    }

    fn wanted(&self) -> Vec<Question> {
        match &self.symptom {
            Symptom::Input(_) => Vec::new(),
            _ if self.is_over() => Vec::new(),
            Symptom::Health => self.health(),
            Symptom::NotAsked(user) => self.silence(*user),
            Symptom::Failed { operation, fault, .. } => self.after(*operation, fault),
        }
    }

    fn silence(&self, user: UserId) -> Vec<Question> {
        let mut wanted = vec![
            Question::User(user),
            Question::Flag(user),
            Question::Bypass(user),
            Question::Devices(user),
            Question::Environment,
            Question::Products,
        ];
        // Who may read others, and not this user, has a role that is limited.
        let is_refused = |fault: Option<&Fault>| matches!(fault, Some(Fault::RoleMissing(_)));
        let read = self.user.as_ref().and_then(|sight| sight.result.as_ref().err());
        let flag = self.flag.as_ref().and_then(|sight| sight.result.as_ref().err());
        if is_refused(read) || is_refused(flag) {
            wanted.push(Question::Users);
        }
        wanted
    }

    fn health(&self) -> Vec<Question> {
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

    fn after(&self, operation: Operation, fault: &Fault) -> Vec<Question> {
        let mut wanted = Vec::new();
        if matches!(fault, Fault::Unreachable | Fault::Timeout { .. } | Fault::BodyCut(_)) {
            wanted.push(Question::Reach(operation));
            if self.reach.is_some_and(|reach| reach.host == Plain::Unanswered && !reach.page) {
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
        if matches!(fault, Fault::RoleMissing(_) | Fault::LicenceExceeded(_)) {
            if self.users.as_ref().is_some_and(|users| users.result.is_err()) {
                wanted.extend([Question::Populations, Question::Settings]);
            }
            wanted.push(Question::Products);
        }
        wanted
    }

    fn is_answered(&self, ask: Question) -> bool {
        match ask {
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

    /// Takes note of an answer.
    pub fn learn(&mut self, ask: Question, result: Result<Answer, Fault>, at: Timestamp) {
        self.now = at;
        self.repeats += usize::from(self.is_answered(ask));
        match result {
            Ok(told) => self.see(told, at),
            Err(fault) => self.miss(ask, fault, at),
        }
    }

    fn see(&mut self, told: Answer, at: Timestamp) {
        match told {
            Answer::Reach(reach) => self.reach = Some(reach),
            Answer::Environment(environment) => self.environment = seen(at, environment),
            Answer::Users(users) => self.users = seen(at, users),
            Answer::User(user) => self.user = seen(at, *user),
            Answer::Flag(flag) => self.flag = seen(at, flag),
            Answer::Populations => self.populations = seen(at, ()),
            Answer::Settings => self.settings = seen(at, ()),
            Answer::Products(products) => self.products = seen(at, products),
            Answer::Devices(devices) => self.devices = seen(at, devices),
            Answer::Bypass(until) => self.bypass = seen(at, until),
        }
    }

    fn miss(&mut self, ask: Question, fault: Fault, at: Timestamp) {
        match ask {
            // What can't be reached is no fault here, but the answer itself.
            Question::Reach(_) => {}
            Question::Environment => self.environment = missed(at, fault),
            Question::Users => self.users = missed(at, fault),
            Question::User(_) => self.user = missed(at, fault),
            Question::Flag(_) => self.flag = missed(at, fault),
            Question::Populations => self.populations = missed(at, fault),
            Question::Settings => self.settings = missed(at, fault),
            Question::Products => self.products = missed(at, fault),
            Question::Devices(_) => self.devices = missed(at, fault),
            Question::Bypass(_) => self.bypass = missed(at, fault),
        }
    }

    /// What was allowed and what was refused for want of a permission.
    #[must_use]
    pub fn observed(&self) -> Vec<(Permission, bool)> {
        let reads = [
            allowed(Permission::ReadEnvironment, self.environment.as_ref()),
            allowed(Permission::ReadUsers, self.users.as_ref()),
            allowed(Permission::ReadPopulations, self.populations.as_ref()),
            allowed(Permission::ReadSettings, self.settings.as_ref()),
        ];
        let operation = match self.fault() {
            // Which permission a bypass takes isn't documented.
            Some((Operation::ChangeFlag(_), Fault::RoleMissing(_))) if self.proven() == 0 => {
                Some((Permission::UpdateMfa, false))
            }
            _ if self.proven() > 0 || !self.changed_in.is_empty() => Some((Permission::UpdateMfa, true)),
            _ => None,
        };
        reads.into_iter().flatten().chain(operation).collect()
    }

    /// Whether PingOne MFA is in the environment; `None` where nobody was told.
    #[must_use]
    pub fn has_mfa(&self) -> Option<bool> {
        self.has_product(|product| product == "PING_ONE_MFA")
    }

    /// Whether `PingID` is in the environment; `None` where nobody was told.
    #[must_use]
    pub fn has_pingid(&self) -> Option<bool> {
        self.has_product(is_pingid)
    }

    fn has_product(&self, is_meant: impl Fn(&str) -> bool) -> Option<bool> {
        let products = self.products.as_ref()?.result.as_ref().ok()?.as_ref()?;
        Some(products.iter().any(|there| is_meant(there)))
    }
}

/// Whether this was asked and answered.
pub(super) fn is_ok<T>(sight: Option<&Observed<T>>) -> bool {
    sight.is_some_and(|sight| sight.result.is_ok())
}

#[expect(clippy::unnecessary_wraps, reason = "it goes where nothing may be known")]
fn seen<T>(at: Timestamp, result: T) -> Option<Observed<T>> {
    Some(Observed { at, result: Ok(result) })
}

#[expect(clippy::unnecessary_wraps, reason = "it goes where nothing may be known")]
fn missed<T>(at: Timestamp, fault: Fault) -> Option<Observed<T>> {
    Some(Observed { at, result: Err(fault) })
}

fn allowed<T>(permission: Permission, sight: Option<&Observed<T>>) -> Option<(Permission, bool)> {
    match &sight?.result {
        Ok(_) => Some((permission, true)),
        Err(Fault::RoleMissing(_)) => Some((permission, false)),
        // What doesn't exist says nothing of roles.
        Err(Fault::EnvironmentUnknown(refusal)) if refusal.status == 403 => Some((permission, false)),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fault::Refusal;
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
        use crate::domain::tenant::EnvironmentKind;
        let id = EnvironmentId(Uuid::from_u128(1));
        Answer::Environment(Environment { id, name: "Workforce".into(), kind: EnvironmentKind::Production })
    }

    #[test]
    fn a_token_that_has_ended_and_a_limit_call_for_no_question() {
        for fault in [
            Fault::TokenExpired(refused(401)),
            Fault::TokenForgotten,
            Fault::RateLimited { refusal: refused(429), after: None },
        ] {
            assert_eq!(failed(Operation::ReadUsers, fault).next_question(), None);
        }
    }

    #[test]
    fn one_question_tells_a_token_that_is_refused_from_a_request_that_was() {
        let mut refused_once = failed(Operation::ReadUser(user()), Fault::TokenInvalid(refused(401)));
        let mut refused_twice = refused_once.clone();
        assert_eq!(refused_once.next_question(), Some((Question::Environment, Millis(0))));
        refused_twice.learn(Question::Environment, Err(Fault::TokenInvalid(refused(401))), NOW);
        assert!(refused_twice.refused_token().is_some() && refused_twice.next_question().is_none());
        refused_once.learn(Question::Environment, Ok(environment()), NOW);
        assert!(refused_once.refused_token().is_none() && refused_once.next_question().is_some());
    }

    #[test]
    fn every_question_is_asked_once_and_a_refused_read_again_after_pauses() {
        let mut evidence = failed(Operation::ReadUsers, Fault::RoleMissing(refused(403)));
        let mut asked = Vec::new();
        while let Some((ask, pause)) = evidence.next_question() {
            asked.push((ask, pause.0));
            let result = match ask {
                Question::Environment => Ok(environment()),
                _ => Err(Fault::RoleMissing(refused(403))),
            };
            evidence.learn(ask, result, NOW);
            assert!(asked.len() < 20, "{asked:?}");
        }
        let again = [
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
        assert_eq!(asked, once.map(|ask| (ask, 0)).into_iter().chain(again).collect::<Vec<_>>());
    }

    #[test]
    fn a_write_is_never_repeated() {
        let mut evidence = failed(Operation::ChangeFlag(Some(user())), Fault::RoleMissing(refused(403)));
        let mut asked = 0;
        while let Some((ask, _)) = evidence.next_question() {
            evidence.learn(ask, Err(Fault::Unreachable), NOW);
            asked += 1;
        }
        assert_eq!(asked, 1, "the environment can't be read, and everything else stands behind it");
    }

    #[test]
    fn who_is_offline_is_asked_nothing_more() {
        let mut evidence = failed(Operation::Connect, Fault::Unreachable);
        let (ask, _) = evidence.next_question().unwrap();
        assert_eq!(ask, Question::Reach(Operation::Connect));
        let reach = Reach { is_online: false, page: false, host: Plain::Unanswered, readable: None };
        evidence.learn(ask, Ok(Answer::Reach(reach)), NOW);
        assert_eq!(evidence.next_question(), None);
    }
}
