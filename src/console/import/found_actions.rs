//! What can be done with the users who were found.

use leptos::prelude::*;
use pingone::time::Timestamp;

use crate::console::app::{App, use_app};
use crate::console::format::number;
use crate::console::import::parts::is_loaded;
use crate::console::import::state::By;
use crate::console::import::text;
use crate::ui::dom::handler;
use crate::ui::memo::memo;

/// What decides which actions the found users have.
#[derive(Clone, Copy, PartialEq)]
struct FoundUsers {
    count: usize,
    listed_at: Option<Timestamp>,
    is_loaded: bool,
    selected: usize,
}

fn found_users(app: App) -> Option<FoundUsers> {
    let found = app.import().found()?;
    let listed_at = match found.by {
        By::List(at) => Some(at),
        By::PingOne(_) => None,
    };
    let (count, selected) = (found.matches.found.len(), app.import().selected());
    (count > 0).then(|| FoundUsers { count, listed_at, is_loaded: is_loaded(app), selected })
}

/// What can be done with the users who were found.
#[component]
pub(super) fn FoundActions() -> impl IntoView {
    let app = use_app();
    let users = memo(move || found_users(app));
    let deselect = move |_| {
        app.import().deselect();
        app.import().close();
    };
    let select_button = move || {
        view! {
            <button title=text::SELECT_MEANING on:click=handler(move |_| app.select_import())>
                {text::SELECT}
            </button>
        }
    };
    view! { {move || {
        users.get().map(|users| {
            view! {
                {users.is_loaded.then(select_button)}
                {(users.selected > 0).then(|| {
                    view! { <button on:click=handler(deselect)>{text::DESELECT}</button> }
                })}
                <ReviewButton to=false users/>
                <ReviewButton to=true users/>
            }
        })
    }} }
}

/// Begins the review of a run with the found users, where the deployment permits such a run.
#[component]
fn ReviewButton(to: bool, users: FoundUsers) -> impl IntoView {
    let app = use_app();
    let begin = move |_| app.review().of_users(to, app.import().users(), users.listed_at);
    app.review().may_run(to).then(|| {
        view! {
            <button
                class=if to { "primary" } else { "danger" }
                disabled=move || app.run().is_open()
                on:click=handler(begin)
            >
                {text::mfa_change::begin(to, &number(app, users.count as u64), users.count)}
            </button>
        }
    })
}
