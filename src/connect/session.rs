//! The session of a mounted element: from a pasted token to a connected environment, and back.
//!
//! The session exists from the start and owns the connect form. It loads the console in the background, and creates it
//! on first use. A connection attempt goes through [`Phase`]; when it fails, the form is shown again with an
//! [`Obstacle`].

pub mod console_loader;
mod fields;
pub mod host_token;
#[cfg(feature = "demo")]
pub mod mint;
mod renewal;
pub mod sign_in;
mod token_intake;

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

use crate::announcement::{Announcement, Announcer};
use crate::connect::paste::{Forgetting, Pasted};
use crate::connect::session::console_loader::{ConsoleActions, ReportFile};
use crate::connect::session::host_token::HostTokenState;
use crate::connect::session::sign_in::{SignInSession, SigningIn};
use crate::connect::title;
use crate::mount_options::MountOptions;
use crate::ports::{ConnectPortSet, ConnectPorts};
use crate::ui::tasks::Tasks;
use leptos::prelude::*;

/// How long the browser may take to copy a text.
const COPYING: Millis = Millis::seconds(5);

#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// The connect form is shown.
    Form,
    /// The console is being loaded.
    Loading,
    /// The environment is being read.
    Connecting,
    /// The environment was read.
    Connected {
        /// As returned by PingOne.
        environment: Environment,
        region: Region,
    },
}

/// Why a connection or a replacement token was not accepted.
#[derive(Debug, Clone, PartialEq)]
pub enum Obstacle {
    TokenMissing,
    /// No region is chosen, or it isn't known.
    RegionMissing,
    /// Neither the token nor the form names an environment.
    EnvironmentMissing,
    /// The environment ID isn't a UUID.
    EnvironmentUnreadable,
    /// The user ID isn't a UUID.
    UserUnreadable,
    /// The token was issued in another region; nothing was sent.
    RegionConflict {
        /// The region that issued it.
        issued: RegionCode,
        /// The region that was chosen.
        chosen: RegionCode,
    },
    /// The replacement token belongs to another region; it was not kept.
    ReplacementElsewhere {
        /// The region that issued it.
        issued: RegionCode,
    },
    /// The replacement token was issued in another environment than the connected one. It isn't used until a person
    /// confirms it.
    ReplacementOfOtherEnvironment(EnvironmentId),
    /// The console couldn't be loaded, and why. Nothing was sent.
    NotLoaded(String),
    /// PingOne refused, or couldn't be reached.
    Fault(Fault),
}

/// The connection's state, and the connect form.
#[derive(Clone, Copy)]
pub struct Session {
    pub(crate) ports: ConnectPorts,
    /// The deployment's settings, and the build for reports.
    deployed: StoredValue<(Rc<Settings>, Rc<str>), LocalStorage>,
    pub phase: ReadSignal<Phase>,
    set_phase: WriteSignal<Phase>,
    pub pasted: RwSignal<Pasted>,
    /// Why the last paste was not taken. None of it was kept, and nothing was sent.
    pub paste_fault: RwSignal<Option<PasteFault>>,
    pub region: RwSignal<Option<RegionCode>>,
    /// Whether the region is shown as a field.
    pub region_open: RwSignal<bool>,
    /// The environment ID, as typed or as read from the token.
    pub environment: RwSignal<String>,
    /// Whether the environment is shown as a field.
    pub environment_open: RwSignal<bool>,
    /// The ID of a user to open after connecting, if any.
    pub user: RwSignal<String>,
    pub obstacle: RwSignal<Option<Obstacle>>,
    pub signing_in: RwSignal<SigningIn>,
    pub(crate) sign_in: SignInSession,
    /// State of the request for a host token.
    pub host_token: RwSignal<HostTokenState>,
    /// Whether the dialog for another token is open.
    replacing: RwSignal<bool>,
    /// Whether a token was just removed from a field that is meant for something else.
    pub is_token_withheld: RwSignal<bool>,
    /// Field values from people, the host page and the deployment, without what a token filled in.
    pub(crate) given: StoredValue<ConnectFields, LocalStorage>,
    /// The replacement token that awaits confirmation.
    pub(crate) asked_about: StoredValue<Option<Paste>, LocalStorage>,
    /// The computer's time, updated every second.
    pub now: RwSignal<Timestamp>,
    touched: StoredValue<ClockReading, LocalStorage>,
    /// The console, once it is loaded.
    pub(crate) console: RwSignal<Option<Rc<dyn ConsoleActions>>, LocalStorage>,
    pub(crate) token_schedule: StoredValue<TokenSchedule>,
    pub(crate) host_token_request: Tasks,
    ticking: Tasks,
    pub(crate) connecting: Tasks,
    pub announcer: Announcer,
}

