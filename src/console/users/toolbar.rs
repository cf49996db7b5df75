//! The one search, the filters, and the line that says what is shown.

mod columns;
mod filters;
mod more;
mod search;
mod shown;

use leptos::ev::Event;
use leptos::prelude::*;

use crate::console::app::{App, use_app};
use crate::console::users::directory::{List, Source};
use crate::console::users::table::View;
use crate::console::users::text;
use crate::console::users::toolbar::columns::Columns;
use crate::console::users::toolbar::filters::{FILTERS, Filter};
use crate::console::users::toolbar::more::MoreFilters;
use crate::console::users::toolbar::search::UserSearch;
use crate::ui::dom::handler;
use crate::ui::dropdown::{Dropdown, DropdownButton, MenuChoice, Opens};
use crate::ui::icon::{Icon, Symbol};

pub(crate) use crate::console::users::toolbar::filters::described;
pub(crate) use crate::console::users::toolbar::shown::{SearchOffer, ShownLine};

#[component]
pub(crate) fn Toolbar() -> impl IntoView {
    view! {
        <div class="toolbar" part="toolbar" role="search" aria-label=text::table::TOOLBAR>
            <UserSearch/>
            {FILTERS.map(|filter| view! { <FilterMenu filter/> }).collect_view()}
            <MoreFilters/>
            <div class="tools">
                <Columns/>
                <FileTools/>
            </div>
        </div>
        <AddressProblems/>
    }
}

/// A filter as a button with a menu. An active one shows its value.
#[component]
fn FilterMenu(filter: Filter) -> impl IntoView {
    let app = use_app();
    let menu = Dropdown::new();
    let chosen = Signal::derive(move || chosen(app, filter));
    let name = Signal::derive(move || match filter.value(app) {
        None => filter.name.to_owned(),
        Some(value) => format!("{}: {value}", filter.name),
    });
    let entry = move |(word, label): (String, String)| {
        let is_chosen = {
            let word = word.clone();
            Signal::derive(move || *chosen.read() == word)
        };
        let choose = Callback::new(move |()| choose(app, filter, &word));
        view! { <MenuChoice dropdown=menu name=label is_chosen choose/> }
    };
    view! {
        <div class=move || if chosen.with(String::is_empty) { filter.class.to_owned() } else { format!("{} active", filter.class) }>
            <DropdownButton dropdown=menu opens=Opens::Menu name>
                {move || filter.choices(app).into_iter().map(entry).collect_view()}
            </DropdownButton>
        </div>
    }
}

/// A filter as a field, where there is no room for its menu.
#[component]
pub(crate) fn FilterField(filter: Filter) -> impl IntoView {
    let app = use_app();
    let options = move || {
        // The select element follows the chosen value; its options are made again only when they change.
        let chosen = untrack(|| chosen(app, filter));
        let option = |(word, label): (String, String)| {
            let is_chosen = word == chosen;
            view! { <option value=word selected=is_chosen>{label}</option> }
        };
        filter.choices(app).into_iter().map(option).collect_view()
    };
    view! {
        <label class=format!("field {}", filter.class)>
            <span class="field-name">{filter.name}</span>
            <select
                aria-label=filter.name
                prop:value=move || chosen(app, filter)
                on:change=handler(move |event: Event| choose(app, filter, &event_target_value(&event)))
            >
                {options}
            </select>
        </label>
    }
}

fn chosen(app: App, filter: Filter) -> String {
    (filter.chosen)(&app.directory().table.view.read().filters)
}

fn choose(app: App, filter: Filter, word: &str) {
    change(app, |view| (filter.choose)(&mut view.filters, word));
}

/// Changes the view of the list. A result of PingOne's search has no filters, so it is closed.
pub(crate) fn change(app: App, change: impl FnOnce(&mut View)) {
    let directory = app.directory();
    let has_list = *directory.list.read_untracked() != List::Idle;
    if has_list && untrack(|| directory.source()) == Source::Found {
        directory.close_search();
    }
    let mut view = directory.table.view.get_untracked();
    change(&mut view);
    app.apply_view(view);
}

/// Users from a file, and users to a file.
#[component]
pub(crate) fn FileTools() -> impl IntoView {
    let app = use_app();
    view! {
        <Tool name=text::table::IMPORT icon=Icon::Upload press=Callback::new(move |()| app.import().open())/>
        <Tool name=text::table::EXPORT icon=Icon::Download press=Callback::new(move |()| app.ask_what_to_save())/>
    }
}

/// A quiet button that shows only its icon where space is short.
#[component]
fn Tool(name: &'static str, icon: Icon, press: Callback<()>) -> impl IntoView {
    view! {
        // Safari gives a pressed button the focus only with a tab index.
        <button class="quiet tool" tabindex="0" title=name on:click=handler(move |_| press.run(()))>
            <Symbol icon/>
            <span class="tool-name">{name}</span>
        </button>
    }
}

/// The parts of the address that aren't known.
#[component]
fn AddressProblems() -> impl IntoView {
    let problems = use_app().address_problems;
    view! { {move || {
        let problems = problems.get();
        (!problems.is_empty())
            .then(|| view! { <p class="note">{text::table::address_problem(&problems.join(", "))}</p> })
    }} }
}
