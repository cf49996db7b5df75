//! The state of the grid, and what follows from it: which rows are rendered, and how wide the columns are.

use leptos::html;
use leptos::prelude::*;
use pingone_mfa_core::directory::order::Column;

use crate::console::app::App;
use crate::console::load::Load;
use crate::console::users::cells::class_of;
use crate::console::users::column_widths::{BesideSwitch, ContentWidths, SELECT, is_two_line, lay_out};
use crate::console::users::directory::{List, Source};
use crate::console::users::row_pool::{Rendered, RowPool};
use crate::ui::dom::{
    content_widths, keep_tab_stop, on_resize, once_shown, scroll_to, scroll_view, width_of,
};
use crate::ui::memo::memo;
use crate::ui::window::{RowHeight, Window};

/// The position of a cell in the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    /// The row's `aria-rowindex`: 1 is the head.
    pub(super) row: usize,
    /// The cell's position in its row.
    pub(super) column: usize,
}

/// The state of the grid: how far it is scrolled, and which cell has the focus.
#[derive(Clone, Copy)]
pub(crate) struct Grid {
    pub(crate) app: App,
    pub(crate) scroller: NodeRef<html::Div>,
    /// How far it is scrolled, and how high it is.
    pub(super) in_sight: RwSignal<(i32, i32)>,
    /// How wide it is.
    width: RwSignal<u32>,
    /// Whether its width is known. Until then nothing is seen of it: its columns would move.
    is_measured: RwSignal<bool>,
    is_two_line: Memo<bool>,
    /// How wide the content of the columns was when the table got its width, or when a run began. Rows that come later
    /// move no column.
    content: RwSignal<ContentWidths>,
    /// The width of each column, the one with the checkboxes included. `None` for a column that is left out.
    pub(crate) layout: Memo<Vec<Option<u32>>>,
    /// Whether it was hidden when it was last measured. The browser may forget then how far it was scrolled.
    was_hidden: StoredValue<bool>,
    /// Where the pointer went down.
    pub(super) pressed_at: StoredValue<Option<(i32, i32)>>,
    /// The cell that has the focus or had it last.
    pub(super) focused: RwSignal<Option<Cell>>,
    /// How many rows may be rendered so far.
    ready: RwSignal<usize>,
}

/// How many rows are made per frame. The first ones come together with the first pages: creating all of them at once
/// would block the page noticeably.
const ROWS_PER_FRAME: usize = 4;

impl Grid {
    pub(crate) fn new(app: App) -> Self {
        // Until the table has been laid out, a screenful is assumed.
        let width = RwSignal::new(1240);
        let content = RwSignal::<ContentWidths>::default();
        let has_run = memo(move || app.run().progress.with(Option::is_some));
        let beside = memo(move || beside_switch(app, has_run.get()));
        let grid = Self {
            app,
            scroller: NodeRef::new(),
            in_sight: RwSignal::new((0, 800)),
            width,
            is_measured: RwSignal::new(false),
            is_two_line: memo(move || is_two_line(width.get())),
            content,
            layout: memo(move || layout(app, content, beside.get(), width.get())),
            was_hidden: StoredValue::default(),
            pressed_at: StoredValue::default(),
            focused: RwSignal::default(),
            ready: RwSignal::default(),
        };
        on_resize(grid.scroller, move || grid.measure());
        Effect::new(move |_| {
            has_run.track();
            grid.look_at_content();
        });
        grid
    }

    /// The table's classes, which hide the cells of the columns that are left out.
    pub(crate) fn class(self) -> String {
        let class = match (self.is_measured.get(), self.is_two_line.get()) {
            (false, _) => "grid unmeasured",
            (true, false) => "grid",
            (true, true) => "grid two-line",
        };
        let columns = self.app.directory().table.view.with(|view| with_name(&view.columns));
        self.layout.with(|layout| {
            let widths = layout.iter().rev().zip(columns.iter().rev());
            let left_out = widths.filter(|(width, _)| width.is_none());
            left_out.fold(class.to_owned(), |classes, (_, column)| classes + " without-" + class_of(*column))
        })
    }

    pub(crate) fn row_height(self) -> RowHeight {
        if self.is_two_line.get() { RowHeight::TwoLines } else { RowHeight::OneLine }
    }

