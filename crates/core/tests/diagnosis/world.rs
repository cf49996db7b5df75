//! The parts of a situation: a tenant that can be broken, a browser in front of it, and an
//! administrator who does one thing.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use futures::channel::mpsc;
use futures::future::{FutureExt, LocalBoxFuture};
use http::Method;
use pingone::clock::Clock;
use pingone::connection::Connection;
use pingone::driver::drive;
use pingone::endpoint::Endpoint;
use pingone::environment::EnvironmentId;
use pingone::fault::Fault;
use pingone::policy::Policy;
use pingone::region::{Agreement, Region, RegionCode, Regions};
use pingone::request::{
    Call, CountUsers, ReadDevices, ReadEnvironment, ReadMfa, ReadPopulations, ReadReport, ReadUser, Request,
};
use pingone::tenant::Tenant;
use pingone::time::Millis;
use pingone::token::TokenFacts;
use pingone::token::claims::read_paste;
use pingone::transport::{Head, Response, Transport, TransportError};
use pingone::user::{PopulationId, UserId};
use pingone_mfa_core::diagnosis::cause::Diagnosis;
use pingone_mfa_core::diagnosis::evidence::{Evidence, InputFault, Operation, PlainResult, Reach, Symptom};
use pingone_mfa_core::diagnosis::probe::{NetworkProbe, search};
use pingone_mfa_core::diagnosis::reasoning::diagnoses;
use pingone_mfa_core::directory::listing::{self, Listing};
use pingone_mfa_core::run::guard::Guard;
use pingone_mfa_core::run::outcome::Outcome;
use pingone_mfa_core::run::proof::Proof;
use pingone_mfa_testkit::change::change;
use pingone_mfa_testkit::clock::VirtualClock;
use pingone_mfa_testkit::tenant::{API, AUTH, seed};
use pingone_sandbox::wire::{Body, End};
use pingone_sandbox::{
    Behavior, Role, Rule, Sandbox, Scope, Timestamp as SandboxWall, TokenSpec, readable_correlation_id,
};
use uuid::Uuid;

/// What the administrator does after connecting.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    Connect,
    List,
    Open,
    ReadFlag,
    ReadDevices,
    /// Reads PingOne's report of all users' devices.
    Report,
    Change,
    /// Asks why the user gets no MFA prompt.
    WonderWhyNotAsked,
    /// Runs all checks, as before a run.
    CheckEverything,
}

/// The state of the network between the browser and the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    Fine,
    /// The browser reports that it is offline.
    Offline,
    /// Nothing gets through, but the browser doesn't report it.
    Unplugged,
    /// The API's host can't be reached: its name isn't resolved, its certificate isn't trusted, or something blocks it.
    NoHost,
    /// The page's content security policy doesn't permit the API's host.
    Forbidden,
    /// Requests to the API's host are never answered.
    Swallowed,
}

/// Whether a page may read the Correlation-Id of an answer. PingOne's recorded answers don't permit it; its
/// documentation says that they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    Hidden,
    Exposed,
}

type Broken = Box<dyn Fn(&mut World)>;

/// The world that a situation changes. Everything works unless it says otherwise.
pub struct World {
    ids: Ids,
    /// The tenant: roles, users, faults and limits.
    pub sandbox: Rc<RefCell<Sandbox>>,
    /// The specification of the administrator's token.
    pub spec: TokenSpec,
    /// Turns that token into the pasted text.
    pub paste: Box<dyn Fn(String) -> String>,
    /// The chosen region: `SANDBOX`, one of PingOne's own, or `UNNAMED`, for which the deployment doesn't say which
    /// of PingOne's regions it is.
    pub region: &'static str,
    /// The path of the API in the deployment's configuration.
    pub api_path: &'static str,
    /// The environment ID as typed, if it isn't the sandbox's.
    pub environment: Option<&'static str>,
    /// The user, by username, or by ID as typed.
    pub user: &'static str,
    /// What the administrator does.
    pub act: Act,
    /// The network, while connecting and afterwards.
    pub network: Network,
    /// What breaks after connecting and before the action.
    pub meanwhile: Option<Broken>,
    /// Usernames of users whose MFA was changed successfully before.
    pub changed_before: Vec<String>,
    /// Whether a run changed them, and the question is why it didn't change the user.
    pub is_run: bool,
    /// Answers that replace the tenant's: method, end of the path, status, body.
    pub says: Vec<(&'static str, &'static str, u16, &'static str)>,
    /// Whether the deployment protects the user.
    pub is_protected: bool,
    /// The computer's clock. It stands still while nothing waits for it.
    pub clock: Rc<VirtualClock>,
}

impl World {
    fn new(ids: Ids) -> Self {
        let mut sandbox = Sandbox::new(seed(450, 1));
        let expose_correlation_id = ids == Ids::Exposed;
        sandbox.set_behavior(Behavior { expose_correlation_id, ..Behavior::default() }).unwrap();
        Self {
            ids,
            sandbox: Rc::new(RefCell::new(sandbox)),
            spec: TokenSpec::default(),
            paste: Box::new(|token| token),
            region: "SANDBOX",
            api_path: "/v1",
            environment: None,
            user: "jonas.brandt",
            act: Act::Change,
            network: Network::Fine,
            meanwhile: None,
            changed_before: Vec::new(),
            is_run: false,
            says: Vec::new(),
            is_protected: false,
            clock: Rc::default(),
        }
    }

