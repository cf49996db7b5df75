//! How the last change of the opened user ended: of the flag, and of the bypass.

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

#[component]
pub(crate) fn LastChange(id: UserId) -> impl IntoView {
    view! {
        <FlagChange id/>
        <BypassChange id/>
    }
}

#[component]
fn FlagChange(id: UserId) -> impl IntoView {
    let app = use_app();
    let ended = Memo::new(move |_| flag_change(app, id));
    move || {
        ended.get().map(|(to, outcome, at)| {
            let sentence = text::outcome(&outcome, to, &app.ports.get().locale.time_to_second(at));
            let Some(fault) = outcome.fault().cloned() else {
                return view! { <p class="note done">{sentence}</p> }.into_any();
            };
            let tried = Operation::ChangeFlag(Some(id));
            let read_again = matches!(outcome, Outcome::Unconfirmed(_)).then(|| {
                view! {
                    <button on:click=handler(move |_| app.directory().read_mfa(id))>
                        {text::directory::READ_AGAIN}
                    </button>
                }
            });
            view! {
                <Failure at=Location::User(id) tried=tried fault title=sentence/>
                {read_again}
            }
            .into_any()
        })
    }
}

/// The last finished change of the flag. A successful one isn't shown once a later read found the other value.
fn flag_change(app: App, id: UserId) -> Option<(bool, Outcome, Timestamp)> {
    match app.directory().switches.with(|switches| switches.get(&id).cloned())? {
        Switch::Ended { to, outcome, at } => {
            let flag = app.directory().with_user(id, UserStore::mfa);
            let is_news = !matches!(outcome, Outcome::Changed { .. }) || flag == Some(to.into());
            is_news.then_some((to, outcome, at))
        }
        Switch::Sending { .. } | Switch::Checking { .. } | Switch::Reading | Switch::Protected => None,
    }
}

#[component]
fn BypassChange(id: UserId) -> impl IntoView {
    let app = use_app();
    let change = Memo::new(move |_| bypass_change(app, id));
    let failed = move |fault: Fault, title| {
        view! { <Failure at=Location::User(id) tried=Operation::AllowBypass(id) fault title/> }.into_any()
    };
    let show = move |change| match change {
        Bypassing::Sending => view! { <p class="working">{text::user_drawer::BYPASSING}</p> }.into_any(),
        Bypassing::Allowed { until, at } => {
            view! { <p class="note done">{allowed_sentence(app, until, at)}</p> }.into_any()
        }
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
    move || change.get().map(show)
}

fn allowed_sentence(app: App, until: Timestamp, at: Timestamp) -> String {
    let ports = app.ports.get();
    let until = text::disable_dialog::until(ports.locale.as_ref(), until, at);
    text::user_drawer::bypassed(&until, &ports.locale.time_to_second(at))
}

/// The bypass that was asked for last for this user, unless it is over.
fn bypass_change(app: App, id: UserId) -> Option<Bypassing> {
    let (user, change) = app.directory().bypassing.get()?;
    (user == id && is_current(app, &change)).then_some(change)
}

/// Whether a bypass that was allowed is active, as far as it was read since.
fn is_current(app: App, change: &Bypassing) -> bool {
    let Bypassing::Allowed { until, .. } = change else { return true };
    let is_another = app.directory().opened.with(|opened| {
        let read = opened.as_ref().and_then(|opened| opened.bypass.ready().copied());
        read.is_some_and(|read| read != Some(*until))
    });
    !is_another && *until > app.session().now.get()
}
