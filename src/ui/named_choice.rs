//! A choice among names.

use crate::ui::dom::handler;
use leptos::prelude::*;

/// A choice among names, each with whether it is the chosen one.
#[component]
pub(crate) fn NamedChoice(
    name: &'static str,
    options: Vec<(&'static str, bool)>,
    choose: impl Fn(String) + 'static,
) -> impl IntoView {
    let option = |(name, is_chosen)| view! { <option value=name selected=is_chosen>{name}</option> };
    view! {
        <label class="named-choice">
            <span class="hint">{name}</span>
            <select aria-label=name on:change=handler(move |event| choose(event_target_value(&event)))>
                {options.into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}
