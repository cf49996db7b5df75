//! Who is selected, and what can be done with them.

use super::markup::{Node, button, group, part_of, tag};
use super::text;
use crate::state::AppHandle;

pub(super) fn selection(app: AppHandle) -> Node {
    let table = &app.directory.table;
    let count = move || table.selected.with(|selected| selected.len());
    part_of(count, move |selected| (selected > 0).then(|| bar(app, selected)))
}

fn bar(app: AppHandle, selected: usize) -> Node {
    let sentence = text::table::selected(&app.ports.locale.number(selected as u64), selected);
    let clear = button(text::table::CLEAR_SELECTION, move || app.directory.table.deselect()).class("quiet");
    tag("div").class("line selection").with(group().with(tag("p").with(sentence)).with(clear))
}
