//! Opens the user of the row that is clicked.

use leptos::ev::{MouseEvent, PointerEvent};
use leptos::prelude::*;

use crate::console::users::grid::state::Grid;
use crate::ui::dom::clicked_row;

/// A pointer that has moved further than this, in pixels, has dragged: it selected text, say.
const DRAG: i32 = 4;

impl Grid {
    pub(super) fn note_press(self, event: &PointerEvent) {
        self.pressed_at.set_value(Some((event.client_x(), event.client_y())));
    }

    /// A click anywhere in a row opens its user.
    pub(super) fn open_clicked(self, event: &MouseEvent) {
        // A click of an assistive technology has no pointer.
        let pressed_at = self.pressed_at.try_update_value(Option::take).flatten();
        let is_drag = pressed_at
            .is_some_and(|(x, y)| (event.client_x() - x).abs().max((event.client_y() - y).abs()) > DRAG);
        if let Some(row) = clicked_row(event).filter(|_| !is_drag) {
            self.open(row);
        }
    }

    /// Opens the user of a row, by its `aria-rowindex`.
    pub(super) fn open(self, row: usize) {
        let directory = self.app.directory();
        let user = row
            .checked_sub(2)
            .and_then(|position| untrack(|| directory.with_rows(|rows| rows.get(position).copied())));
        let id = user.and_then(|user| {
            directory.users.with_untracked(|users| users.id(user).filter(|_| users.is_readable(user)))
        });
        if let Some(id) = id {
            directory.open(id);
        }
    }
}
