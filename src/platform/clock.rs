//! The browser's clocks. Waiting goes through the page's clock worker (`web/tick.js`), whose timers keep their
//! pace while the page is hidden; an element that was given none waits by the page's own timers.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use futures::channel::oneshot;
use futures::future::{FutureExt, LocalBoxFuture};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Date, Object, Reflect};
use pingone_mfa_core::domain::time::{Millis, Wall};
use pingone_mfa_core::engine::Clock;
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use web_sys::{MessageEvent, Performance, Worker};

/// The longest wait that a browser's timer takes, in milliseconds.
const LONGEST_TIMER: u64 = 0x7fff_ffff;

/// The browser's clocks.
pub(crate) struct BrowserClock {
    performance: Option<Performance>,
    ticker: Option<Ticker>,
}

impl BrowserClock {
    /// `worker` runs `web/tick.js`.
    pub(crate) fn new(worker: Option<Worker>) -> Self {
        let performance = web_sys::window().and_then(|window| window.performance());
        Self { performance, ticker: worker.map(Ticker::new) }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "browser times are below 2^53 ms"
)]
impl Clock for BrowserClock {
    fn now(&self) -> Millis {
        let now = self.performance.as_ref().map_or_else(Date::now, Performance::now);
        Millis(now as u64)
    }

    fn wall(&self) -> Wall {
        Wall(Date::now() as i64)
    }

    fn sleep_until(&self, at: Millis) -> LocalBoxFuture<'static, ()> {
        let millis = self.now().until(at).0.min(LONGEST_TIMER) as u32;
        match &self.ticker {
            Some(ticker) => ticker.sleep(millis),
            None => TimeoutFuture::new(millis).boxed_local(),
        }
    }
}

type Sleepers = Rc<RefCell<HashMap<u32, oneshot::Sender<()>>>>;

struct Ticker {
    worker: Worker,
    sleepers: Sleepers,
    last: RefCell<u32>,
    _on_tick: Closure<dyn FnMut(MessageEvent)>,
}

impl Ticker {
    fn new(worker: Worker) -> Self {
        let sleepers = Sleepers::default();
        let waking = Rc::clone(&sleepers);
        let on_tick =
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| wake(&waking, &event));
        worker.set_onmessage(Some(on_tick.as_ref().unchecked_ref()));
        Self { worker, sleepers, last: RefCell::default(), _on_tick: on_tick }
    }

    fn sleep(&self, millis: u32) -> LocalBoxFuture<'static, ()> {
        let id = self.last.borrow().wrapping_add(1);
        self.last.replace(id);
        let order = Object::new();
        // A plain object takes any property, so neither call can fail.
        let _ = Reflect::set(&order, &"id".into(), &id.into());
        let _ = Reflect::set(&order, &"millis".into(), &millis.into());
        if self.worker.post_message(&order).is_err() {
            return TimeoutFuture::new(millis).boxed_local();
        }
        let (sender, receiver) = oneshot::channel();
        self.sleepers.borrow_mut().insert(id, sender);
        let sleeper = Sleeper { id, sleepers: Rc::clone(&self.sleepers) };
        async move {
            let _awake = sleeper;
            // The sender is dropped only together with the clock, and then nobody waits any more.
            let _ = receiver.await;
        }
        .boxed_local()
    }
}

fn wake(sleepers: &Sleepers, event: &MessageEvent) {
    let id = event.data().as_f64();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the worker returns our own u32"
    )]
    let sender = id.and_then(|id| sleepers.borrow_mut().remove(&(id as u32)));
    if let Some(sender) = sender {
        // A sleeper that has given up is no loss.
        let _ = sender.send(());
    }
}

/// Leaves the list when the wait is over or given up.
struct Sleeper {
    id: u32,
    sleepers: Sleepers,
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.sleepers.borrow_mut().remove(&self.id);
    }
}

/// The worker among the options that a page gives, if it is one.
pub(crate) fn worker_in(options: &JsValue) -> Option<Worker> {
    Reflect::get(options, &"clock".into()).ok()?.dyn_into().ok()
}
