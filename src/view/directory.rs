//! The people of the environment: find one, list all, and the panels beside them.

use crate::state::App;
use crate::state::directory::{List, Source};
use crate::state::troubleshooting::Location;
use leptos::prelude::*;

use super::confirm::confirm;
use super::ending::ending;
use super::find::{find_person, found};
use super::grid::grid;
use super::list::{list, read_ceiling};
use super::markup::{Node, group, main_part, part_of, tag};
use super::question::question;
use super::response::response;
use super::review::review;
use super::run::run;
use super::saving::saving;
use super::selection::selection;
use super::sheet::{from_list, sheet};
use super::status::status;
use super::text;
use super::toolbar::{shown, toolbar};
use super::troubleshooting::asked;
use super::user::opened_user;

pub(super) fn directory(app: App) -> Node {
    let has_run = move || app.run().progress.with(Option::is_some);
    main_part(app.ports.get().host.owns_page())
        .follow("class", move || Some(if has_run() { "directory with-run" } else { "directory" }.to_owned()))
        .with(
            tag("div")
                .class("directory-people")
                .with(asked(app, Location::Everything))
                .with(run(app))
                .with(find_person(app))
                .with(part_of(
                    move || app.directory().source(),
                    move |source| match source {
                        Source::List => everyone(app),
                        Source::Found => hits(app),
                    },
                )),
        )
        .with(tag("aside").class("directory-side").with(opened_user(app)).with(response(app)))
        .with(question(app))
        .with(confirm(app))
        .with(ending(app))
        .with(saving(app))
        .with(sheet(app))
        .with(review(app))
}

/// The list, what it adds up to, and what is shown of it.
fn everyone(app: App) -> Node {
    let has_list = move || app.directory().list.with(|list| *list != List::Idle);
    let list_of = move |has_list: bool| {
        has_list.then(|| {
            group().with(status(app)).with(toolbar(app)).with(shown(app)).with(selection(app)).with(grid(app))
        })
    };
    let without = move |has_list: bool| {
        (!has_list).then(|| {
            let line = tag("div").class("line").with(from_list(app));
            group().with(line).with(tag("p").class("hint").with(text::MEANING))
        })
    };
    group()
        .with(tag("div").class("line").with(list(app)).with(read_ceiling(app)))
        .with(part_of(has_list, list_of))
        .with(part_of(has_list, without))
}

/// Whom PingOne found.
fn hits(app: App) -> Node {
    let has_rows = move || app.directory().shown_len() > 0;
    group()
        .with(tag("div").class("line").with(found(app)))
        .with(part_of(has_rows, move |has_rows| has_rows.then(|| grid(app))))
        .with(tag("p").class("hint").with(text::MEANING))
}
