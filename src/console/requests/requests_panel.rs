//! The tab **Requests**: the latest requests as a table with filters, and beside it what was sent and answered.

use leptos::prelude::*;

use crate::console::app::use_app;
use crate::console::requests::request_detail::RequestDetail;
use crate::console::requests::request_filters::RequestFilters;
use crate::console::requests::request_table::RequestTable;
use crate::ui::show::Show;

#[component]
pub(crate) fn RequestsPanel() -> impl IntoView {
    let exchanges = use_app().exchanges();
    view! {
        <div class="panel-main requests">
            <RequestFilters/>
            <RequestTable/>
        </div>
        <Show when=move || exchanges.shows_detail()>
            <RequestDetail/>
        </Show>
    }
}
