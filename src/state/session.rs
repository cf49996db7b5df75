//! From a pasted token to a connected environment, and back.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use pingone_mfa_core::api::claims::{PasteFault, read_paste};
use pingone_mfa_core::api::exchange::Exchange;
use pingone_mfa_core::api::request::ReadEnvironment;
use pingone_mfa_core::domain::fault::Fault;
use pingone_mfa_core::domain::region::{Agreement, Region, RegionCode};
use pingone_mfa_core::domain::settings::Settings;
use pingone_mfa_core::domain::tenant::{Environment, EnvironmentId, Tenant};
use pingone_mfa_core::domain::time::{Millis, Wall};
use pingone_mfa_core::domain::token::TokenFacts;
use pingone_mfa_core::domain::user::UserId;
use pingone_mfa_core::engine::connection::{Connection, Recorder};
use pingone_mfa_core::engine::policy::Policy;
use uuid::Uuid;

use super::announcement::{Announcement, Announcer};
use super::directory::Directory;
use super::exchanges::Exchanges;
use super::paste::{Forgetting, Pasted};
use super::review::Review;
use super::run::Run;
use super::signing_in::{SigningIn, Standing};
use super::tasks::Tasks;
use super::title::Title;
use super::watched::Watched;
use super::{Ports, Wishes};

/// Where a session stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// The form is shown.
    Form,
    /// The environment is being read.
    Connecting,
    /// The environment was read.
    Connected {
        /// What PingOne says of it.
        environment: Environment,
        /// Where it is.
        region: Region,
    },
}

/// Why Connect went no further.
#[derive(Debug, Clone, PartialEq)]
pub enum Obstacle {
    /// No token was pasted.
    TokenMissing,
    /// The region is not known.
    RegionMissing,
    /// Neither the token nor the form names an environment.
    EnvironmentMissing,
    /// The environment ID is no UUID.
    EnvironmentUnreadable,
    /// The user ID is no UUID.
    UserUnreadable,
    /// The token was issued in another region; nothing was sent.
    RegionConflict {
        /// The region that issued it.
        issued: RegionCode,
        /// The region that was chosen.
        chosen: RegionCode,
    },
    /// The token pasted as a replacement belongs to another region; it was not kept.
    ReplacementElsewhere {
        /// The region that issued it.
        issued: RegionCode,
    },
    /// PingOne said no.
    Fault(Fault),
}

/// Who is connected to what, and the form that leads there.
pub struct Session {
    ports: &'static Ports,
    settings: Settings,
    /// The build, for reports.
    pub build: String,
    /// Where the session stands.
    pub phase: Watched<Phase>,
    /// What became of the token field.
    pub pasted: Watched<Pasted>,
    /// Why the last paste was not taken. Nothing of it was kept and nothing sent.
    pub paste_fault: Watched<Option<PasteFault>>,
    /// The chosen region.
    pub region: Watched<Option<RegionCode>>,
    /// Whether the region is shown as a field.
    pub region_open: Watched<bool>,
    /// The environment ID, as typed or read.
    pub environment: Watched<String>,
    /// Whether the environment is shown as a field.
    pub environment_open: Watched<bool>,
    /// The user ID to open at once, if any.
    pub user: Watched<String>,
    /// Why Connect went no further.
    pub obstacle: Watched<Option<Obstacle>>,
    /// How far somebody is who signs in.
    pub signing_in: Watched<SigningIn>,
    /// Who signed in, and with what.
    pub(super) standing: Standing,
    /// Whether the field for another token is shown.
    pub replacing: Watched<bool>,
    /// The computer's time, renewed every second.
    pub now: Watched<Wall>,
    touched: Cell<Millis>,
    connection: RefCell<Option<Connection>>,
    ticking: Tasks,
    pub(super) connecting: Tasks,
    directory: &'static Directory,
    run: &'static Run,
    review: &'static Review,
    exchanges: &'static Exchanges,
    announcer: &'static Announcer,
}

