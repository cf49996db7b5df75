//! The tab with the users of the environment: MFA status or the current run, search and filters, the table, and the
//! drawer of one user.

use leptos::either::Either;
use leptos::prelude::*;

use crate::console::users::directory::{List, Source};
use crate::console::troubleshooting::state::Location;
use crate::console::app::use_app;

use crate::console::users::find_user::{FindUser, SearchStatus};
use crate::console::users::grid::UserGrid;
use crate::console::users::list_progress::{ListProgress, ReadCeiling};
use crate::console::runs::run_panel::RunPanel;
use crate::console::users::selection_bar::SelectionBar;
use crate::console::import::dialog::ImportButton;
use crate::console::users::mfa_status::MfaStatus;
use crate::console::text;
use crate::console::users::toolbar::{ShownLine, Toolbar};
use crate::console::troubleshooting::failure::RequestedChecks;
use crate::console::users::user_drawer::UserDrawer;

#[component]
pub(crate) fn UsersPanel() -> impl IntoView {
    let app = use_app();
    let has_run = Memo::new(move |_| app.run().progress.with(Option::is_some));
    let source = Memo::new(move |_| app.directory().source());
    let content = move || match source.get() {
        Source::List => Either::Left(view! { <UserList/> }),
        Source::Found => Either::Right(view! { <SearchResult/> }),
    };
    view! {
        <div class=move || if has_run.get() { "panel-main with-run" } else { "panel-main" }>
            <RequestedChecks at=Location::Everything/>
            <Show when=move || has_run.get()><RunPanel/></Show>
            <FindUser/>
            {content}
        </div>
        <UserDrawer/>
    }
}

/// The list, its sums, and what is shown of it.
#[component]
fn UserList() -> impl IntoView {
    let app = use_app();
    let has_list = Memo::new(move |_| app.directory().list.with(|list| *list != List::Idle));
    let has_run = Memo::new(move |_| app.run().progress.with(Option::is_some));
    let content = move || {
        if !has_list.get() {
            return view! {
                <div class="line"><ImportButton/></div>
                <p class="hint">{text::MEANING}</p>
            }
            .into_any();
        }
        view! {
            <Show when=move || !has_run.get()><MfaStatus/></Show>
            <Toolbar/>
            <ShownLine/>
            <UserGrid/>
            <SelectionBar app/>
        }
        .into_any()
    };
    view! {
        <div class="line"><ListProgress/> <ReadCeiling/></div>
        {content}
    }
}

/// The users that PingOne found.
#[component]
fn SearchResult() -> impl IntoView {
    let app = use_app();
    let has_rows = Memo::new(move |_| app.directory().shown_len() > 0);
    view! {
        <div class="line"><SearchStatus/></div>
        {move || has_rows.get().then(|| view! { <UserGrid/> })}
        <p class="hint">{text::MEANING}</p>
    }
}
