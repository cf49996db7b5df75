//! The field that takes a token. It is read once and emptied; the token is never shown.

use leptos::prelude::*;
use zeroize::Zeroizing;

use crate::state::handing::Handing;
use crate::state::session::Session;

use super::markup::{
    Event, Node, button, close_from_search, group, part, part_of, tag, take_paste, take_text_from,
};
use super::{sign_in, text};

/// The ways to another token while one is connected.
pub(super) fn next_token(session: Session) -> Node {
    let host = session.offers_host().then(|| from_host(session));
    let field = session.offers_paste().then(|| token_field(session));
    group().with(host).with(sign_in::again(session)).with(field)
}

/// How far the host page is with a token, and the way to ask it once more.
pub(super) fn from_host(session: Session) -> Node {
    let ask =
        move |name: &'static str| tag("div").class("line").with(button(name, move || session.ask_host()));
    let missed = move || {
        // Beside the field the same is said already.
        let fault = session.paste_fault.get().filter(|_| !session.offers_paste());
        let why = fault.map(text::paste_fault);
        let why = why.unwrap_or_else(|| text::handing::MISSED.to_owned());
        tag("p").class("problem").set("role", "alert").with(why)
    };
    part_of(
        move || session.handing.get(),
        move |handing| match handing {
            Handing::Asking => tag("p").class("working").set("role", "status").with(text::handing::ASKING),
            Handing::Late => {
                group().with(tag("p").class("working").set("role", "status").with(text::handing::LATE)).with(
                    ask(text::handing::ASK_AGAIN)
                        .with(button(text::handing::CANCEL, move || session.stop_asking_host())),
                )
            }
            Handing::Missed => group().with(part(move || Some(missed()))).with(ask(text::handing::ASK_AGAIN)),
            Handing::Idle => ask(text::handing::ASK),
        },
    )
}

/// What is said where a token was taken out of a field that is for something else. It stands at the top, and in each dialog,
/// because nothing around an open dialog can be read.
pub(super) fn withheld(session: Session) -> Node {
    part_of(
        move || session.is_token_withheld.get(),
        |is_withheld| {
            let said = tag("p").class("problem withheld").set("role", "alert").with(text::TOKEN_WITHHELD);
            is_withheld.then_some(said)
        },
    )
}

/// A dialog, with nothing in it but that.
pub(super) fn modal(session: Session) -> Node {
    tag("dialog").on("keydown", |event| close_from_search(&event)).with(withheld(session))
}

/// The field. A paste never reaches it: the text is taken from the event. What is typed or dropped is taken when
/// it is complete.
pub(super) fn token_field(session: Session) -> Node {
    let on_paste = move |event: Event| {
        if let Some(text) = take_paste(&event) {
            session.take_paste(&Zeroizing::new(text));
        }
    };
    let on_change = move |event: Event| session.take_paste(&Zeroizing::new(take_text_from(&event)));
    let problem = move || session.paste_fault.get().map(text::paste_fault);
    // Not part of any form, and no password of this site: nothing offers to save it.
    let field = tag("input")
        .class("token-input")
        .set("type", "password")
        .set("autocomplete", "one-time-code")
        .set("autocapitalize", "off")
        .set("spellcheck", "false")
        .set("data-1p-ignore", "true")
        .set("data-lpignore", "true")
        .set("placeholder", text::connect::TOKEN_PLACEHOLDER)
        .follow("aria-invalid", move || session.paste_fault.get().map(|_| "true".to_owned()))
        .on("paste", on_paste)
        .on("change", on_change);
    let name = tag("span").class("field-name").with(text::connect::TOKEN);
    group().with(tag("label").class("field").with(name).with(field)).with(part(move || match problem() {
        Some(problem) => tag("p").class("problem").set("role", "alert").with(problem),
        None => tag("p").class("hint").with(text::connect::TOKEN_HINT),
    }))
}
