//! A tenant without a network and a virtual clock: the sandbox's pure core behind the core's ports.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::rc::Rc;

use futures::channel::oneshot;
use futures::executor::LocalPool;
use futures::future::{FutureExt, LocalBoxFuture};
use futures::task::LocalSpawnExt;
use pingone::clock::Clock;
use pingone::connection::Connection;
use pingone::environment::EnvironmentId;
use pingone::exchange::Exchange;
use pingone::policy::Policy;
use pingone::region::{Region, RegionCode};
use pingone::request::Request;
use pingone::tenant::Tenant;
use pingone::time::{Millis, Timestamp};
use pingone::transport::{Head, Response, Transport, TransportError};
use pingone_sandbox::{EnvironmentKind, Populations, Sandbox, Seed, TokenSpec, readable_correlation_id};
use uuid::Uuid;

const EPOCH: i64 = 1_795_500_000_000;

/// A test that takes longer than three days of virtual time waits for something that never happens.
const LONGEST: u64 = 3 * 24 * 60 * 60 * 1000;

/// A clock that jumps to the next deadline whenever nothing else can happen.
#[derive(Default)]
pub struct VirtualClock {
    now: Cell<u64>,
    sleepers: RefCell<BTreeMap<(u64, u64), oneshot::Sender<()>>>,
    slept: Cell<u64>,
}

impl VirtualClock {
    /// Runs a future to completion, without real waiting.
    pub fn run<T: 'static>(&self, future: impl Future<Output = T> + 'static) -> T {
        let mut pool = LocalPool::new();
        let done = pool.spawner().spawn_local_with_handle(future).unwrap();
        let mut done = done.fuse();
        let end = self.now.get() + LONGEST;
        loop {
            pool.run_until_stalled();
            if let Some(value) = (&mut done).now_or_never() {
                return value;
            }
            let next = self.sleepers.borrow_mut().pop_first();
            let ((at, _), sender) =
                next.expect("the future waits for something that the clock can't bring about");
            self.now.set(self.now.get().max(at));
            assert!(self.now.get() < end, "only time passes, and the future doesn't complete");
            let _ = sender.send(());
        }
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Millis {
        Millis(self.now.get())
    }

    fn wall(&self) -> Timestamp {
        Timestamp(EPOCH + i64::try_from(self.now.get()).unwrap())
    }

    fn sleep_until(&self, at: Millis) -> LocalBoxFuture<'static, ()> {
        let (sender, receiver) = oneshot::channel();
        self.slept.set(self.slept.get() + 1);
        self.sleepers.borrow_mut().insert((at.0, self.slept.get()), sender);
        receiver.map(|_| ()).boxed_local()
    }
}

/// What happens to a request on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Answered,
    NeverArrives,
    /// The request arrives, and its answer is lost.
    Unconfirmed,
    /// The request arrives, and no answer ever comes.
    Silence,
    /// Something other than PingOne answers, with this status and without PingOne's body.
    Status(u16),
}

/// The sandbox behind the transport port, with a latency of 20 ms.
pub struct Mount {
    pub sandbox: Rc<RefCell<Sandbox>>,
    /// The fates of the next requests, in order; all later ones are answered.
    pub fates: RefCell<VecDeque<Fate>>,
    /// Every request for this user meets [`Mount::poison`].
    pub poisoned: Cell<Option<Uuid>>,
    /// The fate of requests for the poisoned user; a 500 by default.
    pub poison: Cell<Fate>,
    /// The token that is added to every request.
    pub held: RefCell<String>,
    clock: Rc<VirtualClock>,
}

impl Transport for Mount {
    fn send(&self, request: Request) -> LocalBoxFuture<'static, Result<Response, TransportError>> {
        let fate = self.fates.borrow_mut().pop_front().unwrap_or(Fate::Answered);
        let is_poisoned =
            self.poisoned.get().is_some_and(|user| request.endpoint.as_str().contains(&user.to_string()));
        let fate = if is_poisoned { self.poison.get() } else { fate };
        let (sandbox, token, clock) =
            (Rc::clone(&self.sandbox), self.held.borrow().clone(), Rc::clone(&self.clock));
        async move {
            clock.sleep_until(clock.now() + Millis(20)).await;
            if fate == Fate::NeverArrives {
                return Err(TransportError::Unreachable);
            }
            if let Fate::Status(status) = fate {
                return Ok(Response { head: Head { status, correlation_id: None }, body: Vec::new() });
            }
            let sent = http::Request::builder()
                .method(request.method.to_string().as_str())
                .uri(request.endpoint.as_str())
                .header("authorization", format!("Bearer {token}"))
                .header("content-type", "application/json")
                .body(request.body.unwrap_or_default())
                .unwrap();
            let reply =
                sandbox.borrow_mut().handle(&sent, pingone_sandbox::Timestamp(clock.wall().0)).response;
            match fate {
                Fate::Unconfirmed => Err(TransportError::Unreachable),
                Fate::Silence => std::future::pending().await,
                Fate::Answered | Fate::NeverArrives | Fate::Status(_) => {
                    let head = Head::new(reply.status().as_u16(), readable_correlation_id(&reply));
                    Ok(Response { head, body: reply.into_body() })
                }
            }
        }
        .boxed_local()
    }
}

/// A tenant with users, and a connection to it.
pub struct Stage {
    pub clock: Rc<VirtualClock>,
    pub mount: Rc<Mount>,
    pub connection: Connection,
    pub exchanges: Rc<RefCell<Vec<Exchange>>>,
    /// The token that the transport adds at first.
    pub token: String,
}

impl Stage {
    /// Creates a tenant with this many users and a connection with a token of this kind.
    pub fn new(users: u32, spec: &TokenSpec) -> Self {
        let base = "https://api.sandbox.example";
        let mut sandbox = Sandbox::new(Seed {
            users,
            seed: 1,
            api_base: format!("{base}/v1"),
            auth_base: "https://auth.sandbox.example".into(),
            kind: EnvironmentKind::Sandbox,
            populations: Populations::Usual,
        });
        let token = sandbox.issue_token(spec, pingone_sandbox::Timestamp(EPOCH));
        let region = Region {
            code: RegionCode("SANDBOX".into()),
            label: "Sandbox".into(),
            api_base: format!("{base}/v1"),
            auth_base: "https://auth.sandbox.example".into(),
            pingone: None,
        };
        let tenant = Tenant { region, environment: EnvironmentId(sandbox.environment_id()) };
        let clock = Rc::new(VirtualClock::default());
        let mount = Rc::new(Mount {
            sandbox: Rc::new(RefCell::new(sandbox)),
            fates: RefCell::default(),
            poisoned: Cell::default(),
            poison: Cell::new(Fate::Status(500)),
            held: RefCell::new(token.clone()),
            clock: Rc::clone(&clock),
        });
        let exchanges = Rc::new(RefCell::new(Vec::new()));
        let record = Rc::clone(&exchanges);
        let connection = Connection::new(
            tenant,
            mount.clone(),
            clock.clone(),
            Policy::default(),
            Rc::new(move |exchange| record.borrow_mut().push(exchange)),
            7,
        );
        Self { clock, mount, connection, exchanges, token }
    }
}
