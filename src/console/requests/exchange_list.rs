//! The list of the last exchanges with its filters, and the buttons that copy and save them. The list is in the document
//! only while it is open.

use std::iter;

use leptos::prelude::*;
use leptos::{ev, html};
use pingone::exchange::Exchange;
use pingone::request::Method;
use pingone_mfa_core::exchanges::filter::{Class, ExchangeFilter};
use pingone_mfa_core::exchanges::log::Log;
use pingone_mfa_core::ports::Locale;

use crate::console::app::use_app;

use crate::console::requests::text;
use crate::ui::dom::handler;
use crate::ui::dom::{key_of, stop};

/// Height of a row in pixels, as in the style sheet.
const ROW: i32 = 44;

/// Rows that Page Up and Page Down move by.
const PAGE: isize = 5;

/// The exchange that is shown, and the list to choose another one from.
#[component]
pub(crate) fn ExchangeChoice() -> impl IntoView {
    let app = use_app();
    let exchanges = app.exchanges();
    let count = move || app.ports.get().locale.number(exchanges.log.with(Log::len) as u64);
    view! {
        <div class="exchanges">
            <button
                aria-expanded=move || exchanges.is_open.get().to_string()
                on:click=handler(move |_| exchanges.is_open.update(|is_open| *is_open = !*is_open))
            >
                {move || text::exchanges::list(&count())}
            </button>
            <Show when=move || exchanges.is_open.get()>
                <ExchangePanel />
            </Show>
            <ShownExchange />
        </div>
    }
}

/// Says which exchange is shown.
#[component]
fn ShownExchange() -> impl IntoView {
    let app = use_app();
    let exchanges = app.exchanges();
    let is_chosen = move || exchanges.chosen.get().is_some();
    let line = move || {
        let line = exchanges.shown().map(|shown| line(&*app.ports.get().locale, &shown.exchange))?;
        Some(if is_chosen() { text::exchanges::chosen(&line) } else { text::exchanges::newest(&line) })
    };
    view! {
        <div class="exchange-which">
            <p class="exchange-shown">{move || line().unwrap_or_default()}</p>
            <Show when=is_chosen>
                <button class="quiet" on:click=handler(move |_| exchanges.chosen.set(None))>
                    {text::exchanges::FOLLOW}
                </button>
            </Show>
        </div>
    }
}

fn line(locale: &dyn Locale, exchange: &Exchange) -> String {
    let at = locale.time_to_second(exchange.at);
    format!("{at} {} {}", exchange.request.method, status(exchange))
}

#[component]
fn ExchangePanel() -> impl IntoView {
    let app = use_app();
    let exchanges = app.exchanges();
    let listed = Memo::new(move |_| exchanges.listed());
    let matching = move || {
        let (matching, all) = (listed.with(Vec::len), exchanges.log.with(Log::len));
        text::exchanges::matching(app.ports.get().locale.as_ref(), matching, all)
    };
    view! {
        <div class="exchange-panel">
            <div class="exchange-sieve">
                <MethodFilter />
                <ClassFilter />
                <SearchField />
            </div>
            <p class="hint" role="status">
                {matching}
            </p>
            <Show when=move || listed.with(|listed| !listed.is_empty())>
                <ExchangeList listed />
            </Show>
        </div>
    }
}

#[component]
fn MethodFilter() -> impl IntoView {
    let options = text::exchanges::METHODS.iter().map(Method::to_string).collect();
    let chosen = |filter: &ExchangeFilter| filter.method.map(|method| method.to_string());
    let choose = |filter: &mut ExchangeFilter, word: &str| {
        filter.method = text::exchanges::METHODS.into_iter().find(|method| method.to_string() == word);
    };
    view! {
        <FilterSelect name=text::exchanges::METHOD any=text::exchanges::ANY_METHOD options chosen choose />
    }
}

#[component]
fn ClassFilter() -> impl IntoView {
    let word = |class: Class| text::exchanges::class(class).to_owned();
    let options = text::exchanges::CLASSES.into_iter().map(word).collect();
    let chosen = |filter: &ExchangeFilter| filter.class.map(|class| text::exchanges::class(class).to_owned());
    let choose = |filter: &mut ExchangeFilter, word: &str| {
        let mut classes = text::exchanges::CLASSES.into_iter();
        filter.class = classes.find(|class| text::exchanges::class(*class) == word);
    };
    view! {
        <FilterSelect name=text::exchanges::STATUS any=text::exchanges::ANY_STATUS options chosen choose />
    }
}

