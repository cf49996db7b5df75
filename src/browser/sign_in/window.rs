//! The sign-in window, and the answer that it sends back to this origin (`web/boot.js` does so).
//!
//! The answer comes by window message or broadcast channel, because neither always works: with a strict opener policy
//! the page is disconnected from its windows, and in a frame on another site a broadcast channel doesn't reach pages
//! outside.

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::future::{FutureExt, LocalBoxFuture, pending};
use js_sys::Reflect;
use pingone_mfa_core::ports::SignInWindow;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent, Window};
use zeroize::Zeroizing;

/// Name of the channel and kind of its messages, as in `web/boot.js`.
const KIND: &str = "pingone-mfa:sign-in";

/// Window features that open a separate window.
const FEATURES: &str = "popup,width=520,height=760";

/// The sign-in window and its listeners.
pub(super) struct BrowserWindow {
    opened: Window,
    /// False if the page is cross-origin isolated: it is disconnected from windows that it opens, which seem closed
    /// from the start.
    is_in_sight: bool,
    stays_open: bool,
    answers: UnboundedReceiver<Zeroizing<String>>,
    page: Window,
    channel: Option<BroadcastChannel>,
    heard: Closure<dyn Fn(MessageEvent)>,
}

impl BrowserWindow {
    pub(super) fn open(address: &str) -> Option<Self> {
        let page = web_sys::window()?;
        let opened =
            page.open_with_url_and_target_and_features(address, "_blank", FEATURES).ok().flatten()?;
        let origin = page.location().origin().ok()?;
        let (sender, answers) = unbounded();
        let heard =
            Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| hear(&event, &origin, &sender));
        let listener = heard.as_ref().unchecked_ref();
        page.add_event_listener_with_callback("message", listener).ok()?;
        let channel = BroadcastChannel::new(KIND).ok();
        if let Some(channel) = &channel {
            channel.set_onmessage(Some(listener));
        }
        let is_isolated = Reflect::get(&page, &"crossOriginIsolated".into()).is_ok_and(|yes| yes.is_truthy());
        let is_in_sight = !is_isolated;
        Some(Self { opened, is_in_sight, stays_open: false, answers, page, channel, heard })
    }
}

/// Accepts only messages of this origin. The sign-in state tells whether one belongs to this attempt.
fn hear(event: &MessageEvent, origin: &str, sender: &UnboundedSender<Zeroizing<String>>) {
    if event.origin() != origin {
        return;
    }
    let data = event.data();
    let text = |name: &str| Reflect::get(&data, &JsValue::from_str(name)).ok()?.as_string();
    let is_ours = data.is_object() && text("kind").as_deref() == Some(KIND);
    if let Some(answer) = is_ours.then(|| text("answer")).flatten() {
        // If nothing waits for the answer any more, it isn't needed.
        let _ = sender.unbounded_send(Zeroizing::new(answer));
    }
}

impl SignInWindow for BrowserWindow {
    fn answer(&mut self) -> LocalBoxFuture<'_, Zeroizing<String>> {
        async move {
            match self.answers.next().await {
                Some(answer) => answer,
                None => pending().await,
            }
        }
        .boxed_local()
    }

    fn is_gone(&self) -> bool {
        self.is_in_sight && self.opened.closed().unwrap_or(true)
    }

    fn leave_open(mut self: Box<Self>) {
        self.stays_open = true;
    }
}

impl Drop for BrowserWindow {
    fn drop(&mut self) {
        let listener = self.heard.as_ref().unchecked_ref();
        // If the listener can't be removed, it was never added.
        let _ = self.page.remove_event_listener_with_callback("message", listener);
        if let Some(channel) = &self.channel {
            channel.set_onmessage(None);
            channel.close();
        }
        if !self.stays_open {
            // If the page is disconnected from the window, the window closes itself after the return.
            let _ = self.opened.close();
        }
    }
}
