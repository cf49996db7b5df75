//! One user's switch. It moves when a response says so, never before.

use std::rc::Rc;

use leptos::prelude::*;
use pingone::user::{Mfa, UserId};
use pingone_mfa_core::directory::store::UserStore;
use pingone_mfa_core::run::outcome::Outcome;
use pingone_mfa_core::run::row::RowState;

use crate::state::App;
use crate::state::switch::Switch;

use super::markup::{Node, button, group, kept, part_of, says, tag};
use super::text;

/// Whose switch it is, which may change; `None` for nobody's.
pub(super) type Whose = Rc<dyn Fn() -> Option<UserId>>;

/// `tab_index` is -1 inside the grid, where arrow keys lead to it.
pub(super) fn mfa_switch(app: App, whose: &Whose, tab_index: &'static str) -> Node {
    let directory = app.directory();
    let [of, named, pressed] = [(); 3].map(|()| Rc::clone(whose));
    let state = kept(move || State::of(app, of()));
    // Who is renamed gets another label because `whose` is renewed then.
    let username = Rc::new(move || {
        directory.users.with_untracked(|users| {
            let row = named().and_then(|id| users.find(id));
            row.map(|row| users.username(row).to_owned()).unwrap_or_default()
        })
    });
    let shaped = state.clone();
    let shape = move || {
        let mfa = shaped.with(|state| state.mfa).unwrap_or(Mfa::Unknown);
        (mfa != Mfa::Unknown, directory.may_press(mfa))
    };
    part_of(shape, move |(is_known, may_press)| {
        let [said, checked, held, disabled, busy, doing] = [(); 6].map(|()| state.clone());
        let word = says(move || said.with(|state| text::mfa(state.mfa).to_owned()).unwrap_or_default());
        if !may_press {
            return tag("span").class("switch-word").with(word);
        }
        let (pressed, username) = (Rc::clone(&pressed), Rc::clone(&username));
        // aria-disabled and not disabled: a disabled button would lose the focus.
        let press = move || {
            let is_busy = held.with_untracked(|state| state.is_busy) == Some(true);
            if let Some(id) = pressed().filter(|_| !is_busy) {
                directory.press(id);
            }
        };
        let switch = if is_known {
            button(tag("span").class("switch-word").set("aria-hidden", "true").with(word), press)
                .set("role", "switch")
                .class("switch")
                .follow("aria-checked", move || checked.with(|state| (state.mfa == Mfa::On).to_string()))
                .follow("aria-label", move || Some(text::directory::switch(&username())))
                .follow("aria-disabled", move || disabled.with(|state| state.is_busy.to_string()))
        } else {
            button(word, press)
                .class("quiet")
                .follow("aria-label", move || Some(text::directory::read_mfa(&username())))
        };
        let doing = part_of(
            move || doing.with(|state| state.doing).flatten(),
            |doing| doing.map(|(word, class)| tag("span").class(class).with(word)),
        );
        let switch = switch
            .set("tabindex", tab_index)
            .follow("aria-busy", move || busy.with(|state| state.is_busy.to_string()));
        group().with(switch).with(doing)
    })
}

/// What a switch shows.
#[derive(PartialEq)]
struct State {
    mfa: Mfa,
    is_busy: bool,
    /// The word beside it, and its class.
    doing: Option<(&'static str, &'static str)>,
}

impl State {
    fn of(app: App, id: Option<UserId>) -> Self {
        let directory = app.directory();
        let mfa = id.and_then(|id| directory.with_user(id, UserStore::mfa)).unwrap_or(Mfa::Unknown);
        let in_run = id.and_then(|id| app.run().state_of(id));
        // Whoever the run is about to change isn't changed by hand.
        let is_waiting = in_run.is_some_and(|state| !state.is_settled()) && app.run().is_open();
        directory.switches.with(|switches| {
            let switch = id.and_then(|id| switches.get(&id));
            let is_busy = is_waiting || switch.is_some_and(Switch::is_busy);
            Self { mfa, is_busy, doing: switch.and_then(doing).or_else(|| in_run.map(doing_in_run)) }
        })
    }
}

/// The word beside the switch, and its class: what is going on, or how it went wrong.
fn doing(switch: &Switch) -> Option<(&'static str, &'static str)> {
    let (word, class) = match switch {
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
    Some((word, class))
}

/// What became of the user in the run, and the class of the word.
fn doing_in_run(state: RowState) -> (&'static str, &'static str) {
    let class = match state {
        RowState::Waiting | RowState::Sending | RowState::Changed | RowState::AlreadySet => "switch-doing",
        RowState::Refused
        | RowState::Failed
        | RowState::Unconfirmed
        | RowState::Gone
        | RowState::ChangedBySomeoneElse => "switch-doing failed",
    };
    (state.word(), class)
}
