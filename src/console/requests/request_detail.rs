//! One request and its answer, beside the table: the chosen one, or the newest.

use leptos::ev;
use leptos::prelude::*;
use pingone::exchange::Exchange;
use pingone_mfa_core::exchanges::log::Log;

use crate::console::app::use_app;
use crate::console::requests::exchange_forms::{FormIds, FormPanel, FormTabs, status, status_class};
use crate::console::requests::text;
use crate::ui::close_button::CloseButton;
use crate::ui::dom::{close_on_escape, focus_next, handler};
use crate::ui::memo::memo;
use crate::ui::show::Show;

const IDS: FormIds =
    FormIds { tabs: ["request-typed", "request-raw", "request-code"], panel: "request-form" };

#[component]
pub(crate) fn RequestDetail() -> impl IntoView {
    let exchanges = use_app().exchanges();
    let shown = memo(move || exchanges.shown());
    let title = move || {
        let shown = shown.read();
        let exchange = &shown.as_ref()?.exchange;
        let class = status_class(exchange);
        Some(view! { <span class=class>{status(exchange)}</span> {title(exchange)} })
    };
    let close = move |event: &ev::Event| {
        focus_next(event, &[text::exchanges::NAME]);
        exchanges.close();
    };
    view! {
        <aside class="drawer request-detail" aria-label=text::exchanges::DETAIL on:keydown=close_on_escape(close)>
            <div class="request-title">
                <h2>{title}</h2>
                <Show when=move || exchanges.chosen.get().is_some()>
                    <button class="link" on:click=handler(move |_| exchanges.choose(None))>
                        {text::exchanges::FOLLOW}
                    </button>
                </Show>
                <CloseButton
                    name=text::CLOSE
                    class="quiet request-close"
                    on_press=handler(move |event: ev::MouseEvent| close(&event))
                />
            </div>
            <FormTabs ids=IDS/>
            <FormPanel ids=IDS exchange=shown.into()/>
            <Copying/>
        </aside>
    }
}

/// What was requested in a few words, after the status: " PUT mfaEnabled".
fn title(exchange: &Exchange) -> String {
    let url = exchange.url();
    let path = url.split('?').next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    let is_id = last.len() == 36 && last.contains('-');
    let what = if is_id { path.rsplit('/').nth(1).unwrap_or(last) } else { last };
    format!(" {} {what}", exchange.request.method)
}

/// The copy of the shown exchange. Copies have no personal data, unless it is asked for, once per copy.
#[component]
fn Copying() -> impl IntoView {
    let app = use_app();
    let exchanges = app.exchanges();
    view! {
        <div class="line exchange-copying">
            <button
                disabled=move || exchanges.log.with(Log::is_empty)
                on:click=handler(move |_| app.session().copy(exchanges.copy_of_shown()))
            >
                {text::exchanges::COPY}
            </button>
            <label class="check hint">
                <input
                    type="checkbox"
                    prop:checked=move || exchanges.with_people.get()
                    on:change=handler(move |event| exchanges.include_people(event_target_checked(&event)))
                />
                {text::exchanges::WITH_PEOPLE}
            </label>
        </div>
    }
}
