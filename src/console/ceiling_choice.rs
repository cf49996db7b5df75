//! The choice of the highest request rate.

use leptos::prelude::*;

use crate::console::app::use_app;
use crate::console::ceiling::Ceiling;

use crate::console::format::number;
use crate::console::text;
use crate::ui::dom::handler;

#[component]
pub(crate) fn CeilingChoice(ceiling: Ceiling, choose: impl Fn(u32) + 'static) -> impl IntoView {
    let app = use_app();
    let in_use = ceiling.get_untracked().whole();
    let option = move |ceiling: u32| {
        let is_in_use = u64::from(ceiling) == in_use;
        view! { <option value=ceiling.to_string() selected=is_in_use>{number(app, ceiling)}</option> }
    };
    let on_change = move |event| {
        if let Ok(ceiling) = event_target_value(&event).parse() {
            choose(ceiling);
        }
    };
    view! {
        <label class="ceiling">
            <span class="hint">{text::CEILING}</span>
            <select aria-label=text::CEILING on:change=handler(on_change)>
                {ceiling.choices().into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}
