//! The tab with the runs that this browser has stored, and the ways to runs and reports in files.

use leptos::prelude::*;

use crate::console::users::report_filter::OpenReport;
use crate::console::runs::run_panel::stored::{OpenRunFile, StoredRuns};

#[component]
pub(crate) fn RunsPanel() -> impl IntoView {
    view! {
        <div class="panel-main">
            <div class="line"><OpenRunFile/> <OpenReport/></div>
            <StoredRuns/>
        </div>
    }
}
