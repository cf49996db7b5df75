//! The host page of the element: its token provider and the events sent to it.

use futures::future::{FutureExt, LocalBoxFuture};
use js_sys::{Function, JSON, Promise, Reflect};
use pingone_mfa_core::embedding::frame::HostNotice;
use pingone_mfa_core::embedding::host_events::Reason;
use pingone_mfa_core::ports::Embedder;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use zeroize::Zeroizing;

/// The host page, through the functions of `web/element.js`: `givesTokens()`, `provide(reason)`, `tell(message)` and
/// `permits(message)`.
pub(crate) struct PageEmbedder {
    options: JsValue,
}

impl PageEmbedder {
    pub(crate) fn new(options: &JsValue) -> Self {
        Self { options: options.clone() }
    }

    fn call(&self, name: &str, with: &JsValue) -> Option<JsValue> {
        let function: Function = Reflect::get(&self.options, &name.into()).ok()?.dyn_into().ok()?;
        function.call1(&JsValue::NULL, with).ok()
    }
}

impl Embedder for PageEmbedder {
    fn supplies_tokens(&self) -> bool {
        self.call("givesTokens", &JsValue::UNDEFINED).is_some_and(|gives| gives.is_truthy())
    }

    fn is_around_frame(&self) -> bool {
        false
    }

    fn token(&self, reason: Reason) -> LocalBoxFuture<'static, Option<Zeroizing<String>>> {
        let answer = self.call("provide", &reason.word().into());
        async move {
            let answer = JsFuture::from(Promise::resolve(&answer?)).await.ok()?;
            answer.as_string().map(Zeroizing::new)
        }
        .boxed_local()
    }

    fn tell(&self, note: &HostNotice) {
        // The core writes valid JSON.
        if let Ok(message) = JSON::parse(&note.json) {
            self.call("tell", &message);
        }
    }

    fn permits(&self, message: &str) -> bool {
        let message = JSON::parse(message).ok();
        let answer = message.and_then(|message| self.call("permits", &message));
        answer.is_none_or(|permits| permits.is_truthy())
    }
}
