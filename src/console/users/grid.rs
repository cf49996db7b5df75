//! The table of users, as a grid: only the rows in view are in the document, and the keyboard reaches every cell.

use leptos::attr;
use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::prelude::*;
use leptos::{ev, html};
use pingone_mfa_core::directory::order::{Column, Sort};
use pingone_mfa_core::directory::store::{Coverage, UserIndex};

use crate::console::app::{App, use_app};
use crate::console::load::Load;
use crate::console::users::directory::Source;

use crate::console::users::cells::{RowCells, RowKind, class_of, username};
use crate::console::users::column_resizer::{ColumnResizer, WIDTH_KEYS, resize_by_key};
use crate::console::users::column_widths::{BesideSwitch, SELECT, is_two_line, lay_out};
use crate::console::users::directory::List;
use crate::console::users::row_pool::{PooledRow, Rendered, RowPool};
use crate::console::users::text;
use crate::ui::dom::{
    Event, cell_of, clicked_row, explain_cut_text, focus_cell, handler, keep_tab_stop, key_of, on_resize,
    once_shown, scroll_to, scroll_view, width_of,
};
use crate::ui::window;
use crate::ui::window::{RowHeight, Window};

/// The position of a cell in the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell {
    /// The row's `aria-rowindex`: 1 is the head.
    row: usize,
    /// The cell's position in its row.
    column: usize,
}

/// The state of the grid: how far it is scrolled, and which cell has the focus.
#[derive(Clone, Copy)]
pub(crate) struct Grid {
    pub(crate) app: App,
    pub(crate) scroller: NodeRef<html::Div>,
    /// How far it is scrolled, and how high it is.
    in_sight: RwSignal<(i32, i32)>,
    /// How wide it is.
    width: RwSignal<u32>,
    is_two_line: Memo<bool>,
    /// The width of each column, the one with the checkboxes included. `None` for a column that is left out.
    pub(crate) layout: Memo<Vec<Option<u32>>>,
    /// Whether it was hidden when it was last measured. The browser may forget then how far it was scrolled.
    was_hidden: StoredValue<bool>,
    /// Where the pointer went down.
    pressed_at: StoredValue<Option<(i32, i32)>>,
    /// The cell that has the focus or had it last.
    focused: RwSignal<Option<Cell>>,
    /// How many rows may be rendered so far.
    ready: RwSignal<usize>,
}

/// How many rows are made per frame. The first ones come together with the first pages: creating all of them at once
/// would block the page noticeably.
const ROWS_PER_FRAME: usize = 4;

/// The style sheet's name for what is shown until the first rows are there.
const SKELETON: &str = "grid-skeleton";

/// A pointer that has moved further than this, in pixels, has dragged: it selected text, say.
const DRAG: i32 = 4;

/// The table in its scrolling frame.
#[component]
pub(crate) fn UserGrid() -> impl IntoView {
    let grid = Grid::new(use_app());
    view! {
        <div
            class="grid-scroll"
            part="grid"
            data-empty=move || grid.is_without_matches().then_some(text::table::NO_MATCHES)
            node_ref=grid.scroller
            on:scroll=handler(move |_| grid.follow_scroll())
            on:keydown=handler(move |event: KeyboardEvent| grid.press(&event))
            on:focusin=handler(move |event: ev::FocusEvent| grid.take_focus(&event))
            on:pointerdown=handler(move |event: PointerEvent| grid.note_press(&event))
            on:click=handler(move |event: MouseEvent| grid.open_clicked(&event))
            on:mousemove=handler(move |event: MouseEvent| explain_cut_text(&event))
        >
            <p id=WIDTH_KEYS class="unseen">{text::table::WIDTH_KEYS}</p>
            <GridTable grid/>
            <Show when=move || grid.is_waiting_for_rows()>
                <div class=SKELETON aria-hidden="true"></div>
            </Show>
        </div>
    }
}

/// The table. It is made anew when other columns or another source of rows are shown.
#[component]
fn GridTable(grid: Grid) -> impl IntoView {
    let directory = grid.app.directory();
    let columns = move || directory.table.view.with(|view| with_name(&view.columns));
    let layout = Memo::new(move |_| (columns(), directory.source()));
    move || {
        let (columns, source) = layout.get();
        // A new table has no cell yet that Tab reaches.
        once_shown(move || {
            keep_tab_stop(grid.scroller);
        });
        view! { <UserTable grid=grid columns=columns source=source /> }
    }
}

