//! Who is selected, and what can be done with them, or else with everyone who is shown.

use leptos::prelude::*;
use pingone_mfa_core::directory::store::UserSet;

use crate::state::App;
use crate::state::directory::Checking;
use crate::state::troubleshooting::Location;

use super::fault::fault_card;
use super::markup::{Node, button, group, part_of, tag};
use super::outcomes;
use super::sheet::from_list;
use super::text;
use super::troubleshooting::looked_into;

pub(super) fn selection(app: App) -> Node {
    let table = app.directory().table;
    let count = move || table.selected.with(UserSet::len);
    let class = move || Some(if count() > 0 { "line selection active" } else { "line selection" }.to_owned());
    let save = button(text::saving::SAVE, move || app.ask_what_to_save());
    let bar = tag("div")
        .follow("class", class)
        .with(part_of(count, move |selected| line(app, selected)))
        .with(from_list(app))
        .with(outcomes::open(app))
        .with(save);
    let checking = move || app.directory().checking.get();
    group()
        .with(bar)
        .with(part_of(checking, move |checking| checking.map(|checking| progress(app, &checking))))
}

fn line(app: App, selected: usize) -> Node {
    let ports = app.ports.get();
    let locale = &*ports.locale;
    let number = locale.number(selected as u64);
    let clear =
        || button(text::table::CLEAR_SELECTION, move || app.directory().table.deselect()).class("quiet");
    let check = || {
        let cost = text::table::check_cost(locale, selected as u64, app.directory().read_ceiling.get());
        let check = button(text::table::check(&number, selected), move || app.directory().check_selected());
        group().with(check).with(tag("span").class("hint").with(cost))
    };
    let sentence = tag("p").with(text::table::selected(&number, selected));
    let changes = (selected > 0).then(|| [true, false].map(|to| change(app, to, &number, selected)));
    group()
        .with(sentence)
        .with((selected > 0).then(clear))
        .with(changes.map(|changes| changes.into_iter().flatten().collect::<Vec<_>>()))
        .with((selected > 0).then(check))
}

/// How far the reading of devices one by one is.
fn progress(app: App, checking: &Checking) -> Node {
    let ports = app.ports.get();
    let locale = &*ports.locale;
    let name = if checking.is_running { text::directory::STOP } else { text::saving::CLOSE };
    let stop = button(name, move || app.directory().stop_checking()).class("quiet");
    let class = if checking.is_running { "working" } else { "done" };
    let sentence = tag("p").class(class).set("role", "status").with(text::table::checked(locale, checking));
    let why =
        checking.fault.clone().map(|fault| looked_into(app, Location::Checking, move || fault_card(&fault)));
    group().with(tag("div").class("line").with(sentence).with(stop)).with(why)
}

/// Turning MFA on or off for everyone who is selected, where the deployment permits it.
fn change(app: App, to: bool, number: &str, selected: usize) -> Option<Node> {
    let is_permitted = if selected == 1 { app.directory().may_change(to) } else { app.review().may_run(to) };
    is_permitted.then(|| {
        button(text::review::begin(to, number, selected), move || app.review().of_selected(to))
            .follow("disabled", move || app.run().is_open().then(String::new))
    })
}
