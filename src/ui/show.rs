//! Leptos' `<Show>`, compiled once. Leptos compiles its own again for each condition and each content.

use leptos::children::{ChildrenFn, ViewFn};
use leptos::either::Either;
use leptos::prelude::*;

/// Shows its children while the condition is met, and otherwise the fallback.
#[component]
pub(crate) fn Show(
    #[prop(into)] when: Signal<bool>,
    children: ChildrenFn,
    #[prop(optional, into)] fallback: ViewFn,
) -> impl IntoView {
    let is_met = Memo::new(move |_| when.get());
    view! { {move || if is_met.get() { Either::Left(children()) } else { Either::Right(fallback.run()) }} }
}
