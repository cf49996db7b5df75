//! The flag of the opened user: its switch, and when it was read or changed.

use leptos::prelude::*;
use pingone::time::Timestamp;
use pingone::user::UserId;
use pingone_mfa_core::directory::order::Column;
use pingone_mfa_core::run::outcome::Outcome;

use crate::console::app::{App, use_app};
use crate::console::load::Load;
use crate::console::users::mfa_switch::MfaSwitch;
use crate::console::users::switch::Switch;
use crate::console::users::text;
use crate::ui::memo::memo;

#[component]
pub(crate) fn MfaCard(id: UserId) -> impl IntoView {
    let app = use_app();
    let said = memo(move || said(app, id));
    let notes = move || {
        let pingid = app.directory().has_pingid.get().then_some(text::user_drawer::PINGID);
        pingid.map(|note| view! { <p class="hint">{note}</p> })
    };
    view! {
        <div class="user-mfa">
            <div class="user-mfa-line">
                <div>
                    <h3>{text::table::column(Column::Mfa)}</h3>
                    <p class="hint user-mfa-read">{move || said.get()}</p>
                </div>
                <span class="user-switch">
                    <MfaSwitch app user=Signal::stored(Some(id)) tab_index="0"/>
                </span>
            </div>
            {notes}
        </div>
    }
}

/// When the flag was read or changed, or why it couldn't be read.
fn said(app: App, id: UserId) -> String {
    let time = |at| app.ports.get().locale.time_to_second(at);
    let changed = changed_at(app, id);
    let mfa = app.directory().opened.read().as_ref().map(|opened| opened.mfa.clone());
    match (mfa, changed) {
        (Some(Load::Ready { at, .. }), Some(changed)) if at > changed => {
            text::user_drawer::read_at(&time(at))
        }
        (_, Some(changed)) => text::user_drawer::changed_at(&time(changed)),
        (Some(Load::Ready { at, .. }), None) => text::user_drawer::read_at(&time(at)),
        (Some(Load::Failed(fault)), None) => text::fault(&fault),
        (Some(Load::Loading), None) => text::user_drawer::READING_PART.to_owned(),
        (Some(Load::Idle) | None, None) => String::new(),
    }
}

fn changed_at(app: App, id: UserId) -> Option<Timestamp> {
    match app.directory().switches.read().get(&id) {
        Some(Switch::Ended { outcome: Outcome::Changed { .. }, at, .. }) => Some(*at),
        _ => None,
    }
}
