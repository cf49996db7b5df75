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
use crate::connect::console_views::ConsoleViewsCell;
use crate::connect::session::Session;
use crate::connect::session::console_loader::{ConsoleActions, ConsoleLoader};
use crate::console;
use crate::console::app::App;
use crate::ports::{PortSet, Ports};

/// The browser ports that the connect form and the console share.
pub(crate) struct BrowserPorts {
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
    pub(crate) made: OnceCell<Rc<dyn ConsoleActions>>,
}

/// Loads the second file for one element.
pub(crate) struct SplitLoader {
    browser_ports: Rc<BrowserPorts>,
    console_views: ConsoleViewsCell,
    /// The object in which `element.js` reports why the file was not loaded.
    report: JsValue,
}

impl SplitLoader {
    pub(crate) fn new(
        browser_ports: Rc<BrowserPorts>,
        console_views: ConsoleViewsCell,
        report: JsValue,
    ) -> Self {
        Self { browser_ports, console_views, report }
    }
}

impl ConsoleLoader for SplitLoader {
    fn load(&self) -> LocalBoxFuture<'static, Result<(), String>> {
        let report = self.report.clone();
        async move { load_console().await.map_err(|_| why(&report)) }.boxed_local()
    }

    fn open(&self, session: Session) -> LocalBoxFuture<'static, Result<Rc<dyn ConsoleActions>, String>> {
        let (browser_ports, console_views, report) =
            (self.browser_ports.clone(), self.console_views.clone(), self.report.clone());
        async move { open_console(browser_ports, console_views, session).await.map_err(|NotLoaded| why(&report)) }
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
#[wasm_split_helpers::wasm_split(rest, fallible, preload(load_console))]
fn open_console(
    browser_ports: Rc<BrowserPorts>,
    console_views: ConsoleViewsCell,
    session: Session,
) -> Result<Rc<dyn ConsoleActions>, NotLoaded> {
    create_console(&browser_ports, &console_views, session)
}

#[cfg(feature = "split")]
impl From<wasm_split_helpers::SplitLoaderError> for NotLoaded {
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
        Self
    }
}

#[cfg(not(feature = "split"))]
#[expect(clippy::unused_async, reason = "with the feature `split` it waits for the second file")]
async fn load_console() -> Result<(), NotLoaded> {
    Ok(())
}

#[cfg(not(feature = "split"))]
#[expect(clippy::unused_async, reason = "with the feature `split` it waits for the second file")]
async fn open_console(
    browser_ports: Rc<BrowserPorts>,
    console_views: ConsoleViewsCell,
    session: Session,
) -> Result<Rc<dyn ConsoleActions>, NotLoaded> {
    create_console(&browser_ports, &console_views, session)
}

/// Creates the console, once per element, although connecting and help may both request it at the same time.
fn create_console(
    browser_ports: &BrowserPorts,
    console_views: &ConsoleViewsCell,
    session: Session,
) -> Result<Rc<dyn ConsoleActions>, NotLoaded> {
    let owner = browser_ports.owner.get().and_then(WeakOwner::upgrade).ok_or(NotLoaded)?;
    let made = browser_ports.made.get_or_init(|| owner.with(|| make(browser_ports, console_views, session)));
    Ok(Rc::clone(made))
}

fn make(
    browser_ports: &BrowserPorts,
    console_views: &ConsoleViewsCell,
    session: Session,
) -> Rc<dyn ConsoleActions> {
    let ports = PortSet {
        transport: browser_ports.transport.clone(),
        clock: browser_ports.clock.clone(),
        locale: browser_ports.locale.clone(),
        collation: Rc::new(BrowserCollation::new()),
        preferences: Rc::new(LocalPreferences),
        host: browser_ports.host.clone(),
        files: Rc::new(BrowserFiles(browser_ports.clock.clone())),
        journal: Rc::new(BrowserJournal::new(browser_ports.clock.clone())),
        lease: Rc::new(BrowserLease(browser_ports.clock.clone())),
        reaching: Rc::new(BrowserReaching(browser_ports.clock.clone())),
        embedder: browser_ports.embedder.clone(),
        seed: Math::random().to_bits(),
    };
    let app = App::open(session, Ports::new(ports));
    // Runs once, so the cell is empty.
    let _ = browser_ports.focus.set(FocusGuard::new(&browser_ports.wrapper));
    let _ = console_views.set(console::views(app));
    Rc::new(app)
}
