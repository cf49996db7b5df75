//! The button that continues a stored run.

use std::rc::Rc;

use leptos::prelude::*;

use crate::console::app::use_app;
use crate::console::format::number;
use crate::console::runs::text;
use crate::ui::dom::handler;

#[component]
pub(crate) fn ContinueButton(
    /// The name that the run is stored under.
    name: String,
    users: u32,
) -> impl IntoView {
    let app = use_app();
    let label = text::run::continue_with(users, &number(app, users));
    view! {
        <button
            class="primary"
            aria-disabled=move || app.run().is_open().then_some("true")
            title=move || app.run().is_open().then_some(text::stored::ANOTHER_IS_OPEN)
            on:click=handler(move |_| app.run().go_on(Rc::from(name.as_str())))
        >
            {label}
        </button>
    }
}
