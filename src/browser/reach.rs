//! Network diagnosis: which endpoints the browser can reach, without a token and without a preflight.

use std::cell::Cell;
use std::rc::Rc;

use futures::future::{FutureExt, LocalBoxFuture, join3};
use gloo_timers::future::TimeoutFuture;
use pingone::clock::Clock;
use pingone::endpoint::Endpoint;
use pingone::time::Millis;
use pingone::time_limit::within;
use pingone_mfa_core::diagnosis::evidence::{PlainResult, Reach};
use pingone_mfa_core::diagnosis::probe::NetworkProbe;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, RequestMode, SecurityPolicyViolationEvent, SecurityPolicyViolationEventDisposition};

use super::guarded_fetch::{request, send};

/// The browser's `fetch`, with the clock for its time limit.
pub(crate) struct BrowserReaching(pub(crate) Rc<dyn Clock>);

/// Time limit for a response.
const PATIENCE: Millis = Millis::seconds(8);

/// How long after a refused request the browser reports a policy violation, in milliseconds.
const LATE: u32 = 100;

const VIOLATION: &str = "securitypolicyviolation";

impl NetworkProbe for BrowserReaching {
    fn reach(&self, endpoint: &Endpoint) -> LocalBoxFuture<'static, Reach> {
        let (api, clock) = (endpoint.as_str().to_owned(), Rc::clone(&self.0));
        async move {
            let window = web_sys::window();
            let is_online = window.as_ref().is_none_or(|window| window.navigator().on_line());
            let own = window.map(|window| window.location()).and_then(|location| {
                Some(format!("{}{}", location.origin().ok()?, location.pathname().ok()?))
            });
            // The same request twice: in the first, any response counts, readable or not; the second must be
            // readable.
            let host = status(&*clock, &api, RequestMode::NoCors);
            let readable = status(&*clock, &api, RequestMode::Cors);
            let page = async {
                match &own {
                    Some(own) => status(&*clock, own, RequestMode::SameOrigin).await,
                    None => None,
                }
            };
            let forbidden = Forbidden::watch(&api);
            let (host, readable, page) = join3(host, readable, page).await;
            let host = if host.is_some() || readable.is_some() {
                PlainResult::Answered
            } else if forbidden.was_seen().await {
                PlainResult::Forbidden
            } else {
                PlainResult::Unanswered
            };
            Reach { is_online, page: page.is_some(), host, readable }
        }
        .boxed_local()
    }
}

/// Detects whether the page's content security policy blocks an address. The browser reports it only in an event.
struct Forbidden {
    document: Option<Document>,
    is_seen: Rc<Cell<bool>>,
    heard: Closure<dyn Fn(SecurityPolicyViolationEvent)>,
}

impl Forbidden {
    fn watch(api: &str) -> Self {
        let is_seen = Rc::new(Cell::new(false));
        let (seen, api) = (Rc::clone(&is_seen), api.to_owned());
        let heard = Closure::new(move |event: SecurityPolicyViolationEvent| {
            let is_enforced = event.disposition() == SecurityPolicyViolationEventDisposition::Enforce;
            // A browser reports the address or only its origin.
            let blocked = event.blocked_uri();
            let is_ours = !blocked.is_empty() && api.starts_with(&blocked);
            if is_enforced && is_ours && event.effective_directive() == "connect-src" {
                seen.set(true);
            }
        });
        let document = web_sys::window().and_then(|window| window.document());
        if let Some(document) = &document {
            // Without the listener no violation is seen, and another cause is reported.
            let _ = document.add_event_listener_with_callback(VIOLATION, heard.as_ref().unchecked_ref());
        }
        Self { document, is_seen, heard }
    }

    /// Waits first, because the event comes slightly after the failure.
    async fn was_seen(self) -> bool {
        TimeoutFuture::new(LATE).await;
        self.is_seen.get()
    }
}

impl Drop for Forbidden {
    fn drop(&mut self) {
        if let Some(document) = &self.document {
            let _ =
                document.remove_event_listener_with_callback(VIOLATION, self.heard.as_ref().unchecked_ref());
        }
    }
}

/// The status of the response to a simple GET, 0 for an unreadable one; `None` without a response.
async fn status(clock: &dyn Clock, url: &str, mode: RequestMode) -> Option<u16> {
    let request = request(url, mode).build().ok()?;
    let answer = within(clock, PATIENCE, Box::pin(send(request))).await;
    answer.ok().flatten().map(|answer| answer.status)
}
