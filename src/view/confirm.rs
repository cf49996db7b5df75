//! The one question: before MFA is turned off for somebody. The focus is on keeping it.

use leptos::prelude::Effect;

use super::markup::{Handle, Node, button, says, tag};
use super::text;
use crate::state::AppHandle;
use crate::state::session::Phase;

pub(super) fn confirm(app: AppHandle) -> Node {
    let directory = &app.directory;
    let (dialog, keep) = (Handle::new(), Handle::new());
    let title = move || {
        let user = directory.asking.get().and_then(|id| directory.user(id));
        let name = user.map(|user| if user.name.is_empty() { user.username } else { user.name.to_string() });
        text::confirm::title(&name.unwrap_or_default())
    };
    let place = move || match app.session.phase.get() {
        Phase::Connected { environment, .. } => {
            text::confirm::place(&environment.name, &text::kind(&environment.kind))
        }
        Phase::Form | Phase::Connecting => String::new(),
    };
    Effect::new(move |_| {
        let asks = directory.asking.with(Option::is_some);
        dialog.show_modal(asks);
        if asks {
            keep.focus();
        }
    });
    tag("dialog")
        .known_as(dialog)
        .class("confirm")
        .follow("aria-label", move || Some(title()))
        .on("close", move |_| directory.keep())
        .with(tag("h2").with(says(title)))
        .with(tag("p").with(text::confirm::MEANING))
        .with(
            tag("footer")
                .with(tag("span").class("confirm-place").with(says(place)))
                .with(button(text::confirm::KEEP, move || directory.keep()).known_as(keep).class("primary"))
                .with(button(text::confirm::DISABLE, move || directory.disable()).class("danger")),
        )
}
