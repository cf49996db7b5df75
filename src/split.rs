//! Loads everything behind the connect form. It is in a second file, so that a first visit doesn't wait for it.

use std::cell::OnceCell;
use std::rc::Rc;

use futures::future::{FutureExt, LocalBoxFuture};
use js_sys::{Math, Reflect};
use leptos::reactive::owner::WeakOwner;
use pingone_mfa_core::ports::Embedder;
use wasm_bindgen::JsValue;
use web_sys::HtmlElement;

use crate::browser::Carrier;
use crate::browser::clock::BrowserClock;
use crate::browser::collation::BrowserCollation;
use crate::browser::files::BrowserFiles;
use crate::browser::focus::FocusGuard;
use crate::browser::host::BrowserHost;
use crate::browser::journal::BrowserJournal;
use crate::browser::lease::BrowserLease;
use crate::browser::locale::BrowserLocale;
use crate::browser::preferences::LocalPreferences;
use crate::browser::reach::BrowserReaching;
use crate::connect::console_views::ScreensPlace;
use crate::connect::session::Session;
use crate::connect::session::console_loader::{Rest, Rooms};
use crate::console;
use crate::console::app::App;
use crate::ports::{PortSet, Ports};

/// The browser ports that the connect form and the console share.
pub(crate) struct Outside {
    pub(crate) transport: Rc<Carrier>,
    pub(crate) clock: Rc<BrowserClock>,
    pub(crate) locale: Rc<BrowserLocale>,
    pub(crate) host: Rc<BrowserHost>,
    pub(crate) embedder: Rc<dyn Embedder>,
    /// The element that contains the page.
    pub(crate) wrapper: HtmlElement,
    /// The owner of the element's state. State that is created later belongs to it, so that it is removed with the
    /// element.
    pub(crate) owner: OnceCell<WeakOwner>,
    pub(crate) focus: OnceCell<FocusGuard>,
    /// The console, once it was created.
    pub(crate) made: OnceCell<Rc<dyn Rooms>>,
}

/// Loads the second file for one element.
pub(crate) struct SplitRest {
    outside: Rc<Outside>,
    screens: ScreensPlace,
    /// The object in which `element.js` reports why the file was not loaded.
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

/// The second file was not loaded. Only `element.js` knows the reason.
struct NotLoaded;

/// The entry point of the second file: code that only this function reaches is in that file and not in the first.
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

/// Creates the console, once per element, although connecting and help may both request it at the same time.
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
    // Runs once, so the cell is empty.
    let _ = outside.focus.set(FocusGuard::new(&outside.wrapper));
    let _ = screens.set(console::screens(app));
    Rc::new(app)
}
