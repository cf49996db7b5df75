//! The disable dialog, shown before MFA is turned off for one user. It offers a bypass for some hours, which is chosen
//! at first, and turning MFA off for good, each as far as the deployment permits it.

use leptos::prelude::*;
use pingone::user::UserId;
use pingone_mfa_core::config::settings::BypassRule;

use crate::console::app::{App, use_app};

use crate::console::users::confirm_dialog::{ConfirmDialog, name_of};
use crate::console::users::text;
use crate::ui::dom::handler;

/// The hours on offer, as far as the deployment permits them.
const HOURS: [u64; 4] = [1, 4, 8, 24];

/// What is chosen in the dialog.
#[derive(Clone, Copy)]
struct Choice {
    /// Off for good, and not for a while.
    for_good: RwSignal<bool>,
    hours: RwSignal<u64>,
}

#[component]
pub(crate) fn DisableDialog() -> impl IntoView {
    let app = use_app();
    let directory = app.directory();
    let asking = directory.asking;
    let choice = Choice {
        for_good: RwSignal::new(!directory.may_bypass()),
        hours: RwSignal::new(offered(&app.session().settings().bypass)),
    };
    // Hours are remembered from one user to the next; that MFA is to be off for good is not.
    Effect::new(move |_| {
        if asking.with(Option::is_some) {
            choice.for_good.set(!directory.may_bypass());
        }
    });
    let title =
        move || text::disable_dialog::title(&asking.get().map(|id| name_of(app, id)).unwrap_or_default());
    let asked = Memo::new(move |_| asking.get());
    view! {
        <ConfirmDialog
            is_open=Signal::derive(move || asking.with(Option::is_some))
            title=Signal::derive(title)
            cancel=text::disable_dialog::KEEP
            on_cancel=move || directory.keep()
            action=Signal::derive(move || action_name(app, choice))
            on_action=move || act(app, choice)
        >
            {move || asked.get().map(|id| view! { <Ways id choice/> })}
        </ConfirmDialog>
    }
}

/// The usual hours, or the most that are permitted.
fn offered(rule: &BypassRule) -> u64 {
    const USUAL: u64 = 8;
    HOURS.into_iter().filter(|hours| *hours <= rule.max_hours.min(USUAL)).max().unwrap_or(1)
}

fn action_name(app: App, choice: Choice) -> String {
    if choice.for_good.get() {
        return text::disable_dialog::DISABLE.to_owned();
    }
    let end = app.directory().bypass_end(choice.hours.get());
    text::disable_dialog::allow(app.ports.get().locale.as_ref(), end, app.session().now.get())
}

fn act(app: App, choice: Choice) {
    if choice.for_good.get_untracked() {
        app.directory().disable();
    } else {
        app.directory().allow_bypass(choice.hours.get_untracked());
    }
}

/// What can be chosen, as far as the deployment permits it.
#[component]
fn Ways(id: UserId, choice: Choice) -> impl IntoView {
    let app = use_app();
    let directory = app.directory();
    let own = directory.is_own(id).then(|| {
        view! { <p class="note warn">{text::confirm::own_account(false)}</p> }
    });
    let note = app.session().settings().bypass.note.clone().map(|note| view! { <p class="note">{note}</p> });
    if !directory.may_bypass() {
        return view! {
            {own}
            <p>{text::disable_dialog::NO_BYPASS}</p>
            {note}
            <DisableWay id choice/>
        }
        .into_any();
    }
    let disable = if directory.may_change(false) {
        view! { <DisableWay id choice/> }.into_any()
    } else {
        view! { <p class="hint">{text::disable_dialog::NEVER_OFF}</p> }.into_any()
    };
    view! {
        {own}
        <BypassWay choice/>
        {note}
        {disable}
    }
    .into_any()
}

#[component]
fn DisableWay(id: UserId, choice: Choice) -> impl IntoView {
    let devices = use_app().directory().opened.with_untracked(|opened| {
        let opened = opened.as_ref().filter(|opened| opened.id == id)?;
        opened.devices.ready().map(Vec::len)
    });
    view! {
        <Way choice for_good=true meaning=text::disable_dialog::disabled(devices)>
            {text::disable_dialog::DISABLE_WAY}
        </Way>
    }
}

#[component]
fn BypassWay(choice: Choice) -> impl IntoView {
    let app = use_app();
    let until = move || {
        let end = app.directory().bypass_end(choice.hours.get());
        text::disable_dialog::until(app.ports.get().locale.as_ref(), end, app.session().now.get())
    };
    view! {
        <Way choice for_good=false meaning=text::disable_dialog::BYPASS_MEANING.to_owned()>
            {text::disable_dialog::BYPASS_WAY}
            <HoursChoice choice/>
            {until}
        </Way>
    }
}

/// One of the things that can be chosen.
#[component]
fn Way(choice: Choice, for_good: bool, meaning: String, children: Children) -> impl IntoView {
    view! {
        <div class="way">
            <label class="check">
                <input
                    type="radio"
                    name="way"
                    prop:checked=move || choice.for_good.get() == for_good
                    on:change=handler(move |_| choice.for_good.set(for_good))
                />
                <span class="way-name">{children()}</span>
            </label>
            <p class="hint">{meaning}</p>
        </div>
    }
}

/// Choosing hours also chooses the bypass.
#[component]
fn HoursChoice(choice: Choice) -> impl IntoView {
    let most = use_app().session().settings().bypass.max_hours;
    let current = choice.hours.get_untracked();
    let option = |hours: u64| {
        view! {
            <option value=hours.to_string() selected=hours == current>
                {text::disable_dialog::hours(hours)}
            </option>
        }
    };
    let choose = move |event| {
        if let Ok(hours) = event_target_value(&event).parse() {
            choice.hours.set(hours);
            choice.for_good.set(false);
        }
    };
    view! {
        <select aria-label=text::disable_dialog::HOURS on:change=handler(choose)>
            {HOURS.into_iter().filter(|hours| *hours <= most).map(option).collect_view()}
        </select>
    }
}
