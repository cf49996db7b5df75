//! The panel about runs: the card of the current run, or the runs stored in this browser where there is none.

mod actions;
mod card;
mod finished;
mod phase_note;
mod progress;
mod remarks;
mod report;
mod shown_phase;
pub(crate) mod stored;

use leptos::prelude::*;

use crate::console::app::App;
use crate::console::app::use_app;
use crate::console::runs::run::Progress;

use crate::console::runs::run_panel::card::RunCard;
use crate::console::runs::run_panel::stored::StoredRuns;

#[component]
pub(crate) fn RunPanel() -> impl IntoView {
    let app = use_app();
    let number = Memo::new(move |_| app.run().progress.with(|run| run.as_ref().map(|run| run.number)));
    move || match number.get() {
        Some(_) => view! { <RunCard/> }.into_any(),
        None => view! { <StoredRuns/> }.into_any(),
    }
}

/// Reads a value of the current run reactively; without a run, the default.
fn of_run<R: Default>(app: App, read: impl FnOnce(&Progress) -> R) -> R {
    app.run().progress.with(|run| run.as_ref().map(read).unwrap_or_default())
}
