//! The two live regions: results politely, failures at once.

use std::rc::Rc;

use crate::state::Ports;
use crate::state::announcement::Announcement;
use crate::state::session::Session;
use leptos::prelude::*;

use super::markup::{Node, group, says, tag};
use super::{ScreensPlace, text};

pub(super) fn live(session: Session, screens: &ScreensPlace) -> Node {
    let announcer = session.announcer;
    let region = |role, urgency| tag("div").class("unseen").set("role", role).set("aria-live", urgency);
    let (politely, at_once) = (Rc::clone(screens), Rc::clone(screens));
    let result = says(move || announcer.result.with(|result| told(session, &politely, result)));
    let failure = says(move || announcer.failure.with(|failure| told(session, &at_once, failure)));
    group().with(region("status", "polite").with(result)).with(region("alert", "assertive").with(failure))
}

/// The form has few sentences of its own; all others come with what stands behind it.
fn told(session: Session, screens: &ScreensPlace, announcement: &Announcement) -> String {
    let ports = session.ports();
    let locale = &*ports.locale;
    match announcement {
        Announcement::Quiet => String::new(),
        Announcement::TokenTaken => text::announce::TOKEN_TAKEN.to_owned(),
        Announcement::TokenForgotten(until) => text::forgotten(locale, *until, None),
        other => screens.get().map(|screens| (screens.announced)(other)).unwrap_or_default(),
    }
}

/// What is told of somebody who is connected.
pub(super) fn sentence(ports: Ports, announcement: &Announcement) -> String {
    let ports = ports.get();
    let locale = &*ports.locale;
    match announcement {
        Announcement::Quiet | Announcement::TokenTaken | Announcement::TokenForgotten(_) => String::new(),
        Announcement::Connected(name) => text::announce::connected(name),
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
        Announcement::Diagnosed(Some(cause)) => text::troubleshooting::cause(locale, *cause),
        Announcement::Diagnosed(None) => text::troubleshooting::HEALTHY.to_owned(),
        Announcement::RunStarted { users, is_new } => text::run::started(&locale.number(*users), *is_new),
        Announcement::RunAt { percent, done } => text::run::at(*percent, &locale.number(*done)),
        Announcement::RunReadAgain { already, to } => {
            text::run::by_now(*to, *already, &locale.number(*already))
        }
        Announcement::RunHalted(halt) => text::run::halt(halt),
        Announcement::RunEnded { tally, is_stopped } => text::run::ended(locale, *tally, *is_stopped),
    }
}
