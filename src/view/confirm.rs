//! The question before one user is changed who may be locked out by it. The focus is on leaving it as it is.

use crate::state::App;
use crate::state::directory::Confirming;
use leptos::prelude::*;

use super::markup::{Handle, Node, button, part_of, says, tag};
use super::question::{name_of, place};
use super::text;
use super::token::modal;

pub(super) fn confirm(app: App) -> Node {
    let directory = app.directory();
    let (dialog, cancel) = (Handle::new(), Handle::new());
    Effect::new(move |_| {
        let asks = directory.confirming.with(Option::is_some);
        dialog.show_modal(asks);
        if asks {
            cancel.focus();
        }
    });
    let title = move || {
        let confirming = directory.confirming.get();
        let title = |asked: Confirming| text::confirm::title(asked.to, &name_of(app, asked.user));
        confirming.map(title).unwrap_or_default()
    };
    let to = move || directory.confirming.with(|asked| asked.as_ref().is_none_or(|asked| asked.to));
    modal(app.session())
        .known_as(dialog)
        .class("confirm")
        .part("dialog")
        .follow("aria-label", move || Some(title()))
        .on("close", move |_| directory.cancel())
        .with(tag("h2").with(says(title)))
        .with(part_of(
            move || directory.confirming.get(),
            move |asked| asked.map(|asked| concerns(app, &asked)),
        ))
        .with(
            tag("footer")
                .with(tag("span").class("confirm-place").with(says(move || place(app))))
                .with(
                    button(text::confirm::CANCEL, move || directory.cancel())
                        .known_as(cancel)
                        .class("primary"),
                )
                .with(
                    button(says(move || text::confirm::go(to())), move || directory.confirm())
                        .class("danger"),
                ),
        )
}

fn concerns(app: App, asked: &Confirming) -> Vec<Node> {
    let name = name_of(app, asked.user);
    let sentence =
        |concern| tag("p").class("note warn").with(text::confirm::concern(concern, asked.to, &name));
    asked.concerns.iter().copied().map(sentence).collect()
}
