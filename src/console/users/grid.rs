//! The table of users, as a grid: only the rows in view are in the document, and the keyboard reaches every cell.

mod focus;
mod open;
pub(crate) mod state;

use leptos::attr;
use leptos::ev;
use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::prelude::*;
use pingone_mfa_core::directory::order::{Column, Sort};
use pingone_mfa_core::directory::store::{Coverage, UserIndex};

use crate::console::app::{App, use_app};
use crate::console::users::cells::{RowCells, RowKind, class_of, username};
use crate::console::users::column_resizer::{ColumnResizer, WIDTH_KEYS};
use crate::console::users::directory::Source;
use crate::console::users::grid::state::{Grid, with_name};
use crate::console::users::row_pool::{PooledRow, Rendered, RowPool};
use crate::console::users::text;
use crate::ui::dom::{explain_cut_text, handler, keep_tab_stop, once_shown};
use crate::ui::list::For;
use crate::ui::memo::memo;
use crate::ui::show::Show;

/// The style sheet's name for what is shown until the first rows are there.
const SKELETON: &str = "grid-skeleton";

/// The table in its scrolling frame.
#[component]
pub(crate) fn UserGrid() -> impl IntoView {
    let grid = Grid::new(use_app());
    grid.keep_focus_when_rows_change();
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
    let columns = move || with_name(&directory.table.view.read().columns);
    let layout = memo(move || (columns(), directory.source()));
    view! { {move || {
        let (columns, source) = layout.get();
        // A new table has no cell yet that Tab reaches.
        once_shown(move || {
            keep_tab_stop(grid.scroller);
        });
        view! { <UserTable grid=grid columns=columns source=source /> }
    }} }
}

#[component]
fn UserTable(grid: Grid, columns: Vec<Column>, source: Source) -> impl IntoView {
    let app = grid.app;
    let opened = memo(move || {
        let opened = app.directory().opened.read().as_ref().map(|opened| opened.id);
        opened.and_then(|id| app.directory().users.read().find(id))
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
            aria-colcount=move || grid.layout.read().iter().flatten().count().to_string()
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
    let width = memo(move || grid.layout.read().get(position).copied().flatten());
    view! { {move || width.get().map(|width| view! { <col {..attr::width(width.to_string())}/> })} }
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
    let sort = move || view.read().sort.filter(|sort| sort.key == column);
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
    let kind = memo(move || RowKind::of(app, row.user()));
    let is_selected = move || app.directory().table.selected.read().contains(row.user());
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
            prop:checked=move || table.selected.read().contains(row.user())
            on:click=handler(select)
        />
    }
}
