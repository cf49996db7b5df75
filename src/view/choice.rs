//! A choice among names.

use leptos::prelude::*;

use super::markup::Node;

/// A choice among names, each with whether it is the chosen one.
#[component]
pub(super) fn NamedChoice(
    name: &'static str,
    options: Vec<(&'static str, bool)>,
    choose: impl Fn(String) + 'static,
) -> impl IntoView {
    let option = |(name, is_chosen)| view! { <option value=name selected=is_chosen>{name}</option> };
    view! {
        <label class="named-choice">
            <span class="hint">{name}</span>
            <select aria-label=name on:change=move |event| choose(event_target_value(&event))>
                {options.into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}

// Bridge: for views that are still built from nodes.
pub(super) fn choice_among(
    name: &'static str,
    options: impl IntoIterator<Item = (&'static str, bool)>,
    choose: impl Fn(&str) + 'static,
) -> Node {
    let options = options.into_iter().collect();
    Node::of(view! { <NamedChoice name options choose=move |name: String| choose(&name)/> }.into_any())
}
