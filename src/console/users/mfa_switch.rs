//! The MFA switch of one user. It moves when a response says so, never before.

use leptos::either::EitherOf3;
use leptos::prelude::*;
use pingone::user::{Mfa, UserId};
use pingone_mfa_core::directory::store::UserStore;
use pingone_mfa_core::run::outcome::Outcome;
use pingone_mfa_core::run::row::RowState;

use crate::console::app::App;
use crate::console::users::switch::Switch;

use crate::console::users::text;
use crate::ui::dom::handler;
use crate::ui::memo::memo;

/// What the switch is for a user: which elements it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// The deployment permits no change: only the flag is shown.
    Text,
    /// A switch that turns MFA on or off.
    Toggle,
    /// The flag isn't known: a button that reads it.
    Read,
}

impl Shape {
    fn of(app: App, user: Option<UserId>) -> Self {
        match flag_of(app, user) {
            mfa if !app.directory().may_press(mfa) => Self::Text,
            Mfa::Unknown => Self::Read,
            Mfa::On | Mfa::Off => Self::Toggle,
        }
    }
}

/// The switch of a user, who may change; `None` for no user. `tab_index` is -1 inside the grid, where arrow keys lead
/// to the switch.
///
/// A memo keeps its subscribers after they are gone, and every row of the table has a switch: the elements of a shape
/// follow signals and memos that are made and dropped with them, and `user` must not be a memo.
#[component]
pub(crate) fn MfaSwitch(app: App, user: Signal<Option<UserId>>, tab_index: &'static str) -> impl IntoView {
    let shape = memo(move || Shape::of(app, user.get()));
    view! { {move || match shape.get() {
        Shape::Text => EitherOf3::A(view! { <FlagText app=app user=user /> }),
        Shape::Toggle => EitherOf3::B(view! { <ToggleButton app=app user=user tab_index=tab_index /> }),
        Shape::Read => EitherOf3::C(view! { <ReadButton app=app user=user tab_index=tab_index /> }),
    }} }
}

#[component]
fn FlagText(app: App, user: Signal<Option<UserId>>) -> impl IntoView {
    view! { <span class="switch-word">{move || text::switch::word(flag_of(app, user.get()))}</span> }
}

#[component]
fn ToggleButton(app: App, user: Signal<Option<UserId>>, tab_index: &'static str) -> impl IntoView {
    let state = memo(move || State::of(app, user.get()));
    // aria-disabled and not disabled: a disabled button would lose the focus.
    view! {
        <button
            role="switch"
            class="switch"
            tabindex=tab_index
            aria-checked=move || (state.get().mfa == Mfa::On).to_string()
            aria-label=move || text::directory::switch(&username(app, user.get()))
            aria-disabled=move || state.get().is_busy.to_string()
            aria-busy=move || state.get().is_busy.to_string()
            on:click=handler(move |_| press(app, user, state))
        >
            <span class="switch-word" aria-hidden="true">
                {move || text::switch::word(state.get().mfa)}
            </span>
        </button>
        <Activity state=state />
    }
}

#[component]
fn ReadButton(app: App, user: Signal<Option<UserId>>, tab_index: &'static str) -> impl IntoView {
    let state = memo(move || State::of(app, user.get()));
    view! {
        <button
            class="quiet"
            tabindex=tab_index
            aria-label=move || text::directory::read_mfa(&username(app, user.get()))
            aria-busy=move || state.get().is_busy.to_string()
            on:click=handler(move |_| press(app, user, state))
        >
            {move || text::switch::word(state.get().mfa)}
        </button>
        <Activity state=state />
    }
}

/// The words beside the switch: what is going on, or how it failed.
#[component]
fn Activity(state: Memo<State>) -> impl IntoView {
    let activity = memo(move || state.get().activity);
    view! { {move || activity.get().map(|(words, class)| view! { <span class=class>{words}</span> })} }
}

fn press(app: App, user: Signal<Option<UserId>>, state: Memo<State>) {
    let is_busy = state.read_untracked().is_busy;
    if let Some(id) = user.get_untracked().filter(|_| !is_busy) {
        app.directory().press(id);
    }
}

fn flag_of(app: App, user: Option<UserId>) -> Mfa {
    user.and_then(|id| app.directory().with_user(id, UserStore::mfa)).unwrap_or(Mfa::Unknown)
}

fn username(app: App, user: Option<UserId>) -> String {
    let name = |users: &UserStore, row| users.username(row).to_owned();
    user.and_then(|id| app.directory().with_user(id, name)).unwrap_or_default()
}

/// What a switch shows.
#[derive(Debug, Clone, Copy, PartialEq)]
struct State {
    mfa: Mfa,
    is_busy: bool,
    /// The words beside it, and their class.
    activity: Option<(&'static str, &'static str)>,
}

impl State {
    fn of(app: App, user: Option<UserId>) -> Self {
        let mfa = flag_of(app, user);
        let in_run = user.and_then(|id| app.run().state_of(id));
        // The switch of a user that the run is about to change is busy.
        let is_waiting = in_run.is_some_and(|state| !state.is_settled()) && app.run().is_open();
        let switches = app.directory().switches.read();
        let switch = user.and_then(|id| switches.get(&id));
        let is_busy = is_waiting || switch.is_some_and(Switch::is_busy);
        Self {
            mfa,
            is_busy,
            activity: switch.and_then(activity).or_else(|| {
                in_run.map(|state| activity_in_run(state, app.run().target().unwrap_or_default()))
            }),
        }
    }
}

fn activity(switch: &Switch) -> Option<(&'static str, &'static str)> {
    let (words, class) = match switch {
        Switch::Sending { .. } => (text::switch::SENDING, "switch-doing"),
        Switch::Checking { .. } => (text::switch::CHECKING, "switch-doing"),
        Switch::Reading => (text::switch::READING, "switch-doing"),
        Switch::Protected => (text::switch::PROTECTED, "switch-doing failed"),
        Switch::Ended { outcome, .. } => match outcome {
            Outcome::Changed { .. } => return None,
            Outcome::Refused(_) => (text::switch::REFUSED, "switch-doing failed"),
            Outcome::Failed(_) => (text::switch::FAILED, "switch-doing failed"),
            Outcome::Unconfirmed(_) => (text::switch::LOST, "switch-doing failed"),
            Outcome::Gone(_) => (text::switch::GONE, "switch-doing failed"),
        },
    };
    Some((words, class))
}

/// The state of the user in the run, and the class of the words.
fn activity_in_run(state: RowState, to: bool) -> (&'static str, &'static str) {
    let class = match state {
        RowState::Waiting | RowState::Sending | RowState::Changed | RowState::AlreadySet => "switch-doing",
        RowState::Refused
        | RowState::Failed
        | RowState::Unconfirmed
        | RowState::Gone
        | RowState::ChangedBySomeoneElse => "switch-doing failed",
    };
    (text::mfa_change::state(state, to), class)
}
