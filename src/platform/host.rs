//! The document and the clipboard.

use futures::future::{FutureExt, LocalBoxFuture};
use pingone_mfa_core::port::Host;
use wasm_bindgen_futures::JsFuture;

/// The browser's window.
pub(crate) struct BrowserHost;

impl Host for BrowserHost {
    fn set_title(&self, title: &str) {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            document.set_title(title);
        }
    }

    fn copy(&self, text: String) -> LocalBoxFuture<'static, bool> {
        async move {
            let Some(window) = web_sys::window() else { return false };
            // Without a secure context there is no clipboard, and touching it would throw.
            if !window.is_secure_context() {
                return false;
            }
            JsFuture::from(window.navigator().clipboard().write_text(&text)).await.is_ok()
        }
        .boxed_local()
    }
}
