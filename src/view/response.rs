//! What was sent and what PingOne answered: typed, raw, and the request as code.

use pingone_mfa_core::api::exchange::Exchange;
use pingone_mfa_core::api::redaction::PLACEHOLDER;

use super::code::code;
use super::markup::{Event, Handle, Node, button, group, key_of, part_of, rows, says, tag, text_in};
use super::text;
use crate::state::AppHandle;
use crate::state::exchanges::{Exchanges, Form, Numbered};

pub(super) fn response(app: AppHandle) -> Node {
    let exchanges = &app.exchanges;
    let forms = Form::ALL.map(|form| (form, Handle::new()));
    let to_other = move |event: Event| {
        let to = match key_of(&event).as_str() {
            "ArrowLeft" => exchanges.form.get_untracked().before(),
            "ArrowRight" => exchanges.form.get_untracked().after(),
            _ => return,
        };
        exchanges.form.set(to);
        if let Some((_, handle)) = forms.iter().find(|(form, _)| *form == to) {
            handle.focus();
        }
    };
    let tabs = tag("div")
        .class("tabs")
        .set("role", "tablist")
        .set("aria-label", text::response::NAME)
        .on("keydown", to_other)
        .with(forms.map(|(form, handle)| tab(app, form).known_as(handle)).into_iter().collect::<Vec<_>>());
    let panel = tag("div")
        .set("id", "response-panel")
        .set("role", "tabpanel")
        .set("tabindex", "0")
        .set("aria-label", text::response::NAME)
        .with(shown(app));
    tag("section")
        .class("response")
        .part("response")
        .set("aria-label", text::response::NAME)
        .with(tag("h2").with(text::response::NAME))
        .with(choice(app))
        .with(tabs)
        .with(panel)
        .with(tag("p").class("hint").with(text::response::KEPT))
}

fn tab(app: AppHandle, form: Form) -> Node {
    let exchanges = &app.exchanges;
    let name = match form {
        Form::Typed => text::response::TYPED,
        Form::Raw => text::response::RAW,
        Form::Code => text::response::CODE,
    };
    let is_chosen = move || exchanges.form.get() == form;
    button(name, move || exchanges.form.set(form))
        .set("role", "tab")
        .set("id", name)
        .set("aria-controls", "response-panel")
        .follow("aria-selected", move || Some(is_chosen().to_string()))
        .follow("tabindex", move || Some(if is_chosen() { "0" } else { "-1" }.to_owned()))
}

/// Code has a choice in it, which has to outlive the exchange that is shown.
fn shown(app: AppHandle) -> Node {
    let exchanges = &app.exchanges;
    let is_code = move || exchanges.form.get() == Form::Code && exchanges.kept.with(|kept| !kept.is_empty());
    part_of(is_code, move |is_code| if is_code { code(app) } else { answered(app) })
}

fn answered(app: AppHandle) -> Node {
    let exchanges = &app.exchanges;
    part_of(
        move || (exchanges.shown(), exchanges.form.get()),
        move |(shown, form)| match (shown, form) {
            (None, _) => tag("p").class("hint").with(text::response::NONE),
            (Some(Numbered { exchange, .. }), Form::Typed) => typed(app, exchange),
            (Some(Numbered { exchange, .. }), Form::Raw | Form::Code) => raw(&exchange),
        },
    )
}

/// Which of the kept exchanges is shown.
fn choice(app: AppHandle) -> Node {
    let exchanges = &app.exchanges;
    let name_of = move |numbered: &Numbered| {
        line(&numbered.exchange, &app.ports.locale.time_to_second(numbered.exchange.at))
    };
    let newest = move || {
        let newest = exchanges.kept.with(|kept| Exchanges::newest(kept).map(name_of));
        text::response::newest(&newest.unwrap_or_default())
    };
    let numbers = move || exchanges.kept.with(|kept| kept.iter().map(|numbered| numbered.number).collect());
    // One comes and one goes with every exchange, and the others stay as they are.
    let option = move |number: u64| {
        let name = exchanges.kept.with_untracked(|kept| {
            kept.iter().find(|numbered| numbered.number == number).map(name_of).unwrap_or_default()
        });
        tag("option").set_to("value", number.to_string()).with(name)
    };
    tag("select")
        .class("response-choice")
        .set("aria-label", text::response::EXCHANGE)
        .value(move || exchanges.chosen.get().map(|number| number.to_string()).unwrap_or_default())
        .on("change", move |event| exchanges.chosen.set(text_in(&event).parse().ok()))
        .with(tag("option").set("value", "").with(says(newest)))
        .with(rows(numbers, option))
}

fn line(exchange: &Exchange, at: &str) -> String {
    let url = exchange.request.endpoint.as_str();
    let path = url.split_once("/environments/").map_or(url, |(_, rest)| rest);
    let path = path.split_once('/').map_or("", |(_, rest)| rest);
    let path: String = path.chars().take(70).collect();
    format!("{at} {} {} /{path}", exchange.request.method, status(exchange))
}

fn status(exchange: &Exchange) -> String {
    let answer = exchange.answer.as_ref();
    answer.map_or_else(|| text::response::NO_ANSWER.to_owned(), |answer| answer.head.status.to_string())
}

fn typed(app: AppHandle, exchange: Exchange) -> Node {
    let status = status(&exchange);
    let correlation = exchange.answer.and_then(|answer| answer.head.correlation_id);
    let at = app.ports.locale.time_to_second(exchange.at);
    let mut list = tag("dl").define(text::response::STATUS, status);
    for fact in exchange.facts {
        let value = tag("dd").class("code").with(tag("bdi").with(fact.value));
        list = list.with(tag("dt").class("code").with(fact.field)).with(value);
    }
    if let Some(fault) = &exchange.fault {
        list = list.define(text::response::PROBLEM, text::fault(fault));
    }
    list = list
        .define(text::response::DURATION, format!("{} ms", exchange.took.0))
        .define(text::response::AT, at);
    match correlation {
        Some(id) => list.define(text::response::CORRELATION_ID, tag("span").class("id").with(id)),
        None => list,
    }
}

fn raw(exchange: &Exchange) -> Node {
    let request = &exchange.request;
    let body = request.body.as_ref().map(|body| String::from_utf8_lossy(body).into_owned());
    let content_type = if body.is_some() { "Content-Type: application/json\n" } else { "" };
    let sent = format!(
        "{} {}\nAccept: application/json\nAuthorization: Bearer {PLACEHOLDER}\n{content_type}\n{}",
        request.method,
        request.endpoint.as_str(),
        body.unwrap_or_default(),
    );
    let came = match &exchange.answer {
        None => text::response::NO_ANSWER.to_owned(),
        Some(answer) => {
            let id = answer.head.correlation_id.as_ref().map(|id| format!("Correlation-Id: {id}\n"));
            format!("{}\n{}\n{}", answer.head.status, id.unwrap_or_default(), answer.body)
        }
    };
    group()
        .with(tag("h3").with(text::response::REQUEST))
        .with(tag("pre").with(sent.trim_end()))
        .with(tag("h3").with(text::response::ANSWER))
        .with(tag("pre").with(came.trim_end()))
}
