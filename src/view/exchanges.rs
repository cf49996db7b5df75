//! The last exchanges as a list, and copies of them. The list is in the document only while somebody looks at it.

use leptos::prelude::*;
use pingone::exchange::Exchange;
use pingone::request::Method;
use pingone_mfa_core::exchanges::filter::{Class, ExchangeFilter};
use pingone_mfa_core::exchanges::log::{Log, Numbered};

use crate::state::App;

use super::markup::{
    Event, Handle, Kept, Node, button, group, is_checked, kept, key_of, part_of, rows, says, stop, tag,
    text_in,
};
use super::response::status;
use super::text;

/// The height of a row, as in the style sheet.
const ROW: i32 = 44;

/// A page of the list, in rows.
const PAGE: isize = 5;

/// Which exchange is shown, and the list to choose another from.
pub(super) fn choice(app: App) -> Node {
    let exchanges = app.exchanges();
    let count = move || app.ports.get().locale.number(exchanges.log.with(Log::len) as u64);
    let toggle = button(says(move || text::exchanges::list(&count())), move || {
        exchanges.is_open.update(|is_open| *is_open = !*is_open);
    })
    .follow("aria-expanded", move || Some(exchanges.is_open.get().to_string()));
    let list = part_of(move || exchanges.is_open.get(), move |is_open| is_open.then(|| list(app)));
    tag("div").class("exchanges").with(toggle).with(list).with(which(app))
}

/// Which one is shown.
fn which(app: App) -> Node {
    let exchanges = app.exchanges();
    let line = move || {
        let line = exchanges.shown().map(|shown| line(app, &shown.exchange))?;
        let is_chosen = exchanges.chosen.get().is_some();
        Some(if is_chosen { text::exchanges::chosen(&line) } else { text::exchanges::newest(&line) })
    };
    let follow = part_of(
        move || exchanges.chosen.get().is_some(),
        move |is_chosen| {
            let follow = button(text::exchanges::FOLLOW, move || exchanges.chosen.set(None));
            is_chosen.then(|| follow.class("quiet"))
        },
    );
    let line = tag("p").class("exchange-shown").with(says(move || line().unwrap_or_default()));
    tag("div").class("exchange-which").with(line).with(follow)
}

fn line(app: App, exchange: &Exchange) -> String {
    let at = app.ports.get().locale.time_to_second(exchange.at);
    format!("{at} {} {}", exchange.request.method, status(exchange))
}

fn list(app: App) -> Node {
    let exchanges = app.exchanges();
    let listed = kept(move || exchanges.listed());
    let (counted, looked_at) = (listed.clone(), listed.clone());
    let matching = move || {
        let matching = counted.with(Vec::len).unwrap_or_default();
        text::exchanges::matching(app.ports.get().locale.as_ref(), matching, exchanges.log.with(Log::len))
    };
    let has_some = move || looked_at.with(|listed| !listed.is_empty()).unwrap_or_default();
    let shown = part_of(has_some, move |has_some| has_some.then(|| listbox(app, listed.clone())));
    tag("div")
        .class("exchange-panel")
        .with(tag("div").class("exchange-sieve").with(method(app)).with(class(app)).with(search(app)))
        .with(tag("p").class("hint").set("role", "status").with(says(matching)))
        .with(shown)
}

fn method(app: App) -> Node {
    let option = |method: &Method| method.to_string();
    let choose = |filter: &mut ExchangeFilter, word: &str| {
        filter.method = text::exchanges::METHODS.into_iter().find(|method| method.to_string() == word);
    };
    let options: Vec<String> = text::exchanges::METHODS.iter().map(option).collect();
    let chosen = |filter: &ExchangeFilter| filter.method.map(|method| method.to_string()).unwrap_or_default();
    filter(app, text::exchanges::METHOD, text::exchanges::ANY_METHOD, options, chosen, choose)
}

fn class(app: App) -> Node {
    let word = |class: Class| text::exchanges::class(class).to_owned();
    let choose = |filter: &mut ExchangeFilter, word: &str| {
        filter.class =
            text::exchanges::CLASSES.into_iter().find(|class| text::exchanges::class(*class) == word);
    };
    let options: Vec<String> = text::exchanges::CLASSES.into_iter().map(word).collect();
    let chosen = |filter: &ExchangeFilter| {
        filter.class.map(|class| text::exchanges::class(class).to_owned()).unwrap_or_default()
    };
    filter(app, text::exchanges::STATUS, text::exchanges::ANY_STATUS, options, chosen, choose)
}

fn filter(
    app: App,
    name: &'static str,
    any: &'static str,
    options: Vec<String>,
    chosen: fn(&ExchangeFilter) -> String,
    choose: fn(&mut ExchangeFilter, &str),
) -> Node {
    let filter = app.exchanges().filter;
    let option = |word: String| tag("option").set_to("value", word.clone()).with(word);
    tag("select")
        .set("aria-label", name)
        .with(tag("option").set("value", "").with(any))
        .with(options.into_iter().map(option).collect::<Vec<_>>())
        .value(move || filter.with(chosen))
        .on("change", move |event| filter.update(|filter| choose(filter, &text_in(&event))))
}

fn search(app: App) -> Node {
    let filter = app.exchanges().filter;
    tag("input")
        .set("type", "search")
        .set("autocomplete", "off")
        .set("spellcheck", "false")
        .set("aria-label", text::exchanges::SEARCH)
        .set("placeholder", text::exchanges::SEARCH)
        .value(move || filter.with(|filter| filter.text.clone()))
        .on("input", move |event| filter.update(|filter| filter.text = text_in(&event)))
}

