//! The browser's clocks. Timers run in the clock worker (`web/tick.js`), because browsers slow down the timers of a
//! hidden page. Without a worker the page's own timers are used.
//!
//! A worker that a policy blocks fires an error and counts as silent. It may also be blocked or stop without an
//! error. Therefore each wait also starts a slightly longer timer of the page. If that timer fires first, the worker
//! counts as silent, and later waits end with whichever timer fires first, until the worker answers again.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use futures::channel::oneshot;
use futures::future::{Either, FutureExt, LocalBoxFuture, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Date, Object, Reflect};
use pingone::clock::Clock;
use pingone::time::{Instant, Timestamp};
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{MessageEvent, Performance, Worker};

#[wasm_bindgen]
extern "C" {
    /// What the clock worker is asked for: a tick with this ID after this time.
    type Order;

    #[wasm_bindgen(method, setter)]
    fn set_id(this: &Order, id: u32);

    #[wasm_bindgen(method, setter)]
    fn set_millis(this: &Order, millis: u32);
}

/// The longest delay that a browser timer accepts, in milliseconds.
const LONGEST_TIMER: u64 = 0x7fff_ffff;

/// How much longer the page's timer runs than the worker's, in milliseconds.
const GRACE: u32 = 1000;

/// How long ticks that arrived while the page was busy may still be delivered before the worker counts as silent, in
/// milliseconds.
const CATCH_UP: u32 = 100;

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
    fn now(&self) -> Instant {
        let now = self.performance.as_ref().map_or_else(Date::now, Performance::now);
        Instant(now as u64)
    }

    fn wall(&self) -> Timestamp {
        Timestamp(Date::now() as i64)
    }

    fn sleep_until(&self, at: Instant) -> LocalBoxFuture<'static, ()> {
        let millis = self.now().until(at).0.min(LONGEST_TIMER - u64::from(GRACE)) as u32;
        match &self.ticker {
            Some(ticker) => ticker.sleep(millis),
            None => TimeoutFuture::new(millis).boxed_local(),
        }
    }

    fn keeps_pace_hidden(&self) -> bool {
        self.ticker.as_ref().is_some_and(|ticker| !ticker.is_silent.get())
    }
}

type Sleepers = Rc<RefCell<HashMap<u32, oneshot::Sender<()>>>>;

struct Ticker {
    worker: Worker,
    sleepers: Sleepers,
    /// Whether the worker has failed, or the page's own timer ended the last wait.
    is_silent: Rc<Cell<bool>>,
    last: RefCell<u32>,
    _on_tick: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut()>,
}

impl Ticker {
    fn new(worker: Worker) -> Self {
        let sleepers = Sleepers::default();
        let is_silent = Rc::new(Cell::new(false));
        let (waking, heard) = (Rc::clone(&sleepers), Rc::clone(&is_silent));
        let on_tick = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            heard.set(false);
            wake(&waking, &event);
        });
        worker.set_onmessage(Some(on_tick.as_ref().unchecked_ref()));
        let failed = Rc::clone(&is_silent);
        let on_error = Closure::<dyn FnMut()>::new(move || failed.set(true));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Self { worker, sleepers, is_silent, last: RefCell::default(), _on_tick: on_tick, _on_error: on_error }
    }

    fn sleep(&self, millis: u32) -> LocalBoxFuture<'static, ()> {
        let id = self.last.borrow().wrapping_add(1);
        self.last.replace(id);
        let order: Order = Object::new().unchecked_into();
        order.set_id(id);
        order.set_millis(millis);
        if self.worker.post_message(&order).is_err() {
            self.is_silent.set(true);
            return TimeoutFuture::new(millis).boxed_local();
        }
        let (sender, receiver) = oneshot::channel();
        self.sleepers.borrow_mut().insert(id, sender);
        let sleeper = Sleeper { id, sleepers: Rc::clone(&self.sleepers) };
        let is_silent = Rc::clone(&self.is_silent);
        let grace = if is_silent.get() { 0 } else { GRACE };
        async move {
            let _awake = sleeper;
            // The sender is dropped without a tick only together with the clock, and then nothing waits any more.
            let Either::Right(((), receiver)) = select(receiver, TimeoutFuture::new(millis + grace)).await
            else {
                return;
            };
            let is_late = grace == 0
                || matches!(select(receiver, TimeoutFuture::new(CATCH_UP)).await, Either::Right(_));
            if is_late {
                is_silent.set(true);
            }
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
        // The wait may have been dropped.
        let _ = sender.send(());
    }
}

/// Removes the entry when the wait ends or is dropped.
struct Sleeper {
    id: u32,
    sleepers: Sleepers,
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.sleepers.borrow_mut().remove(&self.id);
    }
}

