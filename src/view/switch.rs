//! One user's switch. It moves when a response says so, never before.

use std::rc::Rc;

use pingone_mfa_core::domain::outcome::Outcome;
use pingone_mfa_core::domain::user::{Mfa, UserId};
use pingone_mfa_core::domain::users::Users;

use super::markup::{Node, button, group, part_of, says, tag};
use super::text;
use crate::state::AppHandle;
use crate::state::switch::Switch;

/// Whose switch it is, which may change; `None` for nobody's.
pub(super) type Whose = Rc<dyn Fn() -> Option<UserId>>;

/// `tab_index` is -1 inside the grid, where arrow keys lead to it.
pub(super) fn mfa_switch(app: AppHandle, whose: &Whose, tab_index: &'static str) -> Node {
    let directory = &app.directory;
    let [flag, named, busy, told, pressed] = [(); 5].map(|()| Rc::clone(whose));
    let mfa =
        Rc::new(move || flag().and_then(|id| directory.with_user(id, Users::mfa)).unwrap_or(Mfa::Unknown));
    let username = Rc::new(move || {
        let name = |users: &Users, row| users.username(row).to_owned();
        named().and_then(|id| directory.with_user(id, name)).unwrap_or_default()
    });
    let is_busy = Rc::new(move || {
        busy().is_some_and(|id| directory.switches.with(|all| all.get(&id).is_some_and(Switch::is_busy)))
    });
    let doing =
        Rc::new(move || told().and_then(|id| directory.switches.with(|all| all.get(&id).and_then(doing))));
    let shaped = Rc::clone(&mfa);
    let shape = move || {
        let mfa = shaped();
        (mfa != Mfa::Unknown, directory.may_press(mfa))
    };
    part_of(shape, move |(is_known, may_press)| {
        let [said, checked] = [(); 2].map(|()| Rc::clone(&mfa));
        let word = says(move || text::mfa(said()).to_owned());
        if !may_press {
            return tag("span").class("switch-word").with(word);
        }
        let (pressed, username, doing) = (Rc::clone(&pressed), Rc::clone(&username), Rc::clone(&doing));
        let [held, disabled, busy] = [(); 3].map(|()| Rc::clone(&is_busy));
        // aria-disabled and not disabled: a disabled button would lose the focus.
        let press = move || {
            if let Some(id) = pressed().filter(|_| !held()) {
                directory.press(id);
            }
        };
        let switch = if is_known {
            button(tag("span").class("switch-word").set("aria-hidden", "true").with(word), press)
                .set("role", "switch")
                .class("switch")
                .follow("aria-checked", move || Some((checked() == Mfa::On).to_string()))
                .follow("aria-label", move || Some(text::directory::switch(&username())))
                .follow("aria-disabled", move || Some(disabled().to_string()))
        } else {
            button(word, press)
                .class("quiet")
                .follow("aria-label", move || Some(text::directory::read_mfa(&username())))
        };
        let doing =
            part_of(move || doing(), |doing| doing.map(|(word, class)| tag("span").class(class).with(word)));
        let switch = switch.set("tabindex", tab_index).follow("aria-busy", move || Some(busy().to_string()));
        group().with(switch).with(doing)
    })
}

/// The word beside the switch, and its class: what is going on, or how it went wrong.
fn doing(switch: &Switch) -> Option<(&'static str, &'static str)> {
    let (word, class) = match switch {
        Switch::Sending { .. } => (text::switch::SENDING, "switch-doing"),
        Switch::Checking { .. } => (text::switch::CHECKING, "switch-doing"),
        Switch::Reading => (text::switch::READING, "switch-doing"),
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
