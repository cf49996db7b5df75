//! The last exchange about the opened user. It is closed at first, and opens after a change.

use leptos::prelude::*;
use pingone::exchange::Exchange;
use pingone::time::Timestamp;
use pingone::user::UserId;
use pingone_mfa_core::exchanges::filter::Class;

use crate::console::app::{App, use_app};
use crate::console::requests::exchange_forms::{FormIds, FormPanel, FormTabs, status};
use crate::console::requests::text;
use crate::console::users::directory::Bypassing;
use crate::console::users::switch::Switch;
use crate::ui::dom::handler;
use crate::ui::memo::memo;
use crate::ui::show::Show;

const IDS: FormIds = FormIds { tabs: ["user-typed", "user-raw", "user-code"], panel: "user-response" };

#[component]
pub(crate) fn UserResponse(id: UserId) -> impl IntoView {
    let app = use_app();
    let exchange = memo(move || app.exchanges().about(id));
    let is_open = RwSignal::new(false);
    Effect::new(move |seen: Option<Option<Timestamp>>| {
        let changed = changed_at(app, id);
        if changed.is_some() && seen != Some(changed) {
            is_open.set(true);
        }
        changed
    });
    view! {
        <section class="response user-response" part="response" aria-label=text::response::NAME>
            <div class="response-head">
                <button
                    class="response-toggle"
                    aria-expanded=move || is_open.get().to_string()
                    on:click=handler(move |_| is_open.update(|is_open| *is_open = !*is_open))
                >
                    <span class="unseen">{text::response::NAME}</span>
                    {move || {
                        let shown = exchange.get();
                        shown.map(|shown| view! { <Summary exchange=shown.exchange/> })
                    }}
                </button>
                <Show when=move || is_open.get()>
                    <FormTabs ids=IDS/>
                </Show>
            </div>
            <Show when=move || is_open.get()>
                <FormPanel ids=IDS exchange=exchange.into() is_brief=true/>
            </Show>
        </section>
    }
}

/// When the last change of this user ended.
fn changed_at(app: App, id: UserId) -> Option<Timestamp> {
    let directory = app.directory();
    let flag = match directory.switches.read().get(&id) {
        Some(Switch::Ended { at, .. }) => Some(*at),
        _ => None,
    };
    let bypass = match &*directory.bypassing.read() {
        Some((user, Bypassing::Allowed { at, .. })) if *user == id => Some(*at),
        _ => None,
    };
    flag.max(bypass)
}

#[component]
fn Summary(exchange: Exchange) -> impl IntoView {
    let locale = use_app().ports.get().locale.clone();
    let took = text::exchanges::took(&*locale, exchange.took.0);
    let at = locale.time_to_second(exchange.at);
    let url = exchange.url();
    let part = url.split('?').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    let class = if Class::of(&exchange) == Class::Good { "response-status" } else { "response-status bad" };
    view! {
        <span class=class>{status(&exchange)}</span>
        <span class="response-what">
            <span>{text::response::what(exchange.request.method, part)}</span>
            <span class="hint">{text::response::when(&took, &at)}</span>
        </span>
    }
}