fn listbox(app: App, listed: Kept<Vec<u64>>) -> Node {
    let exchanges = app.exchanges();
    let frame = Handle::new();
    let shown = kept(move || exchanges.shown_number());
    let (active, among) = (shown.clone(), listed.clone());
    let active = move || {
        let shown = active.with(|shown| *shown).flatten()?;
        among.with(|listed| listed.contains(&shown)).unwrap_or_default().then(|| id(shown))
    };
    let go = move |event: Event| {
        let places = match key_of(&event).as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            "PageDown" => PAGE,
            "PageUp" => -PAGE,
            "Home" => isize::MIN,
            "End" => isize::MAX,
            _ => return,
        };
        stop(&event);
        if let Some(place) = exchanges.choose_by(places) {
            keep_in_view(frame, place);
        }
    };
    tag("div")
        .known_as(frame)
        .class("exchange-list")
        .set("role", "listbox")
        .set("tabindex", "0")
        .set("aria-label", text::exchanges::NAME)
        .follow("aria-activedescendant", active)
        .on("keydown", go)
        .with(rows(
            move || {
                let shown = shown.with(|shown| *shown).flatten();
                let keys = listed
                    .with(|listed| listed.iter().map(|number| (*number, Some(*number) == shown)).collect());
                keys.unwrap_or_default()
            },
            move |(number, is_shown)| row(app, number, is_shown),
        ))
}

fn id(number: u64) -> String {
    format!("exchange-{number}")
}

fn keep_in_view(frame: Handle, place: usize) {
    let (Some((top, height)), Ok(place)) = (frame.view(), i32::try_from(place)) else { return };
    let row = place.saturating_mul(ROW);
    if row < top {
        frame.scroll_to(row);
    } else if row + ROW > top + height {
        frame.scroll_to(row + ROW - height);
    }
}

/// One line of the list. An exchange doesn't change, and what is shown of it neither: hundreds of lines come and go in a
/// second, and each that followed a value would stay among those that are told when it changes.
fn row(app: App, number: u64, is_shown: bool) -> Node {
    let exchanges = app.exchanges();
    let contents =
        exchanges.log.with_untracked(|log| log.get(number).map(|numbered| contents(app, numbered)));
    tag("div")
        .class("exchange")
        .set("role", "option")
        .set_to("id", id(number))
        .set_to("aria-selected", is_shown.to_string())
        .on("click", move |_| exchanges.chosen.set(Some(number)))
        .with(contents)
}

fn contents(app: App, Numbered { exchange, .. }: &Numbered) -> Node {
    let ports = app.ports.get();
    let locale = &*ports.locale;
    let is_good = Class::of(exchange) == Class::Good;
    let class = if is_good { "exchange-status" } else { "exchange-status bad" };
    let again = (exchange.attempt > 1).then(|| tag("span").with(text::exchanges::again(exchange.attempt)));
    let line = tag("span")
        .class("exchange-line")
        .with(tag("span").with(locale.time_to_second(exchange.at)))
        .with(tag("strong").with(exchange.request.method.to_string()))
        .with(tag("span").class(class).with(status(exchange)))
        .with(tag("span").with(text::exchanges::took(locale, exchange.took.0)))
        .with(again);
    group().with(line).with(tag("span").class("exchange-path").with(path(&exchange.url())))
}

/// The part of an address that differs from request to request, its ids by their beginnings.
fn path(url: &str) -> String {
    let behind = url.split_once("/environments/").and_then(|(_, rest)| rest.split_once('/'));
    let path = behind.map_or(text::exchanges::ENVIRONMENT, |(_, rest)| rest);
    let parts: Vec<&str> = path.split('/').map(short).collect();
    parts.join("/")
}

/// An id by its beginning: what comes behind it says what was asked for, and has to be seen.
fn short(part: &str) -> &str {
    let is_id = part.len() == 36 && part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    part.get(..8).filter(|_| is_id).unwrap_or(part)
}

/// The ways out of the page: each without the people, unless they are asked for this once.
pub(super) fn copying(app: App) -> Node {
    let exchanges = app.exchanges();
    let has_none = move || exchanges.log.with(Log::is_empty).then(String::new);
    let copy = button(text::exchanges::COPY, move || app.session().copy(exchanges.copy_of_shown()))
        .follow("disabled", has_none);
    let listed = move || exchanges.listed().len();
    let name = move || text::exchanges::copy_all(&app.ports.get().locale.number(listed() as u64));
    let all = move || {
        button(says(name), move || app.session().copy(exchanges.copy_of_listed()))
            .follow("disabled", move || (listed() == 0).then(String::new))
    };
    let save = move || {
        button(text::exchanges::SAVE_HAR, move || app.save_exchanges())
            .follow("disabled", move || (listed() == 0).then(String::new))
    };
    let all = part_of(
        move || exchanges.is_open.get(),
        move |is_open| is_open.then(|| group().with(all()).with(save())),
    );
    let about = part_of(
        move || exchanges.is_open.get(),
        |is_open| is_open.then(|| tag("p").class("hint").with(text::exchanges::ABOUT_HAR)),
    );
    let box_ = tag("input")
        .set("type", "checkbox")
        .checked(move || exchanges.with_people.get())
        .on("change", move |event| exchanges.with_people.set(is_checked(&event)));
    let with_people = tag("label").class("check").with(box_).with(text::exchanges::WITH_PEOPLE);
    tag("div")
        .class("exchange-copying")
        .with(tag("div").class("line").with(copy).with(all).with(with_people))
        .with(tag("p").class("hint").with(text::exchanges::WITHOUT_PEOPLE))
        .with(about)
}
