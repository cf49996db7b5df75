//! The users of the environment: search, list and table, with the panels beside them and the dialogs over them.

use leptos::either::Either;
use leptos::prelude::*;

use crate::state::directory::{List, Source};
use crate::state::troubleshooting::Location;
use crate::state::use_app;

use super::find::{FindUser, SearchStatus};
use super::list::{ListProgress, ReadCeiling};
use super::text;
use super::toolbar::{ShownLine, Toolbar};
use crate::view::confirm::ConfirmChangeDialog;
use crate::view::ending::EndRunDialog;
use crate::view::grid::UserGrid;
use crate::view::question::DisableDialog;
use crate::view::response::ResponsePanel;
use crate::view::review::ReviewDialog;
use crate::view::run::RunPanel;
use crate::view::saving::SaveDialog;
use crate::view::selection::SelectionBar;
use crate::view::sheet::ImportButton;
use crate::view::sheet::ImportDialog;
use crate::view::status::MfaStatus;
use crate::view::troubleshooting::RequestedChecks;
use crate::view::user::UserDrawer;

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
