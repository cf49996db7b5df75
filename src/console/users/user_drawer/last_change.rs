//! How the last change of the opened user failed: of the flag, and of the bypass. A change that succeeded is shown by
//! the values themselves.

use leptos::prelude::*;
use pingone::fault::Fault;
use pingone::time::Timestamp;
use pingone::user::UserId;
use pingone_mfa_core::diagnosis::evidence::Operation;
use pingone_mfa_core::directory::store::UserStore;
use pingone_mfa_core::run::outcome::Outcome;

use crate::console::app::{App, use_app};
use crate::console::troubleshooting::failure::Failure;
use crate::console::troubleshooting::state::Location;
use crate::console::users::directory::Bypassing;
use crate::console::users::switch::Switch;
use crate::console::users::text;
use crate::ui::dom::handler;
use crate::ui::memo::memo;
use crate::ui::show::Show;

#[component]
pub(crate) fn LastChange(id: UserId) -> impl IntoView {
    view! {
        <Protection id/>
        <FlagChange id/>
        <BypassChange id/>
    }
}

/// That nothing was sent, because the deployment protects the user.
#[component]
fn Protection(id: UserId) -> impl IntoView {
    let app = use_app();
    let is_protected =
        move || app.directory().switches.with(|switches| switches.get(&id) == Some(&Switch::Protected));
    view! {
        <Show when=is_protected>
            <p class="note">{text::user_drawer::PROTECTED}</p>
        </Show>
    }
}

#[component]
fn FlagChange(id: UserId) -> impl IntoView {
    let app = use_app();
    let ended = memo(move || flag_change(app, id));
    view! { {move || {
        ended.get().map(|(to, outcome, at)| {
            let sentence = text::outcome(&outcome, to, &app.ports.get().locale.time_to_second(at));
            let Some(fault) = outcome.fault().cloned() else {
                return view! { <p class="note">{sentence}</p> }.into_any();
            };
            let tried = Operation::ChangeFlag(Some(id));
            let read_again = matches!(outcome, Outcome::Unconfirmed(_)).then(|| {
                view! {
                    <button on:click=handler(move |_| app.directory().read_mfa(id))>
                        {text::user_drawer::REFRESH}
                    </button>
                }
            });
            view! {
                <Failure at=Location::User(id) tried=tried fault title=sentence/>
                {read_again}
            }
            .into_any()
        })
    }} }
}

/// The last finished change of the flag, if there is more to say than its value. It isn't shown once a later read found
/// the other value.
fn flag_change(app: App, id: UserId) -> Option<(bool, Outcome, Timestamp)> {
    match app.directory().switches.with(|switches| switches.get(&id).cloned())? {
        Switch::Ended { to, outcome, at } => {
            let flag = app.directory().with_user(id, UserStore::mfa);
            let is_news = match outcome {
                Outcome::Changed { read_back } => read_back && flag == Some(to.into()),
                _ => true,
            };
            is_news.then_some((to, outcome, at))
        }
        Switch::Sending { .. } | Switch::Checking { .. } | Switch::Reading | Switch::Protected => None,
    }
}

#[component]
fn BypassChange(id: UserId) -> impl IntoView {
    let app = use_app();
    let change = memo(move || {
        app.directory().bypassing.get().filter(|(user, _)| *user == id).map(|(_, change)| change)
    });
    let failed = move |fault: Fault, title| {
        view! { <Failure at=Location::User(id) tried=Operation::AllowBypass(id) fault title/> }.into_any()
    };
    let show = move |change| match change {
        // The row of the bypass says so.
        Bypassing::Sending | Bypassing::Allowed { .. } => ().into_any(),
        Bypassing::Refused(fault @ Fault::RoleMissing(_)) => {
            failed(fault, text::user_drawer::BYPASS_FORBIDDEN.to_owned())
        }
        Bypassing::Refused(fault) => {
            let title = text::user_drawer::not_bypassed(&text::fault(&fault));
            failed(fault, title)
        }
        Bypassing::Unconfirmed(fault) => {
            let title = text::user_drawer::bypass_lost(&text::fault(&fault));
            failed(fault, title)
        }
    };
    view! { {move || change.get().map(show)} }
}
