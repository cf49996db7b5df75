//! A virtual clock.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;

use futures::channel::oneshot;
use futures::executor::LocalPool;
use futures::future::{FutureExt, LocalBoxFuture};
use futures::task::LocalSpawnExt;
use pingone::clock::Clock;
use pingone::time::{Instant, Timestamp};

/// The wall clock's time at which every virtual clock starts.
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

    /// The wall clock's time, as the sandbox's type.
    pub fn sandbox_time(&self) -> pingone_sandbox::Timestamp {
        pingone_sandbox::Timestamp(self.wall().0)
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Instant {
        Instant(self.now.get())
    }

    fn wall(&self) -> Timestamp {
        Timestamp(EPOCH + i64::try_from(self.now.get()).unwrap())
    }

    fn sleep_until(&self, at: Instant) -> LocalBoxFuture<'static, ()> {
        let (sender, receiver) = oneshot::channel();
        self.slept.set(self.slept.get() + 1);
        self.sleepers.borrow_mut().insert((at.0, self.slept.get()), sender);
        receiver.map(|_| ()).boxed_local()
    }
}
