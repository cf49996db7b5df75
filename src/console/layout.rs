//! The console: the top bar, the panel of the selected tab, and the dialogs over it.

use leptos::either::Either;
use leptos::prelude::*;
use pingone::environment::Environment;

use crate::console::app::use_app;
use crate::console::tabs::Tab;

use crate::console::import::dialog::ImportDialog;
use crate::console::requests::requests_panel::RequestsPanel;
use crate::console::runs::end_run_dialog::EndRunDialog;
use crate::console::runs::review_dialog::ReviewDialog;
use crate::console::runs::runs_panel::RunsPanel;
use crate::console::save_dialog::SaveDialog;
use crate::console::text;
use crate::console::top_bar::TopBar;
use crate::console::users::confirm_dialog::ConfirmChangeDialog;
use crate::console::users::disable_dialog::DisableDialog;
use crate::console::users::users_panel::UsersPanel;
use crate::ui::show::Show;

#[component]
pub(crate) fn Console(environment: Environment, region: String) -> impl IntoView {
    view! {
        <div class="console">
            <TopBar environment region/>
            <Main/>
        </div>
        <DisableDialog/>
        <ConfirmChangeDialog/>
        <EndRunDialog/>
        <SaveDialog/>
        <ImportDialog/>
        <ReviewDialog/>
    }
}

/// The main part of a page of its own; no landmark in another page.
#[component]
fn Main() -> impl IntoView {
    const CLASS: &str = "console-main";
    if use_app().ports.get().host.owns_page() {
        Either::Left(view! { <main class=CLASS><Panels/></main> })
    } else {
        Either::Right(view! { <div class=CLASS><Panels/></div> })
    }
}

/// The users stay in the document, so that the table keeps its place. The other panels are created when they are shown.
#[component]
fn Panels() -> impl IntoView {
    let app = use_app();
    // A panel without a tab list is none of its panels.
    let role = if app.tabs().len() > 1 { "tabpanel" } else { "group" };
    view! {
        <div
            class="panel"
            role=role
            id=Tab::Users.ids().1
            aria-label=text::tabs::name(Tab::Users)
            hidden=move || app.tab() != Tab::Users
        >
            <UsersPanel/>
        </div>
        <Show when=move || app.tab() == Tab::Runs>
            <div class="panel" role="tabpanel" id=Tab::Runs.ids().1 aria-label=text::tabs::name(Tab::Runs)>
                <RunsPanel/>
            </div>
        </Show>
        <Show when=move || app.tab() == Tab::Requests>
            <div class="panel" role="tabpanel" id=Tab::Requests.ids().1 aria-label=text::tabs::name(Tab::Requests)>
                <RequestsPanel/>
            </div>
        </Show>
    }
}
