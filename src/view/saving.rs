//! The question of what is to be saved as a file.

use leptos::prelude::Effect;

use crate::state::App;
use leptos::prelude::*;

use super::markup::{Handle, Node, button, group, is_checked, part_of, says, tag};
use super::text;
use super::token::modal;

pub(super) fn saving(app: App) -> Node {
    let saving = app.saving();
    let (dialog, close) = (Handle::new(), Handle::new());
    Effect::new(move |_| {
        let asks = saving.is_asking.get();
        dialog.show_modal(asks);
        if asks {
            close.focus();
        }
    });
    let contents = part_of(move || saving.is_asking.get(), move |asks| asks.then(|| question(app)));
    let done = button(text::saving::CLOSE, move || saving.is_asking.set(false)).known_as(close);
    modal(app.session())
        .known_as(dialog)
        .class("confirm")
        .part("dialog")
        .set("aria-label", text::saving::NAME)
        .on("close", move |_| saving.is_asking.set(false))
        .with(tag("h2").with(text::saving::NAME))
        .with(contents)
        .with(tag("footer").with(done).with(go(app)))
}

fn question(app: App) -> Node {
    let saving = app.saving();
    let contents = fieldset(text::saving::CONTENTS)
        .with(radio("contents", text::saving::STATES_ONLY, saving.with_names, false))
        .with(radio("contents", text::saving::WITH_NAMES, saving.with_names, true));
    let excel = move |is_json: bool| {
        (!is_json).then(|| tag("label").class("check").with(excel_box(app)).with(text::saving::FOR_EXCEL))
    };
    let format = fieldset(text::saving::FORMAT)
        .with(radio("format", text::saving::CSV, saving.as_json, false))
        .with(radio("format", text::saving::JSON, saving.as_json, true))
        .with(part_of(move || saving.as_json.get(), excel));
    let progress = move || text::saving::progress(app.ports.get().locale.as_ref(), saving.progress.get());
    group()
        .with(contents)
        .with(format)
        .with(tag("p").class("hint").with(text::saving::PLACE))
        .with(tag("p").set("role", "status").with(says(progress)))
}

fn excel_box(app: App) -> Node {
    let for_excel = app.saving().for_excel;
    tag("input")
        .set("type", "checkbox")
        .checked(move || for_excel.get())
        .on("change", move |event| for_excel.set(is_checked(&event)))
}

fn fieldset(name: &'static str) -> Node {
    tag("fieldset").class("choices").with(tag("legend").class("field-name").with(name))
}

pub(super) fn radio(group: &'static str, name: &'static str, chosen: RwSignal<bool>, value: bool) -> Node {
    let field = tag("input")
        .set("type", "radio")
        .set("name", group)
        .checked(move || chosen.get() == value)
        .on("change", move |_| chosen.set(value));
    tag("label").class("check").with(field).with(name)
}

fn go(app: App) -> Node {
    let rows = move || app.rows_to_save().len();
    let is_writing = move || app.saving().progress.get().is_writing();
    button(says(move || text::saving::go(app.ports.get().locale.as_ref(), rows())), move || app.save_users())
        .class("primary")
        .follow("disabled", move || (rows() == 0 || is_writing()).then(String::new))
}