/// The session of the element that contains the calling component.
#[must_use]
pub fn use_session() -> Session {
    expect_context()
}

impl Session {
    /// Creates the state of a mounted element under the current reactive owner, with only the connect form.
    #[must_use]
    pub fn start(ports: ConnectPorts, mount_options: MountOptions) -> Self {
        let (region, environment) = (mount_options.region.clone(), mount_options.environment.clone());
        let session = Self::new(ports, mount_options);
        provide_context(session);
        session.begin(region, environment);
        session
    }

    fn new(ports: ConnectPorts, mount_options: MountOptions) -> Self {
        let (phase, set_phase) = signal(Phase::Form);
        Self {
            ports,
            deployed: StoredValue::new_local((Rc::new(mount_options.settings), mount_options.build.into())),
            phase,
            set_phase,
            pasted: RwSignal::new(Pasted::Nothing),
            paste_fault: RwSignal::default(),
            region: RwSignal::default(),
            region_open: RwSignal::default(),
            environment: RwSignal::default(),
            environment_open: RwSignal::default(),
            user: RwSignal::new(mount_options.user.unwrap_or_default()),
            obstacle: RwSignal::default(),
            signing_in: RwSignal::default(),
            sign_in: SignInSession::default(),
            host_token: RwSignal::default(),
            token_schedule: StoredValue::new(TokenSchedule::for_host_page()),
            replacing: RwSignal::default(),
            is_token_withheld: RwSignal::default(),
            given: StoredValue::default(),
            asked_about: StoredValue::default(),
            now: RwSignal::new(ports.get().clock.wall()),
            touched: StoredValue::new_local(ports.get().clock.reading()),
            console: RwSignal::default(),
            host_token_request: Tasks::default(),
            ticking: Tasks::default(),
            connecting: Tasks::default(),
            announcer: Announcer::default(),
        }
    }

    /// Applies the mount options, starts the clock, and loads the console while the form is shown.
    fn begin(self, region: Option<String>, environment: Option<String>) {
        self.apply_hello(region, environment);
        self.tick();
        let loading = self.ports.get().console_loader.load();
        self.ticking.spawn(async move {
            // A failure matters only once a person connects, and then the load is retried.
            let _ = loading.await;
        });
        self.come_back();
        self.ports.get().embedder.tell(&frame::ready());
        self.ask_host_at_start();
    }

    /// Ends the session: everything is dropped, and all tasks are aborted.
    pub fn end(self) {
        self.forget();
        if let Some(console) = self.console.get_untracked() {
            console.end();
        }
        self.ticking.abort_all();
    }

    /// Values from the host page or the deployment take precedence over the token's claims.
    fn apply_hello(self, region: Option<String>, environment: Option<String>) {
        let known = |code: &RegionCode| self.region_of(code).is_some();
        let region = region.map(RegionCode).filter(known).or_else(|| self.settings().default_region.clone());
        let environment = environment.or_else(|| self.settings().environment.map(|id| id.to_string()));
        let given = ConnectFields { region, environment: environment.unwrap_or_default() };
        self.show_fields(given.clone());
        self.given.set_value(given);
    }

