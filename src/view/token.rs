//! The field that takes a token. It is read once and emptied; the token is never shown.

use zeroize::Zeroizing;

use super::markup::{Event, Node, group, part, tag, take_paste, take_text_from};
use super::{sign_in, text};
use crate::state::AppHandle;

/// The ways to another token while one is connected.
pub(super) fn next_token(app: AppHandle) -> Node {
    let session = &app.session;
    group().with(sign_in::again(app)).with(session.offers_paste().then(|| token_field(app)))
}

/// The field. A paste never reaches it: the text is taken from the event. What is typed or dropped is taken when
/// it is complete.
pub(super) fn token_field(app: AppHandle) -> Node {
    let session = &app.session;
    let on_paste = move |event: Event| {
        if let Some(text) = take_paste(&event) {
            session.take_paste(&Zeroizing::new(text));
        }
    };
    let on_change = move |event: Event| session.take_paste(&Zeroizing::new(take_text_from(&event)));
    let problem = move || {
        let fault = session.paste_fault.get()?;
        let now = session.now.get_untracked();
        Some(text::paste_fault(app.ports.locale.as_ref(), fault, now))
    };
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