/// The clock worker in the mount options, unless it isn't a worker or `web/boot.js` has marked it as failed.
pub(crate) fn worker_in(options: &JsValue) -> Option<Worker> {
    let worker: Worker = Reflect::get(options, &"clock".into()).ok()?.dyn_into().ok()?;
    let has_failed = Reflect::get(&worker, &"hasFailed".into()).is_ok_and(|failed| failed.is_truthy());
    (!has_failed).then_some(worker)
}

#[cfg(test)]
mod tests {
    use super::*;
    use js_sys::{Array, Function};
    use pingone::time::Millis;
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
    use web_sys::{Blob, Url};

    wasm_bindgen_test_configure!(run_in_browser);

    /// A fake worker. `post` is the body of its `postMessage`.
    fn stand_in(post: &str) -> Worker {
        let worker = Object::new();
        let post = Function::new_with_args("order", post);
        Reflect::set(&worker, &"postMessage".into(), &post).unwrap();
        worker.unchecked_into()
    }

    const TICKS: &str = "setTimeout(() => this.onmessage({ data: order.id }), order.millis)";

    fn clock(post: &str) -> BrowserClock {
        BrowserClock::new(Some(stand_in(post)))
    }

    async fn waits(clock: &BrowserClock, millis: u64) -> u64 {
        let began = clock.now();
        clock.sleep_until(began + Millis(millis)).await;
        began.until(clock.now()).0
    }

    #[wasm_bindgen_test]
    async fn waits_use_a_working_worker() {
        let clock = clock(TICKS);
        assert!(waits(&clock, 30).await >= 29);
        assert!(clock.keeps_pace_hidden());
    }

    #[wasm_bindgen_test]
    async fn waits_use_the_pages_timers_without_a_working_worker() {
        let without = BrowserClock::new(None);
        assert!(waits(&without, 30).await >= 29);
        assert!(!without.keeps_pace_hidden());
        // A silent worker, one with an unusable answer, one that rejects every message.
        for post in ["", "setTimeout(() => this.onmessage({ data: null }), 0)", "throw new Error('blocked')"]
        {
            let clock = clock(post);
            assert!(waits(&clock, 30).await >= 29, "{post}");
            assert!(!clock.keeps_pace_hidden(), "{post}");
        }
    }

    #[wasm_bindgen_test]
    fn a_worker_that_failed_before_is_not_used() {
        let program = Blob::new_with_str_sequence(&Array::of1(&"".into())).unwrap();
        let worker = Worker::new(&Url::create_object_url_with_blob(&program).unwrap()).unwrap();
        let options = Object::new();
        Reflect::set(&options, &"clock".into(), &worker).unwrap();
        assert!(worker_in(&options).is_some());
        Reflect::set(&worker, &"hasFailed".into(), &true.into()).unwrap();
        assert!(worker_in(&options).is_none());
    }

    #[wasm_bindgen_test]
    async fn a_worker_that_fails_counts_as_silent() {
        let worker = stand_in("");
        let clock = BrowserClock::new(Some(worker.clone()));
        assert!(clock.keeps_pace_hidden());
        worker.onerror().unwrap().call0(&worker).unwrap();
        assert!(!clock.keeps_pace_hidden());
    }

    #[wasm_bindgen_test]
    async fn a_worker_that_stops_and_recovers_is_noticed() {
        let clock = clock(&format!("if (!globalThis.isTickSilent) {TICKS}"));
        waits(&clock, 10).await;
        assert!(clock.keeps_pace_hidden());
        Reflect::set(&js_sys::global(), &"isTickSilent".into(), &true.into()).unwrap();
        assert!(waits(&clock, 10).await >= 9);
        assert!(!clock.keeps_pace_hidden());
        assert!(waits(&clock, 10).await >= 9);
        assert!(!clock.keeps_pace_hidden());
        Reflect::set(&js_sys::global(), &"isTickSilent".into(), &false.into()).unwrap();
        waits(&clock, 10).await;
        TimeoutFuture::new(100).await;
        assert!(clock.keeps_pace_hidden());
    }

    #[wasm_bindgen_test]
    async fn a_working_worker_does_not_count_as_silent_after_the_page_was_busy() {
        let program = Array::of1(&include_str!("../../web/tick.js").into());
        let program = Blob::new_with_str_sequence(&program).unwrap();
        let worker = Worker::new(&Url::create_object_url_with_blob(&program).unwrap()).unwrap();
        let clock = BrowserClock::new(Some(worker));
        let wait = clock.sleep_until(clock.now() + Millis(10));
        let busy = Function::new_no_args("const end = Date.now() + 1300; while (Date.now() < end) {}");
        busy.call0(&JsValue::NULL).unwrap();
        wait.await;
        assert!(clock.keeps_pace_hidden());
    }
}
