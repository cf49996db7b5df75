//! The users of the environment: search, list and table, with the panels beside them and the dialogs over them.

use leptos::either::Either;
use leptos::prelude::*;

use crate::console::app::use_app;
use crate::console::troubleshooting::state::Location;
use crate::console::users::directory::{List, Source};

use crate::console::import::dialog::ImportButton;
use crate::console::import::dialog::ImportDialog;
use crate::console::requests::panel::ResponsePanel;
use crate::console::runs::end_run_dialog::EndRunDialog;
use crate::console::runs::review_dialog::ReviewDialog;
use crate::console::runs::run_panel::RunPanel;
use crate::console::save_dialog::SaveDialog;
use crate::console::text;
use crate::console::troubleshooting::failure::RequestedChecks;
use crate::console::users::confirm_dialog::ConfirmChangeDialog;
use crate::console::users::disable_dialog::DisableDialog;
use crate::console::users::find_user::{FindUser, SearchStatus};
use crate::console::users::grid::UserGrid;
use crate::console::users::list_progress::{ListProgress, ReadCeiling};
use crate::console::users::mfa_status::MfaStatus;
use crate::console::users::selection_bar::SelectionBar;
use crate::console::users::toolbar::{ShownLine, Toolbar};
use crate::console::users::user_drawer::UserDrawer;

/// The main part of a page of its own; no landmark in another page.
#[component]
pub(crate) fn Directory() -> impl IntoView {
    let app = use_app();
    let has_run = Memo::new(move |_| app.run().progress.with(Option::is_some));
    let class = move || if has_run.get() { "directory with-run" } else { "directory" };
    if app.ports.get().host.owns_page() {
        Either::Left(view! { <main class=class><Users/></main> })
    } else {
        Either::Right(view! { <div class=class><Users/></div> })
    }
}

#[component]
fn Users() -> impl IntoView {
    let app = use_app();
    let source = Memo::new(move |_| app.directory().source());
    let table = move || match source.get() {
        Source::List => Either::Left(view! { <UserList/> }),
        Source::Found => Either::Right(view! { <SearchResult/> }),
    };
    view! {
        <div class="directory-people">
            <RequestedChecks at=Location::Everything/>
            <RunPanel/>
            <FindUser/>
            {table}
        </div>
        <aside class="directory-side"><UserDrawer/> <ResponsePanel/></aside>
        <DisableDialog/>
        <ConfirmChangeDialog/>
        <EndRunDialog/>
        <SaveDialog/>
        <ImportDialog/>
        <ReviewDialog/>
    }
}

/// The list, its sums, and what is shown of it.
#[component]
fn UserList() -> impl IntoView {
    let app = use_app();
    let has_list = Memo::new(move |_| app.directory().list.with(|list| *list != List::Idle));
    let content = move || {
        if !has_list.get() {
            return view! {
                <div class="line"><ImportButton/></div>
                <p class="hint">{text::MEANING}</p>
            }
            .into_any();
        }
        view! {
            <MfaStatus/>
            <Toolbar/>
            <ShownLine/>
            <SelectionBar app/>
            <UserGrid/>
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
