//! What is shown. Its functions read what is so from `state` and call the verbs there; every sentence comes from
//! [`text`], every element from `markup`.

use leptos::prelude::AnyView;

use crate::state::AppHandle;
use crate::state::session::Phase;

pub mod text;

pub mod summary;

mod band;
mod ceiling;
mod cells;
mod connect;
mod directory;
mod fault;
mod figures;
mod find;
mod grid;
mod list;
mod live;
mod markup;
mod outcomes;
mod question;
mod response;
mod review;
mod run;
mod saving;
mod seat;
mod selection;
mod sheet;
mod sign_in;
mod status;
mod switch;
mod token;
mod toolbar;
mod user;
mod window;

/// Everything that one element shows.
pub fn root(app: AppHandle) -> AnyView {
    let session = &app.session;
    let place = move || match session.phase.get() {
        Phase::Connected { environment, region } => Some((environment, region.label)),
        Phase::Form | Phase::Connecting => None,
    };
    let screen = markup::part_of(place, move |place| match place {
        Some((environment, region)) => {
            markup::group().with(band::band(app, environment, region)).with(directory::directory(app))
        }
        None => connect::connect(app),
    });
    markup::tag("div")
        .class("app")
        .on("keydown", move |_| session.touch())
        .on("pointerdown", move |_| session.touch())
        .with(screen)
        .with(live::live(app))
        .view()
}