/// All columns that are shown.
fn with_name(columns: &[Column]) -> Vec<Column> {
    std::iter::once(Column::Name).chain(columns.iter().copied()).collect()
}

#[component]
fn UserTable(grid: Grid, columns: Vec<Column>, source: Source) -> impl IntoView {
    let app = grid.app;
    let opened = Memo::new(move |_| {
        let opened = app.directory().opened.with(|opened| opened.as_ref().map(|opened| opened.id));
        opened.and_then(|id| app.directory().users.with(|users| users.find(id)))
    });
    let column_count = columns.len() + usize::from(source == Source::List);
    let cols = (0..column_count).map(|position| view! { <Col grid position/> }).collect_view();
    let heads = columns.iter().copied().enumerate();
    let heads = heads.map(|(number, column)| view! { <HeadCell grid column number source/> }).collect_view();
    let pool = StoredValue::new(RowPool::new());
    let columns = StoredValue::new(columns);
    let child = move |rendered| match rendered {
        Rendered::Row(row) => view! { <UserRow grid row columns source opened/> }.into_any(),
        Rendered::Gap(height) => view! { <SpacerRow height=height /> }.into_any(),
    };
    view! {
        <table
            class=move || grid.class()
            role="grid"
            aria-label=text::directory::USERS
            aria-multiselectable="true"
            aria-colcount=move || grid.layout.with(|layout| layout.iter().flatten().count().to_string())
            aria-rowcount=move || (app.directory().shown_len() + 1).to_string()
        >
            <colgroup>{cols}</colgroup>
            <thead>
                <tr role="row" aria-rowindex="1">
                    {(source == Source::List).then(|| view! { <SelectAll app=app /> })}
                    {heads}
                </tr>
            </thead>
            <tbody>
                <For each=move || grid.rendered(pool) key=|rendered| *rendered children=child />
            </tbody>
        </table>
    }
}

#[component]
fn SelectAll(app: App) -> impl IntoView {
    let (table, users) = (app.directory().table, app.directory().users);
    let count = move || table.selectable_len(users);
    let label = move || text::table::select_all(&app.ports.get().locale.number(count() as u64));
    view! {
        <th class="select" role="columnheader" scope="col">
            <input
                type="checkbox"
                tabindex="-1"
                aria-label=label
                disabled=move || count() == 0
                prop:checked=move || table.coverage(users) == Coverage::All
                prop:indeterminate=move || table.coverage(users) == Coverage::Some
                on:change=handler(move |_| table.select_all(users))
            />
        </th>
    }
}

/// A column of the layout. One that is left out has no element: it would take a cell's place.
#[component]
fn Col(grid: Grid, position: usize) -> impl IntoView {
    let width = Memo::new(move |_| grid.layout.with(|layout| layout.get(position).copied().flatten()));
    move || width.get().map(|width| view! { <col {..attr::width(width.to_string())}/> })
}

#[component]
fn HeadCell(grid: Grid, column: Column, number: usize, source: Source) -> impl IntoView {
    let app = grid.app;
    let name = text::table::column(column);
    let class = class_of(column);
    let position = number + usize::from(source == Source::List);
    // PingOne's search results stay in PingOne's order.
    if source == Source::Found {
        return view! {
            <th class=class role="columnheader" scope="col" tabindex="-1" aria-describedby=WIDTH_KEYS>
                {name}
                <ColumnResizer grid column position/>
            </th>
        }
        .into_any();
    }
    let view = app.directory().table.view;
    let sort = move || view.with(|view| view.sort.filter(|sort| sort.key == column));
    let direction = move || sort().map(|sort| if sort.is_descending { "descending" } else { "ascending" });
    let arrow = move || match sort() {
        None => "",
        Some(Sort { is_descending: false, .. }) => " ↑",
        Some(Sort { is_descending: true, .. }) => " ↓",
    };
    view! {
        <th class=class role="columnheader" scope="col" aria-sort=direction>
            <button
                class="sort"
                tabindex="-1"
                aria-describedby=WIDTH_KEYS
                on:click=handler(move |_| sort_by(app, column))
            >
                {name}
                <span aria-hidden="true">{arrow}</span>
            </button>
            <ColumnResizer grid column position/>
        </th>
    }
    .into_any()
}

