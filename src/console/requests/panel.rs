//! What was sent and what PingOne answered, as three tabs: typed, raw, and the request as code.

use leptos::prelude::*;
use leptos::{ev, html};
use pingone::exchange::Exchange;
use pingone::redaction::secrets::PLACEHOLDER;
use pingone_mfa_core::exchanges::log::Numbered;

use crate::console::app::use_app;
use crate::console::requests::state::Form;

use crate::console::requests::exchange_list::{ExchangeChoice, ExchangeCopies, status};
use crate::console::requests::request_code::RequestCode;
use crate::console::requests::text;
use crate::ui::dom::handler;
use crate::ui::dom::key_of;

#[component]
pub(crate) fn ResponsePanel() -> impl IntoView {
    let app = use_app();
    let exchanges = app.exchanges();
    // Code has a choice in it, which has to outlive the exchange that is shown.
    let is_code = move || exchanges.form.get() == Form::Code && exchanges.log.with(|log| !log.is_empty());
    view! {
        <section class="response" part="response" aria-label=text::response::NAME>
            <h2>{text::response::NAME}</h2>
            <ExchangeChoice/>
            <Tabs/>
            <div id="response-panel" role="tabpanel" tabindex="0" aria-label=text::response::NAME>
                <Show when=is_code fallback=|| view! { <ShownExchange/> }>
                    <RequestCode/>
                </Show>
            </div>
            <ExchangeCopies/>
            <p class="hint">{text::response::KEPT}</p>
        </section>
    }
}

/// The tabs. Arrow keys choose the next or the previous one and give it the focus.
#[component]
fn Tabs() -> impl IntoView {
    let form = use_app().exchanges().form;
    let tabs = Form::ALL.map(|form| (form, NodeRef::<html::Button>::new()));
    let to_other = move |event: ev::KeyboardEvent| {
        let to = match key_of(&event).as_str() {
            "ArrowLeft" => form.get_untracked().before(),
            "ArrowRight" => form.get_untracked().after(),
            _ => return,
        };
        form.set(to);
        let tab = tabs.iter().find(|(form, _)| *form == to);
        if let Some(tab) = tab.and_then(|(_, tab)| tab.get_untracked()) {
            // It throws for no element of HTML.
            let _ = tab.focus();
        }
    };
    let tab = |(form, button)| view! { <Tab form button/> };
    view! {
        <div class="tabs" role="tablist" aria-label=text::response::NAME on:keydown=handler(to_other)>
            {tabs.into_iter().map(tab).collect_view()}
        </div>
    }
}

#[component]
fn Tab(form: Form, button: NodeRef<html::Button>) -> impl IntoView {
    let exchanges = use_app().exchanges();
    let name = match form {
        Form::Typed => text::response::TYPED,
        Form::Raw => text::response::RAW,
        Form::Code => text::response::CODE,
    };
    let is_chosen = move || exchanges.form.get() == form;
    view! {
        <button
            role="tab"
            id=name
            aria-controls="response-panel"
            aria-selected=move || is_chosen().to_string()
            tabindex=move || if is_chosen() { "0" } else { "-1" }
            node_ref=button
            on:click=handler(move |_| exchanges.form.set(form))
        >
            {name}
        </button>
    }
}

/// The exchange that is shown, typed or raw.
#[component]
fn ShownExchange() -> impl IntoView {
    let exchanges = use_app().exchanges();
    let shown = Memo::new(move |_| (exchanges.shown(), exchanges.form.get()));
    move || match shown.get() {
        (None, _) => view! { <p class="hint">{text::response::NONE}</p> }.into_any(),
        (Some(Numbered { exchange, .. }), Form::Typed) => view! { <TypedExchange exchange/> }.into_any(),
        (Some(Numbered { exchange, .. }), Form::Raw | Form::Code) => {
            view! { <RawExchange exchange/> }.into_any()
        }
    }
}

#[component]
fn TypedExchange(exchange: Exchange) -> impl IntoView {
    let status = status(&exchange);
    let at = use_app().ports.get().locale.time_to_second(exchange.at);
    let correlation_id = exchange.answer.and_then(|answer| answer.head.correlation_id);
    let facts = exchange.facts.into_iter().map(|fact| {
        view! {
            <dt class="code">{fact.field}</dt>
            <dd class="code">
                <bdi>{fact.value}</bdi>
            </dd>
        }
    });
    let problem = exchange.fault.map(|fault| {
        view! {
            <dt>{text::response::PROBLEM}</dt>
            <dd>{text::fault(&fault)}</dd>
        }
    });
    let correlation_id = correlation_id.map(|id| {
        view! {
            <dt>{text::response::CORRELATION_ID}</dt>
            <dd>
                <span class="id">{id}</span>
            </dd>
        }
    });
    view! {
        <dl>
            <dt>{text::response::STATUS}</dt>
            <dd>{status}</dd>
            {facts.collect_view()}
            {problem}
            <dt>{text::response::DURATION}</dt>
            <dd>{format!("{} ms", exchange.took.0)}</dd>
            <dt>{text::response::ATTEMPT}</dt>
            <dd>{exchange.attempt.to_string()}</dd>
            <dt>{text::response::AT}</dt>
            <dd>{at}</dd>
            {correlation_id}
        </dl>
    }
}

#[component]
fn RawExchange(exchange: Exchange) -> impl IntoView {
    let ports = use_app().ports.get();
    let cut = exchange.answer.as_ref().filter(|answer| answer.is_cut && answer.size > 0);
    let cut = cut.map(|answer| text::exchanges::cut(&ports.locale.number(answer.size as u64)));
    view! {
        <h3>{text::response::REQUEST}</h3>
        <pre>{raw_request(&exchange)}</pre>
        <h3>{text::response::ANSWER}</h3>
        <pre>{raw_answer(&exchange)}</pre>
        {cut.map(|cut| view! { <p class="hint">{cut}</p> })}
    }
}

/// The request as it was sent, without the token.
fn raw_request(exchange: &Exchange) -> String {
    let body = exchange.sent();
    let content_type = if body.is_empty() { "" } else { "Content-Type: application/json\n" };
    let sent = format!(
        "{} {}\nAccept: application/json\nAuthorization: Bearer {PLACEHOLDER}\n{content_type}\n{}",
        exchange.request.method,
        exchange.url(),
        body,
    );
    sent.trim_end().to_owned()
}

fn raw_answer(exchange: &Exchange) -> String {
    let Some(answer) = &exchange.answer else { return text::response::NO_ANSWER.to_owned() };
    let id = answer.head.correlation_id.as_ref().map(|id| format!("Correlation-Id: {id}\n"));
    let came = format!("{}\n{}\n{}", answer.head.status, id.unwrap_or_default(), answer.body);
    came.trim_end().to_owned()
}
