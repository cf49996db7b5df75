//! Ensures that only one page works on a run, with the browser's Web Locks. A lock ends with its page, however the
//! page ends.

use std::rc::Rc;

use futures::channel::oneshot;
use futures::future::{Either, FutureExt, LocalBoxFuture, pending, select};
use js_sys::{Function, Object, Promise, Reflect};
use pingone::clock::Clock;
use pingone::time::Millis;
use pingone::time_limit::within;
use pingone_mfa_core::run::ports::{Held, Lease, Taken};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// A navigator with locks. In web-sys they are unstable.
    type Lender;

    #[wasm_bindgen(method, getter)]
    fn locks(this: &Lender) -> Option<Locks>;

    type Locks;

    #[wasm_bindgen(method, catch)]
    fn request(this: &Locks, name: &str, options: &Object, granted: &Function) -> Result<JsValue, JsValue>;
}

/// The browser's locks. A page that was loaded over plain HTTP has none.
pub(crate) struct BrowserLease(pub(crate) Rc<dyn Clock>);

/// Time limit for the browser, which only has to check who holds the lock.
const LIMIT: Millis = Millis::seconds(5);

impl Lease for BrowserLease {
    fn take(&self, name: &str, steal: bool) -> LocalBoxFuture<'static, Taken> {
        let (asked, clock) = (ask(name, steal), Rc::clone(&self.0));
        async move {
            match asked {
                // After the time limit the pending answer is dropped, so a lock that is granted late is released.
                Ok(asked) => within(&*clock, LIMIT, Box::pin(asked.answer())).await.unwrap_or(Taken::Silent),
                Err(_) => Taken::Unavailable,
            }
        }
        .boxed_local()
    }
}

/// A requested lock.
struct Asked {
    /// `None` if another page holds it.
    granted: oneshot::Receiver<Option<Release>>,
    /// Resolves when the lock ends, or when the browser refuses the request.
    ended: JsFuture,
}

fn ask(name: &str, steal: bool) -> Result<Asked, JsValue> {
    let navigator = web_sys::window().ok_or(JsValue::NULL)?.navigator();
    let locks = navigator.unchecked_ref::<Lender>().locks().ok_or(JsValue::NULL)?;
    let options = Object::new();
    let manner = if steal { "steal" } else { "ifAvailable" };
    Reflect::set(&options, &manner.into(), &true.into())?;
    let (sender, granted) = oneshot::channel();
    let grant = Closure::once_into_js(move |lock: JsValue| grant(&lock, sender));
    let ended = locks.request(name, &options, grant.unchecked_ref())?;
    let ended = JsFuture::from(Promise::resolve(&ended));
    Ok(Asked { granted, ended })
}

/// The browser holds the lock until the returned promise resolves.
fn grant(lock: &JsValue, sender: oneshot::Sender<Option<Release>>) -> Promise {
    let mut release = None;
    let held = Promise::new(&mut |resolve, _| release = Some(Release(resolve)));
    // If it can't be sent, the release is dropped here, which releases the lock.
    let _ = sender.send(release.filter(|_| !lock.is_null()));
    held
}

impl Asked {
    async fn answer(self) -> Taken {
        match select(self.granted, self.ended).await {
            Either::Left((Ok(Some(release)), ended)) => Taken::Held(held(ended, release)),
            Either::Left((Ok(None), _)) => Taken::Elsewhere,
            Either::Left((Err(_), _)) | Either::Right(_) => Taken::Unavailable,
        }
    }
}

fn held(ended: JsFuture, release: Release) -> Held {
    let lost = async move {
        // The promise that holds the lock never rejects, so a rejection means that the lock was stolen.
        if ended.await.is_ok() {
            pending::<()>().await;
        }
    };
    // Fused, because it may be polled after it has resolved.
    Held::new(lost.fuse().boxed_local(), release)
}

/// Releases the lock when it is dropped.
struct Release(Function);

impl Drop for Release {
    fn drop(&mut self) {
        // Resolving a promise doesn't throw.
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::browser::clock::BrowserClock;
    use futures::poll;
    use gloo_timers::future::TimeoutFuture;
    use std::task::Poll;
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    wasm_bindgen_test_configure!(run_in_browser);

    fn lease() -> BrowserLease {
        BrowserLease(Rc::new(BrowserClock::new(None)))
    }

    async fn take(name: &str) -> Option<Held> {
        match lease().take(name, false).await {
            Taken::Held(held) => Some(held),
            Taken::Elsewhere => None,
            Taken::Unavailable | Taken::Silent => panic!("no locks"),
        }
    }

    async fn steal(name: &str) -> Held {
        match lease().take(name, true).await {
            Taken::Held(held) => held,
            Taken::Elsewhere | Taken::Unavailable | Taken::Silent => panic!("not stolen"),
        }
    }

    #[wasm_bindgen_test]
    async fn a_lease_is_refused_while_it_is_held_and_available_after_it_is_dropped() {
        let first = take("held").await.unwrap();
        assert!(take("held").await.is_none());
        assert!(take("another name").await.is_some());
        drop(first);
        // The browser releases the lock in its own task.
        TimeoutFuture::new(50).await;
        assert!(take("held").await.is_some());
    }

    #[wasm_bindgen_test]
    async fn only_the_previous_holder_of_a_stolen_lease_is_notified() {
        let mut first = take("stolen").await.unwrap();
        assert_eq!(poll!(&mut first.lost), Poll::Pending);
        let mut second = steal("stolen").await;
        first.lost.as_mut().await;
        assert_eq!(poll!(&mut first.lost), Poll::Pending, "it is told once");
        drop(first);
        TimeoutFuture::new(50).await;
        assert_eq!(poll!(&mut second.lost), Poll::Pending);
        assert!(take("stolen").await.is_none(), "the first one's end gives nothing back");
    }

    #[wasm_bindgen_test]
    async fn a_free_lease_can_be_stolen_too() {
        let held = steal("free").await;
        assert!(take("free").await.is_none());
        drop(held);
    }

    #[wasm_bindgen_test]
    async fn a_lease_without_a_waiting_caller_is_released() {
        drop(lease().take("not waited for", false));
        TimeoutFuture::new(50).await;
        assert!(take("not waited for").await.is_some());
    }

    #[wasm_bindgen_test]
    async fn a_rejected_lock_request_makes_the_lease_unavailable() {
        // Names that start with a hyphen are reserved, so the request is rejected.
        assert!(matches!(lease().take("-reserved", false).await, Taken::Unavailable));
    }

    #[wasm_bindgen_test]
    async fn a_lock_request_without_a_response_times_out() {
        let locks = js_sys::eval("LockManager.prototype").unwrap();
        let real = Reflect::get(&locks, &"request".into()).unwrap();
        let replace = |with: &JsValue| Reflect::set(&locks, &"request".into(), with).unwrap();
        for (request, is_silent) in [
            ("(() => new Promise(() => {}))", true),
            ("(() => ({ then() {} }))", true),
            ("(() => 7)", false),
            ("(() => Promise.reject('no'))", false),
            ("(() => { throw 'no'; })", false),
        ] {
            replace(&js_sys::eval(request).unwrap());
            let taken = lease().take("silent", false).await;
            assert_eq!(matches!(taken, Taken::Silent), is_silent, "{request}");
            assert!(matches!(taken, Taken::Silent | Taken::Unavailable), "{request}");
        }
        replace(&real);
        assert!(take("silent").await.is_some());
    }
}