    /// The current time, as the sandbox's type.
    pub fn now(&self) -> SandboxWall {
        self.clock.sandbox_time()
    }

    /// Gives the token's holder this role in the whole environment.
    pub fn role(&mut self, role: Role) {
        self.spec.role = role;
    }

    /// Gives the token to a new holder with only these roles and scopes.
    pub fn roles(&mut self, roles: &[(Role, Scope)]) {
        let holder = Uuid::from_u128(0xfeed);
        self.spec.holder = Some(holder);
        let now = self.now();
        for (role, scope) in roles {
            self.sandbox.borrow_mut().assign(holder, *role, *scope, now);
        }
    }

    /// Adds a fault rule, in the format of the sandbox's README.
    pub fn wrong(&mut self, rule: &str) {
        let rule: Rule = serde_json::from_str(rule).unwrap();
        self.sandbox.borrow_mut().add_fault(rule).unwrap();
    }

    /// Sets how the tenant behaves.
    pub fn set_behavior(&mut self, behavior: &Behavior) {
        let expose_correlation_id = self.ids == Ids::Exposed;
        self.sandbox.borrow_mut().set_behavior(Behavior { expose_correlation_id, ..*behavior }).unwrap();
    }

    /// The ID of the user with this username.
    pub fn id(&self, username: &str) -> Uuid {
        self.sandbox
            .borrow()
            .user_by_username(username)
            .unwrap_or_else(|| panic!("no user is named {username}"))
    }

    /// The username of a user in this population.
    pub fn username_in(scope: Scope) -> String {
        let Scope::Population(population) = scope else { panic!("no population") };
        let intact = Self::new(Ids::Hidden);
        let mut sandbox = intact.sandbox.borrow_mut();
        let token = sandbox.issue_token(&TokenSpec::default(), intact.now());
        let filter = format!("/users?filter=population.id%20eq%20%22{population}%22");
        let page = read(&mut sandbox, &token, intact.now(), &filter);
        page["_embedded"]["users"][0]["username"].as_str().unwrap().to_owned()
    }

    /// The username of another user in the same population.
    pub fn another_user_like(username: &str) -> String {
        let intact = Self::new(Ids::Hidden);
        let id = intact.id(username);
        let mut sandbox = intact.sandbox.borrow_mut();
        let token = sandbox.issue_token(&TokenSpec::default(), intact.now());
        let user = read(&mut sandbox, &token, intact.now(), &format!("/users/{id}"));
        let population = user["population"]["id"].as_str().unwrap();
        let filter = format!("/users?filter=population.id%20eq%20%22{population}%22");
        let page = read(&mut sandbox, &token, intact.now(), &filter);
        let users = page["_embedded"]["users"].as_array().unwrap();
        let names = users.iter().filter_map(|user| user["username"].as_str());
        names.into_iter().find(|name| *name != username).unwrap().to_owned()
    }

