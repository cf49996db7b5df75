//! The form that allows a user to sign in without a second factor for some hours.

use leptos::prelude::*;
use pingone::user::{Mfa, UserId};
use pingone_mfa_core::directory::store::UserStore;

use crate::console::app::{App, use_app};
use crate::console::users::directory::BYPASS_HOURS;
use crate::console::users::text;
use crate::ui::dom::handler;
use crate::ui::dropdown::{Dropdown, DropdownButton, Opens};
use crate::ui::memo::memo;
use crate::ui::show::Show;

/// The button that opens the form in the drawer.
#[component]
pub(super) fn AllowBypass(id: UserId) -> impl IntoView {
    let app = use_app();
    let dropdown = Dropdown::new();
    let is_offered = memo(move || app.directory().may_bypass() && may_need_bypass(app, id));
    let allow = Callback::new(move |()| {
        dropdown.close();
        app.directory().allow_bypass(id, app.directory().bypass_hours.get_untracked());
    });
    view! {
        <Show when=move || is_offered.get()>
            <DropdownButton dropdown opens=Opens::Panel name=text::disable_dialog::ALLOW class="link">
                <p>{text::disable_dialog::BYPASS_MEANING}</p>
                {app.directory()
                    .is_own(id)
                    .then(|| view! { <p class="note warn">{text::confirm::own_bypass()}</p> })}
                <BypassForm allow is_primary=true/>
            </DropdownButton>
        </Show>
    }
}

/// Whether a bypass makes sense for the user: MFA isn't off.
fn may_need_bypass(app: App, id: UserId) -> bool {
    app.directory().with_user(id, UserStore::mfa).is_some_and(|mfa| mfa != Mfa::Off)
}

/// Hours, until when that is, and the button. Hours are remembered from one user to the next.
#[component]
pub(crate) fn BypassForm(allow: Callback<()>, is_primary: bool) -> impl IntoView {
    let app = use_app();
    let note = app.session().settings().bypass.note.clone();
    let end = memo(move || {
        let now = app.session().now.get();
        let end = app.directory().bypass_end(app.directory().bypass_hours.get());
        let ports = app.ports.get();
        let locale = ports.locale.as_ref();
        (text::disable_dialog::allow(locale, end, now), text::disable_dialog::until(locale, end, now))
    });
    view! {
        <div class="bypass-form">
            <HoursChoice/>
            <span class="hint">{move || end.get().1}</span>
            <button class=is_primary.then_some("primary") on:click=handler(move |_| allow.run(()))>
                {move || end.get().0}
            </button>
        </div>
        {note.map(|note| view! { <p class="note">{note}</p> })}
    }
}

#[component]
fn HoursChoice() -> impl IntoView {
    let app = use_app();
    let most = app.session().settings().bypass.max_hours;
    let option = move |hours: u64| {
        view! {
            <option value=hours.to_string() prop:selected=move || app.directory().bypass_hours.get() == hours>
                {text::disable_dialog::hours(hours)}
            </option>
        }
    };
    let choose = move |event| {
        if let Ok(hours) = event_target_value(&event).parse() {
            app.directory().choose_bypass_hours(hours);
        }
    };
    view! {
        <select aria-label=text::disable_dialog::HOURS on:change=handler(choose)>
            {BYPASS_HOURS.into_iter().filter(|hours| *hours <= most).map(option).collect_view()}
        </select>
    }
}
