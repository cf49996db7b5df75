//! From a pasted token to a connected environment, and back.

use std::rc::Rc;

use pingone::environment::{Environment, EnvironmentId};
use pingone::fault::Fault;
use pingone::region::{Agreement, Region, RegionCode};
use pingone::tenant::Tenant;
use pingone::time::{ClockReading, Millis, Timestamp};
use pingone::time_limit::within;
use pingone::token::TokenFacts;
use pingone::token::claims::{Paste, PasteFault};
use pingone::user::UserId;
use pingone_mfa_core::config::settings::Settings;
use pingone_mfa_core::connect::fields::ConnectFields;
use pingone_mfa_core::connect::token_schedule::TokenSchedule;
use pingone_mfa_core::embedding::frame;
use uuid::Uuid;

use super::announcement::{Announcement, Announcer};
use super::handing::Handing;
use super::paste::{Forgetting, Pasted};
use super::rooms::{ReportFile, Rooms};
use super::signing_in::{SignInSession, SigningIn};
use super::tasks::Tasks;
use super::{ConnectPortSet, ConnectPorts, Wishes};
use leptos::prelude::*;

/// How long the browser may take to copy.
const COPYING: Millis = Millis::seconds(5);

/// Where a session stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// The form is shown.
    Form,
    /// The part of the program that stands behind the form is still being loaded.
    Loading,
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
    /// The token pasted as a replacement was issued in another environment than the one worked on. It isn't in use until a
    /// person says so.
    ReplacementOfOtherEnvironment(EnvironmentId),
    /// The part of the program that stands behind the form could not be loaded, and why. Nothing was sent.
    NotLoaded(String),
    /// PingOne said no.
    Fault(Fault),
}

/// Who is connected to what, and the form that leads there.
#[derive(Clone, Copy)]
pub struct Session {
    pub(super) ports: ConnectPorts,
    /// The deployment's settings, and the build for reports.
    deployed: StoredValue<(Rc<Settings>, Rc<str>), LocalStorage>,
    /// Where the session stands.
    pub phase: RwSignal<Phase>,
    /// What became of the token field.
    pub pasted: RwSignal<Pasted>,
    /// Why the last paste was not taken. Nothing of it was kept and nothing sent.
    pub paste_fault: RwSignal<Option<PasteFault>>,
    /// The chosen region.
    pub region: RwSignal<Option<RegionCode>>,
    /// Whether the region is shown as a field.
    pub region_open: RwSignal<bool>,
    /// The environment ID, as typed or read.
    pub environment: RwSignal<String>,
    /// Whether the environment is shown as a field.
    pub environment_open: RwSignal<bool>,
    /// The user ID to open at once, if any.
    pub user: RwSignal<String>,
    /// Why Connect went no further.
    pub obstacle: RwSignal<Option<Obstacle>>,
    /// How far somebody is who signs in.
    pub signing_in: RwSignal<SigningIn>,
    /// Who signed in, and with what.
    pub(super) standing: SignInSession,
    /// How far the host page is with a token.
    pub handing: RwSignal<Handing>,
    /// Whether the field for another token is shown.
    pub replacing: RwSignal<bool>,
    /// Whether a token was just taken out of a field that is for something else.
    pub is_token_withheld: RwSignal<bool>,
    /// What people, the page around and the deployment say, without what a token filled in.
    pub(super) given: StoredValue<ConnectFields, LocalStorage>,
    /// The replacement that a person is asked about.
    pub(super) asked_about: StoredValue<Option<Paste>, LocalStorage>,
    /// The computer's time, renewed every second.
    pub now: RwSignal<Timestamp>,
    touched: StoredValue<ClockReading, LocalStorage>,
    /// What stands behind the form, once it is here.
    pub(super) rooms: RwSignal<Option<Rc<dyn Rooms>>, LocalStorage>,
    pub(super) provision: StoredValue<TokenSchedule>,
    pub(super) asking: Tasks,
    ticking: Tasks,
    pub(super) connecting: Tasks,
    /// What screen readers are told.
    pub announcer: Announcer,
}

/// The session of the element around a component.
#[must_use]
pub fn use_session() -> Session {
    expect_context()
}

impl Session {
    /// Creates the state of a mounted element under the current reactive owner, with nothing but the form.
    #[must_use]
    pub fn start(ports: ConnectPorts, wishes: Wishes) -> Self {
        let (region, environment) = (wishes.region.clone(), wishes.environment.clone());
        let session = Self::new(ports, wishes);
        provide_context(session);
        session.begin(region, environment);
        session
    }

