//! The button that reads something again.

use leptos::prelude::*;

use crate::console::users::text;
use crate::ui::dom::handler;
use crate::ui::icon::{Icon, Symbol};

#[component]
pub(crate) fn RefreshButton(
    /// The accessible name, which says what is read.
    name: &'static str,
    press: Callback<()>,
) -> impl IntoView {
    view! {
        <button class="link refresh" aria-label=name title=name on:click=handler(move |_| press.run(()))>
            <Symbol icon=Icon::Refresh/>
            {text::directory::REFRESH}
        </button>
    }
}
