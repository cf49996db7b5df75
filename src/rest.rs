//! What stands behind the form, in a file of its own: a first visit doesn't wait for it.

use std::cell::OnceCell;
use std::rc::Rc;

use futures::future::{FutureExt, LocalBoxFuture};
use js_sys::{Math, Reflect};
use leptos::reactive::owner::WeakOwner;
use pingone_mfa_core::ports::Embedder;
use wasm_bindgen::JsValue;
use web_sys::HtmlElement;

use crate::platform::Carrier;
use crate::platform::clock::BrowserClock;
use crate::platform::collation::BrowserCollation;
use crate::platform::files::BrowserFiles;
use crate::platform::focus::FocusGuard;
use crate::platform::host::BrowserHost;
use crate::platform::journal::BrowserJournal;
use crate::platform::lease::BrowserLease;
use crate::platform::locale::BrowserLocale;
use crate::platform::preferences::LocalPreferences;
use crate::platform::reach::BrowserReaching;
use crate::state::rooms::{Rest, Rooms};
use crate::state::session::Session;
use crate::state::{App, PortSet, Ports};
use crate::view::{self, ScreensPlace};

/// The browser, as far as the form and what stands behind it share it.
pub(crate) struct Outside {
    pub(crate) transport: Rc<Carrier>,
    pub(crate) clock: Rc<BrowserClock>,
    pub(crate) locale: Rc<BrowserLocale>,
    pub(crate) host: Rc<BrowserHost>,
    pub(crate) embedder: Rc<dyn Embedder>,
    /// The element that everything is shown in.
    pub(crate) wrapper: HtmlElement,
    /// The owner of all state of the element, so that what is made later goes with it too.
    pub(crate) owner: OnceCell<WeakOwner>,
    pub(crate) focus: OnceCell<FocusGuard>,
    /// What stands behind the form, once it was made.
    pub(crate) made: OnceCell<Rc<dyn Rooms>>,
}

/// The way to the second file, for one element.
pub(crate) struct SplitRest {
    outside: Rc<Outside>,
    screens: ScreensPlace,
    /// Where `element.js` says why the file didn't arrive.
    report: JsValue,
}

impl SplitRest {
    pub(crate) fn new(outside: Rc<Outside>, screens: ScreensPlace, report: JsValue) -> Self {
        Self { outside, screens, report }
    }
}

impl Rest for SplitRest {
    fn load(&self) -> LocalBoxFuture<'static, Result<(), String>> {
        let report = self.report.clone();
        async move { load_rest().await.map_err(|_| why(&report)) }.boxed_local()
    }

    fn open(&self, session: Session) -> LocalBoxFuture<'static, Result<Rc<dyn Rooms>, String>> {
        let (outside, screens, report) = (self.outside.clone(), self.screens.clone(), self.report.clone());
        async move { open_rest(outside, screens, session).await.map_err(|NotLoaded| why(&report)) }
            .boxed_local()
    }
}

fn why(report: &JsValue) -> String {
    Reflect::get(report, &"failure".into()).ok().and_then(|why| why.as_string()).unwrap_or_default()
}

/// The second file isn't here. Why is known to `element.js` alone.
struct NotLoaded;

/// The one way into the second file: whatever only this reaches is there, and not in the first one.
#[cfg(feature = "split")]
#[wasm_split_helpers::wasm_split(rest, fallible, preload(load_rest))]
fn open_rest(
    outside: Rc<Outside>,
    screens: ScreensPlace,
    session: Session,
) -> Result<Rc<dyn Rooms>, NotLoaded> {
    rooms(&outside, &screens, session)
}

#[cfg(feature = "split")]
impl From<wasm_split_helpers::SplitLoaderError> for NotLoaded {
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
        Self
    }
}

#[cfg(not(feature = "split"))]
#[expect(clippy::unused_async, reason = "with the feature `split` it waits for the second file")]
async fn load_rest() -> Result<(), NotLoaded> {
    Ok(())
}

#[cfg(not(feature = "split"))]
#[expect(clippy::unused_async, reason = "with the feature `split` it waits for the second file")]
async fn open_rest(
    outside: Rc<Outside>,
    screens: ScreensPlace,
    session: Session,
) -> Result<Rc<dyn Rooms>, NotLoaded> {
    rooms(&outside, &screens, session)
}

/// What stands behind the form. It is made once for an element, although two may ask for it at a time: who connects,
/// and who looks for help.
fn rooms(outside: &Outside, screens: &ScreensPlace, session: Session) -> Result<Rc<dyn Rooms>, NotLoaded> {
    let owner = outside.owner.get().and_then(WeakOwner::upgrade).ok_or(NotLoaded)?;
    let made = outside.made.get_or_init(|| owner.with(|| make(outside, screens, session)));
    Ok(Rc::clone(made))
}

fn make(outside: &Outside, screens: &ScreensPlace, session: Session) -> Rc<dyn Rooms> {
    let ports = PortSet {
        transport: outside.transport.clone(),
        clock: outside.clock.clone(),
        locale: outside.locale.clone(),
        collation: Rc::new(BrowserCollation::new()),
        preferences: Rc::new(LocalPreferences),
        host: outside.host.clone(),
        files: Rc::new(BrowserFiles(outside.clock.clone())),
        journal: Rc::new(BrowserJournal::new(outside.clock.clone())),
        lease: Rc::new(BrowserLease(outside.clock.clone())),
        reaching: Rc::new(BrowserReaching(outside.clock.clone())),
        embedder: outside.embedder.clone(),
        seed: Math::random().to_bits(),
    };
    let app = App::open(session, Ports::new(ports));
    // There is none yet: this happens once.
    let _ = outside.focus.set(FocusGuard::new(&outside.wrapper));
    // There are none yet: this happens once.
    let _ = screens.set(view::screens(app));
    Rc::new(app)
}
