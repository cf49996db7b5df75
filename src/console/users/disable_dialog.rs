//! The disable dialog, shown before MFA is turned off for one user. It says what that means, and offers a temporary
//! bypass as the milder way, each as far as the deployment permits it.

use leptos::prelude::*;
use pingone::user::UserId;

use crate::console::app::{App, use_app};
use crate::console::users::confirm_dialog::{ConfirmDialog, name_of};
use crate::console::users::text;
use crate::console::users::user_drawer::BypassForm;
use crate::ui::memo::memo;

#[component]
pub(crate) fn DisableDialog() -> impl IntoView {
    let app = use_app();
    let directory = app.directory();
    let to_disable = directory.to_disable;
    let may_disable = directory.may_change(false);
    let title = move || {
        let name = to_disable.get().map(|id| name_of(app, id)).unwrap_or_default();
        if may_disable {
            text::disable_dialog::title(&name)
        } else {
            text::disable_dialog::title_of_bypass(&name)
        }
    };
    let asked = memo(move || to_disable.get());
    view! {
        <ConfirmDialog
            is_open=Signal::derive(move || to_disable.with(Option::is_some))
            title=Signal::derive(title)
            on_cancel=move || directory.keep()
            action=Signal::stored(may_disable.then(|| text::disable_dialog::DISABLE.to_owned()))
            is_risk=Signal::stored(true)
            on_action=move || directory.disable()
        >
            {move || asked.get().map(|id| view! { <Ways id/> })}
        </ConfirmDialog>
    }
}

#[component]
fn Ways(id: UserId) -> impl IntoView {
    let app = use_app();
    let directory = app.directory();
    let own =
        directory.is_own(id).then(|| view! { <p class="note warn">{text::confirm::own_account(false)}</p> });
    let meaning = if directory.may_change(false) {
        text::disable_dialog::disabled(devices(app, id))
    } else {
        text::disable_dialog::NEVER_OFF.to_owned()
    };
    let bypass = if directory.may_bypass() {
        view! { <BypassWay id/> }.into_any()
    } else {
        let note = app.session().settings().bypass.note.clone();
        view! {
            <p class="hint">{text::disable_dialog::NO_BYPASS}</p>
            {note.map(|note| view! { <p class="note">{note}</p> })}
        }
        .into_any()
    };
    view! {
        {own}
        <p>{meaning}</p>
        {bypass}
    }
}

/// How many devices are paired, if the drawer has read them.
fn devices(app: App, id: UserId) -> Option<usize> {
    let opened = app.directory().opened.read_untracked();
    let opened = opened.as_ref().filter(|opened| opened.id == id)?;
    opened.devices.ready().map(Vec::len)
}

#[component]
fn BypassWay(id: UserId) -> impl IntoView {
    let directory = use_app().directory();
    let allow = Callback::new(move |()| {
        directory.keep();
        directory.allow_bypass(id, directory.bypass_hours.get_untracked());
    });
    let sentence = if directory.may_change(false) {
        text::disable_dialog::INSTEAD
    } else {
        text::disable_dialog::BYPASS_MEANING
    };
    view! {
        <div class="instead">
            <p>{sentence}</p>
            <BypassForm allow is_primary=false/>
        </div>
    }
}
