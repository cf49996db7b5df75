//! The table of requests. It is one stop of the Tab key: arrow keys choose a row, and the screen reader follows
//! `aria-activedescendant`.

use leptos::prelude::*;
use leptos::{ev, html};
use pingone::exchange::Exchange;
use pingone_mfa_core::ports::Locale;

use crate::console::app::use_app;
use crate::console::requests::exchange_forms::{status, status_class};
use crate::console::requests::text;
use crate::ui::dom::{handler, key_of, stop};
use crate::ui::list::For;
use crate::ui::memo::memo;

/// Height of a row in pixels, as in the style sheet.
const ROW: i32 = 34;

/// Rows that Page Up and Page Down move by.
const PAGE: isize = 10;

#[component]
pub(crate) fn RequestTable() -> impl IntoView {
    let exchanges = use_app().exchanges();
    let scroller = NodeRef::<html::Div>::new();
    let listed = memo(move || exchanges.listed());
    let shown = memo(move || exchanges.shown_number());
    let active = move || {
        let shown = shown.get()?;
        listed.read().contains(&shown).then(|| id(shown))
    };
    let press = move |event: ev::KeyboardEvent| {
        let key = key_of(&event);
        if key == "Enter" {
            return exchanges.open();
        }
        let Some(rows) = rows_to_move(&key) else { return };
        stop(&event);
        if let Some(index) = exchanges.choose_by(rows) {
            keep_in_view(scroller, index);
        }
    };
    let rows = move || {
        let shown = shown.get();
        listed.read().iter().map(|number| (*number, Some(*number) == shown)).collect::<Vec<_>>()
    };
    view! {
        <div class="grid-scroll request-scroll" node_ref=scroller>
            <table
                class="request-table"
                role="grid"
                tabindex="0"
                aria-label=text::exchanges::NAME
                aria-activedescendant=active
                on:keydown=handler(press)
            >
                <Head/>
                <tbody>
                    <For each=rows key=|row| *row let((number, is_shown))>
                        <Row number is_shown/>
                    </For>
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Head() -> impl IntoView {
    let head = |(class, name)| view! { <th class=class scope="col" role="columnheader">{name}</th> };
    view! {
        <thead>
            <tr role="row">{text::exchanges::HEADS.map(head).collect_view()}</tr>
        </thead>
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

/// The head covers one row.
fn keep_in_view(scroller: NodeRef<html::Div>, index: usize) {
    let (Some(scroller), Ok(index)) = (scroller.get_untracked(), i32::try_from(index)) else { return };
    let (top, height) = (scroller.scroll_top(), scroller.client_height() - ROW);
    let row = index.saturating_mul(ROW);
    if row < top {
        scroller.set_scroll_top(row);
    } else if row + ROW > top + height {
        scroller.set_scroll_top(row + ROW - height);
    }
}

/// Nothing in a row is reactive: an exchange doesn't change, hundreds of rows may come and go in a second, and the
/// table makes a row anew when it becomes the one that is shown.
#[component]
fn Row(number: u64, is_shown: bool) -> impl IntoView {
    let app = use_app();
    let exchanges = app.exchanges();
    let cells = exchanges.log.with_untracked(|log| {
        log.get(number).map(|numbered| cells(&*app.ports.get().locale, &numbered.exchange))
    });
    view! {
        <tr
            role="row"
            id=id(number)
            aria-selected=is_shown.to_string()
            on:click=handler(move |_| exchanges.choose(Some(number)))
        >
            {cells}
        </tr>
    }
}

fn cells(locale: &dyn Locale, exchange: &Exchange) -> AnyView {
    let head = exchange.answer.as_ref().map(|answer| &answer.head);
    let correlation_id = head.and_then(|head| head.correlation_id.clone()).unwrap_or_default();
    let cells = [
        ("code", locale.time_to_second(exchange.at)),
        ("method", exchange.request.method.to_string()),
        ("code", path(&exchange.url())),
        (status_class(exchange), status(exchange)),
        ("number", text::exchanges::took(locale, exchange.took.0)),
        ("number", exchange.attempt.to_string()),
        ("code correlation", correlation_id),
    ];
    cells
        .map(|(class, value)| view! { <td class=class role="gridcell">{value}</td> })
        .collect_view()
        .into_any()
}

/// The part of an address that differs between requests, with its IDs shortened.
fn path(url: &str) -> String {
    let behind = url.split_once("/environments/").and_then(|(_, rest)| rest.split_once('/'));
    let rest = behind.map_or(text::exchanges::ENVIRONMENT, |(_, rest)| rest);
    let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
    let parts: Vec<&str> = path.split('/').map(short).collect();
    let path = parts.join("/");
    query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"))
}

/// The beginning of an ID: what follows it in the path says what was requested, and has to be visible.
fn short(part: &str) -> &str {
    let is_id = part.len() == 36 && part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    part.get(..8).filter(|_| is_id).unwrap_or(part)
}