    fn new(ports: ConnectPorts, wishes: Wishes) -> Self {
        Self {
            ports,
            deployed: StoredValue::new_local((Rc::new(wishes.settings), wishes.build.into())),
            phase: RwSignal::new(Phase::Form),
            pasted: RwSignal::new(Pasted::Nothing),
            paste_fault: RwSignal::default(),
            region: RwSignal::default(),
            region_open: RwSignal::default(),
            environment: RwSignal::default(),
            environment_open: RwSignal::default(),
            user: RwSignal::new(wishes.user.unwrap_or_default()),
            obstacle: RwSignal::default(),
            signing_in: RwSignal::default(),
            standing: SignInSession::default(),
            handing: RwSignal::default(),
            provision: StoredValue::new(TokenSchedule::for_host_page()),
            replacing: RwSignal::default(),
            is_token_withheld: RwSignal::default(),
            given: StoredValue::default(),
            asked_about: StoredValue::default(),
            now: RwSignal::new(ports.get().clock.wall()),
            touched: StoredValue::new_local(ports.get().clock.reading()),
            rooms: RwSignal::default(),
            asking: Tasks::default(),
            ticking: Tasks::default(),
            connecting: Tasks::default(),
            announcer: Announcer::default(),
        }
    }

    /// Begins: the wishes of the host page are taken over, the time runs, and while somebody looks at the form,
    /// what stands behind it is loaded.
    fn begin(self, region: Option<String>, environment: Option<String>) {
        self.wish(region, environment);
        self.tick();
        let loading = self.ports.get().rest.load();
        self.ticking.spawn(async move {
            // Whether it came to anything is of interest once somebody connects, and then it is operation again.
            let _ = loading.await;
        });
        self.come_back();
        self.ports.get().embedder.tell(&frame::ready());
        self.ask_host_at_start();
    }

    /// Ends: nothing is kept, nothing goes on.
    pub fn end(self) {
        self.forget();
        if let Some(rooms) = self.rooms.get_untracked() {
            rooms.end();
        }
        self.ticking.abort_all();
    }

    /// What the host page or the deployment wishes goes before the token's claims.
    fn wish(self, region: Option<String>, environment: Option<String>) {
        let known = |code: &RegionCode| self.region_of(code).is_some();
        let region = region.map(RegionCode).filter(known).or_else(|| self.settings().default_region.clone());
        let environment = environment.or_else(|| self.settings().environment.map(|id| id.to_string()));
        let given = ConnectFields { region, environment: environment.unwrap_or_default() };
        self.show_fields(given.clone());
        self.given.set_value(given);
    }

    /// Renews the time every second, and forgets a token that nobody uses.
    fn tick(self) {
        let clock = Rc::clone(&self.ports.get().clock);
        self.ticking.spawn(async move {
            loop {
                clock.sleep_until(clock.now() + Millis(1000)).await;
                if let Some(rooms) = self.rooms.get_untracked() {
                    rooms.look_at_clock(self.now.get_untracked());
                }
                self.now.set(clock.wall());
                self.forget_when_idle();
                self.ask_host_when_due();
                self.renew_when_due();
            }
        });
    }

    /// A run holds the token while it works and while it waits for a person: the idle time begins after it. Either clock
    /// counts, because one of them stands still while the computer sleeps.
    fn forget_when_idle(self) {
        let (idle, now) = (self.settings().forget_after_idle, self.ports.get().clock.reading());
        if self.rooms.get_untracked().is_some_and(|rooms| rooms.is_working()) {
            self.touched.set_value(now);
        }
        let has_token = self.pasted.with_untracked(|pasted| pasted.facts().is_some());
        if has_token && now.since(self.touched.get_value()) >= idle {
            self.forget_because(Forgetting::Idle(idle.0 / 60_000));
        }
    }

    /// What the page's surroundings offer to the form.
    pub fn ports(self) -> Rc<ConnectPortSet> {
        self.ports.get()
    }

    /// Takes note that a person is there. Whoever comes back after the idle time finds the token forgotten, also where
    /// the computer slept until now.
    pub fn touch(self) {
        self.forget_when_idle();
        self.touched.set_value(self.ports.get().clock.reading());
    }

    /// Up to how many users are listed without being asked for.
    pub fn list_on_connect(self) -> u64 {
        self.settings().list_on_connect
    }

    /// What the deployment decides.
    pub fn settings(self) -> Rc<Settings> {
        self.deployed.get_value().0
    }

    /// The build, for reports.
    pub fn build(self) -> Rc<str> {
        self.deployed.get_value().1
    }

    /// All regions on offer.
    pub fn regions(self) -> Vec<Region> {
        self.settings().regions.iter().cloned().collect()
    }

    /// The region with this code.
    pub fn region_of(self, code: &RegionCode) -> Option<Region> {
        self.settings().regions.get(code).cloned()
    }

    pub(super) fn is_connected(self) -> bool {
        self.phase.with_untracked(|phase| matches!(phase, Phase::Connected { .. }))
    }

    /// Takes the region that issued the token.
    pub fn take_issuing_region(self, issued: RegionCode) {
        self.region.set(Some(issued));
        self.region_open.set(false);
        self.obstacle.set(None);
    }

    /// Takes another environment, and connects to it.
    pub fn take_environment(self, environment: EnvironmentId) {
        self.environment.set(environment.to_string());
        self.connect();
    }

    /// Reads the environment, and with it whether everything fits together. Region and token are compared
    /// before anything is sent.
    pub fn connect(self) {
        self.touch();
        self.go();
    }

