//! The filters that are needed less often and, where space is short, all others too.

use leptos::ev::Event;
use leptos::prelude::*;

use crate::console::app::{App, use_app};
use crate::console::users::address::{date, date_of, sign_on, sign_on_word};
use crate::console::users::text;
use crate::console::users::toolbar::filters::{FILTERS, GROUP};
use crate::console::users::toolbar::{FileTools, FilterField, change};
use crate::ui::dom::handler;
use crate::ui::dropdown::{Dropdown, DropdownButton, Opens};
use crate::ui::memo::memo;

#[component]
pub(crate) fn MoreFilters() -> impl IntoView {
    let app = use_app();
    let panel = Dropdown::new();
    let count = memo(move || active(app));
    let name = Signal::derive(move || text::table::with_count(text::table::MORE, count.get()));
    let label = Signal::derive(move || text::table::with_count(text::table::FILTERS, count.get()));
    view! {
        <div class=move || if count.get() == 0 { "filter-more" } else { "filter-more active" }>
            <DropdownButton dropdown=panel opens=Opens::Panel name label>
                <div class="more-panel">
                    {FILTERS.map(|filter| view! { <FilterField filter/> }).collect_view()}
                    <Group/>
                    <CreatedSince/>
                    <LastSignOn/>
                    <div class="more-tools"><FileTools/></div>
                </div>
            </DropdownButton>
        </div>
    }
}

/// How many of the filters that have no menu of their own are set.
fn active(app: App) -> usize {
    let view = app.directory().table.view.read();
    let filters = &view.filters;
    [filters.group.is_some(), filters.created_since.is_some(), filters.sign_on.is_some()]
        .into_iter()
        .filter(|is_set| *is_set)
        .count()
}

/// The names of the groups are read when a person turns to the choice.
#[component]
fn Group() -> impl IntoView {
    let app = use_app();
    let view = app.directory().table.view;
    let is_direct = move || view.read().filters.group.is_some_and(|filter| filter.is_direct);
    let set = move |event: Event| {
        let is_direct = event_target_checked(&event);
        change(app, |view| {
            if let Some(group) = &mut view.filters.group {
                group.is_direct = is_direct;
            }
        });
    };
    let read = move || app.directory().read_groups();
    view! {
        <FilterField filter=GROUP on:pointerdown=handler(move |_| read()) on:focusin=handler(move |_| read())/>
        <label class="check">
            <input
                type="checkbox"
                disabled=move || view.read().filters.group.is_none()
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
    let created = move || view.read().filters.created_since.map(date_of).unwrap_or_default();
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
    let word = move || view.read().filters.sign_on.map(sign_on_word).unwrap_or_default();
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
