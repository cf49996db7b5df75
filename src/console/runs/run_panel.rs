//! The card of the current run, and the runs stored in this browser.

mod actions;
mod card;
mod continue_button;
mod finished;
mod phase_note;
mod progress;
mod reasons;
mod remarks;
mod report;
mod shown_phase;
mod speed;
pub(crate) mod stored;
pub(crate) mod stored_row;

use leptos::prelude::*;

use crate::console::app::App;
use crate::console::app::use_app;
use crate::console::runs::run::Progress;
use crate::console::tabs::Tab;

use crate::console::runs::run_panel::card::RunCard;
use crate::ui::memo::memo;

/// The card of the run, while this tab is selected: it has one place at a time.
#[component]
pub(crate) fn RunPanel(tab: Tab) -> impl IntoView {
    let app = use_app();
    let number = memo(move || {
        let is_shown = app.tab() == tab;
        app.run().progress.read().as_ref().filter(|_| is_shown).map(|run| run.number)
    });
    view! { {move || number.get().map(|_| view! { <RunCard/> })} }
}

/// Reads a value of the current run reactively; without a run, the default.
fn of_run<R: Default>(app: App, read: impl FnOnce(&Progress) -> R) -> R {
    app.run().progress.read().as_ref().map(read).unwrap_or_default()
}

fn of_run_untracked<R: Default>(app: App, read: impl FnOnce(&Progress) -> R) -> R {
    app.run().progress.read_untracked().as_ref().map(read).unwrap_or_default()
}
