//! In the demo: what can't be overlooked, and its own token in the place of every other way in.

use crate::state::session::Session;
use leptos::prelude::*;

use super::markup::{Node, button, group, tag};
use super::text;

/// Stands over every screen.
pub(super) fn banner() -> Node {
    tag("aside")
        .class("demo")
        .set("aria-label", text::demo::NAME)
        .with(tag("strong").with(text::demo::BANNER))
        .with(tag("span").with(text::demo::MORE))
}

/// The way in.
pub(super) fn first(session: Session) -> Node {
    let go = button(text::demo::TRY, move || session.take_demo_token());
    let hint = tag("p").class("hint").with(text::demo::TRY_HINT);
    tag("div").class("connect-go").with(go).with(hint)
}

/// The way to another token while one is connected.
pub(super) fn again(session: Session) -> Node {
    tag("div").class("line").with(from_elsewhere(session))
}

/// Nobody signs in here, so that nothing has to be renewed.
pub(super) fn not_renewed(_: Session) -> Node {
    group()
}

/// The same where there is little room.
pub(super) fn from_elsewhere(session: Session) -> Node {
    button(text::demo::ANOTHER, move || session.take_demo_token())
}
