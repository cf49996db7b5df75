//! The one search: it filters the loaded users at every key press, and Enter asks PingOne.

use leptos::ev::{Event, KeyboardEvent};
use leptos::prelude::*;

use crate::console::app::use_app;
use crate::console::users::directory::List;
use crate::console::users::text;
use crate::ui::dom::{handler, key_of};
use crate::ui::icon::{Icon, Symbol};

#[component]
pub(crate) fn SearchField() -> impl IntoView {
    let directory = use_app().directory();
    let filter = move |event: Event| {
        let text = event_target_value(&event);
        let has_list = directory.list.with_untracked(|list| *list != List::Idle);
        // Before anything is loaded, PingOne's result stays until the field is empty.
        if has_list || text.trim().is_empty() {
            directory.leave_search();
        }
        directory.table.search_for(directory.users, &text);
    };
    let find = move |event: KeyboardEvent| {
        if key_of(&event) == "Enter" {
            directory.find(&event_target_value(&event));
        }
    };
    view! {
        <div class="search-box">
            <Symbol icon=Icon::Search/>
            <input
                class="search"
                type="search"
                autocomplete="off"
                spellcheck="false"
                enterkeyhint="search"
                aria-label=text::table::SEARCH
                placeholder=text::table::SEARCH_HINT
                prop:value=move || directory.table.search.get()
                on:input=handler(filter)
                on:keydown=handler(find)
            />
        </div>
    }
}
