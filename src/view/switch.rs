//! One user's switch. It moves when a response says so, never before.

use pingone_mfa_core::domain::outcome::Outcome;
use pingone_mfa_core::domain::row::RowState;
use pingone_mfa_core::domain::user::{Mfa, UserId};
use pingone_mfa_core::domain::users::Users;

use super::markup::{Node, button, group, part_of, says, tag};
use super::text;
use crate::state::AppHandle;
use crate::state::switch::Switch;

/// `tab_index` is -1 inside the grid, where arrow keys lead to it.
pub(super) fn mfa_switch(app: AppHandle, id: UserId, tab_index: &'static str) -> Node {
    let directory = &app.directory;
    let mfa = move || directory.with_user(id, Users::mfa).unwrap_or(Mfa::Unknown);
    // Who is renamed gets another row, so that the name needn't be followed.
    let username = move || {
        directory.users.with_untracked(|users| {
            users.find(id).map(|row| users.username(row).to_owned()).unwrap_or_default()
        })
    };
    // Whoever the run is about to change isn't changed by hand.
    let is_in_run = move || app.run.is_open() && app.run.state_of(id).is_some_and(|state| !state.is_ended());
    let is_busy = move || {
        is_in_run() || directory.switches.with(|switches| switches.get(&id).is_some_and(Switch::is_busy))
    };
    // aria-disabled and not disabled: a disabled button would lose the focus.
    let pressed = move || {
        if !is_busy() {
            directory.press(id);
        }
    };
    let doing = move || {
        let by_hand = directory.switches.with(|switches| switches.get(&id).and_then(doing));
        by_hand.or_else(|| app.run.state_of(id).map(in_run))
    };
    let shape = move || (mfa() != Mfa::Unknown, directory.may_press(mfa()));
    part_of(shape, move |(is_known, may_press)| {
        let word = says(move || text::mfa(mfa()).to_owned());
        if !may_press {
            return tag("span").class("switch-word").with(word);
        }
        let busy = move || Some(is_busy().to_string());
        let switch = if is_known {
            button(tag("span").class("switch-word").set("aria-hidden", "true").with(word), pressed)
                .set("role", "switch")
                .class("switch")
                .follow("aria-checked", move || Some((mfa() == Mfa::On).to_string()))
                .set_to("aria-label", text::directory::switch(&username()))
                .follow("aria-disabled", busy)
        } else {
            button(word, pressed).class("quiet").set_to("aria-label", text::directory::read_mfa(&username()))
        };
        let doing = part_of(doing, |doing| doing.map(|(word, class)| tag("span").class(class).with(word)));
        group().with(switch.set("tabindex", tab_index).follow("aria-busy", busy)).with(doing)
    })
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
            Outcome::AnswerLost(_) => (text::switch::LOST, "switch-doing failed"),
            Outcome::Gone(_) => (text::switch::GONE, "switch-doing failed"),
        },
    };
    Some((word, class))
}

/// What became of the user in the run, and the class of the word.
fn in_run(state: RowState) -> (&'static str, &'static str) {
    let class = match state {
        RowState::Waiting | RowState::Sending | RowState::Changed | RowState::AlreadySo => "switch-doing",
        RowState::Refused
        | RowState::Failed
        | RowState::AnswerLost
        | RowState::Gone
        | RowState::ChangedBySomeoneElse => "switch-doing failed",
    };
    (state.word(), class)
}
