//! The interface that `web/element.js` calls.

use std::cell::OnceCell;
use std::rc::Rc;

use js_sys::{Array, Reflect};
use leptos::mount::UnmountHandle;
use leptos::prelude::{AnyView, Owner, Render};
use pingone_mfa_core::config::read_config;
use pingone_mfa_core::config::settings::Settings;
use pingone_mfa_core::embedding::frame::Hello;
use pingone_mfa_core::ports::Embedder;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlElement;

use crate::browser::clock::{BrowserClock, worker_in};
use crate::browser::embedder::PageEmbedder;
use crate::browser::frame::FrameEmbedder;
use crate::browser::host::BrowserHost;
use crate::browser::locale::BrowserLocale;
use crate::browser::panic;
use crate::browser::preferences::LocalPreferences;
use crate::browser::sign_in::BrowserSignIn;
use crate::connect::console_views::ConsoleViewsCell;
use crate::connect::page;
use crate::connect::session::Session;
use crate::mount_options::MountOptions;
use crate::ports::{ConnectPortSet, ConnectPorts};
use crate::split::{BrowserPorts, SplitLoader};

#[wasm_bindgen]
pub struct Widget {
    session: Session,
    _mounted: UnmountHandle<<AnyView as Render>::State>,
}

#[wasm_bindgen]
impl Widget {
    /// Forgets the token and everything that was read with it.
    #[wasm_bindgen(js_name = forgetToken)]
    pub fn forget_token(&self) {
        self.session.forget();
    }

    /// Counts the users again, and reloads the list if it was loaded.
    pub fn refresh(&self) {
        self.session.refresh();
    }

    /// The report of the finished run: file name, media type and text. It contains no names.
    pub fn report(&self) -> Option<Array> {
        let file = self.session.report()?;
        Some(Array::of3(&file.name.into(), &file.mime.into(), &file.text.into()))
    }

    /// Whether a run is in progress or paused. Then the element can't be switched to another environment or user.
    #[wasm_bindgen(js_name = hasOpenRun)]
    pub fn has_open_run(&self) -> bool {
        self.session.has_open_run()
    }

    /// Notes whether a token was just kept out of a field for something else.
    pub fn withhold(&self, is_token: bool) {
        self.session.withhold(is_token);
    }

    /// Removes the element's contents, forgets the token and aborts requests in progress.
    pub fn unmount(self) {
        self.session.end();
    }
}

/// Mounts the element in `wrapper`. All `options` are optional:
///
/// - `config`: the text of config.json
/// - `clock`: the clock worker
/// - `build`
/// - `ownsAddress`: whether the element may write the page's address
/// - `signInAnswer`: the query of the return from PingOne
/// - `redirectUri`: where PingOne sends its answer
/// - `rest`: an object whose `failure` says why the second file could not be loaded
/// - `frame`: the `origin` of the host page of this frame, and its `hello`
/// - `givesTokens`, `provide`, `tell`, `permits`: functions for the host page
/// - `region`, `environmentId`, `userId`, `views`, `chrome`: attributes of the element
///
/// # Errors
/// config.json isn't valid, or an attribute has an unknown word. The error is a sentence that names the field.
#[wasm_bindgen]
pub fn mount(wrapper: HtmlElement, options: &JsValue) -> Result<Widget, JsValue> {
    panic::watch();
    let mut mount_options = mount_options(options).map_err(|problem| error(&problem))?;
    #[cfg(feature = "demo")]
    crate::demo::keep_to_itself(&mut mount_options);
    let framed = FrameEmbedder::new(options);
    let embedder =
        embedder(framed.as_ref(), &mut mount_options, options).map_err(|problem| error(&problem))?;
    if let Some((frame, _)) = &framed {
        frame.follow_height(&wrapper);
    }
    // The page of a frame belongs to the product too, but its address isn't used.
    let owns_page = owns_address(options) || framed.is_some();
    let browser_ports = Rc::new(browser_ports(options, &wrapper, embedder, owns_page));
    let console_views = ConsoleViewsCell::default();
    let connect_ports = ConnectPortSet {
        tokens: browser_ports.transport.clone(),
        clock: browser_ports.clock.clone(),
        locale: browser_ports.locale.clone(),
        preferences: Rc::new(LocalPreferences),
        host: browser_ports.host.clone(),
        sign_in: Rc::new(BrowserSignIn::new(
            owns_page,
            text(options, "redirectUri"),
            text(options, "signInAnswer"),
        )),
        embedder: browser_ports.embedder.clone(),
        #[cfg(feature = "demo")]
        mint: browser_ports.transport.clone(),
        console_loader: Rc::new(SplitLoader::new(
            Rc::clone(&browser_ports),
            console_views.clone(),
            report(options),
        )),
    };
    // The runtime of the session's tasks exists only after mounting, so the session is started inside and handed out.
    let started = Rc::new(OnceCell::new());
    let handed_out = Rc::clone(&started);
    let mounted = leptos::mount::mount_to(wrapper, move || {
        if let Some(owner) = Owner::current() {
            // Runs once, so the cell is empty.
            let _ = browser_ports.owner.set(owner.downgrade());
        }
        let session = Session::start(ConnectPorts::new(connect_ports), mount_options);
        let _ = handed_out.set(session);
        page::root(session, &console_views)
    });
    let session = started.get().copied().ok_or_else(|| error("not mounted"))?;
    if let Some((frame, _)) = framed {
        frame.on_forget(Box::new(move || session.forget()));
    }
    Ok(Widget { session, _mounted: mounted })
}