impl Session {
    pub(super) fn new(
        ports: &'static Ports,
        wishes: Wishes,
        directory: &'static Directory,
        run: &'static Run,
        review: &'static Review,
        exchanges: &'static Exchanges,
        announcer: &'static Announcer,
    ) -> Self {
        Self {
            ports,
            settings: wishes.settings,
            build: wishes.build,
            phase: Watched::new(Phase::Form),
            pasted: Watched::new(Pasted::Nothing),
            paste_fault: Watched::default(),
            region: Watched::default(),
            region_open: Watched::default(),
            environment: Watched::default(),
            environment_open: Watched::default(),
            user: Watched::new(wishes.user.unwrap_or_default()),
            obstacle: Watched::default(),
            signing_in: Watched::default(),
            standing: Standing::default(),
            replacing: Watched::default(),
            now: Watched::new(ports.clock.wall()),
            touched: Cell::new(ports.clock.now()),
            connection: RefCell::default(),
            ticking: Tasks::default(),
            connecting: Tasks::default(),
            directory,
            run,
            review,
            exchanges,
            announcer,
        }
    }

    /// Begins: the wishes of the host page are taken over, and the time runs.
    pub(super) fn begin(&'static self, region: Option<String>, environment: Option<String>) {
        self.wish(region, environment);
        self.tick();
        self.come_back();
    }

    /// Ends: nothing is kept, nothing goes on.
    pub(super) fn end(&'static self) {
        self.forget();
        self.ticking.abort_all();
    }

    /// What the host page or the deployment wishes goes before the token's claims.
    fn wish(&'static self, region: Option<String>, environment: Option<String>) {
        let known = |code: &RegionCode| self.region_of(code).is_some();
        let region = region.map(RegionCode).filter(known);
        self.region.set(region.or_else(|| self.settings.default_region.clone()));
        let environment = environment.or_else(|| self.settings.environment.map(|id| id.to_string()));
        self.environment.set(environment.unwrap_or_default());
    }

    /// Renews the time every second, and forgets a token that nobody uses.
    fn tick(&'static self) {
        let clock = Rc::clone(&self.ports.clock);
        self.ticking.spawn(async move {
            loop {
                clock.sleep_until(clock.now() + Millis(1000)).await;
                self.run.look_at_clock(self.now.get_untracked());
                self.now.set(clock.wall());
                self.forget_when_idle(clock.now());
                self.renew_when_due();
            }
        });
    }

    fn forget_when_idle(&'static self, now: Millis) {
        let idle = self.settings.forget_after_idle;
        let has_token = self.pasted.with_untracked(|pasted| pasted.facts().is_some());
        let is_working = self.directory.is_working() || self.run.is_working();
        if has_token && !is_working && self.touched.get().until(now) >= idle {
            self.forget_because(Forgetting::Idle(idle.0 / 60_000));
        }
    }