    pub fn wait(&mut self, millis: u64) {
        let clock = Rc::clone(&self.clock);
        self.clock.run(async move { clock.sleep_until(clock.now() + Millis(millis)).await });
    }
}

/// The second of the sandbox's usual populations: Contractors.
pub const CONTRACTORS: Scope = Scope::Population(Uuid::from_u128(0xb000_0000_0000_4000_8000_0000_0000_0002));

/// An unsigned JSON web token with this content.
pub fn jwt(header: &str, claims: &str) -> String {
    let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", part(header), part(claims), part("not signed"))
}

/// The result of diagnosing a situation.
pub struct Diagnosed {
    pub evidence: Evidence,
    /// The diagnoses, the most likely first.
    pub diagnoses: Vec<Diagnosis>,
    /// The number of writing requests that the diagnosis itself sent.
    pub writes: usize,
}

/// Creates a world, breaks it, performs the action, and diagnoses the result.
pub fn diagnosed(broken: fn(&mut World), ids: Ids) -> Diagnosed {
    let mut world = World::new(ids);
    broken(&mut world);
    let now = world.clock.wall();
    let token = world.sandbox.borrow_mut().issue_token(&world.spec.clone(), world.now());
    let pasted = (world.paste)(token);
    let (evidence, writes) = match entered(&world, &pasted) {
        Err(input) => (Evidence::of(Symptom::Input(input), now), 0),
        Ok(entered) => experienced(world, &entered),
    };
    Diagnosed { diagnoses: diagnoses(&evidence), evidence, writes }
}

/// The administrator's input, parsed before anything is sent.
struct Entered {
    token: String,
    facts: TokenFacts,
    tenant: Tenant,
    user: UserId,
    regions: Regions,
}

fn regions(world: &World) -> Regions {
    let region = |code: &str, pingone: Option<&str>| Region {
        code: RegionCode(code.into()),
        label: code.into(),
        api_base: format!("{API}{}", world.api_path),
        auth_base: AUTH.into(),
        pingone: pingone.map(|code| RegionCode(code.into())),
    };
    let elsewhere = Region {
        api_base: format!("{API}:8443/v1"),
        auth_base: "https://proxy.example".into(),
        ..region("UNNAMED", None)
    };
    Regions::with([region("SANDBOX", Some("EU")), elsewhere])
}

fn entered(world: &World, pasted: &str) -> Result<Entered, InputFault> {
    let paste = read_paste(pasted, world.clock.wall()).map_err(InputFault::Paste)?;
    let regions = regions(world);
    let region = regions.get(&RegionCode(world.region.into())).ok_or(InputFault::RegionMissing)?.clone();
    if let Agreement::Conflict { .. } = regions.agreement(&paste.facts, &region) {
        return Err(InputFault::RegionElsewhere);
    }
    let own = world.sandbox.borrow().environment_id();
    let environment = world.environment.map_or(Ok(own), Uuid::try_parse);
    let environment = environment.map_err(|_| InputFault::EnvironmentUnreadable)?;
    let named = world.sandbox.borrow().user_by_username(world.user).map(UserId);
    let user = named.or_else(|| UserId::read(world.user)).ok_or(InputFault::UserUnreadable)?;
    let tenant = Tenant { region, environment: EnvironmentId(environment) };
    Ok(Entered { token: paste.token.expose().to_owned(), facts: paste.facts, tenant, user, regions })
}

fn experienced(mut world: World, entered: &Entered) -> (Evidence, usize) {
    let meanwhile = world.meanwhile.take();
    let clock = Rc::clone(&world.clock);
    let browser = Rc::new(Browser {
        sandbox: Rc::clone(&world.sandbox),
        clock: Rc::clone(&clock),
        token: entered.token.clone(),
        network: Cell::new(world.network),
        says: RefCell::new(world.says.clone()),
    });
    let connection = Connection::new(
        entered.tenant.clone(),
        browser.clone(),
        clock.clone(),
        Policy::default(),
        Rc::new(|_| {}),
        7,
    )
    .with_token_expiry(entered.facts.expires_at);
    let connected = {
        let connection = connection.clone();
        clock.run(async move { connection.call(ReadEnvironment).await })
    };
    let evidence = |symptom| {
        Evidence::of(symptom, clock.wall()).with_token(entered.facts.clone(), &entered.regions).with_target(
            entered.tenant.region.clone(),
            Some(entered.tenant.environment),
            &entered.regions,
        )
    };
    let has_read_environment = connected.is_ok();
    let symptom = if let Err(fault) = connected {
        Symptom::Failed { operation: Operation::Connect, fault, at: clock.wall() }
    } else {
        for username in &world.changed_before {
            let user = UserId(world.id(username));
            assert!(
                matches!(change(&clock, &connection, user, true).0, Outcome::Changed { .. }),
                "{username}"
            );
        }
        if let Some(meanwhile) = meanwhile {
            meanwhile(&mut world);
            browser.network.set(world.network);
            browser.says.replace(world.says.clone());
        }
        act(&world, &clock, &connection, entered.user)
    };
    let changed_populations = populations(&world);
    let proof = world.is_run.then(|| Proof::new(changed_populations.iter().copied().map(Some), 0));
    let evidence = Evidence { has_read_environment, changed_populations, proof, ..evidence(symptom) };
    let before = world.sandbox.borrow().seen().len();
    let evidence = clock.run(async move { search(evidence, &connection, browser.as_ref(), |_| {}).await });
    let sandbox = world.sandbox.borrow();
    let writes =
        sandbox.seen().iter().skip(before).filter(|seen| seen.method != "GET" && seen.method != "OPTIONS");
    (evidence, writes.count())
}

/// The populations in which users were changed before, which the page knows from its list. Read from an intact tenant.
fn populations(world: &World) -> Vec<PopulationId> {
    let intact = World::new(Ids::Hidden);
    let mut sandbox = intact.sandbox.borrow_mut();
    let token = sandbox.issue_token(&TokenSpec::default(), intact.now());
    let mut of = |username: &String| {
        let id = sandbox.user_by_username(username).unwrap();
        let user = read(&mut sandbox, &token, intact.now(), &format!("/users/{id}"));
        PopulationId(Uuid::try_parse(user["population"]["id"].as_str().unwrap()).unwrap())
    };
    world.changed_before.iter().map(&mut of).collect()
}

fn read(sandbox: &mut Sandbox, token: &str, now: SandboxWall, path: &str) -> serde_json::Value {
    let url = format!("{API}/v1/environments/{}{path}", sandbox.environment_id());
    let request = http::Request::get(url).header("authorization", format!("Bearer {token}"));
    let answer = sandbox.handle(&request.body(Vec::new()).unwrap(), now).response;
    serde_json::from_slice(answer.body()).unwrap()
}

fn act(world: &World, clock: &Rc<VirtualClock>, connection: &Connection, user: UserId) -> Symptom {
    let (operation, failed) = match world.act {
        Act::Connect => panic!("{}: connecting should have failed", world.user),
        Act::WonderWhyNotAsked => return Symptom::NotPrompted(user),
        Act::CheckEverything => return Symptom::Health,
        Act::List => (Operation::ReadUsers, list(clock, connection)),
        Act::Open => (Operation::ReadUser(user), call(clock, connection, ReadUser(user))),
        Act::ReadFlag => (Operation::ReadFlag(user), call(clock, connection, ReadMfa(user))),
        Act::ReadDevices => (Operation::ReadDevices(user), call(clock, connection, ReadDevices(user))),
        Act::Report => (Operation::ReadReport, call(clock, connection, ReadReport::New)),
        Act::Change => {
            let guard = Guard::default();
            let members = world.is_protected.then_some(user).into_iter().collect();
            let refused = guard.with_members(members).planned(user, true).err().map(Fault::NotPermitted);
            let fault = refused.or_else(|| change(clock, connection, user, true).0.fault().cloned());
            (Operation::ChangeFlag(Some(user)), fault)
        }
    };
    let fault = failed.unwrap_or_else(|| panic!("the action succeeded"));
    Symptom::Failed { operation, fault, at: clock.wall() }
}

fn call<C: Call + Clone + 'static>(clock: &VirtualClock, connection: &Connection, call: C) -> Option<Fault>
where
    C::Answer: 'static,
{
    let connection = connection.clone();
    clock.run(async move { connection.call(call).await.err() })
}

fn list(clock: &VirtualClock, connection: &Connection) -> Option<Fault> {
    if let Some(fault) = call(clock, connection, CountUsers) {
        return Some(fault);
    }
    let connection = connection.clone();
    clock.run(async move {
        let populations = connection.call(ReadPopulations { cursor: None }).await;
        let populations = populations.map(|page| page.populations).unwrap_or_default();
        let policy = Rc::new(connection.policy().clone());
        let mut listing = Listing::of_all(&populations, None, policy, connection.jitter());
        let paused = Rc::new(RefCell::new(None));
        let (sender, mut inbox) = mpsc::unbounded();
        let page = |job: listing::Job| {
            let connection = connection.clone();
            async move { connection.send(job.page).await }
        };
        let pause_fault = Rc::clone(&paused);
        let observe = move |listing: &mut Listing| {
            if let listing::State::Paused(fault) = listing.state() {
                pause_fault.replace(Some(fault));
                let _ = sender.unbounded_send(pingone::driver::Command::Stop);
            }
        };
        drive(&mut listing, &connection, &mut inbox, page, observe).await;
        paused.take()
    })
}

/// A simulated browser: preflights, CORS, and a network that may be broken.
struct Browser {
    sandbox: Rc<RefCell<Sandbox>>,
    clock: Rc<VirtualClock>,
    token: String,
    network: Cell<Network>,
    says: RefCell<Vec<(&'static str, &'static str, u16, &'static str)>>,
}

/// What the browser gets back from the network.
enum Received {
    Answer(Response, bool),
    Cut(Head),
    Nothing,
    Silence,
}

impl Browser {
    async fn exchange(&self, method: Method, url: &str, with_token: bool, body: Vec<u8>) -> Received {
        self.clock.sleep_until(self.clock.now() + Millis(20)).await;
        match self.network.get() {
            Network::Fine => {}
            Network::Swallowed => return Received::Silence,
            Network::Offline | Network::Unplugged | Network::NoHost | Network::Forbidden => {
                return Received::Nothing;
            }
        }
        let path = url.split('?').next().unwrap_or_default();
        let says =
            self.says.borrow().iter().find(|(on, end, ..)| method == *on && path.ends_with(end)).copied();
        if let Some((_, _, status, body)) = says {
            let is_exposed = self.sandbox.borrow().behavior().expose_correlation_id;
            let correlation_id = is_exposed.then(|| Uuid::from_u128(5).to_string());
            let head = Head { status, correlation_id };
            return Received::Answer(Response { head, body: body.into() }, true);
        }
        let mut sent =
            http::Request::builder().method(&method).uri(url).header("origin", "https://page.example");
        if method == Method::OPTIONS {
            sent = sent.header("access-control-request-headers", "authorization,content-type");
        }
        if with_token && method != Method::OPTIONS {
            sent = sent.header("authorization", format!("Bearer {}", self.token));
            sent = sent.header("content-type", "application/json");
        }
        let now = self.clock.sandbox_time();
        let reply = self.sandbox.borrow_mut().handle(&sent.body(body).unwrap(), now);
        self.clock.sleep_until(self.clock.now() + Millis(reply.wire.before_millis)).await;
        let header = |name: &str| reply.response.headers().get(name)?.to_str().ok().map(str::to_owned);
        let correlation_id = readable_correlation_id(&reply.response).map(str::to_owned);
        let head = Head { status: reply.response.status().as_u16(), correlation_id };
        let is_permitted = header("access-control-allow-origin").is_some()
            && (method != Method::OPTIONS || header("access-control-allow-headers").is_some());
        match (reply.wire.body, reply.wire.end) {
            (Body::Nothing, End::Silence) => Received::Silence,
            (Body::Nothing, _) => Received::Nothing,
            (Body::Cut { .. }, _) => Received::Cut(head),
            _ => Received::Answer(Response { head, body: reply.response.into_body() }, is_permitted),
        }
    }

