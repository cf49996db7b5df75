//! The browser's `fetch`, whatever stands in its place. A host page may have wrapped it, and such a wrapper can throw,
//! reject with anything and resolve with anything. So nothing here is taken for what its type says: every call may throw,
//! and whatever isn't a `Response` that can be read is no answer.

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    ReferrerPolicy, Request, RequestCache, RequestCredentials, RequestInit, RequestMode, Response,
};

#[wasm_bindgen]
extern "C" {
    /// Looked up at each call: the page may replace it at any time.
    #[wasm_bindgen(catch)]
    fn fetch(request: &Request) -> Result<JsValue, JsValue>;

    type Headers;

    #[wasm_bindgen(method, catch)]
    fn get(this: &Headers, name: &str) -> Result<JsValue, JsValue>;

    type Stream;

    #[wasm_bindgen(method, catch, js_name = "getReader")]
    fn reader(this: &Stream) -> Result<Reader, JsValue>;

    /// Reads a body piece by piece.
    pub(super) type Reader;

    #[wasm_bindgen(method, catch, js_name = "read")]
    fn next(this: &Reader) -> Result<JsValue, JsValue>;
}

/// What every request has in common: no cookies, nothing kept, no referrer.
pub(super) fn options(mode: RequestMode) -> RequestInit {
    let options = RequestInit::new();
    options.set_mode(mode);
    options.set_credentials(RequestCredentials::Omit);
    options.set_cache(RequestCache::NoStore);
    options.set_referrer_policy(ReferrerPolicy::NoReferrer);
    options
}

pub(super) fn set_headers(options: &RequestInit, headers: &[(&str, &str)]) {
    let fields = Object::new();
    for (name, value) in headers {
        // A plain object takes any property.
        let _ = Reflect::set(&fields, &(*name).into(), &(*value).into());
    }
    options.set_headers(&fields);
}

/// An answer of which the status could be read.
pub(super) struct Answer {
    pub(super) status: u16,
    response: JsValue,
}

/// Sends a request. `None` where no answer came that can be read, for whatever reason.
pub(super) async fn send(address: &str, options: &RequestInit) -> Option<Answer> {
    let request = Request::new_with_str_and_init(address, options).ok()?;
    let response = settled(fetch(&request)).await?;
    let status = response.is_instance_of::<Response>().then(|| Reflect::get(&response, &"status".into()))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
    let status = status.ok()?.as_f64()? as u16;
    Some(Answer { status, response })
}

/// What a call that should have returned a promise comes to; `None` where it throws or rejects.
pub(super) async fn settled(called: Result<JsValue, JsValue>) -> Option<JsValue> {
    JsFuture::from(Promise::resolve(&called.ok()?)).await.ok()
}

impl Answer {
    fn part(&self, name: &str) -> Option<JsValue> {
        Reflect::get(&self.response, &name.into()).ok()
    }

    pub(super) fn header(&self, name: &str) -> Option<String> {
        self.part("headers")?.unchecked_into::<Headers>().get(name).ok()?.as_string()
    }

    /// The body's reader; `Ok(None)` where there is no body.
    ///
    /// # Errors
    /// The body can't be read, for example because a wrapper has read it already.
    pub(super) fn reader(&self) -> Result<Option<Reader>, JsValue> {
        let body = Reflect::get(&self.response, &"body".into())?;
        if body.is_null() || body.is_undefined() {
            return Ok(None);
        }
        body.unchecked_into::<Stream>().reader().map(Some)
    }
}

impl Reader {
    /// The next piece of the body, as `{ done, value }`.
    pub(super) async fn piece(&self) -> Option<JsValue> {
        settled(self.next()).await
    }
}
