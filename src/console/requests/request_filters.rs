//! The filters above the table of requests, and the files and copies of all requests that match.

use leptos::prelude::*;
use pingone_mfa_core::exchanges::filter::ExchangeFilter;
use pingone_mfa_core::exchanges::log::Log;

use crate::console::app::use_app;
use crate::console::requests::state::ChooseWord;
use crate::console::requests::text;
use crate::ui::dom::handler;
use crate::ui::dropdown::{Dropdown, DropdownButton, MenuChoice, Opens};
use crate::ui::icon::{Icon, Symbol};
use crate::ui::search_field::SearchField;

#[component]
pub(crate) fn RequestFilters() -> impl IntoView {
    view! {
        <div class="toolbar" role="search" aria-label=text::exchanges::FILTERS>
            <RequestSearch/>
            <FilterMenu filter=STATUS/>
            <FilterMenu filter=METHOD/>
            <FilesOfListed/>
        </div>
        <Matching/>
    }
}

#[component]
fn RequestSearch() -> impl IntoView {
    let exchanges = use_app().exchanges();
    let value = Signal::derive(move || exchanges.filter.with(|filter| filter.text.clone()));
    let change = Callback::new(move |text| exchanges.search_for(text));
    let name = text::exchanges::SEARCH;
    view! { <SearchField name placeholder=name value change/> }
}

/// A filter by one of a few words.
#[derive(Clone, Copy)]
struct WordFilter {
    name: &'static str,
    /// The entry that doesn't filter.
    any: &'static str,
    words: fn() -> Vec<String>,
    chosen: fn(&ExchangeFilter) -> Option<String>,
    /// Is called with one of the words, or with `None` for no filter.
    choose: ChooseWord,
}

const STATUS: WordFilter = WordFilter {
    name: text::exchanges::STATUS,
    any: text::exchanges::ANY_STATUS,
    words: || text::exchanges::CLASSES.map(|class| text::exchanges::class(class).to_owned()).to_vec(),
    chosen: |filter| filter.class.map(|class| text::exchanges::class(class).to_owned()),
    choose: |filter, word| {
        let mut classes = text::exchanges::CLASSES.into_iter();
        filter.class = classes.find(|class| Some(text::exchanges::class(*class)) == word);
    },
};

const METHOD: WordFilter = WordFilter {
    name: text::exchanges::METHOD,
    any: text::exchanges::ANY_METHOD,
    words: || text::exchanges::METHODS.map(|method| method.to_string()).to_vec(),
    chosen: |filter| filter.method.map(|method| method.to_string()),
    choose: |filter, word| {
        let mut methods = text::exchanges::METHODS.into_iter();
        filter.method = methods.find(|method| Some(method.to_string().as_str()) == word);
    },
};

#[component]
fn FilterMenu(filter: WordFilter) -> impl IntoView {
    let state = use_app().exchanges().filter;
    let menu = Dropdown::new();
    let label = Signal::derive(move || match state.with(filter.chosen) {
        Some(word) => text::exchanges::active_filter(filter.name, &word),
        None => filter.name.to_owned(),
    });
    view! {
        <DropdownButton dropdown=menu opens=Opens::Menu name=filter.name label=label>
            <Choice menu filter word=None/>
            {(filter.words)().into_iter().map(|word| view! { <Choice menu filter word=Some(word)/> }).collect_view()}
        </DropdownButton>
    }
}

#[component]
fn Choice(menu: Dropdown, filter: WordFilter, word: Option<String>) -> impl IntoView {
    let exchanges = use_app().exchanges();
    let name = word.clone().unwrap_or_else(|| filter.any.to_owned());
    let chosen = word.clone();
    let is_chosen = Signal::derive(move || exchanges.filter.with(filter.chosen) == chosen);
    let choose = Callback::new(move |()| exchanges.choose_word(filter.choose, word.as_deref()));
    view! { <MenuChoice dropdown=menu name is_chosen choose/> }
}

/// How many requests match, of how many.
#[component]
fn Matching() -> impl IntoView {
    let app = use_app();
    let exchanges = app.exchanges();
    let matching = move || {
        let (matching, all) = (exchanges.listed().len(), exchanges.log.with(Log::len));
        text::exchanges::matching(app.ports.get().locale.as_ref(), matching, all)
    };
    view! { <p class="hint" role="status">{matching} " " {text::exchanges::KEPT}</p> }
}

/// The copy and the file of all requests that match.
#[component]
fn FilesOfListed() -> impl IntoView {
    let app = use_app();
    let exchanges = app.exchanges();
    let is_empty = move || exchanges.listed().is_empty();
    view! {
        <div class="actions">
            <button
                class="quiet"
                disabled=is_empty
                on:click=handler(move |_| app.session().copy(exchanges.copy_of_listed()))
            >
                {text::exchanges::COPY_ALL}
            </button>
            <button
                class="quiet"
                title=text::exchanges::ABOUT_HAR
                disabled=is_empty
                on:click=handler(move |_| app.save_exchanges())
            >
                <Symbol icon=Icon::Download/>
                {text::exchanges::SAVE_HAR}
            </button>
        </div>
    }
}
