//! What was sent and what PingOne answered: typed, raw, and the request as code.

use leptos::prelude::*;
use pingone::exchange::Exchange;
use pingone::redaction::secrets::PLACEHOLDER;
use pingone_mfa_core::exchanges::log::Numbered;

use crate::state::App;
use crate::state::exchanges::Form;

use super::code::code;
use super::exchanges::{choice, copying};
use super::markup::{Event, Handle, Node, button, group, key_of, part_of, tag};
use super::text;

pub(super) fn response(app: App) -> Node {
    let exchanges = app.exchanges();
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
        .with(copying(app))
        .with(tag("p").class("hint").with(text::response::KEPT))
}

fn tab(app: App, form: Form) -> Node {
    let exchanges = app.exchanges();
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
fn shown(app: App) -> Node {
    let exchanges = app.exchanges();
    let is_code = move || exchanges.form.get() == Form::Code && exchanges.log.with(|log| !log.is_empty());
    part_of(is_code, move |is_code| if is_code { code(app) } else { answered(app) })
}

fn answered(app: App) -> Node {
    let exchanges = app.exchanges();
    part_of(
        move || (exchanges.shown(), exchanges.form.get()),
        move |(shown, form)| match (shown, form) {
            (None, _) => tag("p").class("hint").with(text::response::NONE),
            (Some(Numbered { exchange, .. }), Form::Typed) => typed(app, exchange),
            (Some(Numbered { exchange, .. }), Form::Raw | Form::Code) => raw(app, &exchange),
        },
    )
}

pub(super) fn status(exchange: &Exchange) -> String {
    let answer = exchange.answer.as_ref();
    answer.map_or_else(|| text::response::NO_ANSWER.to_owned(), |answer| answer.head.status.to_string())
}

fn typed(app: App, exchange: Exchange) -> Node {
    let status = status(&exchange);
    let correlation = exchange.answer.and_then(|answer| answer.head.correlation_id);
    let at = app.ports.get().locale.time_to_second(exchange.at);
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
        .define(text::response::ATTEMPT, exchange.attempt.to_string())
        .define(text::response::AT, at);
    match correlation {
        Some(id) => list.define(text::response::CORRELATION_ID, tag("span").class("id").with(id)),
        None => list,
    }
}

fn raw(app: App, exchange: &Exchange) -> Node {
    let body = exchange.sent();
    let content_type = if body.is_empty() { "" } else { "Content-Type: application/json\n" };
    let sent = format!(
        "{} {}\nAccept: application/json\nAuthorization: Bearer {PLACEHOLDER}\n{content_type}\n{}",
        exchange.request.method,
        exchange.url(),
        body,
    );
    let came = match &exchange.answer {
        None => text::response::NO_ANSWER.to_owned(),
        Some(answer) => {
            let id = answer.head.correlation_id.as_ref().map(|id| format!("Correlation-Id: {id}\n"));
            format!("{}\n{}\n{}", answer.head.status, id.unwrap_or_default(), answer.body)
        }
    };
    let cut = exchange.answer.as_ref().filter(|answer| answer.is_cut && answer.size > 0);
    let cut = cut.map(|answer| text::exchanges::cut(&app.ports.get().locale.number(answer.size as u64)));
    group()
        .with(tag("h3").with(text::response::REQUEST))
        .with(tag("pre").with(sent.trim_end()))
        .with(tag("h3").with(text::response::ANSWER))
        .with(tag("pre").with(came.trim_end()))
        .with(cut.map(|cut| tag("p").class("hint").with(cut)))
}
