//! A radio button.

use leptos::prelude::*;

use crate::ui::dom::handler;

/// One of the radio buttons named `group`: choosing it sets `chosen` to `value`.
#[component]
pub(crate) fn Radio(
    group: &'static str,
    label: &'static str,
    chosen: RwSignal<bool>,
    value: bool,
) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="radio"
                name=group
                prop:checked=move || chosen.get() == value
                on:change=handler(move |_| chosen.set(value))
            />
            {label}
        </label>
    }
}
