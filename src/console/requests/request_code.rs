//! The request of an exchange as code, and the choice of its language.

use leptos::prelude::*;
use pingone_mfa_core::exchanges::log::Numbered;
use pingone_mfa_core::snippets::{Language, Sample};

use crate::console::app::use_app;

use crate::console::requests::text;
use crate::ui::dom::handler;
use crate::ui::named_choice::NamedChoice;

#[component]
pub(crate) fn RequestCode(exchange: Signal<Option<Numbered>>) -> impl IntoView {
    let app = use_app();
    let exchanges = app.exchanges();
    let code = Signal::derive(move || {
        let language = exchanges.language.get();
        Some(Sample::from(&exchange.read().as_ref()?.exchange.request).code(language))
    });
    let copy = move |_| {
        if let Some(code) = code.get_untracked() {
            app.session().copy(code);
        }
    };
    let in_use = exchanges.language.get_untracked();
    let languages = Language::ALL.map(|language| (language.name(), language == in_use));
    let choose = move |name: String| {
        if let Some(language) = Language::of_name(&name) {
            exchanges.choose_language(language);
        }
    };
    view! {
        <div class="line">
            <NamedChoice name=text::code::LANGUAGE options=languages.to_vec() choose/>
            <button on:click=handler(copy)>{text::code::COPY}</button>
        </div>
        // What scrolls has to be reachable with the keyboard.
        <pre class="listing" tabindex="0" role="group" aria-label=text::response::CODE>
            {move || code.get().unwrap_or_default()}
        </pre>
        <p class="hint">{text::code::NO_TOKEN}</p>
    }
}
