//! The user drawer: one user, opened by a row, by a search or by id alone. Its parts are loaded one by one, and each
//! shows when it was read.

mod last_change;
mod states;

use leptos::ev;
use leptos::prelude::*;
use pingone::user::{Mfa, User, UserId};
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::directory::order::Column;

use crate::console::app::{App, use_app};
use crate::console::load::Load;
use crate::console::troubleshooting::state::Location;

use crate::console::troubleshooting::text as say;
use crate::console::users::cells::population_name;
use crate::console::users::text;
use crate::ui::dom::focus_next;

use crate::console::troubleshooting::failure::FailedRead;
use crate::console::troubleshooting::failure::Failure;
use crate::console::troubleshooting::failure::RequestedChecks;
use crate::console::users::user_drawer::last_change::LastChange;
use crate::console::users::user_drawer::states::{AccountNote, SignInStates};
use crate::ui::dom::handler;
use pingone::fault::Fault;

#[component]
pub(crate) fn UserDrawer() -> impl IntoView {
    let app = use_app();
    let directory = app.directory();
    let opened = Memo::new(move |_| {
        directory.opened.with(|opened| opened.as_ref().map(|opened| (opened.id, opened.read.clone())))
    });
    let close = move |event: ev::MouseEvent| {
        focus_next(&event, &[opener_name(app).as_str(), text::directory::FIND]);
        directory.close();
    };
    move || {
        opened.get().map(|(id, read)| {
            view! {
                <section class="user" part="user" aria-label=text::user_drawer::NAME>
                    <button class="quiet user-close" on:click=handler(close)>
                        {text::user_drawer::CLOSE}
                    </button>
                    <UserContent id read/>
                </section>
            }
        })
    }
}

/// The accessible name of the table's button that opens this user.
fn opener_name(app: App) -> String {
    let directory = app.directory();
    let id = directory.opened.with_untracked(|opened| opened.as_ref().map(|opened| opened.id));
    let user = id.and_then(|id| directory.users.with_untracked(|users| users.user(users.find(id)?)));
    user.map(|user| text::directory::open(&text::name_of(&user), &user.username)).unwrap_or_default()
}

#[component]
fn UserContent(id: UserId, read: Load<()>) -> impl IntoView {
    let app = use_app();
    match read {
        Load::Idle | Load::Loading => view! {
            <p class="working">{text::user_drawer::READING}</p>
            <p class="id">{id.to_string()}</p>
        }
        .into_any(),
        Load::Failed(fault) => {
            let title = text::fault(&fault);
            view! {
                <p class="id">{id.to_string()}</p>
                <Failure at=Location::User(id) tried=Operation::ReadUser(id) fault title=title/>
            }
            .into_any()
        }
        Load::Ready { .. } => view! {
            <Facts id/>
            <SignInStates id/>
            <LastChange id/>
            <FailedRead at=Location::User(id) title=failed_read_title/>
            <button class="quiet" on:click=handler(move |_| app.troubleshooting().ask_why_not_asked(id))>
                {say::WHY_NO_PROMPT}
            </button>
            <RequestedChecks at=Location::User(id)/>
        }
        .into_any(),
    }
}

/// The title of a read about a user that failed.
fn failed_read_title(tried: Operation, fault: &Fault) -> String {
    match tried {
        Operation::FilterUsers => text::user_drawer::protection_unread(&text::fault(fault)),
        _ => text::fault(fault),
    }
}

/// The user's name and what the list has of the user. The flag has a state of its own, so that changing it doesn't make
/// the facts anew.
#[component]
fn Facts(id: UserId) -> impl IntoView {
    let app = use_app();
    let user = Memo::new(move |_| app.directory().user(id).map(|user| User { mfa: Mfa::Unknown, ..user }));
    move || {
        user.get().map(|user| {
            view! {
                <h2>
                    <bdi>{text::name_of(&user)}</bdi>
                </h2>
                <AccountNote id/>
                <FactList id user/>
            }
        })
    }
}

#[component]
fn FactList(id: UserId, user: User) -> impl IntoView {
    let app = use_app();
    let now = app.session().now.get_untracked();
    let signed_on = text::last_sign_on(&*app.ports.get().locale, user.last_sign_on, now);
    let email = user.email.clone().unwrap_or_else(|| text::directory::NOTHING.to_owned());
    let (username, account) = (user.username.clone(), text::account(user.account));
    view! {
        <dl>
            <dt>{text::table::column(Column::Username)}</dt>
            <dd>
                <bdi>{username}</bdi>
            </dd>
            <dt>{text::table::column(Column::Email)}</dt>
            <dd>
                <bdi>{email}</bdi>
            </dd>
            <dt>{text::table::column(Column::Population)}</dt>
            <dd>
                <bdi>{move || population_name(app, &user)}</bdi>
            </dd>
            <dt>{text::table::column(Column::Account)}</dt>
            <dd>{account}</dd>
            <dt>{text::table::column(Column::LastSignOn)}</dt>
            <dd>{signed_on}</dd>
            <dt>{text::user_drawer::ID}</dt>
            <dd>
                <span class="id">{id.to_string()}</span>
                <button class="quiet" on:click=handler(move |_| app.session().copy(id.to_string()))>
                    {text::user_drawer::COPY_ID}
                </button>
            </dd>
        </dl>
    }
}