fn report(options: &JsValue) -> JsValue {
    Reflect::get(options, &"rest".into()).unwrap_or(JsValue::UNDEFINED)
}

fn error(problem: &str) -> JsValue {
    js_sys::Error::new(problem).into()
}

fn browser_ports(
    options: &JsValue,
    wrapper: &HtmlElement,
    embedder: Rc<dyn Embedder>,
    owns_page: bool,
) -> BrowserPorts {
    BrowserPorts {
        transport: Rc::default(),
        clock: Rc::new(BrowserClock::new(worker_in(options))),
        locale: Rc::new(BrowserLocale::new()),
        host: Rc::new(BrowserHost::new(owns_page, owns_address(options))),
        embedder,
        wrapper: wrapper.clone(),
        owner: OnceCell::new(),
        focus: OnceCell::new(),
        made: OnceCell::new(),
    }
}

fn owns_address(options: &JsValue) -> bool {
    flag(options, "ownsAddress")
}

/// What the page is embedded in. A page around a frame must be in config.json's list.
fn embedder(
    framed: Option<&(FrameEmbedder, Hello)>,
    mount_options: &mut MountOptions,
    options: &JsValue,
) -> Result<Rc<dyn Embedder>, String> {
    let Some((frame, hello)) = framed else { return Ok(Rc::new(PageEmbedder::new(options))) };
    if !mount_options.settings.frame_ancestors.iter().any(|listed| listed == frame.origin()) {
        return Err("the page around this frame is not in config.json's frameAncestors".to_owned());
    }
    apply_hello(mount_options, hello)?;
    Ok(Rc::new(frame.clone()))
}

/// The host page's values replace the element's attributes.
fn apply_hello(mount_options: &mut MountOptions, hello: &Hello) -> Result<(), String> {
    mount_options.region.clone_from(&hello.region);
    mount_options.environment.clone_from(&hello.environment);
    mount_options.user.clone_from(&hello.user);
    show(&mut mount_options.settings, hello.views.as_deref(), hello.chrome.as_deref())
}

/// The attributes replace what the configuration says.
fn show(settings: &mut Settings, views: Option<&str>, chrome: Option<&str>) -> Result<(), String> {
    if let Some(views) = views {
        let words = views.split_ascii_whitespace();
        settings.shown.show_views(words).map_err(|problem| format!("views: {problem}"))?;
    }
    if let Some(chrome) = chrome {
        let words = chrome.split_ascii_whitespace();
        settings.shown.leave_out(words).map_err(|problem| format!("chrome: {problem}"))?;
    }
    Ok(())
}

fn flag(options: &JsValue, name: &str) -> bool {
    Reflect::get(options, &name.into()).is_ok_and(|value| value.is_truthy())
}

fn text(options: &JsValue, name: &str) -> Option<String> {
    Reflect::get(options, &name.into()).ok().and_then(|value| value.as_string())
}

fn mount_options(options: &JsValue) -> Result<MountOptions, String> {
    let text = |name: &str| text(options, name);
    let settings = text("config").map(|config| read_config(&config)).transpose();
    let mut settings = settings.map_err(|fault| fault.to_string())?.unwrap_or_default();
    show(&mut settings, text("views").as_deref(), text("chrome").as_deref())?;
    Ok(MountOptions {
        settings,
        region: text("region"),
        environment: text("environmentId"),
        user: text("userId"),
        build: text("build").unwrap_or_default(),
    })
}
