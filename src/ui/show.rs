//! Leptos' `<Show>`, compiled once. Leptos compiles its own again for each condition and each content.

use leptos::children::{ChildrenFn, ViewFn};
use leptos::either::Either;
use leptos::prelude::*;

use crate::ui::memo::memo;

/// Shows its children while the condition is met, and otherwise the fallback.
#[component]
pub(crate) fn Show(
    #[prop(into)] when: Signal<bool>,
    children: ChildrenFn,
    #[prop(optional, into)] fallback: ViewFn,
) -> impl IntoView {
    let is_met = memo(move || when.get());
    view! { {move || if is_met.get() { Either::Left(children()) } else { Either::Right(fallback.run()) }} }
}
