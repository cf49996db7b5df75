//! The browser's `fetch`, hardened against wrappers. A host page may have replaced `fetch` with a function that
//! throws, rejects with any value or resolves with any value. So no declared type is trusted: every call may throw,
//! and anything that isn't a readable `Response` counts as no response.

use gloo_net::http::{Request, RequestBuilder};
use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReferrerPolicy, RequestCache, RequestCredentials, RequestMode, Response};

#[wasm_bindgen]
extern "C" {
    /// Looked up for each call, because the host page may replace it at any time.
    #[wasm_bindgen(catch)]
    fn fetch(request: &web_sys::Request) -> Result<JsValue, JsValue>;

    /// What should be a `Response`.
    type Received;

    #[wasm_bindgen(method, getter, catch)]
    fn status(this: &Received) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, catch)]
    fn headers(this: &Received) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, catch)]
    fn body(this: &Received) -> Result<JsValue, JsValue>;

    type Headers;

    #[wasm_bindgen(method, catch)]
    fn get(this: &Headers, name: &str) -> Result<JsValue, JsValue>;

    type Stream;

    #[wasm_bindgen(method, catch, js_name = "getReader")]
    fn reader(this: &Stream) -> Result<Reader, JsValue>;

    /// Reads a body in chunks.
    pub(super) type Reader;

    #[wasm_bindgen(method, catch, js_name = "read")]
    fn next(this: &Reader) -> Result<JsValue, JsValue>;

    /// What reading a chunk resolves with.
    pub(super) type Piece;

    #[wasm_bindgen(method, getter, catch)]
    pub(super) fn done(this: &Piece) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, catch)]
    pub(super) fn value(this: &Piece) -> Result<JsValue, JsValue>;
}

/// Settings of every request: no cookies, no cache, no referrer.
pub(super) fn request(address: &str, mode: RequestMode) -> RequestBuilder {
    RequestBuilder::new(address)
        .mode(mode)
        .credentials(RequestCredentials::Omit)
        .cache(RequestCache::NoStore)
        .referrer_policy(ReferrerPolicy::NoReferrer)
}

/// A response whose status could be read.
pub(super) struct Answer {
    pub(super) status: u16,
    received: Received,
}

/// Sends a request. `None` without a readable response, for any reason. gloo-net's own `send` panics if a
/// wrapper rejects with a value that isn't an `Error` or resolves with one that isn't a `Response`.
pub(super) async fn send(request: Request) -> Option<Answer> {
    let response = settled(fetch(&request.into())).await?;
    if !response.is_instance_of::<Response>() {
        return None;
    }
    let received: Received = response.unchecked_into();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
    let status = received.status().ok()?.as_f64()? as u16;
    Some(Answer { status, received })
}

/// The result of a call that should have returned a promise; `None` if it throws or rejects.
pub(super) async fn settled(called: Result<JsValue, JsValue>) -> Option<JsValue> {
    JsFuture::from(Promise::resolve(&called.ok()?)).await.ok()
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<String> {
        self.received.headers().ok()?.unchecked_into::<Headers>().get(name).ok()?.as_string()
    }

    /// The body's reader; `Ok(None)` without a body.
    ///
    /// # Errors
    /// The body can't be read, for example because a wrapper has read it already.
    pub(super) fn reader(&self) -> Result<Option<Reader>, JsValue> {
        let body = self.received.body()?;
        if body.is_null() || body.is_undefined() {
            return Ok(None);
        }
        body.unchecked_into::<Stream>().reader().map(Some)
    }
}