    /// Updates the time every second, and forgets an idle token.
    fn tick(self) {
        let clock = Rc::clone(&self.ports.get().clock);
        self.ticking.spawn(async move {
            loop {
                clock.sleep_until(clock.now() + Millis(1000)).await;
                if let Some(console) = self.console.get_untracked() {
                    console.look_at_clock(self.now.get_untracked());
                }
                self.now.set(clock.wall());
                self.forget_when_idle();
                self.ask_host_when_due();
                self.renew_when_due();
            }
        });
    }

    /// A run holds the token while it works and while it is paused for a person: the idle time starts after it. Either
    /// clock counts, because one of them stops while the computer sleeps.
    fn forget_when_idle(self) {
        let (idle, now) = (self.settings().forget_after_idle, self.ports.get().clock.reading());
        if self.console.get_untracked().is_some_and(|console| console.is_working()) {
            self.touched.set_value(now);
        }
        let has_token = self.pasted.read_untracked().facts().is_some();
        if has_token && now.since(self.touched.get_value()) >= idle {
            self.forget_because(Forgetting::Idle(idle.0 / 60_000));
        }
    }

    pub fn ports(self) -> Rc<ConnectPortSet> {
        self.ports.get()
    }

    /// Records that a person is active. If the idle time has passed, the token is forgotten first, also if the
    /// computer slept until now.
    pub fn touch(self) {
        self.forget_when_idle();
        self.touched.set_value(self.ports.get().clock.reading());
    }

    /// Users are listed automatically up to this number.
    pub fn list_on_connect(self) -> u64 {
        self.settings().list_on_connect
    }

    pub fn settings(self) -> Rc<Settings> {
        self.deployed.get_value().0
    }

    pub fn build(self) -> Rc<str> {
        self.deployed.get_value().1
    }

    pub fn regions(self) -> Vec<Region> {
        self.settings().regions.iter().cloned().collect()
    }

    pub fn region_of(self, code: &RegionCode) -> Option<Region> {
        self.settings().regions.get(code).cloned()
    }

    pub(crate) fn is_connected(self) -> bool {
        matches!(*self.phase.read_untracked(), Phase::Connected { .. })
    }

    /// Chooses the region that issued the token.
    pub fn take_issuing_region(self, issued: RegionCode) {
        self.region.set(Some(issued));
        self.region_open.set(false);
        self.obstacle.set(None);
    }

    /// Chooses another environment, and connects to it.
    pub fn take_environment(self, environment: EnvironmentId) {
        self.environment.set(environment.to_string());
        self.connect();
    }

    /// Reads the environment, which also checks that token, region and environment fit together. Region and token are
    /// compared before anything is sent.
    pub fn connect(self) {
        self.touch();
        self.go();
    }

    /// Connects without counting as activity of a person.
    pub(crate) fn go(self) {
        if *self.phase.read_untracked() != Phase::Form {
            return;
        }
        match self.plan() {
            Ok(plan) => self.set_out(plan),
            Err(obstacle) => self.obstacle.set(Some(obstacle)),
        }
    }

    fn plan(self) -> Result<Plan, Obstacle> {
        let facts = self.pasted.read_untracked().facts().cloned().ok_or(Obstacle::TokenMissing)?;
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
        self.set_phase.set(Phase::Loading);
        self.connecting.spawn(async move {
            match self.console().await {
                Ok(console) => console.connect(plan),
                Err(why) => self.go_no_further(Obstacle::NotLoaded(why)),
            }
        });
    }

    /// Opens the help, which is part of the console. Nothing is sent to PingOne for it.
    pub fn help(self) {
        if let Some(console) = self.console.get_untracked() {
            return console.open_help();
        }
        self.connecting.spawn(async move {
            match self.console().await {
                Ok(console) => console.open_help(),
                Err(why) => self.obstacle.set(Some(Obstacle::NotLoaded(why))),
            }
        });
    }

