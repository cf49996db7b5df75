//! What is shown. Its functions read what is so from `state` and call the verbs there; every sentence comes from
//! [`text`], every element from `markup`.

use std::cell::OnceCell;
use std::rc::Rc;

use leptos::prelude::*;
use pingone::environment::Environment;
use pingone::fault::Fault;
use pingone_mfa_core::diagnosis::evidence::Operation;

use crate::state::App;
use crate::state::announcement::Announcement;
use crate::state::session::{Phase, Session};
use crate::state::troubleshooting::Location;

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
mod markup;
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

/// How what stands behind the form is shown. The form knows it by this alone, so that it can be loaded later.
pub struct Screens {
    connected: Box<dyn Fn(Environment, String) -> markup::Node>,
    announced: Box<dyn Fn(&Announcement) -> String>,
    not_connected: Box<dyn Fn(Fault) -> markup::Node>,
    help: Box<dyn Fn() -> markup::Node>,
}

/// Where they are put once they are here.
pub type ScreensPlace = Rc<OnceCell<Screens>>;

/// The screens of somebody who is connected.
#[must_use]
pub fn screens(app: App) -> Screens {
    let connected = move |environment, region| {
        markup::group().with(band::band(app, environment, region)).with(directory::directory(app))
    };
    let not_connected = move |fault: Fault| {
        let title = text::fault(&fault);
        troubleshooting::trouble(app, Location::Form, Operation::Connect, fault, title)
    };
    Screens {
        connected: Box::new(connected),
        not_connected: Box::new(not_connected),
        announced: Box::new(move |announcement| live::sentence(app.ports, announcement)),
        help: Box::new(move || help::help(app)),
    }
}

/// Everything that one element shows.
pub fn root(session: Session, screens: &ScreensPlace) -> AnyView {
    let place = move || match session.phase.get() {
        Phase::Connected { environment, region } => Some((environment, region.label)),
        Phase::Form | Phase::Loading | Phase::Connecting => None,
    };
    let behind = Rc::clone(screens);
    let form = Rc::clone(screens);
    let screen = markup::part_of(place, move |place| match (place, behind.get()) {
        (Some((environment, region)), Some(screens)) => (screens.connected)(environment, region),
        _ => connect::connect(session, &form),
    });
    let for_help = Rc::clone(screens);
    let help =
        markup::part_of(move || session.has_rooms(), move |_| for_help.get().map(|screens| (screens.help)()));
    // In somebody else's page this is one region among others, and that page has its own banner and main part.
    let owns_page = session.ports().host.owns_page();
    let app =
        if owns_page { markup::tag("div") } else { markup::tag("section").set("aria-label", text::PRODUCT) };
    let app =
        app.class("app").on("keydown", move |_| session.touch()).on("pointerdown", move |_| session.touch());
    #[cfg(feature = "demo")]
    let app = app.with(sign_in::banner());
    app.with(token::withheld(session)).with(screen).with(help).with(live::live(session, screens)).view()
}