impl Reader {
    /// The next chunk of the body.
    pub(super) async fn piece(&self) -> Option<Piece> {
        settled(self.next()).await.map(JsCast::unchecked_into)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fetch::FetchTransport;
    use super::*;
    use js_sys::{Function, Reflect, global};
    use pingone::endpoint::Endpoint;
    use pingone::environment::EnvironmentId;
    use pingone::region::{Region, RegionCode};
    use pingone::request::{Method, Request};
    use pingone::tenant::Tenant;
    use pingone::token::Secret;
    use pingone::transport::{Response, Transport, TransportError};
    use pingone_mfa_core::ports::TokenHolder;
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
    use zeroize::Zeroizing;

    wasm_bindgen_test_configure!(run_in_browser);

    fn request() -> Request {
        let region = Region {
            code: RegionCode("TEST".into()),
            label: "Test".into(),
            api_base: "https://api.test.invalid/v1".into(),
            auth_base: "https://auth.test.invalid".into(),
            pingone: None,
        };
        let tenant = Tenant { region, environment: EnvironmentId(uuid::Uuid::nil()) };
        let endpoint = Endpoint::environment(&tenant);
        Request { method: Method::Put, endpoint, body: Some(b"{}".to_vec()) }
    }

    /// The result of a request while `wrapper` replaces the page's `fetch`.
    async fn sent_through(wrapper: &str) -> Result<Response, TransportError> {
        let real = Reflect::get(&global(), &"fetch".into()).unwrap();
        let replacement = Function::new_no_args(&format!("return {wrapper}")).call0(&JsValue::NULL).unwrap();
        Reflect::set(&global(), &"fetch".into(), &replacement).unwrap();
        let transport = FetchTransport::default();
        transport.hold(Secret::new(Zeroizing::new("t".into())));
        let answer = transport.send(request()).await;
        Reflect::set(&global(), &"fetch".into(), &real).unwrap();
        answer
    }

    #[wasm_bindgen_test]
    async fn invalid_results_of_a_wrapped_fetch_count_as_no_response() {
        for wrapper in [
            "() => Promise.reject('offline')",
            "() => Promise.reject(undefined)",
            "() => Promise.reject(null)",
            "() => Promise.reject(7)",
            "() => Promise.reject({ message: 'no Error' })",
            "() => Promise.reject(Symbol('no'))",
            "() => Promise.reject(Object.create(null))",
            "() => { throw 'offline'; }",
            "() => { throw undefined; }",
            "() => { throw new TypeError('blocked'); }",
            "() => undefined",
            "() => 'an answer'",
            "async () => undefined",
            "async () => null",
            "async () => 200",
            "async () => ({ status: 200, ok: true, headers: new Headers(), body: null, json: async () => ({}) })",
            "async () => new (class Answer { status = 200; })()",
            "async () => Object.create(Response.prototype)",
            "async () => new Proxy(new Response('{}'), {})",
            "async () => new Error('not rejected but answered')",
            "() => ({ then: (_, no) => no('a thenable') })",
            "() => ({ then() { throw 'a thenable'; } })",
            "undefined",
            "{}",
        ] {
            assert_eq!(sent_through(wrapper).await.unwrap_err(), TransportError::Unreachable, "{wrapper}");
        }
    }

    #[wasm_bindgen_test]
    async fn a_body_that_a_wrapper_has_read_or_corrupted_is_cut() {
        for wrapper in [
            "async () => { const answer = new Response('{}'); await answer.text(); return answer; }",
            "async () => { const answer = new Response('{}'); answer.body.getReader(); return answer; }",
            "async () => Object.defineProperty(new Response('{}'), 'body', { value: {} })",
            "async () => Object.defineProperty(new Response('{}'), 'body', { value: 'text' })",
            "async () => Object.defineProperty(new Response('{}'), 'body', { get() { throw 'no'; } })",
            "async () => Object.defineProperty(new Response('{}'), 'body', { value: { getReader: () => undefined } })",
            "async () => Object.defineProperty(new Response('{}'), 'body', { value: { getReader: () => ({ read: () => undefined }) } })",
            "async () => Object.defineProperty(new Response('{}'), 'body', { value: { getReader: () => ({ read() { throw 1; } }) } })",
            "async () => new Response(new ReadableStream({ start(it) { it.enqueue('text'); it.close(); } }))",
            "async () => new Response(new ReadableStream({ start(it) { it.error('broken'); } }))",
        ] {
            let answer = sent_through(wrapper).await;
            assert!(matches!(answer, Err(TransportError::BodyCut(_))), "{wrapper}: {answer:?}");
        }
    }

    #[wasm_bindgen_test]
    async fn a_response_that_a_wrapper_only_inspects_arrives_complete() {
        for wrapper in [
            "async () => new Response('{}', { status: 201, headers: { 'correlation-id': '00000000-0000-4000-8000-000000000001' } })",
            "async () => new (class Own extends Response {})('{}', { status: 201, headers: { 'correlation-id': '00000000-0000-4000-8000-000000000001' } })",
            "() => new Response('{}', { status: 201, headers: { 'correlation-id': '00000000-0000-4000-8000-000000000001' } })",
            "() => ({ then: (yes) => yes(new Response('{}', { status: 201, headers: { 'correlation-id': '00000000-0000-4000-8000-000000000001' } })) })",
        ] {
            let answer = sent_through(wrapper).await.unwrap();
            assert_eq!((answer.head.status, answer.body.as_slice()), (201, b"{}".as_slice()), "{wrapper}");
            assert_eq!(
                answer.head.correlation_id.as_deref(),
                Some("00000000-0000-4000-8000-000000000001"),
                "{wrapper}"
            );
        }
        let bare =
            "async () => Object.defineProperty(new Response(null, { status: 204 }), 'headers', { value: 7 })";
        let answer = sent_through(bare).await.unwrap();
        assert_eq!((answer.head.status, answer.head.correlation_id, answer.body), (204, None, Vec::new()));
    }
}
