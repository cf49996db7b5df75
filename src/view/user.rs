//! One user, opened by a row, by a search or by id alone.

use pingone_mfa_core::domain::order::Column;
use pingone_mfa_core::domain::outcome::Outcome;
use pingone_mfa_core::domain::time::Wall;
use pingone_mfa_core::domain::user::{Mfa, User, UserId};

use super::cells::population_name;
use super::fault::{fault_card, fault_card_titled};
use super::markup::{Node, button, group, part_of, says, tag};
use super::switch::mfa_switch;
use super::text;
use crate::state::AppHandle;
use crate::state::directory::Opened;
use crate::state::load::Load;
use crate::state::switch::Switch;

/// The user who is opened, if any.
pub(super) fn opened_user(app: AppHandle) -> Node {
    let directory = &app.directory;
    part_of(
        move || directory.opened.get(),
        move |opened| {
            let close = button(text::user::CLOSE, move || directory.close()).class("quiet user-close");
            let panel = tag("section").class("user").set("aria-label", text::user::NAME).with(close);
            opened.map(|opened| panel.with(read(app, opened)))
        },
    )
}

fn read(app: AppHandle, opened: Opened) -> Node {
    let id = opened.id;
    let id_line = tag("p").class("id").with(id.to_string());
    match opened.read {
        Load::Idle | Load::Loading => {
            group().with(tag("p").class("working").with(text::user::READING)).with(id_line)
        }
        Load::Failed(fault) => {
            let again = button(text::fault::TRY_AGAIN, move || app.directory.open(id));
            group().with(id_line).with(fault_card(&fault)).with(again)
        }
        Load::Ready { at, .. } => group().with(facts(app, id)).with(mfa(app, id, at)).with(ended(app, id)),
    }
}

fn facts(app: AppHandle, id: UserId) -> Node {
    let user = move || app.directory.user(id).map(|user| User { mfa: Mfa::Unknown, ..user });
    part_of(user, move |user| {
        let user = user?;
        let name = text::name_of(&user);
        let locale = app.ports.locale.as_ref();
        let now = app.session.now.get_untracked();
        let signed_on = text::last_sign_on(locale, user.last_sign_on, now);
        let population = user.clone();
        let population = says(move || population_name(app, &population));
        let email = user.email.unwrap_or_else(|| text::directory::NOTHING.to_owned());
        let copy = button(text::user::COPY_ID, move || app.session.copy(id.to_string())).class("quiet");
        let facts = tag("dl")
            .define(text::table::column(Column::Username), tag("bdi").with(user.username))
            .define(text::table::column(Column::Email), tag("bdi").with(email))
            .define(text::table::column(Column::Population), tag("bdi").with(population))
            .define(text::table::column(Column::Account), text::account(user.account))
            .define(text::table::column(Column::LastSignOn), signed_on)
            .define(text::user::ID, group().with(tag("span").class("id").with(id.to_string())).with(copy));
        Some(group().with(tag("h2").with(tag("bdi").with(name))).with(facts))
    })
}

fn mfa(app: AppHandle, id: UserId, at: Wall) -> Node {
    let at = text::user::read_at(&app.ports.locale.time_to_second(at));
    tag("p")
        .class("user-mfa")
        .with(tag("span").class("user-mfa-name").with(text::table::column(Column::Mfa)))
        .with(mfa_switch(app, id, "0"))
        .with(tag("span").class("hint").with(at))
}

/// How the last change of this user's flag ended.
fn ended(app: AppHandle, id: UserId) -> Node {
    let ended = move || match app.directory.switches.with(|switches| switches.get(&id).cloned()) {
        Some(Switch::Ended { to, outcome, at }) => Some((to, outcome, at)),
        Some(Switch::Sending { .. } | Switch::Checking { .. } | Switch::Reading) | None => None,
    };
    part_of(ended, move |ended| {
        let (to, outcome, at) = ended?;
        let sentence = text::outcome(&outcome, to, &app.ports.locale.time_to_second(at));
        Some(match outcome.fault() {
            Some(fault) => {
                group().with(fault_card_titled(fault, sentence)).with(read_again(app, id, &outcome))
            }
            None => tag("p").class("note done").with(sentence),
        })
    })
}

fn read_again(app: AppHandle, id: UserId, outcome: &Outcome) -> Option<Node> {
    match outcome {
        Outcome::AnswerLost(_) => {
            Some(button(text::directory::READ_AGAIN, move || app.directory.read_mfa(id)))
        }
        Outcome::Changed { .. } | Outcome::Refused(_) | Outcome::Failed(_) | Outcome::Gone(_) => None,
    }
}
