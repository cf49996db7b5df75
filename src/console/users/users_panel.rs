//! The tab with the users of the environment: MFA status or the current run, search and filters, the table, and the
//! drawer of one user.

use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;

use crate::console::app::use_app;
use crate::console::runs::run_panel::RunPanel;
use crate::console::runs::run_panel::stored::UnfinishedRuns;
use crate::console::tabs::Tab;
use crate::console::troubleshooting::failure::RequestedChecks;
use crate::console::troubleshooting::state::Location;
use crate::console::users::directory::{List, Source};
use crate::console::users::grid::UserGrid;
use crate::console::users::list_progress::{ListProgress, LoadOffer, ReadCeiling, listed};
use crate::console::users::mfa_status::MfaStatus;
use crate::console::users::report_filter::ReportFilter;
use crate::console::users::search_result::SearchResult;
use crate::console::users::selection_bar::SelectionBar;
use crate::console::users::text;
use crate::console::users::toolbar::{SearchOffer, ShownLine, Toolbar};
use crate::console::users::user_drawer::UserDrawer;
use crate::ui::memo::memo;
use crate::ui::show::Show;

#[component]
pub(crate) fn UsersPanel() -> impl IntoView {
    let app = use_app();
    let has_run = memo(move || app.run().progress.with(Option::is_some));
    let source = memo(move || app.directory().source());
    let content = move || match source.get() {
        Source::List => Either::Left(view! { <UserList/> }),
        Source::Found => Either::Right(view! { <SearchResult/> }),
    };
    view! {
        <div class=move || if has_run.get() { "panel-main with-run" } else { "panel-main" }>
            <RequestedChecks at=Location::Everything/>
            <Show when=move || has_run.get() fallback=|| view! { <UnfinishedRuns/> <MfaStatus/> }>
                <RunPanel tab=Tab::Users/>
            </Show>
            <Toolbar/>
            {content}
        </div>
        <UserDrawer/>
    }
}

/// What takes the place of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// Nothing is loaded.
    Offer,
    /// The environment has no users.
    Empty,
    Table,
}

/// The list, and what is shown of it.
#[component]
fn UserList() -> impl IntoView {
    let app = use_app();
    let shown = memo(move || {
        let is_empty = listed(app) == 0;
        match &*app.directory().list.read() {
            List::Idle => Content::Offer,
            List::Complete if is_empty => Content::Empty,
            _ => Content::Table,
        }
    });
    let has_list = move || shown.get() != Content::Offer;
    let content = move || match shown.get() {
        Content::Offer => EitherOf3::A(view! { <LoadOffer/> }),
        Content::Empty => EitherOf3::B(view! {
            <div class="placeholder">
                <p>{text::directory::NO_USERS}</p>
            </div>
        }),
        Content::Table => EitherOf3::C(view! {
            <UserGrid/>
            <SelectionBar app/>
        }),
    };
    view! {
        <div class="list-line">
            <Show when=has_list fallback=|| view! { <SearchOffer/> }>
                <ListProgress/>
                <ReadCeiling/>
                <ShownLine/>
            </Show>
        </div>
        <ReportFilter/>
        {content}
    }
}
