//! Finding one person in PingOne.

use leptos::prelude::*;
use pingone::time::Timestamp;
use pingone_mfa_core::diagnosis::evidence::Operation;

use crate::state::App;
use crate::state::directory::{List, Search};
use crate::state::load::Load;
use crate::state::troubleshooting::Location;

use super::markup::{Event, Node, button, group, key_of, part_of, tag, text_in};
use super::run::open_file;
use super::text;
use super::troubleshooting::trouble;

pub(super) fn find_person(app: App) -> Node {
    let find_on_enter = move |event: Event| {
        if key_of(&event) == "Enter" {
            app.directory().find(&text_in(&event));
        }
    };
    let field = tag("input")
        .set("type", "search")
        .set("autocomplete", "off")
        .set("spellcheck", "false")
        .set("aria-label", text::directory::FIND)
        .set("placeholder", text::directory::FIND)
        .on("keydown", find_on_enter);
    let hint = tag("span").class("hint").with(text::directory::FIND_HINT);
    tag("div").class("find").with(field).with(hint).with(open_file(app))
}

/// What came of a search in PingOne.
pub(super) fn found(app: App) -> Node {
    part_of(
        move || app.directory().search.get(),
        move |search| search.map(|search| search_status(app, &search)),
    )
}

fn search_status(app: App, search: &Search) -> Node {
    let directory = app.directory();
    let has_list = directory.list.with_untracked(|list| *list != List::Idle);
    let back = if has_list { text::directory::BACK_TO_LIST } else { text::directory::CLEAR_SEARCH };
    let answer = match &search.hits {
        Load::Failed(fault) => {
            trouble(app, Location::Search, Operation::ReadUsers, fault.clone(), text::fault(fault))
        }
        Load::Idle | Load::Loading => {
            tag("p").class("working").with(text::directory::searching(&search.text))
        }
        Load::Ready { value, at } => tag("p").with(found_line(app, search, *value, *at)),
    };
    group().with(answer).with(button(back, move || directory.close_search()))
}

fn found_line(app: App, search: &Search, hits: u64, at: Timestamp) -> String {
    let (locale, text) = (&app.ports.get().locale, &search.text);
    let shown = (app.directory().shown_len() as u64).saturating_sub(search.loaded);
    let (all, at) = (locale.number(hits), locale.time_to_second(at));
    let found = if hits > shown {
        text::directory::found_many(&locale.number(shown), &all, text, &at)
    } else {
        text::directory::found(shown, &all, text, &at)
    };
    match search.loaded {
        0 => found,
        loaded => format!("{found} {}", text::directory::found_loaded(&locale.number(loaded), loaded)),
    }
}