/// A filter by one of a few words.
#[component]
fn FilterSelect(
    name: &'static str,
    /// Label of the first option, which has an empty value and doesn't filter.
    any: &'static str,
    options: Vec<String>,
    chosen: fn(&ExchangeFilter) -> Option<String>,
    /// Is called with the value of an option.
    choose: fn(&mut ExchangeFilter, &str),
) -> impl IntoView {
    let filter = use_app().exchanges().filter;
    let options = options.into_iter().map(|word| (word.clone(), word));
    let option = |(value, label): (String, String)| {
        let word = value.clone();
        let is_chosen = move || filter.with(|filter| chosen(filter).unwrap_or_default() == word);
        view! {
            <option value=value prop:selected=is_chosen>
                {label}
            </option>
        }
    };
    view! {
        <select
            aria-label=name
            on:change:target=move |event| filter.update(|filter| choose(filter, &event.target().value()))
        >
            {iter::once((String::new(), any.to_owned())).chain(options).map(option).collect_view()}
        </select>
    }
}

#[component]
fn SearchField() -> impl IntoView {
    let filter = use_app().exchanges().filter;
    view! {
        <input
            type="search"
            autocomplete="off"
            spellcheck="false"
            aria-label=text::exchanges::SEARCH
            placeholder=text::exchanges::SEARCH
            prop:value=move || filter.with(|filter| filter.text.clone())
            on:input:target=move |event| filter.update(|filter| filter.text = event.target().value())
        />
    }
}

/// The list as one stop of the Tab key. The arrow keys choose, and the screen reader follows `aria-activedescendant`.
#[component]
fn ExchangeList(listed: Memo<Vec<u64>>) -> impl IntoView {
    let exchanges = use_app().exchanges();
    let frame = NodeRef::<html::Div>::new();
    let shown = Memo::new(move |_| exchanges.shown_number());
    let active = move || {
        let shown = shown.get()?;
        listed.with(|listed| listed.contains(&shown)).then(|| id(shown))
    };
    let go = move |event: ev::KeyboardEvent| {
        let Some(rows) = rows_to_move(&key_of(&event)) else { return };
        stop(&event);
        if let Some(index) = exchanges.choose_by(rows) {
            keep_in_view(frame, index);
        }
    };
    let rows = move || {
        let shown = shown.get();
        listed
            .with(|listed| listed.iter().map(|number| (*number, Some(*number) == shown)).collect::<Vec<_>>())
    };
    view! {
        <div
            node_ref=frame
            class="exchange-list"
            role="listbox"
            tabindex="0"
            aria-label=text::exchanges::NAME
            aria-activedescendant=active
            on:keydown=handler(go)
        >
            <For each=rows key=|row| *row let((number, is_shown))>
                <ExchangeRow number is_shown />
            </For>
        </div>
    }
}

fn rows_to_move(key: &str) -> Option<isize> {
    Some(match key {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        "PageDown" => PAGE,
        "PageUp" => -PAGE,
        "Home" => isize::MIN,
        "End" => isize::MAX,
        _ => return None,
    })
}

fn id(number: u64) -> String {
    format!("exchange-{number}")
}

fn keep_in_view(frame: NodeRef<html::Div>, index: usize) {
    let (Some(frame), Ok(index)) = (frame.get_untracked(), i32::try_from(index)) else { return };
    let (top, height) = (frame.scroll_top(), frame.client_height());
    let row = index.saturating_mul(ROW);
    if row < top {
        frame.set_scroll_top(row);
    } else if row + ROW > top + height {
        frame.set_scroll_top(row + ROW - height);
    }
}

/// A row of the list. Nothing in it is reactive: an exchange doesn't change, hundreds of rows may come and go in a
/// second, and the list makes a row anew when it becomes the one that is shown.
#[component]
fn ExchangeRow(number: u64, is_shown: bool) -> impl IntoView {
    let app = use_app();
    let exchanges = app.exchanges();
    let facts = exchanges.log.with_untracked(|log| {
        log.get(number).map(|numbered| RowFacts::of(&*app.ports.get().locale, &numbered.exchange))
    });
    view! {
        <div
            class="exchange"
            role="option"
            id=id(number)
            aria-selected=is_shown.to_string()
            on:click=handler(move |_| exchanges.chosen.set(Some(number)))
        >
            {facts.map(|facts| view! { <RowContent facts /> })}
        </div>
    }
}

