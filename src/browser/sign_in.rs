//! Signing in with PingOne: leaving the page, and the answer after the return.

mod window;

use futures::future::{FutureExt, LocalBoxFuture};
use http::Method;
use pingone::transport::{Response, TransportError};
use pingone_mfa_core::ports::{SignIn, SignInWindow};
use pingone_mfa_core::sign_in::protocol::CHANCE;
use wasm_bindgen::JsValue;
use web_sys::{RequestMode, RequestRedirect, Storage, Window};
use window::BrowserWindow;
use zeroize::Zeroizing;

use super::fetch::received;
use super::guarded_fetch::{request, send};
use super::panic;

/// Key of the sign-in attempt in session storage. It is kept for this tab until the attempt ends.
const KEY: &str = "pingone-mfa:sign-in";

pub(crate) struct BrowserSignIn {
    /// Whether this page belongs to the product, so that it may be left.
    owns_page: bool,
    /// The redirect URI, if it is on this origin.
    redirect_uri: Option<String>,
    answer: Option<Zeroizing<String>>,
}

impl BrowserSignIn {
    pub(crate) fn new(owns_page: bool, redirect_uri: Option<String>, answer: Option<String>) -> Self {
        Self { owns_page, redirect_uri, answer: answer.map(Zeroizing::new) }
    }

    /// The window, if the page may be left.
    fn window(&self) -> Option<Window> {
        web_sys::window().filter(|window| self.owns_page && is_top(window))
    }

    fn storage(&self) -> Option<Storage> {
        self.window()?.session_storage().ok()?
    }
}

fn is_top(window: &Window) -> bool {
    window.top().ok().flatten().is_some_and(|top| top == *window)
}

impl SignIn for BrowserSignIn {
    fn redirect_uri(&self) -> Option<String> {
        self.redirect_uri.clone()
    }

    fn can_leave(&self) -> bool {
        self.window().is_some()
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

    fn open(&self, address: &str) -> Option<Box<dyn SignInWindow>> {
        BrowserWindow::open(address).map(|window| Box::new(window) as Box<dyn SignInWindow>)
    }

    fn post(
        &self,
        address: &str,
        form: Zeroizing<String>,
    ) -> LocalBoxFuture<'static, Result<Response, TransportError>> {
        let request = request(address, RequestMode::Cors)
            .method(Method::POST)
            .redirect(RequestRedirect::Error)
            .header("Accept", "application/json")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(JsValue::from_str(&form));
        async move {
            if panic::has_happened() {
                return Err(TransportError::Unreachable);
            }
            let request = request.map_err(|_| TransportError::Unreachable)?;
            received(&send(request).await.ok_or(TransportError::Unreachable)?).await
        }
        .boxed_local()
    }
}