    /// Whether the first page of the list is being loaded.
    pub(crate) fn is_waiting_for_rows(self) -> bool {
        let directory = self.app.directory();
        directory.table.listed_len.get() == 0 && directory.list.with(List::is_loading)
    }

    /// Whether all users are known that could be shown, and none is.
    pub(crate) fn is_without_matches(self) -> bool {
        let directory = self.app.directory();
        let is_settled = match directory.source() {
            Source::List => *directory.list.read() == List::Complete,
            Source::Found => directory.search.with(|search| {
                search.as_ref().is_some_and(|search| matches!(search.hits, Load::Ready { .. }))
            }),
        };
        is_settled && directory.shown_len() == 0
    }

    /// The rows and gaps that are rendered, in their order.
    pub(crate) fn rendered(self, pool: StoredValue<RowPool>) -> Vec<Rendered> {
        let (top, height) = self.in_sight.get();
        let len = self.app.directory().shown_len();
        let focused = self.focused.get().and_then(|cell| cell.row.checked_sub(2));
        let items = self.ready_part(Window::at(len, top, height, self.row_height())).items(len, focused);
        let show = |users: &[_]| pool.try_update_value(|pool| pool.show(&items, users));
        self.app.directory().with_rows(show).unwrap_or_default()
    }

    /// The part of a window that may be rendered so far. The rest follows, some rows per frame.
    fn ready_part(self, window: Window) -> Window {
        let ready = self.ready.get();
        let part = window.at_most(ready);
        if part != window {
            once_shown(move || {
                if self.ready.try_get_untracked() == Some(ready) {
                    self.ready.set(ready + ROWS_PER_FRAME);
                }
                // PingOne's search results have a head without buttons: Tab reaches the first row once it is there.
                once_shown(move || {
                    keep_tab_stop(self.scroller);
                });
            });
        }
        part
    }

    pub(crate) fn measure(self) {
        let width = width_of(self.scroller);
        if width == 0 {
            return self.was_hidden.set_value(true);
        }
        if self.was_hidden.get_value() {
            self.was_hidden.set_value(false);
            scroll_to(self.scroller, self.in_sight.get_untracked().0);
        }
        if width != self.width.get_untracked() {
            self.look_at_content();
            self.width.set(width);
        }
        if !self.is_measured.get_untracked() {
            self.is_measured.set(true);
        }
        let view = scroll_view(self.scroller);
        if let Some(view) = view.filter(|view| *view != self.in_sight.get_untracked()) {
            self.in_sight.set(view);
        }
    }

    fn look_at_content(self) {
        let widths = content_widths(self.scroller).into_iter();
        let columns = widths.filter_map(|(position, width)| Some((self.column_at(position)?, width)));
        self.content.set(columns.collect());
    }

    /// The column at a cell's position; `None` for the one with the checkboxes.
    pub(crate) fn column_at(self, position: usize) -> Option<Column> {
        let before = usize::from(untrack(|| self.app.directory().source()) == Source::List);
        let columns = with_name(&self.app.directory().table.view.read_untracked().columns);
        columns.get(position.checked_sub(before)?).copied()
    }
}

/// All columns that are shown.
pub(super) fn with_name(columns: &[Column]) -> Vec<Column> {
    std::iter::once(Column::Name).chain(columns.iter().copied()).collect()
}

/// The width of each column of a table that is `width` pixels wide.
fn layout(app: App, content: RwSignal<ContentWidths>, beside: BesideSwitch, width: u32) -> Vec<Option<u32>> {
    let directory = app.directory();
    let select = (directory.source() == Source::List).then_some(SELECT);
    let columns = with_name(&directory.table.view.read().columns);
    let rest = width.saturating_sub(select.unwrap_or(0));
    let widths = lay_out(&columns, &directory.table.widths.read(), &content.read(), beside, rest);
    select.map(Some).into_iter().chain(widths).collect()
}

/// An open drawer says until when its user is bypassed, and no column moves when it learns that.
fn beside_switch(app: App, has_run: bool) -> BesideSwitch {
    let has_drawer = app.directory().opened.with(Option::is_some);
    if has_run {
        BesideSwitch::RunState
    } else if !has_drawer && app.directory().table.status.read().all.on_bypassed > 0 {
        BesideSwitch::Bypass
    } else {
        BesideSwitch::Short
    }
}
