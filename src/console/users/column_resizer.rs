//! Changes the width of a column of the table: with the pointer at the edge of its head, or with keys in the head.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use pingone_mfa_core::directory::order::Column;

use crate::console::users::grid::state::Grid;
use crate::ui::dom::{content_width, handler, hold_pointer, key_of, once_shown};

/// The ID of the sentence that names the keys.
pub(crate) const WIDTH_KEYS: &str = "column-width-keys";

/// By how many pixels a key changes the width.
const STEP: i32 = 16;

/// A column that is fitted to its content is given this width first, so that all of its content is too wide.
const TO_MEASURE: u32 = 48;

/// Where a drag began, and how wide the column was.
type Drag = Option<(i32, u32)>;

/// The edge of a head: dragged it changes the width, a double click fits the column to its content.
#[component]
pub(crate) fn ColumnResizer(grid: Grid, column: Column, position: usize) -> impl IntoView {
    const CLASS: &str = "resizer";
    let drag = StoredValue::<Drag>::new(None);
    let begin = move |event: PointerEvent| {
        event.prevent_default();
        hold_pointer(&event);
        drag.set_value(width(grid, position).map(|width| (event.client_x(), width)));
    };
    let follow = move |event: PointerEvent| {
        if let Some((from, before)) = drag.get_value() {
            set(grid, column, before.saturating_add_signed(event.client_x() - from));
        }
    };
    let end = move |_: PointerEvent| drag.set_value(None);
    view! {
        <span
            class=CLASS
            aria-hidden="true"
            on:pointerdown=handler(begin)
            on:pointermove=handler(follow)
            on:pointerup=handler(end)
            on:pointercancel=handler(end)
            on:dblclick=handler(move |_| fit(grid, column, position))
        ></span>
    }
}

/// Shift and an arrow key change the width of the column whose head has the focus. Returns whether it was such a key.
pub(crate) fn resize_by_key(grid: Grid, event: &KeyboardEvent, position: usize) -> bool {
    let by = match key_of(event).as_str() {
        "ArrowRight" if event.shift_key() => STEP,
        "ArrowLeft" if event.shift_key() => -STEP,
        _ => return false,
    };
    if let (Some(column), Some(width)) = (grid.column_at(position), width(grid, position)) {
        set(grid, column, width.saturating_add_signed(by));
    }
    true
}

fn width(grid: Grid, position: usize) -> Option<u32> {
    grid.layout.read_untracked().get(position).copied().flatten()
}

fn set(grid: Grid, column: Column, width: u32) {
    grid.app.directory().table.choose_width(column, width);
}

/// Both widths are set before the browser paints.
fn fit(grid: Grid, column: Column, position: usize) {
    set(grid, column, TO_MEASURE);
    once_shown(move || set(grid, column, content_width(grid.scroller, position, TO_MEASURE)));
}
