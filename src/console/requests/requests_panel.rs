//! The tab **Requests**: the latest requests as a table with filters, and beside it what was sent and answered.

use leptos::prelude::*;

use crate::console::requests::request_detail::RequestDetail;
use crate::console::requests::request_filters::RequestFilters;
use crate::console::requests::request_table::RequestTable;

#[component]
pub(crate) fn RequestsPanel() -> impl IntoView {
    view! {
        <div class="panel-main requests">
            <RequestFilters/>
            <RequestTable/>
        </div>
        <RequestDetail/>
    }
}
