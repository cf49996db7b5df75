//! The two live regions for screen readers: results are announced politely, failures at once.

use leptos::prelude::*;

use crate::announcement::Announcement;
use crate::connect::session::{Session, use_session};

use crate::connect::console_views::LoadedConsole;
use crate::connect::text;

#[component]
pub(crate) fn LiveRegions(console_views: LoadedConsole) -> impl IntoView {
    let session = use_session();
    let announcer = session.announcer;
    view! {
        <div class="unseen" role="status" aria-live="polite">
            {move || form_sentence(session, console_views, &announcer.result.read())}
        </div>
        <div class="unseen" role="alert" aria-live="assertive">
            {move || form_sentence(session, console_views, &announcer.failure.read())}
        </div>
    }
}

/// The form has few sentences of its own; all others are loaded with the screens behind it.
fn form_sentence(session: Session, console_views: LoadedConsole, announcement: &Announcement) -> String {
    let ports = session.ports();
    let locale = &*ports.locale;
    match announcement {
        Announcement::Quiet => String::new(),
        Announcement::TokenTaken => text::TOKEN_TAKEN.to_owned(),
        Announcement::TokenForgotten(until) => text::forgotten(locale, *until, None),
        other => console_views.with(|console_views| (console_views.announced)(other)).unwrap_or_default(),
    }
}
