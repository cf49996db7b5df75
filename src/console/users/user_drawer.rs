//! The user drawer: one user, opened by a row, by a search or by id alone. Its parts are loaded one by one, and each
//! shows when it was read. What loads has its place before it arrives.

mod allow_bypass;
mod last_change;
mod meaning;
mod mfa_card;
mod response;
mod rows;

use leptos::prelude::*;
use leptos::{ev, html};
use pingone::fault::Fault;
use pingone::user::UserId;
use pingone_mfa_core::diagnosis::evidence::Operation;

use crate::console::app::{App, use_app};
use crate::console::load::Load;
use crate::console::troubleshooting::failure::{FailedRead, Failure, RequestedChecks};
use crate::console::troubleshooting::state::Location;
use crate::console::troubleshooting::text as say;
use crate::console::users::confirm_dialog::name_of;
use crate::console::users::text;
use crate::console::users::user_drawer::last_change::LastChange;
use crate::console::users::user_drawer::meaning::Meaning;
use crate::console::users::user_drawer::mfa_card::MfaCard;
use crate::console::users::user_drawer::response::UserResponse;
use crate::console::users::user_drawer::rows::Rows;
use crate::ui::close_button::CloseButton;
use crate::ui::dom::{bring_into_view, close_on_escape, covers_page, focus, focus_next, handler, once_shown};

pub(crate) use crate::console::users::user_drawer::allow_bypass::BypassForm;
use crate::ui::list::For;
use crate::ui::memo::memo;
use crate::ui::show::Show;

#[component]
pub(crate) fn UserDrawer() -> impl IntoView {
    let app = use_app();
    let opened = memo(move || app.directory().opened.read().as_ref().map(|opened| opened.id));
    view! {
        <For each=move || opened.get() key=|id| *id let:id>
            <Drawer id/>
        </For>
    }
}

#[component]
fn Drawer(id: UserId) -> impl IntoView {
    let app = use_app();
    let heading = NodeRef::<html::H2>::new();
    let around = NodeRef::<html::Aside>::new();
    let failed = memo(move || {
        app.directory().opened.with(|opened| match opened.as_ref().map(|opened| &opened.read) {
            Some(Load::Failed(fault)) => Some(fault.clone()),
            _ => None,
        })
    });
    let close = move |event: &ev::Event| {
        focus_next(event, &[opener_name(app).as_str(), text::table::SEARCH]);
        app.directory().close();
    };
    Effect::new(move |_| {
        if heading.get().is_some() {
            once_shown(move || take_focus(app, around, heading));
        }
    });
    view! {
        <aside
            class="drawer"
            part="user"
            aria-label=move || label(app, id)
            node_ref=around
            on:keydown=close_on_escape(close)
        >
            <div class="user">
                <div class="user-top">
                    <header class="user-head">
                        <Identity id heading/>
                        <CloseButton
                            name=text::CLOSE
                            class="quiet user-close"
                            on_press=handler(move |event: ev::MouseEvent| close(&event))
                        />
                    </header>
                    <Show when=move || failed.read().is_none()>
                        <MfaCard id/>
                    </Show>
                </div>
                <Content id failed/>
            </div>
        </aside>
    }
}

/// A drawer that opened because a change failed takes the focus only where it covers the table: a person may be at
/// work there.
fn take_focus(app: App, around: NodeRef<html::Aside>, heading: NodeRef<html::H2>) {
    let is_wanted = app.directory().opened.read_untracked().as_ref().is_some_and(|opened| opened.takes_focus);
    if is_wanted || covers_page(around) {
        focus(heading);
    }
}

/// The user's name, or what the drawer is about before it is known.
fn label(app: App, id: UserId) -> String {
    let name = app.directory().user(id).map(|_| name_of(app, id));
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| text::user_drawer::NAME.to_owned())
}

/// The accessible name of the table's button that opens this user.
fn opener_name(app: App) -> String {
    let directory = app.directory();
    let id = directory.opened.read_untracked().as_ref().map(|opened| opened.id);
    let user = id.and_then(|id| directory.users.with_untracked(|users| users.user(users.find(id)?)));
    user.map(|user| text::directory::open(&text::name_of(&user), &user.username)).unwrap_or_default()
}

#[component]
fn Identity(id: UserId, heading: NodeRef<html::H2>) -> impl IntoView {
    let app = use_app();
    let user =
        memo(move || app.directory().user(id).map(|user| (text::name_of(&user), user.username, user.email)));
    let initials =
        move || user.read().as_ref().map(|(name, username, _)| text::user_drawer::initials(name, username));
    let name = move || {
        let user = user.read();
        user.as_ref().map_or_else(|| text::user_drawer::NAME.to_owned(), |user| user.0.clone())
    };
    let username = move || user.read().as_ref().map_or_else(|| id.to_string(), |user| user.1.clone());
    let email = move || user.read().as_ref().and_then(|user| user.2.clone());
    view! {
        <span class="user-initials" aria-hidden="true">{move || initials().unwrap_or_default()}</span>
        <div>
            <h2 tabindex="-1" node_ref=heading>
                <bdi>{name}</bdi>
            </h2>
            <p class="hint">
                <bdi>{username}</bdi>
                {move || email().map(|email| view! { <bdi>{email}</bdi> })}
            </p>
        </div>
    }
}

#[component]
fn Content(id: UserId, failed: Memo<Option<Fault>>) -> impl IntoView {
    view! { {move || match failed.get() {
        Some(fault) => {
            let title = text::fault(&fault);
            view! { <Failure at=Location::User(id) tried=Operation::ReadUser(id) fault title/> }.into_any()
        }
        None => view! { <Facts id/> }.into_any(),
    }} }
}

#[component]
fn Facts(id: UserId) -> impl IntoView {
    let app = use_app();
    let checks = NodeRef::<html::Div>::new();
    let case = memo(move || {
        app.troubleshooting().case.with(|case| {
            case.as_ref().filter(|case| case.location == Location::User(id)).map(|case| case.is_searching)
        })
    });
    // Its result is longer than what stands there while answers arrive.
    Effect::new(move |_| {
        if case.get().is_some() {
            bring_into_view(checks);
        }
    });
    let ask_why = move |_| {
        app.troubleshooting().ask_why_not_asked(id);
    };
    // What appears later than the rest stands last, so that it moves nothing.
    view! {
        <Meaning id/>
        <Rows id/>
        <UserResponse id/>
        <div class="user-checks" node_ref=checks>
            <LastChange id/>
            <FailedRead at=Location::User(id) title=failed_read_title/>
            <RequestedChecks at=Location::User(id)/>
        </div>
        <footer class="user-why">
            <button class="link" on:click=handler(ask_why)>
                {say::WHY_NO_PROMPT}
            </button>
        </footer>
    }
}

/// The title of a read about a user that failed.
fn failed_read_title(tried: Operation, fault: &Fault) -> String {
    match tried {
        Operation::FilterUsers => text::user_drawer::protection_unread(&text::fault(fault)),
        _ => text::fault(fault),
    }
}
