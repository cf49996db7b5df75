//! What PingOne found for a search, in the line above the table.

use leptos::prelude::*;
use pingone::time::Timestamp;
use pingone_mfa_core::diagnosis::evidence::Operation;

use crate::console::app::{App, use_app};
use crate::console::load::Load;
use crate::console::troubleshooting::failure::Failure;
use crate::console::troubleshooting::state::Location;
use crate::console::users::directory::{List, Search};
use crate::console::users::grid::UserGrid;
use crate::console::users::text;
use crate::ui::dom::{focus_next, handler};
use crate::ui::memo::memo;
use crate::ui::show::Show;

/// The users that PingOne found.
#[component]
pub(crate) fn SearchResult() -> impl IntoView {
    let app = use_app();
    let has_failed = memo(move || {
        app.directory().search.read().as_ref().is_some_and(|search| matches!(search.hits, Load::Failed(_)))
    });
    view! {
        <div class="list-line"><SearchStatus/></div>
        <Show when=move || !has_failed.get()><UserGrid/></Show>
    }
}

/// How many users PingOne found, or why it couldn't be asked.
#[component]
fn SearchStatus() -> impl IntoView {
    let app = use_app();
    let directory = app.directory();
    let back_label = move || {
        let has_list = *directory.list.read_untracked() != List::Idle;
        if has_list { text::directory::BACK_TO_LIST } else { text::directory::CLEAR_SEARCH }
    };
    let back = move |event: leptos::ev::MouseEvent| {
        focus_next(&event, &[text::table::SEARCH]);
        directory.close_search();
        directory.table.search_for(directory.users, "");
    };
    view! { {move || {
        directory.search.get().map(|search| {
            view! {
                {answer(app, &search)}
                <button class="link" on:click=handler(back)>{back_label()}</button>
            }
        })
    }} }
}

fn answer(app: App, search: &Search) -> AnyView {
    match &search.hits {
        Load::Failed(fault) => {
            let title = text::fault(fault);
            view! { <Failure at=Location::Search tried=Operation::ReadUsers fault=fault.clone() title=title/> }.into_any()
        }
        Load::Idle | Load::Loading => {
            view! { <p class="working">{text::directory::searching(&search.text)}</p> }.into_any()
        }
        Load::Ready { value, at } => view! { <p>{found_line(app, search, *value, *at)}</p> }.into_any(),
    }
}

fn found_line(app: App, search: &Search, hits: u64, at: Timestamp) -> String {
    let ports = app.ports.get();
    let (locale, text) = (&ports.locale, &search.text);
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
