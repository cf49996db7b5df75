//! Moves the focus from cell to cell with the keys, and keeps it when rows change or scroll.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::console::users::column_resizer::resize_by_key;
use crate::console::users::directory::Source;
use crate::console::users::grid::state::{Cell, Grid};
use crate::ui::dom::{
    Event, cell_of, clicked_row, focus_cell, keep_tab_stop, key_of, once_shown, scroll_to, scroll_view,
};
use crate::ui::window;

impl Grid {
    /// Other rows change what is in view without a scroll, and may remove the focused one.
    pub(super) fn keep_focus_when_rows_change(self) {
        Effect::new(move |before: Option<(usize, Source)>| {
            let now = (self.app.directory().shown_len(), self.app.directory().source());
            // A table that grows moves nothing that is in view, and measuring makes the browser lay it out at once.
            let grows = before.is_some_and(|(len, source)| source == now.1 && (1..=now.0).contains(&len));
            if !grows {
                once_shown(move || {
                    self.measure();
                    self.keep_focus();
                });
            }
            now
        });
    }

    /// A scroll may move the focused row in the document, and it loses the focus then.
    pub(super) fn follow_scroll(self) {
        self.measure();
        if self.focused.with_untracked(Option::is_some) {
            once_shown(move || self.keep_focus());
        }
    }

    /// Runs in a later frame, when the grid may be gone.
    fn keep_focus(self) {
        if !keep_tab_stop(self.scroller) {
            return;
        }
        if let Some(cell) = self.focused.try_get_untracked().flatten() {
            let cell = self.within(cell);
            self.focused.set(Some(cell));
            self.focus_once_shown(cell);
        }
    }

    pub(super) fn take_focus(self, event: &Event) {
        if let Some((row, column)) = cell_of(event) {
            let cell = Some(Cell { row, column });
            if self.focused.get_untracked() != cell {
                self.focused.set(cell);
            }
        }
        keep_tab_stop(self.scroller);
    }

    /// Moves the focus to a cell, or to the nearest one that the table has.
    fn focus(self, cell: Cell) {
        let cell = self.within(cell);
        self.focused.set(Some(cell));
        if let (Some(position), Some((top, height))) = (cell.row.checked_sub(2), scroll_view(self.scroller)) {
            let row = untrack(|| self.row_height());
            scroll_to(self.scroller, window::top_for(position, top, height, row));
            self.measure();
        }
        self.focus_once_shown(cell);
    }

    /// The cell, in the nearest row that the table has.
    fn within(self, cell: Cell) -> Cell {
        Cell { row: cell.row.clamp(1, self.last_row()), ..cell }
    }

    fn last_row(self) -> usize {
        untrack(|| self.app.directory().shown_len()) + 1
    }

    fn focus_once_shown(self, cell: Cell) {
        once_shown(move || focus_cell(self.scroller, cell.row, cell.column));
    }

    /// The first of these columns that isn't left out.
    fn shown_column(self, mut columns: impl Iterator<Item = usize>) -> Option<usize> {
        self.layout
            .with_untracked(|layout| columns.find(|column| layout.get(*column).copied().flatten().is_some()))
    }

    /// The keys of a grid: <https://www.w3.org/WAI/ARIA/apg/patterns/grid/>.
    pub(super) fn press(self, event: &KeyboardEvent) {
        let Some((row, column)) = cell_of(event) else { return };
        if row == 1 && resize_by_key(self, event, column) {
            return event.prevent_default();
        }
        let last_column = self.layout.read_untracked().len().saturating_sub(1);
        let height = scroll_view(self.scroller).map_or(0, |(_, height)| height);
        let page = window::page(height, untrack(|| self.row_height()));
        let (row, column) = match key_of(event).as_str() {
            "ArrowDown" => (row + 1, column),
            "ArrowUp" => (row.saturating_sub(1), column),
            "ArrowRight" => (row, self.shown_column(column + 1..=last_column).unwrap_or(column)),
            "ArrowLeft" => (row, self.shown_column((0..column).rev()).unwrap_or(column)),
            "PageDown" => (row + page, column),
            "PageUp" => (row.saturating_sub(page).max(row.min(2)), column),
            "Control+Home" => (1, 0),
            "Control+End" => (self.last_row(), self.shown_column((0..=last_column).rev()).unwrap_or(0)),
            "Home" => (row, 0),
            "End" => (row, self.shown_column((0..=last_column).rev()).unwrap_or(0)),
            "Enter" if clicked_row(event).is_some() => return self.open(row),
            _ => return,
        };
        event.prevent_default();
        self.focus(Cell { row, column });
    }
}
