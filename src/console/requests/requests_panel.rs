//! The tab with the latest requests and their answers.

use leptos::prelude::*;

use crate::console::requests::panel::ResponsePanel;

#[component]
pub(crate) fn RequestsPanel() -> impl IntoView {
    view! {
        <div class="panel-main"><ResponsePanel/></div>
    }
}
