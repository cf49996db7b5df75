//! The way to PingOne and back, where somebody signs in.

use futures::future::{FutureExt, LocalBoxFuture};
use gloo_net::http::RequestBuilder;
use http::Method as HttpMethod;
use pingone_mfa_core::api::sign_in::CHANCE;
use pingone_mfa_core::api::{Lost, Response};
use pingone_mfa_core::port::SignIn;
use wasm_bindgen::JsValue;
use web_sys::{
    ReferrerPolicy, RequestCache, RequestCredentials, RequestMode, RequestRedirect, Storage, Window,
};
use zeroize::Zeroizing;

use super::fetch::received;

/// What an attempt is kept under, in this tab and until it ends.
const KEY: &str = "pingone-mfa:sign-in";

/// The browser's window.
pub(crate) struct BrowserSignIn {
    /// Whether the page is this product's own, so that it may be left.
    owns_page: bool,
    answer: Option<Zeroizing<String>>,
}

impl BrowserSignIn {
    pub(crate) fn new(owns_page: bool, answer: Option<String>) -> Self {
        Self { owns_page, answer: answer.map(Zeroizing::new) }
    }

    fn window(&self) -> Option<Window> {
        web_sys::window().filter(|_| self.owns_page)
    }

    fn storage(&self) -> Option<Storage> {
        self.window()?.session_storage().ok()?
    }
}

impl SignIn for BrowserSignIn {
    fn redirect_uri(&self) -> Option<String> {
        let location = self.window()?.location();
        Some(format!("{}{}", location.origin().ok()?, location.pathname().ok()?))
    }

    fn chance(&self) -> Option<[u8; CHANCE]> {
        let mut chance = [0; CHANCE];
        let crypto = web_sys::window()?.crypto().ok()?;
        crypto.get_random_values_with_u8_array(&mut chance).ok()?;
        Some(chance)
    }

    fn keep(&self, attempt: &str) -> bool {
        self.storage().is_some_and(|storage| storage.set_item(KEY, attempt).is_ok())
    }

    fn take(&self) -> Option<String> {
        let storage = self.storage()?;
        let attempt = storage.get_item(KEY).ok().flatten();
        storage.remove_item(KEY).ok()?;
        attempt
    }

    fn leave(&self, address: &str) -> bool {
        self.window().is_some_and(|window| window.location().assign(address).is_ok())
    }

    fn answer(&self) -> Option<Zeroizing<String>> {
        self.answer.clone()
    }

    fn exchange(
        &self,
        address: &str,
        form: Zeroizing<String>,
    ) -> LocalBoxFuture<'static, Result<Response, Lost>> {
        let request = RequestBuilder::new(address)
            .method(HttpMethod::POST)
            .mode(RequestMode::Cors)
            .credentials(RequestCredentials::Omit)
            .cache(RequestCache::NoStore)
            .redirect(RequestRedirect::Error)
            .referrer_policy(ReferrerPolicy::NoReferrer)
            .header("Accept", "application/json")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(JsValue::from_str(&form));
        async move {
            let response = request.map_err(|_| Lost::Unreachable)?.send().await;
            received(&response.map_err(|_| Lost::Unreachable)?).await
        }
        .boxed_local()
    }
}
