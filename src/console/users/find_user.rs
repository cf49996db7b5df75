//! The search in PingOne: its field, and its result above the table.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use pingone::time::Timestamp;
use pingone_mfa_core::diagnosis::evidence::Operation;

use crate::console::app::{App, use_app};
use crate::console::load::Load;
use crate::console::troubleshooting::state::Location;
use crate::console::users::directory::{List, Search};

use crate::console::runs::run_panel::stored::OpenRunFile;
use crate::console::troubleshooting::failure::Failure;
use crate::console::users::text;
use crate::ui::dom::handler;
use crate::ui::dom::key_of;

#[component]
pub(crate) fn FindUser() -> impl IntoView {
    let app = use_app();
    let find_on_enter = move |event: KeyboardEvent| {
        if key_of(&event) == "Enter" {
            app.directory().find(&event_target_value(&event));
        }
    };
    view! {
        <div class="find">
            <input
                type="search"
                autocomplete="off"
                spellcheck="false"
                aria-label=text::directory::FIND
                placeholder=text::directory::FIND
                on:keydown=handler(find_on_enter)
            />
            <span class="hint">{text::directory::FIND_HINT}</span>
            <OpenRunFile/>
        </div>
    }
}

/// What PingOne found, or why it couldn't be asked.
#[component]
pub(crate) fn SearchStatus() -> impl IntoView {
    let app = use_app();
    let directory = app.directory();
    let close_label = move || {
        let has_list = directory.list.with_untracked(|list| *list != List::Idle);
        if has_list { text::directory::BACK_TO_LIST } else { text::directory::CLEAR_SEARCH }
    };
    move || {
        directory.search.get().map(|search| {
            view! {
                {answer(app, &search)}
                <button on:click=handler(move |_| directory.close_search())>{close_label()}</button>
            }
        })
    }
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
