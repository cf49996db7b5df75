//! The two live regions: results politely, failures at once.

use super::markup::{Node, group, says, tag};
use super::text;
use crate::state::announcement::Announcement;
use crate::state::{AppHandle, Ports};

pub(super) fn live(app: AppHandle) -> Node {
    let announcer = &app.announcer;
    let region = |role, urgency| tag("div").class("unseen").set("role", role).set("aria-live", urgency);
    let result = says(move || announcer.result.with(|result| sentence(app.ports, result)));
    let failure = says(move || announcer.failure.with(|failure| sentence(app.ports, failure)));
    group().with(region("status", "polite").with(result)).with(region("alert", "assertive").with(failure))
}

fn sentence(ports: &Ports, announcement: &Announcement) -> String {
    let locale = ports.locale.as_ref();
    match announcement {
        Announcement::Quiet => String::new(),
        Announcement::TokenTaken => text::announce::TOKEN_TAKEN.to_owned(),
        Announcement::Connected(name) => text::announce::connected(name),
        Announcement::TokenForgotten(until) => text::forgotten(locale, *until, None),
        Announcement::Copied(copied) => text::announce::copied(*copied).to_owned(),
        Announcement::Saved(saved) => text::announce::saved(*saved).to_owned(),
        Announcement::Ceiling(ceiling) => text::announce::ceiling(&locale.number(ceiling.whole())),
        Announcement::ListLoaded(users) => text::announce::loaded(&locale.number(*users)),
        Announcement::Found(people) => text::announce::found(&locale.number(*people)),
        Announcement::Changed { username, mfa } => text::announce::changed(username, text::mfa(*mfa)),
        Announcement::NotChanged { username, to, outcome } => {
            text::announce::not_changed(username, &text::outcome(outcome, *to, ""))
        }
        Announcement::Failed(fault) => text::fault(fault),
        Announcement::RunStarted { users, is_new } => text::run::started(&locale.number(*users), *is_new),
        Announcement::RunAt { percent, done } => text::run::at(*percent, &locale.number(*done)),
        Announcement::RunReadAgain { already, to } => {
            text::run::by_now(*to, *already, &locale.number(*already))
        }
        Announcement::RunHalted(halt) => text::run::halt(halt),
        Announcement::RunEnded { tally, is_stopped } => text::run::ended(locale, *tally, *is_stopped),
    }
}
