//! The one search: it filters the loaded users at every key press, and Enter asks PingOne.

use leptos::prelude::*;

use crate::console::app::use_app;
use crate::console::users::directory::List;
use crate::console::users::text;
use crate::ui::search_field::SearchField;

#[component]
pub(crate) fn UserSearch() -> impl IntoView {
    let directory = use_app().directory();
    let filter = Callback::new(move |text: String| {
        let has_list = directory.list.with_untracked(|list| *list != List::Idle);
        // Before anything is loaded, PingOne's result stays until the field is empty.
        if has_list || text.trim().is_empty() {
            directory.leave_search();
        }
        directory.table.search_for(directory.users, &text);
    });
    let find = Callback::new(move |text: String| directory.find(&text));
    let (name, placeholder) = (text::table::SEARCH, text::table::SEARCH_HINT);
    view! { <SearchField name placeholder value=directory.table.search.into() change=filter submit=find/> }
}
