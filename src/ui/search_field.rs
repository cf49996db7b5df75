//! A search field with its icon.

use leptos::prelude::*;
use leptos::{ev, html};

use crate::ui::dom::{handler, key_of};
use crate::ui::icon::{Icon, Symbol};

#[component]
pub(crate) fn SearchField(
    /// The accessible name.
    name: &'static str,
    placeholder: &'static str,
    value: Signal<String>,
    change: Callback<String>,
    /// What Enter does with the text.
    #[prop(optional)]
    submit: Option<Callback<String>>,
    #[prop(optional)] field: NodeRef<html::Input>,
) -> impl IntoView {
    let press = move |event: ev::KeyboardEvent| {
        if let Some(submit) = submit.filter(|_| key_of(&event) == "Enter") {
            submit.run(event_target_value(&event));
        }
    };
    view! {
        <div class="search-box">
            <Symbol icon=Icon::Search/>
            <input
                class="search"
                node_ref=field
                type="search"
                autocomplete="off"
                spellcheck="false"
                enterkeyhint="search"
                aria-label=name
                placeholder=placeholder
                prop:value=move || value.get()
                on:input=handler(move |event| change.run(event_target_value(&event)))
                on:keydown=handler(press)
            />
        </div>
    }
}
