//! The request of an exchange as code, and the choice of its language.

use leptos::prelude::*;
use pingone_mfa_core::snippets::Language;

use crate::state::App;

use super::choice::choice_among;
use super::markup::{Node, button, group, says, tag};
use super::text;

pub(super) fn code(app: App) -> Node {
    let exchanges = app.exchanges();
    let copy = move || {
        if let Some(code) = exchanges.code() {
            app.session().copy(code);
        }
    };
    let in_use = exchanges.language.get_untracked();
    let languages = choice_among(
        text::code::LANGUAGE,
        Language::ALL.map(|language| (language.name(), language == in_use)),
        move |name| {
            if let Some(language) = Language::of_name(name) {
                exchanges.language.set(language);
            }
        },
    );
    // What scrolls has to be within reach of the keyboard.
    let listing = tag("pre")
        .class("listing")
        .set("tabindex", "0")
        .set("role", "group")
        .set("aria-label", text::response::CODE)
        .with(says(move || exchanges.code().unwrap_or_default()));
    group()
        .with(tag("div").class("line").with(languages).with(button(text::code::COPY, copy)))
        .with(listing)
        .with(tag("p").class("hint").with(text::code::NO_TOKEN))
}