/// What a row says about its exchange.
struct RowFacts {
    at: String,
    method: String,
    status: String,
    is_good: bool,
    took: String,
    /// Absent at the first attempt.
    attempt: Option<String>,
    path: String,
}

impl RowFacts {
    fn of(locale: &dyn Locale, exchange: &Exchange) -> Self {
        Self {
            at: locale.time_to_second(exchange.at),
            method: exchange.request.method.to_string(),
            status: status(exchange),
            is_good: Class::of(exchange) == Class::Good,
            took: text::exchanges::took(locale, exchange.took.0),
            attempt: (exchange.attempt > 1).then(|| text::exchanges::again(exchange.attempt)),
            path: path(&exchange.url()),
        }
    }
}

#[component]
fn RowContent(facts: RowFacts) -> impl IntoView {
    let status_class = if facts.is_good { "exchange-status" } else { "exchange-status bad" };
    view! {
        <span class="exchange-line">
            <span>{facts.at}</span>
            <strong>{facts.method}</strong>
            <span class=status_class>{facts.status}</span>
            <span>{facts.took}</span>
            {facts.attempt.map(|attempt| view! { <span>{attempt}</span> })}
        </span>
        <span class="exchange-path">{facts.path}</span>
    }
}

/// The part of an address that differs between requests, with its IDs shortened.
fn path(url: &str) -> String {
    let behind = url.split_once("/environments/").and_then(|(_, rest)| rest.split_once('/'));
    let path = behind.map_or(text::exchanges::ENVIRONMENT, |(_, rest)| rest);
    let parts: Vec<&str> = path.split('/').map(short).collect();
    parts.join("/")
}

/// The beginning of an ID: what follows it in the path says what was requested, and has to be visible.
fn short(part: &str) -> &str {
    let is_id = part.len() == 36 && part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    part.get(..8).filter(|_| is_id).unwrap_or(part)
}

/// Copies and the HAR file. They are without personal data, unless it is asked for, once per copy.
#[component]
pub(crate) fn ExchangeCopies() -> impl IntoView {
    let app = use_app();
    let exchanges = app.exchanges();
    let is_open = move || exchanges.is_open.get();
    view! {
        <div class="exchange-copying">
            <div class="line">
                <button
                    disabled=move || exchanges.log.with(Log::is_empty)
                    on:click=handler(move |_| app.session().copy(exchanges.copy_of_shown()))
                >
                    {text::exchanges::COPY}
                </button>
                <Show when=is_open>
                    <CopiesOfListed />
                </Show>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || exchanges.with_people.get()
                        on:change:target=move |event| exchanges.with_people.set(event.target().checked())
                    />
                    {text::exchanges::WITH_PEOPLE}
                </label>
            </div>
            <p class="hint">{text::exchanges::WITHOUT_PEOPLE}</p>
            <Show when=is_open>
                <p class="hint">{text::exchanges::ABOUT_HAR}</p>
            </Show>
        </div>
    }
}

/// The buttons for all exchanges that the list shows.
#[component]
fn CopiesOfListed() -> impl IntoView {
    let app = use_app();
    let exchanges = app.exchanges();
    let listed = Memo::new(move |_| exchanges.listed().len());
    let count = move || app.ports.get().locale.number(listed.get() as u64);
    view! {
        <button
            disabled=move || listed.get() == 0
            on:click=handler(move |_| app.session().copy(exchanges.copy_of_listed()))
        >
            {move || text::exchanges::copy_all(&count())}
        </button>
        <button disabled=move || listed.get() == 0 on:click=handler(move |_| app.save_exchanges())>
            {text::exchanges::SAVE_HAR}
        </button>
    }
}

pub(crate) fn status(exchange: &Exchange) -> String {
    let answer = exchange.answer.as_ref();
    answer.map_or_else(|| text::response::NO_ANSWER.to_owned(), |answer| answer.head.status.to_string())
}