    /// The same, whoever asks for it.
    pub(super) fn go(self) {
        if self.phase.with_untracked(|phase| *phase != Phase::Form) {
            return;
        }
        match self.plan() {
            Ok(plan) => self.set_out(plan),
            Err(obstacle) => self.obstacle.set(Some(obstacle)),
        }
    }

    fn plan(self) -> Result<Plan, Obstacle> {
        let facts =
            self.pasted.with_untracked(|pasted| pasted.facts().cloned()).ok_or(Obstacle::TokenMissing)?;
        let region = self.region.get_untracked().and_then(|code| self.region_of(&code));
        let region = region.ok_or(Obstacle::RegionMissing)?;
        let environment = environment_id(&self.environment.get_untracked())?;
        let user = user_id(&self.user.get_untracked())?;
        match self.settings().regions.agreement(&facts, &region) {
            Agreement::Conflict { issued } => Err(Obstacle::RegionConflict { issued, chosen: region.code }),
            Agreement::NoConflict => Ok(Plan { tenant: Tenant { region, environment }, facts, user }),
        }
    }

    fn set_out(self, plan: Plan) {
        self.obstacle.set(None);
        self.phase.set(Phase::Loading);
        self.connecting.spawn(async move {
            match self.rooms().await {
                Ok(rooms) => rooms.connect(plan),
                Err(why) => self.go_no_further(Obstacle::NotLoaded(why)),
            }
        });
    }

    /// Shows the help, which stands behind the form. Nothing is sent to PingOne for it.
    pub fn help(self) {
        if let Some(rooms) = self.rooms.get_untracked() {
            return rooms.open_help();
        }
        self.connecting.spawn(async move {
            match self.rooms().await {
                Ok(rooms) => rooms.open_help(),
                Err(why) => self.obstacle.set(Some(Obstacle::NotLoaded(why))),
            }
        });
    }

    /// Whether what stands behind the form is here.
    pub fn has_rooms(self) -> bool {
        self.rooms.with(Option::is_some)
    }

    /// What stands behind the form. It is made once, whoever asks for it.
    pub(super) async fn rooms(self) -> Result<Rc<dyn Rooms>, String> {
        if let Some(rooms) = self.rooms.get_untracked() {
            return Ok(rooms);
        }
        let rooms = self.ports.get().rest.open(self).await?;
        self.rooms.set(Some(Rc::clone(&rooms)));
        Ok(rooms)
    }

    /// Shows the form again, and why.
    pub(super) fn go_no_further(self, obstacle: Obstacle) {
        self.obstacle.set(Some(obstacle));
        self.phase.set(Phase::Form);
    }

    /// Whether a run goes on or waits.
    pub fn has_open_run(self) -> bool {
        self.rooms.get().is_some_and(|rooms| rooms.has_open_run())
    }

    /// Reads anew what is shown, because the host page wants it.
    pub fn refresh(self) {
        if let Some(rooms) = self.rooms.get() {
            rooms.refresh();
        }
    }

    /// The report of the run that is over, for the host page.
    pub fn report(self) -> Option<ReportFile> {
        self.rooms.get().and_then(|rooms| rooms.report())
    }

    /// Forgets the token and everything that was read with it.
    pub fn forget(self) {
        self.forget_because(Forgetting::Asked);
    }

    fn forget_because(self, why: Forgetting) {
        let until = self.pasted.with_untracked(|pasted| pasted.facts().and_then(|facts| facts.expires_at));
        self.connecting.abort_all();
        if let Some(rooms) = self.rooms.get_untracked() {
            rooms.clear();
        }
        self.ports.get().tokens.forget();
        self.is_not_handed();
        self.is_not_signed_in();
        self.ports.get().host.set_title(super::title::ALONE);
        self.pasted.set(Pasted::Forgotten { until, why });
        self.keep_token();
        self.replacing.set(false);
        self.is_token_withheld.set(false);
        self.phase.set(Phase::Form);
        let given = self.given.read_value().clone();
        self.show_fields(given);
        self.announcer.tell(Announcement::TokenForgotten(until));
    }

    /// Puts a text on the clipboard.
    pub fn copy(self, text: String) {
        let copying = self.ports.get().host.copy(text);
        self.connecting.spawn(async move {
            let copied = within(&*self.ports.get().clock, COPYING, copying).await.unwrap_or(false);
            self.announcer.tell(Announcement::Copied(copied));
        });
    }

    /// The claims of the token in use, as they are now.
    pub(super) fn facts_now(self) -> Option<TokenFacts> {
        self.pasted.with_untracked(|pasted| pasted.facts().cloned())
    }

    /// The claims of the token in use.
    pub fn facts(self) -> Option<TokenFacts> {
        self.pasted.with(|pasted| pasted.facts().cloned())
    }
}

/// What Connect is about to do.
pub struct Plan {
    pub(super) tenant: Tenant,
    pub(super) facts: TokenFacts,
    pub(super) user: Option<UserId>,
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
