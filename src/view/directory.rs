//! The users of the environment: search, list and table, with the panels beside them and the dialogs over them.

use leptos::prelude::*;

use crate::state::directory::{List, Source};
use crate::state::troubleshooting::Location;
use crate::state::{App, use_app};

use super::confirm::confirm;
use super::ending::ending;
use super::find::{FindUser, SearchStatus};
use super::grid::grid;
use super::list::{ListProgress, ReadCeiling};
use super::markup::{Node, main_part};
use super::question::question;
use super::response::response;
use super::review::review;
use super::run::run;
use super::saving::saving;
use super::selection::selection;
use super::sheet::{from_list, sheet};
use super::status::status;
use super::text;
use super::toolbar::{ShownLine, Toolbar};
use super::troubleshooting::asked;
use super::user::opened_user;

// Bridge: the page's main part is still a node.
pub(super) fn directory(app: App) -> Node {
    let has_run = move || app.run().progress.with(Option::is_some);
    main_part(app.ports.get().host.owns_page())
        .follow("class", move || Some(if has_run() { "directory with-run" } else { "directory" }.to_owned()))
        .with(view! { <Users/> }.into_any())
}

#[component]
fn Users() -> impl IntoView {
    let app = use_app();
    let source = Memo::new(move |_| app.directory().source());
    let table = move || match source.get() {
        Source::List => view! { <UserList/> }.into_any(),
        Source::Found => view! { <SearchResult/> }.into_any(),
    };
    view! {
        <div class="directory-people">
            {asked(app, Location::Everything).view()}
            {run(app).view()}
            <FindUser/>
            {table}
        </div>
        <aside class="directory-side">{opened_user(app).view()} {response(app).view()}</aside>
        {question(app).view()}
        {confirm(app).view()}
        {ending(app).view()}
        {saving(app).view()}
        {sheet(app).view()}
        {review(app).view()}
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
                <div class="line">{from_list(app).view()}</div>
                <p class="hint">{text::MEANING}</p>
            }
            .into_any();
        }
        view! {
            {status(app).view()}
            <Toolbar/>
            <ShownLine/>
            {selection(app).view()}
            {grid(app).view()}
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
        {move || has_rows.get().then(|| grid(app).view())}
        <p class="hint">{text::MEANING}</p>
    }
}
