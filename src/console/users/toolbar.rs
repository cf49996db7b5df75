//! Searching and filtering the list, and the line that says what is shown of it.

mod filters;
mod shown;

use leptos::ev::Event;
use leptos::prelude::*;
use pingone_mfa_core::directory::order::Column;

use crate::console::app::{App, use_app};
use crate::console::users::address::{date, date_of, sign_on, sign_on_word};
use crate::console::users::table::View;

use crate::console::users::text;

use crate::console::users::toolbar::filters::{FILTERS, Filter, GROUP};
use crate::ui::dom::handler;

pub(crate) use crate::console::users::toolbar::shown::ShownLine;

#[component]
pub(crate) fn Toolbar() -> impl IntoView {
    let directory = use_app().directory();
    let search = move |event: Event| directory.table.search_for(directory.users, &event_target_value(&event));
    view! {
        <div class="toolbar" part="toolbar" role="search" aria-label=text::table::TOOLBAR>
            <input
                class="search"
                type="search"
                autocomplete="off"
                spellcheck="false"
                aria-label=text::table::SEARCH
                placeholder=text::table::SEARCH
                prop:value=move || directory.table.search.get()
                on:input=handler(search)
            />
            {FILTERS.map(|filter| view! { <FilterChoice filter/> }).collect_view()}
            <GroupChoice/>
            <MoreFilters/>
            <AddressProblems/>
        </div>
    }
}

/// The names of the groups are read when a person turns to the choice.
#[component]
fn GroupChoice() -> impl IntoView {
    let directory = use_app().directory();
    view! {
        <FilterChoice
            filter=GROUP
            on:pointerdown=handler(move |_| directory.read_groups())
            on:focus=handler(move |_| directory.read_groups())
        />
    }
}

#[component]
fn FilterChoice(filter: Filter) -> impl IntoView {
    let app = use_app();
    let view = app.directory().table.view;
    let chosen = move || view.with(|view| (filter.chosen)(&view.filters));
    let options = move || {
        // The select element follows the chosen value; its options are made again only when they change.
        let chosen = view.with_untracked(|view| (filter.chosen)(&view.filters));
        let any = (String::new(), text::table::any(filter.name));
        let all = std::iter::once(any).chain((filter.options)(app));
        let option = |(word, label): (String, String)| {
            let is_chosen = word == chosen;
            view! { <option value=word selected=is_chosen>{label}</option> }
        };
        all.map(option).collect_view()
    };
    let choose = move |event: Event| {
        change(app, |view| (filter.choose)(&mut view.filters, &event_target_value(&event)));
    };
    view! {
        <select
            class=move || if chosen().is_empty() { "filter" } else { "filter active" }
            aria-label=filter.name
            prop:value=chosen
            on:change=handler(choose)
        >
            {options}
        </select>
    }
}

/// Filters that are needed less often, and the columns.
#[component]
fn MoreFilters() -> impl IntoView {
    view! {
        <details class="more">
            <summary>{text::table::MORE}</summary>
            <div class="more-panel">
                <DirectMembers/>
                <CreatedSince/>
                <LastSignOn/>
                <Columns/>
            </div>
        </details>
    }
}

#[component]
fn DirectMembers() -> impl IntoView {
    let app = use_app();
    let view = app.directory().table.view;
    let is_direct = move || view.with(|view| view.filters.group.is_some_and(|filter| filter.is_direct));
    let set = move |event: Event| {
        let is_direct = event_target_checked(&event);
        change(app, |view| {
            if let Some(group) = &mut view.filters.group {
                group.is_direct = is_direct;
            }
        });
    };
    view! {
        <label class="check">
            <input
                type="checkbox"
                disabled=move || view.with(|view| view.filters.group.is_none())
                prop:checked=is_direct
                on:change=handler(set)
            />
            {text::table::DIRECT}
        </label>
    }
}

#[component]
fn CreatedSince() -> impl IntoView {
    let app = use_app();
    let view = app.directory().table.view;
    let created = move || view.with(|view| view.filters.created_since.map(date_of)).unwrap_or_default();
    let set = move |event: Event| {
        change(app, |view| view.filters.created_since = date(&event_target_value(&event)));
    };
    view! {
        <label class="field">
            <span class="field-name">{text::table::CREATED_SINCE}</span>
            <input type="date" prop:value=created on:change=handler(set)/>
        </label>
    }
}

#[component]
fn LastSignOn() -> impl IntoView {
    let app = use_app();
    let view = app.directory().table.view;
    let word = move || view.with(|view| view.filters.sign_on.map(sign_on_word)).unwrap_or_default();
    let days = move || word().parse::<u32>().map(|days| days.to_string()).unwrap_or_default();
    let set_days = move |event: Event| {
        change(app, |view| view.filters.sign_on = sign_on(&event_target_value(&event)));
    };
    let set_never = move |event: Event| {
        let is_never = event_target_checked(&event);
        change(app, |view| view.filters.sign_on = if is_never { sign_on("never") } else { None });
    };
    // A field of the type number takes ASCII digits only.
    view! {
        <label class="field">
            <span class="field-name">{text::table::INACTIVE_DAYS}</span>
            <input inputmode="numeric" prop:value=days on:change=handler(set_days)/>
        </label>
        <label class="check">
            <input type="checkbox" prop:checked=move || word() == "never" on:change=handler(set_never)/>
            {text::table::NEVER_SIGNED_ON}
        </label>
    }
}

#[component]
fn Columns() -> impl IntoView {
    view! {
        <fieldset class="columns">
            <legend class="field-name">{text::table::COLUMNS}</legend>
            {Column::OPTIONAL.map(|column| view! { <ColumnBox column/> }).collect_view()}
        </fieldset>
    }
}

#[component]
fn ColumnBox(column: Column) -> impl IntoView {
    let app = use_app();
    let view = app.directory().table.view;
    let toggle = move |event: Event| {
        let is_shown = event_target_checked(&event);
        change(app, |view| {
            let shown =
                |other: &Column| if *other == column { is_shown } else { view.columns.contains(other) };
            view.columns = Column::OPTIONAL.into_iter().filter(shown).collect();
        });
    };
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=move || view.with(|view| view.columns.contains(&column))
                on:change=handler(toggle)
            />
            {text::table::column(column)}
        </label>
    }
}

fn change(app: App, change: impl FnOnce(&mut View)) {
    let mut view = app.directory().table.view.get_untracked();
    change(&mut view);
    app.apply_view(view);
}

/// The parts of the address that aren't known.
#[component]
fn AddressProblems() -> impl IntoView {
    let problems = use_app().address_problems;
    move || {
        let problems = problems.get();
        (!problems.is_empty())
            .then(|| view! { <p class="note">{text::table::address_problem(&problems.join(", "))}</p> })
    }
}
