//! The document and the clipboard.

use std::cell::RefCell;

use futures::future::{FutureExt, LocalBoxFuture};
use pingone_mfa_core::ports::Host;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, Location};

use super::guarded_fetch::settled;

#[wasm_bindgen]
extern "C" {
    /// A policy can leave a page without a clipboard, and then any call throws.
    type Clipboard;

    #[wasm_bindgen(method, catch, js_name = "writeText")]
    fn write_text(this: &Clipboard, text: &str) -> Result<JsValue, JsValue>;
}

pub(crate) struct BrowserHost {
    owns_page: bool,
    /// Whether the element may write the page's address.
    owns_address: bool,
    leaving: Closure<dyn Fn(Event)>,
    /// Listener for changes of the address.
    moved: RefCell<Option<Closure<dyn Fn()>>>,
}

const LEAVING: &str = "beforeunload";

const MOVED: &str = "hashchange";

impl BrowserHost {
    pub(crate) fn new(owns_page: bool, owns_address: bool) -> Self {
        let leaving = Closure::new(|event: Event| event.prevent_default());
        Self { owns_page, owns_address, leaving, moved: RefCell::default() }
    }

    fn location(&self) -> Option<Location> {
        web_sys::window().filter(|_| self.owns_address).map(|window| window.location())
    }
}

impl Drop for BrowserHost {
    fn drop(&mut self) {
        self.ask_before_leaving(false);
        if let (Some(window), Some(moved)) = (web_sys::window(), self.moved.take()) {
            // A valid listener can't make this throw.
            let _ = window.remove_event_listener_with_callback(MOVED, moved.as_ref().unchecked_ref());
        }
    }
}

impl Host for BrowserHost {
    fn owns_page(&self) -> bool {
        self.owns_page
    }

    fn set_title(&self, title: &str) {
        let window = web_sys::window().filter(|_| self.owns_page);
        if let Some(document) = window.and_then(|window| window.document()) {
            document.set_title(title);
        }
    }

    fn address(&self) -> String {
        self.location().and_then(|location| location.hash().ok()).unwrap_or_default()
    }

    fn set_address(&self, text: &str) {
        if let Some(location) = self.location() {
            // If the browser refuses, the page only shows an older address.
            let _ = location.set_hash(text);
        }
    }

    fn on_address(&self, then: Box<dyn Fn(String)>) {
        let (Some(window), true) = (web_sys::window(), self.owns_address) else { return };
        let location = window.location();
        let changed = Closure::<dyn Fn()>::new(move || then(location.hash().unwrap_or_default()));
        let listener = changed.as_ref().unchecked_ref();
        // A valid listener can't make this throw.
        let _ = window.add_event_listener_with_callback(MOVED, listener);
        self.moved.replace(Some(changed));
    }

    fn ask_before_leaving(&self, asks: bool) {
        let Some(window) = web_sys::window() else { return };
        let listener = self.leaving.as_ref().unchecked_ref();
        // A valid listener can't make this throw, and it is registered only once.
        let _ = if asks {
            window.add_event_listener_with_callback(LEAVING, listener)
        } else {
            window.remove_event_listener_with_callback(LEAVING, listener)
        };
    }

    fn print(&self) {
        if let Some(window) = web_sys::window() {
            // A browser that can't print says so itself.
            let _ = window.print();
        }
    }

    fn copy(&self, text: String) -> LocalBoxFuture<'static, bool> {
        async move {
            let Some(window) = web_sys::window() else { return false };
            // Without a secure context the clipboard is missing, and accessing it would throw.
            if !window.is_secure_context() {
                return false;
            }
            let clipboard: Clipboard = window.navigator().clipboard().unchecked_into();
            settled(clipboard.write_text(&text)).await.is_some()
        }
        .boxed_local()
    }
}
