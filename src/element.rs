//! What `web/element.js` calls.

use std::cell::OnceCell;
use std::rc::Rc;

use js_sys::{Array, Reflect};
use leptos::mount::UnmountHandle;
use leptos::prelude::{AnyView, Owner, Render};
use pingone_mfa_core::config::read_config;
use pingone_mfa_core::embedding::frame::Hello;
use pingone_mfa_core::ports::Embedder;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlElement;

use crate::platform::clock::{BrowserClock, worker_in};
use crate::platform::embedder::PageEmbedder;
use crate::platform::frame::FrameEmbedder;
use crate::platform::host::BrowserHost;
use crate::platform::locale::BrowserLocale;
use crate::platform::panic;
use crate::platform::preferences::LocalPreferences;
use crate::platform::sign_in::BrowserSignIn;
use crate::rest::{Outside, SplitRest};
use crate::state::session::Session;
use crate::state::{ConnectPortSet, ConnectPorts, Wishes};
use crate::view::{self, ScreensPlace};

/// A mounted element.
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

    /// Reads anew how many users there are, and who they are if that had been read.
    pub fn refresh(&self) {
        self.session.refresh();
    }

    /// The report of the run that is over: the file's name, its media type and its text. It has no names.
    pub fn report(&self) -> Option<Array> {
        let file = self.session.report()?;
        Some(Array::of3(&file.name.into(), &file.mime.into(), &file.text.into()))
    }

    /// Whether a run goes on or waits: then the element can't be about anything else.
    #[wasm_bindgen(js_name = hasOpenRun)]
    pub fn has_open_run(&self) -> bool {
        self.session.has_open_run()
    }

    /// Whether a token was just kept out of a field that is for something else.
    pub fn withhold(&self, is_token: bool) {
        self.session.withhold(is_token);
    }

    /// Takes everything away. The token is forgotten, and what is in flight is aborted.
    pub fn unmount(self) {
        self.session.end();
    }
}

/// Shows the product in `wrapper`. `options` has `config` (the text of config.json), `clock` (the clock worker),
/// `build`, `ownsAddress` (whether the page's address is this product's), `signInAnswer` (the query with which
/// somebody came back from PingOne), `redirectUri` (where its answer is sent), `rest` (whose `failure`
/// says why what stands behind the form could not be loaded), `frame` (the `origin` of the page around this frame, and
/// the `hello` that it said), what the element offers of the page around it (`givesTokens`, `provide`, `tell`, `permits`), and its
/// attributes `region`, `environmentId` and `userId`; all may be missing.
///
/// # Errors
/// A config.json that can't be used, as a sentence that names the field.
#[wasm_bindgen]
pub fn mount(wrapper: HtmlElement, options: &JsValue) -> Result<Widget, JsValue> {
    panic::watch();
    let mut wishes = wishes(options).map_err(|problem| error(&problem))?;
    #[cfg(feature = "demo")]
    crate::demo::keep_to_itself(&mut wishes);
    let framed = FrameEmbedder::new(options);
    let embedder: Rc<dyn Embedder> = match &framed {
        Some((frame, _))
            if !wishes.settings.frame_ancestors.iter().any(|listed| listed == frame.origin()) =>
        {
            return Err(error("the page around this frame is not in config.json's frameAncestors"));
        }
        Some((frame, hello)) => {
            wish(&mut wishes, hello);
            Rc::new(frame.clone())
        }
        None => Rc::new(PageEmbedder::new(options)),
    };
    if let Some((frame, _)) = &framed {
        frame.follow_height(&wrapper);
    }
    let owns_address = flag(options, "ownsAddress");
    // A frame's page is this product's own too, although its address is nobody's affair.
    let owns_page = owns_address || framed.is_some();
    let outside = Rc::new(Outside {
        transport: Rc::default(),
        clock: Rc::new(BrowserClock::new(worker_in(options))),
        locale: Rc::new(BrowserLocale::new()),
        host: Rc::new(BrowserHost::new(owns_page, owns_address)),
        embedder,
        wrapper: wrapper.clone(),
        owner: OnceCell::new(),
        focus: OnceCell::new(),
        made: OnceCell::new(),
    });
    let screens = ScreensPlace::default();
    let (redirect_uri, answer) = (text(options, "redirectUri"), text(options, "signInAnswer"));
    let entrance = ConnectPortSet {
        tokens: outside.transport.clone(),
        clock: outside.clock.clone(),
        locale: outside.locale.clone(),
        preferences: Rc::new(LocalPreferences),
        host: outside.host.clone(),
        sign_in: Rc::new(BrowserSignIn::new(owns_page, redirect_uri, answer)),
        embedder: outside.embedder.clone(),
        #[cfg(feature = "demo")]
        mint: outside.transport.clone(),
        rest: Rc::new(SplitRest::new(Rc::clone(&outside), screens.clone(), report(options))),
    };
    // Mounting makes what runs the session's tasks, so the session is started inside and handed out.
    let started = Rc::new(OnceCell::new());
    let handed_out = Rc::clone(&started);
    let mounted = leptos::mount::mount_to(wrapper, move || {
        if let Some(owner) = Owner::current() {
            // Mounting runs this once.
            let _ = outside.owner.set(owner.downgrade());
        }
        let session = Session::start(ConnectPorts::new(entrance), wishes);
        let _ = handed_out.set(session);
        view::root(session, &screens)
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

/// What the page around the frame wishes stands for the element's attributes.
fn wish(wishes: &mut Wishes, hello: &Hello) {
    wishes.region.clone_from(&hello.region);
    wishes.environment.clone_from(&hello.environment);
    wishes.user.clone_from(&hello.user);
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