/// Sorts ascending, then descending, then in PingOne's own order again.
fn sort_by(app: App, column: Column) {
    let directory = app.directory();
    let mut view = directory.table.view.get_untracked();
    view.sort = match view.sort.filter(|sort| sort.key == column) {
        None => Some(Sort { key: column, is_descending: false }),
        Some(sort) if !sort.is_descending => Some(Sort { is_descending: true, ..sort }),
        Some(_) => None,
    };
    app.apply_view(view);
}

/// A row element, which shows the user that the pool assigns to it. A memo keeps its subscribers after they are gone,
/// so parts that are made anew within the row follow signals, or memos that are made and dropped with them.
#[component]
fn UserRow(
    grid: Grid,
    row: PooledRow,
    columns: StoredValue<Vec<Column>>,
    source: Source,
    opened: Memo<Option<UserIndex>>,
) -> impl IntoView {
    let app = grid.app;
    let kind = Memo::new(move |_| RowKind::of(app, row.user()));
    let is_selected = move || app.directory().table.selected.with(|selected| selected.contains(row.user()));
    view! {
        <tr
            role="row"
            aria-rowindex=move || (row.position() + 2).to_string()
            aria-selected=move || is_selected().to_string()
            aria-current=move || (opened.get() == Some(row.user())).then_some("true")
            on:pointerdown=handler(move |_| row.press())
            on:keydown=handler(move |_| row.press())
            on:click:capture=move |event| row.guard(&event)
        >
            {(source == Source::List).then(|| view! { <SelectCell app=app row=row kind=kind /> })}
            <RowCells app row kind columns layout=grid.layout/>
        </tr>
    }
}

/// Rows that aren't rendered.
#[component]
fn SpacerRow(height: RwSignal<u64>) -> impl IntoView {
    view! {
        <tr class="spacer" aria-hidden="true">
            <td {..attr::height(move || height.get().to_string())}></td>
        </tr>
    }
}

/// The cell of the checkbox. A row that couldn't be read has none, and the cell itself takes the focus.
#[component]
fn SelectCell(app: App, row: PooledRow, kind: Memo<RowKind>) -> impl IntoView {
    const CLASS: &str = "select";
    let empty = || view! { <td class=CLASS role="gridcell" tabindex="-1"></td> };
    view! {
        <Show when=move || kind.get() != RowKind::Unreadable fallback=empty>
            <td class=CLASS role="gridcell">
                <SelectBox app=app row=row />
            </td>
        </Show>
    }
}

#[component]
fn SelectBox(app: App, row: PooledRow) -> impl IntoView {
    let directory = app.directory();
    let table = directory.table;
    let label = move || username(app, row).map(|username| text::table::select(&username));
    let select = move |event: MouseEvent| {
        table.select(directory.users, row.user_now(), event_target_checked(&event), event.shift_key());
    };
    view! {
        <input
            type="checkbox"
            tabindex="-1"
            aria-label=label
            prop:checked=move || table.selected.with(|selected| selected.contains(row.user()))
            on:click=handler(select)
        />
    }
}

impl Grid {
    fn new(app: App) -> Self {
        // Until the table has been laid out, a screenful is assumed.
        let width = RwSignal::new(1240);
        let grid = Self {
            app,
            scroller: NodeRef::new(),
            in_sight: RwSignal::new((0, 800)),
            width,
            is_two_line: Memo::new(move |_| is_two_line(width.get())),
            layout: Memo::new(move |_| layout(app, width.get())),
            was_hidden: StoredValue::default(),
            pressed_at: StoredValue::default(),
            focused: RwSignal::default(),
            ready: RwSignal::default(),
        };
        on_resize(grid.scroller, move || grid.measure());
        grid.keep_focus_when_rows_change();
        grid
    }

    /// The table's classes, which hide the cells of the columns that are left out.
    fn class(self) -> String {
        let class = if self.is_two_line.get() { "grid two-line" } else { "grid" };
        let columns = self.app.directory().table.view.with(|view| with_name(&view.columns));
        self.layout.with(|layout| {
            let widths = layout.iter().rev().zip(columns.iter().rev());
            let left_out = widths.filter(|(width, _)| width.is_none());
            left_out.fold(class.to_owned(), |classes, (_, column)| classes + " without-" + class_of(*column))
        })
    }

    fn row_height(self) -> RowHeight {
        if self.is_two_line.get() { RowHeight::TwoLines } else { RowHeight::OneLine }
    }

    /// Whether the first page of the list is being loaded.
    fn is_waiting_for_rows(self) -> bool {
        let directory = self.app.directory();
        directory.table.listed_len.get() == 0 && directory.list.with(List::is_loading)
    }