    /// Whether the console is loaded.
    pub fn has_console(self) -> bool {
        self.console.with(Option::is_some)
    }

    /// The console. It is created once, on first use.
    pub(crate) async fn console(self) -> Result<Rc<dyn ConsoleActions>, String> {
        if let Some(console) = self.console.get_untracked() {
            return Ok(console);
        }
        let console = self.ports.get().console_loader.open(self).await?;
        self.console.set(Some(Rc::clone(&console)));
        Ok(console)
    }

    /// Shows the form again, with the obstacle.
    pub(crate) fn go_no_further(self, obstacle: Obstacle) {
        self.obstacle.set(Some(obstacle));
        self.set_phase.set(Phase::Form);
    }

    /// Whether a run is open, working or paused.
    pub fn has_open_run(self) -> bool {
        self.console.get_untracked().is_some_and(|console| console.has_open_run())
    }

    /// Refreshes what is shown, at the host page's request.
    pub fn refresh(self) {
        if let Some(console) = self.console.get_untracked() {
            console.refresh();
        }
    }

    /// The report of the finished run, for the host page.
    pub fn report(self) -> Option<ReportFile> {
        self.console.get_untracked().and_then(|console| console.report())
    }

    /// Shows that the connection is being checked.
    pub(crate) fn show_connecting(self) {
        self.set_phase.set(Phase::Connecting);
    }

    /// Shows the console instead of the form.
    pub(crate) fn show_console(self, environment: Environment, region: Region) {
        self.set_phase.set(Phase::Connected { environment, region });
    }

    /// The user to open after connecting, as typed.
    pub(crate) fn type_user(self, text: String) {
        self.user.set(text);
    }

    /// Whether the dialog for another token is open. Reactive.
    pub(crate) fn is_replacing(self) -> bool {
        self.replacing.get()
    }

    pub(crate) fn open_replacement(self) {
        self.replacing.set(true);
    }

    /// Closes the dialog for another token, if the session still exists. The token in use stays.
    pub(crate) fn close_replacement(self) {
        if self.replacing.try_get_untracked() == Some(true) {
            self.keep_token();
            self.replacing.set(false);
        }
    }

    /// Forgets the token and everything that was read with it.
    pub fn forget(self) {
        self.forget_because(Forgetting::Asked);
    }

    fn forget_because(self, why: Forgetting) {
        let until = self.pasted.read_untracked().facts().and_then(|facts| facts.expires_at);
        self.connecting.abort_all();
        if let Some(console) = self.console.get_untracked() {
            console.clear();
        }
        self.ports.get().tokens.forget();
        self.is_not_handed();
        self.is_not_signed_in();
        self.ports.get().host.set_title(title::ALONE);
        self.pasted.set(Pasted::Forgotten { until, why });
        self.keep_token();
        self.replacing.set(false);
        self.is_token_withheld.set(false);
        self.set_phase.set(Phase::Form);
        let given = self.given.read_value().clone();
        self.show_fields(given);
        self.announcer.tell(Announcement::TokenForgotten(until));
    }

    pub fn copy(self, text: String) {
        let copying = self.ports.get().host.copy(text);
        self.connecting.spawn(async move {
            let copied = within(&*self.ports.get().clock, COPYING, copying).await.unwrap_or(false);
            self.announcer.tell(Announcement::Copied(copied));
        });
    }

    /// The claims of the token in use, untracked.
    pub(crate) fn facts_now(self) -> Option<TokenFacts> {
        self.pasted.read_untracked().facts().cloned()
    }

    /// Whether a token is in use. Reactive.
    pub fn has_token(self) -> bool {
        self.pasted.read().facts().is_some()
    }

    /// The claims of the token in use. Reactive.
    pub fn facts(self) -> Option<TokenFacts> {
        self.pasted.read().facts().cloned()
    }
}

/// A connection to make.
pub struct Plan {
    pub(crate) tenant: Tenant,
    pub(crate) facts: TokenFacts,
    pub(crate) user: Option<UserId>,
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
