//! What `web/element.js` calls.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Math, Reflect};
use leptos::mount::UnmountHandle;
use leptos::prelude::{AnyView, Render};
use pingone_mfa_core::api::config::read_config;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlElement;

use crate::platform::clock::{BrowserClock, worker_in};
use crate::platform::fetch::FetchTransport;
use crate::platform::files::BrowserFiles;
use crate::platform::host::BrowserHost;
use crate::platform::journal::BrowserJournal;
use crate::platform::lease::BrowserLease;
use crate::platform::locale::BrowserLocale;
use crate::platform::panic;
use crate::platform::preferences::LocalPreferences;
use crate::platform::sign_in::BrowserSignIn;
use crate::state::{App, AppHandle, Ports, Wishes};
use crate::view;

/// A mounted element.
#[wasm_bindgen]
pub struct Widget {
    app: AppHandle,
    _mounted: UnmountHandle<<AnyView as Render>::State>,
}

#[wasm_bindgen]
impl Widget {
    /// Forgets the token and everything that was read with it.
    #[wasm_bindgen(js_name = forgetToken)]
    pub fn forget_token(&self) {
        self.app.session.forget();
    }

    /// Takes everything away. The token is forgotten, and what is in flight is aborted.
    pub fn unmount(self) {
        self.app.end();
    }
}

/// Shows the product in `wrapper`. `options` has `config` (the text of config.json), `clock` (the clock worker),
/// `build`,
/// `ownsAddress` (whether the page's address is this product's), `signInAnswer` (the query with which somebody came
/// back from PingOne), `home` (the folder of this release, where its page stands), and the element's attributes `region`,
/// `environmentId` and `userId`; all may be missing.
///
/// # Errors
/// A config.json that can't be used, as a sentence that names the field.
#[wasm_bindgen]
pub fn mount(wrapper: HtmlElement, options: &JsValue) -> Result<Widget, JsValue> {
    panic::watch();
    let wishes = wishes(options).map_err(|problem| JsValue::from(js_sys::Error::new(&problem)))?;
    let transport = Rc::new(FetchTransport::default());
    let ports = Ports {
        transport: transport.clone(),
        tokens: transport,
        clock: Rc::new(BrowserClock::new(worker_in(options))),
        locale: Rc::new(BrowserLocale::new()),
        preferences: Rc::new(LocalPreferences),
        host: Rc::new(BrowserHost::new(flag(options, "ownsAddress"))),
        files: Rc::new(BrowserFiles),
        journal: Rc::new(BrowserJournal::new()),
        lease: Rc::new(BrowserLease),
        sign_in: Rc::new(BrowserSignIn::new(
            flag(options, "ownsAddress"),
            text(options, "home"),
            text(options, "signInAnswer"),
        )),
        seed: Math::random().to_bits(),
    };
    // Mounting makes what runs the app's tasks, so the app is started inside and handed out.
    let started = Rc::new(Cell::new(None));
    let handed_out = Rc::clone(&started);
    let mounted = leptos::mount::mount_to(wrapper, move || {
        let app = App::start(ports, wishes);
        handed_out.set(Some(app));
        view::root(app)
    });
    let app = started.get().ok_or_else(|| JsValue::from(js_sys::Error::new("not mounted")))?;
    Ok(Widget { app, _mounted: mounted })
}

fn flag(options: &JsValue, name: &str) -> bool {
    Reflect::get(options, &name.into()).is_ok_and(|value| value.is_truthy())
}

fn text(options: &JsValue, name: &str) -> Option<String> {
    Reflect::get(options, &name.into()).ok().and_then(|value| value.as_string())
}

fn wishes(options: &JsValue) -> Result<Wishes, String> {
    let text = |name: &str| text(options, name);
    let settings = text("config").map(|config| read_config(&config)).transpose();
    Ok(Wishes {
        settings: settings.map_err(|fault| fault.to_string())?.unwrap_or_default(),
        region: text("region"),
        environment: text("environmentId"),
        user: text("userId"),
        build: text("build").unwrap_or_default(),
    })
}