    /// Whether all users are known that could be shown, and none is.
    fn is_without_matches(self) -> bool {
        let directory = self.app.directory();
        let is_settled = match directory.source() {
            Source::List => directory.list.with(|list| *list == List::Complete),
            Source::Found => directory.search.with(|search| {
                search.as_ref().is_some_and(|search| matches!(search.hits, Load::Ready { .. }))
            }),
        };
        is_settled && directory.shown_len() == 0
    }

    fn note_press(self, event: &PointerEvent) {
        self.pressed_at.set_value(Some((event.client_x(), event.client_y())));
    }

    /// A click anywhere in a row opens its user.
    fn open_clicked(self, event: &MouseEvent) {
        // A click of an assistive technology has no pointer.
        let pressed_at = self.pressed_at.try_update_value(Option::take).flatten();
        let is_drag = pressed_at
            .is_some_and(|(x, y)| (event.client_x() - x).abs().max((event.client_y() - y).abs()) > DRAG);
        if let Some(row) = clicked_row(event).filter(|_| !is_drag) {
            self.open(row);
        }
    }

    /// Opens the user of a row, by its `aria-rowindex`.
    fn open(self, row: usize) {
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

    /// The rows and gaps that are rendered, in their order.
    fn rendered(self, pool: StoredValue<RowPool>) -> Vec<Rendered> {
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

    fn measure(self) {
        let width = width_of(self.scroller);
        if width == 0 {
            return self.was_hidden.set_value(true);
        }
        if self.was_hidden.get_value() {
            self.was_hidden.set_value(false);
            scroll_to(self.scroller, self.in_sight.get_untracked().0);
        }
        if width != self.width.get_untracked() {
            self.width.set(width);
        }
        let view = scroll_view(self.scroller);
        if let Some(view) = view.filter(|view| *view != self.in_sight.get_untracked()) {
            self.in_sight.set(view);
        }
    }

    /// A scroll may move the focused row in the document, and it loses the focus then.
    fn follow_scroll(self) {
        self.measure();
        if self.focused.with_untracked(Option::is_some) {
            once_shown(move || self.keep_focus());
        }
    }

    /// Other rows change what is in view without a scroll, and may remove the focused one.
    fn keep_focus_when_rows_change(self) {
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

    fn take_focus(self, event: &Event) {
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

    /// The keys of a grid: <https://www.w3.org/WAI/ARIA/apg/patterns/grid/>.
    fn press(self, event: &KeyboardEvent) {
        let Some((row, column)) = cell_of(event) else { return };
        if row == 1 && resize_by_key(self, event, column) {
            return event.prevent_default();
        }
        let last_column = self.layout.with_untracked(|layout| layout.len().saturating_sub(1));
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

    /// The column at a cell's position; `None` for the one with the checkboxes.
    pub(crate) fn column_at(self, position: usize) -> Option<Column> {
        let before = usize::from(untrack(|| self.app.directory().source()) == Source::List);
        let columns = self.app.directory().table.view.with_untracked(|view| with_name(&view.columns));
        columns.get(position.checked_sub(before)?).copied()
    }

    /// The first of these columns that isn't left out.
    fn shown_column(self, mut columns: impl Iterator<Item = usize>) -> Option<usize> {
        self.layout
            .with_untracked(|layout| columns.find(|column| layout.get(*column).copied().flatten().is_some()))
    }
}

/// The width of each column of a table that is `width` pixels wide.
fn layout(app: App, width: u32) -> Vec<Option<u32>> {
    let directory = app.directory();
    let select = (directory.source() == Source::List).then_some(SELECT);
    let columns = directory.table.view.with(|view| with_name(&view.columns));
    let beside = beside_switch(app);
    let rest = width.saturating_sub(select.unwrap_or(0));
    let widths = directory.table.widths.with(|chosen| lay_out(&columns, chosen, beside, rest));
    select.map(Some).into_iter().chain(widths).collect()
}

/// An open drawer says until when its user is bypassed, and no column moves when it learns that.
fn beside_switch(app: App) -> BesideSwitch {
    let has_run = app.run().progress.with(Option::is_some);
    let has_drawer = app.directory().opened.with(Option::is_some);
    if has_run {
        BesideSwitch::RunState
    } else if !has_drawer && app.directory().table.status.with(|status| status.all.on_bypassed > 0) {
        BesideSwitch::Bypass
    } else {
        BesideSwitch::Short
    }
}
