//! The components of the page. They read signals from `state` and call the actions there; every sentence comes from
//! [`text`].
//!
//! The connect form is loaded first. Everything else is behind [`Screens`], in a second file: the form's components
//! must not name it.

use std::cell::OnceCell;
use std::rc::Rc;

use leptos::either::Either;
use leptos::prelude::*;
use pingone::environment::Environment;
use pingone::fault::Fault;
use pingone_mfa_core::diagnosis::evidence::Operation;

use crate::state::App;
use crate::state::announcement::Announcement;
use crate::state::session::{Phase, Session, use_session};
use crate::state::troubleshooting::Location;

use crate::view::dom::handler;
use band::TopBar;
use connect::Connect;
use directory::Directory;
use help::HelpDialog;
use live::LiveRegions;
use token::TokenWithheld;
use troubleshooting::Failure;

pub mod text;

pub mod summary;

mod band;
mod ceiling;
mod cells;
mod choice;
mod code;
mod confirm;
mod connect;
mod directory;
mod dom;
mod ending;
mod exchanges;
mod fault;
mod figures;
mod find;
mod grid;
mod guesses;
mod help;
mod list;
mod live;
mod modal;
mod outcomes;
mod question;
mod response;
mod review;
mod row_pool;
mod run;
mod saving;
mod selection;
mod sheet;
#[cfg(not(feature = "demo"))]
mod sign_in;
// In the demo its own token stands in the place of signing in.
#[cfg(feature = "demo")]
#[path = "view/demo.rs"]
mod sign_in;
mod status;
mod switch;
mod token;
mod toolbar;
mod troubleshooting;
mod user;
mod window;

/// The screens behind the connect form. The form knows nothing else of them, so that they can be loaded later.
pub struct Screens {
    connected: Box<dyn Fn(Environment, String) -> AnyView>,
    announced: Box<dyn Fn(&Announcement) -> String>,
    not_connected: Box<dyn Fn(Fault) -> AnyView>,
    help: Box<dyn Fn() -> AnyView>,
}

/// Where the screens are put once they are loaded.
pub type ScreensPlace = Rc<OnceCell<Screens>>;

/// Handle of that place, for components.
#[derive(Clone, Copy)]
pub(crate) struct LoadedScreens(StoredValue<ScreensPlace, LocalStorage>);

impl LoadedScreens {
    fn new(place: &ScreensPlace) -> Self {
        Self(StoredValue::new_local(Rc::clone(place)))
    }

    /// `None` until the screens are loaded. This isn't reactive: a view that needs them also reads a signal that changes
    /// only after that.
    fn with<R>(self, read: impl FnOnce(&Screens) -> R) -> Option<R> {
        self.0.get_value().get().map(read)
    }
}

/// The screens of a connected page.
#[must_use]
pub fn screens(app: App) -> Screens {
    let not_connected = move |fault: Fault| {
        let title = text::fault(&fault);
        view! { <Failure at=Location::Form tried=Operation::Connect fault title/> }.into_any()
    };
    Screens {
        connected: Box::new(|environment, region| view! { <Console environment region/> }.into_any()),
        not_connected: Box::new(not_connected),
        announced: Box::new(move |announcement| live::sentence(app.ports, announcement)),
        help: Box::new(|| view! { <HelpDialog/> }.into_any()),
    }
}

/// Everything that one element shows.
pub fn root(session: Session, screens: &ScreensPlace) -> AnyView {
    let screens = LoadedScreens::new(screens);
    if session.ports().host.owns_page() {
        return view! {
            <div class="app" on:keydown=handler(move |_| session.touch()) on:pointerdown=handler(move |_| session.touch())>
                <Page screens/>
            </div>
        }
        .into_any();
    }
    // Another page has its own banner and main part; there, this is one region among others.
    view! {
        <section
            class="app"
            aria-label=text::PRODUCT
            on:keydown=handler(move |_| session.touch())
            on:pointerdown=handler(move |_| session.touch())
        >
            <Page screens/>
        </section>
    }
    .into_any()
}

#[component]
fn Page(screens: LoadedScreens) -> impl IntoView {
    #[cfg(feature = "demo")]
    let banner = view! { <sign_in::DemoBanner/> };
    #[cfg(not(feature = "demo"))]
    let banner = ();
    view! {
        {banner}
        <TokenWithheld/>
        <Screen screens/>
        <Help screens/>
        <LiveRegions screens/>
    }
}

/// The connect form, or what a connection leads to.
#[component]
fn Screen(screens: LoadedScreens) -> impl IntoView {
    let session = use_session();
    // A way to another environment leads through the form.
    let is_connected = Memo::new(move |_| matches!(session.phase.get(), Phase::Connected { .. }));
    let console = move || {
        if !is_connected.get() {
            return None;
        }
        let Phase::Connected { environment, region } = session.phase.get_untracked() else { return None };
        screens.with(|screens| (screens.connected)(environment, region.label))
    };
    view! {
        {move || match console() {
            Some(console) => Either::Left(console),
            None => Either::Right(view! { <Connect screens/> }),
        }}
    }
}

/// The help can be opened on the form too, once it is loaded.
#[component]
fn Help(screens: LoadedScreens) -> impl IntoView {
    let session = use_session();
    view! {
        <Show when=move || session.has_rooms()>{screens.with(|screens| (screens.help)())}</Show>
    }
}

#[component]
fn Console(environment: Environment, region: String) -> impl IntoView {
    view! {
        <TopBar environment region/>
        <Directory/>
    }
}
