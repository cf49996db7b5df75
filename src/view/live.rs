//! The two live regions for screen readers: results are announced politely, failures at once.

use leptos::prelude::*;

use crate::state::Ports;
use crate::state::announcement::Announcement;
use crate::state::session::{Session, use_session};

use super::{LoadedScreens, text};

#[component]
pub(crate) fn LiveRegions(screens: LoadedScreens) -> impl IntoView {
    let session = use_session();
    let announcer = session.announcer;
    view! {
        <div class="unseen" role="status" aria-live="polite">
            {move || announcer.result.with(|result| form_sentence(session, screens, result))}
        </div>
        <div class="unseen" role="alert" aria-live="assertive">
            {move || announcer.failure.with(|failure| form_sentence(session, screens, failure))}
        </div>
    }
}

/// The form has few sentences of its own; all others are loaded with the screens behind it.
fn form_sentence(session: Session, screens: LoadedScreens, announcement: &Announcement) -> String {
    let ports = session.ports();
    let locale = &*ports.locale;
    match announcement {
        Announcement::Quiet => String::new(),
        Announcement::TokenTaken => text::announce::TOKEN_TAKEN.to_owned(),
        Announcement::TokenForgotten(until) => text::forgotten(locale, *until, None),
        other => screens.with(|screens| (screens.announced)(other)).unwrap_or_default(),
    }
}

/// The sentences that only a connected page needs.
pub(crate) fn sentence(ports: Ports, announcement: &Announcement) -> String {
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