    async fn send_as_browsers_do(&self, request: Request) -> Result<Response, TransportError> {
        let url = request.endpoint.as_str();
        match self.exchange(Method::OPTIONS, url, true, Vec::new()).await {
            Received::Answer(answer, true) if (200..300).contains(&answer.head.status) => {}
            Received::Silence => return std::future::pending().await,
            _ => return Err(TransportError::Unreachable),
        }
        let method = Method::from_bytes(request.method.to_string().as_bytes()).unwrap();
        match self.exchange(method, url, true, request.body.clone().unwrap_or_default()).await {
            Received::Answer(answer, true) => Ok(answer),
            Received::Cut(head) => Err(TransportError::BodyCut(head)),
            Received::Answer(_, false) | Received::Nothing => Err(TransportError::Unreachable),
            Received::Silence => std::future::pending().await,
        }
    }
}

impl Transport for Browser {
    fn send(&self, request: Request) -> LocalBoxFuture<'static, Result<Response, TransportError>> {
        let browser = self.copy();
        async move { browser.send_as_browsers_do(request).await }.boxed_local()
    }
}

impl Browser {
    fn copy(&self) -> Self {
        Self {
            sandbox: Rc::clone(&self.sandbox),
            clock: Rc::clone(&self.clock),
            token: self.token.clone(),
            network: Cell::new(self.network.get()),
            says: RefCell::new(self.says.borrow().clone()),
        }
    }
}

impl NetworkProbe for Browser {
    /// Like `browser/reach.rs` with the browser's fetch: a GET without a token and without a preflight.
    fn reach(&self, endpoint: &Endpoint) -> LocalBoxFuture<'static, Reach> {
        let (browser, url) = (self.copy(), endpoint.as_str().to_owned());
        async move {
            let network = browser.network.get();
            let received = browser.exchange(Method::GET, &url, false, Vec::new()).await;
            let is_cut_off = matches!(network, Network::Offline | Network::Unplugged);
            Reach {
                is_online: network != Network::Offline,
                page: !is_cut_off,
                host: match received {
                    _ if network == Network::Forbidden => PlainResult::Forbidden,
                    Received::Answer(..) | Received::Cut(_) => PlainResult::Answered,
                    Received::Nothing | Received::Silence => PlainResult::Unanswered,
                },
                readable: match received {
                    Received::Answer(answer, true) => Some(answer.head.status),
                    _ => None,
                },
            }
        }
        .boxed_local()
    }
}