    pub(super) fn ports(&self) -> &'static Ports {
        self.ports
    }

    /// Takes note that a person is there.
    pub fn touch(&'static self) {
        self.touched.set(self.ports.clock.now());
    }

    /// Up to how many users are listed without being asked for.
    pub fn list_on_connect(&'static self) -> u64 {
        self.settings.list_on_connect
    }

    /// What the deployment decides.
    pub fn settings(&'static self) -> &'static Settings {
        &self.settings
    }

    /// All regions on offer.
    pub fn regions(&'static self) -> Vec<Region> {
        self.settings.regions.iter().cloned().collect()
    }

    /// The region with this code.
    pub fn region_of(&'static self, code: &RegionCode) -> Option<Region> {
        self.settings.regions.get(code).cloned()
    }

    /// Reads what was pasted. The caller has emptied the field.
    pub fn take_paste(&'static self, text: &str) {
        self.touch();
        if self.take(text) {
            self.is_not_signed_in();
        }
    }

    /// Takes a token, if it is one that can be used here.
    pub(super) fn take(&'static self, text: &str) -> bool {
        self.obstacle.set(None);
        self.paste_fault.set(None);
        let paste = match read_paste(text, self.ports.clock.wall()) {
            Err(PasteFault::Empty) => return false,
            Err(fault) => {
                self.refuse(fault);
                return false;
            }
            Ok(paste) => paste,
        };
        let facts = paste.facts.clone();
        if self.is_connected() && !self.fits(&facts) {
            return false;
        }
        self.ports.tokens.hold(paste.token);
        self.pasted.set(Pasted::Taken { facts: facts.clone(), notes: paste.notes });
        self.announcer.tell(Announcement::TokenTaken);
        if self.is_connected() {
            self.replaced(&facts);
        } else {
            self.fill_in(&facts);
        }
        true
    }

    /// While connected the token in use stays; otherwise an earlier one goes, so that what is shown is what is
    /// held.
    fn refuse(&'static self, fault: PasteFault) {
        self.paste_fault.set(Some(fault));
        if !self.is_connected() {
            self.ports.tokens.forget();
            self.pasted.set(Pasted::Nothing);
        }
    }

    pub(super) fn is_connected(&'static self) -> bool {
        self.phase.with_untracked(|phase| matches!(phase, Phase::Connected { .. }))
    }

    /// What can be read from the token need not be asked.
    fn fill_in(&'static self, facts: &TokenFacts) {
        let (last_region, last_environment) = self.ports.preferences.last();
        let settings = &self.settings;
        let preferred = self.region.get_untracked().or(settings.default_region.clone());
        let named = settings.regions.of_token(facts, preferred.as_ref()).map(|region| region.code.clone());
        let known = |code: &RegionCode| self.region_of(code).is_some();
        let region = named.clone().or(self.region.get_untracked()).or(last_region.filter(known));
        self.region_open.set(region.is_none());
        self.region.set(region);
        if self.environment.with_untracked(String::is_empty) {
            let environment = facts.environment.or(last_environment);
            self.environment.set(environment.map(|id| id.to_string()).unwrap_or_default());
        }
        self.environment_open.set(self.environment.with_untracked(String::is_empty));
    }

    /// Whether a replacement belongs to the connected region. One that doesn't is not kept, and the token in
    /// use stays.
    fn fits(&'static self, facts: &TokenFacts) -> bool {
        let Phase::Connected { region, .. } = self.phase.get_untracked() else { return true };
        match self.settings.regions.agreement(facts, &region) {
            Agreement::NoConflict => true,
            Agreement::Conflict { issued } => {
                self.obstacle.set(Some(Obstacle::ReplacementElsewhere { issued }));
                false
            }
        }
    }

    fn replaced(&'static self, facts: &TokenFacts) {
        self.replacing.set(false);
        let renewed =
            self.connection.borrow().clone().map(|connection| connection.with_token_end(facts.expires_at));
        if let Some(renewed) = renewed {
            self.connection.replace(Some(renewed.clone()));
            self.directory.continue_with(renewed.clone());
            self.run.continue_with(renewed, facts);
            self.review.continue_with_token();
        }
    }

    /// Takes the region that issued the token.
    pub fn take_issuing_region(&'static self, issued: RegionCode) {
        self.region.set(Some(issued));
        self.region_open.set(false);
        self.obstacle.set(None);
    }

    /// Reads the environment, and with it whether everything fits together. Region and token are compared
    /// before anything is sent.
    pub fn connect(&'static self) {
        self.touch();
        if self.phase.with_untracked(|phase| *phase != Phase::Form) {
            return;
        }
        match self.plan() {
            Ok(plan) => self.start(plan),
            Err(obstacle) => self.obstacle.set(Some(obstacle)),
        }
    }

    fn plan(&'static self) -> Result<Plan, Obstacle> {
        let facts =
            self.pasted.with_untracked(|pasted| pasted.facts().cloned()).ok_or(Obstacle::TokenMissing)?;
        let region = self.region.get_untracked().and_then(|code| self.region_of(&code));
        let region = region.ok_or(Obstacle::RegionMissing)?;
        let environment = environment_id(&self.environment.get_untracked())?;
        let user = user_id(&self.user.get_untracked())?;
        match self.settings.regions.agreement(&facts, &region) {
            Agreement::Conflict { issued } => Err(Obstacle::RegionConflict { issued, chosen: region.code }),
            Agreement::NoConflict => Ok(Plan { tenant: Tenant { region, environment }, facts, user }),
        }
    }

    fn start(&'static self, plan: Plan) {
        self.obstacle.set(None);
        self.phase.set(Phase::Connecting);
        let connection = self.connection_to(plan.tenant).with_token_end(plan.facts.expires_at);
        self.connecting.spawn(async move {
            match connection.call(ReadEnvironment).await {
                Ok(environment) => self.connected(connection, environment, plan.user),
                Err(fault) => {
                    self.announcer.tell(Announcement::Failed(fault.clone()));
                    self.obstacle.set(Some(Obstacle::Fault(fault)));
                    self.phase.set(Phase::Form);
                }
            }
        });
    }

    fn connection_to(&'static self, tenant: Tenant) -> Connection {
        let exchanges = self.exchanges;
        let ports = self.ports;
        let recorder: Recorder = Rc::new(move |exchange: Exchange| exchanges.record(exchange, &ports.clock));
        let (transport, clock) = (Rc::clone(&ports.transport), Rc::clone(&ports.clock));
        Connection::new(tenant, transport, clock, Policy::with_rate(self.settings.rate), recorder, ports.seed)
    }

    fn connected(&'static self, connection: Connection, environment: Environment, user: Option<UserId>) {
        let region = connection.tenant().region.clone();
        let ports = self.ports;
        ports.preferences.remember(&region.code, environment.id);
        ports.host.set_title(&Title::Place.text(&environment.name));
        self.connection.replace(Some(connection.clone()));
        let name = environment.name.clone();
        self.announcer.tell(Announcement::Connected(name.clone()));
        self.phase.set(Phase::Connected { environment, region });
        let list_up_to = self.settings.list_on_connect;
        if let Some(facts) = self.pasted.with_untracked(|pasted| pasted.facts().cloned()) {
            self.run.begin(connection.clone(), &facts, &name);
        }
        self.directory.begin(connection, list_up_to);
        if let Some(user) = user {
            self.directory.open(user);
        }
    }

    /// Forgets the token and everything that was read with it.
    pub fn forget(&'static self) {
        self.forget_because(Forgetting::Asked);
    }

    fn forget_because(&'static self, why: Forgetting) {
        let until = self.pasted.with_untracked(|pasted| pasted.facts().and_then(|facts| facts.expires_at));
        self.connecting.abort_all();
        self.directory.clear();
        self.review.close();
        self.run.clear();
        self.exchanges.clear();
        self.connection.replace(None);
        let ports = self.ports;
        ports.tokens.forget();
        self.is_not_signed_in();
        ports.host.set_title("PingOne MFA");
        self.pasted.set(Pasted::Forgotten { until, why });
        self.paste_fault.set(None);
        self.replacing.set(false);
        self.obstacle.set(None);
        self.phase.set(Phase::Form);
        self.announcer.tell(Announcement::TokenForgotten(until));
    }

    /// Puts a text on the clipboard.
    pub fn copy(&'static self, text: String) {
        let copying = self.ports.host.copy(text);
        self.connecting.spawn(async move {
            let copied = copying.await;
            self.announcer.tell(Announcement::Copied(copied));
        });
    }

    /// The claims of the token in use.
    pub fn facts(&'static self) -> Option<TokenFacts> {
        self.pasted.with(|pasted| pasted.facts().cloned())
    }
}

/// What Connect is about to do.
struct Plan {
    tenant: Tenant,
    facts: TokenFacts,
    user: Option<UserId>,
}

fn environment_id(text: &str) -> Result<EnvironmentId, Obstacle> {
    if text.trim().is_empty() {
        return Err(Obstacle::EnvironmentMissing);
    }
    Uuid::try_parse(text.trim()).map(EnvironmentId).map_err(|_| Obstacle::EnvironmentUnreadable)
}

fn user_id(text: &str) -> Result<Option<UserId>, Obstacle> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    UserId::read(text).map(Some).ok_or(Obstacle::UserUnreadable)
}
