//! What was sent and what PingOne answered, with the list of the exchanges to choose from.

use leptos::prelude::*;

use crate::console::app::use_app;
use crate::console::requests::exchange_forms::{FormIds, FormPanel, FormTabs};
use crate::console::requests::exchange_list::ExchangeChoice;
use crate::console::requests::exchange_list::ExchangeCopies;
use crate::console::requests::text;

const IDS: FormIds =
    FormIds { tabs: ["response-typed", "response-raw", "response-code"], panel: "response-panel" };

#[component]
pub(crate) fn ResponsePanel() -> impl IntoView {
    let exchanges = use_app().exchanges();
    let shown = Memo::new(move |_| exchanges.shown());
    view! {
        <section class="response" part="response" aria-label=text::response::NAME>
            <h2>{text::response::NAME}</h2>
            <ExchangeChoice/>
            <FormTabs ids=IDS/>
            <FormPanel ids=IDS exchange=shown.into()/>
            <ExchangeCopies/>
            <p class="hint">{text::response::KEPT}</p>
        </section>
    }
}
