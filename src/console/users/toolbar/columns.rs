//! The choice of the table's columns.

use leptos::ev::Event;
use leptos::prelude::*;
use pingone_mfa_core::directory::order::Column;

use crate::console::app::use_app;
use crate::console::users::text;
use crate::console::users::toolbar::change;
use crate::ui::dom::handler;
use crate::ui::dropdown::{Dropdown, DropdownButton, Opens};
use crate::ui::icon::Icon;

#[component]
pub(crate) fn Columns() -> impl IntoView {
    let panel = Dropdown::new();
    view! {
        <div class="columns-menu" title=text::table::COLUMNS>
            <DropdownButton dropdown=panel opens=Opens::Panel name=text::table::COLUMNS icon=Icon::Columns class="quiet tool">
                {Column::OPTIONAL.map(|column| view! { <ColumnBox column/> }).collect_view()}
            </DropdownButton>
        </div>
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
                prop:checked=move || view.read().columns.contains(&column)
                on:change=handler(toggle)
            />
            {text::table::column(column)}
        </label>
    }
}
