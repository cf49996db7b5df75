//! One exchange in its three forms: typed, raw, and the request as code. The tabs stand beside the drawer's Response and
//! in the requests' tab, so each place has ids of its own.

use leptos::prelude::*;
use pingone::exchange::Exchange;
use pingone::redaction::secrets::PLACEHOLDER;
use pingone_mfa_core::exchanges::filter::Class;
use pingone_mfa_core::exchanges::log::Numbered;

use crate::console::app::use_app;
use crate::console::requests::request_code::RequestCode;
use crate::console::requests::state::Form;
use crate::console::requests::text;
use crate::ui::memo::memo;
use crate::ui::show::Show;
use crate::ui::tab_list::{TabItem, TabList};

/// The ids of the tabs and of their panel.
#[derive(Clone, Copy)]
pub(crate) struct FormIds {
    pub(crate) tabs: [&'static str; 3],
    pub(crate) panel: &'static str,
}

#[component]
pub(crate) fn FormTabs(ids: FormIds) -> impl IntoView {
    let form = use_app().exchanges().form;
    let name = |form| match form {
        Form::Typed => text::response::TYPED,
        Form::Raw => text::response::RAW,
        Form::Code => text::response::CODE,
    };
    let item = |(form, id)| TabItem { id, panel: ids.panel, name: name(form), count: None };
    let selected = Signal::derive(move || {
        let form = form.get();
        Form::ALL.iter().position(|other| *other == form).unwrap_or_default()
    });
    let select = Callback::new(move |position: usize| {
        if let Some(chosen) = Form::ALL.get(position) {
            form.set(*chosen);
        }
    });
    view! {
        <TabList
            name=text::response::NAME
            class="form-tabs"
            tabs=Form::ALL.into_iter().zip(ids.tabs).map(item).collect()
            selected
            select
        />
    }
}

/// The panel of [`FormTabs`].
#[component]
pub(crate) fn FormPanel(
    ids: FormIds,
    exchange: Signal<Option<Numbered>>,
    /// Whether status, duration and time stand elsewhere.
    #[prop(default = false)]
    is_brief: bool,
) -> impl IntoView {
    let form = use_app().exchanges().form;
    // Code has a choice in it, which has to outlive the exchange that is shown.
    let is_code = memo(move || form.get() == Form::Code && exchange.with(Option::is_some));
    let content = move || match (exchange.get(), form.get()) {
        (None, _) => view! { <p class="hint">{text::response::NONE}</p> }.into_any(),
        (Some(Numbered { exchange, .. }), Form::Typed) => {
            view! { <TypedExchange exchange is_brief/> }.into_any()
        }
        (Some(Numbered { exchange, .. }), Form::Raw | Form::Code) => {
            view! { <RawExchange exchange/> }.into_any()
        }
    };
    view! {
        <div id=ids.panel class="form-panel" role="tabpanel" tabindex="0" aria-label=text::response::NAME>
            <Show when=move || is_code.get() fallback=move || content>
                <RequestCode exchange/>
            </Show>
        </div>
    }
}

pub(crate) fn status(exchange: &Exchange) -> String {
    let answer = exchange.answer.as_ref();
    answer.map_or_else(|| text::response::NO_ANSWER.to_owned(), |answer| answer.head.status.to_string())
}

/// The style sheet's name for the status's color.
pub(crate) fn status_class(exchange: &Exchange) -> &'static str {
    match Class::of(exchange) {
        Class::Good => "status good",
        Class::Refused if status(exchange) == "429" => "status wait",
        Class::Refused | Class::Failed | Class::Odd | Class::NoAnswer => "status bad",
    }
}

#[component]
fn TypedExchange(exchange: Exchange, is_brief: bool) -> impl IntoView {
    let status = status(&exchange);
    let at = use_app().ports.get().locale.time_to_second(exchange.at);
    let correlation_id = exchange.answer.and_then(|answer| answer.head.correlation_id);
    let facts = exchange.facts.into_iter().map(|fact| {
        let link = brief_link(fact.field, &fact.value).filter(|_| is_brief);
        let (field, value) = link.unwrap_or_else(|| (fact.field.to_string(), fact.value));
        view! {
            <dt class="code">{field}</dt>
            <dd class="code">
                <bdi>{value}</bdi>
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
    // A request is sent once, unless something failed.
    let attempt = (exchange.attempt > 1).then(|| {
        view! {
            <dt>{text::response::ATTEMPT}</dt>
            <dd>{exchange.attempt.to_string()}</dd>
        }
    });
    let took = format!("{} ms", exchange.took.0);
    let (first, last) = if is_brief { (None, None) } else { (Some(status), Some((took, at))) };
    let first = first.map(|status| {
        view! {
            <dt>{text::response::STATUS}</dt>
            <dd>{status}</dd>
        }
    });
    let last = last.map(|(took, at)| {
        view! {
            <dt>{text::response::DURATION}</dt>
            <dd>{took}</dd>
            <dt>{text::response::AT}</dt>
            <dd>{at}</dd>
        }
    });
    view! {
        <dl>
            {first}
            {facts.collect_view()}
            {problem}
            {last}
            {attempt}
            {correlation_id}
        </dl>
    }
}

/// The name and the path of a link, without what is the same in all of them. The raw form has it whole.
fn brief_link(field: &str, value: &str) -> Option<(String, String)> {
    let name = field.strip_prefix("_links.")?.strip_suffix(".href")?;
    let (_, path) = value.split_once("/environments/")?;
    let parts: Vec<String> = path.split('/').skip(1).map(brief_part).collect();
    let path = if parts.is_empty() { brief_part(path) } else { parts.join("/") };
    Some((name.to_owned(), format!("…/{path}")))
}

fn brief_part(part: &str) -> String {
    match part.get(..8).filter(|_| part.len() == 36) {
        Some(beginning) => format!("{beginning}…"),
        None => part.to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_shown_by_what_differs() {
        let url = "https://api.pingone.eu/v1/environments/5f0c7e1a-22b1-4c0e-9a55-0d1f6a7bc2d4";
        let user = format!("{url}/users/a2042dba-0000-4000-8000-000000000001/mfaEnabled");
        let brief =
            |field, value: &str| brief_link(field, value).map(|(name, path)| format!("{name} {path}"));
        assert_eq!(brief("_links.self.href", &user).as_deref(), Some("self …/users/a2042dba…/mfaEnabled"));
        assert_eq!(brief("_links.environment.href", url).as_deref(), Some("environment …/5f0c7e1a…"));
        assert_eq!(brief("id", &user), None);
        assert_eq!(brief("_links.self.href", "elsewhere"), None);
    }
}
