//! The tab with the runs that this browser has stored, and the ways to runs and reports in files.

use leptos::prelude::*;

use crate::console::app::use_app;
use crate::console::runs::run_panel::RunPanel;
use crate::console::runs::run_panel::stored::{OpenRunFile, StoredRuns};
use crate::console::runs::text;
use crate::console::tabs::Tab;
use crate::console::users::report_filter::OpenReport;

#[component]
pub(crate) fn RunsPanel() -> impl IntoView {
    let app = use_app();
    view! {
        <div class="panel-main runs-panel">
            <div class="runs-top">
                <p class="hint">{text::stored::kept(app.run().journal_days)}</p>
                <OpenRunFile/>
                <OpenReport/>
            </div>
            <RunPanel tab=Tab::Runs/>
            <StoredRuns/>
        </div>
    }
}
