//! The sentences that are announced to screen readers.

use crate::announcement::Announcement;
use crate::console::runs::text::run;
use crate::console::text;
use crate::console::troubleshooting;
use crate::ports::Ports;

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
        Announcement::Selected(users) => text::announce::selected(*users, &locale.number(*users)),
        Announcement::Changed { username, mfa } => text::announce::changed(username, text::mfa(*mfa)),
        Announcement::NotChanged { username, to, outcome } => {
            text::announce::not_changed(username, &text::outcome(outcome, *to, ""))
        }
        Announcement::Failed(fault) => text::fault(fault),
        Announcement::Diagnosed(Some(cause)) => troubleshooting::text::cause(locale, *cause),
        Announcement::Diagnosed(None) => troubleshooting::text::HEALTHY.to_owned(),
        Announcement::RunStarted { users, is_new } => run::started(&locale.number(*users), *is_new),
        Announcement::RunAt { percent, done } => run::at(*percent, &locale.number(*done)),
        Announcement::RunReadAgain { already, to } => run::by_now(*to, *already, &locale.number(*already)),
        Announcement::RunPaused(reason) => run::pause_reason(reason),
        Announcement::RunEnded { tally, is_stopped } => run::ended(locale, *tally, *is_stopped),
    }
}
